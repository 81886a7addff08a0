#include "model/iforest_impl.h"
struct iforest_ranks *
iforest_ranks_new(const struct iforest *forest, bool *fits)
{
	(void)forest;
	*fits = false;
	return NULL;
}
void
iforest_ranks_sums(const struct iforest_ranks *ranks, const double *x, size_t n,
    uint64_t *sum)
{
	(void)ranks;
	(void)x;
	(void)n;
	(void)sum;
}
void
iforest_ranks_free(struct iforest_ranks *ranks)
{
	(void)ranks;
}
