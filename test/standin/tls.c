/*
 * test/standin/tls.c
 *		TLS of one connection, between memory and memory.
 *
 * Within TDS 1.2 is the highest: 1.3 sends session tickets after the handshake,
 * when TDS has changed from handshake packets to bare TLS already.  For the same
 * reason there is no renegotiation.  Where TLS comes first the client says "tds/8.0"
 * in the handshake, or there is none; and no tickets are sent there either, for
 * FreeTDS 1.5 with GnuTLS takes one for the end of the connection.
 */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "tls.h"

struct Tls
{
	SSL		   *ssl;
	BIO		   *in;				/* both belong to ssl */
	BIO		   *out;
};

TlsMode		tls_mode;
static SSL_CTX *context;

static void
log_reason(const char *what)
{
	char		text[256];

	ERR_error_string_n(ERR_get_error(), text, sizeof(text));
	log_line("TLS: %s: %s", what, text);
	ERR_clear_error();
}

/* The client's protocols are strings, each behind a byte with its length. */
static int
choose_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *chosen_size,
				const unsigned char *offered, unsigned int size, void *unused)
{
	static const char name[] = "tds/8.0";
	unsigned int at;

	(void) ssl;
	(void) unused;
	for (at = 0; at < size; at += 1 + offered[at])
	{
		if (offered[at] != strlen(name) || memcmp(offered + at + 1, name, strlen(name)) != 0)
			continue;
		*chosen = offered + at + 1;
		*chosen_size = offered[at];
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool
tls_start(const char *certificate, const char *key)
{
	context = SSL_CTX_new(TLS_server_method());
	if (context == NULL)
	{
		log_reason("no context");
		return false;
	}
	SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
	SSL_CTX_set_num_tickets(context, 0);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
	{
		log_reason(certificate);
		return false;
	}
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_check_private_key(context) != 1)
	{
		log_reason(key);
		return false;
	}
	return true;
}

Tls *
tls_open(bool first)
{
	Tls		   *tls = calloc(1, sizeof(*tls));

	if (tls == NULL)
		return NULL;
	tls->ssl = SSL_new(context);
	tls->in = BIO_new(BIO_s_mem());
	tls->out = BIO_new(BIO_s_mem());
	if (tls->ssl == NULL || tls->in == NULL || tls->out == NULL ||
		(!first && SSL_set_max_proto_version(tls->ssl, TLS1_2_VERSION) != 1))
	{
		BIO_free(tls->in);
		BIO_free(tls->out);
		SSL_free(tls->ssl);
		free(tls);
		return NULL;
	}

	/* an empty buffer is not the end */
	BIO_set_mem_eof_return(tls->in, -1);
	SSL_set_bio(tls->ssl, tls->in, tls->out);
	SSL_set_accept_state(tls->ssl);
	return tls;
}

void
tls_close(Tls *tls)
{
	if (tls == NULL)
		return;
	SSL_free(tls->ssl);
	free(tls);
}

bool
tls_feed(Tls *tls, const char *bytes, size_t size)
{
	return size == 0 || BIO_write(tls->in, bytes, (int) size) == (int) size;
}

size_t
tls_output(Tls *tls, const char **bytes)
{
	char	   *data = NULL;
	long		size = BIO_get_mem_data(tls->out, &data);

	*bytes = data;
	return size > 0 ? (size_t) size : 0;
}

void
tls_output_sent(Tls *tls)
{
	(void) BIO_reset(tls->out);
}

/* Errors are a queue of the thread: whatever is left there would be taken for the next one's. */
static bool
is_waiting(Tls *tls, int result)
{
	int			error = SSL_get_error(tls->ssl, result);

	if (error == SSL_ERROR_WANT_READ)
		return true;
	if (error != SSL_ERROR_ZERO_RETURN)
		log_reason("failed");
	ERR_clear_error();
	return false;
}

TlsStep
tls_handshake(Tls *tls)
{
	int			result = SSL_do_handshake(tls->ssl);

	if (result == 1)
		return TLS_STEP_DONE;
	return is_waiting(tls, result) ? TLS_STEP_MORE : TLS_STEP_FAILED;
}

int
tls_read(Tls *tls, char *bytes, size_t size)
{
	int			result = SSL_read(tls->ssl, bytes, (int) size);

	if (result > 0)
		return result;
	return is_waiting(tls, result) ? 0 : -1;
}

bool
tls_write(Tls *tls, const char *bytes, size_t size)
{
	return size == 0 || SSL_write(tls->ssl, bytes, (int) size) == (int) size;
}
