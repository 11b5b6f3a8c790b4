/*
 * test/unit/sqltype_test.c
 *		Declarations of columns: what is understood, as what, and what is not.
 */
/* sources: src/pure/sqltype.c */
#include <string.h>

#include "pure/sqltype.h"
#include "tap.h"

static void
test_understood(void)
{
	static const struct
	{
		const char *text;
		const char *shown;
	}			rows[] = {
		{"bit", "bit"}, {"tinyint", "tinyint"}, {"smallint", "smallint"}, {"int", "int"},
		{"integer", "int"}, {"bigint", "bigint"}, {"real", "real"}, {"float", "float"},
		{"float(53)", "float"}, {"float(25)", "float"}, {"float(24)", "real"}, {"float(1)", "real"},
		{"double precision", "float"}, {"smallmoney", "smallmoney"}, {"money", "money"},
		{"decimal", "decimal(18,0)"}, {"decimal(9)", "decimal(9,0)"}, {"decimal(38,38)", "decimal(38,38)"},
		{"numeric(5,2)", "decimal(5,2)"}, {"dec(1, 1)", "decimal(1,1)"}, {"date", "date"},
		{"time", "time(7)"}, {"time(0)", "time(0)"}, {"smalldatetime", "smalldatetime"},
		{"datetime", "datetime"}, {"datetime2", "datetime2(7)"}, {"datetime2(3)", "datetime2(3)"},
		{"datetimeoffset", "datetimeoffset(7)"}, {"DateTimeOffset ( 6 )", "datetimeoffset(6)"},
		{"uniqueidentifier", "uniqueidentifier"}, {"char(1)", "char(1)"}, {"character(8000)", "char(8000)"},
		{"varchar(8000)", "varchar(8000)"}, {"varchar(max)", "varchar(max)"},
		{"character varying(20)", "varchar(20)"}, {"char varying(MAX)", "varchar(max)"},
		{"nchar(4000)", "nchar(4000)"}, {"national character(7)", "nchar(7)"}, {"national char(7)", "nchar(7)"},
		{"nvarchar(200)", "nvarchar(200)"}, {" NVARCHAR ( 4000 ) ", "nvarchar(4000)"},
		{"nvarchar(Max)", "nvarchar(max)"}, {"national  char\tvarying(3)", "nvarchar(3)"},
		{"national character varying(3)", "nvarchar(3)"}, {"sysname", "nvarchar(128)"},
		{"text", "text"}, {"ntext", "ntext"}, {"national text", "ntext"}, {"xml", "xml"}, {"json", "json"},
		{"binary(8000)", "binary(8000)"}, {"varbinary(16)", "varbinary(16)"}, {"varbinary(max)", "varbinary(max)"},
		{"binary varying(2)", "varbinary(2)"}, {"image", "image"}, {"rowversion", "rowversion"},
		{"timestamp", "rowversion"}, {"sql_variant", "sql_variant"}, {"geometry", "geometry"},
		{"geography", "geography"}, {"hierarchyid", "hierarchyid"},
	};
	size_t		i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		SqlType		type;
		SqlType		again;
		char		text[SQLTYPE_TEXT_MAX] = "";
		char		allowed[SQLTYPE_ALLOWED_MAX] = "";
		bool		parsed = sqltype_parse(rows[i].text, &type, allowed);

		if (parsed)
			sqltype_format(&type, text);
		ok(parsed && strcmp(text, rows[i].shown) == 0, "\"%s\" is %s (%s%s)", rows[i].text,
		   rows[i].shown, text, allowed);
		ok(sqltype_parse(rows[i].shown, &again, allowed) && again.name == type.name &&
		   again.length == type.length && again.precision == type.precision &&
		   again.scale == type.scale, "%s is understood as the same", rows[i].shown);
	}
}

static void
test_refused(void)
{
	static const struct
	{
		const char *text;
		const char *allowed;
	}			rows[] = {
		{"nvarchar", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar()", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar(0)", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar(4001)", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar(-1)", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar(20", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar(20) x", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar(20))", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar(20,2)", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar(20,2,2)", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar(2 0)", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"nvarchar(99999999999999999999)", "nvarchar(n) with n from 1 to 4000, nvarchar(max)"},
		{"varchar(8001)", "varchar(n) with n from 1 to 8000, varchar(max)"},
		{"char(max)", "char(n) with n from 1 to 8000"},
		{"binary", "binary(n) with n from 1 to 8000"},
		{"decimal(39)", "decimal(p,s) with p from 1 to 38 and s from 0 to p"},
		{"decimal(5,6)", "decimal(p,s) with p from 1 to 38 and s from 0 to p"},
		{"decimal(0)", "decimal(p,s) with p from 1 to 38 and s from 0 to p"},
		{"numeric(max)", "numeric(p,s) with p from 1 to 38 and s from 0 to p"},
		{"datetime2(8)", "datetime2(s) with s from 0 to 7"},
		{"datetime2(3,3)", "datetime2(s) with s from 0 to 7"},
		{"time(max)", "time(s) with s from 0 to 7"},
		{"float(54)", "float, float(n) with n from 1 to 53"},
		{"float(0)", "float, float(n) with n from 1 to 53"},
		{"float(max)", "float, float(n) with n from 1 to 53"},
		{"int(4)", "int, without anything in parentheses"},
		{"sysname(5)", "sysname, without anything in parentheses"},
	};
	static const char *const unknown[] = {
		"", " ", "(4)", "a CLR type", "clob", "nvarcha(20)", "varchar2(20)", "national", "character  x",
		"int; DROP TABLE t", "[int]", "dbo.money", "nvarchar nvarchar nvarchar nvarchar nvarchar nvarchar nvarchar nvarchar",
	};
	size_t		i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		SqlType		type;
		char		allowed[SQLTYPE_ALLOWED_MAX] = "";

		ok(!sqltype_parse(rows[i].text, &type, allowed) && strcmp(allowed, rows[i].allowed) == 0,
		   "\"%s\" is refused: %s", rows[i].text, allowed);
	}
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
	{
		SqlType		type;
		char		allowed[SQLTYPE_ALLOWED_MAX] = "";

		ok(!sqltype_parse(unknown[i], &type, allowed) &&
		   strcmp(allowed, "bit, tinyint, smallint, int, bigint, real, float, smallmoney, money, decimal, "
				  "date, time, smalldatetime, datetime, datetime2, datetimeoffset, uniqueidentifier, char, "
				  "varchar, nchar, nvarchar, text, ntext, xml, json, binary, varbinary, image, rowversion, "
				  "sql_variant, geometry, geography, hierarchyid") == 0,
		   "\"%s\" is no type: %s", unknown[i], allowed);
	}
}

static void
test_admits(void)
{
	static const struct
	{
		const char *declared;
		const char *actual;
		bool		admitted;
	}			rows[] = {
		{"int", "int", true}, {"int", "bigint", false}, {"bigint", "int", false},
		{"decimal(18,2)", "decimal(18,2)", true}, {"decimal(18,2)", "decimal(18,3)", false},
		{"decimal(18,2)", "decimal(17,2)", false}, {"datetime2(7)", "datetime2(7)", true},
		{"datetime2(7)", "datetime2(3)", false}, {"datetime2(3)", "datetime", false},
		{"nvarchar(50)", "nvarchar(50)", true}, {"nvarchar(50)", "nvarchar(49)", true},
		{"nvarchar(50)", "nvarchar(51)", false}, {"nvarchar(50)", "nvarchar(max)", false},
		{"nvarchar(max)", "nvarchar(50)", false}, {"nvarchar(max)", "nvarchar(max)", true},
		{"nvarchar(50)", "varchar(50)", false}, {"nvarchar(50)", "nchar(50)", false},
		{"char(5)", "char(5)", true}, {"char(5)", "varchar(5)", false}, {"nvarchar(50)", "int", false},
		{"nvarchar(50)", "xml", false}, {"nvarchar(50)", "varbinary(50)", false},
		{"varbinary(16)", "binary(16)", false}, {"sysname", "nvarchar(128)", true},
		{"rowversion", "binary(8)", true}, {"rowversion", "varbinary(8)", true},
		{"rowversion", "binary(9)", false}, {"rowversion", "bigint", false},
		{"json", "nvarchar(max)", true}, {"json", "varchar(max)", true}, {"json", "nvarchar(4000)", false},
		{"json", "int", false}, {"xml", "xml", true}, {"text", "ntext", false},
		{"sql_variant", "sql_variant", true}, {"sql_variant", "int", false}, {"int", "sql_variant", false},
	};
	static const SqlType clr = {SQLTYPE_CLR, 0, 0, 0};
	SqlType		declared;
	SqlType		actual;
	char		text[SQLTYPE_ALLOWED_MAX];
	size_t		i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(sqltype_parse(rows[i].declared, &declared, text) && sqltype_parse(rows[i].actual, &actual, text) &&
		   sqltype_admits(&declared, &actual) == rows[i].admitted, "declared as %s, a column may %sbe %s",
		   rows[i].declared, rows[i].admitted ? "" : "not ", rows[i].actual);
	ok(sqltype_parse("geometry", &declared, text) && sqltype_admits(&declared, &clr), "geometry is a CLR type");
	ok(sqltype_parse("hierarchyid", &declared, text) && sqltype_admits(&declared, &clr), "hierarchyid, too");
	ok(sqltype_parse("varbinary(max)", &declared, text) && !sqltype_admits(&declared, &clr), "varbinary is none");
	sqltype_format(&clr, text);
	ok(strcmp(text, "a CLR type") == 0, "%s is shown so", text);
}

int
main(void)
{
	test_understood();
	test_refused();
	test_admits();
	return done_testing();
}
