/* SPDX-License-Identifier: MIT */
/*
 * From a dentry back to its name: walk up to the root and write the components from the end of the buffer
 * towards its front. Where a mount begins, the walk goes on at the place that it covers. dcache_lock is held all
 * the way, so that no rename shows half of itself.
 */
#include "fs/fs.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/buddy.h"
#include "mm/slab.h"
#include "kernel/cpu/uaccess.h"

/* Text is put in front of p; p below start means that it did not fit. */
static bool prepend(char **p, char *start, const char *text, int len)
{
	if (*p - start < len)
		return false;
	*p -= len;
	memcpy(*p, text, len);
	return true;
}

/* Is this where the kernel's own tree begins? Anything else that has no parent is not attached to it. */
static bool is_global_root(const struct vfsmount *mnt, const struct dentry *d)
{
	return mnt == root_mnt && d == mnt->mnt_root;
}

static bool prepend_path(const struct path *path, const struct path *root, char **p, char *start, bool *reachable)
{
	struct dentry *d = path->dentry;
	struct vfsmount *mnt = path->mnt;
	char *end = *p;

	*reachable = true;
	while (d != root->dentry || mnt != root->mnt) {
		if (d == mnt->mnt_root || IS_ROOT(d)) {
			if (d == mnt->mnt_root && mnt->mnt_parent != mnt) {
				d = mnt->mnt_mountpoint;
				mnt = mnt->mnt_parent;
				continue;
			}
			*reachable = is_global_root(mnt, d) && !root->mnt;
			break;
		}
		if (!prepend(p, start, d->d_name.name, d->d_name.len) || !prepend(p, start, "/", 1))
			return false;
		d = d->d_parent;
	}
	return *p != end || prepend(p, start, "/", 1);
}

char *__d_path(const struct path *path, const struct path *root, char *buf, int len, bool *reachable)
{
	char *p = buf + len - 1;
	bool ok;

	if (len < 2)
		return ERR_PTR(-ENAMETOOLONG);
	*p = '\0';
	spin_lock(&dcache_lock);
	ok = prepend_path(path, root, &p, buf, reachable);
	spin_unlock(&dcache_lock);
	return ok ? p : ERR_PTR(-ENAMETOOLONG);
}

static char *d_dynamic_name(struct dentry *d, char *buf, int len)
{
	int n = d->d_op->d_dname(d, buf, len);

	return n < 0 ? ERR_PTR(n) : n >= len ? ERR_PTR(-ENAMETOOLONG) : buf;
}

char *d_path(const struct path *path, char *buf, int len)
{
	static const char deleted[] = " (deleted)";
	struct dentry *d = path->dentry;
	char *p = buf + len - 1;
	struct path root;
	bool ok, reachable;

	if (d->d_op && d->d_op->d_dname)
		return d_dynamic_name(d, buf, len);
	if (len < 2)
		return ERR_PTR(-ENAMETOOLONG);
	get_fs_root(current->fs ? current->fs : &init_fs, &root);
	*p = '\0';
	spin_lock(&dcache_lock);
	ok = !d_unlinked(d) || prepend(&p, buf, deleted, sizeof(deleted) - 1);
	ok = ok && prepend_path(path, &root, &p, buf, &reachable);
	spin_unlock(&dcache_lock);
	path_put(&root);
	return ok ? p : ERR_PTR(-ENAMETOOLONG);
}

char *file_path(struct file *file, char *buf, int len)
{
	return d_path(&file->f_path, buf, len);
}

/* getcwd(2): the length with the NUL, or -ERANGE; -ENOENT if the directory has been removed. */
static long copy_cwd(char *page, char *user_buf, unsigned long size, const struct path *pwd, const struct path *root)
{
	static const char prefix[] = "(unreachable)";
	bool reachable;
	size_t len;
	char *p;

	if (d_unlinked(pwd->dentry))
		return -ENOENT;
	p = __d_path(pwd, root, page, PAGE_SIZE, &reachable);
	if (IS_ERR(p))
		return PTR_ERR(p);
	if (!reachable && !prepend(&p, page, prefix, sizeof(prefix) - 1))
		return -ENAMETOOLONG;
	len = page + PAGE_SIZE - p;
	if (len > size)
		return -ERANGE;
	return copy_to_user(user_buf, p, len) ? -EFAULT : (long)len;
}

long sys_getcwd(char *buf, unsigned long size)
{
	char *page = (char *)__get_free_page(GFP_KERNEL);
	struct path root, pwd;
	long ret;

	if (!page)
		return -ENOMEM;
	get_fs_root(current->fs, &root);
	get_fs_pwd(current->fs, &pwd);
	ret = copy_cwd(page, buf, size, &pwd, &root);
	path_put(&pwd);
	path_put(&root);
	free_page((unsigned long)page);
	return ret;
}
