/* SPDX-License-Identifier: MIT */
#pragma once
/* The system's names, for uname(2) and /proc/sys/kernel; read and changed under uts_sem. */
#include "kernel/sched/mutex.h"
#include "lib/abi/utsname.h"

extern struct new_utsname utsname;
extern struct rw_semaphore uts_sem;
