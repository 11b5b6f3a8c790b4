/*
 * ast.h
 *		The syntax tree of T-SQL, from parser to execution.
 *
 * Every node lives in the arena that the parser was given, and so do the texts
 * it points to, which are copies, NUL-terminated, in UTF-8 and without their
 * delimiters ([a]]b] is "a]b").  Lists are arrays with a count beside them,
 * NULL when empty.  What the analyser writes into a node stands at the end of
 * it, under "analysis"; the parser leaves it zero, literals' types excepted.
 */
#ifndef STANDIN_AST_H
#define STANDIN_AST_H

#include "convert.h"

typedef struct Expr Expr;
typedef struct Query Query;
typedef struct Source Source;
typedef struct Statement Statement;

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
	EXPR_COLUMN,				/* name: [table parts.]column in name.object */
	EXPR_DEFAULT,				/* DEFAULT as a value in VALUES or SET */
	EXPR_UNARY,					/* op left: + - ~ */
	EXPR_BINARY,				/* left op right: + - * / % & | ^ */
	EXPR_COLLATE,				/* left COLLATE text */
	EXPR_CASE,					/* left = operand or NULL; whens; other = ELSE or NULL */
	EXPR_CAST,					/* conversion, left, data_type, right = style or NULL */
	EXPR_FUNCTION,				/* text; arguments; distinct, star, over; function_schema */
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
	EXPR_EXISTS					/* EXISTS (query) */
} ExprKind;

#define EXPR_IS_CONDITION(expr) ((expr)->kind >= EXPR_COMPARE)

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

	Operator	op;
	bool		negated;		/* NOT BETWEEN, NOT IN, NOT LIKE, IS NOT NULL */
	bool		all;			/* EXPR_QUANTIFIED: ALL, otherwise ANY */
	bool		distinct;		/* COUNT(DISTINCT x) */
	bool		star;			/* COUNT(*): no arguments */
	bool		parenthesised;
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

struct Source
{
	SourceKind	kind;
	Span		span;
	ObjectName	name;
	const char *alias;			/* NULL = none */
	NameList	columns;		/* aliases of columns */
	NameList	hints;			/* upper case: NOLOCK, UPDLOCK ...; INDEX hints without their argument */
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

/* OUTPUT inserted.x [, ...] [INTO target [(columns)]] */
typedef struct Output
{
	SelectList	items;
	ObjectName *into;
	NameList	into_columns;
} Output;

typedef enum InsertKind
{
	INSERT_VALUES,
	INSERT_QUERY,
	INSERT_DEFAULT_VALUES
} InsertKind;

typedef struct InsertStatement
{
	InsertKind	kind;
	CteList		with;
	Top		   *top;
	ObjectName	target;
	NameList	hints;
	NameList	columns;		/* empty = all */
	Output	   *output;
	ExprList   *rows;			/* lengths may differ: error 10709, or 109/110 */
	int			row_count;
	Query	   *query;
} InsertStatement;

typedef struct Assignment
{
	ObjectName	column;			/* object NULL when only a variable is set */
	const char *variable;		/* SET @v = expr, SET @v = c = expr; else NULL */
	Operator	op;				/* c += expr: OP_ADD; OP_NONE for = */
	Expr	   *value;
	Span		span;
} Assignment;

/* UPDATE and DELETE */
typedef struct ModifyStatement
{
	CteList		with;
	Top		   *top;
	ObjectName	target;			/* a table, or an alias of from */
	NameList	hints;
	Assignment *assignments;	/* UPDATE */
	int			assignment_count;
	Output	   *output;
	Source	   *from;
	Expr	   *where;
	NameList	options;
} ModifyStatement;

typedef struct BulkColumn
{
	const char *name;
	DataType	type;
	const char *collation;		/* NULL = none */
} BulkColumn;

/* insert bulk t ([c] type, ...) [WITH (KEEP_NULLS, TABLOCK ...)] */
typedef struct InsertBulkStatement
{
	ObjectName	target;
	BulkColumn *columns;
	int			column_count;
	NameList	options;		/* upper case */
} InsertBulkStatement;

typedef enum ConstraintKind
{
	CONSTRAINT_PRIMARY_KEY,
	CONSTRAINT_UNIQUE,
	CONSTRAINT_FOREIGN_KEY,
	CONSTRAINT_CHECK,
	CONSTRAINT_DEFAULT			/* expr FOR columns[0] */
} ConstraintKind;

typedef enum Clustering
{
	CLUSTERING_UNSAID,
	CLUSTERING_CLUSTERED,
	CLUSTERING_NONCLUSTERED
} Clustering;

typedef enum ReferentialAction
{
	ACTION_NONE,				/* NO ACTION */
	ACTION_CASCADE,
	ACTION_SET_NULL,
	ACTION_SET_DEFAULT
} ReferentialAction;

typedef struct IndexColumn
{
	const char *name;
	bool		descending;
} IndexColumn;

/* A constraint of a table, or of a column (then columns holds that column). */
typedef struct Constraint
{
	ConstraintKind kind;
	Span		span;
	const char *name;			/* NULL = to be made up */
	Clustering	clustering;
	IndexColumn *columns;
	int			column_count;
	ObjectName	references;
	NameList	reference_columns;	/* empty = the key of references */
	ReferentialAction on_delete;
	ReferentialAction on_update;
	Expr	   *expr;			/* CHECK, DEFAULT */
	Span		expr_span;		/* its text with the parentheses that surround it */
} Constraint;

typedef enum Nullability
{
	NULLABILITY_UNSAID,
	NULLABILITY_NULL,
	NULLABILITY_NOT_NULL
} Nullability;

typedef struct ColumnDefinition
{
	const char *name;
	Span		span;
	DataType	type;			/* not for a computed column */
	const char *collation;
	Nullability nullability;
	bool		identity;
	int64_t		identity_seed;
	int64_t		identity_increment;
	bool		rowguidcol;
	Expr	   *computed;		/* AS (expr) */
	Span		computed_span;
	bool		persisted;
	Constraint *constraints;	/* DEFAULT, PRIMARY KEY, UNIQUE, CHECK, REFERENCES */
	int			constraint_count;
} ColumnDefinition;

/* CREATE TABLE, DECLARE @t TABLE (name.object is "@t"), ALTER TABLE ADD. */
typedef struct TableDefinition
{
	ObjectName	name;
	ColumnDefinition *columns;
	int			column_count;
	Constraint *constraints;
	int			constraint_count;
} TableDefinition;

typedef enum AlterTableKind
{
	ALTER_TABLE_ADD,			/* definition: columns and constraints */
	ALTER_TABLE_DROP,			/* drop_constraints, drop_columns */
	ALTER_TABLE_ALTER_COLUMN,	/* definition.columns[0] */
	ALTER_TABLE_ENABLE,			/* CHECK CONSTRAINT names | ALL (names empty) */
	ALTER_TABLE_DISABLE			/* NOCHECK CONSTRAINT names | ALL */
} AlterTableKind;

typedef struct AlterTableStatement
{
	AlterTableKind kind;
	ObjectName	name;
	TableDefinition definition;
	bool		no_check;		/* WITH NOCHECK ADD */
	bool		if_exists;
	NameList	drop_constraints;
	NameList	drop_columns;
	NameList	names;
} AlterTableStatement;

typedef struct CreateIndexStatement
{
	const char *name;
	ObjectName	table;
	bool		unique;
	Clustering	clustering;
	IndexColumn *columns;
	int			column_count;
	NameList	include;
	Expr	   *where;
	Span		where_span;
} CreateIndexStatement;

typedef enum DropKind
{
	DROP_TABLE,
	DROP_VIEW,
	DROP_SCHEMA,
	DROP_DATABASE,
	DROP_INDEX					/* names[i] of tables[i] */
} DropKind;

typedef struct DropStatement
{
	DropKind	kind;
	bool		if_exists;
	ObjectName *names;
	ObjectName *tables;
	int			count;
} DropStatement;

typedef struct CreateViewStatement
{
	ObjectName	name;
	NameList	columns;
	Query	   *query;
	Span		query_span;		/* text to store */
	bool		or_alter;
} CreateViewStatement;

typedef enum AlterDatabaseKind
{
	ALTER_DATABASE_PARTNER,		/* text 'TCP://..' */
	ALTER_DATABASE_PARTNER_FAILOVER,
	ALTER_DATABASE_PARTNER_FORCE_SERVICE,
	ALTER_DATABASE_PARTNER_OFF,
	ALTER_DATABASE_PARTNER_SUSPEND,
	ALTER_DATABASE_PARTNER_RESUME,
	ALTER_DATABASE_PARTNER_SAFETY,	/* on: FULL */
	ALTER_DATABASE_PARTNER_TIMEOUT, /* number */
	ALTER_DATABASE_WITNESS,		/* text */
	ALTER_DATABASE_WITNESS_OFF,
	ALTER_DATABASE_OFFLINE,
	ALTER_DATABASE_ONLINE,
	ALTER_DATABASE_RECOVERY,	/* text FULL, SIMPLE, BULK_LOGGED */
	ALTER_DATABASE_MODIFY_NAME, /* text */
	ALTER_DATABASE_COLLATE,		/* text */
	ALTER_DATABASE_OPTION		/* text ALLOW_SNAPSHOT_ISOLATION ... in upper case; on, or value */
} AlterDatabaseKind;

typedef struct AlterDatabaseStatement
{
	AlterDatabaseKind kind;
	const char *name;			/* NULL = CURRENT */
	const char *text;
	const char *value;			/* word after an option that is not ON or OFF, upper case; else NULL */
	int			number;
	bool		on;
	bool		rollback_immediate; /* WITH ROLLBACK IMMEDIATE (or AFTER n) */
	bool		no_wait;		/* WITH NO_WAIT */
} AlterDatabaseStatement;

typedef struct CreateDatabaseStatement
{
	const char *name;
	const char *collation;		/* NULL = default */
} CreateDatabaseStatement;

/* SET name, name ON | OFF; SET name value.  Names in upper case. */
typedef struct SetOptionStatement
{
	NameList	names;
	bool		is_switch;		/* ON or OFF was said: on */
	bool		on;
	Expr	   *value;			/* otherwise: a literal or variable; a bare word is a varchar literal */
} SetOptionStatement;

typedef struct SetVariableStatement
{
	const char *variable;
	Operator	op;				/* SET @v += expr: OP_ADD; OP_NONE for = */
	Expr	   *value;
} SetVariableStatement;

typedef struct SetIdentityInsertStatement
{
	ObjectName	table;
	bool		on;
} SetIdentityInsertStatement;

typedef struct Declaration
{
	const char *variable;
	DataType	type;
	Expr	   *value;			/* NULL = none */
	bool		output;			/* in the declarations of sp_executesql */
	Span		span;
} Declaration;

typedef struct DeclarationList
{
	Declaration *items;
	int			count;
} DeclarationList;

/* BEGIN TRAN, COMMIT, ROLLBACK, SAVE TRAN */
typedef struct TransactionStatement
{
	const char *name;			/* NULL = none; "@v" = held by a variable */
} TransactionStatement;

/* IF and WHILE */
typedef struct ConditionalStatement
{
	Expr	   *condition;
	Statement  *body;
	Statement  *otherwise;		/* ELSE, or NULL */
} ConditionalStatement;

typedef struct StatementList
{
	Statement **items;
	int			count;
} StatementList;

/* BEGIN .. END, and BEGIN TRY .. END TRY BEGIN CATCH .. END CATCH */
typedef struct BlockStatement
{
	StatementList body;
	StatementList handler;
} BlockStatement;

typedef struct RaiserrorStatement
{
	Expr	   *message;		/* text or number */
	Expr	   *severity;
	Expr	   *state;
	ExprList	arguments;
	bool		log;			/* WITH LOG, NOWAIT, SETERROR */
	bool		nowait;
	bool		seterror;
} RaiserrorStatement;

typedef struct ThrowStatement
{
	Expr	   *number;			/* NULL = raise again */
	Expr	   *message;
	Expr	   *state;
} ThrowStatement;

typedef struct ExecArgument
{
	const char *name;			/* "@p", or NULL = by position */
	Expr	   *value;			/* literal or variable; EXPR_DEFAULT; a bare word is an nvarchar literal */
	bool		output;
} ExecArgument;

typedef struct ExecStatement
{
	const char *result;			/* EXEC @r = proc */
	ObjectName	procedure;		/* object NULL: EXEC (text) */
	ExprList	text;			/* strings and variables, to be put together */
	ExecArgument *arguments;
	int			argument_count;
} ExecStatement;

typedef enum StatementKind
{
	STATEMENT_SELECT,			/* query */
	STATEMENT_INSERT,
	STATEMENT_UPDATE,			/* modify */
	STATEMENT_DELETE,			/* modify */
	STATEMENT_TRUNCATE,			/* object */
	STATEMENT_INSERT_BULK,
	STATEMENT_CREATE_TABLE,		/* table */
	STATEMENT_ALTER_TABLE,
	STATEMENT_CREATE_INDEX,
	STATEMENT_CREATE_VIEW,
	STATEMENT_CREATE_SCHEMA,	/* object.object */
	STATEMENT_CREATE_DATABASE,
	STATEMENT_ALTER_DATABASE,
	STATEMENT_DROP,
	STATEMENT_USE,				/* object.object */
	STATEMENT_SET_OPTION,
	STATEMENT_SET_VARIABLE,
	STATEMENT_SET_ISOLATION,	/* number: 1 RU, 2 RC, 3 RR, 4 SER, 5 SNAPSHOT */
	STATEMENT_SET_IDENTITY_INSERT,
	STATEMENT_DECLARE,			/* declare */
	STATEMENT_DECLARE_TABLE,	/* table */
	STATEMENT_BEGIN_TRANSACTION,	/* transaction */
	STATEMENT_COMMIT,			/* transaction */
	STATEMENT_ROLLBACK,			/* transaction */
	STATEMENT_SAVE,				/* transaction */
	STATEMENT_IF,				/* conditional */
	STATEMENT_WHILE,			/* conditional */
	STATEMENT_BLOCK,			/* block */
	STATEMENT_TRY,				/* block, with handler */
	STATEMENT_BREAK,
	STATEMENT_CONTINUE,
	STATEMENT_RETURN,			/* expr, or NULL */
	STATEMENT_PRINT,			/* expr */
	STATEMENT_RAISERROR,
	STATEMENT_THROW,
	STATEMENT_WAITFOR,			/* expr: the delay; time_of_day for WAITFOR TIME */
	STATEMENT_EXEC,
	STATEMENT_KILL,				/* number */
	STATEMENT_CHECKPOINT
} StatementKind;

struct Statement
{
	StatementKind kind;
	Span		span;
	union
	{
		Query	   *query;
		InsertStatement insert;
		ModifyStatement modify;
		InsertBulkStatement insert_bulk;
		ObjectName	object;
		TableDefinition table;
		AlterTableStatement alter_table;
		CreateIndexStatement create_index;
		CreateViewStatement create_view;
		CreateDatabaseStatement create_database;
		AlterDatabaseStatement alter_database;
		DropStatement drop;
		SetOptionStatement set_option;
		SetVariableStatement set_variable;
		SetIdentityInsertStatement set_identity_insert;
		DeclarationList declare;
		TransactionStatement transaction;
		ConditionalStatement conditional;
		BlockStatement block;
		Expr	   *expr;
		RaiserrorStatement raiserror;
		ThrowStatement throw;
		ExecStatement exec;
		int			number;
	}			u;
	bool		time_of_day;
};

extern const char *operator_text(Operator op);	/* "<>" */

/*
 * Calls visit for each expression directly below expr, subqueries not entered;
 * stops and returns false when visit returns false.
 */
extern bool expr_each_child(Expr *expr, bool (*visit) (Expr *child, void *argument), void *argument);

/* Names and options compare without regard to ASCII case. */
extern bool name_equal(const char *a, const char *b);

#endif
