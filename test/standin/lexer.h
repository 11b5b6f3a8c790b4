/*
 * lexer.h
 *		T-SQL text to tokens.
 */
#ifndef STANDIN_LEXER_H
#define STANDIN_LEXER_H

#include "ast.h"

typedef enum TokenKind
{
	TOKEN_END,
	TOKEN_WORD,					/* regular identifier or keyword */
	TOKEN_NAME,					/* delimited identifier */
	TOKEN_VARIABLE,				/* @x */
	TOKEN_GLOBAL,				/* @@x */
	TOKEN_STRING,
	TOKEN_NATIONAL_STRING,		/* N'x' */
	TOKEN_INTEGER,
	TOKEN_DECIMAL,				/* has a point */
	TOKEN_FLOAT,				/* has an exponent */
	TOKEN_MONEY,				/* $1.50; text is without the $ */
	TOKEN_BINARY,				/* 0x1F; text is the bytes */
	TOKEN_SYMBOL
} TokenKind;

/* A token of two characters, as in SYMBOL2('<', '>'). */
#define SYMBOL2(a, b) ((a) | (b) << 8)

typedef struct Token
{
	TokenKind	kind;
	bool		reserved;		/* TOKEN_WORD that cannot be a name */
	int			symbol;			/* TOKEN_SYMBOL: the character, or SYMBOL2 */
	Span		span;
	const char *text;			/* content without delimiters, NUL-terminated */
	size_t		size;
} Token;

typedef struct Lexer
{
	const char *sql;
	size_t		length;
	size_t		at;
	int			line;
	bool		quoted_identifier;
	Arena	   *arena;
} Lexer;

/* False: *error is 102, 103, 105, 113 or 1038. */
extern bool lexer_next(Lexer *lexer, Token *token, SqlMessage *error);

/* Fills an error of the parser: state 1, severity by number, mostly 15. */
extern void syntax_error(SqlMessage *error, int number, int line, const char *format, ...)
			__attribute__((format(printf, 4, 5)));

/* Bytes of text to show in a message: at most NAME_MAX_BYTES / 3, whole characters. */
extern int	shown_length(const char *text, size_t size);

#endif
