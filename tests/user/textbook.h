/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * For the three textbook cases of a mapping that is longer or shorter than its file: how far into a mapping bytes can be
 * reached, and what is there.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include "test.h"

#define RW (PROT_READ | PROT_WRITE)

static inline int file_byte(int i) { return i % 251; }

/*
 * Every byte of [0, end), each by an access of its own: runs of bytes that end alike, and whether the signal names the address.
 * "data" is what make_file wrote there, "zero" zero.
 */
static inline void walk(const char *what, char *p, int end, int size)
{
	int from = 0;
	char last[80] = "", now[80];

	for (int i = 0; i <= end; i++) {
		int sig = i < end ? PEEK(p + i) : -1;

		if (i == end)
			now[0] = 0;
		else if (sig)
			snprintf(now, sizeof now, "signal %d code %d%s", sig, fault_info.si_code,
				 fault_info.si_addr == p + i ? "" : " elsewhere");
		else
			snprintf(now, sizeof now, "%s", i < size && (unsigned char)p[i] == file_byte(i) ? "data" : p[i] ? "other" : "zero");
		if (strcmp(last, now)) {
			if (last[0])
				SAY("%s, %d to %d: %s\n", what, from, i - 1, last);
			from = i;
			strcpy(last, now);
		}
	}
}

static inline long size_of(int fd)
{
	struct stat st;

	CHECK(fstat(fd, &st) == 0);
	return st.st_size;
}

/* The file as read(2) sees it: its length, and how many bytes are not what make_file wrote. */
static inline void say_file(const char *what, int fd, int size)
{
	static unsigned char buf[40000];
	int n = pread(fd, buf, sizeof buf, 0), changed = 0, first = -1;

	for (int i = 0; i < n; i++) {
		int wanted = i < size ? file_byte(i) : 0;

		if (buf[i] == wanted)
			continue;
		changed++;
		if (first < 0)
			first = i;
	}
	SAY("%s: %ld bytes, %d read, %d of them changed, the first at %d\n", what, size_of(fd), n, changed, first);
}
