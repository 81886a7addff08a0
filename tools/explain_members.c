#include "explain_members.h"

#include <math.h>
#include <stdlib.h>

#include "explain.h"
#include "explain_history.h"
#include "model/attribution.h"
#include "record/cli.h"

/* A member against its own weeks, or against its share of the whole. */
struct standing {
	size_t member;
	double share_effect;
};

static int
compare_standing(const void *a, const void *b)
{
	const struct standing *x = a, *y = b;
	bool no_x = isnan(x->share_effect), no_y = isnan(y->share_effect);

	if (no_x != no_y)
		return no_x ? 1 : -1;
	if (!no_x && x->share_effect != y->share_effect)
		return x->share_effect < y->share_effect ? -1 : 1;
	return (x->member > y->member) - (x->member < y->member);
}

/* Weeks of the whole. */
static void
sum_weeks(const double *week, size_t n, double *all)
{
	for (size_t w = 0; w < ATTRIBUTION_WEEKS; w++) {
		all[w] = 0;
		for (size_t m = 0; m < n; m++)
			all[w] += week[m * ATTRIBUTION_WEEKS + w];
	}
}

/* The first day of the weeks that an expectation rests on. */
static int32_t
first_of_weeks(const struct explain *x, const double *all)
{
	size_t oldest = EXPLAIN_NONE;

	for (size_t w = 0, n = 0;
	     w < ATTRIBUTION_WEEKS && n < ATTRIBUTION_RECENT; w++)
		if (!isnan(all[w])) {
			oldest = w;
			n++;
		}
	if (oldest == EXPLAIN_NONE)
		cli_fail(x->cli,
		    "--by-member: no whole week before --now is known");
	return x->now.range.from - 7 * ((int32_t)oldest + 1);
}

static void
add_standing(struct explain *x, const char *level, size_t member,
    const char *driver, struct attribution_expectation revenue, double sessions,
    double orders)
{
	struct explain_line line = explain_new_line(x, level, 0, member,
	    driver);

	line.s0 = isnan(line.s1) ? NAN : sessions;
	line.o0 = orders;
	line.r0 = (struct explain_money){ revenue.value, NULL };
	explain_add_judged(x, line, line.r1.value - revenue.value, revenue.se);
}

static struct attribution_expectation
expect_share(const double *part, const double *all, double days, double now)
{
	struct attribution_expectation e = attribution_expect_share(part, all,
	    days);

	e.value *= now;
	e.se *= fabs(now);
	return e;
}

void
explain_members(struct explain *x)
{
	size_t n = explain_count(x, 0);
	struct standing *standing = explain_need(x, n, sizeof(*standing));
	struct attribution_history h;
	double sessions[ATTRIBUTION_WEEKS], orders[ATTRIBUTION_WEEKS],
	    revenue[ATTRIBUTION_WEEKS];
	double days = (double)x->now.days;
	double now = explain_money_of(&x->all[1], x->now.scale).value;

	explain_history_read(x, &h);
	sum_weeks(h.sessions, n, sessions);
	sum_weeks(h.orders, n, orders);
	sum_weeks(h.revenue, n, revenue);
	x->base.range = (struct range){ first_of_weeks(x, revenue),
		x->now.range.from - 1 };
	x->change = now - attribution_expect(revenue, days).value;
	add_standing(x, "total", EXPLAIN_NONE, "history",
	    attribution_expect(revenue, days),
	    attribution_expect(sessions, days).value,
	    attribution_expect(orders, days).value);
	for (size_t m = 0; m < n; m++)
		standing[m] = (struct standing){ m,
			explain_money_of(&x->of[1][m], x->now.scale).value -
			    expect_share(h.revenue + m * ATTRIBUTION_WEEKS,
				revenue, days, now)
				.value };
	qsort(standing, n, sizeof(*standing), compare_standing);
	for (size_t i = 0; i < n; i++) {
		size_t m = standing[i].member, w = m * ATTRIBUTION_WEEKS;

		if (explain_is_idle(x, m,
			attribution_expect(h.revenue + w, days).value))
			continue;
		add_standing(x, "member", m, "history",
		    attribution_expect(h.revenue + w, days),
		    attribution_expect(h.sessions + w, days).value,
		    attribution_expect(h.orders + w, days).value);
		add_standing(x, "member", m, "share",
		    expect_share(h.revenue + w, revenue, days, now),
		    expect_share(h.sessions + w, sessions, days,
			x->all[1].sessions * x->now.scale)
			.value,
		    expect_share(h.orders + w, orders, days,
			x->all[1].orders * x->now.scale)
			.value);
	}
	attribution_history_release(&h);
	free(standing);
}
