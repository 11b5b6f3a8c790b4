# Page.pm: a page of the manual, taken apart.
#
# parts() are in the order of the page: {kind => 'block', language, words, text,
# line}, {kind => 'heading', level, text, line}, {kind => 'note', text, line} for
# comments "<!-- docs-check: ... -->", {kind => 'prose', text, line} for the rest.

package Page;

use strict;
use warnings;
use TdsMirror::Lab qw(slurp);

sub new
{
	my ($class, $top, $path) = @_;
	my $self = bless { path => $path, parts => [] }, $class;
	my @lines = split /\n/, slurp("$top/$path"), -1;
	my $number = 0;

	while ($number < @lines)
	{
		my $line = $lines[$number++];
		my $at = $number;

		if ($line =~ /^(\s*)```+\s*(\S*)\s*(.*)$/)
		{
			my ($indent, $language, $words) = (length $1, $2, $3);
			my $text = '';
			$text .= substr($lines[$number], _least($indent, $lines[$number])) . "\n", $number++
			  while $number < @lines && $lines[$number] !~ /^\s*```+\s*$/;
			die "$path:$at: the block has no end\n" if $number >= @lines;
			$number++;
			$self->add(kind => 'block', language => $language, words => $words, text => $text, line => $at);
		}
		elsif ($line =~ /^(#+)\s+(.*?)\s*$/)
		{
			$self->add(kind => 'heading', level => length $1, text => $2, line => $at);
		}
		elsif ($line =~ /^\s*<!-- docs-check: (.*?) -->\s*$/)
		{
			$self->add(kind => 'note', text => $1, line => $at);
		}
		else
		{
			$self->add(kind => 'prose', text => $line, line => $at);
		}
	}
	return $self;
}

# Blanks at the start of a line that belong to the list that the block stands in.
sub _least
{
	my ($indent, $line) = @_;
	my ($blanks) = $line =~ /^(\s*)/;
	return $indent < length $blanks ? $indent : length $blanks;
}

sub add
{
	my ($self, %part) = @_;
	push @{ $self->{parts} }, \%part;
	return;
}

sub path { return $_[0]{path}; }
sub parts { return @{ $_[0]{parts} }; }
sub blocks { return grep { $_->{kind} eq 'block' } $_[0]->parts; }
sub headings { return grep { $_->{kind} eq 'heading' } $_[0]->parts; }

# Lines outside of blocks, with their numbers: [number, text].
sub prose
{
	my ($self) = @_;
	return map { [ $_->{line}, $_->{text} ] } grep { $_->{kind} eq 'prose' || $_->{kind} eq 'heading' } $self->parts;
}

# What a link may name behind "#".
sub anchors
{
	my ($self) = @_;
	my (%anchors, %seen);

	for my $heading ($self->headings)
	{
		my $text = lc $heading->{text};
		$text =~ s/\[([^\]]*)\]\([^)]*\)/$1/g;
		$text =~ s/[^\w\s-]//g;
		$text =~ s/\s/-/g;
		my $again = $seen{$text}++;
		$anchors{ $again ? "$text-$again" : $text } = 1;
	}
	return \%anchors;
}

# The part of the page below a heading of that text, up to the next of its level.
sub section
{
	my ($self, $text) = @_;
	my ($level, @parts);

	for my $part ($self->parts)
	{
		if ($part->{kind} eq 'heading')
		{
			last if defined $level && $part->{level} <= $level;
			$level //= $part->{level}, next if $part->{text} eq $text;
		}
		push @parts, $part if defined $level;
	}
	return defined $level ? \@parts : undef;
}

# Tables among parts: each a list of rows, each a list of cells; the first row is the heading.
sub tables
{
	my ($class, @parts) = @_;
	my @tables;
	my $inside = 0;

	for my $part (@parts)
	{
		my $row = $part->{kind} eq 'prose' && $part->{text} =~ /^\|(.*)\|\s*$/ ? $1 : undef;

		push @tables, [] if defined $row && !$inside;
		$inside = defined $row;
		next if !$inside || $row =~ /^[\s|:-]+$/ && @{ $tables[-1] };
		push @{ $tables[-1] }, [ map { s/^\s+|\s+$//gr =~ s/\\\|/|/gr } split /(?<!\\)\|/, $row, -1 ];
	}
	return @tables;
}

1;
