/*
 * Numbers as text, both ways, without locale: a point, never a comma.
 */
#ifndef AEE_BASE_NUMBER_H
#define AEE_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_TEXT_MAX 40 /* bytes, with the NUL */

/*
 * Write v, finite, as printf's %.*g does with this precision (1 to 17
 * significant digits), and a NUL; but a negative zero is "0".  buf has
 * NUMBER_TEXT_MAX bytes, of which those after the NUL may change too.  Returns
 * the length of the text.
 *
 * Precision 12 from 1e-16 to 2^64 takes an exact path of integers, many times
 * faster than snprintf(), which does the rest.
 */
size_t number_format(char *buf, double v, int precision);

/* Write v, of up to NUMBER_DIGITS_MAX digits; and cents as units, without a
 * fraction of 0 or a trailing 0 (1250: 12.5), in up to NUMBER_CENTS_MAX bytes.
 * No NUL.  Returns the length of the text. */
#define NUMBER_DIGITS_MAX 20
#define NUMBER_CENTS_MAX 22
size_t number_put(char *to, uint64_t v);
size_t number_put_cents(char *to, int64_t cents);

/*
 * The grammar of a number, here and in decimal_parse():
 *
 *	[+-] digits [. digits] [(e|E) [+-] digits]
 *
 * where the digits before or after the point may be missing, but not both.
 * Nothing else: no blanks, no hexadecimal, no nan, no inf.  The text is the n
 * bytes at p; it needs no NUL after it, and n may be of any size.
 */

/* The double nearest to the text, ties to even.  Returns 0, or -1 if it is no
 * number or is too large for a double; *v is set only with 0. */
int number_parse(const char *p, size_t n, double *v);

/* [+-] digits.  Returns 0, or -1 if it is anything else or does not fit; *v is
 * set only with 0. */
int number_parse_int(const char *p, size_t n, int64_t *v);

/* A number of up to 19 digits, leading zeros among them, without exponent:
 * mantissa / 10^scale. */
struct number_plain {
	uint64_t mantissa;
	int scale;
	bool negative;
};

/* Read the text of most numbers, fast.  False if it is not of that kind, which
 * says nothing on whether it is a number. */
bool number_plain(const char *p, size_t n, struct number_plain *plain);

/* The parts of the text of any number. */
struct number_parts {
	const char *integer, *fraction; /* digits before and after the point */
	size_t integers, fractions;     /* how many; not both are 0 */
	int64_t exponent;               /* kept within +-10^17 */
	bool negative;
};

/* Returns 0, or -1 if the text is not a number. */
int number_split(const char *p, size_t n, struct number_parts *parts);

#endif
