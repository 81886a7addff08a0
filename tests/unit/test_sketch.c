#include "model/sketch.h"

#include <string.h>

#include "base/hash.h"
#include "base/rng.h"
#include "unit.h"

/* The hash of a number in one of many worlds. */
static uint64_t
hash_of(uint64_t world, uint64_t number)
{
	const uint64_t key[] = { world, number };
	char bytes[sizeof(key)];

	memcpy(bytes, key, sizeof(key));
	return hash_bytes(bytes, sizeof(bytes));
}

static void
add(struct sketch *s, uint64_t world, uint64_t first, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		assert_int_equal(sketch_add(s, hash_of(world, first + i)), 0);
}

static void
few_things_are_counted_exactly(void **state)
{
	struct sketch s = { 0 };

	(void)state;
	assert_int_equal(sketch_count(&s), 0);
	assert_int_equal(sketch_bytes(&s), 0);
	for (uint64_t i = 1; i <= SKETCH_EXACT; i++) {
		add(&s, 1, i, 1);
		add(&s, 1, i / 2 + 1, 1); /* was there before, but for 1 */
		assert_int_equal(sketch_count(&s), i);
		assert_true(sketch_bytes(&s) <= 16384);
	}
	add(&s, 1, 0, 1);
	assert_int_equal(sketch_bytes(&s), 16384);
	assert_near((double)sketch_count(&s), SKETCH_EXACT,
	    4 * SKETCH_ERROR * SKETCH_EXACT);
	sketch_release(&s);
	assert_int_equal(sketch_count(&s), 0);
}

static void
the_hash_0_is_one_as_any_other(void **state)
{
	struct sketch s = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(sketch_add(&s, 0), 0);
	assert_int_equal(sketch_count(&s), 1);
	sketch_release(&s);
}

/* Over many worlds: no bias that could be told from chance, and the standard
 * error that the header states, give or take its own. */
static void
the_standard_error_is_the_one_stated(void **state)
{
	static const struct {
		uint64_t n;
		int worlds;
	} cases[] = { { 2000, 300 }, { 16384, 200 }, { 60000, 150 },
		{ 500000, 30 } };

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
		double sum = 0, squares = 0, worlds = cases[c].worlds;

		for (int world = 0; world < cases[c].worlds; world++) {
			struct sketch s = { 0 };
			double error;

			add(&s, (uint64_t)world, 0, cases[c].n);
			error = (double)sketch_count(&s) / (double)cases[c].n -
			    1;
			sum += error;
			squares += error * error;
			sketch_release(&s);
		}
		assert_near(sum / worlds, 0, 3.5 * SKETCH_ERROR / sqrt(worlds));
		assert_true(sqrt(squares / worlds) <
		    SKETCH_ERROR * (1 + 3.5 / sqrt(2 * worlds)));
		/* Where few registers are empty it is no less, either. */
		if (cases[c].n >= 60000)
			assert_true(sqrt(squares / worlds) >
			    SKETCH_ERROR * (1 - 3.5 / sqrt(2 * worlds)));
	}
}

/* The same things in other orders, more than once and by parts. */
static void
order_and_parts_do_not_matter(void **state)
{
	static const uint64_t counts[] = { 1, 700, SKETCH_EXACT,
		SKETCH_EXACT + 1, 3000, 50000 };
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, 0);
	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		struct sketch whole = { 0 }, sum = { 0 }, part[5] = { 0 };
		uint64_t n = counts[c];

		add(&whole, 9, 0, n);
		for (uint64_t i = n; i-- > 0;) {
			add(&part[rng_below(&rng, 5)], 9, i, 1);
			add(&part[rng_below(&rng, 2)], 9, rng_below(&rng, n),
			    1);
		}
		for (size_t i = 0; i < 5; i++)
			assert_int_equal(sketch_merge(&sum, &part[(i + c) % 5]),
			    0);
		assert_int_equal(sketch_count(&sum), sketch_count(&whole));
		assert_int_equal(sum.size == 0, whole.size == 0);
		if (whole.size == 0)
			assert_memory_equal(sum.rank, whole.rank,
			    1 << SKETCH_BITS);
		for (size_t i = 0; i < 5; i++)
			sketch_release(&part[i]);
		sketch_release(&sum);
		sketch_release(&whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_things_are_counted_exactly),
		cmocka_unit_test(the_hash_0_is_one_as_any_other),
		cmocka_unit_test(the_standard_error_is_the_one_stated),
		cmocka_unit_test(order_and_parts_do_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
