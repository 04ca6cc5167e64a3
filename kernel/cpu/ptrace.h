/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The registers of interrupted code, as every entry to the kernel leaves them on the stack
 * (kernel/cpu/entry.asm), and what a context switch keeps of a task.
 */
#include "lib/types.h"

struct pt_regs {
	u32 ebx, ecx, edx, esi, edi, ebp, eax;	/* the first six are a system call's arguments, in order */
	u32 ds, es;
	s32 orig_eax;		/* system-call number, or ~vector (negative) for an exception or interrupt */
	u32 error;
	u32 eip, cs, eflags;
	u32 esp, ss;		/* only if the code ran in user mode */
};

/* Segment selectors: Linux's numbers for i386, in the order that SYSENTER wants (SDM volume 2, SYSENTER). */
#define KERNEL_CS 0x60
#define KERNEL_DS 0x68		/* only in SS: the kernel runs with the user's flat DS and ES */
#define USER_CS 0x73
#define USER_DS 0x7b

static inline bool user_mode(const struct pt_regs *regs) { return regs->cs & 3; }

struct user_desc_entry { u32 a, b; };

struct fpu_state { u8 fxsave[512]; } __attribute__((aligned(16)));

struct thread_struct {
	u32 esp;			/* kernel stack pointer while switched out */
	u32 sysenter_pad;
	u32 gs, fs;			/* user segment selectors: the kernel leaves them alone */
	struct user_desc_entry tls_array[3];	/* GDT entries 6..8 */
	u32 cr2, trap_nr, error_code;	/* of the last fault, for signal frames */
	struct fpu_state *fpu;		/* from its own cache: 16-byte aligned */
};
