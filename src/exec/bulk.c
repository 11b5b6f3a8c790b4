#include "postgres.h"
#include "exec/batch.h"
bool tmf_bulk_load(TmfBatch *batch, int first) { return false; }
void tmf_bulk_forget(TmfBatch *batch) { batch->bulk = TMF_BULK_LATER; }
