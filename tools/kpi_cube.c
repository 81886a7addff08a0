#include "kpi_cube.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "model/kpi.h"
#include "record/cli.h"
#include "record/group.h"

#include "kpi_dates.h"

struct kpi_cube {
	struct cli *cli;
	size_t ngroup;         /* of the cube's groups */
	struct groups *groups; /* by these */
	struct groups *dimensions;
	struct groups *cells; /* by group, dimension and member */
	struct kpi *kpi;
	struct field *key; /* room: ngroup, dimension, member */
};

static const struct field none = { .p = "", .n = 0, .kind = FIELD_TEXT };

static struct field
text_field(const char *text)
{
	return (struct field){
		.p = text, .n = strlen(text), .kind = FIELD_TEXT
	};
}

struct kpi_cube *
kpi_cube_new(struct cli *cli, size_t ngroup)
{
	const struct kpi_params params = { .period = KPI_DAY };
	const struct field total = text_field("total");
	struct kpi_cube *cube = calloc(1, sizeof(*cube));

	if (cube == NULL)
		cli_no_memory(cli);
	cube->cli = cli;
	cube->ngroup = ngroup;
	cube->groups = groups_new(ngroup);
	cube->dimensions = groups_new(1);
	cube->cells = groups_new(ngroup + 2);
	cube->kpi = kpi_new(&params);
	cube->key = calloc(ngroup + 2, sizeof(*cube->key));
	if (cube->groups == NULL || cube->dimensions == NULL ||
	    cube->cells == NULL || cube->kpi == NULL || cube->key == NULL ||
	    groups_find(cube->dimensions, &total, NULL) == SIZE_MAX)
		cli_no_memory(cli);
	return cube;
}

void
kpi_cube_free(struct kpi_cube *cube)
{
	if (cube == NULL)
		return;
	groups_free(cube->groups);
	groups_free(cube->dimensions);
	groups_free(cube->cells);
	kpi_free(cube->kpi);
	free(cube->key);
	free(cube);
}

/* The cell of a member of a dimension of the group in cube->key. */
static size_t
cell_of(struct kpi_cube *cube, struct field dimension, struct field member)
{
	size_t cell;

	cube->key[cube->ngroup] = dimension;
	cube->key[cube->ngroup + 1] = member;
	if (groups_find(cube->groups, cube->key, NULL) == SIZE_MAX ||
	    groups_find(cube->dimensions, &dimension, NULL) == SIZE_MAX ||
	    (cell = groups_find(cube->cells, cube->key, NULL)) == SIZE_MAX)
		cli_no_memory(cube->cli);
	return cell;
}

static void
check(const struct kpi_cube *cube, int status)
{
	if (status == -1)
		cli_no_memory(cube->cli);
	if (status == -2)
		cli_fail(cube->cli, "a sum has too many digits");
}

/* Add to a member of a dimension of the group in cube->key. */
static void
add(struct kpi_cube *cube, struct field dimension, struct field member,
    struct kpi_sums *sums)
{
	sums->group = cell_of(cube, dimension, member);
	check(cube, kpi_add_sums(cube->kpi, sums));
}

/* The cells of a group of all the columns: the total and each dimension. */
static void
cells_of(struct kpi_cube *cube, const struct groups *groups, size_t group,
    size_t *cell)
{
	for (size_t i = 0; i < cube->ngroup; i++)
		cube->key[i] = groups_key(groups, group, i);
	*cell++ = cell_of(cube, text_field("total"), none);
	for (size_t i = cube->ngroup; i < cube->cli->ngroup; i++)
		*cell++ = cell_of(cube, text_field(cube->cli->group[i]),
		    groups_key(groups, group, i));
}

void
kpi_cube_orders(struct kpi_cube *cube, const struct kpi *kpi,
    const struct groups *groups)
{
	const size_t ncells = cube->cli->ngroup - cube->ngroup + 1;
	size_t *cell = calloc(ncells, sizeof(*cell));

	if (cell == NULL)
		cli_no_memory(cube->cli);
	for (size_t g = 0; g < groups_count(groups); g++) {
		bool known = false;

		for (size_t i = 0; i < kpi_periods(kpi); i++) {
			struct kpi_values v;
			struct kpi_sums sums = { .has_orders = true };

			kpi_values(kpi, g, i, &v);
			if (!v.has_orders)
				continue;
			if (!known)
				cells_of(cube, groups, g, cell);
			known = true;
			sums.day = v.day;
			sums.orders = v.orders;
			sums.revenue = v.revenue;
			for (size_t c = 0; c < ncells; c++) {
				sums.group = cell[c];
				check(cube, kpi_add_sums(cube->kpi, &sums));
			}
		}
	}
	free(cell);
}

/* The columns of groups and dimensions in the traffic, -1 where there is none;
 * false if a group has none. */
static bool
find_columns(const struct kpi_cube *cube, struct recin *in, int *column)
{
	for (size_t i = 0; i < cube->cli->ngroup; i++) {
		column[i] = recin_find(in, cube->cli->group[i]);
		if (column[i] != -1 || i >= cube->ngroup)
			continue;
		cli_warn(cube->cli,
		    "%s: no column '%s': sessions stay empty in its groups",
		    recin_file(in), cube->cli->group[i]);
		return false;
	}
	return true;
}

void
kpi_cube_traffic(struct kpi_cube *cube, const char *path)
{
	struct cli *cli = cube->cli;
	struct recin *in = cli_table(cli, path);
	const int date = cli_need(cli, in, "date");
	const int sessions_column = cli_need(cli, in, "sessions");
	int *column = calloc(cli->ngroup + 1, sizeof(*column));
	bool grouped;

	if (column == NULL)
		cli_no_memory(cli);
	grouped = find_columns(cube, in, column);
	while (cli_next(cli, in)) {
		struct kpi_sums sums = { .has_sessions = true };
		struct decimal sessions;

		if (!cli_ok(cli, in, recin_date(in, date, &sums.day)) ||
		    !cli_ok(cli, in,
			recin_decimal(in, sessions_column, &sessions, NULL)) ||
		    !cli_not_negative(cli, in, sessions_column,
			sessions.mantissa < 0))
			continue;
		kpi_warn_far(cli, in, cube->kpi, sums.day);
		if (!grouped) {
			kpi_cover(cube->kpi, sums.day);
			continue;
		}
		decimal_sum_add(&sums.sessions, &sessions);
		for (size_t i = 0; i < cube->ngroup; i++)
			cube->key[i] = recin_field(in, column[i]);
		add(cube, text_field("total"), none, &sums);
		for (size_t i = cube->ngroup; i < cli->ngroup; i++)
			if (column[i] != -1)
				add(cube, text_field(cli->group[i]),
				    recin_field(in, column[i]), &sums);
	}
	free(column);
}

/* ---- rows of cubes ------------------------------------------------------- */

bool
kpi_cube_is(const struct recin *in)
{
	return recin_own(in, "dimension") != -1 &&
	    recin_own(in, "member") != -1;
}

/* A sum of the row at hand; false if the row is left out. */
static bool
read_sum(struct cli *cli, struct recin *in, int column, struct decimal_sum *sum,
    bool *there)
{
	const struct field f = recin_field(in, column);
	const char *why;

	*there = !field_missing(f);
	if (!*there || (why = decimal_sum_parse(f.p, f.n, sum)) == NULL)
		return true;
	return cli_ok(cli, in, recin_reject(in, column, why));
}

static bool
read_count(struct cli *cli, struct recin *in, int column, int64_t *n,
    bool *there)
{
	const struct field f = recin_field(in, column);

	*there = !field_missing(f);
	if (!*there || (number_parse_int(f.p, f.n, n) == 0 && *n >= 0))
		return true;
	return cli_ok(cli, in, recin_reject(in, column, "is not a count"));
}

void
kpi_cube_rows(struct kpi_cube *cube, struct recin *in)
{
	struct cli *cli = cube->cli;
	const int date = cli_need(cli, in, "date"),
		  dimension = cli_need(cli, in, "dimension"),
		  member = cli_need(cli, in, "member"),
		  sessions = cli_need(cli, in, "sessions"),
		  orders = cli_need(cli, in, "orders"),
		  revenue = cli_need(cli, in, "revenue");
	int *group = cli_group_columns(cli, in);

	while (cli_next(cli, in)) {
		struct kpi_sums s = { 0 };
		bool paid;

		if (!cli_ok(cli, in, recin_date(in, date, &s.day)) ||
		    !read_sum(cli, in, sessions, &s.sessions,
			&s.has_sessions) ||
		    !cli_not_negative(cli, in, sessions,
			decimal_sum_sign(&s.sessions) < 0) ||
		    !read_count(cli, in, orders, &s.orders, &s.has_orders) ||
		    !read_sum(cli, in, revenue, &s.revenue, &paid))
			continue;
		if (paid != s.has_orders) {
			cli_ok(cli, in,
			    recin_reject(in, orders,
				"goes with a revenue: both or none is empty"));
			continue;
		}
		if (field_missing(recin_field(in, dimension))) {
			cli_ok(cli, in,
			    recin_reject(in, dimension, "is no dimension"));
			continue;
		}
		kpi_warn_far(cli, in, cube->kpi, s.day);
		for (size_t i = 0; i < cube->ngroup; i++)
			cube->key[i] = recin_field(in, group[i]);
		add(cube, recin_field(in, dimension), recin_field(in, member),
		    &s);
	}
	free(group);
}

/* ---- output -------------------------------------------------------------- */

/* A cell in its place. */
struct place {
	size_t group, dimension, cell;
	struct field member;
};

static int
compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	const size_t n = a->member.n < b->member.n ? a->member.n : b->member.n;
	int order;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->dimension != b->dimension)
		return a->dimension < b->dimension ? -1 : 1;
	if (n > 0 && (order = memcmp(a->member.p, b->member.p, n)) != 0)
		return order;
	if (a->member.n != b->member.n)
		return a->member.n < b->member.n ? -1 : 1;
	return a->cell < b->cell ? -1 : a->cell > b->cell;
}

static struct place *
places_of(struct kpi_cube *cube)
{
	const size_t n = groups_count(cube->cells);
	struct place *place = calloc(n + 1, sizeof(*place));

	if (place == NULL)
		cli_no_memory(cube->cli);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < cube->ngroup + 2; k++)
			cube->key[k] = groups_key(cube->cells, i, k);
		place[i].cell = i;
		place[i].group = groups_look(cube->groups, cube->key);
		place[i].dimension = groups_look(cube->dimensions,
		    &cube->key[cube->ngroup]);
		place[i].member = cube->key[cube->ngroup + 1];
	}
	if (n > 0)
		qsort(place, n, sizeof(*place), compare_places);
	return place;
}

static void
write_columns(struct kpi_cube *cube, struct recout *out)
{
	struct cli *cli = cube->cli;
	static const char *const names[] = { "dimension", "member", "sessions",
		"orders", "revenue" };

	if (recout_column(out, "date") == -1)
		cli_no_memory(cli);
	for (size_t i = 0; i < cube->ngroup; i++)
		if (recout_column(out, cli->group[i]) == -1)
			cli_fail(cli,
			    "--group-by: the output has a column '%s' of its "
			    "own",
			    cli->group[i]);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (recout_column(out, names[i]) == -1)
			cli_fail(cli,
			    "--group-by: the output has a column '%s' of its "
			    "own",
			    names[i]);
}

static void
write_row(const struct kpi_cube *cube, struct recout *out, size_t cell,
    size_t period)
{
	struct kpi_values v;

	kpi_values(cube->kpi, cell, period, &v);
	recout_date(out, v.day);
	for (size_t i = 0; i < cube->ngroup + 2; i++)
		recout_field(out, groups_key(cube->cells, cell, i));
	if (v.has_sessions)
		recout_sum(out, &v.sessions);
	else
		recout_missing(out);
	if (v.has_orders) {
		recout_int(out, v.orders);
		recout_sum(out, &v.revenue);
	} else {
		recout_missing(out);
		recout_missing(out);
	}
	recout_end(out);
}

void
kpi_cube_write(struct kpi_cube *cube, const struct recin *in)
{
	struct recout *out = cli_records(cube->cli, in);
	struct place *place = places_of(cube);
	const size_t n = groups_count(cube->cells);
	size_t end;

	write_columns(cube, out);
	for (size_t start = 0; start < n; start = end) {
		for (end = start;
		     end < n && place[end].group == place[start].group; end++)
			;
		for (size_t t = 0; t < kpi_periods(cube->kpi); t++)
			for (size_t i = start; i < end; i++)
				write_row(cube, out, place[i].cell, t);
	}
	free(place);
}
