#!/usr/bin/perl
# only include/option/compat.h asks for the version of PostgreSQL
use strict;
use warnings;

use Lint;

my $home = 'include/option/compat.h';

for my $path (grep { $_ ne $home } files(qr{\.[ch]$}))
{
	my $number = 0;

	for my $line (code($path))
	{
		$number++;
		problem("$path:$number", "give the difference a name in $home and use that")
		  if $line =~ /\bPG_(?:VERSION(?:_NUM)?|MAJORVERSION(?:_NUM)?)\b/;
	}
}

finish();
