/*
 * The columns that programs append to what they pass through: for those that
 * look for columns to work on, and must not take a result for one.
 */
#ifndef AEE_RECORD_APPENDED_H
#define AEE_RECORD_APPENDED_H

#include <stdbool.h>

/*
 * Whether a column of this name is one that a program appends: under its own
 * name; with --prefix, behind a character that is no letter or digit
 * (aov_z_score), for names of two words or more; or any flag, *_anomaly.
 */
bool appended_column(const char *name);

#endif
