/*
 * src/value/encoder_string.c
 *		Characters, bytes and uuids for a remote column.
 *
 * Characters travel as nvarchar, whatever the column is: the server makes bytes
 * of its code page of them.  What it would then make a question mark of, or cut
 * off, is found here.  Blanks at the end are cut off where they alone are too
 * many, in an assignment here as there.
 */
#include "postgres.h"

#include <limits.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/uuid.h"

#include "encode_int.h"
#include "encoder_int.h"
#include "option/compat.h"

#define UNITS_MAX	4000		/* of nvarchar(n) */
#define BYTES_MAX	8000		/* of varbinary(n) */

static bool
is_bytes(SqlTypeName name)
{
	return name == SQLTYPE_BINARY || name == SQLTYPE_VARBINARY || name == SQLTYPE_IMAGE;
}

/* What the column holds, in its own unit. */
static int
limit_of(const SqlType *as)
{
	if (as->name == SQLTYPE_SQL_VARIANT || as->name == SQLTYPE_HIERARCHYID)
		return UNITS_MAX;
	return as->length > 0 ? as->length : INT_MAX;
}

void
tmf_encoder_string_init(TmfEncoder *encoder, int code_page)
{
	bool		bytes = is_bytes(encoder->as.name);

	encoder->limit = limit_of(&encoder->as);
	encoder->code_page = code_page;
	encoder->declared = (SqlType) {
		.name = bytes ? SQLTYPE_VARBINARY : SQLTYPE_NVARCHAR,
		.length = encoder->limit > (bytes ? BYTES_MAX : UNITS_MAX) ? SQLTYPE_MAX :
			bytes ? BYTES_MAX : UNITS_MAX
	};
}

pg_noreturn static void raise_too_long(const TmfEncoder *encoder, int length);

static void
raise_too_long(const TmfEncoder *encoder, int length)
{
	char		remote[SQLTYPE_TEXT_MAX];
	bool		bytes = encoder->type == WIRE_TYPE_BINARY || encoder->code_page != 0;

	sqltype_format(&encoder->as, remote);
	ereport(ERROR,
			(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
			 errmsg("value of column \"%s\" is too long for the remote type %s",
					encoder->column, remote),
			 bytes ? errdetail("The value takes %d bytes there.", length) :
			 errdetail("The value has %d units of UTF-16.", length)));
}

pg_noreturn static void raise_unknown(const TmfEncoder *encoder, const char *at);

static void
raise_unknown(const TmfEncoder *encoder, const char *at)
{
	char		remote[SQLTYPE_TEXT_MAX];

	sqltype_format(&encoder->as, remote);
	ereport(ERROR,
			(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
			 errmsg("value of column \"%s\" has the character U+%04X, which the remote column cannot hold",
					encoder->column, (unsigned int) utf8_to_unicode((const unsigned char *) at)),
			 tmf_code_page_known(encoder->code_page) ?
			 errdetail("The remote column is %s of the code page %d.", remote, encoder->code_page) :
			 errdetail("The remote column is %s of the code page %d, of which only ASCII is known here.",
					   remote, encoder->code_page)));
}

/* How long is it, in the unit of the limit? */
static int
measure(const TmfEncoder *encoder, const char *utf8, int length)
{
	int			done = length;
	int			bytes;

	if (encoder->code_page == 0)
		return tmf_string_units(utf8, length);
	bytes = tmf_code_page_bytes(encoder->code_page, utf8, length, &done);
	if (done < length)
		raise_unknown(encoder, utf8 + done);
	return bytes;
}

/* text: in the database's encoding */
static void
write_text(const TmfEncoder *encoder, const char *text, int length, WireParameter *parameter)
{
	int			measured = length;

	if (!tmf_string_is_ascii(text, length))
	{
		if (GetDatabaseEncoding() != PG_UTF8)
			text = tmf_string_utf8(pnstrdup(text, length), &length);
		measured = measure(encoder, text, length);
	}
	for (; measured > encoder->limit; measured--, length--)
	{
		if (length == 0 || text[length - 1] != ' ')
			raise_too_long(encoder, measured);
	}
	parameter->value = text;
	parameter->length = length;
}

void
tmf_write_characters(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	const text *characters = DatumGetTextPP(value);

	write_text(encoder, VARDATA_ANY(characters), VARSIZE_ANY_EXHDR(characters), parameter);
}

/* The blanks that pad it mean nothing; a remote char(n) has as many as it needs. */
void
tmf_write_blank_padded(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	const BpChar *characters = DatumGetBpCharPP(value);
	const char *text = VARDATA_ANY(characters);

	write_text(encoder, text, bpchartruelen((char *) text, VARSIZE_ANY_EXHDR(characters)), parameter);
}

static int
settle(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("datestyle", "ISO, YMD", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("intervalstyle", "postgres", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("extra_float_digits", "3", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("search_path", "pg_catalog", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/* Whoever reads it has other settings, perhaps. */
void
tmf_write_output(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	int			level = encoder->settings ? settle() : 0;
	const char *text = OutputFunctionCall((FmgrInfo *) &encoder->output, value);

	if (encoder->settings)
		AtEOXact_GUC(true, level);
	write_text(encoder, text, strlen(text), parameter);
}

void
tmf_write_bytes(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	const bytea *bytes = DatumGetByteaPP(value);

	parameter->value = VARDATA_ANY(bytes);
	parameter->length = VARSIZE_ANY_EXHDR(bytes);
	if (parameter->length > encoder->limit)
		raise_too_long(encoder, parameter->length);
}

void
tmf_write_uuid(const TmfEncoder *encoder, Datum value, WireParameter *parameter)
{
	tmf_string_write(value, false, UUIDOID, &encoder->as, parameter);
}
