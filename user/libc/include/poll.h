/* SPDX-License-Identifier: MIT */
#pragma once
#include <signal.h>
#include <time.h>
#include "lib/abi/poll.h"

typedef unsigned int nfds_t;
int poll(struct pollfd *fds, nfds_t n, int timeout);
int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask);
