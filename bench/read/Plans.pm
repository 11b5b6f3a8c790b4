# Plans.pm: nobody is asked while a statement is planned.
#
# Connections, logins and requests are counted by the server, in a new backend and
# in one with a session.  That the count would show a contact is seen by making one.

package Plans;

use strict;
use warnings;
use Ground;

my $join = 'plain.wide a JOIN plain.wide b ON b.id = a.number JOIN plain.words w ON w.id = b.id LEFT JOIN local.wide l ON l.id = w.id';

# Statements that plan, or show a plan.
my @statements = (
	'EXPLAIN SELECT * FROM plain.wide',
	'EXPLAIN SELECT count(*) FROM plain.wide WHERE id = 5',
	'EXPLAIN VERBOSE SELECT name, amount FROM plain.wide WHERE id IN (1, 2) OR number = 7',
	"EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM plain.wide WHERE name LIKE 'Z%' ORDER BY id LIMIT 10",
	"EXPLAIN SELECT * FROM $join",
	"EXPLAIN (VERBOSE) SELECT a.id, w.story FROM $join WHERE a.id < 10 ORDER BY w.story",
	'EXPLAIN SELECT * FROM plain.wide a, LATERAL (SELECT * FROM plain.words w WHERE w.id = a.id OFFSET 0) w',
	'EXPLAIN SELECT id FROM plain.wide UNION ALL SELECT id FROM plain.words',
	'EXPLAIN SELECT * FROM plain.wide WHERE id = (SELECT max(id) FROM plain.words)',
	'PREPARE one (int) AS SELECT * FROM plain.wide WHERE id = $1',
	"PREPARE many (int) AS SELECT * FROM $join WHERE a.id = \$1",
	map({ "EXPLAIN EXECUTE one ($_)" } 1 .. 7),
	map({ "EXPLAIN VERBOSE EXECUTE many ($_)" } 1 .. 7),
	'SET plan_cache_mode = force_generic_plan',
	'EXPLAIN EXECUTE one (8)',
	'EXPLAIN VERBOSE EXECUTE many (8)',
	'RESET plan_cache_mode',
	'DEALLOCATE ALL',
);

# Whatever the server counts rises.
sub contacts_of
{
	my ($ground, $backend, @statements) = @_;
	my $before = Ground::contacts($ground->{instance});

	$backend->query($_) for @statements;
	my $after = Ground::contacts($ground->{instance});
	my $rise = 0;
	$rise += $after->{$_} - $before->{$_} for keys %$after;
	return $rise;
}

sub measure
{
	my ($bench) = @_;
	my ($report, $ground) = @{$bench}{qw(report ground)};

	return unless $bench->{only}->('plan_remote_contacts');
	my $backend = $ground->backend;
	my $cold = contacts_of($ground, $backend, @statements);
	my $live = contacts_of($ground, $backend, 'SELECT name FROM plain.wide WHERE id = 1');
	my $warm = contacts_of($ground, $backend, @statements);

	$report->check($live > 0, 'the server counts a contact');
	$report->table('contacts while planning', 'statements', 'without a session', 'with one');
	$report->add_row('this', scalar @statements, $cold, $warm);
	if ($ground->{theirs})
	{
		my $theirs = contacts_of($ground, $ground->{theirs}, 'EXPLAIN SELECT * FROM theirs.wide');
		$report->add_row('tds_fdw', 1, $theirs, '-');
		$report->say("tds_fdw: $theirs contacts for a plain EXPLAIN");
	}
	$report->say(sprintf '%d statements planned: %d contacts without a session, %d with one', scalar @statements, $cold, $warm);
	$report->bar(plan_remote_contacts => $cold + $warm, 0, count => 1);
	$backend->quit;
	return;
}

1;
