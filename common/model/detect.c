#include "model/detect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/baseline.h"
#include "model/counting.h"
#include "model/stats.h"
#include "model/student.h"

#define LEAST_SIGMA 1e-4 /* of a logarithm; else of the typical size */
#define CYCLES 13        /* seasons on either side, for the season */
#define MOST_CLIP 2      /* sigmas of a spike that the step test sees */

/* The price index stands for the order values of all categories: with this
 * weight among the metrics it finds 42 price errors where it found 38. */
#define PRICE_INDEX_WEIGHT 4

enum { ROUNDS = 3, SLOTS = 3 };

/* The baselines of the metrics under one mask and set of steps. */
struct fits {
	int8_t *masked;
	size_t *step, steps;
	double *level, *season, *residual; /* k * n + t */
	double *sigma, *rho;
	unsigned used_at; /* 0: nothing is in it */
};

struct engine {
	const struct detect_params *params;
	const struct metrics *set;
	size_t n, m;      /* days; metrics that are used */
	size_t *metric;   /* k-th used -> number of the metric */
	double *floor;    /* least sigma of the k-th */
	double *counting; /* noise of its counts alone */
	double *usual;    /* events behind it, k * n + t */
	double *weight;   /* of the k-th */
	int8_t *holiday;  /* all 0 without a calendar */
	int8_t *masked;   /* holidays and what was found */
	struct fits slot[SLOTS];
	unsigned now;
	struct baseline_work *work;
	struct scan *scan;
	double *z; /* by day, t * m + k, for the scan */
	struct step_work *step_work;
	double *cleaned; /* k * n + t, for the step test */
	struct step_series *series;
	struct step *step; /* found so far */
	size_t steps;
};

/* ---- parameters ---------------------------------------------------------- */

void
detect_defaults(struct detect_params *params, const struct metrics *set,
    bool calendar)
{
	bool channels = false, categories = false;

	for (size_t i = 0; i < set->m; i++) {
		channels |= set->id[i].dimension == METRIC_CHANNEL;
		categories |= set->id[i].dimension == METRIC_CATEGORY;
	}
	*params = (struct detect_params){
		.beta = 6.5,
		.mask_beta = 6,
		.half_window = 14,
		.max_length = 7,
		.season = 7,
		.steps = true,
		.step_limit = -5,
		.step_days = 7,
	};
	if (channels && !categories)
		params->beta = 7;
	else if (!channels && !categories && set->m > 1)
		params->beta = 6;
	if (!calendar)
		params->beta = 8.5;
}

const char *
detect_check(const struct detect_params *params)
{
	if (!(params->beta > 0 && params->mask_beta > 0) ||
	    isinf(params->beta) || isinf(params->mask_beta))
		return "beta must be above 0";
	if (params->half_window < 2 || params->half_window > 1000)
		return "the half-window must be 2 to 1000 days";
	if (params->max_length < 1 || params->max_length > 1000)
		return "the maximum length must be 1 to 1000 days";
	if (params->season < 1 || params->season > 1000)
		return "the season must be 1 to 1000 days";
	if (params->step_days > STEP_APART)
		return "the days flagged from a step on must be 0 to 21";
	if (!(params->step_limit < 0))
		return "the limit of a step must be below 0";
	return NULL;
}

/* ---- memory -------------------------------------------------------------- */

static void
fits_release(struct fits *f)
{
	free(f->rho);
	free(f->sigma);
	free(f->residual);
	free(f->season);
	free(f->level);
	free(f->step);
	free(f->masked);
}

static int
fits_init(struct fits *f, size_t m, size_t n)
{
	f->masked = calloc(n + 1, sizeof(*f->masked));
	f->step = calloc(n / STEP_APART + 1, sizeof(*f->step));
	f->level = calloc(m * n + 1, sizeof(*f->level));
	f->season = calloc(m * n + 1, sizeof(*f->season));
	f->residual = calloc(m * n + 1, sizeof(*f->residual));
	f->sigma = calloc(m + 1, sizeof(*f->sigma));
	f->rho = calloc(m + 1, sizeof(*f->rho));
	return f->masked == NULL || f->step == NULL || f->level == NULL ||
		f->season == NULL || f->residual == NULL || f->sigma == NULL ||
		f->rho == NULL
	    ? -1
	    : 0;
}

static void
engine_release(struct engine *e)
{
	free(e->step);
	free(e->series);
	free(e->cleaned);
	step_work_free(e->step_work);
	free(e->z);
	scan_free(e->scan);
	baseline_work_free(e->work);
	for (size_t i = 0; i < SLOTS; i++)
		fits_release(&e->slot[i]);
	free(e->masked);
	free(e->holiday);
	free(e->usual);
	free(e->counting);
	free(e->weight);
	free(e->floor);
	free(e->metric);
}

/* The usable days of a metric, their values into present[]; *span are the days
 * but holidays from the first to the last of them. */
static size_t
usable_days(const struct engine *e, const double *y, double *present,
    size_t *span)
{
	size_t usable = 0, days = 0;

	*span = 0;
	for (size_t t = 0; t < e->n; t++) {
		if (e->holiday[t])
			continue;
		days += days > 0 || isfinite(y[t]);
		if (!isfinite(y[t]))
			continue;
		present[usable++] = y[t];
		*span = days;
	}
	return usable;
}

/* The median of what is usual; NaN if nothing is known.  scratch: n. */
static double
typical_events(const double *usual, size_t n, double *scratch)
{
	size_t known = 0;

	for (size_t t = 0; t < n; t++)
		if (!isnan(usual[t]))
			scratch[known++] = usual[t];
	return known > 0 ? stats_median(scratch, known) : NAN;
}

/* Take in the metrics with enough usable days. */
static int
choose_metrics(struct engine *e)
{
	const size_t n = e->n;
	double *present = calloc(n + 1, sizeof(*present));

	if (present == NULL)
		return -1;
	for (size_t i = 0; i < e->set->m; i++) {
		const double *y = e->set->y + i * n;
		size_t span, usable = usable_days(e, y, present, &span);
		double typical;

		if (usable < DETECT_CYCLES * e->params->season ||
		    usable < DETECT_CYCLES || 2 * usable < span)
			continue;
		e->metric[e->m] = i;
		e->weight[e->m] = e->set->id[i].kind == METRIC_PRICE_INDEX
		    ? PRICE_INDEX_WEIGHT
		    : 1;
		e->floor[e->m] = LEAST_SIGMA;
		if (e->set->scale != METRIC_LOG)
			e->floor[e->m] = fmax(1e-300,
			    LEAST_SIGMA * stats_mad(present, usable, 0));
		counting_usual(e->set->events + i * n, n, e->usual + e->m * n);
		typical = stats_median(present, usable);
		e->counting[e->m] = counting_noise(&e->set->id[i],
		    e->set->scale, typical,
		    typical_events(e->usual + e->m * n, n, present));
		e->m++;
	}
	free(present);
	return 0;
}

static int
engine_init(struct engine *e, const struct detect_params *params,
    const struct metrics *set, const int8_t *holiday)
{
	const struct baseline_shape shape = { params->season,
		params->half_window, CYCLES };
	const size_t n = set->n;

	*e = (struct engine){ .params = params, .set = set, .n = n };
	e->metric = calloc(set->m + 1, sizeof(*e->metric));
	e->floor = calloc(set->m + 1, sizeof(*e->floor));
	e->counting = calloc(set->m + 1, sizeof(*e->counting));
	e->usual = calloc(set->m * n + 1, sizeof(*e->usual));
	e->weight = calloc(set->m + 1, sizeof(*e->weight));
	e->holiday = calloc(n + 1, sizeof(*e->holiday));
	e->masked = calloc(n + 1, sizeof(*e->masked));
	if (e->metric == NULL || e->floor == NULL || e->counting == NULL ||
	    e->usual == NULL || e->weight == NULL || e->holiday == NULL ||
	    e->masked == NULL)
		return -1;
	for (size_t t = 0; holiday != NULL && t < n; t++)
		e->holiday[t] = holiday[t] != 0;
	if (choose_metrics(e) == -1)
		return -1;
	e->work = baseline_work_new(n, &shape);
	e->scan = scan_new(e->m > 0 ? e->m : 1, params->max_length);
	e->step_work = step_work_new(n, e->m);
	e->z = calloc(e->m * n + 1, sizeof(*e->z));
	e->cleaned = calloc(e->m * n + 1, sizeof(*e->cleaned));
	e->series = calloc(e->m + 1, sizeof(*e->series));
	e->step = calloc(n / STEP_APART + 1, sizeof(*e->step));
	for (size_t i = 0; i < SLOTS; i++)
		if (fits_init(&e->slot[i], e->m, n) == -1)
			return -1;
	if (e->work == NULL || e->scan == NULL || e->step_work == NULL ||
	    e->z == NULL || e->cleaned == NULL || e->series == NULL ||
	    e->step == NULL)
		return -1;
	if (e->m > 0)
		scan_set_weights(e->scan, e->weight);
	return 0;
}

/* ---- baselines ----------------------------------------------------------- */

static bool
same_fits(const struct engine *e, const struct fits *f, size_t steps)
{
	if (f->used_at == 0 || f->steps != steps ||
	    memcmp(f->masked, e->masked, e->n) != 0)
		return false;
	for (size_t i = 0; i < steps; i++)
		if (f->step[i] != e->step[i].day)
			return false;
	return true;
}

/* The baselines under e->masked with the first `steps` of e->step (all or
 * none), made anew if they are not there. */
static struct fits *
get_fits(struct engine *e, size_t steps)
{
	const size_t n = e->n;
	struct fits *f = &e->slot[0];
	struct baseline_steps at;

	for (size_t i = 0; i < SLOTS; i++) {
		if (e->slot[i].used_at < f->used_at)
			f = &e->slot[i];
		if (same_fits(e, &e->slot[i], steps)) {
			e->slot[i].used_at = ++e->now;
			return &e->slot[i];
		}
	}
	f->used_at = ++e->now;
	memcpy(f->masked, e->masked, n);
	for (size_t i = 0; i < steps; i++)
		f->step[i] = e->step[i].day;
	f->steps = steps;
	at = (struct baseline_steps){ f->step, steps };
	for (size_t k = 0; k < e->m; k++) {
		const struct baseline_series series = {
			e->set->y + e->metric[k] * n, e->masked, n, e->floor[k]
		};
		struct baseline_fit fit = { f->level + k * n, f->season + k * n,
			f->residual + k * n, 0, 0, 0 };

		baseline_fit(e->work, &series, &at, &fit);
		f->sigma[k] = fit.sigma;
		f->rho[k] = fit.rho;
	}
	return f;
}

/* ---- rounds -------------------------------------------------------------- */

/* The deviation of the k-th metric on day t. */
static double
z_at(const struct engine *e, const struct fits *f, size_t k, size_t t)
{
	const size_t at = e->metric[k] * e->n + t;
	const double r = f->residual[k * e->n + t];
	const struct counting_day day = { e->set->y[at], r, r / f->sigma[k],
		e->set->events[at], e->usual[k * e->n + t] };

	return counting_z(&e->set->id[e->metric[k]], e->set->scale, &day);
}

static struct scan_segment *
find_segments(struct engine *e, const struct fits *f, double beta,
    size_t *count)
{
	for (size_t k = 0; k < e->m; k++)
		for (size_t t = 0; t < e->n; t++)
			e->z[t * e->m + k] = e->holiday[t] ? NAN
							   : z_at(e, f, k, t);
	scan_set_rho(e->scan, f->rho);
	return scan_segments(e->scan, e->z, e->n, beta, count);
}

static int
mask_segments(struct engine *e, const struct fits *f)
{
	size_t count;
	struct scan_segment *s = find_segments(e, f, e->params->mask_beta,
	    &count);

	if (s == NULL)
		return -1;
	memcpy(e->masked, e->holiday, e->n);
	for (size_t i = 0; i < count; i++)
		memset(e->masked + s[i].start, 1, s[i].length);
	free(s);
	return 0;
}

/* Look for steps in the series without season, spikes cut, as it is when the
 * level may not jump. */
static void
find_steps(struct engine *e, const double *current_sigma)
{
	const struct fits *f = get_fits(e, 0);

	for (size_t k = 0; k < e->m; k++) {
		const double sigma = fmax(e->counting[k],
		    fmin(f->sigma[k], current_sigma[k]));
		const double most = MOST_CLIP * sigma;
		double *a = e->cleaned + k * e->n;

		for (size_t t = 0; t < e->n; t++) {
			const double r = f->residual[k * e->n + t];

			a[t] = NAN;
			if (!e->masked[t] && isfinite(r))
				a[t] = f->level[k * e->n + t] +
				    fmax(-most, fmin(most, r));
		}
		e->series[k] = (struct step_series){ a, sigma, f->rho[k] };
	}
	e->steps = step_find(e->step_work, e->series, e->m, e->n,
	    e->params->step_limit, e->step);
}

/* ---- result -------------------------------------------------------------- */

void
detect_release(struct detect_result *r)
{
	free(r->usable);
	free(r->rho);
	free(r->sigma);
	free(r->z);
	free(r->season);
	free(r->level);
	free(r->step);
	free(r->segment);
	free(r->day);
	*r = (struct detect_result){ 0 };
}

static int
result_init(struct detect_result *r, const struct metrics *set)
{
	const size_t size = set->m * set->n + 1;

	*r = (struct detect_result){ .n = set->n, .m = set->m };
	r->day = calloc(set->n + 1, sizeof(*r->day));
	r->step = calloc(set->n / STEP_APART + 1, sizeof(*r->step));
	r->level = calloc(size, sizeof(*r->level));
	r->season = calloc(size, sizeof(*r->season));
	r->z = calloc(size, sizeof(*r->z));
	r->sigma = calloc(set->m + 1, sizeof(*r->sigma));
	r->rho = calloc(set->m + 1, sizeof(*r->rho));
	r->usable = calloc(set->m + 1, sizeof(*r->usable));
	if (r->day == NULL || r->step == NULL || r->level == NULL ||
	    r->season == NULL || r->z == NULL || r->sigma == NULL ||
	    r->rho == NULL || r->usable == NULL)
		return -1;
	for (size_t i = 0; i < set->m; i++)
		r->sigma[i] = r->rho[i] = NAN;
	for (size_t i = 0; i < set->m * set->n; i++)
		r->level[i] = r->season[i] = r->z[i] = NAN;
	return 0;
}

static void
report_metrics(const struct engine *e, const struct fits *f,
    struct detect_result *r)
{
	const size_t n = e->n;

	for (size_t k = 0; k < e->m; k++) {
		const size_t i = e->metric[k];

		r->usable[i] = true;
		r->sigma[i] = f->sigma[k];
		r->rho[i] = f->rho[k];
		memcpy(r->level + i * n, f->level + k * n, n * sizeof(double));
		memcpy(r->season + i * n, f->season + k * n,
		    n * sizeof(double));
		for (size_t t = 0; t < n; t++)
			r->z[i * n + t] = z_at(e, f, k, t);
	}
}

/* A number of a metric used to that of the metric. */
static size_t
metric_number(const struct engine *e, size_t k)
{
	return k == SIZE_MAX ? DETECT_NONE : e->metric[k];
}

static void
report_days(struct engine *e, struct detect_result *r)
{
	for (size_t t = 0; t < e->n; t++) {
		struct scan_segment alone = { t, 1, NAN, SIZE_MAX };
		bool judged = e->holiday[t];

		for (size_t k = 0; k < e->m && !judged; k++)
			judged = !isnan(e->z[t * e->m + k]);
		if (e->m > 0)
			scan_segment(e->scan, e->z, t, 1, &alone);
		r->day[t] = (struct detect_day){
			.ln_p = alone.ln_p,
			.day_ln_p = alone.ln_p,
			.flag = e->m > 0 && judged ? FLAG_NO : FLAG_MISSING,
			.metric = metric_number(e, alone.metric),
			.segment = DETECT_NONE,
			.step = DETECT_NONE,
		};
	}
}

/* Let a finding explain a day, if nothing better does. */
static void
explain(struct detect_day *day, double ln_p, size_t metric)
{
	day->flag = FLAG_YES;
	if (isnan(day->ln_p) || ln_p < day->ln_p) {
		day->ln_p = ln_p;
		day->metric = metric;
	}
}

static void
report_segments(const struct engine *e, struct detect_result *r)
{
	for (size_t i = 0; i < r->segments; i++) {
		struct scan_segment *s = &r->segment[i];

		s->metric = metric_number(e, s->metric);
		for (size_t t = s->start; t < s->start + s->length; t++) {
			if (e->holiday[t])
				continue;
			r->day[t].segment = i;
			explain(&r->day[t], s->ln_p, s->metric);
		}
	}
}

static void
report_steps(const struct engine *e, struct detect_result *r)
{
	for (size_t i = 0; i < e->steps; i++) {
		struct step *s = &r->step[i];

		*s = e->step[i];
		s->metric = metric_number(e, s->metric);
		r->day[s->day].is_step = true;
		for (size_t t = s->day;
		     t < e->n && t < s->day + e->params->step_days; t++) {
			if (e->holiday[t])
				continue;
			r->day[t].step = i;
			explain(&r->day[t], s->ln_p, s->metric);
		}
	}
	r->steps = e->steps;
}

int
detect_run(const struct detect_params *params, const struct metrics *set,
    const int8_t *masked, struct detect_result *result)
{
	struct engine e;
	int status = -1;

	*result = (struct detect_result){ 0 };
	if (engine_init(&e, params, set, masked) == -1 ||
	    result_init(result, set) == -1)
		goto out;
	memcpy(e.masked, e.holiday, e.n);
	for (int round = 1; e.m > 0; round++) {
		const struct fits *f = get_fits(&e, e.steps);

		if (round == ROUNDS) {
			result->segment = find_segments(&e, f, params->beta,
			    &result->segments);
			if (result->segment == NULL)
				goto out;
			report_metrics(&e, f, result);
			break;
		}
		if (mask_segments(&e, f) == -1)
			goto out;
		if (params->steps)
			find_steps(&e, f->sigma);
	}
	report_days(&e, result);
	report_segments(&e, result);
	report_steps(&e, result);
	status = 0;
out:
	engine_release(&e);
	if (status == -1)
		detect_release(result);
	return status;
}

bool
detect_last_day_incomplete(const struct metrics *set,
    const struct detect_result *r)
{
	const size_t n = r->n;
	double least = INFINITY, most = -INFINITY;
	int low = 0;

	if (n < 2 || r->day[n - 2].flag == FLAG_YES)
		return false;
	for (size_t i = 0; i < set->m; i++) {
		const size_t at = i * n + n - 1;
		const double expected = r->level[at] + r->season[at];
		double ratio;

		if (set->id[i].dimension != METRIC_TOTAL ||
		    set->id[i].kind > METRIC_SESSIONS)
			continue;
		if (!(r->z[at] < 0) || student8_ln_p(r->z[at]) > -9)
			return false;
		ratio = metric_value(set->scale, set->y[at]) /
		    metric_value(set->scale, expected);
		least = fmin(least, ratio);
		most = fmax(most, ratio);
		low++;
	}
	return low == 3 && most <= 1.25 * least;
}
