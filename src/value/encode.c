/*
 * src/value/encode.c
 *		A Datum -> a typed value for the server.
 *
 * The inverse of decode.c: each type travels in the remote type that holds all
 * of its values, laid out as the wire lays out one of those.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#include "value/encode.h"

typedef struct EncodeRow
{
	Oid			local;
	WireType	remote;
	int			length;			/* bytes */
	void		(*encode) (Datum value, void *bytes);
} EncodeRow;

static void
encode_int4(Datum value, void *bytes)
{
	int32		integer = DatumGetInt32(value);

	memcpy(bytes, &integer, sizeof(integer));
}

static void
encode_int8(Datum value, void *bytes)
{
	int64		integer = DatumGetInt64(value);

	memcpy(bytes, &integer, sizeof(integer));
}

/* SQL Server keeps the first three fields of a guid little-endian. */
static void
encode_uuid(Datum value, void *bytes)
{
	static const uint8 order[UUID_LEN] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	const pg_uuid_t *uuid = DatumGetUUIDP(value);
	int			i;

	for (i = 0; i < UUID_LEN; i++)
		((uint8 *) bytes)[i] = uuid->data[order[i]];
}

static const EncodeRow rows[] = {
	{INT4OID, WIRE_TYPE_INT, sizeof(int32), encode_int4},
	{INT8OID, WIRE_TYPE_BIGINT, sizeof(int64), encode_int8},
	{UUIDOID, WIRE_TYPE_GUID, UUID_LEN, encode_uuid},
};

static const EncodeRow *
find_row(Oid local)
{
	size_t		i;

	for (i = 0; i < lengthof(rows); i++)
	{
		if (rows[i].local == local)
			return &rows[i];
	}
	return NULL;
}

bool
tmf_encode_natural(Oid local, SqlType *as)
{
	memset(as, 0, sizeof(*as));
	as->name = local == INT4OID ? SQLTYPE_INT : local == INT8OID ? SQLTYPE_BIGINT :
		local == UUIDOID ? SQLTYPE_UNIQUEIDENTIFIER : SQLTYPE_UNKNOWN;
	return as->name != SQLTYPE_UNKNOWN;
}

WireType
tmf_encode_type(Oid local)
{
	const EncodeRow *row = find_row(local);

	return row != NULL ? row->remote : WIRE_TYPE_UNKNOWN;
}

void
tmf_encode(Oid local, Datum value, bool isnull, WireParameter *parameter)
{
	const EncodeRow *row = find_row(local);
	void	   *bytes;

	if (row == NULL)
		elog(ERROR, "type %s travels in no remote type", format_type_be(local));
	parameter->type = row->remote;
	parameter->value = NULL;
	parameter->length = 0;
	if (isnull)
		return;
	bytes = palloc(row->length);
	row->encode(value, bytes);
	parameter->value = bytes;
	parameter->length = row->length;
}
