/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Several processors: starting them and having them do something now.
 *
 * CPU numbers are ours: 0 is the one that booted. nr_cpu_ids is how many the machine has (at most
 * MAX_CPUS, or maxcpus=); a number below it whose bit in cpu_online_mask is clear did not start.
 */
#include "kernel/sched/preempt.h"

extern unsigned long cpu_online_mask;
static inline bool cpu_online(u32 cpu) { return cpu_online_mask >> cpu & 1; }
#define for_each_online_cpu(cpu) for (u32 cpu = 0; cpu < nr_cpu_ids; cpu++) if (cpu_online(cpu))

void smp_init(void);			/* starts the others; process context */
void smp_send_reschedule(u32 cpu);	/* it looks at its flags; any context */
/*
 * Runs fn(arg) on the CPUs of the mask that are online, this one excepted, from their interrupt
 * handlers, and waits until all have. Preemption off, interrupts on, and no lock held that anybody takes with
 * interrupts off: a CPU that spins for such a lock would never answer.
 */
void smp_call_function(unsigned long mask, void (*fn)(void *), void *arg);
void smp_call_interrupt(void);		/* from CALL_VECTOR */
void smp_send_stop(void);		/* panic: all others stop, by non-maskable interrupt */
void smp_stopped(void);			/* the handler of that: does not return if it was meant */
struct pt_regs;
#if DEBUG
/*
 * Runs fn(arg) here, with interrupts off, while all other CPUs wait, with interrupts off: nobody anywhere holds a spinlock or is
 * within a section that is not preempted. False: no such moment came. fn takes no locks. Process context, no lock held; may sleep.
 */
bool stop_machine(void (*fn)(void *), void *arg);
void smp_show_cpu(u32 cpu);		/* prints where another CPU is, if it answers to a non-maskable interrupt */
bool smp_asked(const struct pt_regs *regs);	/* the handler of that: was it meant? */
#else
static inline bool smp_asked(const struct pt_regs *regs) { (void)regs; return false; }
#endif
