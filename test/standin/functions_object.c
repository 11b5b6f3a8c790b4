/*
 * functions_object.c
 *		Methods and properties of geometry, geography and hierarchyid, and what is
 *		asked of a sql_variant.
 *
 * The parser makes a call of each: "geometry::Parse"(text), ".STAsText"(object).
 * Names of methods are told apart by case, as the CLR does.
 */
#include <string.h>

#include "functions.h"
#include "hierarchy.h"
#include "object.h"
#include "spatial.h"

static bool
type_of_nvarchar(Session *session, Expr *expr)
{
	expr->type = type_text(SQL_NVARCHAR, LENGTH_MAX, session->collation);
	return true;
}

static bool
is_spatial(SqlType type)
{
	return type == SQL_GEOMETRY || type == SQL_GEOGRAPHY;
}

/* Is it a method of the object that it is called on? */
static bool
check_object(Session *session, const Expr *expr, bool good)
{
	SqlType		type = expr->arguments.items[0]->type.type;

	if (!type_is_object(type))
		return session_error(session, 258, type_name(type));
	return good || session_error(session, 6506, expr->text + 1, type_name(type));
}

static bool
type_of_spatial_text(Session *session, Expr *expr)
{
	return check_object(session, expr, is_spatial(expr->arguments.items[0]->type.type)) &&
		type_of_nvarchar(session, expr);
}

static bool
type_of_object_text(Session *session, Expr *expr)
{
	if (!check_object(session, expr, true))
		return false;
	type_of_nvarchar(session, expr);
	if (expr->arguments.items[0]->type.type == SQL_HIERARCHYID)
		expr->type.length = 4000;
	return true;
}

static bool
type_of_spatial_binary(Session *session, Expr *expr)
{
	expr->type = type_text(SQL_VARBINARY, LENGTH_MAX, NULL);
	return check_object(session, expr, is_spatial(expr->arguments.items[0]->type.type));
}

static bool
type_of_srid(Session *session, Expr *expr)
{
	expr->type = type_make(SQL_INT);
	return check_object(session, expr, is_spatial(expr->arguments.items[0]->type.type));
}

static bool
type_of_level(Session *session, Expr *expr)
{
	expr->type = type_make(SQL_SMALLINT);
	return check_object(session, expr, expr->arguments.items[0]->type.type == SQL_HIERARCHYID);
}

static bool
type_of_geometry(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_GEOMETRY);
	return true;
}

static bool
type_of_geography(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_GEOGRAPHY);
	return true;
}

static bool
type_of_hierarchyid(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_HIERARCHYID);
	return true;
}

static bool
type_of_variant(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_VARIANT);
	return true;
}

static bool
fn_parse(Call *call, const SqlValue *a, SqlValue *out)
{
	SqlType		class = call->plan->result.type;
	int32_t		srid = call->plan->count > 1 ? (int32_t) a[1].i : class == SQL_GEOGRAPHY ? GEOGRAPHY_SRID : 0;

	return object_parse(call->arena, class, &a[0], srid, out, call->error);
}

static bool
fn_text(Call *call, const SqlValue *a, SqlValue *out)
{
	out->null = !object_text(call->arena, call->plan->types[0].type, &a[0],
							 strcmp(call->plan->function->name, ".STAsText") != 0, out);
	return true;
}

static bool
open_spatial(Call *call, const SqlValue *value, Spatial *spatial)
{
	return spatial_from_bytes(call->arena, value->p, value->n,
							  call->plan->types[0].type == SQL_GEOGRAPHY, spatial);
}

static bool
fn_binary(Call *call, const SqlValue *a, SqlValue *out)
{
	Spatial		spatial;

	out->null = !open_spatial(call, &a[0], &spatial);
	if (!out->null)
		out->p = spatial_to_binary(call->arena, &spatial, strcmp(call->plan->function->name, ".STAsBinary") != 0, &out->n);
	return true;
}

static bool
fn_srid(Call *call, const SqlValue *a, SqlValue *out)
{
	Spatial		spatial;

	out->null = !open_spatial(call, &a[0], &spatial);
	out->i = out->null ? 0 : spatial.srid;
	return true;
}

static bool
fn_level(Call *call, const SqlValue *a, SqlValue *out)
{
	size_t		size;
	int			levels;

	out->null = hierarchy_format(call->arena, a[0].p, a[0].n, &size, &levels) == NULL;
	out->i = out->null ? 0 : levels;
	return true;
}

/* Gives a sql_variant of type from. */
static bool
give_variant(Call *call, const TypeSpec *from, const SqlValue *value, SqlValue *out)
{
	return convert_value(value, from, &call->plan->result, 0, true, call->arena, out, call->error);
}

static bool
fn_variant_property(Call *call, const SqlValue *a, SqlValue *out)
{
	static const char *const properties[] = {"BaseType", "Precision", "Scale", "MaxLength", "Collation"};
	char		name[NAME_MAX_BYTES];
	TypeSpec	type;
	TypeSpec	sysname = type_text(SQL_NVARCHAR, 128, collation_default());
	TypeSpec	integer = type_make(SQL_INT);
	SqlValue	inner;
	SqlValue	answer = {0};
	size_t		property = 0;

	if (!variant_open(call->arena, &a[0], &type, &inner) || a[1].n >= sizeof(name))
		return out->null = true;
	memcpy(name, a[1].p, a[1].n);
	name[a[1].n] = '\0';
	while (property < 5 && !name_equal(properties[property], name))
		property++;
	switch (property)
	{
		case 0:
			answer.p = type.type == SQL_DECIMAL ? "numeric" : type_name(type.type);
			break;
		case 1:
			answer.i = type_is_number(type.type) ? type_as_decimal(&type).precision : type.precision;
			break;
		case 2:
			answer.i = type.scale;
			break;
		case 3:
			answer.i = type.length * (type_is_unicode(type.type) ? 2 : 1);
			break;
		case 4:
			answer.p = type.collation != NULL ? type.collation->name : NULL;
			answer.null = answer.p == NULL;
			break;
		default:
			return out->null = true;
	}
	if (answer.p != NULL)
		answer.n = strlen(answer.p);
	return give_variant(call, property == 0 || property == 4 ? &sysname : &integer, &answer, out);
}

/* What a collation ignores, as LCMapString() would be told: case, accents, kana, width. */
static int
comparison_style(const Collation *collation)
{
	static const int styles[] = {1, 2, 65536, 131072};
	int			style = 0;

	for (int i = 0; i < 4; i++)
		style |= (collation->tds[2] & (0x10 << i)) != 0 ? styles[i] : 0;
	return collation->binary ? 0 : style;
}

static bool
fn_collation_property(Call *call, const SqlValue *a, SqlValue *out)
{
	static const char *const properties[] = {"CodePage", "LCID", "ComparisonStyle", "Version"};
	char		texts[2][NAME_MAX_BYTES];
	TypeSpec	integer = type_make(SQL_INT);
	const Collation *collation;
	SqlValue	answer = {0};
	int			property = 0;

	for (int i = 0; i < 2; i++)
	{
		if (a[i].n >= sizeof(texts[i]))
			return out->null = true;
		memcpy(texts[i], a[i].p, a[i].n);
		texts[i][a[i].n] = '\0';
	}
	collation = collation_find(texts[0]);
	while (property < 4 && !name_equal(properties[property], texts[1]))
		property++;
	if (collation == NULL || property == 4)
		return out->null = true;
	answer.i = property == 0 ? (collation->utf8 ? 65001 : 1252) :
		property == 1 ? collation->tds[0] | collation->tds[1] << 8 :
		property == 2 ? comparison_style(collation) : (collation->tds[3] & 0x20) != 0 ? 2 : 0;
	return give_variant(call, &integer, &answer, out);
}

const Function object_functions[] = {
	{"COLLATIONPROPERTY", FUNCTION_SCALAR, 2, 2, "ss", type_of_variant, fn_collation_property, 0, NULL},
	{"SQL_VARIANT_PROPERTY", FUNCTION_SCALAR, 2, 2, "vs", type_of_variant, fn_variant_property, 0, NULL},
	{NULL, FUNCTION_SCALAR, 0, 0, NULL, NULL, NULL, 0, NULL}
};

const Function methods[] = {
	{"geometry::STGeomFromText", FUNCTION_SCALAR, 2, 2, "si", type_of_geometry, fn_parse, 0, NULL},
	{"geometry::Parse", FUNCTION_SCALAR, 1, 1, "s", type_of_geometry, fn_parse, 0, NULL},
	{"geography::STGeomFromText", FUNCTION_SCALAR, 2, 2, "si", type_of_geography, fn_parse, 0, NULL},
	{"geography::Parse", FUNCTION_SCALAR, 1, 1, "s", type_of_geography, fn_parse, 0, NULL},
	{"hierarchyid::Parse", FUNCTION_SCALAR, 1, 1, "s", type_of_hierarchyid, fn_parse, 0, NULL},
	{".STAsText", FUNCTION_SCALAR, 1, 1, "a", type_of_spatial_text, fn_text, 0, NULL},
	{".AsTextZM", FUNCTION_SCALAR, 1, 1, "a", type_of_spatial_text, fn_text, 0, NULL},
	{".ToString", FUNCTION_SCALAR, 1, 1, "a", type_of_object_text, fn_text, 0, NULL},
	{".STAsBinary", FUNCTION_SCALAR, 1, 1, "a", type_of_spatial_binary, fn_binary, 0, NULL},
	{".AsBinaryZM", FUNCTION_SCALAR, 1, 1, "a", type_of_spatial_binary, fn_binary, 0, NULL},
	{".STSrid", FUNCTION_SCALAR, 1, 1, "a", type_of_srid, fn_srid, 0, NULL},
	{".GetLevel", FUNCTION_SCALAR, 1, 1, "a", type_of_level, fn_level, 0, NULL},
	{NULL, FUNCTION_SCALAR, 0, 0, NULL, NULL, NULL, 0, NULL}
};

const Function *
method_find(const char *name)
{
	const Function *method = methods;

	while (method->name != NULL && strcmp(method->name, name) != 0)
		method++;
	return method->name != NULL ? method : NULL;
}
