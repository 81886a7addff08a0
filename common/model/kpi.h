/*
 * Key figures of a shop: sums of orders and traffic by period and group, and
 * the ratios of those sums.  Every sum is exact, so the order in which rows are
 * added, and how they were split between runs, changes nothing.
 *
 * Groups and channels are numbers from 0 without gaps, as the caller counts
 * them.  Every group covers the periods from the first to the last day that was
 * added.  The range of the orders is from the first to the last period that has
 * one in any group: inside it a group without orders has 0 of them, outside it
 * nothing is known of orders.  Sessions are known where traffic was added.
 *
 * Sums of days can be added up to any period, those of other periods only to
 * the same period or to KPI_ALL.
 *
 * Memory: a cell of about 120 bytes for each group and period, from the first
 * to the last that the group has, and 16 for each channel in it; for the
 * distinct orders or customers of a cell a bit for each number, or 5 to 11 bytes
 * for each that is in it, whichever is less, or, approximate, 16 KiB at most.
 */
#ifndef AEE_MODEL_KPI_H
#define AEE_MODEL_KPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"

enum kpi_period { KPI_DAY, KPI_WEEK, KPI_MONTH, KPI_ALL };

struct kpi_params {
	enum kpi_period period; /* weeks begin on Monday (ISO 8601) */
	bool top_channel;       /* keep revenue by channel in each group */
	bool distinct_orders;   /* count order numbers, not rows */
	bool customers;         /* count distinct customers */
	bool moments;           /* sum squares of order values */
	/* Count with model/sketch.h: numbers of orders and customers are hashes
	 * of them, any of 64 bits but KPI_NONE. */
	bool approximate;
};

#define KPI_NONE SIZE_MAX /* no such order number or customer */

struct kpi_order {
	int32_t day; /* since 1970-01-01 */
	size_t group, channel;
	struct decimal value;
	struct decimal cost;    /* 0 where costs are not known */
	size_t order, customer; /* numbers, or KPI_NONE */
};

/* Sums of a period that an earlier run printed, to be added to others. */
struct kpi_sums {
	int32_t day; /* any of the period */
	size_t group, channel;
	bool has_orders, has_sessions;
	int64_t orders;
	struct decimal_sum revenue, sessions, cost, squares;
};

/* What is known of a period.  Revenue, cost and squares are those of the
 * orders.  NaN: not known or not defined (a ratio with 0 below). */
struct kpi_values {
	int32_t day; /* its first */
	bool has_orders, has_sessions;
	int64_t orders;
	struct decimal_sum revenue, sessions, cost, squares;
	double aov;                 /* revenue / orders */
	double conversion_rate;     /* orders / sessions */
	double revenue_per_session; /* revenue / sessions */
	double top_channel_share;   /* of the largest channel in revenue */
	double gross_margin;        /* (revenue - cost) / revenue */
	size_t top_channel;         /* the first of the largest; KPI_NONE */
	int64_t customers;          /* distinct */
};

struct kpi;

/* NULL if out of memory; free with kpi_free().  The other one is for the same
 * parameters, and empty. */
struct kpi *kpi_new(const struct kpi_params *params);
struct kpi *kpi_new_like(const struct kpi *k);

/* Add a row.  0; -1 if out of memory; -2 if a sum or the square of a value has
 * more digits than base/decimal.h takes; -3 if the distinct counts of its period
 * are closed. */
int kpi_add_order(struct kpi *k, const struct kpi_order *order);
/* Orders as arrays; NULL: not known, or not needed.  Squares are those of the
 * values, for moments. */
struct kpi_run {
	const int32_t *day;
	const size_t *group, *channel;
	const struct decimal *value, *square, *cost;
	const size_t *order, *customer;
};

/* Add the first n of them; how many could be: kpi_add_order() says why the next
 * one could not. */
size_t kpi_add_run(struct kpi *k, const struct kpi_run *run, size_t n);

int kpi_add_sessions(struct kpi *k, size_t group, int32_t day,
    const struct decimal *sessions);
int kpi_add_sums(struct kpi *k, const struct kpi_sums *sums);

/* Add all that was added to another one for the same parameters, without distinct
 * counts: its group g is group[g] here, its channel c channel[c].  As
 * kpi_add_order(). */
int kpi_merge(struct kpi *k, const struct kpi *other, const size_t *group,
    const size_t *channel);

/*
 * Distinct counts grow with what they count.  Where orders come in order of
 * their periods those before the last one can be closed: their counts stay, what
 * told the orders and customers apart goes.
 *
 *	kpi_distinct_bytes(): what they take.
 *	kpi_in_order(): no order came after one of a later period.
 *	kpi_is_later(): the day is in a period after all that were counted.
 *	kpi_close_counts(): close all of them.  Numbers can then be used for
 *	others.
 */
size_t kpi_distinct_bytes(const struct kpi *k);
bool kpi_in_order(const struct kpi *k);
bool kpi_is_later(const struct kpi *k, int32_t day);
void kpi_close_counts(struct kpi *k);

/* Let the range reach a day that adds nothing to the sums. */
void kpi_cover(struct kpi *k, int32_t day);

/* Periods from the first to the last day added, gaps included; 0 if nothing
 * was. */
size_t kpi_periods(const struct kpi *k);

/* First and last day added; only if there is a period. */
int32_t kpi_first_day(const struct kpi *k);
int32_t kpi_last_day(const struct kpi *k);

/* The values of a group (it may be one without rows) in period 0 ..
 * kpi_periods() - 1. */
void kpi_values(const struct kpi *k, size_t group, size_t period,
    struct kpi_values *values);

void kpi_free(struct kpi *k); /* NULL is allowed */

#endif
