# ValueTable.pm: the files that say which values are read, and what they are.
#
# A section begins with [the T-SQL type of its column].  "as:" are the PostgreSQL
# types that it is read into, "exact:" the other clients that lose nothing of it,
# "collation:" its own one, "relation:" what it stands in (everything, if nothing
# is said).  Its lines are
#
#	T-SQL expression => PostgreSQL's text of it
#
# where \u{N} is a character.  Text in quotes is meant without them; "= expression"
# is an expression of PostgreSQL's that has this value.  Every section ends with a
# NULL that is not written.

package ValueTable;

use strict;
use warnings;

sub unescape
{
	my ($text) = @_;

	$text =~ s/\\u\{([0-9A-F]+)\}/chr hex $1/ge;
	return $text;
}

sub expectation
{
	my ($text) = @_;

	return { expression => unescape($1) } if $text =~ /\A= (.+)\z/s;
	$text = $1 if $text =~ /\A'(.*)'\z/s;
	return { text => unescape($text) };
}

sub read_file
{
	my ($path) = @_;
	my (@sections, $section);

	open(my $file, '<:encoding(UTF-8)', $path) or die "cannot read $path: $!\n";
	while (my $line = <$file>)
	{
		chomp $line;
		next if $line eq '' || $line =~ /^#/;
		if ($line =~ /^\[(.+)\]$/)
		{
			$section = { type => $1, relation => 'everything', as => [], exact => [], values => [], collate => '',
				place => "$path:$." };
			push @sections, $section;
		}
		elsif ($line =~ /^relation: (\w+)$/)
		{
			$section->{relation} = $1;
		}
		elsif ($line =~ /^collation: (\w+)$/)
		{
			$section->{collate} = " COLLATE $1";
		}
		elsif ($line =~ /^as: (.+)$/)
		{
			$section->{as} = [ $1 eq 'double precision' ? $1 : split ' ', $1 ];
		}
		elsif ($line =~ /^exact: (.+)$/)
		{
			$section->{exact} = [ split ' ', $1 ];
		}
		elsif ($line =~ /^(.+?) => (.*)$/)
		{
			push @{ $section->{values} }, { sql => unescape($1), want => expectation($2) };
		}
		else
		{
			die "$path:$.: $line?\n";
		}
	}
	for my $each (@sections)
	{
		die "$each->{place}: no values\n" unless @{ $each->{values} } && @{ $each->{as} };
		push @{ $each->{values} }, { sql => "CAST(NULL AS $each->{type})", want => { null => 1 } };
	}
	return @sections;
}

# All sections, each with the name of its column, by relation.
sub relations
{
	my ($folder) = @_;
	my %relations;

	for my $section (map { read_file($_) } sort glob("$folder/*.table"))
	{
		my $columns = $relations{ $section->{relation} } //= [];

		push @$columns, $section;
		$section->{column} = 'c' . @$columns;
	}
	return %relations;
}

1;
