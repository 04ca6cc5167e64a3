/* SPDX-License-Identifier: MIT */
#pragma once
/* vm_model.c's ways to change bytes: the program's own, the kernel's into its pages, and what happens to the files that they map. */
#include "vm_model_areas.h"

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
