/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Where the bytes of a read or write go to or come from: a list of user or kernel buffers and how
 * far it has been used. File operations take one, so that read, readv, kernel_read and splice
 * share one path. Copies advance the iterator by what they moved and return it; less than asked
 * means a bad user pointer (or the end).
 */
#include "lib/abi/uio.h"
#include "mm/page.h"

struct iov_iter {
	bool kernel;			/* the buffers are kernel memory */
	const struct iovec *iov;	/* current buffer; the array lies in kernel memory */
	unsigned int nr_segs;		/* left, with the current one */
	size_t iov_offset;		/* used of the current one */
	size_t count;			/* bytes left in all */
};

static inline void iov_iter_init(struct iov_iter *i, const struct iovec *iov, unsigned int nr, size_t count)
{
	*i = (struct iov_iter){ false, iov, nr, 0, count };
}
static inline void iov_iter_kvec(struct iov_iter *i, const struct iovec *iov, unsigned int nr, size_t count)
{
	*i = (struct iov_iter){ true, iov, nr, 0, count };
}
static inline size_t iov_iter_count(const struct iov_iter *i) { return i->count; }

size_t copy_to_iter(const void *from, size_t n, struct iov_iter *to);
size_t copy_from_iter(void *to, size_t n, struct iov_iter *from);
size_t iov_iter_zero(size_t n, struct iov_iter *to);
size_t copy_page_to_iter(struct page *page, size_t offset, size_t n, struct iov_iter *to);
/* May be called with the page locked: it does not fault (see iov_iter_fault_in). */
size_t copy_page_from_iter_atomic(struct page *page, size_t offset, size_t n, struct iov_iter *from);
size_t copy_page_from_iter(struct page *page, size_t offset, size_t n, struct iov_iter *from);
/* Make the next bytes of a user source present; 0, or -EFAULT if not one byte can be read. */
int iov_iter_fault_in_readable(struct iov_iter *i, size_t n);
void iov_iter_advance(struct iov_iter *i, size_t n);
void iov_iter_revert_to(struct iov_iter *i, const struct iov_iter *saved);
