#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct worker {
	struct pool *pool;
	size_t number;
	pthread_t thread;
};

struct pool {
	pthread_mutex_t lock; /* for all below but next */
	pthread_cond_t begin, end;
	unsigned long round; /* of tasks, counted up by pool_run() */
	size_t busy;         /* threads not done with this round */
	bool stop;
	void (*run)(void *arg, size_t task, size_t worker);
	void *arg;
	size_t tasks;
	atomic_size_t next; /* task to be taken */
	size_t threads;     /* workers but the caller, whose number is 0 */
	struct worker worker[];
};

static void
take_tasks(struct pool *pool, size_t worker)
{
	size_t task;

	while ((task = atomic_fetch_add(&pool->next, 1)) < pool->tasks)
		pool->run(pool->arg, task, worker);
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct pool *pool = w->pool;
	unsigned long done = 0;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		while (pool->round == done && !pool->stop)
			pthread_cond_wait(&pool->begin, &pool->lock);
		if (pool->stop)
			break;
		done = pool->round;
		pthread_mutex_unlock(&pool->lock);
		take_tasks(pool, w->number);
		pthread_mutex_lock(&pool->lock);
		if (--pool->busy == 0)
			pthread_cond_signal(&pool->end);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

struct pool *
pool_new(size_t workers)
{
	struct pool *pool;

	if (workers < 1)
		workers = 1;
	if (workers > POOL_MAX)
		workers = POOL_MAX;
	pool = calloc(1, sizeof(*pool) + (workers - 1) * sizeof(struct worker));
	if (pool == NULL)
		return NULL;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->begin, NULL);
	pthread_cond_init(&pool->end, NULL);
	for (size_t i = 0; i < workers - 1; i++) {
		struct worker *w = &pool->worker[i];

		*w = (struct worker){ .pool = pool, .number = i + 1 };
		if (pthread_create(&w->thread, NULL, work, w) != 0)
			break;
		pool->threads++;
	}
	return pool;
}

size_t
pool_workers(const struct pool *pool)
{
	return pool == NULL ? 1 : pool->threads + 1;
}

void
pool_run(struct pool *pool, size_t tasks,
    void (*run)(void *arg, size_t task, size_t worker), void *arg)
{
	if (pool == NULL || pool->threads == 0 || tasks < 2) {
		for (size_t task = 0; task < tasks; task++)
			run(arg, task, 0);
		return;
	}
	pthread_mutex_lock(&pool->lock);
	pool->run = run;
	pool->arg = arg;
	pool->tasks = tasks;
	atomic_store(&pool->next, 0);
	pool->busy = pool->threads;
	pool->round++;
	pthread_cond_broadcast(&pool->begin);
	pthread_mutex_unlock(&pool->lock);
	take_tasks(pool, 0);
	pthread_mutex_lock(&pool->lock);
	while (pool->busy > 0)
		pthread_cond_wait(&pool->end, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

void
pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stop = true;
	pthread_cond_broadcast(&pool->begin);
	pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->threads; i++)
		pthread_join(pool->worker[i].thread, NULL);
	pthread_cond_destroy(&pool->end);
	pthread_cond_destroy(&pool->begin);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}
