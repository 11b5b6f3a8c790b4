/*
 * test/unit/tap.h
 *		The Test Anything Protocol, as much of it as plain C tests need.
 */
#ifndef UNIT_TAP_H
#define UNIT_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int	tap_run;
static int	tap_failed;

/* Counts and prints one test; the format says what must hold. */
__attribute__((format(printf, 2, 3))) static bool
ok(bool condition, const char *format,...)
{
	va_list		arguments;

	tap_run++;
	if (!condition)
		tap_failed++;
	printf("%s %d - ", condition ? "ok" : "not ok", tap_run);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	return condition;
}

/* Prints the plan; the answer is main()'s. */
static int
done_testing(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed == 0 && tap_run > 0 ? 0 : 1;
}

#endif
