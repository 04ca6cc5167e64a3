/* SPDX-License-Identifier: MIT */
/*
 * The mount tree. A mount joins the root of a file system (or, for a bind mount, any directory or file of one) to
 * a place in another mount. The walk finds it by a hash of (mount, dentry), asked only where DCACHE_MOUNTED says
 * that it is worth asking.
 *
 * Locks: a mountpoint's i_mutex, then namespace_sem, then dcache_lock. The links of the tree change under all of
 * namespace_sem (write) and dcache_lock. There is one tree for all processes: propagation (MS_SHARED and its kind)
 * is accepted and changes nothing, as there is nobody to propagate to.
 *
 * References: an attached mount has one of its own, and holds one on its parent. It can be unmounted when it has
 * no other. Who reaches a mount through the tree does so under dcache_lock, so a count that is read there is final.
 */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/hash.h"
#include "lib/string.h"

#define MNT_HASH_BITS 6
static struct hlist_head mount_hashtable[1 << MNT_HASH_BITS];
LIST_HEAD(mount_list);			/* by namespace_sem and dcache_lock */
static struct kmem_cache *mnt_cache;
DECLARE_RWSEM(namespace_sem);
struct vfsmount *root_mnt;

void mnt_init(void)
{
	mnt_cache = kmem_cache_create("mnt_cache", sizeof(struct vfsmount), 0, NULL);
	if (!mnt_cache)
		panic("no memory for mounts");
}

static struct hlist_head *m_bucket(const struct vfsmount *mnt, const struct dentry *d)
{
	return &mount_hashtable[hash_32((u32)(unsigned long)mnt ^ (u32)(unsigned long)d * 3, MNT_HASH_BITS)];
}

struct vfsmount *__lookup_mnt(struct vfsmount *mnt, struct dentry *d)
{
	struct vfsmount *m;

	hlist_for_each_entry(m, m_bucket(mnt, d), mnt_hash)
		if (m->mnt_mountpoint == d && m->mnt_parent == mnt)
			return m;
	return NULL;
}

static struct vfsmount *alloc_vfsmnt(const char *devname)
{
	static atomic_t last_id = ATOMIC_INIT(0);
	struct vfsmount *m = kmem_cache_zalloc(mnt_cache, GFP_KERNEL);

	if (!m)
		return NULL;
	m->mnt_devname = kstrdup(devname && *devname ? devname : "none", GFP_KERNEL);
	if (!m->mnt_devname) {
		kmem_cache_free(mnt_cache, m);
		return NULL;
	}
	m->mnt_parent = m;
	INIT_HLIST_NODE(&m->mnt_hash);
	INIT_LIST_HEAD(&m->mnt_mounts);
	INIT_LIST_HEAD(&m->mnt_child);
	INIT_LIST_HEAD(&m->mnt_list);
	atomic_set(&m->mnt_count, 1);
	m->mnt_id = atomic_inc_return(&last_id);
	return m;
}

static void free_vfsmnt(struct vfsmount *m)
{
	kfree(m->mnt_devname);
	kmem_cache_free(mnt_cache, m);
}

/* root: with a reference and s_active raised, both taken over; also on failure. */
static struct vfsmount *mount_root_dentry(struct dentry *root, const char *devname, u32 mnt_flags)
{
	struct vfsmount *m = alloc_vfsmnt(devname);
	struct super_block *sb = root->d_sb;

	if (!m) {
		dput(root);
		deactivate_super(sb);
		return ERR_PTR(-ENOMEM);
	}
	m->mnt_root = root;
	m->mnt_mountpoint = root;
	m->mnt_sb = sb;
	m->mnt_flags = mnt_flags;
	return m;
}

static struct vfsmount *vfs_kern_mount(struct file_system_type *type, u32 flags, const char *devname, void *data,
				       u32 mnt_flags)
{
	struct dentry *root = type->mount(type, flags, devname, data);

	return IS_ERR(root) ? ERR_CAST(root) : mount_root_dentry(root, devname, mnt_flags);
}

struct vfsmount *kern_mount(struct file_system_type *type)
{
	return vfs_kern_mount(type, 0, type->name, NULL, MNT_INTERNAL);
}

void mntput(struct vfsmount *m)
{
	struct super_block *sb;

	if (!m || !atomic_dec_and_test(&m->mnt_count))
		return;
	/* A walk that began before the mount left the tree may still look at it: wait for it. */
	spin_lock(&dcache_lock);
	spin_unlock(&dcache_lock);
	ASSERT(m->mnt_parent == m);
	sb = m->mnt_sb;
	dput(m->mnt_root);
	free_vfsmnt(m);
	deactivate_super(sb);
}

bool path_noexec(const struct path *path)
{
	return path->mnt && (path->mnt->mnt_flags & MNT_NOEXEC || path->mnt->mnt_sb->s_type->fs_flags & FS_NOEXEC);
}

int mnt_want_write(struct vfsmount *m)
{
	atomic_inc(&m->mnt_writers);
	/* Who makes the mount read-only sets the flag first and counts then: one of us sees the other. */
	if (likely(!(READ_ONCE(m->mnt_flags) & MNT_READONLY) && !(m->mnt_sb->s_flags & SB_RDONLY)))
		return 0;
	atomic_dec(&m->mnt_writers);
	return -EROFS;
}

bool follow_up(struct path *path)
{
	struct vfsmount *mnt = path->mnt, *parent;
	struct dentry *d;

	spin_lock(&dcache_lock);
	parent = mnt->mnt_parent;
	if (parent == mnt) {
		spin_unlock(&dcache_lock);
		return false;
	}
	mntget(parent);
	d = dget(mnt->mnt_mountpoint);
	spin_unlock(&dcache_lock);
	path_put(path);
	*path = (struct path){ parent, d };
	return true;
}

void follow_down(struct path *path)
{
	while (path->dentry->d_flags & DCACHE_MOUNTED) {
		struct vfsmount *m;
		struct path next = { NULL, NULL };

		spin_lock(&dcache_lock);
		m = __lookup_mnt(path->mnt, path->dentry);
		if (m) {
			next = (struct path){ m, m->mnt_root };
			path_get(&next);
		}
		spin_unlock(&dcache_lock);
		if (!m)
			return;
		path_put(path);
		*path = next;
	}
}

/* All of namespace_sem is held for writing, and dcache_lock. References of m on its new place are given along. */
static void attach(struct vfsmount *m, struct vfsmount *parent, struct dentry *at)
{
	m->mnt_parent = parent;
	m->mnt_mountpoint = at;
	at->d_flags |= DCACHE_MOUNTED;
	hlist_add_head(&m->mnt_hash, m_bucket(parent, at));
	list_add_tail(&m->mnt_child, &parent->mnt_mounts);
	list_add_tail(&m->mnt_list, &mount_list);
}

/* The same locks. What m held on its place goes to old, for path_put without the locks. */
static void detach(struct vfsmount *m, struct path *old)
{
	struct vfsmount *other;

	*old = (struct path){ m->mnt_parent, m->mnt_mountpoint };
	hlist_del_init(&m->mnt_hash);
	list_del_init(&m->mnt_child);
	list_del_init(&m->mnt_list);
	m->mnt_parent = m;
	m->mnt_mountpoint = m->mnt_root;
	/* Another mount of the same file system may have something on the same dentry. */
	list_for_each_entry(other, &mount_list, mnt_list)
		if (other->mnt_parent != other && other->mnt_mountpoint == old->dentry)
			return;
	old->dentry->d_flags &= ~DCACHE_MOUNTED;
}

/* Put m on path. Takes over the reference to m on success. The kinds of root and place must agree. */
static int graft(struct vfsmount *m, struct path *path)
{
	struct inode *place;
	int err = 0;

	path_get(path);
	follow_down(path);
	place = path->dentry->d_inode;
	inode_lock(place);
	down_write(&namespace_sem);
	if (S_ISDIR(m->mnt_root->d_inode->i_mode) != S_ISDIR(place->i_mode))
		err = -ENOTDIR;
	else if (d_unlinked(path->dentry) || (place->i_flags & S_DEAD))
		err = -ENOENT;
	if (!err) {
		path_get(path);
		spin_lock(&dcache_lock);
		attach(m, path->mnt, path->dentry);
		spin_unlock(&dcache_lock);
	}
	up_write(&namespace_sem);
	inode_unlock(place);
	path_put(path);
	return err;
}

static u32 to_mnt_flags(u32 flags)
{
	u32 m = 0;

	if (flags & MS_NOSUID)
		m |= MNT_NOSUID;
	if (flags & MS_NODEV)
		m |= MNT_NODEV;
	if (flags & MS_NOEXEC)
		m |= MNT_NOEXEC;
	if (flags & MS_NOATIME)
		m |= MNT_NOATIME;
	if (flags & MS_NODIRATIME)
		m |= MNT_NODIRATIME;
	if (flags & MS_RDONLY)
		m |= MNT_READONLY;
	if (!(flags & (MS_NOATIME | MS_STRICTATIME)))
		m |= MNT_RELATIME;
	return m;
}

static int do_new_mount(struct path *path, const char *type_name, u32 flags, const char *devname, void *data)
{
	struct file_system_type *type = type_name ? get_fs_type(type_name) : NULL;
	struct vfsmount *m;
	int err;

	if (!type_name)
		return -EINVAL;
	if (!type)
		return -ENODEV;
	m = vfs_kern_mount(type, flags & (MS_RDONLY | MS_SYNCHRONOUS), devname, data, to_mnt_flags(flags));
	if (IS_ERR(m))
		return PTR_ERR(m);
	/* Not the same file system on itself: a script that mounts /dev once more has done no harm. */
	err = m->mnt_sb == path->mnt->mnt_sb && path->dentry == path->mnt->mnt_root ? -EBUSY : graft(m, path);
	if (err)
		mntput(m);
	return err;
}

/* A second mount of the same root, or of a directory or file below it. */
static struct vfsmount *clone_mnt(struct vfsmount *old, struct dentry *root)
{
	atomic_inc(&old->mnt_sb->s_active);
	return mount_root_dentry(dget(root), old->mnt_devname, old->mnt_flags & ~MNT_INTERNAL);
}

struct bind_pair {
	struct vfsmount *from, *to;
	struct list_head list;
};

/* MS_REC: what is mounted below the source is mounted below the copy as well. The list of pairs grows as it is walked. */
static int bind_submounts(struct vfsmount *from, struct dentry *root, struct vfsmount *to)
{
	struct bind_pair first = { from, to, LIST_HEAD_INIT(first.list) }, *pair, *next;
	LIST_HEAD(pairs);
	int err = 0;

	list_add(&first.list, &pairs);
	list_for_each_entry(pair, &pairs, list) {
		struct vfsmount *child;

		list_for_each_entry(child, &pair->from->mnt_mounts, mnt_child) {
			struct bind_pair *p;
			struct vfsmount *copy;

			if (child == to || (pair == &first && !is_subdir(child->mnt_mountpoint, root)))
				continue;
			p = kmalloc(sizeof(*p), GFP_KERNEL);
			copy = p ? clone_mnt(child, child->mnt_root) : ERR_PTR(-ENOMEM);
			if (IS_ERR(copy)) {
				kfree(p);
				err = PTR_ERR(copy);
				goto out;
			}
			mntget(pair->to);
			dget(child->mnt_mountpoint);
			spin_lock(&dcache_lock);
			attach(copy, pair->to, child->mnt_mountpoint);
			spin_unlock(&dcache_lock);
			*p = (struct bind_pair){ child, copy, { NULL, NULL } };
			list_add_tail(&p->list, &pairs);
		}
	}
out:
	list_del(&first.list);
	list_for_each_entry_safe(pair, next, &pairs, list)
		kfree(pair);
	return err;
}

static int do_loopback(struct path *path, const char *old_name, bool recursive)
{
	struct path old;
	struct vfsmount *m;
	int err;

	if (!old_name || !*old_name)
		return -EINVAL;
	err = kern_path(old_name, LOOKUP_FOLLOW, &old);
	if (err)
		return err;
	m = clone_mnt(old.mnt, old.dentry);
	err = PTR_ERR_OR_ZERO(m);
	if (!err) {
		err = graft(m, path);
		if (err)
			mntput(m);
		else if (recursive) {
			down_write(&namespace_sem);
			err = bind_submounts(old.mnt, old.dentry, m);
			up_write(&namespace_sem);
		}
	}
	path_put(&old);
	return err;
}

/* Read-only means that nobody is writing: files open for writing make it -EBUSY. */
static int mnt_set_flags(struct vfsmount *m, u32 flags)
{
	u32 old = m->mnt_flags;

	WRITE_ONCE(m->mnt_flags, flags);
	smp_mb();
	if ((flags & MNT_READONLY) && !(old & MNT_READONLY) && atomic_read(&m->mnt_writers)) {
		WRITE_ONCE(m->mnt_flags, old);
		return -EBUSY;
	}
	return 0;
}

/* Is anybody writing to the file system, through whichever mount of it? namespace_sem held. */
static bool sb_has_writers(const struct super_block *sb)
{
	struct vfsmount *m;

	list_for_each_entry(m, &mount_list, mnt_list)
		if (m->mnt_sb == sb && atomic_read(&m->mnt_writers))
			return true;
	return false;
}

static int do_remount(struct path *path, u32 flags, void *data)
{
	u32 mnt_flags = to_mnt_flags(flags), old = path->mnt->mnt_flags;
	int err;

	if (path->dentry != path->mnt->mnt_root)
		return -EINVAL;
	down_write(&namespace_sem);
	err = mnt_set_flags(path->mnt, mnt_flags | (old & MNT_INTERNAL));
	if (!err && (flags & (MS_BIND | MS_RDONLY)) == MS_RDONLY && sb_has_writers(path->mnt->mnt_sb))
		err = -EBUSY;
	up_write(&namespace_sem);
	/* s_umount comes before namespace_sem, so the instance has its turn after it. */
	if (!err && !(flags & MS_BIND))
		err = do_remount_sb(path->mnt->mnt_sb, flags, data);
	if (err)
		WRITE_ONCE(path->mnt->mnt_flags, old);
	return err;
}

static bool mnt_is_below(struct vfsmount *m, const struct vfsmount *ancestor)
{
	while (m != ancestor && m->mnt_parent != m)
		m = m->mnt_parent;
	return m == ancestor;
}

static int do_move_mount(struct path *path, const char *old_name)
{
	struct path old, left = { NULL, NULL };
	int err;

	if (!old_name || !*old_name)
		return -EINVAL;
	err = kern_path(old_name, LOOKUP_FOLLOW, &old);
	if (err)
		return err;
	down_write(&namespace_sem);
	if (old.dentry != old.mnt->mnt_root || old.mnt->mnt_parent == old.mnt)
		err = -EINVAL;
	else if (S_ISDIR(old.dentry->d_inode->i_mode) != S_ISDIR(path->dentry->d_inode->i_mode))
		err = -EINVAL;
	else if (mnt_is_below(path->mnt, old.mnt))
		err = -ELOOP;
	if (!err) {
		path_get(path);
		spin_lock(&dcache_lock);
		detach(old.mnt, &left);
		attach(old.mnt, path->mnt, path->dentry);
		spin_unlock(&dcache_lock);
	}
	up_write(&namespace_sem);
	if (left.dentry)
		path_put(&left);
	path_put(&old);
	return err;
}

#define MS_PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

static int mount_at(struct path *path, const char *devname, const char *type, u32 flags, void *data)
{
	if (flags & MS_REMOUNT)
		return do_remount(path, flags, data);
	if (flags & MS_BIND)
		return do_loopback(path, devname, flags & MS_REC);
	if (flags & MS_PROPAGATION)
		return path->dentry == path->mnt->mnt_root ? 0 : -EINVAL;
	if (flags & MS_MOVE)
		return do_move_mount(path, devname);
	return do_new_mount(path, type, flags, devname, data);
}

int do_mount(const char *devname, const char *dir_name, const char *type, u32 flags, void *data)
{
	struct path path;
	int err;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	err = kern_path(dir_name, LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	err = mount_at(&path, devname, type, flags, data);
	path_put(&path);
	return err;
}

/* A string of at most PAGE_SIZE - 1 bytes, or NULL for NULL. ERR_PTR. */
static char *copy_mount_string(const char *user)
{
	char *page;
	long n;

	if (!user)
		return NULL;
	page = (char *)__get_free_page(GFP_KERNEL);
	if (!page)
		return ERR_PTR(-ENOMEM);
	n = strncpy_from_user(page, user, PAGE_SIZE);
	if (n >= 0 && n < (long)PAGE_SIZE)
		return page;
	free_page((unsigned long)page);
	return ERR_PTR(n < 0 ? n : -EINVAL);
}

/* The data may be binary and end where the mapping ends: what can be read counts, the rest is zero. */
static char *copy_mount_options(const void *user)
{
	char *page;
	size_t n, missing;

	if (!user)
		return NULL;
	page = (char *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return ERR_PTR(-ENOMEM);
	n = PAGE_SIZE - ((unsigned long)user & (PAGE_SIZE - 1));
	missing = copy_from_user(page, user, n);
	if (!missing && n < PAGE_SIZE)
		(void)copy_from_user(page + n, (const char *)user + n, PAGE_SIZE - n);
	page[PAGE_SIZE - 1] = '\0';
	if (missing < n)
		return page;
	free_page((unsigned long)page);
	return ERR_PTR(-EFAULT);
}

static void free_mount_string(char *s)
{
	if (!IS_ERR_OR_NULL(s))
		free_page((unsigned long)s);
}

long sys_mount(const char *devname, const char *dir_name, const char *type, u32 flags, const void *data)
{
	char *kdev, *ktype, *kdata;
	struct path path;
	long err;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	ktype = copy_mount_string(type);
	kdev = copy_mount_string(devname);
	kdata = copy_mount_options(data);
	err = IS_ERR(ktype) ? PTR_ERR(ktype) : IS_ERR(kdev) ? PTR_ERR(kdev) : IS_ERR(kdata) ? PTR_ERR(kdata) : 0;
	if (!err)
		err = user_path_at(AT_FDCWD, dir_name, LOOKUP_FOLLOW, &path);
	if (!err) {
		err = capable(CAP_SYS_ADMIN) ? mount_at(&path, kdev, ktype, flags, kdata) : -EPERM;
		path_put(&path);
	}
	free_mount_string(ktype);
	free_mount_string(kdev);
	free_mount_string(kdata);
	return err;
}

/* A mount below m that has none below itself, or m. Locks as for attach. */
static struct vfsmount *deepest(struct vfsmount *m)
{
	while (!list_empty(&m->mnt_mounts))
		m = list_first_entry(&m->mnt_mounts, struct vfsmount, mnt_child);
	return m;
}

/* MNT_DETACH: out of the tree at once, with all below; each goes when its last user does. */
static int umount_tree(struct vfsmount *top, bool lazy)
{
	struct vfsmount *m;
	struct path left;

	do {
		down_write(&namespace_sem);
		spin_lock(&dcache_lock);
		/* One reference of the tree's and one of our caller's. */
		if (top->mnt_parent == top || (!lazy && (!list_empty(&top->mnt_mounts) || atomic_read(&top->mnt_count) > 2))) {
			bool busy = top->mnt_parent != top;

			spin_unlock(&dcache_lock);
			up_write(&namespace_sem);
			return busy ? -EBUSY : -EINVAL;
		}
		m = deepest(top);
		detach(m, &left);
		spin_unlock(&dcache_lock);
		up_write(&namespace_sem);
		path_put(&left);
		mntput(m);
	} while (m != top);
	return 0;
}

long sys_umount2(const char *name, int flags)
{
	struct path path;
	struct vfsmount *m;
	long err;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = user_path_at(AT_FDCWD, name, flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	m = path.mnt;
	if (!capable(CAP_SYS_ADMIN))
		err = -EPERM;
	else if (path.dentry != m->mnt_root)
		err = -EINVAL;
	else if (m == root_mnt || m == current->fs->root.mnt)
		err = -EBUSY;
	/* The dentry is only ours to look at: keep the mount alone while it is unmounted. */
	dput(path.dentry);
	if (!err)
		err = umount_tree(m, flags & MNT_DETACH);
	mntput(m);
	return err;
}

long sys_oldumount(const char *name)
{
	return sys_umount2(name, 0);
}

int switch_root(const char *name)
{
	struct path path, root;
	int err;

	get_fs_root(current->fs, &root);
	err = do_move_mount(&root, name);
	path_put(&root);
	if (err)
		return err;
	err = kern_path("/", LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	follow_down(&path);
	set_fs_root(current->fs, &path);
	set_fs_pwd(current->fs, &path);
	path_put(&path);
	return 0;
}

/* The first mount of all, which is its own parent and covers nothing. */
void mount_rootfs(struct file_system_type *type)
{
	struct vfsmount *m = vfs_kern_mount(type, 0, "none", NULL, MNT_RELATIME);
	struct path root;

	if (IS_ERR(m))
		panic("cannot mount the root file system: error %ld", PTR_ERR(m));
	root_mnt = m;
	list_add(&m->mnt_list, &mount_list);
	root = (struct path){ m, m->mnt_root };
	set_fs_root(&init_fs, &root);
	set_fs_pwd(&init_fs, &root);
}
