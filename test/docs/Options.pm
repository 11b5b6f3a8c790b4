# Options.pm: doc/options.md and src/option/table.c say the same.
#
# Below the heading of an option stands one line in italics that follows from the
# table; the complaint shows what it must be.

package Options;

use strict;
use warnings;
use Page;
use Source;
use Tally qw(ok);
use TdsMirror::Lab qw(slurp);

my %places = (SERVER => 'server', USER => 'user mapping', TABLE => 'table', COLUMN => 'column');

my %kinds = (
	TEXT => sub { "text, $_[0]{min} to $_[0]{max} bytes" },
	SECRET => sub { "text, up to $_[0]{max} bytes" },
	SQL => sub { 'a SELECT' },
	NAME => sub { "a name, up to $_[0]{max} bytes" },
	ENDPOINT => sub { 'an address' },
	INTEGER => sub { "integer, $_[0]{min} to $_[0]{max}" },
	DURATION => sub { 'duration, ' . duration($_[0]{min}) . ' to ' . duration($_[0]{max}) },
	COST => sub { 'number, 0 or more' },
	BOOLEAN => sub { 'boolean' },
	WORD => sub { 'one of ' . join(', ', map { "`$_`" } @{ $_[0]{words} }) },
	GUID => sub { 'a guid' },
	SQLTYPE => sub { 'a type of SQL Server' },
	COLLATION => sub { "a collation's name, up to $_[0]{max} bytes" },
	VERSION => sub { "a version, $_[0]{min} to $_[0]{max}" },
	HOST => sub { "a host name or an address, up to $_[0]{max} bytes" },
	PATH => sub { "`system`, or an absolute path, up to $_[0]{max} bytes" });

sub duration
{
	my ($ms) = @_;
	return $ms if $ms <= 0;
	return $ms % 3600000 == 0 ? $ms / 3600000 . ' h' : $ms % 1000 == 0 ? $ms / 1000 . ' s' : "$ms ms";
}

# The line of an option that stands in these rows, the first of which has the default.
sub line_of
{
	my @rows = @_;
	my ($row) = @rows;
	my $fallback = $row->{fallback};

	$fallback .= ' s' if defined $fallback && $row->{kind} eq 'DURATION' && $fallback > 0;
	my $kind = $kinds{ $row->{kind} } // die "Options.pm does not know the kind $row->{kind}\n";
	return '*' . ucfirst(join ', ', map { $places{ $_->{place} } } @rows) . ' · ' . $kind->($row) . ' · '
	  . ($row->{required} ? 'required' : defined $fallback ? "default `$fallback`" : 'no default')
	  . ($row->{superuser} ? ' · superusers only' : '') . '*';
}

sub check
{
	my ($top) = @_;
	my (%rows, @order, %same);

	for my $row (Source->options($top))
	{
		$same{ $row->{name} } = $row->{same_as}, next if $row->{same_as};
		push @order, $row->{name} unless $rows{ $row->{name} };
		push @{ $rows{ $row->{name} } }, $row;
	}
	ok(@order > 30, 'the table of options was understood');

	my $page = Page->new($top, 'doc/options.md');
	my %said;
	for my $heading (grep { $_->{level} == 3 } $page->headings)
	{
		my ($name) = $heading->{text} =~ /^`(\w+)`$/ or next;
		my ($first) = grep { $_->{kind} ne 'prose' || $_->{text} =~ /\S/ } @{ $page->section($heading->{text}) };
		$said{$name} = $first ? $first->{text} : '';
	}
	for my $name (@order)
	{
		my $wanted = line_of(@{ $rows{$name} });
		ok(($said{$name} // '') eq $wanted, "doc/options.md: $name", 'wanted below "### `' . $name . '`":', $wanted,
			defined $said{$name} ? "found: $said{$name}" : 'there is no such heading');
	}
	my $import = slurp("$top/src/exec/import.c");
	my @import = $import =~ /def->defname, "(\w+)"/g;
	ok(@import > 2, 'the options of an import were understood');
	for my $name (@import)
	{
		my ($fallback) = $said{$name} ? $said{$name} =~ /^\*Import · boolean · default `(\w+)`\*$/ : ();
		my ($field) = $import =~ /"$name"\) == 0\)\s*options->(\w+) =/;
		my $wanted = $import =~ /\(TmfImportOptions\) \{[^}]*\.$field = true/ ? 'true' : 'false';
		ok(($fallback // '') eq $wanted, "doc/options.md: $name", "wanted: *Import · boolean · default `$wanted`*");
	}
	my %known = map { $_ => 1 } @order, @import;
	my @stale = grep { !$known{$_} } sort keys %said;
	ok(!@stale, 'doc/options.md: nothing else is called an option', @stale);
	my $text = slurp("$top/doc/options.md");
	ok($text =~ /`\Q$_\E` is another name of `\Q$same{$_}\E`/, "doc/options.md: $_") for sort keys %same;
	my $readme = slurp("$top/README.md");
	my @unlinked = grep { $readme !~ /\[`$_`\]\(doc\/options\.md#$_\)/ } @order, @import;
	ok(!@unlinked, 'README.md links every option', map { "[`$_`](doc/options.md#$_)" } @unlinked);
	return;
}

1;
