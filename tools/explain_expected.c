#include "explain_expected.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/vec.h"
#include "explain.h"
#include "model/attribution.h"
#include "record/cli.h"
#include "record/group.h"

/* The place of a day among those of both periods; EXPLAIN_NONE: it is in neither. */
static size_t
place_of(const struct explain *x, int32_t day)
{
	if (range_has(&x->base.range, day))
		return (size_t)(day - x->base.range.from);
	if (range_has(&x->now.range, day))
		return x->base.days + (size_t)(day - x->now.range.from);
	return EXPLAIN_NONE;
}

static int32_t
day_at(const struct explain *x, size_t place)
{
	return place < x->base.days
	    ? x->base.range.from + (int32_t)place
	    : x->now.range.from + (int32_t)(place - x->base.days);
}

/* The columns of the members in the forecast, to be freed; NULL: it is about
 * the whole. */
static int *
forecast_groups(const struct explain *x, struct recin *in)
{
	int *group = explain_need(x, x->cli->ngroup, sizeof(*group));

	for (size_t i = 0; i < x->cli->ngroup; i++)
		if ((group[i] = recin_find(in, x->cli->group[i])) == -1) {
			free(group);
			return NULL;
		}
	return group;
}

static void
add_forecast(struct explain *x, struct explain_forecast *f, size_t member,
    size_t place, double yhat)
{
	size_t days = x->base.days + x->now.days, room = f->capacity;
	double part = place < x->base.days ? -yhat : yhat;

	if (member >= room) {
		size_t marks = room * days;

		if (vec_grow(&f->member, &f->capacity, member + 1,
			sizeof(*f->member)) == -1 ||
		    vec_grow(&f->member_day, &marks, f->capacity * days,
			sizeof(*f->member_day)) == -1)
			cli_no_memory(x->cli);
		memset(f->member + room, 0,
		    (f->capacity - room) * sizeof(*f->member));
		memset(f->member_day + room * days, 0,
		    (f->capacity - room) * days);
	}
	f->day[place] = true;
	f->sum += part;
	f->member[member].sum += part;
	f->member[member].days += !f->member_day[member * days + place];
	f->member_day[member * days + place] = true;
}

/* Refuse a forecast that lacks a day, of the whole or of a member it has. */
static void
check_forecast(const struct explain *x, const struct explain_forecast *f,
    const char *file)
{
	size_t days = x->base.days + x->now.days;
	char date[DATE_TEXT_MAX], key[200];

	for (size_t d = 0; d < days; d++) {
		date_format(day_at(x, d), date);
		if (!f->day[d])
			cli_fail(x->cli, "%s: no yhat on %s", file, date);
		for (size_t m = 0; f->by_member && m < explain_count(x, 0);
		     m++) {
			if (m >= f->capacity || f->member[m].days == 0 ||
			    f->member_day[m * days + d])
				continue;
			explain_key(x, 0, m, key, sizeof(key));
			cli_fail(x->cli, "%s: no yhat on %s of %s", file, date,
			    key);
		}
	}
}

void
explain_forecast_read(struct explain *x, struct explain_forecast *f)
{
	struct recin *in = cli_table(x->cli, x->o->expected);
	int date = cli_need(x->cli, in, "date");
	int column = cli_need(x->cli, in, "yhat");
	int *group = forecast_groups(x, in);
	struct field *key = explain_need(x, x->cli->ngroup, sizeof(*key));

	f->by_member = group != NULL;
	f->day = explain_need(x, x->base.days + x->now.days, sizeof(*f->day));
	while (cli_next(x->cli, in)) {
		size_t place, member = 0;
		int32_t day;
		double yhat;

		if (!cli_ok(x->cli, in, recin_date(in, date, &day)) ||
		    !cli_ok(x->cli, in, recin_number(in, column, &yhat)))
			continue;
		if (isnan(yhat) || (place = place_of(x, day)) == EXPLAIN_NONE)
			continue;
		for (size_t i = 0; f->by_member && i < x->cli->ngroup; i++)
			key[i] = recin_field(in, group[i]);
		if (f->by_member)
			member = explain_number(x, 0, key);
		add_forecast(x, f, member, place, yhat);
	}
	free(group);
	free(key);
	check_forecast(x, f, x->o->expected);
}

void
explain_forecast_release(struct explain_forecast *f)
{
	free(f->member);
	free(f->day);
	free(f->member_day);
}

void
explain_forecast_parts(const struct explain *x,
    const struct explain_forecast *f, const struct attribution_member *member,
    double *expected)
{
	size_t n = explain_count(x, 0);

	if (!f->by_member) {
		attribution_spread(f->sum, member, n, expected);
		return;
	}
	for (size_t m = 0; m < n; m++)
		expected[m] = m < f->capacity ? f->member[m].sum : 0;
}
