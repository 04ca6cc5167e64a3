/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Kernel threads: tasks without an address space of their own that run a function of the kernel.
 *
 * A thread ends by returning from its function. Who wants to stop it calls kthread_stop(), which asks, wakes the thread and waits
 * until it has returned; the thread looks at kthread_should_stop() whenever it wakes up, after it has set its state, as
 * with any other condition. A thread that may return by itself must not be stopped, unless the caller holds a reference
 * (get_task_struct) from before it was woken first.
 */
#include "kernel/sched/sched.h"
#include "lib/err.h"

/* A thread that runs fn(arg) once wake_up_process() is called for it; ERR_PTR. Sleeps. Scheduled as an ordinary task, on any CPU. */
struct task_struct *kthread_create(int (*fn)(void *), void *arg, const char *namefmt, ...) __printf(3, 4);
/* The same, and it runs. */
#define kthread_run(fn, arg, ...) ({ struct task_struct *t_ = kthread_create(fn, arg, __VA_ARGS__); \
	if (!IS_ERR(t_)) wake_up_process(t_); \
	t_; })
/* It runs on this CPU alone, for ever: nobody can move it by sched_setaffinity(2). Before it is woken first. */
void kthread_bind(struct task_struct *t, u32 cpu);
/* Asks, waits, and returns what fn returned; -EINTR if it had not been called yet, and will not be. Sleeps. Once for a thread. */
int kthread_stop(struct task_struct *t);
bool kthread_should_stop(void);		/* has the current kernel thread been asked to end? */
