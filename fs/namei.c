/* SPDX-License-Identifier: MIT */
/*
 * Path walk: from a name such as /usr/bin/../lib/x to a mount and a dentry (path_resolution(7)).
 *
 * The walk begins with dcache_lock held and takes no references on its way: as long as every component is in the
 * cache, a step is a hash look-up and a permission check, and only the end of the path is referenced. Whatever
 * may sleep (asking the file system, a permission method, a symbolic link) first takes references to where the
 * walk stands and lets the lock go; from then on each step takes and drops its own. The lock is also let go after
 * some steps, so that a long path does not keep other CPUs waiting.
 *
 * A symbolic link does not recurse: its text is put in front of what is left of the path, in a buffer that is
 * filled from its end, and the walk goes on. Forty links make ELOOP.
 */
#include "fs/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"

#define LOCKED_STEPS 32
#define LINK_BUF_SIZE (2 * PATH_MAX)

static struct kmem_cache *names_cache;

void namei_init(void)
{
	names_cache = kmem_cache_create("names_cache", PATH_MAX, 0, NULL);
	if (!names_cache)
		panic("no memory for path names");
}

static int getname_long(struct filename *fn, const char *user)
{
	long n;

	fn->alloc = kmem_cache_alloc(names_cache, GFP_KERNEL);
	if (!fn->alloc)
		return -ENOMEM;
	n = strncpy_from_user(fn->alloc, user, PATH_MAX);
	if (n >= 0 && n < PATH_MAX) {
		fn->name = fn->alloc;
		return 0;
	}
	__putname(fn);
	return n < 0 ? n : -ENAMETOOLONG;
}

int getname_flags(struct filename *fn, const char *user, u32 flags)
{
	long n = strncpy_from_user(fn->iname, user, EMBEDDED_NAME_MAX);

	fn->alloc = NULL;
	if (unlikely(n <= 0))
		return n < 0 ? n : flags & LOOKUP_EMPTY ? (fn->name = fn->iname, 0) : -ENOENT;
	if (unlikely(n >= EMBEDDED_NAME_MAX))
		return getname_long(fn, user);
	fn->name = fn->iname;
	return 0;
}

void __putname(struct filename *fn)
{
	kmem_cache_free(names_cache, fn->alloc);
	fn->alloc = NULL;
}

void nd_unlock(struct nameidata *nd)
{
	if (!nd->locked)
		return;
	path_get(&nd->path);
	path_get(&nd->root);
	nd->locked = false;
	spin_unlock(&dcache_lock);
}

void nd_end(struct nameidata *nd)
{
	if (nd->locked) {
		nd->locked = false;
		spin_unlock(&dcache_lock);
	} else {
		path_put(&nd->path);
		path_put(&nd->root);
	}
	if (unlikely(nd->buf))
		kfree(nd->buf);
}

/* Sets root, and path for a path that begins there or in the working directory. The lock stays held. */
static void nd_begin_locked(struct nameidata *nd, bool absolute)
{
	struct fs_struct *fs = current->fs;

	spin_lock(&dcache_lock);
	nd->root = fs->root;
	nd->path = absolute ? fs->root : fs->pwd;
	nd->locked = true;
}

static int nd_begin_fd(struct nameidata *nd, int dfd)
{
	struct fd f = fdget_raw(dfd);

	if (!f.file)
		return -EBADF;
	nd->path = f.file->f_path;
	path_get(&nd->path);
	fdput(f);
	get_fs_root(current->fs, &nd->root);
	nd->locked = false;
	return 0;
}

int nd_begin(struct nameidata *nd, int dfd, const char *name, u32 flags)
{
	nd->flags = flags;
	nd->links = nd->steps = 0;
	nd->buf = NULL;
	if (!*name && !(flags & LOOKUP_EMPTY))
		return -ENOENT;
	if (*name == '/' || dfd == AT_FDCWD) {
		nd_begin_locked(nd, *name == '/');
	} else {
		int err = nd_begin_fd(nd, dfd);

		if (err)
			return err;
	}
	nd->inode = nd->path.dentry->d_inode;
	return 0;
}

/* dcache_lock held: whatever is mounted on path, or on that, and so on. No references change. */
static inline void step_down(struct path *path)
{
	while (unlikely(path->dentry->d_flags & DCACHE_MOUNTED)) {
		struct vfsmount *m = __lookup_mnt(path->mnt, path->dentry);

		if (!m)
			return;
		*path = (struct path){ m, m->mnt_root };
	}
}

/* dcache_lock held: the parent directory, across mounts but never above root. */
static void step_up(const struct nameidata *nd, struct path *path)
{
	while (path->dentry != nd->root.dentry || path->mnt != nd->root.mnt) {
		if (path->dentry != path->mnt->mnt_root) {
			path->dentry = path->dentry->d_parent;
			break;
		}
		if (path->mnt->mnt_parent == path->mnt)
			break;
		path->dentry = path->mnt->mnt_mountpoint;
		path->mnt = path->mnt->mnt_parent;
	}
	step_down(path);
}

/* The walk now stands at next; when it is not locked, next brings references and the old place loses its own. */
static inline void nd_move_to(struct nameidata *nd, const struct path *next)
{
	struct path old = nd->path;

	nd->path = *next;
	nd->inode = next->dentry->d_inode;
	if (!nd->locked)
		path_put(&old);
}

static void nd_dotdot(struct nameidata *nd)
{
	struct path next = nd->path;

	if (nd->locked) {
		step_up(nd, &next);
	} else {
		spin_lock(&dcache_lock);
		step_up(nd, &next);
		path_get(&next);
		spin_unlock(&dcache_lock);
	}
	nd_move_to(nd, &next);
}

void traverse_mounts(struct path *path)
{
	if (path->dentry->d_flags & DCACHE_MOUNTED)
		follow_down(path);
}

static struct dentry *ask_file_system(struct dentry *dir, const struct qstr *name)
{
	struct dentry *d, *other;

	if (dir->d_inode->i_flags & S_DEAD)
		return ERR_PTR(-ENOENT);
	d = d_alloc(dir, name);
	if (!d)
		return ERR_PTR(-ENOMEM);
	other = dir->d_inode->i_op->lookup(dir->d_inode, d);
	if (likely(!other))
		return d;
	dput(d);
	return other;
}

/* Is the cached answer good? Gives d back and returns NULL if it is not. */
static struct dentry *d_validate(struct dentry *d)
{
	int ok;

	if (!d || !d->d_op || !d->d_op->d_revalidate)
		return d;
	ok = d->d_op->d_revalidate(d);
	if (ok > 0)
		return d;
	if (ok == 0)
		d_drop(d);
	dput(d);
	return ok == 0 ? NULL : ERR_PTR(ok);
}

struct dentry *lookup_slow(struct dentry *dir, const struct qstr *name)
{
	struct dentry *d = d_validate(d_lookup(dir, name));

	return d ? d : ask_file_system(dir, name);
}

/* Without references to start with, with one on the result. */
static struct dentry *lookup_unlocked(struct dentry *dir, const struct qstr *name)
{
	struct dentry *d = d_validate(d_lookup(dir, name));

	if (d)
		return d;
	inode_lock(dir->d_inode);
	d = lookup_slow(dir, name);
	inode_unlock(dir->d_inode);
	return d;
}

/* Find nd->last in the directory nd stands in. *next is referenced unless nd is still locked. */
static int nd_lookup(struct nameidata *nd, struct path *next)
{
	struct dentry *d;

	next->mnt = nd->path.mnt;
	if (likely(nd->locked)) {
		d = d_lookup_locked(nd->path.dentry, &nd->last);
		if (likely(d && !(d->d_op && d->d_op->d_revalidate) && ++nd->steps < LOCKED_STEPS)) {
			if (!d->d_inode)
				return -ENOENT;
			next->dentry = d;
			step_down(next);
			return 0;
		}
		nd_unlock(nd);
	}
	d = lookup_unlocked(nd->path.dentry, &nd->last);
	if (IS_ERR(d))
		return PTR_ERR(d);
	if (!d->d_inode) {
		dput(d);
		return -ENOENT;
	}
	next->dentry = d;
	mntget(next->mnt);
	traverse_mounts(next);
	return 0;
}

static int nd_may_search(struct nameidata *nd)
{
	struct inode *dir = nd->inode;

	if (likely(!dir->i_op->permission)) {
		if ((dir->i_mode & S_IXUGO) == S_IXUGO)
			return 0;
		return generic_permission(dir, MAY_EXEC);
	}
	nd_unlock(nd);
	return inode_permission(dir, MAY_EXEC);
}

/* Put text in front of the rest of the path; a slash goes between them. */
static int splice_link_text(struct nameidata *nd, const char *text)
{
	size_t len = strlen(text), rest_len = strlen(nd->rest);
	char *end, *p;

	if (!len)
		return -ENOENT;
	if (!nd->buf) {
		nd->buf = kmalloc(LINK_BUF_SIZE, GFP_KERNEL);
		if (!nd->buf)
			return -ENOMEM;
		end = nd->buf + LINK_BUF_SIZE;
		nd->rest = memcpy(end - rest_len - 1, nd->rest, rest_len + 1);
	}
	p = (char *)nd->rest;
	if ((size_t)(p - nd->buf) < len + 1)
		return -ENAMETOOLONG;
	if (rest_len || nd->last_slash)
		*--p = '/';
	p -= len;
	nd->rest = memcpy(p, text, len);
	return 0;
}

int nd_follow_link(struct nameidata *nd, struct path *link)
{
	struct inode *inode = link->dentry->d_inode;
	struct delayed_call done = { NULL, NULL, { NULL, NULL } };
	const char *text;
	int err = 0;

	ASSERT(!nd->locked);
	if (++nd->links > SYMLOOP_MAX) {
		err = -ELOOP;
		goto out;
	}
	text = inode->i_op->get_link(link->dentry, inode, &done);
	if (IS_ERR(text)) {
		err = PTR_ERR(text);
	} else if (!text) {
		nd_move_to(nd, &done.jump);
	} else {
		err = splice_link_text(nd, text);
		do_delayed_call(&done);
		if (!err && *nd->rest == '/') {
			path_get(&nd->root);
			nd_move_to(nd, &nd->root);
		}
	}
out:
	path_put(link);
	return err;
}

/* Reads one component at name into nd->last and the path behind it into nd->rest. */
static inline int nd_component(struct nameidata *nd, const char *name)
{
	const char *p = name;
	u32 hash = 0;

	do {
		hash = partial_name_hash(hash, (unsigned char)*p++);
	} while (*p && *p != '/');
	nd->last = (struct qstr){ hash, p - name, name };
	nd->last_slash = *p == '/';
	while (*p == '/')
		p++;
	nd->rest = p;
	nd->last_type = LAST_NORM;
	if (unlikely(*name == '.')) {
		if (nd->last.len == 1)
			nd->last_type = LAST_DOT;
		else if (nd->last.len == 2 && name[1] == '.')
			nd->last_type = LAST_DOTDOT;
	}
	return unlikely(nd->last.len > NAME_MAX) ? -ENAMETOOLONG : 0;
}

/* One component, not the last of a parent look-up. Moves nd, or puts a link's text into nd->rest. */
static int nd_step(struct nameidata *nd)
{
	struct path next;
	bool follow;
	int err;

	if (unlikely(nd->last_type != LAST_NORM)) {
		if (nd->last_type == LAST_DOTDOT)
			nd_dotdot(nd);
		return 0;
	}
	err = nd_lookup(nd, &next);
	if (unlikely(err))
		return err;
	follow = *nd->rest || nd->last_slash || (nd->flags & LOOKUP_FOLLOW);
	if (unlikely(S_ISLNK(next.dentry->d_inode->i_mode) && follow)) {
		if (nd->locked) {
			path_get(&next);
			nd_unlock(nd);
		}
		return nd_follow_link(nd, &next);
	}
	nd_move_to(nd, &next);
	return 0;
}

/*
 * The plain part of a walk: cached names of directories that all may search, without mounts, links, dots or trailing
 * slashes. Goes as far as it can and returns the first component that is left, or the end of the path.
 */
static const char *walk_plain(struct nameidata *nd, const char *name)
{
	struct dentry *d = nd->path.dentry;
	const struct inode *dir = nd->inode;
	unsigned int steps = LOCKED_STEPS - 1;

	while (*name && *name != '.' && steps--) {
		const char *p = name;
		struct dentry *child;
		struct qstr q;

		if ((dir->i_mode & (S_IFMT | S_IXUGO)) != (S_IFDIR | S_IXUGO) || dir->i_op->permission)
			break;
		q.hash = 0;
		do {
			q.hash = partial_name_hash(q.hash, (unsigned char)*p++);
		} while (*p && *p != '/');
		q.len = p - name;
		q.name = name;
		if (*p) {
			while (*p == '/')
				p++;
			if (!*p)
				break;
		} else if (nd->flags & LOOKUP_PARENT) {
			break;
		}
		child = d_lookup_locked(d, &q);
		if (!child || !child->d_inode || (child->d_op && child->d_op->d_revalidate) ||
		    (child->d_flags & DCACHE_MOUNTED) || S_ISLNK(child->d_inode->i_mode))
			break;
		d = child;
		dir = d->d_inode;
		name = p;
	}
	nd->path.dentry = d;
	nd->inode = (struct inode *)dir;
	nd->steps = LOCKED_STEPS - 1 - steps;
	return name;
}

/* The rest of a walk, whatever it meets. */
static noinline int walk_any(struct nameidata *nd, const char *name)
{
	bool must_be_dir = nd->flags & LOOKUP_DIRECTORY;
	int err;

	nd->last_type = LAST_ROOT;
	nd->last_slash = false;
	nd->rest = name;
	while (*nd->rest) {
		if (unlikely(!S_ISDIR(nd->inode->i_mode))) {
			err = -ENOTDIR;
			goto fail;
		}
		err = nd_may_search(nd);
		if (likely(!err))
			err = nd_component(nd, nd->rest);
		if (unlikely(err))
			goto fail;
		if ((nd->flags & LOOKUP_PARENT) && !*nd->rest)
			return 0;
		must_be_dir = nd->last_slash || (nd->flags & LOOKUP_DIRECTORY);
		err = nd_step(nd);
		if (unlikely(err))
			goto fail;
		/* A link's text may begin with slashes; its end decides anew whether a directory is wanted. */
		while (unlikely(*nd->rest == '/'))
			nd->rest++;
	}
	if (nd->flags & LOOKUP_PARENT)
		nd->last_type = LAST_ROOT;
	if (likely(!must_be_dir || S_ISDIR(nd->inode->i_mode)))
		return 0;
	err = -ENOTDIR;
fail:
	nd_end(nd);
	return err;
}

int nd_walk(struct nameidata *nd, const char *name)
{
	while (*name == '/')
		name++;
	if (likely(nd->locked)) {
		name = walk_plain(nd, name);
		if (likely(!*name && !(nd->flags & (LOOKUP_DIRECTORY | LOOKUP_PARENT))))
			return 0;
	}
	return walk_any(nd, name);
}

int filename_lookup(int dfd, const char *name, u32 flags, struct path *path)
{
	struct nameidata nd;
	int err = nd_begin(&nd, dfd, name, flags);

	if (err)
		return err;
	err = nd_walk(&nd, name);
	if (err)
		return err;
	*path = nd.path;
	path_get(path);
	nd_end(&nd);
	return 0;
}

int user_path_at(int dfd, const char *user_name, u32 flags, struct path *path)
{
	struct filename fn;
	int err = getname_flags(&fn, user_name, flags);

	if (err)
		return err;
	err = filename_lookup(dfd, fn.name, flags, path);
	putname(&fn);
	return err;
}

int kern_path(const char *name, u32 flags, struct path *path)
{
	return filename_lookup(AT_FDCWD, name, flags, path);
}

struct dentry *lookup_one_len(const char *name, struct dentry *base, int len)
{
	struct qstr q = { d_name_hash(name, len), len, name };
	int err;

	if (!len || len > NAME_MAX || memchr(name, '/', len) || (*name == '.' && (len == 1 || (len == 2 && name[1] == '.'))))
		return ERR_PTR(-EACCES);
	err = inode_permission(base->d_inode, MAY_EXEC);
	return err ? ERR_PTR(err) : lookup_slow(base, &q);
}
