/* aee-insights: what the days and the results about them say, as one document;
 * aee-insights(1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "insights_data.h"
#include "insights_out.h"
#include "insights_state.h"
#include "insights_text.h"

#include "base/date.h"
#include "base/opt.h"
#include "base/vec.h"
#include "record/cli.h"
#include "record/config.h"
#include "record/output.h"

static const char usage[] =
    "usage: aee-insights [--kpi file] [--daily file] [--by-channel file]\n"
    "                    [--explain file] [--incidents file] [--backtest file]\n"
    "                    [-F format] [options] [file]\n"
    "\n"
    "What the output of aee-consensus and the files beside it say, as one\n"
    "document for people, alerting and language models.\n"
    "\n"
    "      --kpi FILE         totals: JSON of aee-kpi --summary\n"
    "      --daily FILE       key figures by day, where the input lacks them\n"
    "      --by-channel FILE  key figures by day or month and channel, of\n"
    "                         aee-kpi -g channel\n"
    "      --explain FILE     effects, of aee-explain\n"
    "      --incidents FILE   incidents, of aee-detect\n"
    "      --backtest FILE    accuracy, of aee-forecast --backtest\n"
    "  -c, --column NAME      what yhat is about (revenue)\n"
    "  -F, --format F         json, markdown or text (json)\n"
    "      --prompt           instructions for a language model, a glossary\n"
    "                         and the findings\n"
    "      --max-tokens N     of the prompt, about (8000)\n"
    "      --alerts           the alerts alone, as records (NDJSON)\n"
    "      --exit-code        end with 3 if a critical alert is new\n"
    "      --state FILE       critical alerts that are not new; written anew\n"
    "  -C, --config FILE      the rules; --set KEY=VALUE: one of them\n"
    "\n" CLI_USAGE;

enum {
	OPT_ALERTS = CLI_OWN,
	OPT_EXIT_CODE,
	OPT_MAX_TOKENS,
	OPT_PROMPT,
	OPT_SET,
	OPT_STATE,
	/* One for each enum insights_source. */
	OPT_SOURCE
};

enum form { FORM_JSON, FORM_MARKDOWN, FORM_TEXT };

struct options {
	const char *source[INSIGHTS_SOURCES];
	const char *column, *config, *state;
	enum form form;
	bool form_given, prompt, alerts, exit_code;
	size_t max_tokens; /* 0: not given */
	const char **set;
	size_t nset, set_capacity;
};

/* What a configuration says of alerts. */
struct alert_rules {
	enum insights_severity least;
	size_t days; /* back from the last; 0: all */
};

static void
check_options(const struct cli *cli, const struct options *o, int operands)
{
	if (cli->ngroup > 0)
		opt_fail("--group-by: a document is about one series");
	if (operands > 1)
		opt_fail("there can be one file, or standard input");
	if (o->prompt + o->alerts + o->form_given > 1)
		opt_fail("-F, --prompt and --alerts exclude each other");
	if (o->max_tokens > 0 && !o->prompt)
		opt_fail("--max-tokens: is for --prompt");
	if (cli->out_format != FORMAT_AUTO && !o->alerts)
		opt_fail("--ocsv, --otsv and --ojsonl are for --alerts");
	for (size_t s = 0; s < INSIGHTS_SOURCES; s++)
		if (o->source[s] != NULL && strcmp(o->source[s], "-") == 0)
			opt_fail("--%s: needs a file: standard input is for "
				 "the consensus",
			    s == INSIGHTS_FROM_CHANNELS
				? "by-channel"
				: insights_source_name((enum insights_source)
					  s));
	if (o->state != NULL && strcmp(o->state, "-") == 0)
		opt_fail("--state: needs a file");
}

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const char *const forms[] = { "json", "markdown", "text" };
	static const struct option longopts[] = {
		CLI_LONG,
		{ "alerts", no_argument, NULL, OPT_ALERTS },
		{ "backtest", required_argument, NULL,
		    OPT_SOURCE + INSIGHTS_FROM_BACKTEST },
		{ "by-channel", required_argument, NULL,
		    OPT_SOURCE + INSIGHTS_FROM_CHANNELS },
		{ "column", required_argument, NULL, 'c' },
		{ "config", required_argument, NULL, 'C' },
		{ "daily", required_argument, NULL,
		    OPT_SOURCE + INSIGHTS_FROM_DAILY },
		{ "exit-code", no_argument, NULL, OPT_EXIT_CODE },
		{ "explain", required_argument, NULL,
		    OPT_SOURCE + INSIGHTS_FROM_EXPLAIN },
		{ "format", required_argument, NULL, 'F' },
		{ "incidents", required_argument, NULL,
		    OPT_SOURCE + INSIGHTS_FROM_INCIDENTS },
		{ "kpi", required_argument, NULL,
		    OPT_SOURCE + INSIGHTS_FROM_KPI },
		{ "max-tokens", required_argument, NULL, OPT_MAX_TOKENS },
		{ "prompt", no_argument, NULL, OPT_PROMPT },
		{ "set", required_argument, NULL, OPT_SET },
		{ "state", required_argument, NULL, OPT_STATE },
		{ 0 },
	};
	struct options o = { .column = "revenue" };
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "c:C:F:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case 'c':
			o.column = optarg;
			break;
		case 'C':
			o.config = optarg;
			break;
		case 'F':
			o.form = (enum form)opt_choice("--format", optarg,
			    forms, 3);
			o.form_given = true;
			break;
		case OPT_ALERTS:
			o.alerts = true;
			break;
		case OPT_EXIT_CODE:
			o.exit_code = true;
			break;
		case OPT_MAX_TOKENS:
			o.max_tokens = opt_size("--max-tokens", optarg, 1,
			    1000000000);
			break;
		case OPT_PROMPT:
			o.prompt = true;
			break;
		case OPT_SET:
			if (vec_grow(&o.set, &o.set_capacity, o.nset + 1,
				sizeof(*o.set)) == -1)
				cli_no_memory(cli);
			o.set[o.nset++] = optarg;
			break;
		case OPT_STATE:
			o.state = optarg;
			break;
		default:
			o.source[c - OPT_SOURCE] = optarg;
		}
	}
	check_options(cli, &o, argc - optind);
	return o;
}

/* ---- rules ------------------------------------------------------------------- */

static enum insights_severity
read_severity(struct config *config)
{
	const char *text;

	config_text(config, NULL, "alerts.severity", "high", &text);
	for (int s = INSIGHTS_INFO; s <= INSIGHTS_CRITICAL; s++)
		if (strcmp(text,
			insights_severity_name((enum insights_severity)s)) == 0)
			return (enum insights_severity)s;
	config_fail(config, NULL, "alerts.severity",
	    "'%s' is not info, notice, high or critical", text);
	return INSIGHTS_HIGH;
}

static void
read_rules(struct cli *cli, const struct options *o,
    struct insights_rules *rules, struct alert_rules *alerts)
{
	struct config *config = config_open(o->config);
	int64_t days;

	if (config == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < o->nset; i++)
		config_set(config, o->set[i]);
	*rules = insights_defaults();
	alerts->least = read_severity(config);
	config_int(config, NULL, "alerts.days", 0, 0, 36600, &days);
	alerts->days = (size_t)days;
	insights_rules_read(rules, cli, config);
	config_finish(config);
	cli_check(cli, config);
	config_close(config);
}

/* ---- alerts ------------------------------------------------------------------- */

static struct insights_alerts
find_alerts(const struct insights_story *story, const struct alert_rules *rules,
    const struct insights_state *state)
{
	const struct insights *r = story->result;
	struct insights_alerts alerts = { 0 };
	size_t *order = calloc(r->findings + 1, sizeof(*order));
	int32_t since = DATE_MIN;

	alerts.alert = calloc(r->findings + 1, sizeof(*alerts.alert));
	if (order == NULL || alerts.alert == NULL)
		cli_no_memory(story->data->cli);
	if (rules->days > 0 && r->actual > 0)
		since = r->total.to - (int32_t)rules->days + 1;
	alerts.n = insights_alerts(r, rules->least, since, order);
	for (size_t i = 0; i < alerts.n; i++) {
		const char *id = insights_id(story, &r->finding[order[i]]);

		alerts.alert[i] = (struct insights_alert){ order[i], id,
			!insights_state_has(state, id) };
	}
	free(order);
	return alerts;
}

static bool
any_new_critical(const struct insights *r, const struct insights_alerts *alerts)
{
	for (size_t i = 0; i < alerts->n; i++)
		if (alerts->alert[i].new &&
		    r->finding[alerts->alert[i].finding].severity ==
			INSIGHTS_CRITICAL)
			return true;
	return false;
}

/* ---- output --------------------------------------------------------------------- */

static void
write_alerts(struct cli *cli, const struct insights_story *story,
    const struct insights_alerts *alerts)
{
	struct recout *out;

	if (cli->out_format == FORMAT_AUTO)
		cli->out_format = FORMAT_JSONL;
	out = cli_records(cli, NULL);
	insights_alert_record(out, story, NULL);
	for (size_t i = 0; i < alerts->n; i++)
		insights_alert_record(out, story, &alerts->alert[i]);
}

/* What is made in memory first. */
static void
write_text(struct cli *cli, const struct options *o,
    const struct insights_story *story, const struct insights_alerts *alerts)
{
	size_t max = o->max_tokens > 0 ? o->max_tokens : 8000, n = 0, least = 0;
	char *text = NULL;
	FILE *to = open_memstream(&text, &n);

	if (to == NULL)
		cli_no_memory(cli);
	if (o->prompt)
		least = insights_prompt(to, story, max);
	else
		insights_brief(to, story, alerts,
		    o->form == FORM_MARKDOWN ? INSIGHTS_MARKDOWN
					     : INSIGHTS_PLAIN);
	if (fclose(to) == EOF)
		cli_no_memory(cli);
	if (least > 0)
		cli_fail(cli, "--max-tokens: the prompt takes %zu at least",
		    least);
	output_write(cli->output, text, n);
	free(text);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct insights_rules rules;
	struct alert_rules alert_rules;
	struct insights_data data;
	struct insights result;
	struct insights_state state = { 0 };
	struct insights_story story = { &data, &rules, &result };
	struct insights_alerts alerts;
	bool found;
	int status;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	read_rules(&cli, &o, &rules, &alert_rules);
	insights_data_read(&data, &cli, o.column, argv + optind,
	    (size_t)(argc - optind), o.source);
	if (o.state != NULL)
		insights_state_read(&state, &data, o.state);
	if (insights_run(&data.input, &rules, &result) == -1)
		cli_no_memory(&cli);

	alerts = find_alerts(&story, &alert_rules, &state);
	found = any_new_critical(&result, &alerts);
	if (o.alerts)
		write_alerts(&cli, &story, &alerts);
	else if (o.prompt || o.form != FORM_JSON)
		write_text(&cli, &o, &story, &alerts);
	else
		insights_json(cli.output, cli.precision, &story, &alerts);
	if (o.state != NULL)
		insights_state_write(&state, &story, &alerts, o.state);

	free(alerts.alert);
	insights_state_release(&state);
	insights_release(&result);
	insights_data_release(&data);
	free(o.set);
	status = cli_finish(&cli);
	return status == 0 && o.exit_code && found ? 3 : status;
}
