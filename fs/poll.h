/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * How poll and select meet a file: poll(2) calls file_operations.poll, which names its wait queues by poll_wait()
 * and returns what is ready now. Whoever makes it ready later does wake_up_poll(queue, events).
 */
#include "kernel/sched/wait.h"
#include "lib/abi/poll.h"

struct file;
typedef struct poll_table_struct {
	/* NULL: nobody is going to wait; only the present state is wanted */
	void (*_qproc)(struct file *file, wait_queue_head_t *wq, struct poll_table_struct *p);
	u32 _key;		/* the events wanted */
} poll_table;

static inline void poll_wait(struct file *file, wait_queue_head_t *wq, poll_table *p)
{
	if (p && p->_qproc)
		p->_qproc(file, wq, p);
}
#define DEFAULT_POLLMASK (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)
/* What the file is ready for. */
u32 vfs_poll(struct file *file, poll_table *p);
