/* SPDX-License-Identifier: MIT */
#pragma once
/* For the tests of the file system: what a call gave, what a name is. Every test sets its own umask. */
#include <sys/stat.h>
#include "test.h"

/* "call = 3" or "call: error 2", for calls whose result is a length or a position. */
#define VALUE(call) do {								\
		long long v_;								\
		errno = 0;								\
		v_ = (long long)(call);							\
		if (v_ == -1)								\
			SAY("%s: error %d\n", #call, errno);				\
		else									\
			SAY("%s = %ld\n", #call, (long)v_);				\
	} while (0)

/* A call that gives a descriptor: its number does not matter, and it is closed again. */
#define OPENS(call) do {								\
		int fd_;								\
		errno = 0;								\
		fd_ = (call);								\
		say_result(#call, fd_, errno);						\
		if (fd_ >= 0)								\
			close(fd_);							\
	} while (0)

static inline void put_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* Type and mode, links, size. A directory's links and size are each file system's own business. */
static inline void say_file(const char *name)
{
	struct stat st;

	if (lstat(name, &st) < 0)
		SAY("%s: error %d\n", name, errno);
	else if (S_ISDIR(st.st_mode))
		SAY("%s: mode %o\n", name, (unsigned)st.st_mode);
	else
		SAY("%s: mode %o links %d size %ld\n", name, (unsigned)st.st_mode, (int)st.st_nlink, (long)st.st_size);
}

/* The first n bytes at an offset, which must be there, as text. */
static inline void say_text(int fd, int n, long offset)
{
	char buf[128];

	CHECK(n < (int)sizeof buf && pread(fd, buf, n, offset) == n);
	buf[n] = 0;
	SAY("at %ld: %s\n", offset, buf);
}

/* A pipe between parent and child: one says that it has got so far, the other waits for it. */
static inline void tell(int fd)
{
	CHECK(write(fd, "x", 1) == 1);
}

static inline void hear(int fd)
{
	char c;

	CHECK(read(fd, &c, 1) == 1);
}
