/*
 * test/unit/standin_decimal_test.c
 *		The stand-in's decimals: result types, rounding, limits.
 *
 * Expectations are worked out by hand from the documented rules.  A second part
 * checks laws of arithmetic on random numbers, where each side of the equation
 * goes another way through the code.
 */
/* sources: test/standin/decimal.c test/standin/wide.c */
#include <string.h>

#include "decimal.h"
#include "tap.h"

#define NINES	"99999999999999999999999999999999999999"	/* 38 */

static void
test_parse(void)
{
	static const struct
	{
		const char *text;
		DecimalStatus status;
		const char *shown;
		int			scale;
	}			cases[] = {
		{"0", DECIMAL_OK, "0", 0},
		{"-0", DECIMAL_OK, "0", 0},
		{"-0.00", DECIMAL_OK, "0.00", 2},
		{"1", DECIMAL_OK, "1", 0},
		{" 12.50 ", DECIMAL_OK, "12.50", 2},
		{"+3.", DECIMAL_OK, "3", 0},
		{".5", DECIMAL_OK, "0.5", 1},
		{"-.5", DECIMAL_OK, "-0.5", 1},
		{"007", DECIMAL_OK, "7", 0},
		{"0.001", DECIMAL_OK, "0.001", 3},
		{NINES, DECIMAL_OK, NINES, 0},
		{"-" NINES, DECIMAL_OK, "-" NINES, 0},
		{"0." NINES, DECIMAL_OK, "0." NINES, 38},
		{"000000000000" NINES, DECIMAL_OK, NINES, 0},
		{"1" NINES, DECIMAL_OVERFLOW, "", 0},
		{NINES "0", DECIMAL_OVERFLOW, "", 0},
		{NINES "0.1", DECIMAL_OVERFLOW, "", 0},
		{NINES ".4", DECIMAL_OK, NINES, 0},
		{NINES ".5", DECIMAL_OVERFLOW, "", 0},
		{"1.00000000000000000000000000000000000004", DECIMAL_OK,
		"1.0000000000000000000000000000000000000", 37},
		{"1.00000000000000000000000000000000000005", DECIMAL_OK,
		"1.0000000000000000000000000000000000001", 37},
		{"9.99999999999999999999999999999999999995", DECIMAL_OK,
		"10.000000000000000000000000000000000000", 36},
		{"0.000000000000000000000000000000000000005", DECIMAL_OK,
		"0.00000000000000000000000000000000000001", 38},
		{"", DECIMAL_SYNTAX, "", 0},
		{"  ", DECIMAL_SYNTAX, "", 0},
		{".", DECIMAL_SYNTAX, "", 0},
		{"-", DECIMAL_SYNTAX, "", 0},
		{"1e3", DECIMAL_SYNTAX, "", 0},
		{"1.2.3", DECIMAL_SYNTAX, "", 0},
		{"1 2", DECIMAL_SYNTAX, "", 0},
		{"--1", DECIMAL_SYNTAX, "", 0},
		{"0x10", DECIMAL_SYNTAX, "", 0},
		{NINES "0x", DECIMAL_SYNTAX, "", 0}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Decimal		value;
		int			scale;
		char		buffer[64] = "";
		DecimalStatus status = decimal_parse(cases[i].text, strlen(cases[i].text), &value, &scale);

		if (status == DECIMAL_OK)
			(void) decimal_format(&value, scale, buffer);
		ok(status == cases[i].status && strcmp(buffer, cases[i].shown) == 0 &&
		   (status != DECIMAL_OK || scale == cases[i].scale),
		   "parse \"%s\": status %d, %s", cases[i].text, (int) status, buffer);
	}
}

static TypeSpec
decimal_type(int precision, int scale)
{
	TypeSpec	type = {.type = SQL_DECIMAL};

	type.precision = (uint8_t) precision;
	type.scale = (uint8_t) scale;
	return type;
}

static void
test_result_type(void)
{
	static const struct
	{
		char		operation;
		int			p1,
					s1,
					p2,
					s2,
					precision,
					scale;
	}			cases[] = {
		{'+', 5, 2, 5, 2, 6, 2},
		{'+', 5, 2, 7, 0, 10, 2},
		{'-', 10, 4, 3, 3, 11, 4},
		{'+', 38, 10, 38, 10, 38, 10},
		{'+', 38, 0, 38, 20, 38, 0},
		{'+', 38, 38, 38, 0, 38, 0},
		{'-', 38, 20, 30, 5, 38, 13},
		{'+', 37, 5, 37, 5, 38, 5},
		{'*', 5, 2, 5, 2, 11, 4},
		{'*', 18, 4, 19, 4, 38, 8},
		{'*', 38, 20, 38, 20, 38, 6},
		{'*', 38, 4, 38, 4, 38, 6},
		{'*', 38, 2, 38, 3, 38, 5},
		{'*', 20, 10, 20, 10, 38, 17},
		{'*', 38, 38, 38, 38, 38, 37},
		{'*', 38, 0, 38, 0, 38, 0},
		{'/', 2, 1, 2, 1, 8, 6},
		{'/', 10, 0, 10, 0, 21, 11},
		{'/', 5, 2, 3, 1, 10, 6},
		{'/', 38, 10, 38, 10, 38, 6},
		{'/', 38, 0, 38, 38, 38, 6},
		{'/', 38, 38, 38, 0, 38, 38},
		{'/', 19, 4, 19, 4, 38, 19},
		{'/', 38, 30, 5, 0, 38, 30},
		{'%', 10, 2, 5, 4, 5, 4},
		{'%', 38, 10, 38, 20, 38, 20},
		{'%', 3, 3, 3, 0, 3, 3}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		TypeSpec	a = decimal_type(cases[i].p1, cases[i].s1);
		TypeSpec	b = decimal_type(cases[i].p2, cases[i].s2);
		TypeSpec	out;

		decimal_result_type(cases[i].operation, &a, &b, &out);
		ok(out.type == SQL_DECIMAL && out.precision == cases[i].precision &&
		   out.scale == cases[i].scale, "decimal(%d,%d) %c decimal(%d,%d) is decimal(%d,%d)",
		   cases[i].p1, cases[i].s1, cases[i].operation, cases[i].p2, cases[i].s2,
		   out.precision, out.scale);
	}
}

static void
read_decimal(const char *text, Decimal *value, int *scale)
{
	if (decimal_parse(text, strlen(text), value, scale) != DECIMAL_OK)
		ok(false, "\"%s\" is a decimal", text);
}

static void
test_operate(void)
{
	static const struct
	{
		const char *a;
		char		operation;
		const char *b;
		int			precision;
		int			scale;
		const char *result;		/* NULL: overflow */
	}			cases[] = {
		{"1.5", '+', "2.25", 10, 2, "3.75"},
		{"1.5", '-', "2.25", 10, 2, "-0.75"},
		{"-1.5", '-', "-2.25", 10, 2, "0.75"},
		{"-1.5", '+', "1.50", 10, 2, "0.00"},
		{"2.0", '/', "3", 8, 6, "0.666666"},
		{"-2.0", '/', "3", 8, 6, "-0.666666"},
		{"1", '/', "3.0", 8, 6, "0.333333"},
		{"10", '/', "4", 21, 11, "2.50000000000"},
		{"0.001", '/', NINES, 38, 38, "0.00000000000000000000000000000000000000"},
		{"7", '%', "3", 10, 0, "1"},
		{"-7", '%', "3", 10, 0, "-1"},
		{"7", '%', "-3", 10, 0, "1"},
		{"7.25", '%', "2.5", 10, 2, "2.25"},
		{"0.00000000000000000000000000000000000001", '%', NINES, 38, 38,
		"0.00000000000000000000000000000000000001"},
		{"1.25", '*', "1.25", 10, 4, "1.5625"},
		{"1.25", '*', "1.25", 10, 3, "1.563"},
		{"-1.25", '*', "1.25", 10, 3, "-1.563"},
		{NINES, '+', "1", 38, 0, NULL},
		{"-" NINES, '-', "1", 38, 0, NULL},
		{NINES, '-', "1", 38, 0, "99999999999999999999999999999999999998"},
		{NINES, '*', "10", 38, 0, NULL},
		{NINES, '*', NINES, 38, 0, NULL},
		{NINES, '*', "0.1", 38, 1, "9999999999999999999999999999999999999.9"},
		{NINES, '*', "0.1", 37, 1, NULL},
		{NINES, '/', "0.1", 38, 6, NULL},
		{"0." NINES, '*', "0." NINES, 38, 37, "1.0000000000000000000000000000000000000"},
		{"99.5", '+', "0.04", 3, 1, "99.5"},
		{"99.9", '+', "0.05", 3, 1, NULL},
		{"123456789012345678901234567890.12", '*', "0.000001", 38, 8,
		"123456789012345678901234.56789012"},
		{"340282366920938463463374607431768211", '/', "18446744073709551616", 38, 18,
		"18446744073709551.615999999999999999"}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Decimal		a;
		Decimal		b;
		Decimal		result;
		int			a_scale;
		int			b_scale;
		char		buffer[64] = "overflow";
		TypeSpec	type = decimal_type(cases[i].precision, cases[i].scale);
		DecimalStatus status;

		read_decimal(cases[i].a, &a, &a_scale);
		read_decimal(cases[i].b, &b, &b_scale);
		status = decimal_operate(cases[i].operation, &a, a_scale, &b, b_scale, &type, &result);
		if (status == DECIMAL_OK)
			(void) decimal_format(&result, type.scale, buffer);
		ok(cases[i].result == NULL ? status == DECIMAL_OVERFLOW :
		   status == DECIMAL_OK && strcmp(buffer, cases[i].result) == 0,
		   "%s %c %s = %s", cases[i].a, cases[i].operation, cases[i].b, buffer);
	}
}

static void
test_division_by_zero(void)
{
	Decimal		one;
	Decimal		zero;
	Decimal		result;
	TypeSpec	type = decimal_type(10, 2);

	decimal_from_int64(1, &one);
	decimal_from_int64(0, &zero);
	ok(decimal_operate('/', &one, 0, &zero, 0, &type, &result) == DECIMAL_DIVISION_BY_ZERO, "1 / 0");
	ok(decimal_operate('%', &one, 0, &zero, 0, &type, &result) == DECIMAL_DIVISION_BY_ZERO, "1 %% 0");
	ok(decimal_operate('/', &zero, 0, &one, 0, &type, &result) == DECIMAL_OK &&
	   result.magnitude == 0 && !result.negative, "0 / 1");
}

static void
test_rescale(void)
{
	static const struct
	{
		const char *from;
		int			precision;
		int			scale;
		const char *result;
	}			cases[] = {
		{"2.345", 5, 2, "2.35"},
		{"-2.345", 5, 2, "-2.35"},
		{"2.344", 5, 2, "2.34"},
		{"0.5", 1, 0, "1"},
		{"0.49", 1, 0, "0"},
		{"-0.49", 1, 0, "0"},
		{"-0.5", 1, 0, "-1"},
		{"99.5", 2, 0, NULL},
		{"99.4", 2, 0, "99"},
		{"1", 38, 37, "1.0000000000000000000000000000000000000"},
		{"10", 38, 37, NULL},
		{NINES, 38, 0, NINES},
		{NINES, 37, 0, NULL},
		{NINES, 38, 1, NULL},
		{"0." NINES, 38, 0, "1"},
		{"0.00000000000000000000000000000000000009", 38, 37, "0.0000000000000000000000000000000000001"}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Decimal		from;
		Decimal		result;
		int			scale;
		char		buffer[64] = "overflow";
		DecimalStatus status;

		read_decimal(cases[i].from, &from, &scale);
		status = decimal_rescale(&from, scale, cases[i].precision, cases[i].scale, &result);
		if (status == DECIMAL_OK)
			(void) decimal_format(&result, cases[i].scale, buffer);
		ok(cases[i].result == NULL ? status == DECIMAL_OVERFLOW :
		   status == DECIMAL_OK && strcmp(buffer, cases[i].result) == 0,
		   "%s as decimal(%d,%d) is %s", cases[i].from, cases[i].precision, cases[i].scale, buffer);
	}
}

static void
test_compare(void)
{
	static const struct
	{
		const char *a;
		const char *b;
		int			result;
	}			cases[] = {
		{"10", "10.00", 0},
		{"0", "0.000", 0},
		{"-0.0", "0", 0},
		{"1", "0", 1},
		{"0", "0.1", -1},
		{"0", "-0.1", 1},
		{"-1", "1", -1},
		{"-1", "-2", 1},
		{"-1.5", "-1.49", -1},
		{"0.00000000000000000000000000000000000001", NINES, -1},
		{NINES, "0." NINES, 1},
		{"-" NINES, "-0." NINES, -1}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Decimal		a;
		Decimal		b;
		int			a_scale;
		int			b_scale;

		read_decimal(cases[i].a, &a, &a_scale);
		read_decimal(cases[i].b, &b, &b_scale);
		ok(decimal_compare(&a, a_scale, &b, b_scale) == cases[i].result &&
		   decimal_compare(&b, b_scale, &a, a_scale) == -cases[i].result,
		   "%s against %s: %d", cases[i].a, cases[i].b, cases[i].result);
	}
}

static void
test_double(void)
{
	static const struct
	{
		double		value;
		int			precision;
		int			scale;
		const char *result;
	}			cases[] = {
		{0.1, 38, 20, "0.10000000000000001000"},
		{0.1, 10, 2, "0.10"},
		{-2.5, 5, 0, "-3"},
		{2.5, 5, 0, "3"},
		{1e22, 38, 0, "10000000000000000000000"},
		{1e37, 38, 0, "9999999999999999500000000000000000000"},
		{1e38, 38, 0, "99999999999999998000000000000000000000"},
		{-1e38, 37, 0, NULL},
		{1.1e38, 38, 0, NULL},
		{123456.789, 9, 3, "123456.789"},
		{123456.789, 8, 3, NULL},
		{1e-30, 38, 38, "0.00000000000000000000000000000100000000"},
		{1e-300, 38, 38, "0.00000000000000000000000000000000000000"},
		{-1e-300, 5, 2, "0.00"},
		{0.5, 38, 38, "0.50000000000000000000000000000000000000"},
		{1e300, 38, 0, NULL},
		{2251799813685249.5, 20, 1, "2251799813685249.5"}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Decimal		result;
		char		buffer[64] = "overflow";
		DecimalStatus status = decimal_from_double(cases[i].value, cases[i].precision,
												   cases[i].scale, &result);

		if (status == DECIMAL_OK)
			(void) decimal_format(&result, cases[i].scale, buffer);
		ok(cases[i].result == NULL ? status == DECIMAL_OVERFLOW :
		   status == DECIMAL_OK && strcmp(buffer, cases[i].result) == 0,
		   "%g as decimal(%d,%d) is %s", cases[i].value, cases[i].precision, cases[i].scale, buffer);
	}
}

static void
test_to_double(void)
{
	static const struct
	{
		const char *text;
		double		value;
	}			cases[] = {
		{"0", 0}, {"0.1", 0.1}, {"-12.75", -12.75}, {NINES, 1e38}, {"0.3", 0.3},
		{"9007199254740993", 9007199254740992.0}, {"9007199254740995", 9007199254740996.0},
		{"0.00000000000000000000000000000000000001", 1e-38}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Decimal		value;
		int			scale;

		read_decimal(cases[i].text, &value, &scale);
		ok(decimal_to_double(&value, scale) == cases[i].value, "%s is %.17g",
		   cases[i].text, decimal_to_double(&value, scale));
	}
}

static void
test_int64(void)
{
	static const struct
	{
		const char *text;
		bool		fits;
		int64_t		value;
	}			cases[] = {
		{"0", true, 0}, {"1.99", true, 1}, {"-1.99", true, -1},
		{"9223372036854775807", true, INT64_MAX}, {"9223372036854775807.9", true, INT64_MAX},
		{"9223372036854775808", false, 0}, {"-9223372036854775808.5", true, INT64_MIN},
		{"-9223372036854775809", false, 0}, {NINES, false, 0}
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Decimal		value;
		Decimal		back;
		int			scale;
		int64_t		result = 0;
		bool		fits;

		read_decimal(cases[i].text, &value, &scale);
		fits = decimal_to_int64(&value, scale, &result) == DECIMAL_OK;
		ok(fits == cases[i].fits && result == cases[i].value, "%s is %lld",
		   cases[i].text, (long long) result);
		decimal_from_int64(cases[i].value, &back);
		ok(decimal_to_int64(&back, 0, &result) == DECIMAL_OK && result == cases[i].value,
		   "%lld there and back", (long long) cases[i].value);
	}
}

static uint64_t
random_bits(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* a = b * (a / b) + a % b on whole numbers, and (a + b) - b = a. */
static void
test_laws(void)
{
	uint64_t	state = 88172645463325252u;
	TypeSpec	whole = decimal_type(38, 0);
	int			wrong = 0;

	for (int i = 0; i < 20000; i++)
	{
		Decimal		a;
		Decimal		b;
		Decimal		quotient;
		Decimal		rest;
		Decimal		back;

		a.negative = random_bits(&state) & 1;
		b.negative = random_bits(&state) & 1;
		a.magnitude = ((unsigned __int128) random_bits(&state) << 58 | random_bits(&state)) >>
			(random_bits(&state) % 110);
		b.magnitude = ((unsigned __int128) random_bits(&state) << 58 | random_bits(&state)) >>
			(random_bits(&state) % 110);
		b.magnitude += b.magnitude == 0;
		a.negative = a.negative && a.magnitude != 0;
		if (decimal_operate('/', &a, 0, &b, 0, &whole, &quotient) != DECIMAL_OK ||
			decimal_operate('%', &a, 0, &b, 0, &whole, &rest) != DECIMAL_OK ||
			decimal_operate('*', &b, 0, &quotient, 0, &whole, &back) != DECIMAL_OK ||
			decimal_operate('+', &back, 0, &rest, 0, &whole, &back) != DECIMAL_OK ||
			decimal_compare(&a, 0, &back, 0) != 0)
			wrong++;
		if (decimal_operate('+', &a, 3, &b, 7, &whole, &back) == DECIMAL_OVERFLOW)
			wrong++;
		if (decimal_operate('+', &a, 0, &b, 0, &whole, &back) != DECIMAL_OK ||
			decimal_operate('-', &back, 0, &b, 0, &whole, &back) != DECIMAL_OK ||
			decimal_compare(&a, 0, &back, 0) != 0)
			wrong++;
	}
	ok(wrong == 0, "laws of arithmetic hold for 20000 random pairs (%d wrong)", wrong);
}

int
main(void)
{
	test_parse();
	test_result_type();
	test_operate();
	test_division_by_zero();
	test_rescale();
	test_compare();
	test_double();
	test_to_double();
	test_int64();
	test_laws();
	return done_testing();
}
