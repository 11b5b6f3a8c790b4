# run.pl: replies of the stand-in, each broken in every way there is.
#
# The driver records good replies, breaks them, and plays the server to two
# clients: the wrapper's own reading layers without PostgreSQL, and DB-Library
# alone.  Both run under sanitizers; a sample runs once more under valgrind.
# README.md says what is broken and what is judged.  SCALE is the share of the
# cases.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Backend qw(backend_under_valgrind);
use Subjects qw(prepare_subjects write_configuration);
use TdsMirror::Instance;
use TdsMirror::Lab qw(build_folder scratch_folder slurp);
use TdsMirror::Tally qw(check at_least at_most finish);

my $scale = $ENV{SCALE} // 1;
my $all = 215_000;			# cases, less than there are
my $sample = 0.002;			# the share that valgrind sees
my $least = 0.3;			# of the few cases that a backend sees
my $programs = build_folder() . '/broken_streams';
my $instance = TdsMirror::Instance->start('BROKEN');

# Runs the driver; its figures.
sub drive
{
	my ($folder, %orders) = @_;
	my %figure;

	local $ENV{BROKEN_STREAMS_USER} = $TdsMirror::Instance::user;
	local $ENV{BROKEN_STREAMS_PASSWORD} = $TdsMirror::Instance::password;
	local $ENV{FREETDSCONF} = write_configuration($folder);
	local $ENV{ASAN_OPTIONS} = 'allocator_may_return_null=1:max_allocation_size_mb=256:detect_leaks=0';
	open(my $pipe, '-|', "$programs/driver", '--statements', "$FindBin::Bin/statements",
		'--port', $instance->port, '--out', $folder, map { ("--$_", $orders{$_}) } sort keys %orders)
	  or die "driver: $!\n";
	while (my $line = <$pipe>)
	{
		$figure{$1} = $2 if $line =~ /^(\w+) (\d+)$/;
	}
	check(close($pipe), 'the driver ends well');
	return \%figure;
}

# What was found, the worst first, without end.
sub findings
{
	my ($folder, $what) = @_;
	my @lines = grep { /^$what / } map { split /^/, slurp($_) } glob("$folder/findings.*");

	return @lines;
}

# Errors that valgrind reports, by the first of our files or of FreeTDS in their stack.
sub valgrind_errors
{
	my ($folder) = @_;
	my @errors;

	for my $log (glob("$folder/valgrind.*"))
	{
		my @blocks = split /^==\d+== \n/m, slurp($log);
		push @errors, grep { /\b(?:Invalid|uninitialised|definitely lost|overlap|Mismatched)\b/ } @blocks;
	}
	return @errors;
}

sub under_valgrind
{
	my ($folder, $share) = @_;
	my $command = "/usr/bin/valgrind -q --leak-check=full --show-leak-kinds=definite"
	  . " --errors-for-leak-kinds=definite --num-callers=30 --log-file=$folder/valgrind.%p $programs/reader.plain";

	local $ENV{BROKEN_STREAMS_SLOWNESS} = 20;
	return drive($folder, reader => $command, scale => $share, workers => 2, patience => 120000);
}

prepare_subjects($instance);
my $folder = scratch_folder('found');
my $figure = drive($folder, reader => "$programs/reader", bare => "$programs/bare",
	workers => 2, scale => $scale);
printf "%d replies, %d cases: %d errors, %d results, after %d of which the session went on\n",
  map { $_ // 0 } @{$figure}{qw(recordings cases errors wholes follows)};
print map { "    $_" } findings($folder, '(?:crash|hang|short result|other result|stray rows|replay differs)');

my $good_folder = scratch_folder('valgrind_good');
my $good = under_valgrind($good_folder, 0);
my @good_errors = valgrind_errors($good_folder);
print map { "    $_\n" } @good_errors;
my $broken_folder = scratch_folder('valgrind_broken');
my $broken = under_valgrind($broken_folder, $sample * ($scale < 0.1 ? 0.1 : $scale));
my @broken_errors = valgrind_errors($broken_folder);
my @ours = grep { m{\((?:\w+/)*(?:reader|decode|number|moment|string|typemap|column|query|handlers|connect)\.c:} && !/libsybdb/ } @broken_errors;
print map { "    $_\n" } @ours;
printf "under valgrind: %d good replies, %d cases, %d errors inside FreeTDS\n", $good->{recordings} // 0,
  $broken->{cases} // 0, @broken_errors - @ours;

my ($statements, $inside, @backend_errors) = backend_under_valgrind(\&check, $scale < $least ? $least : $scale > 1 ? 1 : $scale);
print map { "    $_\n" } @backend_errors;
print "under valgrind: $statements statements of a backend, $inside errors inside FreeTDS\n";

# Without a limit: what DB-Library alone does with the same bytes, and values of a row that
# was broken which DB-Library hands out all the same.
printf "freetds_crashes %d (%d of them also in the wrapper's reader)\n", @{$figure}{qw(freetds_crashes shared_crashes)};
printf "freetds_hangs %d (%d of them ended by the wrapper's watch)\n", @{$figure}{qw(freetds_hangs loops)};
print map { "    $_" } findings($folder, 'freetds (?:crash|hang)');
printf "stream_lenient_values %d\n", $figure->{values};
print "the replies and what the clients said are in $folder\n"
  if grep { $figure->{$_} } qw(freetds_crashes freetds_hangs crashes hangs short_results other_results);

at_least(stream_cases => $figure->{cases} // 0, $all * $scale);
at_most("stream_$_" => $figure->{$_} // 1, 0) for qw(crashes hangs short_results);
at_most(stream_wrong_results => $figure->{other_results} // 1, 0);
at_most(valgrind_errors => @good_errors + @ours, 0);
at_most(valgrind_backend_errors => scalar @backend_errors, 0);
at_most(valgrind_crashes => $good->{crashes} + $broken->{crashes} + $broken->{other_results} + $good->{other_results}, 0);
exit(finish('broken-streams'));
