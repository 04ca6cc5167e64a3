/* SPDX-License-Identifier: MIT */
/*
 * Device files: from the number in an inode to the driver that serves it. A driver registers a range of minors of
 * a major; opening a character device file replaces the file's operations by the driver's.
 */
#include "fs/internal.h"
#include "fs/pipe.h"
#include "fs/seq_file.h"
#include "lib/abi/errno.h"

struct char_device {
	u32 major, base, count;
	const char *name;
	const struct file_operations *fops;
	struct char_device *next;
};

#define CHRDEV_BUCKETS 64
static struct char_device *chrdevs[CHRDEV_BUCKETS];	/* by major; ranges are never removed */
static DEFINE_SPINLOCK(chrdevs_lock);

static struct char_device *find_chrdev(u32 major, u32 minor)
{
	struct char_device *c;

	for (c = chrdevs[major % CHRDEV_BUCKETS]; c; c = c->next)
		if (c->major == major && minor - c->base < c->count)
			return c;
	return NULL;
}

static bool range_taken(u32 major, u32 base, u32 count)
{
	struct char_device *c;

	for (c = chrdevs[major % CHRDEV_BUCKETS]; c; c = c->next)
		if (c->major == major && base < c->base + c->count && c->base < base + count)
			return true;
	return false;
}

int register_chrdev(u32 major, u32 base, u32 count, const char *name, const struct file_operations *fops)
{
	struct char_device *c = kmalloc(sizeof(*c), GFP_KERNEL), **p;
	int err = 0;

	if (!c)
		return -ENOMEM;
	*c = (struct char_device){ major, base, count, name, fops, NULL };
	spin_lock(&chrdevs_lock);
	if (range_taken(major, base, count)) {
		err = -EBUSY;
	} else {
		for (p = &chrdevs[major % CHRDEV_BUCKETS]; *p; p = &(*p)->next)
			;
		*p = c;
	}
	spin_unlock(&chrdevs_lock);
	if (err)
		kfree(c);
	return err;
}

static int chrdev_open(struct inode *inode, struct file *file)
{
	struct char_device *c;

	spin_lock(&chrdevs_lock);
	c = find_chrdev(MAJOR(inode->i_rdev), MINOR(inode->i_rdev));
	spin_unlock(&chrdevs_lock);
	if (!c)
		return -ENXIO;
	replace_fops(file, c->fops);
	return c->fops->open ? c->fops->open(inode, file) : 0;
}

const struct file_operations def_chr_fops = { .open = chrdev_open, .llseek = noop_llseek };

static struct blk_major {
	u32 major;
	const char *name;
} blk_majors[16];	/* by chrdevs_lock */

int register_blkdev(u32 major, const char *name)
{
	unsigned int i;
	int err = -ENOMEM;

	spin_lock(&chrdevs_lock);
	for (i = 0; i < ARRAY_SIZE(blk_majors); i++) {
		if (blk_majors[i].name && blk_majors[i].major != major)
			continue;
		if (blk_majors[i].name) {
			err = -EBUSY;
		} else {
			blk_majors[i] = (struct blk_major){ major, name };
			err = 0;
		}
		break;
	}
	spin_unlock(&chrdevs_lock);
	return err;
}

void chrdev_show(struct seq_file *m)
{
	struct char_device *c;
	u32 major;
	unsigned int i;

	seq_puts(m, "Character devices:\n");
	spin_lock(&chrdevs_lock);
	for (major = 0; major < 512; major++)
		for (c = chrdevs[major % CHRDEV_BUCKETS]; c; c = c->next)
			if (c->major == major)
				seq_printf(m, "%3u %s\n", major, c->name);
	seq_puts(m, "\nBlock devices:\n");
	for (i = 0; i < ARRAY_SIZE(blk_majors) && blk_majors[i].name; i++)
		seq_printf(m, "%3u %s\n", blk_majors[i].major, blk_majors[i].name);
	spin_unlock(&chrdevs_lock);
}

static const struct file_operations no_special_fops;

void init_special_inode(struct inode *inode, umode_t mode, dev_t rdev)
{
	inode->i_mode = (mode & S_IFMT) | (inode->i_mode & ~S_IFMT);
	inode->i_rdev = rdev;
	if (S_ISCHR(mode))
		inode->i_fop = &def_chr_fops;
	else if (S_ISBLK(mode))
		inode->i_fop = &def_blk_fops;
	else if (S_ISFIFO(mode))
		inode->i_fop = &pipefifo_fops;
	else
		inode->i_fop = &no_special_fops;	/* sockets are not opened through their names */
}
