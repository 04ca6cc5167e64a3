/* SPDX-License-Identifier: MIT */
/*
 * What CPUs remember of page tables. A translation that was taken out or lost permissions may still be in
 * the TLB of every CPU that has the mm loaded; mm->cpu_bitmap says which may. Such a CPU is sent an
 * interrupt (a "shootdown"), and the caller waits until all have forgotten: only then may the page go
 * to somebody else. Translations that gain permissions need none of this (ptep_set_bits).
 *
 * A CPU that runs a kernel thread keeps the last program's tables loaded (lazy TLB), which often saves two loads
 * of CR3. When it is told to forget it takes the kernel's tables instead, and is not asked again.
 *
 * Order: a CPU sets its bit before it loads CR3, the flusher changes the entry before it reads the bitmap:
 * either the CPU is asked, or it loads what is already changed.
 */
#include "kernel/cpu/smp.h"
#include "kernel/task/task.h"
#include "mm/layout.h"
#include "mm/pagetable.h"

/* Whose tables each CPU has loaded; by itself, interrupts off. NULL: as at boot, the kernel's. */
static struct mm_struct *loaded_mm[MAX_CPUS];

void switch_mm(struct mm_struct *next)
{
	unsigned long flags = local_irq_save();
	u32 cpu = smp_processor_id();
	struct mm_struct *prev = loaded_mm[cpu];

	if (prev != next) {
		set_bit((int)cpu, &next->cpu_bitmap);
		load_cr3(next->pgd);
		loaded_mm[cpu] = next;
		if (prev)
			clear_bit((int)cpu, &prev->cpu_bitmap);
	}
	local_irq_restore(flags);
}

/* Beyond some pages one reload is cheaper than many single flushes. */
#define FLUSH_ALL_ABOVE 32
#define ALL_PAGES (~0ul)

struct flush { struct mm_struct *mm; unsigned long start, end; };

/* Interrupts off, or preemption off and not in an interrupt. */
static void flush_here(const struct flush *f)
{
	u32 cpu = smp_processor_id();

	if (loaded_mm[cpu] != f->mm)
		return;
	if (!current->mm) {
		load_cr3(swapper_pg_dir);
		loaded_mm[cpu] = NULL;
		clear_bit((int)cpu, &f->mm->cpu_bitmap);
	} else if (f->end == ALL_PAGES || (f->end - f->start) >> PAGE_SHIFT > FLUSH_ALL_ABOVE) {
		load_cr3(f->mm->pgd);
	} else {
		for (unsigned long a = f->start; a < f->end; a += PAGE_SIZE)
			flush_tlb_one(a);
	}
}

static void flush_interrupt(void *f) { flush_here(f); }

static void flush(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct flush f = { mm, start, end };

	preempt_disable();
	smp_mb();
	flush_here(&f);
	if (unlikely(mm->cpu_bitmap & ~BIT(smp_processor_id())))
		smp_call_function(mm->cpu_bitmap, flush_interrupt, &f);
	preempt_enable();
}

void flush_tlb_mm(struct mm_struct *mm) { flush(mm, 0, ALL_PAGES); }
void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end) { flush(mm, start, end); }
void flush_tlb_page(struct mm_struct *mm, unsigned long a) { flush(mm, a & PAGE_MASK, (a & PAGE_MASK) + PAGE_SIZE); }

static void flush_kernel_here(void *arg)
{
	const struct flush *f = arg;

	for (unsigned long a = f->start; a < f->end; a += PAGE_SIZE)
		flush_tlb_one(a);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	struct flush f = { NULL, start, end };

	preempt_disable();
	flush_kernel_here(&f);
	if (nr_cpu_ids > 1)
		smp_call_function(cpu_online_mask, flush_kernel_here, &f);
	preempt_enable();
}
