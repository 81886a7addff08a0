/*
 * The rows of a day made one, for aee-consensus: of each detector the harmonic
 * mean p over the rows, and the row with the smallest.
 */
#ifndef AEE_TOOLS_CONSENSUS_ACROSS_H
#define AEE_TOOLS_CONSENSUS_ACROSS_H

#include <stddef.h>
#include <stdint.h>

#include "record/field.h"

struct cli;
struct pivot;
struct across;

/* For n detectors; the pivot, which outlives it, tells the rows of a day apart.
 * Ends the program if out of memory; free with across_free(). */
struct across *across_new(struct cli *cli, const struct pivot *pivot, size_t n);

/* Take a row of a day with the logarithms of its n p, NaN where missing. */
void across_take(struct across *a, size_t day, size_t row, const double *ln_p);

/* All are taken: what follows comes after this. */
void across_end(struct across *a);

/* Calibrate the p of a detector, over the days of each group
 * (model/empirical.h). */
void across_calibrate(struct across *a, size_t detector);

/* The logarithm of a detector's p of a day, NaN if all are missing. */
double across_ln_p(const struct across *a, size_t day, size_t detector);

/* Text k of those that tell its row of the smallest p apart; a missing field
 * where several are equally small. */
struct field across_least(const struct across *a, size_t day, size_t detector,
    size_t k);

void across_free(struct across *a); /* NULL is allowed */

#endif
