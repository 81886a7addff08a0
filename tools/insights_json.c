#include "insights_out.h"

#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "record/cli.h"
#include "record/json.h"
#include "record/output.h"
#include "record/recout.h"

enum { VERSION = 1, MONEY_PRECISION = 15, SETS_LARGEST = 5 };

struct document {
	struct json j;
	int precision;
	const struct insights_story *story;
	struct insights_data *data;
	const struct insights *r;
};

static void
put_number(struct document *d, const char *key, double v)
{
	json_key(&d->j, key);
	json_number(&d->j, v);
}

/* A sum of money: a double holds 15 digits of it, to the cent below 10^13. */
static void
put_money(struct document *d, const char *key, double v)
{
	json_key(&d->j, key);
	d->j.precision = d->precision > MONEY_PRECISION ? d->precision
							: MONEY_PRECISION;
	json_number(&d->j, v);
	d->j.precision = d->precision;
}

static void
put_int(struct document *d, const char *key, int64_t v)
{
	json_key(&d->j, key);
	json_int(&d->j, v);
}

static void
put_bool(struct document *d, const char *key, bool v)
{
	json_key(&d->j, key);
	json_bool(&d->j, v);
}

static void
put_date(struct document *d, const char *key, int32_t day)
{
	json_key(&d->j, key);
	json_date(&d->j, day);
}

static void
put_text(struct document *d, const char *key, const char *text)
{
	json_key(&d->j, key);
	if (text == NULL)
		json_null(&d->j);
	else
		json_text(&d->j, text);
}

static void
put_object(struct document *d, const char *key)
{
	json_key(&d->j, key);
	json_object(&d->j);
}

static void
put_array(struct document *d, const char *key)
{
	json_key(&d->j, key);
	json_array(&d->j);
}

static double
relative(double now, double base)
{
	return base > 0 ? now / base - 1 : NAN;
}

/* ---- findings ------------------------------------------------------------------ */

static void
put_numbers(struct document *d, const struct insights_finding *f)
{
	const struct insights_number *number = insights_kind(f->kind)->number;

	put_object(d, "numbers");
	for (size_t i = 0; i < INSIGHTS_NUMBERS_MAX && number[i].name; i++)
		if (number[i].unit == INSIGHTS_MONEY)
			put_money(d, number[i].name, f->number[i]);
		else
			put_number(d, number[i].name, f->number[i]);
	json_end(&d->j);
}

static void
put_evidence(struct document *d, const struct insights_finding *f)
{
	struct insights_evidence evidence[2];
	size_t n = insights_evidence(d->story, f, evidence);

	put_array(d, "evidence");
	for (size_t i = 0; i < n; i++) {
		json_object(&d->j);
		put_text(d, "file", evidence[i].file);
		put_text(d, "key", evidence[i].key);
		json_end(&d->j);
	}
	json_end(&d->j);
}

static const char *
sentence(const struct insights_story *story, const struct insights_finding *f)
{
	struct insights_paper paper;

	insights_paper_open(&paper, story->data);
	insights_sentence(paper.to, story, f, INSIGHTS_PLAIN);
	return insights_paper_keep(&paper);
}

static void
put_finding(struct document *d, const struct insights_finding *f)
{
	json_object(&d->j);
	put_text(d, "id", insights_id(d->story, f));
	put_text(d, "kind", insights_kind(f->kind)->name);
	put_text(d, "severity", insights_severity_name(f->severity));
	put_date(d, "date", f->date);
	put_date(d, "end_date", f->end);
	put_text(d, "subject", insights_text(d->story, f, "subject"));
	put_text(d, "other", insights_text(d->story, f, "other"));
	put_numbers(d, f);
	put_text(d, "sentence", sentence(d->story, f));
	put_evidence(d, f);
	json_end(&d->j);
}

/* A section begins with whether it is there, and ends with its findings. */
static void
begin_section(struct document *d, enum insights_section section)
{
	const char *why = insights_unavailable(d->story, section);

	put_object(d, insights_section_name(section));
	put_bool(d, "available", why == NULL);
	put_text(d, "reason", why);
}

static void
end_section(struct document *d, enum insights_section section)
{
	put_array(d, "findings");
	for (size_t i = 0; i < d->r->findings; i++)
		if (insights_kind(d->r->finding[i].kind)->section == section)
			put_finding(d, &d->r->finding[i]);
	json_end(&d->j);
	json_end(&d->j);
}

/* ---- sums ------------------------------------------------------------------------ */

static void
put_figures(struct document *d, const struct insights_sums *s)
{
	put_money(d, "revenue", s->revenue);
	put_number(d, "orders", s->orders);
	put_number(d, "aov", s->aov);
	put_number(d, "sessions", s->sessions);
	put_number(d, "conversion_rate", s->conversion_rate);
	put_number(d, "revenue_per_session", s->revenue_per_session);
}

static void
put_sums(struct document *d, const char *key, const struct insights_sums *s,
    bool there)
{
	json_key(&d->j, key);
	if (!there) {
		json_null(&d->j);
		return;
	}
	json_object(&d->j);
	put_date(d, "from", s->from);
	put_date(d, "to", s->to);
	put_int(d, "days", (int64_t)s->days);
	put_figures(d, s);
	json_end(&d->j);
}

static void
put_window(struct document *d, const char *key, const struct insights_window *w)
{
	const struct insights_sums *a = &w->now, *b = &w->base;

	put_object(d, key);
	put_bool(d, "available", w->available);
	put_sums(d, "now", a, w->available);
	put_sums(d, "base", b, w->available);
	put_object(d, "relative");
	put_number(d, "revenue",
	    w->available ? relative(a->revenue, b->revenue) : NAN);
	put_number(d, "orders",
	    w->available ? relative(a->orders, b->orders) : NAN);
	put_number(d, "aov", w->available ? relative(a->aov, b->aov) : NAN);
	put_number(d, "sessions",
	    w->available ? relative(a->sessions, b->sessions) : NAN);
	put_number(d, "conversion_rate",
	    w->available ? relative(a->conversion_rate, b->conversion_rate)
			 : NAN);
	json_end(&d->j);
	put_number(d, "revenue_z", w->revenue_z);
	put_number(d, "conversion_z", w->conversion_z);
	put_number(d, "conversion_p", w->conversion_p);
	json_end(&d->j);
}

/* ---- sections ------------------------------------------------------------------------ */

static void
put_day(struct document *d, const char *key, size_t day)
{
	json_key(&d->j, key);
	if (day == INSIGHTS_NONE) {
		json_null(&d->j);
		return;
	}
	json_object(&d->j);
	put_date(d, "date", d->data->day[day].date);
	put_money(d, "revenue", d->data->day[day].revenue);
	json_end(&d->j);
}

static void
put_summary(struct document *d, const struct insights_alerts *alerts)
{
	size_t count[INSIGHTS_UNKNOWN] = { 0 };

	for (size_t i = 0; i < alerts->n; i++)
		count[d->r->finding[alerts->alert[i].finding].severity]++;
	begin_section(d, INSIGHTS_EXECUTIVE_SUMMARY);
	put_sums(d, "totals", &d->r->total, d->r->actual > 0);
	put_window(d, "window", &d->r->window);
	put_window(d, "month", &d->r->month);
	put_day(d, "best_day", d->r->best);
	put_day(d, "worst_day", d->r->worst);
	put_object(d, "alerts");
	for (int s = INSIGHTS_CRITICAL; s >= INSIGHTS_INFO; s--)
		put_int(d, insights_severity_name((enum insights_severity)s),
		    (int64_t)count[s]);
	json_end(&d->j);
	end_section(d, INSIGHTS_EXECUTIVE_SUMMARY);
}

static void
put_channel(struct document *d, size_t i)
{
	static const char *const standings[] = { "ordinary", "low", "high",
		"thin" };
	const struct insights_channel *c = &d->r->channel[i];

	json_object(&d->j);
	put_text(d, "channel", insights_channel_name(d->data, i));
	put_figures(d, &c->all);
	put_number(d, "revenue_share", c->share);
	put_number(d, "order_share", c->order_share);
	put_number(d, "session_share", c->session_share);
	put_number(d, "ratio_to_others", c->ratio);
	put_number(d, "other_conversion_rate", c->other_rate);
	put_number(d, "conversion_z", c->conversion_z);
	put_money(d, "shortfall", c->shortfall);
	put_text(d, "standing", standings[c->standing]);
	put_array(d, "months");
	for (size_t m = 0; m < d->r->n_months && d->data->channel_day != NULL;
	     m++) {
		json_object(&d->j);
		put_date(d, "from", c->month[m].from);
		put_date(d, "to", c->month[m].to);
		put_figures(d, &c->month[m]);
		json_end(&d->j);
	}
	json_end(&d->j);
	json_end(&d->j);
}

static void
put_channels(struct document *d)
{
	begin_section(d, INSIGHTS_CHANNEL_PERFORMANCE);
	put_array(d, "channels");
	for (size_t i = 0; i < d->data->input.channels; i++)
		put_channel(d, i);
	json_end(&d->j);
	end_section(d, INSIGHTS_CHANNEL_PERFORMANCE);
}

static void
put_conversion(struct document *d)
{
	begin_section(d, INSIGHTS_CONVERSION_ANALYSIS);
	put_number(d, "conversion_rate", d->r->total.conversion_rate);
	put_number(d, "dispersion", d->r->dispersion);
	put_array(d, "months");
	for (size_t m = 0; m < d->r->n_months; m++) {
		json_object(&d->j);
		put_date(d, "from", d->r->months[m].from);
		put_date(d, "to", d->r->months[m].to);
		put_int(d, "days", (int64_t)d->r->months[m].days);
		put_figures(d, &d->r->months[m]);
		json_end(&d->j);
	}
	json_end(&d->j);
	end_section(d, INSIGHTS_CONVERSION_ANALYSIS);
}

static void
put_seasons(struct document *d)
{
	begin_section(d, INSIGHTS_SEASONALITY_ANALYSIS);
	put_array(d, "weekdays");
	for (size_t w = 0; w < 7; w++) {
		json_object(&d->j);
		put_text(d, "weekday", insights_weekday_name(w));
		put_int(d, "days", (int64_t)d->r->weekday[w].n);
		put_number(d, "index", d->r->weekday[w].index);
		put_number(d, "se", d->r->weekday[w].se);
		json_end(&d->j);
	}
	json_end(&d->j);
	put_number(d, "weekly_strength", d->r->weekly_strength);
	put_array(d, "months");
	for (size_t m = 0; m < 12; m++) {
		json_object(&d->j);
		put_int(d, "month", (int64_t)m + 1);
		put_int(d, "days", (int64_t)d->r->calendar_month[m].n);
		put_number(d, "index", d->r->calendar_month[m].index);
		json_end(&d->j);
	}
	json_end(&d->j);
	put_int(d, "years", (int64_t)d->r->years);
	end_section(d, INSIGHTS_SEASONALITY_ANALYSIS);
}

static void
put_effect(struct document *d, size_t i)
{
	static const char *const verdicts[] = { NULL, "real", "noise", "thin" };
	const struct insights_effect *e = &d->data->effect[i];
	const struct insights_effect_text *t = &d->data->effect_text[i];

	json_object(&d->j);
	put_date(d, "base_from", e->base_from);
	put_date(d, "base_to", e->base_to);
	put_date(d, "now_from", e->now_from);
	put_date(d, "now_to", e->now_to);
	put_text(d, "level", t->level);
	put_text(d, "member", *t->member == '\0' ? NULL : t->member);
	put_text(d, "driver", t->driver);
	put_money(d, "effect", e->effect);
	put_number(d, "effect_pct", e->effect_pct);
	put_number(d, "share", e->share);
	put_number(d, "se", e->se);
	put_number(d, "p", e->p);
	put_number(d, "q", e->q);
	put_text(d, "verdict", verdicts[e->verdict]);
	put_number(d, "s0", t->s0);
	put_number(d, "s1", t->s1);
	put_number(d, "o0", t->o0);
	put_number(d, "o1", t->o1);
	put_money(d, "r0", e->r0);
	put_money(d, "r1", e->r1);
	json_end(&d->j);
}

static void
put_changes(struct document *d)
{
	begin_section(d, INSIGHTS_CHANGE_ANALYSIS);
	put_array(d, "effects");
	for (size_t i = 0; i < d->data->input.effects; i++)
		put_effect(d, i);
	json_end(&d->j);
	end_section(d, INSIGHTS_CHANGE_ANALYSIS);
}

static void
put_outlook(struct document *d, const struct insights_outlook *o)
{
	json_object(&d->j);
	put_int(d, "horizon_days", (int64_t)o->horizon);
	put_int(d, "rows", (int64_t)o->days);
	put_date(d, "from", o->from);
	put_date(d, "to", o->to);
	put_money(d, "yhat", o->yhat);
	put_money(d, "yhat_lower", o->lower);
	put_money(d, "yhat_upper", o->upper);
	put_money(d, "previous", o->previous);
	put_number(d, "growth", o->growth);
	put_number(d, "probability_of_growth", o->probability);
	put_money(d, "year_before", o->year);
	put_number(d, "growth_on_year", o->year_growth);
	put_number(d, "probability_of_growth_on_year", o->year_probability);
	json_end(&d->j);
}

static void
put_forecast(struct document *d)
{
	begin_section(d, INSIGHTS_FORECAST);
	put_text(d, "column", d->data->column);
	put_number(d, "interval", d->story->rules->interval);
	put_text(d, "approximation",
	    "noise of days independent, widening of the bounds one error of "
	    "all days, normal distribution");
	put_array(d, "horizons");
	for (size_t i = 0; i < d->story->rules->horizons; i++)
		put_outlook(d, &d->r->outlook[i]);
	json_end(&d->j);
	put_object(d, "path");
	put_money(d, "actual", d->r->path_actual);
	put_money(d, "expected", d->r->path_expected);
	put_number(d, "z", d->r->path_z);
	json_end(&d->j);
	put_array(d, "accuracy");
	for (size_t i = 0; i < d->data->input.accuracies; i++) {
		const struct insights_accuracy *a = &d->data->accuracy[i];

		json_object(&d->j);
		put_number(d, "horizon", a->horizon);
		put_number(d, "mae", a->mae);
		put_number(d, "mape", a->mape);
		put_number(d, "smape", a->smape);
		put_number(d, "mase", a->mase);
		put_number(d, "coverage", a->coverage);
		put_number(d, "naive_mae", a->naive_mae);
		json_end(&d->j);
	}
	json_end(&d->j);
	end_section(d, INSIGHTS_FORECAST);
}

/* The days that all detectors of a set flag. */
static void
put_set(struct document *d, uint64_t voters)
{
	const struct insights_input *in = &d->data->input;
	size_t n = insights_overlap(in, voters, NULL);
	int32_t *date = calloc(n + 1, sizeof(*date));

	if (date == NULL)
		cli_no_memory(d->data->cli);
	insights_overlap(in, voters, date);
	json_object(&d->j);
	put_array(d, "detectors");
	for (size_t i = 0; i < in->detectors; i++)
		if (voters >> i & 1)
			json_text(&d->j, d->data->detector[i]);
	json_end(&d->j);
	put_int(d, "days", (int64_t)n);
	put_array(d, "dates");
	for (size_t i = 0; i < n; i++)
		json_date(&d->j, date[i]);
	json_end(&d->j);
	json_end(&d->j);
	free(date);
}

static size_t
bits(uint64_t v)
{
	return (size_t)__builtin_popcountll(v);
}

/* Every set of detectors, small ones first; of many, only pairs and all. */
static void
put_overlaps(struct document *d)
{
	size_t n = d->data->input.detectors;
	uint64_t all = n == INSIGHTS_DETECTORS_MAX ? UINT64_MAX
						   : (UINT64_C(1) << n) - 1;

	for (size_t size = 2; size <= n && n <= SETS_LARGEST; size++)
		for (uint64_t set = 1; set <= all; set++)
			if (bits(set) == size)
				put_set(d, set);
	if (n <= SETS_LARGEST)
		return;
	for (size_t a = 0; a < n; a++)
		for (size_t b = a + 1; b < n; b++)
			put_set(d, UINT64_C(1) << a | UINT64_C(1) << b);
	put_set(d, all);
}

static const char *
factor_name(int factor)
{
	static const char *const names[] = { "sessions", "conversion_rate",
		"aov" };

	return factor == -1 ? NULL : names[factor];
}

static void
put_factors(struct document *d, const double *factor, int main)
{
	put_number(d, "sessions_ratio", factor[0]);
	put_number(d, "conversion_ratio", factor[1]);
	put_number(d, "aov_ratio", factor[2]);
	put_text(d, "main_factor", factor_name(main));
}

static void
put_confirmed(struct document *d, const struct insights_anomaly *a)
{
	const struct insights_day *day = &d->data->day[a->day];

	json_object(&d->j);
	put_date(d, "date", day->date);
	put_text(d, "severity", insights_severity_name(a->severity));
	put_int(d, "votes", (int64_t)a->votes);
	put_text(d, "confirmed_by", insights_voters(d->data, day->voters));
	put_number(d, "consensus_p", day->p);
	put_money(d, "revenue", day->revenue);
	put_money(d, "expected", a->expected);
	put_text(d, "expected_by",
	    isnan(a->expected)   ? NULL
		: a->by_forecast ? "forecast"
				 : "median of the days before");
	put_money(d, "deviation", a->deviation);
	put_number(d, "relative", a->relative);
	put_factors(d, a->factor, a->main_factor);
	json_end(&d->j);
}

static void
put_anomalies(struct document *d)
{
	begin_section(d, INSIGHTS_ANOMALY_ANALYSIS);
	put_array(d, "detectors");
	for (size_t i = 0; i < d->data->input.detectors; i++)
		put_set(d, UINT64_C(1) << i);
	json_end(&d->j);
	put_array(d, "overlaps");
	put_overlaps(d);
	json_end(&d->j);
	put_array(d, "confirmed");
	for (size_t i = 0; i < d->r->anomalies; i++)
		put_confirmed(d, &d->r->anomaly[i]);
	json_end(&d->j);
	end_section(d, INSIGHTS_ANOMALY_ANALYSIS);
}

static void
put_incident(struct document *d, size_t i)
{
	static const char *const directions[] = { "down", NULL, "up" };
	const struct insights_incident *e = &d->r->incident[i];
	const struct insights_incident_text *t = d->data->incident == NULL
	    ? NULL
	    : &d->data->incident_text[i];
	const char *kind = e->direction < 0 ? "dip"
	    : e->direction > 0              ? "spike"
					    : "anomaly";

	json_object(&d->j);
	put_text(d, "incident", t == NULL ? NULL : t->incident);
	put_date(d, "start_date", e->start);
	put_date(d, "end_date", e->end);
	put_date(d, "peak", e->peak);
	put_text(d, "kind", t == NULL ? kind : t->kind);
	put_text(d, "direction", directions[e->direction + 1]);
	put_text(d, "metrics", t == NULL ? NULL : t->metrics);
	put_money(d, "money_at_stake", e->money);
	put_number(d, "p", e->p);
	put_text(d, "tier",
	    e->tier == INSIGHTS_UNKNOWN ? NULL
					: insights_severity_name(e->tier));
	put_text(d, "agreed_by", insights_voters(d->data, e->voters));
	put_int(d, "confirmed_days", (int64_t)e->confirmed);
	put_factors(d, e->factor, e->main_factor);
	put_text(d, "cause", t == NULL ? NULL : t->cause);
	put_text(d, "cause_evidence", t == NULL ? NULL : t->evidence);
	json_end(&d->j);
}

static void
put_incidents(struct document *d)
{
	begin_section(d, INSIGHTS_INCIDENTS);
	put_text(d, "made_of",
	    d->data->incident == NULL ? "confirmed days" : "incidents");
	put_array(d, "incidents");
	for (size_t i = 0; i < d->r->incidents; i++)
		put_incident(d, i);
	json_end(&d->j);
	end_section(d, INSIGHTS_INCIDENTS);
}

static void
put_quality(struct document *d)
{
	const struct insights *r = d->r;

	begin_section(d, INSIGHTS_DATA_QUALITY);
	put_int(d, "days", (int64_t)r->total.days);
	put_int(d, "missing_days", (int64_t)r->missing_days);
	put_array(d, "gaps");
	for (size_t i = 0; i < r->gaps; i++) {
		json_object(&d->j);
		put_date(d, "from", r->gap[i].from);
		put_date(d, "to", r->gap[i].to);
		json_end(&d->j);
	}
	json_end(&d->j);
	put_bool(d, "partial_last_day", r->partial_last_day);
	put_number(d, "last_day_ratio", r->partial_ratio);
	put_int(d, "days_without_sessions", (int64_t)r->no_sessions);
	put_number(d, "orders_rows",
	    d->data->input.totals == NULL ? NAN : d->data->totals.rows);
	put_number(d, "orders_bad_rows",
	    d->data->input.totals == NULL ? NAN : d->data->totals.bad_rows);
	put_number(d, "rows", d->data->input.rows);
	put_number(d, "bad_rows", d->data->input.bad_rows);
	end_section(d, INSIGHTS_DATA_QUALITY);
}

/* ---- the document ------------------------------------------------------------------------ */

static void
put_sources(struct document *d)
{
	put_array(d, "sources");
	for (size_t s = 0; s < INSIGHTS_SOURCES; s++) {
		const struct insights_source_file *file = &d->data->source[s];

		if (file->file == NULL)
			continue;
		json_object(&d->j);
		put_text(d, "source",
		    insights_source_name((enum insights_source)s));
		put_text(d, "file", file->file);
		put_number(d, "rows", file->rows);
		put_number(d, "bad_rows", file->refused);
		json_end(&d->j);
	}
	json_end(&d->j);
}

static void
put_rules(struct document *d)
{
	const struct insights_rules *r = d->story->rules;

	put_object(d, "rules");
	put_int(d, "window_days", (int64_t)r->window);
	put_number(d, "notice_z", r->notice_z);
	put_number(d, "high_z", r->high_z);
	put_number(d, "low_ratio", r->low_ratio);
	put_number(d, "high_ratio", r->high_ratio);
	put_number(d, "channel_min_orders", r->channel_min_orders);
	put_number(d, "channel_change", r->channel_change);
	put_number(d, "concentration", r->concentration);
	put_number(d, "shortfall", r->shortfall);
	put_number(d, "conversion_change", r->conversion_change);
	put_number(d, "revenue_change", r->revenue_change);
	put_number(d, "interval", r->interval);
	put_number(d, "probability", r->probability);
	put_number(d, "coverage_off", r->coverage_off);
	put_int(d, "votes_of_critical", (int64_t)r->votes);
	put_number(d, "incident_critical", r->incident_critical);
	put_number(d, "incident_high", r->incident_high);
	put_number(d, "partial", r->partial);
	put_number(d, "bad_rows", r->bad_rows);
	put_int(d, "recent_days", (int64_t)r->recent);
	put_int(d, "min_days", (int64_t)r->min_days);
	json_end(&d->j);
}

static void
put_alerts(struct document *d, const struct insights_alerts *alerts)
{
	put_array(d, "alerts");
	for (size_t i = 0; i < alerts->n; i++) {
		const struct insights_alert *a = &alerts->alert[i];
		const struct insights_finding *f = &d->r->finding[a->finding];

		json_object(&d->j);
		put_text(d, "id", a->id);
		put_text(d, "severity", insights_severity_name(f->severity));
		put_text(d, "section",
		    insights_section_name(insights_kind(f->kind)->section));
		put_text(d, "kind", insights_kind(f->kind)->name);
		put_date(d, "date", f->date);
		put_date(d, "end_date", f->end);
		put_bool(d, "new", a->new);
		put_text(d, "sentence", sentence(d->story, f));
		json_end(&d->j);
	}
	json_end(&d->j);
}

void
insights_json(struct output *out, int precision,
    const struct insights_story *story, const struct insights_alerts *alerts)
{
	struct document d = { .precision = precision,
		.story = story,
		.data = story->data,
		.r = story->result };

	json_init(&d.j, out, precision);
	json_object(&d.j);
	put_text(&d, "document", "aee-insights");
	put_int(&d, "version", VERSION);
	put_date(&d, "first_date", d.r->total.from);
	put_date(&d, "last_date", d.r->total.to);
	put_int(&d, "step_days", d.r->step);
	put_sources(&d);
	put_rules(&d);
	put_summary(&d, alerts);
	put_channels(&d);
	put_conversion(&d);
	put_seasons(&d);
	put_changes(&d);
	put_forecast(&d);
	put_anomalies(&d);
	put_incidents(&d);
	put_quality(&d);
	put_alerts(&d, alerts);
	json_end(&d.j);
}

/* ---- alerts as records ---------------------------------------------------------------------- */

static void
text_or_missing(struct recout *out, const char *text)
{
	if (text == NULL)
		recout_missing(out);
	else
		recout_text(out, text);
}

void
insights_alert_record(struct recout *out, const struct insights_story *story,
    const struct insights_alert *alert)
{
	static const char *const columns[] = { "alert", "severity", "section",
		"kind", "date", "end_date", "subject", "new", "message", "file",
		"key" };
	const struct insights_finding *f;
	struct insights_evidence evidence[2];
	size_t n;

	if (alert == NULL) {
		for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
			if (recout_column(out, columns[i]) == -1)
				cli_no_memory(story->data->cli);
		return;
	}
	f = &story->result->finding[alert->finding];
	n = insights_evidence(story, f, evidence);
	recout_text(out, alert->id);
	recout_text(out, insights_severity_name(f->severity));
	recout_text(out,
	    insights_section_name(insights_kind(f->kind)->section));
	recout_text(out, insights_kind(f->kind)->name);
	recout_date(out, f->date);
	recout_date(out, f->end);
	text_or_missing(out, insights_text(story, f, "subject"));
	recout_flag(out, alert->new);
	recout_text(out, sentence(story, f));
	text_or_missing(out, n > 0 ? evidence[0].file : NULL);
	text_or_missing(out, n > 0 ? evidence[0].key : NULL);
	recout_end(out);
}
