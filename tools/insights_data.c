#include "insights_data.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/vec.h"
#include "record/cli.h"
#include "record/config.h"
#include "record/group.h"
#include "record/utf8.h"

#define SUFFIX "_anomaly"

const char *
insights_source_name(enum insights_source source)
{
	static const char *const names[] = { "consensus", "kpi", "daily",
		"by_channel", "explain", "incidents", "backtest" };

	return names[source];
}

static void *
need(struct insights_data *data, void *p)
{
	if (p == NULL)
		cli_no_memory(data->cli);
	return p;
}

static const char *
keep(struct insights_data *data, struct field f)
{
	return need(data,
	    arena_copy(&data->arena, f.p == NULL ? "" : f.p, f.n));
}

/* ---- records ------------------------------------------------------------------ */

/* A number that may be missing, in a column that may be (-1). */
static bool
read_number(struct insights_data *data, struct recin *in, int column, double *v)
{
	*v = NAN;
	return column == -1 ||
	    cli_ok(data->cli, in, recin_number(in, column, v));
}

/* The same of several columns; false if the record is left out. */
static bool
read_numbers(struct insights_data *data, struct recin *in, const int *column,
    double *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!read_number(data, in, column[i], v[i]))
			return false;
	return true;
}

static struct field
text_of(struct recin *in, int column)
{
	if (column == -1)
		return (struct field){ .kind = FIELD_ABSENT };
	return recin_field(in, column);
}

static bool
is_text(struct field f, const char *text)
{
	return f.n == strlen(text) && memcmp(f.p, text, f.n) == 0;
}

static struct recin *
open_table(struct insights_data *data, enum insights_source source)
{
	return cli_table(data->cli, data->source[source].path);
}

static void
count_rows(struct insights_data *data, enum insights_source source,
    const struct recin *in)
{
	struct insights_source_file *s = &data->source[source];

	s->refused = (double)recin_refused(in);
	s->rows = (double)recin_records(in) - s->refused;
	data->input.rows += s->rows;
	data->input.bad_rows += s->refused;
}

/* ---- days ---------------------------------------------------------------------- */

/* The days of the consensus and of the daily figures, as they come. */
struct days {
	struct insights_day *day;
	bool *daily; /* whether it is of the latter */
	size_t n, capacity, daily_capacity;
};

static void
add_day(struct insights_data *data, struct days *days,
    const struct insights_day *day, bool daily)
{
	if (vec_grow(&days->day, &days->capacity, days->n + 1,
		sizeof(*days->day)) == -1 ||
	    vec_grow(&days->daily, &days->daily_capacity, days->n + 1,
		sizeof(*days->daily)) == -1)
		cli_no_memory(data->cli);
	days->day[days->n] = *day;
	days->daily[days->n++] = daily;
}

/* The columns of the detectors' flags, as aee-consensus finds them. */
static int *
find_detectors(struct insights_data *data, struct recin *in)
{
	size_t columns = recin_columns(in), *n = &data->input.detectors;
	int *at = need(data, calloc(columns + 1, sizeof(*at)));

	for (size_t i = 0; i < columns; i++) {
		const char *name = recin_name(in, i);
		size_t length = strlen(name), suffix = strlen(SUFFIX);
		struct field f = { .p = name, .n = length - suffix };

		if (length <= suffix ||
		    strcmp(name + length - suffix, SUFFIX) != 0 ||
		    strcmp(name, "consensus" SUFFIX) == 0)
			continue;
		if (*n == INSIGHTS_DETECTORS_MAX)
			cli_fail(data->cli,
			    "%s: more than %d columns end in " SUFFIX,
			    recin_file(in), INSIGHTS_DETECTORS_MAX);
		if (vec_grow(&data->detector, &data->detector_capacity, *n + 1,
			sizeof(*data->detector)) == -1)
			cli_no_memory(data->cli);
		/* Asks for the column too. */
		at[*n] = recin_find(in, name);
		data->detector[(*n)++] = keep(data, f);
	}
	return at;
}

/* A flag: 0, 1 or missing; false if the record is left out. */
static bool
read_flag(struct insights_data *data, struct recin *in, int column,
    enum flag *flag)
{
	double v;

	if (!read_number(data, in, column, &v))
		return false;
	*flag = isnan(v) ? FLAG_MISSING : v == 0 ? FLAG_NO : FLAG_YES;
	return isnan(v) || v == 0 || v == 1 ||
	    cli_ok(data->cli, in, recin_reject(in, column, "is not 0 or 1"));
}

static enum insights_severity
tier_of(struct field f)
{
	for (int s = INSIGHTS_NOTICE; s <= INSIGHTS_CRITICAL; s++)
		if (is_text(f,
			insights_severity_name((enum insights_severity)s)))
			return (enum insights_severity)s;
	return INSIGHTS_UNKNOWN;
}

static bool
read_flags(struct insights_data *data, struct recin *in, const int *detector,
    uint64_t *voters)
{
	*voters = 0;
	for (size_t i = 0; i < data->input.detectors; i++) {
		enum flag flag;

		if (!read_flag(data, in, detector[i], &flag))
			return false;
		if (flag == FLAG_YES)
			*voters |= UINT64_C(1) << i;
	}
	return true;
}

static void
read_consensus(struct insights_data *data, struct days *days,
    char *const *paths, size_t n)
{
	struct recin *in = cli_input(data->cli, paths, n);
	int date = cli_need(data->cli, in, "date");
	const int column[] = { recin_find(in, "revenue"),
		recin_find(in, "orders"), recin_find(in, "sessions"),
		recin_find(in, data->column), recin_find(in, "yhat"),
		recin_find(in, "yhat_lower"), recin_find(in, "yhat_upper"),
		recin_find(in, "consensus_p") };
	int confirmed = recin_find(in, "consensus_anomaly");
	int tier = recin_find(in, "tier");
	int *detector = find_detectors(data, in);
	struct insights_day d = { 0 };
	double *const value[] = { &d.revenue, &d.orders, &d.sessions, &d.value,
		&d.yhat, &d.lower, &d.upper, &d.p };

	if (column[0] == -1 && data->source[INSIGHTS_FROM_DAILY].path == NULL)
		cli_need(data->cli, in, "revenue");
	while (cli_next(data->cli, in)) {
		if (!cli_ok(data->cli, in, recin_date(in, date, &d.date)) ||
		    !read_numbers(data, in, column, value, 8) ||
		    !read_flag(data, in, confirmed, &d.confirmed) ||
		    !read_flags(data, in, detector, &d.voters))
			continue;
		d.tier = tier_of(text_of(in, tier));
		add_day(data, days, &d, false);
	}
	free(detector);
	count_rows(data, INSIGHTS_FROM_CONSENSUS, in);
}

static void
read_daily(struct insights_data *data, struct days *days)
{
	struct recin *in = open_table(data, INSIGHTS_FROM_DAILY);
	int date = cli_need(data->cli, in, "date");
	const int column[] = { cli_need(data->cli, in, "revenue"),
		recin_find(in, "orders"), recin_find(in, "sessions"),
		recin_find(in, data->column) };
	struct insights_day d = { .yhat = NAN,
		.lower = NAN,
		.upper = NAN,
		.confirmed = FLAG_MISSING,
		.p = NAN,
		.tier = INSIGHTS_UNKNOWN };
	double *const value[] = { &d.revenue, &d.orders, &d.sessions,
		&d.value };

	while (cli_next(data->cli, in))
		if (cli_ok(data->cli, in, recin_date(in, date, &d.date)) &&
		    read_numbers(data, in, column, value, 4))
			add_day(data, days, &d, true);
	count_rows(data, INSIGHTS_FROM_DAILY, in);
}

struct place {
	int32_t date;
	bool daily;
	size_t at;
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->date != y->date)
		return x->date < y->date ? -1 : 1;
	if (x->daily != y->daily)
		return x->daily ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static void
fill(double *to, double from)
{
	if (isnan(*to))
		*to = from;
}

/* By date, what one table lacks from the other. */
static void
join_days(struct insights_data *data, const struct days *days)
{
	struct place *p = need(data, calloc(days->n + 1, sizeof(*p)));
	size_t *n = &data->input.n;

	data->day = need(data, calloc(days->n + 1, sizeof(*data->day)));
	for (size_t i = 0; i < days->n; i++)
		p[i] = (struct place){ days->day[i].date, days->daily[i], i };
	qsort(p, days->n, sizeof(*p), compare_places);
	for (size_t i = 0; i < days->n; i++) {
		const struct insights_day *d = &days->day[p[i].at];
		struct insights_day *last = data->day + *n - 1;

		if (*n == 0 || last->date != d->date) {
			data->day[(*n)++] = *d;
			continue;
		}
		if (p[i].daily == p[i - 1].daily) {
			char date[DATE_TEXT_MAX];

			date_format(d->date, date);
			cli_fail(data->cli,
			    "%s: %s stands twice (a document is about one "
			    "series)",
			    data->source[p[i].daily ? INSIGHTS_FROM_DAILY
						    : INSIGHTS_FROM_CONSENSUS]
				.file,
			    date);
		}
		fill(&last->revenue, d->revenue);
		fill(&last->orders, d->orders);
		fill(&last->sessions, d->sessions);
		fill(&last->value, d->value);
	}
	free(p);
	data->input.day = data->day;
}

static void
read_days(struct insights_data *data, char *const *paths, size_t n)
{
	struct days days = { 0 };

	read_consensus(data, &days, paths, n);
	if (data->source[INSIGHTS_FROM_DAILY].path != NULL)
		read_daily(data, &days);
	join_days(data, &days);
	free(days.day);
	free(days.daily);
}

/* ---- channels --------------------------------------------------------------------- */

static size_t
channel_of(struct insights_data *data, struct field name)
{
	size_t channel = groups_find(data->channels, &name, NULL);

	if (channel == SIZE_MAX)
		cli_no_memory(data->cli);
	return channel;
}

static void
read_channels(struct insights_data *data)
{
	struct recin *in = open_table(data, INSIGHTS_FROM_CHANNELS);
	int date = cli_need(data->cli, in, "date");
	int channel = cli_need(data->cli, in, "channel");
	const int column[] = { cli_need(data->cli, in, "revenue"),
		recin_find(in, "orders"), recin_find(in, "sessions") };
	struct insights_channel_day d = { 0 };
	double *const value[] = { &d.revenue, &d.orders, &d.sessions };
	size_t capacity = 0, *n = &data->input.channel_days;

	while (cli_next(data->cli, in)) {
		if (!cli_ok(data->cli, in, recin_date(in, date, &d.date)) ||
		    !read_numbers(data, in, column, value, 3))
			continue;
		d.channel = channel_of(data, recin_field(in, channel));
		if (vec_grow(&data->channel_day, &capacity, *n + 1,
			sizeof(*data->channel_day)) == -1)
			cli_no_memory(data->cli);
		data->channel_day[(*n)++] = d;
	}
	data->input.channel_day = data->channel_day;
	count_rows(data, INSIGHTS_FROM_CHANNELS, in);
}

const char *
insights_channel_name(struct insights_data *data, size_t channel)
{
	return keep(data, groups_key(data->channels, channel, 0));
}

/* ---- kpi.json ------------------------------------------------------------------------ */

/* The bytes of a file, to be freed. */
static char *
read_file(struct insights_data *data, const char *path, size_t *n)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	size_t capacity = 0, got = 0;

	*n = 0;
	if (file == NULL)
		cli_fail(data->cli, "%s: %s", path, strerror(errno));
	do {
		if (vec_grow(&text, &capacity, *n + 65536, 1) == -1)
			cli_no_memory(data->cli);
		got = fread(text + *n, 1, capacity - *n, file);
		*n += got;
	} while (got > 0);
	if (ferror(file))
		cli_fail(data->cli, "%s: %s", path, strerror(errno));
	fclose(file);
	return text;
}

/* A number, or NaN where there is none or null. */
static double
json_value(struct insights_data *data, const cJSON *at, const char *key)
{
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(at, key);

	if (node == NULL || cJSON_IsNull(node))
		return NAN;
	if (!cJSON_IsNumber(node) || !isfinite(node->valuedouble))
		cli_fail(data->cli, "%s: key '%s' is not a number",
		    data->source[INSIGHTS_FROM_KPI].file, key);
	return node->valuedouble;
}

static int32_t
json_day(struct insights_data *data, const cJSON *at, const char *key)
{
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(at, key);
	int32_t day;

	if (node == NULL || cJSON_IsNull(node))
		return DATE_NONE;
	if (!cJSON_IsString(node) ||
	    date_parse(node->valuestring, strlen(node->valuestring), &day) ==
		-1)
		cli_fail(data->cli, "%s: key '%s' is not a date",
		    data->source[INSIGHTS_FROM_KPI].file, key);
	return day;
}

static void
channel_room(struct insights_data *data, size_t n, size_t *capacity)
{
	size_t old = *capacity;

	if (vec_grow(&data->channel_total, capacity, n,
		sizeof(*data->channel_total)) == -1)
		cli_no_memory(data->cli);
	for (size_t i = old; i < *capacity; i++)
		data->channel_total[i] = (struct insights_channel_totals){ NAN,
			NAN, NAN };
}

/* The numbers of an object by channel, into a field of the totals. */
static void
json_channels(struct insights_data *data, const cJSON *root, const char *key,
    size_t offset, size_t *capacity)
{
	const cJSON *object = cJSON_GetObjectItemCaseSensitive(root, key);
	const cJSON *node;

	cJSON_ArrayForEach(node, object)
	{
		struct field name = { .p = node->string,
			.n = node->string == NULL ? 0 : strlen(node->string) };
		size_t c = channel_of(data, name);
		double v = json_value(data, object,
		    node->string == NULL ? "" : node->string);

		channel_room(data, c + 1, capacity);
		memcpy((char *)&data->channel_total[c] + offset, &v, sizeof(v));
	}
}

struct cJSON *
insights_json_file(struct insights_data *data, const char *path)
{
	size_t n;
	char *text = read_file(data, path, &n);
	cJSON *root = utf8_valid(text, n) == n ? cJSON_ParseWithLength(text, n)
					       : NULL;

	free(text);
	if (!cJSON_IsObject(root)) {
		cJSON_Delete(root);
		cli_fail(data->cli, "%s: is not a JSON object", path);
	}
	return root;
}

static void
read_kpi(struct insights_data *data)
{
	cJSON *root = insights_json_file(data,
	    data->source[INSIGHTS_FROM_KPI].path);
	size_t capacity = 0;

	data->totals = (struct insights_totals){
		.revenue = json_value(data, root, "total_revenue"),
		.orders = json_value(data, root, "total_orders"),
		.aov = json_value(data, root, "aov"),
		.sessions = json_value(data, root, "total_sessions"),
		.conversion_rate = json_value(data, root, "conversion_rate"),
		.rows = json_value(data, root, "rows"),
		.bad_rows = json_value(data, root, "bad_rows"),
		.first = json_day(data, root, "first_date"),
		.last = json_day(data, root, "last_date"),
	};
	json_channels(data, root, "revenue_by_channel",
	    offsetof(struct insights_channel_totals, revenue), &capacity);
	json_channels(data, root, "orders_by_channel",
	    offsetof(struct insights_channel_totals, orders), &capacity);
	json_channels(data, root, "sessions_by_channel",
	    offsetof(struct insights_channel_totals, sessions), &capacity);
	cJSON_Delete(root);
	/* Channels that only another table has, or that have no name here. */
	channel_room(data, groups_count(data->channels) + 1, &capacity);
	data->input.totals = &data->totals;
	data->input.channel_total = data->channel_total;
}

/* ---- effects, incidents, accuracy -------------------------------------------------------- */

static enum insights_verdict
verdict_of(struct field f)
{
	return is_text(f, "real") ? INSIGHTS_REAL
	    : is_text(f, "noise") ? INSIGHTS_NOISE
	    : is_text(f, "thin")  ? INSIGHTS_THIN
				  : INSIGHTS_NO_VERDICT;
}

static bool
read_dates(struct insights_data *data, struct recin *in, const int *column,
    int32_t *const *day, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!cli_ok(data->cli, in, recin_date(in, column[i], day[i])))
			return false;
	return true;
}

static void
add_effect(struct insights_data *data, size_t *capacity, size_t *text_capacity,
    const struct insights_effect *effect,
    const struct insights_effect_text *text)
{
	size_t n = data->input.effects;

	if (vec_grow(&data->effect, capacity, n + 1, sizeof(*data->effect)) ==
		-1 ||
	    vec_grow(&data->effect_text, text_capacity, n + 1,
		sizeof(*data->effect_text)) == -1)
		cli_no_memory(data->cli);
	data->effect[n] = *effect;
	data->effect_text[n] = *text;
	data->input.effects++;
}

static void
set_level(struct insights_effect *e, const struct insights_effect_text *t)
{
	bool change = strcmp(t->driver, "change") == 0;

	e->level = INSIGHTS_OTHER_LEVEL;
	if (strcmp(t->level, "driver") == 0)
		e->level = INSIGHTS_DRIVER;
	else if (change && strcmp(t->level, "total") == 0)
		e->level = INSIGHTS_TOTAL;
	else if (change && strcmp(t->level, "member") == 0)
		e->level = INSIGHTS_MEMBER;
}

static void
read_explain(struct insights_data *data)
{
	struct cli *cli = data->cli;
	struct recin *in = open_table(data, INSIGHTS_FROM_EXPLAIN);
	const int date[] = { cli_need(cli, in, "base_from"),
		cli_need(cli, in, "base_to"), cli_need(cli, in, "now_from"),
		cli_need(cli, in, "now_to") };
	int level = cli_need(cli, in, "level");
	int member = cli_need(cli, in, "member");
	int driver = cli_need(cli, in, "driver");
	int verdict = recin_find(in, "verdict");
	const int column[] = { cli_need(cli, in, "effect"),
		recin_find(in, "effect_pct"), recin_find(in, "share"),
		recin_find(in, "se"), recin_find(in, "p"), recin_find(in, "q"),
		recin_find(in, "r0"), recin_find(in, "r1"),
		recin_find(in, "s0"), recin_find(in, "s1"),
		recin_find(in, "o0"), recin_find(in, "o1") };
	struct insights_effect e = { 0 };
	struct insights_effect_text t = { 0 };
	int32_t *const day[] = { &e.base_from, &e.base_to, &e.now_from,
		&e.now_to };
	double *const value[] = { &e.effect, &e.effect_pct, &e.share, &e.se,
		&e.p, &e.q, &e.r0, &e.r1, &t.s0, &t.s1, &t.o0, &t.o1 };
	size_t capacity = 0, text_capacity = 0;

	while (cli_next(cli, in)) {
		if (!read_dates(data, in, date, day, 4) ||
		    !read_numbers(data, in, column, value, 12))
			continue;
		t.level = keep(data, recin_field(in, level));
		t.member = keep(data, recin_field(in, member));
		t.driver = keep(data, recin_field(in, driver));
		e.verdict = verdict_of(text_of(in, verdict));
		set_level(&e, &t);
		add_effect(data, &capacity, &text_capacity, &e, &t);
	}
	data->input.effect = data->effect;
	count_rows(data, INSIGHTS_FROM_EXPLAIN, in);
}

static bool
read_incident(struct insights_data *data, struct recin *in, const int *date,
    const int *number, struct insights_incident *e)
{
	int32_t *const day[] = { &e->start, &e->end };
	double *const value[] = { &e->money, &e->p };

	if (!read_dates(data, in, date, day, 2) ||
	    !read_numbers(data, in, number, value, 2))
		return false;
	return e->start <= e->end ||
	    cli_ok(data->cli, in,
		recin_reject(in, date[1], "is before start_date"));
}

static void
read_incidents(struct insights_data *data)
{
	struct cli *cli = data->cli;
	struct recin *in = open_table(data, INSIGHTS_FROM_INCIDENTS);
	const int date[] = { cli_need(cli, in, "start_date"),
		cli_need(cli, in, "end_date") };
	const int number[] = { recin_find(in, "money_at_stake"),
		recin_find(in, "p") };
	int direction = recin_find(in, "direction");
	int tier = recin_find(in, "tier"), name = recin_find(in, "incident");
	int kind = recin_find(in, "kind"), metrics = recin_find(in, "metrics");
	int cause = recin_find(in, "cause");
	int evidence = recin_find(in, "evidence");
	size_t capacity = 0, text_capacity = 0, *n = &data->input.incidents;

	/* An empty list is a list too. */
	if (vec_grow(&data->incident, &capacity, 1, sizeof(*data->incident)) ==
	    -1)
		cli_no_memory(cli);
	while (cli_next(cli, in)) {
		struct insights_incident e = { 0 };
		struct field up = text_of(in, direction);

		if (!read_incident(data, in, date, number, &e))
			continue;
		e.direction = is_text(up, "up") - is_text(up, "down");
		e.tier = tier_of(text_of(in, tier));
		if (vec_grow(&data->incident, &capacity, *n + 1,
			sizeof(*data->incident)) == -1 ||
		    vec_grow(&data->incident_text, &text_capacity, *n + 1,
			sizeof(*data->incident_text)) == -1)
			cli_no_memory(cli);
		data->incident[*n] = e;
		data->incident_text[(*n)++] = (struct insights_incident_text){
			.incident = keep(data, text_of(in, name)),
			.kind = keep(data, text_of(in, kind)),
			.metrics = keep(data, text_of(in, metrics)),
			.cause = keep(data, text_of(in, cause)),
			.evidence = keep(data, text_of(in, evidence)),
		};
	}
	data->input.incident = data->incident;
	count_rows(data, INSIGHTS_FROM_INCIDENTS, in);
}

static void
read_backtest(struct insights_data *data)
{
	struct recin *in = open_table(data, INSIGHTS_FROM_BACKTEST);
	const int column[] = { cli_need(data->cli, in, "horizon"),
		cli_need(data->cli, in, "mae"), recin_find(in, "mape"),
		recin_find(in, "smape"), recin_find(in, "mase"),
		recin_find(in, "coverage"), recin_find(in, "naive_mae") };
	struct insights_accuracy a = { 0 };
	double *const value[] = { &a.horizon, &a.mae, &a.mape, &a.smape,
		&a.mase, &a.coverage, &a.naive_mae };
	size_t capacity = 0, *n = &data->input.accuracies;

	while (cli_next(data->cli, in)) {
		if (!read_numbers(data, in, column, value, 7))
			continue;
		if (vec_grow(&data->accuracy, &capacity, *n + 1,
			sizeof(*data->accuracy)) == -1)
			cli_no_memory(data->cli);
		data->accuracy[(*n)++] = a;
	}
	data->input.accuracy = data->accuracy;
	count_rows(data, INSIGHTS_FROM_BACKTEST, in);
}

/* ---- all of it --------------------------------------------------------------------------- */

/* A path as text: what is no UTF-8 in it as question marks. */
static const char *
shown(struct insights_data *data, const char *path)
{
	size_t n = strlen(path), valid;
	char *text = need(data, arena_copy(&data->arena, path, n));

	while ((valid = utf8_valid(text, n)) < n)
		text[valid] = '?';
	return text;
}

void
insights_data_read(struct insights_data *data, struct cli *cli,
    const char *column, char *const *paths, size_t n,
    const char *const other[INSIGHTS_SOURCES])
{
	*data = (struct insights_data){ .cli = cli, .column = column };
	data->channels = need(data, groups_new(1));
	for (size_t s = 0; s < INSIGHTS_SOURCES; s++)
		data->source[s] = (struct insights_source_file){
			.path = other[s],
			.file = other[s] == NULL ? NULL : shown(data, other[s]),
			.rows = NAN,
			.refused = NAN,
		};
	data->source[INSIGHTS_FROM_CONSENSUS].file = n == 0 ||
		strcmp(paths[0], "-") == 0
	    ? "stdin"
	    : shown(data, paths[0]);
	data->input.value_is_revenue = strcmp(column, "revenue") == 0;
	read_days(data, paths, n);
	if (other[INSIGHTS_FROM_CHANNELS] != NULL)
		read_channels(data);
	if (other[INSIGHTS_FROM_KPI] != NULL)
		read_kpi(data);
	if (other[INSIGHTS_FROM_EXPLAIN] != NULL)
		read_explain(data);
	if (other[INSIGHTS_FROM_INCIDENTS] != NULL)
		read_incidents(data);
	if (other[INSIGHTS_FROM_BACKTEST] != NULL)
		read_backtest(data);
	data->input.channels = groups_count(data->channels);
}

void
insights_data_release(struct insights_data *data)
{
	free(data->day);
	free(data->detector);
	free(data->channel_total);
	free(data->channel_day);
	free(data->effect);
	free(data->effect_text);
	free(data->incident);
	free(data->incident_text);
	free(data->accuracy);
	groups_free(data->channels);
	arena_release(&data->arena);
}

/* ---- rules ----------------------------------------------------------------------------------- */

static void
read_size(struct config *config, const char *path, size_t min, size_t max,
    size_t *v)
{
	int64_t n;

	config_int(config, NULL, path, (int64_t)*v, (int64_t)min, (int64_t)max,
	    &n);
	*v = (size_t)n;
}

static void
read_horizons(struct insights_rules *rules, struct config *config)
{
	const double *days = NULL;
	size_t n = 0;

	if (config_doubles(config, NULL, "forecast.horizons", 1, 3660, &days,
		&n) != 1)
		return;
	if (n > INSIGHTS_HORIZONS_MAX) {
		config_fail(config, NULL, "forecast.horizons",
		    "has more than %d elements", INSIGHTS_HORIZONS_MAX);
		return;
	}
	rules->horizons = n;
	for (size_t i = 0; i < n; i++) {
		rules->horizon[i] = (size_t)days[i];
		if (days[i] != floor(days[i]) ||
		    (i > 0 && days[i] <= days[i - 1]))
			config_fail(config, NULL, "forecast.horizons",
			    "must be whole days that ascend");
	}
}

void
insights_rules_read(struct insights_rules *rules, struct cli *cli,
    struct config *config)
{
	struct insights_rules *r = rules;
	const struct {
		const char *path;
		double max, *value;
	} number[] = {
		{ "executive_summary.notice_z", 100, &r->notice_z },
		{ "executive_summary.high_z", 100, &r->high_z },
		{ "channel_performance.low_ratio", 1000, &r->low_ratio },
		{ "channel_performance.high_ratio", 1000, &r->high_ratio },
		{ "channel_performance.min_orders", 1e12,
		    &r->channel_min_orders },
		{ "channel_performance.change", 1000, &r->channel_change },
		{ "channel_performance.concentration", 1, &r->concentration },
		{ "channel_performance.shortfall", 1000, &r->shortfall },
		{ "conversion_analysis.change", 1000, &r->conversion_change },
		{ "change_analysis.change", 1000, &r->revenue_change },
		{ "forecast.interval", 0.9999, &r->interval },
		{ "forecast.probability", 1, &r->probability },
		{ "forecast.coverage_off", 1, &r->coverage_off },
		{ "incidents.critical", 1e6, &r->incident_critical },
		{ "incidents.high", 1e6, &r->incident_high },
		{ "data_quality.partial", 1, &r->partial },
		{ "data_quality.bad_rows", 1, &r->bad_rows },
	};
	const char *why;

	for (size_t i = 0; i < sizeof(number) / sizeof(*number); i++)
		config_double(config, NULL, number[i].path, *number[i].value, 0,
		    number[i].max, number[i].value);
	read_size(config, "executive_summary.window", 1, 366, &r->window);
	read_size(config, "anomaly_analysis.votes", 0, INSIGHTS_DETECTORS_MAX,
	    &r->votes);
	read_size(config, "data_quality.recent", 0, 3660, &r->recent);
	read_size(config, "data_quality.min_days", 0, 3660, &r->min_days);
	read_horizons(r, config);
	cli_check(cli, config);
	if ((why = insights_check(r)) != NULL)
		cli_fail(cli, "the rules: %s", why);
}
