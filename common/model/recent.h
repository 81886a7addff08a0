/*
 * The last days of a series against as many before them, and whether such a
 * change is unusual for this series.
 *
 * The days are cut into windows from the last one backwards.  With w(0) the
 * sum of the last window, w(1) that of the one before and so on,
 *
 *	z = ln(w(0) / w(1)) / (1.4826 median of |ln(w(k) / w(k + 1))|, k >= 1)
 *
 * the median absolute deviation from no change, which a few odd weeks do not
 * move; 1.4826 makes it the standard deviation where changes are normal.
 */
#ifndef AEE_MODEL_RECENT_H
#define AEE_MODEL_RECENT_H

#include <stddef.h>

enum { RECENT_LEAST = 8 }; /* changes of the past that z needs */

struct recent {
	double now, base;     /* of the last window and the one before */
	size_t now_n, base_n; /* values in them that are known */
	double change;        /* now / base - 1 */
	double z;
};

/*
 * Compare the last window (> 0) of n values with the one before.  A window's
 * value is the sum of part; or, with whole not NULL, the sum of part over that
 * of whole, of the days that have both.  NaN is a missing value and left out; a
 * window without any value, or that does not fit, is NaN.  change is NaN unless
 * base is positive; z is NaN unless both are, RECENT_LEAST changes before are
 * known, and their median is not 0.  Returns 0, or -1 if out of memory.
 */
int recent_change(const double *part, const double *whole, size_t n,
    size_t window, struct recent *recent);

#endif
