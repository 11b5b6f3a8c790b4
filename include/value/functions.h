/*
 * functions.h
 *		The decode functions that the table of types points at.
 *
 * The name says what is read into what.
 */
#ifndef VALUE_FUNCTIONS_H
#define VALUE_FUNCTIONS_H

#include "value/decode.h"

/* number.c: bit, integers, floating point, money and decimal */
extern Datum tmf_decode_tinyint_int2(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_smallint_int2(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_int_int4(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_bigint_int8(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_integer_int2(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_integer_int4(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_integer_int8(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_integer_numeric(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_bit_bool(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_real_float4(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_real_float8(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_float_float8(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_money_numeric(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_decimal_numeric(TmfDecoder *decoder, const void *value, int length);

/* moment.c: dates and times */
extern Datum tmf_decode_datetime_timestamp(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_smalldatetime_timestamp(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_datetime2_timestamp(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_date_date(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_date_timestamp(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_time_time(TmfDecoder *decoder, const void *value, int length);

/* string.c: characters, bytes and uuids */
extern Datum tmf_decode_text_text(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_text_input(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_utf16_text(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_utf16_input(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_binary_bytea(TmfDecoder *decoder, const void *value, int length);
extern Datum tmf_decode_guid_uuid(TmfDecoder *decoder, const void *value, int length);

#endif
