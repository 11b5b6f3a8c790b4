# series.pl timeline|read|write|ratios FILE...: the figures of a picture, for gnuplot.
#
# They are read from what the measurements print (tables in Markdown, lines of bars)
# or, for the timeline, leave behind.  A series without figures is an error: a
# picture that lacks something must not look as if there were nothing to show.

use strict;
use warnings;

my ($kind, @paths) = @ARGV;
my @lines = map { read_lines($_) } @paths;

sub read_lines
{
	my ($path) = @_;
	open(my $file, '<', $path) or die "series.pl: cannot read $path: $!\n";
	chomp(my @all = <$file>);
	return @all;
}

# The rows of the table that begins with these heads, a hash for each by its head; of
# two columns with one head the first counts.
sub table
{
	my (@heads) = @_;
	my ($head, @rows);

	for my $line (@lines)
	{
		my @cells = $line =~ /^\| (.*) \|$/ ? split(/ \| ?/, $1, -1) : ();
		if (!@cells) { $head = undef if $line !~ /^\|/; next }
		if (!$head) { $head = join("\n", @cells[ 0 .. $#heads ]) eq join("\n", @heads) ? \@cells : []; next }
		next unless @$head;
		my %row = map { $head->[$_] => $cells[$_] } reverse 0 .. $#$head;
		push @rows, \%row;
	}
	die "series.pl: there is no table with \"@heads\" in @paths\n" unless @rows;
	return @rows;
}

sub number
{
	my ($value, $what) = @_;

	die "series.pl: no figure for $what in @paths\n" unless defined $value && $value =~ /^\d+(?:\.\d+)?$/;
	return $value;
}

# What each client pays for a row, for each kind of row.
sub read_series
{
	my %row = map { $_->{'CPU, us per row'} => $_ } table('CPU, us per row', 'floor');

	for my $case ([ scan => 'nine columns' ], [ text => 'four texts' ])
	{
		my ($name, $title) = @$case;
		my @figures = map { number($row{$name}{$_}, "$name, $_") } 'floor', 'with remote_type', 'this', 'tds_fdw';
		print join("\t", $title, @figures), "\n";
	}
	return;
}

sub write_series
{
	my %row = map { $_->{rows} => $_ } table('rows', 'CPU, us per row');

	for my $way ([ 'bare multi-row INSERT', 'bare INSERT', 0 ], [ 'freebcp in', 'freebcp', 0 ],
		[ 'INSERT ... SELECT', 'INSERT ... SELECT', 1 ], [ 'COPY', 'COPY', 1 ])
	{
		my ($name, $title, $ours) = @$way;
		print join("\t", $title, number($row{$name}{'CPU, us per row'}, $name), $ours), "\n";
	}
	return;
}

# Ratios with their limits.
sub ratio_series
{
	my %bar = map { /^bar (\S+) (\S+) (\S+) / ? ($1 => [ $2, $3 ]) : () } @lines;

	for my $ratio (
		[ scan_vs_floor => 'scan / FreeTDS alone' ],
		[ text_vs_floor => 'texts / FreeTDS alone' ],
		[ scan_vs_tds_fdw => 'scan / tds_fdw' ],
		[ copy_vs_parts => 'COPY TO / scan + local COPY' ],
		[ lookup_vs_bare => 'time of a lookup / bare client' ],
		[ copy_vs_freebcp => 'COPY FROM / freebcp' ],
		[ insert_select_vs_freebcp => 'INSERT SELECT / freebcp' ])
	{
		my ($name, $title) = @$ratio;
		print join("\t", $title, map { number($_, $name) } @{ $bar{$name} // [] }[ 0, 1 ]), "\n";
	}
	return;
}

# As it is, when each client has statements in each story.
sub timeline
{
	my %count;

	for my $line (grep { !/^#/ } @lines)
	{
		my ($story, $client) = split /\t/, $line;
		$count{"$story, $client"}++;
	}
	for my $story ('planned', 'kill', 'black hole')
	{
		for my $client ('pair', 'this', 'python3-tds', 'tds_fdw')
		{
			my $least = $client eq 'pair' ? 2 : 5;
			die "series.pl: no statements of $client in the story \"$story\" in @paths\n"
			  unless ($count{"$story, $client"} // 0) >= $least;
		}
	}
	print map { "$_\n" } @lines;
	return;
}

my %series = (timeline => \&timeline, read => \&read_series, write => \&write_series, ratios => \&ratio_series);
die "usage: series.pl timeline|read|write|ratios FILE...\n" unless @paths && $series{$kind};
$series{$kind}->();
