#include "model/holiday.h"

#include <math.h>
#include <stdlib.h>

const char *
holiday_check(const struct holiday *holiday, size_t n, size_t *at)
{
	size_t ignored;

	if (at == NULL)
		at = &ignored;
	for (*at = 0; *at < n; ++*at) {
		const struct holiday *h = &holiday[*at];

		if (h->lower > 0)
			return "the lower window is after the holiday";
		if (h->upper < 0)
			return "the upper window is before the holiday";
		if (h->lower < -366 || h->upper > 366)
			return "a window is longer than a year";
		if (!(h->prior_scale > 0 && isfinite(h->prior_scale)))
			return "the prior scale is not positive";
		for (size_t i = *at; i-- > 0;)
			if (holiday[i].name == h->name) {
				if (holiday[i].prior_scale != h->prior_scale)
					return "the prior scale is not that of "
					       "the same holiday before";
				break;
			}
	}
	return NULL;
}

/* A day that a column is 1 on. */
struct mark {
	size_t name;
	int offset;
	int32_t day;
	double prior_scale;
};

struct holidays {
	size_t n;
	struct holiday_column *column;
	size_t *first; /* [n + 1], in day */
	int32_t *day;  /* ascending per column */
};

static int
compare_marks(const void *pa, const void *pb)
{
	const struct mark *a = pa, *b = pb;

	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return (a->day > b->day) - (a->day < b->day);
}

static size_t
count_marks(const struct holiday *holiday, size_t n)
{
	size_t marks = 0;

	for (size_t i = 0; i < n; i++)
		marks += (size_t)(holiday[i].upper - holiday[i].lower + 1);
	return marks;
}

static void
make_marks(const struct holiday *holiday, size_t n, struct mark *mark)
{
	for (size_t i = 0; i < n; i++)
		for (int o = holiday[i].lower; o <= holiday[i].upper; o++)
			*mark++ = (struct mark){
				.name = holiday[i].name,
				.offset = o,
				.day = holiday[i].day + o,
				.prior_scale = holiday[i].prior_scale,
			};
}

struct holidays *
holidays_new(const struct holiday *holiday, size_t n)
{
	const size_t marks = count_marks(holiday, n);
	struct holidays *h = calloc(1, sizeof(*h));
	struct mark *mark = malloc((marks + 1) * sizeof(*mark));

	if (h == NULL || mark == NULL)
		goto fail;
	h->column = malloc((marks + 1) * sizeof(*h->column));
	h->first = malloc((marks + 1) * sizeof(*h->first));
	h->day = malloc((marks + 1) * sizeof(*h->day));
	if (h->column == NULL || h->first == NULL || h->day == NULL)
		goto fail;
	make_marks(holiday, n, mark);
	qsort(mark, marks, sizeof(*mark), compare_marks);
	for (size_t i = 0; i < marks; i++) {
		const struct mark *m = &mark[i];

		h->day[i] = m->day;
		if (i > 0 && m->name == m[-1].name && m->offset == m[-1].offset)
			continue;
		h->first[h->n] = i;
		h->column[h->n++] = (struct holiday_column){
			.name = m->name,
			.offset = m->offset,
			.prior_scale = m->prior_scale,
		};
	}
	h->first[h->n] = marks;
	free(mark);
	return h;
fail:
	free(mark);
	holidays_free(h);
	return NULL;
}

const struct holiday_column *
holidays_columns(const struct holidays *holidays, size_t *n)
{
	*n = holidays->n;
	return holidays->column;
}

size_t
holidays_fill(const struct holidays *holidays, size_t c, const double *t,
    size_t n, double *x)
{
	const int32_t *day = holidays->day;
	const size_t first = holidays->first[c], end = holidays->first[c + 1];
	size_t ones = 0, low = first;

	for (size_t i = 0; i < n; i++) {
		const double want = floor(t[i]);

		/* Times mostly ascend: go on from the last one's place. */
		while (low > first && day[low - 1] >= want)
			low--;
		while (low < end && day[low] < want)
			low++;
		x[i] = low < end && day[low] == want;
		ones += x[i] == 1;
	}
	return ones;
}

void
holidays_free(struct holidays *holidays)
{
	if (holidays == NULL)
		return;
	free(holidays->column);
	free(holidays->first);
	free(holidays->day);
	free(holidays);
}
