/*
 * src/plan/ship_like.c
 *		LIKE with a constant pattern.
 *
 * The pattern is translated, with what is special there and not here escaped,
 * and matched code unit by code unit under a binary collation.  There "_" is one
 * code unit of UTF-16, here it is one character: it becomes "%", and what that
 * lets through is rechecked.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "plan/ship_rules.h"

#define BINARY_COLLATION	"Latin1_General_100_BIN2"
#define PATTERN_MAX			4000	/* bytes here: at most as many units there */

typedef struct LikeRule
{
	Oid			function;
	bool		negated;
} LikeRule;

static const LikeRule rules[] = {
	{F_TEXTLIKE, false},
	{F_TEXTNLIKE, true}
};

static const LikeRule *
find_rule(const OpExpr *operator)
{
	Oid			function = get_opcode(operator->opno);
	size_t		i;

	for (i = 0; i < lengthof(rules); i++)
	{
		if (rules[i].function == function)
			return &rules[i];
	}
	return NULL;
}

bool
tmf_like_knows(const OpExpr *operator)
{
	return find_rule(operator) != NULL;
}

/*
 * NULL: the pattern ends in an escape, which is an error here.  *wider: it lets
 * more through than the pattern of here.
 */
static char *
translate_pattern(const char *pattern, bool *wider)
{
	StringInfoData text;

	*wider = false;
	initStringInfo(&text);
	while (*pattern != '\0')
	{
		int			length = pg_mblen(pattern);
		bool		escaped = *pattern == '\\';

		if (escaped)
		{
			pattern++;
			if (*pattern == '\0')
				return NULL;
			length = pg_mblen(pattern);
		}
		if (!escaped && *pattern == '_')
		{
			*wider = true;
			appendStringInfoChar(&text, '%');
		}
		else
		{
			if (strchr("[\\", *pattern) != NULL || (escaped && strchr("%_", *pattern) != NULL))
				appendStringInfoChar(&text, '\\');
			appendBinaryStringInfo(&text, pattern, length);
		}
		pattern += length;
	}
	return text.data;
}

/* The column in Unicode: as it stands, characters would go through another code page. */
static char *
in_unicode(const TmfPiece *piece)
{
	if (tmf_piece_is_typed(piece) && piece->type.length != SQLTYPE_MAX && piece->type.length <= PATTERN_MAX)
		return psprintf("CONVERT(nvarchar(%d), %s)", piece->type.length, piece->sql);
	return psprintf("CONVERT(nvarchar(max), %s)", piece->sql);
}

/*
 * When a value is read into varchar(n), blanks that follow its first n characters
 * are cut off.  The pattern has to let pass what had them, too.
 */
static char *
before_blanks(char *pattern, Node *operand)
{
	int32		typmod = exprTypmod(operand);
	Oid			type = getBaseTypeAndTypmod(exprType(operand), &typmod);
	int			length = strlen(pattern);

	if (type != VARCHAROID || typmod < 0 || (length > 0 && pattern[length - 1] == '%' &&
											 (length == 1 || pattern[length - 2] != '\\')))
		return pattern;
	return psprintf("%s%%", pattern);
}

TmfPiece
tmf_ship_like(TmfShipping *shipping, OpExpr *operator)
{
	static const SqlType nvarchar = {SQLTYPE_NVARCHAR, PATTERN_MAX};
	const LikeRule *rule = find_rule(operator);
	Const	   *pattern = (Const *) tmf_ship_strip(lsecond(operator->args));
	TmfPiece	operand;
	TmfPiece	value;
	TmfShip		ship = TMF_SHIP_EXACT;
	char	   *translated;
	bool		wider;

	if (!IsA(pattern, Const) || pattern->constisnull)
		return tmf_ship_stays(shipping, "only a constant pattern is shipped");
	if (OidIsValid(operator->inputcollid) && !get_collation_isdeterministic(operator->inputcollid))
		return tmf_ship_stays(shipping, "the collation is not deterministic");
	translated = translate_pattern(TextDatumGetCString(pattern->constvalue), &wider);
	if (translated == NULL || strlen(translated) >= PATTERN_MAX)
		return tmf_ship_stays(shipping, "the pattern is too long, or ends in an escape");
	operand = tmf_ship_value(shipping, linitial(operator->args));
	if (operand.ship != TMF_SHIP_EXACT)
		return tmf_ship_stays(shipping, "an operand is not evaluated exactly there");
	if (wider || !tmf_piece_is_typed(&operand) ||
		!tmf_ship_assume(shipping, &operand, TMF_REMOTE(WIRE_TYPE_TEXT)))
		ship = TMF_SHIP_SUPERSET;
	if (ship == TMF_SHIP_SUPERSET &&
		!tmf_ship_assume_superset(shipping, &operand, TMF_REMOTE(WIRE_TYPE_TEXT)))
		return tmf_ship_stays(shipping, "a column is not of characters there");
	if (ship == TMF_SHIP_SUPERSET && rule->negated)
		return tmf_ship_stays(shipping, "only what is evaluated exactly there may be negated");
	if (ship == TMF_SHIP_SUPERSET)
		translated = before_blanks(translated, tmf_ship_strip(linitial(operator->args)));
	value = tmf_ship_parameter(shipping,
							   (Node *) makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
												  CStringGetTextDatum(translated), false, false),
							   &nvarchar, TMF_BOUND_VALUE);
	return tmf_piece_condition(ship,
							   psprintf("%s COLLATE " BINARY_COLLATION "%s LIKE %s ESCAPE N'\\'",
										in_unicode(&operand), rule->negated ? " NOT" : "", value.sql));
}

bool
tmf_like_rule_row(int index, TmfRuleRow *row)
{
	if (index >= lengthof(rules))
		return false;
	*row = (TmfRuleRow) {TMF_RULE_FUNCTION, rules[index].function, NULL, NULL,
			rules[index].negated ? "EXACT" : "EXACT; SUPERSET with _ in the pattern, or without a declared remote type",
			rules[index].negated ? "$1 COLLATE " BINARY_COLLATION " NOT LIKE $2 ESCAPE N'\\'" :
			"$1 COLLATE " BINARY_COLLATION " LIKE $2 ESCAPE N'\\'",
			"like-binary-collation", "with a constant pattern"};
	return true;
}
