/*
 * What a renderer of report_page.h is: report_html.c and report_text.c have one
 * each, and report_page.c asks them.
 */
#ifndef AEE_TOOLS_REPORT_RENDER_H
#define AEE_TOOLS_REPORT_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report_page.h"

struct cli;
struct output;

struct page_cell {
	const char *text; /* NULL: a bar */
	enum page_tone tone;
	bool link, anchor; /* to the chart; for who comes without script */
	int32_t from, to;
	double a, b; /* of a bar */
	bool step;
};

struct page_grid {
	const char *caption;
	const struct page_column *column;
	size_t columns;
	const struct page_cell *cell;
	const bool *strong; /* of each row */
	size_t rows;
};

struct page_to {
	struct cli *cli;
	struct output *out;
	enum page_format format;
	bool color;
	size_t folded; /* inside how many folds */
};

struct page_renderer {
	void (*begin)(struct page_to *to, const char *title,
	    const char *subtitle, const struct page_link *link, size_t n);
	void (*end)(struct page_to *to);
	void (*section)(struct page_to *to, const char *id, const char *title);
	void (*section_end)(struct page_to *to);
	void (*heading)(struct page_to *to, const char *title);
	void (*say)(struct page_to *to, const char *text);
	void (*fold)(struct page_to *to, const char *title);
	void (*fold_end)(struct page_to *to);
	void (*tiles)(struct page_to *to, const struct page_tile *tile,
	    size_t n);
	void (*table)(struct page_to *to, const struct page_grid *grid);
	void (*chart)(struct page_to *to, const struct page_chart *chart);
};

extern const struct page_renderer report_html, report_text;

/* Append formatted text. */
void page_put(struct page_to *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void page_puts(struct page_to *to, const char *text);

/* The least and largest value of a chart, those of its bounds too; false if
 * there is none. */
bool page_chart_range(const struct page_chart *chart, double *least,
    double *largest);

#endif
