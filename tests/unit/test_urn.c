#include "base/urn.h"

#include <string.h>

#include "base/rng.h"
#include "distribution.h"
#include "unit.h"

static void
an_urn_gives_back_what_is_inside(void **state)
{
	static const uint64_t count[] = { 3, 0, 1, 5, 2 };
	uint64_t seen[5] = { 0 };
	struct urn urn;
	struct rng rng;

	(void)state;
	assert_int_equal(urn_init(&urn, 5), 0);
	urn_fill(&urn, count, 5);
	assert_int_equal(urn_left(&urn), 11);
	rng_init(&rng, 1, rng_stream(1, 0, 0));
	for (int i = 0; i < 11; i++)
		seen[urn_draw(&urn, &rng)]++;
	assert_int_equal(urn_left(&urn), 0);
	assert_memory_equal(seen, count, sizeof(seen));
	urn_release(&urn);
}

static void
an_urn_of_one_kind_or_none_works(void **state)
{
	const uint64_t two = 2;
	struct urn urn;
	struct rng rng;

	(void)state;
	assert_int_equal(urn_init(&urn, 1), 0);
	rng_init(&rng, 1, rng_stream(1, 0, 0));
	urn_fill(&urn, &two, 1);
	assert_int_equal(urn_draw(&urn, &rng), 0);
	assert_int_equal(urn_draw(&urn, &rng), 0);
	urn_fill(&urn, NULL, 0);
	assert_int_equal(urn_left(&urn), 0);
	urn_release(&urn);
	urn_release(&urn);
}

static double
a_tenth(double k, const void *arg)
{
	(void)arg;
	return k < 10 ? 0.1 : 0;
}

/* AABBB has 10 sequences; each is as likely as the others. */
static void
all_sequences_are_equally_likely(void **state)
{
	enum { DRAWS = 50000 };
	static const uint64_t count[] = { 2, 0, 3 };
	static double sequence[DRAWS];
	struct urn urn;
	struct rng rng;

	(void)state;
	assert_int_equal(urn_init(&urn, 3), 0);
	rng_init(&rng, 2, rng_stream(1, 0, 0));
	for (int i = 0; i < DRAWS; i++) {
		int a = -1, b = -1; /* the places of the two A */

		urn_fill(&urn, count, 3);
		for (int j = 0; j < 5; j++)
			if (urn_draw(&urn, &rng) == 0) {
				a = b;
				b = j;
			}
		sequence[i] = b * (b - 1) / 2 + a; /* 0 .. 9 */
	}
	assert_counts_follow(sequence, DRAWS, 0, a_tenth, NULL);
	urn_release(&urn);
}

/* The ball of a number, found by counting: what the trees must give. */
static size_t
take_slowly(uint64_t *count, uint64_t ball)
{
	size_t kind = 0;

	while (ball >= count[kind])
		ball -= count[kind++];
	count[kind]--;
	return kind;
}

/* Draws of both functions by turns from an urn of n kinds. */
static void
assert_draws_as_counting(uint64_t *count, size_t n, size_t draws)
{
	struct urn urn;
	struct rng rng, same;
	uint64_t left = 0;
	uint32_t kind[150];

	for (size_t i = 0; i < n; i++)
		left += count[i];
	assert_int_equal(urn_init(&urn, n), 0);
	urn_fill(&urn, count, n);
	rng_init(&rng, 3, rng_stream(1, 0, 0));
	rng_init(&same, 3, rng_stream(1, 0, 0));
	for (size_t done = 0, max = 1; done < draws; max = max * 7 % 150 + 1) {
		const size_t got = urn_draws(&urn, &rng, kind, max);

		assert_int_equal(got, left < max ? left : max);
		for (size_t i = 0; i < got; i++, left--)
			assert_int_equal(kind[i],
			    take_slowly(count, rng_below(&same, left)));
		done += got;
		if (left > 0)
			assert_int_equal(urn_draw(&urn, &rng),
			    take_slowly(count, rng_below(&same, left--)));
		assert_int_equal(urn_left(&urn), left);
		if (left == 0)
			break;
	}
	urn_release(&urn);
}

static void
a_draw_is_the_ball_of_its_number(void **state)
{
	static const size_t sizes[] = { 1, 2, 15, 16, 17, 255, 256, 257, 5000 };
	static uint64_t count[5000];

	(void)state;
	for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
		for (size_t i = 0; i < sizes[k]; i++)
			count[i] = i % 3 == 1 ? 0 : i % 5 + 1;
		assert_draws_as_counting(count, sizes[k], SIZE_MAX);
	}
}

static void
more_balls_than_32_bits_hold_are_drawn_alike(void **state)
{
	uint64_t count[40];

	(void)state;
	for (size_t i = 0; i < 40; i++)
		count[i] = i % 4 == 0 ? 0 : INT32_MAX / 10 * i;
	assert_draws_as_counting(count, 40, 10000);
	/* The most that the narrow tree takes, and one more. */
	for (uint64_t more = 0; more < 2; more++) {
		for (size_t i = 0; i < 40; i++)
			count[i] = i + 1;
		count[20] = INT32_MAX - (820 - 21) + more;
		assert_draws_as_counting(count, 40, 10000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_urn_gives_back_what_is_inside),
		cmocka_unit_test(an_urn_of_one_kind_or_none_works),
		cmocka_unit_test(a_draw_is_the_ball_of_its_number),
		cmocka_unit_test(more_balls_than_32_bits_hold_are_drawn_alike),
		cmocka_unit_test(all_sequences_are_equally_likely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
