#include "insights_state.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/vec.h"
#include "record/cli.h"
#include "record/json.h"
#include "record/output.h"

#define DOCUMENT "aee-insights state"

enum { VERSION = 1 };

static const char *
text_of(struct insights_data *data, const cJSON *at, const char *key,
    const char *path)
{
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(at, key);
	const char *kept;

	if (!cJSON_IsString(node))
		cli_fail(data->cli, "%s: key '%s' is not a text", path, key);
	kept = arena_copy(&data->arena, node->valuestring,
	    strlen(node->valuestring));
	if (kept == NULL)
		cli_no_memory(data->cli);
	return kept;
}

void
insights_state_read(struct insights_state *state, struct insights_data *data,
    const char *path)
{
	cJSON *root;
	const cJSON *list, *node, *version;

	*state = (struct insights_state){ 0 };
	if (access(path, F_OK) == -1)
		return;
	root = insights_json_file(data, path);
	version = cJSON_GetObjectItemCaseSensitive(root, "version");
	list = cJSON_GetObjectItemCaseSensitive(root, "critical");
	if (strcmp(text_of(data, root, "document", path), DOCUMENT) != 0 ||
	    !cJSON_IsNumber(version) || version->valuedouble != VERSION ||
	    !cJSON_IsArray(list))
		cli_fail(data->cli, "%s: is not a state of aee-insights", path);
	cJSON_ArrayForEach(node, list)
	{
		if (vec_grow(&state->told, &state->capacity, state->n + 1,
			sizeof(*state->told)) == -1)
			cli_no_memory(data->cli);
		state->told[state->n++] = (struct insights_told){
			text_of(data, node, "alert", path),
			text_of(data, node, "first_seen", path)
		};
	}
	cJSON_Delete(root);
}

bool
insights_state_has(const struct insights_state *state, const char *id)
{
	for (size_t i = 0; i < state->n; i++)
		if (strcmp(state->told[i].id, id) == 0)
			return true;
	return false;
}

void
insights_state_write(const struct insights_state *state,
    const struct insights_story *story, const struct insights_alerts *alerts,
    const char *path)
{
	struct json j;

	json_init(&j, cli_output(story->data->cli, path), 12);
	json_object(&j);
	json_key(&j, "document");
	json_text(&j, DOCUMENT);
	json_key(&j, "version");
	json_int(&j, VERSION);
	json_key(&j, "critical");
	json_array(&j);
	for (size_t i = 0; i < state->n; i++) {
		json_object(&j);
		json_key(&j, "alert");
		json_text(&j, state->told[i].id);
		json_key(&j, "first_seen");
		json_text(&j, state->told[i].first_seen);
		json_end(&j);
	}
	for (size_t i = 0; i < alerts->n; i++) {
		const struct insights_alert *a = &alerts->alert[i];

		if (!a->new ||
		    story->result->finding[a->finding].severity !=
			INSIGHTS_CRITICAL)
			continue;
		json_object(&j);
		json_key(&j, "alert");
		json_text(&j, a->id);
		json_key(&j, "first_seen");
		json_date(&j, story->result->total.to);
		json_end(&j);
	}
	json_end(&j);
	json_end(&j);
}

void
insights_state_release(struct insights_state *state)
{
	free(state->told);
}
