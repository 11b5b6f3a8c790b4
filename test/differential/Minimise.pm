# Minimise.pm: the smallest part of a query that still makes a difference.
#
# Parts are left out one after the other, conditions replaced by what they are made
# of, for as long as the difference remains.

package Minimise;

use strict;
use warnings;
use Exporter 'import';
use Storable qw(dclone);

our @EXPORT_OK = qw(minimised smaller_case);

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

# Changes of a case of changes of tables.
sub smaller_case
{
	my ($case) = @_;
	my $steps = $case->{steps};
	my @changes;

	for my $i (0 .. $#$steps)
	{
		my $name = $steps->[$i]{name};

		push @changes, sub { $_[0]{steps} = [ grep { ($_->{name} // '') ne $name } @{ $_[0]{steps} } ] } if defined $name;
		push @changes, sub { splice @{ $_[0]{steps} }, $i, 1 } if !defined $name && @$steps > 1;
	}
	push @changes, sub { delete $_[0]{isolation} } if $case->{isolation};
	push @changes, sub { $_[0]{end} = 'ROLLBACK' } if $case->{end} ne 'ROLLBACK';
	for my $i (grep { !$steps->[$_]{mark} } 0 .. $#$steps)
	{
		push @changes, map { my $inner = $_; sub { $inner->($_[0]{steps}[$i]) } } smaller_step($steps->[$i]);
	}
	return @changes;
}

sub smaller_step
{
	my ($step) = @_;
	my @changes;

	push @changes, sub { delete $_[0]{cte} } if $step->{cte};
	push @changes, sub { delete $_[0]{returning} } if $step->{returning} && !$step->{cte};
	push @changes, sub { delete $_[0]{loop} } if $step->{loop};
	push @changes, sub { $_[0]{target} =~ s/_(?:7|1|bare)$// } if $step->{target} =~ /_(?:7|1|bare)$/;
	push @changes, listed('where', $step->{where} // []), listed('set', $step->{set} // [], 1), listed('rows', $step->{rows} // [], 1),
	  $step->{cte} ? () : listed('returning', $step->{returning} // [], 1);
	push @changes, map { my $inner = $_; sub { $inner->($_[0]{select}) } } listed('where', $step->{select}{where}) if $step->{select};
	for my $i (@{ $step->{columns} // [] } > 1 ? 0 .. $#{ $step->{columns} } : ())
	{
		push @changes, sub { splice @$_, $i, 1 for $_[0]{columns}, $_[0]{select} ? $_[0]{select}{items} : @{ $_[0]{rows} } };
	}
	return @changes;
}

# Elements of a list go, and trees become what they are made of.
sub listed
{
	my ($name, $list, $least) = @_;
	my @changes = map { my $i = $_; sub { splice @{ $_[0]{$name} }, $i, 1 } } @$list > ($least // 0) ? 0 .. $#$list : ();

	return @changes if $name ne 'where';
	for my $i (grep { ref $list->[$_] } 0 .. $#$list)
	{
		push @changes, map { my $n = $_; sub { $_[0]{where}[$i] = $list->[$i][$n] } } 1 .. $#{ $list->[$i] };
	}
	return @changes;
}

# differs: a sub that runs a query.  A list of the query and what differs(query) said.
sub minimised
{
	my ($query, $said, $differs, $smaller) = @_;
	my $tries = 150;
	my $again = 1;

	while ($again && $tries > 0)
	{
		$again = 0;
		for my $change (($smaller // \&smaller)->($query))
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
