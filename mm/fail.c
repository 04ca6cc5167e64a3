/* SPDX-License-Identifier: MIT */
/*
 * Fault injection. The paths that are taken when memory is short are the least run in any kernel, and the ones on which a program
 * depends when it matters. Here a request for memory fails though there is plenty, in two ways, both Linux's:
 *
 * /proc/PID/fail-nth: the task's Nth request from now on fails, once; what is read then is 0, or how many are still to go. A test
 * does this for N = 1, 2, 3 ... around one system call until that succeeds with something left over: so each of its requests has
 * failed once, and the call has undone what it had done before.
 *
 * debugfs fail_page_alloc/ and failslab/: any request fails with a probability (in percent), every interval-th at most, times
 * times in all (-1: no end), after space bytes have been had; of all tasks, or (task-filter) of those with 1 in /proc/PID/make-it-fail.
 *
 * Only requests that may sleep fail: for the others failing is everyday business. The counters are changed without a lock; two CPUs
 * may inject one failure more than times says.
 */
#include "fs/debugfs/debugfs.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/kstrtox.h"
#include "mm/fail.h"

#if DEBUG
struct fault_attr {
	const char *name;
	u32 probability, interval, verbose;
	atomic_t times, space, count;
	bool task_filter;
};
static struct fault_attr fail_page_alloc = { "fail_page_alloc", .interval = 1, .verbose = 2, .times = ATOMIC_INIT(1) };
static struct fault_attr failslab = { "failslab", .interval = 1, .verbose = 2, .times = ATOMIC_INIT(1) };

/* Not random enough for anybody but us. Two CPUs may get the same number. */
static u32 roll(void)
{
	static u32 seed = 2463534242u;
	u32 x = READ_ONCE(seed);

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	WRITE_ONCE(seed, x);
	return x;
}

static bool by_chance(struct fault_attr *a, size_t size)
{
	if (!a->probability || !atomic_read(&a->times) || (a->task_filter && !current->make_it_fail))
		return false;
	if (atomic_read(&a->space) > 0) {
		atomic_sub((int)size, &a->space);
		return false;
	}
	if (a->interval > 1 && (u32)atomic_add_return(1, &a->count) % a->interval)
		return false;
	if (roll() % 100 >= a->probability)
		return false;
	if (atomic_read(&a->times) > 0)
		atomic_dec(&a->times);
	if (a->verbose)
		pr_info("%s: a request of %zu bytes of %s[%d] fails\n", a->name, size, current->comm, current->pid);
	if (a->verbose > 1)
		dump_stack();
	return true;
}

static bool should_fail(struct fault_attr *a, gfp_t gfp, size_t size)
{
	if (!(gfp & __GFP_WAIT) || in_interrupt() || current->flags & PF_MEMALLOC_NOFAIL)
		return false;
	if (current->fail_nth)
		return --current->fail_nth == 0;
	return by_chance(a, size);
}

bool should_fail_alloc_page(gfp_t gfp, unsigned int order) { return should_fail(&fail_page_alloc, gfp, PAGE_SIZE << order); }
bool should_failslab(gfp_t gfp, size_t size) { return should_fail(&failslab, gfp, size); }

/* ---- the knobs ---- */

static int atomic_show(struct seq_file *m, void *value)
{
	seq_printf(m, "%d\n", atomic_read(value));
	return 0;
}

static int atomic_store(void *value, const char *text)
{
	int n, err = kstrtoint(text, 0, &n);

	if (!err)
		atomic_set(value, n);
	return err;
}

static void create_knobs(struct fault_attr *a)
{
	static const struct debugfs_text number = { atomic_show, atomic_store };
	struct proc_dir_entry *dir = debugfs_create_dir(a->name, NULL);

	if (!dir)
		return;
	debugfs_create_u32("probability", 0600, dir, &a->probability);
	debugfs_create_u32("interval", 0600, dir, &a->interval);
	debugfs_create_text("times", 0600, dir, &a->times, &number);
	debugfs_create_text("space", 0600, dir, &a->space, &number);
	debugfs_create_u32("verbose", 0600, dir, &a->verbose);
	debugfs_create_bool("task-filter", 0600, dir, &a->task_filter);
}

static int fail_init(void)
{
	create_knobs(&fail_page_alloc);
	create_knobs(&failslab);
	return 0;
}
late_initcall(fail_init);
#endif
