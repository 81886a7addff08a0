/*
 * Records of which several make one row of a forest: those of a day, which
 * columns tell apart (aee-iforest --across).
 */
#ifndef AEE_TOOLS_IFOREST_ACROSS_H
#define AEE_TOOLS_IFOREST_ACROSS_H

#include <stddef.h>

struct cli;
struct groups;
struct iforest_options;
struct iforest_rows;
struct iforest_across;
struct recin;
struct table;

/* Read all records into a table, and their values.  Ends the program on what is
 * bad; free with iforest_across_free(). */
struct iforest_across *iforest_across_read(struct cli *cli,
    const struct iforest_options *o, struct recin *in, struct table *table);

/* The days with a value as rows, and a feature for each combination of the
 * columns that tell records apart, in order of first appearance.  The names of
 * the features live as long as a.  Returns the group of each row, found in
 * groups, an array to free. */
size_t *iforest_across_rows(struct iforest_across *a, struct iforest_rows *rows,
    struct groups *groups);

/* The row of record i; SIZE_MAX if its day has no value. */
size_t iforest_across_row(const struct iforest_across *a, size_t i);

void iforest_across_free(struct iforest_across *a); /* NULL is allowed */

#endif
