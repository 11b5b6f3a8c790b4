/*
 * unicode.h
 *		Code points: reading and writing UTF-8, letter case, decomposition.
 *
 * Text may hold lone surrogates, as SQL Server's nvarchar may; they are kept in
 * the three bytes that UTF-8's scheme would give them.
 */
#ifndef STANDIN_UNICODE_H
#define STANDIN_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNICODE_REPLACEMENT	0xFFFDu

/* The next code point, *at moves on (at < end); U+FFFD for a byte that starts none. */
extern uint32_t utf8_next(const char **at, const char *end);

/* Writes 1 to 4 bytes, returns how many. */
extern size_t utf8_put(uint32_t code, char *out);

extern bool utf8_is_ascii(const char *text, size_t size);

/* Simple case mapping of Latin, Greek, Cyrillic, Armenian and full-width letters. */
extern uint32_t unicode_lower(uint32_t code);
extern uint32_t unicode_upper(uint32_t code);

/* One step of a letter into base and mark (0: none, another spelling of base). */
extern bool unicode_decompose(uint32_t code, uint32_t *base, uint32_t *mark);

/* 0 to 15, or -1. */
extern int	hex_digit(char c);

#endif
