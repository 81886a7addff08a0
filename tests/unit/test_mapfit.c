#include "model/mapfit.h"

#include <stdlib.h>

#include "model/linalg.h"

#include "unit.h"

struct fixture {
	struct mapfit map;
	double memory[512] __attribute__((aligned(16)));
	size_t active[4];
	bool have[4];
};

static void
place(struct fixture *f, size_t q, size_t s)
{
	assert_true(mapfit_size(q, s) <= 512);
	mapfit_place(&f->map, q, s, f->memory, f->active, f->have);
	f->map.n = 100;
	f->map.tau = 0.5;
	for (size_t i = 0; i < q; i++)
		f->map.prior[i] = 1;
}

/* Columns at right angles: each hinge is its gradient less the price, or 0. */
static void
independent_hinges_are_soft_thresholds(void **state)
{
	const double b[] = { 5, -3, 1.5, -0.5 };
	const double want[] = { 3, -1, 0, 0 };
	struct fixture f;
	struct mapfit *m = &f.map;

	(void)state;
	place(&f, 1, 4);
	m->dd[0] = 9;
	m->gradient[0] = 20;
	for (size_t j = 0; j < 4; j++) {
		m->ss[4 * j + j] = 1;
		m->gradient[4 + j] = b[j];
	}
	m->rr = 1000;
	mapfit_solve(m, 1);                 /* price 1 / 0.5 = 2 */
	assert_near(m->theta[0], 2, 1e-14); /* 20 / (9 + 1) */
	for (size_t j = 0; j < 4; j++)
		assert_near(m->theta[4 + j], want[j], 1e-12);
	assert_int_equal(m->n_active, 2);
	/* 1000 - 2 x 20 x 2 + 9 x 4 - (2 x 5 x 3 - 9) - (2 x 3 - 1) */
	assert_near(m->rss, 1000 - 80 + 36 - 21 - 5, 1e-10);
}

/* y = x 3 anchored at 0 and at 2 is the same problem. */
static void
an_anchor_changes_nothing(void **state)
{
	struct fixture f;
	struct mapfit *m = &f.map;

	(void)state;
	place(&f, 1, 0);
	m->dd[0] = 4;
	m->gradient[0] = 12;
	m->rr = 40;
	mapfit_solve(m, 2);
	assert_near(m->theta[0], 2, 1e-14); /* 12 / (4 + 2) */
	assert_near(m->rss, 40 - 48 + 16, 1e-12);
	place(&f, 1, 0);
	m->dd[0] = 4;
	m->anchor[0] = 1.5;
	m->gradient[0] = 12 - 6;
	m->rr = 40 - 36 + 9;
	mapfit_solve(m, 2);
	assert_near(m->theta[0], 2, 1e-14);
	assert_near(m->rss, 40 - 48 + 16, 1e-12);
}

static void
sigma_solves_its_equation(void **state)
{
	(void)state;
	for (double rss = 1e-6; rss < 1e6; rss *= 10) {
		const double s2 = mapfit_sigma2(50, rss);

		assert_near(50 * s2 + 4 * s2 * s2, rss, 1e-12 * rss);
	}
}

static void
sigma_is_the_fixed_point_of_its_map(void **state)
{
	struct fixture f;
	struct mapfit *m = &f.map;

	(void)state;
	place(&f, 1, 0);
	m->dd[0] = 4;
	m->gradient[0] = 12;
	m->rr = m->yy = 60;
	mapfit_sigma(m, m->yy / m->n, 1e-12);
	assert_near(m->sigma2, mapfit_sigma2(m->n, m->rss), 1e-11);
	assert_near(m->theta[0], 12 / (4 + m->sigma2), 1e-11);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(independent_hinges_are_soft_thresholds),
		cmocka_unit_test(an_anchor_changes_nothing),
		cmocka_unit_test(sigma_solves_its_equation),
		cmocka_unit_test(sigma_is_the_fixed_point_of_its_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
