# run.pl: the manual says what the code does, and its examples run.
#
# PAGES="doc/x.md ..." runs the examples of these pages alone.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use TdsMirror::Cluster;
use TdsMirror::Lab qw(slurp);
use Catalog;
use Example;
use Messages;
use Options;
use Page;
use References;
use Tally qw(ok counts);

$| = 1;
my $top = "$FindBin::Bin/../..";
my $cluster;

sub cluster
{
	return $cluster //= TdsMirror::Cluster->start('docs');
}

# The story in the README is what "make demo" prints, but for the time it took.
sub demo
{
	my ($page) = @_;
	my @parts = $page->parts;
	my ($at) = grep { $parts[$_]{kind} eq 'note' && $parts[$_]{text} eq 'make demo' } 0 .. $#parts;
	return ok(0, 'README.md: there is a block that make demo prints') unless defined $at;
	my ($block) = grep { $_->{kind} eq 'block' } @parts[ $at .. $#parts ];
	my $told = `$^X -I$FindBin::Bin/../harness/lib $top/test/demo.pl 2>&1`;
	my @told = grep { length } map { s/\d\d:\d\d:\d\d\.\d+/TIME/r =~ s/\s+$//r } split /\n/, $told;
	my @shown = grep { length } map { s/\d\d:\d\d:\d\d\.\d+/TIME/r =~ s/\s+$//r } split /\n/, $block->{text};
	my $from = 0;

	$from++ while $from < @told && $told[$from] ne $shown[0];
	my @end = @told[ $from .. $#told ];
	my ($other) = grep { ($end[$_] // '') ne $shown[$_] } 0 .. $#shown;
	return ok(!defined $other && @end == @shown, 'README.md: the story is that of make demo',
		defined $other ? ("shown: $shown[$other]", 'printed: ' . ($end[$other] // 'nothing')) : scalar(@end) . ' lines are printed');
}

my @manual = map { s/^\Q$top\E\///r } "$top/README.md", sort glob("$top/doc/*.md");
my @others = map { s/^\Q$top\E\///r } grep { -e } map { "$top/$_" } 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md';
push @others, map { s/^\Q$top\E\///r } sort glob("$top/test/*/README.md");
my @chosen = split ' ', $ENV{PAGES} // '';

if (!@chosen)
{
	References::check($top, @manual, @others);
	Options::check($top);
	Messages::check($top);
	Catalog::check($top, cluster());
	demo(Page->new($top, 'README.md'));
}
for my $path (@chosen ? @chosen : @manual)
{
	eval { Example::run_page(Page->new($top, $path), \&cluster, $FindBin::Bin); 1 }
	  or ok(0, "$path: its examples could be run", $@);
}
my ($passed, $failed) = counts();
print "docs-check: $passed passed, $failed failed\n";
exit($failed ? 1 : 0);
