/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * What vm_model.c knows: for each page of a process's window its area's properties and every byte that it must hold.
 *
 * A page's contents are words that follow from one number, its generation, which no two fills have in common; 0 is a page
 * of zeros. In addition one byte may be odd. So a page from the wrong place, of the wrong time or of another process shows,
 * and eight bytes describe it.
 *
 * A private page's contents are known to its process alone; the model is private memory itself, so that a fork copies it. What
 * files and shared mappings hold (an object each) is in memory that all processes share, with a lock for each page:
 * who accesses a page of an object holds the page's lock, so that it knows what must be there. Two locks are taken in the
 * order of their addresses. A private page of a file has the object's contents until it is written to; then it is the
 * process's own, until the file is cut off below it (`cut` counts how often each page was).
 */
#include <sys/mman.h>
#include <stdarg.h>
#include <time.h>
#include "test.h"

#define WINDOW 0x5ffc0000ul	/* 64 pages, then a page table boundary */
#define MAX_PAGES 8192
#define HEAP 48			/* pages of the brk heap, which follow those of the window in pages[] */
#define OBJECTS 24
#define FILES 4			/* objects that are files; the others are anonymous */
#define OBJECT_PAGES 32
#define WORDS (PAGE / 4)

struct content {
	unsigned gen;
	unsigned short odd_at;
	unsigned char odd, has_odd;
};

struct object {
	int used, refs;			/* an anonymous one is free again without pages that map it */
	int size;			/* in pages; what lies behind is SIGBUS */
	int lock[OBJECT_PAGES];		/* all of them, in order, to change size */
	unsigned cut[OBJECT_PAGES];
	struct content page[OBJECT_PAGES];
};

enum kind { NONE, ANON, PRIVATE, SHARED };

struct page {
	unsigned char kind, prot, locked, wipe, dontfork;
	unsigned char may_be_zero;	/* MADV_FREE */
	unsigned char own;		/* PRIVATE: written to, so c counts, unless cut has changed */
	unsigned char object;
	unsigned index, cut;
	struct content c;
};

struct control {
	volatile int failed;
	int table_lock, live;
	unsigned gen, operations, refused;
	struct object object[OBJECTS];
};

static struct control *ctl;
static struct page pages[MAX_PAGES + HEAP];
static unsigned npages = 192;
static unsigned long heap_base;
static int fd[FILES];
static char who[64] = "0";
static unsigned long long state;

static unsigned below(unsigned n)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(state >> 33) % n;
}

#define TRACES 40
static char trace[TRACES][100];
static unsigned traced;
#define TRACE(...) snprintf(trace[traced++ % TRACES], sizeof trace[0], __VA_ARGS__)

/* The end of the whole run: says what is wrong and what was done before. */
static void fail(const char *format, ...)
{
	static char text[TRACES * 100 + 400];
	int n = sprintf(text, "not ok process %s: ", who);
	va_list args;

	va_start(args, format);
	n += vsnprintf(text + n, 300, format, args);
	va_end(args);
	for (unsigned i = traced > TRACES ? traced - TRACES : 0; i < traced; i++)
		n += sprintf(text + n, "\n# %u: %s", i, trace[i % TRACES]);
	text[n++] = '\n';
	if (!ctl->failed) {
		ctl->failed = 1;
		write(1, text, n);
	}
	_exit(1);
}

static void lock(int *l)
{
	while (l && __sync_lock_test_and_set(l, 1)) {
		if (ctl->failed)
			_exit(1);
		SYS(sched_yield);
	}
}

static void unlock(int *l)
{
	if (l)
		__sync_lock_release(l);
}

static void lock_pair(int *a, int *b)
{
	lock(a < b ? a : b);
	if (a != b)
		lock(a < b ? b : a);
}

static void unlock_pair(int *a, int *b)
{
	unlock(a);
	if (a != b)
		unlock(b);
}

static void lock_object(int o)
{
	for (int i = 0; i < OBJECT_PAGES; i++)
		lock(&ctl->object[o].lock[i]);
}

static void unlock_object(int o)
{
	for (int i = 0; i < OBJECT_PAGES; i++)
		unlock(&ctl->object[o].lock[i]);
}

static char *address(unsigned i) { return (char *)(i < MAX_PAGES ? WINDOW + i * PAGE : heap_base + (i - MAX_PAGES) * PAGE); }
static int backed(const struct page *p) { return p->kind == PRIVATE || p->kind == SHARED; }
static struct object *object_of(const struct page *p) { return &ctl->object[p->object]; }
static int *backing_lock(const struct page *p) { return backed(p) && p->index < OBJECT_PAGES ? &object_of(p)->lock[p->index] : NULL; }
static int past_end(const struct page *p) { return backed(p) && p->index >= (unsigned)object_of(p)->size; }

/* What the page must hold. Here and below: with the backing's lock, and the page not past the end. */
static struct content *content_of(struct page *p)
{
	if (p->kind == ANON || (p->kind == PRIVATE && p->own && p->cut == object_of(p)->cut[p->index]))
		return &p->c;
	return &object_of(p)->page[p->index];
}

/* The page was written to. */
static void commit(struct page *p, struct content c)
{
	if (p->kind == SHARED) {
		object_of(p)->page[p->index] = c;
		return;
	}
	if (p->kind == PRIVATE)
		p->cut = object_of(p)->cut[p->index];
	p->own = 1;
	p->may_be_zero = 0;
	p->c = c;
}

/* How a program's access ends: 0, or the signal and its code. i386 has no write without read. */
static int expected(const struct page *p, int write, int *code)
{
	*code = p->kind == NONE ? 1 : 2;
	if (p->kind == NONE || !(write ? p->prot & PROT_WRITE : p->prot))
		return SIGSEGV;
	return past_end(p) ? SIGBUS : 0;
}

static unsigned word(unsigned gen, unsigned i) { return gen ? (gen * 2654435761u) ^ (i * 40503u + gen) : 0; }
static unsigned char byte_of(unsigned gen, unsigned at) { return (unsigned char)(word(gen, at / 4) >> at % 4 * 8); }
static unsigned next_gen(void) { return __sync_add_and_fetch(&ctl->gen, 1); }

static unsigned word_of(const struct content *c, unsigned i)
{
	unsigned w = word(c->gen, i), shift = c->odd_at % 4 * 8;

	return c->has_odd && i == c->odd_at / 4u ? (w & ~(0xffu << shift)) | (unsigned)c->odd << shift : w;
}

static int first_wrong(const volatile unsigned *m, const struct content *c)
{
	for (unsigned i = 0; i < WORDS; i++)
		if (m[i] != word(c->gen, i) && m[i] != word_of(c, i))
			return (int)i;
	return c->has_odd && m[c->odd_at / 4] != word_of(c, c->odd_at / 4) ? c->odd_at / 4 : -1;
}

/* Accesses that may fault. */
enum access { READ, FILL, ODD };
static sigjmp_buf guard;
static volatile int guarded;
static siginfo_t fault;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (!guarded)
		fail("signal %d code %d at %p outside of any access", sig, info->si_code, info->si_addr);
	fault = *info;
	siglongjmp(guard, sig);
}

static void catch_faults(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_NODEFER };

	action.sa_sigaction = on_signal;
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* old is what is there, c what shall be; the signal, or 0. *wrong is the first word that differs, or -1. */
static int attempt(enum access what, char *at, const struct content *old, const struct content *c, volatile int *wrong)
{
	volatile unsigned *m = (volatile unsigned *)at;
	int sig;

	guarded = 1;
	sig = sigsetjmp(guard, 0);
	if (!sig && what == READ) {
		*wrong = first_wrong(m, c);
	} else if (!sig && what == FILL) {
		for (unsigned i = 0; i < WORDS; i++)
			m[i] = word(c->gen, i);
	} else if (!sig) {
		((volatile char *)at)[c->odd_at] = (char)c->odd;
		if (old->has_odd && old->odd_at != c->odd_at)
			((volatile char *)at)[old->odd_at] = (char)byte_of(old->gen, old->odd_at);
	}
	guarded = 0;
	return sig;
}

/* A page that MADV_FREE was told of: as before, or zeros from now on. */
static int became_zero(unsigned i, struct page *p)
{
	static const struct content zero;
	volatile int wrong = -1;

	if (!p->may_be_zero || attempt(READ, address(i), NULL, &zero, &wrong) || wrong >= 0)
		return 0;
	p->c = zero;
	p->may_be_zero = 0;
	return 1;
}

static void access_page(unsigned i, enum access what)
{
	static const char *names[] = { "read", "fill", "odd byte" };
	struct page *p = &pages[i];
	struct content none = { 0 }, *now, next;
	int sig, got, code;
	volatile int wrong = -1;
	unsigned first = 0;

	if (what == ODD && p->may_be_zero)
		what = FILL;
	lock(backing_lock(p));
	sig = expected(p, what != READ, &code);
	now = sig ? &none : content_of(p);
	next = *now;
	if (what == FILL)
		next = (struct content) { .gen = next_gen() };
	else if (what == ODD)
		next = (struct content) { now->gen, first = (unsigned short)below(PAGE), (unsigned char)below(256), 1 };
	got = attempt(what, address(i), now, &next, &wrong);
	if (got != sig)
		fail("%s of page %u: signal %d, not %d", names[what], i, got, sig);
	if (sig && (fault.si_code != code || (char *)fault.si_addr != address(i) + first))
		fail("%s of page %u: signal %d code %d at %p", names[what], i, sig, fault.si_code, fault.si_addr);
	if (!sig && wrong >= 0 && !became_zero(i, p))
		fail("page %u (kind %d, object %d page %u), word %d: %08x, not %08x (gen %x)", i, p->kind, p->object, p->index, wrong,
		     ((unsigned *)address(i))[wrong], word_of(&next, (unsigned)wrong), next.gen);
	if (!sig && what != READ)
		commit(p, next);
	unlock(backing_lock(p));
}

static void check_all(void)
{
	for (unsigned i = 0; i < npages; i++)
		access_page(i, READ);
	for (unsigned i = MAX_PAGES; i < MAX_PAGES + HEAP; i++)
		if (pages[i].kind)
			access_page(i, READ);
}

/* The page's entry in the model changes: objects count those that map them. */
static void set_page(unsigned i, struct page p)
{
	if (backed(&p))
		__sync_add_and_fetch(&object_of(&p)->refs, 1);
	if (backed(&pages[i]))
		__sync_sub_and_fetch(&object_of(&pages[i])->refs, 1);
	pages[i] = p;
}

/* For an anonymous shared mapping; -1: all are in use. The first reference is the caller's. */
static int new_object(int size)
{
	int found = -1;

	lock(&ctl->table_lock);
	for (int o = FILES; o < OBJECTS && found < 0; o++)
		if (!ctl->object[o].refs) {
			memset(ctl->object[o].page, 0, sizeof ctl->object[o].page);
			ctl->object[o].size = size;
			ctl->object[o].refs = 1;
			found = o;
		}
	unlock(&ctl->table_lock);
	return found;
}

static void drop_object(int o) { __sync_sub_and_fetch(&ctl->object[o].refs, 1); }

/* Is [a, a + n) one area, as far as the model knows? The kernel may have kept parts of it apart. */
static int alike(unsigned a, unsigned n)
{
	for (unsigned i = a; i < a + n; i++) {
		const struct page *p = &pages[a], *q = &pages[i];

		if (q->kind == NONE || q->kind != p->kind || q->prot != p->prot || q->locked != p->locked || q->wipe != p->wipe ||
		    q->dontfork != p->dontfork || (backed(p) && (q->object != p->object || q->index != p->index + i - a)))
			return 0;
	}
	return 1;
}

static int first_hole(unsigned a, unsigned n)
{
	for (unsigned i = a; i < a + n; i++)
		if (!pages[i].kind)
			return (int)(i - a);
	return -1;
}

static int all_free(unsigned a, unsigned n)
{
	for (unsigned i = a; i < a + n; i++)
		if (i >= npages || pages[i].kind)
			return 0;
	return 1;
}

/*
 * /proc/self/maps against the model. Pages of [from, from + n) may also be unmapped: a call that failed may have got so far;
 * the model then follows, but only if `may_be_gone`.
 */
static void check_maps(unsigned from, unsigned n, int may_be_gone)
{
	static char text[1 << 19];
	static struct { unsigned char mapped, prot, shared; unsigned index; } is[MAX_PAGES];
	int f = open("/proc/self/maps", O_RDONLY), len = 0, got;

	while (f >= 0 && (got = read(f, text + len, sizeof text - 1 - len)) > 0)
		len += got;
	close(f);
	text[len] = 0;
	memset(is, 0, sizeof is);
	for (char *line = text; *line; line = strchr(line, '\n') + 1) {
		char *end, *flags;
		unsigned long start = strtoul(line, &end, 16), stop = strtoul(end + 1, &flags, 16);
		unsigned index = strtoul(flags + 6, NULL, 16) / PAGE;

		for (; start < stop; start += PAGE, index++)
			if (start >= WINDOW && start < WINDOW + npages * PAGE) {
				unsigned i = (start - WINDOW) / PAGE;

				is[i].mapped = 1;
				for (int k = 0; k < 3; k++)		/* PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4 */
					is[i].prot |= (flags[1 + k] != '-') << k;
				is[i].shared = flags[4] == 's';
				is[i].index = index;
			}
	}
	for (unsigned i = 0; i < npages; i++) {
		const struct page *p = &pages[i];

		if (i >= from && i < from + n && !is[i].mapped && p->kind && may_be_gone)
			set_page(i, (struct page) { 0 });
		else if (!is[i].mapped != !p->kind)
			fail("page %u is %smapped, says /proc/self/maps", i, p->kind ? "not " : "");
		else if (p->kind && ((is[i].prot != p->prot && !(i >= from && i < from + n)) || is[i].shared != (p->kind == SHARED) ||
				     (backed(p) && is[i].index != p->index)))
			fail("page %u has prot %x, not %x; shared %d; page %x of its file, not %x; says /proc/self/maps", i,
			     is[i].prot, p->prot, is[i].shared, is[i].index, p->index);
	}
}
