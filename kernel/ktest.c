/* SPDX-License-Identifier: MIT */
/* The runner of in-kernel tests: see ktest.h. Output: "ok NAME", "not ok NAME: why", "skip NAME: why". */
#include "fs/fs.h"
#include "kernel/cpu/cpu.h"
#include "kernel/init.h"
#include "kernel/ktest.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/check.h"
#include "mm/oom.h"
#include "mm/pagetable.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"

extern const struct ktest __start_ktest[], __stop_ktest[];

static char failure[200];
static const char *skipped;

void ktest_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;
	size_t n;

	if (failure[0])
		return;			/* the first one tells most */
	n = (size_t)scnprintf(failure, sizeof(failure), "%s:%d: ", file, line);
	va_start(args, fmt);
	vscnprintf(failure + n, sizeof(failure) - n, fmt, args);
	va_end(args);
}

void ktest_skip(const char *why) { skipped = why; }

struct usage { unsigned long pages, objects; };

static void count_objects(const struct slabinfo *info, void *arg) { *(unsigned long *)arg += info->active_objs; }

/* What is in use when everything that is only cached has been given back. */
void settle_memory(void)
{
	drop_caches(3);
	shrink_slab(~0ul);
	trim_thread_stacks();
	drain_all_cpus();
}

static struct usage usage(void)
{
	struct usage u = { 0, 0 };

	for (int i = 0; i < 2; i++) {	/* dropping an inode may make the block dirty that holds it on disk */
		ksys_sync();
		settle_memory();
	}
	u.pages = nr_free_pages();
	for_each_slabinfo(count_objects, &u.objects);
	return u;
}

static bool run_one(const struct ktest *t)
{
	struct usage before = usage(), after;

	failure[0] = 0;
	skipped = NULL;
	t->fn();
	after = usage();
	/* A thread of the test may still be on its way out. */
	for (int i = 0; i < 20 && (before.pages != after.pages || before.objects != after.objects); i++) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_hrtimeout(ktime_get() + 10 * NSEC_PER_MSEC);
		after = usage();
	}
	if (page_check() > 0)
		ktest_fail(t->name, 0, "the page check finds something wrong");
	if (!failure[0] && !skipped && (before.pages != after.pages || before.objects != after.objects))
		ktest_fail(t->name, 0, "leaks %ld pages and %ld slab objects", (long)(before.pages - after.pages),
			   (long)(after.objects - before.objects));
	if (failure[0])
		printk(LOG_EMERG, "not ok %s: %s\n", t->name, failure);
	else if (skipped)
		printk(LOG_EMERG, "skip %s: %s\n", t->name, skipped);
	else
		printk(LOG_EMERG, "ok %s\n", t->name);
	return !failure[0];
}

void run_kernel_tests(void)
{
	const char *mode = cmdline_find("test"), *filter = cmdline_find("test.filter");
	int failed = 0, run = 0;

	if (!mode || strcmp(mode, "kernel") != 0)
		return;
	for (const struct ktest *t = __start_ktest; t < __stop_ktest; t++)
		if (!filter || strstr(t->name, filter)) {
			failed += !run_one(t);
			run++;
		}
	printk(LOG_EMERG, "%d tests run, %d failed\n", run, failed);
	debug_exit(failed || !run ? 0x11 : 0x10);
	machine_power_off();
}
