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

const char *
consensus_check(const struct consensus_params *params)
{
	if (params->detectors < 1 || params->detectors > 64)
		return "the number of detectors must be 1 to 64";
	if (params->votes < 1 || params->votes > params->detectors)
		return "the votes must be 1 to the number of detectors";
	return NULL;
}

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
