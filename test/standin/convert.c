/*
 * test/standin/convert.c
 *		CAST and CONVERT: who converts, and what may not be converted.
 *
 * Each family of targets has a file of its own; this one decides which, and
 * holds the words of the errors that several of them raise.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "convert_internal.h"

const char *
convert_name(SqlType type)
{
	return type == SQL_DECIMAL ? "numeric" : type_name(type);
}

bool
convert_fail(Conversion *conversion, int number, int state, const char *format,...)
{
	SqlMessage *error = conversion->error;
	va_list		arguments;

	memset(error, 0, sizeof(*error));
	error->number = number;
	error->state = state;
	error->severity = 16;
	error->line = 1;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return false;
}

bool
convert_overflow(Conversion *conversion, const char *source)
{
	return convert_fail(conversion, 8115, 2,
						"Arithmetic overflow error converting %s to data type %s.",
						source, convert_name(conversion->to->type));
}

bool
convert_type_error(Conversion *conversion)
{
	return convert_fail(conversion, 8114, 5, "Error converting data type %s to %s.",
						convert_name(conversion->from->type), convert_name(conversion->to->type));
}

static bool
refuse(Conversion *conversion)
{
	const char *from = convert_name(conversion->from->type);
	const char *to = convert_name(conversion->to->type);

	if (conversion->explicit_cast)
		return convert_fail(conversion, 529, 2,
							"Explicit conversion from data type %s to %s is not allowed.", from, to);
	if (convert_allowed(conversion->from->type, conversion->to->type, false))
		return convert_fail(conversion, 257, 3,
							"Implicit conversion from data type %s to %s is not allowed. "
							"Use the CONVERT function to run this query.", from, to);
	return convert_fail(conversion, 206, 2, "Operand type clash: %s is incompatible with %s", from, to);
}

bool
convert_to_guid(Conversion *conversion)
{
	const SqlValue *in = conversion->in;
	char	   *bytes = arena_alloc(conversion->arena, 16);

	if (type_is_text(conversion->from->type))
	{
		if (!guid_parse(in->p, in->n, (uint8_t *) bytes))
			return convert_fail(conversion, 8169, 2,
								"Conversion failed when converting from a character string to "
								"uniqueidentifier.");
	}
	else
	{
		memset(bytes, 0, 16);
		if (in->n > 0)
			memcpy(bytes, in->p, in->n < 16 ? in->n : 16);
	}
	conversion->out->p = bytes;
	conversion->out->n = 16;
	return true;
}

static bool
dispatch(Conversion *conversion)
{
	SqlType		to = conversion->to->type;

	if (to == SQL_VARIANT)
		return convert_to_variant(conversion);
	if (type_is_object(to))
		return convert_to_object(conversion);
	if (to == SQL_JSON)
		return convert_to_json(conversion);
	if (to == SQL_UNIQUEIDENTIFIER)
		return convert_to_guid(conversion);
	if (type_is_number(to))
		return convert_to_number(conversion);
	if (type_is_time(to))
		return convert_to_date(conversion);
	if (type_is_binary(to))
		return convert_to_binary(conversion);
	return convert_to_text(conversion);
}

/* What is inside a sql_variant converts as if by CAST. */
static bool
convert_from_variant(Conversion *conversion)
{
	TypeSpec	type;
	SqlValue	value;

	if (!variant_open(conversion->arena, conversion->in, &type, &value))
		return convert_type_error(conversion);
	return convert_value(&value, &type, conversion->to, conversion->style, true,
						 conversion->arena, conversion->out, conversion->error);
}

bool
convert_value(const SqlValue *in, const TypeSpec *from, const TypeSpec *to, int style,
			  bool explicit_cast, Arena *arena, SqlValue *out, SqlMessage *error)
{
	SqlValue	result;
	Conversion	conversion = {in, from, to, style, explicit_cast, arena, &result, error};

	memset(&result, 0, sizeof(result));
	if (from->type != to->type && from->type != SQL_UNTYPED &&
		!convert_allowed(from->type, to->type, !explicit_cast))
		return refuse(&conversion);
	if (in->null || from->type == SQL_UNTYPED)
		result.null = true;
	else if (from->type == to->type &&
			 (from->type == SQL_VARIANT || from->type == SQL_JSON || type_is_object(from->type)))
		result = *in;
	else if (!(from->type == SQL_VARIANT ? convert_from_variant : dispatch) (&conversion))
		return false;
	*out = result;
	return true;
}
