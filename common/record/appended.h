/*
 * The columns that programs append to what they pass through: for those that
 * look for columns to work on, and must not take a result for one.
 */
#ifndef AEE_RECORD_APPENDED_H
#define AEE_RECORD_APPENDED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether a column of this name is one that a program appends: under its own
 * name; with --prefix, behind a character that is no letter or digit
 * (aov_z_score), for names of two words or more; or any flag, *_anomaly.
 */
bool appended_column(const char *name);

/*
 * Which of the n columns of a header are; what stands beside a name says more
 * than the name.  With yhat_lower, behind a prefix or not, yhat and residual
 * with the same prefix are results, and behind it the components trend, yearly,
 * weekly, daily, holidays and regressors, which are the user's own elsewhere.
 * (Of a seasonality that the user has named, nobody can know.)
 */
void appended_columns(const char *const name[], size_t n, bool result[]);

#endif
