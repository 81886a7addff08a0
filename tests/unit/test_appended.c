#include "record/appended.h"

#include "unit.h"

static void
results_are_told_from_measures(void **state)
{
	static const char *const results[] = { "z_score", "rolling_mean",
		"iforest_top_feature", "yhat_lower", "residual", "votes",
		"incident", "tier", "aov_z_score", "my.residual_z",
		"other_anomaly" };
	static const char *const measures[] = { "revenue", "date", "sessions",
		"top_channel_share", "upvotes", "frontier", "yhat2", "p",
		"score", "_p_", "Votes", "", "_", "customer_tier",
		"review_score", "other_p", "aov.yhat" };

	(void)state;
	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		assert_true(appended_column(results[i]));
	for (size_t i = 0; i < sizeof(measures) / sizeof(*measures); i++)
		assert_false(appended_column(measures[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_told_from_measures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
