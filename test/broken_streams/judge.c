/*
 * test/broken_streams/judge.c
 *		Did the client take a part, or something else, for the whole?
 *
 * The bytes are read once more, by the book.  If they are a whole answer, the
 * client must have read that one: as many rows, NULL where NULL is, and the
 * recorded value wherever bytes and type are the recorded ones.  If they are
 * not, a client may be more lenient than the book only where it comes to the
 * recorded result, and never against the number of rows that DONE tells.  One
 * that is lenient with the length of a value reads other values in that row:
 * that is told apart, and so is what a lenient reading of the bytes
 * (tokens_read_leniently()) says.
 */
#include <string.h>

#include "judge.h"
#include "tokens.h"

typedef struct Value
{
	bool		null;
	const uint8_t *bytes;
	size_t		size;
} Value;

/* A body of protocol.h, read from its beginning. */
typedef struct Result
{
	const uint8_t *at;
	const uint8_t *end;
	uint32_t	columns;
	uint64_t	rows;			/* that are there */
	int64_t		count;			/* as the client has reported */
} Result;

static uint64_t
result_number(Result *result, size_t size)
{
	uint64_t	number = 0;

	if (result->at <= result->end && (size_t) (result->end - result->at) >= size)
		number = tokens_number(result->at, size);
	result->at += size;
	return number;
}

static void
result_open(Result *result, const Bytes *body)
{
	memset(result, 0, sizeof(*result));
	result->at = body->data;
	result->end = body->data + body->used;
	result->columns = (uint32_t) result_number(result, 4);
	result->at += result->columns;
}

static Value
result_value(Result *result)
{
	Value		value = {0};
	uint32_t	size = (uint32_t) result_number(result, 4);

	value.null = size == UINT32_MAX;
	if (!value.null)
	{
		value.bytes = result->at;
		value.size = size;
		result->at += size;
	}
	return value;
}

/* True: a row follows. */
static bool
result_row(Result *result)
{
	if (result_number(result, 1) == 1)
	{
		result->rows++;
		return true;
	}
	result->count = (int64_t) result_number(result, 8);
	return false;
}

static bool
same_value(Value a, Value b)
{
	return a.null == b.null && a.size == b.size &&
		(a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

static bool
same_cell(const Bytes *a, const Cell *x, const Bytes *b, const Cell *y)
{
	return x->null == y->null && x->size == y->size &&
		memcmp(a->data + x->at, b->data + y->at, x->size) == 0;
}

static bool
same_type(const ColumnType *a, const ColumnType *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* Behind the rows: a handle that nobody sent would run another statement; 0 is none. */
static bool
right_handle(const Recording *recording, Result *result, const Tokens *sent, uint32_t *handle)
{
	int			i;

	*handle = 0;
	if (recording->statement.form == CASE_PREPARE)
		*handle = (uint32_t) result_number(result, 4);
	for (i = 0; *handle != 0 && i < sent->returned; i++)
	{
		if (sent->handle[i] == *handle)
			return true;
	}
	return *handle == 0;
}

/* Is count what a DONE says?  Without rows to be counted there may be several. */
static bool
was_said(const Tokens *tokens, int64_t count)
{
	size_t		i;

	for (i = 0; i < tokens->counts; i++)
	{
		if ((uint32_t) tokens->count_said[i] == (uint32_t) count)
			return true;
	}
	return false;
}

/* Compares what the client has read with a reply that is whole. */
static Judgement
compare(const Recording *recording, const Tokens *was, const Bytes *payload, const Tokens *is,
		const Bytes *body)
{
	Result		old;
	Result		new;
	bool		old_row;
	size_t		row = 0;
	uint32_t	handle;

	result_open(&old, &recording->answer);
	result_open(&new, body);
	if ((int) new.columns != is->columns)
		return JUDGE_OTHER;
	old_row = new.columns == old.columns;
	while (result_row(&new))
	{
		uint32_t	i;

		if (row >= is->rows)
			return JUDGE_OTHER;
		old_row = old_row && result_row(&old);
		for (i = 0; i < new.columns; i++)
		{
			const Cell *cell = &is->cell[row * new.columns + i];
			Value		value = result_value(&new);
			Value		before = old_row ? result_value(&old) : value;

			if (value.null != cell->null)
				return JUDGE_OTHER;
			if (old_row && same_type(&is->type[i], &was->type[i]) &&
				same_cell(payload, cell, &recording->payload[STAGES - 1],
						  &was->cell[row * new.columns + i]) &&
				!same_value(value, before))
				return JUDGE_OTHER;
		}
		row++;
	}
	if (row < is->rows)
		return JUDGE_SHORT;
	if (!right_handle(recording, &new, is, &handle))
		return JUDGE_OTHER;
	return new.columns == 0 && new.count >= 0 && !was_said(is, new.count) ? JUDGE_OTHER : JUDGE_GOOD;
}

/*
 * Compares with the recorded result what was read from a reply that is not
 * whole: as many rows and columns, and other values in one row at most?
 */
static Judgement
compare_with_recorded(const Recording *recording, const Tokens *was, const Bytes *body)
{
	Result		old;
	Result		new;
	int			different = 0;	/* rows */
	uint32_t	handle;

	result_open(&old, &recording->answer);
	result_open(&new, body);
	if (recording->answer.used == 0 || new.columns == 0 || new.columns != old.columns)
		return JUDGE_OTHER;
	while (result_row(&new))
	{
		bool		same = true;
		uint32_t	i;

		if (!result_row(&old))
			return JUDGE_OTHER;
		for (i = 0; i < new.columns; i++)
			same = same_value(result_value(&new), result_value(&old)) && same;
		different += !same;
	}
	if (result_row(&old))
		return JUDGE_SHORT;
	if (!right_handle(recording, &new, was, &handle))
		return JUDGE_OTHER;
	/* the recorded result, of a statement that has not been kept */
	if (different == 0 && recording->statement.form == CASE_PREPARE && handle == 0 &&
		new.count == old.count)
		return JUDGE_GOOD;
	return different == 1 ? JUDGE_VALUE : JUDGE_OTHER;
}

static uint64_t
rows_of(const Bytes *body)
{
	Result		result;

	result_open(&result, body);
	while (result_row(&result))
	{
		uint32_t	i;

		for (i = 0; i < result.columns; i++)
			(void) result_value(&result);
	}
	return result.columns > 0 ? result.rows : (uint64_t) result.count;
}

/* A reply that is not whole by the book, read by somebody who overlooks what does not matter. */
static Judgement
judge_leniently(const Recording *recording, const Tokens *was, const Bytes *raw, const Bytes *body)
{
	Bytes		payload = {0};
	Tokens		is;
	Judgement	judgement = JUDGE_OTHER;

	packets_open_leniently(&payload, raw->data, raw->used);
	tokens_read_leniently(&is, payload.data, payload.used);
	if (is.whole)
		judgement = compare(recording, was, &payload, &is, body);
	if (judgement == JUDGE_GOOD)
		judgement = JUDGE_VALUE;
	else if (is.odd)
		judgement = JUDGE_UNKNOWN;
	tokens_free(&is);
	bytes_free(&payload);
	return judgement;
}

Judgement
judge(const Recording *recording, const Bytes *raw, const Bytes *body)
{
	Bytes		payload = {0};
	Tokens		was;
	Tokens		is;
	bool		open = packets_open(&payload, raw->data, raw->used);
	bool		same = body->used == recording->answer.used &&
		memcmp(body->data, recording->answer.data, body->used) == 0;
	Judgement	judgement;
	Judgement	lenient = JUDGE_OTHER;

	tokens_read(&was, recording->payload[STAGES - 1].data, recording->payload[STAGES - 1].used);
	tokens_read(&is, payload.data, payload.used);
	if (open && is.whole)
	{
		judgement = compare(recording, &was, &payload, &is, body);
		/* a length and what it is said of may contradict each other */
		if (judgement != JUDGE_GOOD && judge_leniently(recording, &was, raw, body) == JUDGE_VALUE)
			judgement = JUDGE_VALUE;
	}
	else if (same && !(is.counted && (uint32_t) is.done_count != (uint32_t) rows_of(body)))
		judgement = JUDGE_GOOD;
	else if ((lenient = judge_leniently(recording, &was, raw, body)) == JUDGE_VALUE ||
			 lenient == JUDGE_UNKNOWN)
		judgement = lenient;
	else if (is.counted && (uint32_t) is.done_count != (uint32_t) rows_of(body))
		judgement = JUDGE_SHORT;
	else
		judgement = compare_with_recorded(recording, &was, body);
	tokens_free(&was);
	tokens_free(&is);
	bytes_free(&payload);
	return judgement;
}
