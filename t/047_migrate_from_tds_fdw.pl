# Coming from tds_fdw: what share/migrate_from_tds_fdw.sql writes of a schema with
# more than 20 tables, run; every table read through both wrappers in one session;
# the switch of names, and back.  Where both differ, doc/migrate-from-tds_fdw.md says
# how, and each row of its table is read here.  052 is about both in one backend.

use strict;
use warnings;
use FindBin;
use IPC::Run ();
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Lab qw(bindir chinook free_port scratch_folder slurp);
use TdsMirror::Pair;

my $script = "$FindBin::Bin/../share/migrate_from_tds_fdw.sql";
my $page = slurp("$FindBin::Bin/../doc/migrate-from-tds_fdw.md");

plan skip_all => 'tds_fdw is not installed' unless -e bindir() =~ s{/bin$}{/lib/tds_fdw.so}r;

# One port serves the whole list there, so these have addresses of their own.
my $port = free_port();
my $pair = TdsMirror::Pair->start(prefix => 'migrate-', a => { port => $port },
	b => { port => $port, address => '127.0.0.2' }, script => slurp("$FindBin::Bin/047_tables.tsql"));
my $folder = scratch_folder('migrate-files');
my $cluster = TdsMirror::Cluster->start('migrate', lc_messages => 'C');
my $psql = $cluster->session;
my ($user, $password) = ($TdsMirror::Instance::user, $TdsMirror::Instance::password);

# psql as a user runs it; (standard output, standard error).
sub psql
{
	my (@arguments) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run([ bindir() . '/psql', '-X', '-h', '127.0.0.1', '-p', $cluster->port, '-U', 'lab', '-d', 'postgres', @arguments ],
		'<', '/dev/null', '>', \$out, '2>', \$err, IPC::Run::timeout(180));
	return ($out, $err);
}

# The script, with variables; its text, also as a file.
sub written
{
	my (%variables) = @_;
	my ($out, $err) = psql('-f', $script, map { ('-v', "$_=$variables{$_}") } sort keys %variables);

	is($err, '', 'the script runs: ' . join(' ', map { "$_=$variables{$_}" } sort keys %variables));
	open(my $file, '>', "$folder/written.sql") or die;
	print $file $out;
	close $file;
	return $out;
}

sub run_written
{
	my ($what) = @_;
	my ($out, $err) = psql('-q', '-A', '-t', '-f', "$folder/written.sql");
	my @trouble = grep { !/NOTICE/ } split /\n/, $err;

	is("@trouble", '', $what);
	return $out;
}

# What is there to be migrated.
$psql->query('SET client_min_messages = warning; SET lc_messages = \'C\'');
my $schema = slurp("$FindBin::Bin/047_schema.sql");
$schema =~ s/:(port|user|password)\b/{ port => $port, user => $user, password => $password }->{$1}/ge;
$psql->query($schema);
my $count = $psql->query("SELECT count(*) FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver WHERE s.srvname = 'theirs'");
cmp_ok($count, '>=', 24, 'tables to migrate');

# A catalog that is only read, and the script it gives.
$psql->query('ALTER ROLE lab SET default_transaction_read_only = on');
my $definitions = written();
$psql->query('ALTER ROLE lab RESET default_transaction_read_only');
is(written(), $definitions, 'it gives the same once more');
unlike(written(passwords => 'off'), qr/\Q$password\E/, 'passwords can be left out');
like(written(passwords => 'off'), qr/^-- check: user mapping of lab, server theirs_mirror: its password was left out/m, 'which is said');
like($definitions, qr/^-- check: this script holds passwords/m, 'and that they are in it, too');
my ($seen, $complaint) = psql('-f', $script, '-U', 'clerk');
is($complaint, '', 'somebody else may run it, too');
unlike($seen, qr/\Q$password\E/, 'who sees no passwords');
like($seen, qr/^-- not migrated: user mapping of lab, server theirs: its options are shown to its owner and to superusers, or there are none$/m,
	'and is told which user mappings lack');

for my $line (
	'-- not migrated: server nameless: it names no database, which failover needs; run this script again with -v database=NAME',
	'-- not migrated: table public.nowhere: its server is not migrated',
	'-- not migrated: user mapping of lab, server nameless: its server is not migrated',
	'-- not migrated: server sybase: TDS 5.0 is spoken by Sybase, not by SQL Server',
	q{-- not migrated: server "many ""partners""": 'sql-c' of its list; a pair has two},
	q{-- check: server "many ""partners""": "1433" in its list was taken for a port, and left out},
	q{-- check: server "many ""partners""": tds_fdw looks 'sql-a.example.com' up in freetds.conf first; this wrapper reads no such file and asks the resolver},
	q{-- changed: server "many ""partners""": port '70000' is none, and left out},
	q{-- changed: server "many ""partners""": tds_version '7.1' becomes 7.4: dates and times arrive as such, no longer as characters},
	q{-- changed: server "many ""partners""": option language 'German' is left out: sessions speak us_english; values are not affected},
	q{-- changed: server "many ""partners""": option dbuse '1' is left out: the database is always named at login, which is how a mirror is told from a principal},
	q{-- changed: table public.priced: option local_tuple_estimate '77' is left out: nothing is asked while a statement is planned; ANALYZE the table},
	'-- not migrated: table public.procedure: its query does not begin with SELECT, so nothing can be joined to it: make it a view on the server, or use tds_mirror_query()',
	q{-- changed: table public.hinted: 'dbo.item WITH (NOLOCK)' is no table or schema.table of the server's database, and becomes a query},
	'-- check: table public.sorted: what a query with ORDER BY gives cannot be selected from, unless ORDER BY comes with TOP',
	'-- differs: table public.rounded, column made: values are rounded to its decimals; tds_fdw keeps those of datetime',
	'-- check: table public.item: view public.cheap depends on it; -v part=switch writes it anew',
	'-- not migrated: table public.item: materialized view public.frozen depends on it; it stays with the old table',
	'-- not migrated: table public.item: trigger refuse on foreign table public.item depends on it; it stays with the old table',
	'-- not migrated: table public.item: function public.first_item() depends on it; it stays with the old table',
	'-- check: table public.part_2: it is a partition of public.parts; -v part=switch attaches the new one in its place',
	q{-- check: server other, database another: tds_fdw looks},
	)
{
	my $expected = $line =~ /looks$/ ? 'CREATE SERVER other_another_mirror ' : $line;
	like($definitions, qr/^\Q$expected\E/m, $expected);
}
like($definitions, qr/^\Q$_\E/m, 'a list becomes initial and failover partner') for <<'SQL';
CREATE SERVER "many ""partners""_mirror" TYPE 'mssql' VERSION '2012' FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (
  servername 'sql-a.example.com',
  failover_partner E'sql-b\\inst',
  database 'it''s',
  updatable 'false',
  truncatable 'false');
SQL
my ($not_migrated) = $definitions =~ /tables; (\d+) not migrated/;
is($not_migrated, scalar(() = $definitions =~ /^-- not migrated: /mg), 'the last line counts what is not migrated');
unlike($definitions =~ s/'(?:[^']|'')*'|"(?:[^"]|"")*"//gr, qr/^\\(?!set ON_ERROR_STOP on$)/m, 'no name has become a command of psql');
like(written(server => 'nameless', database => 'erp'), qr/^CREATE SERVER nameless_mirror .*?^  database 'erp'.*?^CREATE FOREIGN TABLE public_mirror.nowhere/ms,
	'a database for servers that name none');
unlike(slurp("$folder/written.sql"), qr/theirs_mirror/, 'one server alone');

like(written(part => 'switch', server => 'theirs'), qr/^-- not migrated: table public\.item: there is no public_mirror\.item; run the definitions first$/m,
	'nothing is switched that is not there');
written();
run_written('what it writes runs');
is($psql->query("SELECT count(*) FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver WHERE s.srvname IN ('theirs_mirror')"),
	$count - 1, 'as many tables, but the one that cannot be');

# What catalogs say of the tables.
for my $case (
	[ 'columns, types, collations, NOT NULL', q{SELECT string_agg(format('%s %s %s %s %s', attname, format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull, attfdwoptions), ', ' ORDER BY attnum)
		FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped} ],
	[ 'defaults', q{SELECT string_agg(format('%s %s', adnum, pg_get_expr(adbin, adrelid)), ', ' ORDER BY adnum) FROM pg_attrdef WHERE adrelid = '%s'::regclass} ],
	[ 'checks', q{SELECT string_agg(format('%s %s', conname, pg_get_constraintdef(oid)), ', ' ORDER BY conname) FROM pg_constraint WHERE conrelid = '%s'::regclass AND contype = 'c'} ],
	[ 'comments', q{SELECT string_agg(format('%s %s', objsubid, description), ', ' ORDER BY objsubid) FROM pg_description WHERE objoid = '%s'::regclass} ],
	[ 'owner and privileges', q{SELECT format('%s %s %s', relowner::regrole, (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(relacl) a),
		(SELECT string_agg(format('%s %s', attname, attacl), ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL)) FROM pg_class c WHERE oid = '%s'::regclass} ],
	[ 'statistics targets', q{SELECT string_agg(format('%s %s', attname, attstattarget), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '%s'::regclass AND attstattarget > 0} ])
{
	my ($name, $sql) = @$case;
	my ($old, $new) = map { $psql->query($sql =~ s/'%s'::regclass/'$_.item'::regclass/r) } 'public', 'public_mirror';
	is($new, $old, $name);
	isnt($old, '', "$name: there are such");
}

# Every table, through both, in one session.
sub compared
{
	my ($what, $known) = @_;
	my %differs = %$known;
	my $compare = written(part => 'compare', server => 'theirs');
	my $tables = 0;

	for my $statement (split /;\n/, $compare =~ s/\A(?:(?:--|\\|SET ).*\n)+//r)
	{
		next if $statement =~ /position_dropped/;
		my ($ok, $row, $said) = $psql->try($statement);
		my ($table, $old, $new, $only_old, $only_new) = split /\|/, $row;
		($table) = $statement =~ /^SELECT '((?:[^']|'')+)' AS "table"/m unless $ok;
		my $expected = delete $differs{$table};

		if ($expected)
		{
			like("$row $said", $expected, "$what: $table: as is known");
			next;
		}
		$table =~ s/\n/ /g;
		ok($ok && $old > 0 == ($table ne 'public.empty') && $old == $new && !$only_old && !$only_new, "$what: $table: the same rows")
		  or diag "$row\n$said";
		$tables++;
	}
	is(join(' ', sort keys %differs), '', "$what: what is known to differ was there");
	return $tables;
}

# ORDER BY in a query; times that only text can show there; decimals of a datetime
my %known = (
	'public.sorted' => qr/1033|ORDER BY/,
	'public.moments' => qr/^public\.moments\|3\|3\|2\|2 /,
	'public.rounded' => qr/^public\.rounded\|3\|3\|1\|1 /);
cmp_ok(compared('migrated', \%known), '>=', 20, 'tables have the same rows through both wrappers, in one session');

# What differs in those two is the text, not the value.
sub iso { my ($column) = @_; return "to_timestamp(regexp_replace($column, ':(\\d+)([AP]M)\$', '.\\1\\2'), 'Mon DD YYYY HH12:MI:SS.USAM')::timestamp"; }
is($psql->query('SELECT count(*) FROM (SELECT id, made, ' . iso('small') . ', ' . iso('precise') . '::text FROM public.moments EXCEPT '
		. 'SELECT id, made, small::timestamp, precise FROM public_mirror.moments) AS d'), 0, 'public.moments: the same moments');
is($psql->query('SELECT count(*) FROM (SELECT id, made::timestamp(0) FROM (SELECT id, made::text::timestamp AS made FROM public.rounded) AS r '
		. 'EXCEPT SELECT id, made FROM public_mirror.rounded) AS d'), 0, 'public.rounded: the same moments, rounded');

# The hints at the end of the definitions, run; what the server then says of the columns changes no row.
my %described;
for my $hint ($definitions =~ /^-- (SELECT \* FROM tds_mirror_describe\(.*;)$/mg)
{
	my ($ok, undef, $said) = $psql->try($hint);
	$described{ $ok ? 'described' : 'refused' }++;
	ok($ok, $hint) or diag $said unless $hint =~ /public_mirror\.(sorted|elsewhere|own_database)\b/;
}
cmp_ok($described{described}, '>=', 24, 'tables are described and analyzed');
compared('described', \%known);

# Who wrote nothing before writes nothing now.
$psql->query('SET ROLE clerk');
is(($psql->try('INSERT INTO public_mirror.item (id) VALUES (99)'))[3], '55000', 'what was granted INSERT is not written');
is($psql->query('SELECT count(*) FROM ONLY public_mirror.item'), 3, 'what was granted SELECT is read');
is(($psql->try('SELECT * FROM public_mirror.number'))[3], '42501', 'what was not is not');
$psql->query('RESET ROLE');
my ($opened) = $page =~ /^(ALTER SERVER theirs_mirror .*;)$/m;
$psql->query($opened);
is(($psql->try('SET ROLE clerk; INSERT INTO public_mirror.item (id, price) VALUES (99, 1)'))[3], '', 'until the server is opened, as the page says');
$psql->query('RESET ROLE');
$psql->query('BEGIN; DELETE FROM ONLY public_mirror.item WHERE id = 99; COMMIT');

# Each row of the page's table of differences.
my ($table) = $page =~ /^<!-- differences -->\n(.*?)^<!-- end of differences -->$/ms;
my @rows = map { [ /^\| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$/ ] } (split /\n/, $table)[ 2 .. ($table =~ tr/\n//) - 1 ];
$psql->query("SET TimeZone = 'Europe/Berlin'");
cmp_ok(scalar @rows, '>', 20, 'differences are named');
for my $row (@rows)
{
	my ($value, $type, @expected) = map { s/^`(.*)`$/$1/r } @$row;
	for my $server ('theirs', 'theirs_mirror')
	{
		my $expected = shift @expected;
		$psql->query("CREATE FOREIGN TABLE difference (v $type) SERVER $server OPTIONS (query 'SELECT " . $value =~ s/'/''/gr . " AS v')");
		my ($ok, $shown, undef, $state) = $psql->try('SELECT v::text FROM difference');
		is($ok ? $shown : $state, $expected, "$value as $type through $server");
		$psql->query('DROP FOREIGN TABLE difference');
	}
}
$psql->query('RESET TimeZone');

# Names of every kind: what is written has them as they are.
my @parts = ('"', "'", '\\', "\n", "\r\n", ';', '--', ']', '%s', ':part', '$1', '{}', '|', 'ß', '日', ' ', 'x', '/*', '\\!');
srand(47);
my (%names, @made);
sub odd_name { my $name = join '', 'n', map { $parts[rand @parts] } 1 .. 6; return $names{$name}++ ? odd_name() : $name; }
sub quoted { my ($text, $mark) = @_; return $mark . $text =~ s/$mark/$mark$mark/gr . $mark; }
sub literal { my ($text) = @_; return 'E' . quoted($text =~ s/\\/\\\\/gr, "'"); }
my $odd = '';
for (1 .. 12)
{
	my ($server, $schema, $table, $column, $check, $role, $value) = map { odd_name() } 1 .. 7;
	my ($s, $n, $t, $c, $k, $r) = map { quoted($_, '"') } $server, $schema, $table, $column, $check, $role;
	$odd .= "CREATE ROLE $r; CREATE SCHEMA $n; CREATE SERVER $s FOREIGN DATA WRAPPER tds_fdw OPTIONS (servername '127.0.0.1', database " . literal($value =~ s/[\r\n]//gr) . ");
		CREATE USER MAPPING FOR $r SERVER $s OPTIONS (username 'u', password " . literal($value =~ s/[\r\n]//gr) . ");
		CREATE FOREIGN TABLE $n.$t ($c text OPTIONS (column_name 'c') CONSTRAINT $k CHECK ($c <> " . literal($value) . ") DEFAULT " . literal($value) . ")
		SERVER $s OPTIONS (query " . literal("SELECT N" . quoted($value, "'") . ' AS c') . "); COMMENT ON COLUMN $n.$t.$c IS " . literal($value) . "; GRANT SELECT ON $n.$t TO $r;\n";
	push @made, [ $schema, $table, $server ];
}
open(my $names, '>', "$folder/names.sql") or die;
print $names $odd;
close $names;
is((psql('-q', '-f', "$folder/names.sql"))[1], '', 'odd names are made');
for my $made (@made)
{
	my ($schema, $table, $server) = @$made;
	my $described = sub {
		my ($where) = @_;
		return $psql->query("SELECT (SELECT string_agg(format('%s %s %s %s', attname, attfdwoptions, col_description(attrelid, attnum), pg_get_expr(adbin, adrelid)), ' ')
				FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = c.oid AND attnum > 0),
			(SELECT string_agg(conname || pg_get_constraintdef(oid), ' ') FROM pg_constraint WHERE conrelid = c.oid AND contype = 'c'), relacl, ftoptions,
			(SELECT umoptions FROM pg_user_mappings WHERE srvid = ftserver)
			FROM pg_class c JOIN pg_foreign_table ON ftrelid = c.oid WHERE relname = " . literal($table) . " AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = " . literal($where) . ')');
	};
	my ($out, $err) = psql('-f', $script, '-v', "server=$server");
	open(my $file, '>', "$folder/written.sql") or die;
	print $file $out;
	close $file;
	my $label = $table =~ s/[\r\n]/ /gr;
	run_written("$label: what is written of it runs");
	is($described->("${schema}_mirror"), $described->($schema), "$label: and is the same");
	isnt($described->($schema), '', "$label: and is there");
}

# The switch, and back.
my %before = map { $_ => $psql->query("SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM $_ AS t") } 'public.item', 'public.cheap', 'public.parts', 'public.heirs';
my $back = written(part => 'back');
sub wrapper_of
{
	my ($names) = @_;
	return $psql->query("SELECT string_agg(srvname, ' ' ORDER BY ftrelid::regclass::text) FROM pg_foreign_table JOIN pg_foreign_server s ON s.oid = ftserver
		WHERE ftrelid IN ($names)");
}
my $inheritors = "SELECT inhrelid FROM pg_inherits WHERE inhparent IN ('public.parts'::regclass, 'public.heirs'::regclass)";
my $viewed = "SELECT d.refobjid FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid WHERE r.ev_class = 'public.cheap'::regclass AND d.refobjsubid > 0";
written(part => 'switch');
run_written('the switch runs');
is(wrapper_of("'public.item'::regclass"), 'theirs_mirror', 'names are those of the new tables');
is(wrapper_of($inheritors), 'theirs_mirror theirs_mirror', 'partitions and children, too');
is(wrapper_of($viewed), 'theirs_mirror', 'views read them');
is($psql->query("SELECT reloptions FROM pg_class WHERE oid = 'public.cheap'::regclass"), '{security_barrier=true}', 'and keep their options');
is($psql->query("SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM $_ AS t"), $before{$_}, "$_ has the same rows") for sort keys %before;
is($psql->query('SELECT title FROM public.cheap WHERE id = 1'), 'Ünïcödé ✓', 'a condition on the view');
$pair->a->tsql('ALTER DATABASE [erp] SET PARTNER FAILOVER');
$pair->wait_principal($pair->b);
is($psql->query("SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM public.cheap AS t"), $before{'public.cheap'}, 'and after a failover');

open(my $file, '>', "$folder/written.sql") or die;
print $file $back;
close $file;
run_written('the way back runs');
is(wrapper_of("'public.item'::regclass"), 'theirs', 'names are those of the old tables');
is(wrapper_of($inheritors), 'theirs theirs', 'partitions and children, too');
is(wrapper_of($viewed), 'theirs', 'views read them');
is($psql->query("SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM $_ AS t"), $before{$_}, "$_ has the same rows") for sort keys %before;

# Chinook, where it is there.
SKIP:
{
	my $path = chinook() or skip 'Chinook_SqlServer.sql is not beside the project', 3;

	$pair->b->tsql(slurp($path), database => 'master');
	$psql->query("CREATE SCHEMA chinook; CREATE SERVER chinook FOREIGN DATA WRAPPER tds_fdw OPTIONS (servername '127.0.0.2', port '$port', database 'Chinook', tds_version '7.4');
		CREATE USER MAPPING FOR lab SERVER chinook OPTIONS (username '$user', password '$password')");
	$psql->query('IMPORT FOREIGN SCHEMA dbo FROM SERVER chinook INTO chinook');
	written(server => 'chinook');
	run_written('Chinook: what it writes runs');
	my $tables = 0;
	for my $statement (split /;\n/, written(part => 'compare', server => 'chinook') =~ s/\A(?:(?:--|\\|SET ).*\n)+//r)
	{
		my (undef, $old, $new, @only) = split /\|/, $psql->query($statement);
		$tables++ if $old > 0 && $old == $new && "@only" eq '0 0';
	}
	is($tables, 11, 'Chinook: all tables have the same rows');
}

$psql->quit;
$pair->stop;
done_testing();
