/* SPDX-License-Identifier: MIT */
/*
 * Softirqs: the second half of an interrupt. The first half, the handler, keeps the whole CPU from hearing its devices, so it
 * does only what cannot wait: it takes from the device what it has finished, and raises a softirq. The rest is done here,
 * with interrupts on, before the interrupted code goes on.
 *
 *   interrupt -> do_irq -> handler: raise_softirq --+ pending |= BIT(nr)
 *                   |                               |
 *                   +-- softirq_irq_exit <----------+    nothing pending, or a softirq was interrupted: return
 *                         +-- actions, by number, interrupts on; what they or new interrupts raise is served in further
 *                             rounds, MAX_ROUNDS at most and none that would keep a task waiting that should run now;
 *                             then ksoftirqd/N goes on with it, and gets the CPU when its turn comes, like any task
 *
 * So a device that interrupts without end slows the machine down but does not stop it. pending belongs to its CPU and is
 * changed with interrupts off: no lock. That no two actions run on a CPU at once is kept by preempt_count: as long as
 * one runs, in_interrupt() is true and do_softirq is not entered; nor can the CPU's task be switched. local_bh_disable()
 * makes the same true for a task, and that is all it does.
 */
#include "kernel/cpu/irqflags.h"
#include "kernel/cpu/smp.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/softirq.h"
#include "kernel/task/task.h"

#define MAX_ROUNDS 10

struct softirq_cpu softirq_cpus[MAX_CPUS];
static void (*actions[NR_SOFTIRQS])(enum softirq nr);
const char *const softirq_names[NR_SOFTIRQS] = {
	"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU",
};

static struct softirq_cpu *this_cpu(void) { return &softirq_cpus[smp_processor_id()]; }

void open_softirq(enum softirq nr, void (*action)(enum softirq nr)) { actions[nr] = action; }

static void wake_ksoftirqd(void)
{
	struct task_struct *t = this_cpu()->ksoftirqd;

	if (t)			/* before there is one, the next interrupt does it */
		wake_up_process(t);
}

void raise_softirq_irqoff(enum softirq nr)
{
	ASSERT(irqs_disabled() && actions[nr]);
	this_cpu()->pending |= BIT(nr);
	if (!in_interrupt())
		wake_ksoftirqd();
}

void raise_softirq(enum softirq nr)
{
	unsigned long flags = local_irq_save();

	raise_softirq_irqoff(nr);
	local_irq_restore(flags);
}

static void run_actions(struct softirq_cpu *c, u32 pending)
{
	u32 count = preempt_count();
	int depth = lockdep_depth();

	for (; pending; pending &= pending - 1) {
		u32 nr = (u32)__builtin_ctz(pending);

		c->count[nr]++;
		actions[nr](nr);
		lockdep_returned("the softirq action", (void *)actions[nr], count, depth);
	}
}

void do_softirq(void)
{
	struct softirq_cpu *c = this_cpu();
	u32 pending;

	lockdep_softirq_enter();
	current_thread_info()->preempt_count += SOFTIRQ_OFFSET;
	for (int round = 0; (pending = c->pending); round++) {
		if (round == MAX_ROUNDS || (round && test_thread_flag(current_thread_info(), TIF_NEED_RESCHED))) {
			wake_ksoftirqd();
			break;
		}
		c->pending = 0;
		local_irq_enable();
		run_actions(c, pending);
		local_irq_disable();
	}
	current_thread_info()->preempt_count -= SOFTIRQ_OFFSET;
}

void local_bh_enable(void)
{
	struct thread_info *ti = current_thread_info();

	if (DEBUG && system_running && (in_irq() || irqs_disabled()))
		panic("local_bh_enable() with interrupts off from %p", __builtin_return_address(0));
	barrier();
	/* Softirqs may come from here on; the task may not yet go to another CPU, for it is this one's that have waited. */
	ti->preempt_count -= SOFTIRQ_DISABLE_OFFSET - PREEMPT_OFFSET;
	if (unlikely(local_softirq_pending()) && !in_interrupt()) {
		local_irq_disable();
		do_softirq();
		local_irq_enable();
	}
	preempt_enable();
}

static int ksoftirqd(void *unused)
{
	(void)unused;
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);	/* no signal reaches it; so asleep it does not count as load */
		if (!local_softirq_pending())
			schedule();
		set_current_state(TASK_RUNNING);
		local_irq_disable();
		if (local_softirq_pending())
			do_softirq();
		local_irq_enable();
		if (test_thread_flag(current_thread_info(), TIF_NEED_RESCHED))
			schedule();
	}
	return 0;
}

static int softirq_init(void)
{
	for_each_online_cpu(cpu) {
		struct task_struct *t = kthread_create(ksoftirqd, NULL, "ksoftirqd/%u", cpu);

		if (IS_ERR(t))
			return (int)PTR_ERR(t);
		kthread_bind(t, cpu);
		softirq_cpus[cpu].ksoftirqd = t;
		wake_up_process(t);
	}
	return 0;
}
core_initcall(softirq_init);
