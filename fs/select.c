/* SPDX-License-Identifier: MIT */
/*
 * select(2) and poll(2): sleep until one of many files is ready.
 *
 * The caller's poll_wqueues collects a wait-queue entry for every queue that the files name in their poll methods.
 * A wake-up sets triggered and wakes the task; the task sleeps only if triggered is still clear after it has set
 * its state. So nothing that happens after a file was asked is lost, though the state is set only at the end: the
 * poll methods may sleep themselves.
 *
 * The entries are taken on the first pass only; later passes ask the files again. The first few lie in the
 * caller's frame, more in pages.
 */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/errno.h"
#include "lib/abi/select.h"
#include "lib/abi/time.h"
#include "lib/string.h"

struct poll_wqueues;
struct poll_entry {
	struct file *file;		/* with a reference: another thread may close it */
	wait_queue_head_t *wq;
	struct poll_wqueues *owner;
	u32 key;			/* events that are of interest */
	struct wait_queue_entry wait;
};

struct poll_page {
	struct poll_page *next;
	unsigned int used;
	struct poll_entry entries[];
};
#define ENTRIES_PER_PAGE ((PAGE_SIZE - sizeof(struct poll_page)) / sizeof(struct poll_entry))
#define INLINE_ENTRIES 4u

struct poll_wqueues {
	poll_table pt;
	struct task_struct *task;
	bool triggered;
	int error;
	unsigned int inline_used;
	struct poll_page *pages;
	struct poll_entry inline_entries[INLINE_ENTRIES];
};

static int poll_wake(struct wait_queue_entry *wait, unsigned int state, void *key)
{
	struct poll_entry *e = container_of(wait, struct poll_entry, wait);

	if (key && !((u32)(unsigned long)key & e->key))
		return 0;
	WRITE_ONCE(e->owner->triggered, true);
	smp_mb();
	return wake_up_state(e->owner->task, state);
}

static struct poll_entry *new_entry(struct poll_wqueues *pwq)
{
	struct poll_page *p = pwq->pages;

	if (pwq->inline_used < INLINE_ENTRIES)
		return &pwq->inline_entries[pwq->inline_used++];
	if (!p || p->used == ENTRIES_PER_PAGE) {
		p = (struct poll_page *)__get_free_page(GFP_KERNEL);
		if (!p) {
			pwq->error = -ENOMEM;
			return NULL;
		}
		p->next = pwq->pages;
		p->used = 0;
		pwq->pages = p;
	}
	return &p->entries[p->used++];
}

static void queue_on(struct file *file, wait_queue_head_t *wq, poll_table *pt)
{
	struct poll_wqueues *pwq = container_of(pt, struct poll_wqueues, pt);
	struct poll_entry *e = new_entry(pwq);

	if (!e)
		return;
	e->file = get_file(file);
	e->wq = wq;
	e->owner = pwq;
	e->key = pt->_key;
	e->wait = (struct wait_queue_entry){ .private = pwq->task, .func = poll_wake };
	INIT_LIST_HEAD(&e->wait.entry);
	add_wait_queue(wq, &e->wait);
}

static void poll_begin(struct poll_wqueues *pwq)
{
	pwq->pt._qproc = queue_on;
	pwq->pt._key = ~0u;
	pwq->task = current;
	pwq->triggered = false;
	pwq->error = 0;
	pwq->inline_used = 0;
	pwq->pages = NULL;
}

static void drop_entry(struct poll_entry *e)
{
	remove_wait_queue(e->wq, &e->wait);
	fput(e->file);
}

static void poll_end(struct poll_wqueues *pwq)
{
	struct poll_page *p, *next;
	unsigned int i;

	for (i = 0; i < pwq->inline_used; i++)
		drop_entry(&pwq->inline_entries[i]);
	for (p = pwq->pages; p; p = next) {
		next = p->next;
		for (i = 0; i < p->used; i++)
			drop_entry(&p->entries[i]);
		free_page((unsigned long)p);
	}
}

/* Until a file has called or the time is up: false. */
static bool poll_sleep(struct poll_wqueues *pwq, u64 expires)
{
	bool more = true;

	set_current_state(TASK_INTERRUPTIBLE);
	smp_mb();
	if (!READ_ONCE(pwq->triggered))
		more = schedule_hrtimeout(expires) != 0;
	set_current_state(TASK_RUNNING);
	WRITE_ONCE(pwq->triggered, false);
	smp_mb();	/* clear it before the files are asked again */
	return more;
}

u32 vfs_poll(struct file *file, poll_table *p)
{
	return file->f_op->poll ? file->f_op->poll(file, p) : DEFAULT_POLLMASK;
}

/* The end of a wait as monotonic time. KTIME_MAX: no end. 0: do not wait. */
static u64 deadline(u64 ns)
{
	u64 now;

	if (!ns)
		return 0;
	now = ktime_get();
	return ns > KTIME_MAX - now ? KTIME_MAX : now + ns;
}

#define POLLIN_SET (POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define POLLOUT_SET (POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)
#define POLLEX_SET POLLPRI

/* Three sets of n bits asked for, three to answer with: in, out, ex, in one array. */
struct fd_sets {
	unsigned long *in, *out, *ex, *res_in, *res_out, *res_ex;
};

/* One word of the sets. The number of bits set in the result. */
static int select_word(const struct fd_sets *s, unsigned int word, unsigned int n, struct poll_wqueues *pwq, bool waiting)
{
	unsigned long in = s->in[word], out = s->out[word], ex = s->ex[word], all = in | out | ex;
	int ready = 0;

	for (; all; all &= all - 1) {
		unsigned int nr = word * BITS_PER_LONG + __builtin_ctzl(all);
		unsigned long bit = all & -all;
		struct fd f;
		u32 mask;

		if (nr >= n)
			break;
		f = fdget(nr);
		if (!f.file)
			return -EBADF;
		pwq->pt._key = POLLERR | POLLHUP | (in & bit ? POLLIN_SET : 0) | (out & bit ? POLLOUT_SET : 0) |
			       (ex & bit ? POLLEX_SET : 0);
		mask = vfs_poll(f.file, waiting ? &pwq->pt : NULL);
		fdput(f);
		if ((mask & POLLIN_SET) && (in & bit))
			s->res_in[word] |= bit, ready++;
		if ((mask & POLLOUT_SET) && (out & bit))
			s->res_out[word] |= bit, ready++;
		if ((mask & POLLEX_SET) && (ex & bit))
			s->res_ex[word] |= bit, ready++;
		if (ready)
			waiting = false;
	}
	return ready;
}

static int do_select(unsigned int n, const struct fd_sets *s, u64 expires)
{
	struct poll_wqueues pwq;
	int ready = 0;
	bool more = expires != 0, first = true;

	poll_begin(&pwq);
	for (;;) {
		unsigned int word;

		for (word = 0; word < DIV_ROUND_UP(n, BITS_PER_LONG); word++) {
			int ret = select_word(s, word, n, &pwq, first && more && !ready);

			if (ret < 0) {
				ready = ret;
				goto out;
			}
			ready += ret;
		}
		first = false;
		if (ready || !more)
			break;
		if (pwq.error || signal_pending(current)) {
			ready = pwq.error ? pwq.error : -ERESTARTNOHAND;
			break;
		}
		more = poll_sleep(&pwq, expires);
	}
out:
	poll_end(&pwq);
	return ready;
}

static int get_fd_set(unsigned int bytes, const void *user, unsigned long *set)
{
	if (!user) {
		memset(set, 0, bytes);
		return 0;
	}
	return copy_from_user(set, user, bytes) ? -EFAULT : 0;
}

static int put_fd_set(unsigned int bytes, void *user, const unsigned long *set)
{
	return user && copy_to_user(user, set, bytes) ? -EFAULT : 0;
}

#define SELECT_STACK_WORDS 48	/* six sets of 256 bits */

static int core_select(int n, void *inp, void *outp, void *exp, u64 expires)
{
	unsigned long stack[SELECT_STACK_WORDS], *bits = stack;
	unsigned int max_fds, words, bytes;
	struct fd_sets s;
	int ret;

	if (n < 0)
		return -EINVAL;
	spin_lock(&current->files->file_lock);
	max_fds = current->files->fdt->max_fds;
	spin_unlock(&current->files->file_lock);
	n = min_t(unsigned int, n, max_fds);
	words = DIV_ROUND_UP((unsigned int)n, BITS_PER_LONG);
	bytes = words * sizeof(long);
	if (words > SELECT_STACK_WORDS / 6) {
		bits = kmalloc(6 * bytes, GFP_KERNEL);
		if (!bits)
			return -ENOMEM;
	}
	s = (struct fd_sets){ bits, bits + words, bits + 2 * words, bits + 3 * words, bits + 4 * words, bits + 5 * words };
	ret = get_fd_set(bytes, inp, s.in);
	if (!ret)
		ret = get_fd_set(bytes, outp, s.out);
	if (!ret)
		ret = get_fd_set(bytes, exp, s.ex);
	if (!ret) {
		memset(s.res_in, 0, 3 * bytes);
		ret = do_select(n, &s, expires);
	}
	if (ret >= 0 && (put_fd_set(bytes, inp, s.res_in) || put_fd_set(bytes, outp, s.res_out) ||
			 put_fd_set(bytes, exp, s.res_ex)))
		ret = -EFAULT;
	if (bits != stack)
		kfree(bits);
	return ret;
}

enum time_kind { OLD_TIMEVAL, OLD_TIMESPEC, TIMESPEC64 };

/* *expires: a deadline as above; KTIME_MAX for a NULL pointer. */
static int get_deadline(const void *user, enum time_kind kind, u64 *expires)
{
	struct __kernel_timespec ts;
	struct old_timespec32 old;	/* has the layout of a timeval as well */

	*expires = KTIME_MAX;
	if (!user)
		return 0;
	if (kind == TIMESPEC64) {
		if (copy_from_user(&ts, user, sizeof(ts)))
			return -EFAULT;
		ts.tv_nsec = (s32)ts.tv_nsec;
	} else {
		if (copy_from_user(&old, user, sizeof(old)))
			return -EFAULT;
		ts.tv_sec = old.tv_sec;
		ts.tv_nsec = old.tv_nsec;
	}
	if (kind == OLD_TIMEVAL) {	/* may count more than a second in microseconds */
		if (old.tv_nsec < 0 || old.tv_sec < 0)
			return -EINVAL;
		ts.tv_sec += old.tv_nsec / 1000000;
		ts.tv_nsec = old.tv_nsec % 1000000 * 1000;
	}
	if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= (s64)NSEC_PER_SEC)
		return -EINVAL;
	if (ts.tv_sec < 9000000000ll)
		*expires = deadline((u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec);
	return 0;
}

/* As the manual page says for select on Linux: the time not slept is left in the argument. A failure to store it is no error. */
static void put_remaining(void *user, enum time_kind kind, u64 expires)
{
	u64 now = ktime_get(), left = expires > now ? expires - now : 0;
	u64 sec = left / NSEC_PER_SEC;
	u32 nsec = (u32)(left - sec * NSEC_PER_SEC);
	struct __kernel_timespec ts = { (s64)sec, nsec };
	struct old_timespec32 old = { (s32)sec, (s32)(kind == OLD_TIMEVAL ? nsec / 1000 : nsec) };

	if (!user || expires == KTIME_MAX)
		return;
	if (kind == TIMESPEC64)
		(void)copy_to_user(user, &ts, sizeof(ts));
	else
		(void)copy_to_user(user, &old, sizeof(old));
}

long sys_select(int n, void *inp, void *outp, void *exp, struct old_timeval32 *tvp)
{
	u64 expires;
	int ret = get_deadline(tvp, OLD_TIMEVAL, &expires);

	if (ret)
		return ret;
	ret = core_select(n, inp, outp, exp, expires);
	put_remaining(tvp, OLD_TIMEVAL, expires);
	return ret;
}

long sys_old_select(const struct sel_arg_struct *user)
{
	struct sel_arg_struct a;

	if (copy_from_user(&a, user, sizeof(a)))
		return -EFAULT;
	return sys_select(a.n, (void *)a.inp, (void *)a.outp, (void *)a.exp, (struct old_timeval32 *)a.tvp);
}

/* The last argument of pselect6 points at a pair: the signal set and its size. */
static long do_pselect(int n, void *inp, void *outp, void *exp, void *tsp, const void *sig, enum time_kind kind)
{
	struct sigset_argpack pack = { 0, 0 };
	u64 expires;
	int ret;

	if (sig && copy_from_user(&pack, sig, sizeof(pack)))
		return -EFAULT;
	ret = get_deadline(tsp, kind, &expires);
	if (ret)
		return ret;
	ret = pack.p ? set_user_sigmask((const void *)pack.p, pack.size) : 0;
	if (ret)
		return ret;
	ret = core_select(n, inp, outp, exp, expires);
	if (pack.p)
		restore_saved_sigmask_unless(ret == -ERESTARTNOHAND);
	put_remaining(tsp, kind, expires);
	return ret;
}

long sys_pselect6(int n, void *inp, void *outp, void *exp, struct old_timespec32 *tsp, const void *sig)
{
	return do_pselect(n, inp, outp, exp, tsp, sig, OLD_TIMESPEC);
}

long sys_pselect6_time64(int n, void *inp, void *outp, void *exp, struct __kernel_timespec *tsp, const void *sig)
{
	return do_pselect(n, inp, outp, exp, tsp, sig, TIMESPEC64);
}

/* Ask about one descriptor; fills revents. */
static bool poll_one(struct pollfd *p, struct poll_wqueues *pwq, bool waiting)
{
	u32 want = (u16)p->events | POLLERR | POLLHUP, mask;
	struct fd f;

	p->revents = 0;
	if (p->fd < 0)
		return false;
	f = fdget(p->fd);
	if (!f.file) {
		p->revents = POLLNVAL;
		return true;
	}
	pwq->pt._key = want;
	mask = vfs_poll(f.file, waiting ? &pwq->pt : NULL) & want;
	fdput(f);
	p->revents = mask;
	return mask;
}

static int do_poll(struct pollfd *fds, unsigned int nfds, u64 expires)
{
	struct poll_wqueues pwq;
	bool more = expires != 0, first = true;
	int ready = 0;

	poll_begin(&pwq);
	for (;;) {
		unsigned int i;

		for (i = 0; i < nfds; i++)
			if (poll_one(&fds[i], &pwq, first && more && !ready))
				ready++;
		first = false;
		if (ready || !more)
			break;
		if (pwq.error || signal_pending(current)) {
			ready = pwq.error ? pwq.error : -ERESTARTNOHAND;
			break;
		}
		more = poll_sleep(&pwq, expires);
	}
	poll_end(&pwq);
	return ready;
}

#define POLL_STACK_FDS 16

static int core_poll(struct pollfd *user, unsigned int nfds, u64 expires)
{
	struct pollfd stack[POLL_STACK_FDS], *fds = stack;
	unsigned int i;
	int ret;

	if (nfds > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (nfds > POLL_STACK_FDS) {
		fds = kmalloc(nfds * sizeof(*fds), GFP_KERNEL);
		if (!fds)
			return -ENOMEM;
	}
	ret = -EFAULT;
	if (!copy_from_user(fds, user, nfds * sizeof(*fds))) {
		ret = do_poll(fds, nfds, expires);
		for (i = 0; i < nfds && ret != -EFAULT; i++)
			if (put_user(fds[i].revents, &user[i].revents))
				ret = -EFAULT;
	}
	if (fds != stack)
		kfree(fds);
	return ret;
}

/* poll is continued after a signal without a handler, with the time that is left. */
static long restart_poll(struct restart_block *rb)
{
	int ret = core_poll((struct pollfd *)(unsigned long)rb->arg[0], (unsigned int)rb->arg[1], rb->arg[2]);

	return ret == -ERESTARTNOHAND ? -ERESTART_RESTARTBLOCK : ret;
}

long sys_poll(struct pollfd *user, u32 nfds, int timeout_ms)
{
	u64 expires = timeout_ms < 0 ? KTIME_MAX : deadline((u64)timeout_ms * NSEC_PER_MSEC);
	int ret = core_poll(user, nfds, expires);

	if (ret != -ERESTARTNOHAND)
		return ret;
	current->restart_block.fn = restart_poll;
	current->restart_block.arg[0] = (unsigned long)user;
	current->restart_block.arg[1] = nfds;
	current->restart_block.arg[2] = expires;
	return -ERESTART_RESTARTBLOCK;
}

static long do_ppoll(struct pollfd *user, u32 nfds, void *tsp, const void *mask, size_t size, enum time_kind kind)
{
	u64 expires;
	int ret = get_deadline(tsp, kind, &expires);

	if (ret)
		return ret;
	ret = mask ? set_user_sigmask(mask, size) : 0;
	if (ret)
		return ret;
	ret = core_poll(user, nfds, expires);
	if (mask)
		restore_saved_sigmask_unless(ret == -ERESTARTNOHAND);
	put_remaining(tsp, kind, expires);
	return ret;
}

long sys_ppoll(struct pollfd *user, u32 nfds, struct old_timespec32 *tsp, const void *mask, size_t size)
{
	return do_ppoll(user, nfds, tsp, mask, size, OLD_TIMESPEC);
}

long sys_ppoll_time64(struct pollfd *user, u32 nfds, struct __kernel_timespec *tsp, const void *mask, size_t size)
{
	return do_ppoll(user, nfds, tsp, mask, size, TIMESPEC64);
}
