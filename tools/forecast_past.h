/*
 * What aee-forecast learns from forecasts that it would have made in the past:
 * how good they were, settings that would have been better, and intervals that
 * would have been wide enough.
 */
#ifndef AEE_TOOLS_FORECAST_PAST_H
#define AEE_TOOLS_FORECAST_PAST_H

#include "forecast_series.h"

/*
 * As the options ask: choose the settings of s->spec, and test it.  rows are the
 * history and ahead the days that forecasts reach beyond it.  What cannot be
 * done is left in s->past.why.  Returns 0, or -1 if out of memory.
 */
int forecast_past_learn(struct forecast_series *s,
    const struct forecast_options *o, const struct prophet_rows *rows,
    double ahead, struct prophet_workspace *work);

/* Set the bounds of m rows at times t, of which those after the last day with a
 * value get intervals of the errors in the past.  Returns 0, or -1 if out of
 * memory. */
int forecast_past_bounds(struct forecast_series *s,
    const struct forecast_options *o, const double *t, size_t m);

/* Mean absolute errors of the test, and of the seasonal naive forecast, over the
 * rows that have one; NaN without such rows. */
struct forecast_errors {
	double own, naive;
};
struct forecast_errors forecast_past_errors(const struct forecast_series *s);

#endif
