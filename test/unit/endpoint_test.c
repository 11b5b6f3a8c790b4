/*
 * test/unit/endpoint_test.c
 *		Names of SQL Server instances: read, refused, compared, written.
 */
/* sources: src/pure/endpoint.c */
#include <stdint.h>
#include <string.h>

#include "pure/endpoint.h"
#include "tap.h"

static void
test_accepted(void)
{
	static const struct
	{
		const char *text;
		const char *host;
		const char *instance;
		uint16_t	port;
		const char *written;
	}			cases[] = {
		{"sqla", "sqla", "", 0, "sqla"},
		{"sqla.example.com", "sqla.example.com", "", 0, "sqla.example.com"},
		{"SQL_A-1", "SQL_A-1", "", 0, "SQL_A-1"},
		{"10.0.0.1", "10.0.0.1", "", 0, "10.0.0.1"},
		{"sqla,1433", "sqla", "", 1433, "sqla,1433"},
		{"sqla:1433", "sqla", "", 1433, "sqla,1433"},
		{"sqla,1", "sqla", "", 1, "sqla,1"},
		{"sqla,65535", "sqla", "", 65535, "sqla,65535"},
		{"sqla,001433", "sqla", "", 1433, "sqla,1433"},
		{"sqla\\PROD", "sqla", "PROD", 0, "sqla\\PROD"},
		{"sqla\\P_$#1", "sqla", "P_$#1", 0, "sqla\\P_$#1"},
		{"sqla\\PROD,14330", "sqla", "PROD", 14330, "sqla\\PROD,14330"},
		{"tcp:sqla,1433", "sqla", "", 1433, "sqla,1433"},
		{"TCP:sqla", "sqla", "", 0, "sqla"},
		{" tcp: sqla , 1433 ", "sqla", "", 1433, "sqla,1433"},
		{"\tsqla \\ PROD\t", "sqla", "PROD", 0, "sqla\\PROD"},
		{"[::1]", "::1", "", 0, "[::1]"},
		{"[2001:db8::1],1433", "2001:db8::1", "", 1433, "[2001:db8::1],1433"},
		{"[2001:db8::1]:1433", "2001:db8::1", "", 1433, "[2001:db8::1],1433"},
		{"[fe80::1%eth0]\\PROD", "fe80::1%eth0", "PROD", 0, "[fe80::1%eth0]\\PROD"},
		{"[::ffff:10.0.0.1] , 5", "::ffff:10.0.0.1", "", 5, "[::ffff:10.0.0.1],5"},
		{"tcpserver", "tcpserver", "", 0, "tcpserver"}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Endpoint	endpoint;
		Endpoint	again;
		char		buffer[ENDPOINT_TEXT_MAX];

		ok(endpoint_parse(cases[i].text, &endpoint) == ENDPOINT_OK &&
		   strcmp(endpoint.host, cases[i].host) == 0 &&
		   strcmp(endpoint.instance, cases[i].instance) == 0 &&
		   endpoint.port == cases[i].port, "\"%s\" is read", cases[i].text);
		endpoint_format(&endpoint, buffer, sizeof(buffer));
		ok(strcmp(buffer, cases[i].written) == 0, "and written \"%s\"", buffer);
		ok(endpoint_parse(buffer, &again) == ENDPOINT_OK &&
		   memcmp(&again, &endpoint, sizeof(again)) == 0, "which is read as the same");
	}
}

static void
test_refused(void)
{
	static const struct
	{
		const char *text;
		EndpointStatus status;
	}			cases[] = {
		{NULL, ENDPOINT_EMPTY}, {"", ENDPOINT_EMPTY}, {"  \t", ENDPOINT_EMPTY},
		{"tcp:", ENDPOINT_EMPTY}, {",1433", ENDPOINT_EMPTY}, {":1433", ENDPOINT_EMPTY},
		{"\\PROD", ENDPOINT_EMPTY}, {"sqla\\", ENDPOINT_EMPTY}, {"sqla\\,1433", ENDPOINT_EMPTY},
		{"[]", ENDPOINT_EMPTY},
		{"sqla,sqlb", ENDPOINT_LIST}, {"sqla, sqlb", ENDPOINT_LIST},
		{"sqla,1433,sqlb,1433", ENDPOINT_LIST}, {"sqla,1433,1434", ENDPOINT_LIST},
		{"sqla:1433,sqlb:1433", ENDPOINT_LIST}, {"10.0.0.1,10.0.0.2", ENDPOINT_LIST},
		{"sqla\\A,sqlb\\B", ENDPOINT_LIST}, {"[::1],[::2]", ENDPOINT_LIST},
		{"sqla,1433,", ENDPOINT_LIST}, {"tcp:sqla,tcp:sqlb", ENDPOINT_LIST},
		{"sqla,", ENDPOINT_BAD_PORT}, {"sqla:", ENDPOINT_BAD_PORT}, {"sqla,0", ENDPOINT_BAD_PORT},
		{"sqla,65536", ENDPOINT_BAD_PORT}, {"sqla,-1", ENDPOINT_BAD_PORT},
		{"sqla,+1", ENDPOINT_BAD_PORT}, {"sqla,14 33", ENDPOINT_BAD_PORT},
		{"sqla:http", ENDPOINT_BAD_PORT}, {"sqla:1433:1", ENDPOINT_BAD_PORT},
		{"sqla,99999999999999999999999999", ENDPOINT_BAD_PORT},
		{"fe80::1", ENDPOINT_BAD_PORT}, {"np:sqla", ENDPOINT_BAD_PORT},
		{"sqla:1433\\PROD", ENDPOINT_BAD_PORT},
		{"sql a", ENDPOINT_BAD_CHARACTER}, {"sqla;sqlb", ENDPOINT_BAD_CHARACTER},
		{"sqla/x", ENDPOINT_BAD_CHARACTER}, {"(local)", ENDPOINT_BAD_CHARACTER},
		{".", ENDPOINT_BAD_CHARACTER}, {"-sqla", ENDPOINT_BAD_CHARACTER},
		{"sqla\n", ENDPOINT_BAD_CHARACTER}, {"sqla\\PR OD", ENDPOINT_BAD_CHARACTER},
		{"sqla\\A\\B", ENDPOINT_BAD_CHARACTER}, {"sqla\\.", ENDPOINT_BAD_CHARACTER},
		{"[sqla]", ENDPOINT_BAD_CHARACTER}, {"[1:2]", ENDPOINT_BAD_CHARACTER},
		{"[::1", ENDPOINT_BAD_CHARACTER}, {"[", ENDPOINT_BAD_CHARACTER},
		{"[::1]x", ENDPOINT_BAD_CHARACTER}, {"[::1%e/0]", ENDPOINT_BAD_CHARACTER},
		{"[::g]", ENDPOINT_BAD_CHARACTER}, {"[::1]]", ENDPOINT_BAD_CHARACTER},
		{"s\303\244ge", ENDPOINT_BAD_CHARACTER}, {"\377\376", ENDPOINT_BAD_CHARACTER},
		{"sqla\001", ENDPOINT_BAD_CHARACTER}, {"'; DROP TABLE x--", ENDPOINT_BAD_CHARACTER},
		{"sqla%s%n", ENDPOINT_BAD_CHARACTER}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Endpoint	endpoint;
		Endpoint	untouched;
		EndpointStatus status;

		memset(&endpoint, 0x5a, sizeof(endpoint));
		untouched = endpoint;
		status = endpoint_parse(cases[i].text, &endpoint);
		ok(status == cases[i].status, "case %d is refused: %s", (int) i,
		   endpoint_status_text(status));
		ok(memcmp(&endpoint, &untouched, sizeof(endpoint)) == 0, "and nothing is written");
	}
}

static void
test_lengths(void)
{
	char		text[1000];
	char		buffer[ENDPOINT_TEXT_MAX];
	char		small[8];
	Endpoint	endpoint;
	Endpoint	again;
	size_t		size;

	memset(text, 'a', sizeof(text));
	text[255] = '\0';
	ok(endpoint_parse(text, &endpoint) == ENDPOINT_OK, "a host may have 255 characters");
	text[255] = 'a';
	text[256] = '\0';
	ok(endpoint_parse(text, &endpoint) == ENDPOINT_TOO_LONG, "but not 256");
	text[256] = 'a';
	text[999] = '\0';
	ok(endpoint_parse(text, &endpoint) == ENDPOINT_TOO_LONG, "and not 999");

	text[255] = '\\';
	text[255 + 1 + 63] = '\0';
	ok(endpoint_parse(text, &endpoint) == ENDPOINT_OK, "an instance may have 63");
	text[255 + 1 + 63] = 'a';
	text[255 + 1 + 64] = '\0';
	ok(endpoint_parse(text, &endpoint) == ENDPOINT_TOO_LONG, "but not 64");

	memcpy(text + 255 + 1 + 63, ",65535", 7);
	ok(endpoint_parse(text, &endpoint) == ENDPOINT_OK, "the longest name with a port is read");
	endpoint_format(&endpoint, buffer, sizeof(buffer));
	ok(strcmp(buffer, text) == 0 && endpoint_parse(buffer, &again) == ENDPOINT_OK &&
	   memcmp(&again, &endpoint, sizeof(again)) == 0, "and written without loss");

	endpoint_parse("sqla\\PROD,1433", &endpoint);
	for (size = 1; size <= sizeof(small); size++)
	{
		memset(small, '#', sizeof(small));
		endpoint_format(&endpoint, small, size);
		ok(strlen(small) == size - 1 && memcmp(small, "sqla\\PR", size - 1) == 0,
		   "%d bytes take what fits", (int) size);
	}
	memset(small, '#', sizeof(small));
	endpoint_format(&endpoint, small, 0);
	ok(small[0] == '#', "0 bytes take nothing");
}

/* Whatever the bytes: a status, and a clean value only with ENDPOINT_OK. */
static void
test_any_bytes(void)
{
	static const char alphabet[] = "ab1.:,\\[]% \t-_tcp\377\001$";
	uint32_t	state = 1;
	int			accepted = 0;
	int			unfaithful = 0;
	int			nameless = 0;
	int			i;

	for (i = 0; i < 300000; i++)
	{
		char		text[12];
		char		buffer[ENDPOINT_TEXT_MAX];
		Endpoint	endpoint;
		Endpoint	again;
		size_t		length;
		size_t		j;

		state = state * 1664525 + 1013904223;
		length = (state >> 24) % sizeof(text);
		for (j = 0; j < length; j++)
		{
			state = state * 1664525 + 1013904223;
			text[j] = alphabet[(state >> 16) % (sizeof(alphabet) - 1)];
		}
		text[length] = '\0';
		if (endpoint_parse(text, &endpoint) != ENDPOINT_OK)
			continue;
		accepted++;
		if (endpoint.host[0] == '\0' || strpbrk(endpoint.host, " \t,\\[]\377\001") != NULL ||
			strpbrk(endpoint.instance, " \t,:\\[]\377\001") != NULL)
			nameless++;
		endpoint_format(&endpoint, buffer, sizeof(buffer));
		if (endpoint_parse(buffer, &again) != ENDPOINT_OK ||
			memcmp(&again, &endpoint, sizeof(again)) != 0)
			unfaithful++;
	}
	ok(accepted > 1000, "of 300,000 random texts %d are names", accepted);
	ok(nameless == 0, "all of them clean (%d are not)", nameless);
	ok(unfaithful == 0, "and found again from what is written (%d are not)", unfaithful);
}

static void
test_denotes(void)
{
	static const struct
	{
		const char *configured;
		const char *learned;
		bool		same;
	}			cases[] = {
		{"sqlb", "SQLB", true}, {"SQLB", "sqlb", true}, {"sqlb", "SQLC", false},
		{"sqlb.example.com", "SQLB", true}, {"sqlb", "SQLB.example.com", true},
		{"sqlb.example.com", "SQLB.EXAMPLE.COM", true},
		{"sqlb.example.com", "sqlb.example.org", false},
		{"sqlb.example.com", "SQL", false}, {"sql.example.com", "SQLB", false},
		{"sqlb,1433", "SQLB", true}, {"sqlb.example.com,14330", "SQLB\\PROD", true},
		{"sqlb,1433", "SQLC", false},
		{"sqlb\\PROD", "SQLB\\prod", true}, {"sqlb\\PROD", "SQLB\\TEST", false},
		{"sqlb\\PROD", "SQLB", false}, {"sqlb", "SQLB\\PROD", false},
		{"sqlb\\MSSQLSERVER", "SQLB", true}, {"sqlb", "SQLB\\mssqlserver", true},
		{"sqlb\\PROD,5000", "SQLB\\TEST", true},
		{"10.0.0.2", "10.0.0.2", true}, {"10.0.0.2", "10.0.0.3", false},
		{"10.0.0.2", "10", false}, {"10", "10.0.0.2", false}, {"10.0.0.2", "SQLB", false},
		{"[2001:DB8::1]", "[2001:db8::1]", true}, {"[2001:db8::1]", "[2001:db8::2]", false},
		{"averyverylonghostname.example.com", "AVERYVERYLONGHO", true},
		{"AVERYVERYLONGHO", "averyverylonghostname", true},
		{"averyverylonghostname.example.com", "AVERYVERYLONGH", false},
		{"averyverylonghostname", "averyverylonghostnames", false}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Endpoint	configured;
		Endpoint	learned;

		ok(endpoint_parse(cases[i].configured, &configured) == ENDPOINT_OK &&
		   endpoint_parse(cases[i].learned, &learned) == ENDPOINT_OK &&
		   endpoint_denotes(&configured, &learned) == cases[i].same, "%s %s %s",
		   cases[i].learned, cases[i].same ? "denotes" : "does not denote", cases[i].configured);
	}
}

static void
test_urls(void)
{
	static const struct
	{
		const char *url;
		EndpointStatus status;
		const char *host;
	}			cases[] = {
		{"TCP://sqlb.example.com:5022", ENDPOINT_OK, "sqlb.example.com"},
		{"tcp://SQLB:7022", ENDPOINT_OK, "SQLB"},
		{"TCP://sqlb", ENDPOINT_OK, "sqlb"},
		{"TCP://[2001:db8::1]:5022", ENDPOINT_OK, "2001:db8::1"},
		{" TCP://10.0.0.2:5022 ", ENDPOINT_OK, "10.0.0.2"},
		{NULL, ENDPOINT_EMPTY, NULL}, {"", ENDPOINT_EMPTY, NULL},
		{"TCP://", ENDPOINT_EMPTY, NULL}, {"TCP://:5022", ENDPOINT_EMPTY, NULL},
		{"sqlb:5022", ENDPOINT_BAD_CHARACTER, NULL}, {"http://sqlb", ENDPOINT_BAD_CHARACTER, NULL},
		{"TCP://sqlb\\PROD:5022", ENDPOINT_BAD_CHARACTER, NULL},
		{"TCP://sqlb,5022", ENDPOINT_BAD_CHARACTER, NULL},
		{"TCP://sqlb:5022/x", ENDPOINT_BAD_PORT, NULL}, {"TCP://sqlb:", ENDPOINT_BAD_PORT, NULL},
		{"TCP://sqlb:0", ENDPOINT_BAD_PORT, NULL}
	};
	size_t		i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Endpoint	endpoint;
		EndpointStatus status = endpoint_from_url(cases[i].url, &endpoint);

		ok(status == cases[i].status &&
		   (status != ENDPOINT_OK ||
			(strcmp(endpoint.host, cases[i].host) == 0 && endpoint.port == 0 &&
			 endpoint.instance[0] == '\0')),
		   "URL %s", cases[i].url == NULL ? "NULL" : cases[i].url);
	}
}

static void
test_texts(void)
{
	int			status;
	int			other;

	for (status = ENDPOINT_EMPTY; status <= ENDPOINT_BAD_CHARACTER; status++)
	{
		const char *text = endpoint_status_text((EndpointStatus) status);
		bool		own = true;

		for (other = ENDPOINT_OK; other < status; other++)
			own = own && strcmp(text, endpoint_status_text((EndpointStatus) other)) != 0;
		ok(own && strlen(text) > 10 && text[strlen(text) - 1] == '.',
		   "status %d has a sentence of its own: %s", status, text);
	}
}

int
main(void)
{
	test_accepted();
	test_refused();
	test_lengths();
	test_any_bytes();
	test_denotes();
	test_urls();
	test_texts();
	return done_testing();
}
