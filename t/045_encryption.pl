# Encrypted connections: which ones come about, which are refused and why, and that
# everything that a session does it does as well within TLS.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use TdsMirror::Certificates;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_rows track_script track_table_sql who_table_sql);
use TdsMirror::Instance;
use TdsMirror::Lab qw(scratch_folder slurp wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('encryption', log_min_messages => 'debug1');
my $authority = TdsMirror::Certificates->new('encryption-authority');
my $stranger = TdsMirror::Certificates->new('encryption-stranger');
my $here = [ 'IP:127.0.0.1', 'DNS:localhost' ];
my @good = $authority->issue('good', $here);
my $psql = $cluster->session;

$psql->query('CREATE EXTENSION tds_mirror_fdw');

# A server of one instance, and a table that says whether its connection is encrypted.
sub define
{
	my ($name, $instance, %options) = @_;
	my %server = (servername => $instance->address . ',' . $instance->port, database => 'master',
		login_timeout => '20 s', %options);
	my $list = join ', ', map { "$_ '$server{$_}'" } sort keys %server;

	$psql->query("DROP SERVER IF EXISTS $name CASCADE; "
		  . "CREATE SERVER $name FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS ($list); "
		  . "CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (username 'sa', password '$TdsMirror::Instance::password'); "
		  . "CREATE FOREIGN TABLE $name (encrypted text) SERVER $name OPTIONS (query "
		  . "'SELECT encrypt_option AS encrypted FROM sys.dm_exec_connections WHERE session_id = \@\@SPID')");
	return;
}

# What the table says, or the error's SQLSTATE and all its text.
sub ask
{
	my ($name) = @_;
	my ($ok, $out, $err, $state) = $psql->try("SELECT encrypted FROM $name");

	return $ok ? $out : "$state $err";
}

# What is asked for, what is offered.
my %offer = (
	off => TdsMirror::Instance->start('PLAIN'),
	optional => TdsMirror::Instance->start('OPTIONAL', more => [ '--tls', 'optional', @good ]),
	required => TdsMirror::Instance->start('REQUIRED', more => [ '--tls', 'required', @good ]));

for my $case (
	[ 'off', 'off', qr/^FALSE$/ ], [ 'off', 'optional', qr/^FALSE$/ ], [ 'off', 'required', qr/^TRUE$/ ],
	[ 'request', 'off', qr/^FALSE$/ ], [ 'request', 'optional', qr/^FALSE$/ ], [ 'request', 'required', qr/^TRUE$/ ],
	[ 'require', 'off', qr/^08001.*could not open an encrypted connection to server "s".*not trusted: the server does not offer encryption/s ],
	[ 'require', 'optional', qr/^TRUE$/ ], [ 'require', 'required', qr/^TRUE$/ ])
{
	my ($asked, $offered, $expected) = @$case;

	define('s', $offer{$offered}, encryption => $asked);
	like(ask('s'), $expected, "encryption '$asked' of a server where it is $offered");
	is($psql->query("SELECT encrypted, error FROM tds_mirror_diag('s')"),
		'FALSE' =~ $expected ? 'f|' : 'TRUE' =~ $expected ? 't|' : '|the server does not offer encryption',
		'... as tds_mirror_diag says');
}
is($offer{off}->counter('logins_ok'), 4, 'nobody has logged in without the encryption that is required');

# Certificates.
my %certificate = (
	good => [ $authority, [], {}, qr/^TRUE$/ ],
	stranger => [ $stranger, [], {}, qr/certificate is not accepted: no authority in ca_file has signed it, or it has expired/ ],
	expired => [ $authority, [], { until => '20210101000000Z' }, qr/certificate is not accepted: .* or it has expired or is not valid yet/ ],
	early => [ $authority, [], { from => '20480101000000Z' }, qr/certificate is not accepted: .* or it has expired or is not valid yet/ ],
	elsewhere => [ $authority, [ 'DNS:sql.example.com', 'IP:127.0.0.2' ], {}, qr/certificate does not carry the name 127\.0\.0\.1/ ]);
my %instance;

for my $name (sort keys %certificate)
{
	my ($signer, $names, $options, $expected) = @{ $certificate{$name} };

	$instance{$name} = TdsMirror::Instance->start(uc $name,
		more => [ '--tls', 'optional', $signer->issue($name, @$names ? $names : $here, %$options) ]);
	for my $asked ('require', 'request')
	{
		define('s', $instance{$name}, encryption => $asked, ca_file => $authority->file);
		my $answer = ask('s');

		if ($name eq 'good')
		{
			is($answer, $asked eq 'require' ? 'TRUE' : 'FALSE', "a good certificate, encryption '$asked'");
			next;
		}
		like($answer, $expected, "$name, encryption '$asked'");
		like($answer, qr/^08001 .*HINT:  Check the certificates of SQL Server, and the server options encryption, ca_file and certificate_hostname/s,
			'... with SQLSTATE and HINT');
		like($psql->query("SELECT error FROM tds_mirror_status('s')"), $expected, '... and in tds_mirror_status');
	}
	is($instance{$name}->counter('logins_ok'), $name eq 'good' ? 2 : 0, "$name: nobody has logged in in spite of it");
	define('s', $instance{$name}, encryption => 'require');
	is(ask('s'), 'TRUE', "$name: without ca_file nobody looks at it");
}

define('s', $instance{good}, encryption => 'require', ca_file => 'system');
like(ask('s'), qr/certificate is not accepted: no authority that the system trusts has signed it/, "ca_file 'system'");
define('s', $instance{good}, encryption => 'require', ca_file => '/nowhere/ca.pem');
like(ask('s'), qr/^08001 .*the file of certificate authorities cannot be read: No such file or directory/s, 'no such ca_file');
define('s', $instance{good}, encryption => 'require', ca_file => "$authority->{folder}/good.key");
like(ask('s'), qr/no authority in ca_file has signed it/, 'a ca_file without authorities');

# A handshake that is cut short says nothing of the certificate.
for my $case ([ 'with ca_file', ca_file => $authority->file ], ['without ca_file'])
{
	my ($with, %options) = @$case;

	for my $action ('close', 'reset')
	{
		define('s', $instance{good}, encryption => 'require', %options);
		$instance{good}->control("fault handshake $action count 1");
		like(ask('s'), qr/^08001 .*could not find the principal.*unreachable: /s, "$with: a handshake that ends with $action");
		is(ask('s'), 'TRUE', '... and the next one');
	}
	$instance{good}->control('clear');
}

# Who may say so.
$psql->query('CREATE ROLE plain; GRANT USAGE ON FOREIGN DATA WRAPPER tds_mirror_fdw TO plain; SET ROLE plain');
my ($ok, undef, $err, $state) = $psql->try("CREATE SERVER p FOREIGN DATA WRAPPER tds_mirror_fdw "
	  . "OPTIONS (servername 'h', database 'd', ca_file '" . $authority->file . "')");
like("$state $err", qr/^42501 .*option "ca_file" is superuser-only/s, 'a file is the superuser\'s to name');
$psql->query("CREATE SERVER p FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername 'h', database 'd', ca_file 'system')");
is($psql->query("SELECT count(*) FROM pg_foreign_server WHERE srvname = 'p'"), 1, "ca_file 'system' is everybody's");
$psql->query('DROP SERVER p; RESET ROLE; DROP SERVER s CASCADE');
$_->stop for values %instance, values %offer;

# A pair.
my $pair = TdsMirror::Pair->start(prefix => 'encryption-', script => track_script()
	  . "CREATE TABLE dbo.big (id int NOT NULL PRIMARY KEY, name nvarchar(200), code varchar(20))\ngo\n"
	  . "INSERT dbo.big SELECT id, name, code FROM standin_rows(100000)\ngo\n"
	  . "CREATE TABLE dbo.loaded (id int NOT NULL PRIMARY KEY, name nvarchar(200), paid decimal(18,2))\ngo\n",
	a => { more => [ '--tls', 'required', @good ] }, b => { more => [ '--tls', 'required', @good ] });
my ($a, $b) = ($pair->a, $pair->b);
my %secure = (encryption => 'require', ca_file => $authority->file, login_timeout => '30 s');

$psql->query(server_sql($pair, %secure, silence_check => '500 ms') . track_table_sql() . who_table_sql()
	  . "CREATE FOREIGN TABLE big (id int, name text, code text) SERVER erp OPTIONS (schema_name 'dbo', table_name 'big');"
	  . "CREATE FOREIGN TABLE loaded (id int, name text, paid numeric(18,2)) SERVER erp OPTIONS (schema_name 'dbo', table_name 'loaded');"
	  . "CREATE FOREIGN TABLE me (spid int) SERVER erp OPTIONS (query 'SELECT CAST(\@\@SPID AS int) AS spid')");

my $all = "SELECT count(*), sum(id), count(name), md5(string_agg(coalesce(name, '-') || code, ',' ORDER BY id)) FROM (SELECT * FROM big OFFSET 0) AS t";
my $expected = $psql->query($all);
like($expected, qr/^100000\|5000050000\|/, 'a large result within TLS');
$psql->query("SELECT tds_mirror_disconnect('erp'); ALTER SERVER erp OPTIONS (SET encryption 'off', DROP ca_file)");
is($psql->query($all), $expected, '... is the same with another setting');
$psql->query("ALTER SERVER erp OPTIONS (SET encryption 'require', ADD ca_file '" . $authority->file . "')");

# A session is kept: nothing that TLS leaves behind on the socket looks like its end.
my $spid = $psql->query('SELECT spid FROM me');
my $logins = $a->counter('logins_ok');
for my $round (1 .. 50)
{
	$psql->query("SELECT count(*) FROM track WHERE id <= $round");
	sleep 0.1 if $round % 10 == 0;
}
is($psql->query('SELECT spid FROM me'), $spid, 'one session serves many statements');
is($a->counter('logins_ok'), $logins, '... without another login');

# The end of a statement before its time.
for my $case ([ 'before the first row', 'batch', 0 ], [ 'between rows', 'row', 1000 ])
{
	my ($when, $point, $argument) = @$case;

	$a->control("fault $point delay " . ($point eq 'row' ? $argument : 20000));
	my $start = time;
	my (undef, undef, undef, $state) = $psql->try("SET statement_timeout = '500 ms'; $all; RESET statement_timeout");
	is($state, '57014', "$when: ended");
	cmp_ok(time - $start, '<', 15, '... soon');
	$a->control('clear');
	$psql->query('RESET statement_timeout');
	is($psql->query($all), $expected, '... and the next statement is whole');
}
$psql->query('SELECT spid FROM me');
my $lookup = $psql->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM big; FETCH 3 FROM c; COMMIT');
is($lookup, "1\n2\n3", 'a cursor that is closed early');
$spid = $psql->query('SELECT spid FROM me');
$psql->query('BEGIN; DECLARE c CURSOR FOR SELECT id FROM big; FETCH 3 FROM c; COMMIT');
is($psql->query('SELECT spid FROM me'), $spid, '... does not cost the session');

# The other partner is asked beside a silent one; the statement goes on.
my $asked = $b->counter('logins');
$a->control('fault batch delay 3000');
is($psql->query('SELECT count(*) FROM track'), track_rows(), 'a slow answer');
cmp_ok($b->counter('logins'), '>', $asked, '... while the other partner was asked, within TLS');

# Writing: many rows in one message where FreeTDS can do that, and in a transaction.
$psql->query("INSERT INTO loaded SELECT i, CASE WHEN i % 7 = 0 THEN NULL WHEN i % 5 = 0 THEN '' ELSE 'Zürich ' || i END, i / 100.0 FROM generate_series(1, 20000) AS i");
is($psql->query('SELECT count(*), count(name), sum(length(name)), sum(paid) FROM (SELECT * FROM loaded OFFSET 0) AS t'),
	$psql->query("SELECT count(*), count(n), sum(length(n)), sum(p) FROM (SELECT CASE WHEN i % 7 = 0 THEN NULL WHEN i % 5 = 0 THEN '' ELSE 'Zürich ' || i END AS n, "
		  . '(i / 100.0)::numeric(18,2) AS p FROM generate_series(1, 20000) AS i) AS t'), 'rows that were inserted');
$psql->query('BEGIN; UPDATE loaded SET paid = 0 WHERE id <= 100; ROLLBACK');
is($psql->query('SELECT count(*) FROM loaded WHERE paid = 0'), 0, 'a transaction that is rolled back');

# Answers that break off or make no sense: never a short result, never a hang.
for my $point ('batch', 'row')
{
	for my $action ('close', 'reset', 'garbage', 'overrun', 'envchange', 'plp_cut', 'plp_short', 'packet')
	{
		$psql->query('SELECT count(*) FROM who');
		$a->control("fault $point $action" . ($point eq 'row' ? ' 5000' : ''));
		my ($ok, $out, $err, $state) = $psql->try($all);
		$a->control('clear');
		ok($ok ? $out eq $expected : $state =~ /^(?:08|HV)/, "$action at $point: an error, or all rows")
		  or diag($ok ? $out : "$state $err");
		is($psql->query('SELECT count(*) FROM track'), track_rows(), '... and the next statement works');
	}
}

# A server that stalls within the handshake: the user ends it, and login_timeout does.
for my $skip (0, 1)
{
	my $waiting = $cluster->session;
	my $pid = $waiting->backend;

	$_->control("fault handshake hang 0 skip $skip count 100") for $a, $b;
	$waiting->send('SELECT count(*) FROM who');
	wait_until('the handshake hangs', 20, sub { grep { /^handshake .* hits [1-9]/ } $a->control('faults'), $b->control('faults') });
	my $start = time;
	$psql->query("SELECT pg_cancel_backend($pid)");
	my (undef, undef, undef, $state) = $waiting->finish;
	is($state, '57014', "a handshake that hangs after $skip answers is cancelled");
	cmp_ok(time - $start, '<', 5, '... at once');
	$waiting->quit;
	$_->control('clear') for $a, $b;
}
$_->control('fault handshake hang 0 count 100') for $a, $b;
my $hurried = $cluster->session;
$hurried->query("ALTER SERVER erp OPTIONS (SET login_timeout '2 s')");
my $start = time;
($ok, undef, $err, $state) = $hurried->try('SELECT count(*) FROM who');
cmp_ok(time - $start, '<', 8, 'login_timeout ends it, too');
like("$state $err", qr/^08001 .*could not find the principal.*the login was not answered in time/s, '... and the error says so');
$_->control('clear') for $a, $b;
$hurried->query("ALTER SERVER erp OPTIONS (SET login_timeout '30 s')");
is($hurried->query('SELECT instance FROM who'), 'A', '... and then all is well');
$hurried->quit;

# Failover.
is($psql->query('SELECT instance FROM who'), 'A', 'A is principal');
is($psql->query("SELECT new_principal FROM tds_mirror_failover('erp')") ne '', 1, 'a planned failover within TLS');
is($psql->query('SELECT instance FROM who'), 'B', '... moves the session');
is($psql->query($all), $expected, '... and every row is there');
$pair->wait_synchronized;
my $streaming = $cluster->session;
is($streaming->query('SELECT instance FROM who'), 'B', 'another session');
$b->kill9;
$pair->force_service($a);
$pair->wait_principal($a);
is($streaming->query('SELECT instance FROM who'), 'A', 'its partner is found when it dies');
is($psql->query($all), $expected, '... with every row');

# A partner whose certificate is bad is no principal for us; the other one may be.
push @{ $b->{more} }, $stranger->issue('bad', $here);
$b->launch;
wait_until('B answers', 20, sub { ($b->try_tsql('SELECT 1'))[0] });
$psql->query("SELECT tds_mirror_forget('erp'); SELECT tds_mirror_disconnect('erp')");
$psql->query('ALTER SERVER erp OPTIONS (SET servername \'' . $b->address . ',' . $b->port . '\', SET failover_partner \'' . $a->address . ',' . $a->port . '\')');
is($psql->query('SELECT instance FROM who'), 'A', 'the good partner serves beside one with a bad certificate');
like($psql->query("SELECT string_agg(error, '') FROM tds_mirror_status('erp')"), qr/certificate is not accepted/, '... which tds_mirror_status shows');
$a->kill9;
splice @{ $a->{more} }, -4, 4, $authority->issue('wrong', ['DNS:sql.example.com']);
$a->launch;
wait_until('A answers', 20, sub { ($a->try_tsql('SELECT 1'))[0] });
$start = time;
($ok, undef, $err, $state) = $psql->try('SELECT instance FROM who');
like("$state $err", qr/^08001 .*could not open an encrypted connection to server "erp".*Initial partner [^\n]*not trusted: the server's certificate is not accepted.*Failover partner [^\n]*not trusted: the server's certificate does not carry the name/s,
	'two bad certificates: the error says what is wrong with each');
cmp_ok(time - $start, '<', 15, '... without waiting for login_timeout');

my $log = slurp($cluster->log_file);
unlike($log, qr/PANIC|signal 11|signal 6/, 'no backend has crashed');
is(scalar(grep { /\Q$TdsMirror::Instance::password\E/ && !/STATEMENT|CREATE USER MAPPING/ } split /\n/, $log), 0, 'no password in the log');

$psql->quit;
done_testing();
