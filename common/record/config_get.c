/*
 * Look-ups by path and type; the interface is record/config.h.
 */
#include "record/config_tree.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"

static void
remember(struct config *cfg, struct config_node *mapping, const char *p,
    size_t n)
{
	struct config_known **k = &mapping->known;

	for (; *k != NULL; k = &(*k)->next)
		if (config_part_is(p, n, (*k)->key))
			return;
	if ((*k = arena_alloc(&cfg->arena, sizeof(**k))) == NULL) {
		config_fail_memory(cfg);
		return;
	}
	(*k)->next = NULL;
	if (((*k)->key = config_part_copy(cfg, p, n)) == NULL)
		*k = NULL;
}

/*
 * The node at path, NULL if it is absent or an error is kept.  If absent, *last
 * (unless last is NULL) is the last node on the way and *rest what is missing
 * below it.
 */
static struct config_node *
find(struct config *cfg, struct config_node *at, const char *path,
    struct config_node **last, const char **rest)
{
	struct config_node *node = at != NULL ? at : cfg->root;
	const char *p = path != NULL ? path : "";

	if (cfg->error != NULL)
		return NULL;
	node->used = true;
	while (*p != '\0') {
		const size_t n = config_part_length(p);
		struct config_node *child = NULL;

		if (node->kind == CONFIG_SCALAR) {
			config_fail_type(cfg, node, "a mapping");
			return NULL;
		}
		if (node->kind == CONFIG_SEQUENCE) {
			size_t number;

			if (!config_part_number(p, n, &number)) {
				config_fail_type(cfg, node, "a mapping");
				return NULL;
			}
		} else {
			remember(cfg, node, p, n);
		}
		if ((child = config_child_of(node, p, n)) == NULL) {
			if (last != NULL) {
				*last = node;
				*rest = p;
			}
			return NULL;
		}
		node = child;
		node->used = true;
		p += n + (p[n] == '.');
	}
	if (node->kind == CONFIG_NULL && last != NULL) {
		*last = node;
		*rest = "";
	}
	return node->kind == CONFIG_NULL ? NULL : node;
}

struct config_node *
config_get(struct config *cfg, struct config_node *at, const char *path)
{
	return find(cfg, at, path, NULL, NULL);
}

static struct config_node *
find_kind(struct config *cfg, struct config_node *at, const char *path,
    enum config_kind kind, const char *wanted)
{
	struct config_node *node = find(cfg, at, path, NULL, NULL);

	if (node == NULL || node->kind == kind)
		return node;
	config_fail_type(cfg, node, wanted);
	return NULL;
}

struct config_node *
config_mapping(struct config *cfg, struct config_node *at, const char *path)
{
	return find_kind(cfg, at, path, CONFIG_MAPPING, "a mapping");
}

struct config_node *
config_sequence(struct config *cfg, struct config_node *at, const char *path)
{
	return find_kind(cfg, at, path, CONFIG_SEQUENCE, "a list");
}

static bool
is_whole(const char *p)
{
	p += *p == '+' || *p == '-';
	return *p != '\0' && p[strspn(p, "0123456789")] == '\0';
}

/* The number of a node.  0 or -1. */
static int
number_of(struct config *cfg, const struct config_node *node, double min,
    double max, double *out)
{
	struct number_parts parts;
	char shown[CONFIG_SHOWN];
	double x;

	if (node->kind != CONFIG_SCALAR || !node->plain ||
	    number_split(node->text, strlen(node->text), &parts) == -1)
		return config_fail_type(cfg, node, "a number");
	config_shown(shown, node->text);
	if (number_parse(node->text, strlen(node->text), &x) == -1)
		return config_fail_node(cfg, node, "'%s' is too large", shown);
	if (x < min)
		return config_fail_node(cfg, node, "'%s' is less than %.12g",
		    shown, min);
	if (x > max)
		return config_fail_node(cfg, node, "'%s' is more than %.12g",
		    shown, max);
	*out = x;
	return 0;
}

int
config_double(struct config *cfg, struct config_node *at, const char *path,
    double fallback, double min, double max, double *out)
{
	const struct config_node *node = find(cfg, at, path, NULL, NULL);

	*out = fallback;
	if (node == NULL)
		return cfg->error != NULL ? -1 : 0;
	return number_of(cfg, node, min, max, out) == -1 ? -1 : 1;
}

int
config_int(struct config *cfg, struct config_node *at, const char *path,
    int64_t fallback, int64_t min, int64_t max, int64_t *out)
{
	const struct config_node *node = find(cfg, at, path, NULL, NULL);
	char shown[CONFIG_SHOWN];
	bool fits = true;
	int64_t x;

	*out = fallback;
	if (node == NULL)
		return cfg->error != NULL ? -1 : 0;
	if (node->kind != CONFIG_SCALAR || !node->plain ||
	    !is_whole(node->text))
		return config_fail_type(cfg, node, "a whole number");
	/* What does not fit is beyond every bound. */
	if (number_parse_int(node->text, strlen(node->text), &x) == -1) {
		fits = false;
		x = node->text[0] == '-' ? INT64_MIN : INT64_MAX;
	}
	config_shown(shown, node->text);
	if (x < min || (!fits && x == INT64_MIN))
		return config_fail_node(cfg, node, "'%s' is less than %" PRId64,
		    shown, min);
	if (x > max || !fits)
		return config_fail_node(cfg, node, "'%s' is more than %" PRId64,
		    shown, max);
	*out = x;
	return 1;
}

static bool
is_one_of(const char *text, const char *a, const char *b, const char *c)
{
	return strcmp(text, a) == 0 || strcmp(text, b) == 0 ||
	    strcmp(text, c) == 0;
}

int
config_bool(struct config *cfg, struct config_node *at, const char *path,
    bool fallback, bool *out)
{
	const struct config_node *node = find(cfg, at, path, NULL, NULL);

	*out = fallback;
	if (node == NULL)
		return cfg->error != NULL ? -1 : 0;
	if (node->kind == CONFIG_SCALAR && node->plain) {
		const bool yes = is_one_of(node->text, "true", "True", "TRUE");

		if (yes || is_one_of(node->text, "false", "False", "FALSE")) {
			*out = yes;
			return 1;
		}
	}
	return config_fail_type(cfg, node, "true or false");
}

int
config_text(struct config *cfg, struct config_node *at, const char *path,
    const char *fallback, const char **out)
{
	const struct config_node *node = find(cfg, at, path, NULL, NULL);

	*out = fallback;
	if (node == NULL)
		return cfg->error != NULL ? -1 : 0;
	if (node->kind != CONFIG_SCALAR)
		return config_fail_type(cfg, node, "text");
	*out = node->text;
	return 1;
}

int
config_date(struct config *cfg, struct config_node *at, const char *path,
    int32_t fallback, int32_t *out)
{
	const struct config_node *node = find(cfg, at, path, NULL, NULL);

	*out = fallback;
	if (node == NULL)
		return cfg->error != NULL ? -1 : 0;
	if (node->kind != CONFIG_SCALAR ||
	    date_parse(node->text, strlen(node->text), out) == -1)
		return config_fail_type(cfg, node, "a date (YYYY-MM-DD)");
	return 1;
}

int
config_doubles(struct config *cfg, struct config_node *at, const char *path,
    double min, double max, const double **x, size_t *n)
{
	struct config_node *list = config_sequence(cfg, at, path);
	double *value;

	if (list == NULL)
		return cfg->error != NULL ? -1 : 0;
	value = arena_alloc(&cfg->arena, list->count * sizeof(*value));
	if (value == NULL)
		return config_fail_memory(cfg);
	for (struct config_node *c = config_first(list); c != NULL;
	     c = config_next(c))
		if (number_of(cfg, c, min, max, &value[c->index]) == -1)
			return -1;
	*x = value;
	*n = list->count;
	return 1;
}

static void
ignore(struct config_node *node)
{
	node->used = true;
	for (struct config_node *c = node->first; c != NULL; c = c->next)
		ignore(c);
}

void
config_ignore(struct config *cfg, struct config_node *at, const char *path)
{
	struct config_node *node = find(cfg, at, path, NULL, NULL);

	if (node != NULL)
		ignore(node);
}

/* The path of what find() did not find. */
static void
path_of_missing(struct config_path *path, const struct config_node *last,
    const char *rest)
{
	config_path_of(path, last);
	if (*rest != '\0')
		config_path_add(path, rest, strlen(rest));
}

int
config_require(struct config *cfg, struct config_node *at, const char *path)
{
	struct config_node *last = NULL;
	const char *rest = NULL;
	struct config_path text = { 0 };

	if (find(cfg, at, path, &last, &rest) != NULL)
		return 0;
	if (cfg->error != NULL)
		return -1;
	path_of_missing(&text, last, rest);
	return config_fail_at(cfg, &last->at, "key '%s' is missing", text.text);
}

bool
config_by_option(struct config *cfg, struct config_node *at, const char *path)
{
	const struct config_node *node = find(cfg, at, path, NULL, NULL);

	return node != NULL && node->at.option != NULL;
}

int
config_fail(struct config *cfg, struct config_node *at, const char *path,
    const char *format, ...)
{
	struct config_node *node, *last = NULL;
	const char *rest = NULL;
	struct config_path text = { 0 };
	char what[600];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	if ((node = find(cfg, at, path, &last, &rest)) != NULL)
		return config_fail_node(cfg, node, "%s", what);
	if (cfg->error != NULL)
		return -1;
	path_of_missing(&text, last, rest);
	return config_fail_at(cfg, &last->at, "key '%s': %s", text.text, what);
}
