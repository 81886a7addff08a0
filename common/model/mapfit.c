#include "model/mapfit.h"

#include <math.h>
#include <string.h>

#include "model/linalg.h"

/* How often a diagonal is made ten times heavier: enough for any finite
 * matrix. */
enum { MAX_TRIES = 40 };

size_t
mapfit_size(size_t q, size_t s)
{
	const size_t dq = linalg_stride(q), ds = linalg_stride(s);

	/* dd, chol; sd, v; ss, small; prior, anchor, gradient, theta, b; y;
	 * x, price, sign, side */
	return 2 * q * dq + 2 * s * dq + 2 * s * ds + 5 * (dq + ds) + dq +
	    4 * ds;
}

void
mapfit_place(struct mapfit *fit, size_t q, size_t s, double *memory,
    size_t *active, bool *have)
{
	const size_t dq = linalg_stride(q), ds = linalg_stride(s);
	double *p = memory;

	memset(fit, 0, sizeof(*fit));
	for (size_t i = 0; i < mapfit_size(q, s); i++)
		memory[i] = 0;
	fit->q = q;
	fit->s = s;
	fit->dd = p;
	fit->chol = p += q * dq;
	fit->sd = p += q * dq;
	fit->v = p += s * dq;
	fit->ss = p += s * dq;
	fit->small = p += s * ds;
	fit->prior = p += s * ds;
	fit->y = p += dq + ds;
	fit->anchor = p += dq;
	fit->gradient = p += dq + ds;
	fit->theta = p += dq + ds;
	fit->b = p += dq + ds;
	fit->x = p += dq + ds;
	fit->price = p += ds;
	fit->sign = p += ds;
	fit->side = p + ds;
	fit->active = active;
	fit->have = have;
	for (size_t j = 0; j < s; j++)
		have[j] = false;
}

double
mapfit_sigma2(double n, double rss)
{
	/* The positive root of n x + 4 x^2 = R, without cancellation. */
	return 2 * rss / (n + sqrt(n * n + 16 * rss));
}

/* b = gradient + (J'J + damping) anchor: what J'z would be, without having
 * lost its digits. */
static void
right_side(struct mapfit *f)
{
	const size_t dq = linalg_stride(f->q), ds = linalg_stride(f->s);
	const double *anchor_s = f->anchor + dq;

	memcpy(f->b, f->gradient, (dq + ds) * sizeof(*f->b));
	for (size_t i = 0; i < f->q; i++) {
		const double *row = f->dd + i * dq;
		const double a = f->anchor[i];

		f->b[i] += (1 + f->damping) * row[i] * a;
		for (size_t j = i + 1; j < f->q; j++) {
			f->b[i] += row[j] * f->anchor[j];
			f->b[j] += row[j] * a;
		}
	}
	for (size_t i = 0; i < f->s; i++) {
		const double a = anchor_s[i];

		f->b[dq + i] += dot(f->sd + i * dq, f->anchor, f->q);
		f->b[dq + i] += f->damping * f->ss[i * ds + i] * a;
		if (a == 0)
			continue;
		axpy(a, f->sd + i * dq, f->b, f->q);
		for (size_t j = 0; j < f->s; j++)
			f->b[dq + j] += a * f->ss[i * ds + j];
	}
}

/* Factor the dense block at this sigma^2 and start y = R'^-1 b_D.  Where
 * rounding leaves no positive pivot, the diagonal grows until there is one. */
static void
factor(struct mapfit *f, double lambda)
{
	const size_t dq = linalg_stride(f->q);
	double extra = 0;

	for (int tries = 0; tries < MAX_TRIES; tries++) {
		memcpy(f->chol, f->dd, f->q * dq * sizeof(*f->chol));
		for (size_t i = 0; i < f->q; i++)
			f->chol[i * dq + i] += lambda * f->prior[i] +
			    (f->damping + extra) * f->dd[i * dq + i];
		if (cholesky(f->chol, f->q) == 0)
			break;
		extra = extra == 0 ? 1e-15 : 10 * extra;
	}
	memcpy(f->y, f->b, dq * sizeof(*f->y));
	cholesky_solve_lower(f->chol, f->q, f->y);
	for (size_t j = 0; j < f->s; j++)
		f->have[j] = false;
}

/* R'^-1 of the products of selected column j with the dense columns; made when first
 * asked for at this sigma. */
static const double *
eliminated(struct mapfit *f, size_t j)
{
	const size_t dq = linalg_stride(f->q);
	double *v = f->v + j * dq;

	if (!f->have[j]) {
		memcpy(v, f->sd + j * dq, dq * sizeof(*v));
		cholesky_solve_lower(f->chol, f->q, v);
		f->have[j] = true;
	}
	return v;
}

/* Solve for the active columns, with their prices, into x. */
static void
solve_active(struct mapfit *f)
{
	const size_t dq = linalg_stride(f->q), ds = linalg_stride(f->s);
	const size_t n = f->n_active, dn = linalg_stride(n);
	double largest = 0, extra = 1e-13;

	for (int tries = 0; tries < MAX_TRIES; tries++, extra *= 10) {
		for (size_t i = 0; i < n; i++) {
			const size_t a = f->active[i];
			const double *va = eliminated(f, a);
			double *row = f->small + i * dn;

			for (size_t j = 0; j < dn; j++)
				row[j] = 0;
			for (size_t j = i; j < n; j++) {
				const size_t c = f->active[j];

				row[j] = f->ss[a * ds + c] -
				    dot(va, eliminated(f, c), f->q);
			}
			row[i] += f->damping * f->ss[a * ds + a] +
			    f->lambda * f->prior[dq + a];
			largest = fmax(largest, row[i]);
			f->x[i] = f->b[dq + a] - dot(va, f->y, f->q) -
			    f->price[i];
		}
		for (size_t i = 0; i < n; i++)
			f->small[i * dn + i] += extra * largest;
		if (cholesky(f->small, n) == 0)
			break;
	}
	cholesky_solve_lower(f->small, n, f->x);
	cholesky_solve_upper(f->small, n, f->x);
}

static void
drop(struct mapfit *f, size_t i)
{
	f->theta[linalg_stride(f->q) + f->active[i]] = 0;
	f->n_active--;
	for (; i < f->n_active; i++) {
		f->active[i] = f->active[i + 1];
		f->price[i] = f->price[i + 1];
		f->sign[i] = f->sign[i + 1];
	}
}

/* Move the active columns towards x, up to the first that would change its sign,
 * which leaves the set.  Returns whether x was reached.  *stuck is set to one
 * that left without having moved at all, the newest, which only rounding does. */
static bool
move(struct mapfit *f, size_t *stuck)
{
	double *delta = f->theta + linalg_stride(f->q);
	double step = 1;
	size_t first = f->n_active;

	for (size_t i = 0; i < f->n_active; i++) {
		const double from = delta[f->active[i]], to = f->x[i];

		if (to * f->sign[i] > 0)
			continue;
		const double at = from == to ? 0 : from / (from - to);
		if (first == f->n_active || at < step) {
			step = at;
			first = i;
		}
	}
	for (size_t i = 0; i < f->n_active; i++) {
		const double from = delta[f->active[i]];

		delta[f->active[i]] = first == f->n_active
		    ? f->x[i]
		    : from + step * (f->x[i] - from);
	}
	if (first == f->n_active)
		return true;
	if (step == 0)
		*stuck = f->active[first];
	drop(f, first);
	return false;
}

/* The dense coefficients that go with the hinges, and price[]-free gradients of
 * all hinges into x. */
static void
complete(struct mapfit *f)
{
	const size_t dq = linalg_stride(f->q), ds = linalg_stride(f->s);
	const double *delta = f->theta + dq;

	memcpy(f->theta, f->y, dq * sizeof(*f->theta));
	memcpy(f->x, f->b + dq, ds * sizeof(*f->x));
	for (size_t i = 0; i < f->n_active; i++) {
		const size_t a = f->active[i];

		axpy(-delta[a], eliminated(f, a), f->theta, f->q);
		axpy(-delta[a], f->ss + a * ds, f->x, f->s);
		f->x[a] -= f->damping * f->ss[a * ds + a] * delta[a];
	}
	cholesky_solve_upper(f->chol, f->q, f->theta);
	for (size_t j = 0; j < f->s; j++)
		f->x[j] -= dot(f->sd + j * dq, f->theta, f->q);
}

/* R around the anchor: rr - (gradient + rho)'d with d = theta - anchor and rho
 * = J'(z - J theta), of which the optimality conditions give the dense part. */
static double
residual_sum(const struct mapfit *f, double lambda)
{
	const size_t dq = linalg_stride(f->q), ds = linalg_stride(f->s);
	double sum = 0;

	for (size_t i = 0; i < f->q; i++) {
		const double d = f->theta[i] - f->anchor[i];
		const double rho = lambda * f->prior[i] * f->theta[i] +
		    f->damping * f->dd[i * dq + i] * d;

		sum += (f->gradient[i] + rho) * d;
	}
	for (size_t j = 0; j < f->s; j++) {
		const double d = f->theta[dq + j] - f->anchor[dq + j];
		const double rho = f->x[j] + f->damping * f->ss[j * ds + j] * d;

		sum += (f->gradient[dq + j] + rho) * d;
	}
	return fmax(f->rr - sum, f->rr_min);
}

/* Take selected column j in, to become of the sign of x. */
static void
activate(struct mapfit *f, size_t j, double x)
{
	const double sign = x < 0 ? -1 : 1;

	f->sign[f->n_active] = sign;
	f->price[f->n_active] = f->side[j] == 0 ? sign * f->lambda / f->tau : 0;
	f->active[f->n_active++] = j;
}

/* Whether the objective falls if selected column j, now 0, gets a value. */
static bool
belongs(const struct mapfit *f, size_t j)
{
	const size_t dq = linalg_stride(f->q), ds = linalg_stride(f->s);

	if (f->theta[dq + j] != 0)
		return false;
	if (f->side[j] == 0)
		return fabs(f->x[j]) > f->lambda / f->tau * (1 + 1e-9);
	return f->side[j] * f->x[j] > 1e-12 * sqrt(f->ss[j * ds + j] * f->yy);
}

static void
solve(struct mapfit *f, double lambda)
{
	const size_t dq = linalg_stride(f->q);

	f->lambda = lambda;
	factor(f, lambda);
	f->n_active = 0;
	for (size_t j = 0; j < f->s; j++)
		if (f->theta[dq + j] != 0)
			activate(f, j, f->theta[dq + j]);
	/* The objective falls at every step, so that no set comes twice; the
	 * limit is for columns that rounding cannot tell apart. */
	for (size_t round = 0; round < 20 * f->s + 20; round++) {
		size_t worst = f->s, stuck = f->s;

		do {
			f->solves++;
			solve_active(f);
		} while (!move(f, &stuck));
		complete(f);
		for (size_t j = 0; j < f->s; j++)
			if (belongs(f, j) &&
			    (worst == f->s ||
				fabs(f->x[j]) > fabs(f->x[worst])))
				worst = j;
		if (worst == f->s || worst == stuck)
			break;
		activate(f, worst, f->x[worst]);
	}
	f->rss = residual_sum(f, lambda);
}

void
mapfit_solve(struct mapfit *fit, double sigma2)
{
	right_side(fit);
	solve(fit, sigma2);
}

double
mapfit_target(struct mapfit *f)
{
	double sum = f->rr;

	f->damping = 0;
	right_side(f);
	for (size_t i = 0; i < linalg_stride(f->q) + linalg_stride(f->s); i++)
		sum += f->anchor[i] * (f->gradient[i] + f->b[i]);
	return sum;
}

/* Secant steps in ln sigma^2 on f = new - old, where they are safe; else the
 * plain iteration. */
void
mapfit_sigma(struct mapfit *fit, double start, double floor)
{
	double x = log(start), x_last = 0, f_last = 0;

	right_side(fit);
	fit->sigma2 = start;
	for (int i = 0; i < 200; i++) {
		double f, step;

		solve(fit, fit->sigma2);
		const double best = mapfit_sigma2(fit->n, fit->rss);
		if (best < floor) {
			fit->sigma2 = best;
			return;
		}
		f = step = log(best) - x;
		/* R has lost digits where it is far below the target's. */
		if (fabs(f) < 1e-12 + 1e-14 * fit->yy / fit->rss) {
			fit->sigma2 = best;
			return;
		}
		if (i > 0 && x != x_last) {
			const double slope = (f - f_last) / (x - x_last);

			if (slope < -0.2)
				step = fmax(-4 * fabs(f),
				    fmin(4 * fabs(f), -f / slope));
		}
		x_last = x;
		f_last = f;
		x += step;
		fit->sigma2 = exp(x);
	}
}
