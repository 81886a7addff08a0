#include "iforest_judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "iforest_rows.h"
#include "model/iforest.h"
#include "record/cli.h"

void
iforest_judge_init(struct iforest_judge *judge, struct cli *cli,
    const struct iforest *forest, const struct iforest_feature *feature,
    size_t why)
{
	const size_t d = iforest_about(forest).features;

	*judge = (struct iforest_judge){
		.forest = forest, .feature = feature, .k = why == 0 ? 1 : why
	};
	if (judge->k > d)
		judge->k = d;
	judge->phi = calloc(d + 1, sizeof(*judge->phi));
	judge->top = calloc(judge->k + 1, sizeof(*judge->top));
	judge->quantile = calloc(d + 1,
	    IFOREST_QUANTILES * sizeof(*judge->quantile));
	if (judge->phi == NULL || judge->top == NULL ||
	    judge->quantile == NULL ||
	    (why > 0 && iforest_quantiles(forest, judge->quantile) == -1))
		cli_no_memory(cli);
}

void
iforest_judge_row(struct iforest_judge *judge, struct cli *cli,
    const double *row)
{
	if (judge->why == NULL &&
	    (judge->why = iforest_why_new(judge->forest)) == NULL)
		cli_no_memory(cli);
	iforest_why(judge->why, row, judge->phi);
	iforest_why_top(judge->phi, iforest_about(judge->forest).features,
	    judge->k, judge->top);
}

/* Where a value lies in training. */
static const char *
side(const struct iforest_judge *judge, size_t f, double v)
{
	const double median = judge->quantile[IFOREST_QUANTILES * f + 2];

	if (isnan(v))
		return "missing";
	if (judge->feature[f].coded)
		return v < median ? "rare" : v > median ? "common" : "usual";
	return v > median ? "high" : v < median ? "low" : "median";
}

char *
iforest_judge_text(const struct iforest_judge *judge, struct cli *cli,
    const double *row,
    struct field (*field)(const void *context, size_t feature),
    const void *context)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < judge->k; i++) {
		const size_t f = judge->top[i];
		const struct field value = field(context, f);
		const double phi = judge->phi[f];

		if (i > 0 && !(phi > 0))
			break;
		fprintf(to, "%s%s=%.*s%s%s x%.2f", i == 0 ? "" : "; ",
		    judge->feature[f].name, (int)value.n,
		    value.n > 0 ? value.p : "", value.n > 0 ? " " : "",
		    side(judge, f, row[f]),
		    iforest_why_factor(judge->why, phi));
	}
	if (fclose(to) != 0)
		cli_no_memory(cli);
	return text;
}

void
iforest_judge_release(struct iforest_judge *judge)
{
	iforest_why_free(judge->why);
	free(judge->quantile);
	free(judge->phi);
	free(judge->top);
	*judge = (struct iforest_judge){ 0 };
}
