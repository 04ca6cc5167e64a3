/* SPDX-License-Identifier: MIT */
#pragma once
/* For broken invariants of the kernel itself; never for what a user program or a full resource can cause. */
#include "kernel/printk.h"
#include "kernel/sched/preempt.h"

void panic(const char *fmt, ...) __printf(1, 2) __noreturn;
/* Prints the call chain, symbolised, of the frame that begins at ebp (0: the caller's). */
void dump_stack(void);
void dump_stack_from(unsigned long ebp);

#define BUG_ON(cond) do { if (unlikely(cond)) panic("%s:%d: BUG_ON(%s)", __FILE__, __LINE__, #cond); } while (0)
/* A warning, once per place, that the tests count as a failure. */
#define WARN_ON_ONCE(cond) ({ static bool warned_; bool c_ = (cond); \
	if (unlikely(c_) && !warned_) { warned_ = true; warn_report(__FILE__, __LINE__, #cond); } c_; })
void warn_report(const char *file, int line, const char *what);

extern bool system_running;	/* interrupts and the scheduler are on; before that one task runs alone */
#if DEBUG
#define ASSERT(cond) do { if (unlikely(!(cond))) panic("%s:%d: ASSERT(%s)", __FILE__, __LINE__, #cond); } while (0)
void might_sleep(void);		/* panics, with the place, if this context must not sleep */
#else
#define ASSERT(cond) ((void)sizeof(cond))
static inline void might_sleep(void) {}
#endif
struct pt_regs;
void panic_from_double_fault(const struct pt_regs *regs, u32 cr2, bool stack_overflow) __noreturn;
#if DEBUG
void show_held_locks(void);
#endif
