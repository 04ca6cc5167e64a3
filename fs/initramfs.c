/* SPDX-License-Identifier: MIT */
/*
 * The ramdisk: a cpio archive (newc) that the boot loader put into memory becomes the contents of the root tmpfs.
 * Each entry is made through the same calls that a program would use. An archive that is damaged or of another
 * kind is refused with a message that says what to do about it; what was unpacked up to there stays.
 *
 * Hard links: entries with the same device and inode number and a link count above one are names of one file;
 * usually only the last carries the data. The first name is remembered in a small table, the others are linked to it.
 */
#include "fs/internal.h"
#include "kernel/printk.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/cpio.h"
#include "lib/err.h"
#include "lib/hash.h"
#include "lib/string.h"

/* Making a file changes its directory's times: those of directories are set when all is unpacked. */
struct dir_seen {
	struct cpio_entry entry;
	struct dir_seen *next;
};

struct link_seen {
	u32 ino, dev_major, dev_minor;
	const char *name;
	struct link_seen *next;
};
#define LINK_BUCKETS 64
struct unpack_state {
	struct link_seen *links[LINK_BUCKETS];
	struct dir_seen *dirs;
	unsigned int entries;
};

/* The name that a hard-linked file was first given, or NULL; then this one is remembered. -ENOMEM as ERR_PTR. */
static const char *first_name(struct unpack_state *st, const struct cpio_entry *e)
{
	struct link_seen **bucket = &st->links[e->ino % LINK_BUCKETS], *l;

	for (l = *bucket; l; l = l->next)
		if (l->ino == e->ino && l->dev_major == e->dev_major && l->dev_minor == e->dev_minor)
			return l->name;
	l = kmalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return ERR_PTR(-ENOMEM);
	*l = (struct link_seen){ e->ino, e->dev_major, e->dev_minor, e->name, *bucket };
	*bucket = l;
	return NULL;
}

static void forget_links(struct unpack_state *st)
{
	unsigned int i;

	for (i = 0; i < LINK_BUCKETS; i++)
		while (st->links[i]) {
			struct link_seen *l = st->links[i];

			st->links[i] = l->next;
			kfree(l);
		}
}

static int set_attributes(const char *name, const struct cpio_entry *e)
{
	struct fs_time mtime = { e->mtime, 0 };
	struct iattr attr = {
		.ia_valid = ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_MTIME | ATTR_MTIME_SET | ATTR_ATIME | ATTR_ATIME_SET | ATTR_FORCE,
		.ia_mode = e->mode & S_IALLUGO, .ia_uid = e->uid, .ia_gid = e->gid, .ia_mtime = mtime, .ia_atime = mtime,
	};
	struct path path;
	int err = kern_path(name, 0, &path);

	if (err)
		return err;
	if (S_ISLNK(e->mode))
		attr.ia_valid &= ~ATTR_MODE;
	inode_lock(path.dentry->d_inode);
	err = notify_change(path.dentry, &attr);
	inode_unlock(path.dentry->d_inode);
	path_put(&path);
	return err;
}

static int remember_dir(struct unpack_state *st, const struct cpio_entry *e)
{
	struct dir_seen *d = kmalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return -ENOMEM;
	d->entry = *e;
	d->next = st->dirs;
	st->dirs = d;
	return 0;
}

static void finish_dirs(struct unpack_state *st)
{
	while (st->dirs) {
		struct dir_seen *d = st->dirs;

		st->dirs = d->next;
		set_attributes(d->entry.name, &d->entry);
		kfree(d);
	}
}

static int write_data(const char *name, const struct cpio_entry *e)
{
	struct file *f = filp_open(name, O_WRONLY | O_CREAT | O_TRUNC | O_LARGEFILE, 0600);
	loff_t pos = 0;
	ssize_t n = 0;

	if (IS_ERR(f))
		return PTR_ERR(f);
	while (pos < e->size) {
		n = kernel_write(f, e->data + pos, e->size - pos, &pos);
		if (n <= 0)
			break;
	}
	filp_close(f);
	return n < 0 ? (int)n : 0;
}

static int unpack_file(struct unpack_state *st, const char *name, const struct cpio_entry *e)
{
	const char *first = e->nlink > 1 ? first_name(st, e) : NULL;
	int err;

	if (IS_ERR(first))
		return PTR_ERR(first);
	if (first) {
		err = do_linkat(AT_FDCWD, first, AT_FDCWD, name, 0);
		if (err || !e->size)
			return err;
	}
	return write_data(name, e);
}

static int unpack_symlink(const char *name, const struct cpio_entry *e)
{
	char *target = kmalloc(e->size + 1, GFP_KERNEL);
	int err;

	if (!target)
		return -ENOMEM;
	memcpy(target, e->data, e->size);
	target[e->size] = '\0';
	err = do_symlinkat(target, AT_FDCWD, name);
	kfree(target);
	return err;
}

/* A later archive may replace what an earlier one brought; a directory that is there already is fine. */
static int make_way(const char *name, umode_t mode)
{
	struct path path;
	bool is_dir;

	if (kern_path(name, 0, &path))
		return 0;
	is_dir = S_ISDIR(path.dentry->d_inode->i_mode);
	path_put(&path);
	if (is_dir)
		return S_ISDIR(mode) ? -EEXIST : do_rmdir(AT_FDCWD, name);
	return do_unlinkat(AT_FDCWD, name);
}

static int unpack_entry(struct unpack_state *st, const struct cpio_entry *e)
{
	const char *name = e->name;
	int err;

	while (name[0] == '.' && name[1] == '/')
		name += 2;
	if (S_ISDIR(e->mode)) {
		err = remember_dir(st, e);
		if (err)
			return err;
	}
	if (!*name || !strcmp(name, "."))
		return 0;
	err = make_way(name, e->mode);
	if (err == -EEXIST)
		return set_attributes(name, e);
	if (err)
		return err;
	switch (e->mode & S_IFMT) {
	case S_IFREG:
		err = unpack_file(st, name, e);
		break;
	case S_IFDIR:
		err = do_mkdirat(AT_FDCWD, name, e->mode & S_IALLUGO);
		break;
	case S_IFLNK:
		err = unpack_symlink(name, e);
		break;
	case S_IFCHR: case S_IFBLK: case S_IFIFO: case S_IFSOCK:
		err = do_mknodat(AT_FDCWD, name, e->mode, MKDEV(e->rdev_major, e->rdev_minor));
		break;
	default:
		return -EINVAL;
	}
	return err ? err : set_attributes(name, e);
}

/* What is it, if it is no newc archive? */
static void explain_format(const u8 *p, size_t len)
{
	static const struct { u8 magic[6]; u8 n; const char *kind, *unpack; } kinds[] = {
		{ { 0x1f, 0x8b }, 2, "gzip", "gunzip" },
		{ { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, "xz", "xz -d" },
		{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, "zstd", "zstd -d" },
		{ { 'B', 'Z', 'h' }, 3, "bzip2", "bunzip2" },
		{ { 0x02, 0x21, 0x4c, 0x18 }, 4, "lz4", "lz4 -d" },
		{ { 0x04, 0x22, 0x4d, 0x18 }, 4, "lz4", "lz4 -d" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (len >= kinds[i].n && !memcmp(p, kinds[i].magic, kinds[i].n)) {
			pr_err("initramfs: the ramdisk is compressed with %s, which is not supported: unpack it first (%s)\n",
			       kinds[i].kind, kinds[i].unpack);
			return;
		}
	if (len >= 6 && (!memcmp(p, "070707", 6) || (p[0] == 0xc7 && p[1] == 0x71)))
		pr_err("initramfs: the ramdisk is an old cpio archive: make it with cpio -o -H newc\n");
	else if (len >= 0x43a && p[0x438] == 0x53 && p[0x439] == 0xef)
		pr_err("initramfs: the ramdisk is an ext2 image, not a cpio archive: make it with cpio -o -H newc\n");
	else
		pr_err("initramfs: the ramdisk is no cpio archive: make it with cpio -o -H newc\n");
}

/* Several archives may follow one another, with zeros between them. */
static int unpack_archives(struct unpack_state *st, const u8 *buf, size_t len)
{
	size_t offset = 0;

	while (offset < len) {
		struct cpio_entry e;
		size_t at = offset;
		int ret;

		if (!buf[offset]) {
			offset++;
			continue;
		}
		ret = cpio_next(buf, len, &offset, &e);
		if (ret == 1) {
			int err = unpack_entry(st, &e);

			if (err == -ENOSPC || err == -ENOMEM) {
				pr_err("initramfs: no room for %s (%u bytes): give the machine more memory or make the ramdisk smaller\n",
				       e.name, e.size);
				return err;
			}
			if (err)
				pr_warn("initramfs: cannot make %s: error %d\n", e.name, err);
			st->entries++;
		} else if (ret == 0) {
			forget_links(st);
		} else if (ret == -ENODATA) {
			pr_err("initramfs: the ramdisk is cut short at byte %zu of %zu: make or copy it again\n", at, len);
			return -EINVAL;
		} else {
			if (st->entries)
				pr_err("initramfs: the ramdisk is damaged at byte %zu of %zu: make or copy it again\n", at, len);
			else
				explain_format(buf + at, len - at);
			return -EINVAL;
		}
	}
	return 0;
}

int unpack_initramfs(const void *buf, size_t len)
{
	struct unpack_state st = { .entries = 0 };
	u32 umask = current->fs->umask;
	int err;

	current->fs->umask = 0;
	err = unpack_archives(&st, buf, len);
	finish_dirs(&st);
	current->fs->umask = umask;
	forget_links(&st);
	if (!err && !st.entries) {
		pr_err("initramfs: the ramdisk is empty: put an /init into it\n");
		err = -ENOENT;
	}
	return err;
}

int populate_rootfs(const void *buf, size_t len)
{
	if (!buf || !len) {
		pr_err("initramfs: no ramdisk was given: boot with -initrd FILE\n");
		return -ENOENT;
	}
	return unpack_initramfs(buf, len);
}
