#include "model/counting.h"

#include <math.h>
#include <stdbool.h>

#include "model/slide.h"

#define MARGIN 0.5 /* is added to counts, here and in the metrics */

static bool
is_mean(enum metric_kind kind)
{
	return kind == METRIC_AOV || kind == METRIC_PRICE_INDEX;
}

static double
nearer_0(double z, double most)
{
	return copysign(fmin(fabs(z), fabs(most)), z);
}

/* Of a count c where c0 was expected. */
static double
of_count(double c, double c0)
{
	return 2 * (sqrt(c) - sqrt(c0));
}

/* Of a count c that is a part, its value on the scale being odds or a share. */
static double
of_share(enum metric_scale scale, double y, double expected, double c)
{
	double v = metric_value(scale, y), v0 = metric_value(scale, expected);
	double n, p, p0;

	if (scale == METRIC_LOG) {
		p = v / (1 + v);
		p0 = v0 / (1 + v0);
	} else {
		p = v;
		p0 = v0;
	}
	if (!(p > 0))
		return INFINITY;
	n = c / p;
	return 2 * sqrt(n) *
	    (asin(sqrt(fmin(1, p))) - asin(sqrt(fmax(0, fmin(1, p0)))));
}

double
counting_z(const struct metric *id, enum metric_scale scale,
    const struct counting_day *day)
{
	const double c = day->events + MARGIN, expected = day->y - day->r;
	double ratio;

	if (isnan(c) || isnan(day->z) || day->usual >= COUNTING_MANY)
		return day->z;
	switch (id->kind) {
	case METRIC_AOV:
	case METRIC_PRICE_INDEX:
		return day->events < day->usual
		    ? day->z * sqrt(day->events / day->usual)
		    : day->z;
	case METRIC_ORDER_SHARE:
		return nearer_0(day->z, of_share(scale, day->y, expected, c));
	case METRIC_REVENUE_SHARE:
		return day->z;
	default:
		break;
	}
	ratio = scale == METRIC_LOG
	    ? exp(-day->r)
	    : metric_value(scale, expected) / metric_value(scale, day->y);
	if (id->kind != METRIC_REVENUE)
		return nearer_0(day->z, of_count(c, c * ratio));
	if (isnan(day->usual))
		return day->z;
	return nearer_0(day->z,
	    of_count((day->usual + MARGIN) / ratio, day->usual + MARGIN));
}

double
counting_noise(const struct metric *id, enum metric_scale scale, double y,
    double events)
{
	const double of_log = 1 / sqrt(events + MARGIN);

	if (isnan(events) || events >= COUNTING_MANY || is_mean(id->kind))
		return 0;
	if (scale == METRIC_LOG)
		return of_log;
	return of_log * (scale == METRIC_SQRT ? fabs(y) / 2 : fabs(y));
}

void
counting_usual(const double *events, size_t n, double *usual)
{
	double sorted[2 * COUNTING_DAYS + 1];
	struct slide window = { sorted, 0 };

	for (size_t t = 0; t < n + COUNTING_DAYS; t++) {
		/* There is room for no more than the window. */
		if (t > 2 * COUNTING_DAYS &&
		    !isnan(events[t - 2 * COUNTING_DAYS - 1]))
			slide_out(&window, events[t - 2 * COUNTING_DAYS - 1]);
		if (t < n && !isnan(events[t]))
			slide_in(&window, events[t]);
		if (t < COUNTING_DAYS)
			continue;
		usual[t - COUNTING_DAYS] = window.n > 0 ? slide_median(&window)
							: NAN;
	}
}
