#include "model/kpi.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/set.h"
#include "base/tally.h"
#include "base/vec.h"
#include "model/sketch.h"

_Static_assert(sizeof(size_t) == 8, "hashes of 64 bits are numbers");

/* What is counted once in a cell: numbers, or hashes if approximate. */
union distinct {
	struct set set;
	struct sketch sketch;
};

/* Those of a cell. */
enum { ORDERS, CUSTOMERS, DISTINCT };

/* One group in one period. */
struct cell {
	struct tally revenue, sessions, cost, squares;
	/* Without those that a sketch stands for. */
	int64_t orders, customers;
	/* Revenue by channel, its tag; few, so they are searched in a row. */
	struct tally *share;
	uint32_t nshares, share_capacity;
	union distinct *distinct; /* DISTINCT of them, or NULL */
	bool has_sessions;
};

/* The cells of a group, dense from its first to its last period. */
struct series {
	int64_t first; /* period of cell[0] */
	size_t n, capacity;
	struct cell *cell;
};

/* A stretch of days, and the periods that they lie in. */
struct range {
	int32_t first_day, last_day;
	bool any;
};

struct kpi {
	struct kpi_params params;
	struct series *series;
	size_t ngroups, group_capacity;
	struct range orders; /* days with an order */
	struct range covered;
	/* With distinct counts: the last period so far, whether each came after
	 * the one before, and the last whose counts are closed. */
	int64_t newest, closed;
	bool in_order;
	size_t distinct_bytes;
};

/* Number of the period that a day lies in, but for KPI_DAY. */
static int64_t
long_period_of(const struct kpi *k, int32_t day)
{
	int year, month, unused;

	switch (k->params.period) {
	case KPI_WEEK:
		/* Weeks count from the Monday 1969-12-29. */
		return (date_week_start(day) + 3) / 7;
	case KPI_MONTH:
		date_civil(day, &year, &month, &unused);
		return (int64_t)year * 12 + month - 1;
	default:
		return 0;
	}
}

static inline int64_t
period_of(const struct kpi *k, int32_t day)
{
	return k->params.period == KPI_DAY ? day : long_period_of(k, day);
}

static int32_t
first_day_of(const struct kpi *k, int64_t period)
{
	switch (k->params.period) {
	case KPI_DAY:
		return (int32_t)period;
	case KPI_WEEK:
		return (int32_t)(7 * period - 3);
	case KPI_MONTH:
		return date_from_civil((int)(period / 12),
		    (int)(period % 12) + 1, 1);
	default:
		return kpi_first_day(k);
	}
}

static void
widen(struct range *r, int32_t day)
{
	if (!r->any || day < r->first_day)
		r->first_day = day;
	if (!r->any || day > r->last_day)
		r->last_day = day;
	r->any = true;
}

struct kpi *
kpi_new(const struct kpi_params *params)
{
	struct kpi *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->params = *params;
	k->newest = k->closed = INT64_MIN;
	k->in_order = true;
	return k;
}

struct kpi *
kpi_new_like(const struct kpi *k)
{
	return kpi_new(&k->params);
}

/* Room for n cells: for the first alone, as there is no other of KPI_ALL and in
 * many a group of few rows, and then for more and more. */
static int
grow_series(struct series *s, size_t n)
{
	if (n > 1 || s->capacity > 0)
		return vec_grow(&s->cell, &s->capacity, n, sizeof(*s->cell));
	s->cell = malloc(sizeof(*s->cell));
	s->capacity = s->cell != NULL;
	return s->cell == NULL ? -1 : 0;
}

/* A cell that is not there yet. */
static struct cell *
new_cell(struct kpi *k, size_t group, int64_t period)
{
	struct series *s;
	size_t before = 0, n;

	if (group >= k->ngroups) {
		if (vec_grow(&k->series, &k->group_capacity, group + 1,
			sizeof(*k->series)) == -1)
			return NULL;
		memset(k->series + k->ngroups, 0,
		    (group + 1 - k->ngroups) * sizeof(*k->series));
		k->ngroups = group + 1;
	}
	s = &k->series[group];
	if (s->n == 0)
		s->first = period;
	if (period < s->first) {
		/* Room for as many again, so that falling dates are not
		 * moved one by one. */
		before = (size_t)(s->first - period);
		if (before < s->n)
			before = s->n;
	}
	n = period < s->first ? s->n + before : (size_t)(period - s->first) + 1;
	if (grow_series(s, n) == -1)
		return NULL;
	memmove(s->cell + before, s->cell, s->n * sizeof(*s->cell));
	memset(before > 0 ? s->cell : s->cell + s->n, 0,
	    (n - s->n) * sizeof(*s->cell));
	s->n = n;
	s->first -= (int64_t)before;
	return &s->cell[period - s->first];
}

/* The cell of a group and period, made if it is new; NULL if out of memory. */
static inline struct cell *
cell_at(struct kpi *k, size_t group, int64_t period)
{
	if (group < k->ngroups) {
		const struct series *s = &k->series[group];

		if (period >= s->first && (size_t)(period - s->first) < s->n)
			return &s->cell[period - s->first];
	}
	return new_cell(k, group, period);
}

/* A share that is not at the place of its number: found or made; NULL if out of
 * memory. */
static struct tally *
other_share(struct cell *c, uint32_t channel)
{
	struct tally *new, moved;

	for (size_t i = 0; i < c->nshares; i++)
		if (c->share[i].tag == channel)
			return &c->share[i];
	/* A shop has few channels, and there are many cells. */
	if (c->nshares == c->share_capacity) {
		uint32_t n = c->nshares < 8 ? c->nshares + 4 : 2 * c->nshares;

		new = realloc(c->share, n * sizeof(*c->share));
		if (new == NULL)
			return NULL;
		c->share = new;
		c->share_capacity = n;
	}
	new = &c->share[c->nshares++];
	*new = (struct tally){ .tag = channel };
	if (channel + 1 >= c->nshares)
		return new;
	moved = c->share[channel];
	c->share[channel] = *new;
	*new = moved;
	return &c->share[channel];
}

static inline struct tally *
share_of(struct cell *c, size_t channel)
{
	if (channel < c->nshares && c->share[channel].tag == channel)
		return &c->share[channel];
	return channel > UINT32_MAX ? NULL : other_share(c, (uint32_t)channel);
}

/* ---- distinct counts ------------------------------------------------------- */

/* Add to one of a cell's; 1 if that counts one more, 0, or -1 if out of memory.
 */
static inline int
add_distinct(struct kpi *k, struct cell *c, int which, size_t number)
{
	union distinct *d;
	size_t before;
	int fresh;

	if (c->distinct == NULL) {
		c->distinct = calloc(DISTINCT, sizeof(*c->distinct));
		if (c->distinct == NULL)
			return -1;
		k->distinct_bytes += DISTINCT * sizeof(*c->distinct);
	}
	d = &c->distinct[which];
	if (k->params.approximate) {
		before = sketch_bytes(&d->sketch);
		fresh = sketch_add(&d->sketch, number);
		k->distinct_bytes += sketch_bytes(&d->sketch) - before;
		return fresh;
	}
	if (number > SET_MOST)
		return -1;
	before = set_bytes(&d->set);
	fresh = set_add(&d->set, (uint32_t)number);
	k->distinct_bytes += set_bytes(&d->set) - before;
	return fresh;
}

/* 0; -1 if out of memory; -3 if the period is closed. */
static inline int
count_distinct(struct kpi *k, struct cell *c, int64_t period,
    size_t order_number, size_t customer_number)
{
	bool order = k->params.distinct_orders && order_number != KPI_NONE;
	bool customer = k->params.customers && customer_number != KPI_NONE;
	int fresh;

	if (!order)
		c->orders++;
	if (!order && !customer)
		return 0;
	if (period <= k->closed)
		return -3;
	k->in_order &= period >= k->newest;
	if (period > k->newest)
		k->newest = period;
	if (order) {
		if ((fresh = add_distinct(k, c, ORDERS, order_number)) == -1)
			return -1;
		c->orders += fresh;
	}
	if (customer) {
		if ((fresh = add_distinct(k, c, CUSTOMERS, customer_number)) ==
		    -1)
			return -1;
		c->customers += fresh;
	}
	return 0;
}

size_t
kpi_distinct_bytes(const struct kpi *k)
{
	return k->distinct_bytes;
}

bool
kpi_in_order(const struct kpi *k)
{
	return k->in_order;
}

bool
kpi_is_later(const struct kpi *k, int32_t day)
{
	return period_of(k, day) > k->newest;
}

/* What a sketch of the cell stands for. */
static int64_t
sketched(const struct kpi *k, const struct cell *c, int which)
{
	if (!k->params.approximate || c->distinct == NULL)
		return 0;
	return sketch_count(&c->distinct[which].sketch);
}

static void
release_distinct(struct kpi *k, struct cell *c)
{
	for (int i = 0; c->distinct != NULL && i < DISTINCT; i++)
		if (k->params.approximate)
			sketch_release(&c->distinct[i].sketch);
		else
			set_release(&c->distinct[i].set);
	free(c->distinct);
	c->distinct = NULL;
}

void
kpi_close_counts(struct kpi *k)
{
	for (size_t i = 0; i < k->ngroups; i++)
		for (size_t j = 0; j < k->series[i].n; j++) {
			struct cell *c = &k->series[i].cell[j];

			c->orders += sketched(k, c, ORDERS);
			c->customers += sketched(k, c, CUSTOMERS);
			release_distinct(k, c);
		}
	k->distinct_bytes = 0;
	k->closed = k->newest;
}

/* ---- orders ------------------------------------------------------------------ */

/* Let the days reach this one. */
static inline void
reach(struct kpi *k, int32_t day)
{
	const struct range *r = &k->orders;

	if (r->any && day >= r->first_day && day <= r->last_day)
		return;
	widen(&k->orders, day);
	widen(&k->covered, day);
}

/* An order into its cell; square and cost: NULL where there is none.  No struct:
 * in a loop it would be written for each. */
static inline int
add_order(struct kpi *k, struct cell *c, int64_t period, size_t channel,
    const struct decimal *value, const struct decimal *square,
    const struct decimal *cost, size_t order, size_t customer)
{
	struct tally *share;
	int status = count_distinct(k, c, period, order, customer);

	if (status != 0 || (status = tally_add(&c->revenue, value)) != 0 ||
	    (square != NULL &&
		(status = tally_add(&c->squares, square)) != 0) ||
	    (cost != NULL && (status = tally_add(&c->cost, cost)) != 0) ||
	    !k->params.top_channel)
		return status;
	if ((share = share_of(c, channel)) == NULL)
		return -1;
	return tally_add(share, value);
}

int
kpi_add_order(struct kpi *k, const struct kpi_order *o)
{
	const int64_t period = period_of(k, o->day);
	struct decimal square;
	struct cell *c;

	if (k->params.moments &&
	    decimal_mul(&square, &o->value, &o->value) == -1)
		return -2;
	if ((c = cell_at(k, o->group, period)) == NULL)
		return -1;
	reach(k, o->day);
	return add_order(k, c, period, o->channel, &o->value,
	    k->params.moments ? &square : NULL, &o->cost, o->order,
	    o->customer);
}

/* Sums of revenue, and no more. */
static size_t
add_plain(struct kpi *k, const struct kpi_run *run, size_t n)
{
	const int32_t *day = run->day;
	bool daily = k->params.period == KPI_DAY;
	int32_t last = DATE_NONE;
	int64_t period = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		struct cell *c;

		/* Months take divisions, and many rows have the day of the
		 * row before. */
		if (daily)
			period = day[i];
		else if (day[i] != last)
			period = long_period_of(k, day[i]);
		c = cell_at(k, run->group[i], period);
		if (c == NULL || tally_add(&c->revenue, &run->value[i]) != 0)
			break;
		c->orders++;
		if (day[i] != last)
			reach(k, last = day[i]);
	}
	return i;
}

size_t
kpi_add_run(struct kpi *k, const struct kpi_run *run, size_t n)
{
	struct cell *c = NULL;
	int64_t period = 0;
	size_t i;

	if (run->order == NULL && run->customer == NULL &&
	    run->square == NULL && run->cost == NULL && !k->params.top_channel)
		return add_plain(k, run, n);
	for (i = 0; i < n; i++) {
		/* Many rows have the cell of the row before. */
		if (i == 0 || run->day[i] != run->day[i - 1] ||
		    run->group[i] != run->group[i - 1]) {
			period = period_of(k, run->day[i]);
			c = cell_at(k, run->group[i], period);
			if (c == NULL)
				break;
			reach(k, run->day[i]);
		}
		if (add_order(k, c, period,
			run->channel == NULL ? 0 : run->channel[i],
			&run->value[i],
			run->square == NULL ? NULL : &run->square[i],
			run->cost == NULL ? NULL : &run->cost[i],
			run->order == NULL ? KPI_NONE : run->order[i],
			run->customer == NULL ? KPI_NONE : run->customer[i]) !=
		    0)
			break;
	}
	return i;
}

int
kpi_add_sessions(struct kpi *k, size_t group, int32_t day,
    const struct decimal *sessions)
{
	struct cell *c = cell_at(k, group, period_of(k, day));

	if (c == NULL)
		return -1;
	widen(&k->covered, day);
	c->has_sessions = true;
	return tally_add(&c->sessions, sessions);
}

int
kpi_add_sums(struct kpi *k, const struct kpi_sums *s)
{
	struct cell *c = cell_at(k, s->group, period_of(k, s->day));
	struct tally *share;
	int status;

	if (c == NULL)
		return -1;
	if (s->has_orders)
		widen(&k->orders, s->day);
	widen(&k->covered, s->day);
	c->has_sessions |= s->has_sessions;
	if (__builtin_add_overflow(c->orders, s->orders, &c->orders))
		return -2;
	if ((status = tally_merge(&c->revenue, &s->revenue)) != 0 ||
	    (status = tally_merge(&c->sessions, &s->sessions)) != 0 ||
	    (status = tally_merge(&c->cost, &s->cost)) != 0 ||
	    (status = tally_merge(&c->squares, &s->squares)) != 0 ||
	    !k->params.top_channel)
		return status;
	if ((share = share_of(c, s->channel)) == NULL)
		return -1;
	return tally_merge(share, &s->revenue);
}

static int
merge_tally(struct tally *t, const struct tally *other)
{
	const struct decimal_sum sum = tally_sum(other);

	return tally_merge(t, &sum);
}

/* Add a cell to the one at a group and period. */
static int
merge_cell(struct kpi *k, size_t group, int64_t period,
    const struct cell *other, const size_t *channel)
{
	struct cell *c = cell_at(k, group, period);
	int status;

	if (c == NULL)
		return -1;
	c->has_sessions |= other->has_sessions;
	if (__builtin_add_overflow(c->orders, other->orders, &c->orders))
		return -2;
	if ((status = merge_tally(&c->revenue, &other->revenue)) != 0 ||
	    (status = merge_tally(&c->sessions, &other->sessions)) != 0 ||
	    (status = merge_tally(&c->cost, &other->cost)) != 0 ||
	    (status = merge_tally(&c->squares, &other->squares)) != 0)
		return status;
	for (size_t i = 0; i < other->nshares; i++) {
		const struct tally *own = &other->share[i];
		struct tally *share = share_of(c, channel[own->tag]);

		if (share == NULL)
			return -1;
		if ((status = merge_tally(share, own)) != 0)
			return status;
	}
	return 0;
}

static void
widen_by(struct range *r, const struct range *other)
{
	if (!other->any)
		return;
	widen(r, other->first_day);
	widen(r, other->last_day);
}

int
kpi_merge(struct kpi *k, const struct kpi *other, const size_t *group,
    const size_t *channel)
{
	widen_by(&k->orders, &other->orders);
	widen_by(&k->covered, &other->covered);
	for (size_t g = 0; g < other->ngroups; g++) {
		const struct series *s = &other->series[g];

		for (size_t i = 0; i < s->n; i++) {
			const struct cell *c = &s->cell[i];
			int status;

			/* Gaps are dense. */
			if (c->orders == 0 && !c->has_sessions)
				continue;
			status = merge_cell(k, group[g], s->first + (int64_t)i,
			    c, channel);
			if (status != 0)
				return status;
		}
	}
	return 0;
}

void
kpi_cover(struct kpi *k, int32_t day)
{
	widen(&k->covered, day);
}

int32_t
kpi_first_day(const struct kpi *k)
{
	return k->covered.first_day;
}

int32_t
kpi_last_day(const struct kpi *k)
{
	return k->covered.last_day;
}

size_t
kpi_periods(const struct kpi *k)
{
	if (!k->covered.any)
		return 0;
	return (size_t)(period_of(k, kpi_last_day(k)) -
		   period_of(k, kpi_first_day(k))) +
	    1;
}

/* a / b; NaN where b is not above 0. */
static double
ratio(double a, double b)
{
	return b > 0 ? a / b : NAN;
}

static void
top_channel(const struct cell *c, double revenue, struct kpi_values *v)
{
	const struct tally *top = NULL;
	struct decimal_sum sum;

	for (size_t i = 0; i < c->nshares; i++) {
		const struct tally *share = &c->share[i];
		int order = top == NULL ? 1 : tally_compare(share, top);

		if (order > 0 || (order == 0 && share->tag < top->tag))
			top = share;
	}
	if (top == NULL)
		return;
	sum = tally_sum(top);
	v->top_channel = top->tag;
	v->top_channel_share = ratio(decimal_sum_double(&sum), revenue);
}

void
kpi_values(const struct kpi *k, size_t group, size_t period,
    struct kpi_values *v)
{
	static const struct cell nothing;
	const struct cell *c = &nothing;
	int64_t number = period_of(k, kpi_first_day(k)) + (int64_t)period;
	double revenue, orders, sessions;

	if (group < k->ngroups) {
		const struct series *s = &k->series[group];

		if (number >= s->first && number - s->first < (int64_t)s->n)
			c = &s->cell[number - s->first];
	}
	*v = (struct kpi_values){ .day = first_day_of(k, number),
		.aov = NAN,
		.conversion_rate = NAN,
		.revenue_per_session = NAN,
		.top_channel_share = NAN,
		.gross_margin = NAN,
		.top_channel = KPI_NONE };
	v->has_orders = k->orders.any &&
	    number >= period_of(k, k->orders.first_day) &&
	    number <= period_of(k, k->orders.last_day);
	v->has_sessions = c->has_sessions;
	v->sessions = tally_sum(&c->sessions);
	if (!v->has_orders)
		return;
	v->orders = c->orders + sketched(k, c, ORDERS);
	v->customers = c->customers + sketched(k, c, CUSTOMERS);
	v->revenue = tally_sum(&c->revenue);
	v->cost = tally_sum(&c->cost);
	v->squares = tally_sum(&c->squares);
	revenue = decimal_sum_double(&v->revenue);
	orders = (double)v->orders;
	sessions = v->has_sessions ? decimal_sum_double(&v->sessions) : NAN;
	v->aov = ratio(revenue, orders);
	v->conversion_rate = ratio(orders, sessions);
	v->revenue_per_session = ratio(revenue, sessions);
	if (revenue > 0) {
		struct decimal_sum profit = v->revenue, cost = v->cost;

		/* Exact before it is rounded. */
		decimal_sum_negate(&cost);
		(void)decimal_sum_merge(&profit, &cost);
		v->gross_margin = decimal_sum_double(&profit) / revenue;
	}
	top_channel(c, revenue, v);
}

static void
release_cell(struct kpi *k, struct cell *c)
{
	release_distinct(k, c);
	tally_release(&c->revenue);
	tally_release(&c->sessions);
	tally_release(&c->cost);
	tally_release(&c->squares);
	for (size_t i = 0; i < c->nshares; i++)
		tally_release(&c->share[i]);
	free(c->share);
}

void
kpi_free(struct kpi *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->ngroups; i++) {
		for (size_t j = 0; j < k->series[i].n; j++)
			release_cell(k, &k->series[i].cell[j]);
		free(k->series[i].cell);
	}
	free(k->series);
	free(k);
}
