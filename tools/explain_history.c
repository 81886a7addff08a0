#include "explain_history.h"

#include <math.h>
#include <stdlib.h>

#include "explain.h"
#include "model/attribution.h"
#include "record/cli.h"

struct dated {
	size_t member, record;
	int32_t day;
};

static int
compare_dated(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	if (x->member != y->member)
		return x->member < y->member ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->record > y->record) - (x->record < y->record);
}

/* The sessions of two records of a day: without orders, none are missing. */
static double
merge_sessions(double a, double orders_a, double b, double orders_b)
{
	if (isnan(a) && orders_a == 0)
		return b;
	if (isnan(b) && orders_b == 0)
		return a;
	return a + b;
}

/* The days before the period now, one a member and day, in an array to free. */
static struct attribution_day *
history_days(const struct explain *x, size_t *n)
{
	struct dated *order = explain_need(x, x->ninputs, sizeof(*order));
	struct attribution_day *days = explain_need(x, x->ninputs,
	    sizeof(*days));
	int32_t end = x->now.range.from;
	size_t count = 0;

	*n = 0;
	for (size_t i = 0; i < x->ninputs; i++)
		if (x->input[i].day < end &&
		    x->input[i].day >= end - 7 * ATTRIBUTION_WEEKS)
			order[count++] = (struct dated){ x->member[i], i,
				x->input[i].day };
	qsort(order, count, sizeof(*order), compare_dated);
	for (size_t i = 0; i < count; i++) {
		const struct explain_input *r = &x->input[order[i].record];
		struct attribution_day day = { .member = order[i].member,
			.day = r->day,
			.sessions = x->by_orders ? r->orders : r->sessions,
			.orders = r->orders,
			.revenue = r->known ? decimal_double(&r->revenue)
					    : NAN };
		struct attribution_day *last = days + *n - 1;

		if (*n == 0 || last->member != day.member ||
		    last->day != day.day) {
			days[(*n)++] = day;
			continue;
		}
		last->sessions = merge_sessions(last->sessions, last->orders,
		    day.sessions, day.orders);
		last->orders += day.orders;
		last->revenue += day.revenue;
	}
	free(order);
	return days;
}

void
explain_history_read(const struct explain *x,
    struct attribution_history *history)
{
	size_t n;
	struct attribution_day *days = history_days(x, &n);

	if (attribution_history_init(history, days, n, explain_count(x, 0),
		x->now.range.from) == -1)
		cli_no_memory(x->cli);
	free(days);
}
