/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Softirqs: what an interrupt handler leaves to be done at once, but with interrupts on.
 *
 * A handler raises a vector; when the interrupt is over (the outermost, if they nest), the CPU that was interrupted runs
 * the vector's action on the same stack before it goes on. An action must not sleep and must not touch user memory.
 * It runs on the CPU that raised it, on several at once if several did, and never on top of another action or of code
 * between local_bh_disable() and local_bh_enable() (preempt.h) of the same CPU.
 */
#include "kernel/sched/sched.h"

/* Linux's vectors, in the order in which they are served; /proc/stat and /proc/softirqs show all of them. */
enum softirq {
	HI_SOFTIRQ, TIMER_SOFTIRQ, NET_TX_SOFTIRQ, NET_RX_SOFTIRQ, BLOCK_SOFTIRQ, IRQ_POLL_SOFTIRQ, TASKLET_SOFTIRQ,
	SCHED_SOFTIRQ, HRTIMER_SOFTIRQ, RCU_SOFTIRQ, NR_SOFTIRQS
};

struct softirq_cpu {
	u32 pending;			/* a bit for each raised vector; by its CPU with interrupts off */
	u32 count[NR_SOFTIRQS];		/* actions run; by its CPU */
	struct task_struct *ksoftirqd;
} __aligned(64);
extern struct softirq_cpu softirq_cpus[MAX_CPUS];

/* Who serves the vector: once for each, at boot. The action gets its own number. */
void open_softirq(enum softirq nr, void (*action)(enum softirq nr));
/* Have the vector's action run on this CPU, soon. Outside of interrupts and of bh-disabled code ksoftirqd does it. Any context. */
void raise_softirq(enum softirq nr);
void raise_softirq_irqoff(enum softirq nr);	/* interrupts are off */

static __always_inline bool local_softirq_pending(void) { return softirq_cpus[smp_processor_id()].pending; }
/* Runs what is pending: not in an interrupt; interrupts are off, and are again at the end. */
void do_softirq(void);
/* The end of a hard interrupt, not counted any more, interrupts off. */
static __always_inline void softirq_irq_exit(void)
{
	if (unlikely(local_softirq_pending()) && !in_interrupt())
		do_softirq();
}
extern const char *const softirq_names[NR_SOFTIRQS];
