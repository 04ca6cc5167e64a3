/* SPDX-License-Identifier: MIT */
/*
 * Credentials: who a task acts as. A struct cred never changes once a task points to it, so it can
 * be read without a lock by its own task, and kept by an open file; a change makes a copy and
 * replaces the pointer. Rules for the set-id calls: credentials(7), setuid(2), setreuid(2),
 * setresuid(2), setfsuid(2), capabilities(7).
 */
#include "kernel/cpu/uaccess.h"
#include "kernel/task/internal.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "mm/slab.h"

void put_cred(const struct cred *c)
{
	if (atomic_dec_and_test(&((struct cred *)c)->usage))
		kfree(c);
}

struct cred *prepare_creds(void)
{
	struct cred *new = kmalloc(sizeof(*new), GFP_KERNEL);

	if (!new)
		return NULL;
	*new = *current->cred;
	atomic_set(&new->usage, 1);
	return new;
}

/* Leaving user 0 gives the capabilities up, coming back to it in effect takes them up again. */
static void adjust_caps(const struct cred *old, struct cred *new)
{
	bool was_root = !old->uid || !old->euid || !old->suid, is_root = !new->uid || !new->euid || !new->suid;

	if (was_root && !is_root)
		new->cap_permitted = new->cap_effective = 0;
	if (!old->euid && new->euid)
		new->cap_effective = 0;
	if (old->euid && !new->euid)
		new->cap_effective = new->cap_permitted;
}

void commit_creds(struct cred *new)
{
	const struct cred *old = current->cred;

	adjust_caps(old, new);
	spin_lock(&current->alloc_lock);
	current->cred = new;
	spin_unlock(&current->alloc_lock);
	put_cred(old);
}

bool in_group(u32 gid)
{
	const struct cred *c = current->cred;

	if (gid == c->fsgid)
		return true;
	for (u32 i = 0; i < c->ngroups; i++)
		if (c->groups[i] == gid)
			return true;
	return false;
}

bool capable(int cap) { return current->cred->cap_effective >> cap & 1; }

#define DEFINE_GET(name, field) \
	long sys_##name(void); \
	long sys_##name(void) { return (long)current->cred->field; }
DEFINE_GET(getuid, uid)
DEFINE_GET(geteuid, euid)
DEFINE_GET(getgid, gid)
DEFINE_GET(getegid, egid)

#define KEEP (~0u)			/* -1: leave it */

static bool one_of(u32 id, u32 a, u32 b, u32 c) { return id == KEEP || id == a || id == b || id == c; }

static long finish(struct cred *new, int err)
{
	if (err) {
		put_cred(new);
		return err;
	}
	commit_creds(new);
	return 0;
}

long sys_setuid(u32 uid);
long sys_setuid(u32 uid)
{
	struct cred *new = prepare_creds();

	if (!new)
		return -ENOMEM;
	if (capable(CAP_SETUID))
		new->uid = new->suid = uid;
	else if (uid != new->uid && uid != new->suid)
		return finish(new, -EPERM);
	new->euid = new->fsuid = uid;
	return finish(new, 0);
}

long sys_setgid(u32 gid);
long sys_setgid(u32 gid)
{
	struct cred *new = prepare_creds();

	if (!new)
		return -ENOMEM;
	if (capable(CAP_SETGID))
		new->gid = new->sgid = gid;
	else if (gid != new->gid && gid != new->sgid)
		return finish(new, -EPERM);
	new->egid = new->fsgid = gid;
	return finish(new, 0);
}

long sys_setreuid(u32 ruid, u32 euid);
long sys_setreuid(u32 ruid, u32 euid)
{
	struct cred *new = prepare_creds();
	const struct cred *old = current->cred;

	if (!new)
		return -ENOMEM;
	if (!capable(CAP_SETUID) && (!one_of(ruid, old->uid, old->euid, old->uid) || !one_of(euid, old->uid, old->euid, old->suid)))
		return finish(new, -EPERM);
	if (ruid != KEEP)
		new->uid = ruid;
	if (euid != KEEP)
		new->euid = euid;
	if (ruid != KEEP || (euid != KEEP && euid != old->uid))
		new->suid = new->euid;
	new->fsuid = new->euid;
	return finish(new, 0);
}

long sys_setregid(u32 rgid, u32 egid);
long sys_setregid(u32 rgid, u32 egid)
{
	struct cred *new = prepare_creds();
	const struct cred *old = current->cred;

	if (!new)
		return -ENOMEM;
	if (!capable(CAP_SETGID) && (!one_of(rgid, old->gid, old->egid, old->gid) || !one_of(egid, old->gid, old->egid, old->sgid)))
		return finish(new, -EPERM);
	if (rgid != KEEP)
		new->gid = rgid;
	if (egid != KEEP)
		new->egid = egid;
	if (rgid != KEEP || (egid != KEEP && egid != old->gid))
		new->sgid = new->egid;
	new->fsgid = new->egid;
	return finish(new, 0);
}

long sys_setresuid(u32 ruid, u32 euid, u32 suid);
long sys_setresuid(u32 ruid, u32 euid, u32 suid)
{
	struct cred *new = prepare_creds();
	const struct cred *c = current->cred;

	if (!new)
		return -ENOMEM;
	if (!capable(CAP_SETUID) && (!one_of(ruid, c->uid, c->euid, c->suid) || !one_of(euid, c->uid, c->euid, c->suid) ||
	    !one_of(suid, c->uid, c->euid, c->suid)))
		return finish(new, -EPERM);
	if (ruid != KEEP)
		new->uid = ruid;
	if (euid != KEEP)
		new->euid = euid;
	if (suid != KEEP)
		new->suid = suid;
	new->fsuid = new->euid;
	return finish(new, 0);
}

long sys_setresgid(u32 rgid, u32 egid, u32 sgid);
long sys_setresgid(u32 rgid, u32 egid, u32 sgid)
{
	struct cred *new = prepare_creds();
	const struct cred *c = current->cred;

	if (!new)
		return -ENOMEM;
	if (!capable(CAP_SETGID) && (!one_of(rgid, c->gid, c->egid, c->sgid) || !one_of(egid, c->gid, c->egid, c->sgid) ||
	    !one_of(sgid, c->gid, c->egid, c->sgid)))
		return finish(new, -EPERM);
	if (rgid != KEEP)
		new->gid = rgid;
	if (egid != KEEP)
		new->egid = egid;
	if (sgid != KEEP)
		new->sgid = sgid;
	new->fsgid = new->egid;
	return finish(new, 0);
}

long sys_getresuid(u32 *r, u32 *e, u32 *s);
long sys_getresuid(u32 *r, u32 *e, u32 *s)
{
	const struct cred *c = current->cred;

	return put_user(c->uid, r) || put_user(c->euid, e) || put_user(c->suid, s) ? -EFAULT : 0;
}

long sys_getresgid(u32 *r, u32 *e, u32 *s);
long sys_getresgid(u32 *r, u32 *e, u32 *s)
{
	const struct cred *c = current->cred;

	return put_user(c->gid, r) || put_user(c->egid, e) || put_user(c->sgid, s) ? -EFAULT : 0;
}

/* These two report the old value and never an error. */
long sys_setfsuid(u32 uid);
long sys_setfsuid(u32 uid)
{
	const struct cred *c = current->cred;
	long old = (long)c->fsuid;
	struct cred *new;

	if ((one_of(uid, c->uid, c->euid, c->suid) || uid == c->fsuid || capable(CAP_SETUID)) && uid != KEEP) {
		new = prepare_creds();
		if (new) {
			new->fsuid = uid;
			commit_creds(new);
		}
	}
	return old;
}

long sys_setfsgid(u32 gid);
long sys_setfsgid(u32 gid)
{
	const struct cred *c = current->cred;
	long old = (long)c->fsgid;
	struct cred *new;

	if ((one_of(gid, c->gid, c->egid, c->sgid) || gid == c->fsgid || capable(CAP_SETGID)) && gid != KEEP) {
		new = prepare_creds();
		if (new) {
			new->fsgid = gid;
			commit_creds(new);
		}
	}
	return old;
}

long sys_getgroups(int n, u32 *list);
long sys_getgroups(int n, u32 *list)
{
	const struct cred *c = current->cred;

	if (n < 0 || (n && n < (int)c->ngroups))
		return -EINVAL;
	if (n && copy_to_user(list, c->groups, c->ngroups * sizeof(u32)))
		return -EFAULT;
	return (long)c->ngroups;
}

long sys_setgroups(int n, const u32 *list);
long sys_setgroups(int n, const u32 *list)
{
	struct cred *new;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (n < 0 || n > (int)ARRAY_SIZE(new->groups))
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->ngroups = (u32)n;
	return finish(new, copy_from_user(new->groups, list, (size_t)n * sizeof(u32)) ? -EFAULT : 0);
}

/* The numbers of 16 bits of old: 65535 is -1. */
static u32 wide(u16 id) { return id == 0xffff ? KEEP : id; }
static u16 narrow(u32 id) { return id > 0xffff ? 65534 : (u16)id; }

#define DEFINE_GET16(name, field) \
	long sys_##name##16(void); \
	long sys_##name##16(void) { return narrow(current->cred->field); }
DEFINE_GET16(getuid, uid)
DEFINE_GET16(geteuid, euid)
DEFINE_GET16(getgid, gid)
DEFINE_GET16(getegid, egid)
long sys_setuid16(u16 uid);
long sys_setuid16(u16 uid) { return sys_setuid(wide(uid)); }
long sys_setgid16(u16 gid);
long sys_setgid16(u16 gid) { return sys_setgid(wide(gid)); }

long sys_capget(struct __user_cap_header_struct *header, struct __user_cap_data_struct *data);
long sys_capget(struct __user_cap_header_struct *header, struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct h;
	struct __user_cap_data_struct d[2];
	struct task_struct *t;
	const struct cred *c;

	if (copy_from_user(&h, header, sizeof(h)))
		return -EFAULT;
	if (h.version != _LINUX_CAPABILITY_VERSION_3 && h.version != _LINUX_CAPABILITY_VERSION_2) {
		if (put_user(_LINUX_CAPABILITY_VERSION_3, &header->version))
			return -EFAULT;
		return data ? -EINVAL : 0;
	}
	if (h.pid < 0)
		return -EINVAL;
	t = h.pid ? find_get_task(h.pid) : current;
	if (!t)
		return -ESRCH;
	spin_lock(&t->alloc_lock);
	c = t->cred;
	d[0] = (struct __user_cap_data_struct){ (u32)c->cap_effective, (u32)c->cap_permitted, (u32)c->cap_inheritable };
	d[1] = (struct __user_cap_data_struct){ (u32)(c->cap_effective >> 32), (u32)(c->cap_permitted >> 32),
		(u32)(c->cap_inheritable >> 32) };
	spin_unlock(&t->alloc_lock);
	if (t != current)
		put_task_struct(t);
	return data && copy_to_user(data, d, sizeof(d)) ? -EFAULT : 0;
}
