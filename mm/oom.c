/* SPDX-License-Identifier: MIT */
/*
 * Out of memory. First the caches that can be built again are shrunk: the dentry and inode caches,
 * empty slabs, spare page tables, the CPU's free lists. If a page fault still cannot be served, no
 * error can be returned to anybody, so the process that holds most memory is killed (badness: its
 * resident pages, page tables included, shifted by oom_score_adj), with a report that says why.
 */
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/sched.h"
#include "lib/string.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/mm.h"
#include "mm/oom.h"
#include "mm/pagetable.h"
#include "mm/slab.h"
#include "mm/writeback.h"
#include "mm/vma.h"
#include "mm/zone.h"

#define OOM_SCORE_ADJ_MIN (-1000)
#define DYING 0x7fffffffl	/* points of a process that is on its way out already */
#define PAGES_PER_NEW_TASK 16	/* that a task which is about to run will still ask for: copies on write, mostly */

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

	static DEFINE_MUTEX(reclaim_lock);

	(void)order;
	/* One at a time: thousands of tasks that wait for each other's turn here would find nothing more. */
	if (current->flags & PF_MEMALLOC || !mutex_trylock(&reclaim_lock))
		return false;
	current->flags |= PF_MEMALLOC;
	if (gfp & __GFP_FS)
		freed = shrink_slab(128);
	drain_this_cpu(NULL);
	kmem_cache_shrink_all();
	if (!freed && nr_free_pages() <= before && gfp & __GFP_FS)
		drain_all_cpus();
	current->flags &= ~PF_MEMALLOC;
	mutex_unlock(&reclaim_lock);
	/* What we have freed, others may have taken by now: it counts as progress all the same. */
	return freed || nr_free_pages() > before || (gfp & __GFP_IO && wait_for_writeback());
}

bool memory_for_fork(void)
{
	unsigned long low = totalram_pages() - totalhigh_pages(), promised = nr_running_tasks() * PAGES_PER_NEW_TASK;

	for (int tries = 0; tries < 2; tries++) {
		unsigned long free = nr_free_pages();

		if (free > totalram_pages() / 128 + promised && free - nr_free_highpages() > low / 128)
			return true;
		if (!tries)
			reclaim_memory(GFP_KERNEL, 0);
	}
	return false;
}

/* ---- whom ---- */

#define MAX_CANDIDATES 32

/* Of one out-of-memory event. By oom_lock. */
static struct candidate {
	struct task_struct *task;	/* a reference: one that has the mm */
	struct file *exe;		/* only to compare: whose image it runs */
	long points;			/* pages */
	unsigned long anon, shmem, file, tables, stacks;	/* pages */
} worst[MAX_CANDIDATES];
static int nr_worst;
static DEFINE_MUTEX(oom_lock);
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

/* Fills worst[], the worst first. One pass, however many tasks there are. Returns how many could be killed. */
static unsigned int select_candidates(void)
{
	unsigned int eligible = 0;
	struct task_struct *p;
	struct candidate c;

	nr_worst = 0;
	spin_lock(&tasklist_lock);
	for_each_process(p) {
		int i;

		if (!judge(p, &c))
			continue;
		eligible++;
		if (nr_worst == MAX_CANDIDATES && !worse(&c, &worst[nr_worst - 1]))
			continue;
		if (nr_worst < MAX_CANDIDATES)
			nr_worst++;
		for (i = nr_worst - 1; i > 0 && worse(&c, &worst[i - 1]); i--)
			worst[i] = worst[i - 1];
		worst[i] = c;
	}
	for (int i = 0; i < nr_worst; i++)
		get_task_struct(worst[i].task);
	spin_unlock(&tasklist_lock);
	return eligible;
}

static void forget_candidates(void)
{
	while (nr_worst)
		put_task_struct(worst[--nr_worst].task);
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

/* The list and the figures at most once in five seconds: a console is slow, and memory may be short again at once. */
static void report(unsigned int eligible)
{
	static u64 next;	/* by oom_lock */
	u64 now = ktime_get();

	if (now < next)
		return;
	next = now + 5 * NSEC_PER_SEC;
	pr_warn("oom: %s[%d] found no memory\n", current->comm, current->pid);
	show_memory();
	pr_warn("oom: %u of the processes may be killed; the worst:\n", eligible);
	pr_warn("oom:   pid  uid  anon KiB  file KiB  tables  threads  adj  badness  name\n");
	for (int i = 0; i < min(nr_worst, 10); i++) {
		struct candidate *c = &worst[i];

		pr_warn("oom: %5d %4u %9lu %9lu %7lu %8lu %4d %8ld  %s\n", c->task->tgid, c->task->cred->uid, kib(c->anon), kib(c->file),
			kib(c->tables), c->stacks / (THREAD_SIZE / PAGE_SIZE), c->task->oom_score_adj, c->points, c->task->comm);
	}
}

/* As many lines as there is patience for; the others are counted in the next one. */
static void report_killed(const struct candidate *c, int others)
{
	static u64 window;		/* by oom_lock */
	static int lines, untold;
	u64 now = ktime_get();

	if (now >= window) {
		window = now + 5 * NSEC_PER_SEC;
		lines = 0;
	}
	if (lines++ >= 10) {
		untold += 1 + others;
		return;
	}
	pr_err("Out of memory: Killed process %d (%s) anon-rss:%lukB, file-rss:%lukB, UID:%u pgtables:%lukB oom_score_adj:%d\n",
	       c->task->tgid, c->task->comm, kib(c->anon), kib(c->file), c->task->cred->uid, kib(c->tables), c->task->oom_score_adj);
	if (others || untold)
		pr_err("Out of memory: and %d like it, and %d before that\n", others, untold);
	untold = 0;
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
 * The process, and all others that use its memory, get SIGKILL. Its address space comes back, with a reference, to be
 * emptied: NULL if that cannot be done, since a protected process uses it too.
 */
static struct mm_struct *condemn(struct task_struct *victim)
{
	struct mm_struct *mm = get_task_mm(victim);
	bool used = false;
	struct task_struct *p;

	if (!mm || mm->oom_victim) {	/* gone by itself, or with another of its users */
		if (mm)
			mmput(mm);
		return NULL;
	}
	spin_lock(&tasklist_lock);
	kill_user(victim->group_leader);
	if (atomic_read(&mm->mm_users) - 1 > threads_with(victim, mm))	/* others: seldom, so seldom looked for */
		for_each_process(p)
			if (threads_with(p, mm))
				used |= kill_user(p);
	spin_unlock(&tasklist_lock);
	mm->oom_victim = true;
	if (used) {
		mmput(mm);
		return NULL;
	}
	atomic_inc(&oom_victims);
	WRITE_ONCE(mm->oom_reaped, true);	/* our reference is still there, so it is not gone yet */
	return mm;
}

void oom_victim_gone(void)
{
	if (atomic_dec_and_test(&oom_victims))
		wake_up_all(&oom_wait);
}

/*
 * Kills the worst; and if that gives little, others like it: as bad, and running the same image without an execve of their own.
 * That is what a fork bomb looks like, of which each single task is small.
 */
static int kill_worst(struct mm_struct **reap)
{
	unsigned long got = 0, enough = totalram_pages() / 64;
	int n = 0, killed = 0;

	for (int i = 0; i < nr_worst && (!i || (got < enough && worst[i].exe == worst[0].exe && level(&worst[i]) == level(&worst[0])));
	     i++) {
		reap[n] = condemn(worst[i].task);
		if (reap[n])
			n++;
		got += worst[i].anon + worst[i].tables + worst[i].stacks;
		killed++;
	}
	if (worst[0].points != DYING)
		report_killed(&worst[0], killed - 1);
	return n;
}

/* False: somebody is at it, or what was condemned has not gone yet. */
static bool kill_somebody(void)
{
	static u64 patience;		/* until when the condemned have time; by oom_lock */
	struct mm_struct *reap[MAX_CANDIDATES];
	unsigned int eligible;
	int n;

	if (!mutex_trylock(&oom_lock))
		return false;
	if ((memory_is_free(GFP_KERNEL) && memory_is_free(GFP_HIGHUSER)) || (atomic_read(&oom_victims) && ktime_get() < patience)) {
		mutex_unlock(&oom_lock);
		return false;
	}
	eligible = select_candidates();
	if (!eligible && !atomic_read(&oom_victims))
		panic("out of memory and nothing to kill");
	if (eligible && worst[0].points != DYING)
		report(eligible);
	n = kill_worst(reap);
	forget_candidates();
	patience = ktime_get() + NSEC_PER_SEC;
	mutex_unlock(&oom_lock);
	if (!n)
		wake_up_all(&oom_wait);
	while (n--) {
		reap_mm(reap[n]);
		mmput(reap[n]);
	}
	return true;
}

void out_of_memory(void)
{
	/* Who is dying goes on with the reserves and gives its memory back. */
	if ((fatal_signal_pending(current) || current->flags & PF_EXITING) &&
	    !test_thread_flag(current_thread_info(), TIF_MEMDIE)) {
		set_thread_flag(current_thread_info(), TIF_MEMDIE);
		return;
	}
	if (fatal_signal_pending(current) || kill_somebody())
		return;
	wait_event_killable_hrtimeout(&oom_wait, !mutex_is_locked(&oom_lock) && !atomic_read(&oom_victims), ktime_get() + NSEC_PER_SEC);
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
