# Change.pm: random changes of tables, several in a transaction, and their text.
#
# A case is a hash: isolation, end (COMMIT or ROLLBACK) and steps.  A step is a mark
# (SAVEPOINT and its kin) or a statement, a hash of parts that can be left out:
# verb       insert, update, delete, copy or truncate
# target     the table, its alias is t
# columns    with rows (of VALUES, or of a file), or with select (items, from, where)
# set        [ column, value ]..., or [ columns in parentheses, subquery ]
# from       another relation, alias and on; each row of the target meets one of its rows
# where      conditions
# conflict   ON CONFLICT DO NOTHING
# returning  expressions
# cte        a statement about what c returned
# params     of PREPARE: type, and seven values in SQL; loop: in a loop of PL/pgSQL
# risky      an expression may raise an error, so that the order of evaluation counts
# What PostgreSQL leaves open is not made: several matches of one row in UPDATE
# FROM, keys that only some order of the updates keeps apart.

package Change;

use strict;
use warnings;
use utf8;
use Exporter 'import';
use Chance qw(chance pick weighted);
use Columns qw(all_columns constants_of literal);
use Condition qw(condition condition_text);
use Expression;
use Query;
use Targets qw(columns_of);

our @EXPORT_OK = qw(random_case step_text step_with_values targets_of case_text);

my @others = all_columns();
my @kinds = ([ 30, 'insert' ], [ 46, 'update' ], [ 17, 'delete' ], [ 3, 'copy' ], [ 1, 'truncate' ], [ 3, 'move' ]);
my @families = qw(int num flt bool text char date ts tstz time uuid bytea);

# From what families a column of one is assigned.
my %assignable = (
	int => [qw(int int num flt)], num => [qw(num num int flt)], flt => [qw(flt flt int num)], text => [qw(text text text int num date uuid bool char)],
	char => [qw(char char text)], date => [qw(date date ts tstz)], ts => [qw(ts ts date tstz)], tstz => [qw(tstz tstz ts date)], time => [qw(time time ts)],
	uuid => ['uuid'], bytea => ['bytea'], bool => ['bool']);

sub target
{
	return weighted([ 36, 'target_wide' ], [ 8, 'target_wide_7' ], [ 6, 'target_wide_1' ], [ 7, 'target_wide_bare' ], [ 19, 'target_keyed' ],
		[ 9, 'target_given' ], [ 9, 'target_parts' ], [ 6, 'target_view' ]);
}

# kind: of every statement; undef for any
sub random_case
{
	my ($kind) = @_;
	my $case = { isolation => weighted([ 8, undef ], [ 1, 'REPEATABLE READ' ], [ 1, 'SERIALIZABLE' ]), end => chance(0.2) ? 'COMMIT' : 'ROLLBACK' };
	my @open;

	for my $number (1 .. weighted([ 5, 1 ], [ 3, 2 ], [ 3, 3 ], [ 1, 5 ]))
	{
		if (chance(0.2))
		{
			push @open, "s$number";
			push @{ $case->{steps} }, { mark => 'SAVEPOINT', name => "s$number" };
		}
		push @{ $case->{steps} }, random_step($kind // weighted(@kinds));
		push @{ $case->{steps} }, { mark => pick('ROLLBACK TO', 'ROLLBACK TO', 'RELEASE'), name => pop @open } if @open && chance(0.6);
	}
	return $case;
}

sub expression
{
	my ($step, @scope) = @_;
	return Expression->new(scope => [@scope], params => $step->{params}, tame => $step->{tame}, risky => $step->{risky});
}

sub random_step
{
	my ($kind) = @_;
	my $step = { verb => $kind, target => target(), tame => chance($kind =~ /^(?:update|delete)$/ ? 0.74 : 0.6) ? 1 : 0 };
	my $make = __PACKAGE__->can("make_$kind");

	$step->{params} = [] if $kind =~ /^(?:insert|update|delete)$/ && chance(0.05);
	$step->{risky} = 1 if $kind =~ /^(?:update|delete)$/ && !$step->{tame} && chance(0.15);
	$make->($step, [ columns_of($step->{target}) ]);
	delete $step->{params} unless @{ $step->{params} // [] };
	$step->{loop} = 1 if $step->{params} && chance(0.3);
	delete $step->{tame};
	return $step;
}

# A value of a column that its type has, NULL, or, where it is bold, any of its family.
sub value_for
{
	my ($step, $e, $column, $bold) = @_;
	my ($own, $more) = constants_of($column);
	my $one;

	return 2000 + int(rand(90000)) if $column->{needed};
	return literal(undef, $own->[0][1]) if chance(0.08) && (!$column->{key} && !$column->{strict} || $bold);
	$one = chance($bold ? 0.1 : 0) ? pick(@$more) : pick(@$own);
	return literal(@$one) unless $step->{params} && chance(0.5);
	return $e->parameter($one->[1], map { $_->[0] } $one, map { pick(@$own) } 1 .. 6);
}

# Columns of an INSERT, those that it needs and some more.
sub chosen_columns
{
	my (@columns) = @_;
	my $part = pick(0.1, 0.3, 0.6, 0.9, 1);
	my @chosen = grep { ($_->{key} || $_->{needed} ? !chance(0.01) : chance($part)) && !$_->{given} } @columns;

	return @chosen ? sort { rand() <=> 0.5 } @chosen : ($columns[0]);
}

# Ids that are new, for most.
sub first_id
{
	my ($step) = @_;
	return pick(25, 28, 12) if $step->{conflict} ? chance(0.7) : chance(0.06);
	return $step->{target} =~ /parts/ ? pick(13, 14, 20, 43, 45) : 100 + int(rand(5000)) * 100;
}

sub make_insert
{
	my ($step, $columns) = @_;

	$step->{conflict} = 1 if chance(0.12);
	if (chance(0.28))
	{
		insert_select($step, $columns);
	}
	else
	{
		insert_rows($step, $columns, $step->{params} ? 1 : weighted([ 6, 1 ], [ 3, 3 ], [ 1, 8 ], [ 1, 23 ]));
	}
	finish($step, $columns, 0.35);
	return;
}

sub insert_rows
{
	my ($step, $columns, $count) = @_;
	my @chosen = chosen_columns(@$columns);
	my $e = expression($step);
	my $bold = chance(0.15);
	my $id = first_id($step);

	$count = 3 if $step->{target} =~ /parts/ && $count > 3;
	$step->{columns} = [ map { $_->{name} } @chosen ];
	for my $row (0 .. $count - 1)
	{
		push @{ $step->{rows} }, [ map {
			my $column = $_;
			my $unique = $column->{name} eq 'id' ? $id + $row : $column->{name} eq 'uq' ? $id + $row + 5000 : undef;
			defined $unique && $step->{params} ? $e->parameter('integer', map { $unique + 20 * $_ } 0 .. 6)
			  : defined $unique ? (chance($bold ? 0.02 : 0) ? 'NULL' : $unique)
			  : chance(0.06) && !$column->{key} && ($count == 1 || !defined $column->{standard}) ? 'DEFAULT'
			  : value_for($step, $e, $column, $bold && !$column->{key});
		} @chosen ];
	}
	return;
}

# From another relation, or from the target itself.
sub insert_select
{
	my ($step, $columns) = @_;
	my $own = chance(0.25);
	my $from = $own ? $step->{target} : Query::relation();
	my @of = $own ? @$columns : @others;
	my $e = expression($step, [ 's', @of ]);
	my $base = $step->{target} =~ /parts/ ? pick(12, 42) : 100 + int(rand(5000)) * 100;
	my @chosen = chosen_columns(@$columns);

	delete $step->{conflict} if $own && chance(0.5);
	$step->{columns} = [ map { $_->{name} } @chosen ];
	$step->{select} = {
		items => [ map {
			my $column = $_;
			$column->{name} eq 'id' ? "s.id + $base" : $column->{name} eq 'uq' ? 's.id + ' . ($base + 5000) : $column->{key} ? value_for($step, $e, $column)
			  : assigned_value($step, $e, $column);
		} @chosen ],
		from => $from,
		where => [ map { condition($e, 1) } 1 .. weighted([ 2, 0 ], [ 4, 1 ], [ 1, 2 ]) ] };
	push @{ $step->{select}{where} }, 's.id <= 12' if $step->{target} =~ /parts/;
	return;
}

# What a column is set to, as SQL.
sub assigned_value
{
	my ($step, $e, $column) = @_;
	my $family = pick(@{ $assignable{ $column->{family} } });
	my $same = $e->column($family) // $e->column($column->{family});

	return 'NULL' if chance(0.03) && !$column->{strict} && !$column->{needed};
	return value_for($step, $e, $column, 0) if chance(0.3);
	return value_for($step, $e, $column, 1) if chance(0.08) && !$column->{needed};
	return $same->{sql} if $same && chance(0.2) && !$column->{strict};
	return ($column->{strict} ? 'COALESCE(' : '(') . $e->value($step->{tame} ? $column->{family} : $family, chance(0.8) ? 1 : 2)->{sql} . ($column->{strict} ? ', 1)' : ')')
	  if $column->{family} ne 'text' || chance(0.6);
	return value_for($step, $e, $column, 0);
}

sub another
{
	my ($step) = @_;
	my $relation = Query::relation();

	$step->{from} = { relation => $relation, alias => 'o', on => 't.ref = o.id' };
	return ('o', @others);
}

sub make_update
{
	my ($step, $columns) = @_;
	my $e = expression($step, [ 't', @$columns ]);
	my @free = grep { !$_->{given} && !$_->{key} && $_->{name} ne 'id' && !$_->{needed} } @$columns;

	if (!$step->{params} && chance(0.14))
	{
		$e->add(another($step));
	}
	for my $column (map { pick(@free) } 1 .. weighted([ 5, 1 ], [ 3, 2 ], [ 2, 3 ]))
	{
		next if grep { $_->[0] =~ /\b$column->{name}\b/ } @{ $step->{set} // [] };
		push @{ $step->{set} }, assignment($step, $e, $column);
	}
	swap($step, @free) if chance(0.05);
	conditions($step, $e, chance(0.03) ? 0 : weighted([ 5, 1 ], [ 3, 2 ], [ 1, 3 ]));
	new_keys($step, $columns) if chance(0.05) && !$step->{from};
	finish($step, $columns, 0.35);
	return;
}

sub assignment
{
	my ($step, $e, $column) = @_;
	my $other = Query::relation();

	return [ $column->{name}, 'DEFAULT' ] if chance(0.04) && !defined $column->{standard};
	return [ $column->{name}, "(SELECT z.$column->{name} FROM $other AS z WHERE z.id = t.ref)" ]
	  if chance(0.05) && !$step->{tame} && grep { $_->{name} eq $column->{name} } @others;
	return [ "($column->{name})", "ROW(" . assigned_value($step, $e, $column) . ')' ] if chance(0.02);
	return [ $column->{name}, assigned_value($step, $e, $column) ];
}

# Two columns of one type exchange their values.
sub swap
{
	my ($step, @free) = @_;
	my $one = pick(@free);
	my @like = grep { $_->{local} eq $one->{local} && $_->{remote} eq $one->{remote} && $_->{name} ne $one->{name} && !$_->{strict} } @free;

	return if !@like || $one->{strict};
	my $other = pick(@like);
	$step->{set} = [ [ $one->{name}, "t.$other->{name}" ], [ $other->{name}, "t.$one->{name}" ] ];
	return;
}

# A key is set for one row, or for all in a way in which none meets another.
sub new_keys
{
	my ($step, $columns) = @_;

	return if $step->{target} =~ /parts/;
	if (chance(0.5))
	{
		push @{ $step->{where} }, 't.id = ' . pick(1 .. 20);
		push @{ $step->{set} }, [ id => pick(7, 21 .. 40) ];
		push @{ $step->{set} }, [ k2 => "'new'" ] if grep({ $_->{name} eq 'k2' } @$columns) && chance(0.5);
		return;
	}
	push @{ $step->{set} }, [ id => 't.id + ' . pick(1000, 4000) ];
	return;
}

sub make_delete
{
	my ($step, $columns) = @_;
	my $e = expression($step, [ 't', @$columns ]);

	if (!$step->{params} && chance(0.2))
	{
		$e->add(another($step));
	}
	conditions($step, $e, chance(0.03) ? 0 : weighted([ 5, 1 ], [ 3, 2 ]));
	finish($step, $columns, 0.35);
	return;
}

sub make_truncate { my ($step) = @_; $step->{target} = pick(qw(target_wide target_keyed target_given target_parts)); return; }

sub conditions
{
	my ($step, $e, $count) = @_;
	my $query = { e => $e, params => $step->{params}, tame => $step->{tame} };

	push @{ $step->{where} }, map { chance(0.06) ? Query::subquery($query) : chance(0.03) ? of_itself($step) : condition($e, $step->{tame} ? 1 : 2) } 1 .. $count;
	return;
}

# What the table has before the statement, which must not see its own changes.
sub of_itself
{
	my ($step) = @_;
	my $inner = expression($step, [ 'own', columns_of($step->{target}) ]);

	return 't.grp ' . pick('IN', 'NOT IN') . " (SELECT own.grp FROM $step->{target} AS own WHERE own.grp IS NOT NULL AND " . $inner->condition_sql(1) . ')' if chance(0.6);
	return 't.i > (SELECT ' . pick('min', 'max') . "(own.i) FROM $step->{target} AS own WHERE " . $inner->condition_sql(1) . ')';
}

# RETURNING, and what is done with it.
sub finish
{
	my ($step, $columns, $part) = @_;

	return unless chance($part);
	my $e = Expression->new(scope => [ [ 't', @$columns ] ], tame => $step->{tame});
	my @items = map { $e->value(pick(@families), chance(0.3) ? 1 : 0)->{sql} } 1 .. pick(1, 2, 3, 5);

	if ($step->{from} && chance(0.5))
	{
		my $other = Expression->new(scope => [ [ 'o', @others ] ], tame => $step->{tame});
		push @items, $other->value(pick(@families), 0)->{sql};
	}
	@items = ('t', 't.id') if chance(0.12) && $step->{target} !~ /given/;
	$step->{returning} = \@items;
	return if $step->{params} || !chance(0.25);
	unshift @items, 't.ref';
	$step->{cte} = pick('SELECT count(*), min(c.r1), max(c.r2::text COLLATE "C") FROM c', 'SELECT * FROM c', 'SELECT c.r2, o.grp FROM c LEFT JOIN foreign_2 AS o ON o.id = c.r1',
		'SELECT o.id, c.r1 FROM foreign_1 AS o JOIN c ON o.id = c.r1', 'SELECT 1', 'SELECT c.r1, sum(c.r1) OVER () FROM c WHERE c.r1 > 7');
	return;
}

# Rows are taken from one table and put into another, by one statement.
sub make_move
{
	my ($step, $columns) = @_;
	my ($to) = pick(grep { $_ ne $step->{target} && !($_ eq 'target_wide' && $step->{target} =~ /wide|view/) } qw(target_wide target_keyed target_given));
	my $e = expression($step, [ 't', @$columns ]);
	my %there = map { $_->{name} => 1 } @$columns;
	my @common = grep { $there{ $_->{name} } && !$_->{given} && $_->{name} ne 'id' && !$_->{key} } columns_of($to);
	my @some = map { $_->{name} } grep { chance(0.4) } @common;
	my $base = 100 + int(rand(5000)) * 100;
	my %key = (target_wide => [ [ id => $base ], [ uq => $base + 5000 ] ], target_keyed => [ [ id => $base ] ], target_given => [ [ id => $base ] ]);
	my $number = 1;

	$step->{verb} = 'delete';
	conditions($step, $e, 1);
	$step->{returning} = [ 't.id', map { "t.$_" } @some ];
	$step->{into} = $to;
	$step->{cte} = "INSERT INTO $to (" . join(', ', map({ $_->[0] } @{ $key{$to} }), $to =~ /keyed/ ? 'k2' : (), @some) . ') SELECT '
	  . join(', ', map({ "c.r1 + $_->[1]" } @{ $key{$to} }), $to =~ /keyed/ ? "'m'" : (), map { 'c.r' . ++$number } @some) . ' FROM c';
	return;
}

# Lines of COPY's text format; one that is bad stands anywhere.
sub make_copy
{
	my ($step, $columns) = @_;
	my @chosen;
	my $bad = chance(0.2) ? int(rand(12)) : -1;
	my $id = first_id($step);
	my $count = $step->{target} =~ /parts/ ? 3 : pick(1, 7, 12, 40, 180);

	$step->{target} = 'target_wide' if $step->{target} =~ /view/;
	$columns = [ columns_of($step->{target}) ];
	@chosen = chosen_columns(@$columns);
	$step->{columns} = [ map { $_->{name} } @chosen ];
	for my $row (0 .. $count - 1)
	{
		push @{ $step->{rows} }, [ map {
			my ($own, $more) = constants_of($_);
			my @same = grep { $_->[1] eq $own->[0][1] } @$more;
			my $one = $row == $bad && @same && chance(0.3) ? pick(@same) : chance(0.08) && !$_->{key} && !$_->{strict} ? [undef] : pick(@$own);
			$_->{name} eq 'id' ? $id + $row : $_->{name} eq 'uq' ? $id + $row + 5000 : copied($one->[0], $_->{family});
		} @chosen ];
	}
	return;
}

sub copied
{
	my ($value, $family) = @_;

	return '\\N' unless defined $value;
	$value = "\\x$value" if $family eq 'bytea';
	return $value =~ s/([\\\t\n])/{ "\\" => "\\\\", "\t" => "\\t", "\n" => "\\n" }->{$1}/ger;
}

sub all_of
{
	my (@conditions) = @_;
	return @conditions ? ' WHERE ' . join(' AND ', map { condition_text($_) } @conditions) : '';
}

# file: where the rows of COPY are
sub step_text
{
	my ($step, $file) = @_;
	my $number = 0;
	my $where = all_of($step->{from} ? $step->{from}{on} : (), @{ $step->{where} // [] });
	my $other = $step->{from} ? "$step->{from}{relation} AS $step->{from}{alias}" : '';
	my $columns = join ', ', @{ $step->{columns} // [] };
	my $text;

	return "$step->{mark} $step->{name}" if $step->{mark};
	return "TRUNCATE $step->{target}" . ($step->{target} =~ /given/ ? ' RESTART IDENTITY' : '') if $step->{verb} eq 'truncate';
	return "COPY $step->{target} ($columns) FROM '" . ($file // '...') . "' (ENCODING 'UTF8')" if $step->{verb} eq 'copy';
	if ($step->{verb} eq 'insert')
	{
		my $select = $step->{select};

		$text = "INSERT INTO $step->{target} AS t ($columns) "
		  . ($select ? 'SELECT ' . join(', ', @{ $select->{items} }) . " FROM $select->{from} AS s" . all_of(@{ $select->{where} })
			: 'VALUES ' . join(', ', map { '(' . join(', ', @$_) . ')' } @{ $step->{rows} })) . ($step->{conflict} ? ' ON CONFLICT DO NOTHING' : '');
	}
	elsif ($step->{verb} eq 'update')
	{
		$text = "UPDATE $step->{target} AS t SET " . join(', ', map { "$_->[0] = $_->[1]" } @{ $step->{set} }) . ($other ? " FROM $other" : '') . $where;
	}
	else
	{
		$text = "DELETE FROM $step->{target} AS t" . ($other ? " USING $other" : '') . $where;
	}
	$text .= ' RETURNING ' . join ', ', map { $_ eq 't' ? 't' : "$_ AS r" . ++$number } @{ $step->{returning} } if $step->{returning};
	return $step->{cte} ? "WITH c AS ($text) $step->{cte}" : $text;
}

# The text with the number-th values of its parameters in their places.
sub step_with_values
{
	my ($step, $number) = @_;
	return step_text($step) =~ s/\$(\d+)/'(' . $step->{params}[ $1 - 1 ]{values}[$number] . ')'/ger;
}

# The tables that a statement changes: what is compared after it.
sub targets_of
{
	my ($step) = @_;
	return grep { defined } map { defined ? s/_(?:7|1|bare)$//r =~ s/view$/wide/r : undef } $step->{target}, $step->{into};
}

sub case_text
{
	my ($case) = @_;
	return join ";\n           ", 'BEGIN' . ($case->{isolation} ? " ISOLATION LEVEL $case->{isolation}" : ''), (map { step_text($_) } @{ $case->{steps} }), $case->{end};
}

1;
