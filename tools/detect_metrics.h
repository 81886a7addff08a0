/*
 * The metrics that aee-detect looked at, as records for other detectors: one
 * for each day and metric.
 */
#ifndef AEE_TOOLS_DETECT_METRICS_H
#define AEE_TOOLS_DETECT_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "detect_days.h"
#include "model/detect.h"
#include "model/metric.h"

struct cli;
struct field;
struct recout;

/* Whose metrics they are. */
struct metrics_place {
	const struct field *group; /* values of -g */
	const struct days *days;
	char *const *name; /* of the metrics */
	int32_t first;     /* day 0 */
};

/* Name the columns of records of metrics. */
void detect_metrics_columns(struct cli *cli, struct recout *out);

/* Write the records of a shop, day by day: of the days of which there is
 * anything, every metric that has a value on any day.  masked are the days that
 * are not judged. */
void detect_metrics_write(struct cli *cli, struct recout *out,
    const struct metrics *set, const struct detect_result *result,
    const int8_t *masked, const struct metrics_place *place);

#endif
