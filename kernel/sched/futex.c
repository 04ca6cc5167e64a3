/* SPDX-License-Identifier: MIT */
/*
 * Futexes: sleep if a word of user memory still has the value you saw, wake who sleeps on a word.
 * Everything fast happens in user space; the kernel only keeps queues, in a hash table by key.
 *
 * A key names the word wherever it is mapped: for private memory the address space and the address,
 * for shared memory the file's page and the offset in it. The value is compared with the queue
 * locked, and a waker changes the word before it takes that lock, so no wake-up is lost.
 * Sources: futex(2), get_robust_list(2).
 */
#include "fs/fs.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/init.h"
#include "kernel/sched/wait.h"
#include "kernel/task/internal.h"
#include "lib/abi/errno.h"
#include "lib/abi/futex.h"
#include "lib/abi/time.h"
#include "mm/fault.h"
#include "mm/mm.h"

struct futex_key {
	void *object;			/* mm_struct or inode */
	unsigned long page, offset;
};

struct futex_q {
	struct list_head list;
	struct futex_key key;
	struct task_struct *task;
	u32 bitset;
	struct futex_bucket *bucket;	/* NULL: woken */
};

#define FUTEX_KEY_SHARED 1ul		/* in futex_key.offset */
#define FUTEX_HASH 64
static struct futex_bucket {
	spinlock_t lock;
	struct list_head waiters;	/* of futex_q, first come first */
} buckets[FUTEX_HASH];

static struct futex_bucket *bucket_of(const struct futex_key *k)
{
	u32 h = ((u32)(unsigned long)k->object >> 4) + (u32)k->page + ((u32)k->offset >> 2);

	return &buckets[(h * 0x9e3779b1u) >> 26];
}

static int futex_init(void)
{
	for (int i = 0; i < FUTEX_HASH; i++) {
		spin_lock_init(&buckets[i].lock);
		INIT_LIST_HEAD(&buckets[i].waiters);
	}
	return 0;
}
core_initcall(futex_init);

static bool same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->page == b->page && a->offset == b->offset;
}

/*
 * A shared mapping is named by its file; everything else by the address space. Words are aligned, so the low bits of
 * the offset are free: who asks as shared for memory that is not, and who asks as private, do not meet, as on Linux.
 */
static int get_key(u32 *uaddr, bool shared, struct futex_key *key)
{
	unsigned long a = (unsigned long)uaddr;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	struct inode *inode;
	int err = 0;

	if (a & 3)
		return -EINVAL;
	if (!access_ok(uaddr, 4))
		return -EFAULT;
	*key = (struct futex_key){ mm, a >> PAGE_SHIFT, a & (PAGE_SIZE - 1) };
	if (!shared)
		return 0;
	key->offset |= FUTEX_KEY_SHARED;
	down_read(&mm->mmap_sem);
	vma = find_vma(mm, a);
	if (!vma || vma->vm_start > a || !(vma->vm_flags & VM_READ)) {
		err = -EFAULT;
	} else if (vma->vm_flags & VM_MAYSHARE && vma->vm_file) {
		inode = file_inode(vma->vm_file);
		key->object = inode;
		key->page = ((a - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
		if (S_ISREG(inode->i_mode) && (loff_t)key->page << PAGE_SHIFT >= i_size_read(inode))
			err = -EFAULT;		/* there is no page */
	} else if (!vma->vm_file && !(vma->vm_flags & VM_WRITE)) {
		err = -EFAULT;			/* nor one that anybody could ever change */
	}
	up_read(&mm->mmap_sem);
	return err;
}

/* Bucket locked. */
static void wake_one(struct futex_q *q)
{
	struct task_struct *t = q->task;

	list_del_init(&q->list);
	get_task_struct(t);
	__atomic_store_n(&q->bucket, NULL, __ATOMIC_RELEASE);	/* q may be gone from here on */
	wake_up_state(t, TASK_NORMAL);
	put_task_struct(t);
}

static int do_wake(u32 *uaddr, bool shared, int nr, u32 bitset)
{
	struct futex_key key;
	struct futex_bucket *b;
	struct futex_q *q, *next;
	int woken = 0, err;

	if (!bitset)
		return -EINVAL;
	err = get_key(uaddr, shared, &key);
	if (err)
		return err;
	b = bucket_of(&key);
	spin_lock(&b->lock);
	list_for_each_entry_safe(q, next, &b->waiters, list)
		if (same_key(&q->key, &key) && q->bitset & bitset) {
			wake_one(q);
			if (++woken >= nr)
				break;
		}
	spin_unlock(&b->lock);
	return woken;
}

void futex_wake(void *uaddr, int nr) { do_wake(uaddr, true, nr, FUTEX_BITSET_MATCH_ANY); }

/* Takes the waiter off whatever queue it is on by now (requeue may have moved it). False: it had been woken. */
static bool unqueue(struct futex_q *q)
{
	for (;;) {
		struct futex_bucket *b = __atomic_load_n(&q->bucket, __ATOMIC_ACQUIRE);

		if (!b)
			return false;
		spin_lock(&b->lock);
		if (q->bucket == b) {
			list_del(&q->list);
			q->bucket = NULL;
			spin_unlock(&b->lock);
			return true;
		}
		spin_unlock(&b->lock);
	}
}

/* Queued if the word still is val: 0, -EAGAIN, -EFAULT. A word that is not there is brought in without the lock. */
static int queue_if_equal(struct futex_q *q, u32 *uaddr, u32 val)
{
	struct futex_bucket *b = bucket_of(&q->key);
	u32 now;
	int err;

	for (;;) {
		spin_lock(&b->lock);
		pagefault_disable();
		err = get_user(now, uaddr);
		pagefault_enable();
		if (!err)
			break;
		spin_unlock(&b->lock);
		if (get_user(now, uaddr))
			return -EFAULT;
	}
	if (now == val) {
		q->bucket = b;
		list_add_tail(&q->list, &b->waiters);
	}
	spin_unlock(&b->lock);
	return now == val ? 0 : -EAGAIN;
}

static int do_futex_wait(u32 *uaddr, bool shared, u32 val, u64 expires, u32 bitset);

static long wait_restart(struct restart_block *r)
{
	return do_futex_wait((u32 *)(unsigned long)r->arg[0], r->arg[3] >> 32, (u32)r->arg[1], r->arg[2], (u32)r->arg[3]);
}

static int do_futex_wait(u32 *uaddr, bool shared, u32 val, u64 expires, u32 bitset)
{
	struct futex_q q = { .task = current, .bitset = bitset };
	int err;

	if (!bitset)
		return -EINVAL;
	err = get_key(uaddr, shared, &q.key);
	if (err)
		return err;
	err = queue_if_equal(&q, uaddr, val);
	if (err)
		return err;
	for (;;) {
		int timeout;

		set_current_state(TASK_INTERRUPTIBLE);
		if (!__atomic_load_n(&q.bucket, __ATOMIC_ACQUIRE))
			break;
		if (signal_pending(current)) {
			err = -ERESTARTSYS;
			break;
		}
		timeout = schedule_hrtimeout(expires);
		if (timeout == 0) {
			err = -ETIMEDOUT;
			break;
		}
	}
	current->state = TASK_RUNNING;
	if (!unqueue(&q))
		return 0;
	if (err == -ERESTARTSYS && expires < KTIME_MAX) {
		current->restart_block = (struct restart_block){ wait_restart,
			{ (unsigned long)uaddr, val, expires, bitset | (u64)shared << 32 } };
		err = -ERESTART_RESTARTBLOCK;
	}
	return err;
}

static void lock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	if (a > b)
		swap(a, b);
	spin_lock(&a->lock);
	if (a != b)
		spin_lock_nested(&b->lock, SINGLE_DEPTH_NESTING);
}

static void unlock_two(struct futex_bucket *a, struct futex_bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

/* Wake some sleepers of one word and let the others sleep on another. cmp: the first must still be *cmp. */
static int do_requeue(u32 *uaddr1, u32 *uaddr2, bool shared, int nr_wake, int nr_requeue, const u32 *cmp)
{
	struct futex_key key1, key2;
	struct futex_bucket *b1, *b2;
	struct futex_q *q, *next;
	int err, done = 0;

	if (nr_wake < 0 || nr_requeue < 0)
		return -EINVAL;
	err = get_key(uaddr1, shared, &key1) ?: get_key(uaddr2, shared, &key2);
	if (err)
		return err;
	b1 = bucket_of(&key1);
	b2 = bucket_of(&key2);
	for (;;) {
		u32 now;

		lock_two(b1, b2);
		if (!cmp)
			break;
		pagefault_disable();
		err = get_user(now, uaddr1);
		pagefault_enable();
		if (!err && now == *cmp)
			break;
		unlock_two(b1, b2);
		if (!err)
			return -EAGAIN;
		if (get_user(now, uaddr1))
			return -EFAULT;
	}
	list_for_each_entry_safe(q, next, &b1->waiters, list) {
		if (!same_key(&q->key, &key1))
			continue;
		if (done < nr_wake) {
			wake_one(q);
		} else if (done - nr_wake < nr_requeue) {
			/* On the same queue it keeps its place: moved to the end, we would meet it again. */
			if (b1 != b2)
				list_move_tail(&q->list, &b2->waiters);
			q->key = key2;
			q->bucket = b2;
		} else {
			break;
		}
		done++;
	}
	unlock_two(b1, b2);
	return done;
}

/* FUTEX_WAKE_OP: change *uaddr2 atomically, wake on uaddr1, and on uaddr2 if its old value compares. */
static int atomic_op(u32 encoded, u32 *uaddr, s32 *old)
{
	s32 oparg = (s32)(encoded << 8) >> 20;
	u32 op = encoded >> 28 & 7, cur, new;

	if (encoded >> 28 & FUTEX_OP_OPARG_SHIFT)
		oparg = 1 << (oparg & 31);
	for (;;) {
		int err = futex_cmpxchg(&cur, uaddr, 0, 0);	/* a read that is a read for writing */

		if (err)
			return err;
		switch (op) {
		case FUTEX_OP_SET: new = (u32)oparg; break;
		case FUTEX_OP_ADD: new = cur + (u32)oparg; break;
		case FUTEX_OP_OR: new = cur | (u32)oparg; break;
		case FUTEX_OP_ANDN: new = cur & ~(u32)oparg; break;
		case FUTEX_OP_XOR: new = cur ^ (u32)oparg; break;
		default: return -ENOSYS;
		}
		*old = (s32)cur;
		err = futex_cmpxchg(&cur, uaddr, cur, new);
		if (err)
			return err;
		if ((s32)cur == *old)
			return 0;
	}
}

static int do_wake_op(u32 *uaddr1, u32 *uaddr2, bool shared, int nr1, int nr2, u32 op)
{
	s32 cmparg = (s32)(op << 20) >> 20, old;
	struct futex_key key;
	bool second;
	int err, woken;

	err = get_key(uaddr1, shared, &key) ?: get_key(uaddr2, shared, &key);
	if (err)
		return err;
	err = atomic_op(op, uaddr2, &old);
	if (err)
		return err;
	switch (op >> 24 & 15) {
	case FUTEX_OP_CMP_EQ: second = old == cmparg; break;
	case FUTEX_OP_CMP_NE: second = old != cmparg; break;
	case FUTEX_OP_CMP_LT: second = old < cmparg; break;
	case FUTEX_OP_CMP_LE: second = old <= cmparg; break;
	case FUTEX_OP_CMP_GT: second = old > cmparg; break;
	case FUTEX_OP_CMP_GE: second = old >= cmparg; break;
	default: return -ENOSYS;
	}
	woken = do_wake(uaddr1, shared, nr1, FUTEX_BITSET_MATCH_ANY);
	if (woken >= 0 && second) {
		err = do_wake(uaddr2, shared, nr2, FUTEX_BITSET_MATCH_ANY);
		woken = err < 0 ? err : woken + err;
	}
	return woken;
}

static long do_futex(u32 *uaddr, int op, u32 val, u64 expires, u32 *uaddr2, u32 val2, u32 val3)
{
	bool shared = !(op & FUTEX_PRIVATE_FLAG);

	if (op & FUTEX_CLOCK_REALTIME && (op & FUTEX_CMD_MASK) != FUTEX_WAIT_BITSET)
		return -ENOSYS;
	switch (op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
		return do_futex_wait(uaddr, shared, val, expires, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return do_futex_wait(uaddr, shared, val, expires, val3);
	case FUTEX_WAKE:
		return do_wake(uaddr, shared, (int)val, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return do_wake(uaddr, shared, (int)val, val3);
	case FUTEX_REQUEUE:
		return do_requeue(uaddr, uaddr2, shared, (int)val, (int)val2, NULL);
	case FUTEX_CMP_REQUEUE:
		return do_requeue(uaddr, uaddr2, shared, (int)val, (int)val2, &val3);
	case FUTEX_WAKE_OP:
		return do_wake_op(uaddr, uaddr2, shared, (int)val, (int)val2, val3);
	default:
		return -ENOSYS;
	}
}

static bool has_timeout(int op)
{
	int cmd = op & FUTEX_CMD_MASK;

	return cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET;
}

/* FUTEX_WAIT gives a duration, FUTEX_WAIT_BITSET a point in time. */
static int deadline(int op, s64 sec, s64 nsec, u64 *expires)
{
	u64 ns;

	if (sec < 0 || nsec < 0 || nsec >= (s64)NSEC_PER_SEC)
		return -EINVAL;
	ns = sec > 4000000000ll ? KTIME_MAX / 2 : (u64)sec * NSEC_PER_SEC + (u64)nsec;
	if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT)
		ns += ktime_get();
	else if (op & FUTEX_CLOCK_REALTIME)
		ns = ns > ktime_real_offset() ? ns - ktime_real_offset() : 0;
	*expires = ns;
	return 0;
}

long sys_futex(u32 *uaddr, int op, u32 val, const struct old_timespec32 *timeout, u32 *uaddr2, u32 val3);
long sys_futex(u32 *uaddr, int op, u32 val, const struct old_timespec32 *timeout, u32 *uaddr2, u32 val3)
{
	u64 expires = KTIME_MAX;
	struct old_timespec32 t;
	int err;

	if (timeout && has_timeout(op)) {
		if (copy_from_user(&t, timeout, sizeof(t)))
			return -EFAULT;
		err = deadline(op, t.tv_sec, t.tv_nsec, &expires);
		if (err)
			return err;
	}
	return do_futex(uaddr, op, val, expires, uaddr2, (u32)(unsigned long)timeout, val3);
}

long sys_futex_time64(u32 *uaddr, int op, u32 val, const struct __kernel_timespec *timeout, u32 *uaddr2, u32 val3);
long sys_futex_time64(u32 *uaddr, int op, u32 val, const struct __kernel_timespec *timeout, u32 *uaddr2, u32 val3)
{
	u64 expires = KTIME_MAX;
	struct __kernel_timespec t;
	int err;

	if (timeout && has_timeout(op)) {
		if (copy_from_user(&t, timeout, sizeof(t)))
			return -EFAULT;
		err = deadline(op, t.tv_sec, t.tv_nsec, &expires);
		if (err)
			return err;
	}
	return do_futex(uaddr, op, val, expires, uaddr2, (u32)(unsigned long)timeout, val3);
}

/* ---- robust lists: locks that a dying thread still holds ---- */

struct robust_list_head_user { u32 next; s32 offset; u32 pending; };
#define ROBUST_LIST_LIMIT 2048

long sys_set_robust_list(void *head, size_t len);
long sys_set_robust_list(void *head, size_t len)
{
	if (len != sizeof(struct robust_list_head_user))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

long sys_get_robust_list(int pid, u32 *head, u32 *len);
long sys_get_robust_list(int pid, u32 *head, u32 *len)
{
	struct task_struct *t = find_get_task(pid ?: current->pid);
	u32 list;

	if (!t)
		return -ESRCH;
	list = (u32)(unsigned long)t->robust_list;
	put_task_struct(t);
	return put_user((u32)sizeof(struct robust_list_head_user), len) || put_user(list, head) ? -EFAULT : 0;
}

/* The word belongs to us: mark its owner as dead and wake one who waits. */
static void handle_death(u32 *uaddr, bool pending)
{
	u32 val, cur;

	if ((unsigned long)uaddr & 3 || get_user(val, uaddr))
		return;
	if (pending && !val) {
		futex_wake(uaddr, 1);
		return;
	}
	while ((val & FUTEX_TID_MASK) == (u32)current->pid) {
		if (futex_cmpxchg(&cur, uaddr, val, (val & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
			return;
		if (cur == val) {
			if (val & FUTEX_WAITERS)
				futex_wake(uaddr, 1);
			return;
		}
		val = cur;
	}
}

void exit_robust_list(struct task_struct *t)
{
	struct robust_list_head_user head;
	u32 entry, base = (u32)(unsigned long)t->robust_list;

	if (!base || copy_from_user(&head, (void *)base, sizeof(head)))
		return;
	entry = head.next;
	for (int n = 0; (entry & ~1u) != base && n < ROBUST_LIST_LIMIT; n++) {
		u32 next;

		if (get_user(next, (u32 *)(entry & ~1u)))
			return;
		if ((entry & ~1u) != (head.pending & ~1u))
			handle_death((u32 *)((entry & ~1u) + (u32)head.offset), false);
		entry = next;
	}
	if (head.pending)
		handle_death((u32 *)((head.pending & ~1u) + (u32)head.offset), true);
}
