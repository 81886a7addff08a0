/*
 * What a fitted model says of rows, some at a time.  Part of prophet; nobody else
 * needs it.
 */
#ifndef AEE_MODEL_PROPHET_CHUNK_H
#define AEE_MODEL_PROPHET_CHUNK_H

#include "model/prophet_model.h"

enum { PROPHET_CHUNK = 64 };

/* In scaled units. */
struct prophet_chunk {
	size_t from, n; /* rows of the whole */
	double t[PROPHET_CHUNK];
	double trend[PROPHET_CHUNK];
	double slope[PROPHET_CHUNK]; /* of the trend, by the line in a curve;
	                              * or 1 */
	double add[PROPHET_CHUNK];   /* additive terms */
	double share[PROPHET_CHUNK]; /* multiplicative terms */
	double floor[PROPHET_CHUNK]; /* in the unit of y */
};

/* Go to the next rows; false if none is left.  Start from zeros. */
bool prophet_chunk_step(const struct prophet_rows *rows,
    struct prophet_chunk *chunk);

/* The same, and fill in all of it. */
bool prophet_chunk_next(const struct prophet *fit,
    const struct prophet_rows *rows, struct prophet_chunk *chunk);

/* The sums of terms first .. last - 1, each in that of its mode. */
void prophet_chunk_terms(const struct prophet *fit,
    const struct prophet_rows *rows, size_t first, size_t last,
    struct prophet_chunk *chunk);

/*
 * Derivatives of the model, or of its trend alone, by the active parameters of
 * the fit: column k of row i at column[k * PROPHET_CHUNK + i].
 */
void prophet_chunk_derive(const struct prophet *fit,
    const struct prophet_rows *rows, const struct prophet_chunk *chunk,
    bool trend_only, double *column);

/* The variance that the uncertainty of the parameters gives each of n rows of
 * such columns, which are overwritten; in scaled units. */
void prophet_chunk_variance(const struct prophet *fit, double *column, size_t n,
    double *variance);

#endif
