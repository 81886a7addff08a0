/*
 * The inside of a fitted model.  Part of prophet; nobody else needs it.
 */
#ifndef AEE_MODEL_PROPHET_MODEL_H
#define AEE_MODEL_PROPHET_MODEL_H

#include "model/prophet.h"

struct prophet {
	struct prophet_values values;
	struct prophet_spec spec;
	struct prophet_seasonality *seasonality;
	struct prophet_feature *feature;
	double *numbers; /* what the pointers in values point to */
	size_t *active;
};

/* Mean size of the changes of slope, in scaled units. */
double prophet_slope_change(const struct prophet_values *values);

/* What is left of the last residual at a scaled time after the history. */
double prophet_carried(const struct prophet_values *values, double t);

/* What a row so many days before the last one weighs, by the half-life. */
double prophet_decay(const struct prophet_spec *spec, double days);

/* The log posterior of values, whose parameters leave the sum rss of squared
 * residuals of rows that weigh n; see prophet_log_posterior(). */
double prophet_posterior(const struct prophet_spec *spec,
    const struct prophet_values *values, double n, double rss);

#endif
