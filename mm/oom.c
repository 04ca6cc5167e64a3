/* SPDX-License-Identifier: MIT */
/*
 * Out of memory, in four steps of growing pain.
 *
 * reclaim_memory: what can be built again is shrunk, dentries, inodes, cached pages, empty slabs, spare tables; by one task at a
 * time, whose result the others share. fork asks for more than that (memory_for_fork): new tasks are refused while those
 * that are there may still want to copy the pages they were born with. A system call that finds nothing returns ENOMEM.
 * A page fault has nobody to tell, so out_of_memory kills.
 *
 * Killing is one event at a time under oom_lock, a spinlock, so that the killer keeps the CPU: one pass over the processes finds the
 * worst by badness (what would come back: private pages, tables, stacks; shifted by oom_score_adj). It dies with all
 * who use its memory. The condemned may use the reserves (TIF_MEMDIE), run before all ordinary tasks, and, since they
 * may be asleep, their private pages are taken away at once (reap_mm); from then on a fault in that address space
 * gets SIGBUS, so nobody reads zeros where there was data. While one is left nobody else is killed, for a second. Locks:
 * oom_lock, tasklist_lock, alloc_lock.
 */
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/sched.h"
#include "lib/string.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/lru.h"
#include "mm/mm.h"
#include "mm/oom.h"
#include "mm/pagetable.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "mm/vmscan.h"
#include "mm/writeback.h"
#include "mm/vma.h"
#include "mm/zone.h"

#define OOM_SCORE_ADJ_MIN (-1000)
#define DYING 0x7fffffffl	/* points of a process that is on its way out already */
#define PAGES_PER_NEW_TASK 16	/* that a task which is about to run will still ask for: copies on write, mostly */

/* Pages that are on their way to disk will be free soon. */
static bool wait_for_writeback(void)
{
	if (swap_writes_pending()) {
		wait_for_swap_write();
		return true;
	}
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

static bool reclaim_once(gfp_t gfp)
{
	unsigned long before = nr_free_pages(), freed = 0;

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

/* One task at a time, for which the others wait and take its result: a thousand of them would find nothing more. */
bool reclaim_memory(gfp_t gfp, unsigned int order)
{
	static DEFINE_MUTEX(reclaim_lock);
	static DECLARE_WAIT_QUEUE_HEAD(finished);
	static gfp_t doing;
	static bool progress;
	bool mine;

	(void)order;
	if (current->flags & PF_MEMALLOC)
		return false;
	if (!mutex_trylock(&reclaim_lock)) {
		/* Not for ever: who reclaims may wait for a lock of ours. But if it is still at work, nothing is decided yet. */
		if (wait_event_killable_hrtimeout(&finished, !mutex_is_locked(&reclaim_lock), ktime_get() + 20 * NSEC_PER_MSEC) == -ETIME)
			return swap_writes_pending() ? reclaim_once(gfp) : true;
		return READ_ONCE(progress) || gfp & ~READ_ONCE(doing);
	}
	WRITE_ONCE(doing, gfp);
	mine = reclaim_once(gfp);
	WRITE_ONCE(progress, mine);
	mutex_unlock(&reclaim_lock);
	wake_up_all(&finished);
	return mine;
}

/* Caches may have all that is free, and give it back: so it is refused only when they do not any more. */
bool memory_for_fork(void)
{
	unsigned long low = totalram_pages() - totalhigh_pages(), promised = nr_running_tasks() * PAGES_PER_NEW_TASK;

	for (int tries = 0; tries < 16; tries++) {
		/* Pages of files can be had for the asking, anonymous ones as far as there is room for them in swap. */
		unsigned long cached = nr_lru_pages(LRU_INACTIVE_FILE) + nr_lru_pages(LRU_ACTIVE_FILE);
		unsigned long anon = nr_lru_pages(LRU_INACTIVE_ANON) + nr_lru_pages(LRU_ACTIVE_ANON);
		unsigned long free = nr_free_pages() + (cached + min(anon, nr_swap_pages())) / 2;

		if (free > totalram_pages() / 128 + promised && free - nr_free_highpages() > low / 128)
			return true;
		if (!reclaim_memory(GFP_KERNEL, 0))
			break;
	}
	return false;
}

/* ---- whom ---- */

#define MAX_CANDIDATES 24

struct candidate {
	struct task_struct *task;	/* that has the mm */
	struct mm_struct *mm;
	struct file *exe;		/* only to compare: whose image it runs */
	long points;			/* pages */
	unsigned long anon, shmem, file, tables, stacks;	/* pages */
};

/* The worst of one out-of-memory event, the worst first, with a reference to each task. */
struct choice {
	int nr, killed;			/* of worst[]; the first so many have been killed */
	unsigned int eligible;		/* processes that could have been killed */
	bool list, line;		/* what is to be reported */
	int untold;			/* killed since the last line */
	struct candidate worst[MAX_CANDIDATES];
};

unsigned long oom_kills;
static DEFINE_SPINLOCK(oom_lock);	/* one event at a time: choosing and killing */
static atomic_t oom_victims;		/* address spaces that have been condemned and are still there */
static DECLARE_WAIT_QUEUE_HEAD(oom_wait);	/* for oom_victims to become 0 */

/* A thread of the process that still has its memory, with alloc_lock held; NULL. tasklist_lock held. */
static struct task_struct *find_lock_task_mm(struct task_struct *p)
{
	struct task_struct *t;

	for_each_thread(p, t) {
		spin_lock(&t->alloc_lock);
		if (t->mm && !(t->flags & PF_KTHREAD))
			return t;
		spin_unlock(&t->alloc_lock);
	}
	return NULL;
}

static bool protected_from_oom(const struct task_struct *p)
{
	return p->signal->flags & SIGNAL_UNKILLABLE || p->oom_score_adj == OOM_SCORE_ADJ_MIN;
}

static bool is_dying(const struct task_struct *p) { return p->signal->flags & SIGNAL_GROUP_EXIT; }

/* False: not this one. tasklist_lock held. Who is on its way out comes before all others: nobody else need be killed. */
static bool judge(struct task_struct *p, struct candidate *c)
{
	long unit = (long)(totalram_pages() / 1000);	/* of oom_score_adj */
	struct task_struct *t = find_lock_task_mm(p);
	struct mm_struct *mm;
	bool eligible;

	*c = (struct candidate){ .task = t };
	if (!t)
		return false;
	mm = t->mm;
	eligible = !mm->oom_victim && (is_dying(p) || (!protected_from_oom(p) && !t->vfork_done));
	*c = (struct candidate){ .task = t, .exe = mm->exe_file, .anon = mm->anon_rss, .shmem = mm->shmem_rss,
		.file = mm->file_rss, .tables = mm->nr_ptes, .stacks = (unsigned long)p->signal->nr_threads * (THREAD_SIZE / PAGE_SIZE) };
	spin_unlock(&t->alloc_lock);
	c->points = is_dying(p) ? DYING :
		max(1l, (long)(c->anon + c->shmem + c->tables + c->stacks) + p->oom_score_adj * unit);
	return eligible;
}

/* In steps of 1/128 of memory; among equals, which the tasks of a fork bomb are, the youngest goes: a shell was there before them. */
static long level(const struct candidate *c) { return c->points / (long)(totalram_pages() / 128 + 1); }

static bool worse(const struct candidate *a, const struct candidate *b)
{
	if (level(a) != level(b))
		return level(a) > level(b);
	return (s64)(a->task->start_time - b->task->start_time) > 0;
}

/* One pass, however many tasks there are. */
static void choose(struct choice *ch)
{
	struct candidate *worst = ch->worst, c;
	struct task_struct *p;
	int i;

	spin_lock(&tasklist_lock);
	for_each_process(p) {
		if (!judge(p, &c))
			continue;
		ch->eligible++;
		if (ch->nr == MAX_CANDIDATES && !worse(&c, &worst[ch->nr - 1]))
			continue;
		if (ch->nr < MAX_CANDIDATES)
			ch->nr++;
		for (i = ch->nr - 1; i > 0 && worse(&c, &worst[i - 1]); i--)
			worst[i] = worst[i - 1];
		worst[i] = c;
	}
	for (i = 0; i < ch->nr; i++)
		get_task_struct(worst[i].task);
	spin_unlock(&tasklist_lock);
}

/* ---- the report ---- */

static void add_slab_pages(const struct slabinfo *info, void *total)
{
	*(unsigned long *)total += info->num_slabs * info->pagesperslab;
}

static unsigned long kib(unsigned long pages) { return pages * (PAGE_SIZE / 1024); }

static void show_memory(void)
{
	struct candidate all = { .points = 0 }, c;
	unsigned long slab = 0;
	struct task_struct *p;
	struct zone *z;

	spin_lock(&tasklist_lock);
	for_each_process(p) {
		judge(p, &c);
		all.anon += c.anon;
		all.tables += c.tables;
		all.stacks += c.stacks;
	}
	spin_unlock(&tasklist_lock);
	for_each_slabinfo(add_slab_pages, &slab);
	for_each_zone(z)
		if (z->present_pages)
			pr_warn("oom: %-7s free %lu of %lu KiB, min %lu\n", z->name, kib(z->nr_free + zone_pcp_pages(z)),
				kib(z->present_pages), kib(z->watermark[WMARK_MIN]));
	pr_warn("oom: anonymous %lu KiB (shared pages once for each process), page cache %lu, slab %lu, page tables %lu, stacks %lu\n",
		kib(all.anon), kib(nr_pagecache_pages()), kib(slab), kib(all.tables), kib(all.stacks));
}

/* The list and the figures at most once in five seconds, and ten lines of kills: a console is slow. oom_lock held. */
static void plan_report(struct choice *ch)
{
	static u64 window;
	static int lines, untold;
	u64 now = ktime_get();

	if (!ch->killed || ch->worst[0].points == DYING)	/* nothing new */
		return;
	if (now >= window) {
		window = now + 5 * NSEC_PER_SEC;
		lines = 0;
	}
	ch->list = !lines;
	ch->line = ++lines <= 10;
	ch->untold = untold;
	untold = ch->line ? 0 : untold + ch->killed;
}

static void report(const struct choice *ch)
{
	const struct candidate *c = ch->worst;

	if (ch->list) {
		pr_warn("oom: %s[%d] found no memory\n", current->comm, current->pid);
		show_memory();
		pr_warn("oom: %u processes could be killed; the worst:\n", ch->eligible);
		pr_warn("oom:   pid  anon KiB shmem KiB  file KiB  tables  threads   adj  badness  name\n");
		for (int i = 0; i < min(ch->nr, 10); i++, c++)
			pr_warn("oom: %5d %9lu %9lu %9lu %7lu %8lu %5d %8ld  %s\n", c->task->tgid, kib(c->anon), kib(c->shmem),
				kib(c->file), c->tables, c->stacks / (THREAD_SIZE / PAGE_SIZE), c->task->oom_score_adj, c->points,
				c->task->comm);
	}
	c = ch->worst;
	if (ch->line)
		pr_err("Out of memory: Killed process %d (%s) anon-rss:%lukB, file-rss:%lukB, shmem-rss:%lukB, pgtables:%lukB "
		       "oom_score_adj:%d\n", c->task->tgid, c->task->comm, kib(c->anon), kib(c->file), kib(c->shmem),
		       kib(c->tables), c->task->oom_score_adj);
	if (ch->line && ch->killed - 1 + ch->untold)
		pr_err("Out of memory: and %d like it, and %d before\n", ch->killed - 1, ch->untold);
}

/* ---- the end of them ---- */

/* Its threads may use the reserves, and go before all ordinary tasks, which may be thousands. tasklist_lock held. */
static void hurry(struct task_struct *p)
{
	struct task_struct *t;

	for_each_thread(p, t) {
		set_thread_flag(t->thread_info, TIF_MEMDIE);
		if (!t->exit_state && !t->rt_priority)
			set_scheduler(t, &(struct sched_choice){ .policy = SCHED_FIFO, .rt_priority = 1,
				.nice = prio_to_nice(t->static_prio) });
	}
}

/* True: the process uses the memory, and goes on because it is protected. tasklist_lock held. */
static bool kill_user(struct task_struct *p)
{
	if (protected_from_oom(p) && !is_dying(p))
		return true;
	send_sig(SIGKILL, p, 1);
	hurry(p);
	return false;
}

static int threads_with(struct task_struct *p, const struct mm_struct *mm)
{
	struct task_struct *t;
	int n = 0;

	for_each_thread(p, t)
		n += READ_ONCE(t->mm) == mm;
	return n;
}

/*
 * The process, and all others that use its memory, get SIGKILL. True: its memory can be emptied at once, and mm_count keeps the
 * structure until then. False: it is gone, or a protected process uses it too. oom_lock held.
 */
static bool condemn(struct candidate *c)
{
	struct task_struct *victim = c->task, *p;
	struct mm_struct *mm;
	bool used = false;

	spin_lock(&tasklist_lock);
	spin_lock(&victim->alloc_lock);
	mm = c->mm = victim->mm;
	if (mm)
		atomic_inc(&mm->mm_count);
	spin_unlock(&victim->alloc_lock);
	if (!mm || mm->oom_victim) {	/* gone by itself, or with another of its users */
		spin_unlock(&tasklist_lock);
		return false;
	}
	kill_user(victim->group_leader);
	if (atomic_read(&mm->mm_users) > threads_with(victim, mm))	/* others: seldom, so seldom looked for */
		for_each_process(p)
			if (threads_with(p, mm))
				used |= kill_user(p);
	mm->oom_victim = true;
	if (!used) {
		atomic_inc(&oom_victims);
		WRITE_ONCE(mm->oom_reaped, true);
	}
	spin_unlock(&tasklist_lock);
	return !used;
}

void oom_victim_gone(void)
{
	if (atomic_dec_and_test(&oom_victims))
		wake_up_all(&oom_wait);
}

/*
 * Kills the worst; and if that gives little, others like it: as bad, and running the same image without an execve of their own.
 * That is what a fork bomb looks like, of which each single task is small. oom_lock held.
 */
static void kill_worst(struct choice *ch)
{
	unsigned long got = 0, enough = totalram_pages() / 64;
	struct candidate *first = ch->worst;

	for (struct candidate *c = first; c < first + ch->nr; c++) {
		if (c != first && (got >= enough || c->exe != first->exe || level(c) != level(first)))
			break;
		condemn(c);
		got += c->anon + c->tables + c->stacks;
		ch->killed++;
		oom_kills++;
	}
}

/* What we hold is released one by one: as long as we hold an address space it is not gone. */
static void reap(struct choice *ch)
{
	for (struct candidate *c = ch->worst; c < ch->worst + ch->killed; c++) {
		if (!c->mm)
			continue;
		if (c->mm->oom_reaped && atomic_inc_not_zero(&c->mm->mm_users)) {
			reap_mm(c->mm);
			mmput(c->mm);
		}
		mmdrop(c->mm);
	}
}

/* False: somebody is at it, or what was condemned has not gone yet. */
static bool kill_somebody(void)
{
	static u64 patience;		/* until when the condemned have time; by oom_lock */
	struct choice ch;

	if (!spin_trylock(&oom_lock))
		return false;
	if ((memory_is_free(GFP_KERNEL) && memory_is_free(GFP_HIGHUSER)) || (atomic_read(&oom_victims) && ktime_get() < patience)) {
		spin_unlock(&oom_lock);
		return false;
	}
	memset(&ch, 0, offsetof(struct choice, worst));
	choose(&ch);
	if (!ch.nr && !atomic_read(&oom_victims))
		panic("out of memory and nothing to kill");
	kill_worst(&ch);
	plan_report(&ch);
	patience = ktime_get() + NSEC_PER_SEC;
	spin_unlock(&oom_lock);
	reap(&ch);
	report(&ch);
	while (ch.nr)
		put_task_struct(ch.worst[--ch.nr].task);
	return true;
}

/* One request has failed, because others were faster or on purpose: with room in swap that need not be the end. */
static bool swap_makes_room(void)
{
	for (int tries = 0; tries < 16 && nr_swap_pages(); tries++) {
		if (memory_is_free(GFP_KERNEL) && memory_is_free(GFP_HIGHUSER))
			return true;
		if (!reclaim_memory(GFP_KERNEL, 0))
			return false;
	}
	return false;
}

void out_of_memory(void)
{
	/* Who is dying goes on with the reserves and gives its memory back. */
	if ((fatal_signal_pending(current) || current->flags & PF_EXITING) &&
	    !test_thread_flag(current_thread_info(), TIF_MEMDIE)) {
		set_thread_flag(current_thread_info(), TIF_MEMDIE);
		return;
	}
	if (fatal_signal_pending(current) || swap_makes_room() || kill_somebody())
		return;
	wait_event_killable_hrtimeout(&oom_wait, !atomic_read(&oom_victims), ktime_get() + 200 * NSEC_PER_MSEC);
}
