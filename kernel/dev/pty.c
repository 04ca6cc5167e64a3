/* SPDX-License-Identifier: MIT */
/*
 * Pseudo-terminals: two terminals back to back. What is written to the master is typed at the slave; what programs write
 * to the slave is read from the master. The slave is a terminal with all that belongs to one; the master does nothing to
 * the bytes. So a terminal emulator, ssh or script(1) is an ordinary process that holds masters (pty(7)).
 *
 * Opening /dev/ptmx makes a pair. Life and death:
 *	- the master's only reference is its open file; it holds one to the slave
 *	- the slave has that, its open files and its session
 *	- each reaches the other by link as long as it exists, so the memory of both goes with the slave, the last to go
 * When the slave's last file is closed the master reads EIO, until a slave is opened again. When the master is closed, the
 * name in /dev/pts goes first (nobody finds the slave any more), then the slave is hung up.
 *
 * Locks: slave->lock guards pty->locked and both ends' other_closed, so an open of the slave comes before the master's
 * close, and is hung up by it, or fails. packet_lock is a leaf. The locks of the two ends never nest.
 */
#include "fs/chrdev.h"
#include "fs/devpts/devpts.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/dev/tty.h"
#include "kernel/init.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctls.h"
#include "lib/abi/sysmacros.h"
#include "lib/err.h"
#include "mm/slab.h"

struct pty {
	struct dentry *node;		/* of the slave; its file system is kept by the number, see devpts_new_index */
	bool locked;			/* the slave cannot be opened (TIOCSPTLCK); by slave->lock */
};

static DEFINE_SPINLOCK(packet_lock);	/* pktstatus of all pairs: it changes rarely */

void tty_packet_event(struct tty_struct *tty, u8 clear, u8 set)
{
	if (!tty->link || !READ_ONCE(tty->link->packet))
		return;
	spin_lock(&packet_lock);
	WRITE_ONCE(tty->pktstatus, (u8)((tty->pktstatus & ~clear) | set));
	spin_unlock(&packet_lock);
	wake_up_poll(&tty->link->read_wait, POLLIN | POLLPRI | POLLRDNORM);
}

u8 tty_packet_status(struct tty_struct *master)
{
	u8 status;

	spin_lock(&packet_lock);
	status = master->link->pktstatus;
	WRITE_ONCE(master->link->pktstatus, 0);
	spin_unlock(&packet_lock);
	return status;
}

static void set_other_closed(struct tty_struct *tty, bool closed)
{
	WRITE_ONCE(tty->other_closed, closed);
	if (!closed)
		return;
	wake_up_all(&tty->read_wait);
	wake_up_all(&tty->write_wait);
}

static size_t pty_write(struct tty_struct *tty, const u8 *s, size_t n)
{
	n = tty_insert_flip_string(tty->link, (const char *)s, n);
	tty_flip_buffer_push(tty->link);
	return n;
}

static size_t pty_write_room(struct tty_struct *tty) { return tty_buffer_room(tty->link); }

/* Nothing is ever on the way: what has been written is at the other end. */
static size_t pty_chars_in_buffer(struct tty_struct *tty) { (void)tty; return 0; }

static void pty_unthrottle(struct tty_struct *tty) { tty_wakeup(tty->link); }

static void pty_flush_buffer(struct tty_struct *tty)
{
	tty_buffer_flush(tty->link);
	tty_packet_event(tty, 0, TIOCPKT_FLUSHWRITE);
}

static void pts_stop(struct tty_struct *slave) { tty_packet_event(slave, TIOCPKT_START, TIOCPKT_STOP); }
static void pts_start(struct tty_struct *slave) { tty_packet_event(slave, TIOCPKT_STOP, TIOCPKT_START); }

/* Who is at the master may handle Ctrl-S and Ctrl-Q itself as long as the slave would. */
static bool usual_flow_control(const struct ktermios *t)
{
	return t->c_iflag & IXON && t->c_cc[VSTOP] == ('S' & 0x1f) && t->c_cc[VSTART] == ('Q' & 0x1f);
}

static void pts_set_termios(struct tty_struct *slave, const struct ktermios *old)
{
	bool flow = usual_flow_control(&slave->termios);

	if (flow != usual_flow_control(old))
		tty_packet_event(slave, TIOCPKT_DOSTOP | TIOCPKT_NOSTOP, flow ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP);
	if ((old->c_lflag | slave->termios.c_lflag) & EXTPROC)
		tty_packet_event(slave, 0, TIOCPKT_IOCTL);
	slave->termios.c_cflag = (slave->termios.c_cflag & ~(u32)(CSIZE | PARENB)) | CS8 | CREAD;
}

static int pts_open(struct tty_struct *slave)
{
	struct pty *pty = slave->driver_data;

	if (slave->other_closed || pty->locked)
		return -EIO;
	set_other_closed(slave->link, false);
	return 0;
}

static void pts_close(struct tty_struct *slave) { set_other_closed(slave->link, true); }

static void get_slave(void *tty) { tty_get(tty); }

static struct tty_struct *pts_lookup(struct tty_driver *driver, u32 index, struct file *file)
{
	(void)driver;
	(void)index;
	return devpts_slave(file, get_slave) ?: ERR_PTR(-EIO);
}

/* The master's work could still wake the slave, and the slave's, now that both are silent, nobody. */
static void free_pair(struct tty_struct *slave)
{
	struct tty_struct *master = slave->link;

	cancel_work_sync(&master->work);
	free_tty(slave);
	free_tty(master);
}

static void pts_cleanup(struct tty_struct *slave)
{
	struct pty *pty = slave->driver_data;
	struct super_block *sb = pty->node->d_sb;
	u32 index = slave->index;

	free_pair(slave);
	dput(pty->node);
	kfree(pty);
	devpts_put_index(sb, index);
}

static void ptm_cleanup(struct tty_struct *master)
{
	struct tty_struct *slave = master->link;
	struct pty *pty = master->driver_data;

	devpts_remove_slave(pty->node);
	mutex_lock(&slave->lock);
	set_other_closed(slave, true);
	mutex_unlock(&slave->lock);
	tty_hangup_session(slave, false);
	tty_put(slave);
}

static int set_lock(struct tty_struct *slave, const int *user)
{
	struct pty *pty = slave->driver_data;
	int lock;

	if (get_user(lock, user))
		return -EFAULT;
	mutex_lock(&slave->lock);
	pty->locked = lock != 0;
	mutex_unlock(&slave->lock);
	return 0;
}

static int set_packet(struct tty_struct *master, const int *user)
{
	int on;

	if (get_user(on, user))
		return -EFAULT;
	if (on && !master->packet)
		tty_packet_status(master);	/* what has been is of no interest */
	WRITE_ONCE(master->packet, on != 0);
	return 0;
}

static int ptm_ioctl(struct tty_struct *master, u32 cmd, unsigned long arg)
{
	struct pty *pty = master->driver_data;
	int *user = (int *)arg;

	switch (cmd) {
	case TIOCGPTN: return put_user((int)master->index, user);
	case TIOCSPTLCK: return set_lock(master->link, user);
	case TIOCGPTLCK: return put_user((int)READ_ONCE(pty->locked), user);
	case TIOCPKT: return set_packet(master, user);
	case TIOCGPKT: return put_user((int)READ_ONCE(master->packet), user);
	case TIOCSIG:
		if (arg != SIGINT && arg != SIGQUIT && arg != SIGTSTP)
			return -EINVAL;
		tty_signal_pgrp(master->link, (int)arg);
		return 0;
	default: return -ENOIOCTLCMD;
	}
}

static const struct tty_operations pts_ops = {
	.open = pts_open, .close = pts_close, .write = pty_write, .write_room = pty_write_room,
	.chars_in_buffer = pty_chars_in_buffer, .flush_buffer = pty_flush_buffer, .set_termios = pts_set_termios,
	.stop = pts_stop, .start = pts_start, .unthrottle = pty_unthrottle,
};
static struct tty_driver pts_driver = {
	.name = "pts/", .major = 136, .num = 1u << 20, .ops = &pts_ops, .lookup = pts_lookup, .cleanup = pts_cleanup,
};

static struct tty_struct *ptm_lookup(struct tty_driver *driver, u32 index, struct file *file);

static const struct tty_operations ptm_ops = {
	.write = pty_write, .write_room = pty_write_room, .chars_in_buffer = pty_chars_in_buffer,
	.flush_buffer = pty_flush_buffer, .unthrottle = pty_unthrottle, .ioctl = ptm_ioctl,
};
static struct tty_driver ptm_driver = {
	.name = "ptm", .major = 5, .minor_start = 2, .num = 1, .ops = &ptm_ops, .lookup = ptm_lookup,
	.cleanup = ptm_cleanup, .is_master = true,
};

/* Both ends, without a name; NULL: no memory. The reference to each is the caller's. */
static struct tty_struct *alloc_pair(u32 index)
{
	struct pty *pty = kzalloc(sizeof(*pty), GFP_KERNEL);
	struct tty_struct *master = alloc_tty(&ptm_driver, index, pty), *slave = alloc_tty(&pts_driver, index, pty);

	if (!pty || !master || !slave) {
		if (master)
			free_tty(master);
		if (slave)
			free_tty(slave);
		kfree(pty);
		return NULL;
	}
	pty->locked = true;
	master->link = slave;
	slave->link = master;
	return master;
}

static struct tty_struct *ptm_lookup(struct tty_driver *driver, u32 unused, struct file *file)
{
	struct tty_struct *master;
	struct super_block *sb;
	struct path root;
	struct pty *pty;
	int index = devpts_root(file, &root), err;

	(void)driver;
	(void)unused;
	if (index < 0)
		return ERR_PTR(index);
	sb = root.mnt->mnt_sb;
	index = devpts_new_index(sb);
	path_put(&root);
	if (index < 0)
		return ERR_PTR(index);
	err = -ENOMEM;
	master = alloc_pair((u32)index);
	if (!master)
		goto put_index;
	pty = master->driver_data;
	pty->node = devpts_new_slave(sb, (u32)index, master->link);
	if (!IS_ERR(pty->node))
		return master;
	err = PTR_ERR(pty->node);
	free_pair(master->link);
	kfree(pty);
put_index:
	devpts_put_index(sb, (u32)index);
	return ERR_PTR(err);
}

long pty_open_peer(struct tty_struct *master, struct file *file, u32 flags)
{
	struct pty *pty = master->driver_data;
	struct file *slave;
	struct path path;
	int fd, err = devpts_root(file, &path);

	if (err)
		return err;
	fd = path.mnt->mnt_sb == pty->node->d_sb ? get_unused_fd_flags(flags) : -ENODEV;
	if (fd >= 0) {
		dput(path.dentry);
		path.dentry = dget(pty->node);
		slave = dentry_open(&path, (int)flags);
		if (IS_ERR(slave)) {
			put_unused_fd((u32)fd);
			fd = PTR_ERR(slave);
		} else {
			fd_install((u32)fd, slave);
		}
	}
	path_put(&path);
	return fd;
}

static int pty_init(void)
{
	pts_driver.init_termios = ptm_driver.init_termios = tty_std_termios;
	pts_driver.init_termios.c_cflag = ptm_driver.init_termios.c_cflag = B38400 | CS8 | CREAD;
	ptm_driver.init_termios.c_iflag = ptm_driver.init_termios.c_oflag = ptm_driver.init_termios.c_lflag = 0;
	return tty_register_driver(&pts_driver) ?: tty_register_driver(&ptm_driver)
		?: device_create_node("ptmx", S_IFCHR | 0666, MKDEV(5, 2)) ?: device_create_node("pts/", 0, 0);
}
device_initcall(pty_init);
