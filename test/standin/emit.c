/*
 * emit.c
 *		Text and parameters of the SQL that is being emitted.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "emit.h"
#include "functions.h"

void
emission_start(Emission *emission, Session *session)
{
	memset(emission, 0, sizeof(*emission));
	emission->session = session;
	emission->arena = session->arena;
	emission->capacity = 1024;
	emission->text = arena_alloc(emission->arena, emission->capacity);
	emission->text[0] = '\0';
}

static void
emit_bytes(Emission *emission, const char *bytes, size_t size)
{
	if (emission->size + size + 1 > emission->capacity)
	{
		char	   *larger;

		emission->capacity = (emission->size + size + 1) * 2;
		larger = arena_alloc(emission->arena, emission->capacity);
		memcpy(larger, emission->text, emission->size);
		emission->text = larger;
	}
	memcpy(emission->text + emission->size, bytes, size);
	emission->size += size;
	emission->text[emission->size] = '\0';
}

void
emit_text(Emission *emission, const char *text)
{
	emit_bytes(emission, text, strlen(text));
}

void
emit_format(Emission *emission, const char *format, ...)
{
	char		buffer[1024];
	va_list		arguments;

	va_start(arguments, format);
	vsnprintf(buffer, sizeof(buffer), format, arguments);
	va_end(arguments);
	emit_text(emission, buffer);
}

static Slot *
add_slot(Emission *emission)
{
	Slot	   *slot;

	if (emission->slot_count == emission->slot_capacity)
	{
		Slot	   *larger;

		emission->slot_capacity = emission->slot_capacity * 2 + 16;
		larger = arena_alloc(emission->arena, sizeof(Slot) * (size_t) emission->slot_capacity);
		if (emission->slot_count > 0)
			memcpy(larger, emission->slots, sizeof(Slot) * (size_t) emission->slot_count);
		emission->slots = larger;
	}
	slot = &emission->slots[emission->slot_count++];
	memset(slot, 0, sizeof(*slot));
	slot->raw.type = SQLITE_NULL;
	return slot;
}

void
emission_reserve(Emission *emission, int count)
{
	while (emission->slot_count < count)
		add_slot(emission);
}

/* Equal plans share a slot, so that SQLite sees GROUP BY f(x) in SELECT f(x). */
int
emit_plan_slot(Emission *emission, const void *plan, size_t size)
{
	Slot	   *slot;

	for (int i = 0; i < emission->slot_count; i++)
	{
		slot = &emission->slots[i];
		if (slot->pointer != NULL && slot->pointer_size == size && memcmp(slot->pointer, plan, size) == 0)
			return i + 1;
	}
	slot = add_slot(emission);
	slot->pointer = arena_copy(emission->arena, plan, size);
	slot->pointer_size = size;
	return emission->slot_count;
}

int
emit_value_slot(Emission *emission, const TypeSpec *type, const SqlValue *value)
{
	Slot	   *slot = add_slot(emission);
	char	   *scratch = arena_alloc(emission->arena, STORAGE_SCRATCH);

	storage_encode(type, value, &slot->raw, scratch);
	raw_copy(emission->arena, &slot->raw);
	return emission->slot_count;
}

static void
emit_quoted(Emission *emission, const char *text, size_t size)
{
	size_t		start = 0;

	emit_text(emission, "'");
	for (size_t i = 0; i < size; i++)
	{
		if (text[i] != '\'')
			continue;
		emit_bytes(emission, text + start, i + 1 - start);
		start = i;
	}
	emit_bytes(emission, text + start, size - start);
	emit_text(emission, "'");
}

/* A value as a literal of SQLite where that is exact, else as a parameter. */
void
emit_value(Emission *emission, const TypeSpec *type, const SqlValue *value)
{
	char		scratch[STORAGE_SCRATCH];
	RawValue	raw;

	storage_encode(type, value, &raw, scratch);
	switch (raw.type)
	{
		case SQLITE_NULL:
			emit_text(emission, "NULL");
			return;
		case SQLITE_INTEGER:
			if (raw.i > INT64_MIN)
			{
				/* In parentheses it is no position in ORDER BY. */
				emit_format(emission, raw.i < 0 ? "(%lld)" : "%lld", (long long) raw.i);
				return;
			}
			break;
		case SQLITE_TEXT:
			if (raw.n < 256 && memchr(raw.p, '\0', raw.n) == NULL)
			{
				emit_quoted(emission, raw.p, raw.n);
				return;
			}
			break;
	}
	emit_format(emission, "?%d", emit_value_slot(emission, type, value));
}

void
emit_collate(Emission *emission, const TypeSpec *type)
{
	const char *collation = storage_collation(type);

	if (collation != NULL)
		emit_format(emission, " COLLATE \"%s\"", collation);
}

sqlite3_stmt *
emission_prepare(Emission *emission)
{
	Session    *session = emission->session;
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(session->handle, emission->text, (int) emission->size + 1, &statement, NULL) != SQLITE_OK)
	{
		session_sqlite_error(session, sqlite3_extended_errcode(session->handle));
		return NULL;
	}
	for (int i = 0; i < emission->slot_count; i++)
	{
		const Slot *slot = &emission->slots[i];

		if (slot->pointer != NULL)
			sqlite3_bind_pointer(statement, i + 1, (void *) slot->pointer, PLAN_POINTER, NULL);
		else
			raw_bind(statement, i + 1, &slot->raw);
	}
	return statement;
}
