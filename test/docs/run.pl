# run.pl [--top TREE] [PART...]: the manual says what the code does, and its
# examples run.
#
# PARTS are references, options, messages, catalog, story, examples, plants; all of
# them when none is named.  PAGES="doc/x.md ..." runs the examples of these pages
# alone.  TREE is another tree than the one that this program lies in.

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
use Plants;
use References;
use Tally qw(ok counts);

$| = 1;
my $top = "$FindBin::Bin/../..";
($top) = splice @ARGV, 1, 1 and shift @ARGV if @ARGV && $ARGV[0] eq '--top';
my @chosen = split ' ', $ENV{PAGES} // '';
my $name = "docs$$";
my $cluster;

sub cluster { return $cluster //= TdsMirror::Cluster->start($name); }

sub pages_of
{
	my @patterns = @_;
	return map { s/^\Q$top\E\///r } grep { -e } map { glob("$top/$_") } @patterns;
}

sub manual { return pages_of('README.md', 'doc/*.md'); }
sub others { return pages_of(qw(CONTRIBUTING.md CHANGELOG.md bench/README.md test/*/README.md)); }

# The story in the README is what "make demo" prints, but for the time it took.
sub story
{
	my @parts = Page->new($top, 'README.md')->parts;
	my ($at) = grep { $parts[$_]{kind} eq 'note' && $parts[$_]{text} eq 'make demo' } 0 .. $#parts;
	return ok(0, 'README.md: there is a block that make demo prints') unless defined $at;
	my ($block) = grep { $_->{kind} eq 'block' } @parts[ $at .. $#parts ];
	my @shown = told($block->{text});
	my @told = told(scalar `$^X -I$FindBin::Bin/../harness/lib $top/test/demo.pl 2>&1`);

	shift @told while @told && $told[0] ne $shown[0];
	my ($other) = grep { ($told[$_] // '') ne $shown[$_] } 0 .. $#shown;
	return ok(!defined $other && @told == @shown, 'README.md: the story is that of make demo',
		defined $other ? ("shown: $shown[$other]", 'printed: ' . ($told[$other] // 'nothing')) : scalar(@told) . ' lines are printed');
}

sub told
{
	my ($text) = @_;
	return Example::plain($text =~ s/\d\d:\d\d:\d\d(?:\.\d+)?/TIME/gr);
}

sub examples
{
	Example::shells(Page->new($top, $_)) for @chosen ? () : others();
	for my $path (@chosen ? @chosen : manual())
	{
		eval { Example::run_page(Page->new($top, $path), \&cluster, $FindBin::Bin); 1 }
		  or ok(0, "$path: its examples could be run", $@);
	}
	return;
}

my @parts = (
	[ references => sub { References::check($top, manual(), others()) } ],
	[ options => sub { Options::check($top) } ],
	[ messages => sub { Messages::check($top) } ],
	[ catalog => sub { Catalog::check($top, cluster()) } ],
	[ story => \&story ],
	[ plants => sub { Plants::check($top, "$FindBin::Bin/run.pl") } ],
	[ examples => \&examples ]);
my %wanted = map { $_ => 1 } @ARGV ? @ARGV : @chosen ? 'examples' : map { $_->[0] } @parts;

$_->[1]->() for grep { $wanted{ $_->[0] } } @parts;
my ($passed, $failed) = counts();
print "docs-check: $passed passed, $failed failed\n";
exit($failed ? 1 : 0);
