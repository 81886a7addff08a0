/* The page as HTML: one file that asks for nothing else. */
#include "report_render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_figure.h"

#include "base/number.h"
#include "record/cli.h"
#include "record/output.h"

/* Made when the program is built; dygraphs_js is empty where it was not. */
extern const char report_css[], report_js[], dygraphs_css[], dygraphs_js[];

enum {
	COMPUTED = 7, /* digits of a computed value: more than a screen has */
	LONG = 30     /* a longer text may take several lines */
};

/* Text as text, in elements and in quoted attributes. */
static void
escape_span(struct page_to *to, const char *text, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		const char *instead = c == '&' ? "&amp;"
		    : c == '<'                 ? "&lt;"
		    : c == '>'                 ? "&gt;"
		    : c == '"'                 ? "&quot;"
		    : c == '\''                ? "&#39;"
					       : NULL;

		/* Controls are no characters of HTML. */
		if ((c < ' ' && c != '\t' && c != '\n') || c == 0x7f)
			instead = "\ufffd";
		if (instead == NULL)
			continue;
		output_write(to->out, text + from, i - from);
		page_puts(to, instead);
		from = i + 1;
	}
	output_write(to->out, text + from, n - from);
}

static void
escape(struct page_to *to, const char *text)
{
	escape_span(to, text, strlen(text));
}

/* Whether a date begins here: YYYY-MM-DD. */
static bool
is_date(const char *p)
{
	static const char form[] = "0000-00-00";

	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == '0' ? p[i] < '0' || p[i] > '9' : p[i] != '-')
			return false;
	return true;
}

/* Sentences, of which dates are not to be broken at their hyphens. */
static void
put_prose(struct page_to *to, const char *text)
{
	const char *from = text;

	for (const char *p = text; *p != '\0';) {
		if (!is_date(p)) {
			p++;
			continue;
		}
		escape_span(to, from, (size_t)(p - from));
		page_put(to, "<time>%.10s</time>", p);
		from = p += 10;
	}
	escape(to, from);
}

/* A JSON string in which nothing can end the script element around it. */
static void
put_json(struct page_to *to, const char *text)
{
	page_puts(to, "\"");
	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' ||
		    c == '&' || c == 0x7f)
			page_put(to, "\\u%04x", c);
		else
			output_write(to->out, p, 1);
	}
	page_puts(to, "\"");
}

static void
put_number(struct page_to *to, double v, int precision)
{
	char text[NUMBER_TEXT_MAX];

	if (isnan(v)) {
		page_puts(to, "null");
		return;
	}
	output_write(to->out, text, number_format(text, v, precision));
}

/* ---- the frame ------------------------------------------------------------------- */

static void
begin(struct page_to *to, const char *title, const char *subtitle,
    const struct page_link *link, size_t n)
{
	page_puts(to,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src"
	    " 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
	    " img-src data:\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width,"
	    " initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"generator\" content=\"aee-report " AEE_VERSION
	    "\">\n<title>");
	escape(to, title);
	page_puts(to, "</title>\n<style>\n");
	page_puts(to, dygraphs_css);
	page_puts(to, report_css);
	page_puts(to,
	    "</style>\n</head>\n<body>\n"
	    "<a class=\"skip\" href=\"#main\">Skip to the report</a>\n"
	    "<header>\n<h1>");
	escape(to, title);
	page_puts(to, "</h1>\n<p>");
	put_prose(to, subtitle);
	page_puts(to, "</p>\n<nav aria-label=\"Sections\">\n<ul>\n");
	for (size_t i = 0; i < n; i++) {
		page_puts(to, "<li><a href=\"#");
		escape(to, link[i].id);
		page_puts(to, "\">");
		escape(to, link[i].title);
		page_puts(to, "</a></li>\n");
	}
	page_puts(to, "</ul>\n</nav>\n</header>\n<main id=\"main\">\n");
}

static void
end(struct page_to *to)
{
	page_puts(to,
	    "</main>\n<footer>\n<p>Made by aee-report " AEE_VERSION ".");
	if (dygraphs_js[0] != '\0')
		page_puts(to,
		    " Charts: dygraphs (MIT licence), part of this file.");
	page_puts(to, "</p>\n</footer>\n");
	if (dygraphs_js[0] != '\0') {
		page_puts(to, "<script>\n");
		page_puts(to, dygraphs_js);
		page_puts(to, "</script>\n<script>\n");
		page_puts(to, report_js);
		page_puts(to, "</script>\n");
	}
	page_puts(to, "</body>\n</html>\n");
}

static void
section(struct page_to *to, const char *id, const char *title)
{
	page_puts(to, "<section aria-labelledby=\"");
	escape(to, id);
	page_puts(to, "\">\n<h2 id=\"");
	escape(to, id);
	page_puts(to, "\">");
	escape(to, title);
	page_puts(to, "</h2>\n");
}

static void
section_end(struct page_to *to)
{
	page_puts(to, "</section>\n");
}

static void
heading(struct page_to *to, const char *title)
{
	page_puts(to, "<h3>");
	escape(to, title);
	page_puts(to, "</h3>\n");
}

static void
say(struct page_to *to, const char *text)
{
	page_puts(to, "<p>");
	put_prose(to, text);
	page_puts(to, "</p>\n");
}

static void
fold(struct page_to *to, const char *title)
{
	page_puts(to, "<details>\n<summary>");
	escape(to, title);
	page_puts(to, "</summary>\n");
}

static void
fold_end(struct page_to *to)
{
	page_puts(to, "</details>\n");
}

static const char *
class_of(enum page_tone tone)
{
	switch (tone) {
	case PAGE_QUIET:
		return " class=\"quiet\"";
	case PAGE_STRONG:
		return " class=\"strong\"";
	default:
		return "";
	}
}

/* ---- tiles ---------------------------------------------------------------------- */

/* A line of values in a box of 100 x 20, of which nobody reads a value. */
static void
put_spark(struct page_to *to, const double *y, size_t n)
{
	double least = INFINITY, largest = -INFINITY;
	bool drawn = false;

	for (size_t i = 0; i < n; i++) {
		if (isnan(y[i]))
			continue;
		least = fmin(least, y[i]);
		largest = fmax(largest, y[i]);
	}
	if (!(least < largest))
		return;
	page_puts(to,
	    "<svg class=\"spark\" viewBox=\"0 0 100 20\" "
	    "preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"");
	for (size_t i = 0; i < n; i++) {
		if (isnan(y[i])) {
			drawn = false;
			continue;
		}
		page_put(to, "%c%.1f %.1f", drawn ? 'L' : 'M',
		    100. * (double)i / (double)(n - 1),
		    19 - 18 * (y[i] - least) / (largest - least));
		drawn = true;
	}
	page_puts(to, "\"/></svg>");
}

static void
tiles(struct page_to *to, const struct page_tile *tile, size_t n)
{
	page_puts(to, "<dl class=\"tiles\">\n");
	for (size_t i = 0; i < n; i++) {
		page_puts(to, "<div><dt>");
		escape(to, tile[i].name);
		page_puts(to, "</dt><dd><b>");
		escape(to, tile[i].value);
		page_puts(to, "</b> <span class=\"change\">");
		escape(to, tile[i].change);
		page_put(to, "</span> <span%s>", class_of(tile[i].tone));
		escape(to, tile[i].verdict);
		page_puts(to, "</span>");
		put_spark(to, tile[i].spark, tile[i].n);
		page_puts(to, "</dd></div>\n");
	}
	page_puts(to, "</dl>\n");
}

/* ---- tables ----------------------------------------------------------------------- */

/* The bar in a box of 100 x 10, and where the row before ended at `before` and
 * the next goes on, a line to there. */
static void
put_bar(struct page_to *to, const struct page_cell *c, double before)
{
	double left = fmin(c->a, c->b), width = fabs(c->b - c->a);

	page_put(to,
	    "<svg class=\"bar%s\" viewBox=\"0 0 100 10\" "
	    "preserveAspectRatio=\"none\" aria-hidden=\"true\">",
	    c->tone == PAGE_STRONG      ? " whole"
		: c->b < c->a           ? " down"
		: c->tone == PAGE_QUIET ? " flat"
					: "");
	if (!isnan(before))
		page_put(to, "<path d=\"M%.2f 0V5\"/>", 100 * before);
	page_put(to, "<rect x=\"%.2f\" y=\"1.5\" width=\"%.2f\" height=\"7\"/>",
	    100 * left, fmax(100 * width, 0.4));
	if (c->step)
		page_put(to, "<path d=\"M%.2f 5V10\"/>", 100 * c->b);
	page_puts(to, "</svg>");
}

static void
put_cell(struct page_to *to, const struct page_grid *grid, size_t row,
    size_t column)
{
	const struct page_cell *c = &grid->cell[row * grid->columns + column];
	const struct page_cell *above = row > 0 ? c - grid->columns : NULL;
	const char *tag = column == 0 ? "<th" : "<td";

	page_puts(to, tag);
	if (c->anchor) {
		page_puts(to, " id=\"d");
		page_puts(to, c->text);
		page_puts(to, "\"");
	}
	if (grid->column[column].kind == PAGE_BAR_COLUMN)
		page_puts(to, " class=\"bars\"");
	else if (grid->column[column].kind == PAGE_NUMBER_COLUMN && column == 0)
		page_puts(to, " class=\"n\"");
	else if (c->text != NULL && strlen(c->text) > LONG)
		page_puts(to, " class=\"long\"");
	else
		page_puts(to, class_of(c->tone));
	page_puts(to, ">");
	if (c->link) {
		page_put(to,
		    "<a href=\"#d%s\" data-from=\"%d\" data-to=\"%d\">",
		    figure_date(c->from).text, c->from, c->to);
		put_prose(to, c->text);
		page_puts(to, "</a>");
	} else if (c->text != NULL) {
		escape(to, c->text);
	} else {
		put_bar(to, c, above != NULL && above->step ? above->b : NAN);
	}
}

/* Ends of cells and rows may be left out in HTML, and are: there are many. */
static void
table(struct page_to *to, const struct page_grid *grid)
{
	page_puts(to,
	    "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
	    "aria-label=\"");
	escape(to, grid->caption);
	page_puts(to, "\">\n<table class=\"");
	for (size_t i = 0; i < grid->columns; i++)
		if (grid->column[i].kind != PAGE_NUMBER_COLUMN)
			page_put(to, "%st%zu", i > 0 ? " " : "", i + 1);
	page_puts(to, "\">\n<caption>");
	escape(to, grid->caption);
	page_puts(to, "</caption>\n<thead>\n<tr>");
	for (size_t i = 0; i < grid->columns; i++) {
		page_put(to, "<th scope=\"col\"%s>",
		    grid->column[i].kind == PAGE_NUMBER_COLUMN ? " class=\"n\""
							       : "");
		escape(to, grid->column[i].name);
		page_puts(to, "</th>");
	}
	page_puts(to, "</tr>\n</thead>\n<tbody>\n");
	for (size_t row = 0; row < grid->rows; row++) {
		page_puts(to,
		    grid->strong[row] ? "<tr class=\"sum\">" : "<tr>");
		for (size_t i = 0; i < grid->columns; i++)
			put_cell(to, grid, row, i);
		page_puts(to, "\n");
	}
	page_puts(to, "</tbody>\n</table>\n</div>\n");
}

/* ---- charts that stand still ------------------------------------------------------- */

enum { WIDTH = 1000, HEIGHT = 300, BUCKETS = 400 };

struct frame {
	double x0, x1, y0, y1, step; /* of the axes; between lines */
};

static double
x_at(const struct page_chart *c, size_t i)
{
	return c->date != NULL ? c->date[i] : c->x[i];
}

/* 1, 2 or 5 times a power of 10, at least v. */
static double
round_up(double v)
{
	double power = pow(10, floor(log10(v)));

	return v <= power    ? power
	    : v <= 2 * power ? 2 * power
	    : v <= 5 * power ? 5 * power
			     : 10 * power;
}

static bool
find_frame(const struct page_chart *c, struct frame *f)
{
	double least, largest;

	if (c->n == 0 || !page_chart_range(c, &least, &largest))
		return false;
	if (c->zero && least > 0)
		least = 0;
	if (largest == least)
		largest += fmax(1, fabs(least) / 100);
	f->step = round_up((largest - least) / 5);
	f->y0 = floor(least / f->step) * f->step;
	f->y1 = ceil(largest / f->step) * f->step;
	f->x0 = x_at(c, 0);
	f->x1 = x_at(c, c->n - 1);
	if (f->x1 == f->x0)
		f->x1 += 1;
	return true;
}

static int
place_x(const struct frame *f, double x)
{
	return (int)lround(WIDTH * (x - f->x0) / (f->x1 - f->x0));
}

static int
place_y(const struct frame *f, double y)
{
	return (int)lround(HEIGHT * (f->y1 - y) / (f->y1 - f->y0));
}

static size_t
bucket_end(const struct page_chart *c, size_t from)
{
	size_t size = c->n / BUCKETS + 1;

	return from + size < c->n ? from + size : c->n;
}

/* A line through all values, or the least and the largest of a bucket where
 * there are too many to be seen. */
static void
put_line(struct page_to *to, const struct page_chart *c, const struct frame *f,
    const double *y)
{
	bool drawn = false;

	for (size_t i = 0, end; i < c->n; i = end) {
		size_t low = SIZE_MAX, high = SIZE_MAX;

		end = bucket_end(c, i);
		for (size_t k = i; k < end; k++) {
			if (isnan(y[k]))
				continue;
			if (low == SIZE_MAX || y[k] < y[low])
				low = k;
			if (high == SIZE_MAX || y[k] > y[high])
				high = k;
		}
		if (low == SIZE_MAX) {
			drawn = false;
			continue;
		}
		for (int turn = 0; turn < (low == high ? 1 : 2); turn++) {
			size_t k = (low < high) == (turn == 0) ? low : high;

			page_put(to, "%c%d %d", drawn ? 'L' : 'M',
			    place_x(f, x_at(c, k)), place_y(f, y[k]));
			drawn = true;
		}
	}
}

/* The area between two bounds. */
static void
put_area(struct page_to *to, const struct page_chart *c, const struct frame *f,
    const struct page_series *s)
{
	bool drawn = false;

	for (size_t i = 0, end; i < c->n; i = end) {
		end = bucket_end(c, i);
		if (isnan(s->upper[i]) || isnan(s->lower[i]))
			continue;
		page_put(to, "%c%d %d", drawn ? 'L' : 'M',
		    place_x(f, x_at(c, i)), place_y(f, s->upper[i]));
		drawn = true;
	}
	for (size_t i = c->n; i-- > 0;) {
		if (isnan(s->upper[i]) || isnan(s->lower[i]) ||
		    (i % (c->n / BUCKETS + 1) != 0))
			continue;
		page_put(to, "L%d %d", place_x(f, x_at(c, i)),
		    place_y(f, s->lower[i]));
	}
	if (drawn)
		page_puts(to, "Z");
}

static void
put_points(struct page_to *to, const struct page_chart *c,
    const struct frame *f, const double *y)
{
	for (size_t i = 0; i < c->n; i++)
		if (!isnan(y[i]))
			page_put(to, "M%d %dh0", place_x(f, x_at(c, i)),
			    place_y(f, y[i]));
}

static void
put_series(struct page_to *to, const struct page_chart *c,
    const struct frame *f, const struct page_series *s)
{
	if (s->lower != NULL) {
		page_put(to, "<path class=\"area c%d\" d=\"", s->color);
		put_area(to, c, f, s);
		page_puts(to, "\"/>");
	}
	page_put(to, "<path class=\"%s c%d%s\" d=\"",
	    s->points ? "points" : "line", s->color, s->dashed ? " dash" : "");
	if (s->points)
		put_points(to, c, f, s->y);
	else
		put_line(to, c, f, s->y);
	page_puts(to, "\"/>\n");
}

/* Lines across, with their values beside them as text that does not stretch. */
static void
put_axes(struct page_to *to, const struct page_chart *c, const struct frame *f)
{
	page_puts(to, "<div class=\"y\">");
	for (int k = 0; f->y0 + k * f->step <= f->y1 + f->step / 2; k++)
		page_put(to, "<span style=\"top:%.1f%%\">%s</span>",
		    100 * (f->y1 - f->y0 - k * f->step) / (f->y1 - f->y0),
		    figure_short(f->y0 + k * f->step).text);
	page_puts(to, "</div><div class=\"x\">");
	for (int k = 0; k <= 2; k++) {
		double x = f->x0 + (f->x1 - f->x0) * k / 2;

		page_put(to, "<span>%s</span>",
		    c->date != NULL ? figure_date((int32_t)x).text
				    : figure_short(x).text);
	}
	page_puts(to, "</div>");
}

static void
put_still(struct page_to *to, const struct page_chart *c, const struct frame *f)
{
	page_puts(to,
	    "<div class=\"still\"><svg viewBox=\"0 0 1000 300\" "
	    "preserveAspectRatio=\"none\" role=\"img\" "
	    "aria-label=\"");
	escape(to, c->title);
	page_puts(to, "\"><path class=\"grid\" d=\"");
	for (int k = 0; f->y0 + k * f->step <= f->y1 + f->step / 2; k++)
		page_put(to, "M0 %dH%d", place_y(f, f->y0 + k * f->step),
		    WIDTH);
	page_puts(to, "\"/>\n");
	for (size_t i = 0; i < c->n_bands; i++)
		page_put(to,
		    "<rect class=\"band\" x=\"%d\" width=\"%d\" y=\"0\" "
		    "height=\"%d\"/>",
		    place_x(f, c->band[i].from - 0.5),
		    place_x(f, c->band[i].to + 0.5) -
			place_x(f, c->band[i].from - 0.5),
		    HEIGHT);
	for (size_t k = 0; k < c->n_series; k++)
		put_series(to, c, f, &c->series[k]);
	page_puts(to, "</svg>");
	put_axes(to, c, f);
	page_puts(to, "</div>\n");
}

/* ---- charts that answer ------------------------------------------------------------ */

static void
put_values(struct page_to *to, const char *key, const double *y, size_t n,
    bool exact)
{
	page_put(to, ",\"%s\":[", key);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			page_puts(to, ",");
		put_number(to, y[i], exact ? 15 : COMPUTED);
	}
	page_puts(to, "]");
}

/* The few values that are there: at which places, and which. */
static void
put_few(struct page_to *to, const struct page_series *s, size_t n)
{
	bool first = true;

	page_puts(to, ",\"at\":[");
	for (size_t i = 0; i < n; i++)
		if (!isnan(s->y[i])) {
			page_put(to, "%s%zu", first ? "" : ",", i);
			first = false;
		}
	page_puts(to, "],\"few\":[");
	first = true;
	for (size_t i = 0; i < n; i++)
		if (!isnan(s->y[i])) {
			page_puts(to, first ? "" : ",");
			put_number(to, s->y[i], s->exact ? 15 : COMPUTED);
			first = false;
		}
	page_puts(to, "]");
}

static void
put_places(struct page_to *to, const struct page_chart *c)
{
	bool daily = c->date != NULL;

	for (size_t i = 1; daily && i < c->n; i++)
		daily = c->date[i] == c->date[i - 1] + 1;
	if (daily) {
		page_put(to, "\"start\":%d", c->date[0]);
		return;
	}
	page_puts(to, "\"t\":[");
	for (size_t i = 0; i < c->n; i++) {
		page_puts(to, i > 0 ? "," : "");
		put_number(to, x_at(c, i), 15);
	}
	page_puts(to, "]");
}

static void
put_spec(struct page_to *to, const struct page_chart *c)
{
	page_puts(to, "<script type=\"application/json\">{");
	put_places(to, c);
	page_put(to,
	    ",\"n\":%zu,\"days\":%s,\"decimals\":%d,\"overview\":%s"
	    ",\"zero\":%s,\"x\":",
	    c->n, c->date != NULL ? "true" : "false", c->decimals,
	    c->overview ? "true" : "false", c->zero ? "true" : "false");
	put_json(to, c->x_name != NULL ? c->x_name : "");
	page_puts(to, ",\"bands\":[");
	for (size_t i = 0; i < c->n_bands; i++) {
		page_put(to, "%s[%d,%d,", i > 0 ? "," : "", c->band[i].from,
		    c->band[i].to);
		put_json(to, c->band[i].name);
		page_puts(to, "]");
	}
	page_puts(to, "],\"series\":[");
	for (size_t k = 0; k < c->n_series; k++) {
		const struct page_series *s = &c->series[k];

		page_puts(to, k > 0 ? ",\n{\"name\":" : "\n{\"name\":");
		put_json(to, s->name);
		page_put(to, ",\"color\":%d,\"dashed\":%s", s->color,
		    s->dashed ? "true" : "false");
		if (s->points)
			put_few(to, s, c->n);
		else
			put_values(to, "y", s->y, c->n, s->exact);
		if (s->lower != NULL) {
			put_values(to, "lower", s->lower, c->n, false);
			put_values(to, "upper", s->upper, c->n, false);
		}
		page_puts(to, "}");
	}
	page_puts(to, "]}</script>\n");
}

static void
put_key(struct page_to *to, const struct page_chart *c)
{
	bool any = c->n_bands > 0 || c->n_series > 1;

	for (size_t k = 0; k < c->n_series; k++)
		any |= c->series[k].lower != NULL;
	if (!any)
		return;
	page_puts(to, "<ul class=\"key\">");
	for (size_t k = 0; k < c->n_series; k++) {
		const struct page_series *s = &c->series[k];

		page_put(to, "<li><i class=\"%s k%d\"></i>",
		    s->points       ? "dot"
			: s->dashed ? "dashes"
				    : "stroke",
		    s->color);
		escape(to, s->name);
		page_puts(to, "</li>");
		if (s->lower != NULL)
			page_put(to,
			    "<li><i class=\"box k%d\"></i>its interval</li>",
			    s->color);
	}
	if (c->n_bands > 0)
		page_puts(to, "<li><i class=\"box kb\"></i>incidents</li>");
	page_puts(to, "</ul>\n");
}

static void
chart(struct page_to *to, const struct page_chart *c)
{
	struct frame f;

	if (!find_frame(c, &f))
		return;
	page_puts(to, "<figure class=\"chart\" id=\"chart-");
	escape(to, c->id);
	page_puts(to, "\">\n<figcaption>");
	escape(to, c->title);
	page_puts(to, "</figcaption>\n");
	put_key(to, c);
	put_still(to, c, &f);
	if (dygraphs_js[0] != '\0')
		put_spec(to, c);
	page_puts(to, "</figure>\n");
}

const struct page_renderer report_html = { begin, end, section, section_end,
	heading, say, fold, fold_end, tiles, table, chart };
