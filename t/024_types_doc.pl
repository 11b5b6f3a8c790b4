# doc/types.md says what the table of types says: row by row.

use strict;
use warnings;
use FindBin;
use Test::More;
use TdsMirror::Lab qw(slurp);

my $top = "$FindBin::Bin/..";
my $page = slurp("$top/doc/types.md");
my $typemap = slurp("$top/src/value/typemap.c");

# How the page calls the types on the wire that stand for several of SQL Server's.
my %several = (
	TEXT => 'char, varchar, nchar, nvarchar, text, ntext, xml',
	BINARY => 'binary, varbinary, image, rowversion');

# Another form in which a row's type may travel: it has no row, and reads into the same types.
my %same_as = (UTF16 => 'TEXT');

my %local_name = (
	BOOL => 'boolean', INT2 => 'smallint', INT4 => 'integer', INT8 => 'bigint', NUMERIC => 'numeric',
	FLOAT4 => 'real', FLOAT8 => 'double precision', TIMESTAMP => 'timestamp without time zone',
	TIMESTAMPTZ => 'timestamp with time zone', DATE => 'date', TIME => 'time without time zone',
	UUID => 'uuid', TEXT => 'text', VARCHAR => 'character varying', BPCHAR => 'character', BYTEA => 'bytea');

# What the code says: the table, in its order, and the names of the types.
my ($table) = $typemap =~ /static const TypeRow types\[\] = \{(.*?)^\};/ms;
my ($names) = $typemap =~ /remote_names\[\] = \{(.*?)^\};/ms;
my %remote_name = $names =~ /\[WIRE_TYPE_(\w+)\] = "([^"]+)"/g;
my (@order, %locals);
while ($table =~ /\{WIRE_TYPE_(\w+), (\w+)OID, tmf_decode_\w+\}/g)
{
	my ($remote, $local) = ($1, $2);
	push @order, $remote unless $locals{$remote};
	ok($local_name{$local}, "$local is known here") or next;
	push @{ $locals{$remote} }, $local_name{$local};
}
is(scalar(() = $table =~ /^\s*\{/mg), scalar(map { @$_ } values %locals), 'every row of the table was understood');

# What the page says.
sub rows_of
{
	my ($mark) = @_;
	my ($part) = $page =~ /^<!-- \Q$mark\E -->\n(.*?)^<!-- end of \Q$mark\E -->$/ms or return;
	my @lines = split /\n/, $part;
	return map { [ map { ($_ // '') =~ s{^\s+|\s+$}{}gr } (split /\|/)[ 1 .. 3 ] ] } @lines[ 2 .. $#lines ];
}
my @said = rows_of('types');
my @wanted;
for my $remote (@order)
{
	if (my $same = $same_as{$remote})
	{
		is("@{$locals{$remote}}", "@{$locals{$same}}", "$remote is read as $same is");
		next;
	}
	my $name = $several{$remote} // $remote_name{$remote};
	push @wanted, join(', ', map { "`$_`" } split /, /, $name) . ' | ' . join(', ', map { "`$_`" } @{ $locals{$remote} });
}
is(join("\n", map { "$_->[0] | $_->[1]" } @said), join("\n", @wanted), 'the rows of doc/types.md are those of the table');
ok(length($_->[2]) > 3, "$_->[0]: exactness and limits") for @said;

# Whatever comes over the wire with a type of its own is read somehow, or has a
# remedy: remote_type makes another type of it.
my %converted = map { $_ => 1 } qw(VARIANT CLR);
my ($enum) = slurp("$top/include/wire/wire.h") =~ /typedef enum WireType\s*\{(.*?)\} WireType;/s;
ok($locals{$_}, "WIRE_TYPE_$_ has a row") for grep { $_ ne 'UNKNOWN' && !$converted{$_} } $enum =~ /^\tWIRE_TYPE_(\w+)/mg;

# The others have a row each.
is(join(' ', map { $_->[0] } rows_of('converted types')), '`sql_variant` `geometry` `geography` `hierarchyid` `json`',
	'types that are read through a conversion');

# Who is left out of reading text says so.
my ($out) = $typemap =~ /not_by_input\[\] = \{([^}]*)\}/;
my %oid_name = (NAMEOID => '`name`', CHAROID => '`"char"`', BYTEAOID => '`bytea`');
my ($text) = grep { $_->[0] =~ /`xml`/ } @said;
ok(index($text->[2], $oid_name{$_} // 'unknown here') >= 0, "$_ is named as an exception") for $out =~ /(\w+OID)/g;

# What an import declares is a type of the row, its natural one but for the lengths of characters.
my %word_of = ('timestamp' => 'timestamp without time zone', 'timestamptz' => 'timestamp with time zone',
	'time' => 'time without time zone', 'varchar' => 'character varying', 'char' => 'character');
my ($naturals) = slurp("$top/src/exec/import_type.c") =~ /naturals\[\] =\s*\{(.*?)^\};/ms;
my $imported = 0;
while ($naturals =~ /\{SQLTYPE_(\w+), "([^"(]+)/g)
{
	my ($remote, $local) = (lc $1, $word_of{$2} // $2);
	my ($row) = grep { $_->[0] =~ /`$remote`/ } @said;
	my ($converted) = grep { $_->[0] =~ /`$remote`/ } rows_of('converted types');
	my $read_into = $row ? $row->[1] : $converted->[2];
	my $listed = $local =~ /^character/ ? qr/`\Q$local\E`/ : qr/^`\Q$local\E`/;
	like($read_into, $listed, "$remote is imported as $local");
	$imported++;
}
cmp_ok($imported, '>', 30, 'the types of an import were found');

done_testing();
