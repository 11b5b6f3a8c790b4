# Whose password opens a session, what may point to files of this machine, who may
# call what, and where no secret appears.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_table_sql who_table_sql);
use TdsMirror::Instance;
use TdsMirror::Lab qw(append_file scratch_folder slurp);
use TdsMirror::Pair;

my $pair = TdsMirror::Pair->start(prefix => 'security-', script => track_script());
my $decoy = TdsMirror::Instance->start('DECOY');
my $secret = $TdsMirror::Instance::password;
my $home = scratch_folder('home');

# Configuration of FreeTDS wherever FreeTDS looks for it: each file leads to the decoy,
# each dump would be a file.
my $conf = join '', map { "[$_]\n\thost = 127.0.0.1\n\tport = " . $decoy->port . "\n\tdump file = $home/dump\n" }
  'global', 'localhost', '127.0.0.1', '127.0.0.1,' . $pair->a->port, '127.0.0.1:' . $pair->a->port, 'erp', 'server';

append_file("$home/$_", $conf) for '.freetds.conf', 'freetds.conf';
append_file("$home/.interfaces", "localhost\n\tquery tcp ether 127.0.0.1 " . $decoy->port . "\n");
my %environment = (HOME => $home, FREETDSCONF => "$home/freetds.conf", FREETDS => $home, SYBASE => $home, TDSDUMP => "$home/dump",
	TDSDUMPCONFIG => "$home/dump", TDSPORT => $decoy->port, TDSHOST => '127.0.0.1', TDSVER => '5.0', TDSQUERY => 'localhost');
my $cluster = do
{
	local @ENV{ keys %environment } = values %environment;
	TdsMirror::Cluster->start('security', log_statement => 'all', log_min_messages => 'debug5',
		log_error_verbosity => 'verbose', debug_print_plan => 'on', log_duration => 'on');
};
my $super = $cluster->session;
my ($ok, $out, $err, $state);

# as(ROLE, SQL): in a session of that role; (ok, output, error, SQLSTATE)
sub as
{
	my ($role, $sql) = @_;
	my $session = $cluster->session(user => $role);
	my @answer = $session->try($sql);

	$session->quit;
	return @answer;
}

sub refused
{
	my ($role, $sql, $expected, $message, $name) = @_;
	my ($good, undef, $error, $code) = as($role, $sql);

	ok(!$good && $code eq $expected && $error =~ $message, $name) or diag "$code $error";
	return;
}

$super->query(q{CREATE ROLE owner LOGIN; CREATE ROLE guest LOGIN; CREATE ROLE boss LOGIN SUPERUSER});
# the user's own text of CREATE USER MAPPING is PostgreSQL's to log, or not
$super->query(q{SET log_statement = none; SET log_min_messages = panic; SET log_duration = off; SET debug_print_plan = off});
$super->query(server_sql($pair, login_timeout => '5 s') . track_table_sql() . who_table_sql());
$super->query("GRANT USAGE ON FOREIGN SERVER erp TO owner, guest; GRANT USAGE ON FOREIGN DATA WRAPPER tds_mirror_fdw TO owner;"
	  . "GRANT SELECT ON track, who TO owner, guest; GRANT CREATE ON SCHEMA public TO owner;"
	  . "CREATE USER MAPPING FOR owner SERVER erp OPTIONS (username 'sa')");

# --- whose password

refused('owner', 'SELECT * FROM who', '2F003', qr/password is required.*Non-superusers must provide a password/s,
	'a mapping without a password serves no ordinary user');
refused('owner', q{ALTER USER MAPPING FOR owner SERVER erp OPTIONS (ADD password_required 'false')}, '42501',
	qr/password_required=false is superuser-only/, 'who cannot allow it to himself');
$super->query(q{ALTER USER MAPPING FOR owner SERVER erp OPTIONS (ADD password '')});
refused('owner', 'SELECT * FROM who', '2F003', qr/password is required/, 'an empty password is none');
$super->query(q{ALTER USER MAPPING FOR owner SERVER erp OPTIONS (DROP password)});
$super->query(q{ALTER USER MAPPING FOR owner SERVER erp OPTIONS (ADD password_required 'false')});
($ok, $out, $err, $state) = as('owner', 'SELECT * FROM who');
ok(!$ok && $state =~ /^28/, 'a superuser may allow it: now the server is asked, and says no') or diag "$state $err";
refused('owner', q{ALTER USER MAPPING FOR owner SERVER erp OPTIONS (SET username 'x')}, '42501', qr/superuser-only/,
	'and what he has allowed is not altered by others');
$super->query(q{ALTER USER MAPPING FOR owner SERVER erp OPTIONS (DROP password_required)});

# Rights are those of whom the table is read for.
$super->query(q{CREATE VIEW of_owner AS SELECT * FROM who; ALTER VIEW of_owner OWNER TO owner});
($ok, undef, $err, $state) = $super->try('SELECT * FROM of_owner');
ok(!$ok && $state eq '2F003', 'a view is read with the mapping of its owner, also by a superuser') or diag "$state $err";
$super->query(q{CREATE FUNCTION of_owner() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT instance FROM who'; ALTER FUNCTION of_owner() OWNER TO owner});
($ok, undef, $err, $state) = $super->try('SELECT of_owner()');
ok(!$ok && $state eq '2F003', 'so is a security definer function') or diag "$state $err";
$super->query('SET ROLE owner');
($ok, undef, $err, $state) = $super->try('SELECT * FROM who');
ok(!$ok && $state eq '2F003', 'and so is a superuser who has set a role') or diag "$state $err";
$super->query('RESET ROLE');
is($super->query('SELECT * FROM who'), 'A', 'the superuser himself has a password');

# A mapping for PUBLIC: its session is shared, but judged for each user.
$super->query("CREATE SERVER open FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '127.0.0.1', port '" . $pair->a->port
	  . "', database 'erp', require_mirroring 'false', login_timeout '5 s'); GRANT USAGE ON FOREIGN SERVER open TO guest, boss;"
	  . "CREATE USER MAPPING FOR PUBLIC SERVER open OPTIONS (username 'sa', password '$secret');" . who_table_sql('open') =~ s/TABLE who/TABLE open_who/r
	  . "GRANT SELECT ON open_who TO guest, boss");
is((as('guest', 'SELECT * FROM open_who'))[1], 'A', 'a mapping for PUBLIC with a password serves everybody');
my $boss = $cluster->session(user => 'boss');
is($boss->query('SELECT * FROM open_who'), 'A', 'also a superuser');
$super->query('ALTER USER MAPPING FOR PUBLIC SERVER open OPTIONS (DROP password)');
refused('guest', 'SELECT * FROM open_who', '2F003', qr/password is required/, 'without one it serves no ordinary user');
$super->query("ALTER USER MAPPING FOR PUBLIC SERVER open OPTIONS (ADD password '$secret')");
is($boss->query('SELECT * FROM open_who'), 'A', 'a session is open');
$super->query('ALTER USER MAPPING FOR PUBLIC SERVER open OPTIONS (DROP password); ALTER ROLE boss NOSUPERUSER');
($ok, undef, $err, $state) = $boss->try('SELECT * FROM open_who');
ok(!$ok && $state eq '2F003', 'who is a superuser no more is judged again, in an open session') or diag "$state $err";
$boss->quit;

# --- where a secret may stand

refused('owner', qq{CREATE SERVER s FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername 'h', database 'd', $_ 'x-Hidden2')}, 'HV00D',
	qr/invalid option "$_"/, "a server has no option $_, which everybody could read") for qw(password username);

# --- files of this machine

refused('owner', "CREATE SERVER s FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername 'h', database 'd', ca_file '/etc/ssl/cert.pem')", '42501',
	qr/option "ca_file" is superuser-only/, 'only a superuser names a file');
$super->query("CREATE SERVER with_ca FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername 'h', database 'd', encryption 'require',"
	  . " ca_file '/etc/ssl/cert.pem'); ALTER SERVER with_ca OWNER TO owner");
refused('owner', "ALTER SERVER with_ca OPTIONS (SET ca_file '/etc/passwd')", '42501', qr/superuser-only/, 'nor changes one');

# Names that FreeTDS could look up in a file, or take for something else than a host.
for my $name ('/etc/passwd', '../../etc/passwd', '\\\\pipe\\sql\\query', '\\pipe', '[x]', ':memory', '#x', 'a;b', "a\nhost = b", "a\rb", 'a=b', 'a b', '~', '.', '%n')
{
	(my $quoted = $name) =~ s/'/''/g;
	my ($good, undef, $error, $code) = as('owner', "CREATE SERVER odd FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '$quoted', database 'erp',"
		  . " require_mirroring 'false', login_timeout '1 s');"
		  . "CREATE USER MAPPING FOR owner SERVER odd OPTIONS (username 'sa', password 'x-Hidden3');"
		  . who_table_sql('odd') =~ s/TABLE who/TABLE odd_who/r . 'SELECT * FROM odd_who');

	(my $shown = $name) =~ s/[\r\n]/ /g;
	ok(!$good && $code =~ /^(?:22023|0800[16])$/, "servername $shown leads nowhere") or diag "$code $error";
	as('owner', 'DROP SERVER IF EXISTS odd CASCADE');
}

# The environment and the files of the server's user have no say.
$super->query("CREATE SERVER localhost FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername 'localhost', port '" . $pair->a->port
	  . "', database 'erp', require_mirroring 'false'); CREATE USER MAPPING FOR CURRENT_USER SERVER localhost"
	  . " OPTIONS (username 'sa', password '$secret');" . who_table_sql('localhost') =~ s/TABLE who/TABLE local_who/r);
is($super->query('SELECT * FROM local_who'), 'A', 'a name that is a section of freetds.conf is a host all the same');
is($super->query('SELECT * FROM who'), 'A', 'so is an address');
is($decoy->counter('connections'), 0, 'where the files lead nobody has called');
ok(!-e "$home/dump", 'and nothing was dumped');

# --- who may call what

my @servers = ('tds_mirror_failover(%s)', 'tds_mirror_force_service(%s, true)', 'tds_mirror_suspend(%s)', 'tds_mirror_resume(%s)',
	q{tds_mirror_set_safety(%s, 'full')}, q{tds_mirror_exec(%s, 'SELECT 1')}, 'tds_mirror_forget(%s)',
	'tds_mirror_create_commit_log(%s)', 'tds_mirror_prune_commit_log(%s)', q{tds_mirror_import_comments(%s, 'dbo', 'public')});
my @revoked = ((map { sprintf "SELECT * FROM $_", q{'erp'} } @servers),
	q{SELECT * FROM tds_mirror_query('erp', 'SELECT 1') AS q (i int)}, q{SELECT * FROM tds_mirror_describe('track')});

refused('guest', $_, '42501', qr/permission denied for function/, "not granted: $_") for @revoked;
$super->query('REVOKE USAGE ON FOREIGN SERVER erp FROM guest; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO guest');
refused('guest', $_, '42501', qr/permission denied for foreign server erp|must be owner/, "without USAGE on the server: $_") for @revoked,
  map { "SELECT * FROM tds_mirror_${_}('erp')" } qw(status diag disconnect);
is((as('guest', "SELECT count(*) FROM $_ WHERE server_name = 'erp'"))[1], 0, "what is shown of servers in $_ needs USAGE, too") for 'tds_mirror_partners', 'tds_mirror_connections';
refused('guest', "ALTER SERVER erp OPTIONS (SET servername 'h')", '42501', qr/must be owner/, 'a server is altered by its owner');
refused('guest', "CREATE USER MAPPING FOR guest SERVER erp OPTIONS (username 'x', password 'x-Hidden4')", '42501', qr/permission denied/,
	'a mapping for oneself needs USAGE');
is((as('guest', 'SELECT count(*) FROM pg_user_mappings WHERE umoptions IS NOT NULL'))[1], 0,
	'passwords of others are not shown');

# --- no secret in a log, a plan, a status or a message

my @said;
my $everything = sub {
	my (@answer) = $super->try($_[0]);

	push @said, @answer[1, 2];
	return;
};
$super->query(q{SET log_statement = 'all'; SET log_min_messages = debug5; SET client_min_messages = debug5; SET debug_print_plan = on});
$everything->($_) for 'EXPLAIN (VERBOSE, ANALYZE) SELECT * FROM track WHERE id < 3', 'SELECT * FROM tds_mirror_disconnect_all()', 'SELECT * FROM who',
  'SELECT * FROM tds_mirror_connections', 'SELECT * FROM tds_mirror_partners', "SELECT * FROM tds_mirror_status('erp')",
  "SELECT * FROM tds_mirror_diag('erp')", 'SELECT query, application_name FROM pg_stat_activity', 'SELECT srvoptions FROM pg_foreign_server',
  "SELECT tds_mirror_exec('erp', 'SELECT 1/0')", q{SELECT * FROM tds_mirror_query('erp', 'SELECT * FROM none') AS q (i int)},
  "UPDATE track SET seconds = 1 / (id - id)", "BEGIN; INSERT INTO track (id, title) VALUES (1, 'x')", 'ROLLBACK',
  "EXPLAIN (VERBOSE) UPDATE track SET title = 'x'", 'SELECT count(*) FROM pg_foreign_table';
# wrong ones are no less secret
$super->query(q{SET log_statement = none; SET log_min_messages = panic; SET client_min_messages = warning});
$super->query(q{ALTER USER MAPPING FOR CURRENT_USER SERVER localhost OPTIONS (SET password 'wrong-Hidden5')});
$super->query(q{SET log_statement = 'all'; SET log_min_messages = debug5; SET client_min_messages = debug5});
$everything->('SELECT * FROM local_who');
$everything->("SELECT * FROM tds_mirror_status('localhost')");
$super->query(q{SET log_statement = none; SET log_min_error_statement = panic; SET client_min_messages = warning});
push @said, ($super->try("ALTER USER MAPPING FOR CURRENT_USER SERVER localhost OPTIONS (SET password '" . 'Hidden6' x 40 . "')"))[1, 2];
push @said, ($super->try("ALTER USER MAPPING FOR CURRENT_USER SERVER localhost OPTIONS (ADD pasword 'x-Hidden7')"))[1, 2];
$super->quit;
my $log = slurp($cluster->log_file);

cmp_ok(length $log, '>', 10000, 'the log says much');
ok(index($log, $secret) < 0, 'but not the password');
# sessions of the roles have logged their own statements, with what stood in them
ok(($log =~ s/^.*(?:LOG|STATEMENT|DEBUG):.*(?:CREATE|ALTER) (?:SERVER|USER MAPPING).*$//mgr) !~ /Hidden[567]/, 'nor a wrong one');
# LINE shows the user's own statement, which psql has sent
unlike(join("\n", map { s/^(?:LINE \d+|STATEMENT):.*$//mgr } @said), qr/\Q$secret\E|Hidden/, 'nor does any answer');
my @files = grep { -f } glob("$cluster->{folder}/data/tds_mirror_fdw/*/*");
cmp_ok(scalar @files, '>', 0, 'there are files of the partner cache');
unlike(join('', map { slurp($_) } @files), qr/\Q$secret\E/, 'nor does one of them have it');

done_testing();
