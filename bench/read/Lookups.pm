# Lookups.pm: a row by its key, again and again.
#
# A PL/pgSQL loop in one warm session, beside the bare program's loop of the same
# sp_execute and beside the same loop over an empty local table; a nested loop with
# a parameterised inner scan, counted by the server; and the first row of one whose
# outer side is large.

package Lookups;

use strict;
use warnings;
use Ground;
use Report qw(median shown);

my $milliseconds_first = 50;

# The n-th key that a loop asks for is spread over the table.
sub lookup_function
{
	my ($name, $schema) = @_;
	return <<"SQL";
CREATE FUNCTION $name(count int, size int) RETURNS bigint LANGUAGE plpgsql AS \$\$
DECLARE
	found_name text;
	total bigint := 0;
BEGIN
	FOR i IN 1..count LOOP
		SELECT name INTO found_name FROM $schema.wide WHERE id = (i * 7919::bigint % size + 1)::int;
		total := total + coalesce(length(found_name), 0);
	END LOOP;
	RETURN total;
END
\$\$
SQL
}

# An iteration of a loop here, in seconds by the clock and of CPU.
sub call
{
	my ($bench, $backend, $name) = @_;
	my $cpu = Ground::cost($backend, "SELECT $name($bench->{lookups}, $bench->{ground}{rows}{wide})");
	return { seconds => $backend->{ended} - $backend->{sent}, cpu => $cpu };
}

sub lookups
{
	my ($bench) = @_;
	my ($report, $ground) = @{$bench}{qw(report ground)};
	my ($instance, $count) = ($ground->{instance}, $bench->{lookups});
	my $size = $ground->{rows}{wide};

	return unless $bench->{only}->('lookup');
	my $backend = $ground->backend;
	my @loops = ([ ours => 'plain' ], [ here => 'local' ], [ nothing => 'empty' ]);
	$backend->query(lookup_function(@$_)) for @loops;
	$backend->query('ALTER TABLE local.wide ADD PRIMARY KEY (id)');
	$report->check($backend->query("SELECT ours(100, $size)") eq $backend->query("SELECT here(100, $size)"),
		'lookups find the rows');
	$backend->query("SELECT nothing(100, $size)");

	my (%runs, %rise);
	for my $run (1 .. $bench->{runs})
	{
		my $before = Ground::contacts($instance);
		push @{ $runs{this} }, call($bench, $backend, 'ours');
		my $after = Ground::contacts($instance);
		$rise{$_} += $after->{$_} - $before->{$_} for keys %$after;
		push @{ $runs{bare} }, $ground->program('lookup', {}, $count, $size);
		push @{ $runs{empty} }, call($bench, $backend, 'nothing');
	}
	$backend->quit;
	my (%time, %cpu);
	for my $loop (keys %runs)
	{
		$time{$loop} = 1e6 * median(map { $_->{seconds} } @{ $runs{$loop} }) / $count;
		$cpu{$loop} = 1e6 * median(map { $_->{cpu} } @{ $runs{$loop} }) / $count;
	}
	my $all = $count * $bench->{runs};
	my $trips = ($rise{batches} + $rise{calls}) / $all;

	$report->table('lookup by key', 'us', 'CPU, us', 'round trips', 'by handle');
	$report->add_row('this', shown($time{this}), shown($cpu{this}), $trips, sprintf '%.0f %%', 100 * $rise{executions} / $all);
	$report->add_row('bare sp_execute', shown($time{bare}), shown($cpu{bare}), 1, '100 %');
	$report->add_row('empty local table', shown($time{empty}), shown($cpu{empty}), '-', '-');
	$report->say(sprintf 'lookup: this %.1f us (CPU %.1f), bare %.1f us (%.1f), empty plan %.1f us (%.1f)',
		map { ($time{$_}, $cpu{$_}) } qw(this bare empty));
	$report->say(sprintf 'lookup: %g round trips, %d of %d by handle, %d prepared', $trips, $rise{executions}, $all, $rise{prepares});
	$report->bar(lookup_vs_bare => $time{this} / ($time{bare} + $time{empty}), 1.3);
	$report->bar(lookup_round_trips => $trips, 1, count => 1, exact => 1);
	return;
}

# PostgreSQL's other ways to join, and what would spare it inner scans, are forbidden.
sub only_nested_loops
{
	my ($backend) = @_;
	$backend->query("SET enable_$_ = off") for qw(hashjoin mergejoin material memoize);
	return;
}

sub loop
{
	my ($bench) = @_;
	my ($report, $ground) = @{$bench}{qw(report ground)};
	my $count = $bench->{executes};
	my $sql = "SELECT count(i.name), count(*) FROM (SELECT id FROM local.wide WHERE id <= $count OFFSET 0) o "
	  . 'JOIN LATERAL (SELECT name FROM plain.wide w WHERE w.id = o.id OFFSET 0) i ON true';

	return unless $bench->{only}->('loop');
	my $backend = $ground->backend;
	only_nested_loops($backend);
	$backend->query('SELECT id FROM plain.wide WHERE id = 1');
	my $before = Ground::contacts($ground->{instance});
	$backend->query($sql);
	my $after = Ground::contacts($ground->{instance});
	my ($prepares, $executes) = map { $after->{$_} - $before->{$_} } qw(prepares executions);
	my $seconds = $backend->{ended} - $backend->{sent};

	$report->check($backend->{rows}[0][1] == $count, "a nested loop finds its $count rows");
	$report->say(sprintf 'loop: %d inner scans in %.2f s; %d prepares, %d executes', $count, $seconds, $prepares, $executes);
	$report->table('nested loop', 'seconds', 'prepares', 'executes');
	$report->add_row("$count inner scans", sprintf('%.2f', $seconds), $prepares, $executes);
	$report->bar(loop_prepares => $prepares, 1, count => 1, exact => 1);
	$report->bar(loop_executes => $executes, $count, count => 1, exact => 1);
	$backend->quit;
	return;
}

# The outer side is read no further than the first row needs.  The first time in a
# backend includes its logins.
sub first_row
{
	my ($bench) = @_;
	my ($report, $ground) = @{$bench}{qw(report ground)};
	my $sql = 'SELECT o.id, i.name FROM plain.wide o JOIN plain.wide i ON i.id = o.id LIMIT 1';
	my (@new, @warm, @whole);

	return unless $bench->{only}->('first_row');
	for my $run (1 .. $bench->{runs})
	{
		my $backend = $ground->backend;
		only_nested_loops($backend);
		for my $list (\@new, \@warm)
		{
			$backend->query($sql);
			push @$list, $backend->milliseconds;
		}
		push @whole, 1000 * ($backend->{ended} - $backend->{sent});
		$backend->quit;
	}
	$report->table('first row of a large nested loop', 'ms');
	$report->add_row('first time in a backend', shown(median(@new)));
	$report->add_row('later', shown(median(@warm)));
	$report->add_row('later, to the end of the statement', shown(median(@whole)));
	$report->say(sprintf 'first row: %.1f ms in a new backend, %.1f ms later, %.1f ms to the end', map { median(@$_) } \@new, \@warm, \@whole);
	$report->bar(first_row_ms => median(@warm), $milliseconds_first);
	return;
}

1;
