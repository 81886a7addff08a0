#include "explain_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/output.h"

enum { MOST = 5 }; /* of a list in a sentence */

/* Rounded, without a sign where nothing is left. */
static double
rounded(double v, double unit)
{
	return fabs(v) < unit / 2 ? 0 : v;
}

static void
say_effect(const struct explain *x, const struct explain_line *l)
{
	cli_print(x->cli, "%.2f", rounded(l->effect, 0.01));
	if (!isnan(explain_pct(l)))
		cli_print(x->cli, " (%.1f %%)", rounded(explain_pct(l), 0.1));
}

static void
say_member(const struct explain *x, const struct explain_line *l)
{
	char key[1024];
	struct field f;

	if (x->o->ndimensions > 0 || x->cli->ngroup == 1) {
		f = groups_key(x->groups[l->kind], l->member, 0);
		output_write(x->cli->output, f.p, f.n);
	} else {
		explain_key(x, l->kind, l->member, key, sizeof(key));
		cli_print(x->cli, "%s", key);
	}
}

/* A driver in words. */
static void
say_driver(const struct explain *x, const struct explain_line *l)
{
	cli_print(x->cli, "%s",
	    strcmp(l->driver, "order_value") == 0 ? "order value" : l->driver);
}

static void
say_judgement(const struct explain *x, const struct explain_line *l)
{
	const char *verdict = explain_verdict(l);

	if (verdict == NULL)
		return;
	cli_print(x->cli, "%s",
	    strcmp(verdict, "real") == 0        ? "more than noise"
		: strcmp(verdict, "noise") == 0 ? "within the noise"
						: "too little data to tell");
}

static int
by_size(const void *a, const void *b)
{
	const struct explain_line *const *x = a, *const *y = b;
	double size_x = fabs((*x)->effect), size_y = fabs((*y)->effect);

	if (size_x != size_y)
		return size_x > size_y ? -1 : 1;
	return (*x > *y) - (*x < *y);
}

/* The lines of a level, the largest effects first, as a list. */
static void
say_list(const struct explain *x, const char *level, const char *head)
{
	const struct explain_line **found = explain_need(x, x->nlines,
	    sizeof(*found));
	size_t n = 0;

	for (size_t i = 0; i < x->nlines; i++)
		if (strcmp(x->line[i].level, level) == 0)
			found[n++] = &x->line[i];
	qsort(found, n, sizeof(*found), by_size);
	for (size_t i = 0; i < n && i < MOST; i++) {
		const struct explain_line *l = found[i];

		cli_print(x->cli, "%s", i == 0 ? head : ", ");
		if (strcmp(level, "driver") != 0)
			say_member(x, l);
		if (strcmp(level, "member_driver") == 0)
			cli_print(x->cli, " ");
		if (strcmp(level, "member") != 0)
			say_driver(x, l);
		cli_print(x->cli, " %.2f", rounded(l->effect, 0.01));
		if (l->judged)
			cli_print(x->cli, " (%s)", explain_verdict(l));
	}
	cli_print(x->cli,
	    n == 0         ? ""
		: n > MOST ? " and smaller ones.\n"
			   : ".\n");
	free(found);
}

static void
say_change(const struct explain *x)
{
	const struct explain_line *l = &x->line[0];
	char base[RANGE_TEXT_MAX], now[RANGE_TEXT_MAX];

	range_format(&x->base.range, base);
	range_format(&x->now.range, now);
	cli_print(x->cli,
	    "Revenue of %s was %.2f, after %.2f in %s: a change of ", now,
	    rounded(l->r1.value, 0.01), rounded(l->r0.value, 0.01), base);
	say_effect(x, l);
	cli_print(x->cli, ", ");
	say_judgement(x, l);
	cli_print(x->cli, ".\n");
}

static const struct explain_line *
find_line(const struct explain *x, const char *level, const char *driver)
{
	for (size_t i = 0; i < x->nlines; i++)
		if (strcmp(x->line[i].level, level) == 0 &&
		    strcmp(x->line[i].driver, driver) == 0)
			return &x->line[i];
	return NULL;
}

void
explain_say_drivers(const struct explain *x)
{
	const struct explain_line *expected = find_line(x, "expectation",
	    "expected");
	const struct explain_line *surprise = find_line(x, "expectation",
	    "surprise");

	say_change(x);
	if (expected != NULL && surprise != NULL) {
		cli_print(x->cli,
		    "Of it the forecast expected %.2f; the surprise is %.2f, ",
		    rounded(expected->effect, 0.01),
		    rounded(surprise->effect, 0.01));
		say_judgement(x, surprise);
		cli_print(x->cli, ".\n");
	}
	say_list(x, "driver", "By driver: ");
	say_list(x, "member", "By member: ");
	say_list(x, "member_driver", "The largest effects: ");
}

void
explain_say_dimensions(const struct explain *x)
{
	say_change(x);
	for (size_t i = 1; i < x->nlines; i++) {
		const struct explain_line *l = &x->line[i];
		bool last = i + 1 == x->nlines ||
		    strcmp(x->line[i + 1].level, "dimension") == 0;

		if (strcmp(l->level, "dimension") == 0) {
			cli_print(x->cli, "%s explains ", l->driver);
			if (last || isnan(l->share))
				cli_print(x->cli, "none of it.\n");
			else
				cli_print(x->cli, "%.3f of it: ", l->share);
			continue;
		}
		say_member(x, l);
		cli_print(x->cli, " %.2f (%s)%s", rounded(l->effect, 0.01),
		    explain_verdict(l), last ? ".\n" : ", ");
	}
}

/* Whether a line tells of less than expected, beyond noise. */
static bool
is_short(const struct explain_line *l)
{
	return l->effect < 0 && strcmp(explain_verdict(l), "real") == 0;
}

void
explain_say_members(const struct explain *x)
{
	const struct explain_line *l = &x->line[0];
	char base[RANGE_TEXT_MAX], now[RANGE_TEXT_MAX];
	bool any = false;

	range_format(&x->base.range, base);
	range_format(&x->now.range, now);
	cli_print(x->cli,
	    "Revenue of %s was %.2f, after weeks (%s) that let expect %.2f: ",
	    now, rounded(l->r1.value, 0.01), base, rounded(l->r0.value, 0.01));
	say_effect(x, l);
	cli_print(x->cli, ", ");
	say_judgement(x, l);
	cli_print(x->cli, ".\n");
	for (size_t i = 1; i + 1 < x->nlines; i += 2) {
		const struct explain_line *own = &x->line[i], *share = own + 1;

		if (!is_short(own) && !is_short(share))
			continue;
		any = true;
		say_member(x, own);
		cli_print(x->cli, " made %.2f: ", rounded(own->r1.value, 0.01));
		say_effect(x, own);
		cli_print(x->cli, " against its own weeks (%s), ",
		    explain_verdict(own));
		say_effect(x, share);
		cli_print(x->cli, " against its share of the whole (%s).\n",
		    explain_verdict(share));
	}
	if (!any)
		cli_print(x->cli,
		    "No member is below what it used to be, beyond "
		    "noise.\n");
}
