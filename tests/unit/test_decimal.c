#include "base/decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

#include "unit.h"

static struct decimal
dec(const char *text)
{
	struct decimal d = { 0 };
	const char *why = decimal_parse(text, strlen(text), &d);

	if (why != NULL)
		fail_msg("'%s' %s", text, why);
	return d;
}

static struct decimal_sum
sum_of(const char *text)
{
	struct decimal_sum sum = { 0 };
	const struct decimal d = dec(text);

	assert_int_equal(decimal_sum_add(&sum, &d), 0);
	return sum;
}

static void
add(struct decimal_sum *sum, const char *text)
{
	const struct decimal d = dec(text);

	assert_int_equal(decimal_sum_add(sum, &d), 0);
}

static void
assert_sum(const struct decimal_sum *sum, const char *want)
{
	char got[DECIMAL_TEXT_MAX];

	assert_int_equal(decimal_sum_format(got, sum), strlen(want));
	assert_string_equal(got, want);
}

static void
assert_decimal(const struct decimal *d, const char *want)
{
	struct decimal_sum sum = { 0 };

	assert_int_equal(decimal_sum_add(&sum, d), 0);
	assert_sum(&sum, want);
}

static void
decimals_are_read_exactly(void **state)
{
	static const struct {
		const char *text, *want;
		int scale;
	} cases[] = {
		{ "0", "0", 0 },
		{ "-0.000", "0", 0 },
		{ "+12.50", "12.5", 1 },
		{ "12.", "12", 0 },
		{ ".5", "0.5", 1 },
		{ "-.5", "-0.5", 1 },
		{ "1200", "1200", 0 },
		{ "1.2e3", "1200", 0 },
		{ "12E-3", "0.012", 3 },
		{ "1.500e1", "15", 0 },
		{ "538828207.939", "538828207.939", 3 },
		{ "1234.5678901234567", "1234.5678901234567", 13 },
		{ "9999999999999999999", "9999999999999999999", 0 },
		{ "-99999999999999999999", "-99999999999999999999", 0 },
		{ "0000000000000000000000000000000000000000000000012.50",
		    "12.5", 1 },
		{ "0.100000000000000000000000000000000000000000000000", "0.1",
		    1 },
		{ "99999999999999999999999999999999999999",
		    "99999999999999999999999999999999999999", 0 },
		{ "-0.99999999999999999999999999999999999999",
		    "-0.99999999999999999999999999999999999999", 38 },
		{ "1e37", "10000000000000000000000000000000000000", 0 },
		{ "1e-38", "0.00000000000000000000000000000000000001", 38 },
		{ "1000000000000000000000000000000000000000e-39", "1", 0 },
		{ "0.00000000000000000000000000000000000000001e41", "1", 0 },
		{ "0e99999999999999999999", "0", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct decimal d = dec(cases[i].text);

		assert_decimal(&d, cases[i].want);
		assert_int_equal(d.scale, cases[i].scale);
	}
}

static void
what_is_no_decimal_says_why(void **state)
{
	static const char *const no_number[] = { "", "-", ".", "e1", "1e",
		"1,5", "0x1", "nan", "inf", " 1", "1 ", "1..2", "1.2.3",
		"--1" };
	static const char *const too_long[] = {
		"100000000000000000000000000000000000000",
		"123456789012345678901234567890123456789",
		"1234567890123456789.01234567890123456789",
		"0.000000000000000000000000000000000000001", "1e38", "1e-39",
		"1e99999999999999999999", "1e-99999999999999999999",
		"10000000000000000000.00000000000000000001"
	};
	struct decimal d = { 7, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(no_number) / sizeof(*no_number); i++)
		assert_string_equal(decimal_parse(no_number[i],
					strlen(no_number[i]), &d),
		    "is not a number");
	for (size_t i = 0; i < sizeof(too_long) / sizeof(*too_long); i++)
		assert_string_equal(decimal_parse(too_long[i],
					strlen(too_long[i]), &d),
		    "has more than 38 digits");
	assert_true(d.mantissa == 7);
}

static void
decimals_are_added_and_multiplied_exactly(void **state)
{
	static const struct {
		char op;
		const char *a, *b, *want; /* NULL: does not fit */
	} cases[] = {
		{ '+', "0.1", "0.2", "0.3" },
		{ '+', "0.5", "0.5", "1" },
		{ '+', "12.34", "-12.34", "0" },
		{ '-', "1", "0.99", "0.01" },
		{ '-', "1", "1e-37",
		    "0.9999999999999999999999999999999999999" },
		{ '+', "99999999999999999999999999999999999999", "1", NULL },
		{ '+', "1e36", "0.1",
		    "1000000000000000000000000000000000000.1" },
		{ '+', "1e36", "0.01", NULL },
		{ '-', "19e36", "9999999999999999999999999999999999999.9",
		    "9000000000000000000000000000000000000.1" },
		{ '+', "0.99999999999999999999999999999999999999",
		    "0.00000000000000000000000000000000000001", "1" },
		{ '*', "6", "2.55", "15.3" },
		{ '*', "-0.5", "0.5", "-0.25" },
		{ '*', "-3", "-7", "21" },
		{ '*', "0", "99999999999999999999999999999999999999", "0" },
		{ '*', "9999999999999999999", "9999999999999999999",
		    "99999999999999999980000000000000000001" },
		{ '*', "-99999999999999999999", "123456789012345678",
		    "-12345678901234567799876543210987654322" },
		{ '*', "1e19", "1e19", NULL },
		{ '*', "1e-19", "1e-19",
		    "0.00000000000000000000000000000000000001" },
		{ '*', "1e-19", "1e-20", NULL },
		{ '*', "5e-30", "2e-8",
		    "0.0000000000000000000000000000000000001" },
		{ '*', "1e30", "1e-30", "1" },
		{ '*', "0.5000000000000000000000000000000000001", "2",
		    "1.0000000000000000000000000000000000002" },
		{ '*', "12500000000000000000000000000000000000", "8", NULL },
		{ '*', "1.25e-36", "8e-2",
		    "0.0000000000000000000000000000000000001" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct decimal a = dec(cases[i].a), b = dec(cases[i].b);
		struct decimal r = { 7, 0 };
		int status = cases[i].op == '+' ? decimal_add(&r, &a, &b)
		    : cases[i].op == '-'        ? decimal_sub(&r, &a, &b)
						: decimal_mul(&r, &a, &b);

		assert_int_equal(status, cases[i].want == NULL ? -1 : 0);
		assert_decimal(&r, cases[i].want == NULL ? "7" : cases[i].want);
		if (cases[i].op == '+') {
			assert_int_equal(decimal_add(&b, &b, &a), status);
			if (status == 0)
				assert_true(b.mantissa == r.mantissa &&
				    b.scale == r.scale);
		}
	}
}

/* In doubles this is 999999.9998389754. */
static void
ten_million_dimes_are_a_million(void **state)
{
	struct decimal_sum sum = { 0 };
	const struct decimal d = dec("0.1");

	(void)state;
	for (int i = 0; i < 10000000; i++)
		assert_int_equal(decimal_sum_add(&sum, &d), 0);
	assert_sum(&sum, "1000000");
}

static void
cents_are_summed_as_integers_are(void **state)
{
	struct decimal_sum sum = { 0 };
	struct rng rng;
	int64_t cents = 0;
	char text[64];

	(void)state;
	rng_init(&rng, 1, 1);
	for (int i = 0; i < 200000; i++) {
		int64_t c = (int64_t)rng_below(&rng, 100000000) - 30000000;

		snprintf(text, sizeof(text), "%s%" PRId64 ".%02" PRId64,
		    c < 0 ? "-" : "", (c < 0 ? -c : c) / 100,
		    (c < 0 ? -c : c) % 100);
		add(&sum, text);
		cents += c;
	}
	if (cents % 100 == 0) {
		add(&sum, "0.01");
		cents++;
	}
	snprintf(text, sizeof(text), "%" PRId64 ".%02" PRId64, cents / 100,
	    cents % 100);
	if (text[strlen(text) - 1] == '0')
		text[strlen(text) - 1] = '\0';
	assert_sum(&sum, text);
}

/* A text of random size and scale, up to 30 decimals. */
static void
random_text(char *text, struct rng *rng)
{
	size_t whole = (size_t)rng_below(rng, 9);
	size_t decimals = (size_t)rng_below(rng, 31);

	if (rng_below(rng, 50) == 0)
		whole += 30 - decimals;
	if (rng_below(rng, 2) == 0)
		*text++ = '-';
	*text++ = '0';
	while (whole-- > 0)
		*text++ = (char)('0' + rng_below(rng, 10));
	*text++ = '.';
	while (decimals-- > 0)
		*text++ = (char)('0' + rng_below(rng, 10));
	*text = '\0';
}

/* School addition of the columns, as the oracle: digits before and after the
 * point are summed apart for each place. */
struct columns {
	int64_t place[80]; /* place[40] holds the ones */
};

static void
add_columns(struct columns *c, const char *text)
{
	int sign = *text == '-' ? -1 : 1;
	const char *point = strchr(text, '.');

	if (sign < 0)
		text++;
	for (const char *p = text; *p != '\0'; p++)
		if (p < point)
			c->place[40 + (point - p - 1)] += sign * (*p - '0');
		else if (p > point)
			c->place[40 - (p - point)] += sign * (*p - '0');
}

static void
columns_text(char *text, struct columns *c)
{
	int sign = 1, top = 79, least = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < 79; i++) {
			int64_t carry = c->place[i] / 10;

			if (c->place[i] % 10 < 0)
				carry--;
			c->place[i] -= 10 * carry;
			c->place[i + 1] += carry;
		}
		if (c->place[79] >= 0)
			break;
		sign = -1;
		for (int i = 0; i < 80; i++)
			c->place[i] = -c->place[i];
	}
	while (top > 40 && c->place[top] == 0)
		top--;
	while (least < 40 && c->place[least] == 0)
		least++;
	if (sign < 0)
		*text++ = '-';
	for (int i = top; i >= least; i--) {
		if (i == 39)
			*text++ = '.';
		*text++ = (char)('0' + c->place[i]);
	}
	*text = '\0';
}

static void
the_order_and_the_split_do_not_matter(void **state)
{
	enum { COUNT = 3000 };
	static struct decimal d[COUNT];
	struct columns columns = { 0 };
	struct rng rng;
	char want[100];

	(void)state;
	rng_init(&rng, 2, 1);
	for (int i = 0; i < COUNT; i++) {
		char text[100];

		random_text(text, &rng);
		d[i] = dec(text);
		add_columns(&columns, text);
	}
	columns_text(want, &columns);
	for (int round = 0; round < 60; round++) {
		struct decimal_sum part[4] = { 0 }, sum = { 0 };
		int first;

		for (int i = COUNT - 1; i > 0; i--) {
			int j = (int)rng_below(&rng, (uint64_t)i + 1);
			struct decimal swap = d[i];

			d[i] = d[j];
			d[j] = swap;
		}
		for (int i = 0; i < COUNT; i++)
			assert_int_equal(
			    decimal_sum_add(&part[rng_below(&rng, 4)], &d[i]),
			    0);
		first = (int)rng_below(&rng, 4);
		for (int i = 0; i < 4; i++)
			assert_int_equal(decimal_sum_merge(&sum,
					     &part[(first + i) % 4]),
			    0);
		assert_sum(&sum, want);
		assert_near(decimal_sum_double(&sum), strtod(want, NULL), 0);
		/* And back to nothing. */
		for (int i = 0; i < COUNT; i++) {
			const struct decimal minus = { -d[i].mantissa,
				d[i].scale };

			assert_int_equal(decimal_sum_add(&sum, &minus), 0);
		}
		assert_sum(&sum, "0");
		assert_int_equal(decimal_sum_sign(&sum), 0);
	}
}

static void
huge_values_cancel_without_a_trace(void **state)
{
	struct decimal_sum sum = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		add(&sum, "99999999999999999999999999999999999999");
		add(&sum, i % 2 == 0 ? "1e-38" : "3e-38");
	}
	assert_sum(&sum,
	    "99999999999999999999999999999999999999000."
	    "00000000000000000000000000000000002");
	for (int i = 0; i < 1000; i++)
		add(&sum, "-99999999999999999999999999999999999999");
	assert_sum(&sum, "0.00000000000000000000000000000000002");
	add(&sum, "-0.5");
	assert_sum(&sum, "-0.49999999999999999999999999999999998");
	assert_int_equal(decimal_sum_sign(&sum), -1);
}

static void
an_overflow_leaves_the_sum_as_it_was(void **state)
{
	struct decimal_sum sum = sum_of("9e37"), before, fine = { 0 };
	const struct decimal small = dec("-1e-38");
	char text[DECIMAL_TEXT_MAX];
	int doublings = 0;

	(void)state;
	do {
		before = sum;
		assert_true(++doublings < 1000);
	} while (decimal_sum_merge(&sum, &sum) == 0);
	assert_int_equal(decimal_sum_compare(&sum, &before), 0);
	/* 9e37 * 2^192 is the last below 2^319. */
	assert_int_equal(doublings, 193);
	assert_int_equal(decimal_sum_format(text, &sum), 96);
	/* More decimals need more bits than there are. */
	assert_int_equal(decimal_sum_add(&sum, &small), -1);
	assert_int_equal(decimal_sum_compare(&sum, &before), 0);
	/* Comparing needs none. */
	assert_int_equal(decimal_sum_add(&fine, &small), 0);
	assert_true(decimal_sum_compare(&sum, &fine) > 0);
	assert_true(decimal_sum_compare(&fine, &sum) < 0);
}

static void
sums_are_compared_whatever_their_scales(void **state)
{
	static const char *const ascending[] = {
		"-99999999999999999999999999999999999999", "-1.5", "-1",
		"-1e-38", "0", "1e-38", "0.1",
		"0.10000000000000000000000000000000000001", "0.2", "1",
		"1.00000000000000000000000000000000000", "10", "1e37"
	};
	const size_t n = sizeof(ascending) / sizeof(*ascending);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			struct decimal_sum a = sum_of(ascending[i]);
			struct decimal_sum b = sum_of(ascending[j]);
			/* 9 and 10 are the same value. */
			size_t x = i > 9 ? i - 1 : i, y = j > 9 ? j - 1 : j;
			int got = decimal_sum_compare(&a, &b);

			assert_int_equal((got > 0) - (got < 0),
			    (x > y) - (x < y));
			assert_int_equal(decimal_sum_sign(&a),
			    (x > 4) - (x < 4));
		}
}

static void
doubles_are_the_nearest(void **state)
{
	static const char *const text[] = { "0", "0.1", "-0.1", "538828207.939",
		"9007199254740993", "9007199254740992.5",
		"9007199254740993.0000000000000000000001",
		"99999999999999999999999999999999999999", "1e-38",
		"-123456789.123456789123456789",
		"0.30000000000000001665334536937734808635" };
	struct rng rng;

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		struct decimal d = dec(text[i]);

		assert_near(decimal_double(&d), strtod(text[i], NULL), 0);
	}
	rng_init(&rng, 3, 1);
	for (int i = 0; i < 20000; i++) {
		char random[100];
		struct decimal d;

		random_text(random, &rng);
		d = dec(random);
		assert_near(decimal_double(&d), strtod(random, NULL), 0);
	}
}

static void
a_sum_changes_its_sign(void **state)
{
	static const char *const pairs[][2] = {
		{ "0", "0" },
		{ "12.5", "-12.5" },
		{ "-0.00000000000000000000000000000000000001",
		    "0.00000000000000000000000000000000000001" },
		{ "-99999999999999999999999999999999999999",
		    "99999999999999999999999999999999999999" },
	};
	struct decimal_sum wide;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct decimal_sum sum = sum_of(pairs[i][0]);

		decimal_sum_negate(&sum);
		assert_sum(&sum, pairs[i][1]);
		add(&sum, pairs[i][0]);
		assert_sum(&sum, "0");
	}
	wide = sum_of("99999999999999999999999999999999999999");
	add(&wide, "1");
	add(&wide, "0.00000000000000000000000000000000000001");
	decimal_sum_negate(&wide);
	assert_sum(&wide,
	    "-100000000000000000000000000000000000000."
	    "00000000000000000000000000000000000001");
}

static void
what_a_sum_prints_is_read_back(void **state)
{
	static const char *const same[] = { "0", "-0.5", "1200",
		"538828207.9389999998648",
		"12345678901234567890123456789012345678."
		"12345678901234567890123456789012345678",
		"-12345678901234567890123456789012345678."
		"12345678901234567890123456789012345678",
		"-0.00000000000000000000000000000000000001",
		"-1.00000000000000000000000000000000000001" };
	static const char *const others[][2] = { { "1.5e3", "1500" },
		{ "-1E-2", "-0.01" }, { "+7.", "7" } };
	static const char *const wrong[][2] = {
		{ "", "is not a number" },
		{ "1,5", "is not a number" },
		{ "1.2.3", "is not a number" },
		{ "1.+5", "is not a number" },
		{ "123456789012345678901234567890123456789",
		    "has more than 38 digits" },
		{ "1.123456789012345678901234567890123456789",
		    "has more than 38 digits" },
		/* Two halves would be read, but not as one number. */
		{ "12345678901234567890.12345678901234567891e5",
		    "has more than 38 digits" },
		{ "12345678901234567890.12345678901234567891E-5",
		    "has more than 38 digits" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		struct decimal_sum sum = sum_of("99");

		assert_null(decimal_sum_parse(same[i], strlen(same[i]), &sum));
		assert_sum(&sum, same[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct decimal_sum sum;

		assert_null(decimal_sum_parse(others[i][0],
		    strlen(others[i][0]), &sum));
		assert_sum(&sum, others[i][1]);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct decimal_sum sum = sum_of("99");

		assert_string_equal(decimal_sum_parse(wrong[i][0],
					strlen(wrong[i][0]), &sum),
		    wrong[i][1]);
		assert_sum(&sum, "99");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimals_are_read_exactly),
		cmocka_unit_test(what_is_no_decimal_says_why),
		cmocka_unit_test(decimals_are_added_and_multiplied_exactly),
		cmocka_unit_test(ten_million_dimes_are_a_million),
		cmocka_unit_test(cents_are_summed_as_integers_are),
		cmocka_unit_test(the_order_and_the_split_do_not_matter),
		cmocka_unit_test(huge_values_cancel_without_a_trace),
		cmocka_unit_test(an_overflow_leaves_the_sum_as_it_was),
		cmocka_unit_test(sums_are_compared_whatever_their_scales),
		cmocka_unit_test(doubles_are_the_nearest),
		cmocka_unit_test(a_sum_changes_its_sign),
		cmocka_unit_test(what_a_sum_prints_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
