#include "kpi_products.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "record/cli.h"
#include "record/group.h"

void
products_none(struct products *p, struct cli *cli)
{
	*p = (struct products){ .ngroup = cli->ngroup };
	p->column = calloc(p->ngroup + 1, sizeof(*p->column));
	if (p->column == NULL)
		cli_no_memory(cli);
	for (size_t i = 0; i < p->ngroup; i++)
		p->column[i] = -1;
}

/* A copy of a field that may be read beyond its end. */
static struct span
keep(struct products *p, struct cli *cli, const struct field *f)
{
	char *text = arena_alloc(&p->text, f->n + FIELD_PAD);

	if (text == NULL)
		cli_no_memory(cli);
	if (f->n > 0)
		memcpy(text, f->p, f->n);
	memset(text + f->n, 0, FIELD_PAD);
	return (struct span){ .p = text, .n = (uint32_t)f->n, .kind = f->kind };
}

static void
add_product(struct products *p, struct cli *cli, const struct recin *in,
    size_t product, struct decimal cost)
{
	if (vec_grow(&p->cost, &p->cost_capacity, product + 1,
		sizeof(*p->cost)) == -1 ||
	    vec_grow(&p->field, &p->field_capacity, (product + 1) * p->ngroup,
		sizeof(*p->field)) == -1)
		cli_no_memory(cli);
	p->cost[product] = cost;
	for (size_t i = 0; i < p->ngroup; i++) {
		struct field f = { .p = "" };

		if (p->column[i] != -1)
			f = recin_field(in, p->column[i]);
		p->field[product * p->ngroup + i] = keep(p, cli, &f);
	}
}

void
products_read(struct products *p, struct cli *cli, const char *path, bool costs)
{
	struct recin *in = cli_table(cli, path);
	int id = cli_need(cli, in, "product_id");
	int cost = costs ? cli_need(cli, in, "cost_price") : -1;

	products_none(p, cli);
	for (size_t i = 0; i < p->ngroup; i++)
		p->column[i] = recin_find(in, cli->group[i]);
	if ((p->ids = groups_new(1)) == NULL)
		cli_no_memory(cli);
	while (cli_next(cli, in)) {
		struct field key = recin_field(in, id);
		struct decimal value = { 0 };
		bool fresh;
		size_t n;

		if (cost != -1 &&
		    !cli_ok(cli, in, recin_decimal(in, cost, &value, NULL)))
			continue;
		n = groups_find(p->ids, &key, &fresh);
		if (n == SIZE_MAX)
			cli_no_memory(cli);
		if (fresh)
			add_product(p, cli, in, n, value);
		else
			cli_ok(cli, in, recin_reject(in, id, "stands twice"));
	}
}

void
products_release(struct products *p)
{
	groups_free(p->ids);
	free(p->cost);
	free(p->column);
	free(p->field);
	arena_release(&p->text);
}
