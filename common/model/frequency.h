/*
 * Frequency coding of categories: a category becomes the number
 * log2(1 + how often it came in training), so that rare ones lie at the end and
 * an isolation forest cuts them off early; one that never came is 0.
 *
 * Categories are numbers from 0 on that the caller gives to texts.
 */
#ifndef AEE_MODEL_FREQUENCY_H
#define AEE_MODEL_FREQUENCY_H

#include <stddef.h>
#include <stdint.h>

#define FREQUENCY_MISSING SIZE_MAX /* instead of a category: no value */

/* Zeroed at first. */
struct frequency {
	uint64_t *count; /* of category 0 .. n - 1 */
	size_t n, cap;
};

/* Count a category this many times; a missing one is not counted.  Returns 0,
 * or -1 if out of memory. */
int frequency_add(struct frequency *f, size_t category, uint64_t times);

/* log2(1 + count); NaN for a missing one. */
double frequency_code(const struct frequency *f, size_t category);

void frequency_release(struct frequency *f);

#endif
