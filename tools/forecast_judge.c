#include "forecast_judge.h"

#include <math.h>
#include <stdlib.h>

#include "model/judge.h"

int
forecast_judge_fit(struct forecast_series *s, enum scale scale,
    const struct prophet_rows *history, double *y,
    struct prophet_workspace *work)
{
	struct prophet_rows rows = *history;

	for (size_t i = 0; i < rows.n; i++)
		y[i] = scale_apply(scale, rows.y[i]);
	rows.y = y;
	s->fit = judge_fit(&s->spec, &rows, work);
	return s->fit == NULL ? -1 : 0;
}

int
forecast_judge(struct forecast_series *s, const struct forecast_options *o,
    const double *weight, size_t m)
{
	double *y = calloc(2 * s->n + 1, sizeof(*y));
	const struct prophet_rows rows = {
		.n = s->n, .y = y, .weight = weight
	};
	struct judge_result result = { .z = s->z, .flag = s->flag };

	s->p = calloc(s->n + 1, sizeof(*s->p));
	if (y == NULL || s->p == NULL) {
		free(y);
		return -1;
	}
	result.p = s->p;
	for (size_t i = 0; i < s->n; i++)
		y[i] = scale_apply(o->scale, s->y[i]);
	judge_rows(&rows, s->yhat, o->threshold, y + s->n, &result);
	s->unjudged = isnan(result.spread);
	for (size_t i = 0; i < m; i++) {
		s->yhat[i] = scale_revert(o->scale, s->yhat[i]);
		s->lower[i] = scale_revert(o->scale, s->lower[i]);
		s->upper[i] = scale_revert(o->scale, s->upper[i]);
	}
	for (size_t i = 0; i < s->n; i++)
		s->residual[i] = s->y[i] - s->yhat[i];
	free(y);
	return 0;
}
