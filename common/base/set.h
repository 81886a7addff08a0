/*
 * A set of numbers, for counting distinct things: a hash table while they are
 * few in their range, a bitmap where that is smaller.
 */
#ifndef AEE_BASE_SET_H
#define AEE_BASE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SET_MOST (UINT32_MAX - 1) /* the largest number */

/* A zeroed set is empty. */
struct set {
	uint32_t *word; /* bits, or numbers + 1 where 0 is free */
	uint32_t n;     /* numbers in the set */
	uint32_t nwords;
	bool bitmap;
};

/* The rest of set_add(). */
int set_add_any(struct set *set, uint32_t number);

/* Add a number: 1 if it is new, 0 if it was there, -1 if out of memory. */
static inline int
set_add(struct set *set, uint32_t number)
{
	uint32_t *word, bit = UINT32_C(1) << (number & 31);

	if (!set->bitmap || number >> 5 >= set->nwords)
		return set_add_any(set, number);
	word = &set->word[number >> 5];
	if ((*word & bit) != 0)
		return 0;
	*word |= bit;
	set->n++;
	return 1;
}

/* Bytes that it holds besides the struct. */
static inline size_t
set_bytes(const struct set *set)
{
	return set->nwords * sizeof(*set->word);
}

void set_release(struct set *set);

#endif
