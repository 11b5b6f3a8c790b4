#!/usr/bin/perl
# no leftovers, no trailing blanks, tabs in C, no paths of one machine
use strict;
use warnings;

use Lint;

my $text = qr{\.(?:c|h|pl|pm|sh|sql|md|mk|spec|control|json|yml|pgc|h\.in)$|(?:^|/)(?:Makefile|run|LICENSE)$};

# Spelled so that this file does not match itself.
my $leftover = qr{\b(?:TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b};
my $machine = qr{(?<![\w.\$\}\)\]/])/(?:[w]ork|[r]oot|[h]ome|[U]sers)/|/[b]ash_jobs};

for my $path (files($text))
{
	my $is_c = $path =~ /\.[ch]$/;
	my $number = 0;

	for my $line (lines($path))
	{
		my $where = $path . ':' . ++$number;

		problem($where, "do it now, or open an issue: nothing is left as \"$&\"")
		  if $line =~ $leftover;
		problem($where, 'remove the blanks at the end of the line') if $line =~ /[ \t\r]$/;
		problem($where, "\"$&\" exists on one machine only; make it relative or a parameter")
		  if $line =~ $machine;
		problem($where, 'indent with tabs of width 4, blanks only for what is left')
		  if $is_c && $line =~ /^\t* {4}/;
		problem($where, 'write /* comments */ only') if $is_c && $line =~ m{^\s*//};
	}
}

finish();
