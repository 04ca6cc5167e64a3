/* SPDX-License-Identifier: MIT */
/* The mount tree as text: /proc/PID/mounts and mountinfo (proc(5)). Mounts that the reader's root does not reach are left out. */
#include "fs/internal.h"
#include "fs/seq_file.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"

static void *mounts_start(struct seq_file *m, loff_t *pos)
{
	down_read(&namespace_sem);
	return seq_list_start(&mount_list, *pos);
}

static void *mounts_next(struct seq_file *m, void *v, loff_t *pos)
{
	return seq_list_next(v, &mount_list, pos);
}

static void mounts_stop(struct seq_file *m, void *v)
{
	up_read(&namespace_sem);
}

static void show_mnt_opts(struct seq_file *m, const struct vfsmount *mnt)
{
	static const struct { u32 flag; const char *text; } opts[] = {
		{ MNT_NOSUID, ",nosuid" }, { MNT_NODEV, ",nodev" }, { MNT_NOEXEC, ",noexec" },
		{ MNT_NOATIME, ",noatime" }, { MNT_NODIRATIME, ",nodiratime" }, { MNT_RELATIME, ",relatime" },
	};
	unsigned int i;

	seq_puts(m, (mnt->mnt_flags & MNT_READONLY) || (mnt->mnt_sb->s_flags & SB_RDONLY) ? "ro" : "rw");
	if (mnt->mnt_sb->s_flags & MS_SYNCHRONOUS)
		seq_puts(m, ",sync");
	for (i = 0; i < ARRAY_SIZE(opts); i++)
		if (mnt->mnt_flags & opts[i].flag)
			seq_puts(m, opts[i].text);
}

/* The place of mnt as the reader sees it, in buf; NULL: its root does not reach there. ERR_PTR. */
static char *visible_path(struct vfsmount *mnt, char *buf)
{
	struct path path = { mnt, mnt->mnt_root }, root;
	bool reachable;
	char *p;

	get_fs_root(current->fs, &root);
	p = __d_path(&path, &root, buf, PATH_MAX, &reachable);
	path_put(&root);
	return IS_ERR(p) || reachable ? p : NULL;
}

#define MOUNT_ESCAPES " \t\n\\#"

static void show_mount(struct seq_file *m, struct vfsmount *mnt, const char *place)
{
	seq_escape(m, mnt->mnt_devname, MOUNT_ESCAPES);
	seq_putc(m, ' ');
	seq_escape(m, place, MOUNT_ESCAPES);
	seq_printf(m, " %s ", mnt->mnt_sb->s_type->name);
	show_mnt_opts(m, mnt);
	if (mnt->mnt_sb->s_op->show_options)
		mnt->mnt_sb->s_op->show_options(m, mnt->mnt_root);
	seq_puts(m, " 0 0\n");
}

/* The directory of the file system that the mount shows: "/" unless it was bound. */
static void show_mount_root(struct seq_file *m, struct vfsmount *mnt, char *buf)
{
	struct path in_fs = { mnt, mnt->mnt_root }, top = { mnt, mnt->mnt_sb->s_root };
	struct vfsmount whole = { .mnt_root = mnt->mnt_sb->s_root, .mnt_parent = &whole };
	bool reachable;
	char *p;

	in_fs.mnt = top.mnt = &whole;
	p = __d_path(&in_fs, &top, buf, PATH_MAX, &reachable);
	seq_escape(m, IS_ERR(p) ? "?" : p, MOUNT_ESCAPES);
}

/* proc(5), /proc/PID/mountinfo */
static void show_mountinfo(struct seq_file *m, struct vfsmount *mnt, const char *place)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);

	if (!buf)
		return;
	seq_printf(m, "%d %d %u:%u ", mnt->mnt_id, mnt->mnt_parent->mnt_id, MAJOR(mnt->mnt_sb->s_dev),
		   MINOR(mnt->mnt_sb->s_dev));
	show_mount_root(m, mnt, buf);
	seq_putc(m, ' ');
	seq_escape(m, place, MOUNT_ESCAPES);
	seq_putc(m, ' ');
	show_mnt_opts(m, mnt);
	seq_printf(m, " - %s ", mnt->mnt_sb->s_type->name);
	seq_escape(m, mnt->mnt_devname, MOUNT_ESCAPES);
	seq_puts(m, mnt->mnt_sb->s_flags & SB_RDONLY ? " ro" : " rw");
	if (mnt->mnt_sb->s_op->show_options)
		mnt->mnt_sb->s_op->show_options(m, mnt->mnt_root);
	seq_putc(m, '\n');
	kfree(buf);
}

static int show_if_visible(struct seq_file *m, void *v, void (*show)(struct seq_file *, struct vfsmount *, const char *))
{
	struct vfsmount *mnt = list_entry(v, struct vfsmount, mnt_list);
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *place;

	if (!buf)
		return -ENOMEM;
	place = visible_path(mnt, buf);
	if (!IS_ERR_OR_NULL(place))
		show(m, mnt, place);
	kfree(buf);
	return IS_ERR_OR_NULL(place) ? SEQ_SKIP : 0;
}

static int mounts_show(struct seq_file *m, void *v)
{
	return show_if_visible(m, v, show_mount);
}

static int mountinfo_show(struct seq_file *m, void *v)
{
	return show_if_visible(m, v, show_mountinfo);
}

const struct seq_operations mounts_seq_ops = {
	.start = mounts_start, .next = mounts_next, .stop = mounts_stop, .show = mounts_show,
};
const struct seq_operations mountinfo_seq_ops = {
	.start = mounts_start, .next = mounts_next, .stop = mounts_stop, .show = mountinfo_show,
};
