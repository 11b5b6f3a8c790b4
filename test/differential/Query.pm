# Query.pm: random queries, and their text.
#
# A query is a hash of lists, so that parts of it can be left out: select, from
# (relation, alias, join, on), where, group, having, order, key (what makes the
# order total), limit, offset, ties (rows of FETCH FIRST WITH TIES), distinct; or
# union, of queries.  It also has
# params     of PREPARE: type, and seven values in SQL
# total      its rows come in one order only
# folded     rows that are equal have become one, so that 0 may stand for -0

package Query;

use strict;
use warnings;
use Exporter 'import';
use Aggregate qw(aggregated distinct_rows);
use Chance qw(chance pick weighted);
use Columns qw(all_columns);
use Condition qw(condition condition_text);
use Expression;

our @EXPORT_OK = qw(random_query query_text with_values relation);

my @columns = all_columns();
my @kinds = ([ 27, 'scan' ], [ 21, 'join' ], [ 22, 'aggregate' ], [ 20, 'join_aggregate' ], [ 3, 'distinct' ], [ 3, 'derived' ], [ 2, 'union' ], [ 2, 'parts' ]);
my @families = qw(int num flt bool text char date ts tstz time uuid bytea);

sub relation
{
	return weighted([ 64, 'foreign' ], [ 14, 'bare' ], [ 16, 'query' ]) . '_' . pick(1 .. 3) unless chance(0.04);
	return pick('parts', 'here_1');
}

# kind: undef for any
sub random_query
{
	my ($kind) = @_;
	my $query = { params => chance(0.14) ? [] : undef };

	$kind //= weighted(@kinds);
	$query->{kind} = $kind;
	$query->{tame} = chance($kind eq 'scan' ? 0.45 : 0.78) ? 1 : 0;
	return union($query) if $kind eq 'union';
	add_relations($query, $kind);
	my $e = $query->{e};
	$query->{where} = [ conditions($query, $kind =~ /join/ ? weighted([ 4, 0 ], [ 4, 1 ], [ 2, 2 ]) : weighted([ 2, 0 ], [ 5, 1 ], [ 3, 2 ], [ 1, 3 ])) ];
	if ($kind =~ /aggregate/) { aggregated($query, $e); }
	elsif ($kind eq 'distinct') { distinct_rows($query, $e); }
	else { projection($query, $e); }
	delete $query->{e};
	$query->{loop} = 1 if $query->{params} && @{ $query->{params} } && chance(0.25);
	return $query;
}

sub add_relations
{
	my ($query, $kind) = @_;
	my $count = $kind =~ /join/ ? weighted([ 14, 2 ], [ 3, 3 ], [ 1, 4 ]) : 1;
	my $e = $query->{e} = Expression->new(scope => [], params => $query->{params}, tame => $query->{tame},
		risky => !$query->{tame} && $kind =~ /^(?:scan|aggregate|distinct)$/ && chance(0.4) ? 1 : 0);

	$query->{from} = [];
	for my $number (0 .. $count - 1)
	{
		my $alias = 'o' . ($number + 1);
		my $from = { alias => $alias, relation => $kind eq 'parts' && !$number ? 'parts' : relation() };
		my @of = @columns;

		if ($kind eq 'derived' || $kind =~ /join/ && !$query->{tame} && chance(0.08))
		{
			($from->{relation}, @of) = derived($query);
		}
		if ($number && chance(0.04))
		{
			lateral($query, $from, \@of);
		}
		elsif ($number)
		{
			$from->{join} = pick('JOIN', 'JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN');
			$from->{on} = [ join_key($e, $alias, \@of, $number, $query->{tame}, $from->{join}) ];
		}
		$e->add($alias, @of);
		push @{ $from->{on} }, condition($e, 1) if $from->{join} && $from->{join} !~ /FULL|LATERAL/ && chance(0.25);
		push @{ $query->{from} }, $from;
	}
	return;
}

# The first rows of another relation for each row so far.
sub lateral
{
	my ($query, $from, $of) = @_;
	my $outer = $query->{e}->column('int') // $query->{e}{columns}[0];
	my @chosen = map { $columns[$_] } 0 .. 6;
	my $name = relation();

	$from->{join} = pick('JOIN LATERAL', 'LEFT JOIN LATERAL');
	$from->{on} = ['true'];
	$from->{relation} = '(SELECT ' . join(', ', map { "x.$_->{name}" } @chosen) . " FROM $name AS x WHERE x." . pick(qw(ref grp id)) . "::text = $outer->{sql}::text"
	  . (chance(0.5) ? ' ORDER BY x.id LIMIT 2)' : ')');
	$from->{relation} =~ s/::text//g if $outer->{family} eq 'int';
	@$of = @chosen;
	return;
}

# What the new relation is joined by: ids, so that there are few rows, or anything.
sub join_key
{
	my ($e, $alias, $of, $number, $tame) = @_;
	my ($id) = map { $_->{name} } grep { $_->{key} } @$of;
	my $old = $e->column_where(sub { $_[0]{key} });
	my $ref = $e->column_where(sub { $_[0]{column}{name} eq 'ref' });
	my $fresh = Expression->new(scope => [ [ $alias, @$of ] ], tame => 1);
	my $other = $fresh->column('int');

	return "$ref->{sql} = $alias.$id" if $ref && $id && ($number > 1 || chance(0.5));
	return "$old->{sql} = $alias.$id" if $old && $id && ($number > 1 || chance(0.2));
	$fresh->{tame} = $tame;
	my $family = $tame ? pick(qw(int int date ts uuid)) : pick(@families[ grep { $_ != 3 } 0 .. $#families ]);
	my ($left, $right) = ($e->column($family), $fresh->column($family));

	($left, $right) = ($e->column('int'), $other) unless $left && $right;
	return '(' . Condition::pair($left, '=', $right) . ')' if $left && $right;
	return "$e->{columns}[0]{sql}::text = $fresh->{columns}[0]{sql}::text";
}

# A SELECT in parentheses, and the columns that it has.
sub derived
{
	my ($query) = @_;
	my $name = relation();
	my $e = Expression->new(scope => [ [ 'x', @columns ] ], params => $query->{params}, tame => $query->{tame});
	my @chosen = grep { !$_->{mixed} } map { $e->column(pick(@families)) // () } 1 .. 5;
	my $where = chance(0.7) ? ' WHERE ' . $e->condition_sql(1) : '';
	my $number = 0;

	if (chance(0.3) && @chosen)
	{
		my $key = { %{ $chosen[0]{column} }, name => 'c1', key => undef };
		my $count = { %{ $columns[0] }, name => 'n', key => undef };

		return ("(SELECT $chosen[0]{sql} AS c1, count(*) AS n FROM $name AS x$where GROUP BY $chosen[0]{sql})", $key, $count);
	}
	my $limit = chance(0.3) ? ' ORDER BY ' . join(', ', map { "$_->{sql}" . pick('', ' DESC', ' NULLS FIRST') } @chosen[ 0 .. ($#chosen > 1 ? 1 : $#chosen) ], { sql => 'x.id' })
	  . ' LIMIT ' . pick(1, 5, 20) : '';
	return ('(SELECT ' . join(', ', 'x.id', map { "$_->{sql} AS c" . ++$number } @chosen) . " FROM $name AS x$where$limit)",
		$columns[0], map { { %{ $chosen[ $_ - 1 ]{column} }, name => "c$_", key => undef } } 1 .. $number);
}

sub conditions
{
	my ($query, $count) = @_;
	my $e = $query->{e};

	return map { chance($query->{kind} eq 'join' ? 0.3 : 0.08) ? subquery($query) : condition($e, $e->{tame} ? 1 : 2) } 1 .. $count;
}

# EXISTS, IN and scalar subqueries, with a relation of their own
sub subquery
{
	my ($query) = @_;
	my $e = $query->{e};
	my $name = relation();
	my $alias = 's' . ++$query->{subqueries};
	my $inner = Expression->new(scope => [ [ $alias, @columns ] ], params => $query->{params}, tame => $query->{tame});
	my $family = pick(qw(int int int date text uuid));
	my $column = $e->column_or($family);
	my $own = $inner->column_or($family);
	my $more = chance(0.5) ? ' AND ' . $inner->condition_sql(1) : '';
	my $where = chance(0.5) ? ' WHERE ' . $inner->condition_sql(1) : '';

	return pick('EXISTS', 'EXISTS', 'NOT EXISTS') . " (SELECT 1 FROM $name AS $alias WHERE " . Condition::pair($own, '=', $column) . "$more)" if chance(0.55);
	return Expression::collated($column, $own) . ' ' . pick('IN', 'IN', 'NOT IN') . " (SELECT $own->{sql} FROM $name AS $alias$where)" if chance(0.4);
	return Expression::collated($column, $own) . ' ' . pick('=', '<', '>=') . ' (SELECT ' . ($family eq 'uuid' ? "min($own->{sql}::text)::uuid" : pick('min', 'max') . "($own->{sql})")
	  . " FROM $name AS $alias$where)" if chance(0.6);
	return "(SELECT count(*) FROM $name AS $alias WHERE " . Condition::pair($own, '=', $column) . "$more) " . pick('=', '>', '<') . ' ' . pick(0, 1, 2);
}

sub projection
{
	my ($query, $e) = @_;
	my $wild = Expression->new(%$e, tame => chance(0.5) ? $e->{tame} : 0, scope => []);
	my @items;

	$wild->{columns} = $e->{columns};
	for (1 .. pick(1, 2, 3, 4, 5))
	{
		my $value = $wild->value(pick(@families), chance(0.3) ? 1 : 0);

		push @items, $value->{sql};
	}
	push @items, $query->{from}[-1]{alias} if chance(0.03);
	push @items, '(SELECT max(z.i) FROM ' . relation() . " AS z WHERE z.ref = " . $wild->{columns}[0]{sql} . ')' if chance(0.03) && $wild->{columns}[0]{key};
	$query->{select} = \@items;
	order($query, $e) if chance(0.55);
	return;
}

sub direction { return pick('', '', ' DESC') . pick('', '', ' NULLS FIRST', ' NULLS LAST'); }

# The order is total, so that it may be compared, and LIMIT has one answer.
sub order
{
	my ($query, $e) = @_;
	my @keys = map { $_->{sql} } grep { $_->{key} } @{ $e->{columns} };
	my @items = map { $e->value(pick($e->{tame} ? qw(int int num date ts) : @families), chance(0.25) ? 1 : 0)->{sql} . direction() } 1 .. pick(0, 1, 1, 2);

	return unless @keys == @{ $query->{from} };
	$query->{order} = \@items;
	if (@items && chance(0.06))
	{
		$query->{ties} = pick(1, 2, 5);
		return;
	}
	$query->{key} = [ map { $_ . direction() } @keys ];
	$query->{total} = 1;
	# an index may give the first rows before an error in a later one
	return if $e->{risky} || !chance(0.5);
	$query->{limit} = pick(0, 1, 2, 5, 10, 10, 1000);
	$query->{limit} = $e->parameter('bigint', 3, 1, 0, undef, 5, 10, 1000) if $e->{params} && chance(0.4);
	$query->{limit} = 'NULL' if chance(0.02);
	$query->{offset} = pick(0, 1, 3, 40) if chance(0.35);
	delete $query->{limit} if $query->{offset} && chance(0.2);
	return;
}

sub union
{
	my ($query) = @_;
	my @chosen = map { pick(grep { !$_->{mixed} && (!$query->{tame} || $_->{family} =~ /^(?:int|num|bool|date|ts|uuid)$/) } @columns) } 1 .. pick(1, 2, 3);

	$query->{union_word} = chance(0.2) ? 'UNION' : 'UNION ALL';
	$query->{folded} = 1 if $query->{union_word} eq 'UNION';
	$query->{union} = [ map {
		my $e = Expression->new(scope => [ [ 'a', @columns ] ], params => $query->{params}, tame => $query->{tame});
		{ select => [ map { "a.$_->{name}" } @chosen ], from => [ { relation => relation(), alias => 'a' } ],
			where => [ map { condition($e, 1) } 1 .. pick(0, 1, 1) ] }
	} 1 .. pick(2, 2, 3) ];
	if (chance(0.6))
	{
		$query->{key} = [ map { "$_" . direction() } 1 .. @chosen ];
		$query->{total} = 1;
		$query->{limit} = pick(1, 5, 20) if chance(0.5);
	}
	return $query;
}

sub from_text
{
	my ($from) = @_;
	my $text = '';

	for my $one (@$from)
	{
		$text .= " $one->{join}" if $one->{join};
		$text .= " $one->{relation} AS $one->{alias}";
		$text .= ' ON ' . join(' AND ', map { condition_text($_) } @{ $one->{on} }) if $one->{join};
	}
	return $text;
}

sub all_of
{
	my ($word, @conditions) = @_;
	return @conditions ? " $word " . join(' AND ', map { condition_text($_) } @conditions) : '';
}

sub query_text
{
	my ($query) = @_;
	my $text;

	if ($query->{union})
	{
		$text = join " $query->{union_word} ", map { query_text($_) } @{ $query->{union} };
	}
	else
	{
		my $number = 0;

		$text = 'SELECT ' . ($query->{distinct} ? "$query->{distinct} " : '') . join(', ', map { "$_ AS r" . ++$number } @{ $query->{select} })
		  . ' FROM' . from_text($query->{from}) . all_of('WHERE', @{ $query->{where} // [] });
		$text .= ' GROUP BY ' . join ', ', @{ $query->{group} } if @{ $query->{group} // [] };
		$text .= all_of('HAVING', @{ $query->{having} // [] });
	}
	my @order = (@{ $query->{order} // [] }, @{ $query->{key} // [] });
	$text .= ' ORDER BY ' . join ', ', @order if @order;
	$text .= " LIMIT $query->{limit}" if defined $query->{limit};
	$text .= " OFFSET $query->{offset}" if defined $query->{offset};
	$text .= " FETCH FIRST $query->{ties} ROWS WITH TIES" if $query->{ties};
	return $text;
}

# The text with the number-th values of its parameters in their places.
sub with_values
{
	my ($query, $number) = @_;
	my $params = $query->{params};

	return query_text($query) =~ s/\$(\d+)/'(' . $params->[ $1 - 1 ]{values}[$number] . ')'/ger;
}

1;
