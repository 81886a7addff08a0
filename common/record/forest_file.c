#include "record/forest_file.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32.h"
#include "base/number.h"
#include "record/utf8.h"

#define MAGIC "AEEIFOR1"

enum {
	START = 16,  /* magic, version, length of the header */
	END = 4,     /* checksum */
	DIGITS = 17, /* read back as they were */
};

static const char *const quantile_names[] = { "min", "q01", "median", "q99",
	"max" };

/* ---- writing -------------------------------------------------------- */

/* Numbers as text of our own: cJSON's print is not exact. */
static cJSON *
number_item(double v)
{
	char text[NUMBER_TEXT_MAX];

	if (isnan(v))
		return cJSON_CreateNull();
	if (isinf(v))
		return cJSON_CreateString(v > 0 ? "inf" : "-inf");
	number_format(text, v, DIGITS);
	return cJSON_CreateRaw(text);
}

static cJSON *
whole_item(uint64_t v)
{
	char text[NUMBER_TEXT_MAX];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
	return cJSON_CreateRaw(text);
}

/* Add an item that was just made; either may have failed. */
static int
add(cJSON *object, const char *key, cJSON *item)
{
	if (item != NULL && cJSON_AddItemToObject(object, key, item))
		return 0;
	cJSON_Delete(item);
	return -1;
}

static int
append(cJSON *array, cJSON *item)
{
	if (item != NULL && cJSON_AddItemToArray(array, item))
		return 0;
	cJSON_Delete(item);
	return -1;
}

static cJSON *
categories_item(const struct forest_column *column)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; array != NULL && i < column->categories; i++) {
		const struct forest_category *c = &column->category[i];
		cJSON *pair = cJSON_CreateArray();

		if (append(array, pair) == -1 ||
		    append(pair, cJSON_CreateString(c->name)) == -1 ||
		    append(pair, whole_item(c->count)) == -1) {
			cJSON_Delete(array);
			return NULL;
		}
	}
	return array;
}

static cJSON *
column_item(const struct forest_column *column)
{
	cJSON *object = cJSON_CreateObject();
	int status = 0;

	if (object == NULL)
		return NULL;
	status |= add(object, "name", cJSON_CreateString(column->name));
	status |= add(object, "type",
	    cJSON_CreateString(column->coded ? "category" : "number"));
	for (size_t i = 0; i < 5; i++)
		status |= add(object, quantile_names[i],
		    number_item(column->quantile[i]));
	if (column->coded)
		status |= add(object, "categories", categories_item(column));
	if (status == 0)
		return object;
	cJSON_Delete(object);
	return NULL;
}

static cJSON *
columns_item(const struct forest_file *file)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; array != NULL && i < file->columns; i++)
		if (append(array, column_item(&file->column[i])) == -1) {
			cJSON_Delete(array);
			return NULL;
		}
	return array;
}

/* The header as text; the caller frees it with free(). */
static char *
print_header(const struct forest_file *file)
{
	cJSON *object = cJSON_CreateObject();
	char *text = NULL;
	int status = 0;

	if (object == NULL)
		return NULL;
	status |= add(object, "program", cJSON_CreateString(file->program));
	status |= add(object, "seed", whole_item(file->seed));
	status |= add(object, "trees", whole_item(file->trees));
	status |= add(object, "subsample", whole_item(file->subsample));
	status |= add(object, "depth", whole_item(file->depth));
	status |= add(object, "rows", whole_item(file->rows));
	status |= add(object, "c", number_item(file->c));
	status |= add(object, "exact_c", cJSON_CreateBool(file->exact_c));
	status |= add(object, "gain", number_item(file->gain));
	status |= add(object, "missing", cJSON_CreateString(file->missing));
	status |= add(object, "rule", cJSON_CreateString(file->rule));
	status |= add(object, "rule_value", number_item(file->rule_value));
	status |= add(object, "threshold", number_item(file->threshold));
	status |= add(object, "flagged", number_item(file->flagged));
	status |= add(object, "columns", columns_item(file));
	if (status == 0)
		text = cJSON_Print(object);
	cJSON_Delete(object);
	return text;
}

static void
put_u32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

int
forest_file_write(const struct forest_file *file, uint8_t **bytes, size_t *size)
{
	char *header = print_header(file);
	size_t n;

	if (header == NULL)
		return -1;
	n = strlen(header);
	*size = START + n + file->size + END;
	if (n > UINT32_MAX || (*bytes = malloc(*size)) == NULL) {
		free(header);
		return -1;
	}
	memcpy(*bytes, MAGIC, 8);
	put_u32(*bytes + 8, FOREST_FILE_VERSION);
	put_u32(*bytes + 12, (uint32_t)n);
	memcpy(*bytes + START, header, n);
	if (file->size > 0)
		memcpy(*bytes + START + n, file->body, file->size);
	put_u32(*bytes + *size - END, crc32(*bytes, *size - END));
	free(header);
	return 0;
}

/* ---- reading -------------------------------------------------------- */

struct reader {
	char *why;
	int failed;
};

static void
refuse(struct reader *r, const char *why)
{
	if (!r->failed)
		snprintf(r->why, FOREST_FILE_WHY, "%s", why);
	r->failed = 1;
}

/* A text of its own; NULL with why. */
static char *
read_text(struct reader *r, const cJSON *item, const char *why)
{
	const char *text = cJSON_GetStringValue(item);
	char *copy;

	if (text == NULL || utf8_valid(text, strlen(text)) != strlen(text)) {
		refuse(r, why);
		return NULL;
	}
	if ((copy = strdup(text)) == NULL)
		refuse(r, "");
	return copy;
}

/* A number, or NaN for null, or an infinity. */
static double
read_number(struct reader *r, const cJSON *item, const char *why)
{
	const char *text = cJSON_GetStringValue(item);

	if (cJSON_IsNull(item))
		return NAN;
	if (cJSON_IsNumber(item) && isfinite(item->valuedouble))
		return item->valuedouble;
	if (text != NULL && strcmp(text, "inf") == 0)
		return INFINITY;
	if (text != NULL && strcmp(text, "-inf") == 0)
		return -INFINITY;
	refuse(r, why);
	return NAN;
}

static const cJSON *
get(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

static int
compare_names(const void *pa, const void *pb)
{
	return strcmp(*(char *const *)pa, *(char *const *)pb);
}

/* Refuse names of which two are equal. */
static void
check_names(struct reader *r, const char **names, size_t n, const char *why)
{
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			refuse(r, why);
}

static void
read_categories(struct reader *r, const cJSON *array,
    struct forest_column *column)
{
	static const char why[] = "the categories of a column are bad";
	const size_t n = (size_t)cJSON_GetArraySize(array);
	const char **names = calloc(n + 1, sizeof(*names));
	const cJSON *pair;

	column->category = calloc(n + 1, sizeof(*column->category));
	if (names == NULL || column->category == NULL)
		refuse(r, "");
	if (!cJSON_IsArray(array))
		refuse(r, why);
	if (r->failed) {
		free(names);
		return;
	}
	cJSON_ArrayForEach(pair, array)
	{
		struct forest_category *c = &column
						 ->category[column->categories];
		double count;

		c->name = read_text(r, cJSON_GetArrayItem(pair, 0), why);
		count = read_number(r, cJSON_GetArrayItem(pair, 1), why);
		if (!(count >= 1 && count < 0x1p53 && count == floor(count)))
			refuse(r, why);
		if (r->failed) {
			free(c->name);
			break;
		}
		c->count = (uint64_t)count;
		names[column->categories++] = c->name;
	}
	check_names(r, names, column->categories, why);
	free(names);
}

static void
read_column(struct reader *r, const cJSON *object, struct forest_column *column)
{
	static const char why[] = "a column is bad";
	const char *type = cJSON_GetStringValue(get(object, "type"));

	column->name = read_text(r, get(object, "name"), why);
	if (type == NULL || (column->name != NULL && *column->name == '\0'))
		refuse(r, why);
	else if (strcmp(type, "category") == 0)
		column->coded = true;
	else if (strcmp(type, "number") != 0)
		refuse(r, why);
	for (size_t i = 0; i < 5; i++)
		column->quantile[i] = read_number(r,
		    get(object, quantile_names[i]), why);
	if (column->coded && !r->failed)
		read_categories(r, get(object, "categories"), column);
}

static void
read_columns(struct reader *r, const cJSON *array, struct forest_file *file)
{
	static const char why[] = "two columns have the same name";
	const size_t n = (size_t)cJSON_GetArraySize(array);
	const char **names = calloc(n + 1, sizeof(*names));
	const cJSON *item;

	file->column = calloc(n + 1, sizeof(*file->column));
	if (names == NULL || file->column == NULL)
		refuse(r, "");
	if (!cJSON_IsArray(array) || n == 0)
		refuse(r, "it has no columns");
	if (!r->failed)
		cJSON_ArrayForEach(item, array)
		{
			struct forest_column
			    *column = &file->column[file->columns++];

			read_column(r, item, column);
			if (r->failed)
				break;
			names[file->columns - 1] = column->name;
		}
	if (!r->failed)
		check_names(r, names, file->columns, why);
	free(names);
}

static void
read_header(struct reader *r, struct forest_file *file)
{
	cJSON *object = cJSON_Parse(file->header);

	if (!cJSON_IsObject(object)) {
		refuse(r, "its header is bad");
		cJSON_Delete(object);
		return;
	}
	file->rule = read_text(r, get(object, "rule"), "its rule is bad");
	if (file->rule != NULL && strcmp(file->rule, "auto") != 0 &&
	    strcmp(file->rule, "contamination") != 0 &&
	    strcmp(file->rule, "threshold") != 0)
		refuse(r, "its rule is bad");
	file->rule_value = read_number(r, get(object, "rule_value"),
	    "its rule is bad");
	file->threshold = read_number(r, get(object, "threshold"),
	    "its threshold is bad");
	if (!(file->threshold >= 0 && file->threshold <= 1))
		refuse(r, "its threshold is bad");
	file->flagged = read_number(r, get(object, "flagged"),
	    "its share of flagged rows is bad");
	if (file->flagged < 0 || file->flagged > 1)
		refuse(r, "its share of flagged rows is bad");
	if (!r->failed)
		read_columns(r, get(object, "columns"), file);
	cJSON_Delete(object);
}

static uint32_t
get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

int
forest_file_read(struct forest_file *file, const uint8_t *bytes, size_t size,
    char why[FOREST_FILE_WHY])
{
	struct reader r = { .why = why };
	size_t n;

	*file = (struct forest_file){ 0 };
	*why = '\0';
	if (size < START + END || memcmp(bytes, MAGIC, 8) != 0) {
		refuse(&r, "it is no saved forest");
		return -1;
	}
	if (get_u32(bytes + 8) != FOREST_FILE_VERSION) {
		snprintf(why, FOREST_FILE_WHY,
		    "its format has version %u, and only version %d is known",
		    get_u32(bytes + 8), FOREST_FILE_VERSION);
		return -1;
	}
	if (get_u32(bytes + size - END) != crc32(bytes, size - END)) {
		refuse(&r, "its checksum is wrong: it is cut short or altered");
		return -1;
	}
	n = get_u32(bytes + 12);
	if (n > size - START - END) {
		refuse(&r, "it is cut short");
		return -1;
	}
	if ((file->header = malloc(n + 1)) == NULL)
		return -1;
	memcpy(file->header, bytes + START, n);
	file->header[n] = '\0';
	file->body = bytes + START + n;
	file->size = size - START - END - n;
	read_header(&r, file);
	if (!r.failed)
		return 0;
	forest_file_release(file);
	return -1;
}

void
forest_file_release(struct forest_file *file)
{
	for (size_t i = 0; i < file->columns; i++) {
		struct forest_column *column = &file->column[i];

		for (size_t k = 0; k < column->categories; k++)
			free(column->category[k].name);
		free(column->category);
		free(column->name);
	}
	free(file->column);
	free(file->header);
	free(file->rule);
	*file = (struct forest_file){ 0 };
}
