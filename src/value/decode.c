/*
 * src/value/decode.c
 *		The decoder of one column: choice, and what all types share.
 *
 * A value goes through up to four steps: the table's function makes a Datum; a
 * cast makes it one of the base type, where the table has no function for that;
 * the base type's own length coercion enforces a typmod (as an assignment would:
 * too long is an error), unless the type on the wire fits anyway; a domain checks
 * its constraints.
 */
#include "postgres.h"

#include <limits.h>

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "session/report.h"
#include "value/decode.h"
#include "value/functions.h"
#include "value/typemap.h"

/* Digits before and behind the point that a remote type can hold. */
static bool
exact_digits(const WireColumn *remote, int *whole, int *scale)
{
	*scale = 0;
	switch (remote->type)
	{
		case WIRE_TYPE_TINYINT:
			*whole = 3;
			return true;
		case WIRE_TYPE_SMALLINT:
			*whole = 5;
			return true;
		case WIRE_TYPE_INT:
			*whole = 10;
			return true;
		case WIRE_TYPE_BIGINT:
			*whole = 19;
			return true;
		case WIRE_TYPE_SMALLMONEY:
			*whole = 6;
			*scale = 4;
			return true;
		case WIRE_TYPE_MONEY:
			*whole = 15;
			*scale = 4;
			return true;
		case WIRE_TYPE_DECIMAL:
			*whole = remote->precision - remote->scale;
			*scale = remote->scale;
			return remote->precision > 0;
		default:
			return false;
	}
}

/*
 * numeric(p, s) that takes every value of the remote type needs no coercion,
 * only its own number of decimals.  typmod: precision above scale, 11 bits of
 * it signed, as numeric.c packs them.
 */
static bool
numeric_fits(const WireColumn *remote, int32 typmod, int *display_scale)
{
	int			precision = ((typmod - VARHDRSZ) >> 16) & 0xffff;
	int			scale = (((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
	int			remote_whole;
	int			remote_scale;

	if (!exact_digits(remote, &remote_whole, &remote_scale) ||
		scale < remote_scale || scale > 38 || precision - scale < remote_whole)
		return false;
	*display_scale = scale;
	return true;
}

/*
 * The same for dates and times with typmod decimals of a second: how many does
 * the remote type have?  It is cut to microseconds in any case.
 */
static bool
fraction_fits(const WireColumn *remote, Oid base, int32 typmod)
{
	if (base != TIMESTAMPOID && base != TIMESTAMPTZOID && base != TIMEOID)
		return false;
	switch (remote->type)
	{
		case WIRE_TYPE_DATE:
		case WIRE_TYPE_SMALLDATETIME:
			return true;
		case WIRE_TYPE_DATETIME:
			return typmod >= 3;
		case WIRE_TYPE_TIME:
		case WIRE_TYPE_DATETIME2:
		case WIRE_TYPE_DATETIMEOFFSET:
			return typmod >= Min(remote->scale, 6);
		default:
			return false;
	}
}

/* Input functions are told the typmod. */
static bool
by_input(const TmfDecoder *decoder)
{
	return decoder->decode == tmf_decode_text_input || decoder->decode == tmf_decode_utf16_input;
}

static void
choose_coercion(TmfDecoder *decoder, const WireColumn *remote)
{
	Oid			function;

	decoder->coerce_above = INT_MAX;
	decoder->display_scale = -1;
	if (decoder->typmod < 0 || by_input(decoder) ||
		decoder->cast.kind == TMF_CAST_INPUT_OUTPUT)
		return;
	if (decoder->base == NUMERICOID &&
		numeric_fits(remote, decoder->typmod, &decoder->display_scale))
		return;
	if (fraction_fits(remote, decoder->base, decoder->typmod))
		return;
	if (find_typmod_coercion_function(decoder->base, &function) != COERCION_PATH_FUNC)
		return;
	fmgr_info_cxt(function, &decoder->coerce, decoder->context);
	/* n bytes of UTF-8, and n units of UTF-16, are never more than n characters */
	decoder->coerce_above = -1;
	if (decoder->base == VARCHAROID && remote->type == WIRE_TYPE_TEXT)
		decoder->coerce_above = decoder->typmod - VARHDRSZ;
	if (decoder->base == VARCHAROID && remote->type == WIRE_TYPE_UTF16)
		decoder->coerce_above = 2 * (decoder->typmod - VARHDRSZ);
}

/*
 * A cast from one of the types that the table has for remote.  What is read into
 * text has no need of one: every type but those that the table leaves out reads
 * text by itself.
 */
static bool
choose_cast(TmfDecoder *decoder, WireType remote)
{
	Oid			from;
	int			i;

	for (i = 0; OidIsValid(from = tmf_typemap_local(remote, i, &decoder->decode)); i++)
	{
		if (from != TEXTOID && from != VARCHAROID && from != BPCHAROID &&
			tmf_cast_find(&decoder->cast, from, decoder->base, decoder->typmod,
						  decoder->context))
			return true;
	}
	return false;
}

bool
tmf_decoder_init(TmfDecoder *decoder, const WireColumn *remote, const char *column,
				 Oid type, int32 typmod, TmfRoom *room, MemoryContext context)
{
	static TmfRoom no_room = {NULL, NULL};

	memset(decoder, 0, sizeof(*decoder));
	decoder->room = room != NULL ? room : &no_room;
	decoder->column = column;
	decoder->remote = remote->type;
	decoder->type = type;
	decoder->typmod = typmod;
	decoder->base = getBaseTypeAndTypmod(type, &decoder->typmod);
	decoder->context = context;
	decoder->decode = tmf_typemap_find(remote->type, decoder->base);
	if (decoder->decode == NULL && !choose_cast(decoder, remote->type))
		return false;
	if (by_input(decoder))
	{
		Oid			function;

		getTypeInputInfo(decoder->base, &function, &decoder->input_argument);
		fmgr_info_cxt(function, &decoder->input, context);
	}
	choose_coercion(decoder, remote);
	decoder->adapt_above = decoder->coerce_above;
	if (decoder->type != decoder->base || decoder->cast.kind != TMF_CAST_NONE)
		decoder->adapt_above = -1;
	return true;
}

const char *
tmf_decode_refusal(const WireColumn *remote, Oid type)
{
	const char *found = psprintf("The type of the remote column \"%s\" is %s",
								 tmf_report_words(remote->name),
								 tmf_typemap_remote_name(remote->type));
	TmfDecodeFunction decode;
	Oid			natural = tmf_typemap_local(remote->type, 0, &decode);
	Oid			base = getBaseType(type);

	if (!OidIsValid(natural))
		return psprintf("%s.", found);
	if (tmf_cast_shortens(base))
		return psprintf("%s, and %s would silently cut off what is too long for it.",
						found, format_type_be(base));
	return psprintf("%s, and there is no cast from %s to %s for assignments.",
					found, format_type_be(natural), format_type_be(base));
}

Datum
tmf_decode_adapted(TmfDecoder *decoder, const void *value, int length, bool *isnull)
{
	Datum		datum = (Datum) 0;

	*isnull = value == NULL;
	if (value != NULL)
		datum = decoder->decode(decoder, value, length);
	datum = tmf_cast_apply(&decoder->cast, datum, isnull);
	if (!*isnull && length > decoder->coerce_above)
		datum = decoder->coerce.fn_nargs == 3 ?
			FunctionCall3(&decoder->coerce, datum, Int32GetDatum(decoder->typmod),
						  BoolGetDatum(false)) :
			FunctionCall2(&decoder->coerce, datum, Int32GetDatum(decoder->typmod));
	if (decoder->type != decoder->base)
		domain_check(datum, *isnull, decoder->type, &decoder->domain_cache,
					 decoder->context);
	return datum;
}

void *
tmf_decode_room_beyond(const TmfDecoder *decoder, size_t size)
{
	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of column \"%s\" is too large", decoder->column),
				 errdetail("It takes %zu bytes, of which PostgreSQL stores at most %zu.",
						   size, MaxAllocSize)));
	return palloc(size);
}

void
tmf_decode_out_of_range(const TmfDecoder *decoder)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("value of column \"%s\" is out of range for type %s",
					decoder->column, format_type_be(decoder->type))));
}

void
tmf_decode_wrong_size(const TmfDecoder *decoder, int length, size_t size)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROTOCOL_VIOLATION),
			 errmsg("value of column \"%s\" has %d bytes, not the %zu of a %s",
					decoder->column, length, size,
					tmf_typemap_remote_name(decoder->remote))));
}
