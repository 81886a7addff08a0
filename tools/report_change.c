/* Why revenue changed: what aee-explain found. */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_page.h"

#include "record/cli.h"

enum { STEPS_MAX = 12 }; /* of a waterfall; the rest is one step */

struct step {
	const char *name;
	const struct report_effect *effect; /* NULL: what is left */
	double size;
	size_t place;
};

bool
report_has_change(const struct report_data *data)
{
	return data->effects > 0;
}

static const char *
driver_name(const char *driver)
{
	static const char *const names[][2] = {
		{ "volume", "volume of sessions" },
		{ "mix", "mix of channels" },
		{ "order_value", "order value" },
		{ "expected", "expected by the forecast" },
		{ "surprise", "surprise" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(driver, names[i][0]) == 0)
			return names[i][1];
	return driver;
}

static enum page_tone
tone_of(const char *verdict)
{
	return strcmp(verdict, "real") == 0 ? PAGE_STRONG
	    : *verdict == '\0'              ? PAGE_PLAIN
					    : PAGE_QUIET;
}

static const struct report_effect *
find_level(const struct report_data *d, const char *level)
{
	for (size_t i = 0; i < d->effects; i++)
		if (strcmp(d->effect[i].level, level) == 0)
			return &d->effect[i];
	return NULL;
}

/* The effects of a level, *n of them, in an array to free. */
static struct step *
find_steps(const struct report_data *d, const char *level, size_t *n)
{
	struct step *step = report_need(d->cli, d->effects, sizeof(*step));

	*n = 0;
	for (size_t i = 0; i < d->effects; i++) {
		const struct report_effect *e = &d->effect[i];

		if (strcmp(e->level, level) != 0 || isnan(e->effect))
			continue;
		step[*n] = (struct step){
			*e->member != '\0' ? e->member : driver_name(e->driver),
			e, e->effect, i
		};
		++*n;
	}
	return step;
}

static int
by_size(const void *a, const void *b)
{
	const struct step *x = a, *y = b;
	double size_x = fabs(x->size), size_y = fabs(y->size);

	if (size_x != size_y)
		return size_x > size_y ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Keep the largest steps, and put the others into one. */
static size_t
merge_small(struct step *step, size_t n)
{
	if (n <= STEPS_MAX)
		return n;
	step[STEPS_MAX] = (struct step){ "all others", NULL,
		step[STEPS_MAX].size, 0 };
	for (size_t i = STEPS_MAX + 1; i < n; i++)
		step[STEPS_MAX].size += step[i].size;
	return STEPS_MAX + 1;
}

/* The axis of a waterfall: from 0, or from near the least value where the steps
 * would else be too small to see. */
struct axis {
	double from, to;
	bool cut;
};

static struct axis
find_axis(const struct step *step, size_t n, double base, double now)
{
	double low = fmin(base, now), high = fmax(base, now), sum = base;
	struct axis a;

	for (size_t i = 0; i < n; i++) {
		sum += step[i].size;
		low = fmin(low, sum);
		high = fmax(high, sum);
	}
	a.cut = low > 0 && high - low < 0.4 * high;
	a.from = a.cut ? fmax(0, low - 0.25 * (high - low)) : fmin(0, low);
	a.to = high > a.from ? high : a.from + 1;
	return a;
}

static double
place(const struct axis *a, double v)
{
	return (v - a->from) / (a->to - a->from);
}

static void
show_whole(struct report *r, const struct axis *a, const char *name,
    double revenue, bool step)
{
	page_row(r->page, true);
	page_cell(r->page, name);
	page_cell(r->page, report_money(r, revenue).text);
	page_cell_bar(r->page, place(a, fmax(0, a->from)), place(a, revenue),
	    PAGE_STRONG, step);
	page_cell(r->page, "");
	page_cell(r->page, "");
}

static void
show_waterfall(struct report *r, const char *caption,
    const struct report_effect *total, const struct step *step, size_t n)
{
	static const struct page_column column[] = {
		{ "step", PAGE_TEXT_COLUMN, false },
		{ "revenue", PAGE_NUMBER_COLUMN, false },
		{ "from step to step", PAGE_BAR_COLUMN, false },
		{ "of the base", PAGE_NUMBER_COLUMN, false },
		{ "verdict", PAGE_TEXT_COLUMN, false },
	};
	struct axis a = find_axis(step, n, total->r0, total->r1);
	double at = total->r0;

	page_table(r->page, caption, column, 5);
	show_whole(r, &a, "before", total->r0, true);
	for (size_t i = 0; i < n; i++) {
		const char *verdict = step[i].effect != NULL
		    ? step[i].effect->verdict
		    : "";

		page_row(r->page, false);
		page_cell(r->page, step[i].name);
		page_cell(r->page,
		    figure_signed(step[i].size, r->decimals).text);
		page_cell_bar(r->page, place(&a, at),
		    place(&a, at + step[i].size), PAGE_PLAIN, true);
		page_cell(r->page,
		    figure_change(report_ratio(step[i].size, total->r0)).text);
		page_cell_tone(r->page, verdict, tone_of(verdict));
		at += step[i].size;
	}
	show_whole(r, &a, "now", total->r1, false);
	page_table_end(r->page);
	if (a.cut)
		page_say(r->page, "The bars begin at %s, not at 0.",
		    figure_short(a.from).text);
}

static void
say_change(struct report *r, const struct report_effect *e)
{
	const struct report_effect *surprise = NULL;

	page_say(r->page,
	    "Revenue of %s was %s, after %s in %s: a change of %s (%s)%s%s.",
	    figure_days(e->now_from, e->now_to).text,
	    report_money(r, e->r1).text, report_money(r, e->r0).text,
	    figure_days(e->base_from, e->base_to).text,
	    figure_signed(e->effect, r->decimals).text,
	    figure_change(e->effect_pct / 100).text,
	    *e->verdict != '\0' ? ", verdict: " : "", e->verdict);
	for (size_t i = 0; i < r->data->effects; i++)
		if (strcmp(r->data->effect[i].driver, "surprise") == 0)
			surprise = &r->data->effect[i];
	if (surprise != NULL)
		page_say(r->page,
		    "Beyond what the forecast expected it is %s%s%s.",
		    figure_signed(surprise->effect, r->decimals).text,
		    *surprise->verdict != '\0' ? ", verdict: " : "",
		    surprise->verdict);
	page_say(r->page,
	    "real: more than noise (q < 0.10); noise: within what weeks "
	    "differ anyway; thin: too few orders to tell.");
}

/* The lines as they are. */
static void
show_lines(struct report *r, const char *caption, const char *level)
{
	static const struct page_column column[] = {
		{ "member", PAGE_TEXT_COLUMN, false },
		{ "driver", PAGE_TEXT_COLUMN, false },
		{ "effect", PAGE_NUMBER_COLUMN, false },
		{ "in percent", PAGE_NUMBER_COLUMN, false },
		{ "standard error", PAGE_NUMBER_COLUMN, true },
		{ "q", PAGE_NUMBER_COLUMN, true },
		{ "verdict", PAGE_TEXT_COLUMN, false },
	};
	const struct report_data *d = r->data;

	page_table(r->page, caption, column, 7);
	for (size_t i = 0; i < d->effects; i++) {
		const struct report_effect *e = &d->effect[i];

		if (level != NULL && strcmp(e->level, level) != 0)
			continue;
		page_row(r->page, false);
		page_cell(r->page, *e->member != '\0' ? e->member : e->level);
		page_cell(r->page, driver_name(e->driver));
		page_cell(r->page, figure_signed(e->effect, r->decimals).text);
		page_cell(r->page, figure_change(e->effect_pct / 100).text);
		page_cell(r->page, report_money(r, e->se).text);
		page_cell(r->page, figure_p(e->q).text);
		page_cell_tone(r->page, e->verdict, tone_of(e->verdict));
	}
	page_table_end(r->page);
}

void
report_change(struct report *r)
{
	const struct report_data *d = r->data;
	const struct report_effect *total = find_level(d, "total");
	size_t n;

	page_section(r->page, "change", "Why revenue changed");
	if (total != NULL)
		say_change(r, total);
	if (total != NULL && find_level(d, "driver") != NULL) {
		struct step *step = find_steps(d, "driver", &n);

		show_waterfall(r, "The change by driver", total, step, n);
		free(step);
		step = find_steps(d, "member", &n);
		qsort(step, n, sizeof(*step), by_size);
		n = merge_small(step, n);
		if (n > 0)
			show_waterfall(r, "The change by channel", total, step,
			    n);
		free(step);
		page_fold(r->page, "The effects of each channel");
		show_lines(r, "Effects of each channel", "member_driver");
		page_fold_end(r->page);
	} else {
		show_lines(r, "What was found", NULL);
	}
	page_section_end(r->page);
}
