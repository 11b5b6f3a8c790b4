/*
 * test/standin/lexer.c
 *		T-SQL text to tokens.
 *
 * Tokens are made one at a time; their texts are copied to the arena, so the
 * batch need not outlive them.  Bytes from 0x80 on count as letters, the blanks
 * of Unicode excepted: the text came from UTF-16 and is valid UTF-8, and which
 * of its letters SQL Server would accept makes no difference here.
 */
#include "lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_UNITS	128

/* In order, for bsearch. */
static const char *const reserved_words[] = {
	"ADD", "ALL", "ALTER", "AND", "ANY", "AS", "ASC", "AUTHORIZATION", "BACKUP", "BEGIN",
	"BETWEEN", "BREAK", "BROWSE", "BULK", "BY", "CASCADE", "CASE", "CHECK", "CHECKPOINT",
	"CLOSE", "CLUSTERED", "COALESCE", "COLLATE", "COLUMN", "COMMIT", "COMPUTE", "CONSTRAINT",
	"CONTAINS", "CONTAINSTABLE", "CONTINUE", "CONVERT", "CREATE", "CROSS", "CURRENT",
	"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "CURSOR", "DATABASE",
	"DBCC", "DEALLOCATE", "DECLARE", "DEFAULT", "DELETE", "DENY", "DESC", "DISK", "DISTINCT",
	"DISTRIBUTED", "DOUBLE", "DROP", "DUMP", "ELSE", "END", "ERRLVL", "ESCAPE", "EXCEPT",
	"EXEC", "EXECUTE", "EXISTS", "EXIT", "EXTERNAL", "FETCH", "FILE", "FILLFACTOR", "FOR",
	"FOREIGN", "FREETEXT", "FREETEXTTABLE", "FROM", "FULL", "FUNCTION", "GOTO", "GRANT",
	"GROUP", "HAVING", "HOLDLOCK", "IDENTITY", "IDENTITYCOL", "IDENTITY_INSERT", "IF", "IN",
	"INDEX", "INNER", "INSERT", "INTERSECT", "INTO", "IS", "JOIN", "KEY", "KILL", "LEFT",
	"LIKE", "LINENO", "LOAD", "MERGE", "NATIONAL", "NOCHECK", "NONCLUSTERED", "NOT", "NULL",
	"NULLIF", "OF", "OFF", "OFFSETS", "ON", "OPEN", "OPENDATASOURCE", "OPENQUERY",
	"OPENROWSET", "OPENXML", "OPTION", "OR", "ORDER", "OUTER", "OVER", "PERCENT", "PIVOT",
	"PLAN", "PRIMARY", "PRINT", "PROC", "PROCEDURE", "PUBLIC", "RAISERROR",
	"READ", "READTEXT", "RECONFIGURE", "REFERENCES", "REPLICATION", "RESTORE", "RESTRICT",
	"RETURN", "REVERT", "REVOKE", "RIGHT", "ROLLBACK", "ROWCOUNT", "ROWGUIDCOL", "RULE",
	"SAVE", "SCHEMA", "SECURITYAUDIT", "SELECT", "SEMANTICKEYPHRASETABLE",
	"SEMANTICSIMILARITYDETAILSTABLE", "SEMANTICSIMILARITYTABLE", "SESSION_USER", "SET",
	"SETUSER", "SHUTDOWN", "SOME", "STATISTICS", "SYSTEM_USER", "TABLE", "TABLESAMPLE",
	"TEXTSIZE", "THEN", "TO", "TOP", "TRAN", "TRANSACTION", "TRIGGER", "TRUNCATE",
	"TRY_CONVERT", "TSEQUAL", "UNION", "UNIQUE", "UNPIVOT", "UPDATE", "UPDATETEXT", "USE",
	"USER", "VALUES", "VARYING", "VIEW", "WAITFOR", "WHEN", "WHERE", "WHILE", "WITH",
	"WITHIN", "WRITETEXT"
};

static const char *const symbols2[] = {
	"<>", "<=", ">=", "!=", "!<", "!>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "::"
};

static const char symbols1[] = "+-*/%&|^~=<>(),.;";

/* Blanks beyond ASCII: no-break, thin and wide ones, byte order mark. */
static const char *const unicode_blanks[] = {
	"\xC2\xA0", "\xC2\x85", "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
	"\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87",
	"\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\x8B", "\xE2\x80\xA8",
	"\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", "\xEF\xBB\xBF"
};

/* Errors of the parser have severity 15, but for these. */
static const struct
{
	int			number;
	int			severity;
}			severities[] = {
	{291, 16}, {701, 17}, {2716, 16}
};

void
syntax_error(SqlMessage *error, int number, int line, const char *format, ...)
{
	va_list		arguments;
	size_t		i;

	memset(error, 0, sizeof(*error));
	error->number = number;
	error->severity = 15;
	for (i = 0; i < sizeof(severities) / sizeof(severities[0]); i++)
	{
		if (severities[i].number == number)
			error->severity = severities[i].severity;
	}
	error->state = 1;
	error->line = line;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
}

int
shown_length(const char *text, size_t size)
{
	if (size > NAME_MAX_BYTES / 3)
	{
		size = NAME_MAX_BYTES / 3;
		while (size > 0 && ((unsigned char) text[size] & 0xC0) == 0x80)
			size--;
	}
	return (int) size;
}

/* The byte at an offset from here; 0 past the end. */
static unsigned char
look(const Lexer *lexer, size_t offset)
{
	return lexer->at + offset < lexer->length ? (unsigned char) lexer->sql[lexer->at + offset] : 0;
}

static bool
is_digit(unsigned char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
is_letter(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
}

/* Length of the blank here, 0 when there is none. */
static size_t
blank_length(const Lexer *lexer)
{
	unsigned char byte = look(lexer, 0);
	size_t		i;

	if (byte == ' ' || (byte >= '\t' && byte <= '\r'))
		return 1;
	if (byte < 0x80)
		return 0;
	for (i = 0; i < sizeof(unicode_blanks) / sizeof(unicode_blanks[0]); i++)
	{
		size_t		size = strlen(unicode_blanks[i]);

		if (lexer->length - lexer->at >= size &&
			memcmp(lexer->sql + lexer->at, unicode_blanks[i], size) == 0)
			return size;
	}
	return 0;
}

static bool
is_name_byte(const Lexer *lexer)
{
	unsigned char byte = look(lexer, 0);

	if (byte >= 0x80)
		return blank_length(lexer) == 0;
	return is_letter(byte) || is_digit(byte) || (byte != 0 && strchr("_@#$", byte) != NULL);
}

static void
advance(Lexer *lexer)
{
	if (lexer->sql[lexer->at] == '\n')
		lexer->line++;
	lexer->at++;
}

/* Blanks and comments, which nest. */
static bool
skip_blanks(Lexer *lexer, SqlMessage *error)
{
	for (;;)
	{
		size_t		blank = lexer->at < lexer->length ? blank_length(lexer) : 0;

		if (blank > 0)
		{
			while (blank-- > 0)
				advance(lexer);
		}
		else if (look(lexer, 0) == '-' && look(lexer, 1) == '-')
		{
			while (lexer->at < lexer->length && lexer->sql[lexer->at] != '\n')
				lexer->at++;
		}
		else if (look(lexer, 0) == '/' && look(lexer, 1) == '*')
		{
			int			depth = 0;

			do
			{
				int			step = 1;

				if (lexer->at >= lexer->length)
				{
					syntax_error(error, 113, lexer->line, "Missing end comment mark '*/'.");
					return false;
				}
				if (look(lexer, 0) == '/' && look(lexer, 1) == '*')
				{
					depth++;
					step = 2;
				}
				else if (look(lexer, 0) == '*' && look(lexer, 1) == '/')
				{
					depth--;
					step = 2;
				}
				while (step-- > 0)
					advance(lexer);
			} while (depth > 0);
		}
		else
			return true;
	}
}

/* Text up to the closing delimiter; a doubled one stands for itself. */
static bool
lex_delimited(Lexer *lexer, char close, Token *token, SqlMessage *error)
{
	size_t		start = lexer->at;
	size_t		read;
	size_t		doubled = 0;
	char	   *text;

	while (lexer->at < lexer->length)
	{
		if (lexer->sql[lexer->at] == close)
		{
			if (look(lexer, 1) != (unsigned char) close)
				break;
			doubled++;
			lexer->at++;
		}
		advance(lexer);
	}
	if (lexer->at >= lexer->length)
	{
		syntax_error(error, 105, token->span.line,
					 "Unclosed quotation mark after the character string '%.*s'.",
					 shown_length(lexer->sql + start, lexer->length - start), lexer->sql + start);
		return false;
	}

	token->size = lexer->at - start - doubled;
	text = arena_alloc(lexer->arena, token->size + 1);
	token->text = text;
	for (read = start; read < lexer->at; read++)
	{
		*text++ = lexer->sql[read];
		if (lexer->sql[read] == close)
			read++;
	}
	*text = '\0';
	lexer->at++;
	return true;
}

/* Names have 1 to 128 UTF-16 units and no NUL. */
static bool
check_name(const Token *token, SqlMessage *error)
{
	if (token->size == 0)
	{
		syntax_error(error, 1038, token->span.line,
					 "An object or column name is missing or empty. For SELECT INTO statements, "
					 "verify each column has a name. For other statements, look for empty alias "
					 "names. Aliases defined as \"\" or [] are not allowed. Change the alias to a "
					 "valid name.");
		error->state = 4;
		return false;
	}
	if (text_utf16_units(token->text, token->size) > NAME_MAX_UNITS)
	{
		syntax_error(error, 103, token->span.line,
					 "The identifier that starts with '%.*s' is too long. Maximum length is %d.",
					 shown_length(token->text, token->size), token->text, NAME_MAX_UNITS);
		error->state = 4;
		return false;
	}
	if (memchr(token->text, '\0', token->size) != NULL)
	{
		syntax_error(error, 102, token->span.line, "Incorrect syntax near '%s'.", token->text);
		return false;
	}
	return true;
}

static void
copy_text(Lexer *lexer, size_t start, Token *token)
{
	token->size = lexer->at - start;
	token->text = arena_copy(lexer->arena, lexer->sql + start, token->size);
}

static int
hex_digit(unsigned char byte)
{
	if (is_digit(byte))
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* 0x1F2 is 0x01F2. */
static void
lex_binary(Lexer *lexer, Token *token)
{
	size_t		digits = 0;
	size_t		i;
	char	   *bytes;

	lexer->at += 2;
	while (hex_digit(look(lexer, digits)) >= 0)
		digits++;
	token->kind = TOKEN_BINARY;
	token->size = (digits + 1) / 2;
	bytes = arena_alloc(lexer->arena, token->size + 1);
	memset(bytes, 0, token->size + 1);
	for (i = 0; i < digits; i++)
	{
		char	   *byte = &bytes[(i + digits % 2) / 2];

		*byte = (char) ((unsigned char) *byte << 4 | hex_digit(look(lexer, i)));
	}
	token->text = bytes;
	lexer->at += digits;
}

static void
skip_digits(Lexer *lexer)
{
	while (is_digit(look(lexer, 0)))
		lexer->at++;
}

static void
lex_number(Lexer *lexer, Token *token)
{
	size_t		start;

	token->kind = TOKEN_INTEGER;
	if (look(lexer, 0) == '$')
	{
		token->kind = TOKEN_MONEY;
		lexer->at++;
	}
	start = lexer->at;
	if (token->kind == TOKEN_MONEY && (look(lexer, 0) == '-' || look(lexer, 0) == '+') &&
		(is_digit(look(lexer, 1)) || look(lexer, 1) == '.'))
		lexer->at++;
	skip_digits(lexer);
	if (look(lexer, 0) == '.')
	{
		if (token->kind == TOKEN_INTEGER)
			token->kind = TOKEN_DECIMAL;
		lexer->at++;
		skip_digits(lexer);
	}
	if (token->kind != TOKEN_MONEY && (look(lexer, 0) | 0x20) == 'e')
	{
		token->kind = TOKEN_FLOAT;
		lexer->at++;
		if ((look(lexer, 0) == '+' || look(lexer, 0) == '-') && is_digit(look(lexer, 1)))
			lexer->at++;
		skip_digits(lexer);
	}
	copy_text(lexer, start, token);
}

static int
compare_word(const void *key, const void *element)
{
	return strcasecmp(key, *(const char *const *) element);
}

static bool
lex_word(Lexer *lexer, Token *token, SqlMessage *error)
{
	size_t		start = lexer->at;

	token->kind = TOKEN_WORD;
	if (look(lexer, 0) == '@')
		token->kind = look(lexer, 1) == '@' ? TOKEN_GLOBAL : TOKEN_VARIABLE;
	while (lexer->at < lexer->length && is_name_byte(lexer))
		lexer->at++;
	copy_text(lexer, start, token);
	token->reserved = token->kind == TOKEN_WORD &&
		bsearch(token->text, reserved_words, sizeof(reserved_words) / sizeof(reserved_words[0]),
				sizeof(reserved_words[0]), compare_word) != NULL;
	return check_name(token, error);
}

static bool
lex_symbol(Lexer *lexer, Token *token, SqlMessage *error)
{
	size_t		start = lexer->at;
	size_t		i;

	token->kind = TOKEN_SYMBOL;
	for (i = 0; i < sizeof(symbols2) / sizeof(symbols2[0]); i++)
	{
		if (look(lexer, 0) == (unsigned char) symbols2[i][0] &&
			look(lexer, 1) == (unsigned char) symbols2[i][1])
		{
			token->symbol = SYMBOL2(symbols2[i][0], symbols2[i][1]);
			lexer->at += 2;
			copy_text(lexer, start, token);
			return true;
		}
	}
	if (look(lexer, 0) == 0 || strchr(symbols1, look(lexer, 0)) == NULL)
	{
		syntax_error(error, 102, lexer->line, "Incorrect syntax near '%.*s'.",
					 look(lexer, 0) == 0 ? 0 : 1, lexer->sql + lexer->at);
		return false;
	}
	token->symbol = look(lexer, 0);
	lexer->at++;
	copy_text(lexer, start, token);
	return true;
}

static bool
lex_token(Lexer *lexer, Token *token, SqlMessage *error)
{
	unsigned char byte = look(lexer, 0);

	if (byte == '\'' || (byte == '"' && !lexer->quoted_identifier))
	{
		token->kind = TOKEN_STRING;
		lexer->at++;
		return lex_delimited(lexer, (char) byte, token, error);
	}
	if ((byte | 0x20) == 'n' && look(lexer, 1) == '\'')
	{
		token->kind = TOKEN_NATIONAL_STRING;
		lexer->at += 2;
		return lex_delimited(lexer, '\'', token, error);
	}
	if (byte == '[' || byte == '"')
	{
		token->kind = TOKEN_NAME;
		lexer->at++;
		return lex_delimited(lexer, byte == '[' ? ']' : '"', token, error) &&
			check_name(token, error);
	}
	if (byte == '0' && (look(lexer, 1) | 0x20) == 'x')
	{
		lex_binary(lexer, token);
		return true;
	}
	if (is_digit(byte) || byte == '$' || (byte == '.' && is_digit(look(lexer, 1))))
	{
		lex_number(lexer, token);
		return true;
	}
	if (is_letter(byte) || byte == '_' || byte == '@' || byte == '#')
		return lex_word(lexer, token, error);
	return lex_symbol(lexer, token, error);
}

bool
lexer_next(Lexer *lexer, Token *token, SqlMessage *error)
{
	bool		ok;

	memset(token, 0, sizeof(*token));
	if (!skip_blanks(lexer, error))
		return false;
	token->span.line = lexer->line;
	token->span.start = token->span.end = (uint32_t) lexer->at;
	token->text = "";
	if (lexer->at >= lexer->length)
		return true;
	ok = lex_token(lexer, token, error);
	token->span.end = (uint32_t) lexer->at;
	return ok;
}
