/*
 * test/standin/convert_object.c
 *		Conversions to and from geometry, geography, hierarchyid; and to json.
 *
 * An object's binary form is what is stored, so binary comes in as it is, once it
 * has proved to be an object; text is read by the class's own Parse.
 */
#include <stdio.h>
#include <string.h>

#include "convert_internal.h"
#include "hierarchy.h"
#include "json.h"
#include "spatial.h"

static bool
object_fail(SqlMessage *error, SqlType class, const char *problem)
{
	memset(error, 0, sizeof(*error));
	error->number = 6522;
	error->state = 1;
	error->severity = 16;
	error->line = 1;
	snprintf(error->text, sizeof(error->text),
			 "A .NET Framework error occurred during execution of user-defined routine or "
			 "aggregate \"%s\": \nSystem.FormatException: %s", type_name(class), problem);
	return false;
}

bool
object_parse(Arena *arena, SqlType class, const SqlValue *text, int32_t srid, SqlValue *out,
			 SqlMessage *error)
{
	Spatial		spatial;
	const char *problem = "24001: SqlHierarchyId.Parse failed because the input string is not a "
		"valid string representation of a SqlHierarchyId node.";

	if (class == SQL_HIERARCHYID)
		out->p = hierarchy_parse(arena, text->p, text->n, &out->n);
	else if (spatial_from_text(arena, text->p, text->n, class == SQL_GEOGRAPHY, srid, &spatial, &problem))
		out->p = spatial_to_bytes(arena, &spatial, class == SQL_GEOGRAPHY, &out->n);
	else
		out->p = NULL;
	return out->p != NULL || object_fail(error, class, problem);
}

bool
object_text(Arena *arena, SqlType class, const SqlValue *object, bool with_zm, SqlValue *out)
{
	Spatial		spatial;
	int			levels;

	if (class == SQL_HIERARCHYID)
		out->p = hierarchy_format(arena, object->p, object->n, &out->n, &levels);
	else if (spatial_from_bytes(arena, object->p, object->n, class == SQL_GEOGRAPHY, &spatial))
		out->p = spatial_to_text(arena, &spatial, with_zm, &out->n);
	else
		out->p = NULL;
	return out->p != NULL;
}

bool
convert_to_object(Conversion *conversion)
{
	const SqlValue *in = conversion->in;
	SqlType		class = conversion->to->type;
	SqlValue	text;

	if (type_is_text(conversion->from->type))
		return object_parse(conversion->arena, class, in, class == SQL_GEOGRAPHY ? GEOGRAPHY_SRID : 0,
							conversion->out, conversion->error);
	if (!object_text(conversion->arena, class, in, true, &text))
		return object_fail(conversion->error, class, "24210: The input is not valid binary of this type.");
	conversion->out->p = in->p;
	conversion->out->n = in->n;
	return true;
}

bool
convert_to_json(Conversion *conversion)
{
	const SqlValue *in = conversion->in;
	size_t		bad;

	if (!json_check(in->p, in->n, &bad))
		return convert_fail(conversion, 13609, 1, "JSON text is not properly formatted. Unexpected "
							"character '%.*s' is found at position %d.", bad < in->n ? 1 : 0,
							in->p + bad, (int) bad);
	conversion->out->p = in->p;
	conversion->out->n = in->n;
	return true;
}
