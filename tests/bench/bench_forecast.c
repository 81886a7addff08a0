/*
 * What prophet.h's model takes in time, and how near its optimum Prophet's own is.
 *
 *	bench_forecast FOLDER
 *
 * Writes made series of days to FOLDER (series-N.csv, and many.csv of many short
 * ones), for other programs to read, and prints lines "fit MODE ROWS us", the
 * best of many, "predict ROWS us" for the history and 30 days more, "many SERIES
 * us" for fits one after another; then "case NAME L best default exact": the log
 * posterior that we find and those of the references at hand.
 */
#include <err.h>
#include <stdio.h>
#include <time.h>

#include "base/date.h"
#include "base/rng.h"
#include "model/prophet.h"

#include "prophet_case.h"

enum { LONGEST = 2905, AHEAD = 30, MANY = 10000, SHORT = 365 };

static const struct prophet_seasonality seasons[2][2] = {
	{ { .period = 365.25, .order = 10, .prior_scale = 10 },
	    { .period = 7, .order = 3, .prior_scale = 10 } },
	{ { .period = 365.25,
	      .order = 10,
	      .prior_scale = 10,
	      .mode = PROPHET_MULTIPLICATIVE },
	    { .period = 7,
		.order = 3,
		.prior_scale = 10,
		.mode = PROPHET_MULTIPLICATIVE } },
};

struct series {
	double t[LONGEST + AHEAD], y[LONGEST + AHEAD];
};

/* Like a shop: growth with bends, a year, a week, noise with memory, and now and
 * then a day that stands out. */
static void
make_series(struct series *s, size_t n, uint64_t seed)
{
	struct rng rng;
	double level = 1000, slope = 0.5, noise = 0;

	rng_init(&rng, seed, rng_stream(1, 0, 0));
	for (size_t i = 0; i < n; i++) {
		const double day = (double)i;

		if (rng_below(&rng, 200) == 0)
			slope = rng_normal(&rng);
		level = fmax(level + slope, 200);
		noise = 0.5 * noise + 0.05 * rng_normal(&rng);
		s->t[i] = 16000 + day;
		s->y[i] = level *
		    (1 + 0.2 * sin(2 * M_PI * day / 365.25) +
			0.1 * cos(4 * M_PI * day / 365.25) +
			0.1 * sin(2 * M_PI * day / 7) + noise);
		if (rng_below(&rng, 100) == 0)
			s->y[i] *= 1.5;
	}
}

static FILE *
create(const char *folder, const char *name)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if ((f = fopen(path, "w")) == NULL)
		err(1, "%s", path);
	return f;
}

static void
write_rows(FILE *f, const char *prefix, const struct series *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int year, month, day;

		date_civil((int32_t)s->t[i], &year, &month, &day);
		fprintf(f, "%s%04d-%02d-%02d,%.2f\n", prefix, year, month, day,
		    s->y[i]);
	}
}

static void
close_file(FILE *f)
{
	if (fclose(f) != 0)
		err(1, "write");
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return 1e6 * (double)t.tv_sec + (double)t.tv_nsec / 1e3;
}

static struct prophet_spec
spec_of(int mode)
{
	struct prophet_spec spec = prophet_defaults();

	spec.seasonality = seasons[mode];
	spec.n_seasonalities = 2;
	return spec;
}

static void
time_fit(const struct series *s, size_t n, int mode, int rounds)
{
	const struct prophet_spec spec = spec_of(mode);
	const struct prophet_rows rows = { .n = n, .t = s->t, .y = s->y };
	struct prophet_workspace work = { 0 };
	double best = INFINITY;

	for (int i = 0; i < rounds; i++) {
		const double from = now();
		struct prophet *fit = prophet_fit(&spec, &rows, &work);

		if (fit == NULL)
			err(1, NULL);
		best = fmin(best, now() - from);
		prophet_free(fit);
		/* The next one must not find what this one left. */
		prophet_workspace_release(&work);
	}
	printf("fit %s %zu %.1f\n", mode ? "multiplicative" : "additive", n,
	    best);
}

static void
time_predict(const struct series *s, size_t n, int rounds)
{
	static double yhat[LONGEST + AHEAD], lower[LONGEST + AHEAD];
	static double upper[LONGEST + AHEAD];
	const struct prophet_spec spec = spec_of(0);
	struct prophet_rows rows = { .n = n, .t = s->t, .y = s->y };
	const struct prophet_forecast out = {
		.yhat = yhat, .lower = lower, .upper = upper
	};
	struct prophet *fit = prophet_fit(&spec, &rows, NULL);
	double best = INFINITY;

	if (fit == NULL)
		err(1, NULL);
	rows.n += AHEAD;
	for (int i = 0; i < rounds; i++) {
		const double from = now();

		if (prophet_predict(fit, &rows, 0.8, &out) == -1)
			err(1, NULL);
		best = fmin(best, now() - from);
	}
	prophet_free(fit);
	printf("predict %zu %.1f\n", n, best);
}

static void
time_many(const char *folder, struct series *s)
{
	const struct prophet_spec spec = spec_of(0);
	const struct prophet_rows rows = { .n = SHORT, .t = s->t, .y = s->y };
	struct prophet_workspace work = { 0 };
	FILE *f = create(folder, "many.csv");
	double us = 0;

	fputs("series,date,y\n", f);
	for (uint64_t i = 0; i < MANY; i++) {
		struct prophet *fit;
		char prefix[24];
		double from;

		make_series(s, SHORT, i);
		snprintf(prefix, sizeof(prefix), "s%05d,", (int)i);
		write_rows(f, prefix, s, SHORT);
		from = now();
		if ((fit = prophet_fit(&spec, &rows, &work)) == NULL)
			err(1, NULL);
		us += now() - from;
		prophet_free(fit);
	}
	close_file(f);
	prophet_workspace_release(&work);
	printf("many %d %.1f\n", MANY, us);
}

static void
compare_case(const char *name)
{
	struct prophet_case c;
	struct prophet *fit;
	double l[3];
	static const char *const keys[] = { "prophet_best", "prophet_default",
		"exact" };

	if (case_folder(name) == NULL)
		return;
	load_case(&c, name);
	for (int i = 0; i < 3; i++)
		l[i] = number_of(cJSON_GetObjectItem(c.params, keys[i]),
		    "log_posterior", NAN);
	if ((fit = prophet_fit(&c.spec, &c.history, NULL)) == NULL)
		err(1, NULL);
	printf("case %s %.9f %.9f %.9f %.9f\n", name,
	    prophet_values(fit)->log_posterior, l[0], l[1], l[2]);
	prophet_free(fit);
	free_case(&c);
}

int
main(int argc, char *argv[])
{
	static const char *const cases[] = { "daily_revenue",
		"daily_revenue_yearly", "daily_revenue_mult", "peyton",
		"peyton_holidays", "peyton_conditional", "air_additive",
		"air_multiplicative", "retail_sales", "logistic_cap",
		"logistic_floor", "regressor", "hourly", "flat",
		"edge_five_rows", "edge_ten_rows", "edge_twenty_rows",
		"edge_all_negative", "edge_duplicates", "edge_nan",
		"edge_unsorted", "edge_intermittent", "edge_weekly",
		"edge_nochangepoints" };
	static const size_t sizes[] = { 365, 1096, LONGEST };
	static struct series s;

	if (argc != 2)
		errx(2, "usage: bench_forecast folder");
	for (size_t i = 0; i < 3; i++) {
		const size_t n = sizes[i];
		char name[40];
		FILE *f;

		make_series(&s, n + AHEAD, 7);
		snprintf(name, sizeof(name), "series-%zu.csv", n);
		f = create(argv[1], name);
		fputs("date,y\n", f);
		write_rows(f, "", &s, n);
		close_file(f);
		time_fit(&s, n, 0, 60);
		time_fit(&s, n, 1, 20);
		time_predict(&s, n, 60);
	}
	time_many(argv[1], &s);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		compare_case(cases[i]);
	return 0;
}
