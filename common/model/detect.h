/*
 * Detection on all metrics of a shop at once: on which days something happened,
 * in hindsight.  (model/online.h is the same question asked every evening.)
 *
 * Each metric is reduced to what its season and level do not explain
 * (model/baseline.h), in units of its own noise: z.  Segments of up to a week
 * in which some metric is beyond chance are found (model/scan.h), and steps of
 * the level (model/step.h).  Both spoil the baseline that they are judged by,
 * so this is done three times: the days found are masked, and the level may
 * jump at the steps found, when the baseline is made again.  On the first two
 * rounds the price of a segment is mask_beta, on the last it is beta.
 *
 * What p means: ln_p is the logarithm of the probability, on a day on which
 * nothing happened, of a day (or a segment of its length at its place) as odd
 * as this in the metrics together.  It is not the probability of an event, and
 * does not pay for having looked at all days and lengths: beta does.  With
 * beta 6.5 a year without events has an alarm in about 0.3.
 */
#ifndef AEE_MODEL_DETECT_H
#define AEE_MODEL_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/flag.h"
#include "model/metric.h"
#include "model/scan.h"
#include "model/step.h"

#define DETECT_NONE SIZE_MAX

struct detect_params {
	double beta;        /* price of a segment, in -ln p */
	double mask_beta;   /* the same while the baseline is made */
	size_t half_window; /* of the level, days */
	size_t max_length;  /* of a segment, days */
	size_t season;      /* days */
	bool steps;         /* look for steps */
	double step_limit;  /* ln p of a step at most */
	size_t step_days;   /* days flagged from a step on */
};

struct detect_day {
	double ln_p;     /* the least of the day's own, its segment's and its
	              * step's; NaN where nothing can be said, and on
	              * masked days */
	double day_ln_p; /* of the day alone */
	enum flag flag;  /* FLAG_MISSING: no metric can be judged */
	bool is_step;    /* the first day of a step */
	size_t metric;   /* that explains ln_p; DETECT_NONE: none */
	size_t segment;  /* number of the segment the day is in, or NONE */
	size_t step;     /* number of the step whose flagged days it is in */
};

struct detect_result {
	size_t n, m;
	struct detect_day *day;       /* n */
	struct scan_segment *segment; /* ascending */
	size_t segments;
	struct step *step; /* ascending */
	size_t steps;
	/* Of metric i on day t at i * n + t, on the scale of the metrics; NaN
	 * where missing.  What is expected is level + season; z is the
	 * deviation in units of sigma[i]. */
	double *level, *season, *z;
	double *sigma; /* m */
	double *rho;   /* m, lag-1 correlation of the deviations */
	bool *usable;  /* m; false: too little history, left out */
};

/* The limit of a step is -5.  In the 40 labelled shops, of which half served to
 * choose it, it finds 44 of 47 level shifts, where -7 finds 40; in 80 shops of
 * another simulator that nothing was chosen on, 135 of 147, where -7 finds 116
 * and at 0.1 false alarms a year as many are false.
 *
 * Defaults; beta for these metrics, with or without a calendar of holidays:
 * what did best in simulation. */
void detect_defaults(struct detect_params *params, const struct metrics *set,
    bool calendar);

/* What is wrong with the parameters, or NULL if nothing is. */
const char *detect_check(const struct detect_params *params);

/*
 * Detect in the metrics of n consecutive days, masked[t] != 0 for days known to
 * be different (NULL: none): they are neither learned from nor flagged.  A
 * metric is used if at least DETECT_CYCLES seasons of its days are usable;
 * with none, every flag is missing.  Parameters as checked.
 * Time O(m n (log h + L)), some 25 ms for 27 metrics of 3 years; memory about
 * 140 bytes x m x n.
 * Returns 0, or -1 if out of memory; free with detect_release().
 */
int detect_run(const struct detect_params *params, const struct metrics *set,
    const int8_t *masked, struct detect_result *result);

void detect_release(struct detect_result *result); /* zeroed is allowed */

/*
 * Whether the last day looks as if its data were not all there yet: revenue,
 * orders and sessions all far below what is expected (ln p below -9 each), by
 * the same factor within a quarter, on a day that is not the end of an
 * event of several days.  Of a log, sqrt or raw scale alike.
 */
bool detect_last_day_incomplete(const struct metrics *set,
    const struct detect_result *result);

enum { DETECT_CYCLES = 4 };

#endif
