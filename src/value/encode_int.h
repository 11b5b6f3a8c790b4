/*
 * encode_int.h
 *		The inside of the encoders, for src/value/encode*.c alone.
 *
 * The values of an ordered remote type are numbered: its steps.  Integers,
 * money and decimals are their own number, without the point; floating point
 * counts the representable values from zero; of dates and times the calendar
 * counts.  Then one piece of arithmetic does for all: which step is the first
 * that is not below a local value, and which is the first above it?
 */
#ifndef VALUE_ENCODE_INT_H
#define VALUE_ENCODE_INT_H

#include "lib/stringinfo.h"

#include "value/encode.h"

typedef __int128 TmfStep;

typedef struct TmfSteps
{
	TmfStep		first;			/* of the type */
	TmfStep		last;
	TmfStep		from;			/* the first r with local(r) >= value, last + 1: there is none */
	TmfStep		above;			/* the first r with local(r) > value */
} TmfSteps;

/* encode_number.c: bit, integers, money, decimal, real, float */
extern void tmf_number_steps(Datum value, Oid local, const SqlType *as, TmfSteps *steps);
extern void tmf_number_write(TmfStep step, const SqlType *as, WireParameter *parameter);
extern void tmf_number_text(TmfStep step, const SqlType *as, StringInfo text);

/* Digits behind the point that a numeric needs, and whether a decimal(38) has so many. */
extern bool tmf_number_scale(Datum value, int *scale);

/* encode_moment.c: dates and times */
extern void tmf_moment_steps(Datum value, Oid local, const SqlType *as, TmfSteps *steps);
extern void tmf_moment_write(TmfStep step, const SqlType *as, WireParameter *parameter);
extern void tmf_moment_text(TmfStep step, const SqlType *as, StringInfo text);

/* encode_string.c: what is only sent as itself; declared is set, too */
extern void tmf_string_write(Datum value, bool isnull, Oid local, const SqlType *as,
							 WireParameter *parameter);
extern void tmf_string_text(Datum value, Oid local, StringInfo text);

/* UTF-8 of the database's characters; *length changes with it. */
extern const char *tmf_string_utf8(const char *text, int *length);

/* Units of UTF-16 that UTF-8 takes. */
extern int	tmf_string_units(const char *text, int length);

extern bool tmf_string_is_ascii(const char *text, int length);

/* Fills in characters of UTF-8; ascii: they may be declared as varchar. */
extern void tmf_string_characters(const char *text, int length, bool ascii,
								  WireParameter *parameter);

#endif
