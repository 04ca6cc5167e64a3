/* SPDX-License-Identifier: MIT */
/*
 * Page owners: "leaks 3 pages" is a riddle, "3 pages, do_cow_fault < handle_pte_fault, since this test began" is nearly a fix.
 *
 * A record belongs to whoever has the page: it is written by the allocator when nobody else can see the page, and read by the
 * reports without a lock, which at worst show a record that is being overwritten.
 *
 * /sys/kernel/debug/page_owner lists the places that hold pages: how many, how many of these were handed out since the last write
 * to the file, and the place; those with most recent ones first. So "what did that leave behind" is: write, do it, read.
 */
#include "fs/debugfs/debugfs.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/printf.h"
#include "lib/sort.h"
#include "lib/string.h"
#include "mm/page_owner.h"
#include "mm/vmalloc.h"

#if DEBUG
struct page_owner *page_owners;

void page_owner_init(void *map, unsigned long pfns)
{
	page_owners = map;
	memset(map, 0, pfns * sizeof(struct page_owner));
}

/* The frame of the caller lies above ours on the same stack, or the chain ends here (a task's first function). */
static unsigned long next_caller(const unsigned long **frame)
{
	const unsigned long *above = (const unsigned long *)(*frame)[0];

	if (above <= *frame || (unsigned long)above >= ((unsigned long)*frame | (THREAD_SIZE - 1)) - sizeof(long) * 2)
		return 0;
	*frame = above;
	return above[1];
}

void set_page_owner(struct page *page, unsigned int order, gfp_t gfp, const void *frame)
{
	struct page_owner *o = page_owners + page_to_pfn(page);
	const unsigned long *f = frame;

	o->caller[0] = f[1];
	o->caller[1] = next_caller(&f);
	o->pid = current ? current->pid : 0;
	o->gfp = (u16)gfp;
	o->order = (u8)order;
	o->state = OWNER_ALLOCATED | OWNER_RECENT;
}

void reset_page_owner(struct page *page, unsigned int order)
{
	struct page_owner *o = page_owners + page_to_pfn(page);
	char text[120];

	if (o->state & OWNER_ALLOCATED && o->order != order) {
		page_owner_text(text, sizeof(text), page);
		panic("page %lx freed with order %u, but %s", page_to_pfn(page), order, text);
	}
	o->state = 0;
}

void page_owner_text(char *buf, size_t n, const struct page *page)
{
	const struct page_owner *o = page_owner(page);
	char place[2][48];

	if (!o->caller[0]) {
		scnprintf(buf, n, "never allocated");
		return;
	}
	for (int i = 0; i < 2; i++)
		lockdep_place(place[i], sizeof(place[i]), (void *)o->caller[i]);
	scnprintf(buf, n, "%s %s < %s, order %u, gfp %x, pid %d",
		  o->state & OWNER_ALLOCATED ? "allocated by" : "free, had by", place[0], place[1], o->order, o->gfp, o->pid);
}

/* ---- the list by place ---- */

#define MAX_SITES 512u		/* a power of two; what does not fit is counted as "elsewhere" */
struct site {
	unsigned long caller[2];
	unsigned long pages, recent;
};

static struct site *find_site(struct site *sites, const struct page_owner *o)
{
	u32 at = (u32)(o->caller[0] * 31 + o->caller[1]) * 0x9e3779b1u >> 16;

	for (unsigned int i = 0; i < MAX_SITES - 1; i++) {
		struct site *s = &sites[(at + i) % (MAX_SITES - 1)];

		if (!s->pages || (s->caller[0] == o->caller[0] && s->caller[1] == o->caller[1])) {
			s->caller[0] = o->caller[0];
			s->caller[1] = o->caller[1];
			return s;
		}
	}
	return &sites[MAX_SITES - 1];
}

static void count_sites(struct site *sites)
{
	for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
		const struct page_owner *o = page_owners + pfn;
		struct site *s;

		if (!(o->state & OWNER_ALLOCATED))
			continue;
		s = find_site(sites, o);
		s->pages += 1ul << o->order;
		if (o->state & OWNER_RECENT)
			s->recent += 1ul << o->order;
	}
}

static int by_pages(const void *a, const void *b)
{
	const struct site *x = a, *y = b;

	if (x->recent != y->recent)
		return x->recent < y->recent ? 1 : -1;
	return x->pages < y->pages ? 1 : x->pages > y->pages ? -1 : 0;
}

static int page_owner_show(struct seq_file *m, void *v)
{
	struct site *sites = vzalloc(MAX_SITES * sizeof(*sites));
	char place[2][48];

	(void)v;
	if (!sites)
		return -ENOMEM;
	count_sites(sites);
	sort(sites, MAX_SITES, sizeof(*sites), by_pages);
	seq_puts(m, "   pages  recent  place\n");
	for (struct site *s = sites; s < sites + MAX_SITES; s++) {
		if (!s->pages)
			continue;
		for (int i = 0; i < 2; i++)
			lockdep_place(place[i], sizeof(place[i]), (void *)s->caller[i]);
		seq_printf(m, "%8lu %7lu  %s < %s\n", s->pages, s->recent, s->caller[0] ? place[0] : "elsewhere", place[1]);
	}
	vfree(sites);
	return 0;
}

static int page_owner_mark(void *unused, const char *text)
{
	(void)unused;
	(void)text;
	for (unsigned long pfn = 0; pfn < max_pfn; pfn++)
		page_owners[pfn].state &= (u8)~OWNER_RECENT;
	return 0;
}

static int page_owner_debugfs(void)
{
	static const struct debugfs_text file = { .show = page_owner_show, .store = page_owner_mark };

	return debugfs_create_text("page_owner", 0600, NULL, NULL, &file) ? 0 : -ENOMEM;
}
late_initcall(page_owner_debugfs);
#endif
