#include "explain.h"

#include <math.h>
#include <stdlib.h>

#include "base/vec.h"
#include "model/attribution.h"
#include "record/cli.h"
#include "record/group.h"

void
explain_init(struct explain *x)
{
	x->kinds = x->o->ndimensions > 0 ? x->o->ndimensions : 1;
	x->groups = explain_need(x, x->kinds, sizeof(*x->groups));
	for (size_t k = 0; k < x->kinds; k++) {
		x->groups[k] = groups_new(x->o->ndimensions > 0
			? 1
			: x->cli->ngroup);
		if (x->groups[k] == NULL)
			cli_no_memory(x->cli);
	}
}

void *
explain_need(const struct explain *x, size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		cli_no_memory(x->cli);
	return p;
}

size_t
explain_count(const struct explain *x, size_t kind)
{
	return groups_count(x->groups[kind]);
}

size_t
explain_number(const struct explain *x, size_t kind, const struct field *key)
{
	size_t n = groups_find(x->groups[kind], key, NULL);

	if (n == EXPLAIN_NONE)
		cli_no_memory(x->cli);
	return n;
}

void
explain_key(const struct explain *x, size_t kind, size_t member, char *text,
    size_t size)
{
	char *const *name = x->o->ndimensions > 0 ? x->o->dimension + kind
						  : x->cli->group;

	groups_text(x->groups[kind], member, name, text, size);
}

static void
add_revenue(struct explain *x, struct decimal_sum *sum,
    const struct decimal *value)
{
	if (decimal_sum_add(sum, value) == -1)
		cli_fail(x->cli, "a sum of revenue has too many digits");
}

static void
add_input(struct explain *x, struct explain_part *part,
    const struct explain_input *r)
{
	add_revenue(x, &part->revenue, &r->revenue);
	part->orders += r->orders;
	if (!isnan(r->sessions))
		part->sessions += r->sessions;
	if (!isnan(r->squares) || r->orders > 0)
		part->squares += r->squares;
}

struct explain_part *
explain_sum(struct explain *x, const struct explain_period *p, size_t kind,
    struct explain_part *all)
{
	struct explain_part *part = explain_need(x, explain_count(x, kind),
	    sizeof(*part));

	for (size_t i = 0; i < x->ninputs; i++) {
		const struct explain_input *r = &x->input[i];

		if (!range_has(&p->range, r->day) ||
		    p->out[r->day - p->range.from])
			continue;
		add_input(x, &part[x->member[i * x->kinds + kind]], r);
		if (all != NULL)
			add_input(x, all, r);
	}
	return part;
}

struct explain_money
explain_money_of(const struct explain_part *part, double scale)
{
	return (struct explain_money){
		.value = decimal_sum_double(&part->revenue) * scale,
		.exact = scale == 1 ? &part->revenue : NULL,
	};
}

double
explain_exact_change(struct explain *x)
{
	struct decimal_sum change = x->all[0].revenue;

	if (x->base.scale != 1 || x->now.scale != 1)
		return explain_money_of(&x->all[1], x->now.scale).value -
		    explain_money_of(&x->all[0], x->base.scale).value;
	decimal_sum_negate(&change);
	if (decimal_sum_merge(&change, &x->all[1].revenue) == -1)
		cli_fail(x->cli, "a sum of revenue has too many digits");
	return decimal_sum_double(&change);
}

struct explain_line
explain_new_line(const struct explain *x, const char *level, size_t kind,
    size_t member, const char *driver)
{
	const struct explain_part *p0 = member == EXPLAIN_NONE
	    ? &x->all[0]
	    : &x->of[0][member];
	const struct explain_part *p1 = member == EXPLAIN_NONE
	    ? &x->all[1]
	    : &x->of[1][member];
	bool sessions = !x->by_orders &&
	    (member == EXPLAIN_NONE || x->tracked[member]);

	return (struct explain_line){
		.level = level,
		.driver = driver,
		.kind = kind,
		.member = member,
		.se = NAN,
		.p = NAN,
		.q = NAN,
		.surprise = NAN,
		.s0 = sessions ? p0->sessions * x->base.scale : NAN,
		.s1 = sessions ? p1->sessions * x->now.scale : NAN,
		.o0 = p0->orders * x->base.scale,
		.o1 = p1->orders * x->now.scale,
		.r0 = explain_money_of(p0, x->base.scale),
		.r1 = explain_money_of(p1, x->now.scale),
	};
}

void
explain_add(struct explain *x, struct explain_line line, double effect)
{
	line.effect = effect;
	line.share = x->change != 0 ? effect / x->change : NAN;
	if (vec_grow(&x->line, &x->line_capacity, x->nlines + 1,
		sizeof(*x->line)) == -1)
		cli_no_memory(x->cli);
	x->line[x->nlines++] = line;
}

void
explain_add_judged(struct explain *x, struct explain_line line, double effect,
    double se)
{
	line.se = se;
	line.p = attribution_p(effect, se);
	line.judged = true;
	explain_add(x, line, effect);
}

void
explain_judge(struct explain *x)
{
	double *p = explain_need(x, x->nlines, sizeof(*p));
	double *q = explain_need(x, x->nlines, sizeof(*q));

	for (size_t i = 0; i < x->nlines; i++)
		p[i] = x->line[i].p;
	if (attribution_adjust(p, x->nlines, q) == -1)
		cli_no_memory(x->cli);
	for (size_t i = 0; i < x->nlines; i++)
		x->line[i].q = q[i];
	free(p);
	free(q);
}

double
explain_pct(const struct explain_line *l)
{
	return l->r0.value != 0 ? 100 * l->effect / fabs(l->r0.value) : NAN;
}

const char *
explain_verdict(const struct explain_line *l)
{
	if (!l->judged)
		return NULL;
	switch (attribution_verdict(l->q, l->o0, l->o1, l->by_value)) {
	case ATTRIBUTION_IS_REAL:
		return "real";
	case ATTRIBUTION_IS_NOISE:
		return "noise";
	default:
		return "thin";
	}
}

bool
explain_is_idle(const struct explain *x, size_t member, double expected)
{
	for (size_t which = 0; which < 2; which++) {
		const struct explain_part *p = &x->of[which][member];

		if (p->sessions != 0 || p->orders != 0 ||
		    decimal_sum_sign(&p->revenue) != 0)
			return false;
	}
	return expected == 0;
}

void
explain_release(struct explain *x)
{
	for (size_t k = 0; k < x->kinds; k++)
		groups_free(x->groups[k]);
	free(x->groups);
	free(x->input);
	free(x->member);
	free(x->base.out);
	free(x->now.out);
	free(x->tracked);
	free(x->of[0]);
	free(x->of[1]);
	free(x->line);
}
