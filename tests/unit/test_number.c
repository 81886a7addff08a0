#include "base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

#include "unit.h"

static int
same_as_printf(double v, int precision)
{
	char got[NUMBER_TEXT_MAX], want[NUMBER_TEXT_MAX];
	size_t n;

	n = number_format(got, v, precision);
	snprintf(want, sizeof(want), "%.*g", precision, v);
	if (v == 0)
		strcpy(want, "0");
	if (n == strlen(want) && strcmp(got, want) == 0)
		return 1;
	print_error("%a: got '%s', not '%s'\n", v, got, want);
	return 0;
}

/* v, its neighbours, and their negatives. */
static void
check_around(double v)
{
	const double x[] = { v, nextafter(v, INFINITY), nextafter(v, 0) };

	for (size_t i = 0; i < 3; i++)
		if (isfinite(x[i])) {
			assert_true(same_as_printf(x[i], 12));
			assert_true(same_as_printf(-x[i], 12));
		}
}

static void
twelve_digits_of_random_bits_are_those_of_printf(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, 1);
	for (int i = 0; i < 700000; i++) {
		uint64_t bits = rng_u64(&rng);
		double v;

		memcpy(&v, &bits, sizeof(v));
		if (isfinite(v))
			assert_true(same_as_printf(v, 12));
	}
}

static void
twelve_digits_of_usual_sizes_are_those_of_printf(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 2, 1);
	for (int i = 0; i < 1200000; i++) {
		/* Exponents -70 to 70: the fast path and a little beyond. */
		double v = ldexp(1 + rng_uniform(&rng),
		    (int)rng_below(&rng, 141) - 70);

		assert_true(same_as_printf(v, 12));
	}
}

static void
twelve_digits_of_short_decimals_are_those_of_printf(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 3, 1);
	for (int i = 0; i < 400000; i++) {
		static const uint64_t limit[] = { 10, 10000, 10000000,
			UINT64_C(10000000000000), UINT64_C(1) << 53 };
		double m = (double)rng_below(&rng, limit[i % 5]);
		double v = m / pow(10, (double)rng_below(&rng, 18));

		assert_true(same_as_printf(v, 12));
		assert_true(same_as_printf(m, 12));
	}
}

/* Thirteen digits of which the last is a 5 and that a double holds exactly. */
static void
ties_are_rounded_to_even_as_printf_does(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 4, 1);
	for (int i = 0; i < 60000; i++) {
		double k = (double)(rng_below(&rng, UINT64_C(900000000000)) +
		    UINT64_C(100000000000));

		check_around(k + 0.5);
		check_around(k * 10 + 5);
		check_around(k * 100 + 50);
		check_around(floor(k / 10) + 0.25);
		check_around(floor(k / 10) + 0.75);
		check_around(floor(k / 1000) + 0.0625);
		check_around((double)(i + 1) - 0.5);
	}
}

static void
powers_and_their_neighbours_are_those_of_printf(void **state)
{
	(void)state;
	for (int i = -324; i <= 308; i++) {
		char text[32];

		snprintf(text, sizeof(text), "1e%d", i);
		check_around(strtod(text, NULL));
		snprintf(text, sizeof(text), "9.99999999999e%d", i);
		check_around(strtod(text, NULL));
		snprintf(text, sizeof(text), "9.999999999995e%d", i);
		check_around(strtod(text, NULL));
	}
	for (int i = -1074; i <= 1023; i++)
		check_around(ldexp(1, i));
	for (int i = 1; i < 200000; i++)
		assert_true(same_as_printf(i, 12));
}

static void
every_precision_is_that_of_printf(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 5, 1);
	for (int i = 0; i < 20000; i++) {
		double v = ldexp(rng_uniform(&rng) - 0.5,
		    (int)rng_below(&rng, 201) - 100);

		assert_true(same_as_printf(v, 1 + i % 17));
	}
}

static void
zero_has_no_sign(void **state)
{
	char buf[NUMBER_TEXT_MAX];

	(void)state;
	assert_int_equal(number_format(buf, -0.0, 12), 1);
	assert_string_equal(buf, "0");
	assert_int_equal(number_format(buf, -0.0, 17), 1);
	assert_string_equal(buf, "0");
	assert_int_equal(number_format(buf, 0.0, 12), 1);
	assert_string_equal(buf, "0");
}

static void
assert_parses(const char *text, double want)
{
	double v = NAN;

	if (number_parse(text, strlen(text), &v) == -1)
		fail_msg("'%s' does not parse", text);
	if (memcmp(&v, &want, sizeof(v)) != 0)
		fail_msg("'%s' is %a, not %a", text, v, want);
}

static void
numbers_of_the_grammar_are_read(void **state)
{
	(void)state;
	assert_parses("0", 0);
	assert_parses("-0", -0.0);
	assert_parses("+5", 5);
	assert_parses("5.", 5);
	assert_parses(".5", 0.5);
	assert_parses("-12.50", -12.5);
	assert_parses("1e3", 1000);
	assert_parses("1E+3", 1000);
	assert_parses("25e-1", 2.5);
	assert_parses("0.1", 0.1);
	assert_parses("000000000000000000000000000000001.5", 1.5);
	assert_parses("0e999999999999999999999", 0);
	assert_parses("-1e-400", -0.0);
	assert_parses("1e-99999999999999999999999", 0);
	assert_parses("1.7976931348623157e308", 0x1.fffffffffffffp1023);
	assert_parses("5e-324", 0x1p-1074);
	assert_parses("538828207.939", 538828207.939);
}

static void
anything_else_is_not_a_number(void **state)
{
	static const char *const bad[] = { "", "+", "-", ".", "-.", "e5", ".e5",
		"1e", "1e+", "1e-", "1.2.3", "1,5", " 1", "1 ", "0x10", "nan",
		"inf", "infinity", "--1", "+-1", "1e5.", "1e5e5", "1f", "1_0",
		"1e309", "-1e309", "1e99999999999999999999",
		"1.7976931348623159e308" };
	double v = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (number_parse(bad[i], strlen(bad[i]), &v) != -1 || v != 7)
			fail_msg("'%s' parses", bad[i]);
	assert_int_equal(number_parse("1\0", 2, &v), -1);
	/* Only the bytes given count. */
	assert_int_equal(number_parse("12345", 2, &v), 0);
	assert_true(v == 12);
}

static void
parsing_rounds_as_strtod_does(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 6, 1);
	for (int i = 0; i < 300000; i++) {
		char text[64];

		switch (i % 4) {
		case 0:
			snprintf(text, sizeof(text), "%" PRIu64 "e%d",
			    rng_u64(&rng), (int)rng_below(&rng, 660) - 345);
			break;
		case 1:
			snprintf(text, sizeof(text), "%" PRIu64 ".%" PRIu64,
			    rng_below(&rng, 100000), rng_u64(&rng));
			break;
		case 2:
			snprintf(text, sizeof(text), "0.%0*" PRIu64,
			    1 + (int)rng_below(&rng, 22),
			    rng_below(&rng, UINT64_C(1) << 54));
			break;
		default:
			snprintf(text, sizeof(text), "%" PRIu64,
			    (UINT64_C(1) << 53) + rng_below(&rng, 1000000));
			break;
		}
		if (!isinf(strtod(text, NULL)))
			assert_parses(text, strtod(text, NULL));
	}
}

/* 2^-1075 has 752 significant digits and is in the middle between 0 and the
 * least double: whether anything follows them decides. */
static void
a_very_long_number_is_rounded_correctly(void **state)
{
	static char text[20000];
	int n;

	(void)state;
	n = snprintf(text, sizeof(text), "%.1100Lf", ldexpl(1, -1075));
	assert_parses(text, 0);
	text[n - 1] = '1';
	assert_parses(text, 0x1p-1074);
	n = snprintf(text, sizeof(text), "9007199254740993.");
	memset(text + n, '0', 15000);
	text[n + 15000] = '\0';
	assert_parses(text, 9007199254740992.0);
	text[n + 14999] = '1';
	assert_parses(text, 9007199254740994.0);
	memset(text, '0', 10000);
	memcpy(text + 10000, "1e-2", 5);
	assert_parses(text, 0.01);
	text[0] = '1';
	memset(text + 1, '0', 10000);
	memcpy(text + 10001, "e-10000", 8);
	assert_parses(text, 1);
	memcpy(text, "0.", 2);
	memset(text + 2, '0', 10000);
	memcpy(text + 10002, "25e10002", 9);
	assert_parses(text, 25);
}

static void
integers_are_read_up_to_64_bits(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} good[] = { { "0", 0 }, { "-0", 0 }, { "+17", 17 }, { "007", 7 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN } };
	static const char *const bad[] = { "", "-", "+", "1.0", "1e3", " 1",
		"1 ", "9223372036854775808", "-9223372036854775809",
		"99999999999999999999999", "0x1", "--1" };
	int64_t v = 3;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (number_parse_int(bad[i], strlen(bad[i]), &v) != -1 ||
		    v != 3)
			fail_msg("'%s' parses", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(number_parse_int(good[i].text,
				     strlen(good[i].text), &v),
		    0);
		assert_true(v == good[i].want);
	}
}

static void
whole_numbers_are_put_as_printf_does(void **state)
{
	char got[NUMBER_DIGITS_MAX + 1], want[32];
	uint64_t power = 1;

	(void)state;
	for (int digits = 0; digits < 20; digits++, power *= 10)
		for (int64_t i = -12; i <= 12; i++) {
			const uint64_t v = power + (uint64_t)i;

			got[number_put(got, v)] = '\0';
			snprintf(want, sizeof(want), "%" PRIu64, v);
			assert_string_equal(got, want);
		}
}

static void
assert_cents(int64_t cents, const char *want)
{
	char got[NUMBER_CENTS_MAX + 1];

	got[number_put_cents(got, cents)] = '\0';
	assert_string_equal(got, want);
}

static void
cents_have_the_fraction_they_need(void **state)
{
	(void)state;
	assert_cents(0, "0");
	assert_cents(5, "0.05");
	assert_cents(-5, "-0.05");
	assert_cents(10, "0.1");
	assert_cents(100, "1");
	assert_cents(1250, "12.5");
	assert_cents(-123456, "-1234.56");
	assert_cents(INT64_MAX, "92233720368547758.07");
	assert_cents(INT64_MIN, "-92233720368547758.08");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_are_put_as_printf_does),
		cmocka_unit_test(cents_have_the_fraction_they_need),
		cmocka_unit_test(
		    twelve_digits_of_random_bits_are_those_of_printf),
		cmocka_unit_test(
		    twelve_digits_of_usual_sizes_are_those_of_printf),
		cmocka_unit_test(
		    twelve_digits_of_short_decimals_are_those_of_printf),
		cmocka_unit_test(ties_are_rounded_to_even_as_printf_does),
		cmocka_unit_test(
		    powers_and_their_neighbours_are_those_of_printf),
		cmocka_unit_test(every_precision_is_that_of_printf),
		cmocka_unit_test(zero_has_no_sign),
		cmocka_unit_test(numbers_of_the_grammar_are_read),
		cmocka_unit_test(anything_else_is_not_a_number),
		cmocka_unit_test(parsing_rounds_as_strtod_does),
		cmocka_unit_test(a_very_long_number_is_rounded_correctly),
		cmocka_unit_test(integers_are_read_up_to_64_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
