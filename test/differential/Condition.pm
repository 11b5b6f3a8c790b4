# Condition.pm: random conditions over the columns in scope.
#
# A condition is a tree, so that it can be made smaller while a difference remains:
# a string, [ 'AND', ... ], [ 'OR', ... ], [ 'NOT', one ] or [ 'IS NOT TRUE', one ].

package Condition;

use strict;
use warnings;
use utf8;
use Exporter 'import';
use Chance qw(chance pick weighted);
use Columns qw(literal);

our @EXPORT_OK = qw(condition condition_text);

my @ordered = qw(int num flt text char date ts tstz time uuid bytea);
my @tame = qw(int int int num bool date ts ts uuid);
my @signs = qw(= = = <> < <= > >=);

sub condition_text
{
	my ($tree) = @_;

	return $tree unless ref $tree;
	my ($kind, @parts) = @$tree;
	my @texts = map { condition_text($_) } @parts;

	return '(' . join(" $kind ", @texts) . ')' if $kind eq 'AND' || $kind eq 'OR';
	return "NOT ($texts[0])" if $kind eq 'NOT';
	return "($texts[0]) $kind";
}

sub condition
{
	my ($e, $depth) = @_;

	if ($depth > 0 && chance($e->{tame} ? 0.25 : 0.35))
	{
		my $kind = pick(qw(AND OR OR));

		return [ $kind, map { condition($e, $depth - 1) } 0 .. pick(1, 1, 2) ];
	}
	if ($depth > 0 && chance(0.12))
	{
		return [ pick('NOT', 'NOT', 'IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE', 'IS UNKNOWN', 'IS NOT UNKNOWN'),
			condition($e, $depth - 1) ];
	}
	return leaf($e, $depth);
}

sub leaf
{
	my ($e, $depth) = @_;
	my $family = $e->{tame} ? pick(@tame) : pick(@ordered, qw(bool text text int));
	my @kinds = ([ 40, \&comparison ], [ 12, \&null_test ], [ 12, \&list ], [ 7, \&between ], [ 5, \&distinct ]);

	return boolean($e, $depth) if $family eq 'bool';
	push @kinds, [ 6, \&branch ] if $depth > 0;
	push @kinds, [ 4, \&moment_now ] if $family =~ /^(?:ts|date)$/;
	push @kinds, [ 30, \&like ] if $family =~ /^(?:text|char)$/;
	return weighted(@kinds)->($e, $family, $depth);
}

# Two texts of different collations are compared under a third.
sub pair
{
	my ($left, $sign, $right) = @_;
	return Expression::collated($left, $right) . " $sign $right->{sql}";
}

sub comparison
{
	my ($e, $family, $depth) = @_;
	my $left = $e->value($family, $depth);
	my $sign = pick(@signs);

	if (chance(0.6))
	{
		my $constant = $e->constant($left);

		return chance(0.1) ? "$constant $sign $left->{sql}" : "$left->{sql} $sign $constant";
	}
	my %close = (int => [qw(int num)], num => [qw(num int flt)], flt => [qw(flt int)], text => ['text'], char => [qw(char text)],
		date => [qw(date ts)], ts => [qw(ts ts date)], tstz => ['tstz']);
	my $other = $close{$family} && !$e->{tame} ? pick(@{ $close{$family} }) : $family;

	return pair($left, $sign, $e->value($other, $depth - 1));
}

sub null_test
{
	my ($e, $family, $depth) = @_;
	return $e->value($family, chance(0.2) ? $depth : 0)->{sql} . pick(' IS NULL', ' IS NOT NULL');
}

# IN, NOT IN, = ANY, <> ALL and other signs; elements of one type, as an array needs it
sub list
{
	my ($e, $family, $depth) = @_;
	my $left = $e->value($family, chance(0.2) ? $depth : 0);
	my $first = $e->constant_of($left);
	my @elements = ($first, grep { $_->[1] eq $first->[1] } map { $e->constant_of($left) } 1 .. pick(1, 2, 3, 6));
	my @literals = map { literal(@$_) } @elements;
	my $array = 'ARRAY[' . join(', ', @literals) . ']';

	return "$left->{sql} " . pick('IN', 'IN', 'NOT IN') . ' (' . join(', ', map { literal(@$_) } @elements) . ')' if chance(0.6);
	$array = "'{}'::$first->[1]\[]" if chance(0.05);
	$array = $e->array_parameter($first->[1], $array) if $e->{params} && chance(0.5);
	return "$left->{sql} = ANY ($array)" if chance(0.5);
	return "$left->{sql} <> ALL ($array)" if chance(0.5);
	return "$left->{sql} " . pick(@signs) . ' ' . pick('ANY', 'ALL') . " ($array)";
}

sub between
{
	my ($e, $family, $depth) = @_;
	my $left = $e->value($family, $depth - 1);

	return "$left->{sql} " . pick('BETWEEN', 'BETWEEN', 'NOT BETWEEN') . ' ' . $e->constant($left) . ' AND ' . $e->constant($left);
}

sub distinct
{
	my ($e, $family, $depth) = @_;
	my $left = $e->value($family, $depth - 1);
	my $sign = pick('IS DISTINCT FROM', 'IS NOT DISTINCT FROM');

	return "$left->{sql} $sign " . $e->constant($left) if chance(0.6);
	return pair($left, $sign, $e->value($family, $depth - 1));
}

sub branch
{
	my ($e, $family, $depth) = @_;
	my $then = $e->condition_sql($depth - 1);
	my $else = $e->condition_sql($depth - 1);

	return 'CASE WHEN ' . $e->condition_sql($depth - 1) . " THEN $then ELSE $else END" if chance(0.5);
	return "COALESCE($then, $else)" if chance(0.5);
	return "(($then) = ($else))" if chance(0.5);
	my $value = $e->value($family, 0);
	my $constant = $e->constant($value);
	return "CASE $value->{sql} WHEN " . $e->constant($value) . " THEN $then WHEN $constant THEN $else END";
}

sub moment_now
{
	my ($e, $family) = @_;
	my $column = $e->column_or($family);

	return "$column->{sql} " . pick('<', '>=') . ' ' . pick('now()', 'current_date', 'localtimestamp', "(current_date - 1000)");
}

sub boolean
{
	my ($e, $depth) = @_;
	my $column = $e->column_or('bool');
	my $b = $column->{sql};
	my $other = $e->column_or('bool');

	return pick($b, $b, "NOT $b", "$b IS TRUE", "$b IS NOT TRUE", "$b IS FALSE", "$b IS NOT FALSE", "$b IS UNKNOWN", "$b IS NOT NULL", "$b = true",
		"$b = $other->{sql}", "$b <> $other->{sql}", "$b IS DISTINCT FROM $other->{sql}", "$b IN (true, NULL)",
		"$b = (" . $e->condition_sql($depth - 1) . ')');
}

my @patterns = ('a%', '%a', 'A_', '_', '%', '', 'a', 'a ', '%ß%', 'ss%', '[x%', '[a-c]', 'x\\%', '%\\%%', '\\_', '\\\\', '%b', '_%_', '%  ', '__',
	'%ä%', "a\t%", '^%', '%]%', "%'%", 'a%b', '%😀%', '-%', '日%');

sub like
{
	my ($e, $family, $depth) = @_;
	my $left = $e->value($family, chance(0.2) ? $depth : 0);
	my $text = ($left->{coll} // '') eq 'nd' ? "$left->{sql} COLLATE \"C\"" : $left->{sql};
	my $pattern = Columns::quoted(pick(@patterns));
	my $sign = pick('LIKE', 'LIKE', 'LIKE', 'NOT LIKE');

	return "$text $sign " . $e->parameter('text', map { pick(@patterns) } 1 .. 7) if $e->{params} && chance(0.4);
	return "$text $sign $pattern" if chance(0.65);
	return "$text $sign " . pick("'a#%%' ESCAPE '#'", "'[x%' ESCAPE ''", "'%b\\' ESCAPE ''", "'x#_' ESCAPE '#'", "'a\\%' ESCAPE '#'", "'%[%' ESCAPE '['")
	  if chance(0.5);
	return "$text ILIKE $pattern" if chance(0.4);
	return "$text ~ " . pick("'^a'", "'b\$'", "'[a-c]'") if chance(0.3);
	return "starts_with($text, " . pick("'a'", "'['", "''") . ')' if chance(0.5);
	return "$text SIMILAR TO 'a%|b_'" if chance(0.3);
	return "$text LIKE " . $e->column_or('text')->{sql} . ' COLLATE "C" ESCAPE \'#\'';
}

1;
