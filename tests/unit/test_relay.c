#include "base/relay.h"

#include <stdlib.h>

#include "base/pool.h"
#include "unit.h"

enum { BLOCKS = 3000, WORKERS = 8 };

struct job {
	int blocks; /* that there are */
	int stop;   /* at this block; -1: never */
	int taken, given;
	int held[WORKERS], made[WORKERS];
	int out[BLOCKS];
};

static int
take(void *arg, size_t worker)
{
	struct job *job = arg;

	if (job->taken == job->blocks)
		return 0;
	job->held[worker] = job->taken++;
	return 1;
}

static void
make(void *arg, size_t worker)
{
	struct job *job = arg;
	unsigned x = (unsigned)job->held[worker];

	/* Some blocks take longer than others. */
	for (int i = 0; i < (job->held[worker] % 7) * 2000; i++)
		x = x * 1103515245 + 12345;
	job->made[worker] = job->held[worker] + (x == 1);
}

static int
give(void *arg, size_t worker)
{
	struct job *job = arg;

	if (job->made[worker] == job->stop)
		return -1;
	job->out[job->given++] = job->made[worker];
	return 0;
}

static const struct relay relay = { take, make, give };

static void
blocks_come_out_in_the_order_in_which_they_were_taken(void **state)
{
	(void)state;
	for (size_t workers = 0; workers <= WORKERS; workers++) {
		struct pool *pool = workers == 0 ? NULL : pool_new(workers);
		struct job job = { .blocks = BLOCKS, .stop = -1 };

		assert_int_equal(relay_run(&relay, pool, &job), 0);
		assert_int_equal(job.given, BLOCKS);
		for (int i = 0; i < BLOCKS; i++)
			assert_int_equal(job.out[i], i);
		pool_free(pool);
	}
}

static void
there_may_be_no_blocks_or_fewer_than_workers(void **state)
{
	struct pool *pool = pool_new(4);

	(void)state;
	for (int blocks = 0; blocks < 3; blocks++) {
		struct job job = { .blocks = blocks, .stop = -1 };

		assert_int_equal(relay_run(&relay, pool, &job), 0);
		assert_int_equal(job.given, blocks);
	}
	pool_free(pool);
}

static void
what_cannot_be_given_ends_it(void **state)
{
	(void)state;
	for (size_t workers = 0; workers <= WORKERS; workers += 2) {
		struct pool *pool = workers == 0 ? NULL : pool_new(workers);
		struct job job = { .blocks = BLOCKS, .stop = 100 };

		assert_int_equal(relay_run(&relay, pool, &job), -1);
		assert_int_equal(job.given, 100);
		assert_true(job.taken <= 101 + (int)workers);
		pool_free(pool);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    blocks_come_out_in_the_order_in_which_they_were_taken),
		cmocka_unit_test(there_may_be_no_blocks_or_fewer_than_workers),
		cmocka_unit_test(what_cannot_be_given_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
