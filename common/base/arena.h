/*
 * An arena: bytes that stay where they are and are freed all at once.  For
 * names, keys and rows that are kept.
 */
#ifndef AEE_BASE_ARENA_H
#define AEE_BASE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *head;
	size_t bytes; /* that it holds */
};

/* size bytes aligned for any object, not initialised; NULL if out of memory.
 * size 0 gives a pointer that may not be read. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of n bytes at p with a NUL after them; NULL if out of memory. */
char *arena_copy(struct arena *arena, const char *p, size_t n);

/* Free everything.  A zeroed arena is an empty one, before and after. */
void arena_release(struct arena *arena);

#endif
