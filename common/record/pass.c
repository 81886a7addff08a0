#include "record/pass.h"

#include <stdio.h>

#include "record/recin.h"
#include "record/recout.h"
#include "record/utf8.h"

int
pass_columns(struct recout *out, struct recin *in)
{
	recin_want_all(in);
	for (size_t i = 0; i < recin_columns(in); i++)
		if (recout_column(out, recin_name(in, i)) == -1)
			return -1;
	return 0;
}

int
pass_record(struct recout *out, struct recin *in)
{
	struct span text;

	if (recin_raw(in, recout_format(out), &text)) {
		recout_raw(out, text.p, text.n, recin_columns(in));
		return 0;
	}
	for (size_t i = 0; i < recin_columns(in); i++)
		recout_field(out, recin_field(in, (int)i));
	for (size_t i = 0; i < recin_extras(in); i++) {
		struct field key, value = recin_extra(in, i, &key);
		char why[200];

		if (recout_extra(out, key, value) == 0)
			continue;
		snprintf(why, sizeof(why),
		    "key '%.*s' is not in the first record, and only NDJSON "
		    "has a place for it",
		    utf8_shown(key.p, key.n), key.p);
		return recin_fail(in, why);
	}
	return 0;
}
