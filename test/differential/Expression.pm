# Expression.pm: random values over the columns in scope.
#
# A value is a hash: sql, family, and what the query must know to stay determined:
# mixed   equal ones may look different, so none of them stands for the others
# small   arithmetic with small numbers cannot overflow its type
# exact   a sum of floats does not depend on their order
# coll    collation of a text, "" is the database's
# column  the column that it is, or undef
# A tame generator keeps to what any good wrapper ships: columns, comparisons with
# constants, and arithmetic of small numbers.

package Expression;

use strict;
use warnings;
use utf8;
use Chance qw(chance pick);
use Columns qw(all_columns constants_of literal);
use Condition;

# One column of each family, where a value is no column itself.
my %typical = map { $_->{family} => $_ } grep { $_->{name} =~ /^(?:i|d2|fx|b|u|vu|ca|da|d7|tm|dz|vb)$/ } all_columns();
my @tame = grep { !$_->{odd} && $_->{family} =~ /^(?:int|num|bool|date|ts|uuid|time|tstz)$/ } all_columns();
my %tame = map { $_->{name} => 1 } @tame;

# Columns of other relations that a tame generator may use, too.
sub tame_too { $tame{ $_->{name} } = 1 for @_; return; }

# scope: [ alias, relation's columns ]...; params: a list that takes parameters, or undef
sub new
{
	my ($class, %of) = @_;
	my $self = bless { %of, columns => [] }, $class;

	$self->add(@$_) for @{ $of{scope} };
	return $self;
}

sub add
{
	my ($self, $alias, @columns) = @_;

	for my $column (@columns)
	{
		my ($coll) = $column->{local} =~ /COLLATE (\S+)/;

		push @{ $self->{columns} }, { sql => "$alias.$column->{name}", alias => $alias, family => $column->{family}, column => $column,
			coll => $coll // '', map { $_ => $column->{$_} } qw(mixed small exact key odd) };
	}
	return;
}

# A column of one of the families, of any without; undef where there is none.
sub column
{
	my ($self, @families) = @_;
	my %want = map { $_ => 1 } @families;
	my @choice = grep { (!@families || $want{ $_->{family} }) && (!$self->{tame} || $tame{ $_->{column}{name} }) } @{ $self->{columns} };

	return @choice ? { %{ pick(@choice) } } : undef;
}

sub column_where
{
	my ($self, $good) = @_;
	my @choice = grep { $good->($_) } @{ $self->{columns} };
	return @choice ? { %{ pick(@choice) } } : undef;
}

# [ value, type ] to compare or combine the value with
sub constant_of
{
	my ($self, $value) = @_;
	my ($own, $more) = constants_of($value->{column} // $typical{ $value->{family} });
	my $one = chance($self->{tame} ? 0.9 : 0.75) ? pick(@$own) : pick(@$more);

	return [ undef, $one->[1] ] if chance(0.03);
	return $one;
}

# The same as SQL; as a parameter where the query has some.
sub constant
{
	my ($self, $value) = @_;
	my $one = $self->constant_of($value);

	return literal(@$one) unless $self->{params} && chance(0.75);
	return $self->parameter($one->[1], map { $_->[0] } $one, $self->alternatives($value, $one->[1]));
}

sub alternatives
{
	my ($self, $value, $type) = @_;
	my ($own, $more) = constants_of($value->{column} // $typical{ $value->{family} });
	my @same = grep { $_->[1] eq $type } @$own, @$more;

	return map { chance(0.1) ? [ undef, $type ] : pick(@same) } 1 .. 6;
}

sub parameter
{
	my ($self, $type, @values) = @_;

	push @{ $self->{params} }, { type => $type, values => [ map { literal($_, $type) } @values ] };
	return '$' . scalar @{ $self->{params} };
}

# An array of seven values, of which the first is given.
sub array_parameter
{
	my ($self, $type, $array) = @_;

	push @{ $self->{params} }, { type => $type . '[]', values => [ $array, "NULL::$type\[]", "'{}'::$type\[]", "'{NULL}'::$type\[]", ($array) x 3 ] };
	return '$' . scalar @{ $self->{params} };
}

sub condition_sql
{
	my ($self, $depth) = @_;
	return Condition::condition_text(Condition::condition($self, $depth));
}

sub column_or
{
	my ($self, $family) = @_;
	my $column = $self->column($family);

	return $column if $column;
	return { %$_, sql => literal(@{ $self->constant_of($_) }), column => undef } for { family => $family, coll => '' };
}

# Any value of the family.
sub value
{
	my ($self, $family, $depth) = @_;
	my $column = $self->column_or($family);

	return $column if $depth <= 0 || chance(0.45);
	my $make = $self->can("value_$family") or return $column;
	my $made = ($self->{risky} && chance(0.12) ? $self->risky($family) : undef) // $make->($self, $column, $depth);

	return $made ? { coll => '', %$made, family => $family } : $column;
}

# What raises an error for some values.
sub risky
{
	my ($self, $family) = @_;
	my $integer = $self->column_or('int')->{sql};
	my $small = ($self->small('int') // { sql => 1 })->{sql};
	my $text = $self->column_or('text')->{sql};
	my %risky = (
		int => ["(10 / $small)", "(7 % $integer)", "($integer + 2147483647)", "($integer * 3)", "$integer\::smallint::int", "$text\::int"],
		num => ['(1 / ' . $self->column_or('num')->{sql} . ')', $self->column_or('num')->{sql} . '::numeric(6,2)', "$text\::numeric"],
		flt => ['(' . $self->column_or('flt')->{sql} . ' * 10)', "(1 / " . $self->column_or('flt')->{sql} . ')',
			'sqrt(' . $self->column_or('flt')->{sql} . ')'],
		date => ["$text\::date", '(' . $self->column_or('date')->{sql} . " + $integer\::int)"]);

	return $risky{$family} ? { sql => pick(@{ $risky{$family} }), mixed => 1 } : undef;
}

sub small
{
	my ($self, $family) = @_;
	return $self->column_where(sub { $_[0]{family} eq $family && $_[0]{small} });
}

sub collated
{
	my ($value, $other) = @_;
	return ($value->{coll} // '') eq ($other->{coll} // '') ? $value->{sql} : "$value->{sql} COLLATE \"C\"";
}

# COALESCE, NULLIF and CASE of every family
sub branched
{
	my ($self, $value, $depth) = @_;
	my $other = $self->value($value->{family}, $depth - 1);
	my $condition = sub { $self->condition_sql($depth - 1) };
	my %same = map { $_ => $value->{$_} && $other->{$_} } qw(exact small);
	my $mixed = $value->{mixed} || $other->{mixed} || $value->{family} =~ /^(?:num|char)$/ ? 1 : 0;
	my $coll = ($value->{coll} // '') eq ($other->{coll} // '') ? $value->{coll} : '"C"';
	my $left = collated($value, $other);
	my $made = sub { return { sql => $_[0], mixed => $mixed, coll => $coll, %same } };

	return $made->("COALESCE($left, $other->{sql})") if chance(0.4);
	return { %$value, column => undef, sql => "NULLIF($value->{sql}, " . $self->constant($value) . ')' } if chance(0.3);
	return $made->('CASE WHEN ' . $condition->() . " THEN $left ELSE $other->{sql} END") if chance(0.8);
	return { %$value, column => undef, sql => "CASE WHEN " . $condition->() . " THEN $value->{sql} END" };
}

sub value_int
{
	my ($self, $column, $depth) = @_;
	my $small = $self->small('int') or return;
	my $other = $self->small('int');
	my $k = pick(1, 2, 3, 7);
	my @tame = (
		{ sql => "($small->{sql} + $k)" }, { sql => "($small->{sql} - $other->{sql})" }, { sql => "($small->{sql} * $k)" },
		{ sql => "abs($small->{sql})" }, { sql => "($column->{sql} % $k)" }, { sql => "($column->{sql} / $k)" },
		{ sql => "(- $small->{sql})" }, { sql => "$small->{sql}::bigint" });

	return pick(@tame) if $self->{tame} && chance(0.7);
	return $self->branched($column, $depth) if $self->{tame} || chance(0.35);
	return pick(@tame) if chance(0.5);
	my $text = $self->value('text', $depth - 1);
	my $date = $self->column_or('date');
	my $moment = $self->column_or(pick('ts', 'date'));
	return pick({ sql => "length($text->{sql})" }, { sql => "octet_length($text->{sql})" }, { sql => "strpos($text->{sql} COLLATE \"C\", 'a')" },
		{ sql => "extract(" . pick(qw(year month day dow doy week isoyear quarter)) . " from $moment->{sql})::int" },
		{ sql => "($date->{sql} - " . $self->column_or('date')->{sql} . ")" }, { sql => "ascii($text->{sql})" },
		{ sql => "round(" . ($self->small('flt') // { sql => '1.5' })->{sql} . ")::int" }, { sql => $self->column_or('bool')->{sql} . '::int' },
		{ sql => "greatest($small->{sql}, $other->{sql})" }, { sql => "least($column->{sql}, $k)" }, { sql => "($column->{sql} & 3)" },
		{ sql => "length(" . $self->column_or('char')->{sql} . ")" }, { sql => "sign($small->{sql})::int" });
}

sub value_num
{
	my ($self, $column, $depth) = @_;
	my $other = $self->column_or('num');
	my $k = pick(1, 2, '0.5', '1.25', '3::smallint', '10::bigint', '0.333');
	my $integer = $self->column_or('int');
	my $narrow = $self->column_where(sub { ($_[0]{column}{name} // '') =~ /^(?:dn|sm|sn)$/ }) // $other;
	my @tame = ({ sql => "($column->{sql} + $k)" }, { sql => "($column->{sql} - $other->{sql})", mixed => 1 }, { sql => "($column->{sql} * $k)" },
		{ sql => "abs($column->{sql})" }, { sql => "ceil($column->{sql})" }, { sql => "floor($column->{sql})" }, { sql => "(- $column->{sql})" });

	return pick(@tame) if chance($self->{tame} ? 0.7 : 0.4);
	return $self->branched($column, $depth) if $self->{tame} || chance(0.35);
	return pick({ sql => "($column->{sql} * $other->{sql})", mixed => 1 }, { sql => "($column->{sql} / $k)", mixed => 1 },
		{ sql => "round($column->{sql}, " . pick(-1, 0, 1, 3) . ')' }, { sql => "trunc($column->{sql})" }, { sql => "round($column->{sql})" },
		{ sql => "$narrow->{sql}::numeric(20,1)" }, { sql => "$integer->{sql}::numeric" }, { sql => "sign($column->{sql})" },
		{ sql => "($integer->{sql} * 1.5)" }, { sql => "($column->{sql} % $k)", mixed => 1 }, { sql => "mod($narrow->{sql}, 7)" },
		{ sql => "greatest($column->{sql}, $other->{sql})", mixed => 1 }, { sql => ($self->small('flt') // $column)->{sql} . '::real::numeric', mixed => 1 });
}

sub value_flt
{
	my ($self, $column, $depth) = @_;
	my $exact = $self->small('flt') or return;
	my @safe = map { { sql => $_, mixed => 1, exact => 1 } } "($exact->{sql} + 0.5)", "($exact->{sql} * 2)", "($exact->{sql} / 4)", "abs($exact->{sql})",
	  "floor($exact->{sql})", "ceil($exact->{sql})", "(- $exact->{sql})";

	return { %{ $self->branched($column, $depth) }, mixed => 1 } if chance(0.3);
	return pick(@safe) if chance(0.6);
	return pick(map { { sql => $_, mixed => 1 } } "abs($column->{sql})", "floor($column->{sql})", "round($exact->{sql})", "sqrt(abs($exact->{sql}))",
		$self->column_or('num')->{sql} . '::double precision', $self->column_or('int')->{sql} . '::double precision', "power($exact->{sql}, 2)",
		"($exact->{sql} / 3)", "$exact->{sql}::real", "trunc($column->{sql})");
}

sub value_text
{
	my ($self, $column, $depth) = @_;
	my $mixed = $column->{mixed} // 0;
	my $n = pick(0, 1, 2, 3);
	my $t = $column->{sql};

	return $self->branched($column, $depth) if chance(0.3);
	return { %$column, column => undef, sql => pick("lower($t)", "upper($t)") } if chance(0.3) && $column->{coll} ne 'nd';
	return { sql => pick(map({ $self->column_or($_)->{sql} } qw(int num date ts uuid bool)), "length($t)") . '::text' } if chance(0.15);
	return { coll => $column->{coll}, mixed => $mixed, sql => pick("substr($t, $n)", "substr($t, 1, $n)", "left($t, $n)", "right($t, $n)", "left($t, -1)",
		"($t || 'x')", "('x' || $t)", "concat($t, 'y')", "btrim($t)", "ltrim($t)", "rtrim($t)", "reverse($t)", "lpad($t, 3)", "repeat($t, 2)", "md5($t)",
		"substring($t from 2 for 2)", "($t || " . $self->column_or('int')->{sql} . ')', "$t\::varchar(2)",
		$column->{coll} eq 'nd' ? $t : "replace($t, 'a', 'b')") };
}

sub value_char { my ($self, $column, $depth) = @_; return $self->branched($column, $depth); }
sub value_uuid { my ($self, $column, $depth) = @_; return $self->branched($column, $depth); }

sub value_date
{
	my ($self, $column, $depth) = @_;
	my $d = $column->{sql};

	return pick({ sql => "($d + 1)" }, { sql => "($d - 30)" }) if chance($self->{tame} ? 0.6 : 0.4);
	return $self->branched($column, $depth) if $self->{tame} || chance(0.5);
	return pick({ sql => $self->column_or('ts')->{sql} . '::date' }, { sql => "date_trunc('month', $d)::date" },
		{ sql => "greatest($d, '2000-01-01'::date)" }, { sql => "($d + " . ($self->small('int') // { sql => 1 })->{sql} . '::int)' });
}

sub value_ts
{
	my ($self, $column, $depth) = @_;
	my $d = $column->{sql};

	return $self->branched($column, $depth) if $self->{tame} || chance(0.4);
	return pick({ sql => "($d + interval '1 day')" }, { sql => "date_trunc('" . pick(qw(year month week day hour second)) . "', $d)" },
		{ sql => $self->column_or('date')->{sql} . '::timestamp' }, { sql => "($d - interval '1 hour')" }, { sql => "$d\::timestamp(0)" },
		{ sql => '(' . $self->column_or('date')->{sql} . ' + ' . $self->column_or('time')->{sql} . ')' });
}

sub value_tstz
{
	my ($self, $column, $depth) = @_;

	return $self->branched($column, $depth) if chance(0.5);
	return pick({ sql => "($column->{sql} + interval '1 hour')" }, { sql => "date_trunc('day', $column->{sql})" });
}

sub value_time
{
	my ($self, $column, $depth) = @_;

	return $self->branched($column, $depth) if chance(0.5);
	return pick({ sql => "($column->{sql} + interval '1 second')" }, { sql => $self->column_or('ts')->{sql} . '::time' });
}

sub value_bytea
{
	my ($self, $column, $depth) = @_;

	return $self->branched($column, $depth) if chance(0.5);
	return pick({ sql => "substr($column->{sql}, 1, 2)" }, { sql => "($column->{sql} || '\\x00'::bytea)" });
}

sub value_bool
{
	my ($self, $column, $depth) = @_;
	return { sql => '(' . $self->condition_sql($depth - 1) . ')' };
}

1;
