/*
 * test/fuzz/player.c
 *		A client with broken replies, case after case in one process.
 *
 *		player --corpus FILE --state FILE --out FOLDER --seed N --first N --step N --end N
 *		player --corpus FILE --out FOLDER --seed N --number N [--without MASK]
 *		player --corpus FILE --out FOLDER --statement NAME --stage N --reply FILE
 *
 * The first form runs every STEPth case; the second one, and says what it is and
 * what came of it; its bytes then stand in FOLDER/SEED-NUMBER.reply.  The third
 * plays the bytes of a file as the reply number N of a statement.  --judge: the
 * client is the one whose answers can be judged.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <fcntl.h>
#include <unistd.h>

#include "../broken_streams/client.h"
#include "../broken_streams/judge.h"

#include "mutate.h"
#include "player.h"
#include "replay.h"

/* Nobody waits for anything here: who takes a second of CPU time will not come back. */
#define LOOP_S			1

#define SHOWN			200		/* bytes of a result, for people */

#define FOUND_NOTHING	0
#define FOUND_WRONG		1
#define FOUND_LOOP		3

typedef struct Player
{
	Corpus		corpus;
	Progress   *progress;
	const char *out;
	uint64_t	seed;
	bool		judge;
	bool		loud;			/* one case, for people */
	Bytes		raw[CASE_REPLIES];	/* the good replies of the running case */
	Bytes		next;			/* the good answer of the first recording */
} Player;

static Player player;

void
client_loops(void)
{
	player.progress->state = PLAYER_LOOPS;
	_exit(FOUND_LOOP);
}

static void
loops(int signal)
{
	(void) signal;
	client_loops();
}

static void
set_timer(int64_t every_us, void (*tick) (int signal))
{
	/* of CPU time, so that a machine under load changes nothing */
	struct itimerval every = {{every_us / 1000000, every_us % 1000000},
	{every_us / 1000000, every_us % 1000000}};
	struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART};

	sigaction(SIGPROF, &action, NULL);
	setitimer(ITIMER_PROF, &every, NULL);
}

void
client_timer(int every_ms, void (*tick) (int signal))
{
	set_timer((int64_t) every_ms * 1000 / REPLAY_HASTE, tick);
}

static void
keep(const Mutant *mutant, uint64_t number)
{
	char		path[4096];
	FILE	   *file;

	snprintf(path, sizeof(path), "%s/%llu-%llu.reply", player.out,
			 (unsigned long long) player.seed, (unsigned long long) number);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(mutant->raw.data, 1, mutant->raw.used, file) != mutant->raw.used)
		perror(path);
	if (file != NULL)
		fclose(file);
}

static void
find(const Mutant *mutant, uint64_t number, const char *word)
{
	player.progress->wrong++;
	printf("%s: seed %llu, number %llu, %s, reply %d: %s\n", word, (unsigned long long) player.seed,
		   (unsigned long long) number, mutant->recording->name, mutant->stage, mutant->what);
	fflush(stdout);
	keep(mutant, number);
}

static void
pack(Bytes *raw, const Bytes *payload, size_t packet)
{
	raw->used = 0;
	packets_make(raw, payload->data, payload->used, packet, true);
}

/* In which order a session asks the statement of the case and that of the first recording. */
typedef enum Order
{
	ORDER_ALONE,
	ORDER_FIRST,
	ORDER_SECOND
} Order;

static AnswerOutcome
run(const Mutant *mutant, int replies, Order order, Bytes *body, int *asked)
{
	Script		script = {.replies = replies, .close_after = replies};
	Case		question = {.port = replay_port(), .statements = order == ORDER_ALONE ? 1 : 2};
	int			place = order == ORDER_SECOND ? 1 : 0;
	AnswerOutcome outcome;
	const void *said;
	size_t		size;
	int			i;

	for (i = 0; i < STAGES; i++)
		script.reply[i < STAGES - 1 ? i : i + place] = i == mutant->stage ? &mutant->raw : &player.raw[i];
	question.statement[place] = mutant->recording->statement;
	if (mutant->open_plan)
		question.statement[place].expected = CASE_ANY_COLUMNS;
	if (order != ORDER_ALONE)
	{
		script.reply[STAGES - place] = &player.next;
		question.statement[1 - place] = player.corpus.recording[0].statement;
	}
	replay_begin(&script);
	set_timer(LOOP_S * 1000000, loops);
	client_begin();
	outcome = client_run(&question);
	replay_end();
	said = client_body(&size);
	body->used = 0;
	bytes_add(body, said, size);
	*asked = script.asked;
	if (player.loud)
	{
		Bytes		shown = *body;

		printf("%d requests, %s", script.asked, outcome == ANSWER_WHOLE ? "whole:" : "error: ");
		for (i = 0; outcome == ANSWER_WHOLE && (size_t) i < shown.used && i < SHOWN; i++)
			printf(" %02X", shown.data[i]);
		printf("%.*s\n", outcome == ANSWER_WHOLE ? 0 : (int) shown.used, (const char *) shown.data);
	}
	return outcome;
}

/* The session goes on: is its next statement answered by its own answer? */
static void
follow(const Mutant *mutant, uint64_t number, const Bytes *first)
{
	const Bytes *next = &player.corpus.recording[0].answer;
	Bytes		body = {0};
	int			asked;

	player.progress->follows++;
	if (run(mutant, STAGES + 1, ORDER_FIRST, &body, &asked) == ANSWER_WHOLE && player.judge &&
		!(body.used == first->used + next->used &&
		  memcmp(body.data + first->used, next->data, next->used) == 0))
		find(mutant, number, "stray rows");
	bytes_free(&body);
}

static void
judge_answer(const Mutant *mutant, uint64_t number, const Bytes *body)
{
	switch (player.judge ? judge(mutant->recording, &mutant->raw, body) : JUDGE_GOOD)
	{
		case JUDGE_GOOD:
			player.progress->wholes++;
			break;
		case JUDGE_VALUE:
			player.progress->lenient++;
			break;
		case JUDGE_UNKNOWN:
			player.progress->unknown++;
			break;
		case JUDGE_SHORT:
			find(mutant, number, "short result");
			break;
		case JUDGE_OTHER:
			find(mutant, number, "other result");
			break;
	}
	follow(mutant, number, body);
}

static void
explain_tokens(const char *reader, const Tokens *tokens)
{
	size_t		i;

	printf("%s: %s: %d columns, %zu rows, DONE says %lld; tokens", reader,
		   tokens->whole ? "whole" : tokens->problem, tokens->columns, tokens->rows,
		   tokens->counted ? (long long) tokens->done_count : -1);
	for (i = 0; i < tokens->count; i++)
		printf(" %02X(%zu)", tokens->token[i].kind, tokens->token[i].size);
	printf("\n");
}

/* What the bytes say. */
static void
explain(const Mutant *mutant)
{
	Bytes		payload = {0};
	Tokens		tokens;
	bool		open = packets_open(&payload, mutant->raw.data, mutant->raw.used);

	tokens_read(&tokens, payload.data, payload.used);
	explain_tokens(open ? "by the book" : "by the book no message", &tokens);
	tokens_free(&tokens);
	payload.used = 0;
	packets_open_leniently(&payload, mutant->raw.data, mutant->raw.used);
	tokens_read_leniently(&tokens, payload.data, payload.used);
	explain_tokens("leniently", &tokens);
	tokens_free(&tokens);
	bytes_free(&payload);
}

/*
 * Behind a login a session of the wrapper asks for its settings, whose one row it
 * must see, before anything else: the first recording stands for them.
 */
static AnswerOutcome
run_login(const Mutant *mutant, Bytes *body, bool *right)
{
	const Bytes *settings = &player.corpus.recording[0].answer;
	const Bytes *answer = &mutant->recording->answer;
	int			asked;
	AnswerOutcome outcome = run(mutant, mutant->close ? mutant->stage + 1 : STAGES + 1, ORDER_SECOND,
								body, &asked);

	*right = body->used == settings->used + answer->used &&
		memcmp(body->data, settings->data, settings->used) == 0 &&
		memcmp(body->data + settings->used, answer->data, answer->used) == 0;
	return outcome;
}

static void
play(const Mutant *mutant, uint64_t number)
{
	static Bytes body;
	bool		login = mutant->stage < STAGES - 1;
	bool		right = true;
	int			asked;
	AnswerOutcome outcome = login ? run_login(mutant, &body, &right) :
		run(mutant, STAGES, ORDER_ALONE, &body, &asked);

	if (outcome != ANSWER_WHOLE)
		player.progress->errors++;
	else if (!login)
		judge_answer(mutant, number, &body);
	else if (!player.judge || right)
		player.progress->wholes++;
	else
		find(mutant, number, "other result after this login");
	player.progress->cases++;
}

static void
play_mutant(const Mutant *mutant, uint64_t number)
{
	int			i;

	for (i = 0; i < STAGES; i++)
		pack(&player.raw[i], &mutant->recording->payload[i],
			 i == STAGES - 1 ? mutant->recording->packet : 4096);
	if (player.loud)
	{
		printf("%s, reply %d, %d steps%s: %s\n", mutant->recording->name, mutant->stage,
			   mutant->steps, mutant->open_plan ? ", any columns" : "", mutant->what);
		explain(mutant);
		fflush(stdout);
	}
	play(mutant, number);
}

static void
play_case(uint64_t number, uint32_t without)
{
	static Mutant mutant;

	player.progress->number = number;
	mutant_make(&mutant, &player.corpus, player.seed, number, without);
	if (player.loud)
		keep(&mutant, number);
	play_mutant(&mutant, number);
}

/* Bytes that somebody has kept; its columns may be any. */
static void
play_file(const char *name, int stage, const char *path)
{
	Mutant		mutant = {.stage = stage, .open_plan = true};
	FILE	   *file = fopen(path, "rb");
	uint8_t		buffer[65536];
	size_t		got;
	int			i;

	for (i = 0; i < player.corpus.count; i++)
	{
		if (strcmp(player.corpus.recording[i].name, name) == 0)
			mutant.recording = &player.corpus.recording[i];
	}
	if (file == NULL || mutant.recording == NULL || stage < 0 || stage >= STAGES)
	{
		fprintf(stderr, "%s: no such file, statement or stage\n", path);
		exit(2);
	}
	while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0)
		bytes_add(&mutant.raw, buffer, got);
	fclose(file);
	player.loud = true;
	play_mutant(&mutant, 0);
	bytes_free(&mutant.raw);
}

static Progress *
map_progress(const char *path)
{
	static Progress own;
	int			fd;
	void	   *map;

	if (path == NULL)
		return &own;
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(Progress)) != 0)
	{
		perror(path);
		exit(2);
	}
	map = mmap(NULL, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
	{
		perror(path);
		exit(2);
	}
	return map;
}

typedef struct Options
{
	const char *corpus;
	const char *state;
	const char *reply;
	const char *statement;
	int			stage;
	uint64_t	first;
	uint64_t	step;
	uint64_t	end;
	uint32_t	without;
} Options;

static void
read_options(int argc, char **argv, Options *options)
{
	int			i;

	*options = (Options) {.step = 1};
	for (i = 1; i < argc; i++)
	{
		const char *name = argv[i];
		char	   *value = i + 1 < argc ? argv[i + 1] : "";
		uint64_t	number = strtoull(value, NULL, 0);

		if (strcmp(name, "--judge") == 0)
		{
			player.judge = true;
			continue;
		}
		i++;
		if (strcmp(name, "--corpus") == 0)
			options->corpus = value;
		else if (strcmp(name, "--state") == 0)
			options->state = value;
		else if (strcmp(name, "--out") == 0)
			player.out = value;
		else if (strcmp(name, "--seed") == 0)
			player.seed = number;
		else if (strcmp(name, "--first") == 0)
			options->first = number;
		else if (strcmp(name, "--step") == 0)
			options->step = number;
		else if (strcmp(name, "--end") == 0)
			options->end = number;
		else if (strcmp(name, "--without") == 0)
			options->without = (uint32_t) number;
		else if (strcmp(name, "--reply") == 0)
			options->reply = value;
		else if (strcmp(name, "--statement") == 0)
			options->statement = value;
		else if (strcmp(name, "--stage") == 0)
			options->stage = (int) number;
		else if (strcmp(name, "--number") == 0)
		{
			options->first = number;
			options->end = number + 1;
			player.loud = true;
		}
		else
		{
			fprintf(stderr, "unknown option: %s\n", name);
			exit(2);
		}
	}
	if (options->corpus == NULL || player.out == NULL || options->step == 0)
	{
		fprintf(stderr, "--corpus and --out are needed\n");
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	Options		options;
	uint64_t	number;

	signal(SIGPIPE, SIG_IGN);
	read_options(argc, argv, &options);
	corpus_read(options.corpus, &player.corpus);
	pack(&player.next, &player.corpus.recording[0].payload[STAGES - 1],
		 player.corpus.recording[0].packet);
	player.progress = map_progress(options.state);
	player.progress->state = PLAYER_RUNS;
	for (number = options.first; number < options.end; number += options.step)
		play_case(number, options.without);
	if (options.reply != NULL && options.statement != NULL)
		play_file(options.statement, options.stage, options.reply);
	player.progress->state = PLAYER_DONE;
	return player.progress->wrong > 0 && player.loud ? FOUND_WRONG : FOUND_NOTHING;
}
