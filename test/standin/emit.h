/*
 * emit.h
 *		From analysed trees to SQLite's SQL.
 *
 * Values that are no literals, and the plans of function calls, become
 * numbered parameters (slots), filled while emitting: an emission serves one
 * execution.
 */
#ifndef STANDIN_EMIT_H
#define STANDIN_EMIT_H

#include "analyse.h"
#include "storage.h"

typedef struct Slot
{
	const void *pointer;		/* a plan; or NULL: raw */
	size_t		pointer_size;
	RawValue	raw;
} Slot;

typedef struct Emission
{
	Session    *session;
	Arena	   *arena;
	char	   *text;			/* NUL-terminated */
	size_t		size;
	size_t		capacity;
	Slot	   *slots;
	int			slot_count;
	int			slot_capacity;
	bool		live_variables; /* read them row by row: SELECT @s = @s + x */
	bool		rows_alone;		/* the next query is asked for rows, not for values: EXISTS */
} Emission;

extern void emission_start(Emission *emission, Session *session);
extern void emit_text(Emission *emission, const char *text);
extern void emit_format(Emission *emission, const char *format,...) __attribute__((format(printf, 2, 3)));
extern int	emit_value_slot(Emission *emission, const TypeSpec *type, const SqlValue *value);
extern int	emit_plan_slot(Emission *emission, const void *plan, size_t size);

/* Leaves slots 1 .. count for values that are bound later, row by row. */
extern void emission_reserve(Emission *emission, int count);

extern void emit_query(Emission *emission, Query *query);
extern void emit_with(Emission *emission, CteList *with, Scope *scope);
extern void emit_source(Emission *emission, Source *source);
extern void emit_relation(Emission *emission, const Relation *relation);
extern void emit_limit(Emission *emission, Top *top, Expr *offset, Expr *fetch);

/* In its own type's storage; or in that of another type. */
extern void emit_expr(Emission *emission, Expr *expr);
extern void emit_expr_as(Emission *emission, Expr *expr, const TypeSpec *type);
extern void emit_condition(Emission *emission, Expr *expr);
extern void emit_comparison(Emission *emission, Operator op, Expr *left, Expr *right);
extern void emit_function(Emission *emission, Expr *expr);
/* What equal values of the type have in common: binaries lose their trailing zeros. */
extern void emit_key(Emission *emission, Expr *expr);
extern void emit_collate(Emission *emission, const TypeSpec *type);
extern void emit_column_name(Emission *emission, const Relation *relation, int column);
extern void emit_order(Emission *emission, Query *query);
extern void emit_value(Emission *emission, const TypeSpec *type, const SqlValue *value);

/* Prepares what was emitted, and binds the slots; NULL after an error. */
extern sqlite3_stmt *emission_prepare(Emission *emission);

#endif
