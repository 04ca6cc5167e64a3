/* SPDX-License-Identifier: MIT */
/*
 * Mutexes and read-write semaphores.
 *
 * A free mutex is taken and given back with one compare-and-exchange each. The releaser clears the
 * owner first and looks for sleepers afterwards; a sleeper queues itself first and tries afterwards:
 * one of them sees the other. Sleepers are exclusive and in order; a newcomer may still overtake.
 *
 * A read-write semaphore hands itself over: the releaser grants it to the sleeper at the head (or to
 * the readers there) before waking, so that writers cannot starve behind a stream of readers.
 */
#include "kernel/panic.h"
#include "kernel/sched/mutex.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"

/* What the lock checker is told; empty in other builds. */
#if DEBUG
struct lock_class_key mutex_wait_key, rwsem_lock_key;
static void set_inner_class(spinlock_t *lock, const char *name, struct lock_class_key *key) { lockdep_init(&lock->dep, name, key); }
#define INNER_CLASS(lock, name, key) set_inner_class(lock, name, key)
#define WANTED(l, subclass) lockdep_order(&(l)->dep, subclass, __builtin_return_address(0))
#define TAKEN(l, subclass) lockdep_acquired(&(l)->dep, subclass, LOCK_SLEEPS, __builtin_return_address(0))
#define RELEASED(l) lockdep_release(&(l)->dep)
#else
#define INNER_CLASS(lock, name, key) do { } while (0)
#define WANTED(l, subclass) do { } while (0)
#define TAKEN(l, subclass) do { } while (0)
#define RELEASED(l) do { } while (0)
#endif

void __mutex_init(struct mutex *m)
{
	m->owner = NULL;
	init_waitqueue_head(&m->wait);
	INNER_CLASS(&m->wait.lock, "mutex.wait", &mutex_wait_key);
}

static inline bool take(struct mutex *m)
{
	struct task_struct *nobody = NULL;

	return __atomic_compare_exchange_n(&m->owner, &nobody, current, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

bool mutex_trylock(struct mutex *m)
{
	if (!take(m))
		return false;
	TAKEN(m, 0);
	return true;
}

bool mutex_is_locked(const struct mutex *m) { return READ_ONCE(m->owner) != NULL; }

static int lock_slow(struct mutex *m, unsigned int state)
{
	int err = 0;
	DEFINE_WAIT(wait);

	if (DEBUG && m->owner == current)
		panic("mutex %p taken twice by its owner", (void *)m);
	for (;;) {
		prepare_to_wait_exclusive(&m->wait, &wait, state);
		if (take(m))
			break;
		if (signal_pending_state(state)) {
			err = -EINTR;
			break;
		}
		schedule();
	}
	finish_wait(&m->wait, &wait);
	/* A wake-up that was meant for us, but came as we gave up, must reach the next sleeper. */
	if (err && !mutex_is_locked(m))
		__wake_up(&m->wait, TASK_NORMAL, 1, NULL);
	return err;
}

void mutex_lock(struct mutex *m)
{
	might_sleep();
	WANTED(m, 0);
	if (!take(m))
		lock_slow(m, TASK_UNINTERRUPTIBLE);
	TAKEN(m, 0);
}

#if DEBUG
void mutex_lock_nested(struct mutex *m, unsigned subclass)
{
	might_sleep();
	WANTED(m, subclass);
	if (!take(m))
		lock_slow(m, TASK_UNINTERRUPTIBLE);
	TAKEN(m, subclass);
}
#endif

int mutex_lock_interruptible(struct mutex *m)
{
	int err;

	might_sleep();
	WANTED(m, 0);
	err = take(m) ? 0 : lock_slow(m, TASK_INTERRUPTIBLE);
	if (!err)
		TAKEN(m, 0);
	return err;
}

void mutex_unlock(struct mutex *m)
{
	if (DEBUG && m->owner != current)
		panic("mutex %p released by a stranger", (void *)m);
	RELEASED(m);
	__atomic_store_n(&m->owner, NULL, __ATOMIC_SEQ_CST);
	if (waitqueue_active(&m->wait))
		__wake_up(&m->wait, TASK_NORMAL, 1, NULL);
}

struct rwsem_waiter {
	struct list_head list;
	struct task_struct *task;	/* NULL once the semaphore has been granted */
	bool writer;
};

void __init_rwsem(struct rw_semaphore *sem)
{
	spin_lock_init(&sem->lock);
	INNER_CLASS(&sem->lock, "rw_semaphore.lock", &rwsem_lock_key);
	sem->count = 0;
	INIT_LIST_HEAD(&sem->waiters);
}

static void wait_for_grant(struct rw_semaphore *sem, bool writer)
{
	struct rwsem_waiter w = { .task = current, .writer = writer };

	list_add_tail(&w.list, &sem->waiters);
	spin_unlock(&sem->lock);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (!__atomic_load_n(&w.task, __ATOMIC_ACQUIRE))
			break;
		schedule();
	}
	current->state = TASK_RUNNING;
}

/* The semaphore has changed: let in who may come in now. Lock held. */
static void grant(struct rw_semaphore *sem)
{
	while (!list_empty(&sem->waiters)) {
		struct rwsem_waiter *w = list_first_entry(&sem->waiters, struct rwsem_waiter, list);
		struct task_struct *t = w->task;

		if (w->writer ? sem->count != 0 : sem->count < 0)
			return;
		sem->count = w->writer ? -1 : sem->count + 1;
		list_del(&w->list);
		get_task_struct(t);
		__atomic_store_n(&w->task, NULL, __ATOMIC_RELEASE);	/* from here on w may be gone */
		wake_up_process(t);
		put_task_struct(t);
	}
}

void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	WANTED(sem, 0);
	spin_lock(&sem->lock);
	if (sem->count >= 0 && list_empty(&sem->waiters)) {
		sem->count++;
		spin_unlock(&sem->lock);
	} else {
		wait_for_grant(sem, false);
	}
	TAKEN(sem, 0);
}

bool down_read_trylock(struct rw_semaphore *sem)
{
	bool ok;

	spin_lock(&sem->lock);
	ok = sem->count >= 0 && list_empty(&sem->waiters);
	if (ok)
		sem->count++;
	spin_unlock(&sem->lock);
	if (ok)
		TAKEN(sem, 0);
	return ok;
}

void down_write(struct rw_semaphore *sem)
{
	might_sleep();
	WANTED(sem, 0);
	spin_lock(&sem->lock);
	if (sem->count == 0) {
		sem->count = -1;
		spin_unlock(&sem->lock);
	} else {
		wait_for_grant(sem, true);
	}
	TAKEN(sem, 0);
}

void up_read(struct rw_semaphore *sem)
{
	RELEASED(sem);
	spin_lock(&sem->lock);
	ASSERT(sem->count > 0);
	if (--sem->count == 0 && !list_empty(&sem->waiters))
		grant(sem);
	spin_unlock(&sem->lock);
}

void up_write(struct rw_semaphore *sem)
{
	RELEASED(sem);
	spin_lock(&sem->lock);
	ASSERT(sem->count == -1);
	sem->count = 0;
	if (!list_empty(&sem->waiters))
		grant(sem);
	spin_unlock(&sem->lock);
}

void downgrade_write(struct rw_semaphore *sem)
{
	spin_lock(&sem->lock);
	ASSERT(sem->count == -1);
	sem->count = 1;
	grant(sem);
	spin_unlock(&sem->lock);
}
