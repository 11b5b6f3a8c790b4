/*
 * analyze.h
 *		ANALYZE: a sample of the remote rows.
 */
#ifndef EXEC_ANALYZE_H
#define EXEC_ANALYZE_H

#include "foreign/fdwapi.h"

extern bool tmfAnalyzeForeignTable(Relation rel, AcquireSampleRowsFunc *acquire,
								   BlockNumber *pages);

#endif
