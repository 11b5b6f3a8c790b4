# Encryption that comes first, and certificates with names of their own: what
# FreeTDS 1.5 can do, and what an older one is not asked to do.

use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use TdsMirror::Certificates;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_rows track_script track_table_sql who_table_sql);
use TdsMirror::Instance;
use TdsMirror::Lab qw(slurp wait_until);
use TdsMirror::Pair;

my $cluster = TdsMirror::Cluster->start('strict');
my $authority = TdsMirror::Certificates->new('strict-authority');
my $stranger = TdsMirror::Certificates->new('strict-stranger');
my $ca = $authority->file;
my $psql = $cluster->session;
my @here = $authority->issue('here', [ 'IP:127.0.0.1' ]);
my @a_name = $authority->issue('a', [ 'DNS:sql-a.example.com' ]);
my @b_name = $authority->issue('b', [ 'DNS:sql-b.example.com' ]);

# TDS 8 is spoken by servers of TDS 7, too; this pair has its own names.
my $pair = TdsMirror::Pair->start(prefix => 'strict-', script => track_script(),
	a => { more => [ '--tls', 'required', @a_name ] }, b => { more => [ '--tls', 'required', @b_name ] });
my ($a, $b) = ($pair->a, $pair->b);

$psql->query(server_sql($pair, ca_file => $ca, encryption => 'require', login_timeout => '20 s') . track_table_sql() . who_table_sql()
	  . "CREATE FOREIGN TABLE me (spid int) SERVER erp OPTIONS (query 'SELECT CAST(\@\@SPID AS int) AS spid')");

# The error's SQLSTATE and text.
sub refusal
{
	my ($sql) = @_;
	my ($ok, $out, $err, $state) = $psql->try($sql);

	return $ok ? "no error: $out" : "$state $err";
}

my ($library) = $psql->query("SELECT freetds_version FROM tds_mirror_diag('erp')");
my ($major, $minor) = $library =~ /^freetds v(\d+)\.(\d+)/ or die "which FreeTDS is $library?\n";

like(refusal('SELECT instance FROM who'), qr/^08001 .*Initial partner [^\n]*certificate does not carry the name 127\.0\.0\.1.*Failover partner [^\n]*the name 127\.0\.0\.1/s,
	'certificates with other names');

if ($major * 1000 + $minor < 1005)
{
	for my $option ('certificate_hostname', 'failover_certificate_hostname')
	{
		like(refusal("ALTER SERVER erp OPTIONS (ADD $option 'sql-a.example.com')"),
			qr/^0A000 .*the TDS library cannot obey the option "$option".*DETAIL:  The library at hand is "\Q$library\E"\..*HINT:  This needs FreeTDS 1\.5 or later\./s,
			"$option is refused");
	}
	like(refusal("ALTER SERVER erp OPTIONS (SET encryption 'strict')"),
		qr/^0A000 .*cannot obey this value of the option "encryption".*"\Q$library\E".*FreeTDS 1\.5 or later/s, "encryption 'strict' is refused");

	# what was written under another library
	for my $option ('encryption=strict', 'certificate_hostname=sql-a.example.com')
	{
		my ($name) = split /=/, $option;
		my $connections = $a->counter('connections');

		$psql->query("UPDATE pg_foreign_server SET srvoptions = array_append(array(SELECT o FROM unnest(srvoptions) AS o WHERE o NOT LIKE '$name=%'), '$option') WHERE srvname = 'erp'");
		$psql->quit;
		$psql = $cluster->session;
		like(refusal('SELECT instance FROM who'), qr/^0A000 .*the TDS library cannot obey .*"$name".*FreeTDS 1\.5 or later/s, "... and so is a login with $name");
		is($a->counter('connections'), $connections, '... before anybody is asked');
		like($psql->query('EXPLAIN SELECT instance FROM who'), qr/Foreign Scan/, '... but a plan is made');
		is($psql->query("SELECT DISTINCT reachable, error FROM tds_mirror_status()"),
			"f|The option \"$name\" needs FreeTDS 1.5 or later, and the library at hand is \"$library\".", '... tds_mirror_status() says so in its rows');
		is($a->counter('connections'), $connections, '... and asks nobody either');
		$psql->query($name eq 'encryption' ? "ALTER SERVER erp OPTIONS (SET encryption 'require')" : "ALTER SERVER erp OPTIONS (DROP $name)");
	}
	like(refusal('SELECT instance FROM who'), qr/^08001 /, 'what cannot be obeyed can be taken away');
}
else
{
	# Names.
	$psql->query("ALTER SERVER erp OPTIONS (ADD certificate_hostname 'sql-a.example.com')");
	is($psql->query('SELECT instance FROM who'), 'A', 'the name that the certificate carries');
	is($psql->query("SELECT count(*) FILTER (WHERE reachable), string_agg(error, '') FROM tds_mirror_status('erp')") =~ s/ .*//sr, '1|the',
		'... is that of one place');
	like($psql->query("SELECT string_agg(error, '') FROM tds_mirror_status('erp')"), qr/does not carry the name 127\.0\.0\.1/, '... and not of the other');
	$psql->query("ALTER SERVER erp OPTIONS (ADD failover_certificate_hostname 'sql-a.example.com')");
	like($psql->query("SELECT string_agg(error, '') FROM tds_mirror_status('erp')"), qr/does not carry the name sql-a\.example\.com/, 'the wrong name for the failover partner');
	$psql->query("ALTER SERVER erp OPTIONS (SET failover_certificate_hostname 'sql-b.example.com')");
	is($psql->query("SELECT count(*) FILTER (WHERE reachable), string_agg(error, '') FROM tds_mirror_status('erp')"), '2|', 'each partner has its name');

	# Strict.
	$psql->query("ALTER SERVER erp OPTIONS (SET encryption 'strict')");
	is($psql->query('SELECT instance FROM who'), 'A', 'TDS 8');
	is($psql->query("SELECT tds_version, encrypted, error FROM tds_mirror_diag('erp')"), '8.0|t|', '... as tds_mirror_diag says');
	is($psql->query('SELECT count(*), sum(id) FROM (SELECT * FROM track OFFSET 0) AS t'), track_rows() . '|' . track_rows() * (track_rows() + 1) / 2, '... with every row');
	my $spid = $psql->query('SELECT spid FROM me');
	for my $round (1 .. 30)
	{
		$psql->query("SELECT count(*) FROM track WHERE id <= $round");
		sleep 0.1 if $round % 10 == 0;
	}
	is($psql->query('SELECT spid FROM me'), $spid, 'one session serves many statements');
	$a->control('fault batch delay 20000');
	like(refusal("SET statement_timeout = '500 ms'; SELECT count(*) FROM track"), qr/^57014 /, 'a cancelled statement');
	$a->control('clear');
	$psql->query('RESET statement_timeout');
	is($psql->query('SELECT count(*) FROM track'), track_rows(), '... and the next one');
	$psql->query('BEGIN; UPDATE track SET seconds = 0 WHERE id <= 10; COMMIT');
	is($psql->query('SELECT count(*) FROM track WHERE seconds = 0'), 10, 'a transaction');

	for my $action ('close', 'reset', 'garbage', 'overrun', 'packet')
	{
		$a->control("fault row $action 1000");
		my ($ok, $out, $err, $state) = $psql->try('SELECT count(*), sum(id) FROM (SELECT * FROM track OFFSET 0) AS t');
		$a->control('clear');
		ok($ok ? $out =~ /^\Q${\ track_rows()}\E\|/ : $state =~ /^(?:08|HV)/, "$action: an error, or all rows") or diag($ok ? $out : "$state $err");
		is($psql->query('SELECT count(*) FROM track'), track_rows(), '... and the next statement works');
	}

	$_->control('fault handshake hang 0 count 100') for $a, $b;
	my $waiting = $cluster->session;
	my $pid = $waiting->backend;
	$waiting->send('SELECT instance FROM who');
	wait_until('the handshake hangs', 20, sub { grep { /^handshake .* hits [1-9]/ } $a->control('faults') });
	my $start = time;
	$psql->query("SELECT pg_cancel_backend($pid)");
	my (undef, undef, undef, $state) = $waiting->finish;
	is($state, '57014', 'a handshake that hangs is cancelled');
	cmp_ok(time - $start, '<', 5, '... at once');
	$_->control('clear') for $a, $b;
	is($waiting->query('SELECT instance FROM who'), 'A', '... and then all is well');
	$waiting->quit;

	is($psql->query("SELECT new_principal FROM tds_mirror_failover('erp')") ne '', 1, 'a planned failover');
	is($psql->query('SELECT instance FROM who'), 'B', '... to the other name');

	# What is no TDS 8, or not as it should be.
	$psql->query("ALTER SERVER erp OPTIONS (SET failover_certificate_hostname 'sql-a.example.com')");
	like(refusal("SELECT tds_mirror_forget('erp'); SELECT instance FROM who"), qr/^08001 .*does not carry the name sql-a\.example\.com/s, 'the wrong name, in TDS 8');
	$psql->query("ALTER SERVER erp OPTIONS (DROP failover_certificate_hostname, DROP certificate_hostname, DROP ca_file)");
	$start = time;
	like(refusal('SELECT instance FROM who'), qr/^08001 .*could not open an encrypted connection.*no authority that the system trusts has signed it/s,
		'without ca_file the authorities of the system decide');
	cmp_ok(time - $start, '<', 15, '... without waiting for login_timeout');

	my %other = (
		plain => [ [], qr/closes connections that begin with TLS; it may not offer strict encryption/ ],
		strange => [ [ '--tls', 'strict', $stranger->issue('strange', [ 'IP:127.0.0.1' ]) ], qr/no authority in ca_file has signed it, or it has expired or is not valid yet, or TLS/ ],
		expired => [ [ '--tls', 'strict', $authority->issue('expired', [ 'IP:127.0.0.1' ], until => '20210101000000Z') ], qr/or it has expired/ ],
		strict => [ [ '--tls', 'strict', @here ], undef ]);
	for my $name (sort keys %other)
	{
		my ($more, $expected) = @{ $other{$name} };
		my $instance = TdsMirror::Instance->start($name, more => $more);

		$psql->query("CREATE SERVER $name FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '" . $instance->address . ',' . $instance->port
			  . "', database 'master', encryption 'strict', ca_file '$ca', login_timeout '20 s'); "
			  . "CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (username 'sa', password '$TdsMirror::Instance::password'); "
			  . "CREATE FOREIGN TABLE $name (n text) SERVER $name OPTIONS (query 'SELECT \@\@SERVERNAME AS n')");
		if ($expected)
		{
			like(refusal("SELECT n FROM $name"), qr/^08001 .*$expected/s, "$name: refused");
			is($instance->counter('logins_ok'), 0, '... without a login');
			next;
		}
		is($psql->query("SELECT n FROM $name"), $name, 'a server that speaks TDS 8 alone');
		$psql->query("ALTER SERVER $name OPTIONS (SET encryption 'require')");
		like(refusal("SELECT n FROM $name"), qr/^08/, '... takes nothing else');
	}
}

my $log = slurp($cluster->log_file);
unlike($log, qr/PANIC|signal 11|signal 6/, 'no backend has crashed');
$psql->quit;
done_testing();
