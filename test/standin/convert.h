/*
 * convert.h
 *		CAST and CONVERT between SQL Server's types, dates, and comparison of text.
 */
#ifndef STANDIN_CONVERT_H
#define STANDIN_CONVERT_H

#include "types.h"

/* Memory that a conversion needs; freed as a whole by its owner. */
typedef struct Arena Arena;
extern Arena *arena_new(void);
extern void *arena_alloc(Arena *arena, size_t size);
extern char *arena_copy(Arena *arena, const char *bytes, size_t size);
extern void arena_reset(Arena *arena);
extern void arena_free(Arena *arena);

/*
 * Converts in (of type from) to type to.  style: as CONVERT's third argument, 0 =
 * default.  explicit_cast: CAST/CONVERT, where text too long is cut silently;
 * otherwise (INSERT, UPDATE) it is error 2628 (8152 text is the engine's).
 * False: *error has number, severity, state and text
 * (245 8114 8115 220 241 242 295 8169 529 206 257 ...).
 * out->p lives as long as both in->p and the arena: it may point into either.
 * Text to dates: the style also tells the order of day and month, so SET
 * DATEFORMAT dmy is style 103 and ymd is 111.
 */
extern bool convert_value(const SqlValue *in, const TypeSpec *from, const TypeSpec *to, int style,
						  bool explicit_cast, Arena *arena, SqlValue *out, SqlMessage *error);

/* May it be converted at all?  implicit: without CAST. */
extern bool convert_allowed(SqlType from, SqlType to, bool implicit);

/* Data type precedence: the type that the other operand is converted to. */
extern int	type_precedence(SqlType type);
extern const char *type_name(SqlType type);	/* "nvarchar" */
extern bool type_from_name(const char *name, SqlType *type);

/*
 * Families.  time: all with a date or a time; text: also xml, json, text, ntext;
 * unicode: in UTF-16; object: of the CLR.
 */
extern bool type_is_number(SqlType type);
extern bool type_is_time(SqlType type);
extern bool type_is_text(SqlType type);
extern bool type_is_unicode(SqlType type);
extern bool type_is_binary(SqlType type);
extern bool type_is_object(SqlType type);

/* Civil dates; day 0 is 0001-01-01. */
extern int32_t date_from_civil(int year, int month, int day);
extern void date_to_civil(int32_t day, int *year, int *month, int *day_of_month);

/*
 * Date and time functions by datepart name (year, quarter, month, dayofyear,
 * day, week, weekday, hour, minute, second, millisecond, microsecond,
 * nanosecond, iso_week, tzoffset and their short forms); false: unknown part
 * (error 155) or out of range (517, 535).
 */
extern bool date_part(const char *part, const SqlValue *value, const TypeSpec *type, int64_t *out, SqlMessage *error);
extern bool date_add(const char *part, int64_t number, const SqlValue *value, const TypeSpec *type,
					 SqlValue *out, SqlMessage *error);
extern bool date_diff(const char *part, const SqlValue *from, const TypeSpec *from_type,
					  const SqlValue *to, const TypeSpec *to_type, int64_t *out, SqlMessage *error);

/* Collations by name, without regard to case; NULL = error 448. */
extern const Collation *collation_find(const char *name);
extern const Collation *collation_default(void);
extern const Collation *collation_by_tds(const uint8_t tds[5]);	/* the default when unknown */

/* -1, 0, 1; trailing blanks do not count, as in SQL Server. */
extern int	collation_compare(const Collation *collation, const char *a, size_t a_size,
							  const char *b, size_t b_size);

/*
 * LIKE with %, _, [set], [^set] and an escape character (0 = none).  Blanks at
 * the end count, unless both sides are char or varchar: there those of the text
 * that the pattern does not ask for are forgiven (collation_like_char).
 */
extern bool collation_like(const Collation *collation, const char *text, size_t text_size,
						   const char *pattern, size_t pattern_size, uint32_t escape);
extern bool collation_like_char(const Collation *collation, const char *text, size_t text_size,
								const char *pattern, size_t pattern_size, uint32_t escape);

/*
 * UTF-8 <-> UTF-16LE and code page 1252; lengths in bytes.  Unmappable in 1252:
 * '?'.  A lone surrogate survives the round trip, as three bytes of UTF-8.
 */
extern char *text_to_utf16(Arena *arena, const char *utf8, size_t size, size_t *out_size);
extern char *text_from_utf16(Arena *arena, const char *utf16, size_t size, size_t *out_size);
extern char *text_to_cp1252(Arena *arena, const char *utf8, size_t size, size_t *out_size);
extern char *text_from_cp1252(Arena *arena, const char *bytes, size_t size, size_t *out_size);
extern size_t text_utf16_units(const char *utf8, size_t size);

/* UPPER and LOWER. */
extern char *text_change_case(Arena *arena, bool upper, const char *utf8, size_t size,
							  size_t *out_size);

/* 36 characters <-> the 16 bytes that travel, and the order of uniqueidentifier. */
extern bool guid_parse(const char *text, size_t size, uint8_t out[16]);
extern void guid_format(const uint8_t bytes[16], char out[37]);
extern int	guid_compare(const uint8_t a[16], const uint8_t b[16]);

#endif
