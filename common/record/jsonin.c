#include "record/jsonin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/vec.h"
#include "record/cli.h"

struct cJSON *
jsonin_read(struct cli *cli, const char *path)
{
	const bool standard = strcmp(path, "-") == 0;
	FILE *in = standard ? stdin : fopen(path, "r");
	char *text = NULL;
	const char *end = NULL;
	size_t n = 0, capacity = 0, got, line = 1;
	struct cJSON *root;
	int failed;

	if (in == NULL)
		cli_fail(cli, "%s: %s", path, strerror(errno));
	do {
		if (vec_grow(&text, &capacity, n + 65536, 1) == -1)
			cli_no_memory(cli);
		n += got = fread(text + n, 1, 65536, in);
	} while (got > 0);
	failed = ferror(in) ? errno : 0;
	if (!standard)
		fclose(in);
	if (failed != 0)
		cli_fail(cli, "%s: %s", path, strerror(failed));
	text[n] = '\0';
	root = cJSON_ParseWithLengthOpts(text, n + 1, &end, true);
	if (root == NULL) {
		for (const char *p = text; p < end; p++)
			line += *p == '\n';
		cli_fail(cli, "%s:%zu: is not JSON", path, line);
	}
	free(text);
	return root;
}
