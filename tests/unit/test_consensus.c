#include "model/consensus.h"

#include "table.h"

#include "unit.h"

static struct consensus *
start(size_t detectors, size_t votes)
{
	const struct consensus_params params = { .detectors = detectors,
		.votes = votes };
	struct consensus *c = consensus_new(&params);

	assert_non_null(c);
	return c;
}

static struct consensus_result
push(struct consensus *c, int32_t date, const int8_t *flag)
{
	const struct consensus_day day = { date, flag };
	struct consensus_result r;

	assert_int_equal(consensus_push(c, &day, &r), 0);
	return r;
}

static size_t
count(const struct consensus *c, uint64_t voters, size_t votes)
{
	const struct consensus_query query = { voters, votes };

	return consensus_days(c, &query, NULL);
}

static void
k_votes_confirm_a_day(void **state)
{
	struct consensus *c = start(3, 2);
	const int8_t none[] = { 0, 0, 0 }, one[] = { 0, 1, 0 };
	const int8_t two[] = { 1, 0, 1 }, three[] = { 1, 1, 1 };
	struct consensus_result r;

	(void)state;
	r = push(c, 1, none);
	assert_int_equal(r.votes, 0);
	assert_int_equal(r.voters, 0);
	assert_int_equal(r.consensus, FLAG_NO);
	r = push(c, 2, one);
	assert_int_equal(r.votes, 1);
	assert_int_equal(r.consensus, FLAG_NO);
	r = push(c, 3, two);
	assert_int_equal(r.votes, 2);
	assert_int_equal(r.voters, 5);
	assert_int_equal(r.consensus, FLAG_YES);
	r = push(c, 4, three);
	assert_int_equal(r.votes, 3);
	assert_int_equal(r.consensus, FLAG_YES);
	consensus_free(c);
}

static void
a_missing_flag_is_no_vote(void **state)
{
	struct consensus *c = start(3, 2);
	const int8_t two[] = { 1, FLAG_MISSING, 1 };
	const int8_t one[] = { FLAG_MISSING, FLAG_MISSING, 1 };
	const int8_t none[] = { FLAG_MISSING, FLAG_MISSING, FLAG_MISSING };
	struct consensus_result r;

	(void)state;
	r = push(c, 1, two);
	assert_int_equal(r.judged, 2);
	assert_int_equal(r.consensus, FLAG_YES);
	r = push(c, 2, one);
	assert_int_equal(r.votes, 1);
	assert_int_equal(r.consensus, FLAG_NO);
	r = push(c, 3, none);
	assert_int_equal(r.judged, 0);
	assert_int_equal(r.votes, 0);
	assert_int_equal(r.consensus, FLAG_MISSING);
	consensus_free(c);
}

static void
days_are_found_by_who_flagged_them(void **state)
{
	struct consensus *c = start(3, 2);
	const int8_t flag[][3] = { { 1, 0, 0 }, { 1, 1, 0 }, { 0, 0, 0 },
		{ 1, 1, 1 }, { 0, 1, 1 } };
	const struct consensus_query pair = { 3, 0 };
	int32_t date[5];

	(void)state;
	for (int32_t i = 0; i < 5; i++)
		push(c, 20000 - i, flag[i]);
	assert_int_equal(count(c, 1, 0), 3);
	assert_int_equal(count(c, 2, 0), 3);
	assert_int_equal(count(c, 4, 0), 2);
	assert_int_equal(count(c, 5, 0), 1);
	assert_int_equal(count(c, 7, 0), 1);
	assert_int_equal(count(c, 0, 3), 1);
	assert_int_equal(count(c, 0, 2), 3);
	assert_int_equal(count(c, 0, 1), 4);
	assert_int_equal(consensus_days(c, &pair, date), 2);
	assert_int_equal(date[0], 19999);
	assert_int_equal(date[1], 19997);
	consensus_free(c);
}

static void
forgotten_days_are_judged_and_not_kept(void **state)
{
	const struct consensus_params params = { 2, 2, true };
	struct consensus *c = consensus_new(&params);
	const int8_t two[] = { 1, 1 };

	(void)state;
	assert_non_null(c);
	assert_int_equal(push(c, 1, two).consensus, FLAG_YES);
	assert_int_equal(count(c, 0, 1), 0);
	consensus_free(c);
}

static void
up_to_64_detectors_vote(void **state)
{
	struct consensus *c = start(64, 64);
	int8_t flag[64];
	struct consensus_result r;

	(void)state;
	for (int i = 0; i < 64; i++)
		flag[i] = 1;
	r = push(c, 1, flag);
	assert_true(r.voters == UINT64_MAX);
	assert_int_equal(r.consensus, FLAG_YES);
	flag[63] = 0;
	r = push(c, 2, flag);
	assert_int_equal(r.consensus, FLAG_NO);
	assert_int_equal(count(c, UINT64_C(1) << 63, 0), 1);
	assert_int_equal(count(c, 0, 64), 1);
	consensus_free(c);
}

/* The original's flags of its year: overlap_stat_ml, overlap_stat_forecast,
 * overlap_ml_forecast and triple_overlap of its own summary. */
static void
the_original_year_has_one_triple_overlap(void **state)
{
	static const char *const names[] = { "z_flag", "iforest_flag_seed42",
		"prophet_flag" };
	static const int32_t stat_ml[] = { 73, 252 }, stat_forecast[] = { 73 };
	static const int32_t ml_forecast[] = { 73, 74, 253 }, all[] = { 73 };
	static const struct {
		struct consensus_query query;
		size_t n;
		const int32_t *day; /* of the year, from 0 */
	} want[] = { { { 3, 0 }, 2, stat_ml }, { { 5, 0 }, 1, stat_forecast },
		{ { 6, 0 }, 3, ml_forecast }, { { 0, 3 }, 1, all } };
	struct consensus *c = start(3, 2);
	struct table t;
	double *x;

	(void)state;
	assert_int_equal(table_read(&t, "tests/data/original-days.csv.gz"), 0);
	x = table_columns(&t, names, 3);
	assert_non_null(x);
	for (size_t i = 0; i < t.n; i++) {
		int8_t flag[3];

		for (int j = 0; j < 3; j++)
			flag[j] = (int8_t)x[3 * i + (size_t)j];
		push(c, (int32_t)i, flag);
	}
	assert_int_equal(count(c, 1, 0), 2);
	assert_int_equal(count(c, 2, 0), 8);
	assert_int_equal(count(c, 4, 0), 3);
	assert_int_equal(count(c, 0, 2), 4);
	for (size_t k = 0; k < sizeof(want) / sizeof(*want); k++) {
		int32_t day[365];

		assert_int_equal(consensus_days(c, &want[k].query, day),
		    want[k].n);
		assert_memory_equal(day, want[k].day, want[k].n * sizeof(*day));
	}
	free(x);
	table_release(&t);
	consensus_free(c);
}

static void
votes_reach_to_flagged_days_nearby(void **state)
{
	/* Out of order, and one date twice. */
	const int32_t date[] = { 10, 12, 20, 13, 30, 12 };
	int8_t flag[] = { 1, 0, 0, /* a */
		0, -1, 1,          /* c, 2 days after a */
		0, 0, 0,           /* none */
		0, 1, -1,          /* b, 1 day after c, 3 after a */
		1, 0, 0,           /* a, alone */
		0, 0, 0 };
	const int8_t want2[] = { 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0,
		0, 0 };
	const struct consensus_flags days = { date, flag, 6, 3 };
	int8_t before[18];

	(void)state;
	for (int i = 0; i < 18; i++)
		before[i] = flag[i];
	assert_int_equal(consensus_lend(&days, 0), 0);
	assert_memory_equal(flag, before, 18);
	assert_int_equal(consensus_lend(&days, 2), 0);
	assert_memory_equal(flag, want2, 18);
}

static void
lending_to_no_days_is_fine(void **state)
{
	const struct consensus_flags days = { NULL, NULL, 0, 3 };

	(void)state;
	assert_int_equal(consensus_lend(&days, 3), 0);
}

static void
a_tier_takes_the_best_detector(void **state)
{
	(void)state;
	assert_int_equal(consensus_tier(0, 2), TIER_NONE);
	assert_int_equal(consensus_tier(3, 2), TIER_NONE);
	assert_int_equal(consensus_tier(4, 2), TIER_NOTICE);
	assert_int_equal(consensus_tier(5, 2), TIER_HIGH);
	assert_int_equal(consensus_tier(7, 2), TIER_CRITICAL);
	assert_int_equal(consensus_tier(15, 2), TIER_CRITICAL);
	assert_int_equal(consensus_tier(UINT64_C(1) << 63, 63), TIER_NOTICE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(k_votes_confirm_a_day),
		cmocka_unit_test(a_missing_flag_is_no_vote),
		cmocka_unit_test(days_are_found_by_who_flagged_them),
		cmocka_unit_test(forgotten_days_are_judged_and_not_kept),
		cmocka_unit_test(up_to_64_detectors_vote),
		cmocka_unit_test(the_original_year_has_one_triple_overlap),
		cmocka_unit_test(votes_reach_to_flagged_days_nearby),
		cmocka_unit_test(lending_to_no_days_is_fine),
		cmocka_unit_test(a_tier_takes_the_best_detector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
