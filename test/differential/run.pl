# run.pl: random queries and changes of foreign tables and of local copies of them,
# and faults that this must notice.
#
# SEED is the first of five seeds, each a set of tables, 20,000 queries and 2,000
# changes; SCALE is the part of them, and of the faults, that is tried.  QUERY=n shows
# the n-th query of SEED alone, CHANGE=n the n-th case of changes, KIND=scan the n-th
# of that kind, as the search for a fault asks for it.  ONLY=queries and ONLY=changes
# try one of both.  FAULTS=none leaves the faults out, FAULTS=name,name plants those
# alone.  ALIKE=1 makes the tables that are changed local on both sides: what differs
# then is this test's fault.

use strict;
use warnings;
use Encode qw(encode_utf8);
use FindBin;
use lib $FindBin::Bin;
use Change qw(case_text);
use Changes qw(make_case);
use Minimise qw(minimised smaller_case);
use Mutant qw(plants build_extension build_standin);
use POSIX ();
use Query qw(query_text);
use Runner qw(make_query);
use Storable qw(store retrieve);
use Tables qw(foreign_sql tsql_script);
use Targets qw(targets_sql targets_tsql);
use TdsMirror::Cluster;
use TdsMirror::Instance;
use TdsMirror::Lab qw(append_file bindir scratch_folder slurp);
use Time::HiRes qw(time);

my $scale = $ENV{SCALE} || 1;
my $first_seed = $ENV{SEED} || 1;
my $seeds = 5;
my $queries_a_seed = 20_000;
my $changes_a_seed = 2_000;
my $workers = 2;
my $together = 50;			# queries of one script
my $cases_together = 20;
my $tries_a_fault = 6000;
my $shown = 20;				# differences that are printed and made small

# What the server of each seed is, and what the foreign server says that it is.
my @products = (['2019', 15], ['2022', 16], ['2019', 15], ['2016', 13], ['2019', undef]);
my $database = 'differential';

my $start = time;
my %count = map { $_ => 0 } qw(same error order refused nothing difference something join aggregate);
my %change = map { $_ => 0 } qw(same error order refused nothing difference direct changed cases);
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
	my $runner = Runner->new($cluster, $database, $seed);
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

# The n-th worker makes every n-th seed alone, so that nobody else locks its tables.
sub work_changes
{
	my ($cluster, $worker, $share, $file, @seeds) = @_;
	my %mine = map { $_ => 0 } keys %change;
	my $shown_here = 0;

	for my $i (grep { $_ % $workers == $worker } 0 .. $#seeds)
	{
		my $wanted = compared(\%mine) + $share / grep { $_ % $workers == $worker } 0 .. $#seeds;
		my $runner = Changes->new($cluster, $database, $seeds[$i], $ENV{ALIKE});

		for (my $first = 0; compared(\%mine) < $wanted; $first += $cases_together)
		{
			my %cases = map { $_ => make_case($seeds[$i], $_) } $first .. $first + $cases_together - 1;
			my %got = $runner->run(%cases);

			for my $number (sort { $a <=> $b } keys %got)
			{
				my $got = $got{$number};

				$mine{cases}++;
				$mine{$_}++ for @{ $got->{words} };
				$mine{$_} += $got->{$_} for qw(direct changed);
				show_case($runner, $number, $cases{$number}, $got) if $got->{word} eq 'difference' && $shown_here++ < $shown / $workers;
			}
			die "seed $seeds[$i]: hardly a change can be compared\n" if $first > 10 * $cases_together && compared(\%mine) < $first / 10;
		}
		$runner->quit;
	}
	store(\%mine, $file);
	return;
}

sub show_case
{
	my ($runner, $number, $case, $got) = @_;
	my ($small, $said) = minimised($case, $got, sub { my %got = $runner->run($number => $_[0]); return $got{$number}; }, \&smaller_case);

	print "not ok - seed $runner->{seed}, case $number of changes\n    " . join('; ', $runner->settings($number)) . "\n    whole: " . case_text($case)
	  . "\n    small: " . case_text($small) . "\n    $said->{text}\n";
	return;
}

# Runs body(worker, file) in processes, and adds the counts in their files to counts.
sub in_workers
{
	my ($counts, $folder, $name, $body) = @_;
	my %pids;

	for my $worker (0 .. $workers - 1)
	{
		my $pid = fork() // die "fork: $!\n";

		if ($pid == 0)
		{
			my $good = eval { $body->($worker, "$folder/$name.$worker"); 1 };
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
		my $mine = retrieve("$folder/$name.$worker");
		$counts->{$_} += $mine->{$_} for keys %$mine;
	}
	say_so("$name: " . join(', ', map { "$_ $counts->{$_}" } sort keys %$counts) . ' so far');
	return;
}

# A server with the tables of the seed; more: options of TdsMirror::Instance.
sub start_instance
{
	my ($name, $seed, %more) = @_;
	my $instance = TdsMirror::Instance->start($name, more => [ '--product', $products[ ($seed - 1) % @products ][0] ], %more);

	$instance->tsql("CREATE DATABASE $database");
	$instance->tsql("ALTER DATABASE $database SET ALLOW_SNAPSHOT_ISOLATION ON");
	my ($ok, undef, $err) = $instance->try_tsql(for_product(tsql_script($seed) . targets_tsql($seed), $seed), database => $database);
	die "the tables of seed $seed: $err\n" unless $ok;
	return $instance;
}

# Before 2019 there are no collations of UTF-8.
sub for_product
{
	my ($script, $seed) = @_;

	$script =~ s/(?<=Latin1_General_100_BIN2)_UTF8//g if $products[ ($seed - 1) % @products ][0] < 2019;
	return $script;
}

sub set_up
{
	my ($cluster, @those) = @_;
	my $psql;
	my %instances;

	# Texts sort by a language, where the server can: not as the bytes do.
	$cluster->sql("CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
		  . ($cluster->sql('SHOW server_version_num') >= 150000 ? " LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" : ''));
	$psql = $cluster->session(database => $database);
	$psql->query('CREATE EXTENSION tds_mirror_fdw');
	$psql->query("CREATE COLLATION nd (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
	$psql->query(slurp("$FindBin::Bin/$_")) for qw(judge.sql judge_change.sql assign.sql);
	for my $seed (@those)
	{
		my $instance = $instances{$seed} = start_instance("DIFF-$seed", $seed);
		my $version = $products[ ($seed - 1) % @products ][1];

		$psql->query("CREATE SERVER diff_$seed FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '" . address_of($instance)
			  . "', database '$database'" . (defined $version ? ", remote_version '$version'" : '') . ')');
		$psql->query("CREATE USER MAPPING FOR CURRENT_USER SERVER diff_$seed OPTIONS (username '$TdsMirror::Instance::user', "
			  . "password '$TdsMirror::Instance::password')");
		my $targets = targets_sql($seed, $products[ ($seed - 1) % @products ][0] >= 2019, $ENV{ALIKE});
		my ($ok, undef, $err) = $psql->try(for_product(encode_utf8(foreign_sql($seed) . $targets), $seed));
		die "the tables of seed $seed: $err\n" unless $ok;
	}
	$psql->quit;
	return %instances;
}

sub address_of { return $_[0]->address . ',' . $_[0]->port; }

# The first case of changes that differs.
sub first_case
{
	my ($cluster, $kinds) = @_;
	my $runner = Changes->new($cluster, $database, $first_seed);
	my @kinds = (split(' ', $kinds), undef);
	my $found;

	for (my $first = 0; !$found && $first < $tries_a_fault / 4; $first += $cases_together)
	{
		my $kind = $kinds[ $first < $tries_a_fault / 8 ? ($first / $cases_together) % $#kinds : -1 ];
		my %cases = map { $_ => make_case($first_seed, $_, $kind) } $first .. $first + $cases_together - 1;
		my %got = $runner->run(%cases);
		my ($number) = grep { $got{$_}{word} eq 'difference' } sort { $a <=> $b } keys %got;

		$found = { number => $number, case => $cases{$number}, text => case_text($cases{$number}) } if defined $number;
	}
	$runner->quit;
	return $found;
}

# The first query that differs, and its number: of the kinds that are to notice it, then of any.
sub first_difference
{
	my ($cluster, $kinds) = @_;

	return first_case($cluster, $1) if $kinds =~ /^change (.*)/;
	my $runner = Runner->new($cluster, $database, $first_seed);
	my @kinds = (split(' ', $kinds), undef);
	my $found;

	for (my $block = 0; !$found && $block * $together < $tries_a_fault; $block++)
	{
		my $kind = $kinds[ $block * $together < $tries_a_fault / 2 ? $block % $#kinds : -1 ];
		my %queries = map { $_ => make_query($first_seed, $_, $kind) } $block * $together .. ($block + 1) * $together - 1;
		my %got = $runner->run(%queries);
		my ($number) = grep { $got{$_}{word} eq 'difference' } sort { $a <=> $b } keys %got;

		$found = { number => $number, query => $queries{$number}, text => query_text($queries{$number}) } if defined $number;
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
	my ($cluster, $plant) = @_;
	my $program = build_extension($plant);

	restart($cluster, $program);
	my $found = eval { first_difference($cluster, $plant->{first}) };
	restart($cluster);
	return $found;
}

sub point_at
{
	my ($cluster, $instance) = @_;
	my $psql = $cluster->session(database => $database);

	$psql->query("ALTER SERVER diff_$first_seed OPTIONS (SET servername '" . address_of($instance) . "')");
	$psql->quit;
	return;
}

sub with_standin
{
	my ($cluster, $instance, $plant) = @_;
	my $faulty = start_instance("PLANT-$plant->{name}", $first_seed, program => build_standin($plant));

	point_at($cluster, $faulty);
	my $found = eval { first_difference($cluster, $plant->{first}) };
	point_at($cluster, $instance);
	$faulty->stop;
	return $found;
}

# What is noticed must not be there without the fault.
sub plant
{
	my ($cluster, $instance, $kind, $plant) = @_;
	my $found = eval { $kind eq 'rules' ? with_extension($cluster, $plant) : with_standin($cluster, $instance, $plant) };
	my $what = "$kind $plant->{name} ($plant->{breaks})";
	my $why = $@ =~ s/\s+\z//r;

	if ($found)
	{
		my $runner = ($found->{case} ? 'Changes' : 'Runner')->new($cluster, $database, $first_seed);
		my %again = $runner->run($found->{number} => $found->{case} // $found->{query});

		$runner->quit;
		$why = "number $found->{number} differs without it, too" if $again{ $found->{number} }{word} eq 'difference';
	}
	if ($found && !$why)
	{
		$passed++;
		say_so("$what: noticed by " . substr($found->{text}, 0, 300));
		return 1;
	}
	$failed++;
	print "not ok - $what: ", $why || 'no query notices it', "\n";
	return 0;
}

sub one_query
{
	my ($cluster, $number) = @_;
	my $runner = Runner->new($cluster, $database, $first_seed);
	my $query = make_query($first_seed, $number, $ENV{KIND});
	my %got = $runner->run($number => $query);

	print query_text($query), "\n$got{$number}{text}\n";
	show_difference($runner, $number, $query, $got{$number}) if $got{$number}{word} eq 'difference';
	$runner->quit;
	return;
}

sub one_case
{
	my ($cluster, $number) = @_;
	my $runner = Changes->new($cluster, $database, $first_seed, $ENV{ALIKE});
	my $case = make_case($first_seed, $number, $ENV{KIND});
	my %got = $runner->run($number => $case);

	print case_text($case), "\n$got{$number}{text}\n";
	show_case($runner, $number, $case, $got{$number}) if $got{$number}{word} eq 'difference';
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
my $folder = scratch_folder('differential-counts');
my $only = $ENV{ONLY} // '';
my @seeds = $first_seed .. $first_seed + (defined($ENV{QUERY} // $ENV{CHANGE}) ? 0 : $seeds - 1);

my %instances = set_up($cluster, @seeds);
if (defined $ENV{QUERY})
{
	one_query($cluster, $ENV{QUERY});
	exit 0;
}
if (defined $ENV{CHANGE})
{
	one_case($cluster, $ENV{CHANGE});
	exit 0;
}
for my $seed ($only eq 'changes' ? () : @seeds)
{
	my $share = int($queries_a_seed * $scale / $workers + 0.999);
	in_workers(\%count, $folder, "seed $seed", sub { work($cluster, $seed, $_[0], $share, $_[1]) });
}
if ($only ne 'queries')
{
	my $share = int($changes_a_seed * $seeds * $scale / $workers + 0.999);
	in_workers(\%change, $folder, 'changes', sub { work_changes($cluster, $_[0], $share, $_[1], @seeds) });
}

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
		$noticed += plant($cluster, $instances{$first_seed}, $kind, $plant);
	}
}
$_->stop for values %instances;

my $queries = compared(\%count);
my $least = int(100_000 * $scale + 0.5);
my $changes = compared(\%change);
my $direct = $changes ? $change{direct} / $changes : 0;
my %part = map { $_ => $queries ? $count{$_} / $queries : 0 } qw(something join aggregate);

$passed += $_->{same} + $_->{error} + $_->{order} for \%count, \%change;
$failed += $_->{difference} for \%count, \%change;
print "allowed: $count{order} queries raised an error of evaluation order here and none there\n",
  "both sides raised the same error: $count{error}; a column was not of its natural type: $count{refused}; not possible here: $count{nothing}\n",
  "changes: $change{changed} of $changes statements changed rows; the same error on both sides: $change{error}, one of several errors or of evaluation order: $change{order}\n",
  "faults: $noticed of $planted were noticed\n";
my @query_bars = $only eq 'changes' ? () : (
	bar('diff_queries', $queries, $least, $queries >= $least, 1),
	bar('diff_differences', $count{difference}, 0, $count{difference} == 0, 0),
	bar('diff_shipped_something', sprintf('%.3f', $part{something}), 0.8, $part{something} >= 0.8),
	bar('diff_shipped_join', sprintf('%.3f', $part{join}), 0.2, $part{join} >= 0.2),
	bar('diff_shipped_aggregate', sprintf('%.3f', $part{aggregate}), 0.2, $part{aggregate} >= 0.2));
my $least_changes = int($changes_a_seed * $seeds * $scale + 0.5);
my @change_bars = $only eq 'queries' ? () : (
	bar('diff_dml_statements', $changes, $least_changes, $changes >= $least_changes, 1),
	bar('diff_dml_differences', $change{difference}, 0, $change{difference} == 0, 0),
	bar('diff_dml_direct', sprintf('%.3f', $direct), 0.2, $direct >= 0.2));
my @bars = (@query_bars, @change_bars,
	$wanted eq 'none' ? () : bar('diff_mutations', $planted, int(20 * $scale + 0.999), $planted >= int(20 * $scale + 0.999), 1),
	$wanted eq 'none' ? () : bar('diff_mutations_missed', $planted - $noticed, 0, $planted == $noticed, 0));
print "differential: $passed passed, $failed failed\n", @bars;
exit($failed ? 1 : 0);
