/*
 * src/plan/ship_aggregate_table.c
 *		The rules of aggregates, one for each function.
 *
 * A row claims: over the same rows the aggregate has the same value there,
 * whatever remote type of the set its argument has, and no error of its own.
 */
#include "postgres.h"

#include "utils/fmgroids.h"

#include "plan/upper.h"

#define WHOLE \
	(TMF_REMOTE(WIRE_TYPE_TINYINT) | TMF_REMOTE(WIRE_TYPE_SMALLINT) | \
	 TMF_REMOTE(WIRE_TYPE_INT) | TMF_REMOTE(WIRE_TYPE_BIGINT))
#define INTEGERS \
	(WHOLE | TMF_REMOTE(WIRE_TYPE_BIT))
#define DECIMALS \
	(WHOLE | TMF_REMOTE(WIRE_TYPE_DECIMAL) | TMF_REMOTE(WIRE_TYPE_MONEY) | \
	 TMF_REMOTE(WIRE_TYPE_SMALLMONEY))
#define MOMENTS \
	(TMF_REMOTE(WIRE_TYPE_DATE) | TMF_REMOTE(WIRE_TYPE_DATETIME) | \
	 TMF_REMOTE(WIRE_TYPE_SMALLDATETIME) | TMF_REMOTE(WIRE_TYPE_DATETIME2) | \
	 TMF_REMOTE(WIRE_TYPE_DATETIMEOFFSET))
#define REAL		TMF_REMOTE(WIRE_TYPE_REAL)
#define FLOATS		(REAL | TMF_REMOTE(WIRE_TYPE_FLOAT))
#define COUNTED \
	(INTEGERS | DECIMALS | FLOATS | MOMENTS | TMF_REMOTE(WIRE_TYPE_TIME) | \
	 TMF_REMOTE(WIRE_TYPE_GUID))

#define EXACT(function, ship, remote, sql, result, fact) \
	{function, ship, remote, sql, result, false, "EXACT", fact}
#define AVERAGE(function, ship, remote, result, fact) \
	{function, ship, remote, "SUM($2$1)", result, true, "EXACT", fact}
#define LOCAL(function, reason) \
	{function, NULL, 0, NULL, SQLTYPE_UNKNOWN, false, reason, NULL}

#define EXTREMES(type, remote) \
	EXACT(F_MIN_##type, tmf_aggregate_extreme, remote, "MIN($1)", SQLTYPE_UNKNOWN, "min-max-null"), \
	EXACT(F_MAX_##type, tmf_aggregate_extreme, remote, "MAX($1)", SQLTYPE_UNKNOWN, "min-max-null")
#define LOCAL_EXTREMES(type, reason) \
	LOCAL(F_MIN_##type, reason), LOCAL(F_MAX_##type, reason)

#define ORDER_OF_ADDITIONS	"the sum of floating-point numbers depends on their order"
#define ORDER_OF_TEXTS		"texts have another order there"
#define ORDER_OF_ROWS		"its result follows the order of the rows"
#define NO_SUCH_TYPE		"there is no such type there"
#define NO_SUCH_AGGREGATE	"there is no such aggregate there"
#define OTHER_DIGITS		"it is computed in floating point there, and exactly here"

#define LOCAL_VARIANCES(name) \
	LOCAL(F_##name##_INT2, OTHER_DIGITS), LOCAL(F_##name##_INT4, OTHER_DIGITS), \
	LOCAL(F_##name##_INT8, OTHER_DIGITS), LOCAL(F_##name##_NUMERIC, OTHER_DIGITS), \
	LOCAL(F_##name##_FLOAT4, ORDER_OF_ADDITIONS), LOCAL(F_##name##_FLOAT8, ORDER_OF_ADDITIONS)
#define LOCAL_BITS(name) \
	LOCAL(F_BIT_##name##_INT2, NO_SUCH_AGGREGATE), LOCAL(F_BIT_##name##_INT4, NO_SUCH_AGGREGATE), \
	LOCAL(F_BIT_##name##_INT8, NO_SUCH_AGGREGATE)

const TmfAggregateRule tmf_aggregate_rules[] = {
	EXACT(F_COUNT_, tmf_aggregate_rows, 0, "COUNT_BIG($1)", SQLTYPE_BIGINT, "count-big"),
	EXACT(F_COUNT_ANY, tmf_aggregate_count, COUNTED, "COUNT_BIG($2$1)", SQLTYPE_BIGINT, "count-big"),

	EXACT(F_SUM_INT2, tmf_aggregate_integers, INTEGERS, "SUM($2$1)", SQLTYPE_BIGINT, "sum-bigint"),
	EXACT(F_SUM_INT4, tmf_aggregate_integers, INTEGERS, "SUM($2$1)", SQLTYPE_BIGINT, "sum-bigint"),
	EXACT(F_SUM_INT8, tmf_aggregate_decimals, INTEGERS, "SUM($2$1)", SQLTYPE_DECIMAL, "sum-decimal"),
	EXACT(F_SUM_NUMERIC, tmf_aggregate_decimals, DECIMALS, "SUM($2$1)", SQLTYPE_DECIMAL, "sum-decimal"),
	LOCAL(F_SUM_FLOAT4, ORDER_OF_ADDITIONS),
	LOCAL(F_SUM_FLOAT8, ORDER_OF_ADDITIONS),
	LOCAL(F_SUM_MONEY, NO_SUCH_TYPE),
	LOCAL(F_SUM_INTERVAL, NO_SUCH_TYPE),

	AVERAGE(F_AVG_INT2, tmf_aggregate_integers, INTEGERS, SQLTYPE_BIGINT, "sum-bigint"),
	AVERAGE(F_AVG_INT4, tmf_aggregate_integers, INTEGERS, SQLTYPE_BIGINT, "sum-bigint"),
	AVERAGE(F_AVG_INT8, tmf_aggregate_decimals, INTEGERS, SQLTYPE_DECIMAL, "sum-decimal"),
	AVERAGE(F_AVG_NUMERIC, tmf_aggregate_decimals, DECIMALS, SQLTYPE_DECIMAL, "sum-decimal"),
	LOCAL(F_AVG_FLOAT4, ORDER_OF_ADDITIONS),
	LOCAL(F_AVG_FLOAT8, ORDER_OF_ADDITIONS),
	LOCAL(F_AVG_INTERVAL, NO_SUCH_TYPE),

	EXTREMES(INT2, INTEGERS),
	EXTREMES(INT4, INTEGERS),
	EXTREMES(INT8, INTEGERS),
	EXTREMES(NUMERIC, DECIMALS),
	EXTREMES(FLOAT4, REAL),
	EXTREMES(FLOAT8, FLOATS),
	EXTREMES(DATE, TMF_REMOTE(WIRE_TYPE_DATE)),
	EXTREMES(TIMESTAMP, MOMENTS),
	EXTREMES(TIMESTAMPTZ, MOMENTS),
	EXTREMES(TIME, TMF_REMOTE(WIRE_TYPE_TIME)),
	LOCAL_EXTREMES(TEXT, ORDER_OF_TEXTS),
	LOCAL_EXTREMES(BPCHAR, ORDER_OF_TEXTS),
	LOCAL_EXTREMES(MONEY, NO_SUCH_TYPE),
	LOCAL_EXTREMES(INTERVAL, NO_SUCH_TYPE),
	LOCAL_EXTREMES(TIMETZ, NO_SUCH_TYPE),
	LOCAL_EXTREMES(INET, NO_SUCH_TYPE),
	LOCAL_EXTREMES(ANYARRAY, NO_SUCH_TYPE),
	LOCAL_EXTREMES(ANYENUM, NO_SUCH_TYPE),

	EXACT(F_BOOL_AND, tmf_aggregate_truth, TMF_REMOTE(WIRE_TYPE_BIT), "CONVERT(bit, MIN($1))",
		  SQLTYPE_BIT, "min-max-bit-as-int"),
	EXACT(F_EVERY, tmf_aggregate_truth, TMF_REMOTE(WIRE_TYPE_BIT), "CONVERT(bit, MIN($1))",
		  SQLTYPE_BIT, "min-max-bit-as-int"),
	EXACT(F_BOOL_OR, tmf_aggregate_truth, TMF_REMOTE(WIRE_TYPE_BIT), "CONVERT(bit, MAX($1))",
		  SQLTYPE_BIT, "min-max-bit-as-int"),

	LOCAL_BITS(AND),
	LOCAL_BITS(OR),
	LOCAL_BITS(XOR),
	LOCAL_VARIANCES(STDDEV),
	LOCAL_VARIANCES(STDDEV_POP),
	LOCAL_VARIANCES(STDDEV_SAMP),
	LOCAL_VARIANCES(VARIANCE),
	LOCAL_VARIANCES(VAR_POP),
	LOCAL_VARIANCES(VAR_SAMP),
	LOCAL(F_STRING_AGG_TEXT_TEXT, ORDER_OF_ROWS),
	LOCAL(F_STRING_AGG_BYTEA_BYTEA, ORDER_OF_ROWS),
	LOCAL(F_ARRAY_AGG_ANYNONARRAY, ORDER_OF_ROWS),
	LOCAL(F_ARRAY_AGG_ANYARRAY, ORDER_OF_ROWS),
	LOCAL(F_JSON_AGG, ORDER_OF_ROWS),
	LOCAL(F_JSONB_AGG, ORDER_OF_ROWS),
	LOCAL(F_JSON_OBJECT_AGG, ORDER_OF_ROWS),
	LOCAL(F_JSONB_OBJECT_AGG, ORDER_OF_ROWS),
	LOCAL(F_XMLAGG, ORDER_OF_ROWS),
};

const int	tmf_aggregate_rules_count = lengthof(tmf_aggregate_rules);
