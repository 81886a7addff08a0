#include "record/csvin.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

/*
 * libcsv pushes fields; this turns it round.  It is fed one physical line at a
 * time, so that its row callback fires at most once a feed, the bytes of the
 * record stay together in the source, and lines can be counted.
 */
struct csvin {
	struct csv_parser parser;
	struct row *row;
	const bool *wanted;
	size_t nwanted;
	bool done; /* the row callback has fired */
	bool no_memory;
	uint64_t lines;      /* newlines of this record fed before this line */
	uint64_t field_line; /* of them, those before the field at hand */
	char delimiter;
};

static int
space_but_tab(unsigned char c)
{
	return c == CSV_SPACE;
}

static int
start_parser(struct csvin *in)
{
	if (csv_init(&in->parser,
		CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
		return -1;
	csv_set_delim(&in->parser, (unsigned char)in->delimiter);
	csv_set_blk_size(&in->parser, 4096);
	if (in->delimiter == '\t')
		csv_set_space_func(&in->parser, space_but_tab);
	return 0;
}

struct csvin *
csvin_new(char delimiter)
{
	struct csvin *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return NULL;
	in->delimiter = delimiter;
	if (start_parser(in) == -1) {
		free(in);
		return NULL;
	}
	return in;
}

void
csvin_free(struct csvin *in)
{
	if (in == NULL)
		return;
	csv_free(&in->parser);
	free(in);
}

static void
take_field(void *p, size_t n, void *context)
{
	struct csvin *in = context;
	struct row *row = in->row;
	bool keep = in->wanted == NULL ||
	    (row->n < in->nwanted && in->wanted[row->n]);

	in->field_line = in->lines;
	if (vec_grow(&row->field, &row->capacity, row->n + 1,
		sizeof(*row->field)) == -1 ||
	    vec_grow(&row->text, &row->text_capacity, row->used + n + 1, 1) ==
		-1) {
		in->no_memory = true;
		return;
	}
	if (!keep)
		n = 0;
	if (n > 0)
		memcpy(row->text + row->used, p, n);
	/* p is set at the end of the record: text may still move. */
	row->field[row->n++] = (struct field){ .n = n, .kind = FIELD_TEXT };
	row->used += n;
}

static void
take_row(int terminator, void *context)
{
	struct csvin *in = context;

	(void)terminator;
	in->done = true;
}

/* Whether a physical line has nothing but blanks: libcsv makes no record of
 * it. */
static bool
blank(const struct csvin *in, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != ' ' && p[i] != '\n' && p[i] != '\r' &&
		    (p[i] != '\t' || in->delimiter == '\t'))
			return false;
	return true;
}

static enum record_status
fatal(enum source_status status, const struct source *s, char *why)
{
	source_why(s, status, why, WHY_MAX);
	return RECORD_FATAL;
}

/* Length of the physical line, or of what is there of it, that starts offset
 * bytes into the record; a CR ends it too. */
static size_t
physical_line(const struct source *s, size_t offset)
{
	const char *p = s->buffer + s->start + offset;
	size_t n = s->end - s->start - offset;
	const char *stop = memchr(p, '\n', n);

	if (stop != NULL)
		n = (size_t)(stop - p) + 1;
	if ((stop = memchr(p, '\r', n)) != NULL)
		n = (size_t)(stop - p) + 1;
	return n;
}

/* The record is malformed at its byte `at`: let it end with the physical line
 * there, and make the parser ready for the next one. */
static enum record_status
malformed(struct csvin *in, struct source *s, size_t at, char *why)
{
	enum source_status status = SOURCE_MORE;
	char c = s->buffer[s->start + at];
	const char *stop;
	size_t n = at;

	snprintf(why, WHY_MAX, "%s",
	    c == '"' ? "a quote inside an unquoted field"
		     : "text after a closing quote");
	csv_free(&in->parser);
	if (start_parser(in) == -1)
		return fatal(SOURCE_NO_MEMORY, s, why);
	while ((stop = memchr(s->buffer + s->start + n, '\n',
		    s->end - s->start - n)) == NULL) {
		n = s->end - s->start;
		if ((status = source_more(s)) != SOURCE_MORE)
			break;
	}
	if (status < 0)
		return fatal(status, s, why);
	s->raw = stop == NULL ? n : (size_t)(stop + 1 - (s->buffer + s->start));
	return RECORD_BAD;
}

/* Let the fields point at their text. */
static void
settle(struct row *row)
{
	size_t used = 0;

	for (size_t i = 0; i < row->n; i++) {
		row->field[i].p = row->text + used;
		used += row->field[i].n;
	}
}

static enum record_status
at_end(struct csvin *in, struct source *s, size_t fed, char *why,
    uint64_t *line)
{
	if (csv_fini(&in->parser, take_field, take_row, in) != 0) {
		*line = s->line + in->field_line;
		snprintf(why, WHY_MAX, "a quote that is never closed");
		return RECORD_FATAL;
	}
	if (in->no_memory)
		return fatal(SOURCE_NO_MEMORY, s, why);
	s->raw = fed;
	settle(in->row);
	return in->done ? RECORD_OK : RECORD_END;
}

enum record_status
csvin_record(struct csvin *in, struct source *s, struct row *row,
    const bool *wanted, size_t nwanted, char why[WHY_MAX], uint64_t *line)
{
	size_t fed = 0; /* bytes of this record given to libcsv */

	source_consume(s);
	in->row = row;
	in->wanted = wanted;
	in->nwanted = nwanted;
	in->done = false;
	in->lines = in->field_line = 0;
	row->n = row->used = 0;
	for (;;) {
		const char *p;
		size_t n, parsed;

		if (s->start + fed == s->end) {
			enum source_status status = source_more(s);

			if (status < 0)
				return fatal(status, s, why);
			if (status == SOURCE_END)
				return fed == 0 ? RECORD_END
						: at_end(in, s, fed, why, line);
		}
		n = physical_line(s, fed);
		p = s->buffer + s->start + fed;
		if (fed == 0 && blank(in, p, n)) {
			source_skip(s, n);
			continue;
		}
		if (fed + n > s->max_record)
			return fatal(SOURCE_TOO_LONG, s, why);
		parsed = csv_parse(&in->parser, p, n, take_field, take_row, in);
		if (in->no_memory || csv_error(&in->parser) == CSV_ENOMEM)
			return fatal(SOURCE_NO_MEMORY, s, why);
		if (parsed < n)
			return malformed(in, s, fed + parsed, why);
		fed += n;
		if (p[n - 1] == '\n')
			in->lines++;
		if (in->done)
			break;
	}
	if (s->buffer[s->start + fed - 1] == '\r' && s->start + fed < s->end &&
	    s->buffer[s->start + fed] == '\n')
		fed++;
	s->raw = fed;
	settle(row);
	return RECORD_OK;
}
