#include "report_page.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_figure.h"
#include "report_render.h"

#include "base/arena.h"
#include "base/vec.h"
#include "record/cli.h"
#include "record/output.h"

struct page {
	struct page_to to;
	const struct page_renderer *render;

	/* The table that is being made. */
	struct page_grid grid;
	struct page_cell *cell;
	size_t cells, cell_capacity;
	bool *strong;
	size_t strong_capacity;
	struct arena arena; /* of its texts */
};

struct page *
page_new(struct cli *cli, enum page_format format, bool color)
{
	struct page *page = calloc(1, sizeof(*page));

	if (page == NULL)
		cli_no_memory(cli);
	page->to = (struct page_to){
		.cli = cli, .out = cli->output, .format = format, .color = color
	};
	page->render = format == PAGE_HTML ? &report_html : &report_text;
	return page;
}

void
page_end(struct page *page)
{
	page->render->end(&page->to);
	free(page->cell);
	free(page->strong);
	arena_release(&page->arena);
	free(page);
}

void
page_puts(struct page_to *to, const char *text)
{
	output_write(to->out, text, strlen(text));
}

void
page_put(struct page_to *to, const char *format, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	output_write(to->out, text,
	    (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void
page_begin(struct page *page, const char *title, const char *subtitle,
    const struct page_link *link, size_t n)
{
	page->render->begin(&page->to, title, subtitle, link, n);
}

void
page_section(struct page *page, const char *id, const char *title)
{
	page->render->section(&page->to, id, title);
}

void
page_section_end(struct page *page)
{
	page->render->section_end(&page->to);
}

void
page_heading(struct page *page, const char *title)
{
	page->render->heading(&page->to, title);
}

void
page_say(struct page *page, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n == -1)
		cli_no_memory(page->to.cli);
	page->render->say(&page->to, text);
	free(text);
}

void
page_fold(struct page *page, const char *title)
{
	page->to.folded++;
	page->render->fold(&page->to, title);
}

void
page_fold_end(struct page *page)
{
	page->render->fold_end(&page->to);
	page->to.folded--;
}

void
page_tiles(struct page *page, const struct page_tile *tile, size_t n)
{
	page->render->tiles(&page->to, tile, n);
}

/* ---- tables ------------------------------------------------------------------ */

void
page_table(struct page *page, const char *caption,
    const struct page_column *column, size_t n)
{
	page->grid = (struct page_grid){
		.caption = caption, .column = column, .columns = n
	};
	page->cells = 0;
}

void
page_row(struct page *page, bool strong)
{
	if (vec_grow(&page->strong, &page->strong_capacity, page->grid.rows + 1,
		sizeof(*page->strong)) == -1)
		cli_no_memory(page->to.cli);
	page->strong[page->grid.rows++] = strong;
}

static void
add_cell(struct page *page, struct page_cell cell)
{
	if (vec_grow(&page->cell, &page->cell_capacity, page->cells + 1,
		sizeof(*page->cell)) == -1)
		cli_no_memory(page->to.cli);
	page->cell[page->cells++] = cell;
}

static const char *
keep(struct page *page, const char *text)
{
	const char *copy = arena_copy(&page->arena, text, strlen(text));

	if (copy == NULL)
		cli_no_memory(page->to.cli);
	return copy;
}

void
page_cell(struct page *page, const char *text)
{
	page_cell_tone(page, text, PAGE_PLAIN);
}

void
page_cell_tone(struct page *page, const char *text, enum page_tone tone)
{
	add_cell(page,
	    (struct page_cell){ .text = keep(page, text), .tone = tone });
}

void
page_cell_days(struct page *page, int32_t from, int32_t to)
{
	add_cell(page,
	    (struct page_cell){
		.text = keep(page, figure_days(from, to).text),
		.link = true,
		.from = from,
		.to = to,
	    });
}

void
page_cell_day(struct page *page, int32_t day)
{
	add_cell(page,
	    (struct page_cell){
		.text = keep(page, figure_date(day).text), .anchor = true });
}

void
page_cell_bar(struct page *page, double from, double to, enum page_tone tone,
    bool step)
{
	add_cell(page,
	    (struct page_cell){ .tone = tone,
		.a = fmax(0, fmin(1, from)),
		.b = fmax(0, fmin(1, to)),
		.step = step });
}

static bool
is_known(const struct page_cell *c)
{
	return c->text == NULL ||
	    (*c->text != '\0' && strcmp(c->text, FIGURE_MISSING) != 0);
}

/* Whether a column says anything; the first always stays. */
static bool
is_column_known(const struct page *page, size_t column)
{
	const struct page_grid *g = &page->grid;

	if (column == 0 || g->rows == 0)
		return true;
	for (size_t row = 0; row < g->rows; row++)
		if (is_known(&page->cell[row * g->columns + column]))
			return true;
	return false;
}

/* Leave columns out of which nothing is known. */
static void
drop_columns(struct page *page, struct page_column *column)
{
	const struct page_grid old = page->grid;
	size_t n = 0, cells = 0;
	bool *stays = calloc(old.columns + 1, sizeof(*stays));

	if (stays == NULL)
		cli_no_memory(page->to.cli);
	for (size_t i = 0; i < old.columns; i++)
		if ((stays[i] = is_column_known(page, i)))
			column[n++] = old.column[i];
	for (size_t i = 0; i < page->cells; i++)
		if (stays[i % old.columns])
			page->cell[cells++] = page->cell[i];
	page->grid.column = column;
	page->grid.columns = n;
	free(stays);
}

void
page_table_end(struct page *page)
{
	struct page_column *column = calloc(page->grid.columns + 1,
	    sizeof(*column));

	if (column == NULL)
		cli_no_memory(page->to.cli);
	drop_columns(page, column);
	page->grid.cell = page->cell;
	page->grid.strong = page->strong;
	page->render->table(&page->to, &page->grid);
	arena_release(&page->arena);
	free(column);
}

/* ---- charts --------------------------------------------------------------------- */

bool
page_chart_range(const struct page_chart *chart, double *least, double *largest)
{
	*least = INFINITY;
	*largest = -INFINITY;
	for (size_t k = 0; k < chart->n_series; k++) {
		const struct page_series *s = &chart->series[k];
		const double *of[] = { s->y, s->lower, s->upper };

		for (size_t j = 0; j < 3; j++)
			for (size_t i = 0; of[j] != NULL && i < chart->n; i++) {
				if (isnan(of[j][i]))
					continue;
				*least = fmin(*least, of[j][i]);
				*largest = fmax(*largest, of[j][i]);
			}
	}
	return *least <= *largest;
}

void
page_chart(struct page *page, const struct page_chart *chart)
{
	page->render->chart(&page->to, chart);
}
