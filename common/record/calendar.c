#include "record/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "record/cli.h"

struct calendar_days {
	int32_t *day; /* ascending */
	size_t n, capacity;
};

static int
by_day(const void *left, const void *right)
{
	const int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;

	return (a > b) - (a < b);
}

static void
add_row(struct calendar_days *days, struct cli *cli,
    const struct holiday_row *row)
{
	for (int32_t k = row->lower; k <= row->upper; k++) {
		if (vec_grow(&days->day, &days->capacity, days->n + 1,
			sizeof(*days->day)) == -1)
			cli_no_memory(cli);
		days->day[days->n++] = row->day + k;
	}
}

/* A part of the rows that hold for a group, or without a key for all. */
static void
add_part(struct calendar *c, struct cli *cli, const struct field *key)
{
	struct calendar_days days = { 0 };

	if (vec_grow(&c->part, &c->capacity, c->parts + 1, sizeof(days)) == -1)
		cli_no_memory(cli);
	for (size_t i = 0; i < c->table.n; i++) {
		const struct holiday_row *row = &c->table.row[i];

		if (row->scope == HOLIDAY_ALL ||
		    (key != NULL &&
			holiday_table_holds(&c->table, row->scope, key)))
			add_row(&days, cli, row);
	}
	if (days.n > 0)
		qsort(days.day, days.n, sizeof(*days.day), by_day);
	c->part[c->parts++] = days;
}

void
calendar_read(struct calendar *c, struct cli *cli, const char *path)
{
	holiday_table_read(&c->table, cli, path);
	add_part(c, cli, NULL);
}

size_t
calendar_part(struct calendar *c, struct cli *cli, const struct field *key)
{
	for (size_t i = 0; i < c->table.n_scopes; i++)
		if (holiday_table_holds(&c->table, i, key)) {
			add_part(c, cli, key);
			return c->parts - 1;
		}
	return 0;
}

bool
calendar_has(const struct calendar *c, size_t part, int32_t day)
{
	const struct calendar_days *days;

	if (part >= c->parts)
		return false;
	days = &c->part[part];
	return days->n > 0 &&
	    bsearch(&day, days->day, days->n, sizeof(day), by_day) != NULL;
}

void
calendar_release(struct calendar *c)
{
	for (size_t i = 0; i < c->parts; i++)
		free(c->part[i].day);
	free(c->part);
	holiday_table_release(&c->table);
	memset(c, 0, sizeof(*c));
}
