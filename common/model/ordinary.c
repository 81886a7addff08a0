#include "model/ordinary.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/normal.h"
#include "base/rng.h"
#include "model/eigen.h"
#include "model/student.h"

enum {
	FACTORS = 128, /* independent normals behind a row, at most */
	TAIL_CELLS = 112,
};

#define EIGEN_MIN 1e-3
#define G_SPARSE 0.42            /* that of an exponential */
#define Z_95 1.6448536269514722  /* normal quantiles */
#define T_75 0.70638661264483638 /* of Student's t, 8 degrees of freedom */
#define T_95 1.8595480375308981
#define TAIL_STEP 0.0625 /* of a table from Z_95 to 8.6 */

/* A tail: median + sign b (exp(g t) - 1) / g for the quantile t > 0 of t8. */
struct tail {
	int known; /* 0: take the values as they are */
	double b, g;
};

struct margin {
	const double *sorted; /* finite values, n of them */
	size_t n;
	double median;
	struct tail below, above;
};

struct ordinary {
	size_t d, factors;
	struct margin *margin;       /* d */
	double *sorted;              /* of all margins */
	double *load;                /* d x factors: weights of the normals */
	double *own;                 /* d: weight of a normal of its own */
	double tail[TAIL_CELLS + 2]; /* t8 quantile by the normal one */
};

/* ---- Student's t ---------------------------------------------------- */

/* For z >= Z_95. */
static double
t8_of_normal(const struct ordinary *o, double z)
{
	const double k = fmin((z - Z_95) / TAIL_STEP, TAIL_CELLS);
	const size_t j = (size_t)k;

	return o->tail[j] + (k - (double)j) * (o->tail[j + 1] - o->tail[j]);
}

/* ---- margins -------------------------------------------------------- */

/* The value below which a share u of the values lies, between two of them by
 * linear interpolation. */
static double
quantile_of(const struct margin *m, double u)
{
	const double k = u * (double)(m->n - 1);
	const size_t j = (size_t)k;
	const double g = k - (double)j, a = m->sorted[j];

	return j + 1 < m->n ? a * (1 - g) + m->sorted[j + 1] * g : a;
}

/* (exp(g t) - 1) / g */
static double
bend(double g, double t)
{
	return g < 1e-9 ? t : expm1(g * t) / g;
}

/* From the distances of the quartile and of the 5 % quantile from the median, of
 * n values. */
static struct tail
find_tail(double quartile, double twentieth, size_t n)
{
	struct tail tail = { .known = twentieth > 0 && isfinite(twentieth) };
	double low = 0, high = 4;

	if (!tail.known)
		return tail;
	for (int i = 0; i < 60 && quartile > 0; i++) {
		const double g = (low + high) / 2;

		*(bend(g, T_95) / bend(g, T_75) < twentieth / quartile
			? &low
			: &high) = g;
	}
	/* Less about one standard error of g, for anything like a normal
	 * body. */
	tail.g = quartile > 0 ? fmax(low - 4 / sqrt((double)n), 0) : G_SPARSE;
	tail.b = twentieth / bend(tail.g, T_95);
	return tail;
}

static void
find_margin(struct margin *m, const double *sorted, size_t n)
{
	*m = (struct margin){ .sorted = sorted, .n = n };
	if (n == 0)
		return;
	m->median = quantile_of(m, 0.5);
	m->below = find_tail(m->median - quantile_of(m, 0.25),
	    m->median - quantile_of(m, 0.05), n);
	m->above = find_tail(quantile_of(m, 0.75) - m->median,
	    quantile_of(m, 0.95) - m->median, n);
}

/* The feature's value where a standard normal has z. */
static double
value_at(const struct ordinary *o, const struct margin *m, double z)
{
	const struct tail *tail = z < 0 ? &m->below : &m->above;
	double t, away;

	if (m->n == 0)
		return 0;
	if (fabs(z) < Z_95 || !tail->known)
		return quantile_of(m, erfc(-z * sqrt(0.5)) / 2);
	t = t8_of_normal(o, fabs(z));
	away = tail->b * bend(tail->g, t);
	t = z < 0 ? m->median - away : m->median + away;
	return fmax(fmin(t, DBL_MAX), -DBL_MAX);
}

/* ---- ranks ---------------------------------------------------------- */

struct ranked {
	double x;
	size_t i;
};

static int
compare_ranked(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;

	if (a->x != b->x)
		return a->x < b->x ? -1 : 1;
	return a->i < b->i ? -1 : a->i > b->i;
}

/*
 * Sort the finite values of feature f.  rank[i] becomes the rank of row i less
 * the mean of all, from -1/2 to 1/2, equal ones sharing theirs; NaN where there
 * is no finite value.  Returns how many values there are.
 */
static size_t
rank_feature(const double *x, size_t n, size_t d, size_t f,
    struct ranked *ranked, double *sorted, double *rank)
{
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		rank[i] = NAN;
		if (isfinite(x[i * d + f]))
			ranked[m++] = (struct ranked){ x[i * d + f], i };
	}
	qsort(ranked, m, sizeof(*ranked), compare_ranked);
	for (size_t i = 0, end; i < m; i = end) {
		end = i;
		while (end < m && ranked[end].x == ranked[i].x)
			end++;
		for (size_t j = i; j < end; j++) {
			sorted[j] = ranked[j].x;
			rank[ranked[j].i] = (double)(i + end) / 2 / (double)m -
			    0.5;
		}
	}
	return m;
}

/* ---- correlations --------------------------------------------------- */

/* Spearman's, of the rows that have both. */
static double
rank_correlation(const double *a, const double *b, size_t n)
{
	double ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(a[i]) && !isnan(b[i])) {
			ab += a[i] * b[i];
			aa += a[i] * a[i];
			bb += b[i] * b[i];
		}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* load = V sqrt(lambda), its rows then of length 1. */
static int
load_by_eigen(struct ordinary *o, const double *rank, size_t n)
{
	const size_t d = o->d;
	double *r = calloc(d * d, sizeof(*r)), *value = calloc(d, sizeof(*r));
	const double pi = acos(-1.0);
	int status = -1;

	if (r == NULL || value == NULL)
		goto out;
	for (size_t i = 0; i < d; i++) {
		r[i * d + i] = 1;
		for (size_t j = 0; j < i; j++)
			r[i * d + j] = r[j * d + i] = 2 *
			    sin(pi / 6 *
				rank_correlation(rank + i * n, rank + j * n,
				    n));
	}
	eigen_symmetric(r, d, value, o->load);
	for (size_t i = 0; i < d; i++) {
		double *row = o->load + i * d, squares = 0;

		for (size_t j = 0; j < d; j++) {
			row[j] *= sqrt(fmax(value[j], EIGEN_MIN));
			squares += row[j] * row[j];
		}
		for (size_t j = 0; j < d; j++)
			row[j] /= sqrt(squares);
	}
	status = 0;
out:
	free(value);
	free(r);
	return status;
}

/* load = the normal scores of some rows, so that the correlations are theirs. */
static void
load_by_rows(struct ordinary *o, const double *rank, size_t n)
{
	for (size_t f = 0; f < o->d; f++) {
		double *load = o->load + f * o->factors, squares = 0;

		for (size_t j = 0; j < o->factors; j++) {
			const double r = rank[f * n + j * n / o->factors];

			load[j] = isnan(r) ? 0 : normal_quantile(r + 0.5);
			squares += load[j] * load[j];
		}
		for (size_t j = 0; squares > 0 && j < o->factors; j++)
			load[j] *= sqrt((1 - EIGEN_MIN) / squares);
		o->own[f] = squares > 0 ? sqrt(EIGEN_MIN) : 1;
	}
}

/* ---- the whole ------------------------------------------------------ */

static int
learn(struct ordinary *o, const double *x, size_t n)
{
	struct ranked *ranked = calloc(n + 1, sizeof(*ranked));
	double *rank = calloc(o->d, (n + 1) * sizeof(*rank));
	int status = -1;

	if (ranked == NULL || rank == NULL)
		goto out;
	for (size_t f = 0; f < o->d; f++) {
		double *sorted = o->sorted + f * n;

		find_margin(&o->margin[f], sorted,
		    rank_feature(x, n, o->d, f, ranked, sorted, rank + f * n));
	}
	if (o->d <= FACTORS) {
		status = load_by_eigen(o, rank, n);
	} else {
		load_by_rows(o, rank, n);
		status = 0;
	}
out:
	free(rank);
	free(ranked);
	return status;
}

struct ordinary *
ordinary_new(const double *x, size_t n, size_t d)
{
	struct ordinary *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->d = d;
	o->factors = d <= FACTORS ? d : n < FACTORS ? n : FACTORS;
	o->margin = calloc(d, sizeof(*o->margin));
	o->sorted = calloc(d, (n + 1) * sizeof(*o->sorted));
	o->load = calloc(d, (o->factors + 1) * sizeof(*o->load));
	o->own = calloc(d, sizeof(*o->own));
	for (size_t k = 0; k < TAIL_CELLS + 2; k++)
		o->tail[k] = student8_z(erfc((Z_95 + TAIL_STEP * (double)k) *
		    sqrt(0.5)));
	if (o->margin == NULL || o->sorted == NULL || o->load == NULL ||
	    o->own == NULL || learn(o, x, n) == -1) {
		ordinary_free(o);
		return NULL;
	}
	return o;
}

size_t
ordinary_work(const struct ordinary *o)
{
	return o->factors;
}

void
ordinary_draw(const struct ordinary *o, struct rng *rng, double *work,
    double *row)
{
	for (size_t j = 0; j < o->factors; j++)
		work[j] = rng_normal(rng);
	for (size_t f = 0; f < o->d; f++) {
		const double *load = o->load + f * o->factors;
		double z = 0;

		for (size_t j = 0; j < o->factors; j++)
			z += load[j] * work[j];
		if (o->own[f] > 0)
			z += o->own[f] * rng_normal(rng);
		row[f] = value_at(o, &o->margin[f], z);
	}
}

void
ordinary_free(struct ordinary *o)
{
	if (o == NULL)
		return;
	free(o->own);
	free(o->load);
	free(o->sorted);
	free(o->margin);
	free(o);
}
