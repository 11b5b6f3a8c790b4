/*
 * quote.h
 *		Names and strings as T-SQL writes them.
 */
#ifndef SESSION_QUOTE_H
#define SESSION_QUOTE_H

#include "lib/stringinfo.h"

/* [name], with ] doubled: no name needs to be known as reserved or plain. */
extern void tmf_quote_identifier(StringInfo buffer, const char *name);

/* N'text', with ' doubled; a backslash means nothing in T-SQL. */
extern void tmf_quote_literal(StringInfo buffer, const char *text);

#endif
