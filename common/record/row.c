#include "record/row.h"

#include <stdlib.h>

void
row_release(struct row *row)
{
	free(row->field);
	free(row->key);
	free(row->text);
	*row = (struct row){ 0 };
}

void
row_strip(const char **text, size_t *length)
{
	const char *p = *text;
	size_t n = *length;

	if (*p == '"') {
		p++;
		n -= 2;
	} else {
		while (n > 0 && *p == ' ') {
			p++;
			n--;
		}
		while (n > 0 && p[n - 1] == ' ')
			n--;
	}
	*text = p;
	*length = n;
}
