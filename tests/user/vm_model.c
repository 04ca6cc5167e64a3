/* SPDX-License-Identifier: MIT */
/*
 * Processes that map, unmap, protect, move, advise, lock, fork, write, and let the kernel write, at random, against a model that knows
 * every byte (vm_model.h). After each call its result is what the model says, and all that it touched is looked at; now
 * and then everything is, and /proc/self/maps.
 *
 *	vm_model [seed=N] [seconds=N] [processes=N] [pages=N] [inject=N]
 *
 * The seed is printed. Where there is /proc/self/fail-nth every second process (inject=2: each, inject=0: none) has allocations
 * fail during its calls: one that fails with ENOMEM must have changed nothing outside of its range, and succeeds when it is repeated.
 */
#include "vm_model.h"

#define BUDGET 120		/* operations of a child, at most */

static unsigned seconds = 3, processes = 8, inject = 1, depth, children;
static time_t ends;
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

static unsigned random_page(void) { return below(8) ? below(npages) : MAX_PAGES + below(HEAP); }

static void do_touch(void)
{
	unsigned n, a = random_range(&n), what = below(4);

	if (below(6) == 0)
		n = 1, a = MAX_PAGES + below(HEAP);
	if (a >= MAX_PAGES && !pages[a].kind)
		return;
	TRACE("%s %u+%u", what == 0 ? "read" : what == 1 ? "odd" : "fill", a, n);
	for (unsigned i = a; i < a + n; i++)
		access_page(i, what == 0 ? READ : what == 1 ? ODD : FILL);
}

/* The kernel writes into a page: a page of a file, by read, or what a pipe has from another page. */
static void do_read(void)
{
	unsigned i = random_page(), o = below(FILES), k = below(OBJECT_PAGES);
	struct page *p = &pages[i];
	int *source = &ctl->object[o].lock[k], code, size = PAGE;
	long got, wanted;

	if (i >= MAX_PAGES && !p->kind)
		return;
	TRACE("pread file %u page %u to %u", o, k, i);
	lock_pair(source, backing_lock(p));
	wanted = k >= (unsigned)ctl->object[o].size ? 0 : expected(p, 1, &code) ? -1 : size;
	begin_injection();
	got = pread(fd[o], address(i), size, (off_t)k * PAGE);
	end_injection();
	if (!(got == -1 && hit))
		MUST("pread", got, wanted, EFAULT);
	if (got == size)
		commit(p, ctl->object[o].page[k]);
	unlock_pair(source, backing_lock(p));
	access_page(i, READ);
}

static void do_write(void)
{
	unsigned i = random_page(), o = below(FILES), k = below(OBJECT_PAGES);
	struct page *p = &pages[i];
	int *target = &ctl->object[o].lock[k], code;
	long put;

	if ((i >= MAX_PAGES && !p->kind) || p->may_be_zero)
		return;
	TRACE("pwrite %u to file %u page %u", i, o, k);
	lock_pair(target, backing_lock(p));
	if (k < (unsigned)ctl->object[o].size) {
		begin_injection();
		put = pwrite(fd[o], address(i), PAGE, (off_t)k * PAGE);
		end_injection();
		if (!(put == -1 && hit))
			MUST("pwrite", put, expected(p, 0, &code) ? -1 : PAGE, EFAULT);
		if (put == PAGE)
			ctl->object[o].page[k] = *content_of(p);
	}
	unlock_pair(target, backing_lock(p));
}

static void do_pipe(void)
{
	static char rest[PAGE];
	unsigned i = random_page(), j = random_page();
	struct page *p = &pages[i], *q = &pages[j];
	struct content c = { 0 };
	int ends_[2], code, sig;
	long n;

	if ((i >= MAX_PAGES && !p->kind) || (j >= MAX_PAGES && !q->kind) || p->may_be_zero || pipe(ends_) < 0)
		return;
	TRACE("pipe from %u to %u", i, j);
	lock(backing_lock(p));
	sig = expected(p, 0, &code);
	if (!sig)
		c = *content_of(p);
	n = write(ends_[1], address(i), PAGE);
	MUST("write to a pipe", n, sig ? -1 : PAGE, EFAULT);
	unlock(backing_lock(p));
	if (!sig) {
		lock(backing_lock(q));
		sig = expected(q, 1, &code);
		begin_injection();
		n = read(ends_[0], address(j), PAGE);
		end_injection();
		if (!(n == -1 && hit))
			MUST("read from a pipe", n, sig ? -1 : PAGE, EFAULT);
		if (n == PAGE)
			commit(q, c);
		else
			MUST("the rest in the pipe", read(ends_[0], rest, PAGE), PAGE, 0);
		unlock(backing_lock(q));
	}
	close(ends_[0]);
	close(ends_[1]);
	access_page(j, READ);
}

/* A file becomes shorter or longer, or gets a hole: other processes' private copies go with what is cut off, and stay over a hole. */
static void do_resize(void)
{
	int o = (int)below(FILES), to = (int)below(OBJECT_PAGES + 1), hole = below(3) == 0, err;
	int from = (int)below(OBJECT_PAGES), end = from + (OBJECT_PAGES - from) / 2 + 1;
	struct object *object = &ctl->object[o];

	if (below(3) == 0) {
		TRACE("msync and fsync");
		MUST("msync", msync(address(0), npages * PAGE, MS_SYNC), first_hole(0, npages) < 0 ? 0 : -1, ENOMEM);
		MUST("fsync", fsync(fd[o]), 0, 0);
		return;
	}
	TRACE("file %d, %s %d", o, hole ? "hole from" : "size", hole ? from : to);
	lock_object(o);
	err = hole ? fallocate(fd[o], 3, (off_t)from * PAGE, (off_t)(end - from) * PAGE) : ftruncate(fd[o], (off_t)to * PAGE);
	if (hole && err < 0 && errno == EOPNOTSUPP)
		hole = to = 0;
	else
		MUST(hole ? "fallocate" : "ftruncate", err, 0, 0);
	for (int k = 0; k < OBJECT_PAGES && err == 0; k++)
		if (hole ? k >= from && k < end : k >= to) {
			object->page[k] = (struct content) { 0 };
			object->cut[k] += !hole;
		}
	if (!hole && err == 0)
		object->size = to;
	unlock_object(o);
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

static void wait_for_children(int flags)
{
	int status;

	while (children && waitpid(-1, &status, flags) > 0) {
		children--;
		if (status)
			fail("a child ended with status %x", status);
	}
}

static void operate(void);

static void open_injection(void)
{
	if (fail_nth >= 0)
		close(fail_nth);
	fail_nth = inject ? open("/proc/self/fail-nth", O_RDWR) : -1;
}

/* The copy's life: it must see what its parent had, but for what was wiped or is not for it, and then goes its own way. */
static void be_child(unsigned number)
{
	unsigned left = below(BUDGET);

	sprintf(who + strlen(who), ".%u", number);
	for (unsigned i = 0; i < npages + 0u; i++) {
		pages[i].locked = 0;
		if (pages[i].dontfork)
			pages[i] = (struct page) { 0 };		/* not counted for us */
		if (pages[i].wipe) {
			pages[i].c = (struct content) { 0 };
			pages[i].may_be_zero = 0;
		}
	}
	children = 0;
	depth++;
	open_injection();
	check_all();
	while (left-- && time(NULL) < ends)
		operate();
	check_all();
	wait_for_children(0);
	for (unsigned i = 0; i < npages; i++)
		set_page(i, (struct page) { 0 });
	__sync_sub_and_fetch(&ctl->live, 1);
	_exit(0);
}

static void count_references(int add)
{
	for (unsigned i = 0; i < npages; i++)
		if (backed(&pages[i]) && !pages[i].dontfork)
			__sync_add_and_fetch(&object_of(&pages[i])->refs, add);
}

static void do_fork(void)
{
	static unsigned number;
	unsigned long long seed = state;
	pid_t pid;

	wait_for_children(WNOHANG);
	if (depth >= 3 || children >= 3 || __sync_fetch_and_add(&ctl->live, 1) >= (int)processes * 3) {
		if (depth < 3 && children < 3)
			__sync_sub_and_fetch(&ctl->live, 1);
		return;
	}
	TRACE("fork %u", ++number);
	count_references(1);
	begin_injection();
	pid = fork();
	if (pid == 0) {
		state = seed * 31 + number;
		be_child(number);
	}
	end_injection();
	if (pid < 0) {
		if (!hit || (errno != ENOMEM && errno != EAGAIN))
			fail("fork: error %d", errno);
		ctl->refused++;
		count_references(-1);
		__sync_sub_and_fetch(&ctl->live, 1);
		return;
	}
	children++;
	for (unsigned k = below(12); k; k--)	/* both write at once */
		access_page(below(npages), ODD);
}

static void operate(void)
{
	static void (*const operations[])(void) = {
		do_map, do_map, do_map, do_unmap, do_protect, do_protect, do_remap, do_remap, do_remap, do_advise, do_advise, do_lock,
		do_mincore, do_touch, do_touch, do_touch, do_touch, do_read, do_read, do_write, do_pipe, do_resize, do_brk, do_fork,
	};

	if (ctl->failed)
		_exit(1);
	__sync_add_and_fetch(&ctl->operations, 1);
	operations[below(sizeof operations / sizeof operations[0])]();
	if (below(200) == 0)
		check_maps(0, 0, 0);
	if (below(200) == 0)
		check_all();
}

static void be_process(unsigned number, unsigned seed)
{
	sprintf(who, "%u", number);
	state = seed * 2654435761ull + number;
	inject = inject > number % 2;
	heap_base = ((unsigned long)SYS(brk, 0) + PAGE - 1) / PAGE * PAGE;
	if (mmap(address(0), npages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != address(0))
		fail("no window");
	set_area(0, npages, (struct page) { .kind = ANON, .prot = PROT_READ | PROT_WRITE });
	for (unsigned i = 0; i < npages; i++)
		access_page(i, FILL);
	open_injection();
	while (time(NULL) < ends)
		operate();
	check_maps(0, 0, 0);
	check_all();
	wait_for_children(0);
	check_all();
	munmap(address(0), npages * PAGE);
	_exit(0);
}

static void make_files(void)
{
	for (int o = 0; o < FILES; o++) {
		fd[o] = open("vm_model", O_RDWR | O_CREAT | O_TRUNC, 0600);
		CHECK(fd[o] >= 0 && unlink("vm_model") == 0);
		ctl->object[o].refs = 1;
		ctl->object[o].size = 8 + 6 * o;
		CHECK(ftruncate(fd[o], ctl->object[o].size * PAGE) == 0);
	}
}

static unsigned option(int argc, char **argv, const char *name, unsigned value)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], name, strlen(name)))
			value = strtoul(argv[i] + strlen(name), NULL, 10);
	return value;
}

int main(int argc, char **argv)
{
	unsigned seed = option(argc, argv, "seed=", (unsigned)time(NULL) % 1000000), bad = 0;
	int status;

	seconds = option(argc, argv, "seconds=", seconds);
	processes = option(argc, argv, "processes=", processes);
	npages = option(argc, argv, "pages=", npages);
	inject = option(argc, argv, "inject=", inject);
	SAY("# seed=%u seconds=%u processes=%u pages=%u inject=%u\n", seed, seconds, processes, npages, inject);
	ctl = mmap(NULL, sizeof *ctl, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(ctl != MAP_FAILED && npages <= MAX_PAGES / 2);
	catch_faults();
	make_files();
	ctl->live = (int)processes;
	ends = time(NULL) + (time_t)seconds;
	for (unsigned n = 0; n < processes; n++)
		if (fork() == 0)
			be_process(n, seed);
	while (wait(&status) > 0)
		bad += status != 0;
	CHECK(bad == 0 && !ctl->failed);
	SAY("# %u operations, %u refused\n", ctl->operations, ctl->refused);
	SAY("%s\n", bad ? "wrong" : "vm_model: every byte");
	return done();
}
