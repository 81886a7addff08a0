#include "base/set.h"

#include <stdlib.h>

/* The hash table: open addressing with linear probing, at most three quarters
 * full, a power of two large. */
static uint32_t *
find(const struct set *set, uint32_t number)
{
	uint32_t mask = set->nwords - 1;
	uint32_t at = number * UINT32_C(0x9e3779b1);

	at = (at ^ at >> 16) & mask;
	while (set->word[at] != 0 && set->word[at] != number + 1)
		at = (at + 1) & mask;
	return &set->word[at];
}

/* Add a number that is not there and for which there is room. */
static void
enter(struct set *set, uint32_t number)
{
	if (set->bitmap)
		set->word[number >> 5] |= UINT32_C(1) << (number & 31);
	else
		*find(set, number) = number + 1;
	set->n++;
}

/* Make it a set of so many words; -1 if out of memory. */
static int
rebuild(struct set *set, bool bitmap, uint32_t nwords)
{
	struct set next = { .nwords = nwords, .bitmap = bitmap };

	next.word = calloc(nwords, sizeof(*next.word));
	if (next.word == NULL)
		return -1;
	for (uint32_t i = 0; i < set->nwords; i++) {
		uint32_t w = set->word[i];

		if (!set->bitmap) {
			if (w != 0)
				enter(&next, w - 1);
			continue;
		}
		for (; w != 0; w &= w - 1)
			enter(&next, i * 32 + (uint32_t)__builtin_ctz(w));
	}
	free(set->word);
	*set = next;
	return 0;
}

/* The largest number of a hash table, or this one. */
static uint32_t
largest(const struct set *set, uint32_t number)
{
	for (uint32_t i = 0; i < set->nwords; i++)
		if (set->word[i] != 0 && set->word[i] - 1 > number)
			number = set->word[i] - 1;
	return number;
}

/* Room for a number that has none: the smaller of a bitmap that reaches half as
 * far again and a hash table for twice as many. */
static int
grow(struct set *set, uint32_t number)
{
	uint32_t reach = set->bitmap ? number : largest(set, number);
	uint64_t bits = (uint64_t)(reach >> 5) + (reach >> 6) + 1;
	uint64_t slots = 8;

	while (slots < 2 * ((uint64_t)set->n + 1))
		slots *= 2;
	if (bits <= slots)
		return rebuild(set, true, (uint32_t)bits);
	return slots > UINT32_MAX ? -1 : rebuild(set, false, (uint32_t)slots);
}

int
set_add_any(struct set *set, uint32_t number)
{
	uint32_t *slot;

	if (!set->bitmap && set->nwords > 0) {
		slot = find(set, number);
		if (*slot != 0)
			return 0;
		if (4 * ((uint64_t)set->n + 1) <= 3 * (uint64_t)set->nwords) {
			*slot = number + 1;
			set->n++;
			return 1;
		}
	}
	if (grow(set, number) == -1)
		return -1;
	enter(set, number);
	return 1;
}

void
set_release(struct set *set)
{
	free(set->word);
	*set = (struct set){ 0 };
}
