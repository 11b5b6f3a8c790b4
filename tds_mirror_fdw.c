/*
 * tds_mirror_fdw.c
 *		A table of contents: how PostgreSQL enters the module.
 *
 * The callbacks are named after the slots of FdwRoutine; plan/ has those of the
 * planner, exec/ those of the executor.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "foreign/fdwapi.h"

#include "exec/analyze.h"
#include "exec/async.h"
#include "exec/batch.h"
#include "exec/direct.h"
#include "exec/explain.h"
#include "exec/import.h"
#include "exec/modify.h"
#include "exec/scan.h"
#include "exec/written.h"
#include "option/compat.h"
#include "option/option.h"
#include "plan/barrier.h"
#include "plan/modify.h"
#include "plan/direct.h"
#include "plan/paths.h"
#include "plan/upper.h"
#include "session/session.h"

/* default_version of tds_mirror_fdw.control */
#define TMF_VERSION	"1.0"

TMF_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

PG_FUNCTION_INFO_V1(tds_mirror_fdw_handler);
PG_FUNCTION_INFO_V1(tds_mirror_fdw_validator);

void
_PG_init(void)
{
	tmf_session_init();
	RegisterCustomScanMethods(&tmf_barrier_methods);
	tmf_written_init();
}

Datum
tds_mirror_fdw_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	routine->GetForeignRelSize = tmfGetForeignRelSize;
	routine->GetForeignPaths = tmfGetForeignPaths;
	routine->GetForeignPlan = tmfGetForeignPlan;
	routine->GetForeignJoinPaths = tmfGetForeignJoinPaths;
	routine->GetForeignUpperPaths = tmfGetForeignUpperPaths;
	routine->GetForeignRowMarkType = tmfGetForeignRowMarkType;

	routine->BeginForeignScan = tmfBeginForeignScan;
	routine->IterateForeignScan = tmfIterateForeignScan;
	routine->ReScanForeignScan = tmfReScanForeignScan;
	routine->EndForeignScan = tmfEndForeignScan;
	routine->RecheckForeignScan = tmfRecheckForeignScan;

	routine->AddForeignUpdateTargets = tmfAddForeignUpdateTargets;
	routine->PlanForeignModify = tmfPlanForeignModify;
	routine->IsForeignRelUpdatable = tmfIsForeignRelUpdatable;
	routine->BeginForeignModify = tmfBeginForeignModify;
	routine->BeginForeignInsert = tmfBeginForeignInsert;
	routine->ExecForeignInsert = tmfExecForeignInsert;
	routine->ExecForeignBatchInsert = tmfExecForeignBatchInsert;
	routine->GetForeignModifyBatchSize = tmfGetForeignModifyBatchSize;
	routine->ExecForeignUpdate = tmfExecForeignUpdate;
	routine->ExecForeignDelete = tmfExecForeignDelete;
	routine->EndForeignModify = tmfEndForeignModify;
	routine->EndForeignInsert = tmfEndForeignModify;

	routine->IsForeignPathAsyncCapable = tmfIsForeignPathAsyncCapable;
	routine->ForeignAsyncRequest = tmfForeignAsyncRequest;
	routine->ForeignAsyncConfigureWait = tmfForeignAsyncConfigureWait;
	routine->ForeignAsyncNotify = tmfForeignAsyncNotify;

	routine->AnalyzeForeignTable = tmfAnalyzeForeignTable;
#if TMF_IMPORTS_STATISTICS
	routine->ImportForeignStatistics = tmfImportForeignStatistics;
#endif
	routine->ImportForeignSchema = tmfImportForeignSchema;

	routine->PlanDirectModify = tmfPlanDirectModify;
	routine->BeginDirectModify = tmfBeginDirectModify;
	routine->IterateDirectModify = tmfIterateDirectModify;
	routine->EndDirectModify = tmfEndDirectModify;
	routine->ExecForeignTruncate = tmfExecForeignTruncate;

	routine->ExplainForeignScan = tmfExplainForeignScan;
	routine->ExplainDirectModify = tmfExplainDirectModify;
	routine->ExplainForeignModify = tmfExplainForeignModify;

	PG_RETURN_POINTER(routine);
}

Datum
tds_mirror_fdw_validator(PG_FUNCTION_ARGS)
{
	tmf_validate_options(untransformRelOptions(PG_GETARG_DATUM(0)), PG_GETARG_OID(1));
	PG_RETURN_VOID();
}
