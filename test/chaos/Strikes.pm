# Strikes.pm: what happens to the partners and to the backends while clients work.
#
# Most of it happens to the pair as in test/standin_chaos.  Afterwards every process
# runs again, and the next one waits until the pair is whole.

package Strikes;

use strict;
use warnings;
use Exporter 'import';
use Faults qw(settle);
use POSIX ();
use TdsMirror::Lab qw(wait_until);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(@kinds deck strike stay_away);

my $slow = 300;		# milliseconds that a COMMIT takes that somebody shall be found in
my @points = qw(commit_before_log commit_after_ship commit_after_local commit_before_reply);

sub one_of { return $_[ rand @_ ]; }
sub application { return one_of('chaos marked', 'chaos plain'); }

# A fault of the stand-in that some client runs into.
sub lay
{
	my ($principal, $fault) = @_;

	$principal->control('wait fault 0');
	my ($answer) = $principal->control("fault $fault");
	die "fault $fault: $answer\n" unless $answer eq 'ok';
	die "nobody came to $fault\n" unless ($principal->control('wait fault 15000'))[0] eq 'ok';
	return;
}

sub reset_everybody
{
	my ($scene, $principal) = @_;
	$principal->control('cut');
}

sub reset_statement
{
	my ($scene, $principal) = @_;
	lay($principal, 'batch ' . one_of('reset', 'close') . ' skip ' . int(rand(30)) . ' scope ' . application());
}

# The server lives and has committed, or not; the answer is lost.
sub reset_commit
{
	my ($scene, $principal) = @_;
	lay($principal, one_of(@points) . ' ' . one_of('reset', 'close') . ' skip ' . int(rand(10)) . ' scope ' . application());
}

sub deadlock
{
	my ($scene, $principal) = @_;
	lay($principal, 'batch error ' . one_of(1205, 3960) . ' skip ' . int(rand(30)) . ' scope ' . application());
}

sub fail_over_by_sql
{
	my ($scene, $principal) = @_;
	my $other = $principal == $scene->pair->a ? $scene->pair->b : $scene->pair->a;
	my ($row) = @{ $scene->sql("SELECT old_principal, new_principal FROM tds_mirror_failover('" . one_of('marked', 'plain') . "')") };

	die "tds_mirror_failover says @$row\n" if "@$row" ne $principal->name . ' ' . $other->name;
	return;
}

# Of a client that is busy, with a COMMIT if that is said.  Is one found?
sub signal_one
{
	my ($scene, $function, $condition) = @_;
	my $now = time;
	my ($row) = @{ $scene->sql("SELECT $function(pid), substr(application_name, 7) FROM (SELECT pid, application_name "
		  . "FROM pg_stat_activity WHERE application_name ~ '^chaos \\d' AND state = 'active' AND $condition "
		  . "ORDER BY random() LIMIT 1 OFFSET 0) busy") };

	return 0 unless $row && $row->[0] eq 't';
	$scene->note_strike($row->[1], $now);
	return 1;
}

sub signal_statement
{
	my ($scene, $function) = @_;
	wait_until('a client is busy', 20, sub { signal_one($scene, $function, 'true') });
	return;
}

# What passes the point may be a statement that is a transaction, and not a COMMIT.
sub signal_commit
{
	my ($scene, $principal, $function) = @_;

	wait_until('a COMMIT is met', 60, sub {
		lay($principal, one_of(@points) . " delay $slow skip " . int(rand(5)));
		return signal_one($scene, $function, "query = 'COMMIT'");
	});
	return;
}

sub of_pair { my ($name) = @_; return sub { my ($scene, $principal) = @_; Faults::strike($scene->pair, $name); }; }

my %strikes = (
	kill => of_pair('kill'),
	kill_before_hardening => of_pair('kill before the log'),
	kill_after_hardening => of_pair('kill after shipping'),
	kill_after_commit => of_pair('kill after the local commit'),
	kill_before_answer => of_pair('kill before the reply'),
	kill_mirror_then_principal => of_pair('kill mirror, then principal'),
	kill_witness_and_principal => of_pair('kill witness and principal'),
	freeze => of_pair('freeze'),
	short_freezes => of_pair('short freezes'),
	partition => of_pair('partition'),
	failover_by_administrator => of_pair('failover'),
	failover_by_sql => \&fail_over_by_sql,
	failover_and_kill => of_pair('failover and kill'),
	reset => \&reset_everybody,
	reset_in_statement => \&reset_statement,
	reset_at_commit => \&reset_commit,
	deadlock => \&deadlock,
	cancel => sub { signal_statement($_[0], 'pg_cancel_backend') },
	cancel_at_commit => sub { signal_commit(@_, 'pg_cancel_backend') },
	terminate => sub { signal_statement($_[0], 'pg_terminate_backend') },
	terminate_at_commit => sub { signal_commit(@_, 'pg_terminate_backend') },
);

our @kinds = sort keys %strikes;

# As many of each kind as asked for, in an order that rand() gives.  Of a part of one
# each fifth seed has it, so that five of them together have as many as they should.
sub deck
{
	my ($seed, $of_each) = @_;
	my (@cards, @order);

	for my $number (0 .. $#kinds)
	{
		my $part = $of_each - int($of_each);
		my $more = ($number + $seed) % 5 < 5 * $part - 1e-9;

		push @cards, ($kinds[$number]) x (int($of_each) + $more);
	}
	push @order, splice @cards, int(rand(@cards)), 1 while @cards;
	return @order;
}

sub strike
{
	my ($scene, $kind) = @_;
	my $principal = settle($scene->pair);

	$strikes{$kind}->($scene, $principal);
	return;
}

# Nobody serves for that long: without the witness the mirror does not take over from a
# principal that dies with a COMMIT in its hands.
sub stay_away
{
	my ($scene, $seconds) = @_;
	my $pair = $scene->pair;
	my $principal = settle($pair);

	$pair->witness->kill9;
	$principal->control('fault commit_after_ship kill scope chaos marked');
	wait_until('the principal dies', 20, sub { waitpid($principal->{pid}, POSIX::WNOHANG()) > 0 });
	my $from = time;
	sleep $seconds;
	$scene->note_absence($from, time);
	$principal->launch;
	$pair->witness->launch;
	return;
}

1;
