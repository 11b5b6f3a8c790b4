/*
 * upper.h
 *		Grouping, order and LIMIT.
 */
#ifndef PLAN_UPPER_H
#define PLAN_UPPER_H

#include "foreign/fdwapi.h"

#include "plan/relinfo.h"
#include "plan/shippable.h"

/* upper.c: the planner's callback */
extern void tmfGetForeignUpperPaths(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input,
									RelOptInfo *output, void *extra);

/* sorted_paths.c: paths of base relation rel that the server sorts */
extern void tmf_add_sorted_paths(PlannerInfo *root, RelOptInfo *rel);

/* The orders, Lists of PathKeys, that are of use above rel and that the server knows. */
extern List *tmf_sorted_orders(PlannerInfo *root, RelOptInfo *rel);

/* grouping.c: what is to be grouped */
typedef struct TmfGroupingRequest
{
	RelOptInfo *input;
	PathTarget *target;			/* what is wanted of the groups */
	List	   *clauses;		/* SortGroupClauses */
	List	   *having;			/* conditions on the groups */
} TmfGroupingRequest;

/* Makes output the grouping.  False: it cannot be shipped, and *reason says why. */
extern bool tmf_grouping_init(PlannerInfo *root, RelOptInfo *output,
							  const TmfGroupingRequest *request, const char **reason);

/* ship_key.c: values that are sorted or grouped by */

typedef struct TmfKeyRule
{
	Oid			family;			/* btree operator family */
	int			remote;			/* types that its columns may have there */
	const char *order;			/* what has its order there, of $1; NULL: the bytes of UTF-8 */
	const char *group;			/* what is equal there when it is here; NULL: the bytes of the text */
	const char *types;			/* the local types, for the view */
	const char *sorted;			/* what becomes of ORDER BY, for the view ... */
	const char *grouped;		/* ... and of GROUP BY: "EXACT", ... */
	const char *fact;			/* the row of test/facts that says so */
} TmfKeyRule;

extern const TmfKeyRule tmf_key_rules[];
extern const int tmf_key_rules_count;

typedef struct TmfKey
{
	TmfPiece	piece;			/* its value */
	char	   *sql;			/* the text to order or to group by */
	bool		lossy;			/* are some values different there and equal here? */
} TmfKey;

/* expr as a key of ORDER BY, or of GROUP BY; false: it cannot be one there. */
extern bool tmf_ship_order_key(TmfShipping *shipping, Node *expr, Oid family, Oid collation,
							   TmfKey *key);
extern bool tmf_ship_group_key(TmfShipping *shipping, Node *expr, Oid equality, TmfKey *key);

/*
 * ship_scale.c: do the numeric values of expr, which is piece there, have as many
 * decimals there as here?
 */
extern bool tmf_ship_same_scale(TmfShipping *shipping, Node *expr, const TmfPiece *piece);

/* ship_aggregate.c, ship_aggregate_table.c */

typedef struct TmfAggregateRule
{
	Oid			function;
	TmfPiece	(*ship) (TmfShipping *shipping, const struct TmfAggregateRule *rule,
						 Aggref *aggregate);	/* NULL: it stays here */
	int			remote;			/* types that its argument may have there */
	const char *sql;			/* of the argument, with the word DISTINCT as $2 */
	SqlTypeName result;
	bool		average;		/* sql is the sum: it is divided by the count here */
	const char *ships;			/* for the view: "EXACT", or the reason why it stays */
	const char *fact;
} TmfAggregateRule;

extern const TmfAggregateRule tmf_aggregate_rules[];
extern const int tmf_aggregate_rules_count;

extern TmfPiece tmf_aggregate_rows(TmfShipping *shipping, const TmfAggregateRule *rule,
								   Aggref *aggregate);
extern TmfPiece tmf_aggregate_count(TmfShipping *shipping, const TmfAggregateRule *rule,
									Aggref *aggregate);
extern TmfPiece tmf_aggregate_integers(TmfShipping *shipping, const TmfAggregateRule *rule,
									   Aggref *aggregate);
extern TmfPiece tmf_aggregate_decimals(TmfShipping *shipping, const TmfAggregateRule *rule,
									   Aggref *aggregate);
extern TmfPiece tmf_aggregate_extreme(TmfShipping *shipping, const TmfAggregateRule *rule,
									  Aggref *aggregate);
extern TmfPiece tmf_aggregate_truth(TmfShipping *shipping, const TmfAggregateRule *rule,
									Aggref *aggregate);

/* An aggregate that one value there is the value of. */
extern TmfPiece tmf_ship_aggregate(TmfShipping *shipping, Aggref *aggregate);

/* Is it an average, which two values there make? */
extern bool tmf_aggregate_is_average(const Node *node);
extern bool tmf_ship_average(TmfShipping *shipping, Aggref *aggregate, TmfPiece *sum,
							 TmfPiece *count);

/* Can it be NULL?  If not, NULLs need not be sorted. */
extern bool tmf_aggregate_is_count(const Node *node);

/* ship_group.c: what stands above the groups of a statement */

/* A key of GROUP BY. */
typedef struct TmfGroupKey
{
	Node	   *expr;
	bool		computed;		/* it is no column: the derived table computes it */
	bool		bytes;			/* texts are grouped by their bytes */
	TmfKey		key;
} TmfGroupKey;

typedef struct TmfGrouping
{
	RelOptInfo *input;			/* what is grouped */
	List	   *keys;			/* TmfGroupKey */
	bool		derived;		/* the input is a derived table, [q] ... */
	List	   *columns;		/* ... with these columns, Vars, and the computed keys */
	bool		argument;		/* is an aggregate's argument being written? */
} TmfGrouping;

/* Of grouped relation rel; sets shipping->grouping. */
extern void tmf_ship_group_init(TmfShipping *shipping, RelOptInfo *rel);

/* Is node a key, an aggregate, or a column of neither?  Then *piece is what it is. */
extern bool tmf_ship_grouped(TmfShipping *shipping, Node *node, TmfPiece *piece);

/* The name of column in the derived table. */
extern char *tmf_group_column_name(TmfGrouping *grouping, const Var *column);

/* deparse_group.c */

/* What follows FROM, and what follows WHERE, if anything: of the input, or the derived table. */
extern void tmf_deparse_input(StringInfo from, StringInfo where, TmfShipping *shipping);

/* " GROUP BY ...", or nothing */
extern void tmf_deparse_group_by(StringInfo sql, TmfShipping *shipping);

/* " HAVING ...", or nothing */
extern void tmf_deparse_having(StringInfo sql, TmfShipping *shipping, List *conditions);

/* deparse_order.c */

/* " ORDER BY ..."; false: the server cannot sort like that, and shipping has the reason. */
extern bool tmf_deparse_order(StringInfo sql, TmfShipping *shipping, RelOptInfo *rel,
							  List *pathkeys);

/* The same without text. */
extern bool tmf_order_ships(PlannerInfo *root, RelOptInfo *rel, List *pathkeys, const char **reason);

/*
 * LIMIT and OFFSET: top is what follows SELECT, tail what follows ORDER BY.
 * False: they cannot be sent, and shipping has the reason.
 */
extern bool tmf_deparse_limit(StringInfo top, StringInfo tail, TmfShipping *shipping,
							  Node *offset, Node *count, bool ordered);

#endif
