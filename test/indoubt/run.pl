# run.pl: COMMITs that lose their answer, and what the wrapper says became of them.
#
# SEED gives the order, SCALE makes it smaller.  Two pairs are worked on side by
# side; see Plan.pm for what happens to them and Judge.pm for what must not.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Judge qw(judge);
use Plan qw(runs points);
use POSIX ();
use TdsMirror::Cluster;
use TdsMirror::Lab qw(scratch_folder slurp);
use TdsMirror::Tally qw(check at_least at_most finish say_so some);

my $scale = $ENV{SCALE} || 1;
my $seed = $ENV{SEED} || 1;
my $workers = 2;
my $runs_a_point = 200;

my %figure = map { $_ => 0 } qw(runs wrong unresolved silent plants_missed);

$| = 1;

sub start_worker
{
	my ($number, $port, $folder, @runs) = @_;

	pipe(my $read, my $write) or die "pipe: $!\n";
	my $pid = fork() // die "fork: $!\n";
	if ($pid == 0)
	{
		close $write;
		open(STDIN, '<&', $read);
		open(STDOUT, '>', "$folder/log");
		open(STDERR, '>&', \*STDOUT);
		exec { $^X } $^X, (map { "-I$_" } @INC), "$FindBin::Bin/worker.pl", $number, $port, $folder
		  or POSIX::_exit(1);
	}
	close $read;
	print $write "@{$_}{qw(txn log kind point)}\n" for @runs;
	close $write;
	return $pid;
}

sub read_reports
{
	my ($folder) = @_;
	my @runs;

	for my $line (-e "$folder/reports" ? split /\n/, slurp("$folder/reports") : ())
	{
		my %run;
		@run{qw(txn log kind point report words)} = split / /, $line, 6;
		push @runs, \%run;
	}
	return \@runs;
}

sub read_rows
{
	my ($folder, $partner) = @_;
	return -e "$folder/rows-$partner" ? [ split /\n/, slurp("$folder/rows-$partner") ] : [];
}

# Each plant is one thing wrong that was right; the judge has to see exactly it.
sub plant
{
	my ($runs, $rows) = @_;
	my ($committed) = grep { $_->{log} && $_->{report} eq 'committed' } @$runs;
	my ($undone) = grep { $_->{log} && $_->{report} eq 'undone' } @$runs;
	my ($plain) = grep { !$_->{log} } @$runs;
	my $without = sub { my ($row) = @_; return [ grep { $_ !~ $row } @$rows ] };
	my $saying = sub {
		my ($liar, $report) = @_;
		return [ map { $_ == $liar ? { %$_, report => $report } : $_ } @$runs ];
	};

	return check(0, 'there is something of every sort to plant in') unless $committed && $undone && $plain;
	my @plants = (
		[ 'a commit that is gone', wrong => $runs, $without->(qr/^$committed->{txn}\|/) ],
		[ 'half a commit', wrong => $runs, $without->(qr/^$committed->{txn}\|2$/) ],
		[ 'a rollback that is there', wrong => $runs, [ @$rows, "$undone->{txn}|1", "$undone->{txn}|2" ] ],
		[ 'a row that nobody wrote', wrong => $runs, [ @$rows, '1000000|1' ] ],
		[ 'a commit reported as rolled back', wrong => $saying->($committed, 'undone'), $rows ],
		[ 'a rollback reported as commit', wrong => $saying->($undone, 'committed'), $rows ],
		[ 'another error', wrong => $saying->($committed, '57014'), $rows ],
		[ 'an outcome not found', unresolved => $saying->($undone, 'unknown'), $rows ],
		[ 'a commit reported that nobody can know', silent => $saying->($plain, 'committed'), $rows ],
		[ 'a rollback reported that nobody can know', silent => $saying->($plain, 'undone'), $rows ]);
	my $before = judge($runs, $rows);

	for my $plant (@plants)
	{
		my ($name, $what, @planted) = @$plant;
		my $found = judge(@planted);
		my $more = join ' ', map { "$_ " . (@{ $found->{$_} } - @{ $before->{$_} }) } sort keys %$found;
		my $want = join ' ', map { "$_ " . ($_ eq $what ? 1 : 0) } sort keys %$found;

		check($more eq $want, "the judge sees $name", "want $want, got $more") or $figure{plants_missed}++;
	}
	return;
}

my @runs = runs($scale, $seed);
my $cluster = TdsMirror::Cluster->start('indoubt');
my (@folders, @pids);

$cluster->sql('CREATE EXTENSION tds_mirror_fdw');
say_so(@runs . " runs by $workers workers");
for my $number (1 .. $workers)
{
	my @share = grep { $_->{txn} % $workers == $number - 1 } @runs;

	push @folders, scratch_folder("indoubt-reports-$number");
	push @pids, start_worker($number, $cluster->port, $folders[-1], @share);
}
for my $number (1 .. $workers)
{
	my $folder = $folders[ $number - 1 ];

	waitpid($pids[ $number - 1 ], 0);
	check($? == 0, "worker $number has run to its end", some(split /\n/, slurp("$folder/log")));
	say_so("worker $number is through");
}

my @all = map { read_reports($_) } @folders;
for my $number (1 .. $workers)
{
	my $folder = $folders[ $number - 1 ];
	my $said = $all[ $number - 1 ];

	for my $partner ('A', 'B')
	{
		my $found = judge($said, read_rows($folder, $partner));

		for my $what (qw(wrong unresolved silent))
		{
			my @list = @{ $found->{$what} };

			$figure{$what} += @list;
			check(@list == 0, "nothing is $what on $partner of pair $number, of " . @$said . ' runs', some(@list));
		}
	}
}
for my $point (points())
{
	my @here = grep { $_->{log} && $_->{point} eq $point } map { @$_ } @all;
	my %count;

	$count{ $_->{report} }++ for @here;
	check(@here >= $runs_a_point * $scale, "$point: " . @here . ' runs, ' . join ', ', map { "$count{$_} $_" } sort keys %count);
	$figure{runs} += @here;
}
check((grep { !$_->{log} } map { @$_ } @all) > 0, 'some runs had no commit log');
plant([ map { @$_ } @all ], [ map { @{ read_rows($_, 'A') } } @folders ]);

at_least(indoubt_runs => $figure{runs}, $runs_a_point * points() * $scale);
at_most("indoubt_$_" => $figure{$_}, 0) for qw(wrong unresolved silent plants_missed);
exit(finish('indoubt'));
