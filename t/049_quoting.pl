# Names and values made of what means something in T-SQL, in FreeTDS's files or in
# UTF-16: each comes back as it went, and a statement says nothing else for them.
#
# QUOTING_SEED makes other ones.  The canary is a table that every injected statement aims at.

use strict;
use warnings;
use utf8;
use Encode qw(encode encode_utf8);
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql who_table_sql);
use TdsMirror::Instance;
use TdsMirror::Lab qw(append_file scratch_folder);
use TdsMirror::Pair;

binmode(Test::More->builder->$_, ':encoding(UTF-8)') for qw(output failure_output todo_output);
my $seed = $ENV{QUOTING_SEED} // 1;
my $values = 1200;
my $names = 60;

srand $seed;

my @pieces = (']', ']]', '[', q{'}, q{''}, '"', '\\', '\\\\', '--', '/*', '*/', ';', '$(x)', '%', '_', '^', '%s%n', '@P1', '@', '#', ':', '?', '&', '=',
	"\n", "\r", "\t", "\x01", "\x07", "\x1B", "\x1F", "\x7F", "\x{80}", "\x{85}", "\x{A0}", ' ', '  ', 'go', "\ngo\n", 'a', 'Z', '0', 'é', "e\x{301}", "\x{0301}",
	"\x{202E}", "\x{200F}", "\x{200D}", "\x{FEFF}", "\x{FFFD}", "\x{2028}", "\x{2019}", "\x{FF07}", "\x{02BC}", "\x{FF3D}", "\x{0130}", 'ß', "\x{3000}",
	"'; DELETE dbo.canary; --", "]; DELETE dbo.canary; --", "' + (SELECT 1) + '", "'; DROP TABLE dbo.canary --", "N'", "''''", "*/ DELETE dbo.canary /*",
	"\nhost = 127.0.0.2\n", 'NULL', '{ts}', "\\\n", "\x{1F600}", "\x{10FFFF}", "\x{10000}", 'xp_cmdshell', "x\x{0}" =~ s/\0//r);

# A character of each plane now and then, and of the first one any.
sub character
{
	my $plane = int rand 17;
	my $code = rand() < 0.5 ? 1 + int rand 0xD7FF : $plane * 0x10000 + int rand 0xFFFE;

	$code = 0xE000 + $code % 0x1000 if $code >= 0xD800 && $code <= 0xDFFF || $code == 0;
	no warnings 'nonchar';
	return chr $code;
}

sub text
{
	my ($most) = @_;
	my $text = '';

	$text .= rand() < 0.8 ? $pieces[ rand @pieces ] : character() for 0 .. rand 8;
	chop $text while units($text) > $most;
	return $text;
}

sub units { return length(encode('UTF-16LE', $_[0])) / 2; }

# As SQL: of no dialect's quoting, so that psql has no say.
sub hex_of { return unpack 'H*', encode_utf8($_[0]); }
sub sql_text { return "convert_from('\\x" . hex_of($_[0]) . "', 'UTF8')"; }

# As an identifier or a literal of PostgreSQL, by PostgreSQL's own format().
sub execute
{
	my ($format, @arguments) = @_;

	return 'DO $do$ BEGIN EXECUTE format($f$' . $format . '$f$, ' . join(', ', map { sql_text($_) } @arguments) . '); END $do$;';
}

sub tsql_name { return '[' . $_[0] =~ s/\]/]]/gr . ']'; }
sub tsql_text { return "N'" . $_[0] =~ s/'/''/gr . "'"; }

my $cluster = TdsMirror::Cluster->start('quoting');
my $pair = TdsMirror::Pair->start(prefix => 'quoting-', plain => 1, script => <<'SQL');
CREATE TABLE dbo.canary (alive int NOT NULL)
go
INSERT INTO dbo.canary VALUES (1)
go
CREATE TABLE dbo.texts (n int NOT NULL PRIMARY KEY, t nvarchar(400) NULL, exact nvarchar(400) COLLATE Latin1_General_100_BIN2 NULL)
go
SQL
my $psql = $cluster->session;
my %alone = (failover_partner => undef, require_mirroring => 'false');

# Is every table where it was, and nothing else?
sub canary
{
	my ($what) = @_;

	is($pair->a->tsql('SELECT COUNT(*) FROM dbo.canary', database => 'erp'), 1, "the canary lives after $what");
	return;
}

$psql->query(server_sql($pair, %alone, batch_size => 1) . <<'SQL');
CREATE FOREIGN TABLE texts (n int OPTIONS (key 'true', remote_type 'int'), t text OPTIONS (remote_type 'nvarchar(400)', remote_collation 'SQL_Latin1_General_CP1_CI_AS'),
  exact text OPTIONS (remote_type 'nvarchar(400)', remote_collation 'Latin1_General_100_BIN2')) SERVER erp OPTIONS (schema_name 'dbo', table_name 'texts');
CREATE FOREIGN TABLE many (n int OPTIONS (remote_type 'int'), t text OPTIONS (remote_type 'nvarchar(400)', remote_collation 'SQL_Latin1_General_CP1_CI_AS'),
  exact text OPTIONS (remote_type 'nvarchar(400)', remote_collation 'Latin1_General_100_BIN2')) SERVER erp OPTIONS (schema_name 'dbo', table_name 'texts', batch_size '100');
CREATE TABLE cases (n int PRIMARY KEY, t text);
CREATE FUNCTION differences(part int4range) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM (SELECT * FROM cases WHERE n <@ part) AS c LEFT JOIN (SELECT * FROM texts OFFSET 0) AS r USING (n)
  WHERE r.n IS NULL OR c.t IS DISTINCT FROM r.t OR c.t IS DISTINCT FROM r.exact $$;
CREATE FUNCTION pattern(t text) RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace(t, '([\\%_])', '\\\1', 'g') $$;
-- asks for each case by a parameter and by a constant, in =, IN and LIKE; says which are not found as here
CREATE FUNCTION not_found(template text, part int4range) RETURNS SETOF int LANGUAGE plpgsql AS $$
DECLARE
	c cases;
	other text;
	here int[];
	there int[];
BEGIN
	FOR c IN SELECT * FROM cases WHERE n <@ part ORDER BY n LOOP
		SELECT t INTO other FROM cases WHERE n = (c.n * 7) % (SELECT count(*) FROM cases) + 1;
		EXECUTE format(replace(template, 'FROM texts', 'FROM cases'), c.t, other, '%' || pattern(substr(c.t, 2, 3)) || '%') INTO here;
		EXECUTE format(template, c.t, other, '%' || pattern(substr(c.t, 2, 3)) || '%') INTO there;
		IF here IS DISTINCT FROM there THEN
			RETURN NEXT c.n;
		END IF;
	END LOOP;
END $$;
SQL

# --- values

my @cases = map { text(390) } 1 .. $values;
$psql->query('INSERT INTO cases VALUES ' . join ', ', map { "($_, " . sql_text($cases[ $_ - 1 ]) . ')' } 1 .. $values);

my $third = int($values / 3);
my %part = (rows => "'[1,$third]'", batches => "'[@{[$third + 1]},@{[2 * $third]}]'", copy => "'[@{[2 * $third + 1]},$values]'");
$psql->query("INSERT INTO texts SELECT n, t, t FROM cases WHERE n <\@ $part{rows}::int4range");
is($psql->query("SELECT differences($part{rows})"), 0, "$third values by single INSERTs");
$psql->query("INSERT INTO many SELECT n, t, t FROM cases WHERE n <\@ $part{batches}::int4range");
is($psql->query("SELECT differences($part{batches})"), 0, 'as many together');
my $file = scratch_folder('quoting-copy') . '/cases';
chmod 0777, $file =~ s{/[^/]+$}{}r;
$psql->query("COPY (SELECT n, t, t FROM cases WHERE n <\@ $part{copy}::int4range) TO '$file'; COPY many FROM '$file'");
is($psql->query("SELECT differences($part{copy})"), 0, 'as many by COPY');
canary('INSERT and COPY');

my $few = "'[1,250]'";
for my $column (qw(t exact))
{
	my $condition = $column eq 't' ? 't' : 'exact';
	my $here = "SELECT array_agg(n ORDER BY n) FROM texts WHERE";

	# the local table has but one column for both
	$psql->query('ALTER TABLE cases ADD COLUMN IF NOT EXISTS exact text; UPDATE cases SET exact = t');
	is($psql->query("SELECT count(*) FROM not_found('$here $condition = %1\$L', $few)"), 0, "$column = a constant");
	is($psql->query("SELECT count(*) FROM not_found('$here $condition IN (%1\$L, %2\$L, NULL)', $few)"), 0, "$column IN");
	is($psql->query("SELECT count(*) FROM not_found('$here $condition LIKE %3\$L', $few)"), 0, "$column LIKE");
}
is($psql->query(<<"SQL"), 0, 'and by parameters of one statement');
SELECT count(*) FROM cases AS c WHERE n <\@ ${few}::int4range AND NOT EXISTS (SELECT FROM texts AS r WHERE r.exact = c.t AND r.n = c.n)
SQL
canary('conditions');

# Each takes another's text: by key, and as one statement of constants.
$psql->query("UPDATE texts SET t = (SELECT t FROM cases AS c WHERE c.n = texts.n % $values + 1) WHERE n BETWEEN 1 AND 200 AND random() >= 0");
is($psql->query("SELECT count(*) FROM texts AS r JOIN cases AS c ON c.n = r.n % $values + 1 WHERE r.n <= 200 AND r.t IS DISTINCT FROM c.t"), 0,
	'200 UPDATEs by key');
for my $n (201 .. 300)
{
	$psql->query(execute('UPDATE texts SET t = %L WHERE exact = %L AND n = ' . $n, $cases[$n], $cases[ $n - 1 ]));
}
is($psql->query("SELECT count(*) FROM texts AS r JOIN cases AS c ON c.n = r.n % $values + 1 WHERE r.n BETWEEN 201 AND 300 AND r.t IS DISTINCT FROM c.t"), 0,
	'100 UPDATEs as one statement each');
$psql->query(execute('DELETE FROM texts WHERE exact = %L AND n = ' . $_, $cases[ $_ - 1 ])) for 301 .. 340;
is($psql->query('SELECT count(*) FROM texts WHERE n BETWEEN 301 AND 340'), 0, 'DELETEs');
canary('changes');

# The user's own statements go as they are.
for my $n (341 .. 380)
{
	my $text = $cases[ $n - 1 ];

	$psql->query('SELECT tds_mirror_exec(' . "'erp', " . sql_text("UPDATE dbo.texts SET t = N'through' WHERE exact = " . tsql_text($text) . " AND n = $n") . ')');
}
is($psql->query("SELECT count(*) FROM texts WHERE n BETWEEN 341 AND 380 AND t = 'through'"), 40, 'tds_mirror_exec');
my $same = 0;
for my $n (381 .. 410)
{
	$psql->query(execute("CREATE FOREIGN TABLE said (v text) SERVER erp OPTIONS (query %L)", 'SELECT ' . tsql_text($cases[ $n - 1 ]) . ' AS v'));
	$same += $psql->query("SELECT count(*) FROM said WHERE v = (SELECT t FROM cases WHERE n = $n)");
	$psql->query('DROP FOREIGN TABLE said');
}
is($same, 30, 'and the option query');
canary("the user's own");

# What UTF-8 cannot say never comes to us.
my (undef, undef, undef, $state) = $psql->try(q{INSERT INTO texts (n, t) VALUES (100000, convert_from('\xEDA080', 'UTF8'))});
is($state, '22021', 'a surrogate alone is no text');

# --- names

# of schema, table, column; all odd, some as long as they may be
sub name
{
	my $name = text(128);

	$name .= $pieces[ rand @pieces ] while rand() < 0.3 && units($name) < 128;
	$name .= rand() < 0.5 ? 'x' x (128 - units($name)) : '' if rand() < 0.3;
	# no control characters: the options have none; and # would make a temporary table
	$name =~ s/^#+//;
	$name =~ s/[\x00-\x1F\x7F]//g;
	chop $name while units($name) > 128;
	$name =~ s/\s+\z//;
	return length $name ? $name : 'x';
}

my ($made, $kept, $imported, $commented) = (0, 0, 0, 0);
for my $i (1 .. $names)
{
	my ($schema, $table, @columns) = (name(), name() . "", name(), name());

	$columns[1] = 'other' if lc $columns[0] eq lc $columns[1];
	$schema = "s$i" . substr $schema, 0, 60;
	my $full = tsql_name($schema) . '.' . tsql_name($table);
	for my $sql ('CREATE SCHEMA ' . tsql_name($schema),
		"CREATE TABLE $full (" . tsql_name($columns[0]) . ' int NOT NULL PRIMARY KEY, ' . tsql_name($columns[1]) . ' nvarchar(200) NULL)')
	{
		my ($ok, undef, $err) = $psql->try("SELECT tds_mirror_exec('erp', " . sql_text($sql) . ')');

		$ok or diag "$sql\n$err";
	}
	my ($ok, undef, $err) = $psql->try(execute('CREATE FOREIGN TABLE named (k int OPTIONS (key \'true\', column_name %L), v text OPTIONS (column_name %L))'
		  . ' SERVER erp OPTIONS (schema_name %L, table_name %L)', @columns, $schema, $table));
	$ok or diag $err;
	$made += $ok;
	$psql->query(execute("INSERT INTO named VALUES (1, %L), (2, 'two'), (3, NULL)", $cases[$i]));
	$psql->query(execute("UPDATE named SET v = v || %L WHERE k = 2 AND random() >= 0", $cases[$i]));
	$psql->query(execute('UPDATE named SET v = %L WHERE k = 3', $table));
	$psql->query("DELETE FROM named WHERE k = 1 AND random() >= 0");
	$kept += $psql->query("SELECT count(*) FROM named WHERE v IN ('two' || " . sql_text($cases[$i]) . ', ' . sql_text($table) . ')') == 2;
	# here names have 63 bytes
	if (length encode_utf8($table) <= 63 && !grep { length encode_utf8($_) > 63 } @columns)
	{
		$psql->query('CREATE SCHEMA imported');
		($ok, undef, $err) = $psql->try(execute('IMPORT FOREIGN SCHEMA %I LIMIT TO (%I) FROM SERVER erp INTO imported', substr($schema, 0, 15), $table))
		  if length encode_utf8($schema) <= 63 && length $schema <= 15;
		$psql->query('DROP SCHEMA imported CASCADE');
	}
	$psql->query('DROP FOREIGN TABLE named');
}
is($made, $names, 'foreign tables of every name');
is($kept, $names, 'INSERT, UPDATE, DELETE and SELECT by those names');
canary('names');

# Import and comments, of names that fit here.
$psql->query("SELECT tds_mirror_exec('erp', 'CREATE SCHEMA [imp''o]]rt]')");
my @local = grep { length encode_utf8($_) <= 60 && !/^\s*$/ } map { "t$_ " . name() } 1 .. $names;
for my $name (@local)
{
	my $column = substr($name, 0, 12) . ']\'';

	$psql->query("SELECT tds_mirror_exec('erp', " . sql_text("CREATE TABLE [imp'o]]rt]." . tsql_name($name) . ' (' . tsql_name($column) . ' int NULL)') . ')');
	$psql->query("SELECT tds_mirror_exec('erp', " . sql_text("EXEC sp_addextendedproperty N'MS_Description', " . tsql_text($name)
		  . ", N'SCHEMA', N'imp''o]rt', N'TABLE', " . tsql_text($name)) . ')');
}
$psql->query(q{CREATE SCHEMA here; IMPORT FOREIGN SCHEMA "imp'o]rt" FROM SERVER erp INTO here});
$psql->query('CREATE TABLE wanted (name text)');
$psql->query('INSERT INTO wanted VALUES ' . join ', ', map { '(' . sql_text($_) . ')' } @local);
is($psql->query('SELECT count(*) FROM (SELECT name FROM wanted EXCEPT SELECT foreign_table_name FROM information_schema.foreign_tables'
	  . " WHERE foreign_table_schema = 'here') AS missing"), 0, scalar(@local) . ' tables are imported under their names');
is($psql->query(execute('SELECT 1 FROM here.%I', $_)), '', 'and read') for $local[0];
$psql->query(q{SELECT tds_mirror_import_comments('erp', 'imp''o]rt', 'here')});
is($psql->query("SELECT count(*) FROM wanted AS w JOIN pg_class AS c ON c.relname = w.name AND obj_description(c.oid, 'pg_class') = w.name"),
	scalar @local, 'with their comments');
$psql->query(q{CREATE SCHEMA limited; } . execute(q{IMPORT FOREIGN SCHEMA "imp'o]rt" LIMIT TO (%I, %I) FROM SERVER erp INTO limited}, @local[ 0, 1 ]));
is($psql->query("SELECT count(*) FROM information_schema.foreign_tables WHERE foreign_table_schema = 'limited'"), 2, 'and by LIMIT TO');
canary('import');

for my $case ([ 'schema_name', 'x' x 385 ], [ 'schema_name', "a\nb" ], [ 'schema_name', "a\x7Fb" ], [ 'table_name', "\x{1F600}" x 200 ])
{
	my ($ok, undef, $err) = $psql->try(execute("CREATE FOREIGN TABLE too_long (k int) SERVER erp OPTIONS ($case->[0] %L" . ($case->[0] eq 'schema_name' ? ", table_name 't')" : ')'), $case->[1]));
	ok(!$ok && $err =~ /22023|invalid value/, "too long, or with a control character: refused as $case->[0]") or diag $err;
}

# --- databases, servers, logins, passwords

my $database = "o'd]d; --\x{1F600}";
$pair->a->tsql('CREATE DATABASE ' . encode_utf8(tsql_name($database)));
my $server = q{s'e"r]v;e$(r)};
$psql->query(execute('CREATE SERVER %I FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername %L, database %L, require_mirroring \'false\', application_name %L)',
		$server, '127.0.0.1,' . $pair->a->port, $database, my $application = q{a'p]p; [x]}));
$psql->query(execute(q{CREATE USER MAPPING FOR CURRENT_USER SERVER %I OPTIONS (username 'sa', password %L)}, $server, $TdsMirror::Instance::password));
is($psql->query('SELECT d, a FROM tds_mirror_query(' . sql_text($server) . "::name, 'SELECT DB_NAME(), APP_NAME()') AS q (d text, a text)"),
	encode_utf8("$database|$application"), 'a database, a server and an application of odd names');
is($psql->query('SELECT count(*) FROM tds_mirror_status(' . sql_text($server) . '::name) WHERE error IS NULL'), 1, 'and its status');

# FreeTDS takes 128 bytes; a line's end is refused when the mapping is made.
my @passwords = ("]#;[x] host = 127.0.0.2", q{'"\\$(x) --}, "\x{1F600}" x 32, "\x{E9}\x{10FFFF}\x{202E}", 'p' x 128, " lead and trail ", '%s%n', '{}');
for my $i (0 .. $#passwords)
{
	my $login = $i % 2 ? "us'er]; $i" : "user $i";
	my $instance = do
	{
		local $TdsMirror::Instance::user = encode_utf8($login);
		local $TdsMirror::Instance::password = encode_utf8($passwords[$i]);
		TdsMirror::Instance->start("P$i", folder => "quoting-P$i");
	};
	my $name = "login$i";

	$psql->query("CREATE SERVER $name FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '127.0.0.1," . $instance->port
		  . "', database 'master', require_mirroring 'false', login_timeout '5 s')");
	$psql->query(execute("CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (username %L, password %L)", $login, $passwords[$i]));
	is($psql->query("SELECT s FROM tds_mirror_query('$name', 'SELECT SUSER_SNAME()') AS q (s text)"), encode_utf8($login), "password $i");
	$psql->query("SELECT tds_mirror_disconnect('$name')");
	$psql->query(execute("ALTER USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (SET password %L)", substr $passwords[$i], 0, -1));
	my (undef, undef, $err, $code) = $psql->try("SELECT * FROM tds_mirror_query('$name', 'SELECT 1') AS q (i int)");
	like($code, qr/^28/, "and nothing like it: $i") or diag $err;
	$instance->stop;
}
canary('logins');
(undef, undef, my $refusal, $state) = $psql->try(execute('ALTER USER MAPPING FOR CURRENT_USER SERVER erp OPTIONS (SET password %L)', "x\nhost = 127.0.0.2"));
is($state, '22023', 'a password of two lines is refused');
unlike($refusal =~ s/^CONTEXT:.*?^LOCATION/LOCATION/msr, qr/127\.0\.0\.2/, 'in a message that does not say it');

done_testing();
