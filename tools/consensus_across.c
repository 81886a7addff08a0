#include "consensus_across.h"

#include <math.h>
#include <stdlib.h>

#include "base/vec.h"
#include "model/combine.h"
#include "model/empirical.h"
#include "record/cli.h"
#include "record/pivot.h"

/* Of a day and detector. */
struct cell {
	struct combine_mean mean;
	double ln_p;  /* of the mean, once all are taken */
	double least; /* ln p */
	size_t row;   /* that has it; SIZE_MAX: several have */
};

struct across {
	struct cli *cli;
	const struct pivot *pivot;
	size_t n; /* detectors */
	struct cell *cell;
	size_t cells, capacity;
};

struct across *
across_new(struct cli *cli, const struct pivot *pivot, size_t n)
{
	struct across *a = calloc(1, sizeof(*a));

	if (a == NULL)
		cli_no_memory(cli);
	*a = (struct across){ .cli = cli, .pivot = pivot, .n = n };
	return a;
}

static void
take_p(struct cell *cell, size_t row, double ln_p)
{
	combine_mean_add(&cell->mean, ln_p);
	if (ln_p == cell->least)
		cell->row = SIZE_MAX;
	if (isnan(cell->least) || ln_p < cell->least) {
		cell->least = ln_p;
		cell->row = row;
	}
}

void
across_take(struct across *a, size_t day, size_t row, const double *ln_p)
{
	if (vec_grow(&a->cell, &a->capacity, (day + 1) * a->n + 1,
		sizeof(*a->cell)) == -1)
		cli_no_memory(a->cli);
	for (; a->cells < (day + 1) * a->n; a->cells++)
		a->cell[a->cells] = (struct cell){
			.ln_p = NAN, .least = NAN, .row = SIZE_MAX
		};
	for (size_t k = 0; k < a->n; k++)
		if (!isnan(ln_p[k]))
			take_p(&a->cell[day * a->n + k], row, ln_p[k]);
}

void
across_end(struct across *a)
{
	for (size_t i = 0; i < a->cells; i++)
		a->cell[i].ln_p = combine_mean_ln_p(&a->cell[i].mean);
}

void
across_calibrate(struct across *a, size_t detector)
{
	const size_t n = a->cells / a->n, groups = pivot_groups(a->pivot);
	size_t *next = calloc(groups + 1, sizeof(*next));
	double *ln_p = calloc(n + 1, sizeof(*ln_p));

	if (next == NULL || ln_p == NULL)
		cli_no_memory(a->cli);
	/* The days of a group one after the other, then back. */
	for (size_t i = 0; i < n; i++)
		next[pivot_group(a->pivot, i) + 1]++;
	for (size_t g = 0; g < groups; g++)
		next[g + 1] += next[g];
	for (size_t i = 0; i < n; i++)
		ln_p[next[pivot_group(a->pivot, i)]++] = across_ln_p(a, i,
		    detector);
	for (size_t g = 0, from = 0; g < groups; from = next[g++])
		if (empirical_calibrate(ln_p + from, next[g] - from) == -1)
			cli_no_memory(a->cli);
	for (size_t i = n; i-- > 0;)
		a->cell[i * a->n + detector]
		    .ln_p = ln_p[--next[pivot_group(a->pivot, i)]];
	free(ln_p);
	free(next);
}

double
across_ln_p(const struct across *a, size_t day, size_t detector)
{
	return a->cell[day * a->n + detector].ln_p;
}

struct field
across_least(const struct across *a, size_t day, size_t detector, size_t k)
{
	const size_t row = a->cell[day * a->n + detector].row;

	if (row == SIZE_MAX)
		return (struct field){ .kind = FIELD_NULL };
	return pivot_column_key(a->pivot, row, k);
}

void
across_free(struct across *a)
{
	if (a == NULL)
		return;
	free(a->cell);
	free(a);
}
