/* A configuration: YAML, and after a NUL byte an option of the form
 * path=value.  Everything that the tree holds is asked for by its kind. */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each scalar by one of the types, in turn: the first wrong one ends it. */
static void
ask(struct config *cfg, struct config_node *node, unsigned *turn)
{
	const double *list;
	const char *text;
	size_t n;
	int32_t day;
	int64_t whole;
	double x;
	bool yes;

	if (config_kind(node) == CONFIG_SCALAR) {
		switch ((*turn)++ % 8) {
		case 0:
			config_double(cfg, node, NULL, 0, -INFINITY, INFINITY,
			    &x);
			assert(isfinite(x));
			break;
		case 1:
			config_int(cfg, node, NULL, 0, INT64_MIN, INT64_MAX,
			    &whole);
			break;
		case 2:
			config_bool(cfg, node, NULL, false, &yes);
			break;
		case 3:
			config_date(cfg, node, NULL, 0, &day);
			break;
		default:
			config_text(cfg, node, NULL, "", &text);
			assert(text != NULL);
		}
		return;
	}
	config_get(cfg, node, "start.1.end");
	if (config_kind(node) == CONFIG_SEQUENCE && (*turn)++ % 2 == 0)
		config_doubles(cfg, node, NULL, -1e6, 1e6, &list, &n);
	for (struct config_node *c = config_first(node); c != NULL;
	     c = config_next(c))
		ask(cfg, c, turn);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
	const size_t n = end != NULL ? (size_t)(end - data) : size;

	for (unsigned turn = 0; turn < 5; turn++) {
		struct config *cfg = config_parse((const char *)data, n,
		    "fuzz.yaml");
		struct config_node *root;
		unsigned t = turn;

		if (cfg == NULL)
			abort();
		if (end != NULL) {
			char *option = strndup((const char *)end + 1,
			    size - n - 1);

			if (option == NULL)
				abort();
			config_set(cfg, option);
			free(option);
		}
		config_get(cfg, NULL, "general.seed");
		if (turn < 4 && (root = config_get(cfg, NULL, NULL)) != NULL)
			ask(cfg, root, &t);
		if (config_finish(cfg) == -1) {
			assert(config_error(cfg) != NULL);
			assert(strchr(config_error(cfg), '\n') == NULL);
			assert(config_status(cfg) > 0);
		} else {
			assert(config_status(cfg) == 0);
		}
		config_close(cfg);
	}
	return 0;
}
