/*
 * functions_system.c
 *		What a session asks of itself, its database and its instance.
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "catalog.h"
#include "decimal.h"
#include "functions.h"
#include "product.h"

static Database *
database_of(const Call *call, const SqlValue *name)
{
	char		text[NAME_MAX_BYTES];

	(void) call;
	snprintf(text, sizeof(text), "%.*s", (int) (name->n < sizeof(text) ? name->n : sizeof(text) - 1), name->p);
	return database_find(text);
}

static bool
fn_db_name(Call *call, const SqlValue *a, SqlValue *out)
{
	Database   *database = NULL;

	if (call->plan->count == 0)
		database = call->session->database;
	else
	{
		for (int i = 0; (database = database_at(i)) != NULL && database_id(database) != a[0].i; i++)
			;
	}
	value_text(call, out, database != NULL ? database_name(database) : NULL);
	return true;
}

static bool
fn_db_id(Call *call, const SqlValue *a, SqlValue *out)
{
	Database   *database = call->plan->count == 0 ? call->session->database : database_of(call, &a[0]);

	out->null = database == NULL;
	out->i = database != NULL ? database_id(database) : 0;
	return true;
}

static bool
fn_has_dbaccess(Call *call, const SqlValue *a, SqlValue *out)
{
	Database   *database = database_of(call, &a[0]);
	const char *words;

	out->null = database == NULL;
	out->i = database != NULL && database_state(database, &words) == 0;
	return true;
}

static bool
fn_login(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	value_text(call, out, call->session->login.user);
	return true;
}

static bool
fn_original_db_name(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	value_text(call, out, call->session->login.database);
	return true;
}

/* The permissions that logins differ in here; NULL for what is none. */
static bool
fn_has_perms_by_name(Call *call, const SqlValue *a, SqlValue *out)
{
	const struct
	{
		const char *name;
		bool		public;		/* granted to everybody by default */
	}			permissions[] = {
		{"VIEW ANY DATABASE", instance.view_any_database != 0}, {"ALTER ANY DATABASE", false},
		{"VIEW SERVER STATE", false}, {"CONTROL SERVER", false}, {"ALTER", false}, {"VIEW DEFINITION", false},
		{"SELECT", true}, {"INSERT", true}, {"UPDATE", true}, {"DELETE", true}
	};

	out->null = true;
	for (size_t i = 0; i < sizeof(permissions) / sizeof(permissions[0]); i++)
	{
		const char *name = permissions[i].name;

		if (a[2].null || a[2].n != strlen(name) || strncasecmp(a[2].p, name, a[2].n) != 0)
			continue;
		out->null = false;
		out->i = permissions[i].public || call->session->sysadmin;
	}
	return true;
}

static bool
fn_user_name(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	value_text(call, out, call->session->sysadmin ? "dbo" : call->session->login.user);
	return true;
}

static bool
fn_schema_name(Call *call, const SqlValue *a, SqlValue *out)
{
	static const char *const names[] = {NULL, "dbo", "guest", "INFORMATION_SCHEMA", "sys"};

	value_text(call, out, call->plan->count == 0 ? "dbo" : a[0].i >= 1 && a[0].i <= 4 ? names[a[0].i] : NULL);
	return true;
}

static bool
fn_host_name(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	value_text(call, out, call->session->login.host);
	return true;
}

static bool
fn_app_name(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	value_text(call, out, call->session->login.application);
	return true;
}

static bool
fn_is_srvrolemember(Call *call, const SqlValue *a, SqlValue *out)
{
	if (a[0].n == 8 && strncasecmp(a[0].p, "sysadmin", 8) == 0)
		out->i = call->session->sysadmin;
	else if (a[0].n == 6 && strncasecmp(a[0].p, "public", 6) == 0)
		out->i = 1;
	else
		out->i = call->session->sysadmin;
	return true;
}

static bool
fn_xact_state(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	out->i = call->session->transaction.doomed ? -1 : call->session->transaction.count > 0 ? 1 : 0;
	return true;
}

static bool
fn_scope_identity(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	out->null = !call->session->scope_known;
	decimal_from_int64(call->session->scope_identity, &out->d);
	return true;
}

static bool
fn_newid(Call *call, const SqlValue *a, SqlValue *out)
{
	uint8_t    *bytes = arena_alloc(call->arena, 16);

	(void) a;
	if (getrandom(bytes, 16, 0) != 16)
		memset(bytes, 0, 16);
	bytes[7] = (uint8_t) ((bytes[7] & 0x0F) | 0x40);
	bytes[8] = (uint8_t) ((bytes[8] & 0x3F) | 0x80);
	out->p = (const char *) bytes;
	out->n = 16;
	return true;
}

#define NAME_PARTS	4

/* a.b.c.d, each part perhaps in brackets or quotes, or left out; 0: that is no name. */
static int
split_name(const SqlValue *value, char parts[NAME_PARTS][NAME_MAX_BYTES])
{
	int			count = 1;
	size_t		used = 0;
	char		quote = '\0';

	memset(parts, 0, NAME_PARTS * NAME_MAX_BYTES);
	for (size_t i = 0; i < value->n; i++)
	{
		char		c = value->p[i];

		if (quote == '\0' && used == 0 && (c == '[' || c == '"'))
			quote = c == '[' ? ']' : c;
		else if (quote == '\0' && c == '.')
		{
			if (count++ == NAME_PARTS)
				return 0;
			used = 0;
		}
		else if (c == quote && (i + 1 == value->n || value->p[i + 1] != quote))
			quote = '\0';
		else if (used + 1 == NAME_MAX_BYTES)
			return 0;
		else
		{
			parts[count - 1][used++] = c;
			i += c == quote;
		}
	}
	return quote == '\0' ? count : 0;
}

/* Nothing of another server or database is known here. */
static bool
fn_object_id(Call *call, const SqlValue *a, SqlValue *out)
{
	char		parts[NAME_PARTS][NAME_MAX_BYTES];
	int			count = split_name(&a[0], parts);
	const char *schema = count > 1 && parts[count - 2][0] != '\0' ? parts[count - 2] : NULL;
	const char *database = count > 2 && parts[count - 3][0] != '\0' ? parts[count - 3] : NULL;
	char		type[3] = "";

	out->i = 0;
	if (count > 0 && count < NAME_PARTS &&
		(database == NULL || name_equal(database, database_name(call->session->database))))
		out->i = catalog_object(call->session, schema, parts[count - 1], type);
	if (call->plan->count > 1 && out->i != 0 &&
		(a[1].n != strlen(type) || strncasecmp(a[1].p, type, a[1].n) != 0))
		out->i = 0;
	out->null = out->i == 0;
	return true;
}

/* Part 1 is the last one. */
static bool
fn_parsename(Call *call, const SqlValue *a, SqlValue *out)
{
	char		parts[NAME_PARTS][NAME_MAX_BYTES];
	int			count = split_name(&a[0], parts);
	bool		there = a[1].i >= 1 && a[1].i <= count && parts[count - a[1].i][0] != '\0';

	value_text(call, out, there ? parts[count - a[1].i] : NULL);
	return true;
}

static bool
fn_object_name(Call *call, const SqlValue *a, SqlValue *out)
{
	const TableInfo *table = catalog_table_by_id(call->session, (int) a[0].i);

	value_text(call, out, table != NULL ? table->name : NULL);
	return true;
}

typedef struct Property
{
	const char *name;
	const char *value;			/* NULL: the instance's name */
	int			number;			/* when value is "" */
} Property;

static const Property server_properties[] = {
	{"ProductMinorVersion", "0", 0},
	{"ProductLevel", "RTM", 0},
	{"Edition", "Enterprise Edition (64-bit)", 0},
	{"EngineEdition", "", 3},
	{"ServerName", NULL, 0},
	{"MachineName", NULL, 0},
	{"Collation", "SQL_Latin1_General_CP1_CI_AS", 0},
	{"IsClustered", "", 0},
	{"IsHadrEnabled", "", 0},
	{"IsIntegratedSecurityOnly", "", 0},
	{"IsSingleUser", "", 0},
	{"IsFullTextInstalled", "", 0},
	{"IsLocalDB", "", 0},
	{"ComputerNamePhysicalNetBIOS", NULL, 0},
	{"LCID", "", 1033},
	{"SqlCharSetName", "iso_1", 0},
	{"SqlSortOrderName", "nocase_iso", 0},
	{"LicenseType", "DISABLED", 0},
};

static bool
fn_serverproperty(Call *call, const SqlValue *a, SqlValue *out)
{
	const Property of_product[] = {
		{"ProductVersion", product->version, 0},
		{"ProductMajorVersion", "", product->major},
		{"ProductBuild", "", product->build}
	};
	char		text[32];

	out->null = true;
	for (size_t i = 0; i < sizeof(of_product) / sizeof(of_product[0]); i++)
	{
		snprintf(text, sizeof(text), "%d", of_product[i].number);
		if (a[0].n == strlen(of_product[i].name) && strncasecmp(a[0].p, of_product[i].name, a[0].n) == 0)
			value_text(call, out, of_product[i].value[0] == '\0' ? text : of_product[i].value);
	}
	for (size_t i = 0; i < sizeof(server_properties) / sizeof(server_properties[0]); i++)
	{
		const Property *property = &server_properties[i];

		if (a[0].n != strlen(property->name) || strncasecmp(a[0].p, property->name, a[0].n) != 0)
			continue;
		snprintf(text, sizeof(text), "%d", property->number);
		value_text(call, out, property->value == NULL ? instance.name :
				   property->value[0] == '\0' ? text : property->value);
	}
	return true;
}

static bool
fn_databasepropertyex(Call *call, const SqlValue *a, SqlValue *out)
{
	Database   *database = database_of(call, &a[0]);
	char		property[64];
	const char *words;
	int			state;

	out->null = true;
	if (database == NULL)
		return true;
	state = database_state(database, &words);
	snprintf(property, sizeof(property), "%.*s", (int) (a[1].n < 63 ? a[1].n : 63), a[1].p);
	if (name_equal(property, "Status"))
		value_text(call, out, words);
	else if (state == 0 && name_equal(property, "Collation"))
	{
		char		collation[128] = "";
		bool		own = database == call->session->database;

		if (own)
			catalog_text_setting(call->session->handle, "collation", collation, sizeof(collation));
		value_text(call, out, collation[0] != '\0' ? collation : collation_default()->name);
	}
	else if (name_equal(property, "Updateability"))
		value_text(call, out, "READ_WRITE");
	else if (name_equal(property, "UserAccess"))
		value_text(call, out, "MULTI_USER");
	else if (name_equal(property, "Recovery"))
		value_text(call, out, "FULL");
	else if (state == 0 && name_equal(property, "Version"))
		value_text(call, out, "904");
	return true;
}

/* What CATCH sees of its error. */
static bool
fn_error(Call *call, const SqlValue *a, SqlValue *out)
{
	const SqlMessage *caught = &call->session->caught;
	const char *name = call->plan->function->name;

	(void) a;
	out->null = !call->session->in_catch;
	if (out->null)
		return true;
	if (strcmp(name, "ERROR_MESSAGE") == 0)
		value_text(call, out, caught->text);
	else if (strcmp(name, "ERROR_PROCEDURE") == 0)
		value_text(call, out, caught->procedure[0] != '\0' ? caught->procedure : NULL);
	else
		out->i = strcmp(name, "ERROR_NUMBER") == 0 ? caught->number :
			strcmp(name, "ERROR_SEVERITY") == 0 ? caught->severity :
			strcmp(name, "ERROR_STATE") == 0 ? caught->state : caught->line;
	return true;
}

static bool
fn_rowcount_big(Call *call, const SqlValue *a, SqlValue *out)
{
	(void) a;
	out->i = call->session->rows;
	return true;
}

static bool
type_of_smallint(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_SMALLINT);
	return true;
}

static bool
type_of_identity(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_DECIMAL);
	expr->type.precision = 38;
	return true;
}

static bool
type_of_guid(Session *session, Expr *expr)
{
	(void) session;
	expr->type = type_make(SQL_UNIQUEIDENTIFIER);
	return true;
}

static bool
type_of_message(Session *session, Expr *expr)
{
	expr->type = type_text(SQL_NVARCHAR, 4000, session->collation);
	return true;
}

typedef struct Global
{
	const char *name;
	SqlType		type;
	int32_t		length;
} Global;

static const Global globals[] = {
	{"@@ROWCOUNT", SQL_INT, 0}, {"@@ERROR", SQL_INT, 0}, {"@@TRANCOUNT", SQL_INT, 0},
	{"@@SPID", SQL_SMALLINT, 0}, {"@@OPTIONS", SQL_INT, 0}, {"@@LOCK_TIMEOUT", SQL_INT, 0},
	{"@@DATEFIRST", SQL_TINYINT, 0}, {"@@TEXTSIZE", SQL_INT, 0}, {"@@MAX_PRECISION", SQL_TINYINT, 0},
	{"@@NESTLEVEL", SQL_INT, 0}, {"@@FETCH_STATUS", SQL_INT, 0}, {"@@PROCID", SQL_INT, 0},
	{"@@MICROSOFTVERSION", SQL_INT, 0}, {"@@CONNECTIONS", SQL_INT, 0}, {"@@MAX_CONNECTIONS", SQL_INT, 0},
	{"@@SERVERNAME", SQL_NVARCHAR, 128}, {"@@SERVICENAME", SQL_NVARCHAR, 128},
	{"@@LANGUAGE", SQL_NVARCHAR, 128}, {"@@VERSION", SQL_NVARCHAR, 300},
	{"@@IDENTITY", SQL_DECIMAL, 38}, {"@@DBTS", SQL_VARBINARY, 8}
};

bool
global_type(Session *session, const char *name, TypeSpec *type)
{
	for (size_t i = 0; i < sizeof(globals) / sizeof(globals[0]); i++)
	{
		if (!name_equal(globals[i].name, name))
			continue;
		*type = type_text(globals[i].type, globals[i].length, NULL);
		if (globals[i].type == SQL_NVARCHAR)
			type->collation = session->collation;
		if (globals[i].type == SQL_DECIMAL)
		{
			type->precision = 38;
			type->length = 0;
		}
		return true;
	}
	return false;
}

static int64_t
global_number(const Session *session, const char *name)
{
	const Settings *settings = &session->settings;

	if (name_equal(name, "@@ROWCOUNT"))
		return session->rows > INT32_MAX ? INT32_MAX : session->rows;
	if (name_equal(name, "@@ERROR"))
		return session->error;
	if (name_equal(name, "@@TRANCOUNT"))
		return session->transaction.count;
	if (name_equal(name, "@@SPID"))
		return session->login.spid;
	if (name_equal(name, "@@OPTIONS"))
		return settings->options;
	if (name_equal(name, "@@LOCK_TIMEOUT"))
		return settings->lock_timeout;
	if (name_equal(name, "@@DATEFIRST"))
		return settings->date_first;
	if (name_equal(name, "@@TEXTSIZE"))
		return settings->text_size;
	if (name_equal(name, "@@MAX_PRECISION"))
		return 38;
	if (name_equal(name, "@@NESTLEVEL"))
		return session->depth;
	if (name_equal(name, "@@FETCH_STATUS"))
		return -1;
	if (name_equal(name, "@@MICROSOFTVERSION"))
		return 15 << 24 | 2000;
	return name_equal(name, "@@MAX_CONNECTIONS") ? 32767 : 0;
}

bool
global_value(Session *session, const char *name, Arena *arena, SqlValue *value)
{
	TypeSpec	type;
	const char *text = "";
	uint64_t	number;

	if (!global_type(session, name, &type))
		return false;
	if (type.type == SQL_DECIMAL)
	{
		value->null = !session->identity_known || !session->identity_last;
		decimal_from_int64(session->identity, &value->d);
		return true;
	}
	if (type.type == SQL_VARBINARY)
	{
		number = htobe64((uint64_t) catalog_setting(session->handle, "rowversion"));
		value->p = arena_copy(arena, (const char *) &number, 8);
		value->n = 8;
		return true;
	}
	if (type.type != SQL_NVARCHAR)
	{
		value->i = global_number(session, name);
		return true;
	}
	if (name_equal(name, "@@SERVERNAME"))
		text = instance.name;
	else if (name_equal(name, "@@SERVICENAME"))
		text = "MSSQLSERVER";
	else if (name_equal(name, "@@LANGUAGE"))
		text = session->settings.language;
	else
		text = product->text;
	value->n = strlen(text);
	value->p = arena_copy(arena, text, value->n);
	return true;
}

#define ONCE	FUNCTION_VOLATILE

const Function system_functions[] = {
	{"DB_NAME", FUNCTION_SCALAR, 0, 1, "i", type_of_sysname, fn_db_name, 0, NULL},
	{"DB_ID", FUNCTION_SCALAR, 0, 1, "s", type_of_smallint, fn_db_id, 0, NULL},
	{"HAS_DBACCESS", FUNCTION_SCALAR, 1, 1, "s", type_of_int, fn_has_dbaccess, 0, NULL},
	{"SUSER_SNAME", FUNCTION_SCALAR, 0, 1, "a", type_of_sysname, fn_login, 0, NULL},
	{"SUSER_NAME", FUNCTION_SCALAR, 0, 1, "a", type_of_sysname, fn_login, 0, NULL},
	{"ORIGINAL_LOGIN", FUNCTION_SCALAR, 0, 0, "", type_of_sysname, fn_login, 0, NULL},
	{"SYSTEM_USER", FUNCTION_SCALAR, 0, 0, "", type_of_sysname, fn_login, 0, NULL},
	{"USER_NAME", FUNCTION_SCALAR, 0, 1, "i", type_of_sysname, fn_user_name, 0, NULL},
	{"CURRENT_USER", FUNCTION_SCALAR, 0, 0, "", type_of_sysname, fn_user_name, 0, NULL},
	{"SESSION_USER", FUNCTION_SCALAR, 0, 0, "", type_of_sysname, fn_user_name, 0, NULL},
	{"USER", FUNCTION_SCALAR, 0, 0, "", type_of_sysname, fn_user_name, 0, NULL},
	{"SCHEMA_NAME", FUNCTION_SCALAR, 0, 1, "i", type_of_sysname, fn_schema_name, 0, NULL},
	{"HOST_NAME", FUNCTION_SCALAR, 0, 0, "", type_of_sysname, fn_host_name, 0, NULL},
	{"APP_NAME", FUNCTION_SCALAR, 0, 0, "", type_of_sysname, fn_app_name, 0, NULL},
	{"IS_SRVROLEMEMBER", FUNCTION_SCALAR, 1, 2, "s", type_of_int, fn_is_srvrolemember, 0, NULL},
	{"ORIGINAL_DB_NAME", FUNCTION_SCALAR, 0, 0, "", type_of_sysname, fn_original_db_name, 0, NULL},
	{"HAS_PERMS_BY_NAME", FUNCTION_SCALAR, 3, 3, "s", type_of_int, fn_has_perms_by_name, FUNCTION_SEES_NULL, NULL},
	{"XACT_STATE", FUNCTION_SCALAR, 0, 0, "", type_of_smallint, fn_xact_state, 0, NULL},
	{"SCOPE_IDENTITY", FUNCTION_SCALAR, 0, 0, "", type_of_identity, fn_scope_identity, 0, NULL},
	{"NEWID", FUNCTION_SCALAR, 0, 0, "", type_of_guid, fn_newid, FUNCTION_NOT_NULL | ONCE, NULL},
	{"OBJECT_ID", FUNCTION_SCALAR, 1, 2, "s", type_of_int, fn_object_id, 0, NULL},
	{"PARSENAME", FUNCTION_SCALAR, 2, 2, "si", type_of_sysname, fn_parsename, 0, NULL},
	{"OBJECT_NAME", FUNCTION_SCALAR, 1, 1, "i", type_of_sysname, fn_object_name, 0, NULL},
	{"SERVERPROPERTY", FUNCTION_SCALAR, 1, 1, "s", type_of_sysname, fn_serverproperty, 0, NULL},
	{"DATABASEPROPERTYEX", FUNCTION_SCALAR, 2, 2, "s", type_of_sysname, fn_databasepropertyex, 0, NULL},
	{"ROWCOUNT_BIG", FUNCTION_SCALAR, 0, 0, "", type_of_bigint, fn_rowcount_big, 0, NULL},
	{"ERROR_NUMBER", FUNCTION_SCALAR, 0, 0, "", type_of_int, fn_error, 0, NULL},
	{"ERROR_SEVERITY", FUNCTION_SCALAR, 0, 0, "", type_of_int, fn_error, 0, NULL},
	{"ERROR_STATE", FUNCTION_SCALAR, 0, 0, "", type_of_int, fn_error, 0, NULL},
	{"ERROR_LINE", FUNCTION_SCALAR, 0, 0, "", type_of_int, fn_error, 0, NULL},
	{"ERROR_MESSAGE", FUNCTION_SCALAR, 0, 0, "", type_of_message, fn_error, 0, NULL},
	{"ERROR_PROCEDURE", FUNCTION_SCALAR, 0, 0, "", type_of_sysname, fn_error, 0, NULL},
	{NULL, FUNCTION_SCALAR, 0, 0, NULL, NULL, NULL, 0, NULL}
};
