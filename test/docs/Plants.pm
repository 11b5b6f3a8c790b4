# Plants.pm: faults are planted in a copy of the manual, and each must be noticed.

package Plants;

use strict;
use warnings;
use File::Path qw(make_path);
use Tally qw(ok);
use TdsMirror::Lab qw(append_file scratch_folder slurp);

# part that must notice, page, what stands there, what is planted
my @plants = (
	[ 'references', 'doc/options.md', 'failover.md#commits-in-doubt', 'failover.md#commits-in-sight' ],
	[ 'references', 'doc/failover.md', '`bench/README.md`', '`bench/READTHIS.md`' ],
	[ 'references', 'CONTRIBUTING.md', '`make unit`', '`make units`' ],
	[ 'options', 'doc/options.md', 'default `15 s`', 'default `20 s`' ],
	[ 'options', 'doc/options.md', '### `lock_timeout`', '### `locking_timeout`' ],
	[ 'options', 'README.md', '[`batch_size`](doc/options.md#batch_size)', '`batch_size`' ],
	[ 'messages', 'doc/troubleshooting.md', 'could not find the principal of', 'could not find a principal of' ],
	[ 'messages', 'doc/troubleshooting.md', 'is not known` | 08007', 'is not known` | 08006' ],
	[ 'messages', 'doc/troubleshooting.md', '| 1205 | 40P01', '| 1205 | 40001' ],
	[ 'messages', 'doc/troubleshooting.md', '`connections are accepted, but nobody answers`', 'silence' ],
	[ 'catalog', 'doc/functions.md', "timeout interval DEFAULT '60 s'", "timeout interval DEFAULT '61 s'" ],
	[ 'catalog', 'doc/functions.md', '| `spid` | integer', '| `spid` | bigint' ],
	[ 'examples', 'doc/tables.md', 'Brazil  | 13.86', 'Brazil  | 13.87' ]);

sub check
{
	my ($top, $program) = @_;
	my $tree = copy_of($top);

	for my $plant (@plants)
	{
		my ($part, $page, $there, $planted) = @$plant;
		my $text = slurp("$top/$page");
		my $at = index($text, $there);

		ok($at >= 0, "$page has what is to be changed: $there") or next;
		write_page("$tree/$page", substr($text, 0, $at) . $planted . substr($text, $at + length $there));
		local $ENV{PAGES} = $page;
		my $said = `$^X -I$top/test/harness/lib $program --top $tree $part 2>&1`;
		ok($said =~ /^docs-check: \d+ passed, [1-9]\d* failed$/m, "planted in $page and noticed: $planted", $said);
		write_page("$tree/$page", $text);
	}
	return;
}

# The tree with pages of its own; the rest are links.
sub copy_of
{
	my ($top) = @_;
	my $tree = scratch_folder('docs-tree');

	make_path("$tree/doc");
	for my $path (glob("$top/*"), glob("$top/doc/*"))
	{
		my $name = substr($path, length $top);
		next if $name eq '/doc' || $name eq '/build';
		$name =~ /\.md$/ ? write_page("$tree$name", slurp($path))
		  : symlink($path, "$tree$name") || die "cannot make $tree$name: $!\n";
	}
	return $tree;
}

sub write_page
{
	my ($path, $text) = @_;

	unlink $path;
	append_file($path, $text);
	return;
}

1;
