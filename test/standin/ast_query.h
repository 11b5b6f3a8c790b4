/*
 * ast_query.h
 *		The syntax tree of expressions and queries.
 *
 * Every node lives in the arena that the parser was given, and so do the texts
 * it points to, which are copies, NUL-terminated, in UTF-8 and without their
 * delimiters ([a]]b] is "a]b").  Lists are arrays with a count beside them,
 * NULL when empty.  What the analyser writes into a node stands at the end of
 * it, under "analysis"; the parser leaves it zero, literals' types excepted.
 */
#ifndef STANDIN_AST_QUERY_H
#define STANDIN_AST_QUERY_H

#include "convert.h"

typedef struct Expr Expr;
typedef struct Query Query;
typedef struct Source Source;

/* Bytes [start, end) of the batch, and the line (from 1) of the first. */
typedef struct Span
{
	int			line;
	uint32_t	start;
	uint32_t	end;
} Span;

/* [server.][database.][schema.]object; absent parts are NULL, as in a..b. */
typedef struct ObjectName
{
	const char *server;
	const char *database;
	const char *schema;
	const char *object;			/* "@t" for a table variable, "#t" for a temporary table */
	Span		span;
} ObjectName;

/* No variable has a schema: [dbo].[@t] is a table of that name. */
static inline bool
is_table_variable(const ObjectName *name)
{
	return name->object[0] == '@' && name->schema == NULL;
}

typedef struct NameList
{
	const char **items;
	int			count;
} NameList;

typedef struct ExprList
{
	Expr	  **items;
	int			count;
} ExprList;

/*
 * A data type as written, its defaults filled in (varchar is varchar(1), in a
 * CAST varchar(30); decimal is decimal(18,0); datetime2 is datetime2(7)).
 * spec.collation stays NULL.  sysname is nvarchar(128), rowversion binary(8).
 */
typedef struct DataType
{
	const char *name;			/* last part of the name, as written */
	bool		known;			/* otherwise error 2715, in CAST 243 */
	bool		rowversion;		/* rowversion or timestamp */
	TypeSpec	spec;
	Span		span;
} DataType;

typedef enum ExprKind
{
	EXPR_LITERAL,				/* type and literal; NULL has SQL_UNTYPED */
	EXPR_VARIABLE,				/* text "@x" */
	EXPR_GLOBAL,				/* text "@@ROWCOUNT" as written */
	EXPR_COLUMN,				/* name: object = column, schema = table, database = schema */
	EXPR_DEFAULT,				/* DEFAULT as a value in VALUES or SET */
	EXPR_UNARY,					/* op left: + - ~ */
	EXPR_BINARY,				/* left op right: + - * / % & | ^ */
	EXPR_COLLATE,				/* left COLLATE text */
	EXPR_CASE,					/* left = operand or NULL; whens; other = ELSE or NULL */
	EXPR_CAST,					/* conversion, left, data_type, right = style or NULL */
	EXPR_FUNCTION,				/* text; arguments; distinct, star, over; function_schema.
								 * IIF's first argument is a condition */
	EXPR_SUBQUERY,				/* query, one value */

	/* Conditions: the parser lets them stand only where a condition may. */
	EXPR_COMPARE,				/* left op right: = <> < <= > >= */
	EXPR_QUANTIFIED,			/* left op ANY|ALL (query); all */
	EXPR_AND,
	EXPR_OR,
	EXPR_NOT,					/* NOT left */
	EXPR_BETWEEN,				/* left [NOT] BETWEEN right AND other */
	EXPR_IN_LIST,				/* left [NOT] IN (arguments) */
	EXPR_IN_QUERY,				/* left [NOT] IN (query) */
	EXPR_LIKE,					/* left [NOT] LIKE right [ESCAPE other] */
	EXPR_IS_NULL,				/* left IS [NOT] NULL */
	EXPR_EXISTS,				/* EXISTS (query) */
	EXPR_DISTINCT				/* left IS [NOT] DISTINCT FROM right */
} ExprKind;

#define EXPR_IS_CONDITION(expr) ((expr)->kind >= EXPR_COMPARE)

/* What recursion over a tree must be able to bear. */
#define EXPR_HEIGHT_MAX	1000

typedef enum Operator
{
	OP_NONE,
	OP_ADD,
	OP_SUBTRACT,
	OP_MULTIPLY,
	OP_DIVIDE,
	OP_MODULO,
	OP_BIT_AND,
	OP_BIT_OR,
	OP_BIT_XOR,
	OP_BIT_NOT,
	OP_EQUAL,
	OP_NOT_EQUAL,				/* <> and != */
	OP_LESS,
	OP_LESS_EQUAL,				/* <= and !> */
	OP_GREATER,
	OP_GREATER_EQUAL			/* >= and !< */
} Operator;

typedef enum Conversion
{
	CONVERSION_CAST,
	CONVERSION_TRY_CAST,
	CONVERSION_CONVERT,
	CONVERSION_TRY_CONVERT
} Conversion;

typedef struct When
{
	Expr	   *test;			/* a value when CASE has an operand, else a condition */
	Expr	   *result;
} When;

typedef struct OrderItem
{
	Expr	   *expr;
	bool		descending;
} OrderItem;

typedef struct OrderList
{
	OrderItem  *items;
	int			count;
} OrderList;

typedef struct Over
{
	ExprList	partition;
	OrderList	order;
} Over;

struct Expr
{
	ExprKind	kind;
	Span		span;
	int			height;			/* of the tree below with subqueries; <= EXPR_HEIGHT_MAX */

	Operator	op;
	bool		negated;		/* NOT BETWEEN, NOT IN, NOT LIKE, IS NOT NULL */
	bool		all;			/* EXPR_QUANTIFIED: ALL, otherwise ANY */
	bool		distinct;		/* COUNT(DISTINCT x) */
	bool		star;			/* COUNT(*): no arguments */
	bool		parenthesised;
	bool		method;			/* EXPR_FUNCTION: text is "type::Method" or ".Method" */
	Conversion	conversion;

	Expr	   *left;
	Expr	   *right;
	Expr	   *other;

	const char *text;			/* name of variable, function, collation, datepart */
	const char *function_schema;	/* dbo.f(x), sys.f(x); else NULL */
	ObjectName	name;
	ExprList	arguments;		/* of DATEADD and its like without the datepart, which is text2 */
	const char *text2;			/* datepart of DATEADD DATEDIFF DATEDIFF_BIG DATEPART DATENAME */
	When	   *whens;
	int			when_count;
	DataType	data_type;
	Query	   *query;
	Over	   *over;

	/*
	 * EXPR_LITERAL.  Its type is type below: int with type.precision = number of
	 * digits, beyond int decimal(p,0); 1.50 decimal(3,2); 1e0 float; $1 money;
	 * 'x' varchar(n), N'x' nvarchar(n) with n >= 1 or LENGTH_MAX; 0x01
	 * varbinary(n).  Text outside the code page is '?' in varchar already.
	 */
	SqlValue	literal;

	/* analysis */
	TypeSpec	type;
	bool		typed;
	bool		nullable;
	bool		aggregate;		/* is or contains an aggregate function */
	int			source_index;	/* EXPR_COLUMN: which source of its query ... */
	int			column_index;	/* ... and which column of it */
	int			query_level;	/* 0 = own query, 1 = the one around it ... */
	int			slot;			/* variable's or parameter's number */
	const void *binding;		/* function's or source's descriptor */
};

typedef enum ItemKind
{
	ITEM_EXPR,					/* expr [AS alias] */
	ITEM_STAR,					/* * */
	ITEM_TABLE_STAR,			/* t.*: qualifier.object is t */
	ITEM_ASSIGN					/* @v = expr */
} ItemKind;

typedef struct SelectItem
{
	ItemKind	kind;
	Span		span;
	Expr	   *expr;
	const char *alias;			/* NULL = none */
	ObjectName	qualifier;
	const char *variable;		/* "@v" */
	Operator	op;				/* @v += expr: OP_ADD; OP_NONE for = */
} SelectItem;

typedef struct SelectList
{
	SelectItem *items;
	int			count;
} SelectList;

typedef struct Top
{
	Expr	   *count;
	bool		percent;
	bool		with_ties;
} Top;

typedef enum SourceKind
{
	SOURCE_TABLE,				/* name: table, view, CTE, @t */
	SOURCE_FUNCTION,			/* function: table-valued, an EXPR_FUNCTION */
	SOURCE_QUERY,				/* query: derived table */
	SOURCE_VALUES,				/* rows: (VALUES (..), (..)) AS alias (columns) */
	SOURCE_JOIN					/* left join right ON on */
} SourceKind;

typedef enum JoinKind
{
	JOIN_INNER,
	JOIN_LEFT,
	JOIN_RIGHT,
	JOIN_FULL,
	JOIN_CROSS					/* CROSS JOIN and the comma: no ON */
} JoinKind;

/* TABLESAMPLE */
typedef struct Sample
{
	double		size;
	bool		rows;			/* size is so many rows, else percent */
	bool		repeatable;		/* seed is given */
	int64_t		seed;
	int			line;
} Sample;

struct Source
{
	SourceKind	kind;
	Span		span;
	ObjectName	name;
	const char *alias;			/* NULL = none */
	NameList	columns;		/* aliases of columns */
	Sample	   *sample;			/* NULL = all of the table */
	NameList	hints;			/* upper case: NOLOCK, UPDLOCK ...; INDEX without its argument */
	Expr	   *function;
	Query	   *query;
	ExprList   *rows;
	int			row_count;
	JoinKind	join;
	Source	   *left;
	Source	   *right;
	Expr	   *on;

	/* analysis */
	int			index;			/* in order of appearance within its query */
	void	   *binding;
};

typedef struct Cte
{
	const char *name;
	NameList	columns;
	Query	   *query;
	Span		span;

	/* analysis */
	void	   *binding;
} Cte;

typedef struct CteList
{
	Cte		   *items;
	int			count;
} CteList;

typedef enum QueryKind
{
	QUERY_SELECT,
	QUERY_UNION,
	QUERY_UNION_ALL,
	QUERY_EXCEPT,
	QUERY_INTERSECT
} QueryKind;

struct Query
{
	QueryKind	kind;
	Span		span;
	int			height;			/* of the tallest expression in it */

	/* QUERY_SELECT */
	bool		distinct;
	Top		   *top;
	SelectList	items;
	ObjectName *into;			/* SELECT ... INTO t */
	Source	   *from;			/* commas are JOIN_CROSS; NULL without FROM */
	Expr	   *where;
	ExprList	group_by;
	Expr	   *having;

	/* the others */
	Query	   *left;
	Query	   *right;

	/* the outermost query of a statement, view, derived table or subquery */
	CteList		with;			/* of a statement; WITH of INSERT ... is the statement's */
	OrderList	order_by;
	Expr	   *offset;
	Expr	   *fetch;
	NameList	options;		/* OPTION (MAXDOP 1, RECOMPILE): "MAXDOP 1", "RECOMPILE" */

	/* analysis */
	SqlColumn  *columns;
	int			column_count;
	void	   *binding;
};

extern const char *operator_text(Operator op);	/* "<>" */

/*
 * Calls visit for each expression directly below expr, subqueries not entered;
 * stops and returns false when visit returns false.
 */
extern bool expr_each_child(Expr *expr, bool (*visit) (Expr *child, void *argument),
							void *argument);

/* The expressions of a query, and of the queries in its FROM and WITH; not what is below them. */
extern bool query_each_expr(Query *query, bool (*visit) (Expr *child, void *argument),
							void *argument);

/* Names and options compare without regard to ASCII case. */
extern bool name_equal(const char *a, const char *b);

#endif
