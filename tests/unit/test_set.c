#include "base/set.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "unit.h"

static void
a_number_is_new_once(void **state)
{
	struct set set = { 0 };

	(void)state;
	for (int round = 0; round < 2; round++)
		for (uint32_t a = 0; a < 1000; a++)
			assert_int_equal(set_add(&set, a * a), round == 0);
	assert_int_equal(set.n, 1000);
	set_release(&set);
	assert_int_equal(set_add(&set, 7), 1);
	set_release(&set);
}

static void
the_largest_and_smallest_are_numbers_too(void **state)
{
	const uint32_t number[] = { 0, SET_MOST, 1, SET_MOST - 1, 31, 32 };
	struct set set = { 0 };

	(void)state;
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < 6; i++)
			assert_int_equal(set_add(&set, number[i]), round == 0);
	set_release(&set);
}

/* Dense, sparse and in between, so that it turns from one kind into the other
 * and back. */
static void
a_set_counts_like_an_array_of_flags(void **state)
{
	enum { RANGE = 1 << 20 };
	char *there = malloc(RANGE);
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, 0);
	for (int round = 0; round < 40; round++) {
		struct set set = { 0 };
		uint32_t n = 0;

		memset(there, 0, RANGE);
		for (int i = 0; i < 5000; i++) {
			uint64_t range = UINT64_C(1)
			    << (4 + rng_below(&rng, i < 2000 ? 8 : 17));
			uint32_t number = (uint32_t)rng_below(&rng, range);

			assert_int_equal(set_add(&set, number), !there[number]);
			n += !there[number];
			there[number] = 1;
		}
		assert_int_equal(set.n, n);
		set_release(&set);
	}
	free(there);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_new_once),
		cmocka_unit_test(the_largest_and_smallest_are_numbers_too),
		cmocka_unit_test(a_set_counts_like_an_array_of_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
