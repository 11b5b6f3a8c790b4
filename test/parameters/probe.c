/*
 * test/parameters/probe.c
 *		Typed parameters of every type, sent by src/wire and sent back.
 *
 *		probe HOST PORT DATABASE off|require
 *
 * Each value goes three times: by sp_executesql, by sp_prepexec and by
 * sp_execute.  What comes back must be of the declared type and have the same
 * bytes, and the server must find that it is what a literal of T-SQL denotes,
 * so that two errors which cancel out are seen, too.  User and password are in
 * PROBE_USER and PROBE_PASSWORD.  The output is TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire/wire.h"

#define LONG_TEXT	300000

typedef struct Probe
{
	const char *declared;
	WireType	type;
	const void *value;
	int			length;
	const char *literal;		/* NULL: only what comes back counts */
	const char *shown;			/* how both are shown in order to be compared */
} Probe;

#define AS_IT_IS	"CONVERT(nvarchar(100), %s)"
#define AS_FLOAT	"CONVERT(nvarchar(100), %s, 3)"
#define AS_MONEY	"CONVERT(nvarchar(100), %s, 2)"
#define AS_DATE		"CONVERT(nvarchar(100), %s, 121)"
#define AS_BYTES	"CONVERT(nvarchar(max), CONVERT(varbinary(max), %s), 2)"

#define FIXED(type)	(const void *) (const type[])

static const struct
{
	int32_t		high;
	uint32_t	low;
}			greatest_money = {INT32_MAX, UINT32_MAX}, least_money = {INT32_MIN, 0}, cent = {0, 100};

static const WireDecimal decimals[] = {
	{38, 0, {0, 0x4b, 0x3b, 0x4c, 0xa8, 0x5a, 0x86, 0xc4, 0x7a, 0x09, 0x8a, 0x22, 0x3f, 0xff, 0xff, 0xff, 0xff}},
	{38, 38, {1, 0x4b, 0x3b, 0x4c, 0xa8, 0x5a, 0x86, 0xc4, 0x7a, 0x09, 0x8a, 0x22, 0x3f, 0xff, 0xff, 0xff, 0xff}},
	{6, 2, {0, 0x01, 0xe2, 0x40}},
	{9, 4, {1, 0x00, 0x00, 0x00, 0x01}},
	{10, 3, {0, 0x00, 0x00, 0x00, 0x00, 0x00}}
};

#define DAY_100NS	UINT64_C(864000000000)

static const WireDateTime moments[] = {
	{DAY_100NS - 1, 2958463, 0, 0},	/* 9999-12-31 23:59:59.9999999 */
	{0, -693595, 0, 0},			/* 0001-01-01 */
	{UINT64_C(452961234560), 43888, 0, 0},	/* 2020-02-29 12:34:56.123456 */
	{UINT64_C(452961230000), 43888, 0, 0},
	{UINT64_C(452960000000), 43888, 0, 0}
};

static const unsigned char guid[16] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};

static char long_ascii[LONG_TEXT + 1];
static char long_wide[LONG_TEXT + 1];
static unsigned char long_bytes[LONG_TEXT];

#define TEXT(text)	text, sizeof(text) - 1

static const Probe probes[] = {
	{"bit", WIRE_TYPE_BIT, FIXED(uint8_t) {0}, 1, "0", AS_IT_IS},
	{"bit", WIRE_TYPE_BIT, FIXED(uint8_t) {1}, 1, "1", AS_IT_IS},
	{"bit", WIRE_TYPE_BIT, NULL, 0, NULL, NULL},
	{"tinyint", WIRE_TYPE_TINYINT, FIXED(uint8_t) {255}, 1, "255", AS_IT_IS},
	{"tinyint", WIRE_TYPE_TINYINT, NULL, 0, NULL, NULL},
	{"smallint", WIRE_TYPE_SMALLINT, FIXED(int16_t) {-32768}, 2, "-32768", AS_IT_IS},
	{"smallint", WIRE_TYPE_SMALLINT, NULL, 0, NULL, NULL},
	{"int", WIRE_TYPE_INT, FIXED(int32_t) {INT32_MIN}, 4, "-2147483648", AS_IT_IS},
	{"int", WIRE_TYPE_INT, FIXED(int32_t) {0}, 4, "0", AS_IT_IS},
	{"int", WIRE_TYPE_INT, NULL, 0, NULL, NULL},
	{"bigint", WIRE_TYPE_BIGINT, FIXED(int64_t) {INT64_MIN}, 8, "-9223372036854775808", AS_IT_IS},
	{"bigint", WIRE_TYPE_BIGINT, FIXED(int64_t) {INT64_MAX}, 8, "9223372036854775807", AS_IT_IS},
	{"bigint", WIRE_TYPE_BIGINT, NULL, 0, NULL, NULL},
	{"real", WIRE_TYPE_REAL, FIXED(float) {0.1f}, 4, "0.1", AS_FLOAT},
	{"real", WIRE_TYPE_REAL, FIXED(float) {-3.40282347e+38f}, 4, "-3.40282347e38", AS_FLOAT},
	{"real", WIRE_TYPE_REAL, NULL, 0, NULL, NULL},
	{"float", WIRE_TYPE_FLOAT, FIXED(double) {0.1}, 8, "0.1e0", AS_FLOAT},
	{"float", WIRE_TYPE_FLOAT, FIXED(double) {1.7976931348623157e308}, 8, "1.7976931348623157e308", AS_FLOAT},
	{"float", WIRE_TYPE_FLOAT, FIXED(double) {-2.2250738585072014e-308}, 8, "-2.2250738585072014e-308", AS_FLOAT},
	{"float", WIRE_TYPE_FLOAT, NULL, 0, NULL, NULL},
	{"smallmoney", WIRE_TYPE_SMALLMONEY, FIXED(int32_t) {INT32_MIN}, 4, "-214748.3648", AS_MONEY},
	{"smallmoney", WIRE_TYPE_SMALLMONEY, NULL, 0, NULL, NULL},
	{"money", WIRE_TYPE_MONEY, &greatest_money, 8, "922337203685477.5807", AS_MONEY},
	{"money", WIRE_TYPE_MONEY, &least_money, 8, "-922337203685477.5808", AS_MONEY},
	{"money", WIRE_TYPE_MONEY, &cent, 8, "0.01", AS_MONEY},
	{"money", WIRE_TYPE_MONEY, NULL, 0, NULL, NULL},
	{"decimal(38,0)", WIRE_TYPE_DECIMAL, &decimals[0], sizeof(WireDecimal), "99999999999999999999999999999999999999", AS_IT_IS},
	{"decimal(38,38)", WIRE_TYPE_DECIMAL, &decimals[1], sizeof(WireDecimal), "-0.99999999999999999999999999999999999999", AS_IT_IS},
	{"decimal(6,2)", WIRE_TYPE_DECIMAL, &decimals[2], sizeof(WireDecimal), "1234.56", AS_IT_IS},
	{"decimal(9,4)", WIRE_TYPE_DECIMAL, &decimals[3], sizeof(WireDecimal), "-0.0001", AS_IT_IS},
	{"decimal(10,3)", WIRE_TYPE_DECIMAL, &decimals[4], sizeof(WireDecimal), "0", AS_IT_IS},
	{"decimal(20,5)", WIRE_TYPE_DECIMAL, NULL, 0, NULL, NULL},
	{"datetime", WIRE_TYPE_DATETIME, FIXED(int32_t) {-53690, 0}, 8, "'1753-01-01T00:00:00'", AS_DATE},
	{"datetime", WIRE_TYPE_DATETIME, FIXED(int32_t) {2958463, 300 * 86400 - 1}, 8, "'9999-12-31T23:59:59.997'", AS_DATE},
	{"datetime", WIRE_TYPE_DATETIME, FIXED(int32_t) {43888, 1}, 8, "'2020-02-29T00:00:00.003'", AS_DATE},
	{"datetime", WIRE_TYPE_DATETIME, NULL, 0, NULL, NULL},
	{"smalldatetime", WIRE_TYPE_SMALLDATETIME, FIXED(uint16_t) {65535, 1439}, 4, "'2079-06-06T23:59:00'", AS_DATE},
	{"smalldatetime", WIRE_TYPE_SMALLDATETIME, FIXED(uint16_t) {0, 0}, 4, "'1900-01-01T00:00:00'", AS_DATE},
	{"smalldatetime", WIRE_TYPE_SMALLDATETIME, NULL, 0, NULL, NULL},
	{"date", WIRE_TYPE_DATE, &moments[0], sizeof(WireDateTime), "'9999-12-31'", AS_DATE},
	{"date", WIRE_TYPE_DATE, &moments[1], sizeof(WireDateTime), "'0001-01-01'", AS_DATE},
	{"date", WIRE_TYPE_DATE, NULL, 0, NULL, NULL},
	{"time(7)", WIRE_TYPE_TIME, &moments[0], sizeof(WireDateTime), "'23:59:59.9999999'", AS_DATE},
	{"time(7)", WIRE_TYPE_TIME, &moments[1], sizeof(WireDateTime), "'00:00'", AS_DATE},
	{"time(6)", WIRE_TYPE_TIME, &moments[2], sizeof(WireDateTime), "'12:34:56.123456'", AS_DATE},
	{"time(3)", WIRE_TYPE_TIME, &moments[3], sizeof(WireDateTime), "'12:34:56.123'", AS_DATE},
	{"time(0)", WIRE_TYPE_TIME, &moments[4], sizeof(WireDateTime), "'12:34:56'", AS_DATE},
	{"time(4)", WIRE_TYPE_TIME, NULL, 0, NULL, NULL},
	{"datetime2(7)", WIRE_TYPE_DATETIME2, &moments[0], sizeof(WireDateTime), "'9999-12-31T23:59:59.9999999'", AS_DATE},
	{"datetime2(7)", WIRE_TYPE_DATETIME2, &moments[1], sizeof(WireDateTime), "'0001-01-01T00:00:00'", AS_DATE},
	{"datetime2(6)", WIRE_TYPE_DATETIME2, &moments[2], sizeof(WireDateTime), "'2020-02-29T12:34:56.123456'", AS_DATE},
	{"datetime2(3)", WIRE_TYPE_DATETIME2, &moments[3], sizeof(WireDateTime), "'2020-02-29T12:34:56.123'", AS_DATE},
	{"datetime2(0)", WIRE_TYPE_DATETIME2, &moments[4], sizeof(WireDateTime), "'2020-02-29T12:34:56'", AS_DATE},
	{"datetime2(1)", WIRE_TYPE_DATETIME2, NULL, 0, NULL, NULL},
	{"datetimeoffset(7)", WIRE_TYPE_DATETIMEOFFSET, &moments[0], sizeof(WireDateTime), "'9999-12-31T23:59:59.9999999+00:00'", AS_DATE},
	{"datetimeoffset(7)", WIRE_TYPE_DATETIMEOFFSET, &moments[1], sizeof(WireDateTime), "'0001-01-01T00:00:00+00:00'", AS_DATE},
	{"datetimeoffset(6)", WIRE_TYPE_DATETIMEOFFSET, &moments[2], sizeof(WireDateTime), "'2020-02-29T12:34:56.123456+00:00'", AS_DATE},
	{"datetimeoffset(0)", WIRE_TYPE_DATETIMEOFFSET, &moments[4], sizeof(WireDateTime), "'2020-02-29T12:34:56+00:00'", AS_DATE},
	{"datetimeoffset(2)", WIRE_TYPE_DATETIMEOFFSET, NULL, 0, NULL, NULL},
	{"uniqueidentifier", WIRE_TYPE_GUID, guid, 16, "'00112233-4455-6677-8899-AABBCCDDEEFF'", AS_IT_IS},
	{"uniqueidentifier", WIRE_TYPE_GUID, NULL, 0, NULL, NULL},
	{"char(5)", WIRE_TYPE_TEXT, TEXT("ab   "), "'ab'", AS_BYTES},
	{"varchar(8000)", WIRE_TYPE_TEXT, TEXT("a  "), "'a  '", AS_BYTES},
	{"varchar(8000)", WIRE_TYPE_TEXT, TEXT(" "), "' '", AS_BYTES},
	{"varchar(8000)", WIRE_TYPE_TEXT, "", 0, "''", AS_BYTES},
	{"varchar(8000)", WIRE_TYPE_TEXT, NULL, 0, NULL, NULL},
	{"varchar(8000)", WIRE_TYPE_TEXT, long_ascii, 8000, "REPLICATE('x', 8000)", AS_BYTES},
	{"varchar(max)", WIRE_TYPE_TEXT, long_ascii, 8001, "REPLICATE(CONVERT(varchar(max), 'x'), 8001)", AS_BYTES},
	{"varchar(max)", WIRE_TYPE_TEXT, long_ascii, LONG_TEXT, "REPLICATE(CONVERT(varchar(max), 'x'), 300000)", AS_BYTES},
	{"varchar(max)", WIRE_TYPE_TEXT, "", 0, "''", AS_BYTES},
	{"varchar(max)", WIRE_TYPE_TEXT, NULL, 0, NULL, NULL},
	{"nchar(5)", WIRE_TYPE_TEXT, TEXT("ab   "), "N'ab'", AS_BYTES},
	{"nvarchar(4000)", WIRE_TYPE_TEXT, TEXT("it's [x] %_ \\ \t\n"), "N'it''s [x] %_ \\ ' + NCHAR(9) + NCHAR(10)", AS_BYTES},
	{"nvarchar(4000)", WIRE_TYPE_TEXT, TEXT("\xc3\xa4\xc3\x9f\xe2\x82\xac"), "NCHAR(228) + NCHAR(223) + NCHAR(8364)", AS_BYTES},
	{"nvarchar(4000)", WIRE_TYPE_TEXT, TEXT("\xf0\x9f\x98\x80"), "NCHAR(55357) + NCHAR(56832)", AS_BYTES},
	{"nvarchar(4000)", WIRE_TYPE_TEXT, TEXT("\xef\xbb\xbf\xef\xbf\xbf"), "NCHAR(65279) + NCHAR(65535)", AS_BYTES},
	{"nvarchar(4000)", WIRE_TYPE_TEXT, TEXT("a\xcc\x88  "), "N'a' + NCHAR(776) + N'  '", AS_BYTES},
	{"nvarchar(4000)", WIRE_TYPE_TEXT, "", 0, "N''", AS_BYTES},
	{"nvarchar(4000)", WIRE_TYPE_TEXT, NULL, 0, NULL, NULL},
	{"nvarchar(4000)", WIRE_TYPE_TEXT, long_ascii, 4000, "REPLICATE(N'x', 4000)", AS_BYTES},
	{"nvarchar(4000)", WIRE_TYPE_TEXT, long_wide, 3999, "REPLICATE(NCHAR(8364), 1333)", AS_BYTES},
	{"nvarchar(4000)", WIRE_TYPE_TEXT, long_wide, 12000, "REPLICATE(NCHAR(8364), 4000)", AS_BYTES},
	{"nvarchar(max)", WIRE_TYPE_TEXT, long_ascii, 4001, "REPLICATE(CONVERT(nvarchar(max), N'x'), 4001)", AS_BYTES},
	{"nvarchar(max)", WIRE_TYPE_TEXT, long_wide, LONG_TEXT, "REPLICATE(CONVERT(nvarchar(max), NCHAR(8364)), 100000)", AS_BYTES},
	{"nvarchar(max)", WIRE_TYPE_TEXT, TEXT("short"), "N'short'", AS_BYTES},
	{"nvarchar(max)", WIRE_TYPE_TEXT, "", 0, "N''", AS_BYTES},
	{"nvarchar(max)", WIRE_TYPE_TEXT, NULL, 0, NULL, NULL},
	{"binary(4)", WIRE_TYPE_BINARY, TEXT("\x01\x02\x00\x00"), "0x0102", AS_BYTES},
	{"varbinary(8000)", WIRE_TYPE_BINARY, TEXT("\x00"), "0x00", AS_BYTES},
	{"varbinary(8000)", WIRE_TYPE_BINARY, TEXT("\xff\x00\x20\x20"), "0xff002020", AS_BYTES},
	{"varbinary(8000)", WIRE_TYPE_BINARY, long_bytes, 8000, NULL, NULL},
	{"varbinary(8000)", WIRE_TYPE_BINARY, "", 0, "0x", AS_BYTES},
	{"varbinary(8000)", WIRE_TYPE_BINARY, NULL, 0, NULL, NULL},
	{"varbinary(max)", WIRE_TYPE_BINARY, TEXT("\x41"), "0x41", AS_BYTES},
	{"varbinary(max)", WIRE_TYPE_BINARY, long_bytes, 8001, NULL, NULL},
	{"varbinary(max)", WIRE_TYPE_BINARY, long_bytes, LONG_TEXT, NULL, NULL},
	{"varbinary(max)", WIRE_TYPE_BINARY, "", 0, "0x", AS_BYTES},
	{"varbinary(max)", WIRE_TYPE_BINARY, NULL, 0, NULL, NULL}
};

static WireConn *conn;
static time_t deadline;
static int	tests;

static bool
time_is_up(void *argument)
{
	(void) argument;
	return time(NULL) > deadline;
}

static void
give(bool good, const char *form, const Probe *probe, int number, const char *why)
{
	printf("%sok %d - %s %d: %s, %s\n", good ? "" : "not ", ++tests, probe->declared, number, form,
		   probe->value == NULL ? "NULL" : probe->length == 0 ? "empty" : "a value");
	if (!good)
		printf("# %s (%d, %d: %s%s)\n", why, wire_error(conn)->number, wire_error(conn)->client_number,
			   wire_error(conn)->text, wire_error(conn)->client_text);
}

/* What has no meaning in a date, a time or an offset is not compared. */
static bool
same_moment(WireType type, const WireDateTime *sent, const WireDateTime *found)
{
	return (type == WIRE_TYPE_DATE || sent->time == found->time) &&
		(type == WIRE_TYPE_TIME || sent->date == found->date);
}

static bool
same_decimal(const WireDecimal *sent, const WireDecimal *found)
{
	int			bytes = wire_decimal_bytes(sent->precision) - 1;
	int			other = wire_decimal_bytes(found->precision) - 1;

	return sent->array[0] == found->array[0] && sent->scale == found->scale && bytes <= other &&
		memcmp(sent->array + 1, found->array + 1 + other - bytes, (size_t) bytes) == 0;
}

static bool
same_value(const Probe *probe, const void *found, int length)
{
	if (probe->value == NULL || found == NULL)
		return probe->value == found;
	if (length != probe->length)
		return false;
	switch (probe->type)
	{
		case WIRE_TYPE_DATE:
		case WIRE_TYPE_TIME:
		case WIRE_TYPE_DATETIME2:
		case WIRE_TYPE_DATETIMEOFFSET:
			return same_moment(probe->type, probe->value, found);
		case WIRE_TYPE_DECIMAL:
			return same_decimal(probe->value, found);
		default:
			return memcmp(probe->value, found, (size_t) length) == 0;
	}
}

/* NULL: the one row says that the value arrived as it was sent. */
static const char *
judge(const Probe *probe, const SqlType *declared)
{
	SqlType		type;
	const void *value;
	int			length;

	if (wire_next_row(conn) != WIRE_ROW)
		return "there is no row";
	wire_column_declared(conn, 0, &type);
	if (!sqltype_admits(declared, &type))
		return "it came back as another type";
	value = wire_value(conn, 0, &length);
	if (!same_value(probe, value, length))
		return "another value came back";
	value = wire_value(conn, 1, &length);
	if (probe->literal != NULL && (length != 4 || *(const int32_t *) value != 1))
		return "the server takes it for another value";
	return NULL;
}

/* Reads the answer to its end, whatever it is. */
static const char *
read_answer(const Probe *probe, const SqlType *declared)
{
	const char *why;

	if (wire_first_result(conn) != WIRE_OK)
		why = "there is no result";
	else if ((why = judge(probe, declared)) == NULL && wire_next_row(conn) != WIRE_END)
		why = "there are more rows than one";
	else if (why == NULL && wire_row_count(conn) != 1)
		why = "the rows were not counted";
	wire_drain(conn);
	return why;
}

static void
send_everyway(const Probe *probe, int number)
{
	WireParameter parameter = {.type = probe->type, .value = probe->value, .length = probe->length};
	char		allowed[SQLTYPE_ALLOWED_MAX];
	char		sql[2000];
	const char *why;
	int32_t		handle;
	int			length;

	if (!sqltype_parse(probe->declared, &parameter.declared, allowed))
		abort();
	length = snprintf(sql, sizeof(sql), "SELECT @P1, CASE WHEN ");
	if (probe->literal != NULL && probe->shown != NULL)
	{
		char		literal[600];

		snprintf(literal, sizeof(literal), "CONVERT(%s, %s)", probe->declared, probe->literal);
		length += snprintf(sql + length, sizeof(sql) - (size_t) length, probe->shown, "@P1");
		length += snprintf(sql + length, sizeof(sql) - (size_t) length, " = ");
		length += snprintf(sql + length, sizeof(sql) - (size_t) length, probe->shown, literal);
	}
	else
		length += snprintf(sql + length, sizeof(sql) - (size_t) length, "1 = 1");
	snprintf(sql + length, sizeof(sql) - (size_t) length, " THEN 1 ELSE 0 END");

	why = wire_send_parameters(conn, sql, 1, &parameter) == WIRE_OK ?
		read_answer(probe, &parameter.declared) : "it cannot be sent";
	give(why == NULL, "sp_executesql", probe, number, why);
	if (!wire_preparable(1, &parameter))
	{
		give(probe->value != NULL && probe->length == 0, "not prepared", probe, number, "why?");
		return;
	}
	why = wire_send_prepare(conn, sql, 0, 1, &parameter) == WIRE_OK ?
		read_answer(probe, &parameter.declared) : "it cannot be sent";
	give(why == NULL, "sp_prepexec", probe, number, why);
	handle = wire_handle(conn);
	why = wire_send_prepared(conn, handle, 1, &parameter) == WIRE_OK ?
		read_answer(probe, &parameter.declared) : "it cannot be sent";
	give(why == NULL, "sp_execute", probe, number, why);
}

/* Empty ones among others, each in its place. */
static void
send_several(void)
{
	SqlType		declared = {.name = SQLTYPE_NVARCHAR, .length = 4000};
	const char *texts[] = {"", "a", NULL, "", "b "};
	WireParameter parameters[5];
	const Probe probe = {"nvarchar(4000)", WIRE_TYPE_TEXT, "", 0, NULL, NULL};
	bool		good;
	int			length = 0;
	int			i;

	for (i = 0; i < 5; i++)
		parameters[i] = (WireParameter) {.type = WIRE_TYPE_TEXT, .declared = declared, .value = texts[i],
			.length = texts[i] != NULL ? (int) strlen(texts[i]) : 0};
	good = wire_send_parameters(conn, "SELECT @P1, @P2, @P3, @P4, @P5", 5, parameters) == WIRE_OK &&
		wire_first_result(conn) == WIRE_OK && wire_next_row(conn) == WIRE_ROW;
	for (i = 0; good && i < 5; i++)
	{
		const void *value = wire_value(conn, i, &length);

		good = (value == NULL) == (texts[i] == NULL) && length == parameters[i].length &&
			(length == 0 || memcmp(value, texts[i], (size_t) length) == 0);
	}
	give(good && wire_next_row(conn) == WIRE_END && wire_row_count(conn) == 1, "several", &probe, 0,
		 "not as sent");
	wire_drain(conn);
}

int
main(int argc, char **argv)
{
	WireLogin	login = {.server_name = "probe", .certificate_host = "localhost", .application = "probe", .client_host = "here", .tds_version = 74,
	.packet_size = 4096, .interrupt = time_is_up};
	WireError	error;
	size_t		i;

	if (argc != 5 || getenv("PROBE_USER") == NULL || getenv("PROBE_PASSWORD") == NULL)
	{
		fprintf(stderr, "usage: probe HOST PORT DATABASE off|require\n");
		return 2;
	}
	deadline = time(NULL) + 120;
	login.address = argv[1];
	login.port = (uint16_t) atoi(argv[2]);
	login.database = argv[3];
	login.encryption = strcmp(argv[4], "require") == 0 ? WIRE_ENCRYPTION_REQUIRE : WIRE_ENCRYPTION_OFF;
	login.user = getenv("PROBE_USER");
	login.password = getenv("PROBE_PASSWORD");
	if (wire_open(&login, &conn, &error) != WIRE_OK)
	{
		printf("Bail out! %s%s\n", error.text, error.client_text);
		return 1;
	}
	if (wire_send(conn, "SET TEXTSIZE 2147483647; SET ANSI_PADDING ON; SET ANSI_WARNINGS ON") != WIRE_OK ||
		wire_drain(conn) != WIRE_OK)
		printf("not ok %d - settings\n", ++tests);
	memset(long_ascii, 'x', LONG_TEXT);
	for (i = 0; i < LONG_TEXT; i++)
	{
		long_wide[i] = "\xe2\x82\xac"[i % 3];
		long_bytes[i] = (unsigned char) (i * 7 + i / 256);
	}
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		send_everyway(&probes[i], (int) i);
	send_several();
	printf("1..%d\n", tests);
	wire_close(conn);
	return 0;
}
