/*
 * How well the detectors find what was put into 40 simulated shops, beside the
 * figures of the original's own detectors on the same days, and how long it
 * takes.  Reads the folder that AEE_REFERENCE names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../unit/labelled.h"
#include "model/baseline.h"
#include "model/detect.h"
#include "model/incident.h"
#include "model/online.h"
#include "model/score.h"

enum { MOST_SHOPS = 64 };

/* What a detector is given of a shop.  As specified: with the limit of steps
 * and without the price index and the counts. */
enum view { ALL, SPECIFIED, CHANNELS, TOTALS, REVENUE };

struct detector {
	const char *name;
	void (*judge)(const struct detector *d, const struct shop *shop,
	    int8_t *flag);
	enum view view;
	bool no_calendar;
	double beta;      /* 0: the default */
	const char *flag; /* column of flags that somebody else has set */
	struct baseline_params baseline;
};

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
out_of_memory(void)
{
	fputs("bench_detection: out of memory\n", stderr);
	exit(1);
}

static void
make_metrics(const struct detector *d, const struct shop *shop,
    struct metrics *m)
{
	struct metric_input in = shop->input;

	in.price_index = d->view != SPECIFIED;
	if (d->view >= CHANNELS)
		in.categories = 0;
	if (d->view >= TOTALS)
		in.channels = 0;
	if (d->view >= REVENUE)
		in.total.orders = in.total.sessions = NULL;
	if (metrics_make(m, &in, METRIC_LOG) == -1)
		out_of_memory();
	if (d->view == SPECIFIED)
		forget_events(m);
}

static void
judge_batch(const struct detector *d, const struct shop *shop, int8_t *flag)
{
	struct detect_params params;
	struct detect_result r;
	struct metrics m;

	make_metrics(d, shop, &m);
	detect_defaults(&params, &m, !d->no_calendar);
	if (d->beta > 0)
		params.beta = d->beta;
	if (d->view == SPECIFIED)
		params.step_limit = -7;
	if (detect_run(&params, &m, d->no_calendar ? NULL : shop->holiday,
		&r) == -1)
		out_of_memory();
	for (size_t t = 0; t < shop->n; t++)
		flag[t] = (int8_t)r.day[t].flag;
	detect_release(&r);
	metrics_release(&m);
}

static void
judge_online(const struct detector *d, const struct shop *shop, int8_t *flag)
{
	struct online_params params;
	struct online *o;
	struct metrics m;
	double y[64], events[64];

	make_metrics(d, shop, &m);
	online_defaults(&params);
	if (d->beta > 0)
		params.beta = d->beta;
	if ((o = online_new(&params, m.id, m.m)) == NULL)
		out_of_memory();
	for (size_t t = 0; t < shop->n; t++) {
		struct online_result r;

		metrics_day(&m, t, y, events);
		online_push(o, y, events, shop->holiday[t], &r, NULL);
		flag[t] = (int8_t)r.flag;
	}
	online_free(o);
	metrics_release(&m);
}

/* Revenue alone against a baseline: flagged if |z| > beta. */
static void
judge_baseline(const struct detector *d, const struct shop *shop, int8_t *flag)
{
	struct baseline_result *r = calloc(shop->n, sizeof(*r));
	struct baseline *b = baseline_new(&d->baseline);
	struct metrics m;

	make_metrics(d, shop, &m);
	if (r == NULL || b == NULL)
		out_of_memory();
	if (d->baseline.kind == BASELINE_CENTRED) {
		if (baseline_centred(&d->baseline, m.y, shop->holiday, m.n,
			r) == -1)
			out_of_memory();
	} else {
		for (size_t t = 0; t < shop->n; t++)
			baseline_push(b, m.y[t],
			    shop->holiday[t] && !d->no_calendar, &r[t]);
	}
	for (size_t t = 0; t < shop->n; t++)
		flag[t] = fabs(r[t].z) > d->beta;
	baseline_free(b);
	free(r);
	metrics_release(&m);
}

/* Flags from a file; with none named, any two of the original's three. */
static const struct shops *outputs;

static void
judge_file(const struct detector *d, const struct shop *shop, int8_t *flag)
{
	const struct shop_row *row = outputs->row;
	const size_t z = shops_column(outputs, "orig_z_flag"),
		     i = shops_column(outputs, "orig_iforest_flag"),
		     p = shops_column(outputs, "orig_prophet_flag");

	while (strcmp(row->scenario, shop->row->scenario) != 0)
		row++;
	for (size_t t = 0; t < shop->n; t++) {
		const double *x = row[t].x;

		flag[t] = d->flag != NULL
		    ? x[shops_column(outputs, d->flag)] != 0
		    : x[z] + x[i] + x[p] >= d->beta;
	}
}

static const struct detector detectors[] = {
	{ "original: rolling z", judge_file, .flag = "orig_z_flag" },
	{ "original: isolation forest", judge_file,
	    .flag = "orig_iforest_flag" },
	{ "original: Prophet", judge_file, .flag = "orig_prophet_flag" },
	{ "original: all three", judge_file, .beta = 3 },
	{ "original: any two", judge_file, .beta = 2 },
	{ "original: any", judge_file, .beta = 1 },
	{ "trailing median 28 (revenue)", judge_baseline, .view = REVENUE,
	    .no_calendar = true, .beta = 3.44,
	    .baseline = { BASELINE_TRAILING, 28, 7, false } },
	{ "same weekday, median of 4", judge_baseline, .view = REVENUE,
	    .no_calendar = true, .beta = 3.22,
	    .baseline = { BASELINE_SEASONAL, 4, 7, false } },
	{ "same, holidays masked", judge_baseline, .view = REVENUE,
	    .beta = 2.85, .baseline = { BASELINE_SEASONAL, 4, 7, false } },
	{ "centred, holidays masked", judge_baseline, .view = REVENUE,
	    .beta = 3.11, .baseline = { BASELINE_CENTRED, 14, 7, false } },
	{ "batch, 28 metrics", judge_batch, .view = ALL },
	{ "batch, 27, as specified", judge_batch, .view = SPECIFIED },
	{ "batch, 17 metrics (channels)", judge_batch, .view = CHANNELS },
	{ "batch, 5 metrics", judge_batch, .view = TOTALS },
	{ "batch, revenue alone", judge_batch, .view = REVENUE },
	{ "batch, no calendar", judge_batch, .view = ALL, .no_calendar = true },
	{ "same, as specified", judge_batch, .view = SPECIFIED,
	    .no_calendar = true },
	{ "online, 28 metrics", judge_online, .view = ALL },
	{ "online, 27, as specified", judge_online, .view = SPECIFIED },
	{ "online, revenue alone", judge_online, .view = REVENUE, .beta = 5.5 },
};

static void
print_measures(const char *name, const struct score_counts *counts, size_t n,
    const struct score_events *events, double ms)
{
	struct score_counts sum = { 0 };
	double m[SCORE_MEASURES], low[SCORE_MEASURES], high[SCORE_MEASURES],
	    delay = NAN;
	char interval[32] = ""; /* of one shop there is none */

	for (size_t k = 0; k < n; k++)
		score_add(&sum, &counts[k]);
	score_measures(&sum, m);
	if (score_bootstrap(counts, n, 1000, 1, low, high) == -1 ||
	    score_median_delay(events, &delay) == -1)
		out_of_memory();
	if (n > 1)
		snprintf(interval, sizeof(interval), "[%.3f, %.3f]",
		    low[SCORE_F1], high[SCORE_F1]);
	printf("%-29s %6.3f %6.3f %6.3f %6.3f %14s %6.2f %5.1f %5.1f %7.2f\n",
	    name, m[SCORE_EVENT_RECALL], m[SCORE_PRECISION], m[SCORE_RECALL],
	    m[SCORE_F1], interval, m[SCORE_FALSE_ALARMS], m[SCORE_LIFT], delay,
	    ms);
}

/* Score a detector on all shops; milliseconds are for 3 years of one. */
static void
run(const struct detector *d, const struct shops *all)
{
	struct score_counts counts[MOST_SHOPS];
	struct score_events events = { 0 };
	struct shop shop;
	size_t next = 0, n = 0;
	double spent = 0;

	for (; n < MOST_SHOPS && shop_next(all, &next, &shop) == 0;
	     shop_release(&shop)) {
		int8_t *flag = calloc(shop.n, sizeof(*flag));
		double start;

		if (flag == NULL)
			out_of_memory();
		start = seconds();
		d->judge(d, &shop, flag);
		spent += seconds() - start;
		if (score_count(&(struct score_series){ shop.n, shop.label,
				    shop.event, flag },
			n, &counts[n], &events) == -1)
			out_of_memory();
		n++;
		free(flag);
	}
	print_measures(d->name, counts, n, &events,
	    spent * 1e3 * 1096 / (double)all->n);
	free(events.event);
}

static int
read_shops(struct shops *s, const char *name)
{
	char path[4096];

	if (shops_path(path, name) == NULL) {
		fputs("bench_detection: AEE_REFERENCE is not set\n", stderr);
		return -1;
	}
	if (shops_read(s, path) == 0)
		return 0;
	fprintf(stderr, "bench_detection: cannot read %s\n", path);
	return -1;
}

static void
print_header(const char *title, const struct shops *s)
{
	printf("%s, %zu days\n%-29s %6s %6s %6s %6s %14s %6s %5s %5s %7s\n",
	    title, s->n, "", "event", "", "", "", "", "false", "", "", "ms,");
	printf("%-29s %6s %6s %6s %6s %14s %6s %5s %5s %7s\n", "detector",
	    "recall", "prec.", "recall", "F1", "95 %", "/year", "lift", "delay",
	    "3 years");
}

/* ---- what incidents are told to be ---------------------------------------- */

/* Kinds of events, and what an incident should be told to be: its cause, or
 * after the causes a step or a decay. */
enum { STEP = INCIDENT_CAUSES, DECAY, STORIES };
static const struct {
	const char *kind;
	int story;
} kinds[] = { { "channel_drop", INCIDENT_TRAFFIC_DROP },
	{ "tracking_outage", INCIDENT_TRACKING_OUTAGE },
	{ "bot_spike", INCIDENT_BOTS },
	{ "payment_outage", INCIDENT_PAYMENT_OUTAGE },
	{ "price_error", INCIDENT_PRICE_ERROR },
	{ "flash_sale_orders", INCIDENT_PROMOTION },
	{ "flash_sale_value", INCIDENT_PROMOTION },
	{ "stock_out", INCIDENT_STOCK_OUT }, { "level_shift", STEP },
	{ "decay", DECAY } };
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static int
story_of(const struct incident *in)
{
	if (in->kind == INCIDENT_STEP)
		return STEP;
	return in->kind == INCIDENT_DECAY ? DECAY : (int)in->cause;
}

/* Count the first incident that meets each event. */
static void
confuse(const struct shop *shop, int told[KINDS][STORIES])
{
	struct detect_params params;
	struct incident_params telling;
	struct metrics m;
	struct detect_result r;
	struct incidents all;
	int32_t last = 0;

	make_metrics(&(struct detector){ .view = ALL }, shop, &m);
	detect_defaults(&params, &m, true);
	incident_defaults(&telling);
	if (detect_run(&params, &m, shop->holiday, &r) == -1 ||
	    incidents_find(&telling, &m, &r, shop->holiday, &all) == -1)
		out_of_memory();
	for (size_t t = 0; t < shop->n; t++) {
		const size_t i = all.of_day[t];

		if (shop->event[t] == last || shop->event[t] == 0 ||
		    i == DETECT_NONE)
			continue;
		last = shop->event[t];
		for (size_t k = 0; k < KINDS; k++)
			if (strcmp(kinds[k].kind, shop->row[t].kind) == 0)
				told[k][story_of(&all.incident[i])]++;
	}
	incidents_release(&all);
	detect_release(&r);
	metrics_release(&m);
}

static void
print_confusion(const struct shops *all)
{
	int told[KINDS][STORIES] = { { 0 } }, sum = 0, right = 0;
	struct shop shop;
	size_t next = 0;

	for (; shop_next(all, &next, &shop) == 0; shop_release(&shop))
		confuse(&shop, told);
	printf("%-18s", "event \\ told");
	for (int j = 0; j < INCIDENT_CAUSES; j++)
		printf(" %8.8s", incident_cause_name((enum incident_cause)j));
	printf(" %8s %8s\n", "step", "decay");
	for (size_t k = 0; k < KINDS; k++) {
		printf("%-18s", kinds[k].kind);
		for (int j = 0; j < STORIES; j++) {
			printf(" %8d", told[k][j]);
			sum += told[k][j];
		}
		putchar('\n');
		right += told[k][kinds[k].story];
	}
	printf("%d of the %d events found are told right: %.3f\n", right, sum,
	    (double)right / sum);
}

int
main(void)
{
	const struct detector batch = { "batch, 28 metrics", judge_batch,
		.view = ALL },
			      online = { "online, 28 metrics", judge_online,
				      .view = ALL };
	struct shops all, flags, drop, seed42;

	if (read_shops(&all, "dev_daily.csv.gz") == -1 ||
	    read_shops(&flags, "dev_reference_outputs.csv.gz") == -1 ||
	    read_shops(&drop, "original_config_with_drop.csv.gz") == -1 ||
	    read_shops(&seed42, "original_seed42_golden.csv") == -1)
		return 1;
	outputs = &flags;
	print_header("40 shops", &all);
	for (size_t i = 0; i < sizeof(detectors) / sizeof(*detectors); i++)
		run(&detectors[i], &all);
	putchar('\n');
	print_confusion(&all);
	putchar('\n');
	print_header("The original's shop with its drop, 10 seeds", &drop);
	run(&batch, &drop);
	run(&online, &drop);
	putchar('\n');
	print_header("The original's shop, seed 42", &seed42);
	run(&batch, &seed42);
	run(&online, &seed42);
	shops_release(&seed42);
	shops_release(&drop);
	shops_release(&flags);
	shops_release(&all);
	return 0;
}
