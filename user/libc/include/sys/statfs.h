/* SPDX-License-Identifier: MIT */
#pragma once
#include <sys/types.h>
#include "lib/abi/statfs.h"

/* As df needs it; struct statfs64 is the system call's. */
int statfs64(const char *path, struct statfs64 *buf);
int fstatfs64(int fd, struct statfs64 *buf);
