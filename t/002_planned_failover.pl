# Fifty planned failovers in one session while another one reads.

use strict;
use warnings;
use Test::More;
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql track_script track_rows track_table_sql who_table_sql);
use TdsMirror::Lab qw(wait_until);
use TdsMirror::Pair;

my $rounds = 50;
my $cluster = TdsMirror::Cluster->start('planned');
my $pair = TdsMirror::Pair->start(prefix => 'planned-', script => track_script());
my $master = $cluster->session(name => 'switcher');
my $reader = $cluster->session(name => 'reader');

$master->query(server_sql($pair) . track_table_sql() . who_table_sql());
is($reader->query('SELECT count(*) FROM track'), track_rows(), 'the reader reads');
is($master->query('SELECT instance FROM who'), 'A', 'A is principal');

my ($reads, $wrong, $retried, $twice, %errors) = (0, 0, 0, 0);

# One read, started before the switch and finished after it, with a retry at most.
sub finish_read
{
	my ($ok, $out, $err, $state) = $reader->finish;

	if (!$ok)
	{
		$retried++;
		$errors{$state}++;
		($ok, $out, $err, $state) = $reader->try('SELECT count(*), sum(id) FROM (SELECT id FROM track OFFSET 0) AS t');
		if (!$ok)
		{
			$twice++;
			diag $err;
			return;
		}
	}
	$reads++;
	if ($out ne track_rows() . '|' . track_rows() * (track_rows() + 1) / 2)
	{
		$wrong++;
		diag "a wrong answer: $out";
	}
}

my @old = (0, 0, 0, 0);
my (@new, $bad_rows);
my $expected = 'A';

for my $round (1 .. $rounds)
{
	my $other = $expected eq 'A' ? 'B' : 'A';

	$reader->send('SELECT count(*), sum(id) FROM (SELECT id FROM track OFFSET 0) AS t');
	$master->send("SELECT old_principal, new_principal, elapsed > '0' FROM tds_mirror_failover('erp')");
	for (1 .. 3)
	{
		finish_read();
		$reader->send('SELECT count(*), sum(id) FROM (SELECT id FROM track OFFSET 0) AS t');
	}
	my ($ok, $out, $err) = $master->finish;
	finish_read();
	if (!$ok || $out ne "$expected|$other|t")
	{
		$bad_rows++;
		diag "failover $round: $out$err";
	}
	$expected = $other;
	$pair->wait_synchronized;
	@old = ($reader->footprint, $master->footprint) if $round == 10;
}
@new = ($reader->footprint, $master->footprint);

is($bad_rows // 0, 0, "$rounds planned failovers, each reported truly");
is($wrong, 0, "$reads reads, none with a wrong answer");
is($twice, 0, "no statement needed more than one retry ($retried needed one)");
ok(!grep({ $_ ne '08006' } keys %errors), 'a disturbed read is 08006 and nothing else')
  or diag join ' ', %errors;
is($new[0], $old[0], 'the reader has leaked no file descriptor');
is($new[2], $old[2], 'nor has the other session');
cmp_ok($new[1] - $old[1], '<=', 1024, 'the reader has not grown by more than 1 MB since the 10th');
cmp_ok($new[3] - $old[3], '<=', 1024, 'nor has the other session');
is($master->query('SELECT switches FROM tds_mirror_partners'), $rounds, 'every switch was counted');
is($master->query('SELECT instance FROM who'), $expected, 'the last principal answers');
$_->quit for $master, $reader;
$pair->stop;

done_testing();
