#include "base/tally.h"

#include <string.h>

#include "base/rng.h"
#include "unit.h"

/* Mostly money; now and then a value of up to 38 digits, at any scale. */
static struct decimal
draw(struct rng *rng)
{
	char text[64], *p = text;
	struct decimal d;
	uint64_t digits = 1 + rng_below(rng, 7), scale = 2;

	if (rng_below(rng, 200) == 0) {
		digits = 1 + rng_below(rng, 38);
		scale = rng_below(rng, digits + 1);
	}
	if (rng_below(rng, 3) == 0)
		*p++ = '-';
	*p++ = '0';
	for (uint64_t i = digits; i > 0; i--) {
		if (i == scale)
			*p++ = '.';
		*p++ = (char)('0' + rng_below(rng, 10));
	}
	assert_null(decimal_parse(text, (size_t)(p - text), &d));
	return d;
}

static void
assert_same(const struct tally *t, const struct decimal_sum *want)
{
	char text[DECIMAL_TEXT_MAX], expected[DECIMAL_TEXT_MAX];
	struct decimal_sum sum = tally_sum(t);

	decimal_sum_format(text, &sum);
	decimal_sum_format(expected, want);
	assert_string_equal(text, expected);
}

static void
a_tally_is_the_sum_of_all(void **state)
{
	struct rng rng;

	(void)state;
	rng_init(&rng, 2, 0);
	for (int round = 0; round < 300; round++) {
		struct decimal_sum sum[2] = { 0 };
		struct tally tally[2] = { 0 }, both = { 0 };
		int order;

		tally[1].tag = 7;
		for (int i = 0; i < 60; i++) {
			struct decimal d = draw(&rng);
			size_t which = rng_below(&rng, 2);

			assert_int_equal(tally_add(&tally[which], &d), 0);
			assert_int_equal(decimal_sum_add(&sum[which], &d), 0);
			assert_same(&tally[which], &sum[which]);
		}
		assert_int_equal(tally[1].tag, 7);
		order = decimal_sum_compare(&sum[0], &sum[1]);
		assert_int_equal(tally_compare(&tally[0], &tally[1]) > 0,
		    order > 0);
		assert_int_equal(tally_compare(&tally[0], &tally[1]) < 0,
		    order < 0);
		assert_int_equal(tally_compare(&tally[0], &tally[0]), 0);
		assert_int_equal(tally_merge(&both, &sum[0]), 0);
		assert_int_equal(tally_merge(&both, &sum[1]), 0);
		assert_int_equal(decimal_sum_merge(&sum[0], &sum[1]), 0);
		assert_same(&both, &sum[0]);
		for (int i = 0; i < 2; i++)
			tally_release(&tally[i]);
		tally_release(&both);
	}
}

static void
sums_grow_beyond_64_bits_and_back(void **state)
{
	const struct decimal large = { INT64_MAX, 0 }, small = { 1, 0 };
	const struct decimal minus = { -(__int128)INT64_MAX, 0 };
	struct tally t = { 0 };
	char text[DECIMAL_TEXT_MAX];
	struct decimal_sum sum;

	(void)state;
	assert_int_equal(tally_add(&t, &large), 0);
	assert_int_equal(tally_add(&t, &small), 0);
	sum = tally_sum(&t);
	decimal_sum_format(text, &sum);
	assert_string_equal(text, "9223372036854775808");
	assert_int_equal(tally_add(&t, &minus), 0);
	sum = tally_sum(&t);
	decimal_sum_format(text, &sum);
	assert_string_equal(text, "1");
	tally_release(&t);
	assert_int_equal(t.mantissa, 0);
}

static void
a_sum_of_too_many_digits_is_refused(void **state)
{
	struct decimal_sum huge = { .wide = { 0, 0, 0, 0,
					INT64_C(0x7fffffffffffffff) } };
	struct tally t = { 0 };

	(void)state;
	assert_int_equal(tally_merge(&t, &huge), 0);
	assert_int_equal(tally_merge(&t, &huge), -2);
	assert_same(&t, &huge);
	tally_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tally_is_the_sum_of_all),
		cmocka_unit_test(sums_grow_beyond_64_bits_and_back),
		cmocka_unit_test(a_sum_of_too_many_digits_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
