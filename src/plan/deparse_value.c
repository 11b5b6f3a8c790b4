/*
 * src/plan/deparse_value.c
 *		How a value is written for a column of a remote type.
 */
#include "postgres.h"

#include "plan/deparse.h"

void
tmf_deparse_value(StringInfo sql, const SqlType *remote, const char *parameter)
{
	appendStringInfoString(sql, parameter);
}
