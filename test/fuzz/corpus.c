/*
 * test/fuzz/corpus.c
 *		What the stand-in has said, kept in a file.
 *
 * The file is read by the machine that wrote it, by a program of the same build:
 * structures are written as they are, and behind each the bytes that it points to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"

static bool
write_bytes(FILE *file, const Bytes *bytes)
{
	return fwrite(bytes->data, 1, bytes->used, file) == bytes->used;
}

bool
corpus_write(const char *path, const Recording *recordings, int count)
{
	FILE	   *file = fopen(path, "wb");
	bool		good = file != NULL;
	int			i;
	int			stage;

	for (i = 0; good && i < count; i++)
	{
		good = fwrite(&recordings[i], sizeof(Recording), 1, file) == 1;
		for (stage = 0; good && stage < STAGES; stage++)
			good = write_bytes(file, &recordings[i].payload[stage]);
		good = good && write_bytes(file, &recordings[i].answer);
	}
	return file != NULL && fclose(file) == 0 && good;
}

static void
read_all(FILE *file, void *target, size_t size)
{
	if (size > 0 && fread(target, size, 1, file) != 1)
	{
		fprintf(stderr, "the corpus breaks off\n");
		exit(2);
	}
}

static void
read_bytes(FILE *file, Bytes *bytes)
{
	size_t		size = bytes->used;
	uint8_t    *data = malloc(size + 1);

	if (data == NULL)
		abort();
	read_all(file, data, size);
	*bytes = (Bytes) {.data = data, .used = size, .size = size + 1};
}

void
corpus_read(const char *path, Corpus *corpus)
{
	FILE	   *file = fopen(path, "rb");
	Recording	next;
	int			stage;

	memset(corpus, 0, sizeof(*corpus));
	if (file == NULL)
	{
		perror(path);
		exit(2);
	}
	while (fread(&next, sizeof(next), 1, file) == 1)
	{
		for (stage = 0; stage < STAGES; stage++)
			read_bytes(file, &next.payload[stage]);
		read_bytes(file, &next.answer);
		corpus->recording = realloc(corpus->recording, sizeof(next) * (size_t) (corpus->count + 1));
		if (corpus->recording == NULL)
			abort();
		corpus->recording[corpus->count++] = next;
	}
	fclose(file);
	if (corpus->count == 0)
	{
		fprintf(stderr, "%s: no recordings\n", path);
		exit(2);
	}
}
