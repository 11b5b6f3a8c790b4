# Named instances: SQL Server Browser tells their ports, or does not.

use strict;
use warnings;
use Test::More;
use IO::Socket::INET;
use Time::HiRes qw(time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql who_table_sql);
use TdsMirror::Lab qw(append_file scratch_folder slurp);
use TdsMirror::Pair;

my $folder = scratch_folder('browser');
my $net = join '.', 127, 10 + int rand 200, 1 + int rand 250;
my ($host_a, $host_b, $host_c) = map { "$net.$_" } 1 .. 3;
my @browsers;

# A SQL Server Browser that does as its file "mode" says, and counts its questions.
# Files of the host: port (of the instance that it knows), instance, mode.
sub browse
{
	my ($host) = @_;
	my $socket = IO::Socket::INET->new(LocalAddr => $host, LocalPort => 1434, Proto => 'udp')
	  or die "cannot listen at $host: $!\n";
	my $pid = fork() // die "fork: $!\n";

	if ($pid)
	{
		push @browsers, $pid;
		return;
	}
	while (defined(my $from = $socket->recv(my $question, 100)))
	{
		my ($mode, $instance, $port) = map { slurp("$folder/$host.$_") } qw(mode instance port);
		append_file("$folder/$host.asked", "$question\n");
		my $text = "ServerName;X;InstanceName;$instance;IsClustered;No;Version;15.0.2000.5;tcp;$port;;";
		next if $mode eq 'silent' || ($mode eq 'late' && slurp("$folder/$host.asked") !~ /\n.*\n/s);
		$text = "ServerName;X;InstanceName;OTHER;IsClustered;No;Version;15;tcp;1;;" if $mode eq 'other';
		$text = "InstanceName;$instance;tcp;99999;;" if $mode eq 'port';
		my $answer = pack('C v a*', 5, length $text, $text);
		$answer = 'x' x 2000 if $mode eq 'garbage';
		$socket->send($answer, 0, $from);
		$socket->send(pack('C v a*', 5, 3, 'abc'), 0, $from) if $mode eq 'other';
	}
	POSIX::_exit(0);
}

sub set
{
	my ($host, %files) = @_;

	for my $name (keys %files)
	{
		unlink "$folder/$host.new";
		append_file("$folder/$host.new", $files{$name});
		rename "$folder/$host.new", "$folder/$host.$name";
	}
	return;
}

sub asked
{
	my ($host) = @_;
	my $count = () = slurp("$folder/$host.asked") =~ /\n/g;

	return $count;
}

set($_, mode => 'answer', instance => 'INSTA', port => 1, asked => '') for $host_a, $host_b, $host_c;
set($host_b, instance => 'INSTB');
browse($host_a);
browse($host_b);
END
{
	my $status = $?;
	kill 'KILL', $_ for @browsers;
	waitpid $_, 0 for @browsers;
	$? = $status;
}

my $cluster = TdsMirror::Cluster->start('instances');
my $pair = TdsMirror::Pair->start(prefix => 'instances-',
	a => { address => $host_a, advertise => "$host_a\\INSTA" },
	b => { address => $host_b, advertise => "$host_b\\INSTB" });
my ($a, $b) = ($pair->a, $pair->b);
set($host_a, port => $a->port);
set($host_b, port => $b->port);

my $psql = $cluster->session;
$psql->query(server_sql($pair, servername => "$host_a\\INSTA", failover_partner => "$host_b\\instb") . who_table_sql());
is($psql->query('SELECT instance FROM who'), 'A', 'A is reached by the name of its instance');
is($psql->query('SELECT initial_partner, failover_partner FROM tds_mirror_partners'),
	"$host_a\\INSTA|$host_b\\instb", 'whose port is nowhere shown as configured');
is(slurp("$folder/$host_a.asked"), "\4INSTA\0\n", 'the Browser was asked once');
is($cluster->sql('SELECT instance FROM who'), 'A', 'another backend reads');
is(asked($host_a), 1, 'without asking, for the port is recorded');

$a->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
$pair->wait_principal($b);
is($psql->query('SELECT instance FROM who'), 'B', 'the other instance is found by its name, too');
$pair->wait_synchronized;

# The instance comes back at another port.
$a->kill9;
$a->{tds} = TdsMirror::Lab::free_port();
$a->launch;
$pair->wait_synchronized;
set($host_a, port => $a->port);
$b->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
$pair->wait_principal($a);
is($psql->query('SELECT instance FROM who'), 'A', 'a port that has moved is asked for again');
is($cluster->sql('SELECT instance FROM who'), 'A', 'also by a backend that knew the old one from the file');

# A partner named HOST\INSTANCE by the principal.
$psql->query(server_sql($pair, name => 'learning', servername => "$host_a\\INSTA", failover_partner => undef));
$psql->query("CREATE FOREIGN TABLE learning_who (instance text) SERVER learning OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
is($psql->query('SELECT instance FROM learning_who'), 'A', 'a server without a configured partner');
is($psql->query("SELECT failover_partner, failover_source FROM tds_mirror_partners WHERE server_name = 'learning'"),
	"$host_b\\INSTB|learned", 'learns the other by its instance');
$a->tsql('ALTER DATABASE erp SET PARTNER FAILOVER');
$pair->wait_principal($b);
is($psql->query('SELECT instance FROM learning_who'), 'B', 'and finds it');

# Browsers that say nothing useful.
sub ask_c
{
	my (%options) = @_;
	my $session = $cluster->session;
	my $begun;
	my @answer;

	$session->query("DROP SERVER IF EXISTS c CASCADE");
	$session->query(server_sql($pair, name => 'c', servername => "$host_c\\INSTC", failover_partner => undef,
		login_timeout => '20 s', %options));
	$session->query("CREATE FOREIGN TABLE c_who (instance text) SERVER c OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
	$begun = time;
	@answer = $session->try('SELECT instance FROM c_who');
	$session->quit;
	return (@answer, time - $begun);
}

my ($ok, $out, $err, $state, $took) = ask_c();
is($state, '08001', 'nobody listens at the Browser\'s port: an error');
like($err, qr/DETAIL:.*no SQL Server Browser/, 'that says so');
browse($host_c);
for my $mode (qw(silent garbage other port))
{
	set($host_c, mode => $mode, instance => 'INSTC', port => $b->port, asked => '');
	($ok, $out, $err, $state, $took) = ask_c();
	is($state, '08001', "a Browser that is or gives '$mode': an error");
	like($err, qr/DETAIL:.*SQL Server Browser/, 'that says so');
	cmp_ok($took, '<', 10, 'long before the login timeout');
	cmp_ok(asked($host_c), '>=', 2, 'the question was repeated');
}
set($host_c, mode => 'silent');
my $waiting = $cluster->session;
$waiting->query("SET statement_timeout = '150ms'");
($ok, $out, $err, $state) = $waiting->try('SELECT instance FROM c_who');
is($state, '57014', 'waiting for it can be cancelled');
$waiting->quit;
set($host_c, mode => 'late', asked => '');
($ok, $out, $err, $state) = ask_c();
like($err, qr/DETAIL:.*\Q$host_c\E.*connect/, 'a late answer counts (nobody listens at the port that it names)');

# A question to the other partner, beside a statement whose answer comes meanwhile.
sub cpu
{
	my @fields = split ' ', slurp("/proc/$_[0]/stat") =~ s/^.*\) //sr;

	return ($fields[11] + $fields[12]) / 100;
}

my $beside = $cluster->session;
$beside->query(server_sql($pair, name => 'beside', servername => $b->address . ',' . $b->port,
	failover_partner => "$host_c\\INSTC", partner_policy => 'configured', silence_check => '1 s'));
$beside->query("CREATE FOREIGN TABLE beside_who (instance text) SERVER beside OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
is($beside->query('SELECT instance FROM beside_who'), 'B', 'the principal is reached by its port');
set($host_c, mode => 'silent', asked => '');
my $spent = cpu($beside->backend);
$b->control('fault batch delay 1100');
is($beside->query('SELECT instance FROM beside_who'), 'B', 'an answer ends the wait for a silent Browser');
cmp_ok(asked($host_c), '>=', 1, 'which had been asked');
cmp_ok(cpu($beside->backend) - $spent, '<', 0.4, 'and nobody turns in circles');
$beside->query("ALTER SERVER beside OPTIONS (SET failover_partner '$host_a\\INSTA')");
is($beside->query('SELECT instance FROM beside_who'), 'B', 'with another partner beside it');
set($host_a, asked => '');
for (1, 2)
{
	$a->control('fault login delay 3000');
	$b->control('fault batch delay 1600');
	is($beside->query('SELECT instance FROM beside_who'), 'B', 'an answer ends the login beside it');
	$_->control('clear') for $a, $b;
}
is(asked($host_a), 1, 'which says nothing about the port');
$beside->quit;

# The port option is what to try when there is no answer.
set($host_b, mode => 'silent', asked => '');
$psql->query(server_sql($pair, name => 'given', servername => "$host_b\\INSTX", failover_partner => undef, port => $b->port));
$psql->query("CREATE FOREIGN TABLE given_who (instance text) SERVER given OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
is($psql->query('SELECT instance FROM given_who'), 'B', 'without an answer the option port is used');
cmp_ok(asked($host_b), '>=', 1, 'but the Browser was asked first');

$psql->quit;
$pair->stop;

done_testing();
