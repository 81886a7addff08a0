#include "model/recent.h"

#include <math.h>
#include <stdlib.h>

#include "model/stats.h"

/* The value of the days from..from + window - 1, and how many are known. */
static double
window_value(const double *part, const double *whole, size_t from,
    size_t window, size_t *known)
{
	double sum = 0, all = 0;

	*known = 0;
	for (size_t i = from; i < from + window; i++) {
		if (isnan(part[i]) || (whole != NULL && isnan(whole[i])))
			continue;
		sum += part[i];
		all += whole != NULL ? whole[i] : 0;
		++*known;
	}
	if (*known == 0 || (whole != NULL && all == 0))
		return NAN;
	return whole != NULL ? sum / all : sum;
}

static double
log_change(double now, double base)
{
	return now > 0 && base > 0 ? log(now / base) : NAN;
}

int
recent_change(const double *part, const double *whole, size_t n, size_t window,
    struct recent *recent)
{
	size_t windows = n / window, known;
	double *size, *value, median;

	*recent = (struct recent){ NAN, NAN, 0, 0, NAN, NAN };
	value = calloc(2 * windows + 1, sizeof(*value));
	if (value == NULL)
		return -1;
	size = value + windows;
	for (size_t k = 0; k < windows; k++)
		value[k] = window_value(part, whole, n - (k + 1) * window,
		    window,
		    k == 0       ? &recent->now_n
			: k == 1 ? &recent->base_n
				 : &known);
	if (windows > 0)
		recent->now = value[0];
	if (windows > 1)
		recent->base = value[1];
	if (recent->base > 0)
		recent->change = recent->now / recent->base - 1;
	known = 0;
	for (size_t k = 1; k + 1 < windows; k++) {
		double change = fabs(log_change(value[k], value[k + 1]));

		if (!isnan(change))
			size[known++] = change;
	}
	median = stats_median(size, known);
	if (known >= RECENT_LEAST && median > 0)
		recent->z = log_change(recent->now, recent->base) /
		    (1.4826 * median);
	free(value);
	return 0;
}
