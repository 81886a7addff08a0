#include "explain_drivers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "explain_expected.h"
#include "explain_history.h"
#include "model/attribution.h"
#include "record/cli.h"

static struct attribution_sums
model_sums(const struct explain *x, size_t which, size_t member)
{
	const struct explain_period *p = which == 0 ? &x->base : &x->now;
	const struct explain_part *part = &x->of[which][member];

	return (struct attribution_sums){
		.sessions = (x->by_orders ? part->orders : part->sessions) *
		    p->scale,
		.orders = part->orders * p->scale,
		.revenue = explain_money_of(part, p->scale).value,
		.squares = part->squares * p->scale,
		.seen = 1 / p->scale,
	};
}

/* The members as the model wants them, to be freed. */
static struct attribution_member *
model_members(struct explain *x)
{
	size_t n = explain_count(x, 0);
	struct attribution_member *member = explain_need(x, n, sizeof(*member));
	char key[200];

	for (size_t m = 0; m < n; m++) {
		member[m].base = model_sums(x, 0, m);
		member[m].now = model_sums(x, 1, m);
		if (attribution_defined(x->o->method, &member[m]))
			continue;
		explain_key(x, 0, m, key, sizeof(key));
		free(member);
		cli_fail(x->cli,
		    "--method lmdi: the revenue of %s changes its sign, which "
		    "has no logarithm",
		    key);
	}
	return member;
}

struct driver {
	enum attribution_driver driver;
	const char *name;
	bool always; /* also where there is no such effect */
};

static void
add_drivers(struct explain *x, const char *level, size_t member,
    const struct attribution_effects *e, const struct driver *driver, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double effect = e->effect[driver[i].driver];
		struct explain_line line = explain_new_line(x, level, 0, member,
		    driver[i].name);

		if (effect == 0 && !driver[i].always)
			continue;
		line.by_value = driver[i].driver == ATTRIBUTION_ORDER_VALUE;
		explain_add_judged(x, line, effect, e->se[driver[i].driver]);
	}
}

static void
add_driver_lines(struct explain *x, const struct attribution_effects *e)
{
	const struct driver drivers[] = {
		{ ATTRIBUTION_VOLUME, "volume", true },
		{ ATTRIBUTION_MIX, "mix", true },
		{ ATTRIBUTION_CONVERSION, "conversion", !x->by_orders },
		{ ATTRIBUTION_ORDER_VALUE, "order_value", true },
		{ ATTRIBUTION_ORDERS, "orders", false },
		{ ATTRIBUTION_OTHER, "other", false },
	};

	add_drivers(x, "driver", EXPLAIN_NONE, e, drivers, 6);
}

static void
add_member_lines(struct explain *x, size_t member,
    const struct attribution_effects *e)
{
	const struct driver drivers[] = {
		{ ATTRIBUTION_SESSIONS, x->by_orders ? "orders" : "sessions",
		    e->tracked },
		{ ATTRIBUTION_CONVERSION, "conversion",
		    e->tracked && !x->by_orders },
		{ ATTRIBUTION_ORDERS, "orders", !e->tracked },
		{ ATTRIBUTION_ORDER_VALUE, "order_value", true },
		{ ATTRIBUTION_OTHER, "other", false },
	};

	add_drivers(x, "member_driver", member, e, drivers, 5);
}

/* Every level must add up to the change: what is printed was not lost. */
static void
check_sums(const struct explain *x)
{
	static const char *const levels[] = { "total", "expectation", "driver",
		"member", "member_driver" };
	double largest = fabs(explain_money_of(&x->all[0], x->base.scale)
				  .value) +
	    fabs(explain_money_of(&x->all[1], x->now.scale).value);
	/* Beyond 10^11 a double has no room for the third decimal. */
	double tolerance = fmax(0.005, 1e-14 * largest);

	for (size_t k = 0; k < sizeof(levels) / sizeof(*levels); k++) {
		double sum = 0;
		bool any = false;

		for (size_t i = 0; i < x->nlines; i++)
			if (strcmp(x->line[i].level, levels[k]) == 0) {
				sum += x->line[i].effect;
				any = true;
			}
		if (any && !(fabs(sum - x->change) <= tolerance))
			cli_fail(x->cli,
			    "the effects of level %s add up to %.17g, not to "
			    "the change of %.17g",
			    levels[k], sum, x->change);
	}
}

void
explain_drivers(struct explain *x, struct explain_forecast *forecast)
{
	size_t n = explain_count(x, 0);
	struct attribution_member *member = model_members(x);
	struct attribution_effects *effects = explain_need(x, n,
	    sizeof(*effects));
	double *expected = explain_need(x, n, sizeof(*expected));
	struct attribution_effects total;
	struct attribution_history history;
	struct attribution_params params = { .method = x->o->method,
		.days = (double)(x->base.days + x->now.days) / 2,
		.history = &history };

	if (x->by_orders)
		cli_warn(x->cli,
		    "no sessions in the periods: volume and mix are those of "
		    "orders, and there is no conversion");
	explain_history_read(x, &history);
	attribution_effects(&params, member, n, effects, &total);
	if (forecast != NULL)
		explain_forecast_parts(x, forecast, member, expected);
	for (size_t m = 0; m < n; m++)
		attribution_take_out(&effects[m], &total, expected[m]);
	explain_add_judged(x,
	    explain_new_line(x, "total", 0, EXPLAIN_NONE, "change"), x->change,
	    total.change_se);
	if (forecast != NULL) {
		explain_add(x,
		    explain_new_line(x, "expectation", 0, EXPLAIN_NONE,
			"expected"),
		    forecast->sum);
		explain_add_judged(x,
		    explain_new_line(x, "expectation", 0, EXPLAIN_NONE,
			"surprise"),
		    x->change - forecast->sum, total.change_se);
		explain_add(x,
		    explain_new_line(x, "driver", 0, EXPLAIN_NONE, "expected"),
		    forecast->sum);
	}
	add_driver_lines(x, &total);
	for (size_t m = 0; m < n; m++) {
		if (explain_is_idle(x, m, expected[m]))
			continue;
		explain_add_judged(x,
		    explain_new_line(x, "member", 0, m, "change"),
		    effects[m].change, effects[m].change_se);
		if (forecast != NULL)
			explain_add(x,
			    explain_new_line(x, "member_driver", 0, m,
				"expected"),
			    expected[m]);
		add_member_lines(x, m, &effects[m]);
	}
	attribution_history_release(&history);
	free(member);
	free(effects);
	free(expected);
	check_sums(x);
}
