/* The page as plain text, for a terminal, and as Markdown, for a mail. */
#include "report_render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_figure.h"

#include "record/cli.h"
#include "record/output.h"

enum { LINE = 78, SPARK = 60, BAR = 24 };

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define LOUD "\033[1;33m"
#define RESET "\033[0m"

/* What of a field may not reach a terminal: controls, and what turns the
 * direction of the text after it. */
static bool
is_control(unsigned code)
{
	return code < ' ' || (code >= 0x7f && code < 0xa0) ||
	    (code >= 0x202a && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069);
}

/* The code point at p, which is valid UTF-8; *n is its length. */
static unsigned
decode(const char *p, size_t *n)
{
	const unsigned char *u = (const unsigned char *)p;

	*n = u[0] < 0x80 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	switch (*n) {
	case 1:
		return u[0];
	case 2:
		return (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
	case 3:
		return (u[0] & 0xfu) << 12 | (u[1] & 0x3fu) << 6 |
		    (u[2] & 0x3fu);
	default:
		return (u[0] & 7u) << 18 | (u[1] & 0x3fu) << 12 |
		    (u[2] & 0x3fu) << 6 | (u[3] & 0x3fu);
	}
}

/* Columns of a terminal that a code point takes; about, as terminals differ. */
static size_t
columns_of(unsigned code)
{
	if (code >= 0x300 && code < 0x370)
		return 0;
	return (code >= 0x1100 && code < 0x1160) ||
		(code >= 0x2e80 && code < 0xa4d0) ||
		(code >= 0xac00 && code < 0xd7a4) ||
		(code >= 0xf900 && code < 0xfb00) ||
		(code >= 0xff00 && code < 0xff61) || code >= 0x1f300
	    ? 2
	    : 1;
}

/* Write a text, unless to is NULL, so that it stays text; returns the columns
 * that it takes. */
static size_t
put_text(struct page_to *to, const char *text)
{
	size_t columns = 0, n;

	for (const char *p = text; *p != '\0'; p += n) {
		unsigned code = decode(p, &n);

		columns += columns_of(code);
		if (to == NULL)
			continue;
		if (code == '\t' || code == '\n' || code == '\r')
			page_puts(to, " ");
		else if (is_control(code))
			page_puts(to, "\ufffd");
		else if (to->format == PAGE_MARKDOWN && code < 0x80 &&
		    strchr("\\`*_[]<>|~&#$", (int)code) != NULL)
			page_put(to, "\\%c", (int)code);
		else
			output_write(to->out, p, n);
	}
	return columns;
}

static void
put_style(struct page_to *to, const char *style)
{
	if (to->color)
		page_puts(to, style);
}

static void
put_many(struct page_to *to, const char *text, size_t n)
{
	while (n-- > 0)
		page_puts(to, text);
}

/* ---- the frame ------------------------------------------------------------------- */

static void
put_title(struct page_to *to, const char *mark, const char *title,
    const char *rule)
{
	size_t columns;

	if (to->format == PAGE_MARKDOWN) {
		page_puts(to, mark);
		put_text(to, title);
		page_puts(to, "\n\n");
		return;
	}
	put_style(to, BOLD);
	columns = put_text(to, title);
	put_style(to, RESET);
	page_puts(to, "\n");
	put_many(to, rule, columns);
	page_puts(to, *rule == '\0' ? "" : "\n");
}

/* Words, in lines as long as fit. */
static void
say(struct page_to *to, const char *text)
{
	size_t at = 0;

	if (to->folded > 0)
		return;
	if (to->format == PAGE_MARKDOWN) {
		put_text(to, text);
		page_puts(to, "\n\n");
		return;
	}
	for (const char *p = text; *p != '\0';) {
		size_t n = strcspn(p, " ");
		char *word = strndup(p, n);
		size_t columns;

		if (word == NULL)
			cli_no_memory(to->cli);
		columns = put_text(NULL, word);
		if (at > 0 && at + 1 + columns > LINE) {
			page_puts(to, "\n");
			at = 0;
		} else if (at > 0) {
			page_puts(to, " ");
			at++;
		}
		put_text(to, word);
		at += columns;
		free(word);
		p += n;
		p += strspn(p, " ");
	}
	page_puts(to, "\n\n");
}

static void
begin(struct page_to *to, const char *title, const char *subtitle,
    const struct page_link *link, size_t n)
{
	(void)link;
	(void)n;
	put_title(to, "# ", title, "=");
	say(to, subtitle);
}

static void
end(struct page_to *to)
{
	(void)to;
}

static void
section(struct page_to *to, const char *id, const char *title)
{
	(void)id;
	put_title(to, "## ", title, "-");
	if (to->format == PAGE_TEXT)
		page_puts(to, "\n");
}

static void
section_end(struct page_to *to)
{
	(void)to;
}

static void
heading(struct page_to *to, const char *title)
{
	if (to->folded > 0)
		return;
	put_title(to, "### ", title, "");
}

static void
fold(struct page_to *to, const char *title)
{
	(void)to;
	(void)title;
}

static void
fold_end(struct page_to *to)
{
	(void)to;
}

/* ---- tables ------------------------------------------------------------------------ */

static bool
is_shown(const struct page_grid *grid, size_t column)
{
	return !grid->column[column].html_only;
}

static void
put_bar(struct page_to *to, const struct page_cell *c, bool last)
{
	size_t left = (size_t)lround(BAR * fmin(c->a, c->b));
	size_t right = (size_t)lround(BAR * fmax(c->a, c->b));
	/* Blanks at the edge of a cell are nothing in Markdown. */
	const char *blank = to->format == PAGE_MARKDOWN ? "\u00b7" : " ";

	if (right == left) {
		right += left < BAR;
		left -= left == BAR;
	}
	put_many(to, blank, left);
	put_many(to, "\u2588", right - left);
	if (!last || to->format == PAGE_MARKDOWN)
		put_many(to, blank, BAR - right);
}

static size_t
width_of(const struct page_grid *grid, size_t column)
{
	size_t width = put_text(NULL, grid->column[column].name);

	for (size_t row = 0; row < grid->rows; row++) {
		const struct page_cell
		    *c = &grid->cell[row * grid->columns + column];
		size_t n = c->text != NULL ? put_text(NULL, c->text) : BAR;

		if (n > width)
			width = n;
	}
	return width;
}

/* A text in its column; of the last one nothing follows. */
static void
put_padded(struct page_to *to, const char *text, size_t width, bool right,
    bool last)
{
	size_t columns = put_text(NULL, text);

	if (right)
		put_many(to, " ", width - columns);
	put_text(to, text);
	if (!right && !last)
		put_many(to, " ", width - columns);
}

/* The last column of a row in which something stands. */
static size_t
last_of(const struct page_grid *grid, const struct page_cell *cell)
{
	size_t last = 0;

	for (size_t i = 0; i < grid->columns; i++)
		if (is_shown(grid, i) &&
		    (cell == NULL || cell[i].text == NULL ||
			*cell[i].text != '\0'))
			last = i;
	return last;
}

static void
put_styled(struct page_to *to, const struct page_cell *c, size_t width,
    bool right, bool last)
{
	if (c->tone == PAGE_STRONG)
		put_style(to, LOUD);
	if (c->tone == PAGE_QUIET)
		put_style(to, DIM);
	put_padded(to, c->text, width, right, last);
	if (c->tone != PAGE_PLAIN)
		put_style(to, RESET);
}

/* The names of the columns, or a row. */
static void
put_text_row(struct page_to *to, const struct page_grid *grid,
    const size_t *width, const struct page_cell *cell)
{
	size_t last = last_of(grid, cell);

	for (size_t i = 0; i <= last; i++) {
		const struct page_cell name = { .text = grid->column[i].name };
		const struct page_cell *c = cell != NULL ? &cell[i] : &name;

		if (!is_shown(grid, i))
			continue;
		if (c->text == NULL)
			put_bar(to, c, i == last);
		else
			put_styled(to, c, width[i],
			    grid->column[i].kind == PAGE_NUMBER_COLUMN,
			    i == last);
		page_puts(to, i == last ? "\n" : "  ");
	}
}

static void
put_text_table(struct page_to *to, const struct page_grid *grid)
{
	size_t *width = calloc(grid->columns, sizeof(*width));

	if (width == NULL)
		cli_no_memory(to->cli);
	for (size_t i = 0; i < grid->columns; i++)
		width[i] = width_of(grid, i);
	put_text(to, grid->caption);
	page_puts(to, ":\n");
	put_style(to, BOLD);
	put_text_row(to, grid, width, NULL);
	put_style(to, RESET);
	for (size_t row = 0; row < grid->rows; row++)
		put_text_row(to, grid, width, grid->cell + row * grid->columns);
	page_puts(to, "\n");
	free(width);
}

static void
put_markdown_table(struct page_to *to, const struct page_grid *grid)
{
	put_text(to, grid->caption);
	page_puts(to, ":\n\n|");
	for (size_t i = 0; i < grid->columns; i++)
		if (is_shown(grid, i)) {
			page_puts(to, " ");
			put_text(to, grid->column[i].name);
			page_puts(to, " |");
		}
	page_puts(to, "\n|");
	for (size_t i = 0; i < grid->columns; i++)
		if (is_shown(grid, i))
			page_puts(to,
			    grid->column[i].kind == PAGE_NUMBER_COLUMN
				? " ---: |"
				: " --- |");
	page_puts(to, "\n");
	for (size_t row = 0; row < grid->rows; row++) {
		page_puts(to, "|");
		for (size_t i = 0; i < grid->columns; i++) {
			const struct page_cell
			    *c = &grid->cell[row * grid->columns + i];
			const char *mark = grid->strong[row] &&
				c->text != NULL && *c->text != '\0'
			    ? "**"
			    : "";

			if (!is_shown(grid, i))
				continue;
			page_put(to, " %s", mark);
			if (c->text == NULL)
				put_bar(to, c, false);
			else
				put_text(to, c->text);
			page_put(to, "%s |", mark);
		}
		page_puts(to, "\n");
	}
	page_puts(to, "\n");
}

static void
table(struct page_to *to, const struct page_grid *grid)
{
	if (to->folded > 0)
		return;
	if (to->format == PAGE_MARKDOWN)
		put_markdown_table(to, grid);
	else
		put_text_table(to, grid);
}

/* ---- sparklines --------------------------------------------------------------------- */

/* Means of as many values as share a place, in eight heights. */
static void
put_spark(struct page_to *to, const double *y, size_t n, double least,
    double largest)
{
	static const char *const level[] = { "\u2581", "\u2582", "\u2583",
		"\u2584", "\u2585", "\u2586", "\u2587", "\u2588" };
	size_t places = n < SPARK ? n : SPARK;

	for (size_t k = 0; k < places; k++) {
		size_t known = 0, from = n * k / places;
		double sum = 0;

		for (size_t i = from; i < n * (k + 1) / places; i++)
			if (!isnan(y[i])) {
				sum += y[i];
				known++;
			}
		if (known == 0) {
			page_puts(to, " ");
			continue;
		}
		page_puts(to,
		    level[largest > least
			    ? (size_t)fmin(7,
				  8 * (sum / (double)known - least) /
				      (largest - least))
			    : 0]);
	}
}

static void
range_of(const double *y, size_t n, double *least, double *largest)
{
	*least = INFINITY;
	*largest = -INFINITY;
	for (size_t i = 0; i < n; i++)
		if (!isnan(y[i])) {
			*least = fmin(*least, y[i]);
			*largest = fmax(*largest, y[i]);
		}
}

static void
tiles(struct page_to *to, const struct page_tile *tile, size_t n)
{
	static const struct page_column column[] = {
		{ "figure", PAGE_TEXT_COLUMN, false },
		{ "now", PAGE_NUMBER_COLUMN, false },
		{ "change", PAGE_NUMBER_COLUMN, false },
		{ "verdict", PAGE_TEXT_COLUMN, false },
	};
	struct page_cell *cell = calloc(4 * n + 1, sizeof(*cell));
	bool *strong = calloc(n + 1, sizeof(*strong));
	const struct page_grid grid = { "The last days against those before",
		column, 4, cell, strong, n };

	if (cell == NULL || strong == NULL)
		cli_no_memory(to->cli);
	for (size_t i = 0; i < n; i++) {
		cell[4 * i].text = tile[i].name;
		cell[4 * i + 1].text = tile[i].value;
		cell[4 * i + 2].text = tile[i].change;
		cell[4 * i + 3].text = tile[i].verdict;
		cell[4 * i + 3].tone = tile[i].tone;
	}
	table(to, &grid);
	free(cell);
	free(strong);
}

static void
chart(struct page_to *to, const struct page_chart *c)
{
	size_t width = 0;

	if (to->folded > 0)
		return;
	for (size_t k = 0; k < c->n_series; k++) {
		size_t columns = put_text(NULL, c->series[k].name);

		if (!c->series[k].points && columns > width)
			width = columns;
	}
	put_text(to, c->title);
	page_puts(to, to->format == PAGE_MARKDOWN ? ":\n\n```\n" : ":\n");
	for (size_t k = 0; k < c->n_series; k++) {
		struct page_to plain = *to;
		double least, largest;

		if (c->series[k].points)
			continue;
		plain.format = PAGE_TEXT;
		range_of(c->series[k].y, c->n, &least, &largest);
		if (!(least <= largest))
			continue;
		put_padded(&plain, c->series[k].name, width, false, false);
		page_puts(to, "  ");
		put_spark(to, c->series[k].y, c->n, least, largest);
		page_put(to, "  %s", figure_short(least).text);
		if (largest > least)
			page_put(to, " to %s", figure_short(largest).text);
		page_puts(to, "\n");
	}
	page_puts(to, to->format == PAGE_MARKDOWN ? "```\n\n" : "\n");
}

const struct page_renderer report_text = { begin, end, section, section_end,
	heading, say, fold, fold_end, tiles, table, chart };
