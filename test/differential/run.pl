# run.pl: random queries on foreign tables and on local copies of them, and faults
# that this must notice.
#
# SEED is the first of five seeds, each a set of tables and 20,000 queries; SCALE is
# the part of them, and of the faults, that is tried.  QUERY=n shows the n-th query of
# SEED alone.  FAULTS=none leaves the faults out, FAULTS=name,name plants those alone.

use strict;
use warnings;
use Encode qw(encode_utf8);
use FindBin;
use lib $FindBin::Bin;
use Minimise qw(minimised);
use Mutant qw(plants build_extension build_standin);
use POSIX ();
use Query qw(query_text);
use Runner qw(make_query);
use Storable qw(store retrieve);
use Tables qw(foreign_sql tsql_script);
use TdsMirror::Cluster;
use TdsMirror::Foreign qw(server_sql);
use TdsMirror::Instance;
use TdsMirror::Lab qw(append_file bindir scratch_folder slurp);
use TdsMirror::Pair;
use Time::HiRes qw(time);

my $scale = $ENV{SCALE} || 1;
my $first_seed = $ENV{SEED} || 1;
my $seeds = 5;
my $queries_a_seed = 20_000;
my $workers = 2;
my $together = 50;			# queries of one script
my $tries_a_fault = 6000;
my $shown = 20;				# differences that are printed and made small

my $start = time;
my %count = map { $_ => 0 } qw(same error order refused nothing difference something join aggregate);
my ($passed, $failed) = (0, 0);

$| = 1;
binmode STDOUT, ':utf8';

sub say_so { printf "%6.1f s  %s\n", time - $start, $_[0]; }

sub compared
{
	my ($counts) = @_;
	my $sum = 0;

	$sum += $counts->{$_} for qw(same error order difference);
	return $sum;
}

sub show_difference
{
	my ($runner, $number, $query, $got) = @_;
	my ($small, $said) = minimised($query, $got, sub { my %got = $runner->run($number => $_[0]); return $got{$number}; });
	my $params = join '', map { "\n    \$$_: $query->{params}[$_ - 1]{type} " . join(', ', @{ $query->{params}[ $_ - 1 ]{values} }) }
	  1 .. @{ $query->{params} // [] };

	print "not ok - seed $runner->{seed}, query $number\n    " . join('; ', $runner->settings($number))
	  . "\n    whole: " . query_text($query) . "$params\n    small: " . query_text($small) . "\n    here:  " . Tables::localize(query_text($small))
	  . "\n    $said->{text}\n";
	return;
}

# Blocks of queries until share of them were compared; a file with the counts.
sub work
{
	my ($cluster, $seed, $worker, $share, $file) = @_;
	my $runner = Runner->new($cluster, $seed);
	my %mine = map { $_ => 0 } keys %count;

	for (my $block = $worker; compared(\%mine) < $share; $block += $workers)
	{
		my %queries = map { $_ => make_query($seed, $_) } $block * $together .. ($block + 1) * $together - 1;
		my %got = $runner->run(%queries);

		for my $number (sort { $a <=> $b } keys %got)
		{
			my $got = $got{$number};

			$mine{ $got->{word} }++;
			next if $got->{word} eq 'refused' || $got->{word} eq 'nothing';
			$mine{$_} += $got->{$_} for qw(something join aggregate);
			show_difference($runner, $number, $queries{$number}, $got) if $got->{word} eq 'difference' && $mine{difference} <= $shown / $workers;
		}
		die "seed $seed: hardly a query can be compared\n" if $block > 10 * $workers && compared(\%mine) < $block;
	}
	$runner->quit;
	store(\%mine, $file);
	return;
}

sub run_seed
{
	my ($cluster, $seed, $folder) = @_;
	my $share = int($queries_a_seed * $scale / $workers + 0.999);
	my %pids;

	for my $worker (0 .. $workers - 1)
	{
		my $pid = fork() // die "fork: $!\n";

		if ($pid == 0)
		{
			my $good = eval { work($cluster, $seed, $worker, $share, "$folder/$seed.$worker"); 1 };
			print "FAILED: $@" unless $good;
			POSIX::_exit($good ? 0 : 1);
		}
		$pids{$pid} = $worker;
	}
	while (%pids)
	{
		my $pid = waitpid(-1, 0);
		my $worker = delete $pids{$pid} // next;

		if ($? != 0)
		{
			$failed++;
			next;
		}
		my $counts = retrieve("$folder/$seed.$worker");
		$count{$_} += $counts->{$_} for keys %$counts;
	}
	say_so("seed $seed: " . join(', ', map { "$_ $count{$_}" } sort keys %count) . ' so far');
	return;
}

sub set_up
{
	my ($cluster, $pair, @those) = @_;
	my $psql = $cluster->session;

	$psql->query(server_sql($pair, failover_partner => undef, name => 'diff'));
	$psql->query("CREATE COLLATION nd (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
	$psql->query(slurp("$FindBin::Bin/judge.sql"));
	for my $seed (@those)
	{
		$pair->a->tsql(tsql_script($seed), database => $pair->database);
		my ($ok, undef, $err) = $psql->try(encode_utf8(foreign_sql($seed)));
		die "the tables of seed $seed: $err\n" unless $ok;
	}
	$psql->quit;
	return;
}

# The first query that differs, and its number: of the kinds that are to notice it, then of any.
sub first_difference
{
	my ($cluster, $kinds) = @_;
	my $runner = Runner->new($cluster, $first_seed);
	my @kinds = (split(' ', $kinds), undef);
	my $found;

	for (my $block = 0; !$found && $block * $together < $tries_a_fault; $block++)
	{
		my $kind = $kinds[ $block * $together < $tries_a_fault / 2 ? $block % $#kinds : -1 ];
		my %queries = map { $_ => make_query($first_seed, $_, $kind) } $block * $together .. ($block + 1) * $together - 1;
		my %got = $runner->run(%queries);
		my ($number) = grep { $got{$_}{word} eq 'difference' } sort { $a <=> $b } keys %got;

		$found = { number => $number, query => $queries{$number}, text => $got{$number}{text} } if defined $number;
	}
	$runner->quit;
	return $found;
}

sub restart
{
	my ($cluster, $program) = @_;
	my $data = "$cluster->{folder}/data";

	$cluster->run(bindir() . '/pg_ctl', '-D', $data, '-w', '-s', '-m', 'fast', 'stop');
	$cluster->run(bindir() . '/pg_ctl', '-D', $data, '-w', '-s', '-l', $cluster->log_file, $program ? ('-p', $program) : (), 'start');
	return;
}

sub with_extension
{
	my ($cluster, $pair, $plant) = @_;
	my $program = build_extension($plant);

	restart($cluster, $program);
	my $found = eval { first_difference($cluster, $plant->{first}) };
	restart($cluster);
	return $found;
}

sub point_at
{
	my ($cluster, $instance) = @_;
	$cluster->sql("ALTER SERVER diff OPTIONS (SET servername '" . $instance->address . ',' . $instance->port . "')");
	return;
}

sub with_standin
{
	my ($cluster, $pair, $plant) = @_;
	my $partner = TdsMirror::Instance->start("PLANT-$plant->{name}", program => build_standin($plant));

	$partner->tsql('CREATE DATABASE [' . $pair->database . ']');
	$partner->tsql(tsql_script($first_seed), database => $pair->database);
	point_at($cluster, $partner);
	my $found = eval { first_difference($cluster, $plant->{first}) };
	point_at($cluster, $pair->a);
	$partner->stop;
	return $found;
}

# What is noticed must not be there without the fault.
sub plant
{
	my ($cluster, $pair, $kind, $plant) = @_;
	my $found = eval { $kind eq 'rules' ? with_extension($cluster, $pair, $plant) : with_standin($cluster, $pair, $plant) };
	my $what = "$kind $plant->{name} ($plant->{breaks})";
	my $why = $@ =~ s/\s+\z//r;

	if ($found)
	{
		my $runner = Runner->new($cluster, $first_seed);
		my %again = $runner->run($found->{number} => $found->{query});

		$runner->quit;
		$why = "query $found->{number} differs without it, too" if $again{ $found->{number} }{word} eq 'difference';
	}
	if ($found && !$why)
	{
		$passed++;
		say_so("$what: noticed by " . substr(query_text($found->{query}), 0, 300));
		return 1;
	}
	$failed++;
	print "not ok - $what: ", $why || 'no query notices it', "\n";
	return 0;
}

sub one_query
{
	my ($cluster, $number) = @_;
	my $runner = Runner->new($cluster, $first_seed);
	my $query = make_query($first_seed, $number);
	my %got = $runner->run($number => $query);

	print query_text($query), "\n$got{$number}{text}\n";
	show_difference($runner, $number, $query, $got{$number}) if $got{$number}{word} eq 'difference';
	$runner->quit;
	return;
}

# A bar of a ratio decides at full scale alone.
sub bar
{
	my ($name, $figure, $limit, $good, $decides) = @_;

	if ($decides || $scale >= 1) { $good ? $passed++ : $failed++; }
	return sprintf "bar %s %s %s %s\n", $name, $figure, $limit, $good ? 'ok' : 'short';
}

my $cluster = TdsMirror::Cluster->start('differential', autovacuum => 'off', max_connections => 10);
my $pair = TdsMirror::Pair->start(prefix => 'differential-', plain => 1);
my $folder = scratch_folder('differential-counts');
my @seeds = $first_seed .. $first_seed + (defined $ENV{QUERY} ? 0 : $seeds - 1);

set_up($cluster, $pair, @seeds);
if (defined $ENV{QUERY})
{
	one_query($cluster, $ENV{QUERY});
	exit 0;
}
run_seed($cluster, $_, $folder) for @seeds;

my ($planted, $noticed) = (0, 0);
my $wanted = $ENV{FAULTS} // '';
my %named = map { $_ => 1 } split /,/, $wanted;
for my $kind ($wanted eq 'none' ? () : qw(rules standin))
{
	my @all = grep { !%named || $named{ $_->{name} } } plants($kind);
	my $some = $scale < 1 && !%named ? int(@all * $scale + 0.999) : @all;

	for my $plant (@all[ 0 .. $some - 1 ])
	{
		$planted++;
		$noticed += plant($cluster, $pair, $kind, $plant);
	}
}
$pair->stop;

my $queries = compared(\%count);
my $least = int(100_000 * $scale + 0.5);
my %part = map { $_ => $queries ? $count{$_} / $queries : 0 } qw(something join aggregate);

$passed += $count{same} + $count{error} + $count{order};
$failed += $count{difference};
print "allowed: $count{order} queries raised an error of evaluation order here and none there\n",
  "both sides raised the same error: $count{error}; a column was not of its natural type: $count{refused}; not possible here: $count{nothing}\n",
  "faults: $noticed of $planted were noticed\n";
my @bars = (
	bar('diff_queries', $queries, $least, $queries >= $least, 1),
	bar('diff_differences', $count{difference}, 0, $count{difference} == 0, 0),
	bar('diff_shipped_something', sprintf('%.3f', $part{something}), 0.8, $part{something} >= 0.8),
	bar('diff_shipped_join', sprintf('%.3f', $part{join}), 0.2, $part{join} >= 0.2),
	bar('diff_shipped_aggregate', sprintf('%.3f', $part{aggregate}), 0.2, $part{aggregate} >= 0.2),
	$wanted eq 'none' ? () : bar('diff_mutations', $planted, int(20 * $scale + 0.999), $planted >= int(20 * $scale + 0.999), 1),
	$wanted eq 'none' ? () : bar('diff_mutations_missed', $planted - $noticed, 0, $planted == $noticed, 0));
print "differential: $passed passed, $failed failed\n", @bars;
exit($failed ? 1 : 0);
