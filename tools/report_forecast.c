/* What the forecast is made of, and how good it was. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_page.h"

#include "base/date.h"
#include "record/cli.h"

bool
report_has_components(const struct report_data *data)
{
	return data->component_dates > 1;
}

bool
report_has_backtest(const struct report_data *data)
{
	return data->accuracies > 0;
}

/* ---- components ----------------------------------------------------------------- */

/* A weekly term as the seven days of the week: over the years it would be a
 * blot. */
static void
show_week(struct report *r, const struct report_component *c)
{
	static const char *const days[] = { "Monday", "Tuesday", "Wednesday",
		"Thursday", "Friday", "Saturday", "Sunday" };
	static const struct page_column column[] = {
		{ "day", PAGE_TEXT_COLUMN, false },
		{ "mean", PAGE_NUMBER_COLUMN, false },
		{ "from 0", PAGE_BAR_COLUMN, false },
	};
	const struct report_data *d = r->data;
	int decimals = report_decimals(d->cli, c->value, d->component_dates);
	double mean[7], low = 0, high = 0;
	size_t n[7] = { 0 };

	for (size_t k = 0; k < 7; k++)
		mean[k] = 0;
	for (size_t i = 0; i < d->component_dates; i++) {
		int k = date_weekday(d->component_date[i]);

		if (isnan(c->value[i]))
			continue;
		n[k]++;
		mean[k] += (c->value[i] - mean[k]) / (double)n[k];
	}
	for (size_t k = 0; k < 7; k++) {
		low = fmin(low, mean[k]);
		high = fmax(high, mean[k]);
	}
	if (high == low)
		high = low + 1;
	page_table(r->page, "The weekly term by day of the week", column, 3);
	for (size_t k = 0; k < 7; k++) {
		page_row(r->page, false);
		page_cell(r->page, days[k]);
		if (n[k] == 0) {
			page_cell(r->page, figure_number(NAN, 0).text);
			page_cell(r->page, "");
			continue;
		}
		page_cell(r->page, figure_signed(mean[k], decimals).text);
		page_cell_bar(r->page, -low / (high - low),
		    (mean[k] - low) / (high - low), PAGE_PLAIN, false);
	}
	page_table_end(r->page);
}

static bool
is_there(const double *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isnan(y[i]))
			return true;
	return false;
}

void
report_components(struct report *r)
{
	const struct report_data *d = r->data;

	page_section(r->page, "components", "What the forecast is made of");
	page_say(r->page,
	    "The terms of the model. Those in the unit of the column are "
	    "added to the trend; those that are shares of it multiply it.");
	for (size_t k = 0; k < d->components; k++) {
		const struct report_component *c = &d->component[k];
		const struct page_series series = {
			.name = c->name, .y = c->value, .color = 1
		};
		char id[40], title[300];
		const struct page_chart chart = { .id = id,
			.title = title,
			.date = d->component_date,
			.n = d->component_dates,
			.series = &series,
			.n_series = 1,
			.decimals = report_decimals(d->cli, c->value,
			    d->component_dates) };

		/* Terms that the model did without have no values. */
		if (!is_there(c->value, d->component_dates))
			continue;
		page_heading(r->page, c->name);
		if (strcmp(c->name, "weekly") == 0 && d->step == 1) {
			show_week(r, c);
			continue;
		}
		snprintf(id, sizeof(id), "component-%zu", k);
		snprintf(title, sizeof(title), "The term '%.200s' by day",
		    c->name);
		page_chart(r->page, &chart);
	}
	page_section_end(r->page);
}

/* ---- backtest ----------------------------------------------------------------------- */

static double
mean_of(const struct report_data *d, size_t offset)
{
	double sum = NAN;
	size_t n = 0;

	for (size_t i = 0; i < d->accuracies; i++) {
		double v;

		memcpy(&v, (const char *)&d->accuracy[i] + offset, sizeof(v));
		report_add(&sum, v);
		n += isnan(v) ? 0 : 1;
	}
	return n > 0 ? sum / (double)n : NAN;
}

#define MEAN(d, field) mean_of(d, offsetof(struct report_accuracy, field))

static void
say_accuracy(struct report *r)
{
	const struct report_data *d = r->data;
	double mae = MEAN(d, mae), naive = MEAN(d, naive_mae);
	double coverage = MEAN(d, coverage);

	page_say(r->page,
	    "Forecasts of the past, %s to %s rows ahead, were off by %s on "
	    "average.",
	    figure_short(d->accuracy[0].horizon).text,
	    figure_short(d->accuracy[d->accuracies - 1].horizon).text,
	    report_value(r, mae).text);
	if (!isnan(naive))
		page_say(r->page,
		    "The value of a season before is off by %s: the model is "
		    "%s.",
		    report_value(r, naive).text,
		    mae < naive       ? "better"
			: mae > naive ? "worse"
				      : "as good");
	if (!isnan(coverage))
		page_say(r->page,
		    "%s of the values lay inside the interval of their "
		    "forecast.",
		    figure_percent(coverage, 1).text);
}

static void
show_errors(struct report *r)
{
	const struct report_data *d = r->data;
	size_t n = d->accuracies;
	double *room = report_need(d->cli, 3 * n, sizeof(*room));
	bool naive = !isnan(MEAN(d, naive_mae));
	const struct page_series series[] = {
		{ .name = "the model", .y = room, .color = 0 },
		{ .name = "the value of a season before",
		    .y = room + n,
		    .color = 1,
		    .dashed = true },
	};
	const struct page_chart chart = { .id = "backtest",
		.title = "Mean absolute error by rows ahead",
		.x = room + 2 * n,
		.x_name = "rows ahead:",
		.n = n,
		.series = series,
		.n_series = naive ? 2 : 1,
		.decimals = r->value_decimals,
		.zero = true };

	for (size_t i = 0; i < n; i++) {
		room[i] = d->accuracy[i].mae;
		room[n + i] = d->accuracy[i].naive_mae;
		room[2 * n + i] = d->accuracy[i].horizon;
	}
	if (n > 2)
		page_chart(r->page, &chart);
	free(room);
}

static void
show_accuracy(struct report *r)
{
	static const struct page_column column[] = {
		{ "rows ahead", PAGE_NUMBER_COLUMN, false },
		{ "mean absolute error", PAGE_NUMBER_COLUMN, false },
		{ "in percent", PAGE_NUMBER_COLUMN, false },
		{ "symmetric", PAGE_NUMBER_COLUMN, true },
		{ "inside the interval", PAGE_NUMBER_COLUMN, false },
		{ "scaled", PAGE_NUMBER_COLUMN, true },
		{ "a season before", PAGE_NUMBER_COLUMN, false },
	};
	const struct report_data *d = r->data;
	bool fold = d->accuracies > 10;

	if (fold)
		page_fold(r->page, "The errors as a table");
	page_table(r->page, "Errors of forecasts of the past", column, 7);
	for (size_t i = 0; i < d->accuracies; i++) {
		const struct report_accuracy *a = &d->accuracy[i];

		page_row(r->page, false);
		page_cell(r->page, figure_short(a->horizon).text);
		page_cell(r->page, report_value(r, a->mae).text);
		page_cell(r->page, figure_percent(a->mape, 1).text);
		page_cell(r->page, figure_percent(a->smape, 1).text);
		page_cell(r->page, figure_percent(a->coverage, 1).text);
		page_cell(r->page, figure_number(a->mase, 2).text);
		page_cell(r->page, report_value(r, a->naive_mae).text);
	}
	page_table_end(r->page);
	if (fold)
		page_fold_end(r->page);
}

void
report_backtest(struct report *r)
{
	page_section(r->page, "backtest", "How good the forecast was");
	say_accuracy(r);
	show_errors(r);
	show_accuracy(r);
	page_section_end(r->page);
}
