# run.pl: a million broken replies, and what the wrapper makes of them.
#
# The stand-in's replies are recorded once.  Players (the wrapper's reading layers
# without PostgreSQL, under sanitizers) and the bare client get the same bytes; a
# hundredth as many replies are broken on their way to a backend.  README.md says
# what is broken and what is judged.  SEED is the first of five seeds, SCALE the
# share of the replies.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../broken_streams";
use Players qw(play);
use Relayed qw(play_relayed);
use Subjects qw(prepare_subjects write_configuration);
use TdsMirror::Instance;
use TdsMirror::Lab qw(append_file build_folder scratch_folder slurp);
use TdsMirror::Tally qw(check at_least at_most finish);

$| = 1;

my $scale = $ENV{SCALE} // 1;
my $first_seed = $ENV{SEED} // 1;
my $replies = 1_000_000;
my $seeds = 5;
my $workers = 2;
my $programs = build_folder() . '/fuzz';
my $folder = scratch_folder('found');

sub record
{
	my $instance = TdsMirror::Instance->start('FUZZ');

	prepare_subjects($instance);
	append_file("$folder/statements", slurp($_))
	  for "$FindBin::Bin/../broken_streams/statements", "$FindBin::Bin/statements";
	system("$programs/recorder", "$folder/statements", $instance->port, $folder,
		build_folder() . '/broken_streams/reader') == 0 or die "recorder failed\n";
	$instance->stop;
	return;
}

# Those of the first list that are not in the others.
sub only_in
{
	my ($ours, @others) = @_;
	my %other = map { $_ => 1 } map { @$_ } @others;

	return grep { !$other{$_} } @$ours;
}

sub say_again
{
	my ($client, $seed, $number) = @_;

	return "    $programs/$client --corpus $folder/corpus --out . --seed $seed --number $number\n";
}

# Replies that were something once: NAME-STAGE-WORDS.reply.
sub play_known
{
	for my $path (sort glob("$FindBin::Bin/known/*.reply"))
	{
		my ($statement, $stage) = $path =~ m{([^/-]+)-(\d)-[^/]+$};
		my $out = "$folder/known.out";
		my $status = system("$programs/player --judge --corpus $folder/corpus --out $folder"
			  . " --statement $statement --stage $stage --reply $path >$out 2>&1");

		check($status == 0, "$path: " . slurp($out));
	}
	return;
}

my %sum;

# What one seed has brought: numbers of cases, by what happened.
sub judge_seed
{
	my ($seed, $ours, $bare) = @_;
	my @crashes = only_in($ours->{crashes}, $bare->{crashes});
	my @hangs = only_in([ @{ $ours->{hangs} }, @{ $ours->{loops} } ], @{$bare}{qw(hangs loops crashes)});

	print map { "crash: seed $seed, number $_\n" . say_again('player --judge', $seed, $_) } @crashes;
	print map { "hang: seed $seed, number $_\n" . say_again('player --judge', $seed, $_) } @hangs;
	print map { $_ . (/number (\d+)/ ? say_again('player --judge', $seed, $1) : '') } @{ $ours->{found} };
	print map { "freetds crash: seed $seed, number $_\n" . say_again('player.bare', $seed, $_) } @{ $bare->{crashes} };
	$sum{crashes} += @crashes;
	$sum{hangs} += @hangs;
	$sum{ended} += @{ $ours->{loops} };
	$sum{bare_crashes} += @{ $bare->{crashes} };
	$sum{bare_hangs} += @{ $bare->{loops} } + @{ $bare->{hangs} };
	$sum{$_} += $ours->{$_} for qw(cases errors wholes lenient unknown follows wrong);
	return;
}

sub players
{
	my $each = int($replies * $scale / $seeds + 0.999);

	local $ENV{BROKEN_STREAMS_USER} = $TdsMirror::Instance::user;
	local $ENV{BROKEN_STREAMS_PASSWORD} = $TdsMirror::Instance::password;
	local $ENV{FREETDSCONF} = write_configuration($folder);
	local $ENV{ASAN_OPTIONS} = 'allocator_may_return_null=1:max_allocation_size_mb=256:quarantine_size_mb=16:detect_leaks=0';
	record();
	play_known();
	for my $seed ($first_seed .. $first_seed + $seeds - 1)
	{
		my @what = (out => $folder, seed => $seed, first => 0, end => $each, workers => $workers);

		judge_seed($seed, play(@what, program => [ "$programs/player", '--judge' ]),
			play(@what, program => [ "$programs/player.bare" ]));
	}
	printf "%d replies: %d errors, %d results, %d that only a lenient reader takes for whole; %d sessions went on\n",
	  map { $sum{$_} // 0 } qw(cases errors wholes lenient follows);
	printf "fuzz_not_judged %d\n", $sum{unknown};
	printf "fuzz_freetds_crashes %d\n", $sum{bare_crashes};
	printf "fuzz_freetds_hangs %d (%d of them ended by the wrapper's watch)\n", $sum{bare_hangs}, $sum{ended};
	return;
}

sub backend
{
	my %found = play_relayed(corpus => "$folder/corpus", folder => $folder, seed => $first_seed,
		replies => int($replies / 100 * $scale + 0.999));

	check(!$found{failed}, 'every worker of the backends ends well');
	check(!$found{grown}, 'no backend grows with the lengths that are said');
	$sum{cases} += $found{broken};
	$sum{$_} += $found{$_} for qw(crashes hangs wrong);
	return;
}

players();
backend();
at_least(fuzz_replies => $sum{cases}, $replies * $scale);
at_most("fuzz_$_" => $sum{$_}, 0) for qw(crashes hangs);
at_most(fuzz_wrong_success => $sum{wrong}, 0);
exit(finish('fuzz'));
