/*
 * violation.h
 *		What the words of a server's message say about a value that was refused:
 *		which constraint, of which table, for which column.
 */
#ifndef PURE_VIOLATION_H
#define PURE_VIOLATION_H

#include <stdbool.h>
#include <stddef.h>

/* A part of the message's text; length 0: the text does not say it. */
typedef struct ViolationName
{
	const char *text;
	size_t		length;
} ViolationName;

typedef struct Violation
{
	ViolationName schema;		/* of the table, with it or not at all */
	ViolationName table;		/* the one that the constraint or column belongs to */
	ViolationName column;
	ViolationName constraint;	/* or unique index */
	const char *sqlstate;		/* where the number alone leaves it open, else NULL */
} Violation;

/*
 * False: the number is none that names anything, or the text is not what
 * SQL Server says in English under it; *violation is empty then.  Never a part
 * of a value: those stand behind the names, and what follows is not looked at.
 */
extern bool violation_of(int number, const char *text, Violation *violation);

#endif
