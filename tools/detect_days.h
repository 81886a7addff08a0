/*
 * The days of a shop for aee-detect: sums in total, by channel and by category,
 * in whatever order they come.
 */
#ifndef AEE_TOOLS_DETECT_DAYS_H
#define AEE_TOOLS_DETECT_DAYS_H

#include <stddef.h>
#include <stdint.h>

#include "model/metric.h"
#include "record/field.h"

enum { DAYS_MOST = 36525 }; /* of a shop, from the first to the last */

/* The order of the sums of a day. */
enum { SUM_REVENUE, SUM_ORDERS, SUM_SESSIONS, SUMS };

struct days;

/* NULL if out of memory; free with days_free(). */
struct days *days_new(void);
void days_free(struct days *d); /* NULL is allowed */

/* The number of a member, a new one if it is new; of the total the member has
 * no name.  SIZE_MAX if out of memory. */
size_t days_line(struct days *d, enum metric_dimension dimension,
    struct field member);

/* Say that a line has this sum, on days yet to come. */
void days_has(struct days *d, size_t line, int sum);

/* Set the sums of a day, NaN where not known.  1; 0 if they stand there
 * already; -1 if out of memory; -2 if the days would be too many. */
int days_set(struct days *d, int32_t day, size_t line, const double sum[SUMS]);

/* From the first to the last day that was set; 0 if none was. */
size_t days_count(const struct days *d);
int32_t days_first(const struct days *d);

/* Whether anything was set on the day. */
bool days_seen(const struct days *d, size_t t);

/* A member without sums on a day of which others are known had none. */
void days_fill(struct days *d, size_t t);

/* The n days from t on, as the model wants them: pointers into d and into
 * arrays that the next call changes. */
void days_input(struct days *d, size_t t, size_t n, struct metric_input *input);

/* The member that a metric of such an input is of; no text for a total. */
struct field days_member(const struct days *d, const struct metric *id);

/* The name of a metric: of the kind, and behind an underscore of its member, with
 * category_ before that of a category that is called like a channel; to free.
 * NULL if out of memory. */
char *days_metric_name(const struct days *d, const struct metric *id);

#endif
