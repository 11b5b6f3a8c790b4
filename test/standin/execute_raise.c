/*
 * execute_raise.c
 *		PRINT, RAISERROR, THROW and WAITFOR.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "execute.h"

#define RAISE_ARGUMENTS	20

/* A value as text, for messages; NULL becomes "(null)". */
static char *
text_of(Session *session, const TypeSpec *type, const SqlValue *value, size_t *size)
{
	TypeSpec	text = type_text(SQL_NVARCHAR, LENGTH_MAX, session->collation);
	SqlMessage	error;
	SqlValue	out;

	memset(&out, 0, sizeof(out));
	if (value->null || type->type == SQL_UNTYPED)
	{
		out.p = "(null)";
		out.n = 6;
	}
	else if (type_is_text(type->type))
		out = *value;
	else if (!convert_value(value, type, &text, 0, true, session->arena, &out, &error))
	{
		session_conversion_error(session, &error);
		return NULL;
	}
	*size = out.n;
	return arena_copy(session->arena, out.p, out.n);
}

bool
execute_print(Session *session, Expr *expr)
{
	TypeSpec	type;
	SqlValue	value;
	char	   *text;
	size_t		size;

	if (!evaluate(session, expr, &type, &value))
		return false;
	if (value.null)
	{
		session_info(session, 0, 1, 0, " ");
		return true;
	}
	text = text_of(session, &type, &value, &size);
	if (text == NULL)
		return false;
	session_info(session, 0, 1, 0, "%.*s", (int) size, text);
	return true;
}

typedef struct Builder
{
	char	   *text;
	size_t		size;
	size_t		used;
} Builder;

static void
put(Builder *builder, const char *bytes, size_t size)
{
	size_t		room = builder->size - 1 - builder->used;

	if (size > room)
		size = room;
	memcpy(builder->text + builder->used, bytes, size);
	builder->used += size;
	builder->text[builder->used] = '\0';
}

/* %s %d %i %u %x %o with flags and width, as RAISERROR has them. */
static bool
put_argument(Session *session, Builder *out, const char *directive, size_t length,
			 const TypeSpec *type, const SqlValue *value)
{
	char		format[32];
	char		number[64];
	char		letter = directive[length - 1];
	char	   *text;
	size_t		size;

	if (letter == 's' || value->null || !type_is_integer(type->type))
	{
		text = text_of(session, type, value, &size);
		if (text == NULL)
			return false;
		put(out, text, size);
		return true;
	}
	snprintf(format, sizeof(format), "%.*sl%c", (int) (length - 1 < 24 ? length - 1 : 24), directive, letter);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(number, sizeof(number), format, (long) value->i);
#pragma GCC diagnostic pop
	put(out, number, strlen(number));
	return true;
}

static bool
format_message(Session *session, const char *format, size_t size, const TypeSpec *types,
			   const SqlValue *values, int count, char *out, size_t out_size)
{
	Builder		builder = {out, out_size, 0};
	int			next = 0;

	out[0] = '\0';
	for (size_t i = 0; i < size; i++)
	{
		size_t		start = i;

		if (format[i] != '%')
		{
			put(&builder, format + i, 1);
			continue;
		}
		if (i + 1 < size && format[i + 1] == '%')
		{
			put(&builder, "%", 1);
			i++;
			continue;
		}
		do
			i++;
		while (i < size && strchr("-+ #0123456789", format[i]) != NULL);
		if (i >= size || strchr("sdiuxXo", format[i]) == NULL || i - start > 8)
			return session_error(session, 2787, (int) (size - start), format + start);
		if (next >= count)
			put(&builder, "(null)", 6);
		else if (!put_argument(session, &builder, format + start, i - start + 1, &types[next], &values[next]))
			return false;
		next++;
	}
	return true;
}

static bool
whole_number(Session *session, Expr *expr, int64_t *out)
{
	TypeSpec	type;
	SqlValue	value;

	if (!evaluate(session, expr, &type, &value))
		return false;
	*out = type_is_integer(type.type) && !value.null ? value.i : 0;
	return true;
}

bool
execute_raiserror(Session *session, RaiserrorStatement *statement)
{
	TypeSpec	types[RAISE_ARGUMENTS];
	SqlValue	values[RAISE_ARGUMENTS];
	TypeSpec	type;
	SqlValue	message;
	SqlMessage	raised;
	int64_t		severity = 0;
	int64_t		state = 1;

	memset(&raised, 0, sizeof(raised));
	if (statement->arguments.count > RAISE_ARGUMENTS)
		return session_error(session, 2747);
	if (!evaluate(session, statement->message, &type, &message) ||
		!whole_number(session, statement->severity, &severity) ||
		!whole_number(session, statement->state, &state))
		return false;
	for (int i = 0; i < statement->arguments.count; i++)
	{
		if (!evaluate(session, statement->arguments.items[i], &types[i], &values[i]))
			return false;
	}
	if (severity > 18 && !statement->log)
		return session_error(session, 2754);
	if (severity >= 19 && !session->sysadmin)
		return session_error(session, 2754);
	raised.number = 50000;
	raised.severity = (int) (severity < 0 ? 0 : severity > 25 ? 25 : severity);
	raised.state = (int) (state < 0 ? 1 : state > 255 ? 255 : state);
	if (type_is_integer(type.type))
	{
		raised.number = (int) message.i;
		snprintf(raised.text, sizeof(raised.text), "Error %d, severity %d, state %d was raised, but no message "
				 "with that error number was found in sys.messages.", raised.number, raised.severity, raised.state);
	}
	else if (message.null || !type_is_text(type.type))
		raised.text[0] = '\0';
	else if (!format_message(session, message.p, message.n, types, values, statement->arguments.count,
							 raised.text, sizeof(raised.text)))
		return false;
	session_message(session, &raised);
	if (raised.severity <= 10)
		return true;
	if (session->try_depth > 0)
		session->unwind = UNWIND_CATCH;
	session->raised = true;
	return session->unwind == UNWIND_NONE || session->unwind == UNWIND_CATCH;
}

bool
execute_throw(Session *session, ThrowStatement *statement)
{
	TypeSpec	type;
	SqlValue	message;
	SqlMessage	raised = session->caught;
	int64_t		number = 0;
	int64_t		state = 1;
	char	   *text;
	size_t		size;

	if (statement->number == NULL)
	{
		if (!session->in_catch)
			return session_error(session, 10704);
	}
	else
	{
		memset(&raised, 0, sizeof(raised));
		if (!whole_number(session, statement->number, &number) ||
			!evaluate(session, statement->message, &type, &message) ||
			!whole_number(session, statement->state, &state))
			return false;
		if (number < 50000)
			return session_error(session, 35100, (int) number);
		text = text_of(session, &type, &message, &size);
		if (text == NULL)
			return false;
		raised.number = (int) number;
		raised.severity = 16;
		raised.state = (int) (state & 255);
		snprintf(raised.text, sizeof(raised.text), "%.*s", (int) size, text);
	}
	session_message(session, &raised);
	session->thrown = true;
	return false;
}

/* "hh:mm:ss.mmm" in milliseconds; -1 when it is no time. */
static int64_t
delay_of(Session *session, const TypeSpec *type, const SqlValue *value)
{
	TypeSpec	time = type_make(SQL_TIME);
	TypeSpec	datetime = type_make(SQL_DATETIME);
	SqlMessage	error;
	SqlValue	out;

	memset(&out, 0, sizeof(out));
	if (value->null || !convert_value(value, type, &datetime, 0, true, session->arena, &out, &error) ||
		!convert_value(&out, &datetime, &time, 0, true, session->arena, &out, &error))
		return -1;
	return out.i / 10000;
}

bool
execute_waitfor(Session *session, Statement *statement)
{
	struct timespec pause = {0, 5000000};
	struct timespec start;
	struct timespec now;
	TypeSpec	type;
	SqlValue	value;
	int64_t		delay;

	if (!evaluate(session, statement->u.expr, &type, &value))
		return false;
	delay = delay_of(session, &type, &value);
	if (delay < 0)
		return session_error(session, 148, "WAITFOR");
	if (statement->time_of_day)
	{
		int64_t		today = session->clock / 10000 % 86400000;

		delay = delay >= today ? delay - today : delay + 86400000 - today;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	do
	{
		if (session_stopped(session))
		{
			session->unwind = UNWIND_BATCH;
			return true;
		}
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < delay);
	return true;
}
