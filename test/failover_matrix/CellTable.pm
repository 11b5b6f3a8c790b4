# CellTable.pm: reads cells.table, and sees to it that no combination is missing.
#
# A cell is {number, fault, moment, statement, outcomes, marked, settings, text};
# an outcome is [word, times], times undef where nothing is written.

package CellTable;

use strict;
use warnings;

our @faults = ('refused', 'reset', 'black hole', 'accepted and silent', 'silent after login', 'closed after LOGIN7',
	'killed', 'SIGSTOPped', 'planned failover', 'automatic failover', 'forced service', 'both down',
	'neither principal for 3 s', '4060+18456', '954', '596', 'severity 21', 'malformed token', 'partition');
our @moments = ('no session', 'idle session', 'before the first row', 'mid-rows', 'in a remote transaction',
	'during COMMIT');
our @statements = ('SELECT', 'inner scan', 'FETCH', 'write', 'failover');

my %words = map { $_ => 1 } qw(other same answered switched certain truth);
my %settings = map { $_ => 1 } qw(at log swallow alone thaw statement_timeout point action);

sub new
{
	my ($class, $path) = @_;
	my $self = bless { path => $path, cells => [], absent => {}, reasons => {}, seen => {} }, $class;

	open(my $file, '<', $path) or die "cannot read $path: $!\n";
	while (my $line = <$file>)
	{
		chomp $line;
		$self->take($line) unless $line =~ /^\s*(?:#|$)/;
	}
	$self->check;
	return $self;
}

sub bad
{
	my ($self, $why) = @_;
	die "$self->{path} line $.: $why\n";
}

sub take
{
	my ($self, $line) = @_;

	if ($line =~ /^reason (\w+): (.+)/)
	{
		$self->{reasons}{$1} = $2;
	}
	elsif ($line =~ /^fault ([^:]+): ./)
	{
		$self->bad("unknown fault $1") unless grep { $_ eq $1 } @faults;
		$self->{fault} = $1;
	}
	elsif ($line =~ s/^also //)
	{
		my ($fault, $moment, $statement, $text, $more) = map { s/^\s+|\s+$//gr } split /\|(?=\s)/, $line;
		my %given = map { /^(\w+)=(\w+)$/ && $settings{$1} ? ($1 => $2) : $self->bad("setting $_") } split ' ', $more // '';

		$self->add($fault, $moment, $statement, $text, \%given);
	}
	else
	{
		my ($moment, @texts) = map { s/^\s+|\s+$//gr } split /\|(?=\s)/, $line;

		$self->bad('a moment has a cell for each statement') unless @texts == @statements;
		$self->add($self->{fault}, $moment, $statements[$_], $texts[$_], {}) for 0 .. $#statements;
	}
	return;
}

sub add
{
	my ($self, $fault, $moment, $statement, $text, $given) = @_;
	my $place = "$fault, $moment, $statement";

	for my $pair ([ $fault, \@faults ], [ $moment, \@moments ], [ $statement, \@statements ])
	{
		my ($name, $list) = @$pair;
		$self->bad("\"$name\" is not known") unless grep { $_ eq $name } @$list;
	}
	$self->bad("$place stands here twice") if !%$given && $self->{seen}{$place}++;
	if ($text =~ /^-(\w+)$/)
	{
		$self->{absent}{$place} = $self->{reasons}{$1} // $self->bad("no reason \"$1\"");
		return;
	}
	my $marked = $text =~ s/\s*!$//;
	push @{ $self->{cells} }, {
		number => 1 + @{ $self->{cells} }, fault => $fault, moment => $moment, statement => $statement,
		settings => $given, marked => $marked, text => $text, outcomes => $self->outcomes($text),
	};
	return;
}

sub outcomes
{
	my ($self, $text) = @_;
	my ($words, $times) = $text =~ m{^([^/]+)(?:/([01*]))?$} or $self->bad("cell \"$text\"");
	my @outcomes;

	for my $word (split /\|/, $words)
	{
		$self->bad("outcome \"$word\"") unless $words{$word} || $word =~ /^[0-9A-Z]{5}$/;
		if ($word eq 'certain' || $word eq 'truth')
		{
			push @outcomes, [ 'answered', '1' ], [ '08006', '0' ];
			push @outcomes, [ '08007', '*' ] if $word eq 'truth';
		}
		else
		{
			push @outcomes, [ $word, $times ];
		}
	}
	return \@outcomes;
}

# Every combination is there.
sub check
{
	my ($self) = @_;

	for my $fault (@faults)
	{
		for my $moment (@moments)
		{
			for my $statement (@statements)
			{
				die "$self->{path}: nothing about $fault, $moment, $statement\n"
				  unless $self->{seen}{"$fault, $moment, $statement"};
			}
		}
	}
	return;
}

sub cells { return @{ $_[0]{cells} }; }
sub combinations { return scalar keys %{ $_[0]{seen} }; }
sub absent { return scalar keys %{ $_[0]{absent} }; }

# The marked ones, and of the others so many that all of them are this part of the whole.
sub part
{
	my ($self, $scale) = @_;
	my @cells = $self->cells;
	my @others = grep { !$_->{marked} } @cells;
	my $wanted = $scale >= 1 ? @others : int(@cells * $scale) - (@cells - @others);
	my %taken;

	return @cells if $scale >= 1;
	$wanted = 0 if $wanted < 0;
	$taken{ $others[ int($_ * @others / $wanted) ]{number} } = 1 for 0 .. $wanted - 1;
	return grep { $_->{marked} || $taken{ $_->{number} } } @cells;
}

1;
