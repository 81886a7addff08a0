/*
 * From libyaml's events to a tree.  An alias becomes a copy of what its anchor
 * named, so that each place can be overridden and marked alone; that multiplies,
 * so the number of nodes is limited.
 */
#include "record/config_tree.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/vec.h"

enum {
	DEPTH_MAX = 64,
	ANCHORS_MAX = 1000,
};

struct anchor {
	const char *name;
	struct config_node *node; /* NULL until its end has been read */
};

struct reader {
	struct config *cfg;
	const char *option;
	const char *text;
	size_t n;
	yaml_parser_t parser;
	yaml_event_t event; /* the current one */
	bool have_event;
	struct anchor *anchor;
	size_t anchors, anchor_cap;
};

static struct config_node *node_read(struct reader *r, int depth);

static struct config_place
place_of(const struct reader *r, yaml_mark_t mark)
{
	return (struct config_place){ r->option, mark.line + 1,
		mark.column + 1 };
}

/* The reader of libyaml knows only the byte where it stopped. */
static struct config_place
place_of_byte(const struct reader *r, size_t offset)
{
	struct config_place place = { r->option, 1, 1 };

	for (size_t i = 0; i < offset && i < r->n; i++)
		if (r->text[i] == '\n') {
			place.line++;
			place.column = 1;
		} else if ((r->text[i] & 0xc0) != 0x80) {
			place.column++;
		}
	return place;
}

/* Whether the character of that number is a tab. */
static bool
is_tab(const struct reader *r, size_t index)
{
	size_t characters = 0;

	for (size_t i = 0; i < r->n; i++)
		if ((r->text[i] & 0xc0) != 0x80 && characters++ == index)
			return r->text[i] == '\t';
	return false;
}

static int
fail_yaml(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct config_place place;
	const char *tab = "";

	if (p->error == YAML_MEMORY_ERROR)
		return config_fail_memory(r->cfg);
	if (p->error == YAML_READER_ERROR) {
		place = place_of_byte(r, p->problem_offset);
		return config_fail_at(r->cfg, &place, "%s", p->problem);
	}
	place = place_of(r, p->problem_mark);
	if (is_tab(r, p->problem_mark.index))
		tab = " (a tab; indent with spaces)";
	if (p->context == NULL)
		return config_fail_at(r->cfg, &place, "%s%s", p->problem, tab);
	return config_fail_at(r->cfg, &place, "%s: %s%s", p->context,
	    p->problem, tab);
}

static int
next_event(struct reader *r)
{
	if (r->have_event)
		yaml_event_delete(&r->event);
	r->have_event = false;
	if (!yaml_parser_parse(&r->parser, &r->event))
		return fail_yaml(r);
	r->have_event = true;
	return 0;
}

static struct config_place
here(const struct reader *r)
{
	return place_of(r, r->event.start_mark);
}

static int
fail_here(struct reader *r, const char *problem)
{
	struct config_place place = here(r);

	return config_fail_at(r->cfg, &place, "%s", problem);
}

/* ---- anchors and aliases ----------------------------------------------- */

/* Remember the anchor of the node that begins; *slot is its number + 1, 0 if it
 * has none. */
static int
anchor_begin(struct reader *r, const yaml_char_t *name, size_t *slot)
{
	struct anchor a = { 0 };

	*slot = 0;
	if (name == NULL)
		return 0;
	if (r->anchors == ANCHORS_MAX)
		return fail_here(r, "more than 1000 anchors");
	if (vec_grow(&r->anchor, &r->anchor_cap, r->anchors + 1, sizeof(a)) ==
	    -1)
		return config_fail_memory(r->cfg);
	a.name = arena_copy(&r->cfg->arena, (const char *)name,
	    strlen((const char *)name));
	if (a.name == NULL)
		return config_fail_memory(r->cfg);
	r->anchor[r->anchors++] = a;
	*slot = r->anchors;
	return 0;
}

static struct config_node *
copy(struct reader *r, const struct config_node *from, int depth)
{
	struct config_node *node;

	if (depth > DEPTH_MAX) {
		fail_here(r, "more than 64 levels with its aliases");
		return NULL;
	}
	if ((node = config_node_new(r->cfg, &from->at)) == NULL)
		return NULL;
	node->kind = from->kind;
	node->plain = from->plain;
	node->text = from->text;
	for (const struct config_node *c = from->first; c != NULL;
	     c = c->next) {
		struct config_node *child = copy(r, c, depth + 1);

		if (child == NULL)
			return NULL;
		child->key = c->key;
		child->key_at = c->key_at;
		config_append(node, child);
	}
	return node;
}

static struct config_node *
alias_read(struct reader *r, int depth)
{
	const char *name = (const char *)r->event.data.alias.anchor;
	struct config_place place = here(r);
	char shown[CONFIG_SHOWN];

	/* A name may be given again: the last one before the alias counts. */
	for (size_t i = r->anchors; i > 0; i--)
		if (strcmp(r->anchor[i - 1].name, name) == 0) {
			if (r->anchor[i - 1].node != NULL)
				return copy(r, r->anchor[i - 1].node, depth);
			config_fail_at(r->cfg, &place,
			    "alias '*%s' inside what it stands for",
			    config_shown(shown, name));
			return NULL;
		}
	config_fail_at(r->cfg, &place, "alias '*%s' has no anchor",
	    config_shown(shown, name));
	return NULL;
}

/* ---- nodes ------------------------------------------------------------- */

static bool
is_null(const char *text)
{
	return *text == '\0' || strcmp(text, "~") == 0 ||
	    strcmp(text, "null") == 0 || strcmp(text, "Null") == 0 ||
	    strcmp(text, "NULL") == 0;
}

/* The text of the scalar event, copied; NULL on an error. */
static const char *
text_read(struct reader *r)
{
	const char *value = (const char *)r->event.data.scalar.value;
	const size_t n = r->event.data.scalar.length;
	char *text;

	if (memchr(value, '\0', n) != NULL) {
		fail_here(r, "a NUL in text");
		return NULL;
	}
	if ((text = arena_copy(&r->cfg->arena, value, n)) == NULL)
		config_fail_memory(r->cfg);
	return text;
}

static int
scalar_read(struct reader *r, struct config_node *node)
{
	if ((node->text = text_read(r)) == NULL)
		return -1;
	node->plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->kind = node->plain && is_null(node->text) ? CONFIG_NULL
							: CONFIG_SCALAR;
	return 0;
}

static int
sequence_read(struct reader *r, struct config_node *node, int depth)
{
	struct config_node *child;

	node->kind = CONFIG_SEQUENCE;
	for (;;) {
		if (next_event(r) == -1)
			return -1;
		if (r->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if ((child = node_read(r, depth + 1)) == NULL)
			return -1;
		config_append(node, child);
	}
}

/* The current event as a key. */
static const char *
key_read(struct reader *r)
{
	const char *key;

	if (r->event.type != YAML_SCALAR_EVENT) {
		fail_here(r, "a key that is not text");
		return NULL;
	}
	if (r->event.data.scalar.tag != NULL) {
		fail_here(r, "tags are not supported");
		return NULL;
	}
	if (r->event.data.scalar.anchor != NULL) {
		fail_here(r, "anchors on keys are not supported");
		return NULL;
	}
	if ((key = text_read(r)) == NULL)
		return NULL;
	if (*key == '\0') {
		fail_here(r, "an empty key");
		return NULL;
	}
	if (strcmp(key, "<<") == 0 &&
	    r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		fail_here(r, "merge keys ('<<') are not supported");
		return NULL;
	}
	return key;
}

static int
by_key(const void *a, const void *b)
{
	const struct config_node *const *x = a, *const *y = b;
	const int order = strcmp((*x)->key, (*y)->key);

	return order != 0
	    ? order
	    : ((*x)->index > (*y)->index) - ((*x)->index < (*y)->index);
}

/* Sorted, because a mapping may be large. */
static int
check_duplicates(struct reader *r, const struct config_node *node)
{
	const struct config_node **sorted, *again = NULL, *before = NULL;
	size_t n = 0;
	char shown[CONFIG_SHOWN];

	if (node->count < 2)
		return 0;
	if ((sorted = calloc(node->count, sizeof(const void *))) == NULL)
		return config_fail_memory(r->cfg);
	for (const struct config_node *c = node->first; c != NULL; c = c->next)
		sorted[n++] = c;
	qsort(sorted, n, sizeof(*sorted), by_key);
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0 &&
		    (again == NULL || sorted[i]->index < again->index)) {
			before = sorted[i - 1];
			again = sorted[i];
		}
	free(sorted);
	if (again == NULL)
		return 0;
	return config_fail_at(r->cfg, &again->key_at,
	    "key '%s' again; first on line %zu",
	    config_shown(shown, again->key), before->key_at.line);
}

static int
mapping_read(struct reader *r, struct config_node *node, int depth)
{
	node->kind = CONFIG_MAPPING;
	for (;;) {
		struct config_node *child;
		struct config_place place;
		const char *key;

		if (next_event(r) == -1)
			return -1;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			return check_duplicates(r, node);
		place = here(r);
		if ((key = key_read(r)) == NULL || next_event(r) == -1 ||
		    (child = node_read(r, depth + 1)) == NULL)
			return -1;
		child->key = key;
		child->key_at = place;
		config_append(node, child);
	}
}

/* The node that begins with the current event, up to its last one. */
static struct config_node *
node_read(struct reader *r, int depth)
{
	const yaml_event_t *e = &r->event;
	const yaml_char_t *tag, *anchor;
	const struct config_place place = here(r);
	struct config_node *node;
	size_t slot;
	int status;

	if (e->type == YAML_ALIAS_EVENT)
		return alias_read(r, depth);
	if (e->type == YAML_SCALAR_EVENT) {
		tag = e->data.scalar.tag;
		anchor = e->data.scalar.anchor;
	} else if (e->type == YAML_SEQUENCE_START_EVENT) {
		tag = e->data.sequence_start.tag;
		anchor = e->data.sequence_start.anchor;
	} else {
		tag = e->data.mapping_start.tag;
		anchor = e->data.mapping_start.anchor;
	}
	if (tag != NULL) {
		fail_here(r, "tags are not supported");
		return NULL;
	}
	if (depth > DEPTH_MAX) {
		fail_here(r, "more than 64 levels");
		return NULL;
	}
	if (anchor_begin(r, anchor, &slot) == -1 ||
	    (node = config_node_new(r->cfg, &place)) == NULL)
		return NULL;
	if (e->type == YAML_SCALAR_EVENT)
		status = scalar_read(r, node);
	else if (e->type == YAML_SEQUENCE_START_EVENT)
		status = sequence_read(r, node, depth);
	else
		status = mapping_read(r, node, depth);
	if (status == -1)
		return NULL;
	if (slot > 0)
		r->anchor[slot - 1].node = node;
	return node;
}

/* In an option `a: 1` or `- 1` would be a mapping or a list by accident. */
static bool
is_block(const yaml_event_t *e)
{
	return (e->type == YAML_SEQUENCE_START_EVENT &&
		   e->data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE) ||
	    (e->type == YAML_MAPPING_START_EVENT &&
		e->data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE);
}

static struct config_node *
document_read(struct reader *r)
{
	const struct config_place start = { r->option, 1, 1 };
	struct config_node *root;

	/* The start of the stream, then of the document or the stream's end. */
	if (next_event(r) == -1 || next_event(r) == -1)
		return NULL;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return config_node_new(r->cfg, &start);
	if (next_event(r) == -1)
		return NULL;
	if (r->option != NULL && is_block(&r->event)) {
		fail_here(r,
		    "the value must be one value, [...] or {...}; quote it");
		return NULL;
	}
	if ((root = node_read(r, 1)) == NULL)
		return NULL;
	/* The end of the document, then of the stream. */
	if (next_event(r) == -1 || next_event(r) == -1)
		return NULL;
	if (r->event.type != YAML_STREAM_END_EVENT) {
		fail_here(r, "a second document");
		return NULL;
	}
	return root;
}

struct config_node *
config_yaml(struct config *cfg, const char *text, size_t n, const char *option)
{
	struct reader r = { .cfg = cfg, .option = option };
	struct config_node *root;

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		n -= 3;
	}
	r.text = text;
	r.n = n;
	if (!yaml_parser_initialize(&r.parser)) {
		config_fail_memory(cfg);
		return NULL;
	}
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, n);
	root = document_read(&r);
	if (r.have_event)
		yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	free(r.anchor);
	return root;
}
