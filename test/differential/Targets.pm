# Targets.pm: the tables that are changed, on the server, as foreign tables and as local twins.
#
# wide    a column of every kind; a unique one, defaults there and here; nothing that
#         keeps rows from being loaded in bulk
# keyed   a key of two columns; a CHECK and a trigger there that writes a row for each change
# given   identity, rowversion and a computed column; triggers here
# parts   partitioned, each partition is foreign
# view    of wide, WITH CHECK OPTION
# target_wide_7 and _1 have another batch_size, target_wide_bare declares nothing but
# its key.  The twin of each has a trigger that assigns as the remote types must:
# what they do not have is an error, what they cannot hold so finely is rounded.
# Marks of a column beyond those of Columns.pm:
# needed    NOT NULL without default
# standard  its DEFAULT there; usual: its DEFAULT here
# given     its value is the server's; hidden: not the same on both sides

package Targets;

use strict;
use warnings;
use Encode qw(encode_utf8);
use Exporter 'import';
use Columns qw(all_columns tsql_literal);
use Expression;
use Tables;

our @EXPORT_OK = qw(targets_tsql targets_sql columns_of forget_sql twin_of bases);

sub number
{
	my ($name, @more) = @_;
	return { name => $name, remote => 'int', collate => '', local => 'integer', family => 'int', pool => [ 1, 2, 3, 5, 8 ], small => 1, @more };
}

my %column = map { $_->{name} => $_ } all_columns();
my %more = map { $_->{name} => $_ } (
	number('uq', needed => 1, pool => [ 1001 .. 1030 ]),
	number('ck', remote => 'smallint', pool => [ 0, 1, 50, 99 ]),
	number('nn', standard => 7, strict => 1),
	{ %{ $column{va} }, name => 'dv', remote => 'varchar(20)', standard => "'none'", pool => [ 'a', 'b', 'none', '' ] },
	number('ld', usual => 5),
	{ %{ $column{nc} }, name => 'k2', local => 'text COLLATE "C"', key => 1, pool => [ 'a', 'A', 'b', 'ä', '日本', 'xy', "'" ] },
	number('sq', remote => 'int IDENTITY(1,1)', hidden => 1, given => 1, key => 1),
	{ name => 'rv', remote => 'rowversion', collate => '', local => 'bytea', family => 'bytea', pool => [], hidden => 1, given => 1 },
	number('cp', given => 1, computed => 'id * 2 + 1'));

Expression::tame_too(grep { $_->{family} eq 'int' && !$_->{hidden} } values %more);

my @mixture = qw(ti i bi d2 dn sm f b u vs vu nv ca da dt d7 d3 tm dz vb);
my %tables = (
	wide => { rows => 30, columns => [ all_columns(), @more{qw(uq ck nn dv ld)} ], unique => ['uq'] },
	keyed => { rows => 20, twice => 1, columns => [ $column{id}, $more{k2}, @column{qw(ref grp)}, @column{@mixture}, $more{ck} ], trigger => 1, check => 'ck >= 0 AND ck <= 99' },
	given => { rows => 20, columns => [ $more{sq}, { %{ $column{id} }, key => 0, needed => 1 }, @column{qw(ref grp)}, @column{@mixture}, @more{qw(cp nn rv)} ], unique => ['id'], local_triggers => 1 },
	part_a => { rows => 12, columns => [ @column{qw(id ref grp)}, @column{@mixture} ], trigger => 1 },
	part_b => { rows => 12, first => 31, columns => [ @column{qw(id ref grp)}, @column{@mixture} ] });
my %holds = (view => 'wide', parts => 'part_a');
my %range = (part_a => [ 1, 31 ], part_b => [ 31, 61 ]);

# What a statement about a target may name: all columns that look the same on both sides.
sub columns_of
{
	my ($target) = @_;
	my ($name) = $target =~ /^target_([a-z]+)/;

	return grep { !$_->{hidden} } @{ $tables{ $holds{$name} // $name }{columns} };
}

sub bases { return qw(target_wide target_keyed target_given target_parts); }

# The text of a statement becomes one about the twins.
sub twin_of
{
	my ($sql) = @_;

	$sql =~ s/\btarget_(wide|keyed|given|parts|view)(?:_(?:7|1|bare))?\b/local_target_$1/g;
	return Tables::localize($sql);
}

sub names { return join ', ', map { $_->{name} } @_; }
sub stored { return grep { !$_->{given} } @{ $_[0]{columns} }; }
sub place { my ($seed, $name) = @_; return "s${seed}_c_$name"; }

sub remote_rows
{
	my ($table, $where) = @_;
	my $first = $table->{first} // 1;
	my @rows;

	for my $id ($first .. $first + $table->{rows} - 1)
	{
		# a key of two columns has each of its ids twice
		my %own = (id => $table->{twice} ? int(($id + 1) / 2) : $id, uq => 1000 + $id, k2 => tsql_literal($more{k2}, $more{k2}{pool}[ $id % 7 ]));
		push @rows, '(' . join(', ', map {
			my $value = Tables::value_of($_);
			$own{ $_->{name} } // tsql_literal($_, $value // ($_->{strict} ? $_->{pool}[0] : undef))
		} stored($table)) . ')';
	}
	return map { "INSERT INTO dbo.$where (" . names(stored($table)) . ") VALUES\n$_\ngo\n" } join ",\n", @rows;
}

# Takes its values from srand(seed).
sub targets_tsql
{
	my ($seed) = @_;
	my $script = '';

	srand(2000 + $seed);
	for my $name (sort keys %tables)
	{
		my $table = $tables{$name};
		my $where = place($seed, $name);
		my @keys = grep { $_->{key} } @{ $table->{columns} };

		$script .= "CREATE TABLE dbo.$where (" . join(', ', (map {
			$_->{computed} ? "$_->{name} AS ($_->{computed})" : "$_->{name} $_->{remote}" . ($_->{collate} ? " COLLATE $_->{collate}" : '')
			  . ($_->{key} || $_->{needed} || $_->{strict} ? ' NOT NULL' : $_->{given} ? '' : ' NULL')
			  . (defined $_->{standard} ? " CONSTRAINT df_${where}_$_->{name} DEFAULT $_->{standard}" : '')
		} @{ $table->{columns} }), "CONSTRAINT pk_$where PRIMARY KEY (" . names(@keys) . ')',
			(map { "CONSTRAINT uq_${where}_$_ UNIQUE ($_)" } @{ $table->{unique} // [] }),
			$table->{check} ? "CONSTRAINT ck_$where CHECK ($table->{check})" : ()) . ")\ngo\n";
		$script .= join '', remote_rows($table, $where);
		$script .= 'SELECT ' . names(stored($table)) . " INTO dbo.${where}_base FROM dbo.$where\ngo\n";
		$script .= "CREATE TABLE dbo.${where}_log (n int IDENTITY PRIMARY KEY, id int)\ngo\n"
		  . "CREATE TRIGGER dbo.${where}_noted ON dbo.$where AFTER INSERT, UPDATE, DELETE AS\n"
		  . "INSERT INTO dbo.${where}_log (id) SELECT id FROM inserted\n"
		  . "INSERT INTO dbo.${where}_log (id) SELECT id FROM deleted\ngo\n" if $table->{trigger};
	}
	return encode_utf8($script);
}

# The table as it was, there.
sub forget_tsql
{
	my ($seed) = @_;

	return map {
		my $where = place($seed, $_);
		my $list = names(stored($tables{$_}));
		"DELETE FROM dbo.$where; INSERT INTO dbo.$where ($list) SELECT $list FROM dbo.${where}_base"
	} sort keys %tables;
}

# Brings all tables back to what they were at first.
sub forget_sql
{
	my ($seed, $alike) = @_;
	my @twins = map { ("local_target_$_", $alike ? "target_$_" : ()) } sort keys %tables;

	return join('', map { "TRUNCATE $_;\n" } @twins, 'trigger_log')
	  . join('', map {
		my ($name) = /target_(\w+)/;
		my $list = names(stored($tables{$name}));
		"ALTER TABLE $_ DISABLE TRIGGER USER;\nINSERT INTO $_ ($list) SELECT $list FROM base_$name;\nALTER TABLE $_ ENABLE TRIGGER USER;\n"
	} @twins)
	  . ($alike ? '' : join '', map { "SELECT tds_mirror_exec('diff_$seed', \$_t_\$$_\$_t_\$);\n" } forget_tsql($seed));
}

# What the twin's trigger says of a column: conditions that are errors, and what is rounded.
sub refuse { my ($when, $error) = @_; return "IF $when THEN RAISE $error USING MESSAGE = 'the remote type does not have it'; END IF;\n"; }

sub assigned_text
{
	my ($c, $remote, $length, $utf8) = @_;
	my $size = $remote =~ /^n/ ? "length($c) + length(regexp_replace($c COLLATE \"C\", '[^\\U00010000-\\U0010FFFF]', '', 'g'))"
	  : $utf8 ? "octet_length($c)" : "octet_length(convert_to($c, 'WIN1252'))";

	return $length eq 'max' ? '' : refuse("$size > $length", 'string_data_right_truncation');
}

sub assigned
{
	my ($column, $utf8) = @_;
	my $c = "NEW.$column->{name}";
	my ($name, $precision, $scale) = $column->{remote} =~ /^(\w+)(?:\((\w+)(?:,(\d+))?\))?/;
	my $number = 'numeric_value_out_of_range';
	my $moment = 'datetime_field_overflow';
	my %between = (tinyint => [ 0, 255 ], smallint => [ -32768, 32767 ], money => [ '-922337203685477.5808', '922337203685477.5807' ],
		smallmoney => [ '-214748.3648', '214748.3647' ]);
	my %days = (date => [ '0001-01-01', '9999-12-31' ], datetime => [ '1753-01-01', '9999-12-31 23:59:59.997' ], datetime2 => [ '0001-01-01', '9999-12-31 23:59:59.999999' ],
		smalldatetime => [ '1900-01-01', '2079-06-06 23:59:00' ], datetimeoffset => [ '0001-01-01 00:00:00+00', '9999-12-31 23:59:59.999999+00' ]);
	my $type = $column->{local} =~ s/ COLLATE .*//r;

	# a type of its own rounds first, before any other trigger
	my $rounded = $type eq 'numeric' ? "$c := round($c, " . ($scale // ($name =~ /money/ ? 4 : 0)) . ");\n" : '';

	return $rounded . refuse("$c NOT BETWEEN $between{$name}[0] AND $between{$name}[1]", $number) if $between{$name};
	return refuse("$c NOT IN (0, 1)", $number) if $name eq 'bit' && $type ne 'boolean';
	return refuse("$c = 'NaN'", $number) if $name eq 'decimal' && $type =~ /^numeric\(/;
	return $rounded . refuse("abs($c) >= 1" . '0' x ($precision - $scale), $number) if $name eq 'decimal';
	return refuse("$c IN ('NaN', 'Infinity', '-Infinity')", $number) if $name =~ /^(?:real|float)$/;
	return assigned_text($column->{family} eq 'char' ? "$c\::text" : $c, $name, $precision, $utf8 && $column->{collate} =~ /UTF8/)
	  . ($name eq 'char' && $type eq 'text' ? "$c := rpad($c, $precision);\n" : '') if $column->{family} =~ /^(?:text|char)$/;
	return refuse("octet_length($c) > $precision", 'string_data_right_truncation')
	  . ($name eq 'binary' ? "$c := $c || substr('\\x" . '00' x $precision . "'::bytea, 1, $precision - octet_length($c));\n" : '') if $name =~ /binary/;
	return refuse("$c = '24:00:00'", $moment) if $name eq 'time';
	return '' unless $days{$name};
	return ($type eq 'date' || $name =~ /^datetime(?:2|offset)$/ ? '' : $name eq 'date' ? "$c := date_trunc('day', $c);\n" : "$c := assigned_$name($c);\n")
	  . refuse("$c NOT BETWEEN '$days{$name}[0]' AND '$days{$name}[1]'", $moment);
}

sub twin_table
{
	my ($twin, $name, $utf8, $of) = @_;
	my $table = $tables{$name};
	my @keys = grep { $_->{key} } @{ $table->{columns} };
	my $columns = join ', ', (map {
		"$_->{name} " . $_->{local}
		  . ($_->{computed} ? " GENERATED ALWAYS AS ($_->{computed}) STORED" : $_->{remote} =~ /IDENTITY/ ? ' GENERATED BY DEFAULT AS IDENTITY' : '')
		  . (defined($_->{standard} // $_->{usual}) ? ' DEFAULT ' . ($_->{standard} // $_->{usual}) : '') . ($_->{key} || $_->{needed} || $_->{strict} ? ' NOT NULL' : '')
	} @{ $table->{columns} });
	my $constraints = join '', ', PRIMARY KEY (' . names(@keys) . ')', (map { ", UNIQUE ($_)" } @{ $table->{unique} // [] }), $table->{check} ? ", CHECK ($table->{check})" : '';
	my $list = names(stored($table));

	return "CREATE TABLE $twin ($columns$constraints);\n"
	  . ($of ? "ALTER TABLE $of->[0] ATTACH PARTITION $twin FOR VALUES FROM ($range{$name}[0]) TO ($range{$name}[1]);\n" : '')
	  . "INSERT INTO $twin ($list) SELECT $list FROM base_$name;\n"
	  . "CREATE FUNCTION assign_$twin() RETURNS trigger LANGUAGE plpgsql AS \$_a_\$ BEGIN\n" . join('', map { assigned($_, $utf8) } stored($table)) . "RETURN NEW; END \$_a_\$;\n"
	  . "CREATE TRIGGER zz_assign BEFORE INSERT OR UPDATE ON $twin FOR EACH ROW EXECUTE FUNCTION assign_$twin();\n" . local_triggers($twin, $table);
}

sub local_triggers
{
	my ($name, $table) = @_;

	return '' unless $table->{local_triggers};
	return "CREATE TRIGGER before_it BEFORE INSERT OR UPDATE OR DELETE ON $name FOR EACH ROW EXECUTE FUNCTION before_it();\n"
	  . "CREATE TRIGGER after_it AFTER INSERT OR UPDATE OR DELETE ON $name FOR EACH ROW EXECUTE FUNCTION after_it('" . ($name =~ /^local_/ ? 'here' : 'there') . "');\n";
}

sub foreign_target
{
	my ($name, $seed, $of, %more) = @_;
	my $table = $tables{$of};
	my $declared = !delete $more{bare};
	my $list = join ', ', map {
		my $remote = $_->{remote} =~ s/ IDENTITY.*//r;
		my @options = ($declared ? "remote_type '$remote'" : (), $declared && $_->{collate} ? "remote_collation '$_->{collate}'" : (), $_->{key} ? "key 'true'" : ());
		my ($type, $collate) = $_->{local} =~ /^(.*?)( COLLATE .*)?$/;
		"$_->{name} $type" . (@options ? ' OPTIONS (' . join(', ', @options) . ')' : '') . ($collate // '') . (defined $_->{usual} ? " DEFAULT $_->{usual}" : '')
	} @{ $table->{columns} };
	my $options = join ', ', "schema_name 'dbo'", "table_name '" . place($seed, $of) . "'", map { "$_ '$more{$_}'" } sort keys %more;

	return "CREATE FOREIGN TABLE $name ($list) SERVER diff_$seed OPTIONS ($options);\n" . local_triggers($name, $table);
}

sub partitioned
{
	my ($name) = @_;
	return "CREATE TABLE $name (" . join(', ', map { "$_->{name} $_->{local}" } @{ $tables{part_a}{columns} }) . ") PARTITION BY RANGE (id);\n";
}

# alike: both sides are local; what differs then is this test's own fault.
# utf8: the server has collations of UTF-8.
sub targets_sql
{
	my ($seed, $utf8, $alike) = @_;
	my $sql = "SET search_path = seed_$seed, public;\nCREATE TABLE trigger_log (side text, line text);\n" . triggers_sql();

	for my $name (sort keys %tables)
	{
		my $list = names(stored($tables{$name}));

		$sql .= foreign_target($alike ? "source_$name" : "target_$name", $seed, $name) =~ s/CREATE TRIGGER.*//sr
		  . "CREATE TABLE base_$name AS SELECT $list FROM " . ($alike ? 'source' : 'target') . "_$name;\n";
		$sql .= local_triggers("target_$name", $tables{$name}) unless $alike;
	}
	$sql .= partitioned('target_parts') . partitioned('local_target_parts');
	for my $name (sort keys %tables)
	{
		$sql .= twin_table("local_target_$name", $name, $utf8, $range{$name} ? ['local_target_parts'] : undef);
		$sql .= twin_table("target_$name", $name, $utf8, $range{$name} ? ['target_parts'] : undef) if $alike;
		$sql .= "ALTER TABLE target_parts ATTACH PARTITION target_$name FOR VALUES FROM ($range{$name}[0]) TO ($range{$name}[1]);\n" if $range{$name} && !$alike;
	}
	$sql .= foreign_target('target_wide_7', $seed, 'wide', batch_size => 7) . foreign_target('target_wide_1', $seed, 'wide', batch_size => 1)
	  . foreign_target('target_wide_bare', $seed, 'wide', bare => 1) unless $alike;
	$sql .= "CREATE VIEW ${_}target_view AS SELECT * FROM ${_}target_wide WHERE grp < 4 OR grp IS NULL WITH CHECK OPTION;\n" for '', 'local_';
	return $sql;
}

sub triggers_sql
{
	return <<'SQL';
CREATE FUNCTION before_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		RETURN CASE WHEN OLD.grp = 4 THEN NULL ELSE OLD END;
	END IF;
	IF NEW.grp = 3 THEN
		RETURN NULL;
	END IF;
	NEW.ti := coalesce(NEW.ti, 9);
	NEW.vs := left(NEW.vs, 20) || 't';
	RETURN NEW;
END $$;
CREATE FUNCTION after_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO trigger_log VALUES (TG_ARGV[0], concat_ws(' ', TG_OP, CASE WHEN TG_OP <> 'INSERT' THEN ROW(OLD.id, OLD.ti, OLD.vs, OLD.d7)::text END,
		CASE WHEN TG_OP <> 'DELETE' THEN ROW(NEW.id, NEW.ti, NEW.vs, NEW.d7, NEW.cp)::text END));
	RETURN NULL;
END $$;
SQL
}

1;
