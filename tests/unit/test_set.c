#include "base/set.h"

#include "unit.h"

static void
a_pair_is_new_once(void **state)
{
	struct set set = { 0 };

	(void)state;
	for (int round = 0; round < 2; round++)
		for (uint64_t a = 0; a < 300; a++)
			for (uint64_t b = 0; b < 100; b++)
				assert_int_equal(set_add(&set, a, b),
				    round == 0);
	assert_int_equal(set.n, 30000);
	set_release(&set);
	assert_int_equal(set_add(&set, 7, 8), 1);
	set_release(&set);
}

static void
the_order_of_a_pair_and_its_ends_count(void **state)
{
	static const uint64_t pair[][2] = { { 0, 0 }, { 0, 1 }, { 1, 0 },
		{ 0, UINT64_MAX }, { UINT64_MAX - 1, 0 },
		{ UINT64_MAX - 1, UINT64_MAX }, { UINT64_C(1) << 32, 0 },
		{ 0, UINT64_C(1) << 32 } };
	struct set set = { 0 };

	(void)state;
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < sizeof(pair) / sizeof(*pair); i++)
			assert_int_equal(set_add(&set, pair[i][0], pair[i][1]),
			    round == 0);
	set_release(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_is_new_once),
		cmocka_unit_test(the_order_of_a_pair_and_its_ends_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
