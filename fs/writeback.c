/* SPDX-License-Identifier: MIT */
/*
 * Which inodes are written back, and when. An inode that is dirty, by its attributes or by its pages, is on its file
 * system's s_dirty, the newest first. The flusher, a kernel thread, looks every dirty_writeback_centisecs: it writes
 * what has been dirty for dirty_expire_centisecs, and, while more pages are dirty than dirty_background_ratio allows,
 * whatever is oldest.
 *
 * An inode's marks are taken before it is written: a change that comes while it is being written marks it again. With
 * I_SYNC one task at a time writes an inode, and as long as it is being written it stays on the list: so a sync finds
 * it there, and waits for who writes it.
 *
 * That a page could not be written is told to who calls fsync, once; a sync leaves it to be told.
 *
 * The order of a sync: pages of all files and their inodes (which makes the device's pages dirty), then the device's
 * pages, then the device's own cache. Locks: s_umount keeps the instance; none is held while writing.
 */
#include "fs/buffer.h"
#include "fs/fs.h"
#include "fs/proc/proc.h"
#include "kernel/init.h"
#include "kernel/sched/kthread.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/writeback.h"

/* The inode stays on the list until inode_end_sync. */
static u32 take_dirty_marks(struct inode *inode, u32 which)
{
	u32 dirty;

	spin_lock(&inode->i_lock);
	dirty = inode->i_state & which;
	inode->i_state &= ~which;
	spin_unlock(&inode->i_lock);
	return dirty;
}

/* Starts writing the inode and its pages; sync_inode: its attributes are on disk when this returns. */
static int writeback_single_inode(struct inode *inode, struct writeback_control *wbc, bool sync_inode)
{
	struct address_space *m = &inode->i_data;
	int err, ret = 0;

	if (!inode_begin_sync(inode, wbc->sync))
		return 0;
	take_dirty_marks(inode, I_DIRTY_PAGES);
	err = do_writepages(m, wbc);
	if (take_dirty_marks(inode, I_DIRTY_SYNC | I_DIRTY_DATASYNC))	/* pages that got blocks have changed them */
		ret = inode->i_sb->s_op->write_inode(inode, sync_inode);
	if (radix_tree_tagged(&m->page_tree, PAGECACHE_TAG_DIRTY))
		__mark_inode_dirty(inode, I_DIRTY_PAGES);
	inode_end_sync(inode);
	return err ? err : ret;
}

int write_inode_now(struct inode *inode, bool sync)
{
	struct writeback_control wbc = WB_SYNC_WHOLE;
	int err, ret = 0;

	if (!inode->i_sb->s_op->write_inode)
		return 0;
	wbc.sync = sync;
	err = writeback_single_inode(inode, &wbc, sync);
	if (sync)
		ret = filemap_fdatawait_keep_errors(&inode->i_data);
	return err ? err : ret;
}

/* s_inode_lock is held, and not any more afterwards. The inode has no user left. */
static void wait_for_the_last_write(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;
	u64 ino = inode->i_ino;

	spin_unlock(&sb->s_inode_lock);
	inode_wait_settled(sb, ino);
}

/* The inode that has been dirty for longest, if since before that time; with a reference. wait: for those that go. */
static struct inode *oldest_dirty(struct super_block *sb, u64 before, bool wait)
{
	struct inode *inode, *found = NULL;

again:
	spin_lock(&sb->s_inode_lock);
	list_for_each_entry_reverse(inode, &sb->s_dirty, i_io_list) {
		if (inode->dirtied_when > before)
			break;
		if (atomic_inc_not_zero(&inode->i_count)) {	/* else it is going and writes itself */
			found = inode;
			break;
		}
		if (wait) {
			wait_for_the_last_write(inode);
			goto again;
		}
	}
	spin_unlock(&sb->s_inode_lock);
	return found;
}

static int writeback_sb(struct super_block *sb, struct writeback_control *wbc, u64 before)
{
	struct inode *inode, *last = NULL;
	int err = 0;

	/* An inode that comes again has been left alone, since someone else writes it: enough for now. */
	while (wbc->nr_to_write > 0 && (inode = oldest_dirty(sb, before, wbc->sync)) != NULL) {
		int ret = writeback_single_inode(inode, wbc, false);

		err = err ? err : ret;
		iput(last);
		if (inode == last && !wbc->sync) {
			iput(inode);
			return err;
		}
		last = inode;
		if (wbc->sync)
			wbc->nr_to_write = WB_ALL_PAGES;
	}
	iput(last);
	return err;
}

static int wait_sb_pages(struct super_block *sb)
{
	struct inode *inode, *prev = NULL;
	int err = 0;

again:
	spin_lock(&sb->s_inode_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		int ret;

		if (!inode->i_data.nrpages || !radix_tree_tagged(&inode->i_data.page_tree, PAGECACHE_TAG_WRITEBACK))
			continue;
		if (!atomic_inc_not_zero(&inode->i_count)) {
			wait_for_the_last_write(inode);
			goto again;
		}
		spin_unlock(&sb->s_inode_lock);
		ret = filemap_fdatawait_keep_errors(&inode->i_data);
		err = err ? err : ret;
		iput(prev);
		prev = inode;		/* keeps our place in the list */
		spin_lock(&sb->s_inode_lock);
	}
	spin_unlock(&sb->s_inode_lock);
	iput(prev);
	return err;
}

int sync_filesystem(struct super_block *sb)
{
	struct writeback_control wbc = WB_SYNC_WHOLE;
	int err = 0, ret;

	if (sb->s_op->write_inode) {
		err = writeback_sb(sb, &wbc, ktime_get());
		ret = wait_sb_pages(sb);
		err = err ? err : ret;
	}
	ret = sb->s_op->sync_fs ? sb->s_op->sync_fs(sb, true) : 0;
	err = err ? err : ret;
	if (sb->s_bdev) {
		ret = sync_blockdev(sb->s_bdev, true);
		err = err ? err : ret;
		ret = blkdev_issue_flush(sb->s_bdev);
		err = err ? err : ret;
	}
	return err;
}

/*
 * An inode that is not dirty need not be on the disk: the flusher may have copied it to its table, and the table is still
 * to be written. I_SYNC keeps a second fsync from seeing the list of blocks empty while the first one writes them.
 */
int sync_inode_metadata(struct inode *inode, bool datasync)
{
	const struct super_operations *op = inode->i_sb->s_op;
	u32 wanted = datasync ? I_DIRTY_DATASYNC : I_DIRTY_SYNC | I_DIRTY_DATASYNC;
	int err, ret;

	inode_begin_sync(inode, true);
	err = sync_mapping_buffers(inode);
	if ((READ_ONCE(inode->i_state) & wanted) && take_dirty_marks(inode, I_DIRTY_SYNC | I_DIRTY_DATASYNC))
		ret = op->write_inode(inode, true);
	else
		ret = op->sync_inode ? op->sync_inode(inode) : 0;
	inode_end_sync(inode);
	return err ? err : ret;
}

int generic_file_fsync(struct file *file, loff_t start, loff_t end, bool datasync)
{
	struct inode *inode = file->f_mapping->host;
	int err = filemap_fdatawrite_range(&inode->i_data, start, end, true);
	int ret = filemap_fdatawait_range(&inode->i_data, start, end);

	err = err ? err : ret;
	ret = sync_inode_metadata(inode, datasync);
	err = err ? err : ret;
	ret = blkdev_issue_flush(inode->i_sb->s_bdev);
	return err ? err : ret;
}

static DECLARE_WAIT_QUEUE_HEAD(flusher_wait);
static bool flush_wanted;

static void wake_flusher(void)
{
	WRITE_ONCE(flush_wanted, true);
	wake_up(&flusher_wait);
}

static void flush_old(struct super_block *sb, void *arg)
{
	u64 now = ktime_get(), age = (u64)sysctl_dirty_expire_centisecs * 10 * NSEC_PER_MSEC;
	struct writeback_control wbc = { .nr_to_write = WB_ALL_PAGES, .start = 0, .end = 0x7fffffffffffffffll };

	(void)arg;
	if (!sb->s_op->write_inode || list_empty(&sb->s_dirty))
		return;
	if (over_background_limit())
		writeback_sb(sb, &wbc, now);
	else if (now > age)
		writeback_sb(sb, &wbc, now - age);
}

static int flusher(void *unused)
{
	(void)unused;
	for (;;) {
		u64 pause = (u64)sysctl_dirty_writeback_centisecs * 10 * NSEC_PER_MSEC;

		wait_event_interruptible_hrtimeout(&flusher_wait, READ_ONCE(flush_wanted), pause ? ktime_get() + pause : KTIME_MAX);
		WRITE_ONCE(flush_wanted, false);
		iterate_supers(flush_old, NULL);
	}
	return 0;
}

static int proc_dirty_writeback(const struct ctl_table *t, bool write, char *buf, size_t *len)
{
	int err = proc_dointvec_minmax(t, write, buf, len);

	if (!err && write)
		wake_flusher();		/* it may have been asleep for good */
	return err;
}

static const struct ctl_table dirty_table[] = {
	{ "dirty_background_ratio", &sysctl_dirty_background_ratio, sizeof(int), 0644, proc_dointvec_minmax, 0, 100 },
	{ "dirty_ratio", &sysctl_dirty_ratio, sizeof(int), 0644, proc_dointvec_minmax, 0, 100 },
	{ "dirty_expire_centisecs", &sysctl_dirty_expire_centisecs, sizeof(int), 0644, proc_dointvec_minmax, 0, 0x7fffffff },
	{ "dirty_writeback_centisecs", &sysctl_dirty_writeback_centisecs, sizeof(int), 0644, proc_dirty_writeback, 0, 0x7fffffff },
	{ .procname = NULL },
};

static int flusher_init(void)
{
	struct task_struct *t = kthread_run(flusher, NULL, "flush");

	if (IS_ERR(t))
		return PTR_ERR(t);
	wakeup_flusher = wake_flusher;
	return register_sysctl("vm", dirty_table);
}
late_initcall(flusher_init);
