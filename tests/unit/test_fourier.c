#include "model/fourier.h"

#include "unit.h"

/* As far as the angle of up to 34 turns can be told in doubles. */
static void
phases_are_sines_and_cosines(void **state)
{
	(void)state;
	for (int i = -1000; i < 1000; i++) {
		const double t = 0.37 * i, angle = 2 * M_PI * (t / 11);
		double c, s;

		fourier_phase(&t, 1, 11, &c, &s);
		assert_near(c, cos(angle), 5e-14);
		assert_near(s, sin(angle), 5e-14);
	}
}

/* To the last digits where the phase itself is exact. */
static void
quarters_and_eighths_of_a_period_are_exact(void **state)
{
	const double t[] = { 0, 91.3125, 182.625, 273.9375, 365.25, 45.65625,
		365.25e6, -91.3125 };
	const double h = sqrt(0.5);
	const double want_c[] = { 1, 0, -1, 0, 1, h, 1, 0 };
	const double want_s[] = { 0, 1, 0, -1, 0, h, 0, -1 };
	double c[8], s[8];

	(void)state;
	fourier_phase(t, 8, 365.25, c, s);
	for (size_t i = 0; i < 8; i++) {
		assert_near(c[i], want_c[i], 2e-16);
		assert_near(s[i], want_s[i], 2e-16);
	}
}

static void
a_sum_is_that_of_its_harmonics(void **state)
{
	const double coef[] = { 0.5, -1, 2, 0.25, -3, 1.5 };
	double t[7], c[7], s[7], sum[7];

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		t[i] = 19000 + 1.7 * (double)i;
		sum[i] = (double)i;
	}
	fourier_phase(t, 7, 30.5, c, s);
	fourier_sum(c, s, 7, coef, 3, sum);
	for (size_t i = 0; i < 7; i++) {
		double want = (double)i;

		for (size_t k = 1; k <= 3; k++) {
			const double x = 2 * M_PI * (double)k * t[i] / 30.5;

			want += coef[2 * k - 2] * sin(x);
			want += coef[2 * k - 1] * cos(x);
		}
		assert_near(sum[i], want, 1e-10);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_are_sines_and_cosines),
		cmocka_unit_test(quarters_and_eighths_of_a_period_are_exact),
		cmocka_unit_test(a_sum_is_that_of_its_harmonics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
