/* SPDX-License-Identifier: MIT */
#pragma once
#include <sys/types.h>
#include "lib/abi/sched.h"

int sched_yield(void);
