/* SPDX-License-Identifier: MIT */
#pragma once
/* Random numbers: a ChaCha20 generator seeded at boot, see kernel/dev/random.c. */
#include "lib/types.h"
struct iov_iter;
/* Any context; never fails, never sleeps. */
void get_random_bytes(void *buf, size_t n);
u32 get_random_u32(void);
/* Stir something unpredictable in: arrival times of interrupts and the like. */
void add_device_randomness(const void *buf, size_t n);
ssize_t get_random_bytes_user(struct iov_iter *to);
