/* SPDX-License-Identifier: MIT */
/*
 * Advisory locks (fcntl(2), flock(2)). Three kinds share one structure:
 *
 *   POSIX   a range of bytes; owned by a process (its descriptor table). All of a process's locks on a file go
 *           when it closes any descriptor of the file.
 *   OFD     a range of bytes; owned by the open file, and gone with it.
 *   flock   the whole file; owned by the open file. It does not conflict with the two above.
 *
 * Each inode with locks has a context: two lists under one lock, and one queue where those wait who must. Waiters
 * are woken at every release and look for themselves. Ranges of one owner never overlap: a new lock replaces
 * what it covers, which may cut an old one in two. Memory for that is taken before anything is changed.
 *
 * EDEADLK: before a POSIX lock waits, the chain "this owner waits for that owner" is followed; if it leads back
 * to the caller, nobody could ever go on. blocked_lock guards the chain.
 */
#include "fs/internal.h"
#include "fs/locks.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"

enum lock_kind { POSIX_LOCK, OFD_LOCK, FLOCK_LOCK };

struct file_lock {
	struct list_head list;		/* in the context; sorted by nothing: lists are short */
	void *owner;			/* files_struct or file */
	enum lock_kind kind;
	int type;			/* F_RDLCK, F_WRLCK; F_UNLCK for a request */
	int pid;			/* who, for F_GETLK; -1 for OFD */
	loff_t start, end;		/* bytes, both inclusive */
};

struct file_lock_context {
	spinlock_t lock;
	struct list_head ranges;	/* POSIX and OFD */
	struct list_head flocks;
	wait_queue_head_t wait;
	u32 generation;			/* counts releases, by lock: what waiters wait for */
};

/* A process that waits for a POSIX lock, for the search for deadlocks. */
struct blocked_owner {
	void *owner, *waits_for;
	struct list_head list;
};
static DEFINE_SPINLOCK(blocked_lock);
static LIST_HEAD(blocked_owners);

static struct kmem_cache *lock_cache, *context_cache;

#define OFFSET_MAX 0x7fffffffffffffffll

void locks_init(void)
{
	lock_cache = kmem_cache_create("file_lock", sizeof(struct file_lock), 0, NULL);
	context_cache = kmem_cache_create("file_lock_ctx", sizeof(struct file_lock_context), 0, NULL);
	if (!lock_cache || !context_cache)
		panic("no memory for file locks");
}

static struct file_lock_context *get_context(struct inode *inode)
{
	struct file_lock_context *c = READ_ONCE(inode->i_flctx);

	if (c)
		return c;
	c = kmem_cache_alloc(context_cache, GFP_KERNEL);
	if (!c)
		return NULL;
	spin_lock_init(&c->lock);
	INIT_LIST_HEAD(&c->ranges);
	INIT_LIST_HEAD(&c->flocks);
	init_waitqueue_head(&c->wait);
	c->generation = 0;
	spin_lock(&inode->i_lock);
	if (inode->i_flctx) {
		kmem_cache_free(context_cache, c);
		c = inode->i_flctx;
	} else {
		inode->i_flctx = c;
	}
	spin_unlock(&inode->i_lock);
	return c;
}

void locks_free_lock_context(struct inode *inode)
{
	struct file_lock_context *c = inode->i_flctx;

	ASSERT(list_empty(&c->ranges) && list_empty(&c->flocks));
	inode->i_flctx = NULL;
	kmem_cache_free(context_cache, c);
}

static bool overlaps(const struct file_lock *a, const struct file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static bool same_owner(const struct file_lock *a, const struct file_lock *b)
{
	return a->owner == b->owner;
}

/* Of the locks that keep req from being granted the one with the lowest start, or NULL. c->lock held. */
static struct file_lock *find_conflict(struct list_head *list, const struct file_lock *req)
{
	struct file_lock *l, *first = NULL;

	list_for_each_entry(l, list, list)
		if (!same_owner(l, req) && overlaps(l, req) && (l->type == F_WRLCK || req->type == F_WRLCK) &&
		    (!first || l->start < first->start))
			first = l;
	return first;
}

static void released(struct file_lock_context *c)
{
	c->generation++;
}

/* Locks taken out are freed after the spinlock, by way of this list. */
static void free_list(struct list_head *list)
{
	struct file_lock *l, *next;

	list_for_each_entry_safe(l, next, list, list)
		kmem_cache_free(lock_cache, l);
}

/*
 * Give req's range to its owner (or, for F_UNLCK, to nobody). new and rest are spare structures: new becomes the
 * lock, rest the tail of an old lock that is cut in two. What is used is set to NULL. c->lock held.
 */
static void apply_range(struct file_lock_context *c, struct file_lock *req, struct file_lock **new,
			struct file_lock **rest, struct list_head *dead)
{
	struct file_lock *l, *next;

	list_for_each_entry_safe(l, next, &c->ranges, list) {
		if (!same_owner(l, req) || !overlaps(l, req)) {
			/* Neighbours of the same type grow together. */
			if (same_owner(l, req) && req->type != F_UNLCK && l->type == req->type &&
			    ((l->end != OFFSET_MAX && l->end + 1 == req->start) ||
			     (req->end != OFFSET_MAX && req->end + 1 == l->start))) {
				req->start = min(req->start, l->start);
				req->end = max(req->end, l->end);
				list_move(&l->list, dead);
			}
			continue;
		}
		if (l->type == req->type) {
			req->start = min(req->start, l->start);
			req->end = max(req->end, l->end);
			list_move(&l->list, dead);
		} else if (l->start < req->start && l->end > req->end) {
			**rest = *l;
			(*rest)->start = req->end + 1;
			l->end = req->start - 1;
			list_add(&(*rest)->list, &c->ranges);
			*rest = NULL;
		} else if (l->start < req->start) {
			l->end = req->start - 1;
		} else if (l->end > req->end) {
			l->start = req->end + 1;
		} else {
			list_move(&l->list, dead);
		}
		released(c);
	}
	if (req->type != F_UNLCK) {
		**new = *req;
		list_add_tail(&(*new)->list, &c->ranges);
		*new = NULL;
	}
}

/* blocked_lock held. Does the owner, through whoever it waits for, wait for me? */
static bool would_deadlock(void *me, void *owner)
{
	struct blocked_owner *b;
	int depth = 0;

again:
	if (owner == me)
		return true;
	list_for_each_entry(b, &blocked_owners, list)
		if (b->owner == owner) {
			owner = b->waits_for;
			if (++depth > 64)
				return false;
			goto again;
		}
	return false;
}

/* Sleep until something is released. 0, -EDEADLK or -ERESTARTSYS. */
static int wait_for_release(struct file_lock_context *c, const struct file_lock *req, void *holder, u32 seen)
{
	struct blocked_owner me = { req->owner, holder, { NULL, NULL } };
	bool track = req->kind == POSIX_LOCK;
	int err;

	if (track) {
		spin_lock(&blocked_lock);
		if (would_deadlock(me.owner, holder)) {
			spin_unlock(&blocked_lock);
			return -EDEADLK;
		}
		list_add(&me.list, &blocked_owners);
		spin_unlock(&blocked_lock);
	}
	err = wait_event_interruptible(&c->wait, READ_ONCE(c->generation) != seen);
	if (track) {
		spin_lock(&blocked_lock);
		list_del(&me.list);
		spin_unlock(&blocked_lock);
	}
	return err;
}

/* req may grow. 0, -EAGAIN (wait is false), -EDEADLK, -ENOMEM, -ERESTARTSYS. */
static int lock_range(struct inode *inode, struct file_lock *req, bool wait)
{
	struct file_lock_context *c;
	struct file_lock *new, *rest, *conflict;
	LIST_HEAD(dead);
	int err = 0;

	if (req->type == F_UNLCK && !READ_ONCE(inode->i_flctx))
		return 0;
	c = get_context(inode);
	new = kmem_cache_alloc(lock_cache, GFP_KERNEL);
	rest = kmem_cache_alloc(lock_cache, GFP_KERNEL);
	if (!c || !new || !rest)
		err = -ENOMEM;
	while (!err) {
		u32 seen;
		void *holder;

		spin_lock(&c->lock);
		conflict = req->type == F_UNLCK ? NULL : find_conflict(&c->ranges, req);
		if (!conflict) {
			apply_range(c, req, &new, &rest, &dead);
			spin_unlock(&c->lock);
			wake_up_all(&c->wait);
			break;
		}
		seen = c->generation;
		holder = conflict->owner;
		spin_unlock(&c->lock);
		err = wait ? wait_for_release(c, req, holder, seen) : -EAGAIN;
	}
	if (new)
		kmem_cache_free(lock_cache, new);
	if (rest)
		kmem_cache_free(lock_cache, rest);
	free_list(&dead);
	return err;
}

/* Everything that owner holds of the kinds from the list goes. */
static void remove_owner(struct file_lock_context *c, struct list_head *list, const void *owner)
{
	struct file_lock *l, *next;
	LIST_HEAD(dead);

	spin_lock(&c->lock);
	list_for_each_entry_safe(l, next, list, list)
		if (l->owner == owner) {
			list_move(&l->list, &dead);
			released(c);
		}
	spin_unlock(&c->lock);
	if (!list_empty(&dead))
		wake_up_all(&c->wait);
	free_list(&dead);
}

void locks_remove_posix(struct file *file, struct files_struct *owner)
{
	remove_owner(file->f_inode->i_flctx, &file->f_inode->i_flctx->ranges, owner);
}

void locks_remove_file(struct file *file)
{
	remove_owner(file->f_inode->i_flctx, &file->f_inode->i_flctx->ranges, file);
	remove_owner(file->f_inode->i_flctx, &file->f_inode->i_flctx->flocks, file);
}

/* From l_whence, l_start, l_len to inclusive bytes. A negative length names the bytes before the start. */
static int to_range(struct file *file, const struct flock64 *fl, struct file_lock *req)
{
	loff_t start = fl->l_start, base;

	switch (fl->l_whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = file->f_pos;
		break;
	case SEEK_END:
		base = i_size_read(file->f_inode);
		break;
	default:
		return -EINVAL;
	}
	if (start > 0 && base > OFFSET_MAX - start)
		return -EOVERFLOW;
	start += base;
	if (start < 0)
		return -EINVAL;
	req->start = start;
	if (fl->l_len > 0) {
		if (fl->l_len - 1 > OFFSET_MAX - start)
			return -EOVERFLOW;
		req->end = start + fl->l_len - 1;
	} else if (fl->l_len < 0) {
		if (start + fl->l_len < 0)
			return -EINVAL;
		req->start = start + fl->l_len;
		req->end = start - 1;
	} else {
		req->end = OFFSET_MAX;
	}
	return 0;
}

static int to_request(struct file *file, u32 cmd, const struct flock64 *fl, struct file_lock *req)
{
	bool ofd = cmd >= F_OFD_GETLK;

	if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK && fl->l_type != F_UNLCK)
		return -EINVAL;
	if (ofd && fl->l_pid)
		return -EINVAL;
	req->type = fl->l_type;
	req->kind = ofd ? OFD_LOCK : POSIX_LOCK;
	req->owner = ofd ? (void *)file : (void *)current->files;
	req->pid = ofd ? -1 : current->tgid;
	return to_range(file, fl, req);
}

int fcntl_getlk(struct file *file, u32 cmd, struct flock64 *fl)
{
	struct file_lock_context *c = READ_ONCE(file->f_inode->i_flctx);
	struct file_lock req, *conflict = NULL;
	int err;

	if (fl->l_type == F_UNLCK && cmd != F_OFD_GETLK)
		return -EINVAL;
	err = to_request(file, cmd, fl, &req);
	if (err)
		return err;
	if (c) {
		spin_lock(&c->lock);
		conflict = find_conflict(&c->ranges, &req);
		if (conflict)
			*fl = (struct flock64){ conflict->type, SEEK_SET, conflict->start,
				conflict->end == OFFSET_MAX ? 0 : conflict->end - conflict->start + 1, conflict->pid };
		spin_unlock(&c->lock);
	}
	if (!conflict)
		fl->l_type = F_UNLCK;
	return 0;
}

int fcntl_setlk(unsigned int fd, struct file *file, u32 cmd, struct flock64 *fl)
{
	struct file_lock req;
	int err = to_request(file, cmd, fl, &req);

	if (err)
		return err;
	if ((req.type == F_RDLCK && !(file->f_mode & FMODE_READ)) || (req.type == F_WRLCK && !(file->f_mode & FMODE_WRITE)))
		return -EBADF;
	err = lock_range(file->f_inode, &req, cmd == F_SETLKW64 || cmd == F_OFD_SETLKW);
	/* Another thread may have closed the descriptor while we waited: the lock must not outlive that. */
	if (!err && req.type != F_UNLCK && req.kind == POSIX_LOCK) {
		struct file *now = fget_raw(fd);

		if (now != file)
			locks_remove_posix(file, current->files);
		if (now)
			fput(now);
	}
	return err;
}

/* The whole file; a change from one type to the other gives the old one up first, as flock(2) warns. */
static int flock_file(struct file *file, int type, bool wait)
{
	struct file_lock req = { .owner = file, .kind = FLOCK_LOCK, .type = type, .pid = current->tgid, .end = OFFSET_MAX };
	struct file_lock_context *c = get_context(file->f_inode);
	struct file_lock *new, *l;
	int err = 0;

	if (!c)
		return -ENOMEM;
	spin_lock(&c->lock);
	list_for_each_entry(l, &c->flocks, list)
		if (l->owner == file && l->type == type) {
			spin_unlock(&c->lock);
			return 0;
		}
	spin_unlock(&c->lock);
	remove_owner(c, &c->flocks, file);
	if (type == F_UNLCK)
		return 0;
	new = kmem_cache_alloc(lock_cache, GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	for (;;) {
		u32 seen;

		spin_lock(&c->lock);
		if (!find_conflict(&c->flocks, &req)) {
			*new = req;
			list_add_tail(&new->list, &c->flocks);
			spin_unlock(&c->lock);
			return 0;
		}
		seen = c->generation;
		spin_unlock(&c->lock);
		err = wait ? wait_for_release(c, &req, NULL, seen) : -EWOULDBLOCK;
		if (err) {
			kmem_cache_free(lock_cache, new);
			return err;
		}
	}
}

long sys_flock(unsigned int fd, u32 op)
{
	static const int types[] = { [LOCK_SH] = F_RDLCK, [LOCK_EX] = F_WRLCK, [LOCK_UN] = F_UNLCK };
	bool wait = !(op & LOCK_NB);
	struct fd f;
	long err;

	op &= ~LOCK_NB;
	if (op != LOCK_SH && op != LOCK_EX && op != LOCK_UN)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	err = flock_file(f.file, types[op], wait);
	fdput(f);
	return err;
}
