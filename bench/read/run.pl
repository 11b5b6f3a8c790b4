# run.pl: what reading costs, ours beside FreeTDS alone, tds_fdw and local tables.
#
# CPU per row of scans and of COPY (Scans.pm), contacts while planning (Plans.pm),
# lookups by key (Lookups.pm), memory (Memory.pm), partitions on several pairs
# (Async.pm), and on request a profile (Profile.pm, PROFILE=1).  SCALE below 1 makes
# the tables smaller; then bars of time, CPU and ratio are printed but do not decide.
# ONLY=word[,word] measures the cases that contain one of the words.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../lib";
use Async;
use Ground;
use Lookups;
use Memory;
use Plans;
use Profile;
use Report;
use Scans;
use TdsMirror::Lab qw(slurp);

my $scale = $ENV{SCALE} || 1;
my $full = $scale >= 1;
my @only = split /,/, $ENV{ONLY} // '';

sub at_least
{
	my ($least, $whole) = @_;
	my $count = int($whole * $scale + 0.5);
	return $count < $least ? $least : $count;
}

# The load of the last minute: more than the machine has processors spoils the figures.
sub load
{
	my ($load) = slurp('/proc/loadavg') =~ /^(\S+)/;
	return "load of the machine: $load";
}

$| = 1;
my $report = Report->new('bench-read', $scale);
my %bench = (
	report => $report,
	runs => $full ? 5 : 2,
	rows => at_least(1000, 1_000_000),
	lookups => at_least(100, 3000),
	executes => at_least(100, 10_000),
	partition => at_least(1000, 100_000),
	delay => $full ? 1000 : 300,		# milliseconds before a partition's first row
	profile => $ENV{PROFILE},
	only => sub { my ($name) = @_; !@only || grep { index($name, $_) >= 0 } @only },
);

$report->say(load());
my $ground = Ground->start(wide => $bench{rows}, words => at_least(1000, 300_000));
$bench{ground} = $ground;
$report->say('the tables are filled');
Scans::scans(\%bench);
Scans::copy(\%bench);
Plans::measure(\%bench);
Lookups::lookups(\%bench);
Lookups::loop(\%bench);
Lookups::first_row(\%bench);
Memory::measure(\%bench);
Async::measure(\%bench);
Profile::measure(\%bench);
$report->say(load());
exit $report->finish;
