/* tds_mirror_fdw--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION tds_mirror_fdw" to load this file. \quit

CREATE FUNCTION tds_mirror_fdw_handler()
RETURNS fdw_handler
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

COMMENT ON FUNCTION tds_mirror_fdw_handler()
IS 'foreign data wrapper handler of tds_mirror_fdw';

CREATE FUNCTION tds_mirror_fdw_validator(text[], oid)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

COMMENT ON FUNCTION tds_mirror_fdw_validator(text[], oid)
IS 'option validator of tds_mirror_fdw';

CREATE FOREIGN DATA WRAPPER tds_mirror_fdw
HANDLER tds_mirror_fdw_handler
VALIDATOR tds_mirror_fdw_validator;

COMMENT ON FOREIGN DATA WRAPPER tds_mirror_fdw
IS 'mirrored SQL Server databases';
