#include "record/appended.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* By program, in the order in which they are written. */
static const char *const appended[] = {
	/* aee-zscore */
	"rolling_mean",
	"rolling_std",
	"z_score",
	"zscore_p",
	"zscore_anomaly",
	/* aee-iforest */
	"iforest_score",
	"iforest_p",
	"iforest_anomaly",
	"iforest_top_feature",
	"iforest_why",
	/* aee-forecast */
	"yhat",
	"yhat_lower",
	"yhat_upper",
	"residual",
	"residual_z",
	"forecast_p",
	"forecast_anomaly",
	/* aee-detect */
	"detect_p",
	"detect_anomaly",
	"detect_metric",
	"detect_step",
	"incident",
	/* aee-consensus */
	"votes",
	"confirmed_by",
	"consensus_p",
	"consensus_anomaly",
	"tier",
};

/* Where name ends with end, the length of what stands before; else -1. */
static ptrdiff_t
before(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	if (n < m || strcmp(name + n - m, end) != 0)
		return -1;
	return (ptrdiff_t)(n - m);
}

static bool
ends_prefix(char c)
{
	return !isalnum((unsigned char)c);
}

bool
appended_column(const char *name)
{
	for (size_t i = 0; i < sizeof(appended) / sizeof(*appended); i++) {
		ptrdiff_t n = before(name, appended[i]);

		/* One word is too little to know behind a prefix: customer_tier
		 * is the user's own. */
		if (n == 0 ||
		    (n > 0 && strchr(appended[i], '_') != NULL &&
			ends_prefix(name[n - 1])))
			return true;
	}
	return before(name, "_anomaly") > 0;
}

/* Whether name is one of the words behind the first n bytes of prefix. */
static bool
has_word(const char *name, const char *prefix, size_t n,
    const char *const *words)
{
	if (strncmp(name, prefix, n) != 0)
		return false;
	while (*words != NULL && strcmp(name + n, *words) != 0)
		words++;
	return *words != NULL;
}

void
appended_columns(const char *const name[], size_t n, bool result[])
{
	static const char *const always[] = { "yhat", "residual", NULL };
	static const char *const components[] = { "trend", "yearly", "weekly",
		"daily", "holidays", "regressors", "regressors_multiplicative",
		NULL };

	for (size_t i = 0; i < n; i++)
		result[i] = appended_column(name[i]);
	for (size_t i = 0; i < n; i++) {
		const ptrdiff_t m = before(name[i], "yhat_lower");

		if (m < 0 || (m > 0 && !ends_prefix(name[i][m - 1])))
			continue;
		for (size_t j = 0; j < n; j++)
			result[j] |= has_word(name[j], name[i], (size_t)m,
					 always) ||
			    (j > i &&
				has_word(name[j], name[i], (size_t)m,
				    components));
	}
}
