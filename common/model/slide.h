/*
 * The median of a window that slides over a series, kept in order: a value in
 * or out costs a search and a short shift.  For windows of some tens of values,
 * where counting them all beats a binary search whose branches nobody can
 * guess.  Here and not in a .c, to be inlined: it is where detection spends its
 * time.
 */
#ifndef AEE_MODEL_SLIDE_H
#define AEE_MODEL_SLIDE_H

#include <stddef.h>
#include <string.h>

struct slide {
	double *sorted; /* room for the largest window, the caller's */
	size_t n;
};

/* How many values are below this one. */
static inline size_t
slide_rank(const struct slide *s, double value)
{
	size_t even = 0, odd = 0, i = 0;

	for (; i + 4 <= s->n; i += 4) {
		even += s->sorted[i] < value;
		odd += s->sorted[i + 1] < value;
		even += s->sorted[i + 2] < value;
		odd += s->sorted[i + 3] < value;
	}
	for (; i < s->n; i++)
		even += s->sorted[i] < value;
	return even + odd;
}

/* A value, not NaN, comes into the window. */
static inline void
slide_in(struct slide *s, double value)
{
	const size_t i = slide_rank(s, value);

	memmove(s->sorted + i + 1, s->sorted + i,
	    (s->n - i) * sizeof(*s->sorted));
	s->sorted[i] = value;
	s->n++;
}

/* A value that is in the window leaves it. */
static inline void
slide_out(struct slide *s, double value)
{
	const size_t i = slide_rank(s, value);

	s->n--;
	memmove(s->sorted + i, s->sorted + i + 1,
	    (s->n - i) * sizeof(*s->sorted));
}

/* As slide_out(leaving) and slide_in(coming), but quicker: each value from the
 * one that leaves on gives way to its neighbour until the coming one has its
 * place, with no branch that depends on the values. */
static inline void
slide_replace(struct slide *s, double leaving, double coming)
{
	double *x = s->sorted;
	const size_t n = s->n;

	if (coming > leaving) {
		for (size_t i = 0; i + 1 < n; i++) {
			double y = x[i + 1] < coming ? x[i + 1] : coming;

			y = y > x[i] ? y : x[i];
			x[i] = x[i] < leaving ? x[i] : y;
		}
		x[n - 1] = coming > x[n - 1] ? coming : x[n - 1];
	} else {
		for (size_t i = n - 1; i > 0; i--) {
			double y = x[i - 1] > coming ? x[i - 1] : coming;

			y = y < x[i] ? y : x[i];
			x[i] = x[i] > leaving ? x[i] : y;
		}
		x[0] = coming < x[0] ? coming : x[0];
	}
}

/* The middle value or the mean of the two middle ones; n > 0. */
static inline double
slide_median(const struct slide *s)
{
	const double a = s->sorted[(s->n - 1) / 2], b = s->sorted[s->n / 2];

	return a == b ? a : a / 2 + b / 2;
}

/* The same of all but one of the values, which is in the window; n > 1. */
static inline double
slide_median_without(const struct slide *s, double value)
{
	const size_t i = slide_rank(s, value), n = s->n - 1;
	const size_t low = (n - 1) / 2, high = n / 2;
	const double a = s->sorted[low + (low >= i)],
		     b = s->sorted[high + (high >= i)];

	return a == b ? a : a / 2 + b / 2;
}

#endif
