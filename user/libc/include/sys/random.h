/* SPDX-License-Identifier: MIT */
#pragma once
#include <sys/types.h>
#include "lib/abi/fcntl.h"

ssize_t getrandom(void *buf, size_t n, unsigned int flags);
