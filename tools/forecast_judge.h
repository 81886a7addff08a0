/* Rows of aee-forecast judged by --judge: on a scale, by a model that has not
 * learned from the odd ones (model/judge.h). */
#ifndef AEE_TOOLS_FORECAST_JUDGE_H
#define AEE_TOOLS_FORECAST_JUDGE_H

#include "forecast_series.h"

/* Fit s->fit to a history in its own unit; y has room for its rows on the
 * scale.  -1 if out of memory. */
int forecast_judge_fit(struct forecast_series *s, enum scale scale,
    const struct prophet_rows *history, double *y,
    struct prophet_workspace *work);

/* Judge the n rows of the history, of which yhat is known on the scale, and
 * bring yhat and its bounds of all m rows back to the unit of y.  -1 if out of
 * memory. */
int forecast_judge(struct forecast_series *s, const struct forecast_options *o,
    const double *weight, size_t m);

#endif
