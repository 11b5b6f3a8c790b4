/*
 * meta.h
 *		What an instance remembers beside its data: the file "instance.meta".
 *
 * Every change is on disk when the call returns.  A change that cannot be
 * written ends the process: whoever asked was about to act on it.
 */
#ifndef STANDIN_META_H
#define STANDIN_META_H

#include "mirror.h"

typedef struct MirrorRecord
{
	MirrorRole	role;
	uint8_t		guid[16];
	int			sequence;		/* mirroring_role_sequence */
	int			safety;
	int			safety_sequence;
	int			timeout;
	bool		suspended;
	bool		need_copy;		/* mirror: the data is not a prefix of the principal's */
	int			handover;		/* principal: the mirror may have become principal at this sequence */
	int			vote;			/* mirror: asked the witness for this sequence, no answer yet */
	char		partner_url[NAME_MAX_BYTES];	/* without a role: the intended principal */
	char		partner_name[NAME_MAX_BYTES];
	uint8_t		partner_id[16];
	char		witness_url[NAME_MAX_BYTES];
} MirrorRecord;

/* Values of sys.databases.state. */
typedef enum DatabaseState
{
	DATABASE_ONLINE = 0,
	DATABASE_RESTORING = 1,
	DATABASE_RECOVERY_PENDING = 3,	/* never stored */
	DATABASE_OFFLINE = 6
} DatabaseState;

typedef struct DatabaseRecord
{
	int			id;
	DatabaseState state;
	char		name[NAME_MAX_BYTES];
	MirrorRecord mirror;
} DatabaseRecord;

/* What a witness knows of a partnership: who may be principal, and from when on. */
typedef struct WitnessRecord
{
	uint8_t		guid[16];
	int			sequence;
	bool		synchronized;
	int			safety;
	int			timeout;
	uint8_t		owner[16];		/* instance id of the principal */
	uint64_t	report;			/* number of the last report; not stored */
	char		database[NAME_MAX_BYTES];
	char		principal[NAME_MAX_BYTES];
	char		mirror[NAME_MAX_BYTES];
} WitnessRecord;

/* Who we are to other instances; made at the folder's first start. */
extern uint8_t instance_id[16];

/* False: the folder cannot be used, the reason is logged. */
extern bool meta_load(void);

extern bool meta_database(int index, DatabaseRecord *record);
extern void meta_store_database(const DatabaseRecord *record);
extern void meta_remove_database(int id);

extern bool meta_witness(int index, WitnessRecord *record);
extern void meta_store_witness(const WitnessRecord *record);
extern void meta_remove_witness(const uint8_t guid[16]);

/* 16 random bytes. */
extern void meta_random(uint8_t out[16]);

#endif
