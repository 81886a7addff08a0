/*
 * Exact decimals, for money: a value is mantissa / 10^scale.  Sums of any
 * number of them are exact too, so that neither the order of the rows nor the
 * way a file was split changes a digit.
 */
#ifndef AEE_BASE_DECIMAL_H
#define AEE_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DECIMAL_DIGITS 38    /* of a mantissa, and the largest scale */
#define DECIMAL_TEXT_MAX 112 /* bytes of any sum as text, with the NUL */

/* Normalised: |mantissa| < 10^38, 0 <= scale <= 38, and the fraction has no
 * trailing zeros.  A zeroed struct is 0. */
struct decimal {
	__int128 mantissa;
	int scale;
};

/*
 * Read a number in the grammar of base/number.h.  Exponents are resolved
 * exactly; leading zeros and trailing zeros of the fraction do not count.
 * Returns NULL, or what is wrong with the text: "is not a number", "has more
 * than 38 digits" (before and after the point together, or after it alone).
 * *d is set only with NULL.
 */
const char *decimal_parse(const char *p, size_t n, struct decimal *d);

/*
 * Digits and perhaps a point with one or two of them behind it, 1 to 8 bytes in
 * all, as most prices are, where 8 bytes may be read.  False: anything else.
 * The text becomes eight digits in one word, the last in the highest byte; their
 * sum is from D. Lemire, "Number Parsing at a Gigabyte per Second", 2021.
 */
static inline bool
decimal_parse_short(const char *p, size_t n, struct decimal *d)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	const uint64_t each = UINT64_C(0x0101010101010101);
	const uint64_t pair = UINT64_C(0x000000ff000000ff);
	unsigned fill = (unsigned)(8 - n) * 8;
	const uint64_t point = '.' ^ '0';
	int scale = 0;
	uint64_t w;

	if (n - 1 > 7)
		return false;
	memcpy(&w, p, 8);
	/* Digits are 0 to 9 now; the last byte to the top, zeros before the
	 * first, and none where the point was. */
	w = (w ^ '0' * each) << fill;
	if ((w >> 40 & 0xff) == point) {
		w = (w & UINT64_C(0xffff) << 48) |
		    (w & UINT64_C(0xffffffffff)) << 8;
		scale = 2;
	} else if ((w >> 48 & 0xff) == point) {
		w = (w & UINT64_C(0xff) << 56) |
		    (w & UINT64_C(0xffffffffffff)) << 8;
		scale = 1;
	}
	if (((w | (w + 6 * each)) & 0xf0 * each) != 0)
		return false;
	/* Zeros at the end of the fraction do not count. */
	for (; scale > 0 && w >> 56 == 0; scale--)
		w <<= 8;
	w = w * 10 + (w >> 8);
	w = ((w & pair) * (100 + (UINT64_C(1000000) << 32)) +
		(w >> 16 & pair) * (1 + (UINT64_C(10000) << 32))) >>
	    32;
	d->mantissa = (int64_t)w;
	d->scale = scale;
	return true;
#else
	(void)p, (void)n, (void)d;
	return false;
#endif
}

/* decimal_parse() where 8 bytes may be read: faster. */
static inline const char *
decimal_parse_padded(const char *p, size_t n, struct decimal *d)
{
	return decimal_parse_short(p, n, d) ? NULL : decimal_parse(p, n, d);
}

/* Exact; r may be a or b.  Return 0, or -1 if the result does not fit into 38
 * digits: then *r is as it was. */
int decimal_add(struct decimal *r, const struct decimal *a,
    const struct decimal *b);
int decimal_sub(struct decimal *r, const struct decimal *a,
    const struct decimal *b);
int decimal_mul(struct decimal *r, const struct decimal *a,
    const struct decimal *b);

/* The nearest double, ties to even. */
double decimal_double(const struct decimal *d);

/*
 * A sum; a zeroed struct is 0, and a copy is a sum of its own.  Its fields are
 * for the functions below: the sum is narrow + wide (two's complement, least
 * word first), over 10^scale, where scale is the largest one seen.
 *
 * It overflows when |sum| 10^scale reaches 2^319, about 10^96: values of 38
 * digits before the point and others of 38 after it, in one sum of more than
 * 10^19 rows.
 */
struct decimal_sum {
	__int128 narrow;
	uint64_t wide[5];
	int scale;
};

extern const int64_t decimal_power10[19];

/* The rest of decimal_sum_add(), for what is not common. */
int decimal_sum_add_any(struct decimal_sum *sum, const struct decimal *d);

/* Add to the sum.  Return 0, or -1 on overflow: then the sum is as it was. */
static inline int
decimal_sum_add(struct decimal_sum *sum, const struct decimal *d)
{
	int64_t m = (int64_t)d->mantissa;
	unsigned shift = (unsigned)(sum->scale - d->scale);
	__int128 next;

	if (m == d->mantissa && shift < 19 &&
	    !__builtin_add_overflow(sum->narrow,
		(__int128)m * decimal_power10[shift], &next)) {
		sum->narrow = next;
		return 0;
	}
	return decimal_sum_add_any(sum, d);
}

int decimal_sum_merge(struct decimal_sum *sum, const struct decimal_sum *other);

/* Whether the sum is narrow alone. */
static inline bool
decimal_sum_is_narrow(const struct decimal_sum *sum)
{
	const uint64_t *w = sum->wide;

	return (w[0] | w[1] | w[2] | w[3] | w[4]) == 0;
}

/* Change the sign. */
void decimal_sum_negate(struct decimal_sum *sum);

/* Read a sum that decimal_sum_format() wrote: as decimal_parse(), but with up
 * to 38 digits before and 38 after the point.  *sum is set only with NULL. */
const char *decimal_sum_parse(const char *p, size_t n, struct decimal_sum *sum);

/* Less than, equal to or greater than 0, as a is to b or the sum is to 0. */
int decimal_sum_compare(const struct decimal_sum *a,
    const struct decimal_sum *b);
int decimal_sum_sign(const struct decimal_sum *sum);

/* Write all digits of the sum and a NUL: "0", "-0.5", "1200", never an
 * exponent, a trailing zero after the point or "-0".  Returns the length. */
size_t decimal_sum_format(char buf[DECIMAL_TEXT_MAX],
    const struct decimal_sum *sum);

/* The double nearest to the sum, ties to even. */
double decimal_sum_double(const struct decimal_sum *sum);

#endif
