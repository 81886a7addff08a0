#include "record/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/config_tree.h"

enum {
	TEXT_MAX = 4 << 20,
	DEPTH_MAX = 64,
	HINT_DISTANCE = 2,
	HINT_LENGTH = 63, /* longer keys get no hint */
};

/* ---- opening ----------------------------------------------------------- */

static struct config *
config_new(const char *name)
{
	struct config *cfg = calloc(1, sizeof(*cfg));
	const struct config_place nowhere = { 0 };

	if (cfg == NULL)
		return NULL;
	cfg->root = config_node_new(cfg, &nowhere);
	if (name != NULL)
		cfg->name = arena_copy(&cfg->arena, name, strlen(name));
	if (cfg->root == NULL || (name != NULL && cfg->name == NULL)) {
		config_close(cfg);
		return NULL;
	}
	cfg->root->kind = CONFIG_MAPPING;
	return cfg;
}

void
config_close(struct config *cfg)
{
	if (cfg == NULL)
		return;
	arena_release(&cfg->arena);
	free(cfg);
}

static void
parse(struct config *cfg, const char *text, size_t n)
{
	const struct config_place nowhere = { 0 };
	struct config_node *root;

	if (n > TEXT_MAX) {
		config_fail_at(cfg, &nowhere, "larger than 4 MiB");
		return;
	}
	if ((root = config_yaml(cfg, text, n, NULL)) == NULL)
		return;
	if (root->kind == CONFIG_NULL)
		root->kind = CONFIG_MAPPING;
	if (root->kind != CONFIG_MAPPING)
		config_fail_type(cfg, root, "a mapping of keys to values");
	else
		cfg->root = root;
}

struct config *
config_parse(const char *text, size_t n, const char *name)
{
	struct config *cfg = config_new(name);

	if (cfg != NULL)
		parse(cfg, text, n);
	return cfg;
}

struct config *
config_read(FILE *in, const char *name)
{
	const struct config_place nowhere = { 0 };
	struct config *cfg = config_new(name);
	/* One byte more, so that a file over the limit is seen as one. */
	char *text = malloc(TEXT_MAX + 1);
	size_t n;

	if (cfg == NULL || text == NULL) {
		free(text);
		config_close(cfg);
		return NULL;
	}
	errno = 0;
	n = fread(text, 1, TEXT_MAX + 1, in);
	if (ferror(in))
		config_fail_at(cfg, &nowhere, "%s", strerror(errno));
	else
		parse(cfg, text, n);
	free(text);
	return cfg;
}

struct config *
config_open(const char *path)
{
	const struct config_place nowhere = { 0 };
	struct config *cfg;
	FILE *in;

	if (path == NULL)
		return config_new(NULL);
	if (strcmp(path, "-") == 0)
		return config_read(stdin, "stdin");
	if ((in = fopen(path, "r")) == NULL) {
		const int error = errno;

		if ((cfg = config_new(path)) != NULL)
			config_fail_at(cfg, &nowhere, "%s", strerror(error));
		return cfg;
	}
	cfg = config_read(in, path);
	fclose(in);
	return cfg;
}

const char *
config_error(const struct config *cfg)
{
	return cfg->error;
}

int
config_status(const struct config *cfg)
{
	return cfg->status;
}

/* ---- overriding -------------------------------------------------------- */

/* Put value into the place that node has among its siblings. */
static void
replace(struct config_node *node, const struct config_node *value)
{
	node->kind = value->kind;
	node->plain = value->plain;
	node->text = value->text;
	node->at = value->at;
	node->first = value->first;
	node->last = value->last;
	node->count = value->count;
	for (struct config_node *c = node->first; c != NULL; c = c->next)
		c->parent = node;
}

/* The child of node that the part names, made if it is absent; NULL on an
 * error. */
static struct config_node *
child_for_set(struct config *cfg, struct config_node *node, const char *p,
    size_t n, const struct config_place *place)
{
	struct config_node *child = config_child_of(node, p, n);
	struct config_path path = { 0 };
	size_t number;

	if (child != NULL)
		return child;
	if (node->kind == CONFIG_NULL) {
		node->kind = CONFIG_MAPPING;
		node->at = *place;
	}
	config_path_of(&path, node);
	if (node->kind == CONFIG_SCALAR) {
		config_fail_at(cfg, place,
		    "key '%s' is neither a mapping nor a list", path.text);
		return NULL;
	}
	if (node->kind == CONFIG_SEQUENCE &&
	    (!config_part_number(p, n, &number) || number != node->count)) {
		config_path_add(&path, p, n);
		config_fail_at(cfg, place,
		    "key '%s' does not exist: the list has %zu elements",
		    path.text, node->count);
		return NULL;
	}
	if ((child = config_node_new(cfg, place)) == NULL)
		return NULL;
	if (node->kind == CONFIG_MAPPING &&
	    (child->key = config_part_copy(cfg, p, n)) == NULL)
		return NULL;
	child->key_at = *place;
	config_append(node, child);
	return child;
}

int
config_set(struct config *cfg, const char *assignment)
{
	struct config_place place = { .line = 1, .column = 1 };
	struct config_node *value, *node = cfg->root;
	const char *equals = assignment;
	const char *p;
	int depth = 0;
	char *path;

	if (cfg->error != NULL)
		return -1;
	place.option = arena_copy(&cfg->arena, assignment, strlen(assignment));
	if (place.option == NULL)
		return config_fail_memory(cfg);
	while (*equals != '\0' && *equals != '=')
		equals += *equals == '\\' && equals[1] != '\0' ? 2 : 1;
	if (*equals == '\0')
		return config_fail_at(cfg, &place,
		    "not of the form path=value");
	if (strlen(equals + 1) > TEXT_MAX)
		return config_fail_at(cfg, &place, "larger than 4 MiB");
	path = arena_copy(&cfg->arena, assignment,
	    (size_t)(equals - assignment));
	if (path == NULL)
		return config_fail_memory(cfg);
	/* First: a wrong value must leave the tree as it was. */
	value = config_yaml(cfg, equals + 1, strlen(equals + 1), place.option);
	if (value == NULL)
		return -1;
	for (p = path;; p++) {
		const size_t n = config_part_length(p);

		if (n == 0)
			return config_fail_at(cfg, &place,
			    "an empty key in the path");
		if (++depth > DEPTH_MAX)
			return config_fail_at(cfg, &place,
			    "more than 64 levels");
		if ((node = child_for_set(cfg, node, p, n, &place)) == NULL)
			return -1;
		p += n;
		if (*p == '\0')
			break;
	}
	replace(node, value);
	return 0;
}

/* ---- walking ----------------------------------------------------------- */

struct config_node *
config_first(struct config_node *node)
{
	if (node == NULL || node->first == NULL)
		return NULL;
	node->first->used = true;
	return node->first;
}

struct config_node *
config_next(struct config_node *node)
{
	if (node->next != NULL)
		node->next->used = true;
	return node->next;
}

enum config_kind
config_kind(const struct config_node *node)
{
	return node->kind;
}

size_t
config_count(const struct config_node *node)
{
	return node->count;
}

const char *
config_key(const struct config_node *node)
{
	return node->key;
}

/* ---- unknown keys ------------------------------------------------------ */

/* Levenshtein's distance; both texts at most HINT_LENGTH long. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[HINT_LENGTH + 1];
	const size_t n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

/* The key asked for in the same mapping that is nearest, the first of equals;
 * NULL if none is near. */
static const char *
hint(const struct config_node *node)
{
	const size_t n = node->key != NULL ? strlen(node->key) : 0;
	size_t best = HINT_DISTANCE + 1;
	const char *found = NULL;

	if (n == 0 || n > HINT_LENGTH)
		return NULL;
	for (struct config_known *k = node->parent->known; k != NULL;
	     k = k->next) {
		size_t d;

		if (strlen(k->key) > HINT_LENGTH)
			continue;
		d = distance(node->key, k->key);
		/* Two letters changed in a key of two are another key. */
		if (d < best && d < n) {
			best = d;
			found = k->key;
		}
	}
	return found;
}

static int
fail_unknown(struct config *cfg, const struct config_node *node)
{
	/* An element of a list has no key, so that its own place is shown. */
	const struct config_place *place = node->key != NULL ? &node->key_at
							     : &node->at;
	const char *near = hint(node);
	struct config_path path = { 0 };

	config_path_of(&path, node);
	if (near == NULL)
		return config_fail_at(cfg, place, "unknown key '%s'",
		    path.text);
	return config_fail_at(cfg, place,
	    "unknown key '%s', did you mean '%s'?", path.text, near);
}

static const struct config_node *
first_unknown(const struct config_node *node)
{
	if (!node->used)
		return node;
	for (const struct config_node *c = node->first; c != NULL;
	     c = c->next) {
		const struct config_node *found = first_unknown(c);

		if (found != NULL)
			return found;
	}
	return NULL;
}

int
config_finish(struct config *cfg)
{
	const struct config_node *unknown;

	if (cfg->error != NULL)
		return -1;
	cfg->root->used = true;
	unknown = first_unknown(cfg->root);
	return unknown != NULL ? fail_unknown(cfg, unknown) : 0;
}
