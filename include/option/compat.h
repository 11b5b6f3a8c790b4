/*
 * compat.h
 *		What differs between PostgreSQL versions.
 *
 * The only file that names PG_VERSION_NUM.  It is included by every file that
 * uses one of the names below, after postgres.h.
 */
#ifndef OPTION_COMPAT_H
#define OPTION_COMPAT_H

#include "catalog/pg_attribute.h"
#include "fmgr.h"
#include "nodes/pathnodes.h"
#include "utils/lsyscache.h"

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 200000
#error "tds_mirror_fdw builds with PostgreSQL 15 to 19"
#endif

/* What the module says of itself, in pg_get_loaded_modules(). */
#if PG_VERSION_NUM >= 180000
#define TMF_MODULE_MAGIC	PG_MODULE_MAGIC_EXT(.name = "tds_mirror_fdw", .version = TMF_VERSION)
#else
#define TMF_MODULE_MAGIC	PG_MODULE_MAGIC
#endif

/* Before the declaration of a function that does not return. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn __attribute__((noreturn))
#endif

/*
 * The module is compiled with -fvisibility=hidden.  Before version 16
 * PG_FUNCTION_INFO_V1 and PG_MODULE_MAGIC do not override that.
 */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#undef PG_FUNCTION_INFO_V1
#define PG_FUNCTION_INFO_V1(funcname) \
extern PGDLLEXPORT Datum funcname(PG_FUNCTION_ARGS); \
extern PGDLLEXPORT const Pg_finfo_record * CppConcat(pg_finfo_,funcname)(void); \
const Pg_finfo_record * \
CppConcat(pg_finfo_,funcname) (void) \
{ \
	static const Pg_finfo_record my_finfo = { 1 }; \
	return &my_finfo; \
} \
extern int no_such_variable
#endif

/*
 * The base relations of a scan, and whose user mapping it uses: that of a view's
 * owner behind the view.
 */
#if PG_VERSION_NUM >= 160000
#define TMF_SCAN_RELIDS(plan)	((plan)->fs_base_relids)
#define TMF_SCAN_USER(plan, estate) \
	(OidIsValid((plan)->checkAsUser) ? (plan)->checkAsUser : GetUserId())
#else
#define TMF_SCAN_RELIDS(plan)	((plan)->fs_relids)
/* A join has no relation of its own: all of its tables are read by the same user. */
#define TMF_SCAN_RTE(plan, estate) \
	exec_rt_fetch((plan)->scan.scanrelid > 0 ? (plan)->scan.scanrelid : \
				  bms_next_member((plan)->fs_relids, -1), estate)
#define TMF_SCAN_USER(plan, estate) \
	(OidIsValid(TMF_SCAN_RTE(plan, estate)->checkAsUser) ? \
	 TMF_SCAN_RTE(plan, estate)->checkAsUser : GetUserId())
#endif

/* Whose user mapping a change uses; a partition found on the way has that of its root. */
#if PG_VERSION_NUM >= 160000
#define TMF_RESULT_USER(rinfo, estate) \
	(OidIsValid(ExecGetResultRelCheckAsUser(rinfo, estate)) ? \
	 ExecGetResultRelCheckAsUser(rinfo, estate) : GetUserId())
#else
#define TMF_RESULT_RTE(rinfo, estate) \
	exec_rt_fetch((rinfo)->ri_RangeTableIndex > 0 ? (rinfo)->ri_RangeTableIndex : \
				  (rinfo)->ri_RootResultRelInfo->ri_RangeTableIndex, estate)
#define TMF_RESULT_USER(rinfo, estate) \
	(OidIsValid(TMF_RESULT_RTE(rinfo, estate)->checkAsUser) ? \
	 TMF_RESULT_RTE(rinfo, estate)->checkAsUser : GetUserId())
#endif

/* What postgres.h no longer brings along: the length words of values, the providers of collations. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif
#ifndef COLLPROVIDER_BUILTIN
#define COLLPROVIDER_BUILTIN	'b'
#endif

/* What the families of indexes make of an operator, and the btree strategy of that. */
#if PG_VERSION_NUM >= 180000
typedef OpIndexInterpretation TmfMeaning;
#define TMF_MEANINGS_OF(operator)	get_op_index_interpretation(operator)
#define TMF_STRATEGY(meaning)		((int) (meaning)->cmptype)
#define TMF_IS_DESCENDING(pathkey)	((pathkey)->pk_cmptype == COMPARE_GT)
#else
typedef OpBtreeInterpretation TmfMeaning;
#define TMF_MEANINGS_OF(operator)	get_op_btree_interpretation(operator)
#define TMF_STRATEGY(meaning)		((meaning)->strategy)
#define TMF_IS_DESCENDING(pathkey)	((pathkey)->pk_strategy == BTGreaterStrategyNumber)
#endif

/* Can ANALYZE be told statistics, instead of being shown rows? */
#define TMF_IMPORTS_STATISTICS	(PG_VERSION_NUM >= 190000)

/* Is an attribute nowhere but here: dropped, or computed when it is read? */
#if PG_VERSION_NUM >= 180000
#define TMF_IS_LOCAL(attribute) \
	((attribute)->attisdropped || (attribute)->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
#else
#define TMF_IS_LOCAL(attribute)	((attribute)->attisdropped)
#endif

/* May the user execute a function? */
#if PG_VERSION_NUM >= 160000
#define TMF_MAY_EXECUTE(function) \
	(object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK)
#else
#define TMF_MAY_EXECUTE(function) \
	(pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE) == ACLCHECK_OK)
#endif

/* May the user use a foreign server? */
#if PG_VERSION_NUM >= 160000
#define TMF_MAY_USE_SERVER(server) \
	(object_aclcheck(ForeignServerRelationId, server, GetUserId(), ACL_USAGE) == ACLCHECK_OK)
#else
#define TMF_MAY_USE_SERVER(server) \
	(pg_foreign_server_aclcheck(server, GetUserId(), ACL_USAGE) == ACLCHECK_OK)
#endif

/* Is the user the owner of a table, of a foreign server, or one of its role? */
#if PG_VERSION_NUM >= 160000
#define TMF_OWNS_TABLE(table) object_ownercheck(RelationRelationId, table, GetUserId())
#define TMF_OWNS_SERVER(server) object_ownercheck(ForeignServerRelationId, server, GetUserId())
#else
#define TMF_OWNS_TABLE(table) pg_class_ownercheck(table, GetUserId())
#define TMF_OWNS_SERVER(server) pg_foreign_server_ownercheck(server, GetUserId())
#endif

/* A wait's name in pg_stat_activity. */
#if PG_VERSION_NUM >= 170000
#define TMF_WAIT_EVENT_NEW(name)	WaitEventExtensionNew(name)
#else
#define TMF_WAIT_EVENT_NEW(name)	((void) (name), PG_WAIT_EXTENSION)
#endif

/*
 * Shared memory that is had by its name, without being preloaded: it is made zero
 * by "static void TMF_MEMORY_INIT(function) { ... address ... }".  And the name of
 * locks in it, registered by each backend where it is not shared.
 */
#if PG_VERSION_NUM >= 170000
#include "storage/dsm_registry.h"
#endif
#if PG_VERSION_NUM >= 190000
#define TMF_HAS_NAMED_MEMORY	true
#define TMF_MEMORY_INIT(function)	function(void *address, void *argument)
#define TMF_NAMED_MEMORY(name, size, init) \
	GetNamedDSMSegment(name, size, init, &(bool) {false}, NULL)
#define TMF_NEW_TRANCHE(name)	LWLockNewTrancheId(name)
#define TMF_REGISTER_TRANCHE(tranche, name)	((void) (tranche))
#else
#define TMF_MEMORY_INIT(function)	function(void *address)
#define TMF_NEW_TRANCHE(name)	LWLockNewTrancheId()
#define TMF_REGISTER_TRANCHE(tranche, name)	LWLockRegisterTranche(tranche, name)
#if PG_VERSION_NUM >= 170000
#define TMF_HAS_NAMED_MEMORY	true
#define TMF_NAMED_MEMORY(name, size, init) \
	GetNamedDSMSegment(name, size, init, &(bool) {false})
#else
#define TMF_HAS_NAMED_MEMORY	false
#define TMF_NAMED_MEMORY(name, size, init)	((void) (init), NULL)
#endif
#endif

/* Where a WaitEventSet hangs that is freed right away, and one that is kept. */
#if PG_VERSION_NUM >= 170000
#define TMF_WAIT_SET_OWNER	CurrentResourceOwner
#define TMF_WAIT_SET_KEPT	NULL
#else
#define TMF_WAIT_SET_OWNER	CurrentMemoryContext
#define TMF_WAIT_SET_KEPT	CacheMemoryContext
#endif

#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

/*
 * create_foreignscan_path() of a base relation that takes values from the
 * relations outer, without pathkeys and outer path
 */
#if PG_VERSION_NUM >= 180000
#define TMF_FOREIGNSCAN_PATH(root, rel, rows, startup, total, outer) \
	create_foreignscan_path(root, rel, NULL, rows, 0, startup, total, NIL, \
							outer, NULL, NIL, NIL)
#elif PG_VERSION_NUM >= 170000
#define TMF_FOREIGNSCAN_PATH(root, rel, rows, startup, total, outer) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, NIL, \
							outer, NULL, NIL, NIL)
#else
#define TMF_FOREIGNSCAN_PATH(root, rel, rows, startup, total, outer) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, NIL, \
							outer, NULL, NIL)
#endif

/* create_foreign_join_path() without pathkeys; local joins the same here, or is NULL */
#if PG_VERSION_NUM >= 180000
#define TMF_FOREIGN_JOIN_PATH(root, rel, rows, startup, total, local) \
	create_foreign_join_path(root, rel, NULL, rows, 0, startup, total, NIL, \
							 (rel)->lateral_relids, local, NIL, NIL)
#elif PG_VERSION_NUM >= 170000
#define TMF_FOREIGN_JOIN_PATH(root, rel, rows, startup, total, local) \
	create_foreign_join_path(root, rel, NULL, rows, startup, total, NIL, \
							 (rel)->lateral_relids, local, NIL, NIL)
#else
#define TMF_FOREIGN_JOIN_PATH(root, rel, rows, startup, total, local) \
	create_foreign_join_path(root, rel, NULL, rows, startup, total, NIL, \
							 (rel)->lateral_relids, local, NIL)
#endif

/* create_foreign_upper_path() without outer path; the same of a base relation, sorted */
#if PG_VERSION_NUM >= 180000
#define TMF_UPPER_PATH(root, rel, target, rows, startup, total, pathkeys, private) \
	create_foreign_upper_path(root, rel, target, rows, 0, startup, total, pathkeys, \
							  NULL, NIL, private)
#define TMF_SORTED_PATH(root, rel, rows, startup, total, pathkeys) \
	create_foreignscan_path(root, rel, NULL, rows, 0, startup, total, pathkeys, \
							(rel)->lateral_relids, NULL, NIL, NIL)
#elif PG_VERSION_NUM >= 170000
#define TMF_UPPER_PATH(root, rel, target, rows, startup, total, pathkeys, private) \
	create_foreign_upper_path(root, rel, target, rows, startup, total, pathkeys, \
							  NULL, NIL, private)
#define TMF_SORTED_PATH(root, rel, rows, startup, total, pathkeys) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, pathkeys, \
							(rel)->lateral_relids, NULL, NIL, NIL)
#else
#define TMF_UPPER_PATH(root, rel, target, rows, startup, total, pathkeys, private) \
	create_foreign_upper_path(root, rel, target, rows, startup, total, pathkeys, \
							  NULL, private)
#define TMF_SORTED_PATH(root, rel, rows, startup, total, pathkeys) \
	create_foreignscan_path(root, rel, NULL, rows, startup, total, pathkeys, \
							(rel)->lateral_relids, NULL, NIL)
#endif

/* One after the other, the members of an equivalence class that relids could have. */
#if PG_VERSION_NUM >= 180000
#include "optimizer/paths.h"
typedef EquivalenceMemberIterator TmfMemberIterator;
#define TMF_FIRST_MEMBER(iterator, ec, relids) \
	setup_eclass_member_iterator(iterator, ec, relids)
#define TMF_NEXT_MEMBER(iterator)	eclass_member_iterator_next(iterator)
#else
typedef struct TmfMemberIterator
{
	List	   *members;
	int			next;
} TmfMemberIterator;
#define TMF_FIRST_MEMBER(iterator, ec, relids) \
	((iterator)->members = (ec)->ec_members, (iterator)->next = 0)
#define TMF_NEXT_MEMBER(iterator) \
	((iterator)->next < list_length((iterator)->members) ? \
	 (EquivalenceMember *) list_nth((iterator)->members, (iterator)->next++) : NULL)
#endif

#endif
