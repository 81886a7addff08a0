#include "model/prophet_design.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "model/fourier.h"
#include "model/linalg.h"
#include "model/prophet_model.h"

enum {
	CHUNK = 64, /* rows whose columns are made at a time */
	HEAD = 3,   /* columns before those of the terms: t, 1, target */
};

/* Two doubles that go through the processor together, in any order of rows the
 * same two. */
typedef double pair __attribute__((vector_size(16), may_alias));

/* ---- memory -------------------------------------------------------------- */

/* Hands out parts of an array; with base NULL it only counts. */
struct pool {
	double *base;
	size_t used;
};

static double *
take(struct pool *pool, size_t n)
{
	double *p = pool->base == NULL ? NULL : pool->base + pool->used;

	pool->used += (n + 7) & ~(size_t)7;
	return p;
}

static void
lay_out(struct prophet_design *d, struct pool *pool)
{
	const struct prophet_spec *spec = d->spec;
	const size_t width = linalg_stride(HEAD + d->n_beta);

	/* Room to read and write rows by fours past the last. */
	d->stride = ((d->n + 7) & ~(size_t)7) + 8;
	d->t = take(pool, d->stride);
	d->y = take(pool, d->stride);
	d->residual = take(pool, d->stride);
	d->terms = take(pool, d->stride);
	if (spec->growth == PROPHET_LOGISTIC)
		d->cap = take(pool, d->stride);
	if (d->weighted)
		d->root = take(pool, d->stride);
	if (!d->linear) {
		d->trend = take(pool, d->stride);
		d->times = take(pool, d->stride);
		d->by_multiple = take(pool, d->stride);
	}
	if (!d->linear || d->weighted)
		d->by_trend = take(pool, d->stride);
	d->beta = take(pool, d->n_beta);
	d->changepoint = take(pool, d->n_changepoints);
	d->cosine = take(pool, spec->n_seasonalities * d->stride);
	d->sine = take(pool, spec->n_seasonalities * d->stride);
	d->condition = take(pool, spec->n_conditions * d->stride);
	d->feature = take(pool, (spec->n_features - d->n_sparse) * d->stride);
	d->entry_value = take(pool, d->n_entries);
	d->feature_mean = take(pool, spec->n_features);
	d->feature_sd = take(pool, spec->n_features);
	d->column = take(pool, (HEAD + d->n_beta) * CHUNK);
	d->segment = take(pool, (d->n_changepoints + 1) * HEAD * width);
	/* One row more, for products that nobody wants. */
	d->product = take(pool, (HEAD + d->n_beta + 1) * width);
	d->own = take(pool, 3 * d->n_beta + spec->n_seasonalities);
	d->best = take(pool,
	    linalg_stride(2 + d->n_beta - d->n_sided) +
		linalg_stride(d->n_changepoints + d->n_sided));
	if (spec->parameter_variance) {
		const size_t all = 2 + d->n_beta + d->n_changepoints;

		d->factor = take(pool, all * linalg_stride(all));
	}
}

/* ---- rows ---------------------------------------------------------------- */

static int
compare_at(const double *column, size_t a, size_t b)
{
	return (column[a] > column[b]) - (column[a] < column[b]);
}

/* By time, then by all that a row holds, so that the order in which rows came
 * never shows. */
static int
compare_rows(const void *pa, const void *pb, void *context)
{
	const struct prophet_design *d = ((void **)context)[0];
	const struct prophet_rows *rows = ((void **)context)[1];
	const size_t a = *(const size_t *)pa, b = *(const size_t *)pb;
	int c = compare_at(rows->t, a, b);

	if (c == 0)
		c = compare_at(rows->y, a, b);
	for (size_t j = 0; c == 0 && j < d->spec->n_features; j++)
		c = compare_at(rows->feature[j], a, b);
	for (size_t j = 0; c == 0 && j < d->spec->n_conditions; j++)
		c = compare_at(rows->condition[j], a, b);
	if (c == 0 && rows->weight != NULL)
		c = compare_at(rows->weight, a, b);
	if (c == 0 && d->spec->growth == PROPHET_LOGISTIC)
		c = compare_at(rows->cap, a, b);
	if (c == 0 && d->spec->growth == PROPHET_LOGISTIC && d->spec->floor)
		c = compare_at(rows->floor, a, b);
	return c != 0 ? c : (a > b) - (a < b);
}

static size_t
list_rows(const struct prophet_rows *rows, size_t *order, bool *sorted)
{
	size_t n = 0;

	*sorted = true;
	for (size_t i = 0; i < rows->n; i++) {
		if (isnan(rows->y[i]) ||
		    (rows->weight != NULL && rows->weight[i] == 0))
			continue;
		if (n > 0 && !(rows->t[order[n - 1]] < rows->t[i]))
			*sorted = false;
		order[n++] = i;
	}
	return n;
}

static void
gather(const double *from, const size_t *order, size_t n, size_t stride,
    double *to)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[order[i]];
	for (size_t i = n; i < stride; i++)
		to[i] = 0;
}

/* Scale the values x of feature j. */
static void
scale_feature(struct prophet_design *d, size_t j, double *x)
{
	const enum prophet_standardize how = d->spec->feature[j].standardize;
	const double n = (double)d->n;
	bool varies = false, binary = true;
	double sum = 0, squares = 0;

	for (size_t i = 0; i < d->n; i++) {
		varies |= x[i] != x[0];
		binary &= x[i] == 0 || x[i] == 1;
		sum += x[i];
	}
	d->unseen |= !varies && x[0] == 0;
	d->feature_mean[j] = 0;
	d->feature_sd[j] = 1;
	if (!varies || how == PROPHET_STANDARDIZE_NO ||
	    (how == PROPHET_STANDARDIZE_AUTO && binary))
		return;
	for (size_t i = 0; i < d->n; i++)
		squares += (x[i] - sum / n) * (x[i] - sum / n);
	d->feature_mean[j] = sum / n;
	d->feature_sd[j] = sqrt(squares / (n - 1));
	for (size_t i = 0; i < d->n; i++)
		x[i] = (x[i] - d->feature_mean[j]) / d->feature_sd[j];
}

/* The number of values of a feature that are not 0, if they are few and will not
 * be scaled; else SIZE_MAX. */
static size_t
count_entries(const struct prophet_design *d, const struct prophet_rows *rows,
    const size_t *order, size_t j)
{
	const enum prophet_standardize how = d->spec->feature[j].standardize;
	const double *x = rows->feature[j];
	size_t n = 0;

	if (how == PROPHET_STANDARDIZE_YES)
		return SIZE_MAX;
	for (size_t i = 0; i < d->n; i++) {
		const double value = x[order[i]];

		if (value == 0)
			continue;
		if (++n > d->n / 8 ||
		    (value != 1 && how == PROPHET_STANDARDIZE_AUTO))
			return SIZE_MAX;
	}
	return n;
}

/* Which features are sparse: they stand last in feature_at. */
static void
sort_features(struct prophet_design *d, const struct prophet_rows *rows,
    const size_t *order)
{
	const size_t n = d->spec->n_features;
	size_t dense = 0;

	for (size_t j = 0; j < n; j++) {
		const size_t entries = count_entries(d, rows, order, j);

		if (entries == SIZE_MAX) {
			d->feature_at[dense++] = j;
			continue;
		}
		d->feature_at[n - ++d->n_sparse] = j;
		d->n_entries += entries;
	}
}

static void
fill_sparse(struct prophet_design *d, const struct prophet_rows *rows,
    const size_t *order)
{
	const size_t *sparse = d->feature_at + d->spec->n_features -
	    d->n_sparse;
	size_t n = 0;

	for (size_t k = 0; k < d->n_sparse; k++) {
		d->feature_mean[sparse[k]] = 0;
		d->feature_sd[sparse[k]] = 1;
	}
	for (size_t i = 0; i < d->n && d->n_sparse > 0; i++) {
		d->entry[i] = n;
		for (size_t k = 0; k < d->n_sparse; k++) {
			const double x = rows->feature[sparse[k]][order[i]];

			if (x == 0)
				continue;
			d->entry_column[n] = k;
			d->entry_value[n++] = x;
		}
	}
	if (d->n_sparse > 0)
		d->entry[d->n] = n;
	for (size_t k = 0; k < d->n_sparse; k++) {
		bool seen = false;

		for (size_t e = 0; e < n; e++)
			seen |= d->entry_column[e] == k;
		d->unseen |= !seen;
	}
}

/* ---- changepoints -------------------------------------------------------- */

static size_t
count_changepoints(struct prophet_design *d)
{
	const struct prophet_spec *spec = d->spec;
	const size_t rows = (size_t)floor((double)d->n *
	    spec->changepoint_range);

	if (spec->growth == PROPHET_FLAT)
		return 0;
	if (spec->changepoint != NULL || spec->n_changepoints < rows)
		return spec->n_changepoints;
	d->reduced = spec->n_changepoints > 0;
	return rows > 0 ? rows - 1 : 0;
}

/* Evenly over rows 1 .. h - 1, rounding halves to even; in whole numbers, so
 * that a half is one. */
static void
place_changepoints(struct prophet_design *d)
{
	const struct prophet_spec *spec = d->spec;
	const size_t n = d->n_changepoints;
	const size_t h = (size_t)floor((double)d->n * spec->changepoint_range);
	size_t row = 0;

	for (size_t i = 0; i < n; i++) {
		if (spec->changepoint != NULL) {
			d->changepoint[i] = (spec->changepoint[i] - d->start) /
			    d->t_scale;
		} else {
			const size_t at = (i + 1) * (h - 1);
			const size_t twice = 2 * (at % n);
			size_t r = at / n;

			if (twice > n || (twice == n && r % 2 == 1))
				r++;
			d->changepoint[i] = d->t[r];
		}
		while (row < d->n && d->t[row] < d->changepoint[i])
			row++;
		d->first[i] = row;
	}
	d->first[n] = d->n;
}

/* ---- set up -------------------------------------------------------------- */

static size_t
count_beta(const struct prophet_spec *spec)
{
	size_t n = spec->n_features;

	for (size_t j = 0; j < spec->n_seasonalities; j++)
		n += 2 * spec->seasonality[j].order;
	return n;
}

static void
set_priors(struct prophet_design *d)
{
	const struct prophet_spec *spec = d->spec;
	double *prior = d->map.prior;
	size_t *place = d->place;
	size_t dense = 2,
	       selected = linalg_stride(d->map.q) + d->n_changepoints;

	prior[0] = prior[1] = 1.0 / 25;
	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		const double s = spec->seasonality[j].prior_scale;

		for (size_t k = 0; k < 2 * spec->seasonality[j].order; k++) {
			*place++ = dense;
			prior[dense++] = 1 / (s * s);
		}
	}
	for (size_t j = 0; j < spec->n_features; j++) {
		const double s = spec->feature[j].prior_scale;

		*place = dense;
		if (spec->feature[j].sign == PROPHET_ANY_SIGN) {
			dense++;
		} else {
			*place = selected++;
			d->map.side[*place - linalg_stride(d->map.q)] =
			    spec->feature[j].sign == PROPHET_NOT_NEGATIVE ? 1
									  : -1;
		}
		prior[*place++] = 1 / (s * s);
	}
	place = d->place;
	for (size_t j = 0; j < d->n_beta; j++)
		d->at[j] = place[j];
	for (size_t k = 0; k < spec->n_features; k++) {
		const size_t first = d->n_beta - spec->n_features;

		d->at[first + k] = place[first + d->feature_at[k]];
	}
	d->map.n = d->weight;
	d->map.tau = spec->changepoint_prior_scale;
	d->map.yy = d->yy;
}

/* What rows weigh: what they bring, less by half with each half-life before
 * the last. */
static void
weigh_rows(struct prophet_design *d, const struct prophet_rows *rows,
    const size_t *order)
{
	const double last = d->t[d->n - 1];

	d->weight = (double)d->n;
	if (!d->weighted)
		return;
	d->weight = 0;
	for (size_t i = 0; i < d->n; i++) {
		double w = rows->weight != NULL ? rows->weight[order[i]] : 1;

		w *= prophet_decay(d->spec, last - d->t[i]);
		d->root[i] = sqrt(w);
		d->weight += w;
	}
	d->by_add = d->root;
	if (d->linear)
		memcpy(d->by_trend, d->root, d->n * sizeof(*d->root));
}

/* Subtract the floor and divide by the scale. */
static void
scale_values(struct prophet_design *d, const struct prophet_rows *rows,
    const size_t *order)
{
	const bool logistic = d->spec->growth == PROPHET_LOGISTIC;
	const bool minmax = d->spec->scaling == PROPHET_MINMAX;
	const double *floor = logistic && d->spec->floor ? rows->floor : NULL;
	double low = INFINITY, high = -INFINITY, largest = 0;

	for (size_t i = 0; i < d->n; i++) {
		const bool bounds = minmax && floor != NULL;

		low = fmin(low, bounds ? floor[order[i]] : d->y[i]);
		high = fmax(high, bounds ? rows->cap[order[i]] : d->y[i]);
	}
	d->y_min = minmax ? low : 0;
	d->constant = true;
	for (size_t i = 0; i < d->n; i++) {
		d->constant &= d->y[i] == d->y[0];
		d->y[i] -= floor != NULL ? floor[order[i]] : d->y_min;
		largest = fmax(largest, fabs(d->y[i]));
	}
	/* A constant is no optimum of a curve. */
	d->constant &= !logistic;
	d->y_scale = minmax ? high - low : largest;
	if (!(d->y_scale > 0))
		d->y_scale = 1;
	for (size_t i = 0; i < d->n; i++) {
		d->y[i] /= d->y_scale;
		d->yy += d->weighted
		    ? d->root[i] * d->root[i] * d->y[i] * d->y[i]
		    : d->y[i] * d->y[i];
		if (logistic)
			d->cap[i] = (rows->cap[order[i]] -
					(floor != NULL ? floor[order[i]]
						       : d->y_min)) /
			    d->y_scale;
	}
}

static void
fill_rows(struct prophet_design *d, const struct prophet_rows *rows,
    const size_t *order)
{
	const struct prophet_spec *spec = d->spec;

	gather(rows->t, order, d->n, d->stride, d->t);
	gather(rows->y, order, d->n, d->stride, d->y);
	for (size_t j = 0; j < spec->n_seasonalities; j++)
		fourier_phase(d->t, d->stride, spec->seasonality[j].period,
		    d->cosine + j * d->stride, d->sine + j * d->stride);
	for (size_t j = 0; j < spec->n_conditions; j++)
		gather(rows->condition[j], order, d->n, d->stride,
		    d->condition + j * d->stride);
	for (size_t k = 0; k < spec->n_features - d->n_sparse; k++) {
		const size_t j = d->feature_at[k];
		double *x = d->feature + k * d->stride;

		gather(rows->feature[j], order, d->n, d->stride, x);
		scale_feature(d, j, x);
	}
	fill_sparse(d, rows, order);

	d->start = d->t[0];
	d->t_scale = d->t[d->n - 1] - d->start;
	for (size_t i = 1; i < d->n; i++)
		d->duplicates |= d->t[i] == d->t[i - 1];
	weigh_rows(d, rows, order);
	for (size_t i = 0; i < d->n; i++)
		d->t[i] = (d->t[i] - d->start) / d->t_scale;
	scale_values(d, rows, order);
}

static bool
is_linear(const struct prophet_spec *spec)
{
	bool linear = spec->growth != PROPHET_LOGISTIC;

	for (size_t j = 0; j < spec->n_seasonalities; j++)
		linear &= spec->seasonality[j].mode == PROPHET_ADDITIVE;
	for (size_t j = 0; j < spec->n_features; j++)
		linear &= spec->feature[j].mode == PROPHET_ADDITIVE;
	return linear;
}

/* Lay out the arrays of indices behind the order of rows and features, which
 * stay where they are in work->index. */
static int
place_indices(struct prophet_design *d, size_t n_rows,
    struct prophet_workspace *work)
{
	const size_t n_features = d->spec->n_features;
	const size_t ns = d->n_changepoints, n_beta = d->n_beta;
	size_t *p;

	if (vec_grow(&work->index, &work->index_cap,
		n_rows + n_features + (ns + 1) + 2 * n_beta +
		    (ns + d->n_sided) + (2 + n_beta + ns) + (d->n + 1) +
		    d->n_entries,
		sizeof(*work->index)) == -1)
		return -1;
	p = work->index + n_rows;
	d->feature_at = p;
	d->first = p += n_features;
	d->place = p += ns + 1;
	d->at = p += n_beta;
	d->selected = p += n_beta;
	d->active = p += ns + d->n_sided;
	d->entry = p += 2 + n_beta + ns;
	d->entry_column = p + d->n + 1;
	return 0;
}

/* ---- products kept ------------------------------------------------------- */

/*
 * The products of columns with each other depend on the times alone where there
 * are neither weights nor features nor conditions, and the model is linear.  They
 * are kept with a key: all numbers that they follow from.
 */
struct key {
	double *at;
	bool store, same;
};

/* Compare a number with that of the key, or put it there. */
static void
visit(struct key *key, double x)
{
	if (key->store)
		*key->at = x;
	key->same &= *key->at++ == x;
}

/* Whether the key is that of the design; or make it so. */
static bool
go_through(struct key key, const struct prophet_design *d,
    const struct prophet_rows *rows, const size_t *order)
{
	const struct prophet_spec *spec = d->spec;

	/* The length of the key, first. */
	visit(&key, (double)d->n);
	visit(&key, (double)d->n_changepoints);
	visit(&key, (double)spec->n_seasonalities);
	if (!key.same)
		return false;
	visit(&key, spec->growth);
	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		visit(&key, spec->seasonality[j].period);
		visit(&key, (double)spec->seasonality[j].order);
	}
	for (size_t c = 0; c < d->n_changepoints; c++)
		visit(&key, d->changepoint[c]);
	for (size_t i = 0; i < d->n; i++)
		visit(&key, rows->t[order[i]]);
	return key.same;
}

/* dd, sd and ss, from there or to there. */
static void
copy_products(struct mapfit *map, double *kept, bool keep)
{
	const size_t dq = linalg_stride(map->q), ds = linalg_stride(map->s);
	const struct {
		double *products;
		size_t n;
	} part[] = {
		{ map->dd, map->q * dq },
		{ map->sd, map->s * dq },
		{ map->ss, map->s * ds },
	};

	for (size_t i = 0; i < 3; i++) {
		if (keep)
			memcpy(kept, part[i].products,
			    part[i].n * sizeof(*kept));
		else
			memcpy(part[i].products, kept,
			    part[i].n * sizeof(*kept));
		kept += part[i].n;
	}
}

/* Take the products of the last fit if they are those of this one; else have
 * them kept when they are made. */
static int
keep_products(struct prophet_design *d, const struct prophet_rows *rows,
    const size_t *order, struct prophet_workspace *work)
{
	const struct prophet_spec *spec = d->spec;
	const size_t key = 4 + 2 * spec->n_seasonalities + d->n_changepoints +
	    d->n;
	struct key known = { .at = work->known, .same = true };

	if (!d->linear || d->weighted || spec->n_features > 0 ||
	    spec->n_conditions > 0)
		return 0;
	if (work->known_n > 0 && go_through(known, d, rows, order)) {
		copy_products(&d->map, work->known + key, false);
		d->products_known = true;
		return 0;
	}
	work->known_n = 0;
	if (vec_grow(&work->known, &work->known_cap,
		key + mapfit_size(d->map.q, d->map.s),
		sizeof(*work->known)) == -1)
		return -1;
	known = (struct key){ .at = work->known, .store = true, .same = true };
	go_through(known, d, rows, order);
	d->store = work->known + key;
	d->store_key = key;
	d->stored = &work->known_n;
	return 0;
}

/* ---- set up, at last ----------------------------------------------------- */

int
prophet_design_init(struct prophet_design *d, const struct prophet_spec *spec,
    const struct prophet_rows *rows, struct prophet_workspace *work)
{
	struct pool pool = { 0 };
	size_t *order, map_size, q, s;
	bool sorted;

	memset(d, 0, sizeof(*d));
	d->spec = spec;
	d->n_beta = count_beta(spec);
	d->linear = is_linear(spec);
	d->weighted = rows->weight != NULL || spec->half_life > 0;
	for (size_t j = 0; j < spec->n_features; j++)
		d->n_sided += spec->feature[j].sign != PROPHET_ANY_SIGN;
	if (vec_grow(&work->index, &work->index_cap,
		rows->n + spec->n_features + 1, sizeof(*work->index)) == -1)
		return -1;
	d->n = list_rows(rows, work->index, &sorted);
	if (!sorted) {
		const void *context[] = { d, rows };

		qsort_r(work->index, d->n, sizeof(*work->index), compare_rows,
		    context);
	}
	d->n_changepoints = count_changepoints(d);
	d->feature_at = work->index + rows->n;
	sort_features(d, rows, work->index);
	if (place_indices(d, rows->n, work) == -1)
		return -1;
	order = work->index;

	lay_out(d, &pool);
	q = 2 + d->n_beta - d->n_sided;
	s = d->n_changepoints + d->n_sided;
	map_size = mapfit_size(q, s);
	take(&pool, map_size);
	if (vec_grow(&work->real, &work->real_cap, pool.used,
		sizeof(*work->real)) == -1 ||
	    vec_grow(&work->flag, &work->flag_cap, s + 1,
		sizeof(*work->flag)) == -1)
		return -1;
	pool = (struct pool){ .base = work->real };
	lay_out(d, &pool);
	mapfit_place(&d->map, q, s, take(&pool, map_size), d->selected,
	    work->flag);

	fill_rows(d, rows, order);
	place_changepoints(d);
	set_priors(d);
	return keep_products(d, rows, order, work);
}

/* ---- products ------------------------------------------------------------ */

/*
 * g[a][j] += sum over m rows of a[a] times column j of b, for three columns a
 * and n columns b that stand CHUNK apart.  Nine sums at a time fit the
 * registers.  m is even; rows added to make it so hold zeros.
 */
static void
multiply(const double *const a[3], const double *b, size_t n, size_t m,
    double *const g[3])
{
	for (size_t j = 0; j < n; j += 3) {
		const size_t left = n - j;
		const double *b0 = b + j * CHUNK;
		const double *b1 = left > 1 ? b0 + CHUNK : b0;
		const double *b2 = left > 2 ? b1 + CHUNK : b0;
		pair s00 = { 0 }, s01 = { 0 }, s02 = { 0 };
		pair s10 = { 0 }, s11 = { 0 }, s12 = { 0 };
		pair s20 = { 0 }, s21 = { 0 }, s22 = { 0 };

		for (size_t i = 0; i < m; i += 2) {
			const pair x0 = *(const pair *)(a[0] + i);
			const pair x1 = *(const pair *)(a[1] + i);
			const pair x2 = *(const pair *)(a[2] + i);
			pair y = *(const pair *)(b0 + i);

			s00 += x0 * y;
			s10 += x1 * y;
			s20 += x2 * y;
			y = *(const pair *)(b1 + i);
			s01 += x0 * y;
			s11 += x1 * y;
			s21 += x2 * y;
			y = *(const pair *)(b2 + i);
			s02 += x0 * y;
			s12 += x1 * y;
			s22 += x2 * y;
		}
		g[0][j] += s00[0] + s00[1];
		g[1][j] += s10[0] + s10[1];
		g[2][j] += s20[0] + s20[1];
		if (left > 1) {
			g[0][j + 1] += s01[0] + s01[1];
			g[1][j + 1] += s11[0] + s11[1];
			g[2][j + 1] += s21[0] + s21[1];
		}
		if (left > 2) {
			g[0][j + 2] += s02[0] + s02[1];
			g[1][j + 2] += s12[0] + s12[1];
			g[2][j + 2] += s22[0] + s22[1];
		}
	}
}

/* Products of columns from .. to - 1 with columns first .. last - 1. */
static void
multiply_block(struct prophet_design *d, size_t from, size_t to, size_t first,
    size_t last, size_t m)
{
	const size_t width = linalg_stride(HEAD + d->n_beta);

	for (size_t i = from; i < to; i += 3) {
		const double *a[3];
		double *g[3];

		for (size_t c = 0; c < 3; c++) {
			const bool wanted = i + c < to;
			const size_t row = wanted ? i + c : HEAD + d->n_beta;

			a[c] = d->column + (wanted ? i + c : i) * CHUNK;
			g[c] = d->product + row * width + first;
		}
		multiply(a, d->column + first * CHUNK, last - first, m, g);
	}
}

/* Sines and cosines of the first harmonics from those of the phase. */
static void
harmonics(double *column, size_t order, size_t m)
{
	const double *s1 = column, *c1 = column + CHUNK;

	for (size_t k = 2; k <= order; k++) {
		const size_t half = k / 2, rest = k - half;
		const double *sh = k == 2 ? s1
					  : column + (2 * half - 2) * CHUNK;
		const double *ch = k == 2 ? c1
					  : column + (2 * half - 1) * CHUNK;
		const double *sr = column + (2 * rest - 2) * CHUNK;
		const double *cr = column + (2 * rest - 1) * CHUNK;
		double *restrict s = column + (2 * k - 2) * CHUNK;
		double *restrict c = column + (2 * k - 1) * CHUNK;

		for (size_t i = 0; i < m; i += 4)
			for (size_t j = i; j < i + 4; j++) {
				s[j] = sh[j] * cr[j] + ch[j] * sr[j];
				c[j] = ch[j] * cr[j] - sh[j] * sr[j];
			}
	}
}

/* Copy m values and fill up with zeros to a multiple of four. */
static void
copy_rows(double *to, const double *from, size_t m)
{
	memcpy(to, from, m * sizeof(*to));
	for (; m % 4 != 0; m++)
		to[m] = 0;
}

/* Multiply m values of each of n columns by by, if there is such. */
static void
multiply_rows(double *column, size_t n, const double *by, size_t m)
{
	for (size_t k = 0; by != NULL && k < n; k++, column += CHUNK)
		for (size_t i = 0; i < m; i++)
			column[i] *= by[i];
}

static bool
multiplies(const struct prophet_design *d, enum prophet_mode mode)
{
	return mode == PROPHET_MULTIPLICATIVE && !d->as_additive;
}

/* What rows of a term are multiplied by, or NULL. */
static const double *
rows_of(const struct prophet_design *d, enum prophet_mode mode, size_t from)
{
	const double *by = multiplies(d, mode) ? d->by_multiple : d->by_add;

	return by == NULL ? NULL : by + from;
}

/* What the columns of seasonality j are multiplied by in m rows, into by; or
 * NULL. */
static const double *
factor_of(const struct prophet_design *d, size_t j, size_t from, size_t m,
    double *by)
{
	const struct prophet_seasonality *s = &d->spec->seasonality[j];
	const double *on = d->condition + s->condition * d->stride + from;
	const double *mode = rows_of(d, s->mode, from);

	if (!s->conditional)
		return mode;
	for (size_t i = 0; i < m; i++)
		by[i] = mode != NULL ? on[i] * mode[i] : on[i];
	return by;
}

static void
make_columns(struct prophet_design *d, const double *target, size_t from,
    size_t m)
{
	const struct prophet_spec *spec = d->spec;
	const size_t m4 = (m + 3) & ~(size_t)3;
	double *column = d->column;

	if (spec->growth == PROPHET_FLAT)
		memset(column, 0, m4 * sizeof(*column));
	else
		copy_rows(column, d->t + from, m);
	for (size_t i = 0; i < m4; i++)
		column[CHUNK + i] = i < m ? 1 : 0;
	if (d->by_trend != NULL)
		multiply_rows(column, 2, d->by_trend + from, m);
	copy_rows(column + 2 * CHUNK, target + from, m);
	if (d->root != NULL)
		multiply_rows(column + 2 * CHUNK, 1, d->root + from, m);
	column += HEAD * CHUNK;
	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		const struct prophet_seasonality *s = &spec->seasonality[j];
		double by[CHUNK];

		copy_rows(column, d->sine + j * d->stride + from, m);
		copy_rows(column + CHUNK, d->cosine + j * d->stride + from, m);
		harmonics(column, s->order, m4);
		multiply_rows(column, 2 * s->order,
		    factor_of(d, j, from, m, by), m);
		column += 2 * s->order * CHUNK;
	}
	for (size_t k = 0; k < spec->n_features - d->n_sparse; k++) {
		const struct prophet_feature
		    *feature = &spec->feature[d->feature_at[k]];

		copy_rows(column, d->feature + k * d->stride + from, m);
		multiply_rows(column, 1, rows_of(d, feature->mode, from), m);
		column += CHUNK;
	}
}

/* A value of a sparse feature at row i, times what its rows are multiplied
 * by. */
static double
entry_value(const struct prophet_design *d, size_t entry, size_t i)
{
	const size_t k = d->spec->n_features - d->n_sparse +
	    d->entry_column[entry];
	const double *by = rows_of(d, d->spec->feature[d->feature_at[k]].mode,
	    i);

	return by == NULL ? d->entry_value[entry] : d->entry_value[entry] * *by;
}

/* Add the products of sparse features, in rows whose other columns are made:
 * with those of the head into sums, with the rest into the row of the product
 * that belongs to the feature. */
static void
add_entries(struct prophet_design *d, size_t from, size_t m, double *sums)
{
	const size_t width = linalg_stride(HEAD + d->n_beta);
	const size_t end = HEAD + d->n_beta - d->n_sparse;

	for (size_t i = 0; i < m; i++)
		for (size_t e = d->entry[from + i]; e < d->entry[from + i + 1];
		     e++) {
			const double x = entry_value(d, e, from + i);
			const size_t column = end + d->entry_column[e];
			double *product = d->product + column * width;

			for (size_t h = 0; h < HEAD; h++)
				sums[h * width + column] += x *
				    d->column[h * CHUNK + i];
			for (size_t c = HEAD; c < end; c++)
				product[c] += x * d->column[c * CHUNK + i];
			for (size_t o = e; o < d->entry[from + i + 1]; o++)
				product[end + d->entry_column[o]] += x *
				    entry_value(d, o, from + i);
		}
}

/* Add the rows from .. from + m - 1, which lie in one segment, to the sums. */
static void
add_rows(struct prophet_design *d, const double *target, size_t segment,
    size_t from, size_t m)
{
	const struct prophet_spec *spec = d->spec;
	const size_t end = HEAD + d->n_beta - d->n_sparse;
	const size_t width = linalg_stride(HEAD + d->n_beta);
	const size_t rows = m;
	double *sums = d->segment + segment * HEAD * width;
	const double *head[] = { d->column, d->column + CHUNK,
		d->column + 2 * CHUNK };
	double *const head_sums[] = { sums, sums + width, sums + 2 * width };
	double *own = d->own;
	size_t at = HEAD;

	make_columns(d, target, from, m);
	if (d->n_sparse > 0)
		add_entries(d, from, m, sums);
	m += m % 2;
	multiply(head, d->column, end, m, head_sums);
	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		const struct prophet_seasonality *s = &spec->seasonality[j];
		const size_t n = 2 * s->order;
		double by[CHUNK];
		const double *factor = factor_of(d, j, from, rows, by);
		const double *a[] = { by, d->column + (at + n - 2) * CHUNK,
			d->column + (at + n - 1) * CHUNK };
		double *const g[] = { own, own + n, own + 2 * n };

		/* The factor of the rows, and the sum of its squares:
		 * own[3n]. */
		for (size_t i = 0; i < m; i++) {
			by[i] = i >= rows ? 0 : factor != NULL ? factor[i] : 1;
			own[3 * n] += by[i] * by[i];
		}
		multiply(a, d->column + at * CHUNK, n, m, g);
		multiply_block(d, at, at + n, at + n, end, m);
		own += 3 * n + 1;
		at += n;
	}
	for (; at < end; at += 3)
		multiply_block(d, at, at + 3 < end ? at + 3 : end, at, end, m);
}

/* Sums over the rows of cos k x and sin k x, k = 0 .. 2 order, from the products
 * of a seasonality, of rows that weigh the square of their factor f: own is f,
 * f sin N x and f cos N x times all columns, then the sum of f^2. */
static double
sum_cos(const double *own, size_t order, size_t k)
{
	const size_t n = 2 * order;

	if (k == 0)
		return own[3 * n];
	if (k <= order)
		return own[2 * k - 1];
	k -= order;
	return own[2 * n + 2 * k - 1] - own[n + 2 * k - 2];
}

static double
sum_sin(const double *own, size_t order, size_t k)
{
	const size_t n = 2 * order;

	if (k == 0)
		return 0;
	if (k <= order)
		return own[2 * k - 2];
	k -= order;
	return own[n + 2 * k - 1] + own[2 * n + 2 * k - 2];
}

/* The products of the columns of a seasonality with each other, into the upper
 * triangle of g. */
static void
expand_own(const double *own, size_t order, double *g, size_t width)
{
	for (size_t a = 1; a <= order; a++) {
		double *sine = g + (2 * a - 2) * width;
		double *cosine = sine + width;

		for (size_t b = a; b <= order; b++) {
			const double cp = sum_cos(own, order, b + a) / 2;
			const double cm = sum_cos(own, order, b - a) / 2;
			const double sp = sum_sin(own, order, b + a) / 2;
			const double sm = sum_sin(own, order, b - a) / 2;

			sine[2 * b - 2] = cm - cp;
			sine[2 * b - 1] = sp - sm;
			cosine[2 * b - 2] = sp + sm;
			cosine[2 * b - 1] = cm + cp;
		}
	}
}

/* Sums over the rows from each changepoint on, and what follows for the hinges:
 * max(0, t - s) is there t - s. */
static void
collect_hinges(struct prophet_design *d)
{
	const size_t dq = linalg_stride(d->map.q);
	const size_t ns = d->n_changepoints, ds = linalg_stride(d->map.s);
	const size_t width = linalg_stride(HEAD + d->n_beta);
	const size_t size = HEAD * width;

	for (size_t c = ns; c-- > 0;) {
		double *later = d->segment + (c + 1) * size;
		const double s = d->changepoint[c];
		const double *of_t = later, *of_1 = later + width;
		double *sd = d->map.sd + c * dq;

		for (size_t i = 0; c + 1 < ns && i < size; i++)
			later[i] += later[size + i];
		sd[0] = of_t[0] - s * of_1[0];
		sd[1] = of_t[1] - s * of_1[1];
		for (size_t j = 0; j < d->n_beta; j++) {
			const size_t at = d->at[j];
			const double product = of_t[HEAD + j] -
			    s * of_1[HEAD + j];

			if (at < dq)
				sd[at] = product;
			else
				d->map.ss[c * ds + at - dq] =
				    d->map.ss[(at - dq) * ds + c] = product;
		}
		d->map.gradient[dq + c] = of_t[2] - s * of_1[2];
		for (size_t b = 0; b <= c; b++) {
			const double sb = d->changepoint[b];
			const double product = of_t[0] - (s + sb) * of_t[1] +
			    s * sb * of_1[1];

			d->map.ss[c * ds + b] = product;
			d->map.ss[b * ds + c] = product;
		}
	}
	/* Segment 0 becomes the sums over all rows. */
	for (size_t i = 0; ns > 0 && i < size; i++)
		d->segment[i] += d->segment[size + i];
}

/* The product of two columns whose coefficients are at a and b of theta. */
static void
set_product(struct mapfit *map, size_t a, size_t b, double product)
{
	const size_t dq = linalg_stride(map->q), ds = linalg_stride(map->s);

	if (a < dq && b < dq)
		map->dd[a < b ? a * dq + b : b * dq + a] = product;
	else if (a < dq)
		map->sd[(b - dq) * dq + a] = product;
	else if (b < dq)
		map->sd[(a - dq) * dq + b] = product;
	else
		map->ss[(a - dq) * ds + b - dq] =
		    map->ss[(b - dq) * ds + a - dq] = product;
}

static void
collect_dense(struct prophet_design *d)
{
	const struct prophet_spec *spec = d->spec;
	const size_t width = linalg_stride(HEAD + d->n_beta);
	const size_t sparse = 2 + d->n_beta - d->n_sparse;
	const double *own = d->own, *target = d->segment + 2 * width;
	double *g = d->product + HEAD * width + HEAD;

	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		const size_t order = spec->seasonality[j].order;

		expand_own(own, order, g, width);
		own += 6 * order + 1;
		g += 2 * order * (width + 1);
	}
	for (size_t i = 0; i < 2 + d->n_beta; i++) {
		const double *from = i < 2 ? d->segment + i * width
					   : d->product + (i + 1) * width;
		const size_t at = i < 2 ? i : d->at[i - 2];

		for (size_t j = i; j < 2 + d->n_beta; j++) {
			const double *product = &from[j < 2 ? j : j + 1];

			/* With dense ones they are in the row of the sparse. */
			if (i >= 2 && i < sparse && j >= sparse)
				product = &d->product[(j + 1) * width + i + 1];
			set_product(&d->map, at, j < 2 ? j : d->at[j - 2],
			    *product);
		}
		d->map.gradient[at] = target[i < 2 ? i : i + 1];
	}
	d->map.rr = target[2];
}

/*
 * The columns of the trend were made as those of a line, a t and a.  A logistic
 * one has the derivatives a (t - m) by k and -k a by m.
 */
static void
bend_trend(struct mapfit *map, double k, double m)
{
	const size_t dq = linalg_stride(map->q);
	double *row_k = map->dd, *row_m = map->dd + dq;
	const double kk = row_k[0], km = row_k[1], mm = row_m[1];

	for (size_t j = 2; j < map->q; j++) {
		row_k[j] -= m * row_m[j];
		row_m[j] *= -k;
	}
	row_k[0] = kk - 2 * m * km + m * m * mm;
	row_k[1] = k * (m * mm - km);
	row_m[1] = k * k * mm;
	for (size_t c = 0; c < map->s; c++) {
		double *sd = map->sd + c * dq;

		sd[0] -= m * sd[1];
		sd[1] *= -k;
	}
	map->gradient[0] -= m * map->gradient[1];
	map->gradient[1] *= -k;
}

/* The factors of the rows of the columns, at the parameters of d->trend and
 * d->times. */
static void
make_factors(struct prophet_design *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const double root = d->root != NULL ? d->root[i] : 1;

		d->by_multiple[i] = root * d->trend[i];
		d->by_trend[i] = root * d->times[i];
		if (d->cap != NULL)
			d->by_trend[i] *= d->trend[i] *
			    (1 - d->trend[i] / d->cap[i]);
	}
}

/* g[j] += sum over m rows of a times column j of b, as multiply() does it. */
static void
multiply_one(const double *a, const double *b, size_t n, size_t m, double *g)
{
	for (size_t j = 0; j < n; j++, b += CHUNK) {
		pair sum = { 0 };

		for (size_t i = 0; i < m; i += 2)
			sum += *(const pair *)(a + i) * *(const pair *)(b + i);
		g[j] += sum[0] + sum[1];
	}
}

/* The products with the target alone: the third row of the sums of a segment.
 * Adds in the same order as if all were made, so that no bit differs. */
static void
target_products(struct prophet_design *d, const double *target)
{
	const size_t end = HEAD + d->n_beta, width = linalg_stride(end);
	const size_t ns = d->n_changepoints, size = HEAD * width;
	const size_t dq = linalg_stride(d->map.q);

	for (size_t c = 0; c <= ns; c++) {
		double *sums = d->segment + c * size + 2 * width;
		size_t from = c > 0 ? d->first[c - 1] : 0;

		memset(sums, 0, width * sizeof(*sums));
		for (; from < d->first[c]; from += CHUNK) {
			const size_t left = d->first[c] - from;
			const size_t m = left < CHUNK ? left : CHUNK;

			make_columns(d, target, from, m);
			multiply_one(d->column + 2 * CHUNK, d->column, end,
			    m + m % 2, sums);
		}
	}
	for (size_t c = ns; c-- > 0;) {
		double *later = d->segment + (c + 1) * size + 2 * width;

		for (size_t i = 0; c + 1 < ns && i < end; i++)
			later[i] += later[size + i];
		d->map.gradient[dq + c] = later[0] -
		    d->changepoint[c] * later[1];
	}
	double *all = d->segment + 2 * width;
	for (size_t i = 0; ns > 0 && i < end; i++)
		all[i] += all[size + i];
	for (size_t i = 0; i < 2 + d->n_beta; i++)
		d->map.gradient[i < 2 ? i : d->at[i - 2]] =
		    all[i < 2 ? i : i + 1];
	d->map.rr = all[2];
}

void
prophet_design_products(struct prophet_design *d, const double *target,
    const double *theta)
{
	const size_t width = linalg_stride(HEAD + d->n_beta);
	const size_t ns = d->n_changepoints;

	if (d->products_known) {
		target_products(d, target);
		return;
	}
	memset(d->segment, 0, (ns + 1) * HEAD * width * sizeof(double));
	memset(d->product, 0, (HEAD + d->n_beta + 1) * width * sizeof(double));
	memset(d->own, 0,
	    (3 * d->n_beta + d->spec->n_seasonalities) * sizeof(double));
	if (!d->linear)
		make_factors(d);
	for (size_t c = 0; c <= ns; c++) {
		size_t from = c > 0 ? d->first[c - 1] : 0;
		const size_t to = d->first[c];

		for (; from < to; from += CHUNK)
			add_rows(d, target, c, from,
			    to - from < CHUNK ? to - from : CHUNK);
	}
	collect_hinges(d);
	collect_dense(d);
	if (d->cap != NULL)
		bend_trend(&d->map, theta[0], theta[1]);
	if (d->store != NULL) {
		copy_products(&d->map, d->store, true);
		*d->stored = d->store_key;
		d->store = NULL;
		/* For another target of this fit, as for the next. */
		d->products_known = true;
	}
}

/* ---- residuals ----------------------------------------------------------- */

/* Where feature j adds to. */
static double *
sum_of(const struct prophet_design *d, size_t j)
{
	return multiplies(d, d->spec->feature[j].mode) ? d->times : d->terms;
}

/* Sums of the terms of each mode, into d->terms and d->times. */
static void
sum_terms(struct prophet_design *d, const double *beta)
{
	const struct prophet_spec *spec = d->spec;
	const size_t n_dense = spec->n_features - d->n_sparse;

	memset(d->terms, 0, d->stride * sizeof(*d->terms));
	for (size_t i = 0; !d->linear && i < d->stride; i++)
		d->times[i] = 1;
	for (size_t j = 0; j < spec->n_seasonalities; j++) {
		const struct prophet_seasonality *s = &spec->seasonality[j];
		const double *on = d->condition + s->condition * d->stride;
		double *sum = multiplies(d, s->mode) ? d->times : d->terms;
		double *to = s->conditional ? d->residual : sum;

		if (s->conditional)
			memset(to, 0, d->stride * sizeof(*to));
		fourier_sum(d->cosine + j * d->stride, d->sine + j * d->stride,
		    d->stride, beta, s->order, to);
		for (size_t i = 0; s->conditional && i < d->n; i++)
			sum[i] += on[i] * to[i];
		beta += 2 * s->order;
	}
	for (size_t k = 0; k < n_dense; k++)
		axpy(beta[d->feature_at[k]], d->feature + k * d->stride,
		    sum_of(d, d->feature_at[k]), d->n);
	for (size_t i = 0; d->n_sparse > 0 && i < d->n; i++)
		for (size_t e = d->entry[i]; e < d->entry[i + 1]; e++) {
			const size_t j =
			    d->feature_at[n_dense + d->entry_column[e]];

			sum_of(d, j)[i] += beta[j] * d->entry_value[e];
		}
}

/* The residual of row i, whose trend has the value line before it is bent. */
static double
residual_at(struct prophet_design *d, size_t i, double line)
{
	if (d->linear)
		return d->y[i] - (line + d->terms[i]);
	d->trend[i] = d->cap != NULL ? d->cap[i] / (1 + exp(-line)) : line;
	return d->y[i] - (d->trend[i] * d->times[i] + d->terms[i]);
}

const double *
prophet_design_beta(const struct prophet_design *d, const double *theta)
{
	if (d->n_sided == 0)
		return theta + 2;
	for (size_t j = 0; j < d->n_beta; j++)
		d->beta[j] = theta[d->place[j]];
	return d->beta;
}

double
prophet_design_residuals(struct prophet_design *d, const double *theta)
{
	const double *delta = theta + linalg_stride(d->map.q);
	const bool flat = d->spec->growth == PROPHET_FLAT;
	double slope = flat ? 0 : theta[0], offset = theta[1], sum = 0;

	if (d->cap != NULL)
		offset *= -slope;
	sum_terms(d, prophet_design_beta(d, theta));
	for (size_t c = 0, i = 0; c <= d->n_changepoints; c++) {
		if (c > 0) {
			slope += delta[c - 1];
			offset -= delta[c - 1] * d->changepoint[c - 1];
		}
		for (; i < d->first[c]; i++) {
			d->residual[i] = residual_at(d, i,
			    slope * d->t[i] + offset);
			const double r = d->root != NULL
			    ? d->root[i] * d->residual[i]
			    : d->residual[i];
			sum += r * r;
		}
	}
	return sum;
}
