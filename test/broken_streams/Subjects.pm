# Subjects.pm: what the statements that are recorded read and change.

package Subjects;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(prepare_subjects write_configuration);

sub prepare_subjects
{
	my ($instance) = @_;
	my $erp = sub { return $instance->tsql($_[0], database => 'erp'); };

	$instance->tsql('CREATE DATABASE erp');
	$erp->('CREATE TABLE dbo.fixed (b bit NOT NULL, t tinyint NOT NULL, s smallint NOT NULL,'
		  . ' i int NOT NULL, l bigint NOT NULL, r real NOT NULL, f float NOT NULL, sm smallmoney NOT NULL,'
		  . ' m money NOT NULL, sd smalldatetime NOT NULL, dt datetime NOT NULL)');
	$erp->("INSERT INTO dbo.fixed VALUES (1, 2, 3, 4, 5, 1.5, 2.5, 3.25, -4.25,"
		  . " '2024-02-29T12:34:00', '2024-02-29T12:34:56.997')");
	$erp->('CREATE TABLE dbo.rare (id int NOT NULL, v sql_variant NULL, g geometry NULL, h hierarchyid NULL)');
	$erp->("INSERT INTO dbo.rare VALUES ($_)") for
	  "1, CAST(0.1 AS float), geometry::Parse('POINT (1 2 3 4)'), hierarchyid::Parse('/1/2/')",
	  "2, CAST(N'variant' AS nvarchar(20)), NULL, NULL",
	  "3, CAST('2024-02-29T12:34:56.1234567' AS datetime2), NULL, NULL", '4, NULL, NULL, NULL';
	$erp->('CREATE TABLE dbo.written (id int NOT NULL PRIMARY KEY, word nvarchar(20) NULL,'
		  . ' price decimal(10,2) NOT NULL DEFAULT 1 CHECK (price >= 0))');
	$erp->("INSERT INTO dbo.written (id, word) VALUES (1, N'one'), (2, NULL), (3, N'three')");
	return;
}

# A file with which the bare client asks for no encryption, as the other one does.
sub write_configuration
{
	my ($folder) = @_;

	open(my $file, '>', "$folder/freetds.conf") or die "freetds.conf: $!\n";
	print $file "[global]\n\tencryption = off\n";
	close $file;
	return "$folder/freetds.conf";
}

1;
