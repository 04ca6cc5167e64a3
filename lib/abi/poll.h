/* SPDX-License-Identifier: MIT */
/* Waiting for descriptors. Source: poll(2), epoll_ctl(2). */
#ifndef LIB_ABI_POLL_H
#define LIB_ABI_POLL_H

#include "lib/abi/types.h"

#define POLLIN 0x0001
#define POLLPRI 0x0002
#define POLLOUT 0x0004
#define POLLERR 0x0008	/* always reported */
#define POLLHUP 0x0010	/* always reported */
#define POLLNVAL 0x0020	/* always reported */
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080
#define POLLWRNORM 0x0100
#define POLLWRBAND 0x0200
#define POLLMSG 0x0400
#define POLLREMOVE 0x1000
#define POLLRDHUP 0x2000

struct pollfd {
	__s32 fd;
	__s16 events;
	__s16 revents;
};
ABI_SIZE(struct pollfd, 8);

#define EPOLL_CLOEXEC 02000000
#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3
#define EPOLLIN 0x0001u
#define EPOLLPRI 0x0002u
#define EPOLLOUT 0x0004u
#define EPOLLERR 0x0008u
#define EPOLLHUP 0x0010u
#define EPOLLRDHUP 0x2000u
#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLONESHOT (1u << 30)
#define EPOLLET (1u << 31)

struct epoll_event {
	__u32 events;
	__u64 data;
};
ABI_SIZE(struct epoll_event, 12);

#endif
