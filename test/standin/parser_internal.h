/*
 * parser_internal.h
 *		What the parts of the parser share.
 *
 * An error leaves the parser by longjmp to its entry point: everything the
 * parser makes is in the arena, so nothing is left behind.
 */
#ifndef STANDIN_PARSER_INTERNAL_H
#define STANDIN_PARSER_INTERNAL_H

#include <setjmp.h>

#include "lexer.h"
#include "parser.h"

#define TOKENS_AHEAD	4

typedef struct Parser
{
	Lexer		lexer;
	Token		ahead[TOKENS_AHEAD];	/* ring of tokens that were read but not taken */
	int			first;
	int			ahead_count;
	Token		last;			/* the token that was taken last */
	Arena	   *arena;
	SqlMessage *error;
	jmp_buf		escape;
	int			depth;			/* of recursion */
	int			loops;			/* WHILE statements around this one */
	int			statements;		/* begun so far, for what must come first in its batch */
	bool		condition_allowed;	/* parentheses may hold a condition */
	bool		star_allowed;	/* the next name may be t.* */
	int			tallest;		/* expression of the query at hand */
	int			sources;		/* of the statement at hand ... */
	int			set_operators;	/* ... as these */
} Parser;

/* parser.c: tokens, names, lists, errors */
extern const Token *peek_at(Parser *p, int distance);
extern const Token *peek(Parser *p);
extern Token take(Parser *p);
extern bool at_word(Parser *p, const char *word);	/* also reserved ones */
extern bool at_word_after(Parser *p, int distance, const char *word);
extern bool at_symbol(Parser *p, int symbol);
extern bool at_symbol_after(Parser *p, int distance, int symbol);
extern bool at_name(Parser *p);
extern bool accept_word(Parser *p, const char *word);
extern bool accept_symbol(Parser *p, int symbol);
extern void expect_word(Parser *p, const char *word);
extern void expect_symbol(Parser *p, int symbol);
extern const char *expect_name(Parser *p);
extern const char *expect_variable(Parser *p);
extern const char *expect_string(Parser *p);
extern int64_t expect_integer(Parser *p, int64_t low, int64_t high);	/* may be signed */
extern const char *upper_text(Parser *p, const char *text);

extern void syntax_error_here(Parser *p) __attribute__((noreturn)); /* 102 or 156 */
extern void parse_error(Parser *p, int number, int line, const char *format, ...)
			__attribute__((noreturn, format(printf, 4, 5)));

extern void *parse_alloc(Parser *p, size_t size);	/* zeroed */

/* The array with room for one item more, zeroed; use as items = parse_append(...). */
extern void *parse_append(Parser *p, void *items, int count, size_t size);
extern void add_name(Parser *p, NameList *list, const char *name);
extern void add_expr(Parser *p, ExprList *list, Expr *expr);

extern Span span_start(Parser *p);
extern void span_end(Parser *p, Span *span);

/* Around every recursion; error 191 when it goes too deep. */
extern void descend(Parser *p);
extern void ascend(Parser *p);
extern void nested_too_deeply(Parser *p) __attribute__((noreturn));

extern ObjectName parse_object_name(Parser *p);
extern ObjectName parse_column_name(Parser *p, bool *star); /* t.* sets *star, object is then t */
extern NameList parse_name_list(Parser *p); /* (a, b) */
extern bool accept_switch(Parser *p, bool *on); /* ON | OFF */

/* parser_type.c */
extern DataType parse_data_type(Parser *p, bool in_cast);

/* parser_literal.c */
extern bool at_literal(Parser *p);
extern Expr *parse_literal(Parser *p);
extern Expr *make_expr(Parser *p, ExprKind kind, Span span);
extern Expr *finish_expr(Parser *p, Expr *expr);	/* its children are set, its last token taken */
extern Expr *make_text(Parser *p, const char *text, size_t size, bool national, Span span);

/* parser_expr.c */
extern Expr *parse_value(Parser *p);
extern Expr *parse_sum(Parser *p);	/* as the parser's state says: also a parenthesised condition */
extern Expr *parse_constant(Parser *p); /* literal, signed number, @v or @@v */

/* parser_function.c */
extern bool at_special_function(Parser *p);
extern Expr *parse_special_function(Parser *p); /* CASE, CAST, CURRENT_USER ... */
extern Expr *parse_call(Parser *p, ObjectName name);	/* at the opening parenthesis */
extern void parse_arguments(Parser *p, Expr *expr); /* added to those it has */

/* parser_method.c */
extern Expr *parse_static_method(Parser *p, const char *class);	/* at "::" */
extern Expr *parse_methods(Parser *p, Expr *expr);	/* .Method() ... behind a value */
extern Expr *parse_column_method(Parser *p, ObjectName name);	/* c.Method( or c.Property; NULL: neither */

/* parser_condition.c */
extern Expr *parse_condition(Parser *p);
extern Expr *parse_value_or_condition(Parser *p);

/* parser_query.c */
extern Query *parse_query(Parser *p, bool outermost);
extern Query *parse_subquery(Parser *p);	/* ( query ) */
extern Query *continue_query(Parser *p, Query *left);	/* UNION ... after a parenthesised query */
extern bool at_set_operator(Parser *p);
extern CteList parse_ctes(Parser *p);
extern Top *parse_top(Parser *p);
extern SelectList parse_select_list(Parser *p, bool assignments);
extern OrderList parse_order_list(Parser *p);	/* after ORDER BY */
extern NameList parse_options(Parser *p);	/* [OPTION (...)] */
extern bool accept_assignment(Parser *p, Operator *op);	/* = += -= ...; OP_NONE for = */
extern const char *accept_alias(Parser *p, bool quoted);	/* [AS] name, or text; NULL if none */

/* parser_source.c */
extern Source *parse_from(Parser *p);	/* after FROM */
extern NameList parse_table_hints(Parser *p);	/* [WITH (...)] */
extern ExprList *parse_rows(Parser *p, bool defaults, int *count);	/* after VALUES */

/* parser_table.c */
extern void parse_table_definition(Parser *p, TableDefinition *table);	/* ( elements ) */
extern void parse_table_element(Parser *p, TableDefinition *table, bool defaults);
extern ColumnDefinition parse_column_definition(Parser *p);
extern IndexColumn *parse_index_columns(Parser *p, int *count);

/* parser_statement.c */
extern void parse_statements(Parser *p, StatementList *list);
extern Statement *parse_statement(Parser *p);

/* Statements by subject; the first word has been taken. */
extern void parse_insert(Parser *p, Statement *statement);
extern void parse_update(Parser *p, Statement *statement);
extern void parse_delete(Parser *p, Statement *statement);
extern void parse_truncate(Parser *p, Statement *statement);
extern void parse_insert_bulk(Parser *p, Statement *statement);
extern void parse_create(Parser *p, Statement *statement);
extern void parse_alter(Parser *p, Statement *statement);
extern void parse_create_trigger(Parser *p, Statement *statement, TriggerChange change);
extern void parse_enable_trigger(Parser *p, Statement *statement);
extern void parse_disable_trigger(Parser *p, Statement *statement);
extern void parse_table_triggers(Parser *p, Statement *statement, ObjectName table);
extern void parse_alter_database(Parser *p, Statement *statement);
extern void parse_drop(Parser *p, Statement *statement);
extern void parse_set(Parser *p, Statement *statement);
extern void parse_declare(Parser *p, Statement *statement);
extern DeclarationList parse_declaration_list(Parser *p, bool of_parameters);
extern void parse_exec(Parser *p, Statement *statement);
extern void parse_exec_procedure(Parser *p, Statement *statement);	/* at its name */
extern void parse_raiserror(Parser *p, Statement *statement);
extern void parse_throw(Parser *p, Statement *statement);
extern void parse_begin_transaction(Parser *p, Statement *statement);
extern void parse_commit(Parser *p, Statement *statement);
extern void parse_rollback(Parser *p, Statement *statement);
extern void parse_save(Parser *p, Statement *statement);

#endif
