/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Work for later: an interrupt handler must not sleep, so what may sleep it hands to a kernel
 * thread, the worker "kworker/0".
 *
 * Work functions run one after the other, each may sleep, and none should do so for long, since it
 * holds up all the others. A function starts after the schedule_work() that asked for it: work that
 * is scheduled while it runs is run once more.
 */
#include "lib/list.h"
#include "lib/types.h"

struct work_struct {
	struct list_head entry;		/* in the worker's list; by its lock */
	void (*func)(struct work_struct *work);
	bool pending;			/* in the list: asked for, not started; by the worker's lock */
};
#define WORK_INIT(name, fn) { LIST_HEAD_INIT((name).entry), (fn), false }
#define DECLARE_WORK(name, fn) struct work_struct name = WORK_INIT(name, fn)

static inline void INIT_WORK(struct work_struct *work, void (*func)(struct work_struct *))
{
	INIT_LIST_HEAD(&work->entry);
	work->func = func;
	work->pending = false;
}

/* Have func(work) called by the worker. False if that was pending already. Any context, hard interrupts too. */
bool schedule_work(struct work_struct *work);
/* Returns when the function neither runs nor is pending. Sleeps; not from a work function. */
void flush_work(struct work_struct *work);
/* Takes pending work back and waits for a running function. True if it was pending. Sleeps. */
bool cancel_work_sync(struct work_struct *work);
