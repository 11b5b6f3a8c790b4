/*
 * parser.h
 *		From T-SQL text to the syntax tree.
 *
 * Nothing of a batch runs before all of it is parsed, so an error anywhere in
 * it is its only outcome.  All functions return false with *error filled: 102
 * 103 105 111 113 156 168 191 1007 4145 and their like, with the line.
 * quoted_identifier: "x" is a name (SET QUOTED_IDENTIFIER ON), else a string.
 */
#ifndef STANDIN_PARSER_H
#define STANDIN_PARSER_H

#include "ast.h"

extern bool parse_batch(const char *sql, size_t length, bool quoted_identifier,
						Arena *arena, StatementList *statements, SqlMessage *error);

/* "@a int, @b nvarchar(20) = N'x', @c int OUTPUT": the declarations of sp_executesql. */
extern bool parse_declarations(const char *sql, size_t length, Arena *arena,
							   DeclarationList *declarations, SqlMessage *error);

/* One value, one condition or one query, for texts kept in the catalog. */
extern bool parse_value_text(const char *sql, size_t length, Arena *arena,
							 Expr **value, SqlMessage *error);
extern bool parse_condition_text(const char *sql, size_t length, Arena *arena,
								 Expr **condition, SqlMessage *error);
extern bool parse_query_text(const char *sql, size_t length, Arena *arena,
							 Query **query, SqlMessage *error);

/* "nvarchar(20)", as types are written in the catalog and by clients. */
extern bool parse_type_text(const char *sql, size_t length, Arena *arena,
							DataType *type, SqlMessage *error);

#endif
