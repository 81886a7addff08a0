#include "kpi_run.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "model/kpi.h"
#include "record/group.h"
#include "record/recin.h"

struct order_run {
	const struct order_tables *to;
	int column[RECIN_RUN_COLUMNS];
	struct span *span[RECIN_RUN_COLUMNS];
	size_t columns;
	/* Places among the columns; 0: not there. */
	size_t channel_at, customer_at, group_at;
	struct span text[RECIN_RUN_COLUMNS][RECIN_RUN];
	int32_t day[RECIN_RUN];
	struct decimal value[RECIN_RUN];
	size_t group[RECIN_RUN], channel[RECIN_RUN], customer[RECIN_RUN];
};

static size_t
add_column(struct order_run *run, int column)
{
	run->column[run->columns] = column;
	run->span[run->columns] = run->text[run->columns];
	return run->columns++;
}

struct order_run *
order_run_new(const struct order_columns *columns,
    const struct order_tables *tables)
{
	struct order_run *run = calloc(1, sizeof(*run));

	if (run == NULL)
		return NULL;
	run->to = tables;
	add_column(run, columns->date);
	add_column(run, columns->value);
	if (columns->channel != -1)
		run->channel_at = add_column(run, columns->channel);
	if (columns->customer != -1)
		run->customer_at = add_column(run, columns->customer);
	run->group_at = run->columns;
	for (size_t i = 0; i < columns->ngroup; i++)
		add_column(run, columns->group[i]);
	return run;
}

/* Spans are as recin_run() gave them: from `first` on. */
static int
number_run(struct groups *groups, const struct order_run *run, size_t column,
    size_t first, size_t n, size_t *number)
{
	struct span *span[RECIN_RUN_COLUMNS];

	for (size_t i = column; i < run->columns; i++)
		span[i - column] = run->span[i] + first;
	return groups_find_run(groups, span, n, number);
}

/* How many of the n customers are there before the first that is not. */
static size_t
customers_there(const struct span *span, size_t n)
{
	size_t i = 0;

	while (i < n && span[i].n > 0)
		i++;
	return i;
}

int
order_run_add(struct order_run *run, struct recin *in)
{
	const struct kpi_run orders = { .day = run->day,
		.group = run->group,
		.channel = run->channel_at > 0 ? run->channel : NULL,
		.value = run->value,
		.customer = run->customer_at > 0 ? run->customer : NULL };
	const struct order_tables *to = run->to;
	size_t n, first, added;

	do {
		n = recin_run(in, run->column, run->columns, run->span, &first);
		added = recin_run_dates(in, run->span[0] + first, n, run->day);
		added = recin_run_decimals(run->span[1] + first, added,
		    run->value);
		if (run->customer_at > 0)
			added = customers_there(run->span[run->customer_at] +
				first,
			    added);
		if (number_run(to->groups, run, run->group_at, first, added,
			run->group) == -1 ||
		    (run->channel_at > 0 &&
			number_run(to->channels, run, run->channel_at, first,
			    added, run->channel) == -1) ||
		    (run->customer_at > 0 &&
			number_run(to->customers, run, run->customer_at, first,
			    added, run->customer) == -1))
			return -1;
		added = kpi_add_run(to->kpi, &orders, added);
		recin_take(in, added);
	} while (n > 0 && added == n);
	return 0;
}

void
order_run_free(struct order_run *run)
{
	free(run);
}
