/*
 * barrier.h
 *		All rows that a statement is about to change, before the first change.
 *
 * Here a statement sees the data as they were when it began; there each remote
 * execution sees what has been changed until then.  So where a plan may ask the
 * server again after the first change, a node between the two reads all rows
 * before it hands over the first.
 */
#ifndef PLAN_BARRIER_H
#define PLAN_BARRIER_H

#include "nodes/extensible.h"
#include "nodes/pathnodes.h"

#define TMF_BARRIER_NAME	"Rows Before Changes"

/*
 * rows: what a ModifyTable reads, whose changes go to the server one by one.
 * With a barrier above where it needs one.
 */
extern Plan *tmf_barrier_above(PlannerInfo *root, Plan *rows, Oid serverid);

/* exec/barrier.c */
extern const CustomScanMethods tmf_barrier_methods;

#endif
