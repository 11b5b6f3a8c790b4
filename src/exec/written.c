/*
 * src/exec/written.c
 *		What the server says of a table that is written, kept for a login.
 *
 * An entry belongs to a foreign table and a user mapping and has a memory context
 * of its own.  It is replaced when the main session has logged in anew, or when
 * something here has changed that it was asked for under; what is replaced lives
 * on to the end of the transaction, for somebody may be using it.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "exec/catalog_written.h"
#include "exec/row.h"
#include "exec/written.h"
#include "option/compat.h"
#include "option/option.h"
#include "session/quote.h"
#include "session/session.h"

typedef struct EntryKey
{
	Oid			relid;
	Oid			umid;
} EntryKey;

typedef struct Entry
{
	EntryKey	key;
	bool		valid;
	uint64		generation;		/* of the main session's login */
	MemoryContext context;
	TmfWritten *written;
} Entry;

static HTAB *entries = NULL;
static bool outdated = false;	/* some entries are not valid */
static uint64 changes = 0;		/* how often something was marked */

static void
drop(Entry *entry)
{
	MemoryContextSetParent(entry->context, TopTransactionContext);
	hash_search(entries, &entry->key, HASH_REMOVE, NULL);
}

/* A function that raises nothing: relid InvalidOid is every table. */
static void
mark(Oid relid)
{
	HASH_SEQ_STATUS scan;
	Entry	   *entry;

	changes++;
	if (entries == NULL)
		return;
	hash_seq_init(&scan, entries);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (relid != InvalidOid && entry->key.relid != relid)
			continue;
		entry->valid = false;
		outdated = true;
	}
}

static void
drop_outdated(void)
{
	HASH_SEQ_STATUS scan;
	Entry	   *entry;

	if (!outdated)
		return;
	outdated = false;
	hash_seq_init(&scan, entries);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (!entry->valid)
			drop(entry);
	}
}

static Entry *
find(Oid relid, Oid umid)
{
	EntryKey	key = {relid, umid};

	drop_outdated();
	return entries != NULL ? hash_search(entries, &key, HASH_FIND, NULL) : NULL;
}

/* before: changes when the server was asked. */
static void
keep(Oid relid, Oid umid, uint64 generation, uint64 before, TmfWritten *written)
{
	EntryKey	key = {relid, umid};
	Entry	   *entry = find(relid, umid);

	if (entries == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(EntryKey);
		control.entrysize = sizeof(Entry);
		control.hcxt = CacheMemoryContext;
		entries = hash_create("tds_mirror_fdw written tables", 16, &control,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	if (entry != NULL)
		drop(entry);
	entry = hash_search(entries, &key, HASH_ENTER, NULL);
	entry->valid = changes == before;
	entry->generation = generation;
	entry->written = written;
	entry->context = GetMemoryChunkContext(written);
	MemoryContextSetParent(entry->context, CacheMemoryContext);
	outdated |= !entry->valid;
}

pg_noreturn static void raise_no_table(UserMapping *user, const TmfTableOptions *options,
						   const char *elsewhere);

static void
raise_no_table(UserMapping *user, const TmfTableOptions *options, const char *elsewhere)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
			 errmsg("remote table \"%s%s%s\" is not present on server \"%s\"",
					options->schema_name != NULL ? options->schema_name : "",
					options->schema_name != NULL ? "." : "", options->table_name,
					GetForeignServer(user->serverid)->servername),
			 elsewhere != NULL ? errdetail("It is a synonym of %s.", elsewhere) : 0,
			 errhint("The remote login sees a table when it has a permission on it.")));
}

static void
check_column(Relation rel, Form_pg_attribute attribute, const char *name,
			 const TmfWrittenColumn *column)
{
	const char *local = NameStr(attribute->attname);
	char		declared[SQLTYPE_TEXT_MAX];
	char		actual[SQLTYPE_TEXT_MAX];
	SqlType		type;

	if (!tmf_column_remote_type(RelationGetRelid(rel), attribute->attnum, &type) ||
		sqltype_covers(&type, &column->type))
		return;
	sqltype_format(&type, declared);
	sqltype_format(&column->type, actual);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("column \"%s\" of foreign table \"%s\" has the remote_type %s, which the remote column has not",
					local, RelationGetRelationName(rel), declared),
			 errdetail("The type of the remote column \"%s\" is %s.", name,
					   column->type.name == SQLTYPE_UNKNOWN ? column->type_name : actual),
			 column->type.name == SQLTYPE_UNKNOWN ? 0 :
			 errhint("%s", tmf_row_alter_column(RelationGetRelid(rel), local, "SET",
												quote_literal_cstr(actual)))));
}

/* Names of the remote columns, and in attnums whose they are. */
static List *
remote_names(Relation rel, List **attnums)
{
	TupleDesc	descriptor = RelationGetDescr(rel);
	List	   *names = NIL;
	AttrNumber	i;

	*attnums = NIL;
	for (i = 1; i <= descriptor->natts; i++)
	{
		if (TMF_IS_LOCAL(TupleDescAttr(descriptor, i - 1)))
			continue;
		names = lappend(names, tmf_column_name(RelationGetRelid(rel), i));
		*attnums = lappend_int(*attnums, i);
	}
	return names;
}

static void
copy_text(char **text)
{
	if (*text != NULL)
		*text = pstrdup(*text);
}

/* In a context of its own. */
static TmfWritten *
make_written(Relation rel, const char *name, const TmfCatalogWritten *table, List *attnums)
{
	int			columns = RelationGetDescr(rel)->natts;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "tds_mirror_fdw written table",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext former = MemoryContextSwitchTo(context);
	TmfWritten *written = palloc0(offsetof(TmfWritten, column) + sizeof(TmfWrittenColumn) * columns);
	int			defaults = 0;
	ListCell   *attnum;

	written->name = pstrdup(name);
	written->view = table->view;
	written->on_insert = table->on_insert || table->view;
	written->on_update = table->on_update || table->view;
	written->on_delete = table->on_delete || table->view;
	written->checks = table->checks || table->view;
	written->identity = table->identity;
	written->readable = table->readable;
	written->database_page = table->database_page;
	written->columns = columns;
	foreach(attnum, attnums)
	{
		TmfWrittenColumn *column = &written->column[lfirst_int(attnum) - 1];

		*column = table->column[foreach_current_index(attnum)];
		defaults += column->has_default;
		copy_text(&column->type_name);
		copy_text(&column->collation);
	}
	written->other_default = table->defaults > defaults;
	MemoryContextSwitchTo(former);
	return written;
}

static TmfWritten *
ask(Relation rel, UserMapping *user)
{
	TmfTableOptions *options = tmf_table_options(RelationGetRelid(rel));
	TmfCatalogWritten table;
	List	   *attnums;
	List	   *names = remote_names(rel, &attnums);
	StringInfoData name;
	ListCell   *attnum;

	initStringInfo(&name);
	if (options->schema_name != NULL)
	{
		tmf_quote_identifier(&name, options->schema_name);
		appendStringInfoChar(&name, '.');
	}
	tmf_quote_identifier(&name, options->table_name);
	if (!tmf_catalog_written(user, name.data, names, &table) || table.elsewhere != NULL)
		raise_no_table(user, options, table.elsewhere);
	foreach(attnum, attnums)
	{
		int			i = foreach_current_index(attnum);
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(rel), lfirst_int(attnum) - 1);

		if (!table.there[i])
			ereport(ERROR,
					(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
					 errmsg("there is no remote column \"%s\" for column \"%s\" of foreign table \"%s\"",
							(char *) list_nth(names, i), NameStr(attribute->attname),
							RelationGetRelationName(rel)),
					 errhint("The remote table is %s; the option \"column_name\" says what a column is called there.",
							 name.data)));
		check_column(rel, attribute, list_nth(names, i), &table.column[i]);
	}
	return make_written(rel, name.data, &table, attnums);
}

const TmfWritten *
tmf_written_afresh(Relation rel, UserMapping *user)
{
	/* what is asked after a login is at least as new as the login */
	uint64		generation = tmf_session_login(tmf_session_acquire(user))->generation;
	uint64		before = changes;
	TmfWritten *written = ask(rel, user);

	keep(RelationGetRelid(rel), user->umid, generation, before, written);
	return written;
}

const TmfWritten *
tmf_written(Relation rel, UserMapping *user)
{
	Entry	   *entry = find(RelationGetRelid(rel), user->umid);

	if (entry != NULL && entry->generation == tmf_session_generation(user))
		return entry->written;
	return tmf_written_afresh(rel, user);
}

bool
tmf_written_triggers(const TmfWritten *written, CmdType event)
{
	return event == CMD_INSERT ? written->on_insert :
		event == CMD_UPDATE ? written->on_update : written->on_delete;
}

pg_noreturn static void raise_takes_none(const char *column, const TmfWrittenColumn *remote);

static void
raise_takes_none(const char *column, const TmfWrittenColumn *remote)
{
	ereport(ERROR,
			(errcode(ERRCODE_GENERATED_ALWAYS),
			 errmsg("column \"%s\" cannot be given a value", column),
			 errdetail("The remote column is %s.", remote->computed ? "computed" : "a rowversion"),
			 errhint("Leave it out: the server fills it in.")));
}

void
tmf_written_encoder(Relation rel, const TmfWritten *written, AttrNumber attnum,
					TmfEncoder *encoder, MemoryContext context)
{
	const TmfWrittenColumn *remote = &written->column[attnum - 1];
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(rel), attnum - 1);
	const char *column = MemoryContextStrdup(context, NameStr(attribute->attname));

	if (remote->computed || remote->type.name == SQLTYPE_ROWVERSION)
		raise_takes_none(column, remote);
	if (tmf_encoder_init(encoder, column, attribute->atttypid, &remote->type, remote->code_page,
						 context))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("column \"%s\" of foreign table \"%s\" cannot be written as %s",
					column, RelationGetRelationName(rel), format_type_be(attribute->atttypid)),
			 errdetail_internal("%s", remote->type.name != SQLTYPE_UNKNOWN ?
								tmf_encoder_refusal(attribute->atttypid, &remote->type) :
								psprintf("The type of the remote column is %s, for which nothing can be sent.",
										 remote->type_name))));
}

void
tmf_written_forget(Oid relid)
{
	mark(relid);
}

static void
table_changed(Datum argument, Oid relid)
{
	mark(relid);
}

static void
options_changed(Datum argument, int cache, uint32 hash)
{
	mark(InvalidOid);
}

void
tmf_written_init(void)
{
	CacheRegisterRelcacheCallback(table_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, options_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, options_changed, (Datum) 0);
}
