/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/types.h"

#define PF_MEMALLOC 1u
struct task_struct { u32 flags; };
extern struct task_struct *current;
