#include "record/holiday_days.h"

#include <stdlib.h>

#include "base/vec.h"
#include "record/cli.h"
#include "record/holiday_table.h"

static int
by_day(const void *pa, const void *pb)
{
	const int32_t a = *(const int32_t *)pa, b = *(const int32_t *)pb;

	return (a > b) - (a < b);
}

void
holiday_days_read(struct holiday_days *days, struct cli *cli, const char *path)
{
	struct holiday_table table = { 0 };

	holiday_table_read(&table, cli, path);
	for (size_t i = 0; i < table.n; i++) {
		const struct holiday_row *h = &table.row[i];

		for (int32_t k = h->lower; k <= h->upper; k++) {
			if (vec_grow(&days->day, &days->capacity, days->n + 1,
				sizeof(*days->day)) == -1)
				cli_no_memory(cli);
			days->day[days->n++] = h->day + k;
		}
	}
	holiday_table_release(&table);
	if (days->n > 0)
		qsort(days->day, days->n, sizeof(*days->day), by_day);
}

bool
holiday_days_has(const struct holiday_days *days, int32_t day)
{
	return days->n > 0 &&
	    bsearch(&day, days->day, days->n, sizeof(day), by_day) != NULL;
}

void
holiday_days_release(struct holiday_days *days)
{
	free(days->day);
	*days = (struct holiday_days){ 0 };
}
