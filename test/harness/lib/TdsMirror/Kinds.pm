# TdsMirror/Kinds.pm: a remote table "kinds" with a column of each type, and foreign tables over it.

package TdsMirror::Kinds;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(kinds_script kinds_rows kinds_table_sql);

# name, remote type, local type, value
my @kinds = (
	[i8 => 'tinyint', 'smallint', '1'], [i16 => 'smallint', 'smallint', '2'], [i32 => 'int', 'int', '3'],
	[i64 => 'bigint', 'bigint', '4'], [flag => 'bit', 'bool', '1'], [f32 => 'real', 'real', '1.5'],
	[f64 => 'float', 'float8', '2.5'], [m32 => 'smallmoney', 'numeric', '3.25'], [m64 => 'money', 'numeric', '4.25'],
	[d => 'decimal(38,10)', 'numeric', '12345678901234567890.5'],
	[dt => 'datetime', 'timestamp', "'2024-02-29T12:34:56.997'"],
	[sdt => 'smalldatetime', 'timestamp', "'2024-02-29T12:34:00'"], [da => 'date', 'date', "'2024-02-29'"],
	[ti => 'time(7)', 'time', "'12:34:56.1234567'"], [dt2 => 'datetime2(7)', 'timestamp', "'2024-02-29T12:34:56.1234567'"],
	[dto => 'datetimeoffset(7)', 'timestamptz', "'2024-02-29T12:34:56.1234567+01:00'"],
	[g => 'uniqueidentifier', 'uuid', "'01234567-89AB-CDEF-0123-456789ABCDEF'"], [c => 'char(10)', 'text', "'char'"],
	[vc => 'varchar(20)', 'text', "'varchar'"], [nc => 'nchar(10)', 'text', "N'nchar'"],
	[nvc => 'nvarchar(20)', 'text', "N'nvarchar'"], [b => 'binary(8)', 'bytea', '0x01'],
	[vb => 'varbinary(20)', 'bytea', '0x0102'], [vcm => 'varchar(max)', 'text', "'long'"],
	[nvcm => 'nvarchar(max)', 'text', "N'long'"], [vbm => 'varbinary(max)', 'bytea', '0x010203']);

sub kinds_rows { return 200; }

# T-SQL: every fifth row is all NULL.
sub kinds_script
{
	my $values = join ', ', map { $_->[3] } @kinds;
	my $nulls = join ', ', ('NULL') x @kinds;

	return 'CREATE TABLE dbo.kinds (id int NOT NULL PRIMARY KEY, '
	  . join(', ', map { "$_->[0] $_->[1] NULL" } @kinds) . ")\ngo\n"
	  . join('', map { my $from = $_; 'INSERT INTO dbo.kinds VALUES '
		  . join(', ', map { "($_, " . ($_ % 5 ? $values : $nulls) . ')' } $from + 1 .. $from + 50) . "\ngo\n" }
		  map { 50 * $_ } 0 .. kinds_rows() / 50 - 1);
}

# typed: each column says its remote_type, so that characters come as UTF-16.
sub kinds_table_sql
{
	my ($name, $server, $typed) = @_;

	return "CREATE FOREIGN TABLE $name (id int, "
	  . join(', ', map { "$_->[0] $_->[2]" . ($typed ? " OPTIONS (remote_type '$_->[1]')" : '') } @kinds)
	  . ") SERVER $server OPTIONS (schema_name 'dbo', table_name 'kinds');\n";
}

1;
