#include "base/alias.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

int
alias_init(struct alias *alias, size_t n)
{
	*alias = (struct alias){ .n = n };
	alias->keep = calloc(n, sizeof(*alias->keep));
	alias->other = calloc(n, sizeof(*alias->other));
	alias->share = calloc(n, sizeof(*alias->share));
	alias->stack = calloc(n, sizeof(*alias->stack));
	if (alias->keep == NULL || alias->other == NULL ||
	    alias->share == NULL || alias->stack == NULL)
		return -1;
	return 0;
}

/* p in [0, 1) times 2^64. */
static uint64_t
fixed(double p)
{
	return (uint64_t)(p * 0x1p32) << 32 |
	    (uint64_t)((p * 0x1p32 - (double)(uint64_t)(p * 0x1p32)) * 0x1p32);
}

void
alias_set(struct alias *alias, const double *weight)
{
	const size_t n = alias->n;
	double *scaled = alias->share; /* not yet needed for itself */
	size_t small = 0, large = n, largest = 0;
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += weight[i];
		if (weight[i] > weight[largest])
			largest = i;
	}
	/* One array holds both stacks: cells under 1 grow from its start, the
	 * others from its end. */
	for (size_t i = n; i-- > 0;) {
		scaled[i] = weight[i] / sum * (double)n;
		if (scaled[i] < 1)
			alias->stack[small++] = (uint32_t)i;
		else
			alias->stack[--large] = (uint32_t)i;
	}
	while (small > 0 && large < n) {
		const uint32_t s = alias->stack[--small];
		const uint32_t l = alias->stack[large];

		alias->keep[s] = fixed(scaled[s]);
		alias->other[s] = l;
		scaled[l] -= 1 - scaled[s];
		if (scaled[l] < 1) {
			large++;
			alias->stack[small++] = l;
		}
	}
	/* What is left is 1 but for rounding, and goes to itself. */
	for (; large < n; large++) {
		const uint32_t l = alias->stack[large];

		alias->keep[l] = 0;
		alias->other[l] = l;
	}
	while (small > 0) {
		const uint32_t s = alias->stack[--small];

		alias->keep[s] = 0;
		alias->other[s] = weight[s] > 0 ? s : (uint32_t)largest;
	}

	sum = 0;
	for (size_t i = n; i-- > 0;) {
		sum += weight[i];
		alias->share[i] = weight[i] > 0 ? weight[i] / sum : 0;
	}
}

size_t
alias_draw(const struct alias *alias, struct rng *rng)
{
	const unsigned __int128 m = (unsigned __int128)rng_u64(rng) * alias->n;
	const size_t cell = (size_t)(m >> 64);

	/* The low half is uniform in the cell. */
	return (uint64_t)m < alias->keep[cell] ? cell : alias->other[cell];
}

void
alias_split(const struct alias *alias, struct rng *rng, uint64_t times,
    uint64_t *count)
{
	const size_t n = alias->n;

	/* A binomial takes the time of about eight draws. */
	if (times / 8 < n) {
		memset(count, 0, n * sizeof(*count));
		while (times-- > 0)
			count[alias_draw(alias, rng)]++;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		count[i] = rng_binomial(rng, times, alias->share[i]);
		times -= count[i];
	}
}

void
alias_release(struct alias *alias)
{
	free(alias->keep);
	free(alias->other);
	free(alias->share);
	free(alias->stack);
	*alias = (struct alias){ 0 };
}
