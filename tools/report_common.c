#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/stats.h"
#include "record/cli.h"

enum {
	LIKE = 8,      /* days of its weekday that a last day is compared to */
	LIKE_LEAST = 4 /* fewer tell nothing */
};

static const double partial = 0.5; /* of its like: a last day so low */

/* The share of the last day of what its weekday usually has, if that is so low
 * that the day may not be complete. */
static double
find_partial(const struct report_data *d)
{
	const struct report_row *last;
	double like[LIKE], usual;
	size_t n = 0;

	if (d->step != 1 || d->actual == 0)
		return NAN;
	last = &d->row[d->actual - 1];
	for (size_t i = d->actual - 1; i-- > 0 && n < LIKE;)
		if ((last->date - d->row[i].date) % 7 == 0 &&
		    !isnan(d->row[i].revenue))
			like[n++] = d->row[i].revenue;
	usual = stats_median(like, n);
	return n >= LIKE_LEAST && last->revenue < partial * usual
	    ? last->revenue / usual
	    : NAN;
}

/* How many rows the series has: to the last that has revenue, and sessions
 * where there are any. */
static size_t
find_end(const struct report_data *d, double is_partial)
{
	size_t end = isnan(is_partial) ? d->actual : d->actual - 1;

	while (end > 0 &&
	    (isnan(d->row[end - 1].revenue) ||
		(d->has_sessions && isnan(d->row[end - 1].sessions))))
		end--;
	return end;
}

static void
fill_series(struct report_series *s, const struct report_data *d, size_t end)
{
	double *room;

	s->first = d->row[0].date;
	s->n = d->step == 1 ? (size_t)(d->row[end - 1].date - s->first) + 1
			    : end;
	room = report_need(d->cli, 3 * s->n, sizeof(*room));
	for (size_t i = 0; i < 3 * s->n; i++)
		room[i] = NAN;
	s->revenue = room;
	s->orders = room + s->n;
	s->sessions = room + 2 * s->n;
	for (size_t i = 0; i < end; i++) {
		size_t at = d->step == 1 ? (size_t)(d->row[i].date - s->first)
					 : i;

		s->revenue[at] = d->row[i].revenue;
		s->orders[at] = d->row[i].orders;
		s->sessions[at] = d->row[i].sessions;
	}
}

int
report_decimals(struct cli *cli, const double *y, size_t n)
{
	double *size = report_need(cli, n, sizeof(*size)), median;

	for (size_t i = 0; i < n; i++)
		size[i] = fabs(y[i]);
	median = stats_median(size, n);
	free(size);
	return median >= 1000 ? 0 : median < 1 ? 4 : 2;
}

/* Decimals of revenue, and of what is forecast. */
static void
find_decimals(struct report *r)
{
	const struct report_data *d = r->data;
	double *y = report_need(d->cli, d->actual, sizeof(*y));

	for (size_t i = 0; i < d->actual; i++)
		y[i] = d->row[i].value;
	r->value_decimals = report_decimals(d->cli, y, d->actual);
	for (size_t i = 0; i < d->actual; i++)
		y[i] = d->row[i].revenue;
	r->decimals = report_decimals(d->cli, y, d->actual) == 0 ? 0 : 2;
	free(y);
}

void
report_init(struct report *r, struct report_data *data, size_t window)
{
	size_t end;

	*r = (struct report){ .data = data, .partial = find_partial(data) };
	find_decimals(r);
	r->series.window = window != 0 ? window : data->step == 1 ? 7 : 1;
	end = find_end(data, r->partial);
	if (end > 0)
		fill_series(&r->series, data, end);
}

void
report_end(struct report *r)
{
	free(r->series.revenue);
}

void
report_add(double *sum, double value)
{
	if (!isnan(value))
		*sum = isnan(*sum) ? value : *sum + value;
}

double
report_ratio(double a, double b)
{
	return b > 0 ? a / b : NAN;
}

struct report_sums
report_sums(const struct report_data *data, int32_t from, int32_t to)
{
	struct report_sums s = { NAN, NAN, NAN, 0 };

	for (size_t i = 0; i < data->actual; i++) {
		const struct report_row *row = &data->row[i];

		if (row->date < from || row->date > to)
			continue;
		report_add(&s.revenue, row->revenue);
		report_add(&s.orders, row->orders);
		report_add(&s.sessions, row->sessions);
		s.rows++;
	}
	return s;
}

struct figure
report_money(const struct report *r, double v)
{
	return figure_number(v, r->decimals);
}

struct figure
report_value(const struct report *r, double v)
{
	return figure_number(v, r->value_decimals);
}

void
report_window(const struct report *r, size_t k, int32_t *from, int32_t *to)
{
	const struct report_series *s = &r->series;
	const struct report_data *d = r->data;
	size_t last = s->n - k * s->window, first = last - s->window;

	if (d->step == 1) {
		*from = s->first + (int32_t)first;
		*to = s->first + (int32_t)last - 1;
	} else {
		*from = d->row[first].date;
		*to = d->row[last - 1].date;
	}
}

bool
report_sums_up(const struct report_data *data)
{
	return strcmp(data->column, "revenue") == 0 ||
	    strcmp(data->column, "orders") == 0 ||
	    strcmp(data->column, "sessions") == 0;
}
