/*
 * role_refusal.h
 *		What SQL Server's answers to role-management statements mean.
 */
#ifndef ADMIN_ROLE_REFUSAL_H
#define ADMIN_ROLE_REFUSAL_H

typedef enum TmfRefusalKind
{
	TMF_REFUSAL_FINAL,			/* nothing was done, and the state has to change first */
	TMF_REFUSAL_TRANSIENT,		/* nothing was done; it may be tried again in a moment */
	TMF_REFUSAL_UNKNOWN			/* it may have been done all the same */
} TmfRefusalKind;

typedef struct TmfRefusal
{
	int			number;			/* of the server's message */
	TmfRefusalKind kind;
	const char *problem;		/* completes "failover of database "x" is refused: " */
	const char *hint;
} TmfRefusal;

/* NULL for an error that says nothing about mirroring. */
extern const TmfRefusal *tmf_refusal_find(int number);

#endif
