/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Sleeping locks. A mutex has one owner, who alone may unlock it; a read-write semaphore admits
 * many readers or one writer, and waiting writers hold back new readers. Both serve sleepers in
 * the order in which they came, and may only be used where sleeping is allowed.
 */
#include "kernel/sched/wait.h"

struct mutex {
	struct task_struct *owner;	/* NULL: free. Taken from NULL by compare-and-exchange */
	wait_queue_head_t wait;		/* exclusive sleepers */
};
#define MUTEX_INIT(name) { NULL, WAIT_QUEUE_HEAD_INIT((name).wait) }
#define DEFINE_MUTEX(name) struct mutex name = MUTEX_INIT(name)

void mutex_init(struct mutex *m);
void mutex_lock(struct mutex *m);
int mutex_lock_interruptible(struct mutex *m);	/* 0 or -EINTR */
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
bool mutex_is_locked(const struct mutex *m);

struct rw_semaphore {
	spinlock_t lock;		/* guards count and waiters */
	int count;			/* readers inside; -1: a writer */
	struct list_head waiters;	/* first come, first served */
};
#define RWSEM_INIT(name) { SPINLOCK_INIT, 0, LIST_HEAD_INIT((name).waiters) }
#define DECLARE_RWSEM(name) struct rw_semaphore name = RWSEM_INIT(name)

void init_rwsem(struct rw_semaphore *sem);
void down_read(struct rw_semaphore *sem);
bool down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);	/* from writer to reader, letting other readers in */

struct completion {
	u32 done;
	wait_queue_head_t wait;
};
static inline void init_completion(struct completion *c) { c->done = 0; init_waitqueue_head(&c->wait); }
void complete(struct completion *c);
void wait_for_completion(struct completion *c);
