#include "model/consensus.h"

#include <stdlib.h>

#include "base/vec.h"

struct voted_day {
	uint64_t voters;
	int32_t date;
};

struct consensus {
	struct consensus_params params;
	struct voted_day *day;
	size_t n, cap;
};

struct consensus *
consensus_new(const struct consensus_params *params)
{
	struct consensus *c = calloc(1, sizeof(*c));

	if (c != NULL)
		c->params = *params;
	return c;
}

void
consensus_free(struct consensus *c)
{
	if (c == NULL)
		return;
	free(c->day);
	free(c);
}

int
consensus_push(struct consensus *c, const struct consensus_day *day,
    struct consensus_result *result)
{
	struct consensus_result r = { .consensus = FLAG_MISSING };

	for (size_t i = 0; i < c->params.detectors; i++) {
		if (day->flag[i] == FLAG_MISSING)
			continue;
		r.judged++;
		if (day->flag[i] == FLAG_YES) {
			r.votes++;
			r.voters |= UINT64_C(1) << i;
		}
	}
	if (r.judged > 0)
		r.consensus = r.votes >= c->params.votes ? FLAG_YES : FLAG_NO;
	*result = r;
	if (r.votes == 0 || c->params.forget)
		return 0;
	if (vec_grow(&c->day, &c->cap, c->n + 1, sizeof(*c->day)) == -1)
		return -1;
	c->day[c->n++] = (struct voted_day){ r.voters, day->date };
	return 0;
}

static size_t
count_bits(uint64_t bits)
{
	size_t count = 0;

	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

size_t
consensus_days(const struct consensus *c, const struct consensus_query *query,
    int32_t *date)
{
	size_t found = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct voted_day *day = &c->day[i];

		if ((day->voters & query->voters) != query->voters ||
		    count_bits(day->voters) < query->votes)
			continue;
		if (date != NULL)
			date[found] = day->date;
		found++;
	}
	return found;
}

static int
by_date(const void *pa, const void *pb)
{
	const int32_t a = *(const int32_t *)pa, b = *(const int32_t *)pb;

	return (a > b) - (a < b);
}

/* Whether one of n ascending dates is within tolerance of date. */
static bool
is_near(const int32_t *sorted, size_t n, int32_t date, int32_t tolerance)
{
	const int64_t from = (int64_t)date - tolerance;
	size_t low = 0, high = n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (sorted[middle] < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && sorted[low] <= (int64_t)date + tolerance;
}

int
consensus_lend(const struct consensus_flags *days, int32_t tolerance)
{
	const size_t n = days->n, m = days->m;
	int32_t *sorted = calloc(n + 1, sizeof(*sorted));
	int8_t *voted = calloc(n + 1, sizeof(*voted));

	if (sorted == NULL || voted == NULL) {
		free(sorted);
		free(voted);
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			voted[i] |= days->flag[i * m + k] == FLAG_YES;
	for (size_t k = 0; k < m; k++) {
		size_t count = 0;

		for (size_t i = 0; i < n; i++)
			if (days->flag[i * m + k] == FLAG_YES)
				sorted[count++] = days->date[i];
		qsort(sorted, count, sizeof(*sorted), by_date);
		for (size_t i = 0; i < n; i++)
			if (voted[i] &&
			    is_near(sorted, count, days->date[i], tolerance))
				days->flag[i * m + k] = FLAG_YES;
	}
	free(voted);
	free(sorted);
	return 0;
}

enum consensus_tier
consensus_tier(uint64_t voters, size_t best)
{
	const uint64_t bit = UINT64_C(1) << best;
	size_t others;

	if ((voters & bit) == 0)
		return TIER_NONE;
	others = count_bits(voters & ~bit);
	return others == 0 ? TIER_NOTICE
	    : others == 1  ? TIER_HIGH
			   : TIER_CRITICAL;
}

const char *
consensus_tier_name(enum consensus_tier tier)
{
	static const char *const name[] = { NULL, "notice", "high",
		"critical" };

	return name[tier];
}
