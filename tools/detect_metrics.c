#include "detect_metrics.h"

#include <math.h>
#include <stdlib.h>

#include "record/cli.h"

void
detect_metrics_columns(struct cli *cli, struct recout *out)
{
	static const char *const after[] = { "metric", "value", "z" };

	if (recout_column(out, "date") == -1)
		cli_no_memory(cli);
	for (size_t i = 0; i < cli->ngroup; i++)
		if (recout_column(out, cli->group[i]) == -1)
			cli_fail(cli,
			    "--group-by: metrics have a column '%s' of their "
			    "own",
			    cli->group[i]);
	for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++)
		if (recout_column(out, after[i]) == -1)
			cli_fail(cli,
			    "--group-by: metrics have a column '%s' of their "
			    "own",
			    after[i]);
}

static bool
has_value(const struct metrics *set, size_t metric)
{
	for (size_t t = 0; t < set->n; t++)
		if (!isnan(set->y[metric * set->n + t]))
			return true;
	return false;
}

void
detect_metrics_write(struct cli *cli, struct recout *out,
    const struct metrics *set, const struct detect_result *result,
    const int8_t *masked, const struct metrics_place *place)
{
	bool *known = calloc(set->m + 1, sizeof(*known));

	if (known == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < set->m; i++)
		known[i] = has_value(set, i);
	for (size_t t = 0; t < set->n; t++) {
		for (size_t i = 0; i < set->m; i++) {
			const size_t at = i * set->n + t;

			if (!known[i] || !days_seen(place->days, t))
				continue;
			recout_date(out, place->first + (int32_t)t);
			for (size_t g = 0; g < cli->ngroup; g++)
				recout_field(out, place->group[g]);
			recout_text(out, place->name[i]);
			recout_number(out, set->y[at]);
			recout_number(out,
			    result->usable[i] && !masked[t] ? result->z[at]
							    : NAN);
			recout_end(out);
		}
	}
	free(known);
}
