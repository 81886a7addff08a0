/*
 * What aee-report reads: days, and results about them.  NaN, DATE_NONE and ""
 * are missing; texts live as long as the data.
 */
#ifndef AEE_TOOLS_REPORT_DATA_H
#define AEE_TOOLS_REPORT_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct cli;
struct groups;

/* The files beside the consensus; each may be NULL. */
struct report_files {
	const char *kpi, *daily, *by_channel, *explain, *incidents, *backtest,
	    *components;
};

/* A record of the consensus. */
struct report_row {
	int32_t date;
	double value; /* of the column that is forecast */
	double revenue, orders, sessions;
	double yhat, lower, upper;
	double votes, p;
	bool judged, confirmed;
	const char *confirmed_by, *tier, *feature;
};

/* What a channel did on a day, or in the period that begins on it. */
struct report_channel_day {
	int32_t date;
	size_t channel;
	double revenue, orders, sessions;
};

struct report_effect {
	int32_t base_from, base_to, now_from, now_to;
	const char *level, *member, *driver, *verdict;
	double effect, effect_pct, se, q, r0, r1;
};

struct report_incident {
	int32_t from, to;
	const char *name, *kind, *direction, *metrics, *tier, *cause, *evidence;
	const char *label; /* "incident 3: price" */
	double money, p;
};

struct report_accuracy {
	double horizon, mae, mape, smape, coverage, mase, naive_mae;
};

/* A part of the forecast, on each date of the components. */
struct report_component {
	const char *name;
	double *value;
	size_t capacity;
};

struct report_totals {
	const char *file; /* NULL: not given */
	double revenue, orders, rows, bad_rows;
};

struct report_channel_totals {
	double revenue, orders, sessions;
};

struct report_data {
	struct cli *cli;
	struct arena arena;
	const char *column;

	struct report_row *row; /* ascending, each date once */
	size_t rows, row_capacity;
	size_t actual; /* rows up to the last one that has a value */
	int step;      /* days from row to row, as most are; 0: nothing */
	uint64_t records, refused; /* of the consensus */
	bool has_votes, has_forecast, has_orders, has_sessions;
	size_t filled, differing, unknown; /* days of --daily: which gave a
	                                      value, disagree, have no row */

	struct groups *channels;
	struct report_channel_day *channel_day;
	size_t channel_days, channel_day_capacity;
	struct report_channel_totals *channel_total; /* of --kpi */
	size_t channel_total_capacity, channel_totals;

	struct report_totals totals;

	struct report_effect *effect;
	size_t effects, effect_capacity;

	struct report_incident *incident;
	size_t incidents, incident_capacity;

	struct report_accuracy *accuracy;
	size_t accuracies, accuracy_capacity;

	struct report_component *component;
	size_t components, component_capacity;
	int32_t *component_date;
	size_t component_dates, component_date_capacity;
};

/*
 * Read the consensus from paths (n of them; none: standard input) and the other
 * files.  column is what the forecast is about.  Ends the program on an error.
 */
void report_read(struct report_data *data, struct cli *cli, const char *column,
    char *const *paths, size_t n, const struct report_files *files);
void report_release(struct report_data *data);

/* n elements, zeroed; ends the program if there is no memory. */
void *report_need(struct cli *cli, size_t n, size_t size);

/* Name of a channel, a copy. */
const char *report_channel(struct report_data *data, size_t channel);

#endif
