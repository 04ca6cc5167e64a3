/* SPDX-License-Identifier: MIT */
/* System calls on memory, and the program break. */
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>
#include "user/libc/internal/syscall.h"

#define MMAP2_UNIT 4096

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	if (offset % MMAP2_UNIT || offset < 0) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	return (void *)sys_call(__NR_mmap2, addr, len, prot, flags, fd, LO32(offset / MMAP2_UNIT));
}

void *mremap(void *old, size_t oldlen, size_t newlen, int flags, ...)
{
	void *to;
	va_list ap;

	va_start(ap, flags);
	to = va_arg(ap, void *);
	va_end(ap);
	return (void *)sys_call(__NR_mremap, old, oldlen, newlen, flags, to);
}

int munmap(void *addr, size_t len) { return sys_call(__NR_munmap, addr, len); }
int mprotect(void *addr, size_t len, int prot) { return sys_call(__NR_mprotect, addr, len, prot); }
int msync(void *addr, size_t len, int flags) { return sys_call(__NR_msync, addr, len, flags); }
int madvise(void *addr, size_t len, int advice) { return sys_call(__NR_madvise, addr, len, advice); }
int mincore(void *addr, size_t len, unsigned char *vec) { return sys_call(__NR_mincore, addr, len, vec); }
int mlock(const void *addr, size_t len) { return sys_call(__NR_mlock, addr, len); }
int munlock(const void *addr, size_t len) { return sys_call(__NR_munlock, addr, len); }
int mlockall(int flags) { return sys_call(__NR_mlockall, flags); }
int munlockall(void) { return sys_call(__NR_munlockall); }
int memfd_create(const char *name, unsigned int flags) { return sys_call(__NR_memfd_create, name, flags); }

static char *current_break;

/* The call returns the break as it then is: the old one, if it could not be moved. */
int brk(void *end)
{
	current_break = (char *)raw_syscall(__NR_brk, end);
	if (current_break >= (char *)end)
		return 0;
	errno = ENOMEM;
	return -1;
}

void *sbrk(intptr_t inc)
{
	char *old, *want;

	if (!current_break)
		current_break = (char *)raw_syscall(__NR_brk, 0);
	old = current_break;
	want = old + inc;
	if (inc == 0)
		return old;
	if ((inc > 0) != (want > old)) {
		errno = ENOMEM;
		return (void *)-1;
	}
	current_break = (char *)raw_syscall(__NR_brk, want);
	if (current_break == want)
		return old;
	errno = ENOMEM;
	return (void *)-1;
}
