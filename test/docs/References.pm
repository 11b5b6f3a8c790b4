# References.pm: what pages point at is there: links, anchors, files, targets.

package References;

use strict;
use warnings;
use Page;
use Source;
use Tally qw(ok);

my $layers = 'pure|wire|option|session|value|plan|exec|admin';

sub check
{
	my ($top, @paths) = @_;
	my %pages = map { $_ => Page->new($top, $_) } @paths;
	my $targets = Source->targets($top);

	for my $path (sort keys %pages)
	{
		my @wrong = (links($top, $path, \%pages), files($top, $pages{$path}), makes($pages{$path}, $targets));
		ok(!@wrong, "$path: what it points at is there", @wrong);
	}
	my @listed = map { $_->[1] =~ /\]\(([\w.-]+\.md)\)/g } $pages{'doc/README.md'}->prose;
	my %listed = map { ("doc/$_" => 1) } @listed;
	my @missing = grep { m{^doc/} && $_ ne 'doc/README.md' && !$listed{$_} } sort keys %pages;
	ok(!@missing, 'doc/README.md lists every page of doc/', @missing);
	return;
}

sub resolved
{
	my ($from, $to) = @_;
	my @parts = split m{/}, $from;

	pop @parts;
	for my $part (split m{/}, $to)
	{
		$part eq '..' ? pop @parts : $part eq '.' ? () : push @parts, $part;
	}
	return join '/', @parts;
}

sub links
{
	my ($top, $path, $pages) = @_;
	my @wrong;

	for my $line ($pages->{$path}->prose)
	{
		my ($number, $text) = @$line;
		while ($text =~ /\]\(([^)\s]+)\)/g)
		{
			my ($file, $anchor) = $1 =~ /^([^#]*)(?:#(.*))?$/;
			next if $file =~ /^(?:https?|mailto):/;
			my $target = length $file ? resolved($path, $file) : $path;
			push(@wrong, "line $number: there is no $target"), next unless -e "$top/$target";
			next unless defined $anchor;
			my $page = $pages->{$target} // Page->new($top, $target);
			push @wrong, "line $number: $target has no heading #$anchor" unless $page->anchors->{$anchor};
		}
	}
	return @wrong;
}

# Paths in backticks, from the top of the tree or from src/ and include/.
sub files
{
	my ($top, $page) = @_;
	my @wrong;

	for my $line ($page->prose)
	{
		my ($number, $text) = @$line;
		while ($text =~ m{`((?:src|include|doc|test|t|bench|sql|expected|isolation|$layers)/[\w.*/-]+)`}g)
		{
			my $name = $1;
			my @places = map { "$top/$_$name" } '', 'src/', 'include/', $page->path =~ m{^((?:test|bench)/.*?)[^/]*$};
			next if grep { -e } map { glob } @places;
			next if $name =~ /\b(?:NNN|NAME|X|topic|name|subject)/;
			push @wrong, "line $number: there is no file $name";
		}
	}
	return @wrong;
}

sub makes
{
	my ($page, $targets) = @_;
	my @wrong;
	my @lines = $page->prose;

	push @lines, map { [ $_->{line}, join ' ', map { "`$_`" } $_->{text} =~ /^\s*(make [\w-]+)/mg ] } $page->blocks;
	for my $line (@lines)
	{
		my ($number, $text) = @$line;
		while ($text =~ /`(?:\w+=\S+ )*make ([a-z][\w-]*)/g)
		{
			push @wrong, "line $number: make knows no $1" unless $targets->{$1};
		}
	}
	return @wrong;
}

1;
