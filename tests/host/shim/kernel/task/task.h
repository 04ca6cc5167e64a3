/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/types.h"

#define PF_MEMALLOC 1u
#define PF_MEMALLOC_NOFAIL 2u
#define TIF_MEMDIE 0
#define current_thread_info() NULL
#define test_thread_flag(info, flag) false
struct task_struct { u32 flags; };
extern struct task_struct *current;
