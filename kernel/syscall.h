/* SPDX-License-Identifier: MIT */
#pragma once
/* What is known of a system call by its number; for tracing. */
#include "lib/types.h"

struct syscall_info {
	const char *name;
	u8 nargs;
	const char *signature;	/* type of each argument: int, uint, ptr, str, size, ... */
};
const struct syscall_info *syscall_info(u32 nr);	/* NULL: no such call */
extern bool trace_init;	/* the kernel parameter strace: process 1 is to be traced */
