# Minimise.pm: the smallest part of a query that still makes a difference.
#
# Parts are left out one after the other, conditions replaced by what they are made
# of, for as long as the difference remains.

package Minimise;

use strict;
use warnings;
use Exporter 'import';
use Storable qw(dclone);

our @EXPORT_OK = qw(minimised);

# Changes of a query, each a sub of a copy.  None is there when nothing can go.
sub smaller
{
	my ($query) = @_;
	my @changes;

	for my $name (qw(limit offset ties distinct))
	{
		push @changes, sub { delete $_[0]{$name} } if defined $query->{$name};
	}
	for my $name (qw(order having where key group select))
	{
		my $list = $query->{$name} or next;

		for my $i ($name eq 'select' && @$list < 2 ? () : 0 .. $#$list)
		{
			push @changes, sub { splice @{ $_[0]{$name} }, $i, 1; $_[0]{total} = 0 if $name eq 'key' || $name eq 'group'; };
			push @changes, map { my $n = $_; sub { $_[0]{$name}[$i] = $list->[$i][$n] } } 1 .. $#{ $list->[$i] } if ref $list->[$i];
		}
	}
	for my $i (0 .. $#{ $query->{from} // [] })
	{
		my $from = $query->{from}[$i];

		push @changes, sub { splice @{ $_[0]{from} }, $i, 1; delete @{ $_[0]{from}[0] }{qw(join on)} if $i == 0; } if @{ $query->{from} } > 1;
		push @changes, sub { $_[0]{from}[$i]{relation} =~ s/^(?:bare|query)_/foreign_/ } if $from->{relation} =~ /^(?:bare|query)_/;
		push @changes, map { my $n = $_; sub { splice @{ $_[0]{from}[$i]{on} }, $n, 1 } } 1 .. $#{ $from->{on} // [] };
		push @changes, sub { $_[0]{from}[$i]{join} = 'JOIN' } if ($from->{join} // 'JOIN') ne 'JOIN';
	}
	if ($query->{union})
	{
		push @changes, map { my $n = $_; sub { splice @{ $_[0]{union} }, $n, 1 } } @{ $query->{union} } > 1 ? 0 .. $#{ $query->{union} } : ();
		push @changes, map { my $n = $_; map { my $inner = $_; sub { $inner->($_[0]{union}[$n]) } } grep { defined } smaller_where($query->{union}[$n]) } 0 .. $#{ $query->{union} };
	}
	return @changes;
}

sub smaller_where
{
	my ($query) = @_;
	return map { my $i = $_; sub { splice @{ $_[0]{where} }, $i, 1 } } 0 .. $#{ $query->{where} // [] };
}

# differs: a sub that runs a query.  A list of the query and what differs(query) said.
sub minimised
{
	my ($query, $said, $differs) = @_;
	my $tries = 150;
	my $again = 1;

	while ($again && $tries > 0)
	{
		$again = 0;
		for my $change (smaller($query))
		{
			my $copy = dclone($query);

			last if --$tries < 0;
			$change->($copy);
			my $got = $differs->($copy);
			if ($got->{word} eq 'difference')
			{
				($query, $said, $again) = ($copy, $got, 1);
				last;
			}
		}
	}
	return ($query, $said);
}

1;
