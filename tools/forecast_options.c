#include "forecast_options.h"

#include <err.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "base/opt.h"
#include "record/cli.h"
#include "record/config.h"
#include "record/holiday_table.h"

/*
 * One table for both: an option is a key of the configuration with - for _.
 * An option goes before the key.
 */
enum kind {
	FLAG,    /* bool; no argument */
	SIZE,    /* size_t */
	DOUBLE,  /* double */
	CHOICE,  /* int, an enum */
	MAYBE,   /* the same plus 1; 1 without an argument */
	TEXT,    /* const char * */
	DAY,     /* int32_t */
	STEP,    /* struct forecast_step */
	LEVEL,   /* struct forecast_level */
	BUILTIN, /* struct prophet_builtin */
	LIST,    /* struct lists: may come more than once */
};

/* Before they are looked into. */
struct lists {
	struct forecast_list season, regressor, dates, weights, cutoffs;
};

struct raw {
	struct forecast_options *o;
	struct lists lists;
	int seasonality_mode, holidays_mode;
	double seasonality_prior_scale;
};

static const char *const growths[] = { "linear", "flat", "logistic", NULL };
static const char *const backtests[] = { "summary", "rows", NULL };
static const char *const modes[] = { "additive", "multiplicative", NULL };
static const char *const periods[] = { "auto", "day", "week", "month" };
/* In the order of enum scale. */
static const char *const scales[] = { "raw", "log", "sqrt", NULL };
static const char *const scalings[] = { "absmax", "minmax", NULL };

/* Prior scales beyond these are beyond the reach of the numbers inside. */
#define LEAST_SCALE 1e-9
#define LARGEST_SCALE 1e9

enum base { IN_OPTIONS, IN_RAW };

struct setting {
	const char *name;
	int letter; /* short option, or 0 */
	enum kind kind;
	enum base base;
	size_t at; /* offset */
	double min, max;
	const char *const *choices;
	bool predicts; /* it is about what is done with a model */
	/* What is wrong with an element of a list, which it may cut; or NULL. */
	const char *(*check)(char *text);
};

static const char *check_country(char *text);
static const char *check_dates(char *text);
static const char *check_regressor(char *text);
static const char *check_season(char *text);
static const char *check_weights(char *text);

#define O(field) \
	.base = IN_OPTIONS, .at = offsetof(struct forecast_options, field)
#define R(field) .base = IN_RAW, .at = offsetof(struct raw, field)

static const struct setting settings[] = {
	{ .name = "ar1", .kind = FLAG, O(spec.autoregressive) },
	{ .name = "backtest",
	    .kind = MAYBE,
	    O(backtest),
	    .choices = backtests },
	{ .name = "by", .predicts = true, .kind = DAY, O(by) },
	{ .name = "cap", .kind = LEVEL, O(cap) },
	{ .name = "changepoint-dates",
	    .kind = LIST,
	    R(lists.dates),
	    .check = check_dates },
	{ .name = "changepoint-prior-scale",
	    .kind = DOUBLE,
	    O(spec.changepoint_prior_scale),
	    .min = LEAST_SCALE,
	    .max = LARGEST_SCALE },
	{ .name = "changepoint-range",
	    .kind = DOUBLE,
	    O(spec.changepoint_range),
	    .min = 0.01,
	    .max = 1 },
	{ .name = "changepoints",
	    .predicts = true,
	    .kind = FLAG,
	    O(changepoints) },
	{ .name = "column",
	    .predicts = true,
	    .letter = 'c',
	    .kind = TEXT,
	    O(column) },
	{ .name = "components", .predicts = true, .kind = FLAG, O(components) },
	{ .name = "conformal", .kind = FLAG, O(conformal) },
	{ .name = "contiguous", .predicts = true, .kind = FLAG, O(contiguous) },
	{ .name = "country", .kind = LIST, O(country), .check = check_country },
	{ .name = "cutoff-initial",
	    .kind = DOUBLE,
	    O(cutoff_initial),
	    .min = 1e-3,
	    .max = 1e9 },
	{ .name = "cutoff-period",
	    .kind = DOUBLE,
	    O(cutoff_period),
	    .min = 1e-3,
	    .max = 1e9 },
	{ .name = "cutoffs",
	    .kind = LIST,
	    R(lists.cutoffs),
	    .check = check_dates },
	{ .name = "daily", .kind = BUILTIN, O(builtin[2]) },
	{ .name = "exit-code", .predicts = true, .kind = FLAG, O(exit_code) },
	{ .name = "floor", .kind = LEVEL, O(floor) },
	{ .name = "growth",
	    .kind = CHOICE,
	    O(spec.growth),
	    .choices = growths },
	{ .name = "half-life",
	    .kind = DOUBLE,
	    O(spec.half_life),
	    .min = 1e-3,
	    .max = 1e9 },
	{ .name = "holidays", .kind = LIST, O(holidays) },
	{ .name = "holidays-mode",
	    .kind = CHOICE,
	    R(holidays_mode),
	    .choices = modes },
	{ .name = "holidays-prior-scale",
	    .kind = DOUBLE,
	    O(holidays_prior_scale),
	    .min = LEAST_SCALE,
	    .max = LARGEST_SCALE },
	{ .name = "horizon",
	    .predicts = true,
	    .letter = 'n',
	    .kind = SIZE,
	    O(horizon),
	    .min = 0,
	    .max = 100000 },
	{ .name = "interval",
	    .predicts = true,
	    .kind = DOUBLE,
	    O(interval),
	    .min = 0.01,
	    .max = 0.9999 },
	{ .name = "jobs",
	    .predicts = true,
	    .letter = 'j',
	    .kind = SIZE,
	    O(jobs),
	    .min = 1,
	    .max = 1024 },
	{ .name = "judge", .kind = FLAG, O(judge) },
	{ .name = "mask", .kind = TEXT, O(mask) },
	{ .name = "mode",
	    .kind = CHOICE,
	    R(seasonality_mode),
	    .choices = modes },
	{ .name = "model", .predicts = true, .kind = TEXT, O(model) },
	{ .name = "n-changepoints",
	    .kind = SIZE,
	    O(spec.n_changepoints),
	    .min = 0,
	    .max = 1000 },
	{ .name = "non-negative",
	    .predicts = true,
	    .kind = FLAG,
	    O(spec.not_negative) },
	{ .name = "parameter-uncertainty",
	    .kind = FLAG,
	    O(spec.parameter_variance) },
	{ .name = "period", .kind = STEP, O(step) },
	{ .name = "regressor",
	    .kind = LIST,
	    R(lists.regressor),
	    .check = check_regressor },
	{ .name = "robust", .kind = FLAG, O(robust) },
	{ .name = "rolling-window",
	    .kind = DOUBLE,
	    O(rolling_window),
	    .min = 0,
	    .max = 1 },
	{ .name = "save", .predicts = true, .kind = TEXT, O(save) },
	{ .name = "scale", .kind = CHOICE, O(scale), .choices = scales },
	{ .name = "scaling",
	    .kind = CHOICE,
	    O(spec.scaling),
	    .choices = scalings },
	{ .name = "seasonality",
	    .kind = LIST,
	    R(lists.season),
	    .check = check_season },
	{ .name = "seasonality-prior-scale",
	    .kind = DOUBLE,
	    R(seasonality_prior_scale),
	    .min = LEAST_SCALE,
	    .max = LARGEST_SCALE },
	{ .name = "since", .predicts = true, .kind = DAY, O(since) },
	{ .name = "target",
	    .predicts = true,
	    .kind = DOUBLE,
	    O(target),
	    .min = -1e300,
	    .max = 1e300 },
	{ .name = "threshold",
	    .predicts = true,
	    .letter = 'z',
	    .kind = DOUBLE,
	    O(threshold),
	    .min = 0,
	    .max = 1e9 },
	{ .name = "tune", .kind = FLAG, O(tune) },
	{ .name = "weekly", .kind = BUILTIN, O(builtin[1]) },
	{ .name = "weight-dates",
	    .kind = LIST,
	    R(lists.weights),
	    .check = check_weights },
	{ .name = "weights", .kind = TEXT, O(weights) },
	{ .name = "yearly", .kind = BUILTIN, O(builtin[0]) },
};

enum { SETTINGS = sizeof(settings) / sizeof(*settings) };
enum { OPT_SET = CLI_OWN, OPT_SETTING };

/* Where the value of a setting goes. */
static void *
place_of(struct raw *raw, const struct setting *s)
{
	return (char *)(s->base == IN_RAW ? (void *)raw : (void *)raw->o) +
	    s->at;
}

static void *
need(struct cli *cli, void *p)
{
	if (p == NULL)
		cli_no_memory(cli);
	return p;
}

static void
append(struct raw *raw, struct cli *cli, struct forecast_list *list,
    const char *text)
{
	const char **grown = need(cli,
	    arena_alloc(&raw->o->arena, (list->n + 1) * sizeof(*grown)));

	if (list->n > 0)
		memcpy(grown, list->text, list->n * sizeof(*grown));
	grown[list->n++] = text;
	list->text = grown;
}

static size_t
count(const char *const *choices)
{
	size_t n = 0;

	while (choices[n] != NULL)
		n++;
	return n;
}

/* ---- values that have a grammar of their own ---------------------------------- */

static const struct {
	const char *name;
	int64_t seconds;
} units[] = { { "h", 3600 }, { "min", 60 }, { "s", 1 } };

static const char no_step[] =
    "is not auto, day, week, month, hour, or a number "
    "of h, min or s of at most a year";

int
forecast_step_parse(const char *text, struct forecast_step *step)
{
	const size_t digits = strspn(text, "0123456789");
	int64_t n;

	for (size_t i = 0; i < sizeof(periods) / sizeof(*periods); i++)
		if (strcmp(text, periods[i]) == 0) {
			*step = (struct forecast_step){
				.period = (enum forecast_period)i
			};
			return 0;
		}
	if (strcmp(text, "hour") == 0)
		return forecast_step_parse("1h", step);
	if (number_parse_int(text, digits, &n) == -1)
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(text + digits, units[i].name) == 0 && n > 0 &&
		    n <= FORECAST_STEP_MAX / units[i].seconds) {
			step->period = FORECAST_SECONDS;
			step->seconds = n * units[i].seconds;
			return 0;
		}
	return -1;
}

void
forecast_step_format(const struct forecast_step *step,
    char text[FORECAST_STEP_TEXT])
{
	size_t i = 0;

	if (step->period != FORECAST_SECONDS) {
		strcpy(text, periods[step->period]);
		return;
	}
	while (step->seconds % units[i].seconds != 0)
		i++;
	snprintf(text, FORECAST_STEP_TEXT, "%" PRId64 "%s",
	    step->seconds / units[i].seconds, units[i].name);
}

static const char *
parse_builtin(const char *text, struct prophet_builtin *b)
{
	int64_t order;

	*b = (struct prophet_builtin){ .use = PROPHET_AUTO };
	if (strcmp(text, "on") == 0 || strcmp(text, "true") == 0) {
		b->use = PROPHET_ON;
	} else if (strcmp(text, "off") == 0 || strcmp(text, "false") == 0 ||
	    strcmp(text, "0") == 0) {
		b->use = PROPHET_OFF;
	} else if (strcmp(text, "auto") != 0) {
		if (number_parse_int(text, strlen(text), &order) == -1 ||
		    order < 1 || order > 100)
			return "is not auto, on, off or an order up to 100";
		b->use = PROPHET_ON;
		b->order = (size_t)order;
	}
	return NULL;
}

static void
parse_level(const char *text, struct forecast_level *level)
{
	*level = (struct forecast_level){ .given = true };
	if (number_parse(text, strlen(text), &level->value) == -1)
		level->column = text;
}

/* Cut text at the next ':'; NULL if there is none left. */
static char *
next_part(char **text)
{
	char *part = *text;

	if (part == NULL)
		return NULL;
	*text = strchr(part, ':');
	if (*text != NULL)
		*(*text)++ = '\0';
	return part;
}

/* A prior scale or a mode: the parts that all terms may have. */
static bool
common_part(const char *part, double *prior_scale, enum prophet_mode *mode,
    bool *mode_given)
{
	double x;

	for (size_t i = 0; modes[i] != NULL; i++)
		if (strcmp(part, modes[i]) == 0) {
			*mode = (enum prophet_mode)i;
			*mode_given = true;
			return true;
		}
	if (number_parse(part, strlen(part), &x) == -1 ||
	    !(x >= LEAST_SCALE && x <= LARGEST_SCALE))
		return false;
	*prior_scale = x;
	return true;
}

static const char *
parse_season(char *text, struct forecast_season *s)
{
	static const char *const reserved[] = { "trend", "holidays",
		"regressors", "regressors_multiplicative", NULL };
	const char *name = next_part(&text), *period = next_part(&text);
	const char *order = next_part(&text);
	int64_t n;

	if (order == NULL)
		return "is not name:period:order";
	if (*name == '\0')
		return "has no name";
	for (size_t i = 0; reserved[i] != NULL; i++)
		if (strcmp(name, reserved[i]) == 0)
			return "has the name of another component";
	if (number_parse(period, strlen(period), &s->period) == -1 ||
	    !(s->period >= 1e-6 && s->period <= 1e9))
		return "has a period that is not from 1e-6 to 1e9";
	if (number_parse_int(order, strlen(order), &n) == -1 || n < 1 ||
	    n > 100)
		return "has an order that is not 1 to 100";
	s->name = name;
	s->order = (size_t)n;
	for (char *part; (part = next_part(&text)) != NULL;)
		if (strncmp(part, "if=", 3) == 0 && part[3] != '\0')
			s->condition = part + 3;
		else if (!common_part(part, &s->prior_scale, &s->mode,
			     &s->mode_given))
			return "has a part that is no prior scale from 1e-9 to "
			       "1e9, mode or if=column";
	return NULL;
}

static const char *
parse_regressor(char *text, struct forecast_regressor *r)
{
	r->column = next_part(&text);
	if (*r->column == '\0')
		return "has no column";
	for (char *part; (part = next_part(&text)) != NULL;)
		if (strcmp(part, "scaled") == 0)
			r->standardize = PROPHET_STANDARDIZE_YES;
		else if (strcmp(part, "raw") == 0)
			r->standardize = PROPHET_STANDARDIZE_NO;
		else if (strcmp(part, "+") == 0)
			r->sign = PROPHET_NOT_NEGATIVE;
		else if (strcmp(part, "-") == 0)
			r->sign = PROPHET_NOT_POSITIVE;
		else if (!common_part(part, &r->prior_scale, &r->mode,
			     &r->mode_given))
			return "has a part that is no prior scale from 1e-9 to "
			       "1e9, mode, scaled, raw, + or -";
	return NULL;
}

/* FROM[..TO]=WEIGHT */
static const char *
parse_weight(char *text, struct forecast_weight *w)
{
	char *equals = strchr(text, '='), *to = strstr(text, "..");

	if (equals == NULL)
		return "is not date=weight or date..date=weight";
	*equals++ = '\0';
	if (to != NULL && to < equals) {
		*to = '\0';
		to += 2;
	} else {
		to = text;
	}
	if (date_parse(text, strlen(text), &w->from) == -1 ||
	    date_parse(to, strlen(to), &w->to) == -1)
		return "is not date=weight or date..date=weight";
	if (w->to < w->from)
		return "ends before it begins";
	if (number_parse(equals, strlen(equals), &w->weight) == -1 ||
	    !(w->weight >= 0))
		return "has a weight that is not 0 or more";
	return NULL;
}

static const char *
check_season(char *text)
{
	struct forecast_season s = { 0 };

	return parse_season(text, &s);
}

static const char *
check_regressor(char *text)
{
	struct forecast_regressor r = { 0 };

	return parse_regressor(text, &r);
}

static const char *
check_weights(char *text)
{
	struct forecast_weight w = { 0 };

	return parse_weight(text, &w);
}

static const char *
check_dates(char *text)
{
	struct date_time time;
	bool any = false;

	for (char *part = strtok_r(text, ",", &text); part != NULL;
	     part = strtok_r(NULL, ",", &text)) {
		any = true;
		if (date_parse_time(part, strlen(part), NULL, &time) == -1)
			return "is not a date, or several with commas";
	}
	return any ? NULL : "is not a date, or several with commas";
}

static const char *
check_country(char *text)
{
	const char *const *c = NULL;

	for (char *part = strtok_r(text, ",", &text); part != NULL;
	     part = strtok_r(NULL, ",", &text)) {
		for (c = holiday_countries; *c != NULL; c++)
			if (strcmp(*c, part) == 0)
				break;
		if (*c == NULL)
			return "is no country whose holidays are known (see "
			       "--help)";
	}
	return c == NULL ? "has no country" : NULL;
}

/* An element of a list; what is wrong with it, or NULL. */
static const char *
take_element(struct raw *raw, struct cli *cli, const struct setting *s,
    const char *text, struct forecast_list *to)
{
	char *copy = need(cli, arena_copy(&raw->o->arena, text, strlen(text)));
	const char *why = s->check == NULL ? NULL : s->check(copy);

	if (why == NULL)
		append(raw, cli, to, text);
	return why;
}

/* ---- from the command line ----------------------------------------------------- */

static void
take_option(struct raw *raw, struct cli *cli, const struct setting *s,
    const char *text)
{
	void *to = place_of(raw, s);
	char name[64];
	const char *why;

	snprintf(name, sizeof(name), "--%s", s->name);
	switch (s->kind) {
	case FLAG:
		*(bool *)to = true;
		break;
	case SIZE:
		*(size_t *)to = opt_size(name, text, (size_t)s->min,
		    (size_t)s->max);
		break;
	case DOUBLE:
		*(double *)to = opt_double(name, text, s->min, s->max);
		break;
	case CHOICE:
		*(int *)to = (int)opt_choice(name, text, s->choices,
		    count(s->choices));
		break;
	case MAYBE:
		*(int *)to = text == NULL ? 1
					  : 1 +
			(int)opt_choice(name, text, s->choices,
			    count(s->choices));
		break;
	case TEXT:
		*(const char **)to = text;
		break;
	case DAY:
		if (date_parse(text, strlen(text), to) == -1)
			opt_fail("%s: '%s' is not a date (YYYY-MM-DD)", name,
			    text);
		break;
	case STEP:
		if (forecast_step_parse(text, to) == -1)
			opt_fail("%s: '%s' %s", name, text, no_step);
		break;
	case LEVEL:
		parse_level(text, to);
		break;
	case BUILTIN:
		if ((why = parse_builtin(text, to)) != NULL)
			opt_fail("%s: '%s' %s", name, text, why);
		break;
	case LIST:
		if ((why = take_element(raw, cli, s, text, to)) != NULL)
			opt_fail("%s: '%s' %s", name, text, why);
		break;
	}
}

/* ---- from the configuration ---------------------------------------------------- */

static void
take_choice(struct config *cfg, const char *key, const struct setting *s,
    int first, int *to)
{
	const char *text;
	char all[200] = "";

	if (config_text(cfg, NULL, key, NULL, &text) != 1)
		return;
	for (int i = 0; s->choices[i] != NULL; i++) {
		if (strcmp(text, s->choices[i]) == 0) {
			*to = first + i;
			return;
		}
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s",
		    i > 0 ? ", " : "", s->choices[i]);
	}
	config_fail(cfg, NULL, key, "'%s' is not one of %s", text, all);
}

static void
take_list(struct raw *raw, struct cli *cli, struct config *cfg, const char *key,
    const struct setting *s, struct forecast_list *to)
{
	struct config_node *node = config_get(cfg, NULL, key), *element;
	const bool many = node != NULL && config_kind(node) == CONFIG_SEQUENCE;
	const char *text, *why;

	for (element = many ? config_first(node) : node; element != NULL;
	     element = many ? config_next(element) : NULL) {
		if (config_text(cfg, element, NULL, NULL, &text) != 1)
			continue;
		why = take_element(raw, cli, s, text, to);
		if (why != NULL)
			config_fail(cfg, element, NULL, "'%s' %s", text, why);
	}
}

enum { KEY_MAX = 64 };

/* The key of a setting: its name with _ for -. */
static void
name_key(const struct setting *s, char key[KEY_MAX])
{
	snprintf(key, KEY_MAX, "%s", s->name);
	for (char *p = key; *p != '\0'; p++)
		if (*p == '-')
			*p = '_';
}

static void
take_key(struct raw *raw, struct cli *cli, struct config *cfg,
    const struct setting *s, const char *key)
{
	void *to = place_of(raw, s);
	int64_t whole;
	const char *text, *why;

	switch (s->kind) {
	case FLAG:
		config_bool(cfg, NULL, key, *(bool *)to, to);
		break;
	case SIZE:
		if (config_int(cfg, NULL, key, 0, (int64_t)s->min,
			(int64_t)s->max, &whole) == 1)
			*(size_t *)to = (size_t)whole;
		break;
	case DOUBLE:
		config_double(cfg, NULL, key, *(double *)to, s->min, s->max,
		    to);
		break;
	case CHOICE:
		take_choice(cfg, key, s, 0, to);
		break;
	case MAYBE:
		take_choice(cfg, key, s, 1, to);
		break;
	case TEXT:
		config_text(cfg, NULL, key, *(const char **)to, to);
		break;
	case DAY:
		config_date(cfg, NULL, key, *(int32_t *)to, to);
		break;
	case STEP:
		if (config_text(cfg, NULL, key, NULL, &text) == 1 &&
		    forecast_step_parse(text, to) == -1)
			config_fail(cfg, NULL, key, "'%s' %s", text, no_step);
		break;
	case LEVEL:
		if (config_text(cfg, NULL, key, NULL, &text) == 1)
			parse_level(text, to);
		break;
	case BUILTIN:
		if (config_text(cfg, NULL, key, NULL, &text) == 1 &&
		    (why = parse_builtin(text, to)) != NULL)
			config_fail(cfg, NULL, key, "'%s' %s", text, why);
		break;
	case LIST:
		take_list(raw, cli, cfg, key, s, to);
		break;
	}
}

/* ---- both together --------------------------------------------------------------- */

/* A text with commas as several. */
static void
split_commas(struct raw *raw, struct cli *cli, struct forecast_list *list)
{
	struct forecast_list whole = *list;

	*list = (struct forecast_list){ 0 };
	for (size_t i = 0; i < whole.n; i++) {
		char *text = need(cli,
		    arena_copy(&raw->o->arena, whole.text[i],
			strlen(whole.text[i])));

		for (char *part = strtok_r(text, ",", &text); part != NULL;
		     part = strtok_r(NULL, ",", &text))
			append(raw, cli, list, part);
	}
}

static bool
is_builtin(const char *name, size_t *which)
{
	static const char *const names[] = { "yearly", "weekly", "daily" };

	for (*which = 0; *which < PROPHET_BUILTINS; ++*which)
		if (strcmp(name, names[*which]) == 0)
			return true;
	return false;
}

static void
finish_seasons(struct raw *raw, struct cli *cli)
{
	struct forecast_options *o = raw->o;
	const struct forecast_list *list = &raw->lists.season;
	size_t which;

	o->season = need(cli, calloc(list->n + 1, sizeof(*o->season)));
	for (size_t i = 0; i < list->n; i++) {
		struct forecast_season *s = &o->season[o->n_seasons++];
		char *text = need(cli,
		    arena_copy(&o->arena, list->text[i],
			strlen(list->text[i])));
		const char *why = parse_season(text, s);

		for (size_t j = 0; why == NULL && j < i; j++)
			if (strcmp(s->name, o->season[j].name) == 0)
				why = "has a name that another one has";
		if (why != NULL)
			opt_fail("--seasonality: '%s' %s", list->text[i], why);
		if (!s->mode_given)
			s->mode = (enum prophet_mode)raw->seasonality_mode;
		if (s->prior_scale == 0)
			s->prior_scale = raw->seasonality_prior_scale > 0
			    ? raw->seasonality_prior_scale
			    : 10;
		/* One of the same name takes the place of the built-in. */
		if (is_builtin(s->name, &which))
			o->builtin[which].use = PROPHET_OFF;
	}
}

static void
finish_regressors(struct raw *raw, struct cli *cli)
{
	struct forecast_options *o = raw->o;
	const struct forecast_list *list = &raw->lists.regressor;

	o->regressor = need(cli, calloc(list->n + 1, sizeof(*o->regressor)));
	for (size_t i = 0; i < list->n; i++) {
		struct forecast_regressor *r = &o->regressor[o->n_regressors++];
		char *text = need(cli,
		    arena_copy(&o->arena, list->text[i],
			strlen(list->text[i])));
		const char *why = parse_regressor(text, r);

		for (size_t j = 0; why == NULL && j < i; j++)
			if (strcmp(r->column, o->regressor[j].column) == 0)
				why = "stands twice";
		if (why != NULL)
			opt_fail("--regressor: '%s' %s", list->text[i], why);
		if (!r->mode_given)
			r->mode = (enum prophet_mode)raw->seasonality_mode;
		if (r->prior_scale == 0)
			r->prior_scale = o->holidays_prior_scale;
	}
}

static int
compare_doubles(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

/* Times in order, each once, in days. */
static double *
make_dates(struct raw *raw, struct cli *cli, struct forecast_list *list,
    size_t *n)
{
	struct forecast_options *o = raw->o;
	double *t;

	*n = 0;
	split_commas(raw, cli, list);
	if (list->n == 0)
		return NULL;
	t = need(cli, arena_alloc(&o->arena, list->n * sizeof(*t)));
	for (size_t i = 0; i < list->n; i++) {
		struct date_time time = { 0 };

		date_parse_time(list->text[i], strlen(list->text[i]), NULL,
		    &time);
		t[i] = (double)time.second / DATE_SECONDS;
	}
	qsort(t, list->n, sizeof(*t), compare_doubles);
	for (size_t i = 0; i < list->n; i++)
		if (i == 0 || t[i] != t[i - 1])
			t[(*n)++] = t[i];
	return t;
}

static void
finish_dates(struct raw *raw, struct cli *cli)
{
	struct forecast_options *o = raw->o;
	size_t n;

	o->cutoff = make_dates(raw, cli, &raw->lists.cutoffs, &o->n_cutoffs);
	o->spec.changepoint = make_dates(raw, cli, &raw->lists.dates, &n);
	if (n > 0)
		o->spec.n_changepoints = n;
}

static void
finish_weights(struct raw *raw, struct cli *cli)
{
	struct forecast_options *o = raw->o;
	const struct forecast_list *list = &raw->lists.weights;

	o->weight = need(cli,
	    arena_alloc(&o->arena, (list->n + 1) * sizeof(*o->weight)));
	for (size_t i = 0; i < list->n; i++) {
		char *text = need(cli,
		    arena_copy(&o->arena, list->text[i],
			strlen(list->text[i])));

		parse_weight(text, &o->weight[o->n_weights++]);
	}
}

static void
finish_levels(struct raw *raw)
{
	struct forecast_options *o = raw->o;
	const bool logistic = o->spec.growth == PROPHET_LOGISTIC;

	if (logistic && !o->cap.given)
		opt_fail("--growth logistic needs --cap");
	if (!logistic && (o->cap.given || o->floor.given))
		opt_fail("--cap and --floor go with --growth logistic");
	o->spec.floor = o->floor.given;
	if (logistic && o->cap.column == NULL && o->floor.column == NULL &&
	    o->cap.value <= o->floor.value && o->floor.given)
		opt_fail("--cap: %.12g is not above the floor, %.12g",
		    o->cap.value, o->floor.value);
}

/* Whether rows to come need columns that only the input has. */
static bool
needs_columns(const struct forecast_options *o)
{
	for (size_t i = 0; i < o->n_seasons; i++)
		if (o->season[i].condition != NULL)
			return true;
	return o->n_regressors > 0 || o->cap.column != NULL ||
	    o->floor.column != NULL;
}

static void
finish(struct raw *raw, struct cli *cli)
{
	struct forecast_options *o = raw->o;

	split_commas(raw, cli, &o->country);
	o->holidays_mode = (enum prophet_mode)(raw->holidays_mode != -1
		? raw->holidays_mode
		: raw->seasonality_mode);
	for (size_t i = 0; i < PROPHET_BUILTINS; i++) {
		o->builtin[i].prior_scale = raw->seasonality_prior_scale;
		o->builtin[i].mode = (enum prophet_mode)raw->seasonality_mode;
	}
	finish_seasons(raw, cli);
	finish_regressors(raw, cli);
	finish_dates(raw, cli);
	finish_weights(raw, cli);
	finish_levels(raw);
}

void
forecast_options_settle(struct forecast_options *o)
{
	if (!needs_columns(o))
		return;
	if (o->horizon_given && o->horizon > 0)
		opt_fail(
		    "--horizon: regressors, conditions, caps and floors of "
		    "rows to come are known to the input alone, where rows "
		    "without a value stand for them");
	o->horizon = 0;
}

static void
read_config(struct raw *raw, struct cli *cli, const char *path,
    const struct forecast_list *set, const bool given[SETTINGS])
{
	struct config *cfg = need(cli, config_open(path));

	raw->o->config = cfg;
	for (size_t i = 0; i < set->n; i++)
		config_set(cfg, set->text[i]);
	if (raw->o->model == NULL)
		config_text(cfg, NULL, "model", NULL, &raw->o->model);
	for (size_t i = 0; i < SETTINGS; i++) {
		char key[KEY_MAX];

		/* A model that is read has decided what it is. */
		name_key(&settings[i], key);
		if (given[i] ||
		    (raw->o->model != NULL && !settings[i].predicts))
			config_ignore(cfg, NULL, key);
		else
			take_key(raw, cli, cfg, &settings[i], key);
	}
	if (config_finish(cfg) == -1)
		errx(config_status(cfg), "%s", config_error(cfg));
}

/* What a judgement of rows rules out: it has one model, on a scale, that is
 * fitted in its own way. */
static void
check_judge(const struct forecast_options *o)
{
	const struct {
		const char *name;
		bool given;
	} others[] = {
		{ "backtest", o->backtest != FORECAST_NO_BACKTEST },
		{ "cap", o->cap.given },
		{ "changepoints", o->changepoints },
		{ "components", o->components },
		{ "conformal", o->conformal },
		{ "robust", o->robust },
		{ "save", o->save != NULL },
		{ "target", !isnan(o->target) },
		{ "tune", o->tune },
	};

	if (o->mask != NULL && !o->judge)
		opt_fail("--mask: only with --judge");
	if (o->scale != SCALE_RAW && !o->judge)
		opt_fail("--scale: only with --judge");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (o->judge && others[i].given)
			opt_fail("--judge and --%s: give one of the two",
			    others[i].name);
}

/* Options that ask for what another one rules out. */
static void
check_together(const struct forecast_options *o, const bool given[SETTINGS])
{
	if (isnan(o->target) != (o->by == DATE_NONE))
		opt_fail("--target and --by go together");
	if (o->since != DATE_NONE && (o->by == DATE_NONE || o->since > o->by))
		opt_fail("--since is a day before that of --by");
	if (!isnan(o->target) && o->changepoints)
		opt_fail("--target and --changepoints each have records of "
			 "their own");
	if (o->backtest != FORECAST_NO_BACKTEST &&
	    (o->changepoints || !isnan(o->target)))
		opt_fail("--backtest has records of its own");
	if (o->backtest != FORECAST_NO_BACKTEST && o->save != NULL)
		opt_fail("--backtest tests models of the past, and has none "
			 "for --save");
	if (o->horizon_given && !isnan(o->target))
		opt_fail("--horizon: --by says how far the rows to come go");
	check_judge(o);
	if (o->model == NULL)
		return;
	if (o->save != NULL)
		opt_fail("--save: a model that was read needs no saving");
	for (size_t i = 0; i < SETTINGS; i++)
		if (given[i] && !settings[i].predicts)
			opt_fail("--%s: the model of --model has that decided",
			    settings[i].name);
}

static int
argument_of(enum kind kind)
{
	return kind == FLAG ? no_argument
	    : kind == MAYBE ? optional_argument
			    : required_argument;
}

/* Standard input can be read once. */
static void
check_standard_input(const struct forecast_options *o, const char *config,
    char *const *operand, int n)
{
	int standard = n == 0;

	for (int i = 0; i < n; i++)
		standard += strcmp(operand[i], "-") == 0;
	for (size_t i = 0; i < o->holidays.n; i++)
		standard += strcmp(o->holidays.text[i], "-") == 0;
	standard += config != NULL && strcmp(config, "-") == 0;
	standard += o->mask != NULL && strcmp(o->mask, "-") == 0;
	standard += o->model != NULL && strcmp(o->model, "-") == 0;
	if (standard > 1)
		opt_fail("standard input can be only one of the records, the "
			 "holidays, the mask, the model and the "
			 "configuration");
}

/* getopt's tables, from the settings. */
static void
list_options(struct option *longopts, char *letters)
{
	static const struct option common[] = { CLI_LONG,
		{ "config", required_argument, NULL, 'C' },
		{ "set", required_argument, NULL, OPT_SET } };

	memcpy(longopts, common, sizeof(common));
	longopts += sizeof(common) / sizeof(*common);
	letters = stpcpy(letters, CLI_SHORT "C:");
	for (int i = 0; i < SETTINGS; i++) {
		*longopts++ = (struct option){ settings[i].name,
			argument_of(settings[i].kind), NULL, OPT_SETTING + i };
		if (settings[i].letter != 0) {
			*letters++ = (char)settings[i].letter;
			*letters++ = ':';
		}
	}
	*letters = '\0';
	*longopts = (struct option){ 0 };
}

void
forecast_options_read(struct forecast_options *o, struct cli *cli, int argc,
    char *argv[])
{
	struct raw raw = { .o = o, .holidays_mode = -1 };
	struct option longopts[SETTINGS + 64];
	char letters[128];
	struct forecast_list set = { 0 };
	bool given[SETTINGS] = { false };
	const char *path = NULL;
	int c;

	*o = (struct forecast_options){ .horizon = SIZE_MAX,
		.threshold = -1,
		.interval = 0.8,
		.jobs = 1,
		.rolling_window = 0.1,
		.target = NAN,
		.since = DATE_NONE,
		.by = DATE_NONE,
		.holidays_prior_scale = 10,
		.spec = prophet_defaults() };
	list_options(longopts, letters);
	while ((c = getopt_long(argc, argv, letters, longopts, NULL)) != -1) {
		if (cli_option(cli, c, optarg))
			continue;
		for (int i = 0; i < SETTINGS; i++)
			if (c == OPT_SETTING + i ||
			    (c == settings[i].letter && c != 0)) {
				take_option(&raw, cli, &settings[i], optarg);
				given[i] = true;
			}
		if (c == 'C')
			path = optarg;
		else if (c == OPT_SET)
			append(&raw, cli, &set, optarg);
	}
	read_config(&raw, cli, path, &set, given);
	check_standard_input(o, path, argv + optind, argc - optind);
	o->horizon_given = o->horizon != SIZE_MAX;
	o->column_given = o->column != NULL;
	if (!o->horizon_given)
		o->horizon = 30;
	if (!o->column_given)
		o->column = "revenue";
	if (o->threshold == -1)
		o->threshold = o->judge ? 3 : 2.5;
	check_together(o, given);
	finish(&raw, cli);
	if (o->model == NULL)
		forecast_options_settle(o);
}

void
forecast_options_release(struct forecast_options *o)
{
	free(o->season);
	free(o->regressor);
	config_close(o->config);
	arena_release(&o->arena);
}
