/*
 * encode.h
 *		SQL Server's types and values as they travel in results.
 */
#ifndef STANDIN_ENCODE_H
#define STANDIN_ENCODE_H

#include "packet.h"

typedef struct EncodeColumn EncodeColumn;

/* How a column is written; found once a result, used for every row. */
struct EncodeColumn
{
	TypeSpec	type;			/* with lengths and scales in their bounds */
	bool		fixed;			/* travels without a length, so never NULL */
	uint8_t		null_size;		/* bytes that a NULL takes in a row */
	void		(*write) (Stream *stream, const EncodeColumn *column, const SqlValue *value);
};

extern void encode_prepare(EncodeColumn *column, const TypeSpec *type, bool nullable);

/* TYPE_INFO. */
extern void encode_type_info(Stream *stream, const EncodeColumn *column);

/* Does COLMETADATA name the table beside it (text, ntext, image)? */
extern bool encode_names_table(const EncodeColumn *column);

static inline void
encode_value(Stream *stream, const EncodeColumn *column, const SqlValue *value)
{
	column->write(stream, column, value);
}

#endif
