/* SPDX-License-Identifier: MIT */
/*
 * Who runs how and where, as programs ask for it: sched(7), getpriority(2), sched_setscheduler(2), sched_setattr(2),
 * sched_setaffinity(2), ioprio_set(2).
 *
 * Everybody may make a task of his own less urgent; more urgent only as far as RLIMIT_NICE and RLIMIT_RTPRIO let him,
 * or with CAP_SYS_NICE. Checks look at the task without its queue's lock: two changes at once are made in some order.
 */
#include "kernel/cpu/smp.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/internal.h"
#include "kernel/task/pid.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/sched.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/mm.h"

static bool is_rt(u32 policy) { return policy == SCHED_FIFO || policy == SCHED_RR; }
static int nice_of(const struct task_struct *t) { return prio_to_nice(t->static_prio); }
static bool nice_in_limit(struct task_struct *t, int nice) { return (u64)(20 - nice) <= t->signal->rlim[RLIMIT_NICE].cur; }

static u32 uid_of(struct task_struct *t, u32 *euid)
{
	u32 uid;

	spin_lock(&t->alloc_lock);
	uid = t->cred->uid;
	*euid = t->cred->euid;
	spin_unlock(&t->alloc_lock);
	return uid;
}

static bool same_owner(struct task_struct *t)
{
	u32 me = current->cred->euid, euid, uid = uid_of(t, &euid);

	return uid == me || euid == me;
}

/* With a reference; ERR_PTR: -EINVAL, -ESRCH. */
static struct task_struct *get_named(int pid)
{
	return pid < 0 ? ERR_PTR(-EINVAL) : find_get_task(pid ?: current->pid) ?: ERR_PTR(-ESRCH);
}

/* ---- several tasks at once: nice values and I/O priorities ---- */

static long get_nice(struct task_struct *t, int arg, long so_far)
{
	(void)arg;
	return max(so_far, (long)(20 - nice_of(t)));
}

/* One failure is the result; the other tasks are changed all the same. */
static long set_nice(struct task_struct *t, int nice, long so_far)
{
	if (!same_owner(t) && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (nice < nice_of(t) && !nice_in_limit(t, nice) && !capable(CAP_SYS_NICE))
		return -EACCES;
	set_user_nice(t, nice);
	return so_far == -ESRCH ? 0 : so_far;
}

/* Calls fn for every thread that which (PRIO_*) and who name, each time with the result so far. */
static long for_each_named(int which, u32 who, long (*fn)(struct task_struct *, int, long), int arg)
{
	struct task_struct *p, *t;
	long r = -ESRCH;

	spin_lock(&tasklist_lock);
	if (which == PRIO_PROCESS) {
		t = who ? find_task_by_pid((int)who) : current;
		r = t ? fn(t, arg, r) : r;
	} else {
		for_each_process(p) {
			u32 euid;

			if (which == PRIO_PGRP ? task_pgrp(p) != (int)(who ?: (u32)task_pgrp(current)) :
			    uid_of(p, &euid) != (who ?: current->cred->uid))
				continue;
			for_each_thread(p, t)
				r = fn(t, arg, r);
		}
	}
	spin_unlock(&tasklist_lock);
	return r;
}

long sys_getpriority(int which, u32 who);
long sys_getpriority(int which, u32 who)
{
	return which < PRIO_PROCESS || which > PRIO_USER ? -EINVAL : for_each_named(which, who, get_nice, 0);
}

long sys_setpriority(int which, u32 who, int nice);
long sys_setpriority(int which, u32 who, int nice)
{
	return which < PRIO_PROCESS || which > PRIO_USER ? -EINVAL : for_each_named(which, who, set_nice, clamp(nice, -20, 19));
}

long sys_nice(int increment);
long sys_nice(int increment)
{
	int nice = clamp(nice_of(current) + clamp(increment, -40, 40), -20, 19);

	if (increment < 0 && !nice_in_limit(current, nice) && !capable(CAP_SYS_NICE))
		return -EPERM;
	set_user_nice(current, nice);
	return 0;
}

static long get_ioprio(struct task_struct *t, int arg, long so_far)
{
	(void)arg;
	return so_far < 0 ? t->ioprio : min(so_far, (long)t->ioprio);
}

static long set_ioprio(struct task_struct *t, int prio, long so_far)
{
	if (!same_owner(t) && !capable(CAP_SYS_NICE))
		return -EPERM;
	t->ioprio = (u16)prio;
	return so_far == -ESRCH ? 0 : so_far;
}

long sys_ioprio_get(int which, int who);
long sys_ioprio_get(int which, int who)
{
	return which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER ? -EINVAL : for_each_named(which - 1, (u32)who, get_ioprio, 0);
}

/* Kept and told, but the block layer serves all alike. */
long sys_ioprio_set(int which, int who, int prio);
long sys_ioprio_set(int which, int who, int prio)
{
	int class = prio >> IOPRIO_CLASS_SHIFT & 7, level = prio & 7;

	if (class > IOPRIO_CLASS_IDLE || (class == 0 && level))
		return -EINVAL;
	if (class == IOPRIO_CLASS_RT && !capable(CAP_SYS_ADMIN) && !capable(CAP_SYS_NICE))
		return -EPERM;
	return which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER ? -EINVAL :
		for_each_named(which - 1, (u32)who, set_ioprio, prio);
}

/* ---- policies ---- */

static bool needs_privilege(struct task_struct *t, const struct sched_choice *c)
{
	u64 limit = t->signal->rlim[RLIMIT_RTPRIO].cur;

	if (is_rt(c->policy) && ((c->policy != t->policy && !limit) || (c->rt_priority > t->rt_priority && c->rt_priority > limit)))
		return true;
	if (!is_rt(c->policy) && c->nice < nice_of(t) && !nice_in_limit(t, c->nice))
		return true;
	if (t->policy == SCHED_IDLE && c->policy != SCHED_IDLE && !nice_in_limit(t, nice_of(t)))
		return true;
	return !same_owner(t) || (t->sched_reset_on_fork && !c->reset_on_fork);
}

static int choose(struct task_struct *t, const struct sched_attr *a)
{
	struct sched_choice c = { a->sched_policy, a->sched_priority, a->sched_nice, a->sched_flags & SCHED_FLAG_RESET_ON_FORK };

	if ((int)a->sched_policy < 0) {		/* as it is */
		c.policy = t->policy;
		c.reset_on_fork = t->sched_reset_on_fork;
	}
	if (!sched_policy_valid(c.policy) || a->sched_flags & ~(u64)SCHED_FLAG_ALL || c.rt_priority > 99 ||
	    is_rt(c.policy) != (c.rt_priority != 0))
		return -EINVAL;
	if (needs_privilege(t, &c) && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (a->sched_flags & SCHED_FLAG_UTIL_CLAMP)
		return -EOPNOTSUPP;
	if (a->sched_flags & SCHED_FLAG_KEEP_PARAMS)	/* all that changes is reset_on_fork */
		c = (struct sched_choice){ t->policy, t->rt_priority, 0, c.reset_on_fork };
	if (is_rt(c.policy) || a->sched_flags & SCHED_FLAG_KEEP_PARAMS)
		c.nice = nice_of(t);
	set_scheduler(t, &c);
	return 0;
}

static long choose_with_param(int pid, int policy, const struct sched_param *user)
{
	struct sched_attr a = { .sched_policy = (u32)policy };
	struct sched_param param;
	struct task_struct *t;
	long err;

	if (!user || pid < 0)
		return -EINVAL;
	if (copy_from_user(&param, user, sizeof(param)))
		return -EFAULT;
	t = get_named(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	a.sched_priority = (u32)param.sched_priority;
	a.sched_nice = nice_of(t);
	if (policy >= 0 && policy & SCHED_RESET_ON_FORK) {
		a.sched_policy &= ~(u32)SCHED_RESET_ON_FORK;
		a.sched_flags = SCHED_FLAG_RESET_ON_FORK;
	}
	err = choose(t, &a);
	put_task_struct(t);
	return err;
}

long sys_sched_setscheduler(int pid, int policy, const struct sched_param *param);
long sys_sched_setscheduler(int pid, int policy, const struct sched_param *param)
{
	return policy < 0 ? -EINVAL : choose_with_param(pid, policy, param);
}

long sys_sched_setparam(int pid, const struct sched_param *param);
long sys_sched_setparam(int pid, const struct sched_param *param) { return choose_with_param(pid, -1, param); }

static void get_params(struct task_struct *t, struct sched_attr *a)
{
	if (is_rt(t->policy))
		a->sched_priority = t->rt_priority;
	else
		a->sched_nice = nice_of(t);
}

/* What is longer than we know must be zeros. */
static int copy_attr(struct sched_attr *a, struct sched_attr *user)
{
	u32 size;
	u8 more;

	memset(a, 0, sizeof(*a));
	if (get_user(size, &user->size))
		return -EFAULT;
	size = size ?: SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		goto bad_size;
	for (u32 i = sizeof(*a); i < size; i++) {
		if (get_user(more, (u8 *)user + i))
			return -EFAULT;
		if (more)
			goto bad_size;
	}
	if (copy_from_user(a, user, min(size, (u32)sizeof(*a))))
		return -EFAULT;
	a->sched_nice = clamp(a->sched_nice, -20, 19);
	return a->sched_flags & SCHED_FLAG_UTIL_CLAMP && size < sizeof(*a) ? -EINVAL : 0;
bad_size:
	return put_user((u32)sizeof(*a), &user->size) ? -EFAULT : -E2BIG;
}

long sys_sched_setattr(int pid, struct sched_attr *user, u32 flags);
long sys_sched_setattr(int pid, struct sched_attr *user, u32 flags)
{
	struct task_struct *t;
	struct sched_attr a;
	long err;

	if (!user || pid < 0 || flags)
		return -EINVAL;
	err = copy_attr(&a, user);
	if (err)
		return err;
	if ((int)a.sched_policy < 0)
		return -EINVAL;
	if (a.sched_flags & SCHED_FLAG_KEEP_POLICY)
		a.sched_policy = ~0u;
	t = get_named(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	if (a.sched_flags & SCHED_FLAG_KEEP_PARAMS)
		get_params(t, &a);
	err = choose(t, &a);
	put_task_struct(t);
	return err;
}

long sys_sched_getattr(int pid, struct sched_attr *user, u32 size, u32 flags);
long sys_sched_getattr(int pid, struct sched_attr *user, u32 size, u32 flags)
{
	struct sched_attr a = { .size = min(size, (u32)sizeof(a)) };
	struct task_struct *t;

	if (!user || pid < 0 || size > PAGE_SIZE || size < SCHED_ATTR_SIZE_VER0 || flags)
		return -EINVAL;
	t = get_named(pid);
	if (IS_ERR(t))
		return PTR_ERR(t);
	a.sched_policy = t->policy;
	a.sched_flags = t->sched_reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
	get_params(t, &a);
	put_task_struct(t);
	return copy_to_user(user, &a, a.size) ? -EFAULT : 0;
}

long sys_sched_getscheduler(int pid);
long sys_sched_getscheduler(int pid)
{
	struct task_struct *t = get_named(pid);
	long policy;

	if (IS_ERR(t))
		return PTR_ERR(t);
	policy = (long)(t->policy | (t->sched_reset_on_fork ? SCHED_RESET_ON_FORK : 0));
	put_task_struct(t);
	return policy;
}

long sys_sched_getparam(int pid, struct sched_param *user);
long sys_sched_getparam(int pid, struct sched_param *user)
{
	struct task_struct *t = user ? get_named(pid) : ERR_PTR(-EINVAL);
	struct sched_param param;

	if (IS_ERR(t))
		return PTR_ERR(t);
	param.sched_priority = (s32)t->rt_priority;
	put_task_struct(t);
	return copy_to_user(user, &param, sizeof(param)) ? -EFAULT : 0;
}

static long priority_of_policy(u32 policy, long rt)
{
	return is_rt(policy) ? rt : policy <= SCHED_DEADLINE && policy != 4 ? 0 : -EINVAL;
}

long sys_sched_get_priority_max(int policy);
long sys_sched_get_priority_max(int policy) { return priority_of_policy((u32)policy, 99); }
long sys_sched_get_priority_min(int policy);
long sys_sched_get_priority_min(int policy) { return priority_of_policy((u32)policy, 1); }

/* A turn in ns: what SCHED_RR gets; FIFO has none; an ordinary task at least the tick that ends it. */
static long turn_of(int pid)
{
	struct task_struct *t = get_named(pid);
	long ns;

	if (IS_ERR(t))
		return PTR_ERR(t);
	ns = t->policy == SCHED_RR ? RR_TIMESLICE_NS : t->policy == SCHED_FIFO ? 0 : (long)TICK_NSEC;
	put_task_struct(t);
	return ns;
}

long sys_sched_rr_get_interval(int pid, struct old_timespec32 *user);
long sys_sched_rr_get_interval(int pid, struct old_timespec32 *user)
{
	struct old_timespec32 turn = { .tv_nsec = turn_of(pid) };

	return turn.tv_nsec < 0 ? turn.tv_nsec : copy_to_user(user, &turn, sizeof(turn)) ? -EFAULT : 0;
}

long sys_sched_rr_get_interval_time64(int pid, struct __kernel_timespec *user);
long sys_sched_rr_get_interval_time64(int pid, struct __kernel_timespec *user)
{
	struct __kernel_timespec turn = { .tv_nsec = turn_of(pid) };

	return turn.tv_nsec < 0 ? (long)turn.tv_nsec : copy_to_user(user, &turn, sizeof(turn)) ? -EFAULT : 0;
}

long sys_sched_yield(void);
long sys_sched_yield(void)
{
	yield();
	return 0;
}

/* ---- CPUs ---- */

long sys_sched_setaffinity(int pid, u32 len, const void *user);
long sys_sched_setaffinity(int pid, u32 len, const void *user)
{
	struct task_struct *t;
	u32 mask = 0;
	long err;

	if (copy_from_user(&mask, user, min(len, (u32)sizeof(mask))))
		return -EFAULT;
	t = find_get_task(pid ?: current->pid);
	if (!t)
		return -ESRCH;
	if (!same_owner(t) && !capable(CAP_SYS_NICE))
		err = -EPERM;
	else
		err = t->flags & PF_NO_SETAFFINITY ? -EINVAL : set_cpus_allowed(t, mask & (BIT(nr_cpu_ids) - 1));
	put_task_struct(t);
	return err;
}

long sys_sched_getaffinity(int pid, u32 len, u32 *user);
long sys_sched_getaffinity(int pid, u32 len, u32 *user)
{
	struct task_struct *t;
	u32 cpus;

	if (len < sizeof(u32) || len & 3)
		return -EINVAL;
	t = find_get_task(pid ?: current->pid);
	if (!t)
		return -ESRCH;
	cpus = t->cpus_allowed & (u32)cpu_online_mask;
	put_task_struct(t);
	return put_user(cpus, user) ? -EFAULT : (long)sizeof(u32);
}

long sys_getcpu(u32 *cpu, u32 *node, void *unused);
long sys_getcpu(u32 *cpu, u32 *node, void *unused)
{
	(void)unused;
	if ((cpu && put_user(smp_processor_id(), cpu)) || (node && put_user(0u, node)))
		return -EFAULT;
	return 0;
}
