/* SPDX-License-Identifier: MIT */
#pragma once
#include "kernel/sched/mutex.h"
#include "lib/list.h"

struct address_space {
	struct mutex i_mmap_lock;
	struct list_head i_mmap;
};
