/*
 * test/broken_streams/record.c
 *		Good replies, as the stand-in gives them.
 *
 * A line of the file of statements is: name, a word of forms[], the size of the
 * packets in which the answer will travel, and the statement.  The stand-in sends NULLs in NBCROWs; what has some comes
 * once more with every ROW as NBCROW and every NBCROW as ROW, which says the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "tokens.h"

typedef struct Form
{
	const char *word;
	CaseForm	form;
	bool		fails;
} Form;

static const Form forms[] = {
	{"batch", CASE_BATCH, false},
	{"error", CASE_BATCH, true},
	{"utf16", CASE_UTF16, false},
	{"call", CASE_CALL, false},
	{"prepare", CASE_PREPARE, false}
};

static void
refuse(const char *name, const char *what)
{
	fprintf(stderr, "%s: %s\n", name, what);
	exit(2);
}

static const Form *
find_form(const char *name, const char *word)
{
	size_t		i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
	{
		if (strcmp(word, forms[i].word) == 0)
			return &forms[i];
	}
	refuse(name, "no such form");
	return NULL;
}

static void
read_line(char *line, Recording *recording)
{
	const Form *form;
	char	   *kind;
	char	   *packet;
	char	   *sql;

	memset(recording, 0, sizeof(*recording));
	strtok(line, " ");
	kind = strtok(NULL, " ");
	packet = strtok(NULL, " ");
	sql = strtok(NULL, "\n");
	if (sql == NULL || strlen(line) >= sizeof(recording->name) - 10 || strlen(sql) >= CASE_SQL)
		refuse(line, "no statement");
	strcpy(recording->name, line);
	form = find_form(line, kind);
	recording->statement.form = (uint8_t) form->form;
	recording->fails = form->fails;
	recording->statement.expected = CASE_ANY_COLUMNS;
	recording->packet = (size_t) atoi(packet);
	snprintf(recording->statement.sql, sizeof(recording->statement.sql), "%s", sql);
}

/* What came is from now on what is planned. */
static void
plan(Recording *recording)
{
	uint32_t	columns = 0;

	memcpy(&columns, recording->answer.data, sizeof(columns));
	recording->statement.expected = (uint8_t) columns;
	memcpy(recording->statement.kinds, recording->answer.data + sizeof(columns), columns);
}

static void
record(const Orders *orders, Client *client, Recording *recording)
{
	Case		question = {.statements = 1};
	CaseOutcome outcome;
	Tokens		tokens;

	question.statement[0] = recording->statement;
	outcome = converse_with_server(client, &question, orders->port, recording->payload,
								   &recording->answer);
	if (outcome == CASE_CRASH || outcome == CASE_HANG)
		refuse(recording->name, "the client crashes or hangs on a good reply");
	tokens_read(&tokens, recording->payload[STAGES - 1].data, recording->payload[STAGES - 1].used);
	if (recording->fails != (outcome == CASE_ERROR))
	{
		fwrite(recording->answer.data, 1, recording->answer.used, stderr);
		refuse(recording->name, recording->fails ? "\nit does not fail" : "\nit fails");
	}
	if (tokens.whole != (outcome == CASE_WHOLE))
		refuse(recording->name, tokens.whole ? "the client does not take it for whole" :
			   tokens.problem);
	if (outcome == CASE_WHOLE)
		plan(recording);
	else
		recording->answer.used = 0;
	tokens_free(&tokens);
}

/* What stands for NULL in a row without a bitmap. */
static void
add_null(Bytes *out, const ColumnType *type)
{
	static const uint8_t ones[8] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
	static const uint8_t zeros[4] = {0};

	switch (type->bytes[0])
	{
		case 0xF0:				/* CLR types, XML */
		case 0xF1:
			bytes_add(out, ones, 8);
			break;
		case 0xA5:				/* strings of characters and bytes, (max) or not */
		case 0xAD:
		case 0xA7:
		case 0xAF:
		case 0xE7:
		case 0xEF:
			bytes_add(out, ones, tokens_number(type->bytes + 1, 2) == 0xFFFF ? 8 : 2);
			break;
		case 0x62:				/* sql_variant */
			bytes_add(out, zeros, 4);
			break;
		default:
			bytes_add(out, zeros, 1);
	}
}

static void
add_row(Bytes *out, const Bytes *payload, const Tokens *tokens, const Cell *cell, bool bitmap)
{
	uint8_t		head[1 + (TOKENS_COLUMNS + 7) / 8] = {bitmap ? TOKEN_NBCROW : TOKEN_ROW};
	int			i;

	for (i = 0; bitmap && i < tokens->columns; i++)
		head[1 + i / 8] |= (uint8_t) (cell[i].null << i % 8);
	bytes_add(out, head, 1 + (bitmap ? (size_t) (tokens->columns + 7) / 8 : 0));
	for (i = 0; i < tokens->columns; i++)
	{
		if (!cell[i].null)
			bytes_add(out, payload->data + cell[i].at, cell[i].size);
		else if (!bitmap)
			add_null(out, &tokens->type[i]);
	}
}

/* The same rows, each ROW as NBCROW and the other way round; false: there are no NULLs. */
static bool
turn_rows(const Recording *from, Recording *to)
{
	const Bytes *payload = &from->payload[STAGES - 1];
	Bytes	   *out = &to->payload[STAGES - 1];
	Tokens		tokens;
	size_t		i;
	size_t		row = 0;
	bool		nulls = false;

	*to = *from;
	memset(out, 0, sizeof(*out));
	tokens_read(&tokens, payload->data, payload->used);
	for (i = 0; i < tokens.count; i++)
	{
		const Token *token = &tokens.token[i];

		nulls = nulls || token->kind == TOKEN_NBCROW;
		if (token->kind != TOKEN_ROW && token->kind != TOKEN_NBCROW)
			bytes_add(out, payload->data + token->at, token->size);
		else
			add_row(out, payload, &tokens, tokens.cell + row++ * (size_t) tokens.columns,
					token->kind == TOKEN_ROW);
	}
	tokens_free(&tokens);
	strcat(to->name, "_turned");
	return nulls && to->answer.used > 0;
}

int
record_all(const Orders *orders, Recording *recordings)
{
	FILE	   *file = fopen(orders->statements, "r");
	char		log[4096];
	char		line[2 * CASE_SQL];
	Client		client;
	int			count = 0;

	if (file == NULL)
		refuse(orders->statements, "cannot be read");
	snprintf(log, sizeof(log), "%s/record.log", orders->out);
	client_prepare(&client, orders->reader, log, orders->patience_ms);
	while (fgets(line, sizeof(line), file) != NULL)
	{
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (count + 2 > RECORDINGS_MAX)
			refuse(orders->statements, "too many statements");
		read_line(line, &recordings[count]);
		record(orders, &client, &recordings[count]);
		if (turn_rows(&recordings[count], &recordings[count + 1]))
			count++;
		count++;
	}
	fclose(file);
	if (!client_end(&client))
		refuse("recording", "the client does not end well");
	return count;
}
