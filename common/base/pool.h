/*
 * Threads that share out numbered tasks.
 *
 * A task is known by its number alone and writes only what belongs to that
 * number, so that the result is the same for any number of threads and any
 * order.  What must not be shared (scratch memory) goes by the number of the
 * worker.
 */
#ifndef AEE_BASE_POOL_H
#define AEE_BASE_POOL_H

#include <stddef.h>

#define POOL_MAX 1024 /* workers */

struct pool;

/* A pool of 1 to POOL_MAX workers, the caller of pool_run() being one of them;
 * with fewer if the system gives no more threads.  Returns NULL if out of
 * memory; free with pool_free(). */
struct pool *pool_new(size_t workers);

/* How many workers; 1 for NULL. */
size_t pool_workers(const struct pool *pool);

/*
 * Call run(arg, task, worker) once for each task of 0 .. tasks - 1, worker being
 * below pool_workers(), and return when all are done.  Without a pool (NULL),
 * here and in order.  Not to be called from two threads at once, nor from a
 * task.
 */
void pool_run(struct pool *pool, size_t tasks,
    void (*run)(void *arg, size_t task, size_t worker), void *arg);

void pool_free(struct pool *pool); /* NULL is allowed */

#endif
