#include "kpi_traffic.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "model/kpi.h"
#include "record/cli.h"
#include "record/group.h"

#include "kpi_dates.h"
#include "kpi_tables.h"

enum { DATE, SESSIONS, GROUPS };

struct traffic {
	struct cli *cli;
	struct order_tables *to;
	struct recin *in;
	/* The date, the sessions and the groups, and then the channel, -1 if
	 * there is none or it is not needed. */
	int *column;
	bool grouped; /* there is a column for each group */
	struct field *key;
	/* Many rows at a time. */
	struct span (*text)[RECIN_RUN], **span;
	struct recin_dates dates;
	int32_t day[RECIN_RUN];
	struct decimal sessions[RECIN_RUN];
	size_t group[RECIN_RUN], channel[RECIN_RUN];
};

static size_t
number_of(const struct traffic *t, struct groups *groups,
    const struct field *key)
{
	size_t n = groups_find(groups, key, NULL);

	if (n == SIZE_MAX)
		cli_no_memory(t->cli);
	return n;
}

/* How many columns a run has. */
static size_t
run_columns(const struct traffic *t)
{
	const size_t ngroup = t->grouped ? t->cli->ngroup : 0;

	return GROUPS + ngroup + (t->column[GROUPS + ngroup] != -1);
}

/* The columns; where one of the groups has none, only days are covered. */
static void
find_columns(struct traffic *t, size_t channel_group)
{
	struct cli *cli = t->cli;
	int channel, *group = t->column + GROUPS;

	t->column[DATE] = cli_need(cli, t->in, "date");
	channel = recin_find(t->in, "channel");
	t->column[SESSIONS] = cli_need(cli, t->in, "sessions");
	t->grouped = true;
	for (size_t i = 0; t->grouped && i < cli->ngroup; i++) {
		group[i] = i == channel_group && channel != -1
		    ? channel
		    : recin_find(t->in, cli->group[i]);
		t->grouped = group[i] != -1;
		if (!t->grouped)
			cli_warn(cli,
			    "%s: no column '%s': sessions stay empty in its "
			    "groups",
			    recin_file(t->in), cli->group[i]);
	}
	group[t->grouped ? cli->ngroup : 0] = t->grouped &&
		t->to->of_channel != NULL
	    ? channel
	    : -1;
}

/* Add sessions whose groups have numbers.  As kpi_add_sessions(). */
static int
add(const struct traffic *t, int32_t day, const struct decimal *sessions,
    size_t group, size_t channel)
{
	const struct order_tables *to = t->to;
	int status;

	if (!t->grouped) {
		kpi_cover(to->kpi, day);
		return 0;
	}
	if ((status = kpi_add_sessions(to->kpi, group, day, sessions)) != 0)
		return status;
	if (to->by_month != NULL)
		kpi_cover(to->by_month, day);
	return channel == KPI_NONE
	    ? 0
	    : kpi_add_sessions(to->of_channel, channel, day, sessions);
}

/* Add the row at hand, unless it is left out. */
static void
read_row(struct traffic *t)
{
	struct cli *cli = t->cli;
	const size_t ngroup = t->grouped ? cli->ngroup : 0;
	const int channel_column = t->column[GROUPS + ngroup];
	size_t group = 0, channel = KPI_NONE;
	struct decimal sessions;
	struct field f;
	int32_t day;
	int status;

	if (!cli_ok(cli, t->in, recin_date(t->in, t->column[DATE], &day)) ||
	    !cli_ok(cli, t->in,
		recin_decimal(t->in, t->column[SESSIONS], &sessions, NULL)) ||
	    !cli_not_negative(cli, t->in, t->column[SESSIONS],
		sessions.mantissa < 0))
		return;
	kpi_warn_far(cli, t->in, t->to->kpi, day);
	for (size_t i = 0; i < ngroup; i++)
		t->key[i] = recin_field(t->in, t->column[GROUPS + i]);
	if (t->grouped)
		group = number_of(t, t->to->groups, t->key);
	if (channel_column != -1) {
		f = recin_field(t->in, channel_column);
		channel = number_of(t, t->to->channels, &f);
	}
	status = add(t, day, &sessions, group, channel);
	if (status == -1)
		cli_no_memory(cli);
	if (status == -2)
		cli_fail(cli, "%s:%llu: a sum has too many digits",
		    recin_file(t->in), (unsigned long long)recin_line(t->in));
}

/* How many of n sessions there are before the first that is negative. */
static size_t
not_negative(const struct decimal *sessions, size_t n)
{
	size_t r = 0;

	while (r < n && sessions[r].mantissa >= 0)
		r++;
	return r;
}

/* Number the groups and channels of the first n rows of a run. */
static void
number_run(struct traffic *t, size_t first, size_t n)
{
	const size_t ngroup = t->cli->ngroup;
	struct span *span[RECIN_RUN_COLUMNS];

	for (size_t r = 0; r < n; r++)
		t->channel[r] = KPI_NONE;
	if (!t->grouped)
		return;
	for (size_t i = GROUPS; i < run_columns(t); i++)
		span[i] = t->span[i] + first;
	if (groups_find_run(t->to->groups, span + GROUPS, n, t->group) == -1 ||
	    (t->column[GROUPS + ngroup] != -1 &&
		groups_find_run(t->to->channels, span + GROUPS + ngroup, n,
		    t->channel) == -1))
		cli_no_memory(t->cli);
}

/* Add all rows that can be before one that must be looked at by itself. */
static void
read_runs(struct traffic *t)
{
	size_t n, first, good, r;

	do {
		n = recin_run(t->in, t->column, run_columns(t), t->span,
		    &first);
		good = recin_run_decimals(t->span[SESSIONS] + first, n,
		    t->sessions);
		good = not_negative(t->sessions, good);
		good = recin_run_dates(t->in, &t->dates, t->span[DATE] + first,
		    good, t->day);
		good = kpi_days_near(t->to->kpi, t->day, good);
		number_run(t, first, good);
		for (r = 0; r < good; r++)
			if (add(t, t->day[r], &t->sessions[r], t->group[r],
				t->channel[r]) != 0)
				break;
		recin_take(t->in, r);
	} while (n > 0 && r == n);
}

void
kpi_traffic_read(struct cli *cli, struct order_tables *to, size_t channel_group,
    const char *path)
{
	const size_t most = GROUPS + cli->ngroup + 1;
	struct traffic *t = calloc(1, sizeof(*t));

	if (t == NULL)
		cli_no_memory(cli);
	t->cli = cli;
	t->to = to;
	t->in = cli_table(cli, path);
	t->column = calloc(most, sizeof(*t->column));
	t->key = calloc(most, sizeof(*t->key));
	t->text = calloc(most, sizeof(*t->text));
	t->span = calloc(most, sizeof(*t->span));
	if (t->column == NULL || t->key == NULL || t->text == NULL ||
	    t->span == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < most; i++)
		t->span[i] = t->text[i];
	find_columns(t, channel_group);
	for (;;) {
		if (most <= RECIN_RUN_COLUMNS)
			read_runs(t);
		if (!cli_next(cli, t->in))
			break;
		read_row(t);
	}
	free(t->column);
	free(t->key);
	free(t->text);
	free(t->span);
	free(t);
}
