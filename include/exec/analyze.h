/*
 * analyze.h
 *		ANALYZE: a sample of the remote rows.
 */
#ifndef EXEC_ANALYZE_H
#define EXEC_ANALYZE_H

#include "foreign/fdwapi.h"

extern bool tmfAnalyzeForeignTable(Relation rel, AcquireSampleRowsFunc *acquire,
								   BlockNumber *pages);

/* import_statistics.c, where PostgreSQL can be told them; names: columns, NIL for all. */
extern bool tmfImportForeignStatistics(Relation rel, List *names, int elevel);

#endif
