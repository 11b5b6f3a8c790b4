# Memory.pm: memory does not grow with the number of rows.
#
# The anonymous resident memory of a backend, at its most while a result of one
# size and then one of ten times that size is read.  Rows that must wait in a
# tuplestore go to disk: work_mem is small.

package Memory;

use strict;
use warnings;
use Ground;
use TdsMirror::Lab qw(slurp);

my $limit = 2048;

sub resident
{
	my ($backend) = @_;
	my ($kilobytes) = slurp("/proc/$backend->{pid}/status") =~ /^RssAnon:\s+(\d+)/m;
	return $kilobytes;
}

# Most of it while a statement runs.
sub most
{
	my ($backend, $sql) = @_;
	my $most = 0;

	$backend->send($sql);
	while (1)
	{
		my $finished = $backend->wait_until(sub { $backend->finished }, 0.02);
		my $now = resident($backend);
		$most = $now if $now > $most;
		last if $finished || $backend->{closed};
	}
	my ($ok, $value) = $backend->answer;
	die "$sql: $value\n" unless $ok;
	return ($most, $value);
}

sub add_table
{
	my ($ground, $name, $server, $rows) = @_;

	$ground->{ours}->query("CREATE FOREIGN TABLE $name (" . Ground::columns_here('wide')
		  . ") SERVER $server OPTIONS (query 'SELECT * FROM standin_rows($rows)')");
	return;
}

sub measure
{
	my ($bench) = @_;
	my ($report, $ground) = @{$bench}{qw(report ground)};
	my ($few, $many) = ($bench->{rows}, 10 * $bench->{rows});

	return unless $bench->{only}->('rss_growth');
	$ground->add_server('alone', $ground->{instance}, max_sessions => 1);
	for my $server (qw(bench alone))
	{
		add_table($ground, "few_$server", $server, $few);
		add_table($ground, "many_$server", $server, $many);
	}
	$report->table('anonymous resident memory, KB', "$few rows", "$many rows", 'growth');

	# a whole row of each, so that every column is read and none is counted there
	my $backend = $ground->backend;
	my ($before, $counted_few) = most($backend, 'SELECT count(t) FROM few_bench t');
	my ($after, $counted_many) = most($backend, 'SELECT count(t) FROM many_bench t');
	$report->check($counted_few == $few && $counted_many == $many, "$few and $many rows are counted");
	$report->add_row('scan', $before, $after, $after - $before);
	$report->say("memory: $before KB over $few rows, $after KB over $many rows");
	$report->bar(rss_growth_kb => $after - $before, $limit, count => 1);
	$backend->quit;

	# one session for two scans: the first one's rest waits in a file
	my @spooled;
	for my $table (qw(few_alone many_alone))
	{
		my $spooling = $ground->backend;
		$spooling->query("SET work_mem = '64kB'");
		$spooling->query('BEGIN');
		$spooling->query("DECLARE c CURSOR FOR SELECT * FROM $table");
		$spooling->query('FETCH 1 FROM c');
		my ($most, $counted) = most($spooling, 'SELECT count(t) FROM few_alone t WHERE t.id < 10');
		$report->check($counted == 9, "a scan beside a cursor on $table");
		push @spooled, $most;
		$spooling->quit;
	}
	$report->add_row('spooled to disk', @spooled, $spooled[1] - $spooled[0]);
	$report->say("memory: $spooled[0] KB with $few rows spooled, $spooled[1] KB with $many rows");
	return;
}

1;
