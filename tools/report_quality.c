/* What is to be known of the data before they are believed. */
#include "report.h"

#include <math.h>
#include <string.h>

#include "report_page.h"

enum { GAPS_MAX = 10 }; /* that are listed */

static void
row(struct report *r, const char *what, const char *value)
{
	page_row(r->page, false);
	page_cell(r->page, what);
	page_cell(r->page, value);
}

static void
row_count(struct report *r, const char *what, double n)
{
	row(r, what, figure_number(n, 0).text);
}

/* Days without a row between those that are there. */
static size_t
missing_days(const struct report_data *d)
{
	return d->step != 1 || d->actual == 0
	    ? 0
	    : (size_t)(d->row[d->actual - 1].date - d->row[0].date + 1) -
		d->actual;
}

static size_t
missing_values(const struct report_data *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->actual; i++)
		n += isnan(d->row[i].value) ? 1 : 0;
	return n;
}

static void
show_counts(struct report *r)
{
	static const struct page_column column[] = {
		{ "figure", PAGE_TEXT_COLUMN, false },
		{ "value", PAGE_NUMBER_COLUMN, false },
	};
	const struct report_data *d = r->data;

	page_table(r->page, "What was read", column, 2);
	if (d->actual > 0) {
		row(r, "first date", figure_date(d->row[0].date).text);
		row(r, "last date",
		    figure_date(d->row[d->actual - 1].date).text);
	}
	row(r, "a row is a",
	    d->step == 1       ? "day"
		: d->step == 7 ? "week"
			       : "month");
	row_count(r, "rows with values or gaps", (double)d->actual);
	row_count(r, "rows of forecast", (double)(d->rows - d->actual));
	row_count(r, "rows without a value", (double)missing_values(d));
	if (d->step == 1)
		row_count(r, "days without a row", (double)missing_days(d));
	row_count(r, "records left out", (double)d->refused);
	if (d->totals.file != NULL) {
		row_count(r, "orders that were read", d->totals.rows);
		row_count(r, "orders left out", d->totals.bad_rows);
	}
	page_table_end(r->page);
}

static void
say_gaps(struct report *r)
{
	const struct report_data *d = r->data;
	size_t gaps = 0;

	if (missing_days(d) == 0)
		return;
	for (size_t i = 1; i < d->actual; i++) {
		int32_t from = d->row[i - 1].date + 1;
		int32_t to = d->row[i].date - 1;

		if (from > to || ++gaps > GAPS_MAX)
			continue;
		page_say(r->page, "No row: %s.", figure_days(from, to).text);
	}
	if (gaps > GAPS_MAX)
		page_say(r->page, "And %zu more gaps.", gaps - GAPS_MAX);
}

static void
say_partial(struct report *r)
{
	const struct report_data *d = r->data;

	if (!isnan(r->partial))
		page_say(r->page,
		    "The last day, %s, has %s of the revenue that is usual on "
		    "its weekday: it may not be complete, and the figures at "
		    "a glance leave it out.",
		    figure_date(d->row[d->actual - 1].date).text,
		    figure_percent(r->partial, 0).text);
}

static void
say_totals(struct report *r)
{
	const struct report_data *d = r->data;
	double sum = NAN;

	for (size_t i = 0; i < d->actual; i++)
		report_add(&sum, d->row[i].revenue);
	if (d->totals.file != NULL &&
	    fabs(sum - d->totals.revenue) > 1e-6 * fabs(sum))
		page_say(r->page,
		    "The days add up to a revenue of %s, the totals are %s: "
		    "they are not of the same data.",
		    report_money(r, sum).text,
		    report_money(r, d->totals.revenue).text);
	if (d->differing > 0)
		page_say(r->page,
		    "%zu days have other key figures in the file of --daily.",
		    d->differing);
	if (d->unknown > 0)
		page_say(r->page,
		    "%zu days of the file of --daily have no row here.",
		    d->unknown);
	if (d->filled > 0)
		page_say(r->page,
		    "%zu days have key figures from the file of --daily.",
		    d->filled);
}

static void
say_not_given(struct report *r, const struct report_files *f)
{
	const struct {
		const char *option;
		bool given;
	} inputs[] = {
		{ "--by-channel", f->by_channel != NULL },
		{ "--kpi", f->kpi != NULL },
		{ "--explain", f->explain != NULL },
		{ "--incidents", f->incidents != NULL },
		{ "--components", f->components != NULL },
		{ "--backtest", f->backtest != NULL },
	};
	char text[200] = "";

	for (size_t i = 0; i < sizeof(inputs) / sizeof(*inputs); i++)
		if (!inputs[i].given) {
			strcat(text, *text != '\0' ? ", " : "");
			strcat(text, inputs[i].option);
		}
	if (*text != '\0')
		page_say(r->page, "Not given, and so not in this report: %s.",
		    text);
}

void
report_quality(struct report *r, const struct report_files *files)
{
	const struct report_data *d = r->data;

	page_section(r->page, "quality", "Data quality");
	if (d->actual == 0) {
		page_say(r->page, "There are no days with values.");
	} else {
		show_counts(r);
		say_gaps(r);
		say_partial(r);
		say_totals(r);
	}
	if (d->actual > 0 && !d->has_orders)
		page_say(r->page, "There are no orders, only revenue.");
	if (d->actual > 0 && !d->has_sessions)
		page_say(r->page,
		    "There are no sessions: no conversion rate is known.");
	say_not_given(r, files);
	page_section_end(r->page);
}
