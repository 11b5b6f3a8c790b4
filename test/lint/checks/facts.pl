#!/usr/bin/perl
# every fact is whole and has a name of its own, and what a shipping rule cites is one
use strict;
use warnings;

use lib 'test/facts';
use FactFile;

my @facts = eval { FactFile::read_facts(sort glob('test/facts/*.facts')) };
my $bad = 0;

if ($@)
{
	print $@;
	exit 1;
}

my %known = map { $_->{name} => 1 } grep { defined $_->{name} } @facts;

for my $path (glob('src/plan/*.c'))
{
	open(my $in, '<', $path) or die "$path: $!\n";
	my $text = do { local $/; <$in> };

	# The last text of a rule is its fact.
	while ($text =~ /^(?:static )?const Tmf\w*Rule \w+\[\] = \{\n(.*?)^\};/msg)
	{
		my $rules = $1;

		while ($rules =~ /"([^"]*)"\s*\}/g)
		{
			next if $known{$1};
			print "$path: no fact of test/facts is called \"$1\"\n";
			$bad = 1;
		}
	}
}
exit $bad;
