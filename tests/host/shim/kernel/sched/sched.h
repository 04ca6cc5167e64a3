/* SPDX-License-Identifier: MIT */
#pragma once
/* Host tests: one CPU that nothing interrupts, unless a test says so. */
#include "kernel/sched/mutex.h"
#include "lib/list.h"

#define MAX_CPUS 8
#define nr_cpu_ids 1
#define smp_processor_id() 0
#define preempt_disable() ((void)0)
#define preempt_enable() ((void)0)
extern bool host_in_interrupt;
#define in_interrupt() host_in_interrupt
