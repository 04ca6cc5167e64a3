/* SPDX-License-Identifier: MIT */
/*
 * Kernel threads. kernel_thread() (kernel/task/fork.c) makes the task, which begins in kthread_main() when it is woken first;
 * struct kthread is what the two sides know of each other. It belongs to the task and goes with it (__put_task_struct), so
 * whoever stops a thread may look at it as long as he has a reference. should_stop is a word of its own, written before
 * the wake-up that makes the thread look; the completion orders the result. No locks.
 */
#include "kernel/panic.h"
#include "kernel/sched/kthread.h"
#include "kernel/task/task.h"
#include "lib/abi/sched.h"
#include "lib/printf.h"
#include "mm/slab.h"

struct kthread {
	int (*fn)(void *);
	void *arg;
	bool should_stop;
	int result;			/* once exited */
	struct completion exited;
};

static int kthread_main(void *arg)
{
	struct kthread *k = arg;

	k->result = READ_ONCE(k->should_stop) ? -EINTR : k->fn(k->arg);
	complete(&k->exited);
	return k->result;
}

struct task_struct *kthread_create(int (*fn)(void *), void *arg, const char *namefmt, ...)
{
	struct kthread *k = kmalloc(sizeof(*k), GFP_KERNEL);
	struct task_struct *t;
	va_list args;

	if (!k)
		return ERR_PTR(-ENOMEM);
	*k = (struct kthread){ .fn = fn, .arg = arg };
	init_completion(&k->exited);
	t = kernel_thread(kthread_main, k);
	if (IS_ERR(t)) {
		kfree(k);
		return t;
	}
	t->kthread = k;
	va_start(args, namefmt);
	vsnprintf(t->comm, TASK_COMM_LEN, namefmt, args);
	va_end(args);
	/* Whoever makes a thread may be an urgent task, or bound to a CPU; the thread is neither. */
	set_scheduler(t, &(struct sched_choice){ .policy = SCHED_NORMAL });
	set_cpus_allowed(t, ~0u);
	return t;
}

void kthread_bind(struct task_struct *t, u32 cpu)
{
	t->flags |= PF_NO_SETAFFINITY;
	set_cpus_allowed(t, BIT(cpu));
}

int kthread_stop(struct task_struct *t)
{
	struct kthread *k = t->kthread;
	int result;

	get_task_struct(t);
	WRITE_ONCE(k->should_stop, true);
	wake_up_process(t);
	wait_for_completion(&k->exited);
	result = k->result;
	put_task_struct(t);
	return result;
}

bool kthread_should_stop(void) { return READ_ONCE(current->kthread->should_stop); }
