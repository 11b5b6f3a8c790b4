# Forced.pm: forced service, where acknowledged commits may be lost, and which.
#
# Without witness and with SAFETY OFF the log lags behind.  The principal dies, service
# is forced on its mirror, and the old principal comes back and discards what only it
# had.  A window is the time from SAFETY OFF until the new principal serves.  Lost may
# be what was acknowledged in a window, and only its end: whatever the counter, which
# every transaction increments, had come to later than the last one that is there.

package Forced;

use strict;
use warnings;
use Exporter 'import';
use Faults qw(mirroring_of settle);
use TdsMirror::Lab qw(wait_until);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(prepare force restore forget_lost);

my $lag = 30;		# milliseconds a transaction on the link

sub other_of { my ($pair, $instance) = @_; return $instance == $pair->a ? $pair->b : $pair->a; }

sub is { my ($pair, $instance, $role, $state) = @_; my @seen = mirroring_of($pair, $instance); return @seen && $seen[0] eq $role && $seen[1] eq $state; }

sub prepare
{
	my ($scene) = @_;
	settle($scene->pair)->tsql('ALTER DATABASE [' . $scene->database . '] SET WITNESS OFF');
	return;
}

# One forced service; clients work all the time.  Returns its window.
sub force
{
	my ($scene, $seconds) = @_;
	my $pair = $scene->pair;
	my $old = settle($pair);
	my $new = other_of($pair, $old);
	my $server = rand() < 0.5 ? 'marked' : 'plain';
	my %window = (from => time);

	$scene->sql("SELECT tds_mirror_set_safety('$server', 'OFF')");
	$old->control("fault link delay $lag count 1000000");
	sleep $seconds;
	$old->kill9;
	wait_until('the mirror misses its principal', 20, sub { is($pair, $new, 'MIRROR', 'DISCONNECTED') });
	$scene->sql("SELECT tds_mirror_force_service('$server', true)");
	$window{to} = time;
	sleep $seconds;
	$old->launch;
	wait_until('the old principal is a suspended mirror', 30, sub { is($pair, $old, 'MIRROR', 'SUSPENDED') });
	$scene->sql("SELECT tds_mirror_resume('$server')");
	$scene->sql("SELECT tds_mirror_set_safety('$server', 'FULL')");
	settle($pair);
	return \%window;
}

# As it was before prepare().
sub restore
{
	my ($scene) = @_;
	my $pair = $scene->pair;

	settle($pair)->tsql('ALTER DATABASE [' . $scene->database . "] SET WITNESS = '" . $pair->witness->url . "'");
	wait_until('the witness is connected', 30, sub { (mirroring_of($pair, settle($pair)))[4] eq 'CONNECTED' });
	return;
}

sub count_of { my ($known) = @_; return (map { /^C:1:(\d+)/ ? $1 : () } @{ $known->{effects} })[0]; }

# Takes what may be lost, and is, for what was told as failed.  Returns how many, and
# what is lost in the midst of what is there, in lines.
sub forget_lost
{
	my ($told, $found, $windows) = @_;
	my %there = map { my (undef, $client, $number) = split /\|/; ("$client $number" => 1) } @{ $found->{ledger} };
	my ($lost, @holes) = (0);

	for my $window (@$windows)
	{
		my @inside = grep { $_->{state} eq 'ack' && $_->{ended} >= $window->{from} && $_->{sent} <= $window->{to} } $told->transactions;
		my @gone = grep { !$there{"$_->{client} $_->{number}"} } @inside;
		my ($last) = sort { $b <=> $a } map { count_of($_) } grep { $there{"$_->{client} $_->{number}"} && $_->{ended} < $window->{to} } @inside;

		push @holes, map { "client $_->{client}, transaction $_->{number} is lost, it had counted to " . count_of($_) . "; one that had counted to $last is there" }
		  grep { defined $last && count_of($_) < $last } @gone;
		$_->{state} = 'none' for @gone;
		$lost += @gone;
	}
	return ($lost, @holes);
}

1;
