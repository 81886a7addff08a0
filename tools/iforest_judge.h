/* What aee-iforest says of a row once there is a forest. */
#ifndef AEE_TOOLS_IFOREST_JUDGE_H
#define AEE_TOOLS_IFOREST_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "record/field.h"

struct cli;
struct iforest;
struct iforest_feature;
struct iforest_why;

struct iforest_judge {
	const struct iforest *forest;
	struct iforest_why *why; /* made when first needed */
	const struct iforest_feature *feature;
	double *quantile; /* IFOREST_QUANTILES a feature */
	double *phi;
	size_t *top, k; /* the features that matter most */
};

/* For a forest of these features, both of which outlive it; why: how many of
 * them a text names. */
void iforest_judge_init(struct iforest_judge *judge, struct cli *cli,
    const struct iforest *forest, const struct iforest_feature *feature,
    size_t why);

/* Find the features that raise the score of a row most: judge->top[0 ..]. */
void iforest_judge_row(struct iforest_judge *judge, struct cli *cli,
    const double *row);

/*
 * iforest_why of the row that iforest_judge_row() saw, to be freed: features that
 * raise its score, "name=value high x1.23; ...", field(context, feature) being
 * the value as it stands in the input.
 */
char *iforest_judge_text(const struct iforest_judge *judge, struct cli *cli,
    const double *row,
    struct field (*field)(const void *context, size_t feature),
    const void *context);

void iforest_judge_release(struct iforest_judge *judge);

#endif
