/*
 * shippable.h
 *		Which expressions the remote server evaluates: EXACT, SUPERSET, LOCAL.
 *
 * The rules are a table; what has no rule stays here.  An expression is made of
 * columns of the relation, of values (whatever has no column of it: evaluated
 * here and sent as a parameter), and of what rules combine.
 */
#ifndef PLAN_SHIPPABLE_H
#define PLAN_SHIPPABLE_H

#include "nodes/pathnodes.h"

#include "wire/wire.h"

/* The weaker comes first. */
typedef enum TmfShip
{
	TMF_SHIP_LOCAL,				/* evaluated here */
	TMF_SHIP_SUPERSET,			/* there at least the right rows pass: shipped, and rechecked */
	TMF_SHIP_EXACT				/* the same rows pass, without an error of its own */
} TmfShip;

/* What the collation of an operator's columns must be on the remote side. */
typedef enum TmfShipCollation
{
	TMF_COLLATION_NONE			/* the types have none */
} TmfShipCollation;

/* A set of remote types. */
#define TMF_REMOTE(type)	(1 << (type))

typedef struct TmfShipRule
{
	NodeTag		node;
	Oid			function;		/* of an operator: the function behind it */
	Oid			local;			/* base type of the column ... */
	int			remote;			/* ... and its possible types there */
	TmfShipCollation collation;
	TmfShip		ship;
	const char *sql;			/* $1, $2: the operands */
} TmfShipRule;

extern const TmfShipRule tmf_ship_rules[];
extern const int tmf_ship_rules_count;

/* Parameters of one statement: sp_executesql takes 2,098. */
#define TMF_SHIP_VALUES_MAX	2000

typedef struct TmfShipNote
{
	int			values;			/* parameters that the clause takes */
	char	   *reason;			/* why it is LOCAL, for the user */
} TmfShipNote;

/* The class of a clause of rel, a restriction or one that joins it. */
extern TmfShip tmf_ship_clause(RelOptInfo *rel, RestrictInfo *clause, TmfShipNote *note);

/* The inside of a shipped clause, for deparsing. */

/* node without what changes nothing about the value. */
extern Node *tmf_ship_strip(Node *node);

/* Is node, which was stripped, a column of rel? */
extern bool tmf_ship_is_column(RelOptInfo *rel, Node *node);

/* Has node no column of rel? */
extern bool tmf_ship_is_value(RelOptInfo *rel, Node *node);

/* The rule for a column among the operands of an operator, NULL: there is none. */
extern const TmfShipRule *tmf_ship_rule(const OpExpr *operator, Node *column);

#endif
