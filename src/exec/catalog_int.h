/*
 * catalog_int.h
 *		What the questions to the remote catalog share, for src/exec/catalog*.c alone.
 */
#ifndef EXEC_CATALOG_INT_H
#define EXEC_CATALOG_INT_H

#include "exec/catalog.h"

/* b is what a synonym s stands for, as long as that is in this database. */
#define BASE_OF_SYNONYM \
	"LEFT JOIN sys.synonyms AS s ON s.object_id = o.object_id " \
	"LEFT JOIN sys.all_objects AS b ON b.type IN ('U', 'V') AND b.object_id = " \
	"CASE WHEN PARSENAME(s.base_object_name, 4) IS NULL AND " \
	"COALESCE(PARSENAME(s.base_object_name, 3), DB_NAME()) = DB_NAME() " \
	"THEN OBJECT_ID(s.base_object_name) END "

/*
 * The name of the type of column c, and whether it is that of a user's assembly,
 * which may have the name of one of SQL Server's.
 */
#define TYPE_OF_COLUMN \
	"CASE WHEN c.system_type_id = 240 THEN u.name ELSE t.name END, " \
	"CASE WHEN c.system_type_id = 240 AND u.is_user_defined = 1 THEN 1 ELSE 0 END, " \
	"c.max_length, c.precision, c.scale"
#define TYPES_OF_COLUMN \
	"LEFT JOIN sys.types AS t ON t.user_type_id = c.system_type_id " \
	"LEFT JOIN sys.types AS u ON u.user_type_id = c.user_type_id "

/* The five of TYPE_OF_COLUMN; SQLTYPE_UNKNOWN: not one that we know. */
extern SqlType tmf_catalog_type(char **row);

#endif
