# Cases.pm: time to the first row, by what is wrong with a partner.
#
# Cold cases: B is principal, the initial partner A is what the case says, the
# client knows nothing of either.  Failover cases: the client has an open
# connection to A; A fails and B takes over; only then the statement is sent.

package Cases;

use strict;
use warnings;
use Backend;
use Time::HiRes qw(sleep);

my $forever = 1_000_000;		# strikes of a fault

# The initial partner of cold cases: what it is made of, and the bar.
my @cold = (
	[ cold_refused => sub { $_[0]->replace($_[0]{a}, 'refused') } ],
	[ cold_reset => sub { $_[0]{a}->control("fault accept reset count $forever") } ],
	[ cold_blackhole => sub { $_[0]->replace($_[0]{a}, 'black hole') }, 400 ],
	[ cold_silent_prelogin => sub { $_[0]->replace($_[0]{a}, 'silent') }, 400 ],
	[ cold_silent_login => sub { $_[0]{a}->control("fault login hang count $forever") }, 1500 ],
	[ cold_mirror_first => sub { }, 20 ],
);

# One statement of one client; counts those of ours that have no row or the wrong one.
sub run_once
{
	my ($bench, $client, $cap, $expected) = @_;
	my $runner = $client->{runner};

	$runner->ask;
	my $result = $runner->result($cap);
	judge($bench, $client, $result, $runner->{value}, $expected);
	return $result;
}

sub judge
{
	my ($bench, $client, $result, $value, $expected) = @_;

	return if !$client->{ours} || (!ref $result && $value eq $expected);
	$bench->{wrong}++;
	print "wrong: ", ref $result ? $result->{what} . " " . ($value // "") : "answered by $value instead of $expected", "\n";
	return;
}

# Is it worth to let this client run once more?
sub goes_on
{
	my ($bench, $runs) = @_;
	my @slow = grep { ref && ($_->{what} =~ /^>/ || !$bench->{full}) } @$runs;
	return @slow < $bench->{capped_runs} && @$runs < $bench->{runs};
}

sub cap_of
{
	my ($bench, $client) = @_;
	return $client->{ours} ? 60 : $bench->{cap};
}

# How often ours asked the living partner, by its own count and by the partner's.
sub counted
{
	my ($bench) = @_;
	my $backend = $bench->{clients}[0]{runner}{backend};
	my $side = $bench->{stage}{b};

	$backend->send('SELECT initial_attempts, failover_attempts FROM tds_mirror_partners ORDER BY 1 LIMIT 1');
	$backend->finish(30);
	my ($initial, $failover) = map { $_ // 0 } @{ $backend->{rows}[0] // [] }[0, 1];
	return { dead => $initial, living => $failover, logins => $side->counter('logins') };
}

sub compare_counts
{
	my ($bench, $before, $case) = @_;
	my $after = counted($bench);
	my %rise = map { $_ => $after->{$_} - ($before->{$_} // 0) } keys %$after;

	$bench->{miscounted}++ if $rise{living} != $rise{logins};
	print "miscounted: $case: $rise{living} attempts by our count, $rise{logins} logins by the server's\n"
	  if $rise{living} != $rise{logins};
	push @{ $bench->{dead_attempts}{$case} }, $rise{dead};
	return;
}

# The clients in turns, so that a noisy moment of the machine hits all of them.
sub in_turns
{
	my ($bench, $run) = @_;
	my %runs = map { $_->{name} => [] } @{ $bench->{clients} };

	while (my @rest = grep { goes_on($bench, $runs{ $_->{name} }) } @{ $bench->{clients} })
	{
		push @{ $runs{ $_->{name} } }, $run->($_) for @rest;
	}
	return %runs;
}

# The rows of all clients; the median of ours decides.
sub conclude
{
	my ($bench, $name, $limit, %runs) = @_;

	for my $client (@{ $bench->{clients} })
	{
		my $median = $bench->{report}->row($name, $client->{name}, @{ $runs{ $client->{name} } });
		$bench->{report}->bar($name, $median, $limit) if $client->{ours} && $limit;
	}
	return;
}

sub cold
{
	my ($bench) = @_;
	my $stage = $bench->{stage};

	$stage->lead($stage->{b});
	for my $case (grep { $bench->{only}->($_->[0]) } @cold)
	{
		my ($name, $spoil, $limit) = @$case;

		conclude($bench, $name, $limit, in_turns($bench, sub {
			my ($client) = @_;

			$spoil->($stage);
			$client->{runner}->begin(open => 0);
			my $logins = $stage->{b}->counter('logins');
			my $result = run_once($bench, $client, cap_of($bench, $client), 'B');
			compare_counts($bench, { logins => $logins }, $name) if $client->{ours} && !ref $result;
			$client->{runner}->end;
			$stage->restore($stage->{a});
			return $result;
		}));
	}
	return;
}

# A new connection, by a new backend, to a healthy pair whose principal is known
# and is the failover partner.
sub warm
{
	my ($bench) = @_;
	my $stage = $bench->{stage};

	return unless $bench->{only}->('warm_known_principal');
	$stage->lead($stage->{b});
	for my $client (@{ $bench->{clients} })
	{
		$client->{runner}->begin(open => 1);
		$client->{runner}->end;
	}
	conclude($bench, 'warm_known_principal', 5, in_turns($bench, sub {
		my ($client) = @_;

		$client->{runner}->begin(open => 0, known => 1);
		my $result = run_once($bench, $client, cap_of($bench, $client), 'B');
		$client->{runner}->end;
		return $result;
	}));
	return;
}

my @failover = (
	# killed: its host answers with RST, the witness lets the other partner take over
	[ failover_refused => 20,
		sub { $_[0]{a}->kill9 },
		sub { $_[0]{a}->launch } ],
	# handed over, and the old principal's host resets every connection
	[ failover_reset => 20,
		sub { $_[0]{a}->control("fault accept reset skip 1 count $forever"); $_[0]->hand_over($_[0]{a}) },
		sub { $_[0]->restore($_[0]{a}) } ],
);

sub failover
{
	my ($bench) = @_;
	my $stage = $bench->{stage};

	for my $case (grep { $bench->{only}->($_->[0]) } @failover)
	{
		my ($name, $limit, $fail, $repair) = @$case;
		my %runs;

		for my $run (1 .. $bench->{runs})
		{
			$stage->lead($stage->{a});
			$_->{runner}->begin(open => 1) for @{ $bench->{clients} };
			$fail->($stage);
			$stage->{pair}->wait_principal($stage->{b});
			for my $client (@{ $bench->{clients} })
			{
				my $before = counted($bench) if $client->{ours};
				push @{ $runs{ $client->{name} } }, run_once($bench, $client, cap_of($bench, $client), 'B');
				compare_counts($bench, $before, $name) if $client->{ours};
			}
			$_->{runner}->end for @{ $bench->{clients} };
			$repair->($stage);
		}
		conclude($bench, $name, $limit, %runs);
	}
	return;
}

# Several statements of each client at once: such a round takes seconds.
sub together
{
	my ($bench, $client, $width) = @_;
	return map { bless { %{ $client->{runner} } }, ref $client->{runner} } 1 .. $width;
}

# Time passes; what comes meanwhile is read when it comes.
sub watch
{
	my ($seconds, @runners) = @_;
	my $end = Backend::now() + $seconds;

	Backend::finish_all($seconds, grep { defined } map { $_->{backend} } @runners);
	my $left = $end - Backend::now();
	sleep $left if $left > 0;
	return;
}

# The results of statements under way at once, into runs; the time from ready, if
# given.  Ours are read together: a row that waits to be read looks late.
sub gather
{
	my ($bench, $asked, $runs, $ready) = @_;

	Backend::finish_all(60, map { $_->[1]{backend} } grep { $_->[0]{ours} } @$asked);
	for my $pair (@$asked)
	{
		my ($client, $runner) = @$pair;
		my $result = $runner->result($bench->{gap} + cap_of($bench, $client));

		judge($bench, $client, $result, $runner->{value}, 'B');
		push @{ $runs->{ $client->{name} } }, ref $result || !$ready ? $result : 1000 * ($runner->{first} - $ready);
		$runner->end;
	}
	return;
}

sub rounds_of
{
	my ($bench) = @_;
	my $width = $bench->{runs} < 5 ? $bench->{runs} : 5;
	return ($width, int(($bench->{runs} + $width - 1) / $width));
}

# The roles change and for some seconds nobody serves; the time runs from the
# moment that the new principal accepts logins.
sub switch_in_progress
{
	my ($bench) = @_;
	my $stage = $bench->{stage};
	my $name = 'switch_in_progress_lag';
	my ($width, $rounds) = rounds_of($bench);
	my %runs;

	return unless $bench->{only}->($name);
	for my $round (1 .. $rounds)
	{
		my @asked;
		$stage->lead($stage->{a});
		for my $client (@{ $bench->{clients} })
		{
			push @asked, map { [ $client, $_ ] } together($bench, $client, $width);
		}
		$_->[1]->begin(open => 1) for @asked;
		$stage->{b}->control("fault login error 4060 count $forever");
		$stage->hand_over($stage->{a});
		$_->[1]->ask for @asked;
		watch($bench->{gap} + rand 0.5, map { $_->[1] } @asked);
		my $ready = Backend::now();
		$stage->{b}->control('clear');
		gather($bench, \@asked, \%runs, $ready);
	}
	conclude($bench, $name, 250, %runs);
	return;
}

# The principal is stopped in its tracks; its connections stay open.
sub frozen
{
	my ($bench) = @_;
	my $stage = $bench->{stage};
	my ($width, $rounds) = rounds_of($bench);
	my %runs;

	return unless $bench->{only}->('frozen_principal');
	for my $round (1 .. $rounds)
	{
		my @asked;
		$stage->lead($stage->{a});
		for my $client (@{ $bench->{clients} })
		{
			my $some = $client->{ours} ? $width : $round == 1 ? $bench->{capped_runs} : 0;
			push @asked, map { [ $client, $_ ] } together($bench, $client, $some);
		}
		$_->[1]->begin(open => 1) for @asked;
		$stage->{a}->freeze;
		$stage->{pair}->wait_principal($stage->{b});
		$_->[1]->ask for @asked;
		gather($bench, \@asked, \%runs);
		$stage->{a}->thaw;
	}
	conclude($bench, 'frozen_principal', 6000, %runs);
	return;
}

1;
