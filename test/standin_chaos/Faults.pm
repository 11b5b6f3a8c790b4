# Faults.pm: what happens to a pair with a witness while clients commit.
#
# Each fault is a function of the pair; afterwards every process runs again, and
# settle() waits until the pair is as it should be: a principal that serves, its
# mirror synchronized, the witness, if there is one, connected.

package Faults;

use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use TdsMirror::Lab qw(wait_until);
use Time::HiRes qw(sleep);

our @EXPORT_OK = qw(deck strike settle principal_of mirroring_of);

our $commit_wait = 10;	# seconds until a commit must have met a fault

# What the control socket says: (role, state, sequence, safety, witness), or nothing.
sub mirroring_of
{
	my ($pair, $instance) = @_;
	my @lines = eval { $instance->control('state') };
	my ($line) = grep { /^\Q$pair->{database}\E / } @lines or return;

	return (split ' ', $line)[1 .. 5];
}

# The living one with the principal's role, of two the one with the higher sequence.
sub principal_of
{
	my ($pair) = @_;
	my ($principal, $highest) = (undef, -1);

	for my $instance ($pair->a, $pair->b)
	{
		my ($role, undef, $sequence) = mirroring_of($pair, $instance) or next;
		next unless $role eq 'PRINCIPAL' && $sequence > $highest;
		($principal, $highest) = ($instance, $sequence);
	}
	return $principal;
}

sub other_of
{
	my ($pair, $instance) = @_;
	return $instance == $pair->a ? $pair->b : $pair->a;
}

sub settle
{
	my ($pair, $seconds) = @_;

	return wait_until('the pair is whole again', $seconds // 60, sub {
		my $principal = principal_of($pair) or return;
		my (undef, $state, undef, $safety, $witness) = mirroring_of($pair, $principal) or return;
		return $principal if $state eq 'SYNCHRONIZED' && $witness ne 'DISCONNECTED';
	});
}

sub kill_and_return
{
	my ($instance, $pause) = @_;

	$instance->kill9;
	sleep $pause;
	$instance->launch;
	return;
}

sub kill_principal
{
	my ($pair, $principal) = @_;
	kill_and_return($principal, rand(0.8));
}

# At a point inside a commit, which some client will reach.
sub kill_in_commit
{
	my ($pair, $principal, $point) = @_;
	my $skip = int(rand(20));

	$principal->control("fault $point kill skip $skip");
	wait_until("the principal dies at $point", $commit_wait, sub {
		return waitpid($principal->{pid}, POSIX::WNOHANG()) > 0;
	});
	sleep rand(0.8);
	$principal->launch;
	return;
}

# Longer than the mirroring timeout of 1 s: another is principal when it wakes up.
sub freeze_principal
{
	my ($pair, $principal) = @_;
	my $other = other_of($pair, $principal);

	$principal->freeze;
	my $taken = eval {
		wait_until('the mirror takes over', 20, sub { (mirroring_of($pair, $other))[0] eq 'PRINCIPAL' });
	};
	my $problem = $@;
	sleep rand(0.5);
	$principal->thaw;
	die $problem unless $taken;
	return;
}

# Shorter: nothing but a delay.
sub freeze_briefly
{
	my ($pair, $principal) = @_;

	for my $instance ($principal, other_of($pair, $principal))
	{
		$instance->freeze;
		sleep 0.1 + rand(0.4);
		$instance->thaw;
	}
	return;
}

# By an administrator in master, who may be told to come again.
sub fail_over
{
	my ($pair, $principal) = @_;
	my $other = other_of($pair, $principal);
	my ($ok, $out, $err) = $principal->try_tsql("ALTER DATABASE [$pair->{database}] SET PARTNER FAILOVER");

	die "planned failover: $err" unless $ok;
	wait_until('the other partner is principal', 20, sub { (mirroring_of($pair, $other))[0] eq 'PRINCIPAL' });
	return;
}

# Its clients still reach it, but neither mirror nor witness does.
sub cut_off
{
	my ($pair, $principal) = @_;
	my $other = other_of($pair, $principal);

	$principal->control('partition on');
	wait_until('the mirror takes over', 20, sub { (mirroring_of($pair, $other))[0] eq 'PRINCIPAL' });
	sleep rand(0.5);
	$principal->control('partition off');
	return;
}

# Whichever of the two dies while one hands over to the other.
sub fail_over_and_kill
{
	my ($pair, $principal) = @_;
	my $victim = rand() < 0.5 ? $principal : other_of($pair, $principal);
	my $child = fork() // die "fork: $!\n";

	if ($child == 0)
	{
		$principal->try_tsql("ALTER DATABASE [$pair->{database}] SET PARTNER FAILOVER", timeout => 20);
		POSIX::_exit(0);
	}
	sleep 0.01 + rand(0.05);
	kill_and_return($victim, rand(0.5));
	waitpid($child, 0);
	return;
}

# The mirror dies; while it catches up, so does the principal.
sub kill_both
{
	my ($pair, $principal) = @_;

	kill_and_return(other_of($pair, $principal), 0.2 + rand(0.3));
	sleep rand(0.1);
	kill_and_return($principal, rand(0.5));
	return;
}

# Nobody can vote when the principal dies: its mirror must not take over.
sub kill_witness_and_principal
{
	my ($pair, $principal) = @_;

	$pair->witness->kill9;
	sleep rand(0.3);
	kill_and_return($principal, rand(0.5));
	$pair->witness->launch;
	return;
}

my %faults = (
	'kill' => \&kill_principal,
	'kill before the log' => sub { kill_in_commit(@_, 'commit_before_log') },
	'kill after shipping' => sub { kill_in_commit(@_, 'commit_after_ship') },
	'kill after the local commit' => sub { kill_in_commit(@_, 'commit_after_local') },
	'kill before the reply' => sub { kill_in_commit(@_, 'commit_before_reply') },
	'freeze' => \&freeze_principal,
	'short freezes' => \&freeze_briefly,
	'partition' => \&cut_off,
	'failover' => \&fail_over,
	'failover and kill' => \&fail_over_and_kill,
	'kill mirror, then principal' => \&kill_both,
	'kill witness and principal' => \&kill_witness_and_principal,
);

# How often in a full round.
my @deck = ('kill', 'kill', 'kill before the log', 'kill after shipping', 'kill after the local commit',
	'kill before the reply', 'freeze', 'freeze', 'short freezes', 'partition', 'failover', 'failover', 'failover and kill',
	'kill mirror, then principal', 'kill witness and principal');

# As many of them as asked for, in an order that the seed gives.
sub deck
{
	my ($count) = @_;
	my @cards;

	while (@cards < $count)
	{
		my @more = @deck;
		push @cards, splice @more, int(rand(@more)), 1 while @more && @cards < $count;
	}
	return @cards;
}

sub strike
{
	my ($pair, $name) = @_;
	my $principal = settle($pair);

	$faults{$name}->($pair, $principal);
	return;
}

1;
