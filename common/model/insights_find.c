#include "model/insights_find.h"

#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/vec.h"

struct finder {
	const struct insights_input *in;
	const struct insights_rules *rules;
	struct insights *r;
	bool no_memory;
};

static void
push(struct finder *f, const struct insights_finding *finding)
{
	struct insights *r = f->r;

	if (vec_grow(&r->finding, &r->finding_capacity, r->findings + 1,
		sizeof(*r->finding)) == -1) {
		f->no_memory = true;
		return;
	}
	r->finding[r->findings++] = *finding;
}

static double
relative(double now, double base)
{
	return base > 0 ? now / base - 1 : NAN;
}

/* How unusual a change is: by z alone, high only where it is a loss of some
 * size. */
static enum insights_severity
by_z(const struct insights_rules *rules, double z, double loss, double size)
{
	if (isnan(z) || fabs(z) < rules->notice_z)
		return INSIGHTS_INFO;
	if (z <= -rules->high_z && loss <= -size)
		return INSIGHTS_HIGH;
	return INSIGHTS_NOTICE;
}

/* ---- executive_summary ---------------------------------------------------------- */

static void
find_day(struct finder *f, enum insights_kind kind, size_t i)
{
	const struct insights_day *d = &f->in->day[i];

	push(f,
	    &(struct insights_finding){
		.kind = kind,
		.date = d->date,
		.end = d->date,
		.number = { d->revenue,
		    f->r->daily_revenue > 0 ? d->revenue / f->r->daily_revenue
					    : NAN },
	    });
}

/* Whether both periods are all there, so that their sums can be compared. */
static bool
comparable(const struct finder *f, const struct insights_window *w)
{
	return w->available && w->now.days > 0 && w->base.days > 0 &&
	    (f->r->step != 1 ||
		(w->now.days == (size_t)(w->now.to - w->now.from + 1) &&
		    w->base.days == (size_t)(w->base.to - w->base.from + 1)));
}

static void
find_window_change(struct finder *f)
{
	const struct insights_window *w = &f->r->window;
	double change = relative(w->now.revenue, w->base.revenue);

	if (!comparable(f, w))
		return;
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_WINDOW_CHANGE,
		.severity = by_z(f->rules, w->revenue_z, change,
		    f->rules->revenue_change),
		.date = w->now.from,
		.end = w->now.to,
		.number = { w->now.revenue, w->base.revenue,
		    w->now.revenue - w->base.revenue, change, w->revenue_z,
		    isnan(w->revenue_z)
			? NAN
			: fabs(w->revenue_z) >= f->rules->notice_z,
		    relative(w->now.sessions, w->base.sessions),
		    relative(w->now.conversion_rate, w->base.conversion_rate),
		    relative(w->now.aov, w->base.aov) },
	    });
}

static void
find_month_change(struct finder *f)
{
	const struct insights_window *w = &f->r->month;
	const struct insights_sums *a = &w->now, *b = &w->base;

	if (!w->available)
		return;
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_MONTH_CHANGE,
		.date = a->from,
		.end = a->to,
		.number = { a->revenue, b->revenue, a->revenue - b->revenue,
		    relative(a->revenue, b->revenue),
		    relative(a->revenue / (double)a->days,
			b->revenue / (double)b->days) },
	    });
}

static void
find_summary(struct finder *f)
{
	const struct insights_sums *t = &f->r->total;

	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_TOTALS,
		.date = t->from,
		.end = t->to,
		.number = { t->revenue, t->orders, t->aov, t->sessions,
		    t->conversion_rate, (double)t->days },
	    });
	find_window_change(f);
	find_month_change(f);
	if (f->r->best != INSIGHTS_NONE && t->days > 1) {
		find_day(f, INSIGHTS_BEST_DAY, f->r->best);
		find_day(f, INSIGHTS_WORST_DAY, f->r->worst);
	}
}

/* ---- channel_performance ---------------------------------------------------------- */

static void
find_top_channel(struct finder *f)
{
	const struct insights_channel *c = f->r->channel;
	size_t top = INSIGHTS_NONE;
	bool concentrated;

	for (size_t i = 0; i < f->in->channels; i++)
		if (!isnan(c[i].share) &&
		    (top == INSIGHTS_NONE || c[i].share > c[top].share))
			top = i;
	if (top == INSIGHTS_NONE)
		return;
	concentrated = f->in->channels > 1 &&
	    c[top].share >= f->rules->concentration;
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_CHANNEL_TOP,
		.severity = concentrated ? INSIGHTS_NOTICE : INSIGHTS_INFO,
		.date = c[top].all.from,
		.end = c[top].all.to,
		.subject = top,
		.number = { c[top].all.revenue, c[top].share,
		    f->rules->concentration, concentrated },
	    });
}

/* A channel that earns much less, or more, a session than the others. */
static void
find_standing(struct finder *f, size_t i)
{
	const struct insights_channel *c = &f->r->channel[i];
	double all = 0;

	for (size_t k = 0; k < f->in->channels; k++)
		if (!isnan(f->r->channel[k].all.revenue))
			all += f->r->channel[k].all.revenue;
	if (c->standing == INSIGHTS_LOW)
		push(f,
		    &(struct insights_finding){
			.kind = INSIGHTS_CHANNEL_LOW,
			.severity = c->shortfall >= f->rules->shortfall * all
			    ? INSIGHTS_HIGH
			    : INSIGHTS_NOTICE,
			.date = c->all.from,
			.end = c->all.to,
			.subject = i,
			.number = { c->all.revenue_per_session, c->ratio,
			    c->all.conversion_rate, c->other_rate,
			    c->conversion_z, c->shortfall, c->share },
		    });
	if (c->standing == INSIGHTS_HIGH_CHANNEL)
		push(f,
		    &(struct insights_finding){
			.kind = INSIGHTS_CHANNEL_HIGH,
			.date = c->all.from,
			.end = c->all.to,
			.subject = i,
			.number = { c->all.revenue_per_session, c->ratio,
			    c->all.conversion_rate, c->other_rate,
			    c->conversion_z, c->share },
		    });
}

/* The month of the result that begins on a day. */
static size_t
month_at(const struct insights *r, int32_t from)
{
	size_t m = 0;

	while (r->months[m].from != from)
		m++;
	return m;
}

static double
month_share(const struct finder *f, size_t m, double revenue)
{
	double all = 0;

	for (size_t c = 0; c < f->in->channels; c++)
		if (!isnan(f->r->channel[c].month[m].revenue))
			all += f->r->channel[c].month[m].revenue;
	return all > 0 ? revenue / all : NAN;
}

static void
find_channel_change(struct finder *f, size_t i)
{
	const struct insights *r = f->r;
	const struct insights_sums *a, *b;
	size_t m, k;
	double change;

	if (!r->month.available)
		return;
	m = month_at(r, r->month.now.from);
	k = month_at(r, r->month.base.from);
	a = &r->channel[i].month[m];
	b = &r->channel[i].month[k];
	change = relative(a->revenue / (double)r->months[m].days,
	    b->revenue / (double)r->months[k].days);
	if (isnan(change) || fabs(change) < f->rules->channel_change ||
	    fmax(a->orders, b->orders) < f->rules->channel_min_orders)
		return;
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_CHANNEL_CHANGE,
		.severity = INSIGHTS_NOTICE,
		.date = a->from,
		.end = a->to,
		.subject = i,
		.number = { a->revenue, b->revenue, change,
		    month_share(f, m, a->revenue),
		    month_share(f, k, b->revenue) },
	    });
}

static void
find_channels(struct finder *f)
{
	find_top_channel(f);
	for (size_t i = 0; i < f->in->channels; i++)
		find_standing(f, i);
	for (size_t i = 0; i < f->in->channels && f->in->channel_days > 0; i++)
		find_channel_change(f, i);
}

/* ---- conversion_analysis, seasonality_analysis ------------------------------------- */

static void
find_conversion(struct finder *f)
{
	const struct insights_window *w = &f->r->window;
	const struct insights_sums *months = f->r->months;
	double change = relative(w->now.conversion_rate,
	    w->base.conversion_rate);
	size_t best = INSIGHTS_NONE, worst = INSIGHTS_NONE;

	if (comparable(f, w) && !isnan(change))
		push(f,
		    &(struct insights_finding){
			.kind = INSIGHTS_CONVERSION_CHANGE,
			.severity = by_z(f->rules, w->conversion_z, change,
			    f->rules->conversion_change),
			.date = w->now.from,
			.end = w->now.to,
			.number = { w->now.conversion_rate,
			    w->base.conversion_rate, change, w->conversion_z,
			    w->conversion_p,
			    fabs(w->conversion_z) >= f->rules->notice_z },
		    });
	for (size_t m = 0; m < f->r->n_months; m++) {
		double rate = months[m].conversion_rate;

		if (isnan(rate))
			continue;
		if (best == INSIGHTS_NONE ||
		    rate > months[best].conversion_rate)
			best = m;
		if (worst == INSIGHTS_NONE ||
		    rate < months[worst].conversion_rate)
			worst = m;
	}
	if (best != worst)
		push(f,
		    &(struct insights_finding){
			.kind = INSIGHTS_CONVERSION_MONTHS,
			.date = months[best].from,
			.end = months[worst].from,
			.number = { months[best].conversion_rate,
			    months[worst].conversion_rate,
			    f->r->total.conversion_rate },
		    });
}

/* The largest and the smallest index of n. */
static bool
extremes(const struct insights_weekday *w, size_t n, size_t *best,
    size_t *worst)
{
	*best = *worst = INSIGHTS_NONE;
	for (size_t i = 0; i < n; i++) {
		if (isnan(w[i].index))
			continue;
		if (*best == INSIGHTS_NONE || w[i].index > w[*best].index)
			*best = i;
		if (*worst == INSIGHTS_NONE || w[i].index < w[*worst].index)
			*worst = i;
	}
	return *best != *worst;
}

static void
find_seasons(struct finder *f)
{
	const struct insights *r = f->r;
	size_t best, worst;

	if (extremes(r->weekday, 7, &best, &worst))
		push(f,
		    &(struct insights_finding){
			.kind = INSIGHTS_WEEKDAYS,
			.date = r->total.from,
			.end = r->total.to,
			.subject = best,
			.other = worst,
			.number = { r->weekday[best].index,
			    r->weekday[worst].index, r->weekly_strength },
		    });
	if (extremes(r->calendar_month, 12, &best, &worst))
		push(f,
		    &(struct insights_finding){
			.kind = INSIGHTS_MONTHS,
			.date = r->total.from,
			.end = r->total.to,
			.subject = best,
			.other = worst,
			.number = { r->calendar_month[best].index,
			    r->calendar_month[worst].index, (double)r->years,
			    r->years < 2 },
		    });
}

/* ---- change_analysis ----------------------------------------------------------------- */

static double
verdict_flag(const struct insights_effect *e)
{
	return e->verdict == INSIGHTS_NO_VERDICT ? NAN
						 : e->verdict == INSIGHTS_REAL;
}

static void
find_total_change(struct finder *f, size_t i)
{
	const struct insights_effect *e = &f->in->effect[i];
	enum insights_severity severity = INSIGHTS_INFO;
	double change = relative(e->r1, e->r0);

	if (e->verdict == INSIGHTS_REAL)
		severity = change <= -f->rules->revenue_change
		    ? INSIGHTS_HIGH
		    : INSIGHTS_NOTICE;
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_CHANGE_TOTAL,
		.severity = severity,
		.date = e->now_from,
		.end = e->now_to,
		.subject = i,
		.number = { e->r1, e->r0, e->effect, change, e->q,
		    verdict_flag(e) },
	    });
}

static void
find_part_change(struct finder *f, size_t i, enum insights_kind kind)
{
	const struct insights_effect *e = &f->in->effect[i];

	push(f,
	    &(struct insights_finding){
		.kind = kind,
		.severity = e->verdict == INSIGHTS_REAL ? INSIGHTS_NOTICE
							: INSIGHTS_INFO,
		.date = e->now_from,
		.end = e->now_to,
		.subject = i,
		.number = { e->effect, e->share, e->q, verdict_flag(e), e->r1,
		    e->r0 },
	    });
}

static void
find_changes(struct finder *f)
{
	static const enum insights_kind kinds[] = { INSIGHTS_CHANGE_TOTAL,
		INSIGHTS_CHANGE_DRIVER, INSIGHTS_CHANGE_MEMBER };

	for (int level = 0; level < 3; level++)
		for (size_t i = 0; i < f->in->effects; i++) {
			if ((int)f->in->effect[i].level != level)
				continue;
			if (level == 0)
				find_total_change(f, i);
			else
				find_part_change(f, i, kinds[level]);
		}
}

/* ---- forecast --------------------------------------------------------------------------- */

static void
find_outlook(struct finder *f, const struct insights_outlook *o)
{
	double p = o->probability, limit = f->rules->probability;

	if (isnan(o->yhat))
		return;
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_OUTLOOK,
		.severity = p >= limit || p <= 1 - limit ? INSIGHTS_NOTICE
							 : INSIGHTS_INFO,
		.date = o->from,
		.end = o->to,
		.number = { (double)o->days, o->yhat, o->lower, o->upper,
		    f->rules->interval, o->previous, o->growth, p },
	    });
}

static void
find_path(struct finder *f)
{
	const struct insights *r = f->r;
	double difference = r->path_actual - r->path_expected;

	if (isnan(difference))
		return;
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_PATH,
		.severity = by_z(f->rules, r->path_z,
		    relative(r->path_actual, r->path_expected),
		    f->rules->revenue_change),
		.date = r->window.now.from,
		.end = r->window.now.to,
		.number = { r->path_actual, r->path_expected, difference,
		    relative(r->path_actual, r->path_expected), r->path_z,
		    isnan(r->path_z) ? NAN
				     : fabs(r->path_z) >= f->rules->notice_z },
	    });
}

static void
find_accuracy(struct finder *f, size_t i)
{
	const struct insights_accuracy *a = &f->in->accuracy[i];
	bool naive = a->mae > a->naive_mae;

	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_ACCURACY,
		.severity = naive ||
			fabs(a->coverage - f->rules->interval) >=
			    f->rules->coverage_off
		    ? INSIGHTS_NOTICE
		    : INSIGHTS_INFO,
		.date = f->r->total.from,
		.end = f->r->total.to,
		.subject = i,
		.number = { a->horizon, a->mae, a->mape, a->mase, a->coverage,
		    f->rules->interval, a->naive_mae,
		    isnan(a->naive_mae) ? NAN : naive },
	    });
}

/* The accuracy at the largest horizon up to each of the rules', once. */
static void
find_accuracies(struct finder *f)
{
	size_t last = INSIGHTS_NONE;

	for (size_t h = 0; h < f->rules->horizons; h++) {
		size_t best = INSIGHTS_NONE;

		for (size_t i = 0; i < f->in->accuracies; i++)
			if (f->in->accuracy[i].horizon <=
				(double)f->rules->horizon[h] &&
			    (best == INSIGHTS_NONE ||
				f->in->accuracy[i].horizon >
				    f->in->accuracy[best].horizon))
				best = i;
		if (best != INSIGHTS_NONE && best != last)
			find_accuracy(f, best);
		last = best;
	}
}

/* ---- anomaly_analysis, incidents ------------------------------------------------------------ */

static void
find_overlap(struct finder *f)
{
	const struct insights_input *in = f->in;
	uint64_t all = in->detectors == INSIGHTS_DETECTORS_MAX
	    ? UINT64_MAX
	    : (UINT64_C(1) << in->detectors) - 1;
	size_t flagged = 0;

	if (in->detectors == 0)
		return;
	for (size_t i = 0; i < in->n; i++)
		flagged += in->day[i].voters != 0;
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_OVERLAP,
		.date = f->r->total.from,
		.end = f->r->total.to,
		.number = { (double)in->detectors, (double)flagged,
		    (double)f->r->anomalies,
		    (double)insights_overlap(in, all, NULL),
		    (double)f->r->actual },
	    });
}

static void
find_confirmed(struct finder *f, size_t i)
{
	const struct insights_anomaly *a = &f->r->anomaly[i];
	const struct insights_day *d = &f->in->day[a->day];

	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_CONFIRMED,
		.severity = a->severity,
		.date = d->date,
		.end = d->date,
		.subject = i,
		.number = { d->revenue, a->expected, a->deviation, a->relative,
		    (double)a->votes, (double)f->in->detectors, a->factor[0],
		    a->factor[1], a->factor[2] },
	    });
}

static enum insights_severity
incident_severity(const struct finder *f, const struct insights_incident *e)
{
	double days = fabs(e->money) / fabs(f->r->daily_revenue);

	if (e->tier != INSIGHTS_UNKNOWN)
		return e->tier;
	if (days >= f->rules->incident_critical)
		return INSIGHTS_CRITICAL;
	return days >= f->rules->incident_high ? INSIGHTS_HIGH
					       : INSIGHTS_NOTICE;
}

static void
find_incident(struct finder *f, size_t i)
{
	const struct insights_incident *e = &f->r->incident[i];

	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_INCIDENT,
		.severity = incident_severity(f, e),
		.date = e->start,
		.end = e->end,
		.subject = i,
		.number = { (double)e->days, e->money,
		    e->money / fabs(f->r->daily_revenue), e->p,
		    (double)e->confirmed, e->factor[0], e->factor[1],
		    e->factor[2], e->direction == 0 ? NAN : e->direction > 0 },
	    });
}

/* Days that an incident at least as severe tells of. */
static void
cover(struct finder *f)
{
	for (size_t i = 0; i < f->r->findings; i++) {
		struct insights_finding *day = &f->r->finding[i];

		for (size_t k = 0; k < f->r->findings; k++) {
			const struct insights_finding *e = &f->r->finding[k];

			if (day->kind == INSIGHTS_CONFIRMED &&
			    e->kind == INSIGHTS_INCIDENT &&
			    e->severity >= day->severity &&
			    e->date <= day->date && e->end >= day->date)
				day->covered = true;
		}
	}
}

/* ---- data_quality ------------------------------------------------------------------------------ */

static void
find_missing(struct finder *f)
{
	const struct insights *r = f->r;
	bool recent;

	if (r->gaps == 0)
		return;
	recent = r->gap[r->gaps - 1].to >
	    r->total.to - (int32_t)f->rules->recent;
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_MISSING_DAYS,
		.severity = recent ? INSIGHTS_HIGH : INSIGHTS_NOTICE,
		.date = r->gap[0].from,
		.end = r->gap[r->gaps - 1].to,
		.number = { (double)r->missing_days,
		    (double)(r->total.to - r->total.from + 1), recent },
	    });
}

static void
find_partial(struct finder *f)
{
	const struct insights_day *d;

	if (!f->r->partial_last_day)
		return;
	d = &f->in->day[f->r->actual - 1];
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_PARTIAL_DAY,
		.severity = INSIGHTS_HIGH,
		.date = d->date,
		.end = d->date,
		.number = { f->r->partial_ratio, d->revenue, d->orders,
		    f->rules->partial },
	    });
}

static void
find_bad_rows(struct finder *f, double rows, double bad, bool orders)
{
	double share = bad / (rows + bad);

	if (!(bad > 0))
		return;
	push(f,
	    &(struct insights_finding){
		.kind = INSIGHTS_BAD_ROWS,
		.severity = share >= f->rules->bad_rows ? INSIGHTS_HIGH
							: INSIGHTS_NOTICE,
		.date = f->r->total.from,
		.end = f->r->total.to,
		.number = { bad, rows, share, orders },
	    });
}

/* What was summed up elsewhere against the days. */
static void
find_differences(struct finder *f, const struct insights_totals *t)
{
	const struct insights_sums *s = &f->r->total;
	double difference = t->revenue - s->revenue;

	/* Sums of decimals agree but for the rounding of the two. */
	if (fabs(difference) > fmax(0.005, 1e-11 * fabs(s->revenue)))
		push(f,
		    &(struct insights_finding){
			.kind = INSIGHTS_TOTALS_DIFFER,
			.severity = INSIGHTS_HIGH,
			.date = s->from,
			.end = s->to,
			.number = { t->revenue, s->revenue, difference },
		    });
	if (t->first == DATE_NONE || t->last == DATE_NONE ||
	    s->from == DATE_NONE || f->r->step != 1)
		return;
	if (t->first != s->from || t->last != s->to)
		push(f,
		    &(struct insights_finding){
			.kind = INSIGHTS_DATES_DIFFER,
			.severity = INSIGHTS_NOTICE,
			.date = t->first,
			.end = t->last,
			.number = { t->first - s->from, t->last - s->to },
		    });
}

static void
find_quality(struct finder *f)
{
	const struct insights *r = f->r;

	find_missing(f);
	find_partial(f);
	if (f->in->totals != NULL) {
		find_bad_rows(f, f->in->totals->rows, f->in->totals->bad_rows,
		    true);
		find_differences(f, f->in->totals);
	}
	find_bad_rows(f, f->in->rows, f->in->bad_rows, false);
	if (r->no_sessions > 0 && !isnan(r->total.sessions))
		push(f,
		    &(struct insights_finding){
			.kind = INSIGHTS_NO_SESSIONS,
			.severity = INSIGHTS_NOTICE,
			.date = r->total.from,
			.end = r->total.to,
			.number = { (double)r->no_sessions,
			    (double)r->total.days },
		    });
	if (r->step == 1 && r->total.days < f->rules->min_days)
		push(f,
		    &(struct insights_finding){
			.kind = INSIGHTS_SHORT_HISTORY,
			.severity = INSIGHTS_NOTICE,
			.date = r->total.from,
			.end = r->total.to,
			.number = { (double)r->total.days,
			    (double)f->rules->min_days },
		    });
}

int
insights_find(const struct insights_input *input,
    const struct insights_rules *rules, struct insights *result)
{
	struct finder f = { .in = input, .rules = rules, .r = result };

	if (result->actual > 0) {
		find_summary(&f);
		find_channels(&f);
		find_conversion(&f);
		find_seasons(&f);
		find_changes(&f);
		for (size_t i = 0; i < rules->horizons; i++)
			find_outlook(&f, &result->outlook[i]);
		find_path(&f);
		find_accuracies(&f);
		find_overlap(&f);
		for (size_t i = 0; i < result->anomalies; i++)
			find_confirmed(&f, i);
		for (size_t i = 0; i < result->incidents; i++)
			find_incident(&f, i);
		cover(&f);
	}
	find_quality(&f);
	return f.no_memory ? -1 : 0;
}

/* ---- alerts ---------------------------------------------------------------------------------------- */

static bool
before(const struct insights *r, size_t a, size_t b)
{
	const struct insights_finding *x = &r->finding[a], *y = &r->finding[b];

	if (x->severity != y->severity)
		return x->severity > y->severity;
	if (x->end != y->end)
		return x->end > y->end;
	return a < b;
}

size_t
insights_alerts(const struct insights *result, enum insights_severity least,
    int32_t since, size_t *order)
{
	size_t n = 0;

	for (size_t i = 0; i < result->findings; i++) {
		const struct insights_finding *f = &result->finding[i];
		size_t k = n;

		if (f->severity < least || f->covered || f->end < since)
			continue;
		for (; k > 0 && before(result, i, order[k - 1]); k--)
			order[k] = order[k - 1];
		order[k] = i;
		n++;
	}
	return n;
}
