/*
 * src/plan/ship_assign.c
 *		What a column may be set to by the server.
 *
 * T-SQL makes a value of the column's type of whatever is assigned: it rounds,
 * cuts off and makes every number a bit without a word.  So an expression over
 * columns ships only where its type has nothing that the column's type has not;
 * a value that is too large is an error on both sides.  A value without columns is
 * a parameter, which is made one of the column's type here, by the rules of
 * PostgreSQL, before anything is sent.
 *
 * The casts that an assignment ends with may fail, and are taken off first: a
 * value that has no room in the local type has none in what it is converted to.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "plan/ship_rules.h"
#include "value/typemap.h"

/* What is known of a column that is set. */
typedef struct Target
{
	TmfPiece	column;
	Oid			local;			/* base type */
} Target;

/* Values of one kind of types, and how their expressions are assigned. */
typedef struct AssignRule
{
	Oid			local[3];		/* InvalidOid: no more of them */
	TmfPiece	(*ship) (TmfShipping *shipping, const Target *target, Node *node);
	const char *types;			/* for the view */
	const char *sql;
	const char *fact;			/* the row of test/facts that says so */
	const char *reason;
} AssignRule;

#define REMOTE_WHOLE_NUMBERS	(TMF_REMOTE_INTEGERS & ~TMF_REMOTE(WIRE_TYPE_BIT))
#define UNDECLARED				"the remote type of the column is not declared"
#define NO_ROOM					"the column's remote type has not all of its values"

static bool
is_multiple(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_MULTIEXPR)
		return true;
	return expression_tree_walker(node, is_multiple, context);
}

/* A cast to a smaller type of integers, which the result is converted to in its stead. */
static Node *
without_narrowing(Node *node)
{
	const FuncExpr *call = (const FuncExpr *) tmf_ship_strip(node);

	if (IsA(call, FuncExpr) &&
		(call->funcid == F_INT2_INT4 || call->funcid == F_INT2_INT8 || call->funcid == F_INT4_INT8))
		return linitial(call->args);
	return node;
}

static bool
is_whole(const TmfPiece *piece)
{
	return (piece->type.name >= SQLTYPE_BIT && piece->type.name <= SQLTYPE_BIGINT) ||
		(piece->type.name == SQLTYPE_DECIMAL && piece->type.scale == 0);
}

/* May the target be any of these?  One of them is what it is declared as, or has to be. */
static bool
is_one_of(TmfShipping *shipping, const Target *target, int remote)
{
	return tmf_ship_assume(shipping, &target->column, remote);
}

static TmfPiece
assign_integer(TmfShipping *shipping, const Target *target, Node *node)
{
	TmfPiece	piece = tmf_ship_operand(shipping, without_narrowing(node));
	SqlType		type;

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (!is_whole(&piece) || !tmf_encode_natural(target->local, &type) ||
		!is_one_of(shipping, target, REMOTE_WHOLE_NUMBERS))
		return tmf_ship_stays(shipping, NO_ROOM);
	if (piece.type.name == SQLTYPE_DECIMAL ||
		tmf_integer_bits(&piece) > tmf_integer_bits(&(TmfPiece) {.type = type}))
		piece = tmf_piece_convert(&piece, &type);
	return piece;
}

/* Has a column of that type the decimals of piece?  Too many digits before them are an error. */
static bool
has_decimals(const SqlType *type, const TmfPiece *piece)
{
	switch (type->name)
	{
		case SQLTYPE_DECIMAL:
			return type->scale >= piece->type.scale;
		case SQLTYPE_MONEY:
		case SQLTYPE_SMALLMONEY:
			return piece->type.scale <= 4;
		case SQLTYPE_TINYINT:
		case SQLTYPE_SMALLINT:
		case SQLTYPE_INT:
		case SQLTYPE_BIGINT:
			return piece->type.scale == 0;
		default:
			return false;
	}
}

/* A cast to numeric(p, s), which CONVERT rounds like: half away from zero.  False: it is none. */
static bool
is_coerced(Node *node, SqlType *type)
{
	const FuncExpr *call = (const FuncExpr *) node;
	const Const *typmod;
	int32		value;

	if (!IsA(node, FuncExpr) || call->funcid != F_NUMERIC_NUMERIC_INT4)
		return false;
	typmod = lsecond(call->args);
	if (!IsA(typmod, Const) || typmod->constisnull)
		return false;
	value = DatumGetInt32(typmod->constvalue);
	if (value < (int32) VARHDRSZ)
		return false;
	*type = (SqlType) {SQLTYPE_DECIMAL, 0, tmf_numeric_precision(value), tmf_numeric_scale(value)};
	return type->precision <= TMF_DECIMAL_MAX && type->scale >= 0 && type->scale <= type->precision;
}

static TmfPiece
assign_numeric(TmfShipping *shipping, const Target *target, Node *node)
{
	SqlType		type;
	TmfPiece	piece;

	node = tmf_ship_strip(node);
	if (is_coerced(node, &type))
	{
		piece = tmf_ship_operand(shipping, linitial(((FuncExpr *) node)->args));
		if (piece.ship != TMF_SHIP_LOCAL)
			piece = tmf_piece_convert(&piece, &type);
	}
	else
		piece = tmf_ship_operand(shipping, node);
	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (!target->column.declared)
		return tmf_ship_stays(shipping, UNDECLARED);
	if (piece.type.name != SQLTYPE_DECIMAL || !has_decimals(&target->column.type, &piece) ||
		!is_one_of(shipping, target, TMF_REMOTE_NUMBERS))
		return tmf_ship_stays(shipping, NO_ROOM);
	return piece;
}

static TmfPiece
assign_truth(TmfShipping *shipping, const Target *target, Node *node)
{
	TmfPiece	piece = tmf_ship_operand(shipping, node);

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (piece.type.name != SQLTYPE_BIT || !is_one_of(shipping, target, TMF_REMOTE(WIRE_TYPE_BIT)))
		return tmf_ship_stays(shipping, NO_ROOM);
	return piece;
}

/* A date or a uuid, which one type has there. */
static TmfPiece
assign_natural(TmfShipping *shipping, const Target *target, Node *node)
{
	TmfPiece	piece = tmf_ship_operand(shipping, node);
	SqlType		type;

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (!tmf_encode_natural(target->local, &type) || piece.type.name != type.name ||
		!is_one_of(shipping, target, TMF_REMOTE(tmf_typemap_wire(type.name))))
		return tmf_ship_stays(shipping, NO_ROOM);
	return piece;
}

/* Has the column's type every value of another one, and does it leave them as they are? */
static bool
takes(const TmfPiece *column, const TmfPiece *piece)
{
	const SqlType *to = &column->type;
	const SqlType *from = &piece->type;

	if (to->name != from->name || to->precision != from->precision)
		return to->name == SQLTYPE_FLOAT && from->name == SQLTYPE_REAL;
	switch (to->name)
	{
		case SQLTYPE_VARCHAR:
			/* bytes mean other characters in another code page */
			if (column->collation == NULL || piece->collation == NULL ||
				pg_strcasecmp(column->collation, piece->collation) != 0)
				return false;
			break;
		case SQLTYPE_NVARCHAR:
		case SQLTYPE_VARBINARY:
			break;
		case SQLTYPE_TIME:
		case SQLTYPE_DATETIME2:
		case SQLTYPE_DATETIMEOFFSET:
			return to->scale >= from->scale;
		case SQLTYPE_REAL:
		case SQLTYPE_FLOAT:
		case SQLTYPE_SMALLDATETIME:
		case SQLTYPE_DATETIME:
			return true;
		default:
			return false;
	}
	return to->length == SQLTYPE_MAX ||
		(from->length != SQLTYPE_MAX && from->length <= to->length);
}

/*
 * The value of another column, as it is, or of what is computed in the same type.
 * It would have been cut, or cast, before it was assigned: both columns are read as
 * they are.
 */
static TmfPiece
assign_same(TmfShipping *shipping, const Target *target, Node *node)
{
	TmfPiece	piece = tmf_ship_operand(shipping, node);

	if (piece.ship == TMF_SHIP_LOCAL)
		return piece;
	if (!target->column.declared)
		return tmf_ship_stays(shipping, UNDECLARED);
	if (piece.rescaled)
		return tmf_ship_stays(shipping, "the sign of a zero may get lost there");
	if (!takes(&target->column, &piece) ||
		!is_one_of(shipping, target, TMF_REMOTE(tmf_typemap_wire(target->column.type.name))))
		return tmf_ship_stays(shipping, NO_ROOM);
	return piece;
}

static const AssignRule rules[] = {
	{{INT2OID, INT4OID, INT8OID}, assign_integer, "smallint, integer, bigint",
		"[c] = CONVERT(int, $1)", "assign-integer",
	"what is out of range is an error there, too"},
	{{NUMERICOID}, assign_numeric, "numeric", "[c] = CONVERT(decimal(p,s), $1)", "assign-decimal",
	"to a column that is declared with as many decimals"},
	{{BOOLOID}, assign_truth, "boolean", "[c] = $1", "assign-bit", "to a column of type bit"},
	{{DATEOID, UUIDOID}, assign_natural, "date, uuid", "[c] = $1", "assign-same", NULL},
	{{FLOAT4OID, FLOAT8OID}, assign_same, "real, double precision", "[c] = $1", "assign-float",
	"of other columns, to one that is declared"},
	{{TIMEOID, TIMESTAMPOID, TIMESTAMPTZOID}, assign_same, "time, timestamp", "[c] = $1", "assign-scale",
	"of other columns of the same type with at most as many decimals"},
	{{TEXTOID, VARCHAROID}, assign_same, "text, varchar", "[c] = $1", "assign-characters",
	"of other columns of the same type and collation that are not longer"},
	{{BYTEAOID}, assign_same, "bytea", "[c] = $1", "assign-binary",
	"of other columns of the same type that are not longer"}
};

static const AssignRule *
find_rule(Oid local)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < lengthof(rules); i++)
	{
		for (j = 0; j < lengthof(rules[i].local); j++)
		{
			if (rules[i].local[j] == local)
				return &rules[i];
		}
	}
	return NULL;
}

bool
tmf_assign_rule_row(int index, TmfRuleRow *row)
{
	if (index >= lengthof(rules))
		return false;
	*row = (TmfRuleRow) {TMF_RULE_EXPRESSION, InvalidOid, psprintf("SET %s", rules[index].types),
			rules[index].types, "EXACT", rules[index].sql, rules[index].fact, rules[index].reason};
	return true;
}

/* What needs an expression of its own around the parameter has its row changed by key. */
static bool
takes_parameter(const TmfPiece *column)
{
	return !column->declared || tmf_typemap_wire(column->type.name) != WIRE_TYPE_UNKNOWN;
}

static TmfPiece
ship_expression(TmfShipping *shipping, const Target *target, Node *node)
{
	const AssignRule *rule = find_rule(target->local);
	TmfPiece	piece;

	if (rule == NULL)
		return tmf_ship_stays(shipping, "there is no rule for assigning values of its type");
	shipping->assigns = true;
	piece = rule->ship(shipping, target, node);
	shipping->assigns = false;
	return piece;
}

TmfPiece
tmf_ship_assignment(TmfShipping *shipping, Var *column, Node *node)
{
	Target		target = {tmf_ship_column(shipping, column)};

	if (is_multiple(node, NULL))
		return tmf_ship_stays(shipping, "it depends on a subquery");
	if (tmf_ship_is_value(shipping, node) && takes_parameter(&target.column))
		return tmf_ship_assigned_parameter(shipping, node, column);
	if (tmf_ship_is_value(shipping, node))
		return tmf_ship_stays(shipping, "values of its remote type are not sent as they are");
	target.local = getBaseType(column->vartype);
	return ship_expression(shipping, &target, node);
}
