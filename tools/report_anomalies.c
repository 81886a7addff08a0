/* Which days were odd. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_page.h"

enum { METRICS = 2 }; /* of an incident, that are named in its row */

bool
report_has_anomalies(const struct report_data *data)
{
	return data->has_votes || data->incidents > 0;
}

static enum page_tone
tone_of(const char *tier)
{
	return strcmp(tier, "critical") == 0 || strcmp(tier, "high") == 0
	    ? PAGE_STRONG
	    : PAGE_PLAIN;
}

/* The first metrics of a list "a x1.5; b x0.7; .."; the rest is counted. */
static void
cell_metrics(struct report *r, const char *metrics)
{
	const char *end = metrics;
	char text[200];
	size_t n = 0, more = 0;

	for (const char *p = metrics; *p != '\0'; p++) {
		if (*p != ';')
			continue;
		if (++n == METRICS)
			end = p;
		more += n >= METRICS;
	}
	if (more == 0 || end - metrics > 150) {
		page_cell(r->page, metrics);
		return;
	}
	snprintf(text, sizeof(text), "%.*s; %zu more", (int)(end - metrics),
	    metrics, more);
	page_cell(r->page, text);
}

static void
show_evidence(struct report *r)
{
	static const struct page_column column[] = {
		{ "incident", PAGE_TEXT_COLUMN, false },
		{ "metrics", PAGE_TEXT_COLUMN, false },
		{ "evidence", PAGE_TEXT_COLUMN, false },
	};
	const struct report_data *d = r->data;

	page_fold(r->page, "All metrics and the evidence");
	page_table(r->page, "Metrics and evidence of the incidents", column, 3);
	for (size_t i = 0; i < d->incidents; i++) {
		page_row(r->page, false);
		page_cell(r->page, d->incident[i].name);
		page_cell(r->page, d->incident[i].metrics);
		page_cell(r->page, d->incident[i].evidence);
	}
	page_table_end(r->page);
	page_fold_end(r->page);
}

static void
show_incidents(struct report *r)
{
	static const struct page_column column[] = {
		{ "incident", PAGE_TEXT_COLUMN, false },
		{ "days", PAGE_TEXT_COLUMN, false },
		{ "kind", PAGE_TEXT_COLUMN, false },
		{ "direction", PAGE_TEXT_COLUMN, true },
		{ "money at stake", PAGE_NUMBER_COLUMN, false },
		{ "p", PAGE_NUMBER_COLUMN, true },
		{ "tier", PAGE_TEXT_COLUMN, false },
		{ "metrics", PAGE_TEXT_COLUMN, true },
		{ "cause", PAGE_TEXT_COLUMN, false },
	};
	const struct report_data *d = r->data;

	if (d->incidents == 0)
		return;
	page_heading(r->page, "Incidents");
	page_table(r->page, "Incidents; the days lead to the chart", column, 9);
	for (size_t i = 0; i < d->incidents; i++) {
		const struct report_incident *e = &d->incident[i];

		page_row(r->page, false);
		page_cell(r->page, e->name);
		page_cell_days(r->page, e->from, e->to);
		page_cell(r->page, e->kind);
		page_cell(r->page, e->direction);
		page_cell(r->page, report_money(r, e->money).text);
		page_cell(r->page, figure_p(e->p).text);
		page_cell_tone(r->page, e->tier, tone_of(e->tier));
		cell_metrics(r, e->metrics);
		page_cell(r->page, e->cause);
	}
	page_table_end(r->page);
	show_evidence(r);
}

static void
show_confirmed(struct report *r)
{
	static const struct page_column column[] = {
		{ "day", PAGE_TEXT_COLUMN, false },
		{ "value", PAGE_NUMBER_COLUMN, false },
		{ "forecast", PAGE_NUMBER_COLUMN, false },
		{ "difference", PAGE_NUMBER_COLUMN, false },
		{ "in percent", PAGE_NUMBER_COLUMN, false },
		{ "votes", PAGE_NUMBER_COLUMN, true },
		{ "confirmed by", PAGE_TEXT_COLUMN, false },
		{ "p", PAGE_NUMBER_COLUMN, true },
		{ "tier", PAGE_TEXT_COLUMN, true },
		{ "oddest column", PAGE_TEXT_COLUMN, true },
	};
	const struct report_data *d = r->data;
	size_t n = 0;

	for (size_t i = 0; i < d->rows; i++)
		n += d->row[i].confirmed;
	if (!d->has_votes)
		return;
	page_heading(r->page, "Confirmed days");
	if (n == 0) {
		page_say(r->page, "No day is confirmed as an anomaly.");
		return;
	}
	page_table(r->page, "Days that several models confirm", column, 10);
	for (size_t i = 0; i < d->rows; i++) {
		const struct report_row *row = &d->row[i];
		double off = row->value - row->yhat;

		if (!row->confirmed)
			continue;
		page_row(r->page, false);
		page_cell_days(r->page, row->date, row->date);
		page_cell(r->page, report_value(r, row->value).text);
		page_cell(r->page, report_value(r, row->yhat).text);
		page_cell(r->page, figure_signed(off, r->value_decimals).text);
		page_cell(r->page,
		    figure_change(report_ratio(off, row->yhat)).text);
		page_cell(r->page, figure_number(row->votes, 0).text);
		page_cell(r->page, row->confirmed_by);
		page_cell(r->page, figure_p(row->p).text);
		page_cell_tone(r->page, row->tier, tone_of(row->tier));
		page_cell(r->page, row->feature);
	}
	page_table_end(r->page);
}

void
report_anomalies(struct report *r)
{
	page_section(r->page, "anomalies", "Anomalies and incidents");
	show_incidents(r);
	show_confirmed(r);
	page_section_end(r->page);
}
