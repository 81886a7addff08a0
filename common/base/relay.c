#include "base/relay.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"

struct run {
	const struct relay *relay;
	void *arg;
	atomic_bool stop; /* because of give() */

	pthread_mutex_t taking;
	uint64_t taken;
	bool ended;

	pthread_mutex_t giving;
	pthread_cond_t turn;
	uint64_t given;
};

/* The number of the block, or -1 if there is none. */
static int64_t
take(struct run *run, size_t worker)
{
	int64_t number = -1;

	pthread_mutex_lock(&run->taking);
	if (!run->ended && !atomic_load(&run->stop) &&
	    run->relay->take(run->arg, worker))
		number = (int64_t)run->taken++;
	else
		run->ended = true;
	pthread_mutex_unlock(&run->taking);
	return number;
}

static void
give(struct run *run, size_t worker, int64_t number)
{
	pthread_mutex_lock(&run->giving);
	while (run->given != (uint64_t)number)
		pthread_cond_wait(&run->turn, &run->giving);
	pthread_mutex_unlock(&run->giving);

	if (!atomic_load(&run->stop) &&
	    run->relay->give(run->arg, worker) == -1)
		atomic_store(&run->stop, true);

	pthread_mutex_lock(&run->giving);
	run->given++;
	pthread_cond_broadcast(&run->turn);
	pthread_mutex_unlock(&run->giving);
}

static void
work(void *arg, size_t task, size_t worker)
{
	struct run *run = arg;
	int64_t number;

	(void)task;
	while ((number = take(run, worker)) != -1) {
		run->relay->work(run->arg, worker);
		give(run, worker, number);
	}
}

int
relay_run(const struct relay *relay, struct pool *pool, void *arg)
{
	struct run run = { .relay = relay, .arg = arg };

	pthread_mutex_init(&run.taking, NULL);
	pthread_mutex_init(&run.giving, NULL);
	pthread_cond_init(&run.turn, NULL);
	pool_run(pool, pool_workers(pool), work, &run);
	pthread_cond_destroy(&run.turn);
	pthread_mutex_destroy(&run.giving);
	pthread_mutex_destroy(&run.taking);
	return atomic_load(&run.stop) ? -1 : 0;
}
