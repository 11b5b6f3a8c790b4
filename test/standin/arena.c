/*
 * test/standin/arena.c
 *		Memory that is freed as a whole: what one statement or one row needs.
 *
 * Blocks double in size up to a bound; reset keeps the first one, so that an
 * arena that is reset for every row stops calling malloc.  Out of memory ends
 * the process: a test server has nothing better to do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"

#define FIRST_BLOCK		4096
#define LARGEST_BLOCK	(1024 * 1024)
#define ALIGNMENT		16

typedef struct Block
{
	struct Block *next;
	size_t		size;
	size_t		used;
	_Alignas(ALIGNMENT) char bytes[];
} Block;

struct Arena
{
	Block	   *current;		/* newest first; the first block is the last of the list */
};

static Block *
block_new(size_t size)
{
	Block	   *block;

	if (size > SIZE_MAX - sizeof(Block))
		abort();
	block = malloc(sizeof(Block) + size);
	if (block == NULL)
	{
		fputs("out of memory\n", stderr);
		abort();
	}
	block->next = NULL;
	block->size = size;
	block->used = 0;
	return block;
}

Arena *
arena_new(void)
{
	Arena	   *arena = malloc(sizeof(Arena));

	if (arena == NULL)
	{
		fputs("out of memory\n", stderr);
		abort();
	}
	arena->current = block_new(FIRST_BLOCK);
	return arena;
}

void *
arena_alloc(Arena *arena, size_t size)
{
	Block	   *block = arena->current;
	void	   *result;

	if (size > SIZE_MAX - ALIGNMENT)
		abort();
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (size > block->size - block->used)
	{
		size_t		wanted = block->size * 2 < LARGEST_BLOCK ? block->size * 2 : LARGEST_BLOCK;

		block = block_new(size > wanted ? size : wanted);
		block->next = arena->current;
		arena->current = block;
	}
	result = block->bytes + block->used;
	block->used += size;
	return result;
}

char *
arena_copy(Arena *arena, const char *bytes, size_t size)
{
	char	   *result = arena_alloc(arena, size + 1);

	if (size > 0)
		memcpy(result, bytes, size);
	result[size] = '\0';
	return result;
}

void
arena_reset(Arena *arena)
{
	Block	   *block = arena->current;

	while (block->next != NULL)
	{
		Block	   *next = block->next;

		free(block);
		block = next;
	}
	block->used = 0;
	arena->current = block;
}

void
arena_free(Arena *arena)
{
	if (arena == NULL)
		return;
	arena_reset(arena);
	free(arena->current);
	free(arena);
}
