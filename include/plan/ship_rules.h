/*
 * ship_rules.h
 *		Rules for expressions other than comparisons: computed values, tests, choices.
 *
 * What is computed there needs more care than what is compared: a type must be
 * known, for T-SQL's results overflow, round and show their decimals by it.
 */
#ifndef PLAN_SHIP_RULES_H
#define PLAN_SHIP_RULES_H

#include "nodes/primnodes.h"

#include "plan/shippable.h"

#define TMF_REMOTE_INTEGERS \
	(TMF_REMOTE(WIRE_TYPE_BIT) | TMF_REMOTE(WIRE_TYPE_TINYINT) | TMF_REMOTE(WIRE_TYPE_SMALLINT) | \
	 TMF_REMOTE(WIRE_TYPE_INT) | TMF_REMOTE(WIRE_TYPE_BIGINT))
#define TMF_REMOTE_NUMBERS \
	(TMF_REMOTE_INTEGERS | TMF_REMOTE(WIRE_TYPE_DECIMAL) | TMF_REMOTE(WIRE_TYPE_MONEY) | \
	 TMF_REMOTE(WIRE_TYPE_SMALLMONEY))
#define TMF_REMOTE_FLOATS \
	(TMF_REMOTE(WIRE_TYPE_REAL) | TMF_REMOTE(WIRE_TYPE_FLOAT))

/* What a decimal there can have. */
#define TMF_DECIMAL_MAX	38

/* ship_operand.c: what values are computed from */

/*
 * EXACT, of a known type that has its value for certain, or LOCAL.  A numeric is
 * a decimal, with the decimals that it is shown with here unless it is rescaled.
 */
extern TmfPiece tmf_ship_operand(TmfShipping *shipping, Node *node);

/*
 * Values of base type local of which one is chosen.  pieces, one for each of
 * nodes, are given one type, which is that of *chosen.  False: there is none.
 */
extern bool tmf_ship_alike(TmfShipping *shipping, List *nodes, Oid local, TmfPiece *pieces,
						   TmfPiece *chosen);

/* The decimal of as many digits as a numeric constant shows; false: it is none, or of too many. */
extern bool tmf_constant_digits(Const *constant, SqlType *type);

/* An integer is at most 2 to the power of this, whatever its sign. */
extern int	tmf_integer_bits(const TmfPiece *piece);

/* Decimal digits for so many bits. */
extern int	tmf_integer_digits(int bits);

/* "CONVERT(decimal(10,2), x)", or x where it is of that type. */
extern TmfPiece tmf_piece_convert(const TmfPiece *piece, const SqlType *type);
extern TmfPiece tmf_piece_decimal(const TmfPiece *piece, int precision, int scale);

/* ship_number.c: comparisons of numbers and of booleans */
extern TmfPiece tmf_compare_number(TmfShipping *shipping, const TmfCompareRule *rule,
								   const TmfComparison *comparison);

/* "column OP value" as "value OP column" */
extern int	tmf_compare_commute(int strategy);

/* ship_function.c, ship_function_table.c: functions, and what operators call */

typedef struct TmfFunctionRule
{
	Oid			function;
	TmfPiece	(*ship) (TmfShipping *shipping, const struct TmfFunctionRule *rule, List *args);
	const char *sql;			/* a template, or what ship makes of it; NULL: it stays here */
	const char *fact;			/* the row of test/facts that says so */
	const char *reason;			/* why it stays here, or the limits within which it does not */
} TmfFunctionRule;

extern const TmfFunctionRule tmf_function_rules[];
extern const int tmf_function_rules_count;

extern const TmfFunctionRule *tmf_function_find(Oid function);

/* A call of function, by its name or by an operator. */
extern TmfPiece tmf_ship_function(TmfShipping *shipping, Oid function, List *args);

/* ship_arithmetic.c */
extern TmfPiece tmf_integer_add(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_integer_multiply(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_integer_divide(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_integer_modulo(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_integer_same(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_integer_bitwise(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);

/* ship_decimal.c */
extern TmfPiece tmf_decimal_add(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_decimal_multiply(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_decimal_modulo(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_decimal_same(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_decimal_sign(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_decimal_whole(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_decimal_round(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_decimal_truncate(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_decimal_coerce(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_float_same(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);

/* ship_cast.c */
extern TmfPiece tmf_cast_as_is(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_cast_to_float(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_cast_from_bool(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);
extern TmfPiece tmf_cast_to_bool(TmfShipping *shipping, const TmfFunctionRule *rule, List *args);

/* ship_null.c: what there is to ask about NULL and truth */
extern TmfPiece tmf_ship_null_test(TmfShipping *shipping, NullTest *test);
extern TmfPiece tmf_ship_truth_test(TmfShipping *shipping, BooleanTest *test);
extern TmfPiece tmf_ship_distinct(TmfShipping *shipping, OpExpr *distinct);
extern TmfPiece tmf_ship_nullif(TmfShipping *shipping, OpExpr *nullif);

/* ship_case.c: choices */
extern TmfPiece tmf_ship_case(TmfShipping *shipping, CaseExpr *expr);
extern TmfPiece tmf_ship_coalesce(TmfShipping *shipping, CoalesceExpr *expr);
extern TmfPiece tmf_ship_greatest(TmfShipping *shipping, MinMaxExpr *expr);

/* ship_array.c: IN, = ANY, <> ALL */
extern TmfPiece tmf_ship_array(TmfShipping *shipping, ScalarArrayOpExpr *expr);

/* rules.c: all rules as rows of the view tds_mirror_shippable */

typedef enum TmfRuleKind
{
	TMF_RULE_COMPARISON,		/* object: a btree operator family */
	TMF_RULE_FUNCTION,			/* object: a function, perhaps an operator's */
	TMF_RULE_AGGREGATE,			/* object: its function */
	TMF_RULE_ORDER,				/* object: a btree operator family */
	TMF_RULE_GROUPING,			/* the same */
	TMF_RULE_EXPRESSION			/* object: none; name says it */
} TmfRuleKind;

typedef struct TmfRuleRow
{
	TmfRuleKind kind;
	Oid			object;
	const char *name;			/* NULL: that of the object */
	const char *types;			/* local ones; NULL: those of the object */
	const char *ships;			/* "EXACT", "LOCAL", or a sentence that begins so */
	const char *sql;			/* T-SQL; NULL: none */
	const char *fact;			/* row of test/facts */
	const char *reason;			/* why it does not ship, or within which limits it does */
} TmfRuleRow;

/* The index-th of all rules.  False: there are no more. */
extern bool tmf_rule_row(int index, TmfRuleRow *row);

/* The same for those of one kind: ship_like.c, ship_moment_function.c, ship_assign.c */
extern bool tmf_like_rule_row(int index, TmfRuleRow *row);
extern bool tmf_moment_rule_row(int index, TmfRuleRow *row);
extern bool tmf_assign_rule_row(int index, TmfRuleRow *row);

#endif
