/* aee-zscore: rolling z-score of a column; aee-zscore(1). */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/opt.h"
#include "base/vec.h"
#include "model/zscore.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/pass.h"

static const char usage[] =
    "usage: aee-zscore [-c column] [-w window] [-z threshold]\n"
    "                  [-g column,...] [options] [file...]\n"
    "\n"
    "How many deviations each row lies from the rows before it.\n"
    "\n"
    "  -c, --column COL       the column to score (revenue)\n"
    "  -w, --window N         rows of the window (14)\n"
    "  -z, --threshold Z      flag |z_score| above this (2.5)\n"
    "  -g, --group-by A,B     a series for each combination of these columns\n"
    "      --include-current  the window ends with the row itself\n"
    "      --robust           median and MAD, not mean and deviation\n"
    "      --exit-code        end with status 3 if a row was flagged\n"
    "\n" CLI_USAGE;

enum { OPT_EXIT_CODE = CLI_OWN, OPT_INCLUDE_CURRENT, OPT_ROBUST };

struct options {
	const char *column;
	struct zscore_params params;
	bool exit_code;
};

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const struct option longopts[] = {
		CLI_LONG,
		{ "column", required_argument, NULL, 'c' },
		{ "exit-code", no_argument, NULL, OPT_EXIT_CODE },
		{ "include-current", no_argument, NULL, OPT_INCLUDE_CURRENT },
		{ "robust", no_argument, NULL, OPT_ROBUST },
		{ "threshold", required_argument, NULL, 'z' },
		{ "window", required_argument, NULL, 'w' },
		{ 0 },
	};
	struct options o = { .column = "revenue",
		.params = { .window = 14, .threshold = 2.5 } };
	const char *why;
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "c:w:z:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case 'c':
			o.column = optarg;
			break;
		case OPT_EXIT_CODE:
			o.exit_code = true;
			break;
		case OPT_INCLUDE_CURRENT:
			o.params.include_current = true;
			break;
		case OPT_ROBUST:
			o.params.robust = true;
			break;
		case 'w':
			o.params.window = opt_size("--window", optarg, 2,
			    1000000);
			break;
		case 'z':
			o.params.threshold = opt_double("--threshold", optarg,
			    0, INFINITY);
			break;
		}
	}
	if ((why = zscore_check(&o.params)) != NULL)
		opt_fail("%s", why);
	return o;
}

struct series {
	struct zscore *z;
	bool scored; /* a row of it was */
};

/* A series for each group, as they come. */
struct all_series {
	struct groups *groups;
	struct series *series;
	size_t n, capacity;
};

/* The series of the record at hand; key has room for its group. */
static struct series *
series_of(struct cli *cli, const struct options *o, struct all_series *all,
    const struct recin *in, const int *column, struct field *key)
{
	size_t g;
	bool fresh;

	for (size_t i = 0; i < cli->ngroup; i++)
		key[i] = recin_field(in, column[i]);
	if ((g = groups_find(all->groups, key, &fresh)) == SIZE_MAX)
		cli_no_memory(cli);
	if (fresh) {
		if (vec_grow(&all->series, &all->capacity, g + 1,
			sizeof(*all->series)) == -1)
			cli_no_memory(cli);
		all->series[g] = (struct series){ zscore_new(&o->params),
			false };
		if (all->series[g].z == NULL)
			cli_no_memory(cli);
		all->n = g + 1;
	}
	return &all->series[g];
}

static void
write_result(struct recout *out, const struct zscore_result *r)
{
	recout_number(out, r->center);
	recout_number(out, r->spread);
	recout_number(out, r->z);
	recout_number(out, r->p);
	if (r->flag == FLAG_MISSING)
		recout_missing(out);
	else
		recout_flag(out, r->flag == FLAG_YES);
	recout_end(out);
}

/* Score every record; returns whether one was flagged. */
static bool
score_records(struct cli *cli, const struct options *o, struct recin *in,
    struct all_series *all)
{
	int column = cli_need(cli, in, o->column);
	int *group = cli_group_columns(cli, in);
	struct field *key = calloc(cli->ngroup + 1, sizeof(*key));
	struct recout *out = cli_records(cli, in);
	bool found = false;

	if (key == NULL || pass_columns(out, in) == -1)
		cli_no_memory(cli);
	cli_append(cli, "rolling_mean");
	cli_append(cli, "rolling_std");
	cli_append(cli, "z_score");
	cli_append(cli, "zscore_p");
	cli_append(cli, "zscore_anomaly");
	while (cli_next(cli, in)) {
		struct series *series;
		struct zscore_result r;
		double value;

		if (!cli_ok(cli, in, recin_number(in, column, &value)))
			continue;
		series = series_of(cli, o, all, in, group, key);
		zscore_push(series->z, value, &r);
		series->scored |= r.flag != FLAG_MISSING;
		found |= r.flag == FLAG_YES;
		cli_pass(cli, in);
		write_result(out, &r);
	}
	free(key);
	free(group);
	return found;
}

static void
warn_of_unscored(const struct cli *cli, const struct options *o,
    const struct all_series *all)
{
	size_t unscored = 0;

	for (size_t i = 0; i < all->n; i++)
		unscored += !all->series[i].scored;
	if (unscored == 0)
		return;
	if (cli->ngroup == 0)
		cli_warn(cli,
		    "no row was scored: a window is %zu rows, "
		    "half of them with a value",
		    o->params.window);
	else
		cli_warn(cli,
		    "no row was scored in %zu of %zu groups: a window is "
		    "%zu rows, half of them with a value",
		    unscored, all->n, o->params.window);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct all_series all = { 0 };
	struct recin *in;
	bool found;
	int status;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	in = cli_input(&cli, argv + optind, (size_t)(argc - optind));
	if ((all.groups = groups_new(cli.ngroup)) == NULL)
		cli_no_memory(&cli);
	found = score_records(&cli, &o, in, &all);
	warn_of_unscored(&cli, &o, &all);
	for (size_t i = 0; i < all.n; i++)
		zscore_free(all.series[i].z);
	free(all.series);
	groups_free(all.groups);
	status = cli_finish(&cli);
	return status == 0 && o.exit_code && found ? 3 : status;
}
