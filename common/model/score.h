/*
 * How good a detector is, from its flags and the truth.
 *
 * A day's label is 0 for an ordinary one, 1 for one of an event, 2 for one that
 * does not count (the weeks after a lasting change, when nobody can say
 * whether an alarm is late or false).  In the counts, over any number of
 * series:
 *
 *	event recall   events with a flagged day / events
 *	precision      flagged event days / flagged days that count
 *	recall         flagged event days / event days
 *	F1             2 TP / (2 TP + FP + FN), in days
 *	false alarm    a run of flagged days in a row of which one is ordinary
 *	               and none of an event or one that does not count
 *	lift           precision / share of event days among those that count:
 *	               1 for flags at random
 *	delay          days from the first day of an event to its first flag
 *
 * Years are of 365.25 days that count.  What is divided by 0 is NaN.
 */
#ifndef AEE_MODEL_SCORE_H
#define AEE_MODEL_SCORE_H

#include <stddef.h>
#include <stdint.h>

/* Days of one series in the order of their dates. */
struct score_series {
	size_t n;
	const int8_t *label;  /* 0, 1 or 2 */
	const int32_t *event; /* number of the event of a day of label 1, any
	                       * numbers; equal ones are one event */
	const int8_t *flag;   /* 1: flagged; 0 or less: not */
};

/* An event, as one sees it by its days of label 1. */
struct score_event {
	size_t series;
	int32_t event;
	size_t first;   /* day */
	size_t days;    /* of label 1 */
	size_t flagged; /* of these */
	size_t delay;   /* days of the series from the first to the first
	                 * flagged; SIZE_MAX: missed */
};

/* In the order of their series and first days. */
struct score_events {
	struct score_event *event;
	size_t n, cap;
};

/* What is counted; sums of these are those of both. */
struct score_counts {
	int64_t days;       /* that count */
	int64_t event_days; /* of label 1 */
	int64_t true_days;  /* TP: flagged ones of label 1 */
	int64_t false_days; /* FP: flagged ones of label 0 */
	int64_t false_alarms;
	int64_t events, found;
};

enum score_measure {
	SCORE_EVENT_RECALL,
	SCORE_PRECISION,
	SCORE_RECALL,
	SCORE_F1,
	SCORE_FALSE_ALARMS, /* a year */
	SCORE_FALSE_DAYS,   /* a year */
	SCORE_LIFT,
	SCORE_MEASURES
};

/* Counts of a series; its events are added to *events, `series` being theirs.
 * A zeroed struct is empty; free events->event with free().  Returns 0, or -1
 * if out of memory. */
int score_count(const struct score_series *s, size_t series,
    struct score_counts *counts, struct score_events *events);

void score_add(struct score_counts *sum, const struct score_counts *counts);

void score_measures(const struct score_counts *counts,
    double measure[SCORE_MEASURES]);

/* "event_recall", "precision", "recall", "f1", "false_alarms_per_year",
 * "false_days_per_year", "lift". */
const char *score_measure_name(enum score_measure measure);

/* The median delay in days of the events that were found; NaN if none was.
 * -1 if out of memory. */
int score_median_delay(const struct score_events *events, double *delay);

/*
 * 95 % intervals by the percentile bootstrap over the series: draws times, as
 * many series as there are are drawn with replacement (draw b from
 * rng_stream(.., b, 0) of the seed), and the values of rank 2.5 % and 97.5 % of
 * those that are defined are the ends.  NaN for fewer than two series.
 * Returns 0, or -1 if out of memory.
 */
int score_bootstrap(const struct score_counts *counts, size_t n, size_t draws,
    uint64_t seed, double low[SCORE_MEASURES], double high[SCORE_MEASURES]);

#endif
