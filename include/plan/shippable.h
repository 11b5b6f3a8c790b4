/*
 * shippable.h
 *		Which expressions the remote server evaluates: EXACT, SUPERSET, LOCAL.
 *
 * One walk over an expression gives its class and its T-SQL at once, so that
 * the two cannot disagree: whatever is classified has been written, and what is
 * deparsed is written by the same functions.  What has no rule stays here.
 *
 * An expression is made of columns of the statement's relations, of values
 * (whatever has no column of them: evaluated here and sent as a parameter), and
 * of what rules combine.
 */
#ifndef PLAN_SHIPPABLE_H
#define PLAN_SHIPPABLE_H

#include "nodes/pathnodes.h"

#include "option/option.h"
#include "pure/sqltype.h"
#include "value/encode.h"
#include "wire/wire.h"

/* The weaker comes first. */
typedef enum TmfShip
{
	TMF_SHIP_LOCAL,				/* evaluated here */
	TMF_SHIP_SUPERSET,			/* there at least the right rows pass: shipped, and rechecked */
	TMF_SHIP_EXACT				/* the same rows pass, without an error of its own */
} TmfShip;

/* A set of remote types. */
#define TMF_REMOTE(type)	(1 << (type))

/* Parameters of one statement: sp_executesql takes 2,098. */
#define TMF_SHIP_VALUES_MAX	2000

/* A statement that is being written, or a clause that is tried. */
typedef struct TmfShipping
{
	PlannerInfo *root;
	Relids		relids;			/* base relations whose columns the statement has */
	const TmfServerOptions *server;
	bool		qualified;		/* columns carry the name of their relation: [r1].[c] */
	bool		exact;			/* what would be SUPERSET is LOCAL: it stands below a join ... */
	bool		assigns;		/* a value is written that is assigned: where it overflows here it must there */
	struct TmfGrouping *grouping;	/* NULL, or what stands above groups: see upper.h */

	List	   *exprs;			/* of @P1, @P2 ... */
	List	   *descriptions;	/* of each: see TmfParameterPrivate */
	List	   *uses;			/* TmfUse: columns whose types the text takes for granted */
	bool		locks;			/* it locks rows */
	int			guards;			/* parts being written that others may keep from being evaluated */
	char	   *reason;			/* why the first part that stays here does; NULL: none does */
} TmfShipping;

#define TMF_SCALE_ANY	127

/* A column that is of one of these types, or the text is wrong. */
typedef struct TmfUse
{
	int			varno;
	AttrNumber	attnum;
	int			assumed;		/* TMF_REMOTE() */
	int			max_scale;		/* decimals that its type may have ... */
	int			max_whole;		/* ... and digits before them */
} TmfUse;

/* A part of the text: an expression, and what it is over there. */
typedef struct TmfPiece
{
	TmfShip		ship;
	char	   *sql;			/* NULL: LOCAL */
	bool		condition;		/* T-SQL tells conditions from values: sql is a condition */

	/* of values */
	SqlType		type;			/* SQLTYPE_UNKNOWN: nobody knows, see assumed */
	bool		declared;		/* type is what the user says, not what is natural */
	const char *collation;		/* of characters; NULL: not known */
	Var		   *column;			/* the piece is this column, and nothing else; or NULL */
	int			bits;			/* of computed integers: tmf_integer_bits() */
	bool		rescaled;		/* equal to what it is here, but shown otherwise: not for select lists */

	/* of conditions "x = y": y, which may be one of a list; or NULL */
	char	   *element;
} TmfPiece;

/* Starts an empty statement over the columns of rel, a base, join or upper relation. */
extern void tmf_shipping_init(TmfShipping *shipping, PlannerInfo *root, RelOptInfo *rel,
							  bool qualified, bool exact);

/*
 * As it stands, to go back to when something was tried that is not written after
 * all: neither its parameters nor what it takes for granted may stay.
 */
extern TmfShipping tmf_shipping_copy(const TmfShipping *shipping);

/*
 * What an expression is there, as a value and as a condition.  A condition that
 * is needed as a value becomes bit; a bit that is needed as a condition is
 * compared with 1.
 */
extern TmfPiece tmf_ship_value(TmfShipping *shipping, Node *node);
extern TmfPiece tmf_ship_condition(TmfShipping *shipping, Node *node);

/*
 * The class of a clause over the columns of rel, a restriction or one that joins
 * it.  *reason: why it is LOCAL; *values: the parameters that it takes.
 */
typedef struct TmfShipNote
{
	int			values;
	char	   *reason;
} TmfShipNote;

extern TmfShip tmf_ship_clause(PlannerInfo *root, RelOptInfo *rel, RestrictInfo *clause,
							   TmfShipNote *note);

/* The same for any expression, where nothing but EXACT will do. */
extern bool tmf_ship_is_exact(PlannerInfo *root, RelOptInfo *rel, Expr *expr, TmfShipNote *note);

/* For the functions that write one kind of node each */

/* LOCAL, because of reason; the first reason stays. */
extern TmfPiece tmf_ship_stays(TmfShipping *shipping, const char *reason);

/* Is the remote type of a value known, not just natural? */
static inline bool
tmf_piece_is_typed(const TmfPiece *piece)
{
	return piece->type.name != SQLTYPE_UNKNOWN;
}

extern TmfPiece tmf_piece_condition(TmfShip ship, char *sql);
extern TmfPiece tmf_piece_value(TmfShip ship, char *sql, SqlTypeName name, int precision, int scale);

/* fmt with $1, $2 ... replaced by the pieces' texts. */
extern char *tmf_ship_text(const char *template, int count, const TmfPiece *pieces);

/* node without what changes nothing about the value. */
extern Node *tmf_ship_strip(Node *node);

/* What numeric's typmod packs: digits, and decimals, which may be fewer than none. */
static inline int
tmf_numeric_precision(int32 typmod)
{
	return ((typmod - VARHDRSZ) >> 16) & 0xffff;
}

static inline int
tmf_numeric_scale(int32 typmod)
{
	return (((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
}

/* Has node no column of the statement's relations, and no aggregate? */
extern bool tmf_ship_is_value(const TmfShipping *shipping, Node *node);

/* ship_column.c */

/* A column as it stands, of its declared or natural type. */
extern TmfPiece tmf_ship_column(TmfShipping *shipping, Var *column);

/*
 * piece must be of one of the remote types of the set, and if it is a column, be
 * read as it is: by no cast, and without being rounded to a local precision.  A
 * column whose type nobody has declared is taken for one, and checked when the
 * statement runs.  False: it is of another type.
 */
extern bool tmf_ship_assume(TmfShipping *shipping, const TmfPiece *piece, int remote);

/*
 * A decimal column that nobody has declared must have at most so many digits
 * before the point and after it: what it is compared with leaves no room for more.
 */
extern void tmf_ship_limit_digits(TmfShipping *shipping, const TmfPiece *piece, int whole, int scale);

/* tmf_ship_assume() for a SUPERSET: it may be read as something else. */
extern bool tmf_ship_assume_superset(TmfShipping *shipping, const TmfPiece *piece, int remote);

/* "[c]" or "[r1].[c]" */
extern char *tmf_ship_column_name(const TmfShipping *shipping, const Var *column);

/* ship_parameter.c */

/* Members of the description of a parameter, all of them Integers. */
typedef enum TmfParameterPrivate
{
	TMF_PARAMETER_NAME,			/* of its SqlType ... */
	TMF_PARAMETER_LENGTH,
	TMF_PARAMETER_PRECISION,
	TMF_PARAMETER_SCALE,
	TMF_PARAMETER_BOUND,		/* TmfBound */
	TMF_PARAMETER_COLUMN,		/* attribute that it is assigned to, and has the type of; 0: none */
	TMF_PARAMETER_STRICT		/* does its being NULL mean that no row qualifies? */
} TmfParameterPrivate;

/* node, which has no column, as a parameter of type as.  LOCAL: it cannot be sent. */
extern TmfPiece tmf_ship_parameter(TmfShipping *shipping, Node *node, const SqlType *as,
								   TmfBound bound);

/* The same in the type that is natural for the local one. */
extern TmfPiece tmf_ship_natural_parameter(TmfShipping *shipping, Node *node);

/* node, which has no column, as the parameter that column is set to, whatever its type there. */
extern TmfPiece tmf_ship_assigned_parameter(TmfShipping *shipping, Node *node, const Var *column);

/* The parameters of a clause that must be true for every row: notes what strict ones there are. */
extern void tmf_ship_note_strict(TmfShipping *shipping, Node *condition);

/* ship_compare.c, ship_compare_table.c: operators of btree families */

typedef struct TmfComparison
{
	int			strategy;		/* BTLessStrategyNumber .. BTGreaterStrategyNumber, or TMF_NOT_EQUAL */
	Oid			collation;		/* of the operator */
	Node	   *left;
	Node	   *right;
} TmfComparison;

#define TMF_NOT_EQUAL	6		/* ROWCOMPARE_NE */

typedef struct TmfCompareRule
{
	Oid			family;			/* btree operator family */
	int			remote;			/* types that its columns may have there */
	bool		ordered;		/* are <, <=, >=, > the same, too? */
	TmfPiece	(*ship) (TmfShipping *shipping, const struct TmfCompareRule *rule,
						 const TmfComparison *comparison);
	const char *types;			/* the local types, for the view */
	const char *ships;			/* what becomes of them, for the view: "EXACT", ... */
	const char *fact;			/* the row of test/facts that says so */
} TmfCompareRule;

extern const TmfCompareRule tmf_compare_rules[];
extern const int tmf_compare_rules_count;

/* An operator's comparison; NULL: it is no comparison that a rule knows. */
extern const TmfCompareRule *tmf_compare_find(Oid operator, TmfComparison *comparison);

extern TmfPiece tmf_ship_comparison(TmfShipping *shipping, OpExpr *operator);

/* It stays here, for no rule knows it. */
extern TmfPiece tmf_ship_no_operator(TmfShipping *shipping, Oid operator);

/* " = ", " <> " ... */
extern const char *tmf_compare_sql(int strategy);

/* Both sides as they stand; values travel in their natural types. */
extern TmfPiece tmf_compare_plain(TmfShipping *shipping, const TmfCompareRule *rule,
								  const TmfComparison *comparison);

/*
 * Ships both operands: a value in the type that type() says for beside the other
 * one.  False: one of them is not EXACT.
 */
extern bool tmf_ship_pair(TmfShipping *shipping, Node *left, Node *right,
						  const SqlType *(*type) (const TmfPiece *operand), TmfPiece pieces[2]);

/*
 * "column OP value", strategy being OP: value, of type local, is sent as the ends
 * of an interval of remote type as.  EXACT, if column is read as it is.
 */
extern TmfPiece tmf_ship_interval(TmfShipping *shipping, const TmfPiece *column, Node *value,
								  Oid local, const SqlType *as, int strategy);

/* collation.c: does a collation sort by bytes, as C does? */
extern bool tmf_collation_is_bytes(Oid collation);

/* ship_text.c: characters and bytes */
extern TmfPiece tmf_compare_text(TmfShipping *shipping, const TmfCompareRule *rule,
								 const TmfComparison *comparison);
extern TmfPiece tmf_compare_bytes(TmfShipping *shipping, const TmfCompareRule *rule,
								  const TmfComparison *comparison);

/*
 * Of characters of base type local: bytes that are equal exactly when the
 * characters are here, and bytes that sort as the local collation does.  LOCAL:
 * there are none.
 */
extern TmfPiece tmf_ship_text_key(TmfShipping *shipping, const TmfPiece *piece, Oid local);
extern TmfPiece tmf_ship_text_order(TmfShipping *shipping, const TmfPiece *piece, Oid local,
									Oid collation);

/* ship_like.c */
extern bool tmf_like_knows(const OpExpr *operator);
extern TmfPiece tmf_ship_like(TmfShipping *shipping, OpExpr *operator);

/* ship_moment.c, ship_moment_function.c: dates and times */
extern TmfPiece tmf_compare_moment(TmfShipping *shipping, const TmfCompareRule *rule,
								   const TmfComparison *comparison);
extern bool tmf_moment_function_knows(const FuncExpr *function);
extern TmfPiece tmf_ship_moment_function(TmfShipping *shipping, FuncExpr *function);

/* ship_null.c: is a piece NULL there whenever it is NULL here, and the other way round? */
extern bool tmf_ship_reads_null(TmfShipping *shipping, const TmfPiece *piece);

/* ship_bool.c */
extern TmfPiece tmf_ship_bool(TmfShipping *shipping, BoolExpr *expr);

/*
 * ship_assign.c: what column may be set to, so that it is read back as the value
 * that node has here, or the server raises an error where PostgreSQL does.  LOCAL:
 * there is no such expression.
 */
extern TmfPiece tmf_ship_assignment(TmfShipping *shipping, Var *column, Node *node);

#endif
