# Report.pm: figures, the tables, the bars.
#
# A measurement makes one, begins a table, adds rows while it runs, and ends with
# finish(): the tables as Markdown, a line for each bar, and the exit status.

package Report;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(median percentile shown);

sub percentile
{
	my ($part, @values) = @_;
	my @sorted = sort { $a <=> $b } @values;

	return unless @sorted;
	my $index = int($part * @sorted + 0.999999) - 1;
	return $sorted[ $index < 0 ? 0 : $index ];
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;

	return unless @sorted;
	return @sorted % 2 ? $sorted[ $#sorted / 2 ] : ($sorted[ @sorted / 2 - 1 ] + $sorted[ @sorted / 2 ]) / 2;
}

sub shown
{
	my ($value) = @_;
	return defined $value ? sprintf($value < 9.95 ? '%.1f' : '%.0f', $value) : '-';
}

sub new
{
	my ($class, $name, $scale) = @_;
	return bless { name => $name, scale => $scale, start => time, tables => [], bars => [], passed => 0, failed => 0 }, $class;
}

# Begins a table; the rows that follow are its rows.
sub table
{
	my ($self, @head) = @_;

	push @{ $self->{tables} }, { head => \@head, rows => [] };
	return;
}

sub add_row
{
	my ($self, @cells) = @_;

	push @{ $self->{tables}[-1]{rows} }, \@cells;
	return;
}

sub say
{
	my ($self, $text) = @_;
	printf "%5d s  %s\n", time - $self->{start}, $text;
	return;
}

sub check
{
	my ($self, $good, $name) = @_;

	$good ? $self->{passed}++ : $self->{failed}++;
	print "not ok - $name\n" unless $good;
	return $good;
}

# A row of times: case, client, runs, median, p95, note.  runs: the client's runs,
# each a number of milliseconds, or ">cap" or "error ..." with the milliseconds that it took.
sub row
{
	my ($self, $case, $client, @runs) = @_;
	my @good = grep { !ref } @runs;
	my @bad = grep { ref } @runs;
	my ($median, $p95, $note) = (shown(median(@good)), shown(percentile(0.95, @good)), '');

	if (@bad)
	{
		my %seen;
		$seen{ $_->{what} }++ for @bad;
		($note) = sort { $seen{$b} <=> $seen{$a} } keys %seen;
		$note .= ' after ' . shown(median(map { $_->{ms} } @bad)) . ' ms' unless $note =~ /^>/;
		$note = @bad . " of @{[ scalar @runs ]}: $note" if @good;
	}
	my @cells = ($case, $client, scalar @runs, $median, $p95, $note);
	$self->add_row(@cells);
	$self->say(sprintf '%-24s %-12s %3d runs  median %8s  p95 %8s  %s', @cells);
	return median(@good);
}

# Decides when it is a count, or at full scale.  Of an exact one less is short, too.
sub bar
{
	my ($self, $name, $figure, $limit, %options) = @_;
	my $known = defined $figure;
	my $good = $known && ($options{exact} ? $figure == $limit : $figure <= $limit);

	push @{ $self->{bars} }, sprintf 'bar %s %s %s %s', $name, $known ? sprintf('%.6g', $figure) : 'nan', $limit,
	  $good ? 'ok' : 'short';
	$self->check($good, "$name: " . ($figure // 'nothing measured') . " (limit $limit)")
	  if $options{count} || $self->{scale} >= 1;
	return;
}

# The tables as Markdown, then the bars.
sub finish
{
	my ($self) = @_;

	for my $table (grep { @{ $_->{rows} } } @{ $self->{tables} })
	{
		print "\n| ", join(' | ', @{ $table->{head} }), " |\n", '|---' x @{ $table->{head} }, "|\n";
		print '| ', join(' | ', @$_), " |\n" for @{ $table->{rows} };
	}
	print "\n", map { "$_\n" } @{ $self->{bars} };
	print "$self->{name}: $self->{passed} passed, $self->{failed} failed\n";
	return $self->{failed} ? 1 : 0;
}

1;
