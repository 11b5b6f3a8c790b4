# Chance.pm: decisions of the generator, all from one rand(), so that srand() repeats them.

package Chance;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(chance pick weighted);

sub chance { return rand() < $_[0]; }
sub pick { return $_[ rand @_ ]; }

# One of [ weight, what ]...
sub weighted
{
	my (@choices) = @_;
	my $sum = 0;

	$sum += $_->[0] for @choices;
	my $roll = rand($sum);
	for my $choice (@choices)
	{
		return $choice->[1] if ($roll -= $choice->[0]) < 0;
	}
	return $choices[-1][1];
}

1;
