/* SPDX-License-Identifier: MIT */
/* Limits and accounts: getrlimit(2), getrusage(2), times(2). */
#include "kernel/cpu/uaccess.h"
#include "kernel/task/internal.h"
#include "kernel/task/pid.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/times.h"
#include "lib/div64.h"
#include "lib/string.h"
#include "mm/mm.h"

/* ---- limits ---- */

static int do_prlimit(struct task_struct *t, u32 which, const struct rlimit64 *new, struct rlimit64 *old)
{
	struct task_struct *leader = t->group_leader;
	struct rlimit64_pair *r;
	int err = 0;

	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	if (new && new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (new && which == RLIMIT_NOFILE && new->rlim_max > 1024 * 1024)
		return -EPERM;
	r = &t->signal->rlim[which];
	spin_lock(&leader->alloc_lock);
	if (new && new->rlim_max > r->max && !capable(CAP_SYS_RESOURCE))
		err = -EPERM;
	if (old)
		*old = (struct rlimit64){ r->cur, r->max };
	if (!err && new)
		*r = (struct rlimit64_pair){ new->rlim_cur, new->rlim_max };
	spin_unlock(&leader->alloc_lock);
	return err;
}

static u32 narrow_limit(u64 v, u32 infinity) { return v >= infinity ? infinity : (u32)v; }
static u64 wide_limit(u32 v) { return v == RLIM_INFINITY ? RLIM64_INFINITY : v; }

static long get_limit(u32 which, struct rlimit *user, u32 infinity)
{
	struct rlimit64 v;
	struct rlimit r;
	int err = do_prlimit(current, which, NULL, &v);

	if (err)
		return err;
	r = (struct rlimit){ narrow_limit(v.rlim_cur, infinity), narrow_limit(v.rlim_max, infinity) };
	return copy_to_user(user, &r, sizeof(r)) ? -EFAULT : 0;
}

long sys_getrlimit(u32 which, struct rlimit *r);
long sys_getrlimit(u32 which, struct rlimit *r) { return get_limit(which, r, RLIM_INFINITY); }
long sys_old_getrlimit(u32 which, struct rlimit *r);
long sys_old_getrlimit(u32 which, struct rlimit *r) { return get_limit(which, r, 0x7fffffff); }

long sys_setrlimit(u32 which, const struct rlimit *user);
long sys_setrlimit(u32 which, const struct rlimit *user)
{
	struct rlimit r;
	struct rlimit64 v;

	if (copy_from_user(&r, user, sizeof(r)))
		return -EFAULT;
	v = (struct rlimit64){ wide_limit(r.rlim_cur), wide_limit(r.rlim_max) };
	return do_prlimit(current, which, &v, NULL);
}

long sys_prlimit64(int pid, u32 which, const struct rlimit64 *unew, struct rlimit64 *uold);
long sys_prlimit64(int pid, u32 which, const struct rlimit64 *unew, struct rlimit64 *uold)
{
	struct rlimit64 new, old;
	struct task_struct *t;
	int err = 0;

	if (unew && copy_from_user(&new, unew, sizeof(new)))
		return -EFAULT;
	t = find_get_task(pid ?: current->pid);
	if (!t)
		return -ESRCH;
	if (t->signal != current->signal && !capable(CAP_SYS_RESOURCE) &&
	    (current->cred->uid != t->cred->uid || current->cred->uid != t->cred->euid || current->cred->uid != t->cred->suid))
		err = -EPERM;
	if (!err)
		err = do_prlimit(t, which, unew ? &new : NULL, uold ? &old : NULL);
	put_task_struct(t);
	if (!err && uold && copy_to_user(uold, &old, sizeof(old)))
		return -EFAULT;
	return err;
}

/* ---- accounts ---- */

/* Ticks tell user from system time; the scheduler knows the sum exactly. Scale the first to the second. */
void add_thread_times(struct task_struct *t, u64 *utime, u64 *stime)
{
	u64 total = task_runtime_ns(t), ticks = t->utime + t->stime;
	u32 share = ticks ? (u32)((t->utime << 10) / ticks) : 0;

	*utime += (total >> 10) * share;
	*stime += total - (total >> 10) * share;
}

void thread_group_cputime(struct task_struct *p, u64 *utime, u64 *stime)
{
	struct task_struct *t;

	assert_spin_locked(&tasklist_lock);	/* who leaves the list while we are at it would lead us around in circles */
	*utime = p->signal->utime;
	*stime = p->signal->stime;
	list_for_each_entry(t, &p->signal->thread_head, thread_group)
		if (!t->exit_state)
			add_thread_times(t, utime, stime);
}

static struct old_timeval32 to_timeval(u64 ns)
{
	u32 rem;
	u64 sec = div_u64_rem(ns, NSEC_PER_SEC, &rem);

	return (struct old_timeval32){ (s32)sec, (s32)(rem / 1000) };
}

/* tasklist_lock held. */
void getrusage_of(struct task_struct *p, int who, struct rusage *r)
{
	struct signal_struct *s = p->signal;
	struct task_struct *t;
	u64 utime = 0, stime = 0;
	unsigned long maxrss = 0;

	assert_spin_locked(&tasklist_lock);
	memset(r, 0, sizeof(*r));
	if (who != RUSAGE_CHILDREN) {
		thread_group_cputime(p, &utime, &stime);
		r->ru_minflt = (s32)s->min_flt;
		r->ru_majflt = (s32)s->maj_flt;
		r->ru_nvcsw = (s32)s->nvcsw;
		r->ru_nivcsw = (s32)s->nivcsw;
		list_for_each_entry(t, &s->thread_head, thread_group) {
			r->ru_minflt += (s32)t->min_flt;
			r->ru_majflt += (s32)t->maj_flt;
			r->ru_nvcsw += (s32)t->nvcsw;
			r->ru_nivcsw += (s32)t->nivcsw;
		}
		maxrss = max(s->maxrss, p->mm ? get_mm_rss(p->mm) : 0);
	}
	if (who == RUSAGE_CHILDREN || who == RUSAGE_BOTH_TASK) {
		utime += s->cutime;
		stime += s->cstime;
		r->ru_minflt += (s32)s->cmin_flt;
		r->ru_majflt += (s32)s->cmaj_flt;
		r->ru_nvcsw += (s32)s->cnvcsw;
		r->ru_nivcsw += (s32)s->cnivcsw;
		maxrss = max(maxrss, s->cmaxrss);
	}
	r->ru_utime = to_timeval(utime);
	r->ru_stime = to_timeval(stime);
	r->ru_maxrss = (s32)(maxrss * 4);
}

long sys_getrusage(int who, struct rusage *user);
long sys_getrusage(int who, struct rusage *user)
{
	struct rusage r;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	if (who == RUSAGE_THREAD) {
		u64 utime = 0, stime = 0;

		memset(&r, 0, sizeof(r));
		add_thread_times(current, &utime, &stime);
		r.ru_utime = to_timeval(utime);
		r.ru_stime = to_timeval(stime);
		r.ru_minflt = (s32)current->min_flt;
		r.ru_majflt = (s32)current->maj_flt;
		r.ru_nvcsw = (s32)current->nvcsw;
		r.ru_nivcsw = (s32)current->nivcsw;
		r.ru_maxrss = current->mm ? (s32)get_mm_rss(current->mm) * 4 : 0;
	} else {
		getrusage_of(current, who, &r);
	}
	spin_unlock(&tasklist_lock);
	return copy_to_user(user, &r, sizeof(r)) ? -EFAULT : 0;
}

long sys_times(struct tms *user);
long sys_times(struct tms *user)
{
	const u32 tick = (u32)(NSEC_PER_SEC / USER_HZ);
	u64 utime, stime;
	struct tms t;

	if (user) {
		spin_lock(&tasklist_lock);
		thread_group_cputime(current, &utime, &stime);
		t = (struct tms){ (s32)div_u64(utime, tick), (s32)div_u64(stime, tick),
			(s32)div_u64(current->signal->cutime, tick), (s32)div_u64(current->signal->cstime, tick) };
		spin_unlock(&tasklist_lock);
		if (copy_to_user(user, &t, sizeof(t)))
			return -EFAULT;
	}
	return (long)div_u64(ktime_get(), tick);
}
