# Storm.pm: many backends start at once while the initial partner is a black hole.
#
# What one of them has learned, the partner file tells the others: they begin at
# the principal, so that nobody asks the black hole and the start costs no more
# than against a healthy pair.  A SYN that a full queue drops is counted by the
# kernel, for the whole machine and, where ss is installed, for the socket.

package Storm;

use strict;
use warnings;
use Backend;
use Report qw(median);

my $attempts = 3;			# when others on this machine fill their queues, too

# Seconds from the first connect to the last row.
sub start_all
{
	my ($bench) = @_;
	my $port = $bench->{cluster}->port;
	my $start = Backend::now();
	my @backends;

	for (1 .. $bench->{storm})
	{
		my $backend = Backend->launch($port, name => 'storm');
		$backend->send('SELECT instance FROM storm_who');
		push @backends, $backend;
	}
	# the answer to the start and the one to the statement each end with Ready
	Backend::finish_all(60, @backends);
	while (my @rest = grep { !defined $_->{first} && !$_->{closed} && !defined $_->{error} } @backends)
	{
		last if Backend::now() - $start > 120;
		$_->{ready} = 0 for @rest;
		Backend::finish_all(60, @rest);
	}
	my ($last) = sort { $b <=> $a } map { $_->{first} // Backend::now() } @backends;
	my @wrong = grep { !defined $_->{first} || $_->{rows}[0][0] ne 'B' } @backends;
	$bench->{wrong} += @wrong;
	print "wrong: storm: ", $wrong[0]{error} // 'no row', "\n" if @wrong;
	$_->quit for @backends;
	return $last - $start;
}

sub own_drops
{
	my ($stage) = @_;
	my $address = $stage->{a}->address;
	my $text = `ss -Hltmn 'sport = :$stage->{port}' src $address 2>/dev/null`;
	return $text =~ /skmem:\(.*?,d(\d+)\)/ ? $1 : undef;
}

sub measure
{
	my ($bench) = @_;
	my ($stage, $report) = @{$bench}{qw(stage report)};
	my (@healthy, @storm, $syns);

	return unless $bench->{only}->('storm');
	$stage->lead($stage->{b});
	my $backend = Backend->start($bench->{cluster}->port);
	$backend->query(TdsMirror::Foreign::server_sql($stage->{pair}, name => 'storm'));
	$backend->query("CREATE FOREIGN TABLE storm_who (instance text) SERVER storm OPTIONS (query 'SELECT \@\@SERVERNAME AS instance')");
	$backend->query('SELECT instance FROM storm_who');
	$backend->quit;

	push @healthy, start_all($bench);
	for my $round (1 .. $attempts)
	{
		$stage->replace($stage->{a}, 'black hole');
		my ($before, $own) = (Stage::dropped_syns(), own_drops($stage));
		push @storm, start_all($bench);
		my $rise = Stage::dropped_syns() - $before;
		$own = own_drops($stage) - $own if defined $own;
		$stage->restore($stage->{a});
		push @healthy, start_all($bench);
		$report->say(sprintf 'storm of %d: %.2f s, healthy %.2f s; SYNs dropped: %d%s', $bench->{storm}, $storm[-1], $healthy[-1],
			$rise, defined $own ? ", $own of them by the black hole" : '');
		$syns = $rise if !defined $syns || $rise < $syns;
		last if $rise <= 5 && $round >= ($bench->{full} ? 3 : 1) || defined $own && $own > 5;
	}
	$report->row('start of ' . $bench->{storm} . ', healthy', 'this', map { 1000 * $_ } @healthy);
	$report->row('start of ' . $bench->{storm} . ', black hole', 'this', map { 1000 * $_ } @storm);
	$report->bar(storm_syns => $syns, 5, count => 1);
	$report->bar(storm_ratio => median(@storm) / median(@healthy), 3);
	return;
}

1;
