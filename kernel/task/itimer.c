/* SPDX-License-Identifier: MIT */
/*
 * The three interval timers of a process (setitimer(2)) and alarm(2). ITIMER_REAL is a timer of its
 * own; ITIMER_VIRTUAL and ITIMER_PROF count the process's CPU time, tick by tick.
 * siglock guards the values.
 */
#include "kernel/cpu/uaccess.h"
#include "kernel/task/internal.h"
#include "kernel/timer.h"
#include "lib/abi/errno.h"
#include "lib/abi/time.h"
#include "lib/div64.h"

/* From the timer interrupt. The owner and its sighand cannot go away: exit_itimers() and hold_itimers() cancel the timer first. */
static void real_timer_expired(struct hrtimer *timer)
{
	struct signal_struct *sig = container_of(timer, struct signal_struct, real_timer);
	u64 next = timer->expires + sig->it_real_incr;

	if (sig->owner)
		send_sig_info(SIGALRM, SEND_SIG_PRIV, sig->owner);
	if (sig->it_real_incr) {
		u64 now = ktime_get();

		hrtimer_start(timer, next > now ? next : now + sig->it_real_incr);
	}
}

void init_itimers(struct signal_struct *sig, struct task_struct *leader)
{
	hrtimer_init(&sig->real_timer, real_timer_expired);
	sig->owner = leader;
}

void exit_itimers(struct signal_struct *sig)
{
	sig->it_real_incr = 0;
	hrtimer_cancel(&sig->real_timer);
}

void hold_itimers(struct signal_struct *sig)
{
	sig->it_real_held = hrtimer_cancel(&sig->real_timer);
}

/* The thread that called execve is the process now. A time that has passed meanwhile is due at once. */
void resume_itimers(struct signal_struct *sig)
{
	sig->owner = current;
	if (sig->it_real_held)
		hrtimer_start(&sig->real_timer, sig->real_timer.expires);
}

/* Threads of the process on other CPUs count the same value down. */
static void count_down(struct task_struct *t, u64 *value, u64 incr, int sig)
{
	bool over;

	spin_lock(&t->sighand->siglock);
	over = *value && *value <= TICK_NSEC;
	if (over)
		*value = incr;
	else if (*value)
		*value -= TICK_NSEC;
	spin_unlock(&t->sighand->siglock);
	if (over)
		send_sig_info(sig, SEND_SIG_PRIV, t);
}

/* From the timer interrupt, on the CPU that runs t. */
void account_itimers(struct task_struct *t, bool user)
{
	struct signal_struct *s = t->signal;

	if (!t->sighand || t->flags & (PF_EXITING | PF_KTHREAD))
		return;
	if (user && READ_ONCE(s->it_virt_value))
		count_down(t, &s->it_virt_value, s->it_virt_incr, SIGVTALRM);
	if (READ_ONCE(s->it_prof_value))
		count_down(t, &s->it_prof_value, s->it_prof_incr, SIGPROF);
	if (s->rlim[RLIMIT_CPU].cur != RLIM64_INFINITY) {
		u64 used = div_u64(s->utime + s->stime + t->se.sum_exec_runtime, NSEC_PER_SEC);

		if (used >= s->rlim[RLIMIT_CPU].max)
			send_sig_info(SIGKILL, SEND_SIG_PRIV, t);
		else if (used >= s->rlim[RLIMIT_CPU].cur && (jiffies % HZ) == 0)
			send_sig_info(SIGXCPU, SEND_SIG_PRIV, t);
	}
}

static struct old_timeval32 to_timeval(u64 ns)
{
	u32 rem;
	u64 sec = div_u64_rem(ns, NSEC_PER_SEC, &rem);

	return (struct old_timeval32){ (s32)sec, (s32)(rem / 1000) };
}

static int from_timeval(const struct old_timeval32 *t, u64 *ns)
{
	if (t->tv_sec < 0 || t->tv_usec < 0 || t->tv_usec >= 1000000)
		return -EINVAL;
	*ns = (u64)t->tv_sec * NSEC_PER_SEC + (u64)t->tv_usec * 1000;
	return 0;
}

static void get_itimer(int which, u64 *value, u64 *incr)
{
	struct signal_struct *s = current->signal;
	u64 now = ktime_get();

	if (which == ITIMER_REAL) {
		*incr = s->it_real_incr;
		*value = s->real_timer.state == HRTIMER_IDLE ? 0 : s->real_timer.expires > now ? s->real_timer.expires - now : 1000;
	} else {
		*value = which == ITIMER_VIRTUAL ? s->it_virt_value : s->it_prof_value;
		*incr = which == ITIMER_VIRTUAL ? s->it_virt_incr : s->it_prof_incr;
	}
}

static void set_itimer(int which, u64 value, u64 incr)
{
	struct signal_struct *s = current->signal;

	if (which == ITIMER_REAL) {
		s->it_real_incr = 0;
		hrtimer_cancel(&s->real_timer);
		s->owner = current->group_leader;
		s->it_real_incr = incr;
		if (value)
			hrtimer_start(&s->real_timer, ktime_get() + value);
		return;
	}
	spin_lock_irq(&current->sighand->siglock);
	*(which == ITIMER_VIRTUAL ? &s->it_virt_value : &s->it_prof_value) = value;
	*(which == ITIMER_VIRTUAL ? &s->it_virt_incr : &s->it_prof_incr) = incr;
	spin_unlock_irq(&current->sighand->siglock);
}

long sys_getitimer(int which, struct old_itimerval32 *user);
long sys_getitimer(int which, struct old_itimerval32 *user)
{
	struct old_itimerval32 v;
	u64 value, incr;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	get_itimer(which, &value, &incr);
	v = (struct old_itimerval32){ to_timeval(incr), to_timeval(value) };
	return copy_to_user(user, &v, sizeof(v)) ? -EFAULT : 0;
}

long sys_setitimer(int which, const struct old_itimerval32 *new, struct old_itimerval32 *old);
long sys_setitimer(int which, const struct old_itimerval32 *new, struct old_itimerval32 *old)
{
	struct old_itimerval32 v = { { 0, 0 }, { 0, 0 } }, o;
	u64 value, incr, old_value, old_incr;

	if (new && copy_from_user(&v, new, sizeof(v)))
		return -EFAULT;
	if (which < ITIMER_REAL || which > ITIMER_PROF || from_timeval(&v.it_value, &value) || from_timeval(&v.it_interval, &incr))
		return -EINVAL;
	get_itimer(which, &old_value, &old_incr);
	set_itimer(which, value, incr);
	o = (struct old_itimerval32){ to_timeval(old_incr), to_timeval(old_value) };
	return old && copy_to_user(old, &o, sizeof(o)) ? -EFAULT : 0;
}

long sys_alarm(u32 seconds);
long sys_alarm(u32 seconds)
{
	u64 value, incr;
	u32 rem;

	get_itimer(ITIMER_REAL, &value, &incr);
	set_itimer(ITIMER_REAL, (u64)min(seconds, 0x7fffffffu) * NSEC_PER_SEC, 0);
	if (!value)
		return 0;
	value = div_u64_rem(value, NSEC_PER_SEC, &rem);
	/* Rounded, but never to zero while it is still running. */
	return (long)value + (rem >= NSEC_PER_SEC / 2 || !value);
}
