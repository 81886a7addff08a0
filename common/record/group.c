#include "record/group.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"

/* Open addressing, linear probing, at most half full; the fields of group g
 * are key[g * n .. g * n + n - 1]. */
struct groups {
	size_t n; /* fields a key */
	size_t count;
	struct field *key;
	uint64_t *hash;
	size_t key_capacity, hash_capacity;
	size_t *slot;  /* group + 1; 0: free */
	size_t nslots; /* a power of two */
	struct arena text;
	size_t last; /* the group found last: rows often come in runs */
};

struct groups *
groups_new(size_t n)
{
	struct groups *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->n = n;
	g->nslots = 64;
	if ((g->slot = calloc(g->nslots, sizeof(*g->slot))) == NULL) {
		free(g);
		return NULL;
	}
	return g;
}

/* FNV-1a, finished with a multiply: keys are short. */
static uint64_t
hash_key(const struct field *key, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < key[i].n; j++)
			h = (h ^ (unsigned char)key[i].p[j]) *
			    UINT64_C(0x100000001b3);
		h = (h ^ 0xff) * UINT64_C(0x100000001b3);
	}
	return (h ^ h >> 29) * UINT64_C(0x9e3779b97f4a7c15);
}

static bool
same_key(const struct groups *g, size_t group, const struct field *key)
{
	const struct field *own = g->key + group * g->n;

	for (size_t i = 0; i < g->n; i++)
		if (own[i].n != key[i].n ||
		    (key[i].n > 0 && memcmp(own[i].p, key[i].p, key[i].n) != 0))
			return false;
	return true;
}

static int
grow_slots(struct groups *g)
{
	size_t nslots = g->nslots * 2;
	size_t *slot = calloc(nslots, sizeof(*slot));

	if (slot == NULL)
		return -1;
	for (size_t i = 0; i < g->count; i++) {
		size_t at = (size_t)(g->hash[i] >> 20) & (nslots - 1);

		while (slot[at] != 0)
			at = (at + 1) & (nslots - 1);
		slot[at] = i + 1;
	}
	free(g->slot);
	g->slot = slot;
	g->nslots = nslots;
	return 0;
}

static int
add_group(struct groups *g, const struct field *key, uint64_t hash)
{
	size_t at;

	if (vec_grow(&g->key, &g->key_capacity, (g->count + 1) * g->n,
		sizeof(*g->key)) == -1 ||
	    vec_grow(&g->hash, &g->hash_capacity, g->count + 1,
		sizeof(*g->hash)) == -1 ||
	    (2 * (g->count + 1) > g->nslots && grow_slots(g) == -1))
		return -1;
	for (size_t i = 0; i < g->n; i++) {
		struct field *own = &g->key[g->count * g->n + i];

		*own = key[i];
		if ((own->p = arena_copy(&g->text, key[i].p, key[i].n)) == NULL)
			return -1;
	}
	g->hash[g->count] = hash;
	at = (size_t)(hash >> 20) & (g->nslots - 1);
	while (g->slot[at] != 0)
		at = (at + 1) & (g->nslots - 1);
	g->slot[at] = ++g->count;
	return 0;
}

static size_t
look(const struct groups *g, const struct field *key, uint64_t hash)
{
	size_t at = (size_t)(hash >> 20) & (g->nslots - 1);

	for (; g->slot[at] != 0; at = (at + 1) & (g->nslots - 1)) {
		size_t group = g->slot[at] - 1;

		if (g->hash[group] == hash && same_key(g, group, key))
			return group;
	}
	return SIZE_MAX;
}

size_t
groups_look(const struct groups *g, const struct field *key)
{
	return look(g, key, hash_key(key, g->n));
}

size_t
groups_find(struct groups *g, const struct field *key, bool *fresh)
{
	uint64_t hash;
	size_t group;

	if (fresh != NULL)
		*fresh = false;
	if (g->last < g->count && same_key(g, g->last, key))
		return g->last;
	hash = hash_key(key, g->n);
	if ((group = look(g, key, hash)) == SIZE_MAX) {
		if (add_group(g, key, hash) == -1)
			return SIZE_MAX;
		group = g->count - 1;
		if (fresh != NULL)
			*fresh = true;
	}
	return g->last = group;
}

size_t
groups_count(const struct groups *g)
{
	return g->count;
}

struct field
groups_key(const struct groups *g, size_t group, size_t i)
{
	return g->key[group * g->n + i];
}

void
groups_text(const struct groups *g, size_t group, char *const *names,
    char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < g->n && used + 1 < size; i++) {
		struct field f = groups_key(g, group, i);
		int n = snprintf(text + used, size - used, "%s%s=%.*s",
		    i == 0 ? "" : ", ", names[i], (int)f.n, f.p);

		used += (size_t)n;
	}
}

void
groups_free(struct groups *g)
{
	if (g == NULL)
		return;
	free(g->key);
	free(g->hash);
	free(g->slot);
	arena_release(&g->text);
	free(g);
}
