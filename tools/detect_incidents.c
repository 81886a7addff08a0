#include "detect_incidents.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/number.h"
#include "record/cli.h"

#include "detect_days.h"

enum { SIZE_DIGITS = 3, METRICS_MOST = 8 };

bool
incident_chosen(const struct incident_choice *choice, const struct incident *in)
{
	if (choice->direction != 0 && in->direction != choice->direction)
		return false;
	return isnan(in->money) || fabs(in->money) >= choice->min_money;
}

void
incident_columns(struct cli *cli, struct recout *out)
{
	static const char *const after[] = { "start_date", "end_date", "kind",
		"direction", "metrics", "money_at_stake", "p", "tier", "cause",
		"evidence" };

	if (recout_column(out, "incident") == -1)
		cli_no_memory(cli);
	for (size_t i = 0; i < cli->ngroup; i++)
		if (recout_column(out, cli->group[i]) == -1)
			cli_fail(cli,
			    "--group-by: incidents have a column '%s' of "
			    "their own",
			    cli->group[i]);
	for (size_t i = 0; i < sizeof(after) / sizeof(*after); i++)
		if (recout_column(out, after[i]) == -1)
			cli_fail(cli,
			    "--group-by: incidents have a column '%s' of "
			    "their own",
			    after[i]);
}

/* The metrics that moved most, and the factor of each. */
static void
write_metrics(struct cli *cli, struct recout *out, const struct incident *in,
    const struct incident_place *place)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		cli_no_memory(cli);
	for (size_t j = 0; j < in->metrics && j < METRICS_MOST; j++) {
		const struct incident_metric *m = &in->metric[j];
		char *name = days_metric_name(place->days,
		    &place->set->id[m->metric]);
		char factor[NUMBER_TEXT_MAX];

		if (name == NULL)
			cli_no_memory(cli);
		number_format(factor, m->factor, SIZE_DIGITS);
		fprintf(to, "%s%s x%s", j > 0 ? "; " : "", name, factor);
		free(name);
	}
	if (fclose(to) != 0)
		cli_no_memory(cli);
	recout_text(out, text);
	free(text);
}

/* Who is concerned: the shop, all channels or categories, or one of them. */
static void
put_subject(FILE *to, const struct incident *in,
    const struct incident_place *place)
{
	const struct metric id = { METRIC_REVENUE, in->dimension, in->member };
	struct field member;

	if (in->dimension == METRIC_TOTAL || in->member == INCIDENT_ALL) {
		fputs("all alike", to);
		return;
	}
	member = days_member(place->days, &id);
	fprintf(to, "%s %.*s",
	    in->dimension == METRIC_CHANNEL ? "channel" : "category",
	    (int)member.n, member.p);
}

static const char *const doubts[] = {
	[INCIDENT_NO_TRAFFIC] = "fewer orders of all alike; no traffic to tell "
				"an outage from fewer visitors",
	[INCIDENT_CLOSED] = "no orders at all; no traffic to tell an outage "
			    "from a closed day",
	[INCIDENT_NOTHING] = "no visits and no orders at all: closed, down, or "
			     "the data are missing",
};

/* Why this cause, and which would be the next. */
static void
write_evidence(struct cli *cli, struct recout *out, const struct incident *in,
    const struct incident_place *place)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	char share[NUMBER_TEXT_MAX];

	if (to == NULL)
		cli_no_memory(cli);
	number_format(share, in->explained, 2);
	if (in->doubt != INCIDENT_NO_DOUBT) {
		fputs(doubts[in->doubt], to);
	} else if (in->cause == INCIDENT_UNKNOWN) {
		fputs("no pattern fits", to);
		if (in->second != INCIDENT_UNKNOWN)
			fprintf(to, "; closest is %s",
			    incident_cause_name(in->second));
	} else {
		put_subject(to, in, place);
		fprintf(to, ": explains %s of the change", share);
		if (isfinite(in->margin))
			fprintf(to, "; next is %s, worse by %.1f",
			    incident_cause_name(in->second), in->margin);
	}
	if (fclose(to) != 0)
		cli_no_memory(cli);
	recout_text(out, text);
	free(text);
}

void
incident_write(struct cli *cli, struct recout *out, size_t number,
    const struct incident *in, const struct incident_place *place)
{
	recout_int(out, (int64_t)number);
	for (size_t i = 0; i < cli->ngroup; i++)
		recout_field(out, place->group[i]);
	recout_date(out, place->first + (int32_t)in->start);
	recout_date(out, place->first + (int32_t)in->end);
	recout_text(out, incident_kind_name(in->kind));
	recout_text(out, in->direction > 0 ? "up" : "down");
	write_metrics(cli, out, in, place);
	recout_number(out, in->money);
	recout_number(out, exp(in->ln_p));
	if (place->tier == TIER_NONE)
		recout_missing(out);
	else
		recout_text(out, consensus_tier_name(place->tier));
	recout_text(out, incident_cause_name(in->cause));
	write_evidence(cli, out, in, place);
	recout_end(out);
}
