#include "base/decimal.h"

#include <stdbool.h>
#include <string.h>

#include "base/number.h"

const int64_t decimal_power10[19] = { 1, 10, 100, 1000, 10000, 100000, 1000000,
	10000000, 100000000, 1000000000, INT64_C(10000000000),
	INT64_C(100000000000), INT64_C(1000000000000), INT64_C(10000000000000),
	INT64_C(100000000000000), INT64_C(1000000000000000),
	INT64_C(10000000000000000), INT64_C(100000000000000000),
	INT64_C(1000000000000000000) };

/*
 * Integers of 512 bits in two's complement, least word first.  A sum has 320
 * bits, a factor up to 10^38 127 more, so that nothing here overflows; whether
 * a result fits where it goes is asked once, at the end.
 */
enum { WORDS = 8, SUM_WORDS = 5 };

struct big {
	uint64_t word[WORDS];
};

static bool
big_negative(const struct big *b)
{
	return b->word[WORDS - 1] >> 63 == 1;
}

static struct big
big_from(__int128 v)
{
	uint64_t sign = v < 0 ? UINT64_MAX : 0;
	struct big b;

	b.word[0] = (uint64_t)v;
	b.word[1] = (uint64_t)(v >> 64);
	for (int i = 2; i < WORDS; i++)
		b.word[i] = sign;
	return b;
}

static void
big_add(struct big *b, const struct big *a)
{
	unsigned __int128 carry = 0;

	for (int i = 0; i < WORDS; i++) {
		carry += (unsigned __int128)b->word[i] + a->word[i];
		b->word[i] = (uint64_t)carry;
		carry >>= 64;
	}
}

static void
big_negate(struct big *b)
{
	uint64_t carry = 1;

	for (int i = 0; i < WORDS; i++) {
		b->word[i] = ~b->word[i] + carry;
		carry = carry == 1 && b->word[i] == 0;
	}
}

/* Also right for a negative b: it is b + 2^512 modulo 2^512. */
static void
big_mul(struct big *b, uint64_t factor)
{
	unsigned __int128 carry = 0;

	for (int i = 0; i < WORDS; i++) {
		carry += (unsigned __int128)b->word[i] * factor;
		b->word[i] = (uint64_t)carry;
		carry >>= 64;
	}
}

static void
big_mul_power10(struct big *b, int power)
{
	for (; power >= 18; power -= 18)
		big_mul(b, (uint64_t)decimal_power10[18]);
	big_mul(b, (uint64_t)decimal_power10[power]);
}

/* How many words a b that is not negative really has. */
static int
big_words(const struct big *b)
{
	int n = WORDS;

	while (n > 0 && b->word[n - 1] == 0)
		n--;
	return n;
}

/* Divide b, not negative, and return the remainder. */
static uint64_t
big_div(struct big *b, uint64_t divisor)
{
	unsigned __int128 rest = 0;

	for (int i = big_words(b) - 1; i >= 0; i--) {
		rest = rest << 64 | b->word[i];
		b->word[i] = (uint64_t)(rest / divisor);
		rest %= divisor;
	}
	return (uint64_t)rest;
}

/* Whether b is the same in so many words. */
static bool
big_fits(const struct big *b, int words)
{
	uint64_t sign = b->word[words - 1] >> 63 == 1 ? UINT64_MAX : 0;

	for (int i = words; i < WORDS; i++)
		if (b->word[i] != sign)
			return false;
	return true;
}

/* Of a b that fits into two words. */
static __int128
big_narrow(const struct big *b)
{
	return (__int128)((unsigned __int128)b->word[1] << 64 | b->word[0]);
}

/* ---- a decimal ----------------------------------------------------------- */

static __int128
ten_to_38(void)
{
	return (__int128)decimal_power10[18] * decimal_power10[18] * 100;
}

/* Store mantissa / 10^scale, normalised; -1 if it does not fit. */
static int
store(struct decimal *r, __int128 mantissa, int scale)
{
	/* Most fit into 64 bits, where a division is much cheaper. */
	while (scale > 0 && mantissa != (int64_t)mantissa &&
	    mantissa % 10 == 0) {
		mantissa /= 10;
		scale--;
	}
	if (mantissa == (int64_t)mantissa) {
		int64_t m = (int64_t)mantissa;

		for (; scale > 0 && m % 10 == 0; scale--)
			m /= 10;
		mantissa = m;
	}
	if (scale > DECIMAL_DIGITS || mantissa >= ten_to_38() ||
	    mantissa <= -ten_to_38())
		return -1;
	*r = (struct decimal){ mantissa, scale };
	return 0;
}

static int
store_big(struct decimal *r, struct big *b, int scale)
{
	bool negative = big_negative(b);
	__int128 m;

	if (negative)
		big_negate(b);
	for (; scale > 0 && !big_fits(b, 2); scale--)
		if (big_div(b, 10) != 0)
			return -1;
	if (!big_fits(b, 2))
		return -1;
	m = big_narrow(b);
	return store(r, negative ? -m : m, scale);
}

static bool
fits64(const struct decimal *d)
{
	return d->mantissa == (int64_t)d->mantissa;
}

/* Digits with leading zeros, and zeros at the end that wait for what follows
 * them. */
struct digits {
	__int128 mantissa;
	int64_t zeros; /* not yet in the mantissa */
	int n;         /* significant digits of the mantissa */
};

static bool
add_digits(struct digits *d, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '0') {
			d->zeros += d->n > 0;
			continue;
		}
		if (d->n + d->zeros >= DECIMAL_DIGITS)
			return false;
		for (; d->zeros > 0; d->zeros--, d->n++)
			d->mantissa *= 10;
		d->mantissa = d->mantissa * 10 + (p[i] - '0');
		d->n++;
	}
	return true;
}

static const char *
parse_any(const char *p, size_t n, struct decimal *r)
{
	static const char too_long[] = "has more than 38 digits";
	struct number_parts parts;
	struct digits d = { 0 };
	int64_t exponent;

	if (number_split(p, n, &parts) == -1)
		return "is not a number";
	if (!add_digits(&d, parts.integer, parts.integers) ||
	    !add_digits(&d, parts.fraction, parts.fractions))
		return too_long;
	if (d.n == 0) {
		*r = (struct decimal){ 0 };
		return NULL;
	}
	exponent = parts.exponent - (int64_t)parts.fractions + d.zeros;
	if (exponent < -DECIMAL_DIGITS || d.n + exponent > DECIMAL_DIGITS)
		return too_long;
	for (; exponent > 0; exponent--)
		d.mantissa *= 10;
	r->mantissa = parts.negative ? -d.mantissa : d.mantissa;
	r->scale = (int)-exponent;
	return NULL;
}

static void
take_plain(struct decimal *d, struct number_plain plain)
{
	for (; plain.scale > 0 && plain.mantissa % 10 == 0; plain.scale--)
		plain.mantissa /= 10;
	d->mantissa = plain.negative ? -(__int128)plain.mantissa
				     : (__int128)plain.mantissa;
	d->scale = plain.scale;
}

const char *
decimal_parse(const char *p, size_t n, struct decimal *d)
{
	struct number_plain plain;

	if (!number_plain(p, n, &plain))
		return parse_any(p, n, d);
	take_plain(d, plain);
	return NULL;
}

int
decimal_add(struct decimal *r, const struct decimal *a, const struct decimal *b)
{
	const struct decimal *fine = a->scale > b->scale ? a : b;
	const struct decimal *coarse = a->scale > b->scale ? b : a;
	int shift = fine->scale - coarse->scale;
	struct big x, y;

	if (fits64(fine) && fits64(coarse) && shift <= 18)
		return store(r,
		    coarse->mantissa * decimal_power10[shift] + fine->mantissa,
		    fine->scale);
	x = big_from(coarse->mantissa);
	y = big_from(fine->mantissa);
	big_mul_power10(&x, shift);
	big_add(&x, &y);
	return store_big(r, &x, fine->scale);
}

int
decimal_sub(struct decimal *r, const struct decimal *a, const struct decimal *b)
{
	const struct decimal minus = { -b->mantissa, b->scale };

	return decimal_add(r, a, &minus);
}

int
decimal_mul(struct decimal *r, const struct decimal *a, const struct decimal *b)
{
	unsigned __int128 factor;
	struct big low, high;

	if (fits64(a) && fits64(b))
		return store(r, a->mantissa * b->mantissa, a->scale + b->scale);
	factor = (unsigned __int128)(b->mantissa < 0 ? -b->mantissa
						     : b->mantissa);
	low = high = big_from(b->mantissa < 0 ? -a->mantissa : a->mantissa);
	big_mul(&low, (uint64_t)factor);
	big_mul(&high, (uint64_t)(factor >> 64));
	memmove(high.word + 1, high.word, sizeof(high) - sizeof(*high.word));
	high.word[0] = 0;
	big_add(&low, &high);
	return store_big(r, &low, a->scale + b->scale);
}

double
decimal_double(const struct decimal *d)
{
	const struct decimal_sum sum = { .narrow = d->mantissa,
		.scale = d->scale };

	return decimal_sum_double(&sum);
}

/* ---- a sum --------------------------------------------------------------- */

/* The sum at a scale not below its own. */
static struct big
total(const struct decimal_sum *sum, int scale)
{
	struct big b, narrow = big_from(sum->narrow);

	memcpy(b.word, sum->wide, sizeof(sum->wide));
	for (int i = SUM_WORDS; i < WORDS; i++)
		b.word[i] = sum->wide[SUM_WORDS - 1] >> 63 == 1 ? UINT64_MAX
								: 0;
	big_add(&b, &narrow);
	big_mul_power10(&b, scale - sum->scale);
	return b;
}

static int
add_total(struct decimal_sum *sum, const struct decimal_sum *other)
{
	int scale = sum->scale > other->scale ? sum->scale : other->scale;
	struct big b = total(sum, scale), more = total(other, scale);
	struct decimal_sum r = { .scale = scale };

	big_add(&b, &more);
	if (!big_fits(&b, SUM_WORDS))
		return -1;
	if (big_fits(&b, 2))
		r.narrow = big_narrow(&b);
	else
		memcpy(r.wide, b.word, sizeof(r.wide));
	*sum = r;
	return 0;
}

int
decimal_sum_add_any(struct decimal_sum *sum, const struct decimal *d)
{
	const struct decimal_sum one = { .narrow = d->mantissa,
		.scale = d->scale };

	return add_total(sum, &one);
}

/* v at another scale, where that is no great effort. */
static bool
rescale(__int128 *v, int scale, int to)
{
	return to - scale < 19 &&
	    !__builtin_mul_overflow(*v, (__int128)decimal_power10[to - scale],
		v);
}

int
decimal_sum_merge(struct decimal_sum *sum, const struct decimal_sum *other)
{
	__int128 own = sum->narrow, more = other->narrow;
	int scale = sum->scale > other->scale ? sum->scale : other->scale;

	if (!decimal_sum_is_narrow(sum) || !decimal_sum_is_narrow(other) ||
	    !rescale(&own, sum->scale, scale) ||
	    !rescale(&more, other->scale, scale) ||
	    __builtin_add_overflow(own, more, &own))
		return add_total(sum, other);
	sum->narrow = own;
	sum->scale = scale;
	return 0;
}

void
decimal_sum_negate(struct decimal_sum *sum)
{
	struct big b = total(sum, sum->scale);

	big_negate(&b);
	sum->narrow = 0;
	memcpy(sum->wide, b.word, sizeof(sum->wide));
}

const char *
decimal_sum_parse(const char *p, size_t n, struct decimal_sum *sum)
{
	const char *why, *point;
	struct decimal whole, fraction = { 0 };
	struct decimal_sum parsed = { 0 };

	if ((why = decimal_parse(p, n, &whole)) != NULL) {
		/* Too long for one decimal, it may fit two: each side of the
		 * point by itself. */
		point = memchr(p, '.', n);
		if (point == NULL || memchr(p, 'e', n) != NULL ||
		    memchr(p, 'E', n) != NULL ||
		    decimal_parse(p, (size_t)(point - p), &whole) != NULL ||
		    decimal_parse(point, n - (size_t)(point - p), &fraction) !=
			NULL)
			return why;
		if (*p == '-')
			fraction.mantissa = -fraction.mantissa;
	}
	(void)decimal_sum_add(&parsed, &whole);
	(void)decimal_sum_add(&parsed, &fraction);
	*sum = parsed;
	return NULL;
}

static int
big_sign(const struct big *b)
{
	return big_negative(b) ? -1 : big_words(b) > 0;
}

int
decimal_sum_compare(const struct decimal_sum *a, const struct decimal_sum *b)
{
	int scale = a->scale > b->scale ? a->scale : b->scale;
	struct big x = total(a, scale), y = total(b, scale);

	big_negate(&y);
	big_add(&x, &y);
	return big_sign(&x);
}

int
decimal_sum_sign(const struct decimal_sum *sum)
{
	struct big b = total(sum, sum->scale);

	return big_sign(&b);
}

/* The digits of a b that is not negative, with leading zeros up to least of
 * them, before end.  Returns the first. */
static char *
put_digits(char *end, struct big *b, size_t least)
{
	char *p = end;

	while (big_words(b) > 0) {
		uint64_t part = big_div(b, (uint64_t)decimal_power10[18]);

		for (int i = 0; i < 18; i++) {
			*--p = (char)('0' + part % 10);
			part /= 10;
		}
	}
	while (p < end && *p == '0')
		p++;
	while ((size_t)(end - p) < least)
		*--p = '0';
	return p;
}

/* The digits of any sum, with leading zeros up to least of them, before end;
 * *negative is set to its sign.  Returns the first. */
static char *
sum_digits(char *end, const struct decimal_sum *sum, size_t least,
    bool *negative)
{
	struct big b;

	if (decimal_sum_is_narrow(sum) && sum->narrow == (int64_t)sum->narrow) {
		const int64_t v = (int64_t)sum->narrow;
		uint64_t rest = v < 0 ? -(uint64_t)v : (uint64_t)v;
		char *p = end;

		for (; rest > 0 || (size_t)(end - p) < least; rest /= 10)
			*--p = (char)('0' + rest % 10);
		*negative = v < 0;
		return p;
	}
	b = total(sum, sum->scale);
	*negative = big_negative(&b);
	if (*negative)
		big_negate(&b);
	return put_digits(end, &b, least);
}

size_t
decimal_sum_format(char buf[DECIMAL_TEXT_MAX], const struct decimal_sum *sum)
{
	char digits[180], *end = digits + sizeof(digits), *p, *to = buf;
	size_t scale = (size_t)sum->scale, whole;
	bool negative;

	p = sum_digits(end, sum, scale + 1, &negative);
	if (negative)
		*to++ = '-';
	whole = (size_t)(end - p) - scale;
	memcpy(to, p, whole);
	to += whole;
	p += whole;
	while (end > p && end[-1] == '0')
		end--;
	if (end > p) {
		*to++ = '.';
		memcpy(to, p, (size_t)(end - p));
		to += end - p;
	}
	*to = '\0';
	return (size_t)(to - buf);
}

double
decimal_sum_double(const struct decimal_sum *sum)
{
	const int64_t exact = INT64_C(1) << 53;
	char text[DECIMAL_TEXT_MAX];
	double v = 0;
	size_t n;

	/* Of two exact doubles the quotient is rounded once. */
	if (decimal_sum_is_narrow(sum) && sum->narrow <= exact &&
	    sum->narrow >= -exact && sum->scale <= 18)
		return (double)(int64_t)sum->narrow /
		    (double)decimal_power10[sum->scale];
	n = decimal_sum_format(text, sum);

	/* 97 digits are far from the limit of a double. */
	(void)number_parse(text, n, &v);
	return v;
}
