#include "model/scale.h"

#include "unit.h"

static void
scales_are_those_of_their_names(void **state)
{
	(void)state;
	assert_near(scale_apply(SCALE_RAW, -3.5), -3.5, 0);
	assert_near(scale_apply(SCALE_LOG, exp(2) - 1), 2, 1e-15);
	assert_near(scale_apply(SCALE_SQRT, 9), 3, 0);
	assert_near(scale_apply(SCALE_LOG, 0), 0, 0);
}

static void
values_below_zero_are_mirrored(void **state)
{
	(void)state;
	assert_near(scale_apply(SCALE_LOG, 1 - exp(2)), -2, 1e-15);
	assert_near(scale_apply(SCALE_SQRT, -9), -3, 0);
}

static void
reverting_gives_the_value(void **state)
{
	static const double x[] = { -1e9, -1.5, 0, 1e-12, 0.02, 7, 1e300 };

	(void)state;
	for (int scale = SCALE_RAW; scale <= SCALE_SQRT; scale++) {
		const enum scale s = (enum scale)scale;

		for (size_t i = 0; i < sizeof(x) / sizeof(*x); i++)
			assert_near(scale_revert(s, scale_apply(s, x[i])), x[i],
			    1e-12 * fabs(x[i]));
		assert_true(isnan(scale_revert(s, scale_apply(s, NAN))));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scales_are_those_of_their_names),
		cmocka_unit_test(values_below_zero_are_mirrored),
		cmocka_unit_test(reverting_gives_the_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
