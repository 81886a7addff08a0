#include "model/insights.h"

#include <stddef.h>

#define SUMMARY INSIGHTS_EXECUTIVE_SUMMARY

static const struct insights_kind_text kinds[INSIGHTS_KINDS] = {
	[INSIGHTS_TOTALS] = { "totals", SUMMARY, INSIGHTS_NOTHING,
	    { { "revenue", INSIGHTS_MONEY }, { "orders", INSIGHTS_COUNT },
		{ "aov", INSIGHTS_MONEY }, { "sessions", INSIGHTS_COUNT },
		{ "conversion_rate", INSIGHTS_RATE },
		{ "days", INSIGHTS_COUNT } } },
	[INSIGHTS_WINDOW_CHANGE] = { "window_change", SUMMARY, INSIGHTS_NOTHING,
	    { { "revenue", INSIGHTS_MONEY }, { "previous", INSIGHTS_MONEY },
		{ "change", INSIGHTS_MONEY }, { "relative", INSIGHTS_SHARE },
		{ "z", INSIGHTS_Z }, { "unusual", INSIGHTS_FLAG },
		{ "sessions_relative", INSIGHTS_SHARE },
		{ "conversion_relative", INSIGHTS_SHARE },
		{ "aov_relative", INSIGHTS_SHARE } } },
	[INSIGHTS_MONTH_CHANGE] = { "month_change", SUMMARY, INSIGHTS_NOTHING,
	    { { "revenue", INSIGHTS_MONEY }, { "previous", INSIGHTS_MONEY },
		{ "change", INSIGHTS_MONEY }, { "relative", INSIGHTS_SHARE },
		{ "daily_relative", INSIGHTS_SHARE } } },
	[INSIGHTS_BEST_DAY] = { "best_day", SUMMARY, INSIGHTS_NOTHING,
	    { { "revenue", INSIGHTS_MONEY },
		{ "times_mean", INSIGHTS_RATIO } } },
	[INSIGHTS_WORST_DAY] = { "worst_day", SUMMARY, INSIGHTS_NOTHING,
	    { { "revenue", INSIGHTS_MONEY },
		{ "times_mean", INSIGHTS_RATIO } } },
	[INSIGHTS_CHANNEL_TOP] = { "top_channel", INSIGHTS_CHANNEL_PERFORMANCE,
	    INSIGHTS_OF_CHANNEL,
	    { { "revenue", INSIGHTS_MONEY }, { "share", INSIGHTS_SHARE },
		{ "threshold", INSIGHTS_SHARE },
		{ "concentrated", INSIGHTS_FLAG } } },
	[INSIGHTS_CHANNEL_LOW] = { "low_channel", INSIGHTS_CHANNEL_PERFORMANCE,
	    INSIGHTS_OF_CHANNEL,
	    { { "revenue_per_session", INSIGHTS_MONEY },
		{ "ratio", INSIGHTS_RATIO },
		{ "conversion_rate", INSIGHTS_RATE },
		{ "other_conversion_rate", INSIGHTS_RATE },
		{ "conversion_z", INSIGHTS_Z }, { "shortfall", INSIGHTS_MONEY },
		{ "share", INSIGHTS_SHARE } } },
	[INSIGHTS_CHANNEL_HIGH] = { "high_channel",
	    INSIGHTS_CHANNEL_PERFORMANCE, INSIGHTS_OF_CHANNEL,
	    { { "revenue_per_session", INSIGHTS_MONEY },
		{ "ratio", INSIGHTS_RATIO },
		{ "conversion_rate", INSIGHTS_RATE },
		{ "other_conversion_rate", INSIGHTS_RATE },
		{ "conversion_z", INSIGHTS_Z }, { "share", INSIGHTS_SHARE } } },
	[INSIGHTS_CHANNEL_CHANGE] = { "channel_change",
	    INSIGHTS_CHANNEL_PERFORMANCE, INSIGHTS_OF_CHANNEL,
	    { { "revenue", INSIGHTS_MONEY }, { "previous", INSIGHTS_MONEY },
		{ "daily_relative", INSIGHTS_SHARE },
		{ "share", INSIGHTS_SHARE },
		{ "previous_share", INSIGHTS_SHARE } } },
	[INSIGHTS_CONVERSION_CHANGE] = { "conversion_change",
	    INSIGHTS_CONVERSION_ANALYSIS, INSIGHTS_NOTHING,
	    { { "conversion_rate", INSIGHTS_RATE },
		{ "previous", INSIGHTS_RATE }, { "relative", INSIGHTS_SHARE },
		{ "z", INSIGHTS_Z }, { "p", INSIGHTS_P },
		{ "unusual", INSIGHTS_FLAG } } },
	[INSIGHTS_CONVERSION_MONTHS] = { "conversion_months",
	    INSIGHTS_CONVERSION_ANALYSIS, INSIGHTS_NOTHING,
	    { { "best_rate", INSIGHTS_RATE }, { "worst_rate", INSIGHTS_RATE },
		{ "conversion_rate", INSIGHTS_RATE } } },
	[INSIGHTS_WEEKDAYS] = { "weekdays", INSIGHTS_SEASONALITY_ANALYSIS,
	    INSIGHTS_OF_WEEKDAY,
	    { { "best_index", INSIGHTS_RATIO },
		{ "worst_index", INSIGHTS_RATIO },
		{ "strength", INSIGHTS_SHARE } } },
	[INSIGHTS_MONTHS] = { "months", INSIGHTS_SEASONALITY_ANALYSIS,
	    INSIGHTS_NOTHING,
	    { { "best_index", INSIGHTS_RATIO },
		{ "worst_index", INSIGHTS_RATIO }, { "years", INSIGHTS_COUNT },
		{ "trend_included", INSIGHTS_FLAG } } },
	[INSIGHTS_CHANGE_TOTAL] = { "change", INSIGHTS_CHANGE_ANALYSIS,
	    INSIGHTS_OF_EFFECT,
	    { { "revenue", INSIGHTS_MONEY }, { "previous", INSIGHTS_MONEY },
		{ "effect", INSIGHTS_MONEY }, { "relative", INSIGHTS_SHARE },
		{ "q", INSIGHTS_P }, { "real", INSIGHTS_FLAG } } },
	[INSIGHTS_CHANGE_DRIVER] = { "change_driver", INSIGHTS_CHANGE_ANALYSIS,
	    INSIGHTS_OF_EFFECT,
	    { { "effect", INSIGHTS_MONEY }, { "share", INSIGHTS_SHARE },
		{ "q", INSIGHTS_P }, { "real", INSIGHTS_FLAG } } },
	[INSIGHTS_CHANGE_MEMBER] = { "change_member", INSIGHTS_CHANGE_ANALYSIS,
	    INSIGHTS_OF_EFFECT,
	    { { "effect", INSIGHTS_MONEY }, { "share", INSIGHTS_SHARE },
		{ "q", INSIGHTS_P }, { "real", INSIGHTS_FLAG },
		{ "revenue", INSIGHTS_MONEY },
		{ "previous", INSIGHTS_MONEY } } },
	[INSIGHTS_OUTLOOK] = { "outlook", INSIGHTS_FORECAST, INSIGHTS_NOTHING,
	    { { "days", INSIGHTS_COUNT }, { "yhat", INSIGHTS_MONEY },
		{ "yhat_lower", INSIGHTS_MONEY },
		{ "yhat_upper", INSIGHTS_MONEY },
		{ "interval", INSIGHTS_SHARE }, { "previous", INSIGHTS_MONEY },
		{ "growth", INSIGHTS_SHARE },
		{ "probability_of_growth", INSIGHTS_SHARE } } },
	[INSIGHTS_PATH] = { "path", INSIGHTS_FORECAST, INSIGHTS_NOTHING,
	    { { "actual", INSIGHTS_MONEY }, { "expected", INSIGHTS_MONEY },
		{ "difference", INSIGHTS_MONEY },
		{ "relative", INSIGHTS_SHARE }, { "z", INSIGHTS_Z },
		{ "unusual", INSIGHTS_FLAG } } },
	[INSIGHTS_ACCURACY] = { "accuracy", INSIGHTS_FORECAST,
	    INSIGHTS_OF_ACCURACY,
	    { { "horizon", INSIGHTS_COUNT }, { "mae", INSIGHTS_MONEY },
		{ "mape", INSIGHTS_SHARE }, { "mase", INSIGHTS_RATIO },
		{ "coverage", INSIGHTS_SHARE }, { "interval", INSIGHTS_SHARE },
		{ "naive_mae", INSIGHTS_MONEY },
		{ "naive_better", INSIGHTS_FLAG } } },
	[INSIGHTS_OVERLAP] = { "overlap", INSIGHTS_ANOMALY_ANALYSIS,
	    INSIGHTS_NOTHING,
	    { { "detectors", INSIGHTS_COUNT }, { "flagged", INSIGHTS_COUNT },
		{ "confirmed", INSIGHTS_COUNT }, { "all", INSIGHTS_COUNT },
		{ "days", INSIGHTS_COUNT } } },
	[INSIGHTS_CONFIRMED] = { "confirmed_anomaly", INSIGHTS_ANOMALY_ANALYSIS,
	    INSIGHTS_OF_ANOMALY,
	    { { "revenue", INSIGHTS_MONEY }, { "expected", INSIGHTS_MONEY },
		{ "deviation", INSIGHTS_MONEY }, { "relative", INSIGHTS_SHARE },
		{ "votes", INSIGHTS_COUNT }, { "detectors", INSIGHTS_COUNT },
		{ "sessions_ratio", INSIGHTS_RATIO },
		{ "conversion_ratio", INSIGHTS_RATIO },
		{ "aov_ratio", INSIGHTS_RATIO } } },
	[INSIGHTS_INCIDENT] = { "incident", INSIGHTS_INCIDENTS,
	    INSIGHTS_OF_INCIDENT,
	    { { "days", INSIGHTS_COUNT }, { "money_at_stake", INSIGHTS_MONEY },
		{ "mean_days", INSIGHTS_RATIO }, { "p", INSIGHTS_P },
		{ "confirmed_days", INSIGHTS_COUNT },
		{ "sessions_ratio", INSIGHTS_RATIO },
		{ "conversion_ratio", INSIGHTS_RATIO },
		{ "aov_ratio", INSIGHTS_RATIO }, { "up", INSIGHTS_FLAG } } },
	[INSIGHTS_MISSING_DAYS] = { "missing_days", INSIGHTS_DATA_QUALITY,
	    INSIGHTS_NOTHING,
	    { { "missing", INSIGHTS_COUNT }, { "days", INSIGHTS_COUNT },
		{ "recent", INSIGHTS_FLAG } } },
	[INSIGHTS_PARTIAL_DAY] = { "partial_last_day", INSIGHTS_DATA_QUALITY,
	    INSIGHTS_NOTHING,
	    { { "ratio", INSIGHTS_RATIO }, { "revenue", INSIGHTS_MONEY },
		{ "orders", INSIGHTS_COUNT },
		{ "threshold", INSIGHTS_SHARE } } },
	[INSIGHTS_BAD_ROWS] = { "bad_rows", INSIGHTS_DATA_QUALITY,
	    INSIGHTS_NOTHING,
	    { { "bad_rows", INSIGHTS_COUNT }, { "rows", INSIGHTS_COUNT },
		{ "share", INSIGHTS_SHARE }, { "of_orders", INSIGHTS_FLAG } } },
	[INSIGHTS_TOTALS_DIFFER] = { "totals_differ", INSIGHTS_DATA_QUALITY,
	    INSIGHTS_NOTHING,
	    { { "total_revenue", INSIGHTS_MONEY },
		{ "sum_of_days", INSIGHTS_MONEY },
		{ "difference", INSIGHTS_MONEY } } },
	[INSIGHTS_DATES_DIFFER] = { "dates_differ", INSIGHTS_DATA_QUALITY,
	    INSIGHTS_NOTHING,
	    { { "first_differs_days", INSIGHTS_COUNT },
		{ "last_differs_days", INSIGHTS_COUNT } } },
	[INSIGHTS_NO_SESSIONS] = { "orders_without_sessions",
	    INSIGHTS_DATA_QUALITY, INSIGHTS_NOTHING,
	    { { "without_sessions", INSIGHTS_COUNT },
		{ "days", INSIGHTS_COUNT } } },
	[INSIGHTS_SHORT_HISTORY] = { "short_history", INSIGHTS_DATA_QUALITY,
	    INSIGHTS_NOTHING,
	    { { "days", INSIGHTS_COUNT }, { "threshold", INSIGHTS_COUNT } } },
};

const struct insights_kind_text *
insights_kind(enum insights_kind kind)
{
	return &kinds[kind];
}

const char *
insights_section_name(enum insights_section section)
{
	static const char *const names[] = { "executive_summary",
		"channel_performance", "conversion_analysis",
		"seasonality_analysis", "change_analysis", "forecast",
		"anomaly_analysis", "incidents", "data_quality" };

	return names[section];
}

const char *
insights_severity_name(enum insights_severity severity)
{
	static const char *const names[] = { "info", "notice", "high",
		"critical", "unknown" };

	return names[severity];
}

struct insights_rules
insights_defaults(void)
{
	return (struct insights_rules){
		.window = 7,
		.notice_z = 2,
		.high_z = 3,
		.low_ratio = 0.8,
		.high_ratio = 1.2,
		.channel_min_orders = 30,
		.channel_change = 0.2,
		.concentration = 0.6,
		.shortfall = 0.05,
		.conversion_change = 0.1,
		.revenue_change = 0.1,
		.horizons = 3,
		.horizon = { 7, 30, 90 },
		.interval = 0.8,
		.probability = 0.9,
		.coverage_off = 0.1,
		.votes = 0,
		.incident_critical = 1,
		.incident_high = 0.25,
		.partial = 0.5,
		.bad_rows = 0.01,
		.recent = 14,
		.min_days = 56,
	};
}

const char *
insights_check(const struct insights_rules *r)
{
	if (r->window < 1)
		return "a window needs a day";
	if (!(r->notice_z > 0 && r->high_z >= r->notice_z))
		return "z of a notice must be above 0 and at most that of a "
		       "high finding";
	if (!(r->low_ratio >= 0 && r->high_ratio >= r->low_ratio))
		return "the low ratio must be at most the high ratio";
	if (!(r->interval > 0 && r->interval < 1))
		return "the interval must be between 0 and 1";
	if (!(r->probability >= 0.5 && r->probability <= 1))
		return "the probability must be from 0.5 to 1";
	if (!(r->incident_high >= 0 &&
		r->incident_critical >= r->incident_high))
		return "a critical incident must be at least as large as a "
		       "high one";
	if (r->horizons > INSIGHTS_HORIZONS_MAX)
		return "there are more than 8 horizons";
	for (size_t i = 0; i < r->horizons; i++)
		if (r->horizon[i] == 0 ||
		    (i > 0 && r->horizon[i] <= r->horizon[i - 1]))
			return "horizons must ascend from 1";
	return NULL;
}
