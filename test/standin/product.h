/*
 * product.h
 *		Which SQL Server the stand-in says it is, and what that one has.
 */
#ifndef STANDIN_PRODUCT_H
#define STANDIN_PRODUCT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum ProductMajor
{
	PRODUCT_2016 = 13,
	PRODUCT_2017 = 14,
	PRODUCT_2019 = 15,
	PRODUCT_2022 = 16
} ProductMajor;

typedef struct Product
{
	const char *year;			/* as --product takes it */
	ProductMajor major;
	uint16_t	build;
	const char *version;		/* SERVERPROPERTY('ProductVersion') */
	const char *text;			/* @@VERSION */
} Product;

/* Set by main() before any thread starts. */
extern const Product *product;

/* Compatibility level of its new databases. */
#define PRODUCT_LEVEL	((int) product->major * 10)

extern bool product_choose(const char *year);

/* Is a function or a collation of this name known to the product?  Unknown names are. */
extern bool product_has(const char *name);

#endif
