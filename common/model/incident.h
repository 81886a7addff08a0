/*
 * Incidents: the flagged days of a shop told as a few stories, each with what
 * moved, by how much, what it cost and what probably caused it.
 *
 * Flagged days in a row are one incident; masked days and up to `bridge` days
 * that are not flagged may lie between.  What an incident did to a metric is
 * the mean over its days of
 *
 *	d = ln(value / expected)
 *
 * and ln p that of the deviation as a segment (model/scan.h).  Expected is the
 * baseline of detection, except after a step: there it is the level of the day
 * before the step, for the change is the incident.
 *
 * The cause is the one of a few whose pattern fits the deviations of all
 * metrics best.  With s the change of a channel's visitors, v that of their
 * conversion, q that of a category's orders and a that of its order value (all
 * logarithms, 0 if nothing changes):
 *
 *	traffic drop     s < 0, of one channel or of all
 *	tracking outage  s = -v < 0, of one channel or of all: visitors that are
 *	                 not counted still buy
 *	bots             s = -v > 0: visitors that do not buy
 *	payment outage   v < 0 or a < 0 of all alike
 *	promotion        v > 0 of all alike, with what s and a it has, or a > 0
 *	price error      a of each category its own, with one v >= 0 of all
 *	stock-out        q < 0 of one category
 *
 * From each pattern, fitted to the metrics that are its own, follow all the
 * others (totals by the shares of channels and categories).  The misfit is the
 * sum over the metrics of (d - predicted)^2 / (se^2 + 0.03^2), plus 2 for each
 * fitted number; 0.03 and 2 did best on simulated shops (96 % of the events
 * found told right).  If the best pattern leaves more than half of what there
 * was to explain, the cause is unknown, as it is of a rise of visitors who
 * buy, and of sales that slide from day to day (decay).  Totals alone cannot
 * tell a price error or a stock-out; and without sessions fewer orders may be
 * fewer visitors or an outage, or none at all a closed day.
 */
#ifndef AEE_MODEL_INCIDENT_H
#define AEE_MODEL_INCIDENT_H

#include <stddef.h>
#include <stdint.h>

#include "model/detect.h"

enum incident_kind {
	INCIDENT_SPIKE,
	INCIDENT_DIP,
	INCIDENT_STEP,  /* from here on */
	INCIDENT_DECAY, /* a dip that grows from day to day */
	INCIDENT_KINDS
};

enum incident_cause {
	INCIDENT_UNKNOWN,
	INCIDENT_TRAFFIC_DROP,
	INCIDENT_TRACKING_OUTAGE,
	INCIDENT_BOTS,
	INCIDENT_PAYMENT_OUTAGE,
	INCIDENT_PRICE_ERROR,
	INCIDENT_PROMOTION,
	INCIDENT_STOCK_OUT,
	INCIDENT_CAUSES
};

/* Why a pattern that fits is not told as the cause. */
enum incident_doubt {
	INCIDENT_NO_DOUBT,
	INCIDENT_NO_TRAFFIC, /* fewer orders, of who knows how many visitors */
	INCIDENT_CLOSED,     /* no orders at all, and visitors not known */
	INCIDENT_NOTHING     /* neither orders nor visitors */
};

#define INCIDENT_ALL SIZE_MAX /* the cause concerns all members alike */

/* A metric that moved. */
struct incident_metric {
	size_t metric; /* of the set */
	double factor; /* value / expected, geometric mean of the days */
	double ln_p;
};

struct incident {
	size_t start, end; /* first and last day */
	enum incident_kind kind;
	int direction; /* 1 up, -1 down: of the first of revenue, orders,
	                * sessions in total that moved, else of the metric
	                * with the smallest p */
	double ln_p;   /* the least of its days */
	double money;  /* revenue minus what was expected, in its unit, of
	                * start .. end; NaN without revenue */
	enum incident_cause cause;
	enum metric_dimension dimension; /* of the cause, with .. */
	size_t member;                   /* .. its member or INCIDENT_ALL */
	double explained; /* share of the deviations that the cause explains */
	enum incident_cause second; /* the next best cause, and .. */
	double margin;              /* .. how much worse it fits, >= 0 */
	enum incident_doubt doubt;  /* with one, the cause is unknown */
	/* Metrics with ln p below the limit, ascending; never none. */
	struct incident_metric *metric;
	size_t metrics;
};

struct incidents {
	struct incident *incident;
	size_t n;
	size_t *of_day; /* per day: number of the incident, DETECT_NONE */
	size_t days;
};

struct incident_params {
	size_t bridge;      /* days, 1 */
	double metric_ln_p; /* a metric has moved below this, -4.6 (p .01) */
};

void incident_defaults(struct incident_params *params);

/*
 * The incidents of a result of detect_run() on these metrics, in order of time.
 * masked as given there.  Returns 0, or -1 if out of memory; free with
 * incidents_release().
 */
int incidents_find(const struct incident_params *params,
    const struct metrics *set, const struct detect_result *result,
    const int8_t *masked, struct incidents *incidents);

void incidents_release(struct incidents *incidents); /* zeroed is allowed */

/* "spike", "dip", "step", "decay". */
const char *incident_kind_name(enum incident_kind kind);

/* "unknown", "traffic_drop", "tracking_outage", "bots", "payment_outage",
 * "price_error", "promotion", "stock_out". */
const char *incident_cause_name(enum incident_cause cause);

#endif
