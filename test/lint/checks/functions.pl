#!/usr/bin/perl
# every SQL-callable function is in the script and in C
use strict;
use warnings;

use Lint;

my (%in_sql, %in_c);

for my $path (files(qr{^tds_mirror_fdw--[^/]*\.sql$}))
{
	my $script = join("\n", map { s/--.*//r } lines($path));

	while ($script =~ /\bCREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+([\w.]+)\s*\((.*?);/gis)
	{
		my ($name, $rest) = ($1 =~ s/.*\.//r, $2);

		next unless $rest =~ /\bAS\s+'MODULE_PATHNAME'(?:\s*,\s*'(\w+)')?/i;
		$in_sql{ defined $1 ? $1 : $name } = $path;
	}
}
problem('tds_mirror_fdw--*.sql', 'no script defines a function in C') unless %in_sql;

for my $path (files(qr{^src/.*\.c$|^tds_mirror_fdw\.c$}))
{
	my $number = 0;

	for my $line (code($path))
	{
		$number++;
		$in_c{$1} = "$path:$number" if $line =~ /^\s*PG_FUNCTION_INFO_V1\s*\(\s*(\w+)\s*\)/;
	}
}

for my $name (sort keys %in_sql)
{
	problem($in_sql{$name}, "$name has no PG_FUNCTION_INFO_V1 in C; define it, or drop it here")
	  unless exists $in_c{$name};
}
for my $name (sort keys %in_c)
{
	problem($in_c{$name}, "$name is in no script; CREATE FUNCTION it, or remove it")
	  unless exists $in_sql{$name};
}

finish();
