/*
 * table.h
 *		The table of all options, for the validator and the readers.
 *
 * One row says where an option may stand and what its value may be.  Adding an
 * option is adding a row here and the field that carries its value.
 */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include "option/option.h"

typedef enum TmfOptionKind
{
	TMF_OPTION_TEXT,			/* 1 .. max bytes; no control characters */
	TMF_OPTION_SECRET,			/* the same, and never shown */
	TMF_OPTION_SQL,				/* any text that is not blank */
	TMF_OPTION_NAME,			/* name, schema.name, [schema].[name] */
	TMF_OPTION_ENDPOINT,		/* host, host,port, host:port, host\instance */
	TMF_OPTION_INTEGER,			/* min .. max */
	TMF_OPTION_DURATION,		/* milliseconds min .. max; a plain number is seconds */
	TMF_OPTION_COST,			/* a floating-point number >= 0 */
	TMF_OPTION_BOOLEAN,
	TMF_OPTION_WORD,			/* one of words */
	TMF_OPTION_GUID,
	TMF_OPTION_SQLTYPE,			/* a type of SQL Server, as a column is declared */
	TMF_OPTION_COLLATION,		/* a collation's name there */
	TMF_OPTION_VERSION,			/* of the product there; the major number, min .. max, counts */
	TMF_OPTION_PATH,			/* an absolute path, or "system" */
	TMF_OPTION_HOST				/* a host name or address as certificates carry it */
} TmfOptionKind;

/* Of a PATH: what the operating system has in that place, which everybody may name. */
#define TMF_PATH_SYSTEM	"system"

typedef struct TmfOptionWord
{
	const char *word;			/* NULL ends the list */
	int			value;
	WireAbility needs;
} TmfOptionWord;

typedef struct TmfOption
{
	const char *name;			/* NULL ends the table */
	Oid			catalog;		/* where it may stand */
	TmfOptionKind kind;
	int			min;
	int			max;
	const char *fallback;		/* value when absent; NULL: none */
	const TmfOptionWord *words;
	const char *same_as;		/* another name of this option */
	bool		required;
	bool		superuser;		/* only a superuser may set it (a PATH: to a file) */
	WireAbility needs;			/* of the TDS library */
} TmfOption;

extern const TmfOption tmf_options[];

/* NULL when catalog knows no such option. */
extern const TmfOption *tmf_option_find(const char *name, Oid catalog);

/* The option of catalog whose name is closest to name, NULL when none is close. */
extern const char *tmf_option_closest(const char *name, Oid catalog);

/* A parsed value: which member counts follows from the kind. */
typedef struct TmfOptionValue
{
	int			integer;		/* INTEGER, DURATION, BOOLEAN, WORD, VERSION */
	double		cost;
	Endpoint	endpoint;
	char	   *text;			/* TEXT, SECRET, SQL, PATH, HOST, GUID (lower case), NAME, COLLATION */
	char	   *schema;			/* NAME: NULL when not given */
	SqlType		sqltype;
} TmfOptionValue;

/* Raises 22023 with what is allowed.  Never shows a secret. */
extern void tmf_option_parse(const TmfOption *option, const char *text, TmfOptionValue *value);

/* Raises 0A000 when the TDS library cannot do what a value of option asks of it. */
extern void tmf_option_check_library(const TmfOption *option, const TmfOptionValue *value);

/* Value of option name in a list of DefElem, its synonyms included, or NULL. */
extern const char *tmf_option_text(List *options, const char *name, Oid catalog);

/*
 * The same, parsed, or the table's fallback.  False when there is neither;
 * *value is zeroed then.
 */
extern bool tmf_option_get(List *options, const char *name, Oid catalog,
						   TmfOptionValue *value);

/*
 * The two names of a foreign table's options; NULL what is not said.  Beside a
 * schema_name the table_name is one name, dots and all.
 */
extern void tmf_option_table_name(List *options, char **schema, char **table);

#endif
