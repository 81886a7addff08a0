#include "explain_dimensions.h"

#include <math.h>
#include <stdlib.h>

#include "explain.h"
#include "model/adtributor.h"
#include "model/attribution.h"
#include "record/cli.h"

/* Orders come one by one, so that the variance of a sum of their values is the
 * sum of their squares. */
static double
revenue_error(const struct explain *x, const struct explain_part *p0,
    const struct explain_part *p1)
{
	return sqrt(p0->squares * x->base.scale * x->base.scale +
	    p1->squares * x->now.scale * x->now.scale);
}

/* The squares of both periods make one error, so that one with many orders
 * tells it: what sold no longer is no less sure for that. */
static bool
few_orders(const struct explain_part *p0, const struct explain_part *p1)
{
	return fmax(p0->orders, p1->orders) < ATTRIBUTION_THIN;
}

static struct explain_dimension
find_set(struct explain *x, size_t kind, struct adtributor *result)
{
	size_t n = explain_count(x, kind);
	struct explain_dimension d = {
		.of = { explain_sum(x, &x->base, kind, NULL),
		    explain_sum(x, &x->now, kind, NULL) },
		.surprise = explain_need(x, n, sizeof(*d.surprise)),
		.set = explain_need(x, n, sizeof(*d.set)),
	};
	double *base = explain_need(x, n, sizeof(*base));
	double *now = explain_need(x, n, sizeof(*now));

	for (size_t i = 0; i < n; i++) {
		base[i] = explain_money_of(&d.of[0][i], x->base.scale).value;
		now[i] = explain_money_of(&d.of[1][i], x->now.scale).value;
	}
	if (adtributor(base, now, n,
		explain_money_of(&x->all[0], x->base.scale).value,
		explain_money_of(&x->all[0], x->base.scale).value + x->change,
		d.surprise, d.set, result) == -1)
		cli_no_memory(x->cli);
	free(base);
	free(now);
	return d;
}

static void
merge_part(struct explain *x, struct explain_part *sum,
    const struct explain_part *part)
{
	if (decimal_sum_merge(&sum->revenue, &part->revenue) == -1)
		cli_fail(x->cli, "a sum of revenue has too many digits");
	sum->sessions += part->sessions;
	sum->orders += part->orders;
	sum->squares += part->squares;
}

static void
add_dimension_line(struct explain *x, const char *level, size_t kind,
    size_t member, const struct explain_part *p0, const struct explain_part *p1,
    double surprise)
{
	struct explain_line line = explain_new_line(x, level, kind,
	    EXPLAIN_NONE, x->o->dimension[kind]);

	line.member = member;
	line.o0 = p0->orders * x->base.scale;
	line.o1 = p1->orders * x->now.scale;
	line.r0 = explain_money_of(p0, x->base.scale);
	line.r1 = explain_money_of(p1, x->now.scale);
	line.surprise = surprise;
	line.by_value = few_orders(p0, p1);
	explain_add_judged(x, line, line.r1.value - line.r0.value,
	    revenue_error(x, p0, p1));
}

/* The lines of a dimension; the sums of its set are kept in *set, since lines
 * point to them. */
static void
add_dimension(struct explain *x, size_t kind, const struct explain_dimension *d,
    const struct adtributor *result, struct explain_part set[2])
{
	for (size_t i = 0; i < result->n; i++)
		for (size_t which = 0; which < 2; which++)
			merge_part(x, &set[which], &d->of[which][d->set[i]]);
	add_dimension_line(x, "dimension", kind, EXPLAIN_NONE, &set[0], &set[1],
	    result->surprise);
	for (size_t i = 0; i < result->n; i++)
		add_dimension_line(x, "element", kind, d->set[i],
		    &d->of[0][d->set[i]], &d->of[1][d->set[i]],
		    d->surprise[d->set[i]]);
}

void
explain_dimensions(struct explain *x, struct explain_dimension *d,
    struct explain_part *set)
{
	struct adtributor *result = explain_need(x, x->kinds, sizeof(*result));
	size_t *order = explain_need(x, x->kinds, sizeof(*order));
	struct explain_line line = explain_new_line(x, "total", 0, EXPLAIN_NONE,
	    "change");

	line.by_value = few_orders(&x->all[0], &x->all[1]);
	explain_add_judged(x, line, x->change,
	    revenue_error(x, &x->all[0], &x->all[1]));
	for (size_t k = 0; k < x->kinds; k++)
		d[k] = find_set(x, k, &result[k]);
	adtributor_rank(result, x->kinds, order);
	for (size_t i = 0; i < x->kinds; i++)
		add_dimension(x, order[i], &d[order[i]], &result[order[i]],
		    set + 2 * order[i]);
	free(result);
	free(order);
}

void
explain_dimension_release(struct explain_dimension *d)
{
	free(d->of[0]);
	free(d->of[1]);
	free(d->surprise);
	free(d->set);
}
