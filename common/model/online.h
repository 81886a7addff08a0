/*
 * Detection as it happens: each evening the day is judged from the days before
 * it, and what has been said is not taken back.  The question of model/detect.h
 * without hindsight, so that it finds a little less a little later.
 *
 * Per metric, on day t, over usable days, w being the place in the season of
 * s days:
 *
 *	D[u]  = y[u] - median of y[u - 3 .. u + 3], y[0] standing before day 0
 *	S[w]  = median of D on the last 8 days u of place w in [t - 59, t - 4],
 *	        less the mean of that over the places
 *	level = median of y[u] - S[w(u)], u in [t - 28, t - 1]
 *	r[t]  = y[t] - S[w(t)] - level
 *	sigma = 1.4826 median |r[u]|, u in [max(21, t - 90), t - 1], 14 at least
 *	z     = r[t] / sigma, or less where small counts do not allow as much
 *	        (model/counting.h; what is usual is the median of the 28 days)
 *
 * If fewer than 7 of the 28 days are usable, all of them are taken; if fewer
 * than half of them have a value, there is no z.  With
 * l(L) = ln of the harmonic mean over the metrics of the t8 p of (sum of the
 * last L z) / sqrt(L), L = 1 .. 7, ln p is the least l(L); but if the day
 * itself is not odd, l(1) >= ln 0.05, no less than l(1): else windows ring
 * after an event.  The day is flagged if ln p < -beta.
 *
 * A flagged day, and a masked one, is not usable; but when more than 8 of the
 * last 14 days are flagged, this is how things are now: those 14 become usable.
 */
#ifndef AEE_MODEL_ONLINE_H
#define AEE_MODEL_ONLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/flag.h"
#include "model/metric.h"

struct online;

struct online_params {
	double beta;       /* 4.5: some 1.3 false alarms a year */
	size_t max_length; /* L at most, 1 to 14 days: 7 */
};

struct online_result {
	double ln_p;    /* NaN where nothing can be said */
	enum flag flag; /* FLAG_MISSING: too early, or no value */
	size_t metric;  /* with the smallest p, SIZE_MAX if none */
	size_t length;  /* days up to this one that ln_p is about */
};

void online_defaults(struct online_params *params);

/* What is wrong with the parameters, or NULL if nothing is. */
const char *online_check(const struct online_params *params);

/* Start of m series of consecutive days with a season of 7, those of these
 * metrics; parameters as checked.  Memory about 6 kB a metric.  NULL if out of
 * memory; free with online_free(). */
struct online *online_new(const struct online_params *params,
    const struct metric *id, size_t m);

/*
 * The next day: its m metrics on the log scale, NaN where missing, the events
 * behind them (model/metric.h), and whether it is masked.  z[] (m, or NULL) receives the metrics' z,
 * NaN where nothing can be said.  Time about a microsecond a metric.
 */
void online_push(struct online *o, const double *y, const double *events,
    bool masked, struct online_result *result, double *z);

void online_free(struct online *o); /* NULL is allowed */

#endif
