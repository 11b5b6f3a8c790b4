#!/usr/bin/perl
# no file is longer than 600 lines, no function longer than 120
use strict;
use warnings;

use Lint;

my $file_limit = 600;
my $function_limit = 120;

# The first line of a function, by kind of file; a } in the first column ends it.
my %begins = (
	c => sub { $_[1] eq '{' && $_[0] =~ /\)\s*$/ ? $_[0] =~ s/\s*\(.*//r : undef },
	h => sub { $_[1] eq '{' && $_[0] =~ /\)\s*$/ ? $_[0] =~ s/\s*\(.*//r : undef },
	pl => sub { $_[1] =~ /^sub\s+(\w+)/ ? $1 : undef },
	pm => sub { $_[1] =~ /^sub\s+(\w+)/ ? $1 : undef },
	sh => sub { $_[1] =~ /^(?:function\s+)?(\w+)\s*\(\)/ ? $1 : undef });

for my $path (files(qr{\.(?:c|h|pl|pm|sh|sql)$}))
{
	my ($kind) = $path =~ /(\w+)$/;
	my @lines = lines($path);
	my $begin = $begins{$kind};
	my ($name, $start, $before) = (undef, 0, '');

	problem($path, scalar(@lines) . " lines; split it by subject (the limit is $file_limit)")
	  if @lines > $file_limit;
	next unless defined $begin;

	for my $i (0 .. $#lines)
	{
		my $line = $lines[$i];

		if (!defined $name)
		{
			$name = $begin->($before, $line);
			$start = $i;
		}
		elsif ($line =~ /^\}/)
		{
			my $length = $i - $start + 1;
			problem("$path:" . ($start + 1),
				"$name has $length lines; take a step out of it (the limit is $function_limit)")
			  if $length > $function_limit;
			undef $name;
		}
		$before = $line if $line =~ /\S/;
	}
}

finish();
