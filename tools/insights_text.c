#include "insights_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "record/cli.h"
#include "record/group.h"

/* ---- templates -------------------------------------------------------------- */

struct source_key {
	enum insights_source source;
	const char *key; /* a template; NULL: none */
};

/* clang-format off */
#define OF_DAY  { INSIGHTS_FROM_CONSENSUS, "date={date}" }
#define OF_DAYS { INSIGHTS_FROM_CONSENSUS, "date={date}..{end}" }

static const struct {
	const char *sentence;
	struct source_key key[2];
} templates[INSIGHTS_KINDS] = {
	[INSIGHTS_TOTALS] = {
	    "From {date} to {end} revenue was {revenue}[, from {orders} "
	    "orders of {aov} on average][; {conversion_rate} of {sessions} "
	    "sessions ended in an order].",
	    { OF_DAYS, { INSIGHTS_FROM_KPI, "total_revenue" } } },
	[INSIGHTS_WINDOW_CHANGE] = {
	    "Revenue from {date} to {end} was {revenue}[, {relative~} "
	    "{relative?more:less} than in the period of the same length "
	    "before ({previous})][, which is {unusual?more than:within} its"
	    " usual ups and downs (z {z})][; sessions "
	    "{sessions_relative+}][, conversion {conversion_relative+}][, "
	    "order value {aov_relative+}].",
	    { OF_DAYS } },
	[INSIGHTS_MONTH_CHANGE] = {
	    "{month} brought revenue of {revenue}[, {daily_relative~} "
	    "{daily_relative?more:less} a day than the month before "
	    "({previous} in all)].",
	    { OF_DAYS } },
	[INSIGHTS_BEST_DAY] = {
	    "The best day was {date} with {revenue}[, {times_mean} times "
	    "the mean].",
	    { OF_DAY } },
	[INSIGHTS_WORST_DAY] = {
	    "The weakest day was {date} with {revenue}[, {times_mean} times"
	    " the mean].",
	    { OF_DAY } },
	[INSIGHTS_CHANNEL_TOP] = {
	    "{subject} is the largest channel with {share} of revenue "
	    "({revenue})[; that is {concentrated?above:below} the limit of "
	    "{threshold} from which the shop depends on it].",
	    { { INSIGHTS_FROM_CHANNELS, "channel={subject}" },
	      { INSIGHTS_FROM_KPI, "revenue_by_channel.{subject}" } } },
	[INSIGHTS_CHANNEL_LOW] = {
	    "{subject} earns {revenue_per_session} a session, {ratio} times"
	    " what the other channels earn[; {conversion_rate} of its "
	    "sessions end in an order against {other_conversion_rate} (z "
	    "{conversion_z})][. At the others' revenue per session it would"
	    " have earned {shortfall} more].",
	    { { INSIGHTS_FROM_CHANNELS, "channel={subject}" },
	      { INSIGHTS_FROM_KPI, "revenue_by_channel.{subject}" } } },
	[INSIGHTS_CHANNEL_HIGH] = {
	    "{subject} earns {revenue_per_session} a session, {ratio} times"
	    " what the other channels earn[; {conversion_rate} of its "
	    "sessions end in an order against {other_conversion_rate} (z "
	    "{conversion_z})].",
	    { { INSIGHTS_FROM_CHANNELS, "channel={subject}" },
	      { INSIGHTS_FROM_KPI, "revenue_by_channel.{subject}" } } },
	[INSIGHTS_CHANNEL_CHANGE] = {
	    "Revenue of {subject} a day was {daily_relative~} "
	    "{daily_relative?higher:lower} in {month} than in the month "
	    "before ({revenue} after {previous})[; its share went from "
	    "{previous_share} to {share}].",
	    { { INSIGHTS_FROM_CHANNELS, "channel={subject}, date={date}..{end}" } } },
	[INSIGHTS_CONVERSION_CHANGE] = {
	    "From {date} to {end} {conversion_rate} of the sessions ended "
	    "in an order, after {previous} in the period before[ "
	    "({relative+}, z {z}: {unusual?more than chance:within "
	    "chance})].",
	    { OF_DAYS } },
	[INSIGHTS_CONVERSION_MONTHS] = {
	    "Conversion was best in {month} with {best_rate} and weakest in"
	    " {end_month} with {worst_rate}[; {conversion_rate} overall].",
	    { OF_DAYS } },
	[INSIGHTS_WEEKDAYS] = {
	    "{subject} is the strongest day of the week with {best_index} "
	    "times the mean of its week, {other} the weakest with "
	    "{worst_index}[; the weekday explains {strength} of the ups and"
	    " downs inside a week].",
	    { OF_DAYS } },
	[INSIGHTS_MONTHS] = {
	    "{subject} is the strongest month with {best_index} times the "
	    "mean revenue of a day, {other} the weakest with "
	    "{worst_index}[; {trend_included?under two years, this includes"
	    " the trend:over {years} years}].",
	    { OF_DAYS } },
	[INSIGHTS_CHANGE_TOTAL] = {
	    "Revenue from {date} to {end} was {revenue}, {effect~} "
	    "{effect?more:less} than from {base_from} to {base_to}[ "
	    "({relative+})][: {real?a real change:not told from noise} (q "
	    "{q})].",
	    { { INSIGHTS_FROM_EXPLAIN, "level={level}, driver={driver}" } } },
	[INSIGHTS_CHANGE_DRIVER] = {
	    "Of this change, {subject} explains {effect+}[ (q {q}: "
	    "{real?real:not told from noise})].",
	    { { INSIGHTS_FROM_EXPLAIN, "level={level}, driver={driver}" } } },
	[INSIGHTS_CHANGE_MEMBER] = {
	    "{subject} changed by {effect+}[, from {previous} to "
	    "{revenue}][ (q {q}: {real?real:not told from noise})].",
	    { { INSIGHTS_FROM_EXPLAIN, "level={level}, member={subject}, driver={driver}" } } },
	[INSIGHTS_OUTLOOK] = {
	    "The next {days} days ({date} to {end}) should bring {column} "
	    "of {yhat}[ ({yhat_lower} to {yhat_upper} with {interval} "
	    "probability)][, {growth~} {growth?more:less} than the {days} "
	    "days before; growth has a probability of "
	    "{probability_of_growth}].",
	    { OF_DAYS } },
	[INSIGHTS_PATH] = {
	    "From {date} to {end} {column} was {actual} where {expected} "
	    "was expected[ ({relative+})][: {unusual?off:on} its expected "
	    "path (z {z})].",
	    { OF_DAYS } },
	[INSIGHTS_ACCURACY] = {
	    "Tested on the past, forecasts {horizon} days ahead were off by"
	    " {mae} on average[ ({mape})][; {coverage} of the days were "
	    "inside the interval of {interval}][. {naive_better?The value "
	    "of a season before is better ({naive_mae}), so do not rely on "
	    "this forecast:The value of a season before does worse "
	    "({naive_mae})}].",
	    { { INSIGHTS_FROM_BACKTEST, "horizon={horizon_key}" } } },
	[INSIGHTS_OVERLAP] = {
	    "{detectors} detectors flagged {flagged} of {days} days; "
	    "{confirmed} were confirmed, {all} by all of them.",
	    { OF_DAYS } },
	[INSIGHTS_CONFIRMED] = {
	    "{date}: revenue was {revenue}[, {relative~} "
	    "{relative?above:below} what was expected ({expected})]; "
	    "{votes} of {detectors} detectors agree ({by})[. What was most "
	    "unusual: {factor}].",
	    { OF_DAY } },
	[INSIGHTS_INCIDENT] = {
	    "{span}: {what}[ {up?upwards:downwards}][, {money_at_stake+} "
	    "against what was expected][ ({mean_days~} mean days of "
	    "revenue)][, furthest on {peak}][. Likely cause: {cause}][ "
	    "({cause_evidence})][. What was most unusual: {factor}][. "
	    "Detectors that agree: {by}].",
	    { { INSIGHTS_FROM_INCIDENTS, "incident={incident}" }, OF_DAYS } },
	[INSIGHTS_MISSING_DAYS] = {
	    "{missing} of {days} days have no revenue figure, from {date} "
	    "to {end}[{recent?; some of them are recent:}].",
	    { OF_DAYS } },
	[INSIGHTS_PARTIAL_DAY] = {
	    "The last day, {date}, does not look complete: at most {ratio} "
	    "times the usual of its weekday. It is left out of comparisons.",
	    { OF_DAY } },
	[INSIGHTS_BAD_ROWS] = {
	    "{bad_rows} rows {of_orders?of the orders and traffic:of the "
	    "files read here} could not be used ({share}).",
	    { { INSIGHTS_FROM_KPI, "bad_rows" } } },
	[INSIGHTS_TOTALS_DIFFER] = {
	    "The total of {total_revenue} is not the sum of the days, "
	    "{sum_of_days}: the files are not of the same data.",
	    { { INSIGHTS_FROM_KPI, "total_revenue" } } },
	[INSIGHTS_DATES_DIFFER] = {
	    "The totals are of {date} to {end}, the days of another time "
	    "(their first is off by {first_differs_days+}, their last by "
	    "{last_differs_days+} days): the files do not belong together.",
	    { { INSIGHTS_FROM_KPI, "first_date" },
	      { INSIGHTS_FROM_KPI, "last_date" } } },
	[INSIGHTS_NO_SESSIONS] = {
	    "{without_sessions} of {days} days have orders but no figure of"
	    " sessions: conversion leaves them out.",
	    { OF_DAYS } },
	[INSIGHTS_SHORT_HISTORY] = {
	    "{days} days are a short history (under {threshold}): seasons "
	    "and what is usual are told by little.",
	    { OF_DAYS } },
};
/* clang-format on */

/* ---- numbers ------------------------------------------------------------------ */

/* With commas between thousands. */
static void
put_grouped(FILE *to, double v, int decimals)
{
	char text[64];
	size_t n, whole;

	if (!(fabs(v) < 1e15)) {
		fprintf(to, "%.4g", v);
		return;
	}
	n = (size_t)snprintf(text, sizeof(text), "%.*f", decimals, v);
	whole = strcspn(text, ".");
	for (size_t i = 0; i < n; i++) {
		fputc(text[i], to);
		if (i + 1 < whole && text[i] != '-' && (whole - i) % 3 == 1)
			fputc(',', to);
	}
}

static void
put_money(FILE *to, double v)
{
	if (fabs(v) >= 1000)
		put_grouped(to, v, 0);
	else if (fabs(v) >= 0.995 || v == 0)
		fprintf(to, "%.2f", v);
	else
		fprintf(to, "%.2g", v);
}

void
insights_put_number(FILE *to, double v, enum insights_unit unit)
{
	if (isnan(v)) {
		fputs("-", to);
		return;
	}
	switch (unit) {
	case INSIGHTS_MONEY:
		put_money(to, v);
		break;
	case INSIGHTS_COUNT:
	case INSIGHTS_FLAG:
		put_grouped(to, v, v == floor(v) ? 0 : 1);
		break;
	case INSIGHTS_RATE:
		fprintf(to, "%.2f %%", 100 * v);
		break;
	case INSIGHTS_SHARE:
		fprintf(to, "%.1f %%", 100 * v);
		break;
	case INSIGHTS_RATIO:
		fprintf(to, "%.2f", v);
		break;
	case INSIGHTS_Z:
		fprintf(to, "%.1f", v);
		break;
	case INSIGHTS_P:
		if (v < 1e-4)
			fputs("below 0.0001", to);
		else
			fprintf(to, "%.2g", v);
		break;
	}
}

/* ---- texts ------------------------------------------------------------------------ */

void
insights_paper_open(struct insights_paper *paper, struct insights_data *data)
{
	*paper = (struct insights_paper){ .data = data };
	paper->to = open_memstream(&paper->p, &paper->n);
	if (paper->to == NULL)
		cli_no_memory(data->cli);
}

const char *
insights_paper_keep(struct insights_paper *paper)
{
	const char *kept;

	if (fclose(paper->to) == EOF)
		cli_no_memory(paper->data->cli);
	kept = arena_copy(&paper->data->arena, paper->p, paper->n);
	free(paper->p);
	if (kept == NULL)
		cli_no_memory(paper->data->cli);
	return kept;
}

static const char *formatted(struct insights_data *data, const char *format,
    ...) __attribute__((format(printf, 2, 3)));

static const char *
formatted(struct insights_data *data, const char *format, ...)
{
	struct insights_paper paper;
	va_list args;

	insights_paper_open(&paper, data);
	va_start(args, format);
	vfprintf(paper.to, format, args);
	va_end(args);
	return insights_paper_keep(&paper);
}

static const char *
date_text(struct insights_data *data, int32_t day)
{
	char text[DATE_TEXT_MAX];

	if (day == DATE_NONE)
		return NULL;
	date_format(day, text);
	return formatted(data, "%s", text);
}

/* YYYY-MM. */
static const char *
month_text(struct insights_data *data, int32_t day)
{
	int year, month;

	date_civil(day, &year, &month, NULL);
	return formatted(data, "%04d-%02d", year, month);
}

const char *
insights_weekday_name(size_t weekday)
{
	static const char *const names[] = { "Monday", "Tuesday", "Wednesday",
		"Thursday", "Friday", "Saturday", "Sunday" };

	return names[weekday];
}

static const char *
month_name(size_t month)
{
	static const char *const names[] = { "January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December" };

	return names[month];
}

const char *
insights_voters(struct insights_data *data, uint64_t voters)
{
	struct insights_paper paper;
	bool any = false;

	insights_paper_open(&paper, data);
	for (size_t i = 0; i < data->input.detectors; i++) {
		if ((voters >> i & 1) == 0)
			continue;
		fprintf(paper.to, "%s%s", any ? "+" : "", data->detector[i]);
		any = true;
	}
	return insights_paper_keep(&paper);
}

static const char *
factor_text(struct insights_data *data, int factor, const double *ratio)
{
	static const char *const names[] = { "sessions", "conversion",
		"order value" };

	if (factor == -1)
		return NULL;
	return formatted(data, "%s, %.2f times the usual", names[factor],
	    ratio[factor]);
}

static const char *
given(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

static const char *
effect_text(const struct insights_story *story,
    const struct insights_finding *f, const char *name)
{
	const struct insights_effect *e = &story->data->effect[f->subject];
	const struct insights_effect_text *t = &story->data
						    ->effect_text[f->subject];

	if (strcmp(name, "base_from") == 0)
		return date_text(story->data, e->base_from);
	if (strcmp(name, "base_to") == 0)
		return date_text(story->data, e->base_to);
	if (strcmp(name, "level") == 0)
		return t->level;
	if (strcmp(name, "driver") == 0)
		return t->driver;
	if (strcmp(name, "subject") == 0 && f->kind != INSIGHTS_CHANGE_TOTAL)
		return f->kind == INSIGHTS_CHANGE_DRIVER ? t->driver
							 : t->member;
	return NULL;
}

static const char *
anomaly_text(const struct insights_story *story,
    const struct insights_finding *f, const char *name)
{
	const struct insights_anomaly *a = &story->result->anomaly[f->subject];

	if (strcmp(name, "by") == 0)
		return insights_voters(story->data,
		    story->data->day[a->day].voters);
	if (strcmp(name, "factor") == 0)
		return factor_text(story->data, a->main_factor, a->factor);
	return NULL;
}

static const char *
incident_text(const struct insights_story *story,
    const struct insights_finding *f, const char *name)
{
	const struct insights_incident *e = &story->result
						 ->incident[f->subject];
	const struct insights_incident_text *t = story->data->incident == NULL
	    ? NULL
	    : &story->data->incident_text[f->subject];

	if (strcmp(name, "peak") == 0)
		return date_text(story->data, e->peak);
	if (strcmp(name, "by") == 0)
		return given(insights_voters(story->data, e->voters));
	if (strcmp(name, "factor") == 0)
		return factor_text(story->data, e->main_factor, e->factor);
	if (strcmp(name, "what") == 0)
		return t != NULL && given(t->kind) != NULL ? t->kind
		    : e->direction > 0                     ? "spike"
		    : e->direction < 0                     ? "dip"
							   : "anomaly";
	if (t == NULL)
		return NULL;
	if (strcmp(name, "cause") == 0)
		return given(t->cause);
	if (strcmp(name, "cause_evidence") == 0)
		return given(t->evidence);
	if (strcmp(name, "incident") == 0)
		return t->incident;
	return NULL;
}

static const char *
subject_text(const struct insights_story *story,
    const struct insights_finding *f, const char *name)
{
	bool first = strcmp(name, "subject") == 0;
	bool second = strcmp(name, "other") == 0;

	if (f->kind == INSIGHTS_MONTHS && (first || second))
		return month_name(first ? f->subject : f->other);
	switch (insights_kind(f->kind)->subject) {
	case INSIGHTS_OF_CHANNEL:
		return first ? insights_channel_name(story->data, f->subject)
			     : NULL;
	case INSIGHTS_OF_WEEKDAY:
		return first || second
		    ? insights_weekday_name(first ? f->subject : f->other)
		    : NULL;
	case INSIGHTS_OF_EFFECT:
		return effect_text(story, f, name);
	case INSIGHTS_OF_ANOMALY:
		return anomaly_text(story, f, name);
	case INSIGHTS_OF_INCIDENT:
		return incident_text(story, f, name);
	case INSIGHTS_OF_ACCURACY:
		return strcmp(name, "horizon_key") == 0
		    ? formatted(story->data, "%.12g", f->number[0])
		    : NULL;
	default:
		return NULL;
	}
}

/* "A to B", or just the day. */
static const char *
span_text(struct insights_data *data, const struct insights_finding *f)
{
	const char *from = date_text(data, f->date);

	if (f->date == f->end || from == NULL)
		return from;
	return formatted(data, "%s to %s", from, date_text(data, f->end));
}

const char *
insights_text(const struct insights_story *story,
    const struct insights_finding *finding, const char *name)
{
	if (strcmp(name, "date") == 0)
		return date_text(story->data, finding->date);
	if (strcmp(name, "end") == 0)
		return date_text(story->data, finding->end);
	if (strcmp(name, "span") == 0)
		return span_text(story->data, finding);
	if (strcmp(name, "month") == 0)
		return month_text(story->data, finding->date);
	if (strcmp(name, "end_month") == 0)
		return month_text(story->data, finding->end);
	if (strcmp(name, "column") == 0)
		return story->data->column;
	return subject_text(story, finding, name);
}

/* Whether a text is the user's, or that of a file. */
static bool
is_foreign(const struct insights_finding *f, const char *name)
{
	static const char *const ours[] = { "date", "end", "span", "month",
		"end_month", "base_from", "base_to", "peak", "factor" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strcmp(name, ours[i]) == 0)
			return false;
	return insights_kind(f->kind)->subject != INSIGHTS_OF_WEEKDAY &&
	    f->kind != INSIGHTS_MONTHS;
}

/* A control character, or the first of the two bytes of one. */
static bool
is_control(const unsigned char *p)
{
	return *p < 0x20 || *p == 0x7f ||
	    (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0);
}

static void
put_string(FILE *to, const unsigned char *p)
{
	fputc('"', to);
	for (; *p != '\0'; p++)
		if (is_control(p)) {
			fputc(' ', to);
			p += *p == 0xc2;
		} else {
			if (*p == '"' || *p == '\\')
				fputc('\\', to);
			fputc(*p, to);
		}
	fputc('"', to);
}

void
insights_put(FILE *to, const char *text, enum insights_escape escape)
{
	const unsigned char *p = (const unsigned char *)text;

	if (escape == INSIGHTS_QUOTED) {
		put_string(to, p);
		return;
	}
	for (; *p != '\0'; p++) {
		if (is_control(p)) {
			fputc(' ', to);
			p += *p == 0xc2;
		} else if (escape == INSIGHTS_PLAIN) {
			fputc(*p, to);
		} else if (*p == '<') {
			fputs("&lt;", to);
		} else if (*p == '>') {
			fputs("&gt;", to);
		} else if (*p == '&') {
			fputs("&amp;", to);
		} else {
			if (strchr("\\`*_{}[]()#+-.!|~:@^=$", *p) != NULL)
				fputc('\\', to);
			fputc(*p, to);
		}
	}
}

/* ---- the engine of templates ----------------------------------------------------------- */

struct template
{
	const struct insights_story *story;
	const struct insights_finding *f;
	enum insights_escape escape;
	FILE *to;
	bool missing; /* a field of this part is */
};

/* The number of a name, as its index; -1 if there is none. */
static int
number_index(const struct insights_finding *f, const char *name)
{
	const struct insights_number *number = insights_kind(f->kind)->number;

	for (int i = 0; i < INSIGHTS_NUMBERS_MAX && number[i].name != NULL; i++)
		if (strcmp(number[i].name, name) == 0)
			return i;
	return -1;
}

static void
put_signed(FILE *to, double v, enum insights_unit unit)
{
	if (v > 0)
		fputc('+', to);
	insights_put_number(to, v, unit);
}

/* The text or number of a name. */
static void
put_field(struct template *t, const char *name, char how)
{
	int i = number_index(t->f, name);
	const char *text;
	double v;

	if (i == -1) {
		text = insights_text(t->story, t->f, name);
		t->missing |= text == NULL;
		if (text != NULL)
			insights_put(t->to, text,
			    is_foreign(t->f, name) ? t->escape
						   : INSIGHTS_PLAIN);
		return;
	}
	v = t->f->number[i];
	t->missing |= isnan(v);
	if (isnan(v))
		fputs("unknown", t->to);
	else if (how == '+')
		put_signed(t->to, v, insights_kind(t->f->kind)->number[i].unit);
	else
		insights_put_number(t->to, how == '~' ? fabs(v) : v,
		    insights_kind(t->f->kind)->number[i].unit);
}

static void expand(struct template *t, const char *p, const char *end);

/* {name?a:b}: question and end are where they stand. */
static void
put_choice(struct template *t, const char *name, const char *question,
    const char *end)
{
	const char *colon = memchr(question, ':', (size_t)(end - question));
	int i = number_index(t->f, name);
	double v = i == -1 ? NAN : t->f->number[i];

	t->missing |= isnan(v);
	if (v > 0)
		expand(t, question + 1, colon);
	else
		expand(t, colon + 1, end);
}

/* Where the bracket that is open at p closes. */
static const char *
closing(const char *p, char open, char close)
{
	int depth = 0;

	for (;; p++) {
		depth += (*p == open) - (*p == close);
		if (depth == 0)
			return p;
	}
}

static void
put_braces(struct template *t, const char *p, const char *end)
{
	char name[64];
	size_t n = 0;

	while (p + n < end && strchr("?+~", p[n]) == NULL && n < 63) {
		name[n] = p[n];
		n++;
	}
	name[n] = '\0';
	if (p + n < end && p[n] == '?')
		put_choice(t, name, p + n, end);
	else
		put_field(t, name, p + n < end ? p[n] : '\0');
}

/* What is in brackets, if nothing in it is missing. */
static void
put_option(struct template *t, const char *p, const char *end)
{
	struct insights_paper paper;
	struct template part = *t;
	const char *text;

	insights_paper_open(&paper, t->story->data);
	part.to = paper.to;
	part.missing = false;
	expand(&part, p, end);
	text = insights_paper_keep(&paper);
	if (!part.missing)
		fputs(text, t->to);
}

static void
expand(struct template *t, const char *p, const char *end)
{
	while (p < end) {
		const char *close;

		if (*p == '{') {
			close = closing(p, '{', '}');
			put_braces(t, p + 1, close);
			p = close + 1;
		} else if (*p == '[') {
			close = closing(p, '[', ']');
			put_option(t, p + 1, close);
			p = close + 1;
		} else {
			fputc(*p++, t->to);
		}
	}
}

static void
put_template(FILE *to, const struct insights_story *story,
    const struct insights_finding *finding, const char *text,
    enum insights_escape escape)
{
	struct template t = {
		.story = story, .f = finding, .escape = escape, .to = to
	};

	expand(&t, text, text + strlen(text));
}

void
insights_sentence(FILE *to, const struct insights_story *story,
    const struct insights_finding *finding, enum insights_escape escape)
{
	put_template(to, story, finding, templates[finding->kind].sentence,
	    escape);
}

/* ---- evidence --------------------------------------------------------------------------- */

static size_t
bad_files(const struct insights_story *story, struct insights_evidence *out)
{
	size_t n = 0;

	for (size_t s = 0; s < INSIGHTS_SOURCES && n < 2; s++) {
		const struct insights_source_file *file = &story->data
							       ->source[s];

		if (file->file != NULL && file->refused > 0)
			out[n++] = (struct insights_evidence){ file->file,
				formatted(story->data, "bad rows: %.0f",
				    file->refused) };
	}
	return n;
}

size_t
insights_evidence(const struct insights_story *story,
    const struct insights_finding *finding, struct insights_evidence out[2])
{
	size_t n = 0;

	if (finding->kind == INSIGHTS_BAD_ROWS && finding->number[3] == 0)
		return bad_files(story, out);
	for (int i = 0; i < 2; i++) {
		const struct source_key *key = &templates[finding->kind].key[i];
		const char *file = story->data->source[key->source].file;
		struct insights_paper paper;

		if (key->key == NULL || file == NULL)
			continue;
		insights_paper_open(&paper, story->data);
		put_template(paper.to, story, finding, key->key,
		    INSIGHTS_PLAIN);
		out[n++] = (struct insights_evidence){ file,
			insights_paper_keep(&paper) };
	}
	return n;
}

const char *
insights_id(const struct insights_story *story,
    const struct insights_finding *finding)
{
	const struct insights_kind_text *kind = insights_kind(finding->kind);
	const char *subject = insights_text(story, finding,
	    finding->kind == INSIGHTS_INCIDENT ? "what" : "subject");
	const char *date = date_text(story->data,
	    kind->section == INSIGHTS_DATA_QUALITY ? finding->end
						   : finding->date);

	if (finding->kind == INSIGHTS_OUTLOOK ||
	    finding->kind == INSIGHTS_ACCURACY)
		subject = formatted(story->data, "%.12g", finding->number[0]);
	if (finding->kind == INSIGHTS_BAD_ROWS)
		subject = finding->number[3] == 0 ? "files" : "orders";
	return formatted(story->data, "%s%s%s%s%s", kind->name,
	    subject == NULL ? "" : ":", subject == NULL ? "" : subject,
	    date == NULL ? "" : ":", date == NULL ? "" : date);
}

/* ---- the glossary ------------------------------------------------------------------------ */

const char *
insights_glossary(const char *name)
{
	static const char *const meaning[][2] = {
		{ "actual", "sum of what came" },
		{ "all", "days that all detectors flag" },
		{ "aov", "average order value, revenue / orders" },
		{ "aov_ratio", "order value over its usual" },
		{ "aov_relative", "change of the order value" },
		{ "best_index", "times the mean" },
		{ "best_rate", "highest conversion_rate" },
		{ "change", "revenue - previous" },
		{ "concentrated", "1 if share is above threshold" },
		{ "confirmed", "days that enough detectors flag" },
		{ "confirmed_days", "days of it that are confirmed" },
		{ "conversion_rate", "orders / sessions" },
		{ "conversion_ratio", "conversion over its usual" },
		{ "conversion_relative", "change of conversion" },
		{ "conversion_z",
		    "difference of conversion in standard errors" },
		{ "coverage", "share of past days inside the interval" },
		{ "daily_relative", "change of revenue a day" },
		{ "detectors", "models that were asked" },
		{ "deviation", "revenue - expected" },
		{ "difference", "actual - expected" },
		{ "effect", "part of the change in money" },
		{ "expected", "what the model or the days before suggest" },
		{ "growth", "yhat / previous - 1" },
		{ "horizon", "days ahead" },
		{ "interval", "probability of yhat_lower to yhat_upper" },
		{ "mae", "mean absolute error" },
		{ "mape", "mean absolute error, relative" },
		{ "mase", "mae over that of a naive forecast" },
		{ "mean_days", "money_at_stake in mean days of revenue" },
		{ "money_at_stake", "actual - expected over the incident" },
		{ "naive_better", "1 if last season's value is better" },
		{ "naive_mae", "mae of last season's value" },
		{ "other_conversion_rate", "that of the other channels" },
		{ "p", "probability of this much by chance" },
		{ "previous", "the same in the period before" },
		{ "probability_of_growth", "that the sum exceeds previous" },
		{ "q", "p after correction for many tests" },
		{ "ratio", "times that of the others, or the usual" },
		{ "real", "1 if it is told from noise" },
		{ "relative", "change as a fraction" },
		{ "revenue", "sum of order values" },
		{ "revenue_per_session", "revenue / sessions" },
		{ "sessions", "visits" },
		{ "sessions_ratio", "sessions over their usual" },
		{ "sessions_relative", "change of sessions" },
		{ "share", "fraction of the whole" },
		{ "shortfall", "revenue missing against the others' rate" },
		{ "strength", "share of variance the weekday explains" },
		{ "threshold", "limit of the rule" },
		{ "trend_included", "1 if growth is mixed in" },
		{ "unusual", "1 if beyond the usual ups and downs" },
		{ "up", "1 upwards, 0 downwards" },
		{ "votes", "detectors that flag the day" },
		{ "worst_index", "times the mean" },
		{ "worst_rate", "lowest conversion_rate" },
		{ "yhat", "forecast" },
		{ "yhat_lower", "lower bound" },
		{ "yhat_upper", "upper bound" },
		{ "z", "size in units of the usual ups and downs" },
	};

	for (size_t i = 0; i < sizeof(meaning) / sizeof(*meaning); i++)
		if (strcmp(meaning[i][0], name) == 0)
			return meaning[i][1];
	return NULL;
}
