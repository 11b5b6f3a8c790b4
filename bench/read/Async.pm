# Async.pm: three pairs are read in the time of the slowest.
#
# A partitioned table with a partition on each of three pairs.  Each delays its
# first row; alone they take the delay and the reading, one after the other three
# times that.

package Async;

use strict;
use warnings;
use Ground;
use Report qw(median shown);
use TdsMirror::Pair;

sub measure
{
	my ($bench) = @_;
	my ($report, $ground) = @{$bench}{qw(report ground)};
	my ($rows, $delay) = @{$bench}{qw(partition delay)};
	my (@pairs, @alone, @whole);

	return unless $bench->{only}->('async');
	my $setup = $ground->{ours};
	$setup->query('CREATE TABLE whole (' . Ground::columns_here('wide') . ') PARTITION BY RANGE (id)');
	for my $number (1 .. 3)
	{
		my ($low, $high) = ($rows * ($number - 1), $rows * $number);
		my $pair = TdsMirror::Pair->start(prefix => "async$number-", database => 'bench',
			script => 'CREATE TABLE part (' . Ground::columns_there('wide') . ")\ngo\n"
			  . "INSERT part SELECT id + $low, number, amount, moment, code, name, flag, ratio, guid FROM standin_rows($rows)");

		push @pairs, $pair;
		$ground->add_server("pair$number", $pair->a, failover_partner => $pair->b->address . ',' . $pair->b->port,
			async_capable => 'true');
		$setup->query("CREATE FOREIGN TABLE part$number PARTITION OF whole FOR VALUES FROM (@{[ $low + 1 ]}) TO (@{[ $high + 1 ]}) "
			  . "SERVER pair$number OPTIONS (table_name 'part')");
	}

	# the slowest of the partitions alone, then all together, in turns
	my $backend = $ground->backend;
	my $delayed = sub {
		my ($table, $expected) = @_;

		$_->a->control("fault batch delay $delay") for @pairs;
		$backend->query("SELECT count(t) FROM $table t");
		$report->check(($backend->answer)[1] == $expected, "$table: $expected rows");
		$_->a->control('clear') for @pairs;
		return $backend->{ended} - $backend->{sent};
	};
	$backend->query('SELECT count(t) FROM whole t WHERE id % 1000 = 0');
	for my $run (1 .. $bench->{runs})
	{
		push @{ $alone[ $_ - 1 ] }, $delayed->("part$_", $rows) for 1 .. 3;
		push @whole, $delayed->('whole', 3 * $rows);
	}
	my ($slowest) = sort { $b <=> $a } map { median(@$_) } @alone;
	$backend->quit;
	$_->stop for @pairs;

	$report->table('three pairs, each late by ' . $delay . ' ms', 'seconds');
	$report->add_row('the slowest alone', sprintf '%.3f', $slowest);
	$report->add_row('the whole', sprintf '%.3f', median(@whole));
	$report->say(sprintf 'async: the slowest alone %.3f s, the whole %.3f s', $slowest, median(@whole));
	$report->bar(async_vs_slowest => median(@whole) / $slowest, 1.3);
	return;
}

1;
