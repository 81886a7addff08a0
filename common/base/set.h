/* A set of pairs of numbers, for counting distinct things. */
#ifndef AEE_BASE_SET_H
#define AEE_BASE_SET_H

#include <stddef.h>
#include <stdint.h>

struct set {
	struct set_slot *slot;
	size_t n, nslots;
};

/* Add (a, b); a below 2^64 - 1.  Returns 1 if it is new, 0 if it was there, -1
 * if out of memory.  A zeroed set is empty. */
int set_add(struct set *set, uint64_t a, uint64_t b);

void set_release(struct set *set);

#endif
