/* SPDX-License-Identifier: MIT */
/* Iterators over the buffers of a read or write: see iov_iter.h. */
#include "kernel/cpu/uaccess.h"
#include "lib/string.h"
#include "mm/highmem.h"
#include "mm/iov_iter.h"

void iov_iter_advance(struct iov_iter *i, size_t n)
{
	i->count -= n;
	i->iov_offset += n;
	while (unlikely(i->iov_offset >= i->iov->iov_len && i->nr_segs > 1)) {
		i->iov_offset -= i->iov->iov_len;
		i->iov++;
		i->nr_segs--;
	}
}

/* The next contiguous piece: its address and at most n bytes. Empty buffers are stepped over. */
static char *piece(struct iov_iter *i, size_t *n)
{
	while (i->iov_offset == i->iov->iov_len && i->nr_segs > 1) {
		i->iov++;
		i->nr_segs--;
		i->iov_offset = 0;
	}
	*n = min(*n, i->iov->iov_len - i->iov_offset);
	return (char *)i->iov->iov_base + i->iov_offset;
}

size_t copy_to_iter(const void *from, size_t n, struct iov_iter *to)
{
	size_t done = 0;

	n = min(n, to->count);
	while (done < n) {
		size_t here = n - done, left = 0;
		char *p = piece(to, &here);

		if (to->kernel)
			memcpy(p, (const char *)from + done, here);
		else
			left = copy_to_user(p, (const char *)from + done, here);
		iov_iter_advance(to, here - left);
		done += here - left;
		if (left)
			break;
	}
	return done;
}

size_t copy_from_iter(void *to, size_t n, struct iov_iter *from)
{
	size_t done = 0;

	n = min(n, from->count);
	while (done < n) {
		size_t here = n - done, left = 0;
		const char *p = piece(from, &here);

		if (from->kernel)
			memcpy((char *)to + done, p, here);
		else
			left = copy_from_user((char *)to + done, p, here);
		iov_iter_advance(from, here - left);
		done += here - left;
		if (left)
			break;
	}
	return done;
}

size_t iov_iter_zero(size_t n, struct iov_iter *to)
{
	size_t done = 0;

	n = min(n, to->count);
	while (done < n) {
		size_t here = n - done, left = 0;
		char *p = piece(to, &here);

		if (to->kernel)
			memset(p, 0, here);
		else
			left = clear_user(p, here);
		iov_iter_advance(to, here - left);
		done += here - left;
		if (left)
			break;
	}
	return done;
}

/*
 * A page in low memory is copied directly, and the copy may fault and sleep. A HIGHMEM page is first tried
 * through a short window in which faults fail, then through one in which they may sleep.
 */
size_t copy_page_to_iter(struct page *page, size_t offset, size_t n, struct iov_iter *to)
{
	size_t done;
	char *p;

	if (!PageHighMem(page))
		return copy_to_iter((char *)lowmem_page_address(page) + offset, n, to);
	n = min(n, to->count);
	p = kmap_atomic(page);
	done = copy_to_iter(p + offset, n, to);
	kunmap_atomic(p);
	if (done == n)
		return done;
	p = kmap(page);
	done += copy_to_iter(p + offset + done, n - done, to);
	kunmap(page);
	return done;
}

size_t copy_page_from_iter_atomic(struct page *page, size_t offset, size_t n, struct iov_iter *from)
{
	char *p = kmap_atomic(page);
	size_t done = copy_from_iter(p + offset, n, from);

	kunmap_atomic(p);
	return done;
}

size_t copy_page_from_iter(struct page *page, size_t offset, size_t n, struct iov_iter *from)
{
	char *p;
	size_t done;

	if (!PageHighMem(page))
		return copy_from_iter((char *)lowmem_page_address(page) + offset, n, from);
	n = min(n, from->count);
	done = copy_page_from_iter_atomic(page, offset, n, from);
	if (done == n)
		return done;
	p = kmap(page);
	done += copy_from_iter(p + offset + done, n - done, from);
	kunmap(page);
	return done;
}

int iov_iter_fault_in_readable(struct iov_iter *i, size_t n)
{
	struct iov_iter at = *i;
	const char *p, *end;
	u8 c;

	n = min(n, i->count);
	if (i->kernel || !n)
		return 0;
	p = piece(&at, &n);
	if (get_user(c, (const u8 *)p))
		return -EFAULT;
	(void)c;
	/* Further pages are a service: a failure there shows when the bytes are copied. */
	end = p + n - 1;
	if (((unsigned long)p ^ (unsigned long)end) & PAGE_MASK)
		if (get_user(c, (const u8 *)end))
			return 0;
	return 0;
}

void iov_iter_revert_to(struct iov_iter *i, const struct iov_iter *saved) { *i = *saved; }
