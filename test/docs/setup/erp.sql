SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS tds_mirror_fdw;
CREATE SERVER erp FOREIGN DATA WRAPPER tds_mirror_fdw
  OPTIONS (servername 'sql-a.example.com,1433', failover_partner 'sql-b.example.com,1433', database 'erp');
CREATE USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (username 'erp_app', password 'secret');
IMPORT FOREIGN SCHEMA dbo FROM SERVER erp INTO public;
CREATE FOREIGN TABLE who (instance text) SERVER erp OPTIONS (query 'SELECT @@SERVERNAME AS instance');
RESET client_min_messages;
