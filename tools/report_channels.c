/* How the channels do. */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_page.h"

#include "base/date.h"
#include "record/cli.h"
#include "record/group.h"

enum {
	LINES_MAX = 7, /* channels with a line of their own */
	ROWS_MAX = 50, /* and with a row */
	WEEK = 7
};

struct standing {
	size_t channel;
	struct report_sums all, now, base;
};

bool
report_has_channels(const struct report_data *data)
{
	return data->channel_days > 0 || data->channel_totals > 0;
}

static void
add_day(struct report_sums *s, const struct report_channel_day *d)
{
	report_add(&s->revenue, d->revenue);
	report_add(&s->orders, d->orders);
	report_add(&s->sessions, d->sessions);
	s->rows++;
}

/* The largest first. */
static int
compare_standings(const void *a, const void *b)
{
	const struct standing *x = a, *y = b;
	bool no_x = isnan(x->all.revenue), no_y = isnan(y->all.revenue);

	if (no_x != no_y)
		return no_x ? 1 : -1;
	if (!no_x && x->all.revenue != y->all.revenue)
		return x->all.revenue > y->all.revenue ? -1 : 1;
	return (x->channel > y->channel) - (x->channel < y->channel);
}

/* By day where they are given, and as totals otherwise; in an array to free. */
static struct standing *
find_standings(const struct report *r, size_t *n)
{
	const struct report_data *d = r->data;
	const struct report_sums none = { NAN, NAN, NAN, 0 };
	struct standing *s;
	int32_t now[2], base[2];
	bool windows = r->series.n >= 2 * r->series.window;

	*n = groups_count(d->channels);
	s = report_need(d->cli, *n, sizeof(*s));
	if (windows) {
		report_window(r, 0, &now[0], &now[1]);
		report_window(r, 1, &base[0], &base[1]);
	}
	for (size_t k = 0; k < *n; k++) {
		s[k] = (struct standing){ k, none, none, none };
		if (d->channel_days > 0 || k >= d->channel_totals)
			continue;
		s[k].all.revenue = d->channel_total[k].revenue;
		s[k].all.orders = d->channel_total[k].orders;
		s[k].all.sessions = d->channel_total[k].sessions;
	}
	for (size_t i = 0; i < d->channel_days; i++) {
		const struct report_channel_day *day = &d->channel_day[i];
		struct standing *own = &s[day->channel];

		add_day(&own->all, day);
		if (windows && day->date >= now[0] && day->date <= now[1])
			add_day(&own->now, day);
		if (windows && day->date >= base[0] && day->date <= base[1])
			add_day(&own->base, day);
	}
	qsort(s, *n, sizeof(*s), compare_standings);
	return s;
}

/* What aee-explain says of a channel. */
static const char *
verdict_of(const struct report_data *d, const char *channel)
{
	for (size_t i = 0; i < d->effects; i++)
		if (strcmp(d->effect[i].level, "member") == 0 &&
		    strcmp(d->effect[i].member, channel) == 0)
			return d->effect[i].verdict;
	return "";
}

static void
show_row(struct report *r, const char *name, const struct standing *s,
    double total, double largest, bool sum)
{
	const char *verdict = sum ? "" : verdict_of(r->data, name);

	page_row(r->page, sum);
	page_cell(r->page, name);
	page_cell(r->page, report_money(r, s->all.revenue).text);
	page_cell(r->page,
	    figure_percent(report_ratio(s->all.revenue, total), 1).text);
	if (sum || isnan(s->all.revenue))
		page_cell(r->page, "");
	else
		page_cell_bar(r->page, 0,
		    report_ratio(fmax(s->all.revenue, 0), largest), PAGE_QUIET,
		    false);
	page_cell(r->page, figure_number(s->all.orders, 0).text);
	page_cell(r->page,
	    figure_number(report_ratio(s->all.revenue, s->all.orders), 2).text);
	page_cell(r->page, figure_number(s->all.sessions, 0).text);
	page_cell(r->page,
	    figure_percent(report_ratio(s->all.orders, s->all.sessions), 2)
		.text);
	page_cell(r->page,
	    figure_number(report_ratio(s->all.revenue, s->all.sessions), 2)
		.text);
	page_cell(r->page,
	    figure_change(report_ratio(s->now.revenue, s->base.revenue) - 1)
		.text);
	page_cell_tone(r->page, verdict,
	    strcmp(verdict, "real") == 0 ? PAGE_STRONG : PAGE_QUIET);
}

static void
merge(struct report_sums *to, const struct report_sums *from)
{
	report_add(&to->revenue, from->revenue);
	report_add(&to->orders, from->orders);
	report_add(&to->sessions, from->sessions);
	to->rows += from->rows;
}

/* The sums of the standings from..n - 1. */
static struct standing
merge_standings(const struct standing *s, size_t from, size_t n)
{
	const struct report_sums none = { NAN, NAN, NAN, 0 };
	struct standing all = { SIZE_MAX, none, none, none };

	for (size_t i = from; i < n; i++) {
		merge(&all.all, &s[i].all);
		merge(&all.now, &s[i].now);
		merge(&all.base, &s[i].base);
	}
	return all;
}

static void
show_table(struct report *r, const struct standing *s, size_t n)
{
	static const struct page_column column[] = {
		{ "channel", PAGE_TEXT_COLUMN, false },
		{ "revenue", PAGE_NUMBER_COLUMN, false },
		{ "share", PAGE_NUMBER_COLUMN, false },
		{ "of the largest", PAGE_BAR_COLUMN, true },
		{ "orders", PAGE_NUMBER_COLUMN, false },
		{ "order value", PAGE_NUMBER_COLUMN, true },
		{ "sessions", PAGE_NUMBER_COLUMN, true },
		{ "conversion", PAGE_NUMBER_COLUMN, false },
		{ "per session", PAGE_NUMBER_COLUMN, false },
		{ "last change", PAGE_NUMBER_COLUMN, false },
		{ "verdict", PAGE_TEXT_COLUMN, false },
	};
	struct standing all = merge_standings(s, 0, n), rest;
	double largest = n > 0 ? s[0].all.revenue : NAN;
	size_t rows = n > ROWS_MAX ? ROWS_MAX - 1 : n;

	page_table(r->page, "Channels over all days", column, 11);
	for (size_t i = 0; i < rows; i++)
		show_row(r, report_channel(r->data, s[i].channel), &s[i],
		    all.all.revenue, largest, false);
	if (rows < n) {
		rest = merge_standings(s, rows, n);
		show_row(r, "all others", &rest, all.all.revenue, largest,
		    true);
	}
	show_row(r, "all", &all, all.all.revenue, largest, true);
	page_table_end(r->page);
}

static void
say_windows(struct report *r)
{
	int32_t now[2], base[2];

	if (r->data->channel_days == 0 || r->series.n < 2 * r->series.window)
		return;
	report_window(r, 0, &now[0], &now[1]);
	report_window(r, 1, &base[0], &base[1]);
	page_say(r->page, "Last change: %s against %s.",
	    figure_days(now[0], now[1]).text,
	    figure_days(base[0], base[1]).text);
}

/* ---- by week ------------------------------------------------------------------- */

/* Weeks that end with the last day that is known, the first whole one first; or
 * rows as they are, where they are not days. */
struct weeks {
	size_t n;
	int32_t *last; /* day of each */
	int32_t first_day;
	bool rows;
};

static int
compare_days(const void *a, const void *b)
{
	const int32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static struct weeks
find_weeks(const struct report *r)
{
	const struct report_data *d = r->data;
	struct weeks w = { .rows = d->step != 1 };
	int32_t first = INT32_MAX, last = DATE_NONE;

	w.last = report_need(d->cli, d->channel_days, sizeof(*w.last));
	for (size_t i = 0; i < d->channel_days; i++) {
		int32_t day = d->channel_day[i].date;

		first = day < first ? day : first;
		last = day > last ? day : last;
		w.last[i] = day;
	}
	if (w.rows) {
		qsort(w.last, d->channel_days, sizeof(*w.last), compare_days);
		for (size_t i = 0; i < d->channel_days; i++)
			if (w.n == 0 || w.last[i] != w.last[w.n - 1])
				w.last[w.n++] = w.last[i];
		return w;
	}
	/* Never more weeks than there could be days, but days may be few. */
	w.n = (size_t)(last - first + 1) / WEEK;
	w.first_day = last - (int32_t)w.n * WEEK + 1;
	free(w.last);
	w.last = report_need(d->cli, w.n, sizeof(*w.last));
	for (size_t k = 0; k < w.n; k++)
		w.last[k] = w.first_day + (int32_t)k * WEEK + WEEK - 1;
	return w;
}

static size_t
week_of(const struct weeks *w, int32_t day)
{
	if (w->rows)
		return (size_t)((int32_t *)bsearch(&day, w->last, w->n,
				    sizeof(*w->last), compare_days) -
		    w->last);
	return day < w->first_day ? SIZE_MAX
				  : (size_t)(day - w->first_day) / WEEK;
}

static void
show_weeks(struct report *r, const struct standing *s, size_t n)
{
	static const int colors[LINES_MAX + 1] = { 0, 1, 3, 4, 5, 6, 7, 2 };
	const struct report_data *d = r->data;
	struct weeks w = find_weeks(r);
	size_t lines = n > LINES_MAX + 1 ? LINES_MAX : n;
	size_t used = n > lines ? lines + 1 : lines;
	size_t *line_of = report_need(d->cli, n, sizeof(*line_of));
	double *sum = report_need(d->cli, used * w.n, sizeof(*sum));
	struct page_series series[LINES_MAX + 1] = { { 0 } };
	const struct page_chart chart = { .id = "channels",
		.title = w.rows ? "Revenue by channel"
				: "Revenue by channel, in weeks that end on "
				  "the day shown",
		.date = w.last,
		.n = w.n,
		.series = series,
		.n_series = used,
		.decimals = r->decimals,
		.zero = true };

	for (size_t i = 0; i < n; i++)
		line_of[s[i].channel] = i < lines ? i : lines;
	for (size_t i = 0; i < used * w.n; i++)
		sum[i] = NAN;
	for (size_t i = 0; i < d->channel_days; i++) {
		const struct report_channel_day *day = &d->channel_day[i];
		size_t week = week_of(&w, day->date);

		if (week != SIZE_MAX)
			report_add(&sum[line_of[day->channel] * w.n + week],
			    day->revenue);
	}
	for (size_t i = 0; i < used; i++)
		series[i] = (struct page_series){
			.name = i < lines
			    ? report_channel(r->data, s[i].channel)
			    : "all others",
			.y = sum + i * w.n,
			.color = colors[i],
			.dashed = i >= 4,
			.exact = true,
		};
	if (w.n > 1)
		page_chart(r->page, &chart);
	free(w.last);
	free(line_of);
	free(sum);
}

void
report_channels(struct report *r)
{
	size_t n;
	struct standing *s = find_standings(r, &n);

	page_section(r->page, "channels", "Channels");
	if (r->data->channel_days > 0)
		show_weeks(r, s, n);
	show_table(r, s, n);
	say_windows(r);
	page_section_end(r->page);
	free(s);
}
