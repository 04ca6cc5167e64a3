/* SPDX-License-Identifier: MIT */
/*
 * Floating-point and SSE state. It is switched with the task, eagerly: FXSAVE and FXRSTOR on every
 * switch between tasks that have some, so a program's registers never depend on a trap. A task gets
 * its 512 bytes (16-byte aligned) when it first has a user address space.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "lib/string.h"
#include "mm/slab.h"

struct fpu_state fpu_initial;
static struct kmem_cache *fpu_cache;

void fpu_save(struct fpu_state *f) { __asm__ volatile("fxsave %0" : "=m"(*f)); }
void fpu_restore(const struct fpu_state *f) { __asm__ volatile("fxrstor %0" : : "m"(*f)); }

void fpu_init_cpu(void)
{
	static const u32 mxcsr = 0x1f80;	/* all exceptions masked, as at reset */

	__asm__ volatile("clts; fninit; ldmxcsr %0" : : "m"(mxcsr));
}

void fpu_init(void)
{
	fpu_init_cpu();
	fpu_save(&fpu_initial);
	memset(fpu_initial.fxsave + 32, 0, 256);	/* no register contents from before */
	fpu_cache = kmem_cache_create("fpu_state", sizeof(struct fpu_state), 16, NULL);
}

struct fpu_state *fpu_alloc(void)
{
	struct fpu_state *f = kmem_cache_alloc(fpu_cache, GFP_KERNEL);

	if (f)
		*f = fpu_initial;
	return f;
}

void fpu_free(struct fpu_state *f)
{
	if (f)
		kmem_cache_free(fpu_cache, f);
}
