/*
 * identity.h
 *		Identity values already given, though what used them was rolled back.
 */
#ifndef STANDIN_IDENTITY_H
#define STANDIN_IDENTITY_H

#include "database.h"

/* The last value given in this process; false: none is known. */
extern bool identity_recall(const Database *database, uint64_t generation, int table, int64_t *value);
extern void identity_note(const Database *database, uint64_t generation, int table, int64_t value);
extern void identity_forget(const Database *database, uint64_t generation, int table);

#endif
