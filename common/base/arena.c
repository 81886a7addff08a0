#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char bytes[];
};

void *
arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct arena_block *b = arena->head;
	void *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + align - 1) / align * align;
	if (b == NULL || b->size - b->used < size) {
		/* Blocks double up to 1 MiB, so that few rows cost little. */
		size_t n = b == NULL ? 1024 : b->size * 2;

		if (n > 1 << 20)
			n = 1 << 20;
		if (n < size)
			n = size;
		if ((b = malloc(sizeof(*b) + n)) == NULL)
			return NULL;
		arena->bytes += sizeof(*b) + n;
		b->next = arena->head;
		b->used = 0;
		b->size = n;
		arena->head = b;
	}
	p = b->bytes + b->used;
	b->used += size;
	return p;
}

char *
arena_copy(struct arena *arena, const char *p, size_t n)
{
	char *copy = arena_alloc(arena, n + 1);

	if (copy == NULL)
		return NULL;
	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

void
arena_release(struct arena *arena)
{
	struct arena_block *b, *next;

	for (b = arena->head; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	*arena = (struct arena){ 0 };
}
