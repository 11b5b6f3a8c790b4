/*
 * analyse.h
 *		Names and types: from the syntax tree to one that can be emitted.
 *
 * After analysis every expression has its SQL Server type, every column is
 * bound to a relation, and every query knows its output columns, so that a
 * result can be described before, and without, its first row.
 */
#ifndef STANDIN_ANALYSE_H
#define STANDIN_ANALYSE_H

#include "catalog.h"
#include "session.h"

typedef struct SystemView SystemView;
typedef struct Function Function;

typedef enum RelationKind
{
	RELATION_TABLE,
	RELATION_SYSTEM,			/* a system view */
	RELATION_FUNCTION,			/* table-valued: OPENJSON(text), standin_rows(n) */
	RELATION_QUERY,				/* derived table or view */
	RELATION_CTE,
	RELATION_VALUES,
	RELATION_SET,				/* rows in memory: table->set */
	RELATION_ROW				/* one row whose values are parameters: inserted, deleted */
} RelationKind;

typedef struct CteBinding
{
	const char *name;
	int			number;
	Query	   *query;
	SqlColumn  *columns;		/* NULL until its first part is analysed */
	int			column_count;
	bool		recursive;
} CteBinding;

/* What a source offers; emitted under the alias s<number>. */
typedef struct Relation
{
	RelationKind kind;
	int			number;
	const char *alias;
	const char *schema;			/* of a table without alias */
	SqlColumn  *columns;
	int			column_count;
	bool		outer;			/* an outer join may supply NULLs */
	const TableInfo *table;
	const TableInfo *view;		/* whose query this is */
	const SystemView *system;
	const struct TableFunction *function;
	Query	   *query;
	Source	   *source;
	CteBinding *cte;
	int			first_slot;		/* RELATION_ROW: parameter of the first column */
} Relation;

typedef struct OutputColumn
{
	Expr	   *expr;
	const char *name;			/* "" = none */
	SelectItem *item;
} OutputColumn;

typedef struct Scope
{
	struct Scope *outer;
	Query	   *query;
	Relation  **relations;
	int			count;
	int			capacity;
	int			first;			/* relation that is visible: an ON sees its own join alone */
	OutputColumn *outputs;		/* of QUERY_SELECT, stars expanded */
	int			output_count;
	int		   *ordinals;		/* ORDER BY: which output, from 1; 0 = an expression */
	CteBinding **ctes;			/* of the query's WITH */
	int			cte_count;
	bool		aggregates;		/* may stand here */
	bool		windows;
	bool		grouped;
	const char *aggregate_clause;	/* where they may not: error 147 ... */
} Scope;

typedef struct Analysis
{
	Session    *session;
	Arena	   *arena;
	int			numbers;		/* of relations */
	bool		uses_data;		/* reads the database's file */
	bool		locks;			/* a hint asks for locks that last */
	bool		no_wait;
	int			depth;			/* of views and queries */
	Scope	   *scope;			/* of EXPR currently analysed */
} Analysis;

extern void analysis_start(Analysis *analysis, Session *session);
extern Scope *scope_new(Analysis *analysis, Scope *outer);
extern Relation *relation_new(Analysis *analysis, Scope *scope, RelationKind kind, const char *alias);
extern void relation_of_table(Analysis *analysis, Relation *relation, const TableInfo *table);

/* All put their error and return false. */
extern bool analyse_query(Analysis *analysis, Query *query, Scope *outer);
extern bool analyse_with(Analysis *analysis, CteList *with, Scope *scope);
extern bool analyse_source(Analysis *analysis, Scope *scope, Source *source, bool outer);
extern bool analyse_expr(Analysis *analysis, Scope *scope, Expr *expr);
extern bool analyse_condition(Analysis *analysis, Scope *scope, Expr *expr);
extern bool analyse_function(Analysis *analysis, Scope *scope, Expr *expr);
extern bool analyse_values(Analysis *analysis, Scope *scope, ExprList *rows, int row_count,
						   int column_count, TypeSpec *types);
extern bool analyse_describe(Analysis *analysis, Scope *scope, const ExprList *arguments,
							 Relation *relation);
extern bool analyse_outputs(Analysis *analysis, Scope *scope, SelectList *items);
extern bool analyse_grouping(Analysis *analysis, Scope *scope, Query *query);
extern bool analyse_order(Analysis *analysis, Scope *scope, Query *query);

/* The scope of an analysed query. */
#define QUERY_SCOPE(query) ((Scope *) (query)->binding)

extern bool expr_equal(const Expr *a, const Expr *b);
extern bool same_name(const char *a, const char *b);

/* Types. */
extern bool type_is_integer(SqlType type);
extern bool type_is_large(const TypeSpec *type);	/* can be neither compared nor sorted */
extern TypeSpec type_make(SqlType type);
extern TypeSpec type_text(SqlType type, int32_t length, const Collation *collation);
extern TypeSpec type_as_decimal(const TypeSpec *type);

/* "varchar(20)", as messages and catalogs have it. */
extern void type_describe(const TypeSpec *type, char *buffer, size_t size);

/* The type that both are converted to; operation is for error 468. */
extern bool type_unify(Session *session, const Expr *a, const Expr *b, const char *operation, TypeSpec *out);
extern bool type_unify_specs(Session *session, const TypeSpec *a, const TypeSpec *b, TypeSpec *out);

/* May a value be converted without CAST?  Else error 206 or 257. */
extern bool type_check_implicit(Session *session, const TypeSpec *from, const TypeSpec *to);

/* The collation that a and b compare under; NULL after error 468. */
extern const Collation *collation_combine(Session *session, const Expr *a, const Expr *b,
										  const char *operation);

extern bool analyse_arithmetic(Analysis *analysis, Expr *expr);
extern bool analyse_comparison(Analysis *analysis, Operator op, Expr *a, Expr *b);

#endif
