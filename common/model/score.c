#include "model/score.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/rng.h"
#include "base/vec.h"
#include "model/stats.h"

#define YEAR 365.25 /* days */

enum { STREAM_DRAW = 'S' };

static bool
is_flagged(const struct score_series *s, size_t t)
{
	return s->flag[t] > 0;
}

static int64_t
count_false_alarms(const struct score_series *s)
{
	int64_t alarms = 0;

	for (size_t t = 0; t < s->n;) {
		bool has[3] = { false };

		if (!is_flagged(s, t)) {
			t++;
			continue;
		}
		for (; t < s->n && is_flagged(s, t); t++)
			has[s->label[t]] = true;
		alarms += has[0] && !has[1] && !has[2];
	}
	return alarms;
}

/* The event of day t among those of the series, from first on; made if it is
 * not there.  NULL if out of memory. */
static struct score_event *
event_of(const struct score_series *s, size_t t, size_t series, size_t first,
    struct score_events *events)
{
	for (size_t i = events->n; i > first; i--)
		if (events->event[i - 1].event == s->event[t])
			return &events->event[i - 1];
	if (vec_grow(&events->event, &events->cap, events->n + 1,
		sizeof(*events->event)) == -1)
		return NULL;
	events->event[events->n] = (struct score_event){ series, s->event[t], t,
		0, 0, SIZE_MAX };
	return &events->event[events->n++];
}

int
score_count(const struct score_series *s, size_t series,
    struct score_counts *counts, struct score_events *events)
{
	const size_t first = events->n;

	*counts = (struct score_counts){
		.false_alarms = count_false_alarms(s)
	};
	for (size_t t = 0; t < s->n; t++) {
		const bool flagged = is_flagged(s, t);
		struct score_event *e;

		if (s->label[t] == 2)
			continue;
		counts->days++;
		if (s->label[t] == 0) {
			counts->false_days += flagged;
			continue;
		}
		counts->event_days++;
		counts->true_days += flagged;
		if ((e = event_of(s, t, series, first, events)) == NULL)
			return -1;
		e->days++;
		e->flagged += flagged;
		if (flagged && e->delay == SIZE_MAX)
			e->delay = t - e->first;
	}
	for (size_t i = first; i < events->n; i++) {
		counts->events++;
		counts->found += events->event[i].flagged > 0;
	}
	return 0;
}

void
score_add(struct score_counts *sum, const struct score_counts *c)
{
	sum->days += c->days;
	sum->event_days += c->event_days;
	sum->true_days += c->true_days;
	sum->false_days += c->false_days;
	sum->false_alarms += c->false_alarms;
	sum->events += c->events;
	sum->found += c->found;
}

static double
ratio(double a, double b)
{
	return b == 0 ? NAN : a / b;
}

void
score_measures(const struct score_counts *c, double measure[SCORE_MEASURES])
{
	const double tp = (double)c->true_days, fp = (double)c->false_days;
	const double days = (double)c->days, event = (double)c->event_days;
	const double years = days / YEAR;

	measure[SCORE_EVENT_RECALL] = ratio((double)c->found,
	    (double)c->events);
	measure[SCORE_PRECISION] = ratio(tp, tp + fp);
	measure[SCORE_RECALL] = ratio(tp, event);
	measure[SCORE_F1] = ratio(2 * tp, tp + fp + event);
	measure[SCORE_FALSE_ALARMS] = ratio((double)c->false_alarms, years);
	measure[SCORE_FALSE_DAYS] = ratio(fp, years);
	measure[SCORE_LIFT] = ratio(measure[SCORE_PRECISION],
	    ratio(event, days));
}

const char *
score_measure_name(enum score_measure measure)
{
	static const char *const name[SCORE_MEASURES] = { "event_recall",
		"precision", "recall", "f1", "false_alarms_per_year",
		"false_days_per_year", "lift" };

	return name[measure];
}

int
score_median_delay(const struct score_events *events, double *delay)
{
	double *d = calloc(events->n + 1, sizeof(*d));
	size_t found = 0;

	if (d == NULL)
		return -1;
	for (size_t i = 0; i < events->n; i++)
		if (events->event[i].delay != SIZE_MAX)
			d[found++] = (double)events->event[i].delay;
	*delay = stats_median(d, found);
	free(d);
	return 0;
}

static void
draw_measures(const struct score_counts *counts, size_t n, uint64_t seed,
    size_t draw, double measure[SCORE_MEASURES])
{
	struct score_counts sum = { 0 };
	struct rng rng;

	rng_init(&rng, seed, rng_stream(STREAM_DRAW, draw, 0));
	for (size_t i = 0; i < n; i++)
		score_add(&sum, &counts[rng_below(&rng, n)]);
	score_measures(&sum, measure);
}

int
score_bootstrap(const struct score_counts *counts, size_t n, size_t draws,
    uint64_t seed, double low[SCORE_MEASURES], double high[SCORE_MEASURES])
{
	double *drawn = calloc(draws * SCORE_MEASURES + 1, sizeof(*drawn));
	double *x = calloc(draws + 1, sizeof(*x));
	int status = -1;

	if (drawn == NULL || x == NULL)
		goto out;
	for (size_t b = 0; b < draws && n > 1; b++)
		draw_measures(counts, n, seed, b, drawn + b * SCORE_MEASURES);
	for (size_t k = 0; k < SCORE_MEASURES; k++) {
		size_t defined = 0;

		for (size_t b = 0; b < draws; b++)
			x[defined++] = drawn[b * SCORE_MEASURES + k];
		defined = n > 1 ? stats_compact(x, defined) : 0;
		low[k] = high[k] = NAN;
		if (defined == 0)
			continue;
		low[k] = stats_select(x, defined,
		    (size_t)(0.025 * (double)(defined - 1)));
		high[k] = stats_select(x, defined,
		    (size_t)rint(0.975 * (double)(defined - 1)));
	}
	status = 0;
out:
	free(x);
	free(drawn);
	return status;
}
