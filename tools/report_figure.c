#include "report_figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"

enum { PLAIN_DIGITS = 15 }; /* more are written with an exponent */

/* Write |v| with its thousands apart. */
static struct figure
grouped(const char *sign, double v, int decimals, const char *unit)
{
	char digits[40];
	struct figure f = { "" };
	size_t n, whole, at = strlen(sign);

	if (!(fabs(v) < pow(10, PLAIN_DIGITS))) {
		snprintf(f.text, sizeof(f.text), "%s%.6g%s", sign, fabs(v),
		    unit);
		return f;
	}
	n = (size_t)snprintf(digits, sizeof(digits), "%.*f", decimals, fabs(v));
	whole = strcspn(digits, ".");
	memcpy(f.text, sign, at);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0)
			f.text[at++] = ',';
		f.text[at++] = digits[i];
	}
	memcpy(f.text + at, unit, strlen(unit) + 1);
	return f;
}

/* Whether nothing is left of v with so many decimals. */
static int
is_nothing(double v, int decimals)
{
	return fabs(v) * pow(10, decimals) < 0.5;
}

static const char *
sign_of(double v, int decimals, const char *plus)
{
	if (is_nothing(v, decimals))
		return "";
	return v < 0 ? "-" : plus;
}

static struct figure
missing(void)
{
	return (struct figure){ FIGURE_MISSING };
}

struct figure
figure_number(double v, int decimals)
{
	return isnan(v) ? missing()
			: grouped(sign_of(v, decimals, ""), v, decimals, "");
}

struct figure
figure_signed(double v, int decimals)
{
	return isnan(v) ? missing()
			: grouped(sign_of(v, decimals, "+"), v, decimals, "");
}

struct figure
figure_percent(double v, int decimals)
{
	return isnan(v)
	    ? missing()
	    : grouped(sign_of(100 * v, decimals, ""), 100 * v, decimals, " %");
}

struct figure
figure_change(double v)
{
	return isnan(v) ? missing()
			: grouped(sign_of(100 * v, 1, "+"), 100 * v, 1, " %");
}

struct figure
figure_short(double v)
{
	static const struct {
		double size;
		const char *name;
	} units[] = { { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } };
	struct figure f = { "" };

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (fabs(v) >= units[i].size) {
			snprintf(f.text, sizeof(f.text), "%.4g%s",
			    v / units[i].size, units[i].name);
			return f;
		}
	snprintf(f.text, sizeof(f.text), "%.4g", v == 0 ? 0 : v);
	return f;
}

struct figure
figure_p(double v)
{
	struct figure f = { "" };

	if (isnan(v))
		return missing();
	if (v < 0.001)
		snprintf(f.text, sizeof(f.text), "<0.001");
	else
		snprintf(f.text, sizeof(f.text), "%.3f", v);
	return f;
}

struct figure
figure_date(int32_t day)
{
	struct figure f = { "" };

	if (day == DATE_NONE)
		return missing();
	date_format(day, f.text);
	return f;
}

struct figure
figure_days(int32_t from, int32_t to)
{
	char first[DATE_TEXT_MAX], last[DATE_TEXT_MAX];
	struct figure f = { "" };

	if (from == to)
		return figure_date(from);
	date_format(from, first);
	date_format(to, last);
	snprintf(f.text, sizeof(f.text), "%s to %s", first, last);
	return f;
}
