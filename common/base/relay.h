/*
 * Blocks that are taken in order, worked on at the same time, and given out in
 * the order in which they were taken: what a stream needs to be made by several
 * threads and come out the same.
 *
 * Each worker holds one block at a time, so that memory does not depend on how
 * many there are; one who has finished early waits for its turn to give.
 */
#ifndef AEE_BASE_RELAY_H
#define AEE_BASE_RELAY_H

#include <stddef.h>

struct pool;

/* The steps of a block; worker (below pool_workers()) says whose it is. */
struct relay {
	/* Take the next block: one worker at a time.  1, or 0 after the
	 * last. */
	int (*take)(void *arg, size_t worker);
	/* Make something of it: any number of workers at the same time. */
	void (*work)(void *arg, size_t worker);
	/* Give out what was made: one worker at a time (but others may take and
	 * work), in the order of take().  0, or -1 to end everything. */
	int (*give)(void *arg, size_t worker);
};

/* Run until take() gives 0 or give() -1; without a pool (NULL), here and one
 * after the other.  Returns 0, or -1 if give() did. */
int relay_run(const struct relay *relay, struct pool *pool, void *arg);

#endif
