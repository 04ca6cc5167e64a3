/* SPDX-License-Identifier: MIT */
/* What the memory is used for: /proc/meminfo, buddyinfo, zoneinfo, slabinfo, vmstat, vmallocinfo. */
#include "fs/buffer.h"
#include "fs/proc/internal.h"
#include "fs/tmpfs/tmpfs.h"
#include "kernel/cpu/cpu.h"
#include "kernel/init.h"
#include "kernel/task/internal.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/fault.h"
#include "mm/layout.h"
#include "mm/lru.h"
#include "mm/oom.h"
#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/swap.h"
#include "mm/vmalloc.h"
#include "mm/vmscan.h"
#include "mm/zone.h"

struct slab_pages {
	unsigned long all, reclaimable;
};

/* Dentries and inodes go when memory is short; the rest of the slab does not. */
static bool is_reclaimable(const char *name)
{
	return strstr(name, "dentry") || strstr(name, "inode");
}

static void add_slab(const struct slabinfo *info, void *arg)
{
	struct slab_pages *s = arg;
	unsigned long pages = info->num_slabs * info->pagesperslab;

	s->all += pages;
	if (is_reclaimable(info->name))
		s->reclaimable += pages;
}

struct process_pages {
	unsigned long anon, mapped, tables, locked, threads;
};

/* Summed over the processes; a page that two of them share counts twice, as it does in their own figures. */
static void sum_processes(struct process_pages *s)
{
	struct task_struct *p;

	memset(s, 0, sizeof(*s));
	spin_lock(&tasklist_lock);
	for_each_process(p) {
		struct mm_struct *mm;

		s->threads += p->signal ? p->signal->nr_threads : 1;
		spin_lock(&p->alloc_lock);
		mm = p->flags & PF_KTHREAD ? NULL : p->mm;
		if (mm) {
			s->anon += mm->anon_rss;
			s->mapped += mm->file_rss + mm->shmem_rss;
			s->tables += mm->nr_ptes;
			s->locked += mm->locked_vm;
		}
		spin_unlock(&p->alloc_lock);
	}
	spin_unlock(&tasklist_lock);
}

static void add_vmalloc(const struct vm_struct *v, void *arg)
{
	*(unsigned long *)arg += v->nr_pages;
}

static void put(struct seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%-16s%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

/* What could be had without swapping: free pages above the watermarks, and half of the caches. */
static unsigned long available_pages(unsigned long cached, unsigned long reclaimable)
{
	unsigned long free = nr_free_pages(), reserve = 0;
	struct zone *z;

	for_each_zone(z)
		reserve += z->watermark[WMARK_LOW];
	free = free > reserve ? free - reserve : 0;
	return free + cached / 2 + reclaimable / 2;
}

static int meminfo_show(struct seq_file *m, void *v)
{
	unsigned long total = totalram_pages(), free = nr_free_pages(), shmem = tmpfs_pages(), vmalloc = 0;
	unsigned long cached = nr_pagecache_pages(), high = totalhigh_pages(), free_high = nr_free_highpages();
	unsigned long droppable = cached > shmem ? cached - shmem : 0, buffers = nr_blockdev_pages();
	struct slab_pages slab = { 0, 0 };
	struct process_pages proc;

	for_each_slabinfo(add_slab, &slab);
	for_each_vm_struct(add_vmalloc, &vmalloc);
	sum_processes(&proc);
	put(m, "MemTotal:", total);
	put(m, "MemFree:", free);
	put(m, "MemAvailable:", available_pages(droppable, slab.reclaimable));
	put(m, "Buffers:", buffers);
	put(m, "Cached:", cached - min(cached, buffers));
	put(m, "SwapCached:", nr_swapcache_pages());
	put(m, "Active:", nr_lru_pages(LRU_ACTIVE_ANON) + nr_lru_pages(LRU_ACTIVE_FILE));
	put(m, "Inactive:", nr_lru_pages(LRU_INACTIVE_ANON) + nr_lru_pages(LRU_INACTIVE_FILE));
	put(m, "Active(anon):", nr_lru_pages(LRU_ACTIVE_ANON));
	put(m, "Inactive(anon):", nr_lru_pages(LRU_INACTIVE_ANON));
	put(m, "Active(file):", nr_lru_pages(LRU_ACTIVE_FILE));
	put(m, "Inactive(file):", nr_lru_pages(LRU_INACTIVE_FILE));
	put(m, "Unevictable:", nr_lru_pages(LRU_UNEVICTABLE));
	put(m, "Mlocked:", proc.locked);
	put(m, "HighTotal:", high);
	put(m, "HighFree:", free_high);
	put(m, "LowTotal:", total - high);
	put(m, "LowFree:", free - free_high);
	put(m, "SwapTotal:", total_swap_pages);
	put(m, "SwapFree:", nr_swap_pages());
	put(m, "Dirty:", (unsigned long)atomic_read(&nr_dirty_pages));
	put(m, "Writeback:", (unsigned long)atomic_read(&nr_writeback_pages));
	put(m, "AnonPages:", proc.anon);
	put(m, "Mapped:", proc.mapped);
	put(m, "Shmem:", shmem);
	put(m, "KReclaimable:", slab.reclaimable);
	put(m, "Slab:", slab.all);
	put(m, "SReclaimable:", slab.reclaimable);
	put(m, "SUnreclaim:", slab.all - slab.reclaimable);
	put(m, "KernelStack:", proc.threads * (THREAD_SIZE / PAGE_SIZE));
	put(m, "PageTables:", proc.tables + nr_kernel_tables);
	put(m, "CommitLimit:", vm_commit_limit());
	put(m, "Committed_AS:", vm_committed());
	put(m, "VmallocTotal:", (VMALLOC_END - VMALLOC_START) >> PAGE_SHIFT);
	put(m, "VmallocUsed:", vmalloc);
	return 0;
}

static int vmstat_show(struct seq_file *m, void *v)
{
	struct slab_pages slab = { 0, 0 };
	struct vm_event_counts sum = { 0, 0, 0 };
	struct process_pages proc;

	for_each_slabinfo(add_slab, &slab);
	sum_processes(&proc);
	seq_printf(m, "nr_free_pages %lu\nnr_file_pages %lu\nnr_anon_pages %lu\nnr_mapped %lu\nnr_shmem %lu\n",
		   nr_free_pages(), nr_pagecache_pages(), proc.anon, proc.mapped, tmpfs_pages());
	seq_printf(m, "nr_inactive_anon %lu\nnr_active_anon %lu\nnr_inactive_file %lu\nnr_active_file %lu\n",
		   nr_lru_pages(LRU_INACTIVE_ANON), nr_lru_pages(LRU_ACTIVE_ANON), nr_lru_pages(LRU_INACTIVE_FILE),
		   nr_lru_pages(LRU_ACTIVE_FILE));
	seq_printf(m, "nr_unevictable %lu\nnr_swapcached %lu\n", nr_lru_pages(LRU_UNEVICTABLE), nr_swapcache_pages());
	seq_printf(m, "nr_slab_reclaimable %lu\nnr_slab_unreclaimable %lu\nnr_page_table_pages %lu\nnr_kernel_stack %lu\n",
		   slab.reclaimable, slab.all - slab.reclaimable, proc.tables + nr_kernel_tables, proc.threads * (THREAD_SIZE / 1024));
	seq_printf(m, "nr_dirty %u\nnr_writeback %u\n", atomic_read(&nr_dirty_pages), atomic_read(&nr_writeback_pages));
	/* pgcow is Pagoda's own: the pages that copy on write has copied. */
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		sum.pgfault += vm_events[cpu].pgfault;
		sum.pgmajfault += vm_events[cpu].pgmajfault;
		sum.pgcow += vm_events[cpu].pgcow;
	}
	seq_printf(m, "pgfault %lu\npgmajfault %lu\npgcow %lu\n", sum.pgfault, sum.pgmajfault, sum.pgcow);
	seq_printf(m, "pswpin %lu\npswpout %lu\npgactivate %lu\npgdeactivate %lu\n", vm_scan.pswpin, vm_scan.pswpout,
		   vm_scan.pgactivate, vm_scan.pgdeactivate);
	seq_printf(m, "pgscan %lu\npgsteal %lu\nallocstall %lu\npageoutrun %lu\npglazyfreed %lu\noom_kill %lu\n", vm_scan.pgscan,
		   vm_scan.pgsteal, vm_scan.allocstall, vm_scan.pageoutrun, vm_scan.pglazyfreed, oom_kills);
	return 0;
}

static int buddyinfo_show(struct seq_file *m, void *v)
{
	unsigned int order;
	struct zone *z;

	for_each_zone(z) {
		if (!z->present_pages)
			continue;
		seq_printf(m, "Node 0, zone %8s ", z->name);
		for (order = 0; order < MAX_ORDER; order++)
			seq_printf(m, "%6lu ", READ_ONCE(z->free_area[order].nr_free));
		seq_putc(m, '\n');
	}
	return 0;
}

static void show_zone(struct seq_file *m, struct zone *z)
{
	unsigned int cpu, i;

	seq_printf(m, "Node 0, zone %8s\n  pages free     %lu\n        min      %lu\n        low      %lu\n        high     %lu\n",
		   z->name, READ_ONCE(z->nr_free) + zone_pcp_pages(z), z->watermark[WMARK_MIN], z->watermark[WMARK_LOW],
		   z->watermark[WMARK_HIGH]);
	seq_printf(m, "        spanned  %lu\n        present  %lu\n        managed  %lu\n        protection: (",
		   z->spanned_pages, z->present_pages, z->present_pages);
	for (i = 0; i < MAX_NR_ZONES; i++)
		seq_printf(m, i ? ", %lu" : "%lu", z->lowmem_reserve[i]);
	seq_puts(m, ")\n  pagesets\n");
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		seq_printf(m, "    cpu: %u\n              count: %u\n              high:  %u\n              batch: %u\n", cpu,
			   z->pcp[cpu].count, z->pcp[cpu].high, z->pcp[cpu].batch);
	seq_printf(m, "  start_pfn:           %lu\n", z->zone_start_pfn);
}

static int zoneinfo_show(struct seq_file *m, void *v)
{
	struct zone *z;

	for_each_zone(z)
		if (z->present_pages)
			show_zone(m, z);
	return 0;
}

static void show_slab(const struct slabinfo *s, void *arg)
{
	seq_printf(arg, "%-17s %6lu %6lu %6lu %4lu %4lu : tunables %4u %4u %4u : slabdata %6lu %6lu %6u\n", s->name,
		   s->active_objs, s->num_objs, s->objsize, s->objperslab, s->pagesperslab, 0, 0, 0, s->active_slabs,
		   s->num_slabs, 0);
}

static int slabinfo_show(struct seq_file *m, void *v)
{
	seq_puts(m, "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		 " : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	for_each_slabinfo(show_slab, m);
	return 0;
}

static void show_vm_struct(const struct vm_struct *v, void *arg)
{
	unsigned long offset;
	const char *caller = v->caller ? kallsyms_lookup((unsigned long)v->caller, &offset) : NULL;

	seq_printf(arg, "0x%08lx-0x%08lx %7lu", v->addr, v->addr + v->size, v->size);
	if (caller)
		seq_printf(arg, " %s+0x%lx", caller, offset);
	if (v->pages)
		seq_printf(arg, " pages=%u vmalloc", v->nr_pages);
	else
		seq_printf(arg, " phys=0x%llx ioremap", (unsigned long long)v->phys);
	seq_putc(arg, '\n');
}

static int vmallocinfo_show(struct seq_file *m, void *v)
{
	for_each_vm_struct(show_vm_struct, m);
	return 0;
}

static int proc_memory_init(void)
{
	proc_create_single("meminfo", 0444, NULL, meminfo_show);
	proc_create_single("vmstat", 0444, NULL, vmstat_show);
	proc_create_single("buddyinfo", 0444, NULL, buddyinfo_show);
	proc_create_single("zoneinfo", 0444, NULL, zoneinfo_show);
	proc_create_single("slabinfo", 0400, NULL, slabinfo_show);
	proc_create_single("vmallocinfo", 0400, NULL, vmallocinfo_show);
	return 0;
}
fs_initcall(proc_memory_init);
