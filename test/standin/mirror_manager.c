/*
 * test/standin/mirror_manager.c
 *		The thread that manages the mirroring of one database.
 *
 * Whatever changes role, state or link happens here, one thing after the other:
 * a failover cannot meet a reconnect half way.
 */
#include <errno.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "log.h"
#include "mirror_state.h"

typedef struct MirrorRequest
{
	struct MirrorRequest *next;
	MirrorWork	work;
	void	   *argument;
	SqlMessage *error;
	bool		done;
	bool		result;
} MirrorRequest;

void
mirror_wake(Database *database)
{
	uint64_t	one = 1;

	/* EAGAIN: it has been woken often enough */
	if (database->mirror.wake_fd >= 0 && write(database->mirror.wake_fd, &one, sizeof(one)) < 0 &&
		errno != EAGAIN)
		log_line("cannot wake the manager of \"%s\"", database->record.name);
}

void
mirror_rest(Database *database, int64_t milliseconds)
{
	struct pollfd waiting = {.fd = database->mirror.wake_fd, .events = POLLIN};

	poll(&waiting, 1, (int) milliseconds);
}

bool
mirror_request(Database *database, MirrorWork work, void *argument, SqlMessage *error)
{
	Mirror	   *mirror = &database->mirror;
	MirrorRequest request = {.work = work, .argument = argument, .error = error};
	MirrorRequest **end = &mirror->requests;

	pthread_mutex_lock(&database->lock);
	if (!mirror->running)
	{
		pthread_mutex_unlock(&database->lock);
		return database_error(error, 1416, database->record.name);
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = &request;
	mirror_wake(database);
	while (!request.done)
		pthread_cond_wait(&database->changed, &database->lock);
	pthread_mutex_unlock(&database->lock);
	return request.result;
}

static void
answer(Database *database, MirrorRequest *request, bool result)
{
	pthread_mutex_lock(&database->lock);
	request->result = result;
	request->done = true;
	pthread_cond_broadcast(&database->changed);
	pthread_mutex_unlock(&database->lock);
}

static MirrorRequest *
next_request(Database *database)
{
	MirrorRequest *request;

	pthread_mutex_lock(&database->lock);
	request = database->mirror.requests;
	if (request != NULL)
		database->mirror.requests = request->next;
	pthread_mutex_unlock(&database->lock);
	return request;
}

static void
forget_wakes(Database *database)
{
	uint64_t	count;

	while (read(database->mirror.wake_fd, &count, sizeof(count)) > 0)
		;
}

static MirrorRole
role_of(Database *database)
{
	MirrorRole	role;

	pthread_mutex_lock(&database->lock);
	role = database->record.mirror.role;
	pthread_mutex_unlock(&database->lock);
	return role;
}

static void *
manage(void *argument)
{
	Database   *database = argument;
	Mirror	   *mirror = &database->mirror;
	MirrorRequest *request;
	MirrorRole	role;

	while ((role = role_of(database)) != MIRROR_ROLE_NONE)
	{
		if (role == MIRROR_ROLE_PRINCIPAL)
			principal_step(database);
		else
			standby_step(database);
		forget_wakes(database);
		while ((request = next_request(database)) != NULL)
			answer(database, request, request->work(database, request->argument, request->error));
	}
	sqlite3_close(mirror->reader);
	mirror->reader = NULL;

	pthread_mutex_lock(&database->lock);
	mirror->running = false;
	while ((request = mirror->requests) != NULL)
	{
		mirror->requests = request->next;
		request->result = database_error(request->error, 1416, database->record.name);
		request->done = true;
	}
	close(mirror->wake_fd);
	mirror->wake_fd = -1;
	pthread_cond_broadcast(&database->changed);
	pthread_mutex_unlock(&database->lock);
	return NULL;
}

bool
mirror_manager_start(Database *database)
{
	Mirror	   *mirror = &database->mirror;
	pthread_t	thread;
	bool		started;

	pthread_mutex_lock(&database->lock);

	/* one that was told to end may still be about it */
	while (mirror->running)
		pthread_cond_wait(&database->changed, &database->lock);
	mirror->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	mirror->retry_at = 0;
	started = mirror->wake_fd >= 0 && pthread_create(&thread, NULL, manage, database) == 0;
	if (started)
		pthread_detach(thread);
	mirror->running = started;
	pthread_mutex_unlock(&database->lock);
	if (started)
		witness_presence_start(database);
	return started;
}
