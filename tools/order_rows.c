#include "order_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/vec.h"
#include "record/output.h"

/* Pieces of up to so many bytes are copied as so many, whatever their length:
 * behind each of them, and behind what is written, there is room for that. */
enum { PASTE = 32 };

struct piece {
	size_t at; /* in order_rows.text */
	size_t n;
};

/*
 * A row is
 *
 *	open ID day channel product CUSTOMER quantity VALUE close
 *
 * where the pieces have the separators (in NDJSON, the keys) that stand around
 * their values.
 */
enum { VALUES = 7 };

struct order_rows {
	char *text; /* of all pieces, and PASTE bytes */
	size_t n, capacity;
	struct piece open, close;
	struct piece *channel, *product, *quantity;

	/* What makes them. */
	struct output *memory;
	struct recout *records;
};

/* What the stream makes of an order whose numbers are 0, and where each value
 * ends in it; end[VALUES] is the end of the record. */
static const char *
render(struct order_rows *rows, int32_t date, struct field channel,
    struct field product, size_t quantity, size_t end[VALUES + 1])
{
	struct recout *out = rows->records;
	const char *text = NULL;

	output_forget(rows->memory);
	for (int i = 0; i <= VALUES; i++) {
		switch (i) {
		case 0:
		case 4:
			recout_int(out, 0);
			break;
		case 1:
			recout_date(out, date);
			break;
		case 2:
			recout_field(out, channel);
			break;
		case 3:
			recout_field(out, product);
			break;
		case 5:
			recout_int(out, (int64_t)quantity);
			break;
		case 6:
			recout_cents(out, 0);
			break;
		default:
			recout_end(out);
		}
		text = output_kept(rows->memory, &end[i]);
	}
	return recout_failed(out) ? NULL : text;
}

static int
cut(struct order_rows *rows, struct piece *piece, const char *from,
    const char *to)
{
	*piece = (struct piece){ .at = rows->n, .n = (size_t)(to - from) };
	if (vec_grow(&rows->text, &rows->capacity, rows->n + piece->n + PASTE,
		1) == -1)
		return -1;
	memcpy(rows->text + rows->n, from, piece->n);
	rows->n += piece->n;
	memset(rows->text + rows->n, 0, PASTE);
	return 0;
}

static const struct field none = { .kind = FIELD_NULL };

static int
cut_channel(struct order_rows *rows, struct piece *piece, struct field name)
{
	size_t end[VALUES + 1];
	const char *text = render(rows, 0, name, none, 1, end);

	if (text == NULL)
		return -1;
	return cut(rows, piece, text + end[1], text + end[2]);
}

/* The separator of the customer is behind it. */
static int
cut_product(struct order_rows *rows, struct piece *piece, struct field id)
{
	size_t end[VALUES + 1];
	const char *text = render(rows, 0, none, id, 1, end);

	if (text == NULL)
		return -1;
	return cut(rows, piece, text + end[2], text + end[4] - 1);
}

/* And here that of the value. */
static int
cut_quantity(struct order_rows *rows, struct piece *piece, size_t quantity)
{
	size_t end[VALUES + 1];
	const char *text = render(rows, 0, none, none, quantity, end);

	if (text == NULL)
		return -1;
	return cut(rows, piece, text + end[4], text + end[6] - 1);
}

static int
cut_ends(struct order_rows *rows)
{
	size_t end[VALUES + 1];
	const char *text = render(rows, 0, none, none, 1, end);

	/* The first record has the header before it. */
	if (text == NULL ||
	    (text = render(rows, 0, none, none, 1, end)) == NULL)
		return -1;
	if (cut(rows, &rows->open, text, text + end[0] - 1) == -1)
		return -1;
	return cut(rows, &rows->close, text + end[6], text + end[VALUES]);
}

static int
cut_all(struct order_rows *rows, const struct order_names *names)
{
	for (int i = 0; i < VALUES; i++)
		if (recout_column(rows->records, names->columns[i]) == -1)
			return -1;
	if (cut_ends(rows) == -1)
		return -1;
	for (size_t i = 0; i < names->n_channels; i++)
		if (cut_channel(rows, &rows->channel[i], names->channels[i]) ==
		    -1)
			return -1;
	for (size_t i = 0; i < names->n_products; i++)
		if (cut_product(rows, &rows->product[i], names->products[i]) ==
		    -1)
			return -1;
	for (size_t i = 0; i < names->n_quantities; i++)
		if (cut_quantity(rows, &rows->quantity[i], i + 1) == -1)
			return -1;
	return 0;
}

struct order_rows *
order_rows_new(const struct order_names *names, enum format format)
{
	struct order_rows *rows = calloc(1, sizeof(*rows));

	if (rows == NULL)
		return NULL;
	rows->channel = calloc(names->n_channels, sizeof(*rows->channel));
	rows->product = calloc(names->n_products, sizeof(*rows->product));
	rows->quantity = calloc(names->n_quantities, sizeof(*rows->quantity));
	if ((rows->memory = output_memory()) != NULL)
		rows->records = recout_open(rows->memory, format,
		    RECOUT_PRECISION);
	if (rows->channel == NULL || rows->product == NULL ||
	    rows->quantity == NULL || rows->records == NULL ||
	    cut_all(rows, names) == -1) {
		order_rows_free(rows);
		return NULL;
	}
	return rows;
}

void
order_rows_free(struct order_rows *rows)
{
	if (rows == NULL)
		return;
	recout_close(rows->records);
	output_discard(rows->memory);
	free(rows->quantity);
	free(rows->product);
	free(rows->channel);
	free(rows->text);
	free(rows);
}

int
order_rows_day(struct order_rows *rows, struct order_day *day, int32_t date)
{
	size_t end[VALUES + 1];
	const char *text = render(rows, date, none, none, 1, end);

	if (text == NULL)
		return -1;
	day->n = end[1] - end[0];
	assert(day->n <= sizeof(day->text));
	memcpy(day->text, text + end[0], day->n);
	return 0;
}

static inline char *
paste(char *to, const char *p, size_t n)
{
	if (n <= PASTE)
		memcpy(to, p, PASTE);
	else
		memcpy(to, p, n);
	return to + n;
}

int
order_rows_put(const struct order_rows *rows, struct order_text *text,
    const struct order_day *day, const struct simulate_order *order, size_t n)
{
	const char *pieces = rows->text;
	const size_t alike = rows->open.n + day->n + rows->close.n + PASTE +
	    2 * NUMBER_DIGITS_MAX + NUMBER_CENTS_MAX;

	for (size_t i = 0; i < n; i++) {
		const struct piece *channel = &rows->channel[order[i].channel];
		const struct piece *product = &rows->product[order[i].product];
		const struct piece
		    *quantity = &rows->quantity[order[i].quantity - 1];
		const size_t most = alike + channel->n + product->n +
		    quantity->n;
		char *p;

		if (text->capacity - text->n < most &&
		    vec_grow(&text->p, &text->capacity, text->n + most, 1) ==
			-1)
			return -1;
		p = text->p + text->n;
		p = paste(p, pieces + rows->open.at, rows->open.n);
		p += number_put(p, order[i].order_id);
		p = paste(p, day->text, day->n);
		p = paste(p, pieces + channel->at, channel->n);
		p = paste(p, pieces + product->at, product->n);
		p += number_put(p, (uint64_t)order[i].customer + 1);
		p = paste(p, pieces + quantity->at, quantity->n);
		p += number_put_cents(p, order[i].order_value);
		p = paste(p, pieces + rows->close.at, rows->close.n);
		text->n = (size_t)(p - text->p);
	}
	return 0;
}
