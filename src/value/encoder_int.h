/*
 * encoder_int.h
 *		The inside of the encoders, for src/value/encoder*.c alone.
 */
#ifndef VALUE_ENCODER_INT_H
#define VALUE_ENCODER_INT_H

#include "option/compat.h"
#include "value/encoder.h"

/* value of encoder->local is none of encoder->as; reason: what comes behind it in the message */
pg_noreturn extern void tmf_encoder_raise(const TmfEncoder *encoder, Datum value, int sqlstate);

/* encoder_number.c */
extern void tmf_encoder_number_init(TmfEncoder *encoder);
extern void tmf_write_bool(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_int2(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_int4(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_int8(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_numeric(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_float4(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_float8(const TmfEncoder *encoder, Datum value, WireParameter *parameter);

/* encoder_moment.c */
extern void tmf_encoder_moment_init(TmfEncoder *encoder);
extern void tmf_write_date(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_time(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_timestamp(const TmfEncoder *encoder, Datum value, WireParameter *parameter);

/* encoder_string.c */
extern void tmf_encoder_string_init(TmfEncoder *encoder, int code_page);
extern void tmf_write_characters(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_blank_padded(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_output(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_bytes(const TmfEncoder *encoder, Datum value, WireParameter *parameter);
extern void tmf_write_uuid(const TmfEncoder *encoder, Datum value, WireParameter *parameter);

/*
 * code_page.c: bytes that UTF-8 takes in a code page.  Less than all of length is
 * *done when the character there is not one of the code page.
 */
extern int	tmf_code_page_bytes(int code_page, const char *utf8, int length, int *done);

/* Is every character of it known to us, not ASCII's alone? */
extern bool tmf_code_page_known(int code_page);

#endif
