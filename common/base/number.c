#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The fast path of number_format().  A double is m 2^e with an integer m of up
 * to 53 bits.  Its 12 digits are the integer nearest to m 2^e 10^k, where k =
 * 11 - floor(log10(v)).  For k from 0 to 27 that is m 5^k, exact in 128 bits,
 * shifted by e + k; for k below 0 the value is an integer of 64 bits and a
 * rest, divided by 10^-k.  Either way the remainder is exact, and so is the
 * rounding, ties to even as in glibc.
 */
enum { DIGITS = 12, LOWEST = -16, HIGHEST = 19 };

static const uint64_t power5[] = { 1, 5, 25, 125, 625, 3125, 15625, 78125,
	390625, 1953125, 9765625, 48828125, 244140625, 1220703125,
	UINT64_C(6103515625), UINT64_C(30517578125), UINT64_C(152587890625),
	UINT64_C(762939453125), UINT64_C(3814697265625),
	UINT64_C(19073486328125), UINT64_C(95367431640625),
	UINT64_C(476837158203125), UINT64_C(2384185791015625),
	UINT64_C(11920928955078125), UINT64_C(59604644775390625),
	UINT64_C(298023223876953125), UINT64_C(1490116119384765625),
	UINT64_C(7450580596923828125) };

/* 10^LOWEST to 10^HIGHEST, then a stop.  Where the double is a little less
 * than the power and v equals it, v is taken for one digit longer than it is:
 * then it rounds up to the power, as it does the other way. */
static const double power10[] = { 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11,
	1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1,
	1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
	1e15, 1e16, 1e17, 1e18, 1e19, INFINITY };

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536"
    "37383940414243444546474849505152535455565758596061626364656667686970717273"
    "7475767778798081828384858687888990919293949596979899";

/* Decimal digits of v; those of 0 are 1. */
static inline size_t
digits_of(uint64_t v)
{
	static const uint64_t power[] = { 1, 10, 100, 1000, 10000, 100000,
		1000000, 10000000, 100000000, 1000000000, UINT64_C(10000000000),
		UINT64_C(100000000000), UINT64_C(1000000000000),
		UINT64_C(10000000000000), UINT64_C(100000000000000),
		UINT64_C(1000000000000000), UINT64_C(10000000000000000),
		UINT64_C(100000000000000000), UINT64_C(1000000000000000000),
		UINT64_C(10000000000000000000) };
	const unsigned bits = 64 - (unsigned)__builtin_clzll(v | 1);
	const size_t least = bits * 1233 >> 12; /* bits x log10(2) */

	return least + ((v | 1) >= power[least]);
}

size_t
number_put(char *to, uint64_t v)
{
	const size_t n = digits_of(v);
	char *p = to + n;

	for (; v >= 100; v /= 100) {
		p -= 2;
		memcpy(p, pairs + 2 * (v % 100), 2);
	}
	if (v >= 10)
		memcpy(to, pairs + 2 * v, 2);
	else
		*to = (char)('0' + v);
	return n;
}

size_t
number_put_cents(char *to, int64_t cents)
{
	const uint64_t u = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
	const char *part = pairs + 2 * (u % 100);
	char *p = to;

	if (cents < 0)
		*p++ = '-';
	p += number_put(p, u / 100);
	if (u % 100 != 0) {
		*p++ = '.';
		*p++ = part[0];
		if (part[1] != '0')
			*p++ = part[1];
	}
	return (size_t)(p - to);
}

static void
put_six(char *to, uint32_t v)
{
	uint32_t high = v / 10000, low = v % 10000;

	memcpy(to, pairs + 2 * high, 2);
	memcpy(to + 2, pairs + 2 * (low / 100), 2);
	memcpy(to + 4, pairs + 2 * (low % 100), 2);
}

/* The DIGITS digits of a, which is m 2^e and about 10^exponent, as an integer;
 * it may round up to 10^DIGITS. */
static uint64_t
leading_digits(double a, uint64_t m, int e, int exponent)
{
	int k = DIGITS - 1 - exponent;

	if (k >= 0) {
		unsigned __int128 p = (unsigned __int128)m * power5[k];
		int shift = -(e + k); /* 13 to 79 */
		unsigned __int128 half = (unsigned __int128)1 << (shift - 1);
		unsigned __int128 rest = p & (2 * half - 1);
		uint64_t d = (uint64_t)(p >> shift);

		return d + (rest > half || (rest == half && (d & 1) == 1));
	} else {
		uint64_t x = (uint64_t)a, unit = (uint64_t)power10[-k - LOWEST];
		uint64_t d = x / unit, rest = x % unit, half = unit / 2;
		bool more = (double)x != a; /* a is below 2^53 then */

		return d +
		    (rest > half || (rest == half && (more || (d & 1) == 1)));
	}
}

/* d.ddde+xx, of the n digits given. */
static size_t
put_exponent_form(char *buf, const char *digit, size_t n, int exponent)
{
	char *p = buf;
	unsigned size = (unsigned)abs(exponent);

	*p++ = digit[0];
	if (n > 1) {
		*p++ = '.';
		memcpy(p, digit + 1, DIGITS);
		p += n - 1;
	}
	*p++ = 'e';
	*p++ = exponent < 0 ? '-' : '+';
	memcpy(p, pairs + 2 * size, 2);
	p[2] = '\0';
	return (size_t)(p + 2 - buf);
}

/* %.12g of a positive number of the range above. */
static size_t
format12(char *buf, double a)
{
	char digit[2 * DIGITS] = { 0 }; /* room to copy DIGITS from any */
	size_t n = DIGITS, whole;
	uint64_t bits, m, d;
	int binary, exponent;

	memcpy(&bits, &a, sizeof(bits));
	binary = (int)(bits >> 52) - 1023;
	m = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
	exponent = binary * 1233 >> 12; /* floor(binary * log10(2)) */
	if (exponent < LOWEST)
		exponent = LOWEST;
	exponent += a >= power10[exponent + 1 - LOWEST];
	d = leading_digits(a, m, binary - 52, exponent);
	if (d == UINT64_C(1000000000000)) {
		d = UINT64_C(100000000000);
		exponent++;
	}
	put_six(digit, (uint32_t)(d / 1000000));
	put_six(digit + 6, (uint32_t)(d % 1000000));
	if (memcmp(digit + 6, "000000", 6) == 0)
		n = 6;
	while (digit[n - 1] == '0')
		n--;

	if (exponent < -4 || exponent >= DIGITS)
		return put_exponent_form(buf, digit, n, exponent);
	if (exponent < 0) {
		size_t zeros = (size_t)(1 - exponent); /* and the point */

		memcpy(buf, "0.0000", 6);
		memcpy(buf + zeros, digit, DIGITS);
		buf[zeros + n] = '\0';
		return zeros + n;
	}
	whole = (size_t)exponent + 1;
	memcpy(buf, digit, DIGITS);
	if (n <= whole) {
		buf[whole] = '\0';
		return whole;
	}
	buf[whole] = '.';
	memcpy(buf + whole + 1, digit + whole, DIGITS);
	buf[n + 1] = '\0';
	return n + 1;
}

size_t
number_format(char *buf, double v, int precision)
{
	double a = fabs(v);

	if (v == 0) {
		memcpy(buf, "0", 2);
		return 1;
	}
	if (precision == DIGITS && a >= 1e-16 && a < 0x1p64) {
		if (v < 0) {
			buf[0] = '-';
			return 1 + format12(buf + 1, a);
		}
		return format12(buf, a);
	}
	return (size_t)snprintf(buf, NUMBER_TEXT_MAX, "%.*g", precision, v);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
number_plain(const char *p, size_t n, struct number_plain *plain)
{
	const char *end = p + n, *point = NULL;
	uint64_t m = 0;
	size_t digits;

	if (n == 0 || n > 21)
		return false;
	plain->negative = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	digits = (size_t)(end - p);
	for (; p < end && is_digit(*p); p++)
		m = m * 10 + (uint64_t)(*p - '0');
	plain->scale = 0;
	if (p < end && *p == '.') {
		point = p++;
		digits--;
		for (; p < end && is_digit(*p); p++)
			m = m * 10 + (uint64_t)(*p - '0');
		plain->scale = (int)(p - point - 1);
	}
	plain->mantissa = m;
	/* 10^19 is less than 2^64; more digits may have wrapped around. */
	return p == end && digits > 0 && digits <= 19;
}

static const char *
skip_digits(const char *p, const char *end)
{
	while (p < end && is_digit(*p))
		p++;
	return p;
}

int
number_split(const char *p, size_t n, struct number_parts *parts)
{
	const char *end = p + n;

	*parts = (struct number_parts){ 0 };
	if (p < end && (*p == '-' || *p == '+'))
		parts->negative = *p++ == '-';
	parts->integer = p;
	p = skip_digits(p, end);
	parts->integers = (size_t)(p - parts->integer);
	if (p < end && *p == '.')
		p++;
	parts->fraction = p;
	p = skip_digits(p, end);
	/* Without a point there are no digits left here. */
	parts->fractions = (size_t)(p - parts->fraction);
	if (parts->integers + parts->fractions == 0)
		return -1;
	if (p < end && (*p == 'e' || *p == 'E')) {
		bool negative = false;
		int64_t x = 0;

		p++;
		if (p < end && (*p == '-' || *p == '+'))
			negative = *p++ == '-';
		if (p == end)
			return -1;
		for (; p < end && is_digit(*p); p++)
			if (x < INT64_C(10000000000000000))
				x = x * 10 + (*p - '0');
		parts->exponent = negative ? -x : x;
	}
	return p == end ? 0 : -1;
}

/*
 * strtod() on at most KEPT significant digits.  A double or the middle between
 * two has at most 768, so that whether anything follows that many is all that
 * matters of the rest: a digit 1 stands for it.
 */
static double
parse_long(const struct number_parts *parts)
{
	enum { KEPT = 770 };
	char text[KEPT + 32];
	size_t n = 0, digits = parts->integers + parts->fractions;
	int64_t exponent = parts->exponent - (int64_t)parts->fractions;
	bool more = false;
	double v;

	for (size_t i = 0; i < digits; i++) {
		char c = i < parts->integers
		    ? parts->integer[i]
		    : parts->fraction[i - parts->integers];

		if (n == KEPT) {
			more = more || c != '0';
			exponent++;
		} else if (n > 0 || c != '0')
			text[n++] = c;
	}
	if (n == 0)
		return parts->negative ? -0.0 : 0;
	if (more) {
		text[n++] = '1';
		exponent--;
	}
	/* Far beyond the range of a double whatever the digits. */
	if (exponent > 9999)
		exponent = 9999;
	if (exponent < -9999)
		exponent = -9999;
	snprintf(text + n, sizeof(text) - n, "e%d", (int)exponent);
	v = strtod(text, NULL);
	return parts->negative ? -v : v;
}

int
number_parse(const char *p, size_t n, double *v)
{
	struct number_plain plain;
	struct number_parts parts;
	double got;

	/* Both operands are exact, so that the quotient is rounded once. */
	if (number_plain(p, n, &plain) && plain.mantissa < UINT64_C(1) << 53) {
		got = (double)plain.mantissa / power10[plain.scale - LOWEST];
		*v = plain.negative ? -got : got;
		return 0;
	}
	if (number_split(p, n, &parts) == -1)
		return -1;
	got = parse_long(&parts);
	if (isinf(got))
		return -1;
	*v = got;
	return 0;
}

int
number_parse_int(const char *p, size_t n, int64_t *v)
{
	const char *end = p + n;
	bool negative = false;
	int64_t x = 0;

	if (p < end && (*p == '-' || *p == '+'))
		negative = *p++ == '-';
	if (p == end)
		return -1;
	for (; p < end; p++) {
		int digit = *p - '0';

		if (!is_digit(*p) || __builtin_mul_overflow(x, 10, &x) ||
		    __builtin_add_overflow(x, negative ? -digit : digit, &x))
			return -1;
	}
	*v = x;
	return 0;
}
