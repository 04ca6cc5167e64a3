/* SPDX-License-Identifier: MIT */
#pragma once
#include <signal.h>
#include <sys/types.h>
#include <time.h>

#define FD_SETSIZE 1024

struct timeval {
	time_t tv_sec;
	suseconds_t tv_usec;
	long __pad;
};

typedef struct {
	unsigned long fds_bits[FD_SETSIZE / 32];
} fd_set;

#define FD_SET(fd, set) ((set)->fds_bits[(fd) / 32] |= 1ul << ((fd) % 32))
#define FD_CLR(fd, set) ((set)->fds_bits[(fd) / 32] &= ~(1ul << ((fd) % 32)))
#define FD_ISSET(fd, set) (((set)->fds_bits[(fd) / 32] >> ((fd) % 32)) & 1)
#define FD_ZERO(set) \
	do { \
		for (unsigned __i = 0; __i < FD_SETSIZE / 32; __i++) \
			(set)->fds_bits[__i] = 0; \
	} while (0)

int select(int n, fd_set *restrict r, fd_set *restrict w, fd_set *restrict e, struct timeval *restrict timeout);
int pselect(int n, fd_set *restrict r, fd_set *restrict w, fd_set *restrict e,
	    const struct timespec *restrict timeout, const sigset_t *restrict mask);
