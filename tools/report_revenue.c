/* What happened: key figures, the days and the forecast, the months. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_page.h"

#include "base/date.h"
#include "record/cli.h"

enum {
	SPARK = 90,      /* values of a small line */
	DAYS_MAX = 1100, /* rows of the table of days */
	UNUSUAL = 2      /* |z| of a change that is more than noise */
};

/* ---- at a glance -------------------------------------------------------------- */

struct key_figure {
	const char *name;
	const double *part, *whole;
	enum { MONEY, COUNT, RATE } unit;
};

static struct figure
value_text(const struct report *r, const struct key_figure *k, double v)
{
	switch (k->unit) {
	case RATE:
		return figure_percent(v, 2);
	case COUNT:
		return figure_number(v, 0);
	default:
		return k->whole != NULL ? figure_number(v, 2)
					: report_money(r, v);
	}
}

/* What an explanation of the same days says of revenue. */
static const struct report_effect *
find_total(const struct report *r)
{
	int32_t from, to, base_from, base_to;

	if (r->series.n < 2 * r->series.window)
		return NULL;
	report_window(r, 0, &from, &to);
	report_window(r, 1, &base_from, &base_to);
	for (size_t i = 0; i < r->data->effects; i++) {
		const struct report_effect *e = &r->data->effect[i];

		if (strcmp(e->level, "total") == 0 && *e->verdict != '\0' &&
		    e->now_from == from && e->now_to == to &&
		    e->base_from == base_from && e->base_to == base_to)
			return e;
	}
	return NULL;
}

static const char *
verdict_of(const struct recent *recent, enum page_tone *tone)
{
	*tone = PAGE_QUIET;
	if (isnan(recent->change))
		return "nothing to compare with";
	if (isnan(recent->z))
		return "the history cannot tell";
	if (fabs(recent->z) < UNUSUAL)
		return "within the noise";
	*tone = PAGE_STRONG;
	return "more than noise";
}

/* The verdict of aee-explain, which knows more. */
static const char *
verdict_of_total(const struct report_effect *e, enum page_tone *tone)
{
	*tone = *e->verdict == 'r' ? PAGE_STRONG : PAGE_QUIET;
	return *e->verdict == 'r' ? "more than noise"
	    : *e->verdict == 'n'  ? "within the noise"
				  : "too little data to tell";
}

static void
say_window(struct report *r)
{
	const struct report_series *s = &r->series;
	int32_t from, to, base_from, base_to;
	const char *unit = r->data->step == 1 ? "day" : "row";

	if (s->n < s->window) {
		page_say(r->page,
		    "Fewer than %zu days are known: nothing to compare.",
		    s->window);
		return;
	}
	report_window(r, 0, &from, &to);
	if (s->n < 2 * s->window) {
		page_say(r->page, "The figures are of %s.",
		    figure_days(from, to).text);
		return;
	}
	report_window(r, 1, &base_from, &base_to);
	page_say(r->page,
	    "The figures are of %s, the last %zu %s%s that %s known, the "
	    "changes against %s.",
	    figure_days(from, to).text, s->window, unit,
	    s->window == 1 ? "" : "s", s->window == 1 ? "is" : "are",
	    figure_days(base_from, base_to).text);
}

/* Say so where the two periods do not have all their days. */
static void
say_holes(struct report *r, const struct recent *revenue)
{
	size_t window = r->series.window;

	if (r->series.n < 2 * window ||
	    (revenue->now_n == window && revenue->base_n == window))
		return;
	page_say(r->page,
	    "Revenue is known on %zu of %zu days now and on %zu before: the "
	    "sums are of different days.",
	    revenue->now_n, window, revenue->base_n);
}

static void
show_tiles(struct report *r)
{
	const struct report_series *s = &r->series;
	const struct key_figure figures[] = {
		{ "Revenue", s->revenue, NULL, MONEY },
		{ "Orders", s->orders, NULL, COUNT },
		{ "Order value", s->revenue, s->orders, MONEY },
		{ "Sessions", s->sessions, NULL, COUNT },
		{ "Conversion rate", s->orders, s->sessions, RATE },
		{ "Revenue per session", s->revenue, s->sessions, MONEY },
	};
	enum { FIGURES = sizeof(figures) / sizeof(*figures) };
	size_t spark = s->n < SPARK ? s->n : SPARK, n = 0;
	const struct report_effect *total = find_total(r);
	struct page_tile tile[FIGURES];
	struct figure value[FIGURES], change[FIGURES];
	double *line = report_need(r->data->cli, FIGURES * spark,
	    sizeof(*line));

	for (size_t i = 0; i < FIGURES; i++) {
		const struct key_figure *k = &figures[i];
		double *y = line + n * spark;
		struct recent recent;

		if (recent_change(k->part, k->whole, s->n, s->window,
			&recent) == -1)
			cli_no_memory(r->data->cli);
		if (i == 0)
			say_holes(r, &recent);
		if (isnan(recent.now))
			continue;
		for (size_t d = 0; d < spark; d++) {
			size_t at = s->n - spark + d;

			y[d] = k->whole == NULL
			    ? k->part[at]
			    : report_ratio(k->part[at], k->whole[at]);
		}
		value[n] = value_text(r, k, recent.now);
		change[n] = figure_change(recent.change);
		tile[n] = (struct page_tile){ .name = k->name,
			.value = value[n].text,
			.change = change[n].text,
			.spark = y,
			.n = spark };
		tile[n].verdict = i == 0 && total != NULL
		    ? verdict_of_total(total, &tile[n].tone)
		    : verdict_of(&recent, &tile[n].tone);
		n++;
	}
	if (n > 0)
		page_tiles(r->page, tile, n);
	free(line);
}

static void
say_anomalies(struct report *r)
{
	const struct report_data *d = r->data;
	size_t judged = 0, confirmed = 0;
	int32_t last = DATE_NONE;

	for (size_t i = 0; i < d->rows; i++) {
		judged += d->row[i].judged;
		confirmed += d->row[i].confirmed;
		if (d->row[i].confirmed)
			last = d->row[i].date;
	}
	if (judged == 0)
		return;
	if (confirmed == 0)
		page_say(r->page, "No day of %zu is confirmed as an anomaly.",
		    judged);
	else
		page_say(r->page,
		    "Several models agree that %zu of %zu days %s an anomaly, "
		    "the last of them %s.",
		    confirmed, judged, confirmed == 1 ? "is" : "are each",
		    figure_date(last).text);
}

/* The sum of the forecast of the next rows, and that of as many before. */
struct outlook {
	int32_t from, to;
	double expected, before;
};

static bool
look_ahead(const struct report_data *d, size_t rows, struct outlook *o)
{
	if (d->actual + rows > d->rows || d->actual < rows || rows == 0)
		return false;
	*o = (struct outlook){ d->row[d->actual].date,
		d->row[d->actual + rows - 1].date, NAN, NAN };
	for (size_t i = 0; i < rows; i++) {
		report_add(&o->expected, d->row[d->actual + i].yhat);
		report_add(&o->before, d->row[d->actual - rows + i].value);
	}
	return !isnan(o->expected);
}

static void
say_outlook(struct report *r)
{
	const struct report_data *d = r->data;
	size_t rows = d->rows - d->actual;
	struct outlook o;

	if (!report_sums_up(d) || !look_ahead(d, rows, &o))
		return;
	page_say(r->page,
	    "From %s the forecast expects %s of %s, %s against the %zu %s "
	    "before.",
	    figure_days(o.from, o.to).text, d->column,
	    report_value(r, o.expected).text,
	    figure_change(report_ratio(o.expected, o.before) - 1).text, rows,
	    d->step == 1 ? "days" : "rows");
}

void
report_summary(struct report *r)
{
	page_section(r->page, "summary", "At a glance");
	say_window(r);
	show_tiles(r);
	say_anomalies(r);
	say_outlook(r);
	page_section_end(r->page);
}

/* ---- the days ----------------------------------------------------------------- */

static void
show_chart(struct report *r)
{
	const struct report_data *d = r->data;
	size_t n = d->rows, confirmed = 0;
	double *room = report_need(d->cli, 5 * n, sizeof(*room));
	double *value = room, *yhat = room + n, *lower = room + 2 * n,
	       *upper = room + 3 * n, *odd = room + 4 * n;
	int32_t *date = report_need(d->cli, n, sizeof(*date));
	struct page_band *band = report_need(d->cli, d->incidents,
	    sizeof(*band));
	struct page_series series[3] = {
		{ .name = d->column, .y = value, .color = 0, .exact = true },
	};
	struct page_chart chart = { .id = "days",
		.date = date,
		.n = n,
		.series = series,
		.n_series = 1,
		.band = band,
		.n_bands = d->incidents,
		.decimals = r->value_decimals,
		.overview = n > 120 };

	for (size_t i = 0; i < n; i++) {
		const struct report_row *row = &d->row[i];

		date[i] = row->date;
		value[i] = row->value;
		yhat[i] = row->yhat;
		lower[i] = isnan(row->yhat) ? NAN : row->lower;
		upper[i] = isnan(lower[i]) ? NAN : row->upper;
		lower[i] = isnan(upper[i]) ? NAN : lower[i];
		odd[i] = row->confirmed ? row->value : NAN;
		confirmed += row->confirmed && !isnan(row->value);
	}
	for (size_t i = 0; i < d->incidents; i++) {
		const struct report_incident *e = &d->incident[i];

		band[i] = (struct page_band){ e->from, e->to, e->label };
	}
	if (d->has_forecast)
		series[chart.n_series++] = (struct page_series){
			.name = "forecast",
			.y = yhat,
			.lower = lower,
			.upper = upper,
			.color = 1,
			.dashed = true,
		};
	if (confirmed > 0)
		series[chart.n_series++] = (struct page_series){
			.name = "confirmed anomaly",
			.y = odd,
			.color = 2,
			.points = true,
			.exact = true,
		};
	chart.title = d->has_forecast
	    ? "The values of the days, the forecast with its interval, and "
	      "confirmed anomalies"
	    : "The values of the days, and confirmed anomalies";
	page_chart(r->page, &chart);
	free(room);
	free(date);
	free(band);
}

static void
say_interval(struct report *r)
{
	const struct report_data *d = r->data;
	size_t known = 0, inside = 0;

	for (size_t i = 0; i < d->actual; i++) {
		const struct report_row *row = &d->row[i];

		if (isnan(row->value) || isnan(row->lower) || isnan(row->upper))
			continue;
		known++;
		inside += row->value >= row->lower && row->value <= row->upper;
	}
	if (known > 0)
		page_say(r->page,
		    "%zu of %zu known values (%s) lie inside the interval.",
		    inside, known,
		    figure_percent((double)inside / (double)known, 1).text);
}

static void
show_outlook(struct report *r)
{
	static const struct page_column column[] = {
		{ "next", PAGE_TEXT_COLUMN, false },
		{ "from", PAGE_TEXT_COLUMN, false },
		{ "to", PAGE_TEXT_COLUMN, false },
		{ "expected", PAGE_NUMBER_COLUMN, false },
		{ "as many before", PAGE_NUMBER_COLUMN, false },
		{ "change", PAGE_NUMBER_COLUMN, false },
	};
	const struct report_data *d = r->data;
	size_t ahead = d->rows - d->actual;
	size_t horizon[4] = { 7, 30, 90, ahead };
	struct outlook o;

	if (!report_sums_up(d) || !look_ahead(d, ahead, &o))
		return;
	page_table(r->page, "What the forecast expects, as sums", column, 6);
	for (size_t i = 0; i < 4; i++) {
		char rows[32];

		if ((i < 3 && horizon[i] >= ahead) ||
		    !look_ahead(d, horizon[i], &o))
			continue;
		snprintf(rows, sizeof(rows), "%zu %s", horizon[i],
		    d->step == 1 ? "days" : "rows");
		page_row(r->page, false);
		page_cell(r->page, rows);
		page_cell(r->page, figure_date(o.from).text);
		page_cell(r->page, figure_date(o.to).text);
		page_cell(r->page, report_value(r, o.expected).text);
		page_cell(r->page, report_value(r, o.before).text);
		page_cell(r->page,
		    figure_change(report_ratio(o.expected, o.before) - 1).text);
	}
	page_table_end(r->page);
}

static void
cell_figures(struct report *r, const struct report_sums *s)
{
	page_cell(r->page, figure_number(s->orders, 0).text);
	page_cell(r->page,
	    figure_number(report_ratio(s->revenue, s->orders), 2).text);
	page_cell(r->page, figure_number(s->sessions, 0).text);
	page_cell(r->page,
	    figure_percent(report_ratio(s->orders, s->sessions), 2).text);
}

/* Whether the rows reach from one day to another. */
static bool
reaches(const struct report_data *d, int32_t from, int32_t to)
{
	return d->row[0].date <= from &&
	    d->row[d->actual - 1].date + d->step - 1 >= to;
}

static void
show_months(struct report *r)
{
	static const struct page_column column[] = {
		{ "month", PAGE_TEXT_COLUMN, false },
		{ "revenue", PAGE_NUMBER_COLUMN, false },
		{ "change", PAGE_NUMBER_COLUMN, false },
		{ "orders", PAGE_NUMBER_COLUMN, false },
		{ "order value", PAGE_NUMBER_COLUMN, false },
		{ "sessions", PAGE_NUMBER_COLUMN, true },
		{ "conversion", PAGE_NUMBER_COLUMN, false },
		{ "days", PAGE_NUMBER_COLUMN, true },
	};
	const struct report_data *d = r->data;
	double before = NAN, whole; /* of months that are whole */

	if (d->step > 7 || d->actual == 0)
		return;
	page_table(r->page, "Key figures by month", column, 8);
	for (size_t i = 0, next; i < d->actual; i = next) {
		int32_t from = date_month_start(d->row[i].date);
		int32_t to = date_month_next(from) - 1;
		struct report_sums s = { NAN, NAN, NAN, 0 };
		struct figure month = figure_date(from);

		for (next = i; next < d->actual && d->row[next].date <= to;
		     next++) {
			report_add(&s.revenue, d->row[next].revenue);
			report_add(&s.orders, d->row[next].orders);
			report_add(&s.sessions, d->row[next].sessions);
			s.rows++;
		}
		page_row(r->page, false);
		month.text[7] = '\0'; /* YYYY-MM */
		page_cell(r->page, month.text);
		page_cell(r->page, report_money(r, s.revenue).text);
		whole = reaches(d, from, to) ? s.revenue : NAN;
		page_cell(r->page,
		    figure_change(report_ratio(whole, before) - 1).text);
		cell_figures(r, &s);
		page_cell(r->page, figure_number((double)s.rows, 0).text);
		before = whole;
	}
	page_table_end(r->page);
}

static void
show_days(struct report *r)
{
	static const struct page_column column[] = {
		{ "date", PAGE_TEXT_COLUMN, false },
		{ "value", PAGE_NUMBER_COLUMN, false },
		{ "forecast", PAGE_NUMBER_COLUMN, false },
		{ "from", PAGE_NUMBER_COLUMN, false },
		{ "to", PAGE_NUMBER_COLUMN, false },
		{ "orders", PAGE_NUMBER_COLUMN, false },
		{ "order value", PAGE_NUMBER_COLUMN, false },
		{ "sessions", PAGE_NUMBER_COLUMN, false },
		{ "conversion", PAGE_NUMBER_COLUMN, false },
		{ "confirmed by", PAGE_TEXT_COLUMN, false },
	};
	const struct report_data *d = r->data;
	size_t first = d->actual > DAYS_MAX ? d->actual - DAYS_MAX : 0;

	page_fold(r->page, "The days as a table");
	if (first > 0)
		page_say(r->page, "The last %d rows and the forecast.",
		    DAYS_MAX);
	page_table(r->page, "The days", column, 10);
	for (size_t i = first; i < d->rows; i++) {
		const struct report_row *row = &d->row[i];
		const struct report_sums s = { row->revenue, row->orders,
			row->sessions, 1 };

		page_row(r->page, false);
		page_cell_day(r->page, row->date);
		page_cell(r->page, report_value(r, row->value).text);
		page_cell(r->page, report_value(r, row->yhat).text);
		page_cell(r->page, report_value(r, row->lower).text);
		page_cell(r->page, report_value(r, row->upper).text);
		cell_figures(r, &s);
		page_cell_tone(r->page, row->confirmed ? row->confirmed_by : "",
		    PAGE_STRONG);
	}
	page_table_end(r->page);
	page_fold_end(r->page);
}

void
report_revenue(struct report *r)
{
	page_section(r->page, "days",
	    r->data->has_forecast ? "Days and forecast" : "Days");
	show_chart(r);
	say_interval(r);
	show_outlook(r);
	show_months(r);
	show_days(r);
	page_section_end(r->page);
}
