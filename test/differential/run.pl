# run.pl: random queries on foreign tables and on local copies of them, and faults
# that this must notice.
#
# SEED is the first of five seeds, each a set of tables and 20,000 queries; SCALE is
# the part of them, and of the faults, that is tried.  QUERY=n shows the n-th query of
# SEED alone, KIND=scan the n-th of that kind, as the search for a fault asks for it.
# FAULTS=none leaves the faults out, FAULTS=name,name plants those alone.

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
use TdsMirror::Instance;
use TdsMirror::Lab qw(append_file bindir scratch_folder slurp);
use Time::HiRes qw(time);

my $scale = $ENV{SCALE} || 1;
my $first_seed = $ENV{SEED} || 1;
my $seeds = 5;
my $queries_a_seed = 20_000;
my $workers = 2;
my $together = 50;			# queries of one script
my $tries_a_fault = 6000;
my $shown = 20;				# differences that are printed and made small

# What the server of each seed is, and what the foreign server says that it is.
my @products = (['2019', 15], ['2022', 16], ['2019', 15], ['2016', 13], ['2019', undef]);
my $database = 'differential';

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

# A server with the tables of the seed; more: options of TdsMirror::Instance.
sub start_instance
{
	my ($name, $seed, %more) = @_;
	my $instance = TdsMirror::Instance->start($name, more => [ '--product', $products[ ($seed - 1) % @products ][0] ], %more);

	$instance->tsql("CREATE DATABASE $database");
	my ($ok, undef, $err) = $instance->try_tsql(for_product(tsql_script($seed), $seed), database => $database);
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
	$psql->query(slurp("$FindBin::Bin/judge.sql"));
	for my $seed (@those)
	{
		my $instance = $instances{$seed} = start_instance("DIFF-$seed", $seed);
		my $version = $products[ ($seed - 1) % @products ][1];

		$psql->query("CREATE SERVER diff_$seed FOREIGN DATA WRAPPER tds_mirror_fdw OPTIONS (servername '" . address_of($instance)
			  . "', database '$database'" . (defined $version ? ", remote_version '$version'" : '') . ')');
		$psql->query("CREATE USER MAPPING FOR CURRENT_USER SERVER diff_$seed OPTIONS (username '$TdsMirror::Instance::user', "
			  . "password '$TdsMirror::Instance::password')");
		my ($ok, undef, $err) = $psql->try(for_product(encode_utf8(foreign_sql($seed)), $seed));
		die "the tables of seed $seed: $err\n" unless $ok;
	}
	$psql->quit;
	return %instances;
}

sub address_of { return $_[0]->address . ',' . $_[0]->port; }

# The first query that differs, and its number: of the kinds that are to notice it, then of any.
sub first_difference
{
	my ($cluster, $kinds) = @_;
	my $runner = Runner->new($cluster, $database, $first_seed);
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
		my $runner = Runner->new($cluster, $database, $first_seed);
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
	my $runner = Runner->new($cluster, $database, $first_seed);
	my $query = make_query($first_seed, $number, $ENV{KIND});
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
my $folder = scratch_folder('differential-counts');
my @seeds = $first_seed .. $first_seed + (defined $ENV{QUERY} ? 0 : $seeds - 1);

my %instances = set_up($cluster, @seeds);
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
		$noticed += plant($cluster, $instances{$first_seed}, $kind, $plant);
	}
}
$_->stop for values %instances;

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
