#include "report_kpi.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_data.h"

#include "base/vec.h"
#include "record/cli.h"
#include "record/group.h"
#include "record/utf8.h"

enum { TEXT_MAX = 16 << 20 };

static char *
read_text(struct cli *cli, const char *path, size_t *n)
{
	FILE *in = fopen(path, "r");
	size_t capacity = 0, got;
	char *text = NULL;

	if (in == NULL)
		cli_fail(cli, "%s: %s", path, strerror(errno));
	*n = 0;
	do {
		if (vec_grow(&text, &capacity, *n + 65536, 1) == -1)
			cli_no_memory(cli);
		got = fread(text + *n, 1, capacity - *n, in);
		*n += got;
	} while (got > 0 && *n <= TEXT_MAX);
	if (ferror(in))
		cli_fail(cli, "%s: %s", path, strerror(errno));
	fclose(in);
	if (*n > TEXT_MAX)
		cli_fail(cli, "%s: is longer than %d bytes", path, TEXT_MAX);
	return text;
}

/* NaN if there is none. */
static double
number_of(struct report_data *data, const cJSON *node)
{
	if (node == NULL || cJSON_IsNull(node))
		return NAN;
	if (!cJSON_IsNumber(node) || !isfinite(node->valuedouble))
		cli_fail(data->cli, "%s: '%s' is not a number",
		    data->totals.file, node->string);
	return node->valuedouble;
}

static double
number_at(struct report_data *data, const cJSON *root, const char *key)
{
	return number_of(data, cJSON_GetObjectItemCaseSensitive(root, key));
}

/* The first member of an object; NULL if there is none. */
static const cJSON *
first_of(const cJSON *root, const char *key)
{
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(root, key);

	return cJSON_IsObject(node) ? node->child : NULL;
}

static struct report_channel_totals *
total_of(struct report_data *data, const char *name)
{
	const struct field key = {
		.p = name, .n = strlen(name), .kind = FIELD_STRING
	};
	size_t channel = groups_find(data->channels, &key, NULL);

	if (channel == SIZE_MAX ||
	    vec_grow(&data->channel_total, &data->channel_total_capacity,
		channel + 1, sizeof(*data->channel_total)) == -1)
		cli_no_memory(data->cli);
	while (data->channel_totals <= channel)
		data->channel_total[data->channel_totals++] =
		    (struct report_channel_totals){ NAN, NAN, NAN };
	return &data->channel_total[channel];
}

void
report_read_kpi(struct report_data *data, const char *path)
{
	struct report_totals *t = &data->totals;
	size_t n;
	char *text = read_text(data->cli, path, &n);
	cJSON *root = utf8_valid(text, n) == n ? cJSON_ParseWithLength(text, n)
					       : NULL;
	const cJSON *node;

	free(text);
	if (!cJSON_IsObject(root))
		cli_fail(data->cli, "%s: is not a JSON object", path);
	t->file = path;
	t->revenue = number_at(data, root, "total_revenue");
	t->orders = number_at(data, root, "total_orders");
	t->rows = number_at(data, root, "rows");
	t->bad_rows = number_at(data, root, "bad_rows");
	for (node = first_of(root, "revenue_by_channel"); node != NULL;
	     node = node->next)
		total_of(data, node->string)->revenue = number_of(data, node);
	for (node = first_of(root, "orders_by_channel"); node != NULL;
	     node = node->next)
		total_of(data, node->string)->orders = number_of(data, node);
	for (node = first_of(root, "sessions_by_channel"); node != NULL;
	     node = node->next)
		total_of(data, node->string)->sessions = number_of(data, node);
	cJSON_Delete(root);
}
