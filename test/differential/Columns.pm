# Columns.pm: the columns of every relation, and the values that they hold.
#
# One local type stands before several remote ones, so that a rule that looks at
# the local type alone is found out.  A column is a hash: name, remote (its type
# there), collate (its collation there), local (its type here), family (what the
# generator treats alike), pool (values, as text that both sides read), and marks:
# small   sums and products with small numbers stay within its type
# exact   sums of its values do not depend on their order
# mixed   equal values may look different, so none of them stands for the others
# odd     without remote_type it is not what its local type makes one expect

package Columns;

use strict;
use warnings;
use utf8;
use Exporter 'import';

our @EXPORT_OK = qw(all_columns tsql_literal literal constants_of);

my @text = ('', ' ', 'a ', 'a', 'A', 'a', 'b', 'B', 'ab', 'aB', 'AB', "a\t", "a\n", 'ä', 'Ä', 'ß', 'ss', 'SS', 'é', 'e', 'æ', 'ae',
	'[x', '[a-c]', 'x%', 'x', 'xy', '_', '%', '\\', 'a\\b', '^', 'a-b', "'", ']', '10', '9', '-1', '1.5', 'true', '2020-01-01', '  a',
	'a  ', 'zzzzzzzz');
my @unicode = (@text, '😀', "\x{E000}", "\x{FFFD}", "\x{FF21}", "e\x{301}", 'İ', 'ı', 'Σ', 'ς', "\x{1F600}a", '日本', "\x{AD}a", 'ﬁ');
my @blank = ('', 'a', 'A', 'b', 'ab', 'ä', 'ß', 'ss', '[x', 'x%', '_', '%', '\\', ' a', "a\t", '12345678');

my @date = qw(0001-01-01 1753-01-01 1899-12-31 1900-01-01 1970-01-01 1999-12-31 2000-02-29 2000-03-01 2020-01-01 2020-01-01
	2020-01-31 2020-12-31 2024-02-29 9999-12-31);
my @datetime = ('1753-01-01 00:00:00', '1900-01-01 00:00:00.003', '1999-12-31 23:59:59.997', '2000-02-29 12:00:00',
	'2020-01-01 00:00:00', '2020-01-01 00:00:00.003', '2020-01-01 00:00:00.007', '2020-01-01 00:00:00.01', '2020-06-15 12:34:56.333',
	'9999-12-31 23:59:59.997');
my @datetime2 = ('0001-01-01 00:00:00', @datetime, '1999-12-31 23:59:59.9999999', '2020-01-01 00:00:00.0000001',
	'2020-01-01 00:00:00.0000009', '2020-01-01 00:00:00.000001', '2020-01-01 00:00:00.0000019', '2020-06-15 12:34:56.1234567',
	'9999-12-31 23:59:59.9999999');
my @datetime3 = ('0001-01-01 00:00:00', '1999-12-31 23:59:59.999', '2020-01-01 00:00:00', '2020-01-01 00:00:00.003',
	'2020-01-01 00:00:00.007', '2020-06-15 12:34:56.123', '9999-12-31 23:59:59.999');
my @minute = ('1900-01-01 00:00:00', '1999-12-31 23:59:00', '2000-02-29 12:00:00', '2020-01-01 00:00:00', '2020-06-15 12:34:00',
	'2079-06-06 23:59:00');
my @time = qw(00:00:00 00:00:00.0000001 00:00:00.000001 12:00:00 12:34:56.1234567 12:34:56.123456 23:59:59 23:59:59.997
	23:59:59.9999999);
my @time3 = qw(00:00:00 00:00:00.003 12:00:00 12:34:56.123 23:59:59.999);
my @offset = ('0001-01-01 00:00:00+00:00', '2020-01-01 00:00:00+00:00', '2020-01-01 01:00:00+01:00', '2019-12-31 19:00:00.0000009-05:00',
	'2020-03-29 01:30:00+00:00', '2020-06-15 12:34:56.1234567+02:00', '9999-12-31 23:59:59.9999999+00:00');

my @small = (0, 1, 1, 2, 2, 3, 4, 5, 7, 10);
my $wide = '9' x 38;
my $deep = '0.' . '9' x 38;

# name, remote type, remote collation, local type, family, pool, marks
my @columns = map {
	my ($name, $remote, $collate, $local, $family, $pool, $marks) = @$_;
	{ name => $name, remote => $remote, collate => $collate, local => $local, family => $family, pool => $pool,
		map { $_ => 1 } split ' ', $marks // '' }
} (
	[ti => 'tinyint', '', 'smallint', int => [@small, 127, 128, 255], 'small'],
	[tb => 'tinyint', '', 'bigint', int => [@small, 255], 'small'],
	[si => 'smallint', '', 'smallint', int => [@small, -1, -2, -32768, 32767]],
	[sn => 'smallint', '', 'numeric', num => [@small, -1, -32768, 32767], 'odd'],
	[i => 'int', '', 'integer', int => [@small, -1, -7, 100, -2147483648, 2147483647]],
	[bi => 'bigint', '', 'bigint', int => [@small, -1, '-9223372036854775808', '9223372036854775807', '5000000000', 2147483648]],
	[bn => 'bit', '', 'integer', int => [0, 1], 'small'],
	[d2 => 'decimal(18,2)', '', 'numeric(18,2)',
		num => [@small, '0.01', '-0.01', '1.50', '2.50', '-1.50', '0.10', '100.00', '9999999999999999.99', '-9999999999999999.99']],
	[d0 => 'decimal(38,0)', '', 'numeric(38,0)', num => [@small, -1, $wide, "-$wide", '18446744073709551616']],
	[dd => 'decimal(38,38)', '', 'numeric(38,38)', num => [0, '0.5', '-0.5', '0.1', $deep, "-$deep", '0.' . '0' x 37 . '1']],
	[dn => 'decimal(10,4)', '', 'numeric', num => [@small, '0.0001', '-0.0001', '2.5', '1.2345', '999999.9999', '-999999.9999']],
	[di => 'decimal(9,1)', '', 'integer', int => [@small, '0.5', '1.5', '2.5', '-0.5', '-1.5', '99999999.4'], 'odd'],
	[m => 'money', '', 'numeric(19,4)', num => [@small, '0.0001', '-1.5', '922337203685477.5807', '-922337203685477.5808']],
	[sm => 'smallmoney', '', 'numeric', num => [@small, '0.0001', '2.5', '214748.3647', '-214748.3648']],
	[r => 'real', '', 'real', flt => [@small, '-0e0', '0.1e0', '1.5e0', '-2.5e0', '3.4e38', '1.17549435e-38', '16777216e0'], 'mixed'],
	[f => 'float', '', 'double precision',
		flt => [@small, '-0e0', '0.1e0', '0.3e0', '1e308', '-1e308', '2.2250738585072014e-308', '16777217e0', '1e15', '1.5e0', '2.5e0'], 'mixed'],
	[fx => 'float', '', 'double precision', flt => [@small, '0.25e0', '0.5e0', '1.5e0', '2.5e0', '-0.5e0', '-3e0', '1024e0'], 'small exact'],
	[b => 'bit', '', 'boolean', bool => [0, 1]],
	[b2 => 'bit', '', 'boolean', bool => [0, 1]],
	[u => 'uniqueidentifier', '', 'uuid',
		uuid => [map { "$_->[0]-0000-0000-0000-$_->[1]" } map { [ split ' ' ] } '00000000 000000000000', '00000001 000000000000',
			'00000000 000000000001', '000000ff 000000000003', '00000100 000000000002', 'ffffffff 000000000001', '00000007 ff0000000000']],
	[va => 'varchar(30)', 'Latin1_General_CI_AS', 'text', text => \@text],
	[vs => 'varchar(30)', 'SQL_Latin1_General_CP1_CI_AS', 'varchar(30)', text => \@text],
	[vu => 'varchar(60)', 'Latin1_General_100_BIN2_UTF8', 'text', text => \@unicode],
	[vc => 'varchar(60)', 'Latin1_General_100_BIN2_UTF8', 'text COLLATE "C"', text => \@unicode],
	[nv => 'nvarchar(30)', 'Latin1_General_100_CI_AI', 'text', text => \@unicode],
	[nc => 'nvarchar(30)', 'Latin1_General_100_BIN2', 'text COLLATE "C"', text => \@unicode],
	[nd => 'nvarchar(30)', 'Latin1_General_100_CI_AS', 'text COLLATE nd', text => \@unicode, 'mixed'],
	[ca => 'char(8)', 'Latin1_General_CI_AS', 'character(8)', char => \@blank],
	[ct => 'char(8)', 'Latin1_General_CS_AS', 'text', text => \@blank],
	[cn => 'nchar(8)', 'Latin1_General_100_CI_AS', 'character(8)', char => [@blank, '😀', "\x{E000}"]],
	[nm => 'nvarchar(max)', 'Latin1_General_100_CS_AS', 'text', text => \@unicode],
	[da => 'date', '', 'date', date => \@date],
	[dm => 'date', '', 'timestamp', ts => \@date],
	[dt => 'datetime', '', 'timestamp', ts => \@datetime],
	[dc => 'datetime', '', 'date', date => \@datetime, 'odd'],
	[d7 => 'datetime2(7)', '', 'timestamp', ts => \@datetime2],
	[d3 => 'datetime2(3)', '', 'timestamp(3)', ts => \@datetime3],
	[sd => 'smalldatetime', '', 'timestamp', ts => \@minute],
	[tm => 'time(7)', '', 'time', time => \@time],
	[t3 => 'time(3)', '', 'time(3)', time => \@time3],
	[dz => 'datetimeoffset(7)', '', 'timestamptz', tstz => \@offset],
	[vb => 'varbinary(12)', '', 'bytea', bytea => ['', '00', '0000', '41', '4100', '410000', '42', 'ff', '00ff', '414243']],
	[bx => 'binary(4)', '', 'bytea', bytea => ['', '00', '41', '4100', '42', 'ff', '41424344']]);

# Before them the key and two columns for joins and groups.
sub all_columns
{
	return (
		{ name => 'id', remote => 'int', collate => '', local => 'integer', family => 'int', pool => [1 .. 60], small => 1, key => 1 },
		{ name => 'ref', remote => 'int', collate => '', local => 'integer', family => 'int', pool => [1 .. 60], small => 1 },
		{ name => 'grp', remote => 'smallint', collate => '', local => 'integer', family => 'int', pool => [0 .. 5], small => 1 },
		@columns);
}

sub quoted
{
	my ($text) = @_;
	return "'" . ($text =~ s/'/''/gr) . "'";
}

# A value of a column's pool in T-SQL.
sub tsql_literal
{
	my ($column, $value) = @_;
	my $family = $column->{family};

	return 'NULL' unless defined $value;
	return 'N' . quoted($value) if $family =~ /^(?:text|char)$/;
	return "0x$value" if $family eq 'bytea';
	return quoted($value) if $family =~ /^(?:date|ts|tstz|time|uuid)$/;
	return "CAST('$value' AS $column->{remote})" if $family =~ /^(?:int|num)$/;
	return $value;
}

# A value in PostgreSQL, with its type.
sub literal
{
	my ($value, $type) = @_;

	return "NULL::$type" unless defined $value;
	return $value if $type eq 'integer' && $value =~ /^\d+$/;
	return quoted($type eq 'bytea' ? "\\x$value" : $value) . "::$type";
}

my @int_more = ([-1, 'integer'], [32768, 'integer'], [2147483647, 'integer'], ['5000000000', 'bigint'], ['-9223372036854775808', 'bigint'],
	['2.5', 'numeric'], ['2.0', 'numeric'], ['1e30', 'numeric'], ['2', 'smallint'], ['1.5', 'double precision'], ['NaN', 'double precision']);
my @num_more = (['1.005', 'numeric'], ['0.5', 'numeric'], ['2.50', 'numeric'], ['1.' . '0' x 20 . '1', 'numeric'], ['9' x 41, 'numeric'],
	['NaN', 'numeric'], [2, 'integer'], ['9223372036854775807', 'bigint'], ['0.1', 'double precision'], ["$wide.5", 'numeric'], ['-0.00', 'numeric']);
my @flt_more = (['NaN', 'double precision'], ['Infinity', 'double precision'], ['-Infinity', 'double precision'], ['0.1', 'double precision'],
	['0.1', 'real'], ['1e-320', 'double precision'], ['-0', 'double precision'], [2, 'integer'], ['0.25', 'numeric'], ['1e39', 'double precision']);
my @text_more = (['日本', 'text'], ['a  ', 'text'], ['A ', 'varchar'], ['c', 'text'], ['Ab', 'text'], ['a', 'character(8)'], ['x' x 4100, 'text']);
my @date_more = (['infinity', 'date'], ['-infinity', 'date'], ['0044-03-15 BC', 'date'], ['10000-01-01', 'date'], ['2020-01-01 00:00:00', 'timestamp'],
	['2020-01-01 12:00:00', 'timestamp'], ['2020-01-01', 'date'], ['2020-01-01 00:00:00+00', 'timestamptz']);
my @ts_more = (['infinity', 'timestamp'], ['-infinity', 'timestamp'], ['0044-03-15 BC', 'timestamp'], ['10000-01-01', 'timestamp'],
	['2020-01-01', 'date'], ['9999-12-31', 'date'], ['2020-01-01 00:00:00.000001', 'timestamp'], ['2020-01-01 00:00:00.005', 'timestamp'],
	['2020-01-01 00:00:00.003333', 'timestamp'], ['9999-12-31 23:59:59.999999', 'timestamp'], ['1753-01-01', 'timestamp'],
	['1752-12-31 23:59:59.999', 'timestamp'], ['2020-01-01 00:00:00+00', 'timestamptz'], ['2079-06-06 23:59:30', 'timestamp'], ['2020-06-15 12:34:30', 'timestamp']);

my %more = (
	int => \@int_more, num => \@num_more, flt => \@flt_more, text => \@text_more,
	char => [@text_more, (['a', 'bpchar'], ['ab', 'bpchar'], ['ss', 'bpchar'], ['a', 'character(3)']) x 2], date => \@date_more, ts => \@ts_more,
	tstz => [@ts_more[0, 1, 2, 12], ['2020-01-01 00:00:00.000001+00', 'timestamptz'], ['2020-01-01', 'date'], ['2020-01-01', 'timestamp']],
	time => [['24:00:00', 'time'], ['00:00:00', 'time'], ['12:34:56.123456', 'time'], ['12:34:56.1235', 'time']],
	uuid => [['ffffffff-ffff-ffff-ffff-ffffffffffff', 'uuid']], bytea => [['4142', 'bytea'], ['', 'bytea'], ['00000000', 'bytea']],
	bool => [['true', 'boolean'], ['false', 'boolean']]);

# What a column's values are compared with: [ value, type ], its own ones first.
sub constants_of
{
	my ($column) = @_;
	my $type = $column->{local} =~ s/ COLLATE .*//r;
	my @own = map { [ $_ =~ s/(?<=\.\d{6})\d//r, $type ] } @{ $column->{pool} };

	@own = map { [ ($_->[0] ? 'true' : 'false'), 'boolean' ] } @own if $column->{family} eq 'bool';
	@own = map { [ $_->[0] =~ s/\..*//r, $type ] } @own if $type eq 'integer';
	@own = map { [ $_->[0] =~ s/ .*//r, $type ] } @own if $type eq 'date';
	@own = map { [ $_->[0] =~ s/^-?0e0$/0/r, $type ] } @own if $column->{family} eq 'flt';
	return (\@own, $more{ $column->{family} });
}

1;
