#include "model/cause.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define MODEL_ERROR 0.03 /* of a logarithm: no pattern is exact */
#define PRICE 2          /* of a fitted number */
#define LEAST_EXPLAINED 0.5

/*
 * What happened, as logarithms: to the visitors s and the conversion v of each
 * channel, to the orders q and the value a of each category.  Without channels
 * or categories there is one of all.
 */
struct pattern {
	double *s, *v; /* channels */
	double *q, *a; /* categories */
};

struct finder {
	const struct cause_input *in;
	size_t channels, categories; /* at least 1 */
	double *visitors, *buyers;   /* share of each channel, sum 1 */
	double *orders, *revenue;    /* share of each category, sum 1 */
	struct pattern p;
	double *arena;
	double nothing; /* misfit without a pattern */
	struct cause *best;
	double misfit[INCIDENT_CAUSES]; /* of the best of each cause */
};

/* ---- shares -------------------------------------------------------------- */

static const struct metric *
id_of(const struct finder *f, size_t i)
{
	return &f->in->set->id[i];
}

/* The metric's number, or SIZE_MAX if it is not there. */
static size_t
find_metric(const struct finder *f, enum metric_kind kind,
    enum metric_dimension dimension, size_t member)
{
	for (size_t i = 0; i < f->in->set->m; i++)
		if (id_of(f, i)->kind == kind &&
		    id_of(f, i)->dimension == dimension &&
		    id_of(f, i)->member == member)
			return i;
	return SIZE_MAX;
}

/* What is expected of a metric; 1 if it is not known. */
static double
expected(const struct finder *f, enum metric_kind kind,
    enum metric_dimension dimension, size_t member)
{
	const size_t i = find_metric(f, kind, dimension, member);

	return i == SIZE_MAX || !(f->in->expected[i] > 0) ? 1
							  : f->in->expected[i];
}

static void
to_shares(double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i];
	for (size_t i = 0; i < n; i++)
		x[i] /= sum;
}

static void
find_shares(struct finder *f)
{
	for (size_t c = 0; c < f->channels; c++) {
		f->visitors[c] = expected(f, METRIC_SESSIONS, METRIC_CHANNEL,
		    c);
		f->buyers[c] = f->visitors[c] *
		    expected(f, METRIC_CONVERSION, METRIC_CHANNEL, c);
	}
	for (size_t k = 0; k < f->categories; k++) {
		double share = expected(f, METRIC_ORDER_SHARE, METRIC_CATEGORY,
		    k);

		if (f->in->set->scale == METRIC_LOG)
			share /= 1 + share; /* of odds */
		f->orders[k] = share;
		f->revenue[k] = share *
		    expected(f, METRIC_AOV, METRIC_CATEGORY, k);
	}
	to_shares(f->visitors, f->channels);
	to_shares(f->buyers, f->channels);
	to_shares(f->orders, f->categories);
	to_shares(f->revenue, f->categories);
}

/* ---- what follows from a pattern ----------------------------------------- */

/* The logarithm of a sum of parts whose logarithms change by x (and y). */
static double
change(const double *share, const double *x, const double *y, size_t n)
{
	double sum = share[0] * exp(x[0] + (y != NULL ? y[0] : 0));

	for (size_t i = 1; i < n; i++)
		sum += share[i] * exp(x[i] + (y != NULL ? y[i] : 0));
	return log(sum);
}

/* Of the orders of all other categories. */
static double
change_of_others(const struct finder *f, size_t k)
{
	double before = 0, after = 0;

	for (size_t j = 0; j < f->categories; j++)
		if (j != k) {
			before += f->orders[j];
			after += f->orders[j] * exp(f->p.q[j]);
		}
	return before > 0 ? log(after / before) : 0;
}

struct totals {
	double visitors, orders, value;
	double mix;    /* of orders, by category */
	double prices; /* mean of the categories' values */
};

static double
predict(const struct finder *f, const struct totals *t, const struct metric *id)
{
	const size_t i = id->member;
	const bool is_channel = id->dimension == METRIC_CHANNEL;

	if (id->dimension == METRIC_TOTAL)
		switch (id->kind) {
		case METRIC_REVENUE:
			return t->orders + t->value;
		case METRIC_ORDERS:
			return t->orders;
		case METRIC_SESSIONS:
			return t->visitors;
		case METRIC_AOV:
			return t->value;
		case METRIC_PRICE_INDEX:
			return t->prices;
		default:
			return t->orders - t->visitors;
		}
	switch (id->kind) {
	case METRIC_SESSIONS:
		return f->p.s[i];
	case METRIC_CONVERSION:
		return f->p.v[i] + t->mix;
	case METRIC_AOV:
		return is_channel ? t->value : f->p.a[i];
	case METRIC_ORDER_SHARE:
		if (is_channel)
			return f->p.s[i] + f->p.v[i] + t->mix - t->orders;
		return f->in->set->scale == METRIC_LOG
		    ? f->p.q[i] - change_of_others(f, i)
		    : f->p.q[i] - t->mix;
	default:
		return NAN; /* shares of revenue alone say too little */
	}
}

/* The mean value of fewer orders has more noise, by the root of how many. */
static double
noise_of(const struct finder *f, const struct totals *t, size_t i)
{
	const struct metric *id = id_of(f, i);
	double orders = t->orders;

	if (id->kind != METRIC_AOV)
		return f->in->se[i];
	if (id->dimension == METRIC_CHANNEL)
		orders = f->p.s[id->member] + f->p.v[id->member] + t->mix;
	if (id->dimension == METRIC_CATEGORY)
		orders += f->p.q[id->member] - t->mix;
	return f->in->se[i] * fmax(1, exp(-orders / 2));
}

static double
misfit_of(const struct finder *f)
{
	struct totals t = {
		.visitors = change(f->visitors, f->p.s, NULL, f->channels),
		.mix = change(f->orders, f->p.q, NULL, f->categories),
	};
	double sum = 0;

	t.orders = change(f->buyers, f->p.s, f->p.v, f->channels) + t.mix;
	t.value = change(f->revenue, f->p.q, f->p.a, f->categories) - t.mix;
	for (size_t k = 0; k < f->categories; k++)
		t.prices += f->p.a[k] / (double)f->categories;
	for (size_t i = 0; i < f->in->set->m; i++) {
		const double se = noise_of(f, &t, i);
		const double off = f->in->d[i] - predict(f, &t, id_of(f, i));

		if (!isnan(off) && se > 0)
			sum += off * off /
			    (se * se + MODEL_ERROR * MODEL_ERROR);
	}
	return sum;
}

/* ---- patterns ------------------------------------------------------------ */

static void
reset(struct finder *f)
{
	for (size_t c = 0; c < f->channels; c++)
		f->p.s[c] = f->p.v[c] = 0;
	for (size_t k = 0; k < f->categories; k++)
		f->p.q[k] = f->p.a[k] = 0;
}

/* The mean of the deviations of a kind of metric, weighted by their precision:
 * of a channel's, or all with INCIDENT_ALL.  0 if there is none. */
static double
mean_of(const struct finder *f, enum metric_kind kind, size_t member)
{
	double sum = 0, weight = 0;

	for (size_t i = 0; i < f->in->set->m; i++) {
		const struct metric *id = id_of(f, i);
		const double d = f->in->d[i], se = f->in->se[i];
		double w;

		if (id->kind != kind || isnan(d) || !(se > 0))
			continue;
		if (member != INCIDENT_ALL &&
		    (id->dimension != METRIC_CHANNEL || id->member != member))
			continue;
		w = 1 / (se * se + MODEL_ERROR * MODEL_ERROR);
		sum += w * d;
		weight += w;
	}
	return weight > 0 ? sum / weight : 0;
}

/* Weigh the pattern as it stands, as one of a cause with so many numbers
 * fitted; whether it is the best so far. */
static bool
weigh(struct finder *f, enum incident_cause cause,
    enum metric_dimension dimension, size_t member, int fitted)
{
	const double misfit = misfit_of(f);
	const double total = misfit + PRICE * fitted;
	bool better = true;

	for (size_t i = 0; i < INCIDENT_CAUSES; i++)
		better &= total < f->misfit[i];
	if (better) {
		f->best->cause = cause;
		f->best->dimension = dimension;
		f->best->member = member;
		f->best->blind = false;
		f->best->explained = f->nothing > 0 ? 1 - misfit / f->nothing
						    : 0;
	}
	if (total < f->misfit[cause])
		f->misfit[cause] = total;
	return better;
}

static void
set_channels(struct finder *f, size_t member, double s, double v)
{
	reset(f);
	for (size_t c = 0; c < f->channels; c++)
		if (member == INCIDENT_ALL || member == c) {
			f->p.s[c] = s;
			f->p.v[c] = v;
		}
}

/* Visitors of one channel or all: gone, not counted, or not there. */
static void
try_visitors(struct finder *f, size_t member)
{
	const enum metric_dimension dimension = member == INCIDENT_ALL
	    ? METRIC_TOTAL
	    : METRIC_CHANNEL;
	const double s = mean_of(f, METRIC_SESSIONS, member);

	if (s == 0)
		return;
	set_channels(f, member, s, 0);
	weigh(f, s < 0 ? INCIDENT_TRAFFIC_DROP : INCIDENT_UNKNOWN, dimension,
	    member, 1);
	set_channels(f, member, s, -s);
	weigh(f, s < 0 ? INCIDENT_TRACKING_OUTAGE : INCIDENT_BOTS, dimension,
	    member, 1);
}

static void
set_value(struct finder *f, double a)
{
	for (size_t k = 0; k < f->categories; k++)
		f->p.a[k] = a;
}

/* All alike: conversion, order value, or a sale with both and visitors. */
static void
try_sales(struct finder *f)
{
	const double s = mean_of(f, METRIC_SESSIONS, INCIDENT_ALL);
	const double v = mean_of(f, METRIC_CONVERSION, INCIDENT_ALL);
	const double a = mean_of(f, METRIC_AOV, INCIDENT_ALL);
	const double o = mean_of(f, METRIC_ORDERS, INCIDENT_ALL);

	/* Without sessions, conversion is not known: orders are. */
	set_channels(f, INCIDENT_ALL, 0, v != 0 ? v : o);
	if (f->p.v[0] >= 0)
		weigh(f, INCIDENT_PROMOTION, METRIC_TOTAL, INCIDENT_ALL, 1);
	else if (weigh(f, INCIDENT_PAYMENT_OUTAGE, METRIC_TOTAL, INCIDENT_ALL,
		     1))
		f->best->blind = v == 0;
	set_channels(f, INCIDENT_ALL, 0, 0);
	set_value(f, a);
	weigh(f, a < 0 ? INCIDENT_PAYMENT_OUTAGE : INCIDENT_PROMOTION,
	    METRIC_TOTAL, INCIDENT_ALL, 1);
	/* What is cheaper and hardly sells more is no sale. */
	if (v > 0 && v > -a / 2) {
		set_channels(f, INCIDENT_ALL, s > 0 ? s : 0, v);
		set_value(f, a < 0 ? a : 0);
		weigh(f, INCIDENT_PROMOTION, METRIC_TOTAL, INCIDENT_ALL, 3);
	}
}

/* Every category its own order value, and more orders of all if that sells. */
static void
try_prices(struct finder *f)
{
	const double v = mean_of(f, METRIC_CONVERSION, INCIDENT_ALL);

	if (f->categories < 2)
		return;
	set_channels(f, INCIDENT_ALL, 0, v > 0 ? v : 0);
	for (size_t k = 0; k < f->categories; k++) {
		const size_t i = find_metric(f, METRIC_AOV, METRIC_CATEGORY, k);

		if (i != SIZE_MAX && !isnan(f->in->d[i]))
			f->p.a[k] = f->in->d[i];
	}
	weigh(f, INCIDENT_PRICE_ERROR, METRIC_TOTAL, INCIDENT_ALL,
	    (int)f->categories + 1);
}

static void
try_stock(struct finder *f, size_t k)
{
	const size_t i = find_metric(f, METRIC_ORDER_SHARE, METRIC_CATEGORY, k);

	if (i == SIZE_MAX || !(f->in->d[i] < 0))
		return;
	reset(f);
	f->p.q[k] = f->in->d[i];
	weigh(f, INCIDENT_STOCK_OUT, METRIC_CATEGORY, k, 1);
}

/* ---- all of them --------------------------------------------------------- */

static int
finder_init(struct finder *f, const struct cause_input *in, struct cause *best)
{
	double *p;

	*f = (struct finder){
		.in = in, .channels = 1, .categories = 1, .best = best
	};
	for (size_t i = 0; i < in->set->m; i++) {
		const struct metric *id = &in->set->id[i];
		size_t *members = id->dimension == METRIC_CHANNEL
		    ? &f->channels
		    : &f->categories;

		if (id->dimension != METRIC_TOTAL && id->member >= *members)
			*members = id->member + 1;
	}
	p = f->arena = calloc(4 * (f->channels + f->categories), sizeof(*p));
	if (p == NULL)
		return -1;
	f->visitors = p, p += f->channels;
	f->buyers = p, p += f->channels;
	f->p.s = p, p += f->channels;
	f->p.v = p, p += f->channels;
	f->orders = p, p += f->categories;
	f->revenue = p, p += f->categories;
	f->p.q = p, p += f->categories;
	f->p.a = p;
	for (size_t i = 0; i < INCIDENT_CAUSES; i++)
		f->misfit[i] = INFINITY;
	return 0;
}

int
cause_find(const struct cause_input *input, struct cause *cause)
{
	struct finder f;
	double first = INFINITY, second = INFINITY;

	*cause = (struct cause){ .member = INCIDENT_ALL };
	if (finder_init(&f, input, cause) == -1)
		return -1;
	find_shares(&f);
	f.nothing = misfit_of(&f);
	try_visitors(&f, INCIDENT_ALL);
	for (size_t c = 0; c < f.channels; c++)
		try_visitors(&f, c);
	try_sales(&f);
	try_prices(&f);
	for (size_t k = 0; k < f.categories; k++)
		try_stock(&f, k);
	for (size_t i = 0; i < INCIDENT_CAUSES; i++) {
		if (f.misfit[i] < first)
			first = f.misfit[i];
		if (i != cause->cause && f.misfit[i] < second) {
			second = f.misfit[i];
			cause->second = (enum incident_cause)i;
		}
	}
	cause->margin = second - first;
	if (cause->explained < LEAST_EXPLAINED) {
		cause->second = cause->cause;
		cause->cause = INCIDENT_UNKNOWN;
		cause->dimension = METRIC_TOTAL;
		cause->member = INCIDENT_ALL;
	}
	free(f.arena);
	return 0;
}
