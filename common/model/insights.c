#include "model/insights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/normal.h"
#include "base/vec.h"
#include "model/insights_find.h"
#include "model/stats.h"

enum {
	BEFORE = 28,       /* days whose median is the usual */
	BEFORE_LEAST = 7,  /* of them */
	CHANGES_LEAST = 8, /* earlier windows that tell what is unusual */
	LIKE_LEAST = 4,    /* days of a weekday */
	LIKE_WEEKS = 8,
	MONTH_LEAST = 20, /* days of a month */
	YEAR = 364
};

/* 1 / quantile(3/4) of the normal distribution. */
#define MAD_SCALE 1.4826

/* A sum that carries its rounding error along: Neumaier, "Rundungsfehleranalyse
 * einiger Verfahren zur Summation endlicher Summen", ZAMM 54, 1974.  So a sum of
 * decimals is the double nearest to it. */
struct sum {
	double s, c;
	size_t n;
};

static void
add(struct sum *sum, double x)
{
	double t;

	if (isnan(x))
		return;
	t = sum->s + x;
	sum->c += fabs(sum->s) >= fabs(x) ? sum->s - t + x : x - t + sum->s;
	sum->s = t;
	sum->n++;
}

/* NaN if nothing was added. */
static double
total(const struct sum *sum)
{
	return sum->n == 0 ? NAN : sum->s + sum->c;
}

static double
quotient(double a, double b)
{
	return b > 0 ? a / b : NAN;
}

struct run {
	const struct insights_input *in;
	const struct insights_rules *rules;
	struct insights *r;
	double *room; /* for as many numbers as there are days */
};

/* ---- sums over days ------------------------------------------------------------ */

/* First of the days 0 .. actual - 1 that is not before a date. */
static size_t
lower_bound(const struct run *x, int32_t date)
{
	size_t low = 0, high = x->r->actual;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (x->in->day[middle].date < date)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct adder {
	struct sum revenue, orders, sessions;
	struct sum priced_revenue, priced_orders; /* both known */
	struct sum seen_orders, seen_sessions, seen_revenue;
};

static void
add_figures(struct adder *a, double revenue, double orders, double sessions)
{
	add(&a->revenue, revenue);
	add(&a->orders, orders);
	add(&a->sessions, sessions);
	if (!isnan(revenue) && !isnan(orders)) {
		add(&a->priced_revenue, revenue);
		add(&a->priced_orders, orders);
	}
	if (!isnan(sessions)) {
		add(&a->seen_sessions, sessions);
		add(&a->seen_orders, orders);
		add(&a->seen_revenue, revenue);
	}
}

static struct insights_sums
added(const struct adder *a, int32_t from, int32_t to)
{
	return (struct insights_sums){
		.from = from,
		.to = to,
		.days = a->revenue.n,
		.revenue = total(&a->revenue),
		.orders = total(&a->orders),
		.sessions = total(&a->sessions),
		.aov = quotient(total(&a->priced_revenue),
		    total(&a->priced_orders)),
		.conversion_rate = quotient(total(&a->seen_orders),
		    total(&a->seen_sessions)),
		.revenue_per_session = quotient(total(&a->seen_revenue),
		    total(&a->seen_sessions)),
	};
}

/* Of the days first .. end - 1. */
static struct insights_sums
sum_rows(const struct run *x, size_t first, size_t end, int32_t from,
    int32_t to)
{
	struct adder a = { 0 };

	for (size_t i = first; i < end; i++)
		add_figures(&a, x->in->day[i].revenue, x->in->day[i].orders,
		    x->in->day[i].sessions);
	return added(&a, from, to);
}

static struct insights_sums
sum_dates(const struct run *x, int32_t from, int32_t to)
{
	return sum_rows(x, lower_bound(x, from), lower_bound(x, to + 1), from,
	    to);
}

/* ---- what the days are ----------------------------------------------------------- */

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The usual gap between rows. */
static int32_t
find_step(const struct run *x)
{
	size_t n = x->r->actual;
	double gap;

	if (n < 2)
		return 1;
	for (size_t i = 1; i < n; i++)
		x->room[i - 1] = x->in->day[i].date - x->in->day[i - 1].date;
	qsort(x->room, n - 1, sizeof(*x->room), compare_doubles);
	gap = x->room[(n - 1) / 2];
	if (gap == 1 || gap == 7)
		return (int32_t)gap;
	return gap >= 28 && gap <= 31 ? 30 : 0;
}

/* The median of a figure over the days of the same weekday before row i that
 * are not confirmed anomalies; *least is the smallest of them. */
static double
like_before(const struct run *x, size_t i, size_t figure, double *least)
{
	int32_t date = x->in->day[i].date;
	size_t n = 0;

	*least = INFINITY;
	for (size_t j = i; j-- > 0;) {
		const struct insights_day *d = &x->in->day[j];
		const double of[] = { d->revenue, d->orders, d->sessions };

		if (date - d->date > 7 * LIKE_WEEKS)
			break;
		if ((date - d->date) % 7 != 0 || d->confirmed == FLAG_YES ||
		    isnan(of[figure]))
			continue;
		*least = fmin(*least, of[figure]);
		x->room[n++] = of[figure];
	}
	return n < LIKE_LEAST ? NAN : stats_median(x->room, n);
}

/* Whether the last day is not all there yet: all its figures, two at least, are
 * far below those of its weekday, and below each of them. */
static void
find_partial_day(const struct run *x)
{
	const struct insights_day *d;
	double largest = -INFINITY;
	size_t known = 0;

	x->r->partial_ratio = NAN;
	if (x->r->actual == 0 || x->r->step != 1)
		return;
	d = &x->in->day[x->r->actual - 1];
	for (size_t f = 0; f < 3; f++) {
		const double of[] = { d->revenue, d->orders, d->sessions };
		double least;
		double usual = like_before(x, x->r->actual - 1, f, &least);

		if (isnan(of[f]) || !(usual > 0))
			continue;
		known++;
		largest = fmax(largest,
		    of[f] < least ? of[f] / usual : INFINITY);
	}
	if (known < 2)
		return;
	x->r->partial_ratio = isfinite(largest) ? largest : NAN;
	x->r->partial_last_day = largest < x->rules->partial;
}

static int
add_gap(struct run *x, size_t *capacity, int32_t from, int32_t to)
{
	struct insights *r = x->r;

	if (r->gaps > 0 && r->gap[r->gaps - 1].to == from - 1) {
		r->gap[r->gaps - 1].to = to;
	} else {
		if (vec_grow(&r->gap, capacity, r->gaps + 1, sizeof(*r->gap)) ==
		    -1)
			return -1;
		r->gap[r->gaps++] = (struct insights_gap){ from, to };
	}
	r->missing_days += (size_t)(to - from + 1);
	return 0;
}

static int
find_gaps(struct run *x)
{
	size_t capacity = 0;

	for (size_t i = 0; i < x->r->actual; i++) {
		const struct insights_day *d = &x->in->day[i];

		if (x->r->step == 1 && i > 0 && d->date > d[-1].date + 1 &&
		    add_gap(x, &capacity, d[-1].date + 1, d->date - 1) == -1)
			return -1;
		if (isnan(d->revenue) &&
		    add_gap(x, &capacity, d->date, d->date) == -1)
			return -1;
		x->r->no_sessions += isnan(d->sessions) && d->orders > 0;
	}
	return 0;
}

static void
find_days(struct run *x)
{
	struct insights *r = x->r;

	for (size_t i = 0; i < x->in->n; i++)
		if (!isnan(x->in->day[i].revenue))
			r->actual = i + 1;
	r->step = find_step(x);
	find_partial_day(x);
	r->last = r->best = r->worst = INSIGHTS_NONE;
	r->total = (struct insights_sums){ .from = DATE_NONE,
		.to = DATE_NONE,
		.revenue = NAN,
		.orders = NAN,
		.sessions = NAN,
		.aov = NAN,
		.conversion_rate = NAN,
		.revenue_per_session = NAN };
	r->daily_revenue = NAN;
	if (r->actual == 0)
		return;
	r->total = sum_rows(x, 0, r->actual, x->in->day[0].date,
	    x->in->day[r->actual - 1].date);
	r->daily_revenue = r->total.revenue / (double)r->total.days;
	for (size_t i = r->actual - r->partial_last_day; i-- > 0;) {
		double v = x->in->day[i].revenue;

		if (isnan(v))
			continue;
		if (r->last == INSIGHTS_NONE)
			r->last = i;
		if (r->best == INSIGHTS_NONE ||
		    v >= x->in->day[r->best].revenue)
			r->best = i;
		if (r->worst == INSIGHTS_NONE ||
		    v <= x->in->day[r->worst].revenue)
			r->worst = i;
	}
}

/* ---- windows of days ------------------------------------------------------------- */

/* The k-th window before the last one, by rows; false if there is none.  Windows
 * of days go by date, so that a gap is seen. */
static bool
window_rows(const struct run *x, size_t length, size_t k, size_t *first,
    size_t *end, int32_t *from, int32_t *to)
{
	const struct insights *r = x->r;

	if (r->last == INSIGHTS_NONE)
		return false;
	if (r->step == 1) {
		int64_t last = x->in->day[r->last].date;
		int64_t start = last - (int64_t)(length * (k + 1)) + 1;

		if (start < x->in->day[0].date)
			return false;
		*from = (int32_t)start;
		*to = (int32_t)(start + (int64_t)length - 1);
		*first = lower_bound(x, *from);
		*end = lower_bound(x, *to + 1);
		return true;
	}
	if (length * (k + 1) > r->last + 1)
		return false;
	*end = r->last + 1 - length * k;
	*first = *end - length;
	*from = x->in->day[*first].date;
	*to = x->in->day[*end - 1].date;
	return true;
}

/* Rows of a window of so many days. */
static size_t
rows_of(const struct run *x, size_t days)
{
	size_t step = x->r->step > 0 ? (size_t)x->r->step : 1;
	size_t rows = (days + step / 2) / step;

	return rows > 0 ? rows : 1;
}

/* v in units of the usual size of the n numbers in room; NaN if they are too
 * few, or all 0. */
static double
in_units_of(const struct run *x, double v, size_t n)
{
	double scale;

	if (n < CHANGES_LEAST)
		return NAN;
	scale = MAD_SCALE * stats_mad(x->room, n, 0);
	return scale > 0 ? v / scale : NAN;
}

/* ln(now / base) in units of the changes between the windows before. */
static double
window_z(const struct run *x, size_t length)
{
	double last = NAN, change = NAN;
	size_t first, end, n = 0;
	int32_t from, to;

	for (size_t k = 0; window_rows(x, length, k, &first, &end, &from, &to);
	     k++) {
		struct insights_sums s = sum_rows(x, first, end, from, to);
		double now = s.days == length && s.revenue > 0 ? s.revenue
							       : NAN;

		if (k == 1)
			change = log(last / now);
		else if (k > 1 && !isnan(last / now))
			x->room[n++] = log(last / now);
		last = now;
	}
	return in_units_of(x, change, n);
}

/* Overdispersion of the daily orders: each day against the rate of the four
 * weeks it is in. */
static double
find_dispersion(const struct run *x)
{
	double chi2 = 0;
	size_t freedom = 0, end = x->r->actual;

	while (end > 0) {
		size_t first = end > BEFORE ? end - BEFORE : 0, n = 0;
		double orders = 0, sessions = 0, rate;

		for (int pass = 0; pass < 2; pass++) {
			rate = sessions > 0 ? orders / sessions : NAN;
			for (size_t i = first; i < end; i++) {
				const struct insights_day *d = &x->in->day[i];
				double e = d->orders - d->sessions * rate;

				if (!(d->sessions > 0) || isnan(d->orders) ||
				    d->confirmed == FLAG_YES)
					continue;
				if (pass == 0) {
					orders += d->orders;
					sessions += d->sessions;
					n++;
				} else if (rate > 0 && rate < 1) {
					chi2 += e * e /
					    (d->sessions * rate * (1 - rate));
				}
			}
		}
		freedom += n > 0 ? n - 1 : 0;
		end = first;
	}
	return freedom < BEFORE_LEAST ? 1 : fmax(1, chi2 / (double)freedom);
}

/* z of the difference of two conversions. */
static double
rate_z(const struct run *x, double orders, double sessions, double orders2,
    double sessions2)
{
	double u = (orders + orders2) / (sessions + sessions2), se;

	if (!(sessions > 0 && sessions2 > 0 && u > 0 && u < 1))
		return NAN;
	se = sqrt(x->r->dispersion * u * (1 - u) *
	    (1 / sessions + 1 / sessions2));
	return (orders / sessions - orders2 / sessions2) / se;
}

static double
two_sided(double z)
{
	return erfc(fabs(z) / M_SQRT2);
}

static void
compare_conversion(const struct run *x, struct insights_window *w)
{
	const struct insights_sums *a = &w->now, *b = &w->base;

	w->conversion_z = rate_z(x, a->conversion_rate * a->sessions,
	    a->sessions, b->conversion_rate * b->sessions, b->sessions);
	w->conversion_p = two_sided(w->conversion_z);
}

static void
find_window(const struct run *x)
{
	struct insights_window *w = &x->r->window;
	size_t first[2], end[2];
	int32_t from, to;

	*w = (struct insights_window){ .length = rows_of(x, x->rules->window),
		.revenue_z = NAN,
		.conversion_z = NAN,
		.conversion_p = NAN };
	for (size_t k = 0; k < 2; k++) {
		if (!window_rows(x, w->length, k, &first[k], &end[k], &from,
			&to))
			return;
		*(k == 0 ? &w->now : &w->base) = sum_rows(x, first[k], end[k],
		    from, to);
	}
	w->available = true;
	w->revenue_z = window_z(x, w->length);
	compare_conversion(x, w);
}

/* ---- months ------------------------------------------------------------------------ */

static int
find_months(const struct run *x)
{
	struct insights *r = x->r;
	size_t capacity = 0;
	int32_t last;

	if (r->actual == 0)
		return 0;
	last = x->in->day[r->actual - 1].date;
	for (int32_t from = x->in->day[0].date; from <= last;) {
		int32_t next = date_month_next(from);

		if (vec_grow(&r->months, &capacity, r->n_months + 1,
			sizeof(*r->months)) == -1)
			return -1;
		r->months[r->n_months++] = sum_dates(x, from,
		    next - 1 < last ? next - 1 : last);
		from = next;
	}
	return 0;
}

/* Whether all of a calendar month is there. */
static bool
whole_month(const struct run *x, size_t m)
{
	const struct insights_sums *s = &x->r->months[m];
	int32_t start = date_month_start(s->from);

	if (x->r->last == INSIGHTS_NONE || s->days == 0)
		return false;
	if (x->r->step == 30)
		return true;
	return s->from == start && s->to == date_month_next(start) - 1 &&
	    s->to <= x->in->day[x->r->last].date &&
	    (x->r->step != 1 || s->days == (size_t)(s->to - s->from + 1));
}

static void
find_month_window(const struct run *x)
{
	struct insights *r = x->r;
	struct insights_window *w = &r->month;

	*w = (struct insights_window){ .length = 1,
		.revenue_z = NAN,
		.conversion_z = NAN,
		.conversion_p = NAN };
	for (size_t m = r->n_months; m-- > 1;)
		if (whole_month(x, m)) {
			if (!whole_month(x, m - 1))
				return;
			w->available = true;
			w->now = r->months[m];
			w->base = r->months[m - 1];
			compare_conversion(x, w);
			return;
		}
}

/* ---- channels ------------------------------------------------------------------------ */

static size_t
month_of(const struct insights *r, int32_t date)
{
	for (size_t m = 0; m < r->n_months; m++)
		if (date >= date_month_start(r->months[m].from) &&
		    date <= r->months[m].to)
			return m;
	return INSIGHTS_NONE;
}

static int
sum_channels(const struct run *x)
{
	const struct insights_input *in = x->in;
	struct insights *r = x->r;
	size_t wide = r->n_months + 1;
	struct adder *a = calloc(in->channels * wide + 1, sizeof(*a));

	if (a == NULL)
		return -1;
	for (size_t i = 0; i < in->channel_days; i++) {
		const struct insights_channel_day *d = &in->channel_day[i];
		size_t m = month_of(r, d->date);

		add_figures(&a[d->channel * wide], d->revenue, d->orders,
		    d->sessions);
		if (m != INSIGHTS_NONE)
			add_figures(&a[d->channel * wide + 1 + m], d->revenue,
			    d->orders, d->sessions);
	}
	for (size_t c = 0; c < in->channels; c++) {
		struct insights_channel *channel = &r->channel[c];

		if (in->channel_days == 0 && in->channel_total != NULL)
			add_figures(&a[c * wide], in->channel_total[c].revenue,
			    in->channel_total[c].orders,
			    in->channel_total[c].sessions);
		channel->all = added(&a[c * wide], r->total.from, r->total.to);
		channel->month = calloc(r->n_months + 1,
		    sizeof(*channel->month));
		if (channel->month == NULL) {
			free(a);
			return -1;
		}
		for (size_t m = 0; m < r->n_months; m++)
			channel->month[m] = added(&a[c * wide + 1 + m],
			    r->months[m].from, r->months[m].to);
	}
	free(a);
	return 0;
}

static double
known(double v)
{
	return isnan(v) ? 0 : v;
}

/* A channel against the sums of all. */
static void
judge_channel(const struct run *x, struct insights_channel *c,
    const struct insights_sums *all)
{
	const struct insights_sums *own = &c->all;
	double others = all->sessions - known(own->sessions);
	double other_rps = quotient(all->revenue - known(own->revenue), others);
	double other_orders = all->orders - known(own->orders);

	c->share = quotient(own->revenue, all->revenue);
	c->order_share = quotient(own->orders, all->orders);
	c->session_share = quotient(own->sessions, all->sessions);
	c->ratio = quotient(own->revenue_per_session, other_rps);
	c->other_rate = quotient(other_orders, others);
	c->conversion_z = rate_z(x, own->orders, own->sessions, other_orders,
	    others);
	c->shortfall = fmax(0,
	    (other_rps - own->revenue_per_session) * own->sessions);
	if (isnan(own->revenue_per_session) || isnan(other_rps))
		c->shortfall = NAN;
	if (known(own->orders) < x->rules->channel_min_orders)
		c->standing = INSIGHTS_TOO_THIN;
	else if (c->ratio <= x->rules->low_ratio)
		c->standing = INSIGHTS_LOW;
	else if (c->ratio >= x->rules->high_ratio)
		c->standing = INSIGHTS_HIGH_CHANNEL;
}

static int
find_channels(const struct run *x)
{
	struct insights *r = x->r;
	struct adder all = { 0 };
	struct insights_sums sums;

	r->channel = calloc(x->in->channels + 1, sizeof(*r->channel));
	if (r->channel == NULL || sum_channels(x) == -1)
		return -1;
	/* Of the channels that have sessions: the others are compared with
	 * nobody. */
	for (size_t c = 0; c < x->in->channels; c++)
		if (!isnan(r->channel[c].all.sessions))
			add_figures(&all, r->channel[c].all.revenue,
			    r->channel[c].all.orders,
			    r->channel[c].all.sessions);
	sums = added(&all, 0, 0);
	for (size_t c = 0; c < x->in->channels; c++)
		judge_channel(x, &r->channel[c], &sums);
	all = (struct adder){ 0 };
	for (size_t c = 0; c < x->in->channels; c++)
		add_figures(&all, r->channel[c].all.revenue,
		    r->channel[c].all.orders, NAN);
	sums = added(&all, 0, 0);
	for (size_t c = 0; c < x->in->channels; c++) {
		r->channel[c].share = quotient(r->channel[c].all.revenue,
		    sums.revenue);
		r->channel[c].order_share = quotient(r->channel[c].all.orders,
		    sums.orders);
	}
	return 0;
}

/* ---- seasons ------------------------------------------------------------------------- */

/* The mean of the seven days around row i, NaN if they are not all there and
 * usual. */
static double
week_around(const struct run *x, size_t i)
{
	double sum = 0;

	if (i < 3 || i + 3 >= x->r->actual - x->r->partial_last_day)
		return NAN;
	for (size_t j = i - 3; j <= i + 3; j++) {
		const struct insights_day *d = &x->in->day[j];

		if (d->date - x->in->day[i].date != (int32_t)j - (int32_t)i ||
		    d->confirmed == FLAG_YES)
			return NAN;
		sum += d->revenue;
	}
	return sum / 7;
}

/* Variance of the n ratios in room, and of what their weekdays leave. */
static double
strength(const struct run *x, const double *ratio)
{
	double *rest = x->room;
	size_t n = x->r->actual;
	double all = stats_sd(ratio, n), left;

	for (size_t i = 0; i < n; i++)
		rest[i] = ratio[i] -
		    x->r->weekday[date_weekday(x->in->day[i].date)].index;
	left = stats_sd(rest, n);
	return all > 0 ? fmax(0, 1 - left * left / (all * all)) : NAN;
}

static int
find_weekdays(const struct run *x)
{
	struct insights *r = x->r;
	size_t n = r->actual;
	double *ratio = malloc((n + 1) * sizeof(*ratio)), mean = 0;
	size_t complete = 0;

	if (ratio == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		double around = r->step == 1 ? week_around(x, i) : NAN;

		ratio[i] = around > 0 ? x->in->day[i].revenue / around : NAN;
	}
	for (int w = 0; w < 7; w++) {
		struct insights_weekday *day = &r->weekday[w];
		size_t k = 0;

		for (size_t i = 0; i < n; i++)
			if (!isnan(ratio[i]) &&
			    date_weekday(x->in->day[i].date) == w)
				x->room[k++] = ratio[i];
		day->n = k;
		day->index = stats_mean(x->room, k);
		day->se = stats_sd(x->room, k) / sqrt((double)k);
		complete += k >= LIKE_LEAST;
		mean += day->index / 7;
	}
	r->weekly_strength = NAN;
	for (int w = 0; w < 7; w++) {
		struct insights_weekday *day = &r->weekday[w];

		day->index = complete == 7 ? day->index / mean : NAN;
		day->se = complete == 7 ? day->se / mean : NAN;
	}
	if (complete == 7) {
		for (size_t i = 0; i < n; i++)
			ratio[i] /= mean;
		r->weekly_strength = strength(x, ratio);
	}
	free(ratio);
	return 0;
}

static void
find_calendar_months(const struct run *x)
{
	struct insights *r = x->r;
	size_t least = r->step == 1 ? MONTH_LEAST : 1;

	for (int m = 0; m < 12; m++) {
		struct adder a = { 0 };

		for (size_t i = 0; i < r->actual; i++) {
			int month;

			date_civil(x->in->day[i].date, NULL, &month, NULL);
			if (month == m + 1)
				add_figures(&a, x->in->day[i].revenue, NAN,
				    NAN);
		}
		r->calendar_month[m] = (struct insights_weekday){
			.n = a.revenue.n,
			.index = a.revenue.n < least ? NAN
						     : total(&a.revenue) /
				(double)a.revenue.n / r->daily_revenue,
			.se = NAN,
		};
	}
	r->years = r->actual == 0
	    ? 0
	    : (size_t)(r->total.to - r->total.from + 1) / 365;
}

/* ---- ahead --------------------------------------------------------------------------- */

/* The variance of a sum of n days, from their deviations and that of noise. */
struct spread {
	size_t n;
	double common;
};

static void
widen(struct spread *s, double sd, double sigma)
{
	s->n++;
	s->common += sqrt(fmax(0, sd * sd - sigma * sigma));
}

static double
spread_sd(const struct spread *s, double sigma)
{
	return sqrt((double)s->n * sigma * sigma + s->common * s->common);
}

/* Deviation of noise on a side: the median of the days of the history, or else
 * the least of those to come. */
static double
noise(const struct run *x, bool upper, double quantile)
{
	double least = INFINITY;
	size_t n = 0;

	for (size_t i = 0; i < x->in->n; i++) {
		const struct insights_day *d = &x->in->day[i];
		double sd = (upper ? d->upper - d->yhat : d->yhat - d->lower) /
		    quantile;

		if (isnan(sd))
			continue;
		if (i < x->r->actual)
			x->room[n++] = sd;
		else
			least = fmin(least, sd);
	}
	return n > 0 ? stats_median(x->room, n) : least;
}

/* P(sum > level). */
static double
probability_above(const struct insights_outlook *o, double level)
{
	double sd = level < o->yhat ? o->sd_low : o->sd_high;

	if (isnan(level) || isnan(sd))
		return NAN;
	if (sd == 0)
		return o->yhat > level ? 1 : 0;
	return 0.5 * erfc((level - o->yhat) / sd / M_SQRT2);
}

/* The sum of the values of `rows` days that end with a date; NaN if one is not
 * known. */
static double
sum_values(const struct run *x, int32_t to, size_t rows)
{
	struct sum sum = { 0 };
	size_t end = lower_bound(x, to + 1);

	if (end < rows || rows == 0)
		return NAN;
	if (x->r->step == 1 &&
	    x->in->day[end - rows].date != to - (int32_t)rows + 1)
		return NAN;
	for (size_t i = end - rows; i < end; i++)
		add(&sum, x->in->day[i].value);
	return sum.n == rows ? total(&sum) : NAN;
}

static struct insights_outlook
look_ahead(const struct run *x, size_t horizon)
{
	double quantile = normal_quantile((1 + x->rules->interval) / 2);
	double low = noise(x, false, quantile), high = noise(x, true, quantile);
	struct insights_outlook o = { .horizon = horizon,
		.from = DATE_NONE,
		.to = DATE_NONE,
		.yhat = NAN,
		.lower = NAN,
		.upper = NAN,
		.sd_low = NAN,
		.sd_high = NAN,
		.previous = NAN,
		.growth = NAN,
		.probability = NAN,
		.year = NAN,
		.year_growth = NAN,
		.year_probability = NAN };
	struct spread below = { 0 }, above = { 0 };
	struct sum sum = { 0 };
	size_t step = x->r->step > 0 ? (size_t)x->r->step : 1;
	bool bounds = true;

	for (size_t i = x->r->actual; x->r->actual > 0 && i < x->in->n; i++) {
		const struct insights_day *d = &x->in->day[i];

		if (d->date > x->r->total.to + (int64_t)horizon)
			break;
		if (isnan(d->yhat))
			continue;
		if (sum.n == 0)
			o.from = d->date;
		o.to = d->date;
		add(&sum, d->yhat);
		bounds &= !isnan(d->lower) && !isnan(d->upper);
		widen(&below, (d->yhat - d->lower) / quantile, low);
		widen(&above, (d->upper - d->yhat) / quantile, high);
	}
	o.days = sum.n;
	if (o.days == 0 || o.days < horizon / step)
		return o;
	o.yhat = total(&sum);
	if (bounds) {
		o.sd_low = spread_sd(&below, low);
		o.sd_high = spread_sd(&above, high);
		o.lower = o.yhat - quantile * o.sd_low;
		o.upper = o.yhat + quantile * o.sd_high;
	}
	o.previous = sum_values(x, x->in->day[x->r->last].date, o.days);
	o.growth = o.previous > 0 ? o.yhat / o.previous - 1 : NAN;
	o.probability = probability_above(&o, o.previous);
	if (x->r->step == 1) {
		o.year = sum_values(x, o.to - YEAR, o.days);
		o.year_growth = o.year > 0 ? o.yhat / o.year - 1 : NAN;
		o.year_probability = probability_above(&o, o.year);
	}
	return o;
}

/* The last window against its forecast, in units of those before it. */
static void
find_path(const struct run *x)
{
	struct insights *r = x->r;
	size_t length = rows_of(x, x->rules->window), first, end, n = 0;
	int32_t from, to;

	r->path_actual = r->path_expected = r->path_z = NAN;
	for (size_t k = 0; window_rows(x, length, k, &first, &end, &from, &to);
	     k++) {
		struct sum actual = { 0 }, expected = { 0 };

		for (size_t i = first; i < end; i++)
			if (!isnan(x->in->day[i].value - x->in->day[i].yhat)) {
				add(&actual, x->in->day[i].value);
				add(&expected, x->in->day[i].yhat);
			}
		if (actual.n < length) {
			if (k == 0)
				return;
			continue;
		}
		if (k == 0) {
			r->path_actual = total(&actual);
			r->path_expected = total(&expected);
		} else {
			x->room[n++] = total(&actual) - total(&expected);
		}
	}
	r->path_z = in_units_of(x, r->path_actual - r->path_expected, n);
}

static void
find_outlook(const struct run *x)
{
	for (size_t i = 0; i < x->rules->horizons; i++)
		x->r->outlook[i] = look_ahead(x, x->rules->horizon[i]);
	find_path(x);
}

/* ---- anomalies ------------------------------------------------------------------------- */

enum figure { SESSIONS, CONVERSION, ORDER_VALUE, REVENUE };

static double
figure_of(const struct insights_day *d, enum figure figure)
{
	switch (figure) {
	case SESSIONS:
		return d->sessions;
	case CONVERSION:
		return quotient(d->orders, d->sessions);
	case ORDER_VALUE:
		return quotient(d->revenue, d->orders);
	default:
		return d->revenue;
	}
}

/* The median of a figure over the last 28 days before row i that are not
 * confirmed; NaN if there are not enough. */
static double
usual(const struct run *x, size_t i, enum figure figure)
{
	size_t n = 0, seen = 0;

	while (i-- > 0 && seen < BEFORE) {
		const struct insights_day *d = &x->in->day[i];
		double v = figure_of(d, figure);

		if (d->confirmed == FLAG_YES)
			continue;
		seen++;
		if (!isnan(v))
			x->room[n++] = v;
	}
	return n < BEFORE_LEAST ? NAN : stats_median(x->room, n);
}

/* The factor furthest from 1; -1 if none is known. */
static int
main_factor(const double *factor)
{
	double largest = 0;
	int main = -1;

	for (int f = 0; f < 3; f++)
		if (factor[f] > 0 && fabs(log(factor[f])) > largest) {
			largest = fabs(log(factor[f]));
			main = f;
		}
	return main;
}

static size_t
count_bits(uint64_t bits)
{
	return (size_t)__builtin_popcountll(bits);
}

static enum insights_severity
anomaly_severity(const struct run *x, size_t i, size_t votes)
{
	size_t critical = x->rules->votes;

	if (x->r->partial_last_day && i == x->r->actual - 1)
		return INSIGHTS_NOTICE;
	if (x->in->day[i].tier != INSIGHTS_UNKNOWN)
		return x->in->day[i].tier;
	if (critical == 0)
		critical = x->in->detectors > 3 ? x->in->detectors : 3;
	return votes >= critical ? INSIGHTS_CRITICAL : INSIGHTS_HIGH;
}

static struct insights_anomaly
judge_anomaly(const struct run *x, size_t i)
{
	const struct insights_day *d = &x->in->day[i];
	struct insights_anomaly a = { .day = i,
		.votes = count_bits(d->voters) };

	a.by_forecast = x->in->value_is_revenue && !isnan(d->yhat);
	a.expected = a.by_forecast ? d->yhat : usual(x, i, REVENUE);
	a.deviation = d->revenue - a.expected;
	a.relative = quotient(a.deviation, fabs(a.expected));
	for (int f = 0; f < 3; f++)
		a.factor[f] = quotient(figure_of(d, (enum figure)f),
		    usual(x, i, (enum figure)f));
	a.main_factor = main_factor(a.factor);
	a.severity = anomaly_severity(x, i, a.votes);
	return a;
}

static int
find_anomalies(const struct run *x)
{
	struct insights *r = x->r;
	size_t capacity = 0;

	for (size_t i = 0; i < r->actual; i++) {
		if (x->in->day[i].confirmed != FLAG_YES)
			continue;
		if (vec_grow(&r->anomaly, &capacity, r->anomalies + 1,
			sizeof(*r->anomaly)) == -1)
			return -1;
		r->anomaly[r->anomalies++] = judge_anomaly(x, i);
	}
	return 0;
}

size_t
insights_overlap(const struct insights_input *input, uint64_t voters,
    int32_t *date)
{
	size_t n = 0;

	for (size_t i = 0; i < input->n; i++)
		if ((input->day[i].voters & voters) == voters) {
			if (date != NULL)
				date[n] = input->day[i].date;
			n++;
		}
	return n;
}

/* ---- incidents --------------------------------------------------------------------------- */

static int
direction_of(double deviation)
{
	return (deviation > 0) - (deviation < 0);
}

/* Anomalies in a row, as incidents. */
static int
make_incidents(const struct run *x)
{
	struct insights *r = x->r;
	size_t capacity = 0;

	for (size_t k = 0; k < r->anomalies; k++) {
		const struct insights_anomaly *a = &r->anomaly[k];
		int32_t date = x->in->day[a->day].date;
		int32_t near = 2 * (r->step > 0 ? r->step : 1);
		int direction = direction_of(a->deviation);
		struct insights_incident *last = r->incidents > 0
		    ? &r->made[r->incidents - 1]
		    : NULL;

		if (last != NULL && date - last->end <= near &&
		    direction == last->direction) {
			last->end = date;
			if (a->severity > last->tier)
				last->tier = a->severity;
			continue;
		}
		if (vec_grow(&r->made, &capacity, r->incidents + 1,
			sizeof(*r->made)) == -1)
			return -1;
		r->made[r->incidents++] = (struct insights_incident){
			.start = date,
			.end = date,
			.direction = direction,
			.money = NAN,
			.p = NAN,
			.tier = a->severity
		};
	}
	r->incident = r->made;
	return 0;
}

/* Actual minus expected of a row. */
static double
deviation_of(const struct run *x, size_t i)
{
	const struct insights_day *d = &x->in->day[i];

	if (x->in->value_is_revenue && !isnan(d->yhat))
		return d->revenue - d->yhat;
	return d->revenue - usual(x, i, REVENUE);
}

static void
measure_factors(const struct run *x, struct insights_incident *e)
{
	struct insights_sums s = sum_dates(x, e->start, e->end);
	size_t first = lower_bound(x, e->start);
	const double now[] = { quotient(s.sessions, (double)s.days),
		s.conversion_rate, s.aov };

	for (int f = 0; f < 3; f++)
		e->factor[f] = quotient(now[f],
		    usual(x, first, (enum figure)f));
	e->main_factor = main_factor(e->factor);
}

/* What the days tell of an incident. */
static void
measure_incident(const struct run *x, struct insights_incident *e, bool made)
{
	size_t first = lower_bound(x, e->start);
	size_t end = lower_bound(x, e->end + 1);
	double largest = -1;
	struct sum money = { 0 };

	e->peak = DATE_NONE;
	e->voters = 0;
	e->days = (size_t)(e->end - e->start + 1);
	e->confirmed = 0;
	for (size_t i = first; i < end; i++) {
		double deviation = deviation_of(x, i);

		add(&money, deviation);
		if (fabs(deviation) > largest) {
			largest = fabs(deviation);
			e->peak = x->in->day[i].date;
		}
		e->voters |= x->in->day[i].voters;
		e->confirmed += x->in->day[i].confirmed == FLAG_YES;
	}
	for (int f = 0; f < 3; f++)
		e->factor[f] = NAN;
	e->main_factor = -1;
	if (!made)
		return;
	e->money = total(&money);
	measure_factors(x, e);
}

static int
find_incidents(const struct run *x)
{
	struct insights *r = x->r;
	bool made = x->in->incident == NULL;

	if (made) {
		if (make_incidents(x) == -1)
			return -1;
	} else {
		r->incident = x->in->incident;
		r->incidents = x->in->incidents;
	}
	for (size_t i = 0; i < r->incidents; i++)
		measure_incident(x, &r->incident[i], made);
	return 0;
}

/* ---- all of it ---------------------------------------------------------------------------- */

int
insights_run(const struct insights_input *input,
    const struct insights_rules *rules, struct insights *result)
{
	struct run x = { .in = input, .rules = rules, .r = result };
	int status;

	memset(result, 0, sizeof(*result));
	x.room = malloc((input->n + 1) * sizeof(*x.room));
	if (x.room == NULL)
		return -1;
	find_days(&x);
	result->dispersion = find_dispersion(&x);
	find_window(&x);
	status = find_gaps(&x);
	if (status == 0)
		status = find_months(&x);
	if (status == 0) {
		find_month_window(&x);
		status = find_channels(&x);
	}
	if (status == 0)
		status = find_weekdays(&x);
	if (status == 0) {
		find_calendar_months(&x);
		find_outlook(&x);
		status = find_anomalies(&x);
	}
	if (status == 0)
		status = find_incidents(&x);
	if (status == 0)
		status = insights_find(input, rules, result);
	free(x.room);
	return status;
}

void
insights_release(struct insights *result)
{
	for (size_t i = 0; result->channel != NULL && result->channel[i].month;
	     i++)
		free(result->channel[i].month);
	free(result->channel);
	free(result->months);
	free(result->anomaly);
	free(result->made);
	free(result->gap);
	free(result->finding);
	*result = (struct insights){ 0 };
}
