# run.pl: plays the cells of cells.table and says which are wrong.
#
# Without SCALE all of them; with SCALE=0.25 those that are marked, and of the
# others as many as make a quarter.  CELLS=PATTERN plays those whose name matches.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Time::HiRes qw(time);
use Cell;
use CellTable;
use Stage;

my $scale = $ENV{SCALE} || 1;
$scale = 1 if $scale > 1;
my $begun = time;
my $table = CellTable->new("$FindBin::Bin/cells.table");
my $stage;
my ($run, $wrong, $hangs, %by_fault) = (0, 0, 0);

$| = 1;

sub name_of
{
	my ($cell) = @_;
	my $more = join ' ', map { "$_=$cell->{settings}{$_}" } sort keys %{ $cell->{settings} };
	return "$cell->{fault}, $cell->{moment}, $cell->{statement}" . ($more ? " ($more)" : '');
}

# ('ok' | 'wrong' | 'hang', what was seen, what was wrong)
sub play
{
	my ($cell, $again) = (@_, 0);
	my ($played, @wrong);

	$played = Cell->new($stage, $cell);
	return ('ok', $played->{seen}, ()) if eval { @wrong = $played->play; 1; } && !@wrong;
	return ('wrong', $played->{seen}, @wrong) if @wrong;
	my $problem = $@;
	$problem =~ s/\s+\z//;
	end_backend($played);
	# whatever state the pair is in, the next cell gets one that works
	$stage->replace($played->{fault}{pair}) unless eval { $stage->ready($played->{fault}{pair}, 'a'); 1; };
	return play($cell, $again + 1) if $problem eq 'early' && $again < 2;
	return ($problem eq 'hang' || $problem =~ /timeout on timer/ ? 'hang' : 'wrong', undef, @{ $played->{wrong} }, $problem);
}

# A backend that does not come back is ended, by force when it does not hear.
sub end_backend
{
	my ($played) = @_;
	my $psql = $played->{psql} or return;
	my $pid = $psql->{backend} or return;

	$stage->admin->query("SELECT pg_terminate_backend($pid, 5000)");
	if ($stage->admin->query("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid") ne '0')
	{
		print "    the backend cannot even be terminated\n";
		kill 'KILL', $pid;
	}
	return;
}

sub play_aloud
{
	my ($cell) = @_;
	my $start = time;
	my ($verdict, $seen, @wrong) = play($cell);

	$run++;
	$wrong++ if $verdict ne 'ok';
	$hangs++ if $verdict eq 'hang';
	$by_fault{ $cell->{fault} }{ $verdict eq 'ok' ? 'ok' : 'wrong' }++;
	printf "%s %3d - %s: %s [%s, %.1f s]\n", $verdict eq 'ok' ? 'ok' : "not ok ($verdict)", $cell->{number},
	  name_of($cell), $cell->{text}, $seen // '-', time - $start;
	print map { "    $_\n" } map { split /\n/ } @wrong;
	return;
}

# The checker is checked: a wrong expectation, a row that should not be there, and
# a statement that does not end have to be noticed.
sub self_test
{
	my %cell = (number => 0, fault => '4060+18456', moment => 'no session', statement => 'SELECT', settings => {});
	my $missed = 0;
	my @tests = (
		[ 'a wrong outcome', { %cell, text => '08006', outcomes => [ [ '08006', undef ] ] }, 'wrong' ],
		[ 'a wrong partner', { %cell, text => 'same', outcomes => [ [ 'same', undef ] ] }, 'wrong' ],
		[ 'a write that is not there', { %cell, text => 'other/1', outcomes => [ [ 'other', '1' ] ] }, 'wrong' ],
		[ 'a hang', { %cell, fault => 'SIGSTOPped', moment => 'before the first row', text => 'other', number => 0,
			settings => { alone => 'on' }, outcomes => [ [ 'other', undef ] ] }, 'hang' ],
		[ 'what is right', { %cell, text => 'other', outcomes => [ [ 'other', undef ] ] }, 'ok' ]);

	for my $test (@tests)
	{
		my ($name, $cell, $expected) = @$test;
		local $Cell::patience = $expected eq 'hang' ? 2 : $Cell::patience;
		my ($verdict, undef, @details) = play($cell);

		next if $verdict eq $expected;
		$missed++;
		print "not ok - the checker takes $name for $verdict\n", map { "    $_\n" } @details;
	}
	print "ok - the checker notices what is wrong\n" unless $missed;
	return $missed;
}

sub bar
{
	my ($name, $figure, $limit, $least) = @_;
	my $good = $least ? $figure >= $limit : $figure <= $limit;

	printf "bar %s %s %s %s\n", $name, $figure, $limit, $good ? 'ok' : 'short';
	return $good ? 0 : 1;
}

my @cells = $table->part($scale);
my $pattern = $ENV{CELLS};
@cells = grep { name_of($_) =~ /$pattern/ } @cells if defined $pattern;

$stage = Stage->new;
printf "%d combinations: %d with nothing to run; %d cells, %d of them here\n", $table->combinations, $table->absent,
  scalar $table->cells, scalar @cells;
my $missed = self_test();
play_aloud($_) for @cells;
$stage->stop;

for my $fault (@CellTable::faults)
{
	my ($good, $bad) = map { $by_fault{$fault}{$_} // 0 } qw(ok wrong);
	printf "# %-28s %3d ok%s\n", $fault, $good, $bad ? ", $bad wrong" : '' if $good + $bad;
}
printf "# %.0f s\n", time - $begun;
my $least = defined $pattern ? 1 : $scale < 0.25 ? 30 : int(120 * $scale);
my $short = 0;
$short += bar('matrix_cells_run', $run, $least, 1);
$short += bar('matrix_cells_wrong', $wrong + $missed, 0, 0);
$short += bar('matrix_hangs', $hangs, 0, 0);
printf "matrix-failover: %d passed, %d failed\n", $run - $wrong, $wrong + $missed + ($short && !($wrong + $missed) ? 1 : 0);
exit($short ? 1 : 0);
