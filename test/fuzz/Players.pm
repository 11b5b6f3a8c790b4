# Players.pm: players at work, and who watches them.
#
# A player is a process that plays case after case; when one of them ends it, that
# is noted and another process goes on behind it.  What is not over after the
# watchdog's patience is a hang.

package Players;

use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use TdsMirror::Lab qw(slurp);
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(play);

my $patience = 10;				# seconds for one case
my $silence = 30;				# seconds until it is said how far the players are
my @names = qw(state number cases errors wholes lenient unknown follows wrong);	# of player.h's Progress
my ($runs, $loops, $done) = (0, 1, 2);	# PlayerState

# The state file, a hash.
sub progress
{
	my ($path) = @_;
	my %progress;

	@progress{@names} = unpack 'Q*', -e $path ? slurp($path) : '';
	$progress{$_} //= 0 for @names;
	return \%progress;
}

# A process that plays from number on.
sub launch
{
	my ($player, $number) = @_;

	$player->{at} = $number;
	$player->{since} = time;
	$player->{pid} = fork() // die "fork: $!\n";
	return if $player->{pid};
	open(STDOUT, '>>', "$player->{base}.found") or POSIX::_exit(2);
	open(STDERR, '>', "$player->{base}.log") or POSIX::_exit(2);
	exec { $player->{command}[0] } @{ $player->{command} }, '--state', "$player->{base}.state",
	  '--first', $number, '--step', $player->{step}, '--end', $player->{end} or POSIX::_exit(2);
}

# What the process said before it was ended by this case.
sub note
{
	my ($player, $what, $number) = @_;

	push @{ $player->{$what} }, $number;
	rename "$player->{base}.log", "$player->{base}-$number.log" if -s "$player->{base}.log";
	launch($player, $number + $player->{step});
	return;
}

# True while there is more to play.
sub watch
{
	my ($player) = @_;
	my $progress = progress("$player->{base}.state");
	my $number = $progress->{number};

	if (waitpid($player->{pid}, POSIX::WNOHANG()) == $player->{pid})
	{
		return 0 if $progress->{state} == $done && $? == 0;
		die "$player->{command}[0] does not begin:\n" . slurp("$player->{base}.log")
		  if $progress->{cases} == 0 && $? >> 8 == 2;
		note($player, $progress->{state} == $loops ? 'loops' : 'crashes', $number);
	}
	elsif ($number != $player->{at})
	{
		$player->{at} = $number;
		$player->{since} = time;
	}
	elsif (time > $player->{since} + $patience)
	{
		kill 'KILL', $player->{pid};
		waitpid($player->{pid}, 0);
		note($player, 'hangs', $number);
	}
	return 1;
}

# How far the players are, so that somebody who waits sees it.
sub say_progress
{
	my ($name, $options, @players) = @_;
	my $cases = 0;

	$cases += progress("$_->{base}.state")->{cases} for @players;
	printf "    seed %d, %s: %d of %d\n", $options->{seed}, $name, $cases, $options->{end} - $options->{first};
	return;
}

# Plays the cases from first to end - 1 of seed by a program, in so many processes;
# options: program (with its arguments), out, seed, first, end, workers.
sub play
{
	my (%options) = @_;
	my ($name) = $options{program}[0] =~ m{([^/]+)$};
	my @players = map { {
			command => [ @{ $options{program} }, '--corpus', "$options{out}/corpus", '--seed', $options{seed}, '--out', $options{out} ],
			base => "$options{out}/$name-$options{seed}-$_",
			step => $options{workers}, end => $options{end}, crashes => [], loops => [], hangs => [] } }
	  0 .. $options{workers} - 1;
	my @active = @players;
	my $told = time;
	my %sum;

	launch($players[$_], $options{first} + $_) for 0 .. $#players;
	while (@active)
	{
		sleep 0.05;
		@active = grep { watch($_) } @active;
		next if time < $told + $silence;
		say_progress($name, \%options, @players);
		$told = time;
	}
	for my $player (@players)
	{
		my $progress = progress("$player->{base}.state");

		$sum{$_} += $progress->{$_} for @names[2 .. $#names];
		push @{ $sum{$_} }, @{ $player->{$_} } for qw(crashes loops hangs);
		push @{ $sum{found} }, split /^/, slurp("$player->{base}.found");
	}
	$sum{cases} += @{ $sum{$_} } for qw(crashes loops hangs);
	return \%sum;
}

1;
