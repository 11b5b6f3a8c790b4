/*
 * parameters.h
 *		The values that travel with a scan's statement.
 */
#ifndef EXEC_PARAMETERS_H
#define EXEC_PARAMETERS_H

#include "nodes/execnodes.h"

#include "value/encoder.h"
#include "wire/wire.h"

typedef struct TmfParameters TmfParameters;

/*
 * exprs: of a ForeignScan's fdw_exprs; descriptions: of each, see
 * TmfParameterPrivate.  Equal expressions are evaluated once.  Lives in
 * CurrentMemoryContext.  NULL when there are none.
 */
extern TmfParameters *tmf_parameters_make(PlanState *scan, List *exprs, List *descriptions);

/* The attribute that value number (from 0) is assigned to; 0: none. */
extern AttrNumber tmf_parameters_assigned(const TmfParameters *parameters, int number);

/* To be made before such a value is bound, for its column: see tmf_written_encoder(). */
extern TmfEncoder *tmf_parameters_encoder(TmfParameters *parameters, int number);

/* Do the values follow from any of these executor parameters? */
extern bool tmf_parameters_depend(const TmfParameters *parameters, const Bitmapset *changed);

/* Will the scan be run for one row of other relations after the other? */
extern bool tmf_parameters_vary(const TmfParameters *parameters);

/* Forgets the values: the next tmf_parameters_bind() evaluates them anew. */
extern void tmf_parameters_unbind(TmfParameters *parameters);

/*
 * Evaluates the values, which then stay as they are for every statement sent
 * with them.  False: they let no row qualify, nothing need be sent.
 */
extern bool tmf_parameters_bind(TmfParameters *parameters);

extern int	tmf_parameters_count(const TmfParameters *parameters);
extern const WireParameter *tmf_parameters_values(const TmfParameters *parameters);

#endif
