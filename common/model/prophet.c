#include "model/prophet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "model/linalg.h"
#include "model/prophet_model.h"

struct prophet_spec
prophet_defaults(void)
{
	return (struct prophet_spec){
		.growth = PROPHET_LINEAR,
		.n_changepoints = 25,
		.changepoint_range = 0.8,
		.changepoint_prior_scale = 0.05,
	};
}

/* ---- checks -------------------------------------------------------------- */

static bool
positive(double x)
{
	return x > 0 && isfinite(x);
}

const char *
prophet_check_spec(const struct prophet_spec *spec)
{
	if (!(spec->changepoint_range > 0 && spec->changepoint_range <= 1))
		return "changepoint range is not in (0, 1]";
	if (!positive(spec->changepoint_prior_scale))
		return "changepoint prior scale is not positive";
	if (!(spec->half_life >= 0))
		return "half-life is negative";
	for (size_t i = 0; i < spec->n_changepoints; i++) {
		if (spec->changepoint == NULL)
			break;
		if (!isfinite(spec->changepoint[i]))
			return "a changepoint is not a finite time";
		if (i > 0 && spec->changepoint[i] < spec->changepoint[i - 1])
			return "changepoints are not in ascending order";
	}
	for (size_t i = 0; i < spec->n_seasonalities; i++) {
		const struct prophet_seasonality *s = &spec->seasonality[i];

		if (!positive(s->period))
			return "the period of a seasonality is not positive";
		if (s->order == 0)
			return "the order of a seasonality is not positive";
		if (!positive(s->prior_scale))
			return "the prior scale of a seasonality is not positive";
		if (s->conditional && s->condition >= spec->n_conditions)
			return "a seasonality has a condition that is not there";
	}
	for (size_t i = 0; i < spec->n_features; i++)
		if (!positive(spec->feature[i].prior_scale))
			return "the prior scale of a feature is not positive";
	return NULL;
}

/* Beyond this, squares and sums of many overflow. */
static const double largest = 1e100;

/* What is wrong with one row, or NULL. */
static const char *
check_row(const struct prophet_spec *spec, const struct prophet_rows *rows,
    size_t i)
{
	if (!isfinite(rows->t[i]) || fabs(rows->t[i]) > 1e9)
		return "time is missing or out of range";
	if (rows->y != NULL && fabs(rows->y[i]) > largest)
		return "value is out of range";
	if (rows->weight != NULL &&
	    !(rows->weight[i] >= 0 && rows->weight[i] <= 1e9))
		return "weight is missing, negative or out of range";
	for (size_t j = 0; j < spec->n_features; j++) {
		if (isnan(rows->feature[j][i]))
			return "a regressor is missing";
		if (fabs(rows->feature[j][i]) > largest)
			return "a regressor is out of range";
	}
	if (spec->growth == PROPHET_LOGISTIC) {
		const double cap = rows->cap[i];
		const double floor = spec->floor ? rows->floor[i] : 0;

		if (!(fabs(cap) <= largest))
			return "the cap is missing or out of range";
		if (!(fabs(floor) <= largest))
			return "the floor is missing or out of range";
		if (spec->floor && cap <= floor)
			return "the cap is not above the floor";
	}
	for (size_t j = 0; j < spec->n_conditions; j++)
		if (rows->condition[j][i] != 0 && rows->condition[j][i] != 1)
			return "a condition is neither 0 nor 1";
	return NULL;
}

/* The first row with a cap that is not above a floor, or rows->n. */
static size_t
low_cap(const struct prophet_rows *rows, double floor)
{
	size_t i = 0;

	while (i < rows->n && rows->cap[i] > floor)
		i++;
	return i;
}

const char *
prophet_check_rows(const struct prophet_spec *spec,
    const struct prophet_rows *rows, size_t *row)
{
	double first = INFINITY, last = -INFINITY, lowest = INFINITY;
	size_t n = 0, values = 0, ignored;

	if (row == NULL)
		row = &ignored;
	for (*row = 0; *row < rows->n; ++*row) {
		const char *wrong = check_row(spec, rows, *row);

		if (wrong != NULL)
			return wrong;
		if (rows->y == NULL || isnan(rows->y[*row]))
			continue;
		values++;
		if (rows->weight != NULL && rows->weight[*row] == 0)
			continue;
		first = fmin(first, rows->t[*row]);
		last = fmax(last, rows->t[*row]);
		lowest = fmin(lowest, rows->y[*row]);
		n++;
	}
	if (spec->growth == PROPHET_LOGISTIC && !spec->floor) {
		*row = low_cap(rows,
		    spec->scaling == PROPHET_ABSMAX ? 0
			: rows->y != NULL           ? lowest
						    : -INFINITY);
		if (*row < rows->n)
			return "the cap is not above the floor";
	}
	if (rows->y == NULL)
		return NULL;
	if (n < 2)
		return values < 2
		    ? "fewer than 2 rows with a value"
		    : "fewer than 2 rows with a value and a weight above 0";
	if (first == last)
		return "all rows with a value have the same time";
	if (spec->changepoint != NULL && spec->n_changepoints > 0 &&
	    (spec->changepoint[0] < first ||
		spec->changepoint[spec->n_changepoints - 1] > last))
		return "a changepoint lies outside the history";
	return NULL;
}

/* ---- the model as an object ---------------------------------------------- */

static double *
copy(double **to, const double *from, size_t n)
{
	double *start = *to;

	if (n > 0)
		memcpy(start, from, n * sizeof(*start));
	*to += n;
	return start;
}

struct prophet *
prophet_restore(const struct prophet_spec *spec,
    const struct prophet_values *values)
{
	const size_t root = values->n_active * linalg_stride(values->n_active);
	struct prophet *fit = calloc(1, sizeof(*fit));
	double *p;

	if (fit == NULL)
		return NULL;
	fit->spec = *spec;
	fit->values = *values;
	fit->seasonality = calloc(spec->n_seasonalities + 1,
	    sizeof(*fit->seasonality));
	fit->feature = calloc(spec->n_features + 1, sizeof(*fit->feature));
	fit->numbers = p = calloc(2 * values->n_changepoints + values->n_beta +
		2 * values->n_features + root + 1,
	    sizeof(*p));
	fit->active = calloc(values->n_active + 1, sizeof(*fit->active));
	if (fit->seasonality == NULL || fit->feature == NULL || p == NULL ||
	    fit->active == NULL) {
		prophet_free(fit);
		return NULL;
	}
	if (spec->n_seasonalities > 0)
		memcpy(fit->seasonality, spec->seasonality,
		    spec->n_seasonalities * sizeof(*fit->seasonality));
	if (spec->n_features > 0)
		memcpy(fit->feature, spec->feature,
		    spec->n_features * sizeof(*fit->feature));
	fit->spec.seasonality = fit->seasonality;
	fit->spec.feature = fit->feature;
	fit->spec.changepoint = NULL;
	fit->values.changepoint = copy(&p, values->changepoint,
	    values->n_changepoints);
	fit->values.delta = copy(&p, values->delta, values->n_changepoints);
	fit->values.beta = copy(&p, values->beta, values->n_beta);
	fit->values.feature_mean = copy(&p, values->feature_mean,
	    values->n_features);
	fit->values.feature_sd = copy(&p, values->feature_sd,
	    values->n_features);
	fit->values.root = copy(&p, values->root, root);
	fit->values.active = fit->active;
	if (values->n_active > 0)
		memcpy(fit->active, values->active,
		    values->n_active * sizeof(*fit->active));
	return fit;
}

const struct prophet_values *
prophet_values(const struct prophet *fit)
{
	return &fit->values;
}

void
prophet_free(struct prophet *fit)
{
	if (fit == NULL)
		return;
	free(fit->seasonality);
	free(fit->feature);
	free(fit->numbers);
	free(fit->active);
	free(fit);
}

/* ---- built-in seasonalities ---------------------------------------------- */

static int
compare_doubles(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

/* The rows with y: their span, and the smallest gap that is not 0. */
static int
measure(const double *t, const double *y, size_t n, double *span, double *gap)
{
	double *sorted = malloc((n + 1) * sizeof(*sorted));
	bool ascends = true;
	size_t m = 0;

	if (sorted == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!isnan(y[i])) {
			ascends &= m == 0 || sorted[m - 1] <= t[i];
			sorted[m++] = t[i];
		}
	if (!ascends)
		qsort(sorted, m, sizeof(*sorted), compare_doubles);
	*span = m > 0 ? date_span(sorted[0], sorted[m - 1]) : 0;
	*gap = INFINITY;
	for (size_t i = 1; i < m; i++)
		if (sorted[i] > sorted[i - 1])
			*gap = fmin(*gap, sorted[i] - sorted[i - 1]);
	*gap = date_span(0, *gap);
	free(sorted);
	return 0;
}

/* Whether some hour of the day has no row. */
static bool
unseen_hours(const double *t, const double *y, size_t n)
{
	bool seen[24] = { false };
	bool all = true;

	for (size_t i = 0; i < n; i++)
		if (!isnan(y[i]))
			/* A second's grace for hours that are rounded. */
			seen[(int)(24 * (t[i] - floor(t[i])) + 1.0 / 3600) %
			    24] = true;
	for (int h = 0; h < 24; h++)
		all &= seen[h];
	return !all;
}

int
prophet_auto_seasonalities(const double *t, const double *y, size_t n,
    const struct prophet_builtin builtin[PROPHET_BUILTINS],
    struct prophet_seasonality *out, unsigned *status)
{
	static const struct {
		double period, span, gap;
		size_t order;
	} rule[PROPHET_BUILTINS] = {
		{ 365.25, 730, INFINITY, 10 },
		{ 7, 14, 7, 3 },
		{ 1, 2, 1, 4 },
	};
	double span, gap;
	int count = 0;

	if (measure(t, y, n, &span, &gap) == -1)
		return -1;
	for (size_t i = 0; i < PROPHET_BUILTINS; i++) {
		const struct prophet_builtin *b = &builtin[i];
		struct prophet_seasonality s = { .period = rule[i].period,
			.mode = b->mode };

		if (b->use == PROPHET_OFF)
			continue;
		if (b->use == PROPHET_AUTO &&
		    (span < rule[i].span ||
			(isfinite(rule[i].gap) && gap >= rule[i].gap)))
			continue;
		s.order = b->order > 0 ? b->order : rule[i].order;
		s.prior_scale = b->prior_scale > 0 ? b->prior_scale : 10;
		if (i == 0 && b->prior_scale == 0 && span + gap < 360) {
			s.prior_scale = 0.02;
			*status |= PROPHET_YEARLY_SHRUNK;
		}
		if (i == 0 && gap >= 28 && s.order > 6)
			*status |= PROPHET_YEARLY_MONTHS;
		if (i == 2 && unseen_hours(t, y, n))
			*status |= PROPHET_UNSEEN_HOURS;
		out[count++] = s;
	}
	return count;
}
