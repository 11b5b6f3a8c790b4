/*
 * test/broken_streams/work.c
 *		One worker: cases, judged one after the other.
 *
 * The first recording's login is what logins are mutated from, and its answer is
 * what a session that goes on is asked for next: it must not hear the rest of
 * what came before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver.h"
#include "judge.h"
#include "mutations.h"

/* Now and then a reader ends by itself, so that the sanitizer can look for leaks. */
#define READER_CASES	2000

typedef struct Worker
{
	const Orders *orders;
	const Recording *recordings;
	int			count;
	Totals	   *totals;
	Client		reader;
	Client		bare;
	char		reader_log[4096];
	char		bare_log[4096];
	uint64_t	reader_cases;
	bool		bare_asked;		/* about the running case */
	FILE	   *findings;
	Bytes		packets[STAGES];	/* the good replies of the running recording */
	Bytes		next;			/* the good answer of the first one */
} Worker;

typedef struct Subject
{
	const Recording *recording;
	int			stage;			/* of its replies, the one that is mutated */
	long		number;			/* of the case */
	const char *what;			/* the mutation, for people */
} Subject;

static void
keep_file(const Worker *worker, const Subject *subject, const char *end, const Bytes *raw,
		  const char *log)
{
	char		path[8192];

	snprintf(path, sizeof(path), "%s/%s-%ld%s", worker->orders->out, subject->recording->name,
			 subject->number, end);
	if (log != NULL)
		rename(log, path);
	else
	{
		FILE	   *file = fopen(path, "w");

		if (file == NULL || fwrite(raw->data, 1, raw->used, file) != raw->used)
			perror(path);
		if (file != NULL)
			fclose(file);
	}
}

/* A line for people, and the bytes. */
static void
find(Worker *worker, const Subject *subject, const char *word, const Bytes *raw)
{
	fprintf(worker->findings, "%s %s %ld, reply %d: %s\n", word, subject->recording->name,
			subject->number, subject->stage, subject->what);
	fflush(worker->findings);
	keep_file(worker, subject, ".reply", raw, NULL);
}

static void
make_case(Case *question, const Recording *recording, const Recording *next)
{
	memset(question, 0, sizeof(*question));
	question->statements = next != NULL ? 2 : 1;
	question->statement[0] = recording->statement;
	if (next != NULL)
		question->statement[1] = next->statement;
}

static void
make_script(Script *script, const Worker *worker, const Subject *subject, const Bytes *raw,
			int replies)
{
	int			i;

	memset(script, 0, sizeof(*script));
	for (i = 0; i < STAGES; i++)
		script->reply[i] = i == subject->stage ? raw : &worker->packets[i];
	script->reply[STAGES] = &worker->next;
	script->replies = replies;
	script->close_after = replies;
}

/* What the bare client does with the same bytes. */
static CaseOutcome
run_bare(Worker *worker, const Subject *subject, const Bytes *raw, int replies)
{
	Script		script;
	Case		question;
	Bytes		body = {0};
	CaseOutcome outcome;

	if (worker->orders->bare[0] == NULL || worker->bare_asked)
		return CASE_ERROR;
	worker->bare_asked = true;
	make_script(&script, worker, subject, raw, replies);
	make_case(&question, subject->recording, replies > STAGES ? &worker->recordings[0] : NULL);
	outcome = converse(&worker->bare, &question, &script, &body);
	bytes_free(&body);
	if (outcome == CASE_CRASH)
	{
		worker->totals->bare_crashes++;
		find(worker, subject, "freetds crash", raw);
		keep_file(worker, subject, ".bare.log", NULL, worker->bare_log);
	}
	else if (outcome == CASE_HANG)
	{
		worker->totals->bare_hangs++;
		find(worker, subject, "freetds hang", raw);
	}
	return outcome;
}

/* Runs the reader; a crash or a hang is judged here. */
static CaseOutcome
run_reader(Worker *worker, const Subject *subject, const Bytes *raw, int replies, Bytes *body,
		   int *asked)
{
	Script		script;
	Case		question;
	CaseOutcome outcome;

	make_script(&script, worker, subject, raw, replies);
	make_case(&question, subject->recording, replies > STAGES ? &worker->recordings[0] : NULL);
	outcome = converse(&worker->reader, &question, &script, body);
	*asked = script.asked;
	if (outcome == CASE_CRASH)
	{
		keep_file(worker, subject, ".log", NULL, worker->reader_log);
		if (run_bare(worker, subject, raw, replies) == CASE_CRASH)
			worker->totals->shared_crashes++;
		else
		{
			worker->totals->crashes++;
			find(worker, subject, "crash", raw);
		}
	}
	else if (outcome == CASE_HANG)
	{
		worker->totals->hangs++;
		find(worker, subject, "hang", raw);
	}
	else if (outcome == CASE_LOOP)
	{
		worker->totals->loops++;
		(void) run_bare(worker, subject, raw, replies);
	}
	return outcome;
}

static bool
ends_with(const Bytes *body, const Bytes *end)
{
	return body->used >= end->used &&
		memcmp(body->data + body->used - end->used, end->data, end->used) == 0;
}

/*
 * The mutated reply has left a session that can be used.  Is its next statement
 * answered by the answer to it?
 */
static void
follow(Worker *worker, const Subject *subject, const Bytes *raw, const Bytes *first)
{
	const Recording *next = &worker->recordings[0];
	Bytes		body = {0};
	int			asked;

	worker->totals->follows++;
	if (run_reader(worker, subject, raw, STAGES + 1, &body, &asked) == CASE_WHOLE &&
		!(body.used == first->used + next->answer.used && ends_with(&body, &next->answer)))
	{
		worker->totals->other_results++;
		find(worker, subject, "stray rows", raw);
	}
	bytes_free(&body);
}

static void
run_answer(Worker *worker, const Subject *subject, const Bytes *raw)
{
	static const char *const words[] = {
		[JUDGE_VALUE] = "other value", [JUDGE_UNKNOWN] = "odd token", [JUDGE_SHORT] = "short result", [JUDGE_OTHER] = "other result"
	};
	Bytes		body = {0};
	int			asked;
	CaseOutcome outcome = run_reader(worker, subject, raw, STAGES, &body, &asked);
	Judgement	judgement = outcome == CASE_WHOLE ? judge(subject->recording, raw, &body) : JUDGE_GOOD;

	worker->totals->errors += outcome == CASE_ERROR;
	worker->totals->wholes += outcome == CASE_WHOLE && judgement == JUDGE_GOOD;
	worker->totals->values += judgement == JUDGE_VALUE || judgement == JUDGE_UNKNOWN;
	worker->totals->short_results += judgement == JUDGE_SHORT;
	worker->totals->other_results += judgement == JUDGE_OTHER;
	if (judgement != JUDGE_GOOD)
		find(worker, subject, words[judgement], raw);
	if (outcome == CASE_WHOLE)
		follow(worker, subject, raw, &body);
	bytes_free(&body);
}

/*
 * A login that breaks off is an error.  Where the client logs in all the same, the
 * statement is answered, and as it was recorded.
 */
static void
run_login(Worker *worker, const Subject *subject, const Bytes *raw)
{
	Bytes		body = {0};
	int			asked;
	CaseOutcome outcome = run_reader(worker, subject, raw, subject->stage + 1, &body, &asked);

	if (outcome == CASE_ERROR && asked > subject->stage + 1)
		outcome = run_reader(worker, subject, raw, STAGES, &body, &asked);
	worker->totals->errors += outcome == CASE_ERROR;
	worker->totals->wholes += outcome == CASE_WHOLE;
	if (outcome == CASE_WHOLE && !(body.used == subject->recording->answer.used &&
								   ends_with(&body, &subject->recording->answer)))
	{
		worker->totals->other_results++;
		find(worker, subject, "other result", raw);
	}
	bytes_free(&body);
}

static void
renew_reader(Worker *worker)
{
	if (++worker->reader_cases % READER_CASES != 0)
		return;
	if (!client_end(&worker->reader))
	{
		worker->totals->ends++;
		fprintf(worker->findings, "end of a reader after %llu cases: see %s\n",
				(unsigned long long) worker->reader_cases, worker->reader_log);
	}
	client_prepare(&worker->reader, worker->orders->reader, worker->reader_log,
				   worker->orders->patience_ms);
}

/* A share of the cases, spread evenly and always the same ones. */
static bool
chosen(const Orders *orders, long number)
{
	uint32_t	hash = (uint32_t) number * 2654435761u;

	if (orders->number >= 0)
		return number == orders->number;
	return orders->scale >= 1 || hash < orders->scale * 4294967296.0;
}

static void
run_stage(Worker *worker, const Recording *recording, int stage, long *number, int index)
{
	const Bytes *payload = &recording->payload[stage];
	size_t		packet = stage == STAGES - 1 ? recording->packet : 4096;
	Mutations	list = {0};
	Bytes		raw = {0};
	Tokens		tokens;
	size_t		i;

	tokens_read(&tokens, payload->data, payload->used);
	mutations_list(&list, payload, &tokens, packet,
				   recording == &worker->recordings[0] && stage == STAGES - 1);
	for (i = 0; i < list.count; i++, ++*number)
	{
		Subject		subject = {.recording = recording, .stage = stage, .number = *number};
		char		what[256];

		if (*number % worker->orders->workers != index || !chosen(worker->orders, *number))
			continue;
		mutation_apply(&list.mutation[i], payload, packet, &raw);
		mutation_name(&list.mutation[i], what, sizeof(what));
		subject.what = what;
		worker->totals->cases++;
		worker->bare_asked = false;
		if (stage == STAGES - 1)
			run_answer(worker, &subject, &raw);
		else
			run_login(worker, &subject, &raw);
		(void) run_bare(worker, &subject, &raw, STAGES);
		renew_reader(worker);
	}
	tokens_free(&tokens);
	bytes_free(&raw);
	free(list.mutation);
}

static void
run_recording(Worker *worker, const Recording *recording, bool login, int index)
{
	Subject		good = {.recording = recording, .stage = STAGES - 1, .number = -1, .what = "good reply"};
	long		number = 0;
	Bytes		body = {0};
	int			asked;
	int			stage;

	for (stage = 0; stage < STAGES; stage++)
	{
		worker->packets[stage].used = 0;
		packets_make(&worker->packets[stage], recording->payload[stage].data,
					 recording->payload[stage].used,
					 stage == STAGES - 1 ? recording->packet : 4096, true);
	}
	if (recording == &worker->recordings[0])
		bytes_add(&worker->next, worker->packets[STAGES - 1].data, worker->packets[STAGES - 1].used);

	/* replayed as it is, it must be what was recorded */
	if (run_reader(worker, &good, &worker->packets[STAGES - 1], STAGES, &body, &asked) !=
		(recording->answer.used > 0 ? CASE_WHOLE : CASE_ERROR) ||
		(recording->answer.used > 0 && !(body.used == recording->answer.used &&
										 ends_with(&body, &recording->answer))))
	{
		worker->totals->other_results++;
		find(worker, &good, "replay differs", &worker->packets[STAGES - 1]);
	}
	for (stage = login ? 0 : STAGES - 1; stage < STAGES; stage++)
		run_stage(worker, recording, stage, &number, index);
	bytes_free(&body);
}

void
work(const Orders *orders, const Recording *recordings, int count, int index, Totals *totals)
{
	Worker		worker = {.orders = orders, .recordings = recordings, .count = count, .totals = totals};
	char		path[4096];
	int			i;

	snprintf(path, sizeof(path), "%s/findings.%d", orders->out, index);
	snprintf(worker.reader_log, sizeof(worker.reader_log), "%s/reader.%d.log", orders->out, index);
	snprintf(worker.bare_log, sizeof(worker.bare_log), "%s/bare.%d.log", orders->out, index);
	worker.findings = fopen(path, "w");
	if (worker.findings == NULL)
	{
		perror(path);
		exit(2);
	}
	client_prepare(&worker.reader, orders->reader, worker.reader_log, orders->patience_ms);
	client_prepare(&worker.bare, orders->bare, worker.bare_log, orders->patience_ms);
	for (i = 0; i < count; i++)
	{
		if (orders->only == NULL || strcmp(orders->only, recordings[i].name) == 0 || i == 0)
			run_recording(&worker, &recordings[i], i == 0, index);
	}
	totals->ends += !client_end(&worker.reader);
	(void) client_end(&worker.bare);
	fclose(worker.findings);
}
