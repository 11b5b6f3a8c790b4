/*
 * ast.h
 *		The syntax tree of T-SQL's statements, from parser to execution.
 *
 * Expressions and queries, and how nodes and texts live, are in ast_query.h.
 */
#ifndef STANDIN_AST_H
#define STANDIN_AST_H

#include "ast_query.h"

typedef struct Statement Statement;

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
	bool		with_check;		/* WITH CHECK CHECK CONSTRAINT: look at the rows at hand */
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

typedef struct CreateSynonymStatement
{
	ObjectName	name;
	ObjectName	base;
} CreateSynonymStatement;

typedef enum DropKind
{
	DROP_TABLE,
	DROP_VIEW,
	DROP_SCHEMA,
	DROP_DATABASE,
	DROP_SYNONYM,
	DROP_TRIGGER,
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

#define TRIGGER_INSERT	1
#define TRIGGER_UPDATE	2
#define TRIGGER_DELETE	4

typedef enum TriggerChange
{
	TRIGGER_CREATE,
	TRIGGER_CREATE_OR_ALTER,
	TRIGGER_ALTER
} TriggerChange;

typedef struct CreateTriggerStatement
{
	TriggerChange change;
	ObjectName	name;
	ObjectName	table;
	unsigned	events;			/* TRIGGER_INSERT ... */
	bool		instead_of;
	Span		body;			/* text to store */
} CreateTriggerStatement;

/* ENABLE | DISABLE TRIGGER names | ALL ON t; ALTER TABLE t ENABLE | DISABLE TRIGGER */
typedef struct EnableTriggerStatement
{
	ObjectName *names;			/* none: all */
	int			count;
	ObjectName	table;
	bool		disable;
} EnableTriggerStatement;

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
	ALTER_DATABASE_OPTION		/* text ALLOW_SNAPSHOT_ISOLATION or READ_COMMITTED_SNAPSHOT; on */
} AlterDatabaseKind;

typedef struct AlterDatabaseStatement
{
	AlterDatabaseKind kind;
	const char *name;			/* NULL = CURRENT */
	const char *text;
	int			number;
	bool		on;
	bool		rollback_immediate; /* WITH ROLLBACK IMMEDIATE, or AFTER number SECONDS */
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
	Expr	   *value;			/* otherwise: literal or variable; a bare word is a varchar */
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
	Expr	   *value;			/* literal, variable or DEFAULT; a bare word is an nvarchar */
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

typedef struct UpdateStatisticsStatement
{
	ObjectName	table;
	int64_t		rows;			/* -1 = not said */
	int64_t		pages;
} UpdateStatisticsStatement;

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
	STATEMENT_CREATE_TRIGGER,
	STATEMENT_ENABLE_TRIGGER,
	STATEMENT_CREATE_SCHEMA,	/* object.object */
	STATEMENT_CREATE_SYNONYM,
	STATEMENT_CREATE_DATABASE,
	STATEMENT_ALTER_DATABASE,
	STATEMENT_DROP,
	STATEMENT_UPDATE_STATISTICS,
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
		CreateTriggerStatement create_trigger;
		EnableTriggerStatement enable_trigger;
		CreateSynonymStatement create_synonym;
		CreateDatabaseStatement create_database;
		AlterDatabaseStatement alter_database;
		DropStatement drop;
		UpdateStatisticsStatement update_statistics;
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

#endif
