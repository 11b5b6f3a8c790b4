# FactFile.pm: files of blocks of "name: value" lines (run.pl describes facts).

package FactFile;

use strict;
use warnings;

# The blocks of a file, each a hash with "place".  names: what may be said, once
# a block; batches: what may be said several times, and is kept in order.
sub read_blocks
{
	my ($file, $names, $batches) = @_;
	my $known = join '|', @$names, @$batches;
	my (@blocks, $block, $last);

	open(my $in, '<', $file) or die "$file: $!\n";
	while (my $line = <$in>)
	{
		chomp $line;
		next if $line =~ /^#/;
		if ($line =~ /^\s*$/)
		{
			undef $block;
		}
		elsif ($line =~ /^($known): (.*)$/)
		{
			my ($name, $value) = ($1, $2);

			push @blocks, $block = { place => "$file:$.", batches => [] } unless $block;
			if (grep { $_ eq $name } @$batches)
			{
				push @{ $block->{batches} }, { sql => $value, other => $name eq 'other' ? 1 : 0 };
				$last = \$block->{batches}[-1]{sql};
			}
			else
			{
				die "$file:$.: $name is said twice\n" if defined $block->{$name};
				$block->{$name} = $value;
				$last = \$block->{$name};
			}
		}
		elsif ($block && $line =~ /^\s+(\S.*)$/)
		{
			$$last .= "\n$1";
		}
		else
		{
			die "$file:$.: neither one of $known nor a blank before more of one\n";
		}
	}
	close $in;
	return @blocks;
}

# The facts of all files; a name is given once among them.
sub read_facts
{
	my @facts = map { read_blocks($_, [qw(name want source database since before)], [qw(sql other)]) } @_;
	my %place;

	for my $fact (@facts)
	{
		my $name = $fact->{name};

		die "$fact->{place}: sql, want and source must be there\n"
			unless @{ $fact->{batches} } && defined $fact->{want} && defined $fact->{source};
		die "$fact->{place}: since and before are numbers of versions\n"
			if grep { defined $fact->{$_} && $fact->{$_} !~ /^\d+$/ } qw(since before);
		next unless defined $name;
		die "$fact->{place}: a name is of words in lower case, with dashes\n"
			unless $name =~ /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
		die "$fact->{place}: $name is a fact at $place{$name}\n" if $place{$name};
		$place{$name} = $fact->{place};
	}
	return @facts;
}

# The faults to plant, see test/facts/plants.
sub read_plants
{
	my ($file) = @_;
	my @names = qw(name file from to breaks first);
	my @plants = read_blocks($file, [ @names, 'sqlite' ], []);

	for my $plant (@plants)
	{
		die "$plant->{place}: @names must be there\n" if grep { !defined $plant->{$_} } @names;
	}
	return @plants;
}

1;
