/*
 * src/plan/ship_aggregate.c
 *		Aggregates.
 *
 * The table says which ship, and how.  The argument becomes a value, and NULL for
 * the rows that a FILTER leaves out.  An average is its sum and its count, which
 * are divided here: so it has the digits that it has here.
 */
#include "postgres.h"

#include "catalog/pg_aggregate.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/fmgroids.h"
#include "utils/regproc.h"

#include "plan/upper.h"
#include "value/typemap.h"

/* Digits of a decimal whose sum over any number of rows fits into 38. */
#define SUMMED_DIGITS_MAX	28

static const TmfAggregateRule *
find_rule(Oid function)
{
	int			i;

	for (i = 0; i < tmf_aggregate_rules_count; i++)
	{
		if (tmf_aggregate_rules[i].function == function)
			return &tmf_aggregate_rules[i];
	}
	return NULL;
}

/* The aggregate's argument; NULL: it has none. */
static Node *
argument_of(const Aggref *aggregate)
{
	return aggregate->args != NIL ?
		tmf_ship_strip((Node *) linitial_node(TargetEntry, aggregate->args)->expr) : NULL;
}

/* The text of the aggregate: of argument, for the rows that pass its FILTER. */
static TmfPiece
ship_filtered(TmfShipping *shipping, const TmfAggregateRule *rule, const Aggref *aggregate,
			  char *argument)
{
	TmfPiece	parts[2] = {{TMF_SHIP_EXACT}, {TMF_SHIP_EXACT}};

	parts[0].sql = argument;
	parts[1].sql = aggregate->aggdistinct != NIL ? "DISTINCT " : "";
	if (aggregate->aggfilter != NULL)
	{
		TmfPiece	filter = tmf_ship_condition(shipping, (Node *) aggregate->aggfilter);

		if (filter.ship != TMF_SHIP_EXACT)
			return tmf_ship_stays(shipping, "its FILTER is not evaluated exactly there");
		parts[0].sql = psprintf("CASE WHEN %s THEN %s END", filter.sql, argument);
	}
	return tmf_piece_value(TMF_SHIP_EXACT, tmf_ship_text(rule->sql, 2, parts), rule->result, 0, 0);
}

/* Its argument, exactly as it is here and of a type of the rule's. */
static TmfPiece
ship_argument(TmfShipping *shipping, const TmfAggregateRule *rule, const Aggref *aggregate)
{
	TmfPiece	piece = tmf_ship_value(shipping, argument_of(aggregate));

	if (piece.ship != TMF_SHIP_EXACT)
		return tmf_ship_stays(shipping, "its argument is not evaluated exactly there");
	if (!tmf_ship_assume(shipping, &piece, rule->remote))
		return tmf_ship_stays(shipping, "its argument is of a remote type for which there is no rule");
	if (piece.rescaled)
		return tmf_ship_stays(shipping, "it has another number of decimals there");
	return piece;
}

TmfPiece
tmf_aggregate_rows(TmfShipping *shipping, const TmfAggregateRule *rule, Aggref *aggregate)
{
	if (aggregate->aggfilter != NULL)
		return ship_filtered(shipping, rule, aggregate, "1");
	return tmf_piece_value(TMF_SHIP_EXACT, pstrdup("COUNT_BIG(*)"), SQLTYPE_BIGINT, 0, 0);
}

/*
 * Not of every type can values be counted there, but all can be told from NULL.
 * Different ones are counted only where it is known which differ.
 */
TmfPiece
tmf_aggregate_count(TmfShipping *shipping, const TmfAggregateRule *rule, Aggref *aggregate)
{
	TmfPiece	piece;

	if (aggregate->aggdistinct != NIL)
	{
		SortGroupClause *clause = linitial_node(SortGroupClause, aggregate->aggdistinct);
		TmfKey		key;

		if (!tmf_ship_group_key(shipping, argument_of(aggregate), clause->eqop, &key))
			return tmf_ship_stays(shipping, "its argument is not told apart there as it is here");
		return ship_filtered(shipping, rule, aggregate, key.sql);
	}
	piece = tmf_ship_value(shipping, argument_of(aggregate));
	if (piece.ship != TMF_SHIP_EXACT)
		return tmf_ship_stays(shipping, "its argument is not evaluated exactly there");
	if (!tmf_ship_reads_null(shipping, &piece))
		return tmf_ship_stays(shipping, "a column is read by a cast that may make NULL of a value");
	if (piece.column != NULL && (TMF_REMOTE(tmf_typemap_wire(piece.type.name)) & rule->remote) == 0)
		return ship_filtered(shipping, rule, aggregate,
							 psprintf("CASE WHEN %s IS NOT NULL THEN 1 END", piece.sql));
	return ship_filtered(shipping, rule, aggregate, piece.sql);
}

TmfPiece
tmf_aggregate_integers(TmfShipping *shipping, const TmfAggregateRule *rule, Aggref *aggregate)
{
	TmfPiece	piece = ship_argument(shipping, rule, aggregate);

	if (piece.ship != TMF_SHIP_EXACT)
		return piece;
	return ship_filtered(shipping, rule, aggregate,
						 psprintf(rule->result == SQLTYPE_BIGINT ? "CONVERT(bigint, %s)" :
								  "CONVERT(decimal(38, 0), %s)", piece.sql));
}

/* Sums have as many decimals as their values, and 38 digits must be enough. */
TmfPiece
tmf_aggregate_decimals(TmfShipping *shipping, const TmfAggregateRule *rule, Aggref *aggregate)
{
	TmfPiece	piece = ship_argument(shipping, rule, aggregate);
	const char *format = "%s";
	int			scale = 0;

	if (piece.ship != TMF_SHIP_EXACT)
		return piece;
	switch (piece.type.name)
	{
		case SQLTYPE_DECIMAL:
			if (piece.type.precision <= 0 || piece.type.precision > SUMMED_DIGITS_MAX)
				return tmf_ship_stays(shipping, "its sum may have more than 38 digits");
			scale = piece.type.scale;
			break;
		case SQLTYPE_MONEY:
		case SQLTYPE_SMALLMONEY:
			format = "CONVERT(decimal(38, 4), %s)";
			scale = 4;
			break;
		default:
			if (piece.type.name == SQLTYPE_UNKNOWN &&
				(rule->remote & TMF_REMOTE(WIRE_TYPE_DECIMAL)) != 0)
				return tmf_ship_stays(shipping,
									  "its sum ships when remote_type says how many digits there are");
			format = "CONVERT(decimal(38, 0), %s)";
	}
	if (!tmf_ship_same_scale(shipping, argument_of(aggregate), &piece))
		return tmf_ship_stays(shipping, "it has another number of decimals there");
	piece = ship_filtered(shipping, rule, aggregate, psprintf(format, piece.sql));
	piece.type.precision = 38;
	piece.type.scale = scale;
	return piece;
}

/* The smallest and the largest are values of the argument. */
TmfPiece
tmf_aggregate_extreme(TmfShipping *shipping, const TmfAggregateRule *rule, Aggref *aggregate)
{
	TmfPiece	piece = ship_argument(shipping, rule, aggregate);
	SqlType		type = piece.type;

	if (piece.ship != TMF_SHIP_EXACT)
		return piece;
	if (!tmf_ship_same_scale(shipping, argument_of(aggregate), &piece))
		return tmf_ship_stays(shipping, "it has another number of decimals there");
	/* a bit has none, and what is not declared may be one */
	if ((type.name == SQLTYPE_UNKNOWN || type.name == SQLTYPE_BIT) &&
		(rule->remote & TMF_REMOTE(WIRE_TYPE_BIT)) != 0)
	{
		type.name = SQLTYPE_BIGINT;
		piece.sql = psprintf("CONVERT(bigint, %s)", piece.sql);
	}
	piece = ship_filtered(shipping, rule, aggregate, piece.sql);
	piece.type = type;
	return piece;
}

/* All are true when the smallest of 0 and 1 is 1; bit itself has no smallest there. */
TmfPiece
tmf_aggregate_truth(TmfShipping *shipping, const TmfAggregateRule *rule, Aggref *aggregate)
{
	TmfPiece	piece = tmf_ship_value(shipping, argument_of(aggregate));

	if (piece.ship != TMF_SHIP_EXACT)
		return tmf_ship_stays(shipping, "its argument is not evaluated exactly there");
	if (!tmf_ship_assume(shipping, &piece, rule->remote))
		return tmf_ship_stays(shipping, "its argument is of a remote type for which there is no rule");
	return ship_filtered(shipping, rule, aggregate, psprintf("CONVERT(int, %s)", piece.sql));
}

/*
 * Of a part of the rows, to be combined with other parts here, the server can
 * give the value of the aggregate alone: that must be the state, too.
 */
static bool
is_whole_or_combinable(const TmfAggregateRule *rule, const Aggref *aggregate)
{
	if (aggregate->aggsplit == AGGSPLIT_SIMPLE)
		return true;
	return aggregate->aggsplit == AGGSPLIT_INITIAL_SERIAL && !rule->average &&
		aggregate->aggtranstype == get_func_rettype(aggregate->aggfnoid);
}

/* The rule for an aggregate that says nothing that the server does not know; or NULL. */
static const TmfAggregateRule *
rule_of(TmfShipping *shipping, const Aggref *aggregate)
{
	const TmfAggregateRule *rule = find_rule(aggregate->aggfnoid);

	if (rule == NULL || rule->ship == NULL)
		(void) tmf_ship_stays(shipping, rule != NULL ? rule->ships :
							  psprintf("there is no rule for aggregate %s",
									   format_procedure(aggregate->aggfnoid)));
	else if (!is_whole_or_combinable(rule, aggregate))
		(void) tmf_ship_stays(shipping, "parts of it are combined here");
	else if (aggregate->aggkind != AGGKIND_NORMAL || aggregate->aggorder != NIL ||
			 aggregate->aggvariadic || list_length(aggregate->args) > 1)
		(void) tmf_ship_stays(shipping, "its result follows the order of the rows");
	else
		return rule;
	return NULL;
}

/* Columns in an aggregate need not be grouped by. */
static TmfPiece
ship_inside(TmfShipping *shipping, const TmfAggregateRule *rule, Aggref *aggregate,
			TmfPiece (*ship) (TmfShipping *, const TmfAggregateRule *, Aggref *))
{
	TmfPiece	piece;

	shipping->grouping->argument = true;
	piece = ship(shipping, rule, aggregate);
	shipping->grouping->argument = false;
	return piece;
}

TmfPiece
tmf_ship_aggregate(TmfShipping *shipping, Aggref *aggregate)
{
	const TmfAggregateRule *rule = rule_of(shipping, aggregate);

	if (rule == NULL)
		return (TmfPiece) {.ship = TMF_SHIP_LOCAL};
	if (rule->average)
		return tmf_ship_stays(shipping, "an average is divided here");
	return ship_inside(shipping, rule, aggregate, rule->ship);
}

bool
tmf_aggregate_is_average(const Node *node)
{
	const TmfAggregateRule *rule = IsA(node, Aggref) ?
		find_rule(((const Aggref *) node)->aggfnoid) : NULL;

	return rule != NULL && rule->average;
}

bool
tmf_aggregate_is_count(const Node *node)
{
	const TmfAggregateRule *rule = IsA(node, Aggref) ?
		find_rule(((const Aggref *) node)->aggfnoid) : NULL;

	return rule != NULL && (rule->ship == tmf_aggregate_rows || rule->ship == tmf_aggregate_count);
}

bool
tmf_ship_average(TmfShipping *shipping, Aggref *aggregate, TmfPiece *sum, TmfPiece *count)
{
	const TmfAggregateRule *rule = rule_of(shipping, aggregate);
	const TmfAggregateRule *counting = find_rule(F_COUNT_ANY);

	if (rule == NULL)
		return false;
	*sum = ship_inside(shipping, rule, aggregate, rule->ship);
	if (sum->ship != TMF_SHIP_EXACT)
		return false;
	*count = ship_inside(shipping, counting, aggregate, counting->ship);
	return count->ship == TMF_SHIP_EXACT;
}
