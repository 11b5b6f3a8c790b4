/*
 * test/broken_streams/tokens.c
 *		A reply taken apart by the book.
 *
 * A cursor walks through the payload; whatever reaches over its end, or is no
 * token or type, sets the problem, and the walk is over.
 */
#include <stdlib.h>
#include <string.h>

#include "token_types.h"
#include "tokens.h"

#define DONE_MORE	0x0001
#define DONE_COUNT	0x0010

#define TEXT_POINTER	16		/* bytes */

#define INFORMATION_CLASS	10	/* and below */

#define PLP			0xFFFF		/* the length of a type whose values come in chunks */
#define PLP_NULL	UINT64_MAX
#define PLP_UNKNOWN (UINT64_MAX - 1)

typedef struct Cursor
{
	Tokens	   *out;
	const uint8_t *bytes;
	size_t		size;
	size_t		at;
	bool		lenient;
	bool		settled;		/* a DONE has counted the rows that there are */
	const Type *type[TOKENS_COLUMNS];
	bool		metadata;		/* of the running result */
	size_t		results;
	size_t		result_rows;
	bool		error;
	bool		ended;			/* by a DONE that nothing may follow */
	size_t		fields_size;
	size_t		tokens_size;
	size_t		cells;
	size_t		cells_size;
	size_t		counts_size;
} Cursor;

uint64_t
tokens_number(const uint8_t *bytes, size_t size)
{
	uint64_t	number = 0;

	while (size-- > 0)
		number = number << 8 | bytes[size];
	return number;
}

static bool
fail(Cursor *cursor, const char *problem)
{
	if (cursor->out->problem == NULL)
		cursor->out->problem = problem;
	return false;
}

static void *
grow(void *array, size_t used, size_t *size, size_t element)
{
	if (used < *size)
		return array;
	*size = *size > 0 ? 2 * *size : 64;
	array = realloc(array, *size * element);
	if (array == NULL)
		abort();
	return array;
}

/* Passes size bytes of a kind. */
static bool
take(Cursor *cursor, size_t size, ByteKind kind)
{
	if (size > cursor->size - cursor->at)
		return fail(cursor, "it ends in the middle of a token");
	memset(cursor->out->kind + cursor->at, kind, size);
	cursor->at += size;
	return true;
}

/* A number that lengths and counts are made of. */
static bool
take_number(Cursor *cursor, size_t size, ByteKind kind, uint64_t *number)
{
	Tokens	   *out = cursor->out;
	size_t		at = cursor->at;

	if (!take(cursor, size, kind == BYTE_LENGTH ? BYTE_LENGTH_REST : kind))
		return false;
	if (kind == BYTE_LENGTH)
		out->kind[at] = BYTE_LENGTH;
	out->field = grow(out->field, out->fields, &cursor->fields_size, sizeof(Field));
	out->field[out->fields].at = at;
	out->field[out->fields++].size = size;
	*number = tokens_number(cursor->bytes + at, size);
	return true;
}

static bool
take_length(Cursor *cursor, size_t size, uint64_t *length)
{
	return take_number(cursor, size, BYTE_LENGTH, length);
}

/* Text with its number of characters before it. */
static bool
take_text(Cursor *cursor, size_t size)
{
	uint64_t	length;

	return take_length(cursor, size, &length) && take(cursor, 2 * length, BYTE_OTHER);
}

/* The names that stand behind the lengths of XML and CLR types. */
static bool
take_type_names(Cursor *cursor, const Type *type)
{
	if (type->number == 0xF1)
		return cursor->bytes[cursor->at - 1] == 0 ||
			(take_text(cursor, 1) && take_text(cursor, 1) && take_text(cursor, 2));
	if (type->number == 0xF0)
		return take_text(cursor, 1) && take_text(cursor, 1) && take_text(cursor, 1) &&
			take_text(cursor, 2);
	return true;
}

static bool
take_type(Cursor *cursor, const Type **result, ColumnType *column)
{
	size_t		at = cursor->at;
	const Type *type;
	uint64_t	length;

	if (!take(cursor, 1, BYTE_TYPE))
		return false;
	type = token_type(cursor->bytes[at], cursor->lenient);
	if (type == NULL)
		return fail(cursor, "a type that is none");
	if (type->layout != LAYOUT_FIXED && type->size > 0 && !take_length(cursor, type->size, &length))
		return false;
	if (!take(cursor, type->info - (type->layout == LAYOUT_FIXED ? 0 : type->size), BYTE_OTHER))
		return false;
	column->size = cursor->at - at;
	memcpy(column->bytes, cursor->bytes + at, column->size);
	*result = type;
	return take_type_names(cursor, type);
}

static bool
take_table_name(Cursor *cursor)
{
	uint64_t	parts;

	if (!take_length(cursor, 1, &parts))
		return false;
	while (parts-- > 0)
	{
		if (!take_text(cursor, 2))
			return false;
	}
	return true;
}

static bool
take_columns(Cursor *cursor)
{
	uint64_t	count;
	uint64_t	i;

	if (!take_length(cursor, 2, &count))
		return false;
	if (cursor->lenient && cursor->metadata && cursor->result_rows == 0 && count <= INT16_MAX)
	{
		cursor->results--;		/* other columns, or none, for a result that has no row yet */
		cursor->metadata = false;
		cursor->out->columns = 0;
	}
	if (count == 0xFFFF || count == 0 || (cursor->lenient && count > INT16_MAX))
		return true;
	if (count > TOKENS_COLUMNS)
		return fail(cursor, "too many columns");
	if (cursor->results++ > 0)
		return fail(cursor, "a second result");
	cursor->metadata = true;
	cursor->out->columns = (int) count;
	for (i = 0; i < count; i++)
	{
		if (!take(cursor, 6, BYTE_OTHER) ||
			!take_type(cursor, &cursor->type[i], &cursor->out->type[i]))
			return false;
		if (cursor->type[i]->layout == LAYOUT_LONG && !take_table_name(cursor))
			return false;
		if (!take_text(cursor, 1))
			return false;
	}
	return true;
}

static bool
take_chunks(Cursor *cursor, bool *null)
{
	uint64_t	total;
	uint64_t	chunk;
	uint64_t	sum = 0;

	if (!take_length(cursor, 8, &total))
		return false;
	*null = total == PLP_NULL;
	if (*null)
		return true;
	do
	{
		if (!take_length(cursor, 4, &chunk))
			return false;
		if (cursor->lenient && chunk > INT32_MAX)
			chunk = 0;
		if (!take(cursor, chunk, BYTE_DATA))
			return false;
		sum += chunk;
	} while (chunk > 0);
	if (total != PLP_UNKNOWN && sum != total && !cursor->lenient)
		return fail(cursor, "chunks that do not add up");
	return true;
}

static bool
take_value(Cursor *cursor, const Type *type, const ColumnType *column, bool *null)
{
	uint64_t	length = 0;

	*null = false;
	switch (type->layout)
	{
		case LAYOUT_FIXED:
			*null = type->size == 0;
			return take(cursor, type->size, BYTE_DATA);
		case LAYOUT_BYTE:
			if (!take_length(cursor, 1, &length))
				return false;
			*null = length == 0;
			return take(cursor, length, BYTE_DATA);
		case LAYOUT_SHORT:
			if (tokens_number(column->bytes + 1, 2) >= (cursor->lenient ? 0x8000 : PLP))
				return take_chunks(cursor, null);
			if (!take_length(cursor, 2, &length))
				return false;
			*null = length == 0xFFFF || (cursor->lenient && length >= 0x8000);
			return *null || take(cursor, length, BYTE_DATA);
		case LAYOUT_CHUNKS:
			return take_chunks(cursor, null);
		case LAYOUT_LONG:
			if (!take_length(cursor, 1, &length))
				return false;
			*null = cursor->lenient ? length != TEXT_POINTER : length == 0;
			return *null || (take(cursor, length + 8, BYTE_OTHER) &&
							 take_length(cursor, 4, &length) && take(cursor, length, BYTE_DATA));
		case LAYOUT_VARIANT:
			if (!take_length(cursor, 4, &length))
				return false;
			*null = length == 0;
			return take(cursor, length, BYTE_DATA);
		case LAYOUT_NONE:
			break;
	}
	return fail(cursor, "a type that is none");
}

static bool
take_row(Cursor *cursor, bool bitmap)
{
	Tokens	   *out = cursor->out;
	const uint8_t *nulls = cursor->bytes + cursor->at;
	int			i;

	if (!cursor->metadata)
		return fail(cursor, "a row without columns");
	if (bitmap && !take(cursor, (size_t) (out->columns + 7) / 8, BYTE_OTHER))
		return false;
	for (i = 0; i < out->columns; i++)
	{
		Cell		cell = {.at = cursor->at, .null = true};

		if ((!bitmap || (nulls[i / 8] >> i % 8 & 1) == 0) &&
			!take_value(cursor, cursor->type[i], &out->type[i], &cell.null))
			return false;
		cell.size = cursor->at - cell.at;
		out->cell = grow(out->cell, cursor->cells, &cursor->cells_size, sizeof(Cell));
		out->cell[cursor->cells++] = cell;
	}
	out->rows++;
	cursor->result_rows++;
	cursor->settled = false;
	return true;
}

/* What the first DONE with a count has said; 0: there was none. */
static uint32_t
first_count(const Tokens *tokens)
{
	return tokens->counts > 0 ? (uint32_t) tokens->count_said[0] : 0;
}

static bool
take_done(Cursor *cursor)
{
	Tokens	   *out = cursor->out;
	uint64_t	status;
	uint64_t	count;

	if (!take_number(cursor, 2, BYTE_DONE_STATUS, &status) || !take(cursor, 2, BYTE_OTHER) ||
		!take_number(cursor, 8, BYTE_DONE_COUNT, &count))
		return false;
	if ((status & DONE_COUNT) != 0 && (cursor->metadata || cursor->results == 0))
	{
		out->count_said = grow(out->count_said, out->counts, &cursor->counts_size, sizeof(uint64_t));
		out->count_said[out->counts++] = count;
		out->counted = true;
		out->done_count = count;
	}
	cursor->ended = (status & DONE_MORE) == 0;
	if (!cursor->metadata)
		return true;
	if ((status & DONE_COUNT) != 0)
		cursor->settled = (uint32_t) count == cursor->result_rows ||
			first_count(out) == cursor->result_rows;
	/* to be lenient is to let rows follow, as long as their number comes out right */
	if (cursor->lenient && !cursor->ended)
		return true;
	if (!cursor->lenient && ((status & DONE_COUNT) == 0 || (uint32_t) count != cursor->result_rows))
		return fail(cursor, "another number of rows");
	if (!cursor->settled && first_count(out) != cursor->result_rows)
		return fail(cursor, "another number of rows, or none");
	cursor->metadata = false;
	return true;
}

static bool
take_return_value(Cursor *cursor)
{
	const Type *type;
	ColumnType	column;
	bool		null;
	size_t		at;

	if (!take(cursor, 2, BYTE_OTHER) || !take_text(cursor, 1) || !take(cursor, 7, BYTE_OTHER) ||
		!take_type(cursor, &type, &column))
		return false;
	at = cursor->at;
	if (!take_value(cursor, type, &column, &null))
		return false;
	if (type->number == 0x26 && cursor->at - at == 5 && cursor->out->returned < TOKENS_RETURNED)
		cursor->out->handle[cursor->out->returned++] =
			(uint32_t) tokens_number(cursor->bytes + at + 1, 4);
	return true;
}

/* A token that says how long it is. */
static bool
take_measured(Cursor *cursor, size_t size)
{
	uint64_t	length;

	return take_length(cursor, size, &length) && take(cursor, length, BYTE_OTHER);
}

/*
 * ERROR and INFO.  A lenient reader goes by the class of a message, and by what
 * it holds instead of its length.
 */
static bool
take_message(Cursor *cursor, bool error)
{
	size_t		at = cursor->at;
	uint64_t	size;

	if (!cursor->lenient)
	{
		cursor->error = cursor->error || error;
		return take_measured(cursor, 2);
	}
	if (!take_length(cursor, 2, &size) || !take(cursor, 6, BYTE_OTHER))
		return false;
	if (cursor->bytes[at + 7] > INFORMATION_CLASS)
		cursor->error = true;
	return take_text(cursor, 2) && take_text(cursor, 1) && take_text(cursor, 1) &&
		take(cursor, 4, BYTE_OTHER);
}

static bool
take_features(Cursor *cursor)
{
	while (cursor->at < cursor->size && cursor->bytes[cursor->at] != 0xFF)
	{
		if (!take(cursor, 1, BYTE_OTHER) || !take_measured(cursor, 4))
			return false;
	}
	return take(cursor, 1, BYTE_OTHER);
}

/* Where another server is to be asked instead; nobody does so in the middle of a session. */
static bool
take_routing(Cursor *cursor)
{
	size_t		start = cursor->at;
	uint64_t	length;
	uint64_t	address;

	if (!take_length(cursor, 2, &length))
		return false;
	if (length > 0)
	{
		if (length < 5 || !take(cursor, 3, BYTE_OTHER) || !take_length(cursor, 2, &address) ||
			2 * address < length - 5)
			return fail(cursor, "a route that is none");
		if (!take(cursor, length - (cursor->at - start - 2), BYTE_OTHER))
			return false;
	}
	return take_measured(cursor, 2);
}

/* As FreeTDS reads it: what some changes are says how long they are, and not their length. */
static bool
take_change_leniently(Cursor *cursor)
{
	size_t		start = cursor->at;
	uint64_t	size;
	uint64_t	length;
	uint8_t		kind;

	if (!take_length(cursor, 2, &size) || !take(cursor, 1, BYTE_OTHER))
		return false;
	kind = cursor->bytes[start + 2];
	if (kind <= 4)
		return take_text(cursor, 1) && take_text(cursor, 1);
	if (kind == 8)
		return take_length(cursor, 1, &length) && take(cursor, 8, BYTE_OTHER) &&
			take_measured(cursor, 1);
	if (kind == 7 || kind == 9 || kind == 10)
		return take_measured(cursor, 1) && take_measured(cursor, 1);
	if (kind == 20)
		return take_routing(cursor);
	if (size == 0)
		return fail(cursor, "a change of nothing");
	return take(cursor, size - 1, BYTE_OTHER);
}

typedef struct OldToken
{
	uint8_t		kind;
	uint8_t		length;			/* bytes that say how long it is; 0: it is fixed */
	uint8_t		size;
} OldToken;

/* Of TDS 4 and 5; who reads them for TDS 7 skips them. */
static const OldToken old_tokens[] = {
	{0x20, 4, 0}, {0x22, 4, 0}, {0x61, 4, 0}, {0x65, 1, 0}, {0x71, 1, 0}, {0x7C, 0, 8},
	{0x83, 2, 0}, {0xA0, 2, 0}, {0xA1, 2, 0}, {0xA6, 2, 0}, {0xA7, 2, 0}, {0xA8, 2, 0},
	{0xE2, 2, 0}, {0xE5, 2, 0}, {0xE6, 2, 0}, {0xE7, 2, 0}, {0xEC, 2, 0}, {0xED, 2, 0}
};

static bool
take_old_token(Cursor *cursor, uint8_t token)
{
	size_t		i;

	cursor->out->odd = true;
	for (i = 0; i < sizeof(old_tokens) / sizeof(old_tokens[0]); i++)
	{
		if (old_tokens[i].kind == token)
			return old_tokens[i].length > 0 ? take_measured(cursor, old_tokens[i].length) :
				take(cursor, old_tokens[i].size, BYTE_OTHER);
	}
	return fail(cursor, "a token that is none");
}

static bool
take_token(Cursor *cursor, uint8_t token)
{
	switch (token)
	{
		case TOKEN_COLMETADATA:
			return take_columns(cursor);
		case TOKEN_ROW:
			return take_row(cursor, false);
		case TOKEN_NBCROW:
			return take_row(cursor, true);
		case TOKEN_DONE:
		case TOKEN_DONEPROC:
		case TOKEN_DONEINPROC:
			return take_done(cursor);
		case 0x79:				/* RETURNSTATUS */
			return take(cursor, 4, BYTE_OTHER);
		case 0xAC:
			return take_return_value(cursor);
		case 0xAA:				/* ERROR */
		case 0xAB:				/* INFO */
			return take_message(cursor, token == 0xAA);
		case 0xA4:				/* TABNAME */
		case 0xA5:				/* COLINFO */
			cursor->out->odd = true;
			return take_measured(cursor, 2);
		case 0xA9:				/* ORDER */
		case 0xAD:				/* LOGINACK */
			return take_measured(cursor, 2);
		case 0xE3:				/* ENVCHANGE */
			return cursor->lenient ? take_change_leniently(cursor) : take_measured(cursor, 2);
		case 0xAE:				/* FEATUREEXTACK */
			return take_features(cursor);
		case 0xE4:				/* SESSIONSTATE */
			return take_measured(cursor, 4);
		default:
			return cursor->lenient ? take_old_token(cursor, token) :
				fail(cursor, "a token that is none");
	}
}

static void
read_tokens(Tokens *tokens, const uint8_t *payload, size_t size, bool lenient)
{
	Cursor		cursor = {.out = tokens, .bytes = payload, .size = size, .lenient = lenient};

	memset(tokens, 0, sizeof(*tokens));
	tokens->kind = calloc(1, size + 1);
	if (tokens->kind == NULL)
		abort();
	while (cursor.at < size && tokens->problem == NULL)
	{
		Token		token = {.kind = payload[cursor.at], .at = cursor.at};

		if (cursor.ended)
		{
			tokens->tail = true;
			break;
		}
		take(&cursor, 1, BYTE_TOKEN);
		take_token(&cursor, token.kind);
		token.size = cursor.at - token.at;
		tokens->token = grow(tokens->token, tokens->count, &cursor.tokens_size, sizeof(Token));
		tokens->token[tokens->count++] = token;
	}
	if (!cursor.ended)
		fail(&cursor, "no end");
	tokens->refused = cursor.error && tokens->problem == NULL;
	if (cursor.error)
		fail(&cursor, "an error of the server");
	tokens->whole = tokens->problem == NULL;
}

void
tokens_read(Tokens *tokens, const uint8_t *payload, size_t size)
{
	read_tokens(tokens, payload, size, false);
}

void
tokens_read_leniently(Tokens *tokens, const uint8_t *payload, size_t size)
{
	read_tokens(tokens, payload, size, true);
}

void
tokens_free(Tokens *tokens)
{
	free(tokens->kind);
	free(tokens->token);
	free(tokens->field);
	free(tokens->cell);
	free(tokens->count_said);
	memset(tokens, 0, sizeof(*tokens));
}
