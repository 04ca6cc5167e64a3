/* SPDX-License-Identifier: MIT */
/*
 * The context switch: what of the CPU belongs to a task. The kernel stack (and with it "current"),
 * the TSS's pointer to it, the thread-local segments, FS and GS, and the FPU. The address space is
 * the scheduler's business (kernel/sched/core.c).
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/gdt.h"
#include "kernel/task/task.h"
#include "lib/string.h"

struct task_struct *switch_stacks(u32 *save_esp, u32 new_esp, struct task_struct *prev);

/* A selector may name a segment that no longer exists: the null selector is loaded instead. */
#define load_segment(seg, value) do {							\
		u32 v_ = (value);							\
		__asm__ volatile("1: mov %0, %%" #seg "\n2:\n"				\
			".section .fixup,\"ax\"\n3: xor %0, %0\n mov %0, %%" #seg "\n jmp 2b\n.previous\n" \
			".section __ex_table,\"a\"\n .long 1b, 3b\n.previous" : "+r"(v_));	\
	} while (0)

static inline u32 read_gs(void) { u32 v; __asm__ volatile("mov %%gs, %0" : "=r"(v)); return v & 0xffff; }
static inline u32 read_fs(void) { u32 v; __asm__ volatile("mov %%fs, %0" : "=r"(v)); return v & 0xffff; }

static void switch_segments(struct thread_struct *prev, struct thread_struct *next)
{
	prev->gs = read_gs();
	prev->fs = read_fs();
	load_tls(next);
	/* Even the same selector must be loaded again: the descriptor behind it has changed. */
	if (prev->gs | next->gs)
		load_segment(gs, next->gs);
	if (prev->fs | next->fs)
		load_segment(fs, next->fs);
}

struct task_struct *context_switch(struct task_struct *prev, struct task_struct *next)
{
	if (prev->thread.fpu)
		fpu_save(prev->thread.fpu);
	if (next->thread.fpu)
		fpu_restore(next->thread.fpu);
	switch_segments(&prev->thread, &next->thread);
	load_esp0((u32)next->thread_info + THREAD_SIZE);
	return switch_stacks(&prev->thread.esp, next->thread.esp, prev);
}

void current_segments(u32 *gs, u32 *fs)
{
	*gs = read_gs();
	*fs = read_fs();
}

void load_gs_fs(u32 gs, u32 fs)
{
	load_segment(gs, gs);
	load_segment(fs, fs);
}
