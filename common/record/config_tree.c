#include "record/config_tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NODES_MAX = 100000 };

/* ---- errors ------------------------------------------------------------ */

const char *
config_shown(char shown[CONFIG_SHOWN], const char *text)
{
	const size_t n = strlen(text);
	size_t keep = n < CONFIG_SHOWN ? n : CONFIG_SHOWN - 4;

	/* Not in the middle of a character. */
	while (keep < n && keep > 0 && (text[keep] & 0xc0) == 0x80)
		keep--;
	for (size_t i = 0; i < keep; i++) {
		const unsigned char c = (unsigned char)text[i];

		shown[i] = c < ' ' || c == 0x7f ? '?' : text[i];
	}
	strcpy(shown + keep, keep < n ? "..." : "");
	return shown;
}

int
config_fail_memory(struct config *cfg)
{
	if (cfg->error == NULL) {
		cfg->error = strerror(ENOMEM);
		cfg->status = 1;
	}
	return -1;
}

static int fail_va(struct config *cfg, const struct config_place *place,
    const char *format, va_list ap) __attribute__((format(printf, 3, 0)));

static int
fail_va(struct config *cfg, const struct config_place *place,
    const char *format, va_list ap)
{
	char where[160 + CONFIG_SHOWN] = "", what[1024], shown[CONFIG_SHOWN];
	size_t n;
	char *text;

	if (cfg->error != NULL)
		return -1;
	vsnprintf(what, sizeof(what), format, ap);
	if (place->option != NULL)
		snprintf(where, sizeof(where),
		    "--set '%s': ", config_shown(shown, place->option));
	else if (cfg->name != NULL && place->line > 0)
		snprintf(where, sizeof(where), ":%zu:%zu: ", place->line,
		    place->column);
	else if (cfg->name != NULL)
		snprintf(where, sizeof(where), ": ");
	n = strlen(where) + strlen(what) + 1;
	if (place->option == NULL && cfg->name != NULL)
		n += strlen(cfg->name);
	if ((text = arena_alloc(&cfg->arena, n)) == NULL)
		return config_fail_memory(cfg);
	snprintf(text, n, "%s%s%s",
	    place->option == NULL && cfg->name != NULL ? cfg->name : "", where,
	    what);
	cfg->error = text;
	cfg->status = place->option != NULL ? 2 : 1;
	return -1;
}

int
config_fail_at(struct config *cfg, const struct config_place *place,
    const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fail_va(cfg, place, format, ap);
	va_end(ap);
	return -1;
}

/* ---- the tree ---------------------------------------------------------- */

struct config_node *
config_node_new(struct config *cfg, const struct config_place *place)
{
	struct config_node *node;

	if (cfg->nodes == NODES_MAX) {
		config_fail_at(cfg, place,
		    "more than 100000 values with aliases expanded");
		return NULL;
	}
	if ((node = arena_alloc(&cfg->arena, sizeof(*node))) == NULL) {
		config_fail_memory(cfg);
		return NULL;
	}
	cfg->nodes++;
	*node = (struct config_node){ .at = *place };
	return node;
}

void
config_append(struct config_node *parent, struct config_node *child)
{
	child->parent = parent;
	child->index = parent->count++;
	if (parent->last == NULL)
		parent->first = child;
	else
		parent->last->next = child;
	parent->last = child;
}

/* ---- paths ------------------------------------------------------------- */

void
config_path_add(struct config_path *path, const char *part, size_t n)
{
	char shown[CONFIG_SHOWN], copy[CONFIG_SHOWN + 8];
	int k;

	snprintf(copy, sizeof(copy), "%.*s",
	    (int)(n < sizeof(copy) ? n : sizeof(copy) - 1), part);
	k = snprintf(path->text + path->n, sizeof(path->text) - path->n, "%s%s",
	    path->n > 0 ? "." : "", config_shown(shown, copy));
	path->n += (size_t)k;
	if (path->n >= sizeof(path->text))
		path->n = sizeof(path->text) - 1;
}

void
config_path_of(struct config_path *path, const struct config_node *node)
{
	char number[24];

	if (node->parent == NULL)
		return;
	config_path_of(path, node->parent);
	if (node->key == NULL)
		snprintf(number, sizeof(number), "%zu", node->index);
	config_path_add(path, node->key != NULL ? node->key : number,
	    strlen(node->key != NULL ? node->key : number));
}

size_t
config_part_length(const char *p)
{
	size_t n = 0;

	while (p[n] != '\0' && p[n] != '.')
		n += p[n] == '\\' && p[n + 1] != '\0' ? 2 : 1;
	return n;
}

bool
config_part_is(const char *p, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\\' && i + 1 < n)
			i++;
		if (*key == '\0' || p[i] != *key++)
			return false;
	}
	return *key == '\0';
}

const char *
config_part_copy(struct config *cfg, const char *p, size_t n)
{
	char *key = arena_copy(&cfg->arena, p, n);
	size_t k = 0;

	if (key == NULL) {
		config_fail_memory(cfg);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\\' && i + 1 < n)
			i++;
		key[k++] = p[i];
	}
	key[k] = '\0';
	return key;
}

bool
config_part_number(const char *p, size_t n, size_t *number)
{
	if (n == 0 || n > 9)
		return false;
	*number = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*number = *number * 10 + (size_t)(p[i] - '0');
	}
	return true;
}

struct config_node *
config_child_of(struct config_node *node, const char *p, size_t n)
{
	size_t number = 0;

	if (node->kind == CONFIG_SEQUENCE && !config_part_number(p, n, &number))
		return NULL;
	for (struct config_node *c = node->first; c != NULL; c = c->next)
		if (c->key != NULL ? config_part_is(p, n, c->key)
				   : c->index == number)
			return c;
	return NULL;
}

int
config_fail_node(struct config *cfg, const struct config_node *node,
    const char *format, ...)
{
	struct config_path path = { 0 };
	char what[600];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	config_path_of(&path, node);
	if (path.n == 0)
		return config_fail_at(cfg, &node->at, "%s", what);
	return config_fail_at(cfg, &node->at, "key '%s': %s", path.text, what);
}

int
config_fail_type(struct config *cfg, const struct config_node *node,
    const char *wanted)
{
	char shown[CONFIG_SHOWN];

	if (node->kind == CONFIG_NULL)
		return config_fail_node(cfg, node, "nothing is not %s", wanted);
	if (node->kind == CONFIG_SEQUENCE)
		return config_fail_node(cfg, node, "a list is not %s", wanted);
	if (node->kind == CONFIG_MAPPING)
		return config_fail_node(cfg, node, "a mapping is not %s",
		    wanted);
	return config_fail_node(cfg, node,
	    node->plain ? "'%s' is not %s" : "\"%s\" in quotes is not %s",
	    config_shown(shown, node->text), wanted);
}
