# Drill.pm: clients for the tests of faults, what they saw, and the count of checks.

package Drill;

use strict;
use warnings;
use Exporter 'import';
use IPC::Run ();
use TdsMirror::Instance;
use TdsMirror::Lab qw(wait_until);
use Time::HiRes qw(sleep);

our @EXPORT_OK = qw(ok client start_client still_running finish_client strikes hits counts);

my ($passed, $failed) = (0, 0);

sub ok
{
	my ($holds, $what, $seen) = @_;

	$holds ? $passed++ : $failed++;
	print $holds ? "ok - $what\n" : "not ok - $what\n";
	print map { "    $_\n" } split /\n/, $seen if !$holds && defined $seen;
	return $holds;
}

sub counts { return ($passed, $failed); }

# tsql running batches under an application's name; options: database, lines (end with go).
sub start_client
{
	my ($instance, $application, $sql, %options) = @_;
	my $self = { in => $sql =~ /^go$/m ? "$sql\n" : "$sql\ngo\n", out => '' };
	my @command = ('stdbuf', '-oL', 'tsql', '-a', $application, '-H', $instance->address, '-p', $instance->port,
		'-U', $TdsMirror::Instance::user, '-P', $TdsMirror::Instance::password,
		'-D', $options{database} // 'master', '-o', 'fhq', '-t', '|');


	# with a version named, one connection is tried, not one for each version
	local $ENV{TDSVER} = '7.4';
	$self->{run} = IPC::Run::start(\@command, '<', \$self->{in}, '>&', \$self->{out},
		IPC::Run::timeout($options{timeout} // 20));
	# it may end before it has read all
	local $SIG{PIPE} = 'IGNORE';
	eval { $self->{run}->pump while length $self->{in} };
	return $self;
}

# Has it not ended after a moment?
sub still_running
{
	my ($self) = @_;

	for (1 .. 10)
	{
		$self->{run}->pump_nb;
		return 0 unless $self->{run}->pumpable;
		sleep 0.02;
	}
	return 1;
}

# What it printed, without empty lines.
sub finish_client
{
	my ($self) = @_;

	local $SIG{PIPE} = 'IGNORE';
	eval { $self->{run}->finish; 1 } or $self->{out} .= "gave up: $@";
	return join "\n", grep { /\S/ } split /\n/, $self->{out};
}

sub client
{
	return finish_client(start_client(@_));
}

# The strikes that the instance has recorded at a point, as "action argument application".
sub strikes
{
	my ($instance, $point) = @_;

	return map { /^\d+ \d+ fault \Q$point\E (.*?)\s*$/ ? $1 : () } $instance->control('events');
}

# How often the faults at a point have struck, and how often they still will.
sub hits
{
	my ($instance, $point) = @_;
	my ($hits, $left) = (0, 0);

	for my $line ($instance->control('faults'))
	{
		next unless $line =~ /^\Q$point\E .* count (\d+) hits (\d+) /;
		$left += $1;
		$hits += $2;
	}
	return ($hits, $left);
}

1;
