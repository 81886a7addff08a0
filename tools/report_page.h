/*
 * The page that aee-report writes, part by part, as HTML, Markdown or plain
 * text.  Texts are given as they are: every renderer escapes them.
 *
 * In HTML the charts are drawings that need no script; where dygraphs was there
 * when the program was built, a script puts a chart that answers to the pointer
 * and the keyboard in their place.  Markdown and text have sparklines.
 */
#ifndef AEE_TOOLS_REPORT_PAGE_H
#define AEE_TOOLS_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli;
struct page;

enum page_format { PAGE_HTML, PAGE_MARKDOWN, PAGE_TEXT };

/* How a figure is to be seen. */
enum page_tone {
	PAGE_PLAIN,
	PAGE_QUIET, /* of no weight: noise */
	PAGE_STRONG /* it matters */
};

/* A link of the table of contents. */
struct page_link {
	const char *id, *title;
};

/* color: may use the colors of a terminal. */
struct page *page_new(struct cli *cli, enum page_format format, bool color);

/* Write the end of the page and free. */
void page_end(struct page *page);

/* First of all: the head, the title, and what is below it (n links). */
void page_begin(struct page *page, const char *title, const char *subtitle,
    const struct page_link *link, size_t n);

void page_section(struct page *page, const char *id, const char *title);
void page_section_end(struct page *page);
void page_heading(struct page *page, const char *title);

/* A paragraph. */
void page_say(struct page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What stands between these can be unfolded in HTML, and is left out
 * elsewhere. */
void page_fold(struct page *page, const char *title);
void page_fold_end(struct page *page);

/* ---- figures at a glance ------------------------------------------------------ */

struct page_tile {
	const char *name, *value, *change, *verdict;
	enum page_tone tone;
	const double *spark; /* the last values, NaN missing */
	size_t n;
};

void page_tiles(struct page *page, const struct page_tile *tile, size_t n);

/* ---- tables ------------------------------------------------------------------------ */

struct page_column {
	const char *name;
	enum { PAGE_TEXT_COLUMN, PAGE_NUMBER_COLUMN, PAGE_BAR_COLUMN } kind;
	bool html_only; /* left out of Markdown and text */
};

/* Begin a table, with its name; then rows, each with a cell a column.  A column
 * of which no cell says anything is left out. */
void page_table(struct page *page, const char *caption,
    const struct page_column *column, size_t n);
void page_row(struct page *page, bool strong);
void page_cell(struct page *page, const char *text);
void page_cell_tone(struct page *page, const char *text, enum page_tone tone);

/* Days, which lead to the chart of `days`. */
void page_cell_days(struct page *page, int32_t from, int32_t to);

/* The day that such a link finds where there is no script. */
void page_cell_day(struct page *page, int32_t day);

/* From one place to another, both 0 to 1, of a bar column.  step: the next row
 * goes on at `to`. */
void page_cell_bar(struct page *page, double from, double to,
    enum page_tone tone, bool step);
void page_table_end(struct page *page);

/* ---- charts ------------------------------------------------------------------------- */

struct page_series {
	const char *name;
	const double *y;             /* NaN: missing */
	const double *lower, *upper; /* or NULL */
	int color;                   /* 0 to 7 */
	bool dashed, points;
	bool exact; /* all digits count: not computed */
};

struct page_band {
	int32_t from, to;
	const char *name;
};

struct page_chart {
	const char *id;      /* "days": where the links of days lead */
	const char *title;   /* what is to be seen, for those who do not see */
	const int32_t *date; /* ascending; or else */
	const double *x;     /* with its name */
	const char *x_name;
	size_t n;
	const struct page_series *series;
	size_t n_series;
	const struct page_band *band;
	size_t n_bands;
	int decimals;  /* of a value */
	bool overview; /* with a range to choose from */
	bool zero;     /* the axis begins at 0 if no value is below */
};

void page_chart(struct page *page, const struct page_chart *chart);

#endif
