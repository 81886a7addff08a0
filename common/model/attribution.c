#include "model/attribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/stats.h"

enum {
	WEEKS = ATTRIBUTION_WEEKS,
	HISTORY_DAYS = 7 * ATTRIBUTION_WEEKS,
	RECENT_DAYS = 7 * ATTRIBUTION_RECENT,
	LEAST_CHANGES = 3, /* for a spread of changes */
	LEAST_DAYS = 8,    /* for a dispersion */
	LEAST_WEEKS = 4,   /* for an expectation in the history */
	LEAST_ERRORS = 4,  /* for the error of an expectation */
};

static double
square(double x)
{
	return x * x;
}

/* Variance of the orders of one session.  Where there are more orders than
 * sessions, an order is no share of one: the variance of a Poisson count. */
static double
order_variance(double v)
{
	return v < 1 ? v * (1 - v) : v;
}

/* ---- history --------------------------------------------------------------- */

/* Which days some member has; those at 0 are the last of the history. */
struct known {
	bool revenue[HISTORY_DAYS], sessions[HISTORY_DAYS];
};

static void
find_known(const struct attribution_day *days, size_t n, int32_t end,
    struct known *known)
{
	for (size_t i = 0; i < n; i++) {
		int64_t back = (int64_t)end - 1 - days[i].day;

		if (back < 0 || back >= HISTORY_DAYS)
			continue;
		known->revenue[back] |= !isnan(days[i].revenue);
		known->sessions[back] |= !isnan(days[i].sessions);
	}
}

/* Sums that tell the spread of the daily ratios y / x about their common one:
 * sum (y - x r)^2 / x = sum y^2 / x - r sum y, with r = sum y / sum x. */
struct ratio {
	double x, y, yy_x;
	size_t n;
};

static void
ratio_add(struct ratio *r, double x, double y)
{
	if (!(x > 0) || isnan(y))
		return;
	r->x += x;
	r->y += y;
	r->yy_x += y * y / x;
	r->n++;
}

static double
ratio_spread(const struct ratio *r)
{
	if (r->n < LEAST_DAYS)
		return NAN;
	return fmax(r->yy_x - r->y * r->y / r->x, 0) / (double)(r->n - 1);
}

/* The days of one member, n of them, into its weeks and spreads. */
static void
add_member(struct attribution_history *h, size_t member,
    const struct attribution_day *days, size_t n, int32_t end)
{
	double *sessions = h->sessions + member * WEEKS;
	double *orders = h->orders + member * WEEKS;
	double *revenue = h->revenue + member * WEEKS;
	struct ratio conversion = { 0 }, value = { 0 };
	double unit;

	for (size_t i = 0; i < n; i++) {
		const struct attribution_day *d = &days[i];
		int64_t back = (int64_t)end - 1 - d->day;

		if (back < 0 || back >= HISTORY_DAYS)
			continue;
		if (!isnan(d->sessions) || d->orders != 0)
			sessions[back / 7] += d->sessions;
		orders[back / 7] += d->orders;
		revenue[back / 7] += d->revenue;
		if (back < RECENT_DAYS) {
			ratio_add(&conversion, d->sessions, d->orders);
			ratio_add(&value, d->orders, d->revenue);
		}
	}
	unit = order_variance(conversion.y / conversion.x);
	h->dispersion[member] = unit > 0 ? ratio_spread(&conversion) / unit
					 : NAN;
	h->value_variance[member] = ratio_spread(&value);
}

int
attribution_history_init(struct attribution_history *h,
    const struct attribution_day *days, size_t n, size_t members, int32_t end)
{
	struct known known = { 0 };

	*h = (struct attribution_history){ .members = members };
	h->sessions = calloc(members * WEEKS + 1, sizeof(double));
	h->orders = calloc(members * WEEKS + 1, sizeof(double));
	h->revenue = calloc(members * WEEKS + 1, sizeof(double));
	h->dispersion = calloc(members + 1, sizeof(double));
	h->value_variance = calloc(members + 1, sizeof(double));
	if (h->sessions == NULL || h->orders == NULL || h->revenue == NULL ||
	    h->dispersion == NULL || h->value_variance == NULL)
		return -1;
	find_known(days, n, end, &known);
	for (size_t m = 0, i = 0; m < members; m++) {
		size_t first = i;

		while (i < n && days[i].member == m)
			i++;
		add_member(h, m, days + first, i - first, end);
		for (size_t back = 0; back < HISTORY_DAYS; back++) {
			size_t week = m * WEEKS + back / 7;

			if (!known.sessions[back])
				h->sessions[week] = NAN;
			if (!known.revenue[back])
				h->orders[week] = h->revenue[week] = NAN;
		}
	}
	return 0;
}

void
attribution_history_release(struct attribution_history *h)
{
	free(h->sessions);
	free(h->orders);
	free(h->revenue);
	free(h->dispersion);
	free(h->value_variance);
}

/* Standard deviation of the changes between weeks that follow each other. */
static double
change_sd(const double week[WEEKS])
{
	double change[WEEKS - 1];
	size_t n;

	for (size_t w = 0; w + 1 < WEEKS; w++)
		change[w] = week[w] - week[w + 1];
	n = stats_compact(change, WEEKS - 1);
	return n < LEAST_CHANGES ? NAN : stats_sd(change, n);
}

/* ---- effects of a member ---------------------------------------------------- */

/* The factors of a member in a period: revenue = s x v x a + other. */
struct factors {
	double s; /* sessions; of a member that is not tracked, orders */
	double v, a;
	double other;
};

static bool
is_tracked(const struct attribution_member *m)
{
	return (m->base.sessions > 0 || m->base.orders == 0) &&
	    (m->now.sessions > 0 || m->now.orders == 0) &&
	    (m->base.sessions > 0 || m->now.sessions > 0);
}

static double
ratio_of(double above, double below, double other_above, double other_below)
{
	if (below > 0)
		return above / below;
	return other_below > 0 ? other_above / other_below : 0;
}

static struct factors
factors_of(const struct attribution_sums *p, const struct attribution_sums *q,
    bool tracked)
{
	struct factors f = {
		.s = tracked ? p->sessions : p->orders,
		.v = 1,
		.a = ratio_of(p->revenue, p->orders, q->revenue, q->orders),
		.other = p->orders > 0 ? 0 : p->revenue,
	};

	if (tracked)
		f.v = ratio_of(p->orders, p->sessions, q->orders, q->sessions);
	return f;
}

/* What the effects of all members have in common. */
struct whole {
	double s0, s1;   /* sessions of the members that are tracked */
	double rho_star; /* mean of both periods' R / S */
};

/* The effects of sessions, conversion and order value. */
struct three {
	double s, v, a;
};

static struct three
bennet(const struct factors *p, const struct factors *q)
{
	double s_bar = (p->s + q->s) / 2;

	return (struct three){
		.s = (p->v * p->a + q->v * q->a) / 2 * (q->s - p->s),
		.v = s_bar * (p->a + q->a) / 2 * (q->v - p->v),
		.a = s_bar * (p->v + q->v) / 2 * (q->a - p->a),
	};
}

/* The Shapley value of one factor of three, the others being x and y. */
static double
shapley_term(double change, double x0, double x1, double y0, double y1)
{
	return change * ((x0 * y0 + x1 * y1) / 3 + (x0 * y1 + x1 * y0) / 6);
}

static struct three
shapley(const struct factors *p, const struct factors *q)
{
	return (struct three){
		.s = shapley_term(q->s - p->s, p->v, q->v, p->a, q->a),
		.v = shapley_term(q->v - p->v, p->s, q->s, p->a, q->a),
		.a = shapley_term(q->a - p->a, p->s, q->s, p->v, q->v),
	};
}

static double
product(const struct factors *f)
{
	return f->s * f->v * f->a;
}

/* The logarithmic mean of two numbers of one sign. */
static double
log_mean(double x, double y)
{
	return x == y ? x : (y - x) / log(y / x);
}

static struct three
lmdi(const struct factors *p, const struct factors *q)
{
	double r0 = product(p), r1 = product(q), l;
	const struct factors *zero = r0 == 0 ? p : q;

	/* In the limit a factor that is 0 takes all of the change. */
	if (r0 == 0 || r1 == 0) {
		if (zero->s == 0)
			return (struct three){ .s = r1 - r0 };
		if (zero->v == 0)
			return (struct three){ .v = r1 - r0 };
		return (struct three){ .a = r1 - r0 };
	}
	l = log_mean(r0, r1);
	return (struct three){
		.s = l * log(q->s / p->s),
		.v = l * log(q->v / p->v),
		.a = l * log(q->a / p->a),
	};
}

static double
volume_of(enum attribution_method method, const struct whole *whole,
    const struct factors *p, const struct factors *q, double sessions)
{
	double r0 = product(p), r1 = product(q);

	if (method != ATTRIBUTION_LMDI)
		return whole->rho_star * (q->s - p->s);
	if (whole->s0 <= 0 || whole->s1 <= 0)
		return sessions;
	if (r0 == 0 || r1 == 0)
		return 0;
	return log_mean(r0, r1) * log(whole->s1 / whole->s0);
}

bool
attribution_defined(enum attribution_method method,
    const struct attribution_member *m)
{
	bool tracked = is_tracked(m);
	struct factors p = factors_of(&m->base, &m->now, tracked);
	struct factors q = factors_of(&m->now, &m->base, tracked);

	return method != ATTRIBUTION_LMDI || product(&p) * product(&q) >= 0;
}

/* ---- their errors ------------------------------------------------------------ */

static double
conversion_error(const struct attribution_member *m, const struct factors *p,
    const struct factors *q, double phi)
{
	double variance = order_variance(p->v) / (p->s * m->base.seen) +
	    order_variance(q->v) / (q->s * m->now.seen);

	if (p->s <= 0 || q->s <= 0)
		return NAN;
	return (p->s + q->s) / 2 * fabs(p->a + q->a) / 2 *
	    sqrt((phi > 1 ? phi : 1) * variance);
}

/* The variance of an order's value in a period; NaN if it is not known or there
 * are no two. */
static double
value_variance(const struct attribution_sums *p)
{
	double n = p->orders * p->seen;
	double sum = p->squares - p->revenue * p->revenue / p->orders;

	if (!(n > 1))
		return NAN;
	return (sum < 0 ? 0 : sum) * p->seen / (n - 1);
}

static double
value_error(const struct attribution_member *m, const struct factors *p,
    const struct factors *q, double from_history)
{
	double own0 = value_variance(&m->base), own1 = value_variance(&m->now);
	double s0 = !isnan(own0) ? own0 : own1, s1 = !isnan(own1) ? own1 : own0;

	if (isnan(s0))
		s0 = s1 = from_history;
	if (m->base.orders <= 0 || m->now.orders <= 0)
		return NAN;
	return fabs((p->s + q->s) / 2 * (p->v + q->v) / 2) *
	    sqrt(s0 / (m->base.orders * m->base.seen) +
		s1 / (m->now.orders * m->now.seen));
}

/* A term of a variance: that of an effect, which is its own size where nothing
 * is known of it. */
static double
variance_of(double effect, double se)
{
	return square(isnan(se) ? effect : se);
}

static void
effects_of(const struct attribution_params *params, const struct whole *whole,
    const struct attribution_member *m, size_t i, struct attribution_effects *e)
{
	const struct attribution_history *h = params->history;
	bool tracked = is_tracked(m);
	struct factors p = factors_of(&m->base, &m->now, tracked);
	struct factors q = factors_of(&m->now, &m->base, tracked);
	struct three three = params->method == ATTRIBUTION_LMDI ? lmdi(&p, &q)
	    : params->method == ATTRIBUTION_SHAPLEY ? shapley(&p, &q)
						    : bennet(&p, &q);
	double rho = (p.v * p.a + q.v * q.a) / 2, sd = NAN;
	double *effect = e->effect, *se = e->se;

	if (h != NULL)
		sd = change_sd((tracked ? h->sessions : h->orders) +
			 i * ATTRIBUTION_WEEKS) *
		    sqrt(params->days / 7);
	*e = (struct attribution_effects){ .tracked = tracked };
	for (int d = 0; d < ATTRIBUTION_DRIVERS; d++)
		se[d] = NAN;
	if (tracked) {
		effect[ATTRIBUTION_SESSIONS] = three.s;
		effect[ATTRIBUTION_VOLUME] = volume_of(params->method, whole,
		    &p, &q, three.s);
		effect[ATTRIBUTION_MIX] = three.s - effect[ATTRIBUTION_VOLUME];
		effect[ATTRIBUTION_CONVERSION] = three.v;
		se[ATTRIBUTION_SESSIONS] = fabs(rho) * sd;
		se[ATTRIBUTION_VOLUME] = fabs(whole->rho_star) * sd;
		se[ATTRIBUTION_MIX] = fabs(rho - whole->rho_star) * sd;
		se[ATTRIBUTION_CONVERSION] = conversion_error(m, &p, &q,
		    h != NULL ? h->dispersion[i] : NAN);
	} else {
		effect[ATTRIBUTION_ORDERS] = three.s;
		se[ATTRIBUTION_ORDERS] = fabs(rho) * sd;
	}
	effect[ATTRIBUTION_ORDER_VALUE] = three.a;
	se[ATTRIBUTION_ORDER_VALUE] = value_error(m, &p, &q,
	    h != NULL ? h->value_variance[i] : NAN);
	effect[ATTRIBUTION_OTHER] = q.other - p.other;
	e->change = m->now.revenue - m->base.revenue;
	e->change_se = sqrt(variance_of(effect[ATTRIBUTION_CONVERSION],
				se[ATTRIBUTION_CONVERSION]) +
	    variance_of(three.a, se[ATTRIBUTION_ORDER_VALUE]) +
	    square(effect[ATTRIBUTION_OTHER]) + square(rho * sd));
}

/* ---- all members -------------------------------------------------------------- */

static struct whole
whole_of(const struct attribution_member *member, size_t n)
{
	struct whole w = { 0 };
	double r0 = 0, r1 = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_tracked(&member[i]))
			continue;
		w.s0 += member[i].base.sessions;
		w.s1 += member[i].now.sessions;
		r0 += member[i].base.revenue;
		r1 += member[i].now.revenue;
	}
	w.rho_star = (ratio_of(r0, w.s0, r1, w.s1) +
			 ratio_of(r1, w.s1, r0, w.s0)) /
	    2;
	return w;
}

/* Weeks of sums over the members, each weighted by the money that one session
 * (or order) of it stands for. */
struct series {
	double volume[WEEKS], mix[WEEKS], sessions[WEEKS], orders[WEEKS],
	    all[WEEKS];
};

static void
add_series(struct series *s, const struct attribution_history *h,
    const struct whole *whole, const struct attribution_member *m, size_t i)
{
	bool tracked = is_tracked(m);
	struct factors p = factors_of(&m->base, &m->now, tracked);
	struct factors q = factors_of(&m->now, &m->base, tracked);
	double rho = (p.v * p.a + q.v * q.a) / 2;
	const double *week = (tracked ? h->sessions : h->orders) + i * WEEKS;

	for (size_t w = 0; w < WEEKS; w++) {
		s->all[w] += rho * week[w];
		if (!tracked) {
			s->orders[w] += rho * week[w];
			continue;
		}
		s->sessions[w] += rho * week[w];
		s->volume[w] += whole->rho_star * week[w];
		s->mix[w] += (rho - whole->rho_star) * week[w];
	}
}

/* The errors of what moves with the sessions; returns that of all of them. */
static double
add_series_errors(const struct attribution_params *params,
    const struct whole *whole, const struct attribution_member *member,
    size_t n, struct attribution_effects *total)
{
	struct series s = { 0 };
	double scale = sqrt(params->days / 7);

	if (params->history == NULL)
		return NAN;
	for (size_t i = 0; i < n; i++)
		add_series(&s, params->history, whole, &member[i], i);
	total->se[ATTRIBUTION_VOLUME] = change_sd(s.volume) * scale;
	total->se[ATTRIBUTION_MIX] = change_sd(s.mix) * scale;
	total->se[ATTRIBUTION_SESSIONS] = change_sd(s.sessions) * scale;
	total->se[ATTRIBUTION_ORDERS] = change_sd(s.orders) * scale;
	return change_sd(s.all) * scale;
}

/* The error of a driver whose effects are independent of each other. */
static double
sum_error(const struct attribution_effects *e, size_t n, int driver)
{
	double variance = 0;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		any |= !isnan(e[i].se[driver]);
		variance += variance_of(e[i].effect[driver], e[i].se[driver]);
	}
	return any ? sqrt(variance) : NAN;
}

void
attribution_effects(const struct attribution_params *params,
    const struct attribution_member *member, size_t n,
    struct attribution_effects *of_member, struct attribution_effects *total)
{
	struct whole whole = whole_of(member, n);
	double traffic;

	*total = (struct attribution_effects){ .tracked = true };
	for (int d = 0; d < ATTRIBUTION_DRIVERS; d++)
		total->se[d] = NAN;
	for (size_t i = 0; i < n; i++) {
		effects_of(params, &whole, &member[i], i, &of_member[i]);
		for (int d = 0; d < ATTRIBUTION_DRIVERS; d++)
			total->effect[d] += of_member[i].effect[d];
		total->change += of_member[i].change;
	}
	traffic = add_series_errors(params, &whole, member, n, total);
	total->se[ATTRIBUTION_CONVERSION] = sum_error(of_member, n,
	    ATTRIBUTION_CONVERSION);
	total->se[ATTRIBUTION_ORDER_VALUE] = sum_error(of_member, n,
	    ATTRIBUTION_ORDER_VALUE);
	total->change_se = sqrt(square(traffic) +
	    variance_of(total->effect[ATTRIBUTION_CONVERSION],
		total->se[ATTRIBUTION_CONVERSION]) +
	    variance_of(total->effect[ATTRIBUTION_ORDER_VALUE],
		total->se[ATTRIBUTION_ORDER_VALUE]) +
	    square(total->effect[ATTRIBUTION_OTHER]));
}

/* ---- the expected part --------------------------------------------------------- */

void
attribution_take_out(struct attribution_effects *e,
    struct attribution_effects *total, double expected)
{
	int traffic = e->tracked ? ATTRIBUTION_SESSIONS : ATTRIBUTION_ORDERS;
	const int own[] = { traffic, ATTRIBUTION_CONVERSION,
		ATTRIBUTION_ORDER_VALUE };
	double variance[3], part[3], sum = 0;

	for (int i = 0; i < 3; i++) {
		double se = e->se[own[i]];

		variance[i] = isnan(se) ? 0 : square(se);
		sum += variance[i];
	}
	if (sum == 0)
		sum = variance[0] = 1;
	for (int i = 0; i < 3; i++) {
		part[i] = expected * variance[i] / sum;
		e->effect[own[i]] -= part[i];
		total->effect[own[i]] -= part[i];
	}
	if (e->tracked) {
		e->effect[ATTRIBUTION_VOLUME] -= part[0];
		total->effect[ATTRIBUTION_VOLUME] -= part[0];
	}
}

void
attribution_spread(double expected, const struct attribution_member *member,
    size_t n, double *of_member)
{
	double base = 0, now = 0;

	for (size_t i = 0; i < n; i++) {
		base += fabs(member[i].base.revenue);
		now += fabs(member[i].now.revenue);
	}
	for (size_t i = 0; i < n; i++)
		of_member[i] = base > 0
		    ? expected * fabs(member[i].base.revenue) / base
		    : now > 0 ? expected * fabs(member[i].now.revenue) / now
			      : expected / (double)n;
}

/* ---- expectation --------------------------------------------------------------- */

/* Sums over the (up to 8) weeks from w on; how many there are. */
static size_t
recent(const double *x, const double *y, size_t w, size_t weeks, double *sx,
    double *sy)
{
	size_t n = 0;

	*sx = *sy = 0;
	for (; w < weeks && n < ATTRIBUTION_RECENT; w++, n++) {
		*sx += x[w];
		*sy += y[w];
	}
	return n;
}

/* The ratio of x to y in the last weeks, and the error of that rule. */
static struct attribution_expectation
expect(const double *x, const double *y, size_t weeks)
{
	struct attribution_expectation e = { NAN, NAN };
	double sx, sy, error = 0;
	size_t n = recent(x, y, 0, weeks, &sx, &sy), errors = 0;

	if (n > 0 && sy > 0)
		e.value = sx / sy;
	for (size_t w = 0; w < weeks; w++) {
		if (recent(x, y, w + 1, weeks, &sx, &sy) < LEAST_WEEKS ||
		    sy <= 0 || y[w] <= 0)
			continue;
		error += square(x[w] / y[w] - sx / sy);
		errors++;
	}
	if (errors >= LEAST_ERRORS)
		e.se = sqrt(error / (double)errors);
	return e;
}

struct attribution_expectation
attribution_expect_share(const double *part, const double *all, double days)
{
	struct attribution_expectation e;
	double x[WEEKS], y[WEEKS];
	size_t n = 0;

	for (size_t w = 0; w < WEEKS; w++) {
		if (isnan(part[w]) || isnan(all[w]))
			continue;
		x[n] = part[w];
		y[n++] = all[w];
	}
	e = expect(x, y, n);
	e.se *= sqrt(7 / days);
	return e;
}

struct attribution_expectation
attribution_expect(const double *week, double days)
{
	struct attribution_expectation e;
	double x[WEEKS], one[WEEKS];
	size_t n = 0;

	for (size_t w = 0; w < WEEKS; w++)
		one[w] = 1;
	memcpy(x, week, sizeof(x));
	n = stats_compact(x, WEEKS);
	e = expect(x, one, n);
	e.value *= days / 7;
	e.se *= sqrt(days / 7);
	return e;
}

/* ---- verdicts --------------------------------------------------------------------- */

double
attribution_p(double effect, double se)
{
	if (isnan(se) || isnan(effect))
		return NAN;
	if (se == 0)
		return effect == 0 ? 1 : 0;
	return erfc(fabs(effect) / se / sqrt(2));
}

struct ranked {
	double p;
	size_t i;
};

static int
compare_p(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

int
attribution_adjust(const double *p, size_t n, double *q)
{
	struct ranked *rank = malloc((n + 1) * sizeof(*rank));
	size_t m = 0;
	double least = 1;

	if (rank == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		q[i] = NAN;
		if (!isnan(p[i]))
			rank[m++] = (struct ranked){ p[i], i };
	}
	qsort(rank, m, sizeof(*rank), compare_p);
	for (size_t k = m; k-- > 0;) {
		least = fmin(least, rank[k].p * (double)m / (double)(k + 1));
		q[rank[k].i] = least;
	}
	free(rank);
	return 0;
}

enum attribution_verdict
attribution_verdict(double q, double orders0, double orders1, bool by_value)
{
	bool thin = orders0 < ATTRIBUTION_THIN || orders1 < ATTRIBUTION_THIN;

	if (q < ATTRIBUTION_Q && !(by_value && thin))
		return ATTRIBUTION_IS_REAL;
	return thin || isnan(q) ? ATTRIBUTION_IS_THIN : ATTRIBUTION_IS_NOISE;
}
