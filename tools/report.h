/*
 * The parts of a report, in the order in which they stand.  Each writes its
 * section, or nothing where has_..() says that there is nothing to say.
 */
#ifndef AEE_TOOLS_REPORT_H
#define AEE_TOOLS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/recent.h"
#include "report_data.h"
#include "report_figure.h"

struct cli;
struct page;

/* The rows by day, from the first day to the last that is known and complete, a
 * day without a row having no values; or by row, where they are not days. */
struct report_series {
	int32_t first; /* day */
	size_t n, window;
	double *revenue, *orders, *sessions;
};

struct report {
	struct report_data *data;
	struct page *page;
	struct report_series series;
	int decimals, value_decimals; /* of money; of what is forecast */
	double partial; /* share of a last day that may not be complete; NaN */
};

/* Set what follows from the data: all but page. */
void report_init(struct report *r, struct report_data *data, size_t window);
void report_end(struct report *r);

/* Sums of the rows of a period; a value that no row has is NaN. */
struct report_sums {
	double revenue, orders, sessions;
	size_t rows;
};

struct report_sums report_sums(const struct report_data *data, int32_t from,
    int32_t to);

/* Add what is not missing to a sum, which is NaN at first. */
void report_add(double *sum, double value);

/* a / b; NaN where b is not positive. */
double report_ratio(double a, double b);

/* Decimals that figures of this size need. */
int report_decimals(struct cli *cli, const double *y, size_t n);

struct figure report_money(const struct report *r, double v);
struct figure report_value(const struct report *r, double v);

/* The first and last day of the window that is k windows before the last. */
void report_window(const struct report *r, size_t k, int32_t *from,
    int32_t *to);

/* Whether the column of the forecast can be summed up over days. */
bool report_sums_up(const struct report_data *data);

void report_summary(struct report *r);
void report_revenue(struct report *r);

bool report_has_change(const struct report_data *data);
void report_change(struct report *r);

bool report_has_channels(const struct report_data *data);
void report_channels(struct report *r);

bool report_has_anomalies(const struct report_data *data);
void report_anomalies(struct report *r);

bool report_has_components(const struct report_data *data);
void report_components(struct report *r);

bool report_has_backtest(const struct report_data *data);
void report_backtest(struct report *r);

void report_quality(struct report *r, const struct report_files *files);

#endif
