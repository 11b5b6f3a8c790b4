/*
 * test/fuzz/corpus.h
 *		What the stand-in has said, kept in a file.
 *
 * A number means the same reply only with the same corpus: it is kept beside
 * what is found.
 */
#ifndef FUZZ_CORPUS_H
#define FUZZ_CORPUS_H

#include "reply.h"

typedef struct Corpus
{
	Recording  *recording;
	int			count;
} Corpus;

/* False with errno. */
extern bool corpus_write(const char *path, const Recording *recordings, int count);

/* Ends the process when path holds none. */
extern void corpus_read(const char *path, Corpus *corpus);

#endif
