/*
 * test/broken_streams/shim.c
 *		As much of PostgreSQL as src/value needs to run without it.
 *
 * Memory is malloc()'s, each piece with its own bounds, so that the sanitizer
 * sees a byte too far; it lives until shim_reset().  An ERROR jumps.  There is
 * no catalog: types are no domains, have no length and no casts, and no
 * input function takes any text.  What the linker misses here is what src/value has begun to need:
 * add the real thing, or the smallest that tells the truth without a catalog.
 */
#include "postgres.h"

#include <stdlib.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "option/compat.h"
#include "value/cast.h"

#include "shim.h"

MemoryContext CurrentMemoryContext = NULL;
MemoryContext TopMemoryContext = NULL;
ErrorContextCallback *error_context_stack = NULL;

static sigjmp_buf *catcher;
static int	error_level;
static char error_text[256];

static void **pieces;
static size_t pieces_used;
static size_t pieces_size;

void
shim_impossible(const char *what)
{
	fprintf(stderr, "shim: %s\n", what);
	abort();
}

static void *
keep(void *piece)
{
	if (pieces_used == pieces_size)
	{
		pieces_size = pieces_size > 0 ? 2 * pieces_size : 64;
		pieces = realloc(pieces, pieces_size * sizeof(void *));
	}
	if (piece == NULL || pieces == NULL)
		shim_impossible("out of memory");
	pieces[pieces_used++] = piece;
	return piece;
}

void
shim_reset(void)
{
	while (pieces_used > 0)
		free(pieces[--pieces_used]);
	free(pieces);
	pieces = NULL;
	pieces_size = 0;
}

void *
palloc(Size size)
{
	if (!AllocSizeIsValid(size))
		ereport(ERROR, (errmsg_internal("invalid memory alloc request size %zu", size)));
	return keep(malloc(size));
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void *
MemoryContextAlloc(MemoryContext context, Size size)
{
	return palloc(size);
}

void *
MemoryContextAllocZero(MemoryContext context, Size size)
{
	return palloc0(size);
}

void
pfree(void *pointer)
{
	size_t		i;

	for (i = pieces_used; i > 0; i--)
	{
		if (pieces[i - 1] != pointer)
			continue;
		pieces[i - 1] = pieces[--pieces_used];
		free(pointer);
		return;
	}
	shim_impossible("pfree() of what palloc() has not given");
}

void *
repalloc(void *pointer, Size size)
{
	size_t		i;

	if (!AllocSizeIsValid(size))
		ereport(ERROR, (errmsg_internal("invalid memory alloc request size %zu", size)));
	for (i = pieces_used; i > 0; i--)
	{
		if (pieces[i - 1] == pointer && (pieces[i - 1] = realloc(pointer, size)) != NULL)
			return pieces[i - 1];
	}
	shim_impossible("repalloc() of what palloc() has not given");
}

char *
pnstrdup(const char *in, Size length)
{
	Size		size = strnlen(in, length);
	char	   *out = palloc(size + 1);

	memcpy(out, in, size);
	out[size] = '\0';
	return out;
}

void
shim_catch(sigjmp_buf *target)
{
	catcher = target;
}

const char *
shim_error(void)
{
	return error_text;
}

bool
errstart(int elevel, const char *domain)
{
	error_level = elevel;
	return elevel >= ERROR;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

int
errcode(int sqlerrcode)
{
	return 0;
}

static int
note(const char *format, va_list arguments)
{
	vsnprintf(error_text, sizeof(error_text), format, arguments);
	return 0;
}

int
errmsg(const char *fmt,...)
{
	va_list		arguments;

	va_start(arguments, fmt);
	note(fmt, arguments);
	va_end(arguments);
	return 0;
}

int
errmsg_internal(const char *fmt,...)
{
	va_list		arguments;

	va_start(arguments, fmt);
	note(fmt, arguments);
	va_end(arguments);
	return 0;
}

int
errdetail(const char *fmt,...)
{
	return 0;
}

int
errhint(const char *fmt,...)
{
	return 0;
}

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	if (catcher == NULL)
		shim_impossible(error_text);
	siglongjmp(*catcher, 1);
}

int
GetDatabaseEncoding(void)
{
	return PG_UTF8;
}

bool
pg_verify_mbstr(int encoding, const char *mbstr, int len, bool noError)
{
	if (!noError)
		shim_impossible("pg_verify_mbstr() is asked to raise an error");
	return pg_encoding_verifymbstr(encoding, mbstr, len) == len;
}

char *
pg_any_to_server(const char *s, int len, int encoding)
{
	return unconstify(char *, s);
}

text *
cstring_to_text_with_len(const char *s, int len)
{
	text	   *result = palloc(len + VARHDRSZ);

	SET_VARSIZE(result, len + VARHDRSZ);
	memcpy(VARDATA(result), s, len);
	return result;
}

Oid
getBaseTypeAndTypmod(Oid typid, int32 *typmod)
{
	return typid;
}

CoercionPathType
find_typmod_coercion_function(Oid typeId, Oid *funcid)
{
	*funcid = InvalidOid;
	return COERCION_PATH_NONE;
}

char *
format_type_be(Oid type_oid)
{
	return psprintf("type %u", type_oid);
}

void
getTypeInputInfo(Oid type, Oid *typInput, Oid *typIOParam)
{
	*typInput = InvalidOid;
	*typIOParam = type;
}

Datum
InputFunctionCall(FmgrInfo *flinfo, char *str, Oid typioparam, int32 typmod)
{
	ereport(ERROR, (errmsg_internal("no type reads \"%s\"", str)));
}

void
fmgr_info_cxt(Oid functionId, FmgrInfo *finfo, MemoryContext mcxt)
{
	memset(finfo, 0, sizeof(*finfo));
}

Datum
FunctionCall2Coll(FmgrInfo *flinfo, Oid collation, Datum arg1, Datum arg2)
{
	shim_impossible("a function is called");
}

Datum
FunctionCall3Coll(FmgrInfo *flinfo, Oid collation, Datum arg1, Datum arg2, Datum arg3)
{
	shim_impossible("a function is called");
}

bool
tmf_cast_find(TmfCast *cast, Oid from, Oid to, int32 typmod, MemoryContext context)
{
	return false;
}

bool
tmf_cast_shortens(Oid type)
{
	return false;
}

Datum
tmf_cast_apply(TmfCast *cast, Datum value, bool *isnull)
{
	if (cast->kind != TMF_CAST_NONE)
		shim_impossible("a cast is applied");
	return value;
}

void
domain_check(Datum value, bool isnull, Oid domainType, void **extra, MemoryContext mcxt)
{
	shim_impossible("a domain is checked");
}
