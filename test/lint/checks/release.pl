#!/usr/bin/perl
# one version, and one answer to whether it is released, wherever they are written
use strict;
use warnings;

use JSON::PP;
use Lint;

sub text
{
	my ($path) = @_;
	return join("\n", lines($path)) . "\n";
}

# The version of the SQL objects, "1.0", is that of the control file; a release of
# them has a third number.
my $control = 'tds_mirror_fdw.control';
my ($objects) = text($control) =~ /^default_version\s*=\s*'([^']+)'/m;
if (!defined $objects)
{
	problem($control, 'has no default_version');
	finish();
}
my $meta = JSON::PP->new->utf8->decode(text('META.json'));
my $version = $meta->{version};

problem('META.json', "version $version is no $objects.n, as $control has it") unless $version =~ /^\Q$objects\E\.\d+/;
for my $name (sort keys %{ $meta->{provides} })
{
	problem('META.json', "$name is of another version than the distribution, $version")
	  if $meta->{provides}{$name}{version} ne $version;
}
problem("tds_mirror_fdw--$objects.sql", "is the script that $control names; it is missing")
  unless -f "tds_mirror_fdw--$objects.sql";

my ($packaged, $target) = text('debian/changelog') =~ /\A\S+ \(([^)]+)\) (\S+);/;
problem('debian/changelog', "begins with version $packaged; META.json has $version") if $packaged ne $version;

my ($logged, $remark) = text('CHANGELOG.md') =~ /^## (\S+)(?: \((.*)\))?$/m;
problem('CHANGELOG.md', "begins with version $logged; META.json has $version")
  if $logged ne $version && "$logged.0" ne $version;

# Three places say whether it is out.
my %out = (
	'META.json' => ($meta->{release_status} // 'stable') eq 'stable' ? 1 : 0,
	'debian/changelog' => $target eq 'UNRELEASED' ? 0 : 1,
	'CHANGELOG.md' => ($remark // '') eq 'unreleased' ? 0 : 1);
for my $path (sort keys %out)
{
	problem($path, 'says that the version is ' . ($out{$path} ? '' : 'not ') . 'released; CHANGELOG.md says otherwise')
	  if $out{$path} != $out{'CHANGELOG.md'};
}

# A version that C code states.
for my $path (files(qr{^(?:src|include)/.*\.[ch]$|^tds_mirror_fdw\.c$}))
{
	my $number = 0;

	for my $line (lines($path))
	{
		$number++;
		problem("$path:$number", "states version $1; META.json has $version")
		  if $line =~ /\b(?:\w*_VERSION_STRING\s+|\.version\s*=\s*)"([^"]+)"/ && $1 ne $version;
	}
}

# What stands in two files because their readers want it so.
my ($server) = text('debian/control') =~ /^Package: postgresql-(\d+)-/m;
problem('debian/control', 'is not what debian/control.in gives; run pg_buildext updatecontrol')
  if text('debian/control.in') =~ s/PGVERSION/$server/gr ne text('debian/control');

my ($license) = text('debian/copyright') =~ /^License: PostgreSQL\n((?: .*\n)+)\z/m;
problem('debian/copyright', 'has another text than LICENSE')
  if ($license // '') =~ s/^ \.?//mgr ne text('LICENSE') =~ s/\A.*\n\n//r;

finish();
