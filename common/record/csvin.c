#include "record/csvin.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "record/bytes64.h"
#include "record/utf8.h"

/*
 * Two ways to a record.  libcsv is the authority: it takes the header, and every
 * record of which the other way is not certain.  libcsv pushes fields; this turns
 * it round.  It is fed one physical line at a time, so that its row callback
 * fires at most once a feed, the bytes of the record stay together in the source,
 * and lines can be counted.
 *
 * The fast way looks at the 64 bytes at the start of the record (and the next,
 * until it ends) as bit masks of newlines, delimiters and quotes, after the
 * scheme of Langdale and Lemire, "Parsing Gigabytes of JSON per Second", VLDB
 * Journal 28, 2019.  It takes records that end with LF or CRLF, have as many
 * fields as the header, and fields that are either bare or exactly "..." without
 * a quote inside, unless nobody asks for them.  Where the fields end is all that it finds out; row_field()
 * does the rest for those that are asked for.
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

	bool plain; /* everything by libcsv */
	size_t edge_capacity, run_capacity;
	uint32_t *edge;     /* row.edge; with room for 64 too many */
	uint32_t *run_edge; /* the ends of all fields of a run, likewise */
	size_t run_most;    /* records in it */
};

/* So far does the fast way look: offsets fit into 32 bits. */
enum { CUT_MAX = 1 << 30, RUN_FIELDS = 8192 };

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
csvin_new(char delimiter, bool plain)
{
	struct csvin *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return NULL;
	in->delimiter = delimiter;
	in->plain = plain;
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
	free(in->edge);
	free(in->run_edge);
	free(in);
}

int
csvin_want(struct csvin *in, const bool *wanted, size_t nwanted)
{
	in->wanted = wanted;
	in->nwanted = nwanted;
	in->run_most = nwanted > RUN_FIELDS / RUN_MAX ? RUN_FIELDS / nwanted
						      : RUN_MAX;
	if (vec_grow(&in->edge, &in->edge_capacity, nwanted + 65,
		sizeof(*in->edge)) == -1 ||
	    vec_grow(&in->run_edge, &in->run_capacity,
		in->run_most * nwanted + 65, sizeof(*in->edge)) == -1)
		return -1;
	in->edge[0] = UINT32_MAX;
	return 0;
}

/* ---- by libcsv --------------------------------------------------------------- */

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
	    vec_grow(&row->text, &row->text_capacity,
		row->used + n + 1 + FIELD_PAD, 1) == -1) {
		in->no_memory = true;
		return;
	}
	if (!keep)
		n = 0;
	if (n > 0)
		memcpy(row->text + row->used, p, n);
	/* p is set at the end of the record: text may still move. */
	row->field[row->n++] = (struct field){
		.n = n, .kind = FIELD_TEXT, .padded = true
	};
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
	if (stop != NULL)
		n = (size_t)(stop - (s->buffer + s->start));
	if (n > s->max_record)
		return fatal(SOURCE_TOO_LONG, s, why);
	source_hold(s, stop == NULL ? n : n + 1);
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
	source_hold(s, fed);
	settle(in->row);
	return in->done ? RECORD_OK : RECORD_END;
}

static enum record_status
plain_record(struct csvin *in, struct source *s, struct row *row, char *why,
    uint64_t *line)
{
	size_t fed = 0; /* bytes of this record given to libcsv */
	size_t gap = 0; /* blanks before it, that are not yet a line */

	in->row = row;
	in->done = false;
	in->lines = in->field_line = 0;
	row->n = row->used = 0;
	row->edge = NULL;
	row->clean = false;
	row->bare = 0;
	for (;;) {
		const char *p;
		size_t n, parsed;

		if (s->start + fed + gap == s->end) {
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
			gap = p[n - 1] == '\n' || p[n - 1] == '\r' ? 0 : n;
			if (gap == 0)
				source_skip(s, n);
			continue;
		}
		gap = 0;
		/* Its line end does not count. */
		if (fed + n - (p[n - 1] == '\n' || p[n - 1] == '\r') >
		    s->max_record)
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
	source_hold(s, fed);
	settle(row);
	return RECORD_OK;
}

/* ---- without ----------------------------------------------------------------- */

/* What came of trying. */
enum fast { FAST_NO, FAST_YES, FAST_INCOMPLETE };

/* A record found: its bytes and its newlines, its line end included. */
struct cut {
	size_t length;
	uint64_t lines;
	bool dressed; /* fields may have more than their text */
	bool odd;     /* there may be other than ASCII */
};

/* Whether the n bytes of a record are such as libcsv leaves as they are and
 * recin accepts. */
static bool
harmless(const struct csvin *in, const char *p, size_t n)
{
	return memchr(p, '\r', n) == NULL && memchr(p, '\0', n) == NULL &&
	    (in->delimiter == '\t' || memchr(p, '\t', n) == NULL) &&
	    utf8_valid(p, n) == n;
}

/* Whether a field of the record at p that is wanted has a quote in its quotes,
 * which only libcsv resolves; edge and base are as below. */
static bool
doubled_wanted(const struct csvin *in, const char *p, uint32_t base,
    const uint32_t *edge)
{
	size_t start = 0;

	for (size_t i = 0; i < in->nwanted; i++) {
		size_t stop = edge[i] - base;

		if ((in->wanted == NULL || in->wanted[i]) && stop > start + 2 &&
		    p[start] == '"' &&
		    memchr(p + start + 1, '"', stop - start - 2) != NULL)
			return true;
		start = stop + 1;
	}
	return false;
}

/*
 * The next two find the record that begins at p, where held bytes are there, and
 * put the ends of its fields, as offsets from p plus base, to edge, which has
 * room for 64 more than the header has fields.  This one takes any record that
 * is of the kind: long, quoted, with CR, with other than ASCII.
 */
static __attribute__((noinline)) enum fast
cut_any(const struct csvin *in, const char *p, size_t held, uint32_t base,
    uint32_t *edge, struct cut *cut)
{
	size_t n = 0, length;
	uint64_t inside = 0;   /* all bits if the bytes before are in quotes */
	uint64_t may_open = 1; /* lowest bit: a quote may open here */
	uint64_t must_end = 0; /* lowest bit: the byte before closed a field */
	uint64_t newline, lines = 1, odd = 0, doubled = 0, dressed = 0;

	for (size_t at = 0;; at += 64) {
		struct bytes64 b;
		uint64_t quotes, delimiter, below, in_quotes = inside, strange;

		if (at >= held || at > CUT_MAX)
			return at >= held ? FAST_INCOMPLETE : FAST_NO;
		b = bytes64_load(p + at);
		newline = bytes64_equal(&b, '\n');
		quotes = bytes64_equal(&b, '"');
		delimiter = bytes64_equal(&b, in->delimiter);
		strange = bytes64_odd(&b, 0x0e) & ~delimiter & ~newline;
		below = bits_below(newline);
		if (((quotes & below) | inside | must_end) != 0) {
			uint64_t opening, closed, ends;

			in_quotes ^= bits_parity(quotes);
			below = bits_below(newline & ~in_quotes);
			if ((newline & in_quotes & below) != 0)
				lines += (uint64_t)
				    __builtin_popcountll(newline & in_quotes &
					below);
			newline &= ~in_quotes;
			delimiter &= ~in_quotes;
			ends = delimiter | newline;
			/* CR at the end of the record ends a field too. */
			if (newline != 0 && ((newline & -newline) >> 1) != 0 &&
			    p[at + (size_t)__builtin_ctzll(newline) - 1] ==
				'\r')
				ends |= (newline & -newline) >> 1;
			opening = quotes & in_quotes & below;
			closed = (quotes & ~in_quotes & below) << 1 | must_end;
			doubled |= opening & closed;
			if ((opening & ~(delimiter << 1 | may_open | closed)) !=
				0 ||
			    (closed & ~(ends | opening)) != 0)
				return FAST_NO;
			must_end = (quotes & ~in_quotes & below) >> 63;
			inside = (uint64_t)0 - (in_quotes >> 63);
		}
		odd |= strange & below;
		dressed |= (quotes | bytes64_equal(&b, ' ')) & below;
		may_open = delimiter >> 63;
		delimiter &= below;
		for (; delimiter != 0; delimiter &= delimiter - 1)
			edge[n++] = base + (uint32_t)at +
			    (uint32_t)__builtin_ctzll(delimiter);
		if (n >= in->nwanted)
			return FAST_NO;
		if (newline != 0) {
			length = at + (size_t)__builtin_ctzll(newline);
			break;
		}
	}
	cut->length = length + 1;
	cut->lines = lines;
	cut->dressed = dressed != 0;
	cut->odd = odd != 0;
	if (length > 0 && p[length - 1] == '\r')
		length--;
	/* libcsv makes no record of a line of blanks. */
	if (n + 1 != in->nwanted || *p == ' ' || *p == '\n' || *p == '\r' ||
	    (odd != 0 && !harmless(in, p, length)))
		return FAST_NO;
	edge[n] = base + (uint32_t)length;
	return doubled != 0 && doubled_wanted(in, p, base, edge) ? FAST_NO
								 : FAST_YES;
}

/* The bits of a record of one line in 64 bytes. */
struct bits {
	uint64_t delimiter, newline; /* as they are; the latter is not 0 */
	uint64_t below;              /* of the record */
	uint64_t strange;            /* of the record: quotes among others */
	uint64_t cr;                 /* the one before its newline */
};

/* A record with a quote, CR, or a byte that is not ASCII, if it is the kind that
 * can be cut: delimiters in quotes are none, and CR may end it.  False: let
 * cut_any() look at it. */
static inline bool
check_strange(const char *p, struct bits *bits)
{
	struct bytes64 b = bytes64_load(p);
	uint64_t last = bits->newline & -bits->newline, cr = last >> 1;
	uint64_t quotes = bytes64_equal(&b, '"') & bits->below, odd = 0;

	if (bits->strange != quotes) {
		odd = bytes64_odd(&b, 0x0e) & bits->strange;
		if (odd != 0 && odd != (bytes64_equal(&b, '\r') & cr))
			return false;
	}
	bits->cr = odd;
	if (quotes != 0) {
		uint64_t inside = bits_parity(quotes);

		if ((last & inside) != 0)
			return false;
		bits->delimiter &= ~inside;
		if ((quotes & inside & ~(bits->delimiter << 1 | 1)) != 0 ||
		    ((quotes & ~inside) << 1 &
			~(bits->delimiter | last | odd)) != 0)
			return false;
	}
	return true;
}

/* Most records lie in 64 bytes. */
static inline __attribute__((always_inline)) enum fast
cut_record(const struct csvin *in, const char *p, size_t held, uint32_t base,
    uint32_t *edge, struct cut *cut)
{
	struct bytes64 b = bytes64_load(p);
	uint64_t newline = bytes64_equal(&b, '\n'), below = bits_below(newline);
	uint64_t delimiter = bytes64_equal(&b, in->delimiter), cr = 0;
	/* Blanks too, and '!', which is one less than '"': most files have
	 * none. */
	uint64_t strange = bytes64_odd(&b, '"' + 1) & ~delimiter & below;
	uint32_t *last = edge + in->nwanted - 1, length;

	if (newline == 0)
		return cut_any(in, p, held, base, edge, cut);
	if (strange != 0) {
		struct bits bits = { delimiter, newline, below, strange, 0 };

		if (!check_strange(p, &bits))
			return cut_any(in, p, held, base, edge, cut);
		delimiter = bits.delimiter;
		cr = bits.cr;
	}
	for (delimiter &= below; delimiter != 0; delimiter &= delimiter - 1)
		*edge++ = base + (uint32_t)__builtin_ctzll(delimiter);
	length = (uint32_t)__builtin_ctzll(newline);
	*edge = base + length - (cr != 0);
	/* libcsv makes no record of a line of blanks. */
	if (edge != last || *p == ' ' || length == (cr != 0))
		return FAST_NO;
	cut->length = length + 1;
	cut->lines = 1;
	cut->dressed = strange != cr;
	cut->odd = false;
	return FAST_YES;
}

/* How many of the n bytes that the fields of a record are could be written as
 * they are: all, or 0 if a field may need quotes, as one that begins like a file
 * with a byte order mark does. */
static size_t
bare(const struct cut *cut, const char *p, size_t n)
{
	if (cut->dressed ||
	    (cut->odd && memmem(p, n, "\xef\xbb\xbf", 3) != NULL))
		return 0;
	return n;
}

/* How much of a record may lie there, incomplete, before libcsv takes it: the
 * fast way begins it again with every read. */
enum { RETRY = 4096 };

/* More of a record that is incomplete; SOURCE_END if libcsv is to take it, or to
 * say that it is too long. */
static enum source_status
more(struct source *s)
{
	enum source_status status = SOURCE_END;

	if (s->end - s->start <= RETRY)
		status = source_more(s);
	return status == SOURCE_TOO_LONG ? SOURCE_END : status;
}

/* Whether the fast way may be gone: not before the header is known. */
static bool
may_cut(const struct csvin *in)
{
	return in->nwanted > 0 && !in->plain;
}

enum record_status
csvin_record(struct csvin *in, struct source *s, struct row *row,
    char why[WHY_MAX], uint64_t *line)
{
	source_consume(s);
	while (may_cut(in)) {
		const char *p = s->buffer + s->start;
		enum source_status status;
		struct cut cut;
		enum fast fast = cut_record(in, p, s->end - s->start, 0,
		    in->edge + 1, &cut);

		if (fast == FAST_YES && cut.length <= s->max_record) {
			row->base = p;
			row->edge = in->edge;
			row->n = in->nwanted;
			row->clean = true;
			row->bare = bare(&cut, p, in->edge[row->n]);
			s->raw = cut.length;
			s->raw_lines = cut.lines;
			return RECORD_OK;
		}
		if (fast != FAST_INCOMPLETE)
			break;
		if ((status = more(s)) < 0)
			return fatal(status, s, why);
		if (status == SOURCE_END)
			break;
	}
	return plain_record(in, s, row, why, line);
}

static void
undress(struct span *span)
{
	const char *p = span->p;
	size_t n = span->n;

	/* Most often.  What an empty field is followed by is no quote. */
	if (*p == '"') {
		span->p = p + 1;
		span->n -= 2;
		return;
	}
	if (!row_is_dressed(p, n))
		return;
	row_strip(&p, &n);
	span->p = p;
	span->n = (uint32_t)n;
}

static inline void
put_span(struct span *span, const char *p, size_t start, size_t stop)
{
	span->p = p + start;
	span->n = (uint32_t)(stop - start);
	span->kind = FIELD_TEXT;
}

/* The fields of a column of the records cut, whose edges are from run_edge on. */
static void
fill_column(const struct csvin *in, const char *p, const struct run *run,
    struct run_column column, bool dressed)
{
	const uint32_t *edge = in->run_edge + column.slot;
	struct span *span = column.span;
	size_t fields = in->nwanted, n = run->n;

	if (column.slot == 0) {
		put_span(&span[0], p, 0, *edge);
		for (size_t r = 1; r < n; r++)
			put_span(&span[r], p, run->end[r - 1],
			    edge[r * fields]);
	} else {
		for (size_t r = 0; r < n; r++, edge += fields)
			put_span(&span[r], p, edge[-1] + 1, *edge);
	}
	for (size_t r = 0; dressed && r < n; r++)
		undress(&span[r]);
}

/* The records that are there whole and can be cut; the last one tried says why
 * there are no more. */
static enum fast
cut_run(const struct csvin *in, const struct source *s, struct run *run)
{
	const char *p = s->buffer + s->start;
	size_t held = s->end - s->start, max_record = s->max_record;
	size_t at = 0, r, most = in->run_most;
	size_t stop = held < CUT_MAX ? held : CUT_MAX;
	uint32_t *edge = in->run_edge;
	uint64_t lines = 0;
	bool dressed = false;
	enum fast fast = held == 0 ? FAST_INCOMPLETE : FAST_YES;

	for (r = 0; r < most && at < stop; r++) {
		struct cut cut;

		fast = cut_record(in, p + at, held - at, (uint32_t)at, edge,
		    &cut);
		if (fast != FAST_YES || cut.length > max_record)
			break;
		at += cut.length;
		lines += cut.lines;
		dressed |= cut.dressed;
		run->end[r] = at;
		run->lines[r] = lines;
		edge += in->nwanted;
	}
	run->n = r;
	for (size_t i = 0; r > 0 && i < run->ncolumns; i++)
		fill_column(in, p, run, run->column[i], dressed);
	return fast;
}

void
csvin_run(struct csvin *in, struct source *s, struct run *run)
{
	source_consume(s);
	run->n = 0;
	while (may_cut(in))
		if (cut_run(in, s, run) != FAST_INCOMPLETE || run->n > 0 ||
		    more(s) != SOURCE_MORE)
			break;
}
