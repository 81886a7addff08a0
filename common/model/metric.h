/*
 * Metrics of a shop: what a detector looks at.  Sums of a day (revenue, orders,
 * sessions; in total, by channel and by category) become numbers that multiply
 * when the shop grows and stand still when nothing happens:
 *
 *	total     ln(R + 1), ln(O + .5), ln(S + .5),
 *	          ln((R + 1) / (O + .5)), ln((O + .5) / (S + .5))
 *	channel   ln(S + .5), ln((O + .5) / (S + .5)), ln((R + 1) / (O + .5))
 *	category  ln((O + .5) / (others + .5)), ln((R + 1) / (O + .5))
 *
 * where others are the orders of all other categories: an event in one category
 * moves its share, one that moves all leaves the shares alone.  A metric whose
 * sums are not there is left out.  A member of whom only one sum is known has
 * its share of that sum in the total: channels of orders without sessions, and
 * members of revenue alone.
 *
 * With price_index there is one more, the mean of the last of these over the
 * categories: what a basket of one order of each costs.  Prices that are wrong
 * on a few products of each category are a small part of each of these noises,
 * and less small of their mean.
 *
 * On the scale sqrt or raw the same ratios stand without the logarithm, and
 * shares are (O + .5) / (total + 1).
 */
#ifndef AEE_MODEL_METRIC_H
#define AEE_MODEL_METRIC_H

#include <stdbool.h>
#include <stddef.h>

enum metric_kind {
	METRIC_REVENUE,
	METRIC_ORDERS,
	METRIC_SESSIONS,
	METRIC_AOV,           /* revenue / orders */
	METRIC_CONVERSION,    /* orders / sessions */
	METRIC_ORDER_SHARE,   /* of the total */
	METRIC_REVENUE_SHARE, /* of the total */
	METRIC_PRICE_INDEX,   /* mean of the aov of categories, on the scale */
	METRIC_KINDS
};

enum metric_dimension { METRIC_TOTAL, METRIC_CHANNEL, METRIC_CATEGORY };

enum metric_scale { METRIC_LOG, METRIC_SQRT, METRIC_RAW };

/* Sums by day; NULL where not known, NaN on a day where not known. */
struct metric_sums {
	const double *revenue, *orders, *sessions;
};

struct metric_input {
	size_t n; /* days, without a gap */
	struct metric_sums total;
	const struct metric_sums *channel, *category;
	size_t channels, categories;
	bool price_index; /* for two categories or more with an aov */
	bool dense;       /* nothing of the orders of members that have none on
	                   * most days */
};

struct metric {
	enum metric_kind kind;
	enum metric_dimension dimension;
	size_t member; /* of the channels or categories */
};

/* Metrics in the order above, y[i * n + t] metric i on day t, NaN where
 * missing.  events[i * n + t] is how many orders, or sessions, are behind it, NaN
 * if not known: those of the member for a share, those above for another ratio,
 * and those below for an aov; for the price index, the harmonic mean over the
 * categories times their number. */
struct metrics {
	size_t m, n;
	enum metric_scale scale;
	struct metric *id;
	double *y, *events;
};

/*
 * Make all the metrics that the sums allow.  A sum below 0 counts as 0.
 * Missing are:
 * - ratios whose denominator is 0: a shop without visitors has no conversion;
 * - an aov of revenue below 0: more was returned than bought;
 * - of a member, days of a run of zeros in all its sums beyond the first 7,
 *   and those before its first sale or session: it is not there.  So a channel
 *   that appears is judged by its own days alone, and one that dies is news
 *   for a week; for longer would not do, as it has no week any more that its
 *   season could be compared with.
 * - where dense is asked for, all of a member in which orders are, or revenue
 *   without orders, if these are 0 on more than half of the days from the first
 *   that is not to the last: the few values that it has are no series.
 * Returns 0, or -1 if out of memory; free with metrics_release().
 */
int metrics_make(struct metrics *set, const struct metric_input *input,
    enum metric_scale scale);

/* Day t of all metrics, m values and their events. */
void metrics_day(const struct metrics *set, size_t t, double *y,
    double *events);

void metrics_release(struct metrics *set); /* zeroed is allowed */

/* The metric's value in the unit of its ratio (revenue plus 1, ...) from one on
 * the scale, so that metric_value(actual) / metric_value(expected) is the size
 * of a deviation; a share on the log scale as odds. */
double metric_value(enum metric_scale scale, double y);

/* The word for a kind: "revenue", "aov", "conversion_rate", "order_share" .. */
const char *metric_kind_name(enum metric_kind kind);

#endif
