# Answers that break the protocol, read by a backend: an error with the right
# SQLSTATE or the whole result, and the backend goes on.
#
# The stand-in breaks its own answers at every point; a relay in front of it makes
# those that only a hostile server would send.

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use POSIX ();
use Test::More;
use Time::HiRes qw(time);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql);
use TdsMirror::Kinds qw(kinds_script kinds_rows kinds_table_sql);
use TdsMirror::Lab qw(free_port slurp);
use TdsMirror::Pair;

my @actions = ('garbage', 'overrun', 'envchange', 'plp_cut', 'plp_short', 'packet', 'close', 'reset');

my $cluster = TdsMirror::Cluster->start('streams');
my $pair = TdsMirror::Pair->start(prefix => 'streams-', script => track_script() . kinds_script());
my $psql = $cluster->session;

$psql->query(server_sql($pair, query_timeout => '5 s', login_timeout => '10 s') . track_table_sql()
	  . kinds_table_sql('kinds', 'erp'));

my %query = (track => 'SELECT count(*), sum(id), md5(string_agg(track::text, chr(10) ORDER BY id)) FROM track',
	kinds => 'SELECT count(*), sum(id), md5(string_agg(kinds::text, chr(10) ORDER BY id)) FROM kinds');
my %rows = (track => track_rows(), kinds => kinds_rows());
my %whole = map { $_ => $psql->query($query{$_}) } keys %query;
my $backend = $psql->backend;

like($whole{$_}, qr/^$rows{$_}\|/, "$_ is whole") for sort keys %whole;

# In the middle of the rows some have been handed over: nothing but an error will do.
for my $table (sort keys %query)
{
	for my $action (@actions)
	{
		for my $row (1, int($rows{$table} / 2), $rows{$table} - 1)
		{
			$pair->a->control("fault row $action $row");
			my ($ok, $out, $err, $state) = $psql->try($query{$table});

			# a reset takes back what has not been read yet: maybe all of it
			ok($ok && ($row == 1 || $action eq 'reset') ? $out eq $whole{$table} : $state =~ /^08(?:006|P01)$/,
				"$table, $action after row $row: 08006 or 08P01") or diag "$out$err";
			$pair->a->control('clear');
			is($psql->query($query{$table}), $whole{$table}, "$table, $action after row $row: the next statement is whole");
		}
	}
}

# Before the first row a read may be run again.
for my $point ('login', 'batch')
{
	for my $action (@actions)
	{
		next if $point eq 'login' && $action =~ /^plp/;
		$psql->query("SELECT tds_mirror_disconnect_all()") if $point eq 'login';
		$pair->a->control("fault $point $action");
		my ($ok, $out, $err, $state) = $psql->try($query{kinds});

		ok($ok ? $out eq $whole{kinds} : $state =~ /^08/, "$point $action: the whole or an error of the connection")
		  or diag "$out$err";
		$pair->a->control('clear');
		is($psql->query($query{kinds}), $whole{kinds}, "$point $action: the next statement is whole");
	}
}
is($psql->query('SELECT pg_backend_pid()'), $backend, 'one backend has seen all that');

# A relay: it hands everything on, but breaks the answers to statements that say how.
my %break = (
	'broken:twice' => sub { return $_[0] . $_[0]; },
	'broken:end_in_the_middle' => sub { return substr($_[0], 0, -13) . substr($_[0], -13) . substr($_[0], -13); },
	'broken:no_end' => sub { return substr($_[0], 0, -13); },
	'broken:more' => sub { return substr($_[0], 0, -12) . "\x11" . substr($_[0], -11); },
	'broken:count' => sub { return substr($_[0], 0, -8) . "\x07" . substr($_[0], -7); },
	'broken:no_count' => sub { return substr($_[0], 0, -12) . "\x00" . substr($_[0], -11); },
	'broken:half' => sub { return substr($_[0], 0, length($_[0]) / 2); },
	'broken:loop' => sub { return "\xAE" . $_[0]; });

sub message
{
	my ($socket) = @_;
	my ($raw, $payload) = ('', '');

	while (1)
	{
		my $header = '';
		while (length($header) < 8) { sysread($socket, $header, 8 - length $header, length $header) or return; }
		my ($type, $status, $length) = unpack 'CCn', $header;
		my $body = '';
		while (length($body) < $length - 8) { sysread($socket, $body, $length - 8 - length $body, length $body) or return; }
		$raw .= $header . $body;
		$payload .= $body;
		return ($raw, $payload) if $status & 1;
	}
}

sub relay_connection
{
	my ($client) = @_;
	my $server = IO::Socket::INET->new(PeerAddr => $pair->a->address, PeerPort => $pair->a->port) or return;

	while (my ($request, $text) = message($client))
	{
		print {$server} $request;
		$server->flush;
		my ($answer, $payload) = message($server) or last;
		my ($how) = grep { index($text, join '', map { "$_\0" } split //) >= 0 } sort keys %break;
		if (defined $how)
		{
			my $broken = $break{$how}->($payload);
			$answer = pack('CCnnCC', 4, 1, 8 + length $broken, 0, 1, 0) . $broken;
		}
		print {$client} $answer;
		$client->flush;
		shutdown($client, 1) if defined $how && $how ne 'broken:twice';
	}
}

my $port = free_port();
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 16, ReuseAddr => 1) or die "relay: $!\n";
my $relay = fork() // die "fork: $!\n";
if ($relay == 0)
{
	$SIG{CHLD} = 'IGNORE';
	while (my $client = $listener->accept)
	{
		next if fork();
		relay_connection($client);
		POSIX::_exit(0);
	}
	POSIX::_exit(0);
}
close $listener;

$psql->query(server_sql($pair, name => 'relay', servername => "127.0.0.1,$port", failover_partner => undef,
		require_mirroring => 'false', login_timeout => '10 s'));
for my $how (sort keys %break)
{
	my $table = $how =~ s/\W/_/gr;

	# the words stand in the statement, as the name of a column
	$psql->query(qq{CREATE FOREIGN TABLE "$table" (id int, "$how" text) SERVER relay
	  OPTIONS (query 'SELECT id, name AS [$how] FROM standin_rows(3)')});
	if ($how eq 'broken:loop')
	{
		my $start = time;
		my $victim = $cluster->session;
		ok(!eval { $victim->try(qq{SET statement_timeout = '1s'; SELECT id, "$how" FROM "$table"}) },
			"$how: a library that loops for ever costs the session");
		cmp_ok(time - $start, '<', 60, "$how: within a bound");
		like(slurp($cluster->log_file), qr/ 08P01 FATAL:  .*the TDS library does not return/, "$how: the log says why");
		next;
	}
	my ($ok, $out, $err, $state) = $psql->try(qq{SELECT id, "$how" FROM "$table"});
	$how eq 'broken:twice' || $how eq 'broken:end_in_the_middle'
	  ? ok($ok ? $out =~ /^1\|.*^3\|/ms : $state =~ /^08/, "$how: the whole or an error")
	  : like($state, qr/^08(?:006|P01)$/, "$how: 08006 or 08P01") or diag "$out$err";
	$psql->query(qq{CREATE FOREIGN TABLE after_$table (id int, word text) SERVER relay
	  OPTIONS (query 'SELECT 7 AS id, N''after'' AS word')});
	is($psql->query("SELECT * FROM after_$table"), '7|after', "$how: the next statement has its own answer");
}
is($psql->query('SELECT pg_backend_pid()'), $backend, 'one backend has seen all that, too');
is($cluster->sql('SELECT 1'), 1, 'and the server goes on');

kill 'TERM', $relay;
waitpid($relay, 0);
$psql->quit;
$pair->stop;

done_testing();
