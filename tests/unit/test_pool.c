#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

enum { TASKS = 5000 };

struct job {
	unsigned char runs[TASKS];
	size_t highest[8]; /* task + 1, by worker */
	int ordered;
};

static void
count(void *arg, size_t task, size_t worker)
{
	struct job *job = arg;

	job->runs[task]++;
	if (job->highest[worker] > task)
		job->ordered = 0;
	job->highest[worker] = task + 1;
}

static void
assert_each_ran_once(struct pool *pool, size_t tasks)
{
	struct job job = { .ordered = 1 };
	size_t last = 0;

	pool_run(pool, tasks, count, &job);
	for (size_t i = 0; i < TASKS; i++)
		assert_int_equal(job.runs[i], i < tasks);
	for (size_t i = 0; i < 8; i++)
		last = job.highest[i] > last ? job.highest[i] : last;
	assert_int_equal(last, tasks);
	assert_true(job.ordered);
}

static void
every_task_runs_once_with_any_number_of_workers(void **state)
{
	(void)state;
	for (size_t workers = 0; workers <= 8; workers++) {
		struct pool *pool = pool_new(workers);

		assert_non_null(pool);
		assert_true(pool_workers(pool) >= 1);
		assert_true(pool_workers(pool) <= (workers ? workers : 1));
		assert_each_ran_once(pool, TASKS);
		assert_each_ran_once(pool, 0);
		assert_each_ran_once(pool, 1);
		assert_each_ran_once(pool, 2);
		pool_free(pool);
	}
}

static void
a_pool_runs_again_and_again(void **state)
{
	struct pool *pool = pool_new(3);

	(void)state;
	assert_non_null(pool);
	for (size_t i = 0; i < 2000; i++)
		assert_each_ran_once(pool, i % 5);
	pool_free(pool);
}

static void
without_a_pool_tasks_run_here(void **state)
{
	(void)state;
	assert_int_equal(pool_workers(NULL), 1);
	assert_each_ran_once(NULL, TASKS);
	pool_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_task_runs_once_with_any_number_of_workers),
		cmocka_unit_test(a_pool_runs_again_and_again),
		cmocka_unit_test(without_a_pool_tasks_run_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
