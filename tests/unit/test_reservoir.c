#include "model/reservoir.h"

#include "unit.h"

enum { SIZE = 20, ROWS = 200 };

/* The rows in the slots after all have been offered, `step` at a time. */
static size_t
sample(uint64_t seed, uint64_t n, uint64_t step, uint64_t *kept)
{
	struct reservoir r;
	uint64_t row;
	size_t slot, taken = 0;

	reservoir_init(&r, SIZE, seed, 0);
	for (uint64_t have = step < n ? step : n;;
	     have = have + step < n ? have + step : n) {
		while (reservoir_next(&r, have, &row, &slot)) {
			assert_true(row < have && slot < SIZE);
			kept[slot] = row;
			taken++;
		}
		if (have == n)
			break;
	}
	return taken;
}

static void
the_sample_does_not_depend_on_how_rows_come(void **state)
{
	uint64_t whole[SIZE], parts[SIZE];

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		const size_t taken = sample(seed, ROWS, ROWS, whole);

		for (uint64_t step = 1; step < 40; step += 6) {
			assert_int_equal(sample(seed, ROWS, step, parts),
			    taken);
			assert_memory_equal(parts, whole, sizeof(whole));
		}
	}
}

static void
fewer_rows_than_slots_are_all_kept(void **state)
{
	uint64_t kept[SIZE];

	(void)state;
	assert_int_equal(sample(1, SIZE - 1, 3, kept), SIZE - 1);
	for (size_t i = 0; i < SIZE - 1; i++)
		assert_int_equal(kept[i], i);
	assert_int_equal(sample(1, 0, 1, kept), 0);
}

/* Each is kept with probability SIZE / ROWS, once. */
static void
every_row_is_as_likely_to_be_kept(void **state)
{
	enum { RUNS = 4000 };
	const double p = (double)SIZE / ROWS;
	const double sd = sqrt(p * (1 - p) * RUNS);
	int count[ROWS] = { 0 };
	uint64_t kept[SIZE];

	(void)state;
	for (uint64_t seed = 0; seed < RUNS; seed++) {
		int seen[ROWS] = { 0 };

		sample(seed, ROWS, ROWS, kept);
		for (size_t i = 0; i < SIZE; i++) {
			assert_int_equal(seen[kept[i]]++, 0);
			count[kept[i]]++;
		}
	}
	for (size_t i = 0; i < ROWS; i++)
		assert_near(count[i], RUNS * p, 4.5 * sd);
}

/* SIZE (1 + ln(n / SIZE)) are taken on average: 20 (1 + 17.7) of a billion. */
static void
most_of_a_billion_rows_are_never_looked_at(void **state)
{
	uint64_t kept[SIZE];
	size_t taken = sample(7, 1000000000, 1000000000, kept);

	(void)state;
	assert_near((double)taken, 375, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sample_does_not_depend_on_how_rows_come),
		cmocka_unit_test(fewer_rows_than_slots_are_all_kept),
		cmocka_unit_test(every_row_is_as_likely_to_be_kept),
		cmocka_unit_test(most_of_a_billion_rows_are_never_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
