#include "kpi_dates.h"

#include "base/date.h"
#include "record/cli.h"

size_t
kpi_days_near(const struct kpi *kpi, const int32_t *day, size_t n)
{
	int32_t first, last;

	if (n == 0)
		return 0;
	first = last = day[0];
	if (kpi_periods(kpi) > 0) {
		first = kpi_first_day(kpi);
		last = kpi_last_day(kpi);
	}
	for (size_t i = 0; i < n; i++) {
		if (day[i] < first) {
			if (first - day[i] > KPI_FAR)
				return i;
			first = day[i];
		} else if (day[i] > last) {
			if (day[i] - last > KPI_FAR)
				return i;
			last = day[i];
		}
	}
	return n;
}

void
kpi_warn_far(const struct cli *cli, const struct recin *in,
    const struct kpi *kpi, int32_t day)
{
	char text[DATE_TEXT_MAX];
	int32_t first;

	if (kpi_days_near(kpi, &day, 1) == 1)
		return;
	first = kpi_first_day(kpi);
	date_format(day, text);
	cli_warn(cli, "%s:%llu: %s is %d years away from all dates before it",
	    recin_file(in), (unsigned long long)recin_line(in), text,
	    (int)((day < first ? first - day : day - kpi_last_day(kpi)) /
		365.2425));
}
