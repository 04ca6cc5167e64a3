/* SPDX-License-Identifier: MIT */
/*
 * Root and working directory of a process. They change under dcache_lock and fs->lock, so that holding either is
 * enough to read them. A path walk holds dcache_lock and takes no references: whoever replaces them gives the old
 * ones back afterwards, which needs dcache_lock to free anything.
 */
#include "fs/fs.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/sched.h"
#include "mm/slab.h"

struct fs_struct init_fs = { .users = ATOMIC_INIT(1), .lock = SPINLOCK_INIT_NAMED("init_fs.lock"), .umask = 0022 };

static struct kmem_cache *fs_cache;

void fs_struct_init(void)
{
	fs_cache = kmem_cache_create("fs_struct", sizeof(struct fs_struct), 0, NULL);
}

void path_get(const struct path *path)
{
	mntget(path->mnt);
	dget(path->dentry);
}

void path_put(const struct path *path)
{
	dput(path->dentry);
	mntput(path->mnt);
}

static void get_locked(struct fs_struct *fs, const struct path *from, struct path *to)
{
	spin_lock(&fs->lock);
	*to = *from;
	path_get(to);
	spin_unlock(&fs->lock);
}

void get_fs_root(struct fs_struct *fs, struct path *root)
{
	get_locked(fs, &fs->root, root);
}

void get_fs_pwd(struct fs_struct *fs, struct path *pwd)
{
	get_locked(fs, &fs->pwd, pwd);
}

static void replace(struct fs_struct *fs, struct path *place, const struct path *path)
{
	struct path old;

	path_get(path);
	spin_lock(&dcache_lock);	/* against path walks, which hold that alone */
	spin_lock(&fs->lock);
	old = *place;
	*place = *path;
	spin_unlock(&fs->lock);
	spin_unlock(&dcache_lock);
	if (old.dentry)
		path_put(&old);
}

void set_fs_root(struct fs_struct *fs, const struct path *path)
{
	replace(fs, &fs->root, path);
}

void set_fs_pwd(struct fs_struct *fs, const struct path *path)
{
	replace(fs, &fs->pwd, path);
}

static struct fs_struct *copy_fs_struct(struct fs_struct *old)
{
	struct fs_struct *fs = kmem_cache_alloc(fs_cache, GFP_KERNEL);

	if (!fs)
		return NULL;
	atomic_set(&fs->users, 1);
	spin_lock_init(&fs->lock);
	fs->in_exec = false;
	spin_lock(&old->lock);
	fs->umask = old->umask;
	fs->root = old->root;
	path_get(&fs->root);
	fs->pwd = old->pwd;
	path_get(&fs->pwd);
	spin_unlock(&old->lock);
	return fs;
}

static void put_fs_struct(struct fs_struct *fs)
{
	if (!atomic_dec_and_test(&fs->users))
		return;
	path_put(&fs->root);
	path_put(&fs->pwd);
	if (fs != &init_fs)
		kmem_cache_free(fs_cache, fs);
}

int copy_fs(unsigned long clone_flags, struct task_struct *t)
{
	struct fs_struct *fs = current->fs;

	if (clone_flags & CLONE_FS) {
		atomic_inc(&fs->users);
		t->fs = fs;
		return 0;
	}
	t->fs = copy_fs_struct(fs);
	return t->fs ? 0 : -ENOMEM;
}

void exit_fs(struct task_struct *t)
{
	struct fs_struct *fs = t->fs;

	if (!fs)
		return;
	spin_lock(&t->alloc_lock);
	t->fs = NULL;
	spin_unlock(&t->alloc_lock);
	put_fs_struct(fs);
}

int unshare_fs(void)
{
	struct fs_struct *old = current->fs, *fs;

	if (atomic_read(&old->users) == 1)
		return 0;
	fs = copy_fs_struct(old);
	if (!fs)
		return -ENOMEM;
	spin_lock(&current->alloc_lock);
	current->fs = fs;
	spin_unlock(&current->alloc_lock);
	put_fs_struct(old);
	return 0;
}

long sys_umask(int mask)
{
	struct fs_struct *fs = current->fs;
	u32 old;

	spin_lock(&fs->lock);
	old = fs->umask;
	fs->umask = mask & S_IRWXUGO;
	spin_unlock(&fs->lock);
	return old;
}

long sys_chdir(const char *name)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (err)
		return err;
	err = inode_permission(path.dentry->d_inode, MAY_EXEC);
	if (!err)
		set_fs_pwd(current->fs, &path);
	path_put(&path);
	return err;
}

long sys_fchdir(unsigned int fd)
{
	struct fd f = fdget_raw(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = S_ISDIR(f.file->f_inode->i_mode) ? inode_permission(f.file->f_inode, MAY_EXEC) : -ENOTDIR;
	if (!err)
		set_fs_pwd(current->fs, &f.file->f_path);
	fdput(f);
	return err;
}

long sys_chroot(const char *name)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (err)
		return err;
	err = inode_permission(path.dentry->d_inode, MAY_EXEC);
	if (!err && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (!err)
		set_fs_root(current->fs, &path);
	path_put(&path);
	return err;
}
