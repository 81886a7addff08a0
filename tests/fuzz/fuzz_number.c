/* Any bytes as a number and as a decimal: what is read must be written back to
 * the same value. */
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(int ok)
{
	if (!ok)
		abort();
}

/* %.17g gives back every double, and %.12g is that of printf. */
static void
check_format(double v)
{
	char text[NUMBER_TEXT_MAX], want[NUMBER_TEXT_MAX];
	double again;
	size_t n = number_format(text, v, 17);

	check(n == strlen(text));
	check(number_parse(text, n, &again) == 0 && again == v);
	n = number_format(text, v, 12);
	snprintf(want, sizeof(want), "%.12g", v);
	check(n == strlen(text) && strcmp(text, v == 0 ? "0" : want) == 0);
}

static void
check_decimal(const char *p, size_t size, const double *v)
{
	char text[DECIMAL_TEXT_MAX];
	struct decimal_sum sum = { 0 };
	struct decimal d, again;
	const char *why = decimal_parse(p, size, &d);
	size_t n;

	if (why != NULL) {
		/* The same grammar; only the length may be too much. */
		check(v == NULL || strcmp(why, "is not a number") != 0);
		return;
	}
	if (v == NULL || decimal_double(&d) != *v)
		abort();
	check(decimal_sum_add(&sum, &d) == 0);
	n = decimal_sum_format(text, &sum);
	check(n == strlen(text) && n < sizeof(text));
	check(decimal_parse(text, n, &again) == NULL);
	check(again.mantissa == d.mantissa && again.scale == d.scale);

	/* Twice the value less the value is the value, by two ways. */
	check(decimal_sum_merge(&sum, &sum) == 0);
	d.mantissa = -d.mantissa;
	check(decimal_sum_add(&sum, &d) == 0);
	d.mantissa = -d.mantissa;
	check(decimal_sum_format(text, &sum) == n);
	if (decimal_add(&again, &d, &d) == 0) {
		check(decimal_sub(&again, &again, &d) == 0);
		check(again.mantissa == d.mantissa && again.scale == d.scale);
	}
	if (decimal_mul(&again, &d, &d) == 0)
		check(again.mantissa >= 0 && again.scale <= DECIMAL_DIGITS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	int64_t i;
	double v;

	if (number_parse(p, size, &v) == 0) {
		check(isfinite(v));
		check_format(v);
		check_decimal(p, size, &v);
	} else
		check_decimal(p, size, NULL);
	if (number_parse_int(p, size, &i) == 0)
		check(number_parse(p, size, &v) == 0 && v == (double)i);
	if (size >= sizeof(v)) {
		memcpy(&v, data, sizeof(v));
		if (isfinite(v))
			check_format(v);
	}
	return 0;
}
