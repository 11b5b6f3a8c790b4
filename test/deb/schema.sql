CREATE TABLE dbo.Customer (
	CustomerId int NOT NULL PRIMARY KEY,
	FirstName nvarchar(40) NOT NULL,
	LastName nvarchar(20) NOT NULL,
	Country nvarchar(40) NULL)
go
CREATE TABLE dbo.Track (
	TrackId int NOT NULL PRIMARY KEY,
	Name nvarchar(200) NOT NULL,
	Milliseconds int NOT NULL,
	UnitPrice decimal(10,2) NOT NULL)
go
CREATE TABLE dbo.Invoice (
	InvoiceId int NOT NULL PRIMARY KEY,
	CustomerId int NOT NULL,
	InvoiceDate datetime NOT NULL,
	Total decimal(10,2) NOT NULL)
go
INSERT INTO dbo.Customer VALUES (1, N'Luís', N'Gonçalves', N'Brazil'), (2, N'Leonie', N'Köhler', N'Germany'),
	(3, N'František', N'Wichterlová', NULL)
go
INSERT INTO dbo.Track VALUES (1, N'Sinnerman', 618000, 0.99), (2, N'Jóga', 305000, 0.99), (3, N'So What', 545000, 1.99),
	(4, N'Águas de Março', 212000, 0.99)
go
INSERT INTO dbo.Invoice VALUES (5, 1, '2009-01-01T00:00:00', 1.98), (6, 2, '2009-01-02T10:30:00', 3.96),
	(7, 3, '2009-02-11T23:59:59.997', 5.94), (8, 1, '2010-12-31T00:00:00', 0.99)
go
