/* aee-report: the whole story on one page; aee-report(1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"
#include "report_page.h"

#include "base/date.h"
#include "base/opt.h"
#include "record/cli.h"
#include "record/utf8.h"

static const char usage[] =
    "usage: aee-report [-F html|markdown|text] [-c column] [--kpi file]\n"
    "                  [--daily file] [--by-channel file] [--explain file]\n"
    "                  [--incidents file] [--components file]\n"
    "                  [--backtest file] [options] [file...]\n"
    "\n"
    "One page about a shop, from a consensus and what other programs found.\n"
    "\n"
    "  -F, --format F         html (default), markdown or text\n"
    "  -c, --column C         what the forecast is about (revenue)\n"
    "      --kpi FILE         totals: the JSON summary of aee-kpi\n"
    "      --daily FILE       aee-kpi: key figures that the consensus lacks\n"
    "      --by-channel FILE  aee-kpi -g channel: the channels by day\n"
    "      --explain FILE     aee-explain: why revenue changed\n"
    "      --incidents FILE   incidents, to be marked\n"
    "      --components FILE  aee-forecast --components: its terms\n"
    "      --backtest FILE    aee-forecast --backtest: its errors\n"
    "      --title TEXT       of the page\n"
    "      --window N         days that are compared with as many before (7)\n"
    "\n" CLI_USAGE;

enum {
	OPT_BACKTEST = CLI_OWN,
	OPT_BY_CHANNEL,
	OPT_COMPONENTS,
	OPT_DAILY,
	OPT_EXPLAIN,
	OPT_INCIDENTS,
	OPT_KPI,
	OPT_TITLE,
	OPT_WINDOW,
};

struct options {
	enum page_format format;
	const char *column, *title;
	size_t window; /* 0: by the data */
	struct report_files files;
};

static void
check_options(const struct cli *cli, const struct options *o)
{
	const char *const file[] = { o->files.kpi, o->files.daily,
		o->files.by_channel, o->files.explain, o->files.incidents,
		o->files.backtest, o->files.components };

	if (cli->ngroup > 0)
		opt_fail("--group-by: a report is about one series");
	for (size_t i = 0; i < sizeof(file) / sizeof(*file); i++)
		if (file[i] != NULL && strcmp(file[i], "-") == 0)
			opt_fail("standard input is for the consensus: other "
				 "input needs a file");
	if (o->title != NULL &&
	    utf8_valid(o->title, strlen(o->title)) != strlen(o->title))
		opt_fail("--title: is not UTF-8");
}

static struct options
parse_options(struct cli *cli, int argc, char *argv[])
{
	static const char *const formats[] = { "html", "markdown", "text" };
	static const struct option longopts[] = {
		CLI_LONG,
		{ "backtest", required_argument, NULL, OPT_BACKTEST },
		{ "by-channel", required_argument, NULL, OPT_BY_CHANNEL },
		{ "column", required_argument, NULL, 'c' },
		{ "components", required_argument, NULL, OPT_COMPONENTS },
		{ "daily", required_argument, NULL, OPT_DAILY },
		{ "explain", required_argument, NULL, OPT_EXPLAIN },
		{ "format", required_argument, NULL, 'F' },
		{ "incidents", required_argument, NULL, OPT_INCIDENTS },
		{ "kpi", required_argument, NULL, OPT_KPI },
		{ "title", required_argument, NULL, OPT_TITLE },
		{ "window", required_argument, NULL, OPT_WINDOW },
		{ 0 },
	};
	struct options o = { .column = "revenue" };
	int c;

	while ((c = getopt_long(argc, argv, CLI_SHORT "c:F:", longopts,
		    NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		switch (c) {
		case OPT_BACKTEST:
			o.files.backtest = optarg;
			break;
		case OPT_BY_CHANNEL:
			o.files.by_channel = optarg;
			break;
		case 'c':
			o.column = optarg;
			break;
		case OPT_COMPONENTS:
			o.files.components = optarg;
			break;
		case OPT_DAILY:
			o.files.daily = optarg;
			break;
		case OPT_EXPLAIN:
			o.files.explain = optarg;
			break;
		case 'F':
			o.format = (enum page_format)opt_choice("--format",
			    optarg, formats, 3);
			break;
		case OPT_INCIDENTS:
			o.files.incidents = optarg;
			break;
		case OPT_KPI:
			o.files.kpi = optarg;
			break;
		case OPT_TITLE:
			o.title = optarg;
			break;
		case OPT_WINDOW:
			o.window = opt_size("--window", optarg, 1, 3660);
			break;
		}
	}
	check_options(cli, &o);
	return o;
}

/* Colors are for eyes: NO_COLOR, no-color.org. */
static bool
may_color(const struct cli *cli, const struct options *o)
{
	const char *no = getenv("NO_COLOR");

	return o->format == PAGE_TEXT && (no == NULL || *no == '\0') &&
	    (cli->output_path == NULL || strcmp(cli->output_path, "-") == 0) &&
	    isatty(STDOUT_FILENO);
}

static void
begin(struct report *r, const struct options *o)
{
	const struct report_data *d = r->data;
	struct page_link link[9] = { { "summary", "At a glance" } };
	const struct {
		bool there;
		struct page_link link;
	} sections[] = {
		{ d->rows > 0, { "days", "Days and forecast" } },
		{ report_has_change(d), { "change", "Why revenue changed" } },
		{ report_has_channels(d), { "channels", "Channels" } },
		{ report_has_anomalies(d), { "anomalies", "Anomalies" } },
		{ report_has_components(d), { "components", "Components" } },
		{ report_has_backtest(d), { "backtest", "Accuracy" } },
		{ true, { "quality", "Data quality" } },
	};
	char subtitle[200] = "There are no days.";
	size_t n = 1;

	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (sections[i].there)
			link[n++] = sections[i].link;
	if (d->actual > 0) {
		struct figure days = figure_days(d->row[0].date,
		    d->row[d->actual - 1].date);

		snprintf(subtitle, sizeof(subtitle),
		    d->rows > d->actual ? "%s; forecast to %s." : "%s.",
		    days.text, figure_date(d->row[d->rows - 1].date).text);
	}
	page_begin(r->page, o->title != NULL ? o->title : "Revenue report",
	    subtitle, link, n);
}

static void
write_report(struct report *r, const struct options *o)
{
	begin(r, o);
	report_summary(r);
	if (r->data->rows > 0)
		report_revenue(r);
	if (report_has_change(r->data))
		report_change(r);
	if (report_has_channels(r->data))
		report_channels(r);
	if (report_has_anomalies(r->data))
		report_anomalies(r);
	if (report_has_components(r->data))
		report_components(r);
	if (report_has_backtest(r->data))
		report_backtest(r);
	report_quality(r, &o->files);
	page_end(r->page);
}

int
main(int argc, char *argv[])
{
	struct cli cli;
	struct options o;
	struct report_data data;
	struct report report;

	cli_init(&cli, usage);
	o = parse_options(&cli, argc, argv);
	cli_start(&cli);
	report_read(&data, &cli, o.column, argv + optind,
	    (size_t)(argc - optind), &o.files);
	report_init(&report, &data, o.window);
	report.page = page_new(&cli, o.format, may_color(&cli, &o));
	write_report(&report, &o);
	report_end(&report);
	report_release(&data);
	return cli_finish(&cli);
}
