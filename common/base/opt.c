#include "base/opt.h"

#include <err.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

_Noreturn void
opt_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vwarnx(format, args);
	va_end(args);
	exit(2);
}

int64_t
opt_int(const char *option, const char *text, int64_t min, int64_t max)
{
	int64_t v;

	if (number_parse_int(text, strlen(text), &v) == -1 || v < min ||
	    v > max)
		opt_fail("%s: '%s' is not a whole number from %lld to %lld",
		    option, text, (long long)min, (long long)max);
	return v;
}

size_t
opt_size(const char *option, const char *text, size_t min, size_t max)
{
	int64_t most = max > INT64_MAX ? INT64_MAX : (int64_t)max;

	return (size_t)opt_int(option, text, (int64_t)min, most);
}

size_t
opt_bytes(const char *option, const char *text)
{
	static const char units[] = "KMGT";
	const size_t n = strlen(text);
	const char *unit = n > 0 ? strchr(units, text[n - 1]) : NULL;
	const int shift = unit == NULL ? 0 : 10 * (int)(unit - units + 1);
	int64_t v;

	if (number_parse_int(text, n - (unit != NULL), &v) == -1 || v < 1 ||
	    v > INT64_MAX >> shift)
		opt_fail("%s: '%s' is not a number of bytes, as 500M or 1G",
		    option, text);
	return (size_t)v << shift;
}

double
opt_double(const char *option, const char *text, double min, double max)
{
	double v;

	if (number_parse(text, strlen(text), &v) == 0 && v >= min && v <= max)
		return v;
	if (isinf(max))
		opt_fail("%s: '%s' is not a number of at least %g", option,
		    text, min);
	opt_fail("%s: '%s' is not a number from %g to %g", option, text, min,
	    max);
}

size_t
opt_choice(const char *option, const char *text, const char *const *names,
    size_t n)
{
	char known[200] = "";

	for (size_t i = 0; i < n; i++) {
		if (strcmp(text, names[i]) == 0)
			return i;
		strncat(known, i == 0 ? "" : ", ",
		    sizeof(known) - strlen(known) - 1);
		strncat(known, names[i], sizeof(known) - strlen(known) - 1);
	}
	opt_fail("%s: '%s' is not one of %s", option, text, known);
}

char **
opt_list(const char *option, const char *text, char separator, size_t *n)
{
	size_t length = strlen(text), parts = 2;
	char **list, *to;
	int quoted = 0;

	for (const char *p = text; *p != '\0'; p++)
		parts += *p == separator;
	list = malloc(parts * sizeof(*list) + length + 1);
	if (list == NULL)
		err(1, NULL);
	to = (char *)(list + parts);
	*n = 0;
	list[0] = to;
	for (const char *p = text;; p++) {
		if (*p == '"' && (quoted || to == list[*n])) {
			quoted = !quoted;
		} else if (*p == '\0' || (*p == separator && !quoted)) {
			if (to == list[*n] || quoted) {
				free(list);
				opt_fail("%s: '%s' %s", option, text,
				    quoted ? "has an open quote"
					   : "has an empty part");
			}
			*to++ = '\0';
			list[++*n] = to;
			if (*p == '\0')
				break;
		} else {
			*to++ = *p;
		}
	}
	list[*n] = NULL;
	return list;
}
