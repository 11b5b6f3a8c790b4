# facts.pl: the stand-in's T-SQL against documented results (test/facts), and
# whether those facts would notice a stand-in that is wrong (test/facts/plants).

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../facts";
use FactFile;
use TdsMirror::Instance;

use constant PLANTS_AT_ONCE => 2;

# The facts about the stand-in as a product of that year; its bars and counts are said in the end.
sub run_facts
{
	my ($year) = @_;
	my $partner = TdsMirror::Instance->start("FACTS$year", more => [ '--product', $year ]);
	my %said;

	$partner->tsql('CREATE DATABASE facts');
	open(my $out, '-|', $^X, "$FindBin::Bin/../facts/run.pl", $partner->address, $partner->port,
		$TdsMirror::Instance::user, $TdsMirror::Instance::password, 'facts') or die "run.pl: $!\n";
	while (my $line = <$out>)
	{
		if ($line =~ /^bar (\S+) /)
		{
			push @{ $said{bars} }, $line;
		}
		elsif ($line =~ /^facts: (\d+) passed, (\d+) failed$/)
		{
			@said{qw(passed failed)} = ($1, $2);
		}
		else
		{
			print $line;
		}
	}
	$said{ok} = close $out;
	return %said;
}

# Every plant in a process of its own (plant.pl); how many the facts missed.
sub run_plants
{
	my @names = map { $_->{name} } FactFile::read_plants("$FindBin::Bin/../facts/plants");
	my ($missed, @running) = (0);
	my $count = @names;

	while (@names || @running)
	{
		while (@names && @running < PLANTS_AT_ONCE)
		{
			open(my $out, '-|', $^X, (map { "-I$_" } @INC), "$FindBin::Bin/plant.pl", shift @names)
			  or die "plant.pl: $!\n";
			push @running, $out;
		}
		my $out = shift @running;
		print while <$out>;
		$missed++ unless close $out;
	}
	return ($count, $missed);
}

$| = 1;
my %new = run_facts(2022);
my %said = run_facts(2019);
my ($plants, $missed) = run_plants();

print @{ $said{bars} // [] };
printf "bar facts_plants_missed %d 0 %s\n", $missed, $missed == 0 ? 'ok' : 'short';
printf "facts: %d passed, %d failed\n", ($said{passed} // 0) + ($new{passed} // 0) + $plants - $missed,
	($said{failed} // 1) + ($new{failed} // 1) + $missed;
exit($said{ok} && $new{ok} && $missed == 0 && $plants >= 10 ? 0 : 1);
