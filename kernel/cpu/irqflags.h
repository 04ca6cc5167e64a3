/* SPDX-License-Identifier: MIT */
#pragma once
/* The interrupt flag of this CPU (Intel SDM volume 1, 3.4.3). Disabling interrupts is not a lock: see spinlock.h. */
#include "lib/types.h"

#define EFLAGS_CF 0x1u
#define EFLAGS_TF 0x100u
#define EFLAGS_IF 0x200u
#define EFLAGS_DF 0x400u
#define EFLAGS_IOPL 0x3000u
#define EFLAGS_NT 0x4000u
#define EFLAGS_RF 0x10000u
#define EFLAGS_AC 0x40000u
#define EFLAGS_ID 0x200000u

static __always_inline unsigned long local_save_flags(void)
{
	unsigned long flags;
	__asm__ volatile("pushf; pop %0" : "=rm"(flags) : : "memory");
	return flags;
}
static __always_inline void local_irq_disable(void) { __asm__ volatile("cli" : : : "memory"); }
static __always_inline void local_irq_enable(void) { __asm__ volatile("sti" : : : "memory"); }
static __always_inline unsigned long local_irq_save(void)
{
	unsigned long flags = local_save_flags();
	local_irq_disable();
	return flags;
}
static __always_inline void local_irq_restore(unsigned long flags)
{
	__asm__ volatile("push %0; popf" : : "g"(flags) : "memory", "cc");
}
static __always_inline bool irqs_disabled(void) { return !(local_save_flags() & EFLAGS_IF); }
static __always_inline void cpu_relax(void) { __asm__ volatile("pause" : : : "memory"); }
