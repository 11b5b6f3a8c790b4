/*
 * test/standin/control.c
 *		The control language, and the UNIX-domain socket that speaks it.
 *
 * The socket answers when TDS does not: refused, hung, or with every session
 * killed.  One line in, the answer's lines out, then a line with a single dot.
 */
#include "control.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "convert.h"
#include "link.h"
#include "log.h"
#include "mirror.h"
#include "server.h"

#define WAIT_MAX	600000		/* milliseconds */
#define LINE_MAX_BYTES	2048

static void
print_counters(FILE *out)
{
	int			i;

	for (i = 0; i < COUNTERS; i++)
		fprintf(out, "%s %llu\n", counter_name(i), (unsigned long long) counter_value(i));
}

static void
print_state(FILE *out)
{
	static const char *const roles[] = {"NONE", "PRINCIPAL", "MIRROR"};
	static const char *const states[] = {
		"SUSPENDED", "DISCONNECTED", "SYNCHRONIZING", "PENDING_FAILOVER", "SYNCHRONIZED"
	};
	static const char *const safeties[] = {"UNKNOWN", "OFF", "FULL"};
	static const char *const witnesses[] = {"UNKNOWN", "CONNECTED", "DISCONNECTED"};
	Database   *database;
	MirrorView	view;
	char		guid[37];
	const char *words;
	int			i;

	for (i = 0; (database = database_at(i)) != NULL; i++)
	{
		mirror_view(database, &view);
		database_state(database, &words);
		if (view.role == MIRROR_ROLE_NONE)
		{
			fprintf(out, "%s NONE %s 0 - - -\n", database_name(database), words);
			continue;
		}
		guid_format(view.guid, guid);
		fprintf(out, "%s %s %s %d %s %s %s\n", database_name(database), roles[view.role],
				states[view.state], view.role_sequence, safeties[view.safety],
				view.witness_name[0] == '\0' ? "-" : witnesses[view.witness_state], guid);
	}
}

static void
print_switch(FILE *out, const char *word, void (*set) (bool on))
{
	bool		on = word != NULL && strcasecmp(word, "on") == 0;

	if (on || (word != NULL && strcasecmp(word, "off") == 0))
	{
		set(on);
		fprintf(out, "ok\n");
	}
	else
		fprintf(out, "error: on or off\n");
}

static void
print_wait(FILE *out, char *words)
{
	char	   *rest = NULL;
	char	   *name = strtok_r(words, " \t", &rest);
	char	   *number = strtok_r(NULL, " \t", &rest);
	long		milliseconds = number == NULL ? -1 : strtol(number, NULL, 10);

	if (milliseconds < 0 || milliseconds > WAIT_MAX)
		fprintf(out, "error: wait EVENT MILLISECONDS\n");
	else
		fprintf(out, "%s\n", event_wait(name, milliseconds) ? "ok" : "timeout");
}

/* SET PARTNER FAILOVER, also where no login gets through. */
static void
fail_over(FILE *out, const char *name)
{
	Database   *database = name == NULL ? NULL : database_find(name);
	SqlMessage	error;

	if (database == NULL)
		fprintf(out, "error: no such database\n");
	else if (mirror_command(database, MIRROR_FAILOVER, "", 0, &error))
		fprintf(out, "ok\n");
	else
		fprintf(out, "error: %d %s\n", error.number, error.text);
}

char *
control_command(const char *line)
{
	char	   *answer = NULL;
	size_t		size = 0;
	FILE	   *out = open_memstream(&answer, &size);
	char		copy[LINE_MAX_BYTES];
	char	   *rest = NULL;
	char	   *word;

	if (out == NULL)
		return NULL;
	snprintf(copy, sizeof(copy), "%s", line);
	copy[strcspn(copy, "\r\n")] = '\0';
	word = strtok_r(copy, " \t", &rest);
	if (word == NULL)
		fprintf(out, "error: no command\n");
	else if (strcasecmp(word, "fault") == 0)
		fprintf(out, "%s\n", fault_set(rest));
	else if (strcasecmp(word, "faults") == 0)
		fault_list(out);
	else if (strcasecmp(word, "clear") == 0)
		fprintf(out, "%s\n", fault_clear(strtok_r(NULL, " \t", &rest)));
	else if (strcasecmp(word, "refuse") == 0)
		print_switch(out, strtok_r(NULL, " \t", &rest), fault_refuse);
	else if (strcasecmp(word, "partition") == 0)
		print_switch(out, strtok_r(NULL, " \t", &rest), link_partition);
	else if (strcasecmp(word, "cut") == 0)
	{
		server_cut();
		fprintf(out, "ok\n");
	}
	else if (strcasecmp(word, "failover") == 0)
		fail_over(out, strtok_r(NULL, " \t", &rest));
	else if (strcasecmp(word, "counters") == 0)
		print_counters(out);
	else if (strcasecmp(word, "events") == 0)
		event_list(out);
	else if (strcasecmp(word, "state") == 0)
		print_state(out);
	else if (strcasecmp(word, "wait") == 0)
		print_wait(out, rest);
	else if (strcasecmp(word, "kill") == 0)
		kill(getpid(), SIGKILL);
	else
		fprintf(out, "error: unknown command\n");
	fclose(out);
	return answer;
}

static void *
serve_client(void *argument)
{
	int			fd = (int) (intptr_t) argument;
	FILE	   *in = fdopen(fd, "r");
	char		line[LINE_MAX_BYTES];
	char	   *answer;
	bool		going = in != NULL;

	if (in == NULL)
		close(fd);
	while (going && fgets(line, sizeof(line), in) != NULL)
	{
		answer = control_command(line);
		going = answer != NULL && dprintf(fd, "%s.\n", answer) > 0;
		free(answer);
	}
	if (in != NULL)
		fclose(in);
	return NULL;
}

static void *
accept_clients(void *argument)
{
	int			listener = (int) (intptr_t) argument;
	pthread_t	thread;
	int			fd;

	for (;;)
	{
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
		{
			clock_sleep(10);
			continue;
		}
		if (pthread_create(&thread, NULL, serve_client, (void *) (intptr_t) fd) == 0)
			pthread_detach(thread);
		else
			close(fd);
	}
	return NULL;
}

bool
control_start(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	pthread_t	thread;
	int			listener;

	if (instance.control_path[0] == '\0')
		return true;
	if (strlen(instance.control_path) >= sizeof(address.sun_path))
	{
		log_line("control path is longer than %zu bytes", sizeof(address.sun_path) - 1);
		return false;
	}
	strcpy(address.sun_path, instance.control_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(instance.control_path);
	if (listener < 0 || bind(listener, (struct sockaddr *) &address, sizeof(address)) != 0 ||
		chmod(instance.control_path, 0600) != 0 || listen(listener, 64) != 0 ||
		pthread_create(&thread, NULL, accept_clients, (void *) (intptr_t) listener) != 0)
	{
		log_line("control socket %s: %s", instance.control_path, strerror(errno));
		if (listener >= 0)
			close(listener);
		return false;
	}
	pthread_detach(thread);
	return true;
}

void
control_stop(void)
{
	if (instance.control_path[0] != '\0')
		unlink(instance.control_path);
}
