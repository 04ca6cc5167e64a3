/* SPDX-License-Identifier: MIT */
#pragma once
/* vm_model.c's calls that change areas: mmap, munmap, mprotect, mremap, madvise, mlock, mincore, brk; and how allocations in them fail. */
#include "vm_model.h"

static int fail_nth = -1, hit;

/* From here to the end of the call the Nth allocation fails. */
static void begin_injection(void)
{
	char text[8];

	hit = 0;
	if (fail_nth >= 0 && below(4) == 0) {
		sprintf(text, "%u", 1 + below(below(4) ? 4 : 30));
		hit = pwrite(fail_nth, text, strlen(text), 0) > 0;
	}
}

static void end_injection(void)
{
	if (hit)
		pwrite(fail_nth, "0", 1, 0);
}

/* The result of a call, made again if it was made to fail: in [a, a + n) it may have got anywhere. */
#define CALL(expr, a, n, may_be_gone) ({								\
		long r_;									\
		begin_injection();								\
		errno = 0;									\
		r_ = (long)(expr);								\
		if (r_ == -1 && hit && (errno == ENOMEM || errno == EAGAIN)) {			\
			ctl->refused++;								\
			end_injection();							\
			check_maps(a, n, may_be_gone);						\
			errno = 0;								\
			r_ = (long)(expr);							\
		} else {									\
			int e_ = errno;								\
			end_injection();							\
			errno = e_;								\
		}										\
		r_;										\
	})

static void must_be(const char *call, long result, int error, long wanted, int wanted_error)
{
	if (result != wanted || (result == -1 && error != wanted_error))
		fail("%s: %ld, error %d; not %ld, error %d", call, result, error, wanted, wanted_error);
}

#define MUST(call, result, wanted, wanted_error) do {							\
		long result_ = (long)(result);								\
		must_be(call, result_, errno, wanted, wanted_error);					\
	} while (0)

/* Mostly short, sometimes a good part of the window. */
static unsigned random_range(unsigned *n)
{
	unsigned a;

	*n = 1 + below(below(8) ? 8 : below(4) ? 24 : npages / 6);
	a = below(npages);
	if (*n > npages - a)
		*n = npages - a;
	return a;
}

static unsigned random_prot(void)
{
	static const unsigned char prots[] = { PROT_NONE, PROT_READ, PROT_WRITE, PROT_READ | PROT_EXEC, 7 };

	return below(2) ? PROT_READ | PROT_WRITE : prots[below(sizeof prots)];
}

/* An area of n pages as mmap has just made it. */
static void set_area(unsigned a, unsigned n, struct page p)
{
	for (unsigned i = 0; i < n; i++, p.index++)
		set_page(a + i, p);
}

static void do_map(void)
{
	unsigned n, a = random_range(&n), flags = 0, where = below(4);
	struct page p = { .kind = (unsigned char)(ANON + below(3)), .prot = (unsigned char)random_prot() };
	int file = -1, fresh = 0;
	char *at;

	if (p.kind == SHARED && below(3) == 0) {
		int o = new_object((int)n < OBJECT_PAGES ? (int)n : OBJECT_PAGES);

		if (o < 0)
			return;
		if (n > OBJECT_PAGES)
			n = OBJECT_PAGES;
		p.object = (unsigned char)o;
		fresh = 1;
	} else if (p.kind != ANON) {
		p.object = (unsigned char)below(FILES);
		p.index = below(OBJECT_PAGES + 2);
		file = fd[p.object];
	}
	flags = p.kind == SHARED ? MAP_SHARED : MAP_PRIVATE;
	flags |= file < 0 ? MAP_ANONYMOUS : 0;
	flags |= p.kind != PRIVATE && below(6) == 0 ? MAP_POPULATE : 0;
	flags |= below(10) == 0 ? MAP_NORESERVE : 0;
	flags |= where == 0 ? 0 : where == 1 ? MAP_FIXED_NOREPLACE : MAP_FIXED;
	TRACE("mmap %u+%u kind %d prot %d flags %x object %d page %u", a, n, p.kind, p.prot, flags, p.object, p.index);
	at = (char *)CALL(mmap(address(a), n * PAGE, p.prot, flags, file, (off_t)p.index * PAGE), a, n, where > 1);
	if (where == 1 && !all_free(a, n)) {
		MUST("mmap NOREPLACE", (long)at, -1, EEXIST);
	} else if (where == 0 && at != MAP_FAILED && at != address(a)) {
		/* Elsewhere, because something is here. Into the window with it. */
		if (all_free(a, n))
			fail("mmap at a free place gave %p", at);
		MUST("mremap into the window", (long)mremap(at, n * PAGE, n * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, address(a)),
		     (long)address(a), 0);
		set_area(a, n, p);
	} else {
		if (at == address(a) && where < 2 && !all_free(a, n))
			fail("mmap took what was not free");
		MUST("mmap", (long)at, (long)address(a), 0);
		set_area(a, n, p);
	}
	if (fresh)
		drop_object(p.object);
	for (unsigned i = a; i < a + n; i += 1 + below(4))
		access_page(i, READ);
}

static void do_unmap(void)
{
	unsigned n, a = random_range(&n);

	TRACE("munmap %u+%u", a, n);
	MUST("munmap", CALL(munmap(address(a), n * PAGE), a, n, 1), 0, 0);
	set_area(a, n, (struct page) { 0 });
}

static void do_protect(void)
{
	unsigned n, a = random_range(&n), prot = random_prot();
	int hole = first_hole(a, n);

	TRACE("mprotect %u+%u %x", a, n, prot);
	MUST("mprotect", CALL(mprotect(address(a), n * PAGE, (int)prot), a, n, 0), hole < 0 ? 0 : -1, ENOMEM);
	for (unsigned i = a; i < a + (hole < 0 ? n : (unsigned)hole); i++)
		pages[i].prot = (unsigned char)prot;
	access_page(a + below(n), READ);
	access_page(a + below(n), ODD);
}

/*
 * The pages [a, a + old) are now [b, b + new), longer or shorter; what comes new is zeros or the next pages of the file.
 * From is copied first, for the two may overlap only if a = b.
 */
static void moved(unsigned a, unsigned old, unsigned b, unsigned new)
{
	static struct page from[MAX_PAGES];
	struct page p = pages[a];

	memcpy(from, pages + a, old * sizeof from[0]);
	for (unsigned i = 0; i < new; i++) {
		/* Locked and not to be accessed: not brought in, then (2). */
		p = i < old ? from[i] : (struct page) { .kind = p.kind, .prot = p.prot, .locked = p.locked && !p.prot ? 2 : p.locked,
							.wipe = p.wipe, .dontfork = p.dontfork, .object = p.object, .index = p.index + 1 };
		set_page(b + i, p);
	}
	for (unsigned i = 0; i < old; i++)
		if (a + i < b || a + i >= b + new)
			set_page(a + i, (struct page) { 0 });
}

/* It did not work, because the range was two areas, or of an injection: nothing has moved, but what was at the target may be gone. */
static void remap_failed(int error, unsigned b, unsigned n)
{
	if (error != EFAULT && !(hit && error == ENOMEM))
		fail("mremap: error %d", error);
	ctl->refused += error == ENOMEM;
	check_maps(b, n, 1);
}

static void remap_in_place(unsigned a, unsigned old, unsigned new)
{
	int room = new <= old || all_free(a + old, new - old);
	char *at;

	begin_injection();
	errno = 0;
	at = mremap(address(a), old * PAGE, new * PAGE, 0);
	end_injection();
	if (at == address(a) && room)
		moved(a, old, a, new);
	else if (at != MAP_FAILED || (room && errno != EFAULT && !hit) || (errno != EFAULT && errno != ENOMEM))
		fail("mremap in place: %p, error %d", at, errno);
	else
		check_maps(new < old ? a + new : a, new < old ? old - new : 0, 1);
}

/* Anywhere: from where the kernel chooses, outside of the window, it is fetched to b. */
static void remap_anywhere(unsigned a, unsigned old, unsigned new, unsigned b)
{
	char *at;

	begin_injection();
	errno = 0;
	at = mremap(address(a), old * PAGE, new * PAGE, MREMAP_MAYMOVE);
	end_injection();
	if (at == MAP_FAILED) {
		remap_failed(errno, new < old ? a + new : 0, new < old ? old - new : 0);
	} else if (at == address(a)) {
		if (new > old && !all_free(a + old, new - old))
			fail("mremap grew over something");
		moved(a, old, a, new);
	} else {
		/* With an injection the old place could not be split off: then it is still there, empty. */
		munmap(address(a), old * PAGE);
		MUST("mremap into the window", (long)mremap(at, new * PAGE, new * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, address(b)),
		     (long)address(b), 0);
		/* b may lie over a, which has been left. */
		if (b < a + old && a < b + new) {
			static struct page from[MAX_PAGES];

			memcpy(from, pages + a, old * sizeof from[0]);
			moved(a, old, MAX_PAGES - new, new);
			moved(MAX_PAGES - new, new, b, new);
		} else {
			moved(a, old, b, new);
		}
	}
}

static void remap_fixed(unsigned a, unsigned old, unsigned new, unsigned b)
{
	int keep = pages[a].kind == ANON && !pages[a].locked && old == new && below(3) == 0;
	int twice = pages[a].kind == SHARED && a != b && below(3) == 0;
	unsigned flags = MREMAP_MAYMOVE | MREMAP_FIXED | (keep ? MREMAP_DONTUNMAP : 0);
	struct page first = pages[a], empty = first;
	char *at;

	TRACE("  to %u, %s", b, keep ? "old place stays" : twice ? "old length 0" : "fixed");
	begin_injection();
	errno = 0;
	at = mremap(address(a), twice ? 0 : old * PAGE, new * PAGE, (int)flags, address(b));
	end_injection();
	if (b < a + old && a < b + new && !(twice && b > a)) {
		MUST("mremap onto itself", at, -1, EINVAL);
		return;
	}
	if (at == MAP_FAILED) {
		unsigned from = new < old && a + new < b ? a + new : b, to = new < old && a + old > b + new ? a + old : b + new;

		remap_failed(errno, from, to - from);
		return;
	}
	MUST("mremap", (long)at, (long)address(b), 0);
	if (twice)
		return set_area(b, new, first);
	if (hit)
		munmap(address(a), old * PAGE);
	moved(a, old, b, new);
	empty.c = (struct content) { 0 };
	empty.may_be_zero = 0;
	if (keep && !hit)
		set_area(a, old, empty);
}

static void do_remap(void)
{
	unsigned old, a = random_range(&old), new, b, how = below(4);

	while (old > 1 && !alike(a, old))
		old /= 2;
	b = random_range(&new);
	if (below(3) == 0)
		new = old;
	if (new > npages - b)
		new = npages - b;
	if (!pages[a].kind || a + new > npages)
		return;
	TRACE("mremap %u+%u (kind %d) to %u pages, how %u, at %u", a, old, pages[a].kind, new, how, b);
	if (how == 0)
		remap_in_place(a, old, new);
	else if (how == 1)
		remap_anywhere(a, old, new, b);
	else
		remap_fixed(a, old, new, b);
	for (unsigned i = 0; i < old; i++)
		access_page(a + i, READ);
	for (unsigned i = 0; i < new; i++)
		access_page(b + i, READ);
}

static void dont_need(unsigned a, unsigned n)
{
	int hole = first_hole(a, n) >= 0;
	long result = CALL(madvise(address(a), n * PAGE, MADV_DONTNEED), a, n, 0);

	for (unsigned i = a; i < a + n; i++) {
		struct page *p = &pages[i];

		if (p->locked) {
			MUST("DONTNEED of a locked page", result, -1, EINVAL);
			return;
		}
		p->own = p->may_be_zero = 0;
		p->c = (struct content) { 0 };
	}
	MUST("DONTNEED", result, hole ? -1 : 0, ENOMEM);
}

/* What must not change any byte, except that MADV_FREE may make zeros. Not every kernel has all of it. */
static void advise(unsigned a, unsigned n)
{
	static const unsigned char which[] = {
		MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_WILLNEED, MADV_FREE, MADV_COLD, MADV_PAGEOUT, MADV_PAGEOUT,
		MADV_DONTDUMP, MADV_DODUMP,
	};
	int advice = which[below(sizeof which)];
	long result = CALL(madvise(address(a), n * PAGE, advice), a, n, 0);

	TRACE("  advice %d: %ld error %d", advice, result, errno);
	if (result < 0 && errno != EINVAL && errno != ENOMEM && errno != EBADF)
		fail("madvise %d: error %d", advice, errno);
	if (advice == MADV_FREE)
		for (unsigned i = a; i < a + n; i++)
			pages[i].may_be_zero |= pages[i].kind == ANON;
}

/* What a child gets of it. */
static void advise_fork(unsigned a, unsigned n)
{
	int set = (int)below(2), wipe = (int)below(2), bad = 0;
	int advice = wipe ? set ? MADV_WIPEONFORK : MADV_KEEPONFORK : set ? MADV_DONTFORK : MADV_DOFORK;
	int hole = first_hole(a, n) >= 0;
	long result = CALL(madvise(address(a), n * PAGE, advice), a, n, 0);

	TRACE("  advice %d: %ld error %d", advice, result, errno);
	for (unsigned i = a; i < a + n && !bad; i++) {
		bad = advice == MADV_WIPEONFORK && backed(&pages[i]);
		if (bad || !pages[i].kind)
			continue;
		if (wipe)
			pages[i].wipe = (unsigned char)set;
		else
			pages[i].dontfork = (unsigned char)set;
	}
	MUST("madvise for forks", result, bad || hole ? -1 : 0, bad ? EINVAL : ENOMEM);
}

static void do_advise(void)
{
	unsigned n, a = random_range(&n), how = below(4);

	TRACE("madvise %u+%u, %s", a, n, how == 0 ? "DONTNEED" : how == 1 ? "fork" : "other");
	if (how == 0)
		dont_need(a, n);
	else if (how == 1)
		advise_fork(a, n);
	else
		advise(a, n);
	for (unsigned i = a; i < a + n; i += 1 + below(3))
		access_page(i, READ);
}

/*
 * mlock brings all pages in, and makes those of a private writable mapping of a file the process's own; such areas are not
 * kept locked, for other calls would do the same to them.
 */
static void do_lock(void)
{
	unsigned n, a = random_range(&n), locked = 0, files = 0, shared = 0, bad = 0;
	long result;

	for (unsigned i = a; i < a + n; i++) {
		files |= pages[i].kind == PRIVATE ? 1u << pages[i].object : 0;
		shared |= pages[i].kind == SHARED;
	}
	for (unsigned i = 0; i < npages; i++)
		locked += pages[i].locked != 0;
	if (first_hole(a, n) >= 0 || locked + n > 128 || (files && shared))
		return;
	TRACE("mlock %u+%u, files %x", a, n, files);
	for (int o = 0; o < FILES; o++)
		if (files & 1u << o)
			lock_object(o);
	for (unsigned i = a; i < a + n; i++)
		bad |= !pages[i].prot || (pages[i].kind == PRIVATE && past_end(&pages[i]));
	result = bad ? 0 : CALL(mlock(address(a), n * PAGE), a, n, 0);
	if (result == 0 && !bad)
		for (unsigned i = a; i < a + n; i++) {
			pages[i].locked = 1;
			if (pages[i].kind == PRIVATE && pages[i].prot & PROT_WRITE)
				commit(&pages[i], *content_of(&pages[i]));
		}
	for (int o = 0; o < FILES; o++)
		if (files & 1u << o)
			unlock_object(o);
	/* A page of a shared mapping may lie past the end; and of limits others know. */
	if (result < 0 && errno != ENOMEM && errno != EAGAIN)
		fail("mlock: error %d", errno);
	if (files || result < 0 || below(2)) {
		MUST("munlock", CALL(munlock(address(a), n * PAGE), a, n, 0), 0, 0);
		for (unsigned i = a; i < a + n; i++)
			pages[i].locked = 0;
	}
	for (unsigned i = a; i < a + n; i++)
		access_page(i, READ);
}

static void do_mincore(void)
{
	static unsigned char vec[MAX_PAGES];
	unsigned n, a = random_range(&n);
	int hole = first_hole(a, n);

	TRACE("mincore %u+%u", a, n);
	MUST("mincore", mincore(address(a), n * PAGE, vec), hole < 0 ? 0 : -1, ENOMEM);
	for (unsigned i = 0; i < n && hole < 0; i++)
		if (pages[a + i].locked == 1 && pages[a + i].kind == ANON && pages[a + i].prot && !(vec[i] & 1))
			fail("page %u is locked and not in memory", a + i);
}

static void do_brk(void)
{
	unsigned n = below(HEAP + 1);

	TRACE("brk %u", n);
	begin_injection();
	if ((unsigned long)SYS(brk, (long)(heap_base + n * PAGE)) != heap_base + n * PAGE) {
		if (!hit)
			fail("brk to %u pages", n);
		end_injection();
		return;
	}
	end_injection();
	for (unsigned i = 0; i < HEAP; i++)
		if (i >= n)
			pages[MAX_PAGES + i].kind = NONE;
		else if (!pages[MAX_PAGES + i].kind)
			pages[MAX_PAGES + i] = (struct page) { .kind = ANON, .prot = PROT_READ | PROT_WRITE };
}
