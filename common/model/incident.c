#include "model/incident.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "model/cause.h"
#include "model/student.h"

enum {
	STEP_DAYS = 14,  /* of a step at least, whose mean is its size */
	DECAY_BEFORE = 4 /* days that it may begin before it is flagged */
};
#define DECAY_BETTER 1 /* squared errors by which it must fit better */

struct teller {
	const struct incident_params *params;
	const struct metrics *set;
	const struct detect_result *r;
	const int8_t *masked;             /* may be NULL */
	double *d, *se, *expected, *ln_p; /* by metric, of one incident */
	size_t *order;                    /* of the metrics by ln p */
};

/* What is told of, and the days that its sizes are of. */
struct span {
	size_t start, end;  /* inclusive */
	size_t step;        /* number, or DETECT_NONE */
	size_t first, last; /* inclusive */
};

const char *
incident_kind_name(enum incident_kind kind)
{
	static const char *const name[INCIDENT_KINDS] = { "spike", "dip",
		"step", "decay" };

	return name[kind];
}

const char *
incident_cause_name(enum incident_cause cause)
{
	static const char *const name[INCIDENT_CAUSES] = { "unknown",
		"traffic_drop", "tracking_outage", "bots", "payment_outage",
		"price_error", "promotion", "stock_out" };

	return name[cause];
}

void
incident_defaults(struct incident_params *params)
{
	*params = (struct incident_params){ .bridge = 1, .metric_ln_p = -4.6 };
}

/* ---- days ---------------------------------------------------------------- */

static bool
is_masked(const struct teller *w, size_t t)
{
	return w->masked != NULL && w->masked[t];
}

/* The incident that starts on day t, which is flagged. */
static struct span
span_from(const struct teller *w, size_t t)
{
	const struct detect_result *r = w->r;
	struct span s = { t, t, DETECT_NONE, t, t };
	size_t quiet = 0;

	for (; t < r->n && quiet <= w->params->bridge; t++)
		if (r->day[t].flag == FLAG_YES) {
			s.end = t;
			quiet = 0;
			if (s.step == DETECT_NONE)
				s.step = r->day[t].step;
		} else if (!is_masked(w, t)) {
			quiet++;
		}
	s.first = s.start;
	s.last = s.end;
	if (s.step != DETECT_NONE && s.last < s.first + STEP_DAYS - 1)
		s.last = s.first + STEP_DAYS - 1;
	if (s.last >= r->n)
		s.last = r->n - 1;
	return s;
}

/* What metric i was expected to be, on its scale: from a step on, as before
 * it. */
static double
expected_at(const struct teller *w, const struct span *s, size_t i, size_t t)
{
	const struct detect_result *r = w->r;
	size_t level = t;

	if (s->step != DETECT_NONE && t >= r->step[s->step].day)
		level = r->step[s->step].day - 1;
	return r->level[i * r->n + level] + r->season[i * r->n + t];
}

/* ---- sizes --------------------------------------------------------------- */

/* How the logarithm of the metric's value goes with the metric, at y. */
static double
per_unit(enum metric_scale scale, double y)
{
	switch (scale) {
	case METRIC_LOG:
		return 1;
	case METRIC_SQRT:
		return 2 / y;
	default:
		return 1 / y;
	}
}

static void
size_metric(struct teller *w, const struct span *s, size_t i)
{
	const enum metric_scale scale = w->set->scale;
	const size_t n = w->r->n;
	double d = 0, z = 0, expected = 0, unit = 0, days = 0, g;

	w->d[i] = w->se[i] = w->expected[i] = w->ln_p[i] = NAN;
	if (!w->r->usable[i])
		return;
	for (size_t t = s->first; t <= s->last; t++) {
		const double y = w->set->y[i * n + t];
		const double e = expected_at(w, s, i, t);
		const double ratio = metric_value(scale, y) /
		    metric_value(scale, e);

		expected += metric_value(scale, e);
		if (is_masked(w, t) || !isfinite(log(ratio)))
			continue;
		d += log(ratio);
		z += (y - e) / w->r->sigma[i];
		unit += per_unit(scale, e);
		days++;
	}
	w->expected[i] = expected / (double)(s->last - s->first + 1);
	if (days == 0)
		return;
	g = scan_widening(w->r->rho[i], (size_t)days);
	w->d[i] = d / days;
	w->se[i] = w->r->sigma[i] * unit / days * sqrt(g / days);
	w->ln_p[i] = student8_ln_p(z / sqrt(days * g));
}

/* The metrics by ln p; those without come last. */
static void
sort_metrics(struct teller *w)
{
	for (size_t i = 0; i < w->set->m; i++) {
		size_t j = i;

		for (; j > 0 &&
		     (w->ln_p[i] < w->ln_p[w->order[j - 1]] ||
			 (isnan(w->ln_p[w->order[j - 1]]) &&
			     !isnan(w->ln_p[i])));
		     j--)
			w->order[j] = w->order[j - 1];
		w->order[j] = i;
	}
}

static int
keep_metrics(const struct teller *w, struct incident *in)
{
	size_t n = 0;

	while (n < w->set->m && w->ln_p[w->order[n]] < w->params->metric_ln_p)
		n++;
	if (n == 0 && w->set->m > 0 && !isnan(w->ln_p[w->order[0]]))
		n = 1;
	in->metric = calloc(n + 1, sizeof(*in->metric));
	if (in->metric == NULL)
		return -1;
	in->metrics = n;
	for (size_t j = 0; j < n; j++) {
		const size_t i = w->order[j];

		in->metric[j] = (struct incident_metric){ i, exp(w->d[i]),
			w->ln_p[i] };
	}
	return 0;
}

/* Revenue beyond what was expected; the 1 of the metric is in both. */
static double
money_of(const struct teller *w, const struct span *s)
{
	const enum metric_scale scale = w->set->scale;
	double sum = 0;

	if (w->set->m == 0 || w->set->id[0].kind != METRIC_REVENUE ||
	    w->set->id[0].dimension != METRIC_TOTAL || !w->r->usable[0])
		return NAN;
	for (size_t t = s->start; t <= s->end; t++) {
		const double over = metric_value(scale, w->set->y[t]) -
		    metric_value(scale, expected_at(w, s, 0, t));

		if (isfinite(over))
			sum += over;
	}
	return sum;
}

static int
sign_of(double x)
{
	return x < 0 ? -1 : 1;
}

static int
direction_of(const struct teller *w)
{
	for (size_t i = 0; i < w->set->m; i++)
		if (w->set->id[i].dimension == METRIC_TOTAL &&
		    w->set->id[i].kind <= METRIC_SESSIONS &&
		    w->ln_p[i] < w->params->metric_ln_p)
			return sign_of(w->d[i]);
	return w->set->m == 0 ? 1 : sign_of(w->d[w->order[0]]);
}

/* The squared error of the best fit to the z of metric i over from .. last of
 * what is 0 until day `start` and from there constant, or grows by the day. */
static double
misfit(const struct teller *w, size_t i, size_t from, size_t start, size_t last,
    bool grows)
{
	const double *z = w->r->z + i * w->r->n;
	double zz = 0, zu = 0, uu = 0;

	for (size_t t = from; t <= last; t++) {
		const double u = t < start ? 0
		    : grows                ? (double)(t - start + 1)
					   : 1;

		if (is_masked(w, t) || isnan(z[t]))
			continue;
		zz += z[t] * z[t];
		zu += z[t] * u;
		uu += u * u;
	}
	/* Only what goes down. */
	return zu < 0 ? zz - zu * zu / uu : zz;
}

/* Whether a slide explains metric i better than a fall that stays. */
static bool
slides(const struct teller *w, const struct span *s, size_t i)
{
	const size_t from = s->start > DECAY_BEFORE ? s->start - DECAY_BEFORE
						    : 0;
	double slide = INFINITY, fall = INFINITY;

	for (size_t start = from; start <= s->start; start++) {
		slide = fmin(slide, misfit(w, i, from, start, s->end, true));
		fall = fmin(fall, misfit(w, i, from, start, s->end, false));
	}
	return slide + DECAY_BETTER < fall;
}

/* The metric in total that moved most slides, visitors aside; without any, the
 * one that moved most. */
static bool
is_decay(const struct teller *w, const struct span *s)
{
	for (size_t j = 0; j < w->set->m; j++) {
		const size_t i = w->order[j];

		if (w->set->id[i].dimension == METRIC_TOTAL &&
		    w->set->id[i].kind != METRIC_SESSIONS && w->r->usable[i])
			return slides(w, s, i);
	}
	return w->set->m > 0 && slides(w, s, w->order[0]);
}

/* Whether most of what a sum in total was expected to be was expected of days
 * on which it is 0. */
static bool
is_gone(const struct teller *w, const struct span *s, enum metric_kind kind)
{
	const enum metric_scale scale = w->set->scale;
	double gone = 0, expected = 0;
	size_t i = 0;

	while (i < w->set->m &&
	    (w->set->id[i].dimension != METRIC_TOTAL ||
		w->set->id[i].kind != kind))
		i++;
	if (i == w->set->m || !w->r->usable[i])
		return false;
	for (size_t t = s->start; t <= s->end; t++) {
		const double y = w->set->y[i * w->r->n + t];
		const double e = metric_value(scale, expected_at(w, s, i, t));

		if (is_masked(w, t) || !isfinite(y) || !isfinite(e))
			continue;
		expected += e;
		/* Of the 1 or .5 that each metric adds to its sum. */
		if (metric_value(scale, y) < 1 + 1e-9)
			gone += e;
	}
	return gone > expected / 2;
}

static bool
knows_visitors(const struct teller *w)
{
	for (size_t i = 0; i < w->set->m; i++)
		if (w->set->id[i].kind == METRIC_SESSIONS && !isnan(w->d[i]))
			return true;
	return false;
}

static enum incident_doubt
doubt_of(const struct teller *w, const struct span *s,
    const struct cause *cause)
{
	const bool known = knows_visitors(w);

	if (is_gone(w, s, METRIC_ORDERS) || is_gone(w, s, METRIC_REVENUE)) {
		if (!known)
			return INCIDENT_CLOSED;
		if (is_gone(w, s, METRIC_SESSIONS))
			return INCIDENT_NOTHING;
	}
	return cause->cause == INCIDENT_PAYMENT_OUTAGE && cause->blind && !known
	    ? INCIDENT_NO_TRAFFIC
	    : INCIDENT_NO_DOUBT;
}

/* ---- telling ------------------------------------------------------------- */

static int
tell(struct teller *w, const struct span *s, struct incident *in)
{
	const struct cause_input input = { w->set, w->d, w->se, w->expected };
	struct cause cause;

	*in = (struct incident){ .start = s->start, .end = s->end, .ln_p = 0 };
	for (size_t i = 0; i < w->set->m; i++)
		size_metric(w, s, i);
	sort_metrics(w);
	for (size_t t = s->start; t <= s->end; t++)
		if (w->r->day[t].ln_p < in->ln_p)
			in->ln_p = w->r->day[t].ln_p;
	if (keep_metrics(w, in) == -1 || cause_find(&input, &cause) == -1)
		return -1;
	in->direction = direction_of(w);
	in->money = money_of(w, s);
	in->kind = in->direction > 0 ? INCIDENT_SPIKE : INCIDENT_DIP;
	if (s->step != DETECT_NONE)
		in->kind = INCIDENT_STEP;
	else if (in->direction < 0 && is_decay(w, s) &&
	    (cause.cause == INCIDENT_PAYMENT_OUTAGE ||
		cause.cause == INCIDENT_UNKNOWN))
		in->kind = INCIDENT_DECAY;
	in->cause = cause.cause;
	in->second = cause.second;
	in->dimension = cause.dimension;
	in->member = cause.member;
	in->explained = cause.explained;
	in->margin = cause.margin;
	in->doubt = doubt_of(w, s, &cause);
	if ((in->kind == INCIDENT_DECAY &&
		in->cause == INCIDENT_PAYMENT_OUTAGE) ||
	    (in->doubt != INCIDENT_NO_DOUBT && in->cause != INCIDENT_UNKNOWN)) {
		in->second = in->cause;
		in->cause = INCIDENT_UNKNOWN;
	}
	return 0;
}

static int
teller_init(struct teller *w, size_t m)
{
	w->d = calloc(m + 1, sizeof(*w->d));
	w->se = calloc(m + 1, sizeof(*w->se));
	w->expected = calloc(m + 1, sizeof(*w->expected));
	w->ln_p = calloc(m + 1, sizeof(*w->ln_p));
	w->order = calloc(m + 1, sizeof(*w->order));
	return w->d == NULL || w->se == NULL || w->expected == NULL ||
		w->ln_p == NULL || w->order == NULL
	    ? -1
	    : 0;
}

static void
teller_release(struct teller *w)
{
	free(w->order);
	free(w->ln_p);
	free(w->expected);
	free(w->se);
	free(w->d);
}

void
incidents_release(struct incidents *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->incident[i].metric);
	free(all->incident);
	free(all->of_day);
	*all = (struct incidents){ 0 };
}

static size_t
count_incidents(const struct teller *w)
{
	size_t n = 0;

	for (size_t t = 0; t < w->r->n; t++)
		if (w->r->day[t].flag == FLAG_YES) {
			t = span_from(w, t).end;
			n++;
		}
	return n;
}

int
incidents_find(const struct incident_params *params, const struct metrics *set,
    const struct detect_result *result, const int8_t *masked,
    struct incidents *all)
{
	struct teller w = {
		.params = params, .set = set, .r = result, .masked = masked
	};
	int status = -1;

	*all = (struct incidents){ .days = result->n };
	if (teller_init(&w, set->m) == -1)
		goto out;
	all->of_day = calloc(result->n + 1, sizeof(*all->of_day));
	all->incident = calloc(count_incidents(&w) + 1, sizeof(*all->incident));
	if (all->of_day == NULL || all->incident == NULL)
		goto out;
	for (size_t t = 0; t < result->n; t++) {
		struct span s;

		all->of_day[t] = DETECT_NONE;
		if (result->day[t].flag != FLAG_YES)
			continue;
		s = span_from(&w, t);
		if (tell(&w, &s, &all->incident[all->n++]) == -1)
			goto out;
		for (; t < s.end; t++)
			all->of_day[t] = all->n - 1;
		all->of_day[t] = all->n - 1;
	}
	status = 0;
out:
	teller_release(&w);
	if (status == -1)
		incidents_release(all);
	return status;
}
