/*
 * What the orders of aee-kpi are added to: numbers of their keys, and sums.
 *
 * Distinct counts are exact as long as what they need fits into max_memory.  At
 * half of that they are closed when the next period begins, if the orders came
 * in order so far, and begin anew; those of one period, and those of orders in
 * any order, must fit.  Approximate ones need no numbers.
 */
#ifndef AEE_TOOLS_KPI_TABLES_H
#define AEE_TOOLS_KPI_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct groups;
struct kpi;

/* Where each number was seen first, of recin_place(). */
struct order_places {
	uint64_t *place;
	size_t n, capacity;
};

struct order_tables {
	struct groups *groups, *channels;
	struct groups *orders, *customers; /* numbers of ids */
	struct kpi *kpi;
	/* --summary: besides kpi, which has one group and one period. */
	struct kpi *by_month, *of_channel;
	size_t max_memory; /* bytes for distinct counts */
	bool approximate;
	bool half_full; /* the distinct counts */
	/* With --jobs, of the groups and channels; or NULL. */
	struct order_places *group_places, *channel_places;
};

/* With groups of so many columns, and no kpi yet.  -1 if out of memory: release
 * it then, too. */
int order_tables_init(struct order_tables *t, size_t ngroup);
void order_tables_release(struct order_tables *t);

/* How many of the orders of n days, n above 0, can be added before counts must be closed
 * again, 1 at least: to be asked before they are numbered.  0 if out of
 * memory. */
size_t order_tables_room(struct order_tables *t, const int32_t *day, size_t n);

/* What stands for an id of n bytes in approximate counts. */
size_t order_tables_hash(const char *p, size_t n);

/* Note the places of the groups and channels (NULL: none) of n records, the r-th
 * of which is at place + r, where that is asked for.  -1 if out of memory. */
int order_tables_seen(const struct order_tables *t, const size_t *group,
    const size_t *channel, size_t n, uint64_t place);

/* The memory of distinct counts, to be asked after orders were added: -1 if it
 * is more than there may be. */
int order_tables_check(struct order_tables *t);

#endif
