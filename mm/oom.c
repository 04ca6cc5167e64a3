/* SPDX-License-Identifier: MIT */
/*
 * Out of memory. First the caches that can be built again are shrunk: the dentry and inode caches,
 * empty slabs, spare page tables, the CPU's free lists. If a page fault still cannot be served, no
 * error can be returned to anybody, so the process that holds most memory is killed (badness: its
 * resident pages, page tables included, shifted by oom_score_adj), with a report that says why.
 */
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/string.h"
#include "mm/highmem.h"
#include "mm/mm.h"
#include "mm/oom.h"
#include "mm/pagetable.h"
#include "mm/slab.h"
#include "mm/vmscan.h"
#include "mm/writeback.h"
#include "mm/zone.h"

/* Pages that are on their way to disk will be free soon. */
static bool wait_for_writeback(void)
{
	if (!atomic_read(&nr_dirty_pages) && !atomic_read(&nr_writeback_pages))
		return false;
	if (wakeup_flusher)
		wakeup_flusher();
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout(ktime_get() + 10 * NSEC_PER_MSEC);
	return true;
}

static void drain_this_cpu(void *unused)
{
	kmem_cache_drain(unused);
	quicklist_trim();
	drain_pages();
}

void drain_all_cpus(void)
{
	call_on_each_cpu(drain_this_cpu, NULL);
	kmem_cache_shrink_all();
	drain_pages();		/* where the empty slabs have gone */
}

bool reclaim_memory(gfp_t gfp, unsigned int order)
{
	unsigned long before = nr_free_pages(), freed = 0;

	(void)order;
	if (current->flags & PF_MEMALLOC)
		return false;
	wakeup_kswapd();
	current->flags |= PF_MEMALLOC;
	freed = try_to_free_pages(gfp);
	if (!freed) {
		drain_this_cpu(NULL);
		kmem_cache_shrink_all();
	}
	if (!freed && nr_free_pages() <= before && gfp & __GFP_FS)
		drain_all_cpus();
	current->flags &= ~PF_MEMALLOC;
	/* What we have freed, others may have taken by now: it counts as progress all the same. */
	return freed || nr_free_pages() > before || (gfp & __GFP_IO && wait_for_writeback());
}

static long badness(struct task_struct *p)
{
	struct mm_struct *mm = p->mm;
	long points;

	if (!mm || (p->signal->flags & SIGNAL_UNKILLABLE) || p->oom_score_adj == -1000)
		return 0;
	points = (long)(get_mm_rss(mm) + mm->nr_ptes);
	points += p->oom_score_adj * (long)(totalram_pages() / 1000);
	return points > 0 ? points : 1;
}

static struct task_struct *select_victim(void)
{
	struct task_struct *p, *worst = NULL;
	long most = 0;
	int shown = 0;

	spin_lock(&tasklist_lock);
	for_each_process(p) {
		long points = badness(p);

		if (points > 0 && shown++ < 32)
			pr_warn("oom: %5d %-16s %8lu KiB resident, badness %ld\n", p->pid, p->comm,
				p->mm ? get_mm_rss(p->mm) * 4 : 0, points);
		if (points > most) {
			most = points;
			worst = p;
		}
	}
	if (worst)
		get_task_struct(worst);
	spin_unlock(&tasklist_lock);
	return worst;
}

void out_of_memory(void)
{
	static DEFINE_MUTEX(oom_lock);
	struct task_struct *victim;

	if (fatal_signal_pending(current))
		return;			/* already dying: let it go on and free its memory */
	mutex_lock(&oom_lock);
	pr_warn("oom: %s[%d] found no memory: %lu of %lu pages free\n", current->comm, current->pid,
		nr_free_pages(), totalram_pages());
	victim = select_victim();
	if (!victim) {
		mutex_unlock(&oom_lock);
		panic("out of memory and nothing to kill");
	}
	pr_err("Out of memory: Killed process %d (%s)\n", victim->pid, victim->comm);
	send_sig(SIGKILL, victim, 1);
	put_task_struct(victim);
	mutex_unlock(&oom_lock);
	/* Give it the time to end before anybody else looks. */
	if (victim != current) {
		set_current_state(TASK_KILLABLE);
		schedule_hrtimeout(ktime_get() + 20 * NSEC_PER_MSEC);
	}
}

#if DEBUG
void poison_pages(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < 1ul << order; i++) {
		void *p = kmap_atomic(page + i);

		memset(p, 0xa5, PAGE_SIZE);
		kunmap_atomic(p);
	}
}
#endif
