/* SPDX-License-Identifier: MIT */
/*
 * The first task, made by hand: it runs kernel_main on the boot stack and becomes the boot CPU's
 * idle task, pid 0. Every other task descends from it by copying.
 */
#include "fs/fs.h"
#include "kernel/task/internal.h"
#include "mm/pagetable.h"

extern u8 init_stack[THREAD_SIZE];

static struct sighand_struct init_sighand = { .count = ATOMIC_INIT(1), .siglock = SPINLOCK_INIT_NAMED("init_sighand.siglock") };

#define UNLIMITED { RLIM64_INFINITY, RLIM64_INFINITY }
static struct signal_struct init_signal = {
	.count = ATOMIC_INIT(1),
	.nr_threads = 1, .live = 1,
	.thread_head = LIST_HEAD_INIT(init_signal.thread_head),
	.wait_chldexit = WAIT_QUEUE_HEAD_INIT(init_signal.wait_chldexit),
	.shared_pending = { LIST_HEAD_INIT(init_signal.shared_pending.list), 0 },
	.rlim = {
		[RLIMIT_CPU] = UNLIMITED, [RLIMIT_FSIZE] = UNLIMITED, [RLIMIT_DATA] = UNLIMITED,
		[RLIMIT_STACK] = { 8u << 20, RLIM64_INFINITY }, [RLIMIT_CORE] = { 0, RLIM64_INFINITY },
		[RLIMIT_RSS] = UNLIMITED, [RLIMIT_NPROC] = { 0, 0 }, [RLIMIT_NOFILE] = { 1024, 4096 },
		[RLIMIT_MEMLOCK] = { 8u << 20, 8u << 20 }, [RLIMIT_AS] = UNLIMITED, [RLIMIT_LOCKS] = UNLIMITED,
		[RLIMIT_SIGPENDING] = { 4096, 4096 }, [RLIMIT_MSGQUEUE] = { 819200, 819200 },
		[RLIMIT_NICE] = { 0, 0 }, [RLIMIT_RTPRIO] = { 0, 0 }, [RLIMIT_RTTIME] = UNLIMITED,
	},
};

static struct cred init_cred = {
	.usage = ATOMIC_INIT(1),
	.cap_effective = ~0ull, .cap_permitted = ~0ull,
};

struct task_struct init_task = {
	.thread_info = (struct thread_info *)init_stack,
	.se = { .weight = 1024 },
	.static_prio = 120,
	.cpus_allowed = ~0u,
	.on_cpu = true,
	.active_mm = &init_mm,
	.usage = ATOMIC_INIT(2),
	.flags = PF_KTHREAD,
	.group_leader = &init_task,
	.real_parent = &init_task,
	.parent = &init_task,
	.children = LIST_HEAD_INIT(init_task.children),
	.sibling = LIST_HEAD_INIT(init_task.sibling),
	.thread_group = LIST_HEAD_INIT(init_task.thread_group),
	.tasks = LIST_HEAD_INIT(init_task.tasks),
	.comm = "swapper",
	.alloc_lock = SPINLOCK_INIT_NAMED("init_task.alloc_lock"),
	.fs = &init_fs,
	.files = &init_files,
	.cred = &init_cred,
	.signal = &init_signal,
	.sighand = &init_sighand,
	.pending = { LIST_HEAD_INIT(init_task.pending.list), 0 },
};
