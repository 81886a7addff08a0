/*
 * Insights: what the days of a shop and the results about them say, as sections
 * of figures and a list of findings.
 *
 * A finding is a kind, a severity, dates, and numbers with names: all that a
 * sentence about it may use, and all that a rule looked at.  The kinds are in
 * insights_kind(); their sections:
 *
 * executive_summary: totals, and the last window of days against as many days
 * before.  Whether such a change is unusual is told by the changes between the
 * windows before it: z is ln(now / base) over 1.4826 times the median of their
 * absolute values, at least 8 of them.
 *
 * channel_performance: each channel against all others: ratio of revenue per
 * session, and z of the difference of their conversions,
 *
 *	z = (v - w) / sqrt(phi u (1 - u) (1 / S + 1 / T)),	u of both together
 *
 * with the overdispersion phi of the shop's days (Pearson's chi-square of the
 * daily orders over its degrees of freedom, at least 1).
 *
 * conversion_analysis: by month, and the last window against the one before,
 * with the same z.
 *
 * seasonality_analysis: index of a weekday: the mean of its days over the mean
 * of the seven days around each, scaled so that the seven have mean 1 (the ratio
 * to moving average, Macaulay 1931); strength = 1 - var(remainder) / var(ratio)
 * (Wang, Smith, Hyndman, "Characteristic-based clustering for time series data",
 * Data Mining and Knowledge Discovery 13, 2006).  Confirmed anomalies are left
 * out.  Index of a month: mean of its days over the mean of all days.
 *
 * forecast: the sum of yhat over the next days.  Its variance is not told by the
 * bounds of single days; this is an approximation.  The deviation of a day is
 * its half width over the quantile of the interval, sigma is that of the days of
 * the history, where there is only noise, and
 *
 *	var = n sigma^2 + (sum of sqrt(max(0, sd_i^2 - sigma^2)))^2
 *
 * as if noise were independent from day to day, and what the bounds widen by
 * were one error of all days.  The probability of growth is that of a sum above
 * that of as many days before, by the normal distribution.
 *
 * anomaly_analysis: expected is yhat, or else the median of the 28 days before.
 * A day's factors are its sessions, conversion and order value over their
 * medians of the 28 days before without confirmed anomalies (at least 7).
 *
 * incidents: those given; or, if none are, confirmed days in a row (one day may
 * lie between) that deviate in the same direction.
 *
 * NaN is a missing number throughout; money has the unit of the input; days are
 * numbers since 1970-01-01.
 */
#ifndef AEE_MODEL_INSIGHTS_H
#define AEE_MODEL_INSIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/flag.h"

enum insights_severity {
	INSIGHTS_INFO,
	INSIGHTS_NOTICE,
	INSIGHTS_HIGH,
	INSIGHTS_CRITICAL,
	INSIGHTS_UNKNOWN /* of a tier that is not given */
};

enum {
	INSIGHTS_DETECTORS_MAX = 64,
	INSIGHTS_HORIZONS_MAX = 8,
	INSIGHTS_NUMBERS_MAX = 10
};

#define INSIGHTS_NONE SIZE_MAX

/* ---- what is given ---------------------------------------------------------- */

/* A day, or a period of some other length that begins with it. */
struct insights_day {
	int32_t date;
	double revenue, orders, sessions;
	double value;              /* what yhat is about */
	double yhat, lower, upper; /* on days to come too */
	uint64_t voters;           /* bit i: detector i flags the day */
	enum flag confirmed;
	double p;                    /* consensus_p */
	enum insights_severity tier; /* or INSIGHTS_UNKNOWN */
};

/* What a channel did in the period that begins on a day. */
struct insights_channel_day {
	int32_t date;
	size_t channel;
	double revenue, orders, sessions;
};

/* What another program summed up; each may be missing. */
struct insights_totals {
	double revenue, orders, aov, sessions, conversion_rate;
	double rows, bad_rows;
	int32_t first, last; /* or DATE_NONE */
};

struct insights_channel_totals {
	double revenue, orders, sessions;
};

enum insights_verdict {
	INSIGHTS_NO_VERDICT,
	INSIGHTS_REAL,
	INSIGHTS_NOISE,
	INSIGHTS_THIN
};

/* An effect that an attribution found. */
struct insights_effect {
	int32_t base_from, base_to, now_from, now_to;
	enum {
		INSIGHTS_TOTAL,
		INSIGHTS_DRIVER,
		INSIGHTS_MEMBER,
		INSIGHTS_OTHER_LEVEL
	} level;
	double effect, effect_pct, share, se, p, q;
	enum insights_verdict verdict;
	double r0, r1;
};

struct insights_incident {
	int32_t start, end;
	int direction; /* 1 up, -1 down, 0 not known */
	double money;  /* at stake: actual minus expected */
	double p;
	enum insights_severity tier; /* or INSIGHTS_UNKNOWN */
	/* Filled in: */
	int32_t peak;    /* the day furthest from what was expected, or
	                    DATE_NONE */
	uint64_t voters; /* detectors that flag any of its days */
	size_t days, confirmed;
	double factor[3]; /* sessions, conversion, order value: sums over
	                     medians before; only where none are given */
	int main_factor;  /* 0 to 2, or -1 */
};

/* How good forecasts some days ahead were. */
struct insights_accuracy {
	double horizon; /* days */
	double mae, mape, smape, mase, coverage, naive_mae;
};

/* Thresholds; insights_defaults(). */
struct insights_rules {
	/* executive_summary */
	size_t window;           /* days that are compared */
	double notice_z, high_z; /* of changes */
	/* channel_performance */
	double low_ratio,
	    high_ratio;            /* revenue per session over that of others */
	double channel_min_orders; /* fewer tell nothing */
	double channel_change;     /* of revenue a day, month over month */
	double concentration;      /* share of the largest channel */
	double shortfall;          /* of a low channel, share of revenue */
	/* conversion_analysis, change_analysis */
	double conversion_change; /* relative, of a high finding */
	double revenue_change;    /* the same of revenue */
	/* forecast */
	size_t horizons;
	size_t horizon[INSIGHTS_HORIZONS_MAX]; /* days, ascending */
	double interval;     /* probability of lower .. upper */
	double probability;  /* of growth or decline: worth a notice */
	double coverage_off; /* coverage - interval: worth a notice */
	/* anomaly_analysis */
	size_t votes; /* of a critical day; 0: all detectors, at least 3 */
	/* incidents: money at stake, in mean days of revenue */
	double incident_critical, incident_high;
	/* data_quality */
	double partial;  /* last day under this share of its like: partial */
	double bad_rows; /* share of rows: high */
	size_t recent;   /* days: a gap this near the end is high */
	size_t min_days; /* fewer are a short history */
};

struct insights_input {
	const struct insights_day *day; /* ascending, each date once */
	size_t n;
	bool value_is_revenue; /* yhat is about revenue */
	size_t detectors;
	const struct insights_channel_day *channel_day; /* any order */
	size_t channel_days;
	/* Of all channels, NULL: not given. */
	const struct insights_channel_totals *channel_total;
	size_t channels;
	const struct insights_totals *totals; /* NULL: not given */
	const struct insights_effect *effect;
	size_t effects;
	struct insights_incident *incident; /* filled in; NULL: not given */
	size_t incidents;
	const struct insights_accuracy *accuracy;
	size_t accuracies;
	double rows, bad_rows; /* of what was read to get here */
};

/* ---- what is found ------------------------------------------------------------- */

/* Sums over a period. */
struct insights_sums {
	int32_t from, to;
	size_t days; /* with revenue */
	double revenue, orders, sessions;
	double aov, conversion_rate, revenue_per_session;
};

/* Two periods of the same length. */
struct insights_window {
	bool available;
	struct insights_sums now, base;
	size_t length; /* rows */
	/* Logarithms of now / base in units of those before; NaN: not known. */
	double revenue_z;
	double conversion_z, conversion_p; /* of the difference of rates */
};

struct insights_channel {
	struct insights_sums all;
	double share, order_share, session_share;
	/* Against the other channels. */
	double ratio;      /* of revenue per session */
	double other_rate; /* conversion of the others */
	double conversion_z;
	double shortfall; /* of revenue, against the revenue per session
	                        of the others */
	enum {
		INSIGHTS_ORDINARY,
		INSIGHTS_LOW,
		INSIGHTS_HIGH_CHANNEL,
		INSIGHTS_TOO_THIN
	} standing;
	/* By month, `months` of the result each. */
	struct insights_sums *month;
};

struct insights_weekday {
	size_t n;
	double index, se;
};

struct insights_outlook {
	size_t horizon; /* days asked for */
	size_t days;    /* rows ahead that there are, at most as many */
	int32_t from, to;
	double yhat, lower, upper, sd_low, sd_high;
	/* As many rows before the first of them: their sum, what is to be
	 * expected relative to it, and the probability of more. */
	double previous, growth, probability;
	/* The same days a year (364 days) before. */
	double year, year_growth, year_probability;
};

struct insights_anomaly {
	size_t day; /* of the input */
	double expected, deviation, relative;
	bool by_forecast; /* expected is yhat */
	double factor[3]; /* sessions, conversion, order value over their
	                     medians before */
	int main_factor;  /* the one furthest from 1: 0 to 2, or -1 */
	size_t votes;
	enum insights_severity severity;
};

struct insights_gap {
	int32_t from, to;
};

/* The kinds of findings; what their numbers mean is in insights_kind(). */
enum insights_kind {
	INSIGHTS_TOTALS,
	INSIGHTS_WINDOW_CHANGE,
	INSIGHTS_MONTH_CHANGE,
	INSIGHTS_BEST_DAY,
	INSIGHTS_WORST_DAY,
	INSIGHTS_CHANNEL_TOP,
	INSIGHTS_CHANNEL_LOW,
	INSIGHTS_CHANNEL_HIGH,
	INSIGHTS_CHANNEL_CHANGE,
	INSIGHTS_CONVERSION_CHANGE,
	INSIGHTS_CONVERSION_MONTHS,
	INSIGHTS_WEEKDAYS,
	INSIGHTS_MONTHS,
	INSIGHTS_CHANGE_TOTAL,
	INSIGHTS_CHANGE_DRIVER,
	INSIGHTS_CHANGE_MEMBER,
	INSIGHTS_OUTLOOK,
	INSIGHTS_PATH,
	INSIGHTS_ACCURACY,
	INSIGHTS_OVERLAP,
	INSIGHTS_CONFIRMED,
	INSIGHTS_INCIDENT,
	INSIGHTS_MISSING_DAYS,
	INSIGHTS_PARTIAL_DAY,
	INSIGHTS_BAD_ROWS,
	INSIGHTS_TOTALS_DIFFER,
	INSIGHTS_DATES_DIFFER,
	INSIGHTS_NO_SESSIONS,
	INSIGHTS_SHORT_HISTORY,
	INSIGHTS_KINDS
};

enum insights_section {
	INSIGHTS_EXECUTIVE_SUMMARY,
	INSIGHTS_CHANNEL_PERFORMANCE,
	INSIGHTS_CONVERSION_ANALYSIS,
	INSIGHTS_SEASONALITY_ANALYSIS,
	INSIGHTS_CHANGE_ANALYSIS,
	INSIGHTS_FORECAST,
	INSIGHTS_ANOMALY_ANALYSIS,
	INSIGHTS_INCIDENTS,
	INSIGHTS_DATA_QUALITY,
	INSIGHTS_SECTIONS
};

enum insights_unit {
	INSIGHTS_MONEY,
	INSIGHTS_COUNT,
	INSIGHTS_RATE,  /* a fraction of few percent */
	INSIGHTS_SHARE, /* a fraction */
	INSIGHTS_RATIO,
	INSIGHTS_Z,
	INSIGHTS_P,
	INSIGHTS_FLAG /* 0 or 1 */
};

/* What the subject of a finding is: an index of .. */
enum insights_subject {
	INSIGHTS_NOTHING,
	INSIGHTS_OF_CHANNEL,
	INSIGHTS_OF_WEEKDAY, /* 0 Monday */
	INSIGHTS_OF_EFFECT,
	INSIGHTS_OF_ANOMALY,
	INSIGHTS_OF_INCIDENT,
	INSIGHTS_OF_ACCURACY
};

struct insights_number {
	const char *name; /* NULL after the last */
	enum insights_unit unit;
};

struct insights_kind_text {
	const char *name;
	enum insights_section section;
	enum insights_subject subject;
	struct insights_number number[INSIGHTS_NUMBERS_MAX];
};

struct insights_finding {
	enum insights_kind kind;
	enum insights_severity severity;
	int32_t date, end; /* end is date for a single day; or DATE_NONE */
	size_t subject, other;
	double number[INSIGHTS_NUMBERS_MAX]; /* NaN: not known */
	bool covered; /* a finding at least as severe tells of it too */
};

struct insights {
	/* The days with a value: 0 .. actual - 1 of the input are up to the last
	 * with revenue; `last` is the last whole one, or INSIGHTS_NONE. */
	size_t actual, last;
	int32_t step; /* days between rows: 1, 7, 30 (months); 0 else */
	struct insights_sums total;
	struct insights_window window, month; /* month: whole calendar months */
	size_t best, worst;                   /* days, or INSIGHTS_NONE */

	struct insights_sums *months; /* calendar months, all */
	size_t n_months;
	struct insights_channel *channel; /* of the input */
	double dispersion;                /* phi */
	double daily_revenue;             /* mean of the days */

	struct insights_weekday weekday[7];
	double weekly_strength; /* NaN: too few days */
	struct insights_weekday calendar_month[12];
	size_t years; /* whole ones in the history */

	struct insights_outlook outlook[INSIGHTS_HORIZONS_MAX];
	/* The last window against its forecast. */
	double path_actual, path_expected, path_z;

	struct insights_anomaly *anomaly; /* confirmed days, ascending */
	size_t anomalies;
	/* Those given, or those that were made of anomalies. */
	struct insights_incident *incident, *made;
	size_t incidents;

	struct insights_gap *gap; /* days without a row or without revenue */
	size_t gaps, missing_days;
	bool partial_last_day;
	double partial_ratio;
	size_t no_sessions;

	struct insights_finding *finding; /* by section, then as found */
	size_t findings, finding_capacity;
};

/* The defaults. */
struct insights_rules insights_defaults(void);

/* What is wrong with rules, or NULL. */
const char *insights_check(const struct insights_rules *rules);

/* Names of a kind, its section and its numbers; of a section, a severity. */
const struct insights_kind_text *insights_kind(enum insights_kind kind);
const char *insights_section_name(enum insights_section section);
const char *insights_severity_name(enum insights_severity severity);

/*
 * Find all there is to say.  Rules as checked.  Time O(n log n).  Keeps pointers
 * to the input.  Returns 0, or -1 if out of memory; insights_release() either
 * way.
 */
int insights_run(const struct insights_input *input,
    const struct insights_rules *rules, struct insights *result);

void insights_release(struct insights *result); /* zeroed is allowed */

/* Days that all of these detectors flag, into date unless it is NULL; returns
 * how many. */
size_t insights_overlap(const struct insights_input *input, uint64_t voters,
    int32_t *date);

/* The findings of a severity or above that are not covered by others, most
 * severe first, then latest first, as indices in order[] (room for all); returns
 * how many.  Those that end before `since` are left out. */
size_t insights_alerts(const struct insights *result,
    enum insights_severity least, int32_t since, size_t *order);

#endif
