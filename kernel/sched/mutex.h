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
#if DEBUG
	struct lockdep_map dep;
#endif
};
#define MUTEX_INIT(name) {							\
	.owner = NULL,								\
	.wait = { { .locked = 0 LOCKDEP_INIT("mutex.wait", &mutex_wait_key) }, LIST_HEAD_INIT((name).wait.head) } \
	LOCKDEP_INIT(#name, NULL) }
#define DEFINE_MUTEX(name) struct mutex name = MUTEX_INIT(name)

void __mutex_init(struct mutex *m);
#define mutex_init(m) do { __mutex_init(m); LOCKDEP_SITE(&(m)->dep, #m); } while (0)
void mutex_lock(struct mutex *m);
int mutex_lock_interruptible(struct mutex *m);	/* 0 or -EINTR */
bool mutex_trylock(struct mutex *m);
void mutex_unlock(struct mutex *m);
bool mutex_is_locked(const struct mutex *m);
#if DEBUG
void mutex_lock_nested(struct mutex *m, unsigned subclass);	/* while another of its class is held: see lockdep.h */
extern struct lock_class_key mutex_wait_key, rwsem_lock_key;	/* of the locks inside all mutexes and semaphores */
#else
static inline void mutex_lock_nested(struct mutex *m, unsigned subclass) { (void)subclass; mutex_lock(m); }
#endif

struct rw_semaphore {
	spinlock_t lock;		/* guards count and waiters */
	int count;			/* readers inside; -1: a writer */
	struct list_head waiters;	/* first come, first served */
#if DEBUG
	struct lockdep_map dep;
#endif
};
#define RWSEM_INIT(name) {							\
	.lock = { .locked = 0 LOCKDEP_INIT("rw_semaphore.lock", &rwsem_lock_key) }, \
	.waiters = LIST_HEAD_INIT((name).waiters) LOCKDEP_INIT(#name, NULL) }
#define DECLARE_RWSEM(name) struct rw_semaphore name = RWSEM_INIT(name)

void __init_rwsem(struct rw_semaphore *sem);
#define init_rwsem(sem) do { __init_rwsem(sem); LOCKDEP_SITE(&(sem)->dep, #sem); } while (0)
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
#define init_completion(c) do { (c)->done = 0; init_waitqueue_head(&(c)->wait); } while (0)
void complete(struct completion *c);
void wait_for_completion(struct completion *c);
