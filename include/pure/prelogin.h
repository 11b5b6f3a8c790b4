/*
 * prelogin.h
 *		The first message of a TDS connection, and what its answer says.
 *
 * PRELOGIN is how both sides settle on encryption before a login.  We send one of
 * our own only to find something out: the login's own is FreeTDS's.
 */
#ifndef PURE_PRELOGIN_H
#define PURE_PRELOGIN_H

#include <stddef.h>
#include <stdint.h>

typedef enum PreloginEncryption
{
	PRELOGIN_LOGIN_ONLY,
	PRELOGIN_ON,
	PRELOGIN_NOT_SUPPORTED,
	PRELOGIN_REQUIRED
} PreloginEncryption;

#define PRELOGIN_SIZE	47

/* The message of a client that wants this encryption. */
extern void prelogin_request(PreloginEncryption wanted, uint8_t message[PRELOGIN_SIZE]);

typedef enum PreloginStatus
{
	PRELOGIN_WHOLE,
	PRELOGIN_INCOMPLETE,		/* more bytes are to come */
	PRELOGIN_FOREIGN			/* no server of TDS 7 answers like that */
} PreloginStatus;

/* An answer longer than that is none. */
#define PRELOGIN_ANSWER_MAX	512

/* What the first size bytes of an answer say; a server that says nothing of encryption has none. */
extern PreloginStatus prelogin_answer(const uint8_t *bytes, size_t size,
									  PreloginEncryption *encryption);

#endif
