#include "record/appended.h"

#include <string.h>

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

/* Columns and, for each, 1 if it is a result. */
static void
assert_results(const char *const *name, const char *want)
{
	bool result[16];
	const size_t n = strlen(want);

	appended_columns(name, n, result);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(result[i], want[i] == '1');
}

static void
components_are_results_behind_a_forecast(void **state)
{
	(void)state;
	assert_results((const char *[]){ "date", "trend", "revenue", "yhat",
			   "yhat_lower", "trend2", "trend_", "weekly",
			   "holidays", "month", "regressors" },
	    "00011001101");
	assert_results((const char *[]){ "trend", "weekly", "yhat" }, "001");
	/* Each under the prefix of its forecast. */
	assert_results((const char *[]){ "a_trend", "a_yhat", "a_yhat_lower",
			   "a_residual", "a_trend", "trend", "b_trend",
			   "b_yhat" },
	    "01111000");
	assert_results((const char *[]){ "ayhat_lower", "atrend" }, "00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_told_from_measures),
		cmocka_unit_test(components_are_results_behind_a_forecast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
