/* SPDX-License-Identifier: MIT */
/* Ways to break the kernel on purpose, for the tests of its reports: crash=NAME on the command line of the test kernel. */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/mutex.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/slab.h"

static DEFINE_SPINLOCK(lock_a);
static DEFINE_MUTEX(mutex_a);

static volatile int deep_enough = 1 << 30;

/* Not a tail call, and the frame is large and used. */
static noinline int overflow_stack(int depth)
{
	volatile char frame[512];

	for (size_t i = 0; i < sizeof(frame); i += 64)
		frame[i] = (char)depth;
	return depth > deep_enough ? 0 : overflow_stack(depth + 1) + frame[depth % 512];
}

static int *volatile nowhere = (int *)16;
static void null_pointer(void) { *nowhere = 1; }
static void stack(void) { pr_info("%d\n", overflow_stack(0)); }
static void sleep_in_atomic(void)
{
	spin_lock(&lock_a);
	mutex_lock(&mutex_a);
}
/* In the clock's interrupt, or in a softirq. */
static void sleep_here(struct hrtimer *timer) { (void)timer; mutex_lock(&mutex_a); }
static void touch_here(struct hrtimer *timer) { (void)timer; (void)put_user(0u, (u32 *)PAGE_SIZE); }
static void in_interrupt_of(void (*init)(struct hrtimer *, void (*)(struct hrtimer *)), void (*fn)(struct hrtimer *))
{
	static struct hrtimer timer;

	init(&timer, fn);
	hrtimer_start(&timer, ktime_get());
	udelay(1000000);
}
static void sleep_in_irq(void) { in_interrupt_of(hrtimer_init, sleep_here); }
static void sleep_in_softirq(void) { in_interrupt_of(hrtimer_init_soft, sleep_here); }
static void user_in_softirq(void) { in_interrupt_of(hrtimer_init_soft, touch_here); }
static void lock_twice(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_a);
}
static void unlock_free(void) { spin_unlock(&lock_a); }
/* Only with two CPUs; it takes a minute to be sure. */
static int hold_for_ever(void *taken)
{
	spin_lock(&lock_a);
	*(volatile bool *)taken = true;
	for (;;)
		cpu_relax();
	return 0;
}
static void stuck(void)
{
	static volatile bool taken;

	kthread_run(hold_for_ever, (void *)&taken, "holder");
	while (!taken)
		yield();
	spin_lock(&lock_a);
}
static void double_free(void)
{
	void *p = kmalloc(40, GFP_KERNEL);

	kfree(p);
	kfree(p);
}
static void red_zone(void)
{
	char *volatile p = kmalloc(40, GFP_KERNEL);

	memset(p, 1, ksize(p) + 1);
	kfree(p);
}
static void use_after_free(void)
{
	u32 *volatile p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	p[5] = 1;
	for (int i = 0; i < 100; i++)
		(void)kmalloc(64, GFP_KERNEL);
}
static void red_zone_before(void)
{
	char *volatile p = kmalloc(40, GFP_KERNEL);

	p[-1] = 1;
	kfree(p);
}
/* The last of a magazine comes first: so it is this one that is handed out again. */
static void use_first_word(void)
{
	u32 *volatile p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	p[0] ^= 1;
	(void)kmalloc(64, GFP_KERNEL);
}
static void free_inside(void)
{
	char *volatile p = kmalloc(64, GFP_KERNEL);

	kfree(p + 8);
}
static void free_stranger(void)
{
	struct kmem_cache *volatile c = kmem_cache_create("crash", 64, 0, NULL);

	kmem_cache_free(c, kmalloc(64, GFP_KERNEL));
}
static void page_after_free(void)
{
	char *volatile p = (char *)__get_free_page(GFP_KERNEL);

	free_page((unsigned long)p);
	p[100] = 1;
	(void)__get_free_page(GFP_KERNEL);
}
static void free_other_order(void) { __free_pages(alloc_pages(GFP_KERNEL, 1), 0); }
static void bug(void) { BUG_ON(1); }

static const struct { const char *name; void (*fn)(void); } ways[] = {
	{ "null", null_pointer }, { "stack", stack }, { "atomic", sleep_in_atomic }, { "locktwice", lock_twice },
	{ "unlock", unlock_free }, { "doublefree", double_free }, { "redzone", red_zone }, { "useafterfree", use_after_free },
	{ "bug", bug }, { "stuck", stuck }, { "irqsleep", sleep_in_irq }, { "softirqsleep", sleep_in_softirq },
	{ "softirquser", user_in_softirq }, { "redzonebefore", red_zone_before }, { "firstword", use_first_word },
	{ "freeinside", free_inside }, { "freestranger", free_stranger }, { "pageafterfree", page_after_free },
	{ "freeorder", free_other_order },
};

static int crash(void)
{
	const char *name = cmdline_find("crash");

	for (size_t i = 0; name && i < ARRAY_SIZE(ways); i++)
		if (strcmp(ways[i].name, name) == 0) {
			ways[i].fn();
			pr_err("crash=%s had no effect\n", name);
		}
	return 0;
}
late_initcall(crash);
