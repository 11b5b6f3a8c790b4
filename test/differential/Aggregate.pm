# Aggregate.pm: what makes a query one of groups, or of distinct rows.

package Aggregate;

use strict;
use warnings;
use Exporter 'import';
use Chance qw(chance pick weighted);
use Condition qw(condition);

our @EXPORT_OK = qw(aggregated distinct_rows);

my @families = qw(int int int bool date num text char ts time uuid);
my @tame = qw(int int int bool date num ts uuid);

# A value of which equal ones look the same, so that any stands for its group.
sub key
{
	my ($e, $depth) = @_;

	for (1 .. 20)
	{
		my $value = $e->value(pick($e->{tame} ? @tame : @families), $depth);

		return $value if !$value->{mixed} && (!$e->{tame} || $value->{column} || $value->{family} eq 'int');
	}
	return { %{ $e->{columns}[0] } };
}

sub argument
{
	my ($e, @families) = @_;
	my $value;

	for (1 .. 20)
	{
		$value = $e->value(pick(@families), chance($e->{tame} ? 0.1 : 0.25) ? 1 : 0);
		last if !$value->{mixed};
	}
	return $value->{mixed} ? { sql => 1, family => 'int' } : $value;
}

sub summand
{
	my ($e) = @_;
	my $value = $e->value(pick($e->{tame} ? qw(int int num) : qw(int num flt)), chance(0.2) ? 1 : 0);

	return $value->{sql} if $value->{family} ne 'flt' || $value->{exact};
	my $exact = $e->small('flt');
	return $exact ? $exact->{sql} : 1;
}

sub aggregate
{
	my ($e) = @_;
	my $id = $e->{columns}[0]{sql};
	my @ordered = $e->{tame} ? qw(int int num date ts) : qw(int num text char date ts tstz time);
	my $sql = weighted([ 20, sub { 'count(*)' } ], [ 10, sub { 'count(' . argument($e, @ordered)->{sql} . ')' } ],
		[ 20, sub { 'sum(' . summand($e) . ')' } ], [ 8, sub { 'avg(' . summand($e) . ')' } ],
		[ 20, sub { pick('min', 'max') . '(' . argument($e, @ordered)->{sql} . ')' } ],
		[ 6, sub { 'count(DISTINCT ' . argument($e, @ordered, 'uuid')->{sql} . ')' } ],
		$e->{tame} ? () : (
			[ 2, sub { 'sum(DISTINCT ' . summand($e) . ')' } ],
			[ 2, sub { 'avg(DISTINCT ' . summand($e) . ')' } ],
			[ 2, sub { pick('bool_and', 'bool_or', 'every') . '(' . $e->column_or('bool')->{sql} . ')' } ],
			[ 2, sub { "array_agg(" . argument($e, 'int')->{sql} . ' ORDER BY ' . all_keys($e) . ')' } ],
			[ 2, sub { "string_agg(" . $e->value('text', 0)->{sql} . ", ',' ORDER BY " . all_keys($e) . ')' } ],
			[ 2, sub { pick('stddev', 'var_pop') . '(' . ($e->small('int') // { sql => $id })->{sql} . ')' } ],
			[ 1, sub { 'count(' . $e->{columns}[0]{alias} . ')' } ]))->();

	$sql .= ' FILTER (WHERE ' . $e->condition_sql(1) . ')' if chance(0.12);
	return $sql;
}

sub all_keys
{
	my ($e) = @_;
	my @keys = map { $_->{sql} } grep { $_->{key} } @{ $e->{columns} };

	return join ', ', @keys ? @keys : map { $_->{sql} } @{ $e->{columns} };
}

sub having
{
	my ($e) = @_;
	my $argument = argument($e, qw(int num date));

	return pick('count(*) ' . pick('>', '<=', '=', '<>') . ' ' . pick(1, 2, 5), pick('min', 'max') . "($argument->{sql}) " . pick('<', '>=', '=') . ' '
		  . $e->constant($argument), "sum(" . ($e->small('int') // { sql => 1 })->{sql} . ') ' . pick('>', '<') . ' ' . pick(10, 100, '50.5'),
		"max($argument->{sql}) IS NOT NULL", 'count(DISTINCT ' . $argument->{sql} . ') > 1');
}

sub direction { return pick('', '', ' DESC') . pick('', '', ' NULLS FIRST', ' NULLS LAST'); }

sub aggregated
{
	my ($query, $e) = @_;
	my @keys = map { key($e, chance(0.3) ? 1 : 0)->{sql} } 1 .. weighted([ 3, 0 ], [ 5, 1 ], [ 3, 2 ]);
	my %seen;

	@keys = grep { !$seen{$_}++ } @keys;
	my @aggregates = map { aggregate($e) } 1 .. pick(1, 1, 2, 3);
	my @shown = grep { chance(0.85) } @keys;

	$query->{folded} = 1;
	$query->{group} = \@keys;
	$query->{select} = [ @shown, @aggregates ];
	$query->{having} = [ having($e) ] if chance(0.2);
	if (@keys && chance(0.03))
	{
		$query->{group} = [ pick('ROLLUP', 'CUBE') . ' (' . join(', ', @keys) . ')' ];
		return;
	}
	return unless @keys && chance(0.5);
	$query->{order} = chance(0.4) ? [ pick(@aggregates) . direction() ] : [];
	$query->{key} = [ map { $_ . direction() } @keys ];
	$query->{total} = 1;
	if (chance(0.4))
	{
		$query->{limit} = pick(1, 2, 5, 10);
		$query->{offset} = pick(1, 2) if chance(0.3);
	}
	return;
}

sub distinct_rows
{
	my ($query, $e) = @_;
	my %seen;
	my @items = grep { !$seen{$_}++ } map { key($e, chance(0.25) ? 1 : 0)->{sql} } 1 .. pick(1, 1, 2, 3);

	$query->{folded} = 1;
	$query->{distinct} = 'DISTINCT';
	$query->{select} = \@items;
	if (chance(0.15))
	{
		$query->{distinct} = "DISTINCT ON ($items[0])";
		$query->{key} = [ $items[0], all_keys($e) ];
		$query->{total} = 1;
		return;
	}
	return unless chance(0.6);
	$query->{key} = [ map { $_ . direction() } 1 .. @items ];
	$query->{total} = 1;
	$query->{limit} = pick(1, 3, 10) if chance(0.5);
	return;
}

1;
