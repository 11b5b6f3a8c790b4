/*
 * test/standin/main.c
 *		The stand-in's process: command line, start, end.
 *
 * One process is one instance: a partner, a witness, or both for different
 * databases.  It may be killed at any moment; a clean end only differs in that
 * it says so in the log.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "database_state.h"
#include "log.h"
#include "mirror_state.h"
#include "product.h"
#include "server.h"
#include "tls.h"

#define PATH_BYTES	1024

static char product_year[8] = "2019";
static char tls_word[16] = "off";
static char certificate_path[PATH_BYTES];
static char key_path[PATH_BYTES];

typedef enum Kind
{
	KIND_TEXT,
	KIND_NUMBER,
	KIND_FAULT
} Kind;

static const struct
{
	const char *name;
	Kind		kind;
	void	   *target;
	size_t		size;			/* of a text */
	int			maximum;		/* of a number */
}			options[] = {
	{"name", KIND_TEXT, instance.name, sizeof(instance.name), 0},
	{"data", KIND_TEXT, instance.folder, sizeof(instance.folder), 0},
	{"port", KIND_NUMBER, &instance.tds_port, 0, 65535},
	{"endpoint-port", KIND_NUMBER, &instance.endpoint_port, 0, 65535},
	{"address", KIND_TEXT, instance.address, sizeof(instance.address), 0},
	{"advertise", KIND_TEXT, instance.advertise, sizeof(instance.advertise), 0},
	{"control", KIND_TEXT, instance.control_path, sizeof(instance.control_path), 0},
	{"login", KIND_TEXT, instance.login, sizeof(instance.login), 0},
	{"password", KIND_TEXT, instance.password, sizeof(instance.password), 0},
	{"plain-login", KIND_TEXT, instance.plain_login, sizeof(instance.plain_login), 0},
	{"plain-password", KIND_TEXT, instance.plain_password, sizeof(instance.plain_password), 0},
	{"view-any-database", KIND_NUMBER, &instance.view_any_database, 0, 1},
	{"minimum-timeout", KIND_NUMBER, &mirror_minimum_timeout, 0, 32767},
	{"product", KIND_TEXT, product_year, sizeof(product_year), 0},
	{"tls", KIND_TEXT, tls_word, sizeof(tls_word), 0},
	{"certificate", KIND_TEXT, certificate_path, sizeof(certificate_path), 0},
	{"key", KIND_TEXT, key_path, sizeof(key_path), 0},
	{"fault", KIND_FAULT, NULL, 0, 0},
};

#define OPTIONS ((int) (sizeof(options) / sizeof(options[0])))

static bool
take_option(int index, const char *value)
{
	const char *answer;
	char		line[2048];
	char	   *end;
	long		number;

	switch (options[index].kind)
	{
		case KIND_TEXT:
			if (strlen(value) >= options[index].size)
				break;
			strcpy(options[index].target, value);
			return true;
		case KIND_NUMBER:
			number = strtol(value, &end, 10);
			if (end == value || *end != '\0' || number < 0 || number > options[index].maximum)
				break;
			*(int *) options[index].target = (int) number;
			return true;
		case KIND_FAULT:
			snprintf(line, sizeof(line), "%s", value);
			answer = fault_set(line);
			if (strcmp(answer, "ok") == 0)
				return true;
			fprintf(stderr, "--fault: %s\n", answer);
			return false;
	}
	fprintf(stderr, "--%s: bad value \"%s\"\n", options[index].name, value);
	return false;
}

static void
set_defaults(void)
{
	const char *password = getenv("STANDIN_PASSWORD");
	const char *plain_password = getenv("STANDIN_PLAIN_PASSWORD");

	strcpy(instance.address, "127.0.0.1");
	strcpy(instance.login, "sa");
	instance.view_any_database = 1;

	/* by the environment, so that it need not stand in the list of processes */
	if (password != NULL)
		snprintf(instance.password, sizeof(instance.password), "%s", password);
	if (plain_password != NULL)
		snprintf(instance.plain_password, sizeof(instance.plain_password), "%s", plain_password);
}

static bool
set_tls(void)
{
	static const char *const words[] = {
		[TLS_OFF] = "off", [TLS_OPTIONAL] = "optional", [TLS_REQUIRED] = "required",
		[TLS_STRICT] = "strict"
	};
	size_t		i = TLS_OFF;

	while (i <= TLS_STRICT && strcmp(words[i], tls_word) != 0)
		i++;
	if (i > TLS_STRICT)
	{
		fprintf(stderr, "--tls: off, optional, required or strict\n");
		return false;
	}
	if (i > 0 && (certificate_path[0] == '\0' || key_path[0] == '\0'))
	{
		fprintf(stderr, "--tls %s needs --certificate and --key\n", tls_word);
		return false;
	}
	tls_mode = (TlsMode) i;
	return true;
}

static bool
parse_arguments(int argc, char **argv)
{
	struct option known[OPTIONS + 1];
	int			found;
	int			i;

	memset(known, 0, sizeof(known));
	for (i = 0; i < OPTIONS; i++)
	{
		known[i].name = options[i].name;
		known[i].has_arg = required_argument;
		known[i].val = i;
	}
	set_defaults();
	while ((found = getopt_long(argc, argv, "", known, NULL)) != -1)
	{
		if (found == '?' || !take_option(found, optarg))
			return false;
	}
	if (instance.name[0] == '\0' || instance.folder[0] == '\0' || optind < argc)
	{
		fprintf(stderr, "usage: standin --name NAME --data FOLDER [--port N] [--endpoint-port N]"
				" [--address A] [--advertise NAME] [--control PATH] [--login L] [--password P]"
				" [--plain-login L] [--plain-password P] [--view-any-database 0|1] [--minimum-timeout SECONDS]"
				" [--product 2016|2017|2019|2022] [--tls off|optional|required|strict --certificate FILE --key FILE]"
				" [--fault \"POINT ACTION ...\"]...\n");
		return false;
	}
	if (instance.advertise[0] == '\0')
		strcpy(instance.advertise, instance.name);
	if (!product_choose(product_year))
	{
		fprintf(stderr, "--product: 2016, 2017, 2019 or 2022\n");
		return false;
	}
	return set_tls();
}

/* Two processes on one folder would be two instances with one identity. */
static bool
lock_folder(void)
{
	char		path[1100];
	int			fd;

	if (mkdir(instance.folder, 0700) != 0 && errno != EEXIST)
	{
		log_line("cannot create %s: %s", instance.folder, strerror(errno));
		return false;
	}
	snprintf(path, sizeof(path), "%s/instance.lock", instance.folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
	{
		log_line("cannot lock %s: %s", path, strerror(errno));
		return false;
	}
	return true;
}

static void
serve_endpoint(Link *link)
{
	Frame		frame;

	if (link_receive(link, -1, LINK_DIAL_TIMEOUT, &frame) == LINK_FRAME)
	{
		switch (frame.type)
		{
			case FRAME_HELLO:
				standby_serve(link, &frame);
				break;
			case FRAME_SETUP:
				setup_serve(link, &frame);
				break;
			case FRAME_PRESENCE:
			case FRAME_WITNESS_REQUEST:
				witness_serve(link, &frame);
				break;
			default:
				log_line("unexpected frame %d at the endpoint", (int) frame.type);
				break;
		}
	}
	link_shut(link);
	link_release(link);
}

int
main(int argc, char **argv)
{
	sigset_t	signals;
	int			signal_number;

	if (!parse_arguments(argc, argv))
		return 2;
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);

	/* before any thread, so that all inherit the mask */
	pthread_sigmask(SIG_BLOCK, &signals, NULL);

	if (tls_mode != TLS_OFF && !tls_start(certificate_path, key_path))
		return 1;
	if (!lock_folder() || !link_listen() || !database_start() || !link_start(serve_endpoint) ||
		!server_start() || !control_start())
		return 1;
	printf("ready tds=%d endpoint=%d\n", instance.tds_port, instance.endpoint_port);
	fflush(stdout);

	sigwait(&signals, &signal_number);
	log_line("ends by signal %d", signal_number);
	server_refuse(true);
	control_stop();

	/* threads are at work; what they have promised is in the files already */
	_exit(0);
}
