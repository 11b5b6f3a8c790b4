/*
 * async.h
 *		The executor's callbacks for scans whose servers are asked together.
 */
#ifndef EXEC_ASYNC_H
#define EXEC_ASYNC_H

#include "foreign/fdwapi.h"

extern void tmfForeignAsyncRequest(AsyncRequest *areq);
extern void tmfForeignAsyncConfigureWait(AsyncRequest *areq);
extern void tmfForeignAsyncNotify(AsyncRequest *areq);

#endif
