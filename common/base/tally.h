/*
 * A sum of decimals in 16 bytes, for programs that keep many: 64 bits and a
 * scale as long as they hold it, as they do sums of money, and from then on a
 * struct decimal_sum of its own.  As exact as that.
 */
#ifndef AEE_BASE_TALLY_H
#define AEE_BASE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/decimal.h"

/* A zeroed struct is 0. */
struct tally {
	union {
		int64_t mantissa;
		struct decimal_sum *wide; /* where scale is TALLY_WIDE */
	};
	int32_t scale;
	uint32_t tag; /* the owner's: nothing here looks at it */
};

enum { TALLY_WIDE = -1 };

/* The rest of tally_add(). */
int tally_add_any(struct tally *t, const struct decimal *d);

/* Add a decimal: 0; -1 if out of memory; -2 if the sum has too many digits, as
 * base/decimal.h says.  If not 0 the sum is as it was. */
static inline int
tally_add(struct tally *t, const struct decimal *d)
{
	const int64_t m = (int64_t)d->mantissa;
	const unsigned shift = (unsigned)(t->scale - d->scale);
	int64_t next;

	if (m == d->mantissa && shift < 19 &&
	    !__builtin_mul_overflow(m, decimal_power10[shift], &next) &&
	    !__builtin_add_overflow(t->mantissa, next, &next)) {
		t->mantissa = next;
		return 0;
	}
	return tally_add_any(t, d);
}

/* The same with a sum. */
int tally_merge(struct tally *t, const struct decimal_sum *sum);

struct decimal_sum tally_sum(const struct tally *t);

/* Less than, equal to or greater than 0, as a is to b. */
int tally_compare(const struct tally *a, const struct tally *b);

void tally_release(struct tally *t); /* afterwards it is 0 */

#endif
