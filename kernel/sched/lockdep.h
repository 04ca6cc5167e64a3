/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The lock checker of debug builds: which locks a task holds, and in which order locks nest. In other builds all of this
 * is empty: no code, no data. How it works is told in lockdep.c, how to read a report in docs/locking.md.
 *
 * A lock carries a struct lockdep_map. Its class is the place that initialised it, or, for a lock that is initialised
 * where it is defined, the lock itself. Two locks of one class may nest only if the inner one is taken by a _nested form
 * with a subclass: the number then makes it a class of its own.
 */
#include "kernel/sched/preempt.h"

/* Subclasses of inode->i_mutex, outermost first. fs/namei_calls.c, fs/namei_ops.c. */
enum { I_MUTEX_NORMAL, I_MUTEX_PARENT, I_MUTEX_PARENT2, I_MUTEX_SECOND };
/* Everywhere else: the second lock of the same class. */
#define SINGLE_DEPTH_NESTING 1

#if DEBUG
#define LOCKDEP_SUBCLASSES 4
struct lock_class_key { u16 id[LOCKDEP_SUBCLASSES]; };
struct lockdep_map {
	const char *name;
	struct lock_class_key *key;	/* of the place of initialisation; NULL: a static lock, its own class */
	u16 id;				/* of a static lock; 0: not seen yet */
};
#define LOCKDEP_INIT(name_, key_) , .dep = { .name = name_, .key = key_ }
#define LOCKDEP_SITE(dep_, name_) do { static struct lock_class_key key_; lockdep_init(dep_, name_, &key_); } while (0)

enum lock_context { IN_TASK, IN_SOFTIRQ, IN_HARDIRQ };
/* What a task holds; an interrupt handler or a softirq uses the stack of whom it interrupted. Only the task's own CPU writes it. */
struct held_lock {
	struct lockdep_map *dep;
	void *where;			/* it was taken */
	u16 class;			/* 0: none, is ignored */
	u8 context;			/* enum lock_context: who has taken it */
	bool sleeps;			/* a mutex or semaphore */
};
#define MAX_HELD_LOCKS 32
struct held_locks {
	int depth;
	struct held_lock locks[MAX_HELD_LOCKS];
};

enum lockdep_kind { LOCK_SPINS, LOCK_SLEEPS };
static inline void lockdep_init(struct lockdep_map *dep, const char *name, struct lock_class_key *key)
{
	*dep = (struct lockdep_map){ name, key, 0 };
}
/* The task is about to wait for the lock: is that in order with what it holds? Any context. */
void lockdep_order(struct lockdep_map *dep, unsigned subclass, void *where);
/* It has got it: from here on it is held. Does not look at the order (a trylock does not wait). */
void lockdep_acquired(struct lockdep_map *dep, unsigned subclass, enum lockdep_kind kind, void *where);
/* It lets go. False, and reported: the task does not hold it. */
bool lockdep_release(struct lockdep_map *dep);
/* The lock that prev holds is from now on held by the current task: the run queue's, across a switch. */
void lockdep_hand_over(struct lockdep_map *dep, struct task_struct *prev);
int lockdep_spins_held(void);		/* spinlocks that the current task holds, apart from interrupt handlers and softirqs */
int lockdep_depth(void);		/* locks of all kinds, and of all contexts */
void lockdep_show_held(const struct task_struct *t);
void lockdep_off(void);			/* the kernel is going down: check no more */

/* The kernel leaves something; what it holds is reported. */
void lockdep_irq_enter(void);				/* before the interrupt is counted */
void lockdep_irq_exit(u32 count, unsigned vector);	/* count: preempt_count as it must be */
void lockdep_softirq_enter(void);			/* the same for softirqs */
/* fn, an initcall, a softirq action or a work, has returned: with this count, so many locks, interrupts on? Puts right what is not so. */
void lockdep_returned(const char *what, void *fn, u32 count, int depth);
void lockdep_task_exits(void);

/* What can be reported. */
enum lockdep_report { REPORT_ORDER, REPORT_SAME_CLASS, REPORT_IRQ, REPORT_SOFTIRQ, REPORT_HELD, REPORT_STRANGER, REPORT_COUNT, REPORT_HUNG,
	REPORT_OTHER, NR_REPORTS };
/* For tests: asked before a report is printed, with the name of a class (or task); true: it was provoked, say nothing. */
extern bool (*lockdep_expected)(enum lockdep_report kind, const char *name);
/* Prints "WARNING: FILE:LINE: " and a text, with the call chain. False: nothing, since it was expected or was said too often. */
bool lockdep_warn(enum lockdep_report kind, const char *name, const char *fmt, ...) __printf(3, 4);
/* hung.c: sets the limit for hung tasks; returns what it was. */
unsigned int hung_task_timeout(unsigned int seconds);
void lockdep_place(char *buf, size_t n, const void *where);	/* "function+0x12" */
#else
struct lockdep_map { u8 none[0]; };
enum lockdep_kind { LOCK_SPINS, LOCK_SLEEPS };
static inline void lockdep_order(struct lockdep_map *dep, unsigned subclass, void *where) { (void)dep, (void)subclass, (void)where; }
static inline void lockdep_acquired(struct lockdep_map *dep, unsigned subclass, enum lockdep_kind kind, void *where)
{
	(void)dep, (void)subclass, (void)kind, (void)where;
}
static inline void lockdep_release(struct lockdep_map *dep) { (void)dep; }
static inline int lockdep_depth(void) { return 0; }
#define LOCKDEP_INIT(name_, key_)
#define LOCKDEP_SITE(dep_, name_) do { } while (0)
static inline void lockdep_irq_enter(void) {}
static inline void lockdep_irq_exit(u32 count, unsigned vector) { (void)count, (void)vector; }
static inline void lockdep_softirq_enter(void) {}
static inline void lockdep_returned(const char *what, void *fn, u32 count, int depth) { (void)what, (void)fn, (void)count, (void)depth; }
static inline void lockdep_task_exits(void) {}
static inline void lockdep_off(void) {}
#endif
