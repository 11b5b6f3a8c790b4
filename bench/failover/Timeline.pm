# Timeline.pm: what users see while a partner goes, query by query.
#
# Each client asks on and on, from before the moment at which the principal hands
# over, is killed, or vanishes, until some seconds after it.  All of them ask the
# same pair at the same time, each from a loop of its own: the next statement begins
# when the interval is over and the last one has been answered, and none in the last
# interval.  A statement that has no answer at the end is one without an answer.
#
# A line for each statement goes to timeline.tsv in the run's folder: story, client,
# start in seconds from the event, milliseconds, "row", "error" or "none", and who
# answered or what the error was; and lines of the story itself (client "pair"): how
# long the other partner took to become principal, and where the story ends.

package Timeline;

use strict;
use warnings;
use Backend;
use IO::Select;
use POSIX ();
use Report qw(median);
use Time::HiRes qw(sleep);

# story, seconds before and after the event, between two statements; the event, in a
# process of its own unless it is to be done by us; what makes it good again
my @stories = (
	{
		name => 'planned', before => 1, after => 3, interval => 0.05,
		event => sub { $_[0]->hand_over($_[0]{a}) },
		repair => sub { },
	},
	{
		name => 'kill', before => 1, after => 5, interval => 0.05, ours => 1,
		event => sub { $_[0]{a}->kill9 },
		repair => sub { $_[0]{a}->launch },
	},
	{
		name => 'black hole', before => 2, after => 12, interval => 0.2,
		event => sub { $_[0]->replace($_[0]{a}, 'black hole'); $_[0]{a}->freeze },
		repair => sub { $_[0]{a}->thaw; $_[0]->restore($_[0]{a}) },
	},
);

# A process that lets the event happen, says when B is principal, and stays until it
# is killed: what swallows packets is its own.
sub strike
{
	my ($stage, $story) = @_;

	$story->{event}->($stage) if $story->{ours};
	pipe(my $in, my $out) or die "pipe: $!\n";
	my $pid = fork() // die "fork: $!\n";
	if ($pid == 0)
	{
		$story->{event}->($stage) unless $story->{ours};
		sleep 0.005 until $stage->words($stage->{b}) =~ /^PRINCIPAL/;
		syswrite($out, sprintf("%.6f\n", Backend::now()));
		sleep 1000;
		POSIX::_exit(0);
	}
	close $out;
	return { pid => $pid, in => $in };
}

# Asks when it is time to and not yet $last, and answers with the seconds until then.
sub go_on
{
	my ($lane, $interval, $last) = @_;
	my $now = Backend::now();

	return 1 if $lane->{asked} || $lane->{next} >= $last;
	return $lane->{next} - $now if $now < $lane->{next};
	$lane->{runner}->ask;
	$lane->{asked} = $now;
	$lane->{next} = $lane->{next} + $interval > $now ? $lane->{next} + $interval : $now;
	return 1;
}

sub note
{
	my ($lane, $result) = @_;

	push @{ $lane->{statements} },
	  [ $lane->{asked}, ref $result ? ($result->{ms}, $result->{kind} // 'error', $result->{what} =~ s/^error //r)
		: ($result, 'row', $lane->{runner}{value}) ];
	$lane->{asked} = undef;
	return;
}

# The lanes until the time is over; what begins after $last is left out.
sub ask_until
{
	my ($lanes, $interval, $end, $last) = @_;

	while ((my $left = $end - Backend::now()) > 0)
	{
		for my $lane (@$lanes)
		{
			my $due = go_on($lane, $interval, $last // $end);
			$left = $due if $due < $left;
		}
		my %of = map { $_->{runner}->handle => $_ } grep { $_->{asked} } @$lanes;
		my $select = IO::Select->new(map { $_->{runner}->handle } values %of);
		for my $handle ($select->can_read($left > 0 ? $left : 0))
		{
			my $lane = $of{$handle};
			next unless $lane->{runner}->answered;
			note($lane, $lane->{runner}->result(1));
			$lane->{runner}->begin(open => 0, known => 1) if $lane->{runner}->is_gone;
		}
	}
	return;
}

sub record
{
	my ($bench, $file, $story, $lanes, $event, $taken, $end) = @_;

	print $file join("\t", $story->{name}, 'pair', '0.000', sprintf('%.3f', 1000 * ($taken - $event)), 'principal', 'B'), "\n",
	  join("\t", $story->{name}, 'pair', sprintf('%.3f', $end - $event), 0, 'end', '-'), "\n";
	for my $lane (@$lanes)
	{
		my @failed = grep { $_->[2] ne 'row' } @{ $lane->{statements} };
		my @rows = grep { $_->[2] eq 'row' } @{ $lane->{statements} };
		my ($longest) = sort { $b <=> $a } map { $_->[1] } @{ $lane->{statements} };

		printf $file "%s\t%s\t%.3f\t%.3f\t%s\t%s\n", $story->{name}, $lane->{name}, $_->[0] - $event, @{$_}[ 1 .. 3 ]
		  for @{ $lane->{statements} };
		my @cells = ("timeline, $story->{name}", $lane->{name}, scalar @{ $lane->{statements} }, scalar @failed,
			map { Report::shown($_) } median(map { $_->[1] } @rows), $longest);
		$bench->{report}->add_row(@cells);
		$bench->{report}->say(sprintf '%-20s %-12s %3d statements, %3d failed, median %s ms, longest %s ms', @cells);
	}
	return;
}

sub run_story
{
	my ($bench, $file, $story) = @_;
	my $stage = $bench->{stage};
	my @lanes = map { { name => $_->{name}, runner => $_->{runner}, ours => $_->{ours}, statements => [] } } @{ $bench->{clients} };

	$stage->lead($stage->{a});
	$_->{runner}->begin(open => 1) for @lanes;
	my $begin = Backend::now() + 0.1;
	$_->{next} = $begin for @lanes;
	ask_until(\@lanes, $story->{interval}, $begin + $story->{before});
	my $event = Backend::now();
	my $striker = strike($stage, $story);
	my $end = $event + $story->{after};
	ask_until(\@lanes, $story->{interval}, $end, $end - $story->{interval});
	for my $lane (grep { $_->{asked} } @lanes)
	{
		my $ms = 1000 * (Backend::now() - $lane->{asked});
		$lane->{runner}->result(0);
		note($lane, { ms => $ms, kind => 'none', what => 'no answer' });
	}
	$_->{runner}->end for @lanes;

	my $taken = IO::Select->new($striker->{in})->can_read(30) ? readline($striker->{in}) : undef;
	die "the other partner did not become principal\n" unless defined $taken;
	kill 'KILL', $striker->{pid};
	waitpid $striker->{pid}, 0;
	$story->{repair}->($stage);
	record($bench, $file, $story, \@lanes, $event, $taken, $end);
	push @{ $bench->{timeline} }, map { @{ $_->{statements} } } grep { $_->{ours} } @lanes;
	return;
}

# Takes a minute however small the scale: then only when it is asked for.
sub measure
{
	my ($bench) = @_;
	my $path = "$ENV{LAB_RUN}/timeline.tsv";

	return unless $bench->{only}->('timeline') && ($bench->{full} || $bench->{named});
	$bench->{report}->table('case', 'client', 'statements', 'failed', 'median, ms', 'longest, ms');
	open(my $file, '>', $path) or die "cannot write $path: $!\n";
	print $file "# story\tclient\tstart, s\tms\toutcome\twho or what\n";
	run_story($bench, $file, $_) for @stories;
	close $file or die "cannot write $path: $!\n";
	$bench->{report}->say("each statement: $path");
	my @statements = @{ $bench->{timeline} };
	$bench->{report}->bar(timeline_failed => scalar(grep { $_->[2] ne 'row' } @statements), 0, count => 1);
	$bench->{report}->bar(timeline_longest => Report::percentile(1, map { $_->[1] } @statements), 6500);
	return;
}

1;
