/* What the unit tests share: cmocka, and a comparison of doubles that does not
 * round them to float first, as that of cmocka 1.1.5 does. */
#ifndef AEE_TESTS_UNIT_H
#define AEE_TESTS_UNIT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* |got - want| <= tolerance, absolute; NaN equals only NaN. */
#define assert_near(got, want, tolerance) \
	assert_near_at((got), (want), (tolerance), #got, __FILE__, __LINE__)

static inline void
assert_near_at(double got, double want, double tolerance, const char *what,
    const char *file, int line)
{
	if (isnan(got) && isnan(want))
		return;
	if (fabs(got - want) <= tolerance)
		return;
	print_error("%s is %.17g, not %.17g +- %g\n", what, got, want,
	    tolerance);
	_fail(file, line);
}

#endif
