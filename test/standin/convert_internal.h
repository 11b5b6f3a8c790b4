/*
 * convert_internal.h
 *		What the files of the conversion share; convert.h is for everybody else.
 */
#ifndef STANDIN_CONVERT_INTERNAL_H
#define STANDIN_CONVERT_INTERNAL_H

#include "object.h"

/* One call of convert_value(); out is zero when a converter begins. */
typedef struct Conversion
{
	const SqlValue *in;			/* never NULL in SQL's sense */
	const TypeSpec *from;
	const TypeSpec *to;
	int			style;
	bool		explicit_cast;
	Arena	   *arena;
	SqlValue   *out;
	SqlMessage *error;
} Conversion;

/* By family of the target. */
extern bool convert_to_number(Conversion *conversion);
extern bool convert_to_text(Conversion *conversion);
extern bool convert_to_date(Conversion *conversion);
extern bool convert_to_binary(Conversion *conversion);
extern bool convert_to_guid(Conversion *conversion);
extern bool convert_to_variant(Conversion *conversion);
extern bool convert_to_object(Conversion *conversion);
extern bool convert_to_json(Conversion *conversion);

/* Severity 16; all return false. */
extern bool convert_fail(Conversion *conversion, int number, int state, const char *format,...)
			__attribute__((format(printf, 4, 5)));
extern bool convert_overflow(Conversion *conversion, const char *source);	/* 8115 */
extern bool convert_type_error(Conversion *conversion);	/* 8114 */

/* As messages name it: decimal is "numeric". */
extern const char *convert_name(SqlType type);

/* The text of a CAST from binary by style 0, in the target's own encoding. */
extern const char *binary_as_text(const Conversion *conversion, size_t *size);

/* A point in time, as all date types become it: 100 ns since 0001-01-01 on the local clock. */
typedef struct Moment
{
	int64_t		ticks;
	int16_t		offset;			/* minutes */
} Moment;

#define TICKS_PER_SECOND	INT64_C(10000000)
#define TICKS_PER_MINUTE	(60 * TICKS_PER_SECOND)
#define TICKS_PER_DAY		(86400 * TICKS_PER_SECOND)
#define DAY_1900			693595	/* 1900-01-01 */
#define DAY_END				3652059	/* 10000-01-01 */

extern int64_t floor_divide(int64_t a, int64_t b);

extern void moment_from_value(const SqlValue *value, const TypeSpec *type, Moment *moment);

/* Rounds to the type; false when it cannot hold it. */
extern bool moment_to_value(const Moment *moment, const TypeSpec *type, SqlValue *value);

typedef enum DateTextStatus
{
	DATE_TEXT_OK,
	DATE_TEXT_BAD,				/* not understood */
	DATE_TEXT_RANGE				/* no such day or time */
} DateTextStatus;

/* style tells the order of day, month, year; most_digits: of the fraction. */
extern DateTextStatus date_text_parse(const char *text, size_t size, int style, int most_digits,
									  Moment *moment);

#define DATE_TEXT_SIZE	64

/* By CONVERT's style; false: no such style.  Returns the length in *size. */
extern bool date_text_format(const SqlValue *value, const TypeSpec *type, int style,
							 char *buffer, size_t *size);

#endif
