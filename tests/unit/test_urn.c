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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_urn_gives_back_what_is_inside),
		cmocka_unit_test(an_urn_of_one_kind_or_none_works),
		cmocka_unit_test(all_sequences_are_equally_likely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
