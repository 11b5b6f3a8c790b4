/*
 * product.c
 *		Which SQL Server the stand-in says it is, and what that one has.
 *
 * What a version lacks is answered as that version answers: an unknown function,
 * an unknown collation, a syntax error.  So a client that asks for too much of an
 * old server fails here, too.
 */
#include <string.h>
#include <strings.h>

#include "product.h"

#define PRODUCT(year, major, build, date) \
	{#year, major, build, #major ".0." #build ".5", \
	"Microsoft SQL Server " #year " (RTM) - " #major ".0." #build ".5 (X64) \n\t" date \
	" \n\tCopyright (C) " #year " Microsoft Corporation\n\tStand-in for tests\n"}

static const Product products[] = {
	PRODUCT(2019, 15, 2000, "Sep 24 2019 13:48:23"),
	PRODUCT(2016, 13, 1601, "Apr 29 2016 23:23:58"),
	PRODUCT(2017, 14, 1000, "Aug 22 2017 17:04:49"),
	PRODUCT(2022, 16, 1000, "Oct  8 2022 05:58:25"),
};

#define PRODUCTS	(sizeof(products) / sizeof(products[0]))

const Product *product = &products[0];

static const struct
{
	const char *name;
	ProductMajor since;
}			novelties[] = {
	{"TRIM", PRODUCT_2017},
	{"DATETRUNC", PRODUCT_2022},
	{"GREATEST", PRODUCT_2022},
	{"LEAST", PRODUCT_2022},
};

bool
product_choose(const char *year)
{
	for (size_t i = 0; i < PRODUCTS; i++)
	{
		if (strcmp(products[i].year, year) != 0)
			continue;
		product = &products[i];
		return true;
	}
	return false;
}

bool
product_has(const char *name)
{
	size_t		size = strlen(name);

	if (size > 5 && strcasecmp(name + size - 5, "_UTF8") == 0)
		return product->major >= PRODUCT_2019;
	for (size_t i = 0; i < sizeof(novelties) / sizeof(novelties[0]); i++)
	{
		if (strcasecmp(name, novelties[i].name) == 0)
			return product->major >= novelties[i].since;
	}
	return true;
}
