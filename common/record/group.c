#include "record/group.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"

/* The first 16 bytes of a text, zeros after its end: texts have no NUL, so that
 * this is all of a text that is not longer. */
struct brief {
	uint64_t low, high;
};

struct slot {
	uint32_t tag;   /* of the hash; its lowest bit: a field is not brief */
	uint32_t group; /* + 1; 0: free */
};

/* Open addressing, linear probing, at most half full; the fields of group g
 * are key[g * n .. g * n + n - 1]. */
struct groups {
	size_t n; /* fields a key */
	size_t count;
	struct field *key;
	struct brief *brief; /* of each field */
	uint64_t *hash;
	size_t key_capacity, brief_capacity, hash_capacity;
	struct slot *slot;
	size_t nslots; /* a power of two */
	/* Keys that are small integers, as most numbers of customers and
	 * products are: integer -> group + 1; 0: look among the others. */
	uint32_t *integer;
	size_t nintegers;
	struct arena text;
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

/* Of a padded text: without a branch on its length, which is hard to foresee. */
static inline struct brief
brief_padded(const char *p, size_t n)
{
	/* All ones, then all zeros: the masks of every length. */
	static const unsigned char mask[32] = { 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };
	const unsigned char *own = mask + 16 - (n < 16 ? n : 16);
	uint64_t text[2], keep[2];

	memcpy(text, p, 16);
	memcpy(keep, own, 16);
	return (struct brief){ text[0] & keep[0], text[1] & keep[1] };
}

static inline struct brief
brief_of(const struct field *f)
{
	uint64_t text[2] = { 0, 0 };

	if (f->padded)
		return brief_padded(f->p, f->n);
	if (f->n > 0)
		memcpy(text, f->p, f->n < 16 ? f->n : 16);
	return (struct brief){ text[0], text[1] };
}

static inline uint64_t
mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

/* Of the bytes behind the brief ones, going on with h. */
static uint64_t
hash_rest(uint64_t h, const struct field *f)
{
	uint64_t word;

	for (size_t i = 16; i < f->n; i += 8) {
		word = 0;
		memcpy(&word, f->p + i, f->n - i < 8 ? f->n - i : 8);
		h = mix(h, word);
	}
	return h;
}

static inline uint64_t
hash_brief(uint64_t h, size_t n, struct brief b)
{
	return mix(h ^ n, b.low ^ (b.high << 29 | b.high >> 35));
}

static inline uint64_t
hash_field(uint64_t h, const struct field *f, struct brief b)
{
	h = hash_brief(h, f->n, b);
	return f->n <= 16 ? h : hash_rest(h, f);
}

static uint64_t
hash_key(const struct field *key, size_t n)
{
	uint64_t h = 0;

	for (size_t i = 0; i < n; i++)
		h = hash_field(h, &key[i], brief_of(&key[i]));
	return h;
}

static inline bool
same_field(const struct groups *g, size_t i, const struct field *f,
    struct brief b)
{
	return g->brief[i].low == b.low && g->brief[i].high == b.high &&
	    g->key[i].n == f->n &&
	    (f->n <= 16 || memcmp(g->key[i].p, f->p, f->n) == 0);
}

/* The integer that a brief text of n bytes is, as it is written: no sign and no
 * leading zeros.  SIZE_MAX: none of up to 7 digits. */
static inline size_t
small_integer(struct brief b, size_t n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t each = UINT64_C(0x0101010101010101);
	const uint64_t pair = UINT64_C(0x000000ff000000ff);
	unsigned first = b.low & 0xff;
	uint64_t w;

	if (first - '0' > 9 || n > 7 || (first == '0' && n > 1))
		return SIZE_MAX;
	/* Eight digits, zeros first. */
	w = (b.low << (64 - 8 * n)) ^ ('0' * each << (64 - 8 * n));
	if (((w | (w + 6 * each)) & 0xf0 * each) != 0)
		return SIZE_MAX;
	w = w * 10 + (w >> 8);
	return (uint32_t)(((w & pair) * (100 + (UINT64_C(1000000) << 32)) +
			      (w >> 16 & pair) *
				  (1 + (UINT64_C(10000) << 32))) >>
	    32);
#else
	(void)b, (void)n;
	return SIZE_MAX;
#endif
}

static bool
same_key(const struct groups *g, size_t group, const struct field *key)
{
	for (size_t i = 0; i < g->n; i++)
		if (!same_field(g, group * g->n + i, &key[i],
			brief_of(&key[i])))
			return false;
	return true;
}

static inline size_t
slot_of(const struct groups *g, uint64_t hash)
{
	return (size_t)hash & (g->nslots - 1);
}

/* Of a key with this hash. */
static inline uint32_t
tag_of(const struct groups *g, const struct field *key, uint64_t hash)
{
	bool brief = true;

	for (size_t i = 0; i < g->n; i++)
		brief &= key[i].n <= 16;
	return ((uint32_t)(hash >> 32) | 1) - brief;
}

/* Enter a group that is not there. */
static void
enter(struct groups *g, size_t group)
{
	size_t at = slot_of(g, g->hash[group]);

	while (g->slot[at].group != 0)
		at = (at + 1) & (g->nslots - 1);
	g->slot[at].tag = tag_of(g, &g->key[group * g->n], g->hash[group]);
	g->slot[at].group = (uint32_t)group + 1;
}

static int
grow_slots(struct groups *g)
{
	struct slot *slot = calloc(g->nslots * 2, sizeof(*slot));

	if (slot == NULL)
		return -1;
	free(g->slot);
	g->slot = slot;
	g->nslots *= 2;
	for (size_t i = 0; i < g->count; i++)
		enter(g, i);
	return 0;
}

/* Let the last group be found by its integer, if it has one and that is not far
 * out: the table has up to 16 places for each group.  -1 if out of memory. */
static int
enter_integer(struct groups *g, const struct field *key)
{
	size_t i = small_integer(brief_of(key), key->n), n = g->nintegers;

	if (i >= 16 * g->count + 1024)
		return 0;
	if (vec_grow(&g->integer, &g->nintegers, i + 1, sizeof(*g->integer)) ==
	    -1)
		return -1;
	memset(g->integer + n, 0, (g->nintegers - n) * sizeof(*g->integer));
	g->integer[i] = (uint32_t)g->count;
	return 0;
}

static int
add_group(struct groups *g, const struct field *key, uint64_t hash)
{
	if (g->count == UINT32_MAX - 1 ||
	    vec_grow(&g->key, &g->key_capacity, (g->count + 1) * g->n,
		sizeof(*g->key)) == -1 ||
	    vec_grow(&g->brief, &g->brief_capacity, (g->count + 1) * g->n,
		sizeof(*g->brief)) == -1 ||
	    vec_grow(&g->hash, &g->hash_capacity, g->count + 1,
		sizeof(*g->hash)) == -1 ||
	    (2 * (g->count + 1) > g->nslots && grow_slots(g) == -1))
		return -1;
	for (size_t i = 0; i < g->n; i++) {
		struct field *own = &g->key[g->count * g->n + i];

		*own = key[i];
		own->padded = false;
		if ((own->p = arena_copy(&g->text, key[i].p, key[i].n)) == NULL)
			return -1;
		g->brief[g->count * g->n + i] = brief_of(own);
	}
	g->hash[g->count] = hash;
	enter(g, g->count++);
	return g->n == 1 ? enter_integer(g, key) : 0;
}

static size_t
look(const struct groups *g, const struct field *key, uint64_t hash)
{
	uint32_t tag = tag_of(g, key, hash);

	for (size_t at = slot_of(g, hash); g->slot[at].group != 0;
	     at = (at + 1) & (g->nslots - 1))
		if (g->slot[at].tag == tag &&
		    same_key(g, g->slot[at].group - 1, key))
			return g->slot[at].group - 1;
	return SIZE_MAX;
}

/* The same for keys of one field, the most common kind. */
static inline size_t
look_one(const struct groups *g, const struct field *key, struct brief b,
    uint64_t hash)
{
	for (size_t at = slot_of(g, hash); g->slot[at].group != 0;
	     at = (at + 1) & (g->nslots - 1))
		if (same_field(g, g->slot[at].group - 1, key, b))
			return g->slot[at].group - 1;
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

	if (g->n == 1) {
		struct brief b = brief_of(key);

		hash = hash_field(0, key, b);
		group = look_one(g, key, b, hash);
	} else {
		hash = hash_key(key, g->n);
		group = look(g, key, hash);
	}
	if (fresh != NULL)
		*fresh = group == SIZE_MAX;
	if (group == SIZE_MAX && add_group(g, key, hash) == 0)
		group = g->count - 1;
	return group;
}

/* Keys of one field of up to 16 bytes, until the first that is new or longer. */
static size_t
find_briefs(const struct groups *g, const struct span *span, size_t n,
    size_t *group)
{
	const struct slot *slots = g->slot;
	const struct brief *brief = g->brief;
	size_t mask = g->nslots - 1, r;

	for (r = 0; r < n && span[r].n <= 16; r++) {
		struct brief b = brief_padded(span[r].p, span[r].n);
		size_t integer = small_integer(b, span[r].n);
		uint64_t hash;
		uint32_t tag;
		size_t at, own;

		if (integer < g->nintegers && g->integer[integer] != 0) {
			group[r] = g->integer[integer] - 1;
			continue;
		}
		hash = hash_brief(0, span[r].n, b);
		tag = (uint32_t)(hash >> 32) & ~UINT32_C(1);
		at = hash & mask;
		/* Both have no NUL, so that what is alike in 16 bytes is
		 * alike. */
		for (;; at = (at + 1) & mask) {
			if (slots[at].group == 0)
				return r;
			own = slots[at].group - 1;
			if (slots[at].tag == tag && brief[own].low == b.low &&
			    brief[own].high == b.high)
				break;
		}
		group[r] = own;
	}
	return r;
}

/* The same for keys of several fields. */
static size_t
find_brief_keys(const struct groups *g, struct span *const *span, size_t first,
    size_t n, size_t *group)
{
	const struct slot *slots = g->slot;
	size_t fields = g->n, mask = g->nslots - 1, r;

	for (r = first; r < n; r++) {
		struct brief b[GROUPS_RUN];
		uint64_t hash = 0, differ;
		uint32_t tag;
		size_t at;

		for (size_t i = 0; i < fields; i++) {
			const struct span *s = &span[i][r];

			if (s->n > 16)
				return r;
			b[i] = brief_padded(s->p, s->n);
			hash = hash_brief(hash, s->n, b[i]);
		}
		tag = (uint32_t)(hash >> 32) & ~UINT32_C(1);
		for (at = hash & mask;; at = (at + 1) & mask) {
			const struct brief *own;

			if (slots[at].group == 0)
				return r;
			if (slots[at].tag != tag)
				continue;
			own = g->brief + (slots[at].group - 1) * fields;
			differ = 0;
			for (size_t i = 0; i < fields; i++)
				differ |= (own[i].low ^ b[i].low) |
				    (own[i].high ^ b[i].high);
			if (differ == 0)
				break;
		}
		group[r] = slots[at].group - 1;
	}
	return r;
}

/* From `first` on: until the first key that is new or has a long field. */
static size_t
find_known(const struct groups *g, struct span *const *span, size_t first,
    size_t n, size_t *group)
{
	if (g->n == 1)
		return first +
		    find_briefs(g, span[0] + first, n - first, group + first);
	return find_brief_keys(g, span, first, n, group);
}

static void
key_of(const struct groups *g, struct span *const *span, size_t r,
    struct field *key)
{
	for (size_t i = 0; i < g->n; i++)
		key[i] = (struct field){ .p = span[i][r].p,
			.n = span[i][r].n,
			.kind = span[i][r].kind,
			.padded = true };
}

int
groups_find_run(struct groups *g, struct span *const *span, size_t n,
    size_t *group)
{
	struct field key[GROUPS_RUN];
	size_t r = 0;

	assert(g->n <= GROUPS_RUN);
	while ((r = find_known(g, span, r, n, group)) < n) {
		key_of(g, span, r, key);
		if ((group[r++] = groups_find(g, key, NULL)) == SIZE_MAX)
			return -1;
	}
	return 0;
}

size_t
groups_look_run(const struct groups *g, struct span *const *span, size_t n,
    size_t *group)
{
	struct field key[GROUPS_RUN];
	size_t r = 0;

	assert(g->n <= GROUPS_RUN);
	while ((r = find_known(g, span, r, n, group)) < n) {
		key_of(g, span, r, key);
		if ((group[r] = groups_look(g, key)) == SIZE_MAX)
			break;
		r++;
	}
	return r;
}

size_t
groups_fields(const struct groups *g)
{
	return g->n;
}

size_t
groups_bytes(const struct groups *g)
{
	return g->key_capacity * sizeof(*g->key) +
	    g->brief_capacity * sizeof(*g->brief) +
	    g->hash_capacity * sizeof(*g->hash) + g->nslots * sizeof(*g->slot) +
	    g->nintegers * sizeof(*g->integer) + g->text.bytes;
}

size_t
groups_width(const struct groups *g)
{
	return g->n;
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
	free(g->brief);
	free(g->integer);
	free(g->hash);
	free(g->slot);
	arena_release(&g->text);
	free(g);
}
