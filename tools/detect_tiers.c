#include "detect_tiers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/vec.h"
#include "record/cli.h"
#include "record/group.h"

/* The tier that a field names; -1 if it is none. */
static int
tier_of(struct field f)
{
	if (field_missing(f))
		return TIER_NONE;
	for (int tier = TIER_NOTICE; tier <= TIER_CRITICAL; tier++) {
		const char *name = consensus_tier_name((enum consensus_tier)
			tier);

		if (strlen(name) == f.n && memcmp(name, f.p, f.n) == 0)
			return tier;
	}
	return -1;
}

static struct field
date_field(int32_t day, char text[DATE_TEXT_MAX])
{
	return (struct field){
		.p = text, .n = date_format(day, text), .kind = FIELD_TEXT
	};
}

/* Keep the tier of a day, whose group is in the key. */
static bool
keep_tier(struct tiers *t, struct cli *cli, int32_t day, int tier)
{
	char text[DATE_TEXT_MAX];
	bool fresh;
	size_t i;

	t->key[t->ngroup] = date_field(day, text);
	if ((i = groups_find(t->days, t->key, &fresh)) == SIZE_MAX)
		cli_no_memory(cli);
	if (!fresh)
		return false;
	if (vec_grow(&t->tier, &t->capacity, i + 1, sizeof(*t->tier)) == -1)
		cli_no_memory(cli);
	t->tier[i] = (int8_t)tier;
	return true;
}

void
tiers_read(struct tiers *t, struct cli *cli, const char *path)
{
	struct recin *in = cli_table(cli, path);
	const int date = cli_need(cli, in, "date"),
		  column = cli_need(cli, in, "tier");
	int *group = cli_group_columns(cli, in);

	t->ngroup = cli->ngroup;
	t->days = groups_new(t->ngroup + 1);
	t->key = calloc(t->ngroup + 1, sizeof(*t->key));
	if (t->days == NULL || t->key == NULL)
		cli_no_memory(cli);
	while (cli_next(cli, in)) {
		const int tier = tier_of(recin_field(in, column));
		int32_t day;

		if (tier == -1) {
			cli_ok(cli, in,
			    recin_reject(in, column,
				"is not critical, high or notice"));
			continue;
		}
		if (!cli_ok(cli, in, recin_date(in, date, &day)))
			continue;
		for (size_t i = 0; i < t->ngroup; i++)
			t->key[i] = recin_field(in, group[i]);
		if (!keep_tier(t, cli, day, tier))
			cli_ok(cli, in, recin_reject(in, date, "stands twice"));
	}
	free(group);
}

enum consensus_tier
tiers_best(const struct tiers *t, const struct field *group, int32_t from,
    int32_t to)
{
	enum consensus_tier best = TIER_NONE;

	if (t->days == NULL)
		return best;
	for (size_t i = 0; i < t->ngroup; i++)
		t->key[i] = group[i];
	for (int32_t day = from; day <= to; day++) {
		char text[DATE_TEXT_MAX];
		size_t i;

		t->key[t->ngroup] = date_field(day, text);
		i = groups_look(t->days, t->key);
		if (i != SIZE_MAX && t->tier[i] > (int8_t)best)
			best = (enum consensus_tier)t->tier[i];
	}
	return best;
}

void
tiers_release(struct tiers *t)
{
	groups_free(t->days);
	free(t->key);
	free(t->tier);
	memset(t, 0, sizeof(*t));
}
