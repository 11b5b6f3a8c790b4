/*
 * src/session/partner_memory.c
 *		The partner files, in shared memory, where extensions can have some.
 *
 * A slot holds what one file says, under the stamp of that file: who finds the
 * same stamp on the file need not open it.  So the file stays what counts: one
 * that was removed, replaced or damaged takes its slot with it.  And where no file
 * can be written, the slot under the stamp of the file that is (or is not) there
 * tells the other backends all the same, until the server is restarted.
 *
 * The memory is had at the first use by a statement.  Whoever cannot have it does
 * without, as with the file.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lwlock.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "option/compat.h"
#include "partner_int.h"

/* With another number for every other PartnerMemory: one made by an older module may still be there. */
#define MEMORY_NAME		"tds_mirror_fdw 1"
#define TRANCHE_NAME	"tds_mirror_fdw"

/* With more servers than slots, those that were written last have one. */
#define SLOTS			64

typedef struct Slot
{
	Oid			database;		/* InvalidOid: the slot is free */
	Oid			server;
	uint64		change;			/* unlike that of any other content of any slot */
	TimestampTz written_at;
	TmfPartnerStamp stamp;		/* of the file that says the same */
	Record		record;
} Slot;

typedef struct PartnerMemory
{
	LWLock		lock;
	int			tranche;
	uint64		last_change;
	Slot		slot[SLOTS];
} PartnerMemory;

static PartnerMemory *memory = NULL;
static bool tried = false;

static void
TMF_MEMORY_INIT(initialize)
{
	PartnerMemory *fresh = address;

	memset(fresh, 0, sizeof(*fresh));
	fresh->tranche = TMF_NEW_TRANCHE(TRANCHE_NAME);
	LWLockInitialize(&fresh->lock, fresh->tranche);
}

/* An error here, of memory or of locks, is no reason for the statement to fail. */
static void
attach(void)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	tried = true;
	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		memory = TMF_NAMED_MEMORY(MEMORY_NAME, sizeof(PartnerMemory), initialize);
		TMF_REGISTER_TRANCHE(memory->tranche, TRANCHE_NAME);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		memory = NULL;
		ereport(LOG,
				(errmsg("tds_mirror_fdw: partners are not shared in memory: %s", error->message)));
		FreeErrorData(error);
	}
	PG_END_TRY();
	CurrentResourceOwner = owner;
}

static bool
have_memory(void)
{
	if (TMF_HAS_NAMED_MEMORY && !tried && IsUnderPostmaster && IsTransactionState() &&
		!IsInParallelMode() && InterruptHoldoffCount == 0 && CritSectionCount == 0)
		attach();
	return memory != NULL;
}

static Slot *
find_slot(Oid serverid)
{
	int			i;

	for (i = 0; i < SLOTS; i++)
	{
		if (memory->slot[i].server == serverid && memory->slot[i].database == MyDatabaseId)
			return &memory->slot[i];
	}
	return NULL;
}

static Slot *
take_slot(Oid serverid)
{
	Slot	   *slot = find_slot(serverid);
	int			i;

	if (slot != NULL)
		return slot;
	slot = &memory->slot[0];
	for (i = 1; i < SLOTS; i++)
	{
		if (memory->slot[i].written_at < slot->written_at)
			slot = &memory->slot[i];
	}
	memset(slot, 0, sizeof(*slot));
	return slot;
}

static bool
same_stamp(const TmfPartnerStamp *a, const TmfPartnerStamp *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool
tmf_partner_memory_read(Oid serverid, const TmfPartnerStamp *stamp, uint64 *seen, Record *record,
						bool *changed)
{
	const Slot *slot;
	bool		there;

	*changed = false;
	if (!have_memory())
		return false;
	LWLockAcquire(&memory->lock, LW_SHARED);
	slot = find_slot(serverid);
	there = slot != NULL && same_stamp(&slot->stamp, stamp);
	if (there && slot->change != *seen)
	{
		*record = slot->record;
		*seen = slot->change;
		*changed = true;
	}
	LWLockRelease(&memory->lock);
	return there;
}

void
tmf_partner_memory_merge(Record *record, const TmfPartnerStamp *stamp, uint64 *seen)
{
	Slot	   *slot;

	if (!have_memory())
		return;
	LWLockAcquire(&memory->lock, LW_EXCLUSIVE);
	slot = take_slot(record->server);
	if (same_stamp(&slot->stamp, stamp) && record_akin(record, &slot->record))
		record_join(record, &slot->record);
	if (slot->database == InvalidOid || memcmp(record, &slot->record, sizeof(Record)) != 0)
		slot->change = ++memory->last_change;
	slot->database = MyDatabaseId;
	slot->server = record->server;
	slot->written_at = GetCurrentTimestamp();
	slot->stamp = *stamp;
	slot->record = *record;
	*seen = slot->change;
	LWLockRelease(&memory->lock);
}
