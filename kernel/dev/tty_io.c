/* SPDX-License-Identifier: MIT */
/*
 * Terminals as files: the table of drivers, open, close, read, write, poll, and hanging up.
 *
 * A tty_struct of a real device lives as long as the kernel, that of a pseudo-terminal as long as
 * somebody uses it (pty.c). An open file points to it and remembers, in f_version, how many hang-ups
 * it had seen when the file was opened: a hang-up makes all older files dead at one stroke (reads
 * give end of file, everything else EIO) without a list of them. /dev/console is exempt, as
 * process 1 could not speak otherwise.
 *
 * The idea to take away: one kind of file with three names for "whatever terminal is meant"
 * (/dev/tty: my session's, /dev/console: the system's, /dev/tty0: the screen in front).
 */
#include "fs/chrdev.h"
#include "kernel/dev/tty.h"
#include "kernel/init.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctls.h"
#include "lib/abi/sysmacros.h"
#include "lib/err.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab.h"

#define TTY_MAJOR 4
#define TTYAUX_MAJOR 5

static LIST_HEAD(tty_drivers);
static DEFINE_SPINLOCK(tty_drivers_lock);	/* the list; a driver is never removed */

#define CTRL(c) ((c) & 0x1f)
const struct ktermios tty_std_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = {
		[VINTR] = CTRL('C'), [VQUIT] = CTRL('\\'), [VERASE] = 0x7f, [VKILL] = CTRL('U'),
		[VEOF] = CTRL('D'), [VMIN] = 1, [VSTART] = CTRL('Q'), [VSTOP] = CTRL('S'),
		[VSUSP] = CTRL('Z'), [VREPRINT] = CTRL('R'), [VDISCARD] = CTRL('O'),
		[VWERASE] = CTRL('W'), [VLNEXT] = CTRL('V'),
	},
};

/* What came in goes through the line discipline, and echo that had to wait goes out. */
static void process_input(struct tty_struct *tty)
{
	mutex_lock(&tty->lock);
	n_tty_receive(tty);
	n_tty_flush_echo(tty);
	tty_buffer_unthrottle(tty);
	mutex_unlock(&tty->lock);
}

static void tty_work(struct work_struct *work) { process_input(container_of(work, struct tty_struct, work)); }

void tty_run_work(struct tty_struct *tty)
{
	if (!tty_buffer_empty(tty))
		process_input(tty);
}

struct tty_struct *alloc_tty(struct tty_driver *driver, u32 index, void *driver_data)
{
	struct tty_struct *tty = kzalloc(sizeof(*tty), GFP_KERNEL);

	if (!tty)
		return NULL;
	atomic_set(&tty->ref, 1);
	tty->driver = driver;
	tty->index = index;
	tty->driver_data = driver_data;
	mutex_init(&tty->lock);
	mutex_init(&tty->read_lock);
	mutex_init(&tty->write_lock);
	spin_lock_init(&tty->input.lock);
	init_waitqueue_head(&tty->read_wait);
	init_waitqueue_head(&tty->write_wait);
	INIT_WORK(&tty->work, tty_work);
	tty->termios = driver->init_termios;
	n_tty_open(tty);
	return tty;
}

void tty_put(struct tty_struct *tty)
{
	if (atomic_dec_and_test(&tty->ref))
		tty->driver->cleanup(tty);
}

void free_tty(struct tty_struct *tty)
{
	cancel_work_sync(&tty->work);
	kfree(tty);
}

u32 tty_devnum(struct tty_struct *tty) { return MKDEV(tty->driver->major, tty->driver->minor_start + tty->index); }
int tty_foreground_pgrp(struct tty_struct *tty) { return READ_ONCE(tty->pgrp) ?: -1; }

const char *tty_name(const struct tty_struct *tty, char *buf, size_t n)
{
	snprintf(buf, n, "%s%u", tty->driver->name, tty->driver->name_base + tty->index);
	return buf;
}

void tty_wakeup(struct tty_struct *tty)
{
	wake_up_poll(&tty->write_wait, POLLOUT | POLLWRNORM);
	if (READ_ONCE(tty->ldisc.echo_head) != READ_ONCE(tty->ldisc.echo_tail))
		schedule_work(&tty->work);
}

size_t tty_write_room(struct tty_struct *tty)
{
	return READ_ONCE(tty->stopped) ? 0 : tty->driver->ops->write_room(tty);
}

size_t tty_chars_in_buffer(struct tty_struct *tty) { return tty->driver->ops->chars_in_buffer(tty); }

void tty_set_stopped(struct tty_struct *tty, bool stop)
{
	void (*op)(struct tty_struct *) = stop ? tty->driver->ops->stop : tty->driver->ops->start;

	if (tty->stopped == stop)
		return;
	WRITE_ONCE(tty->stopped, stop);
	if (op)
		op(tty);
	if (!stop)
		tty_wakeup(tty);
}

static struct tty_driver *find_driver(dev_t dev)
{
	struct tty_driver *driver, *found = NULL;

	spin_lock(&tty_drivers_lock);
	list_for_each_entry(driver, &tty_drivers, list)
		if (MAJOR(dev) == driver->major && MINOR(dev) - driver->minor_start < driver->num)
			found = driver;
	spin_unlock(&tty_drivers_lock);
	return found;
}

/* With a reference, or ERR_PTR. *may_control: opening this name can give a session its terminal. */
static struct tty_struct *tty_lookup(dev_t dev, struct file *file, bool *may_control)
{
	struct tty_driver *driver;
	struct tty_struct *tty;
	u32 index;

	*may_control = false;
	if (dev == MKDEV(TTYAUX_MAJOR, 0))
		return get_current_tty() ?: ERR_PTR(-ENXIO);
	if (dev == MKDEV(TTYAUX_MAJOR, 1))
		return console_tty() ?: ERR_PTR(-ENODEV);
	if (dev == MKDEV(TTY_MAJOR, 0))
		dev = MKDEV(TTY_MAJOR, 1);		/* the screen in front: there is one */
	else
		*may_control = true;
	driver = find_driver(dev);
	if (!driver)
		return ERR_PTR(-ENXIO);
	index = MINOR(dev) - driver->minor_start;
	if (driver->lookup)
		return driver->lookup(driver, index, file);
	tty = driver->ttys[index];
	return tty ? tty_get(tty) : ERR_PTR(-ENXIO);
}

/* The file belongs to the time before the next hang-up: that is settled under the lock that a hang-up takes. */
static int tty_count_open(struct tty_struct *tty, struct file *file)
{
	const struct tty_operations *ops = tty->driver->ops;
	int err = 0;

	mutex_lock(&tty->lock);
	if (tty->exclusive && !capable(CAP_SYS_ADMIN))
		err = -EBUSY;
	else if (ops->open)
		err = ops->open(tty);
	if (!err)
		tty->count++;
	file->private_data = tty;
	file->f_version = tty->hangups;
	mutex_unlock(&tty->lock);
	return err;
}

static int tty_open(struct inode *inode, struct file *file)
{
	bool may_control;
	struct tty_struct *tty = tty_lookup(inode->i_rdev, file, &may_control);
	int err;

	if (IS_ERR(tty))
		return PTR_ERR(tty);
	err = tty_count_open(tty, file);
	if (err) {
		tty_put(tty);
		return err;
	}
	stream_open(inode, file);
	if (may_control && !tty->driver->is_master && !(file->f_flags & O_NOCTTY))
		tty_open_proc_set_tty(file, tty);
	return 0;
}

/*
 * The next to open it finds neither old input nor output that is stopped. A pseudo-terminal stays as it is: its
 * master has not gone. lock held.
 */
static void last_close(struct tty_struct *tty)
{
	if (tty->driver->ops->close)
		tty->driver->ops->close(tty);
	if (tty->link)
		return;
	tty_buffer_flush(tty);
	n_tty_flush_input(tty);
	tty->exclusive = tty->tco_stopped = false;
	tty_set_stopped(tty, false);
	if (tty->driver->reset_termios)
		tty->termios = tty->driver->init_termios;
}

static int tty_release(struct inode *inode, struct file *file)
{
	struct tty_struct *tty = file->private_data;

	(void)inode;
	mutex_lock(&tty->lock);
	if (--tty->count == 0)
		last_close(tty);
	mutex_unlock(&tty->lock);
	tty_put(tty);
	return 0;
}

bool tty_hung_up(struct file *file)
{
	struct tty_struct *tty = file->private_data;

	return (u32)file->f_version != READ_ONCE(tty->hangups) && !tty_is_console_file(file);
}

static ssize_t tty_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	(void)pos;
	return tty_hung_up(file) ? 0 : n_tty_read(file->private_data, file, to);
}

static ssize_t tty_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	(void)pos;
	return tty_hung_up(file) ? -EIO : n_tty_write(file->private_data, file, from);
}

static u32 tty_poll(struct file *file, poll_table *wait)
{
	if (tty_hung_up(file))
		return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;
	return n_tty_poll(file->private_data, file, wait);
}

static long tty_file_ioctl(struct file *file, u32 cmd, unsigned long arg)
{
	if (tty_hung_up(file))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	return tty_ioctl(file, cmd, arg);
}

static const struct file_operations tty_fops = {
	.read = tty_read, .write = tty_write, .poll = tty_poll, .ioctl = tty_file_ioctl,
	.open = tty_open, .release = tty_release,
};

/* The same by another address: how a file is known to have been opened as /dev/console. */
static const struct file_operations console_fops = {
	.read = tty_read, .write = tty_write, .poll = tty_poll, .ioctl = tty_file_ioctl,
	.open = tty_open, .release = tty_release,
};

bool tty_is_console_file(struct file *file) { return file->f_op == &console_fops; }

void tty_hangup(struct tty_struct *tty)
{
	mutex_lock(&tty->lock);
	WRITE_ONCE(tty->hangups, tty->hangups + 1);
	tty_buffer_flush(tty);
	n_tty_flush_input(tty);
	tty->ldisc.echo_tail = tty->ldisc.echo_head;
	tty->tco_stopped = false;
	tty_set_stopped(tty, false);		/* last words may still go out */
	if (tty->driver->reset_termios)
		tty->termios = tty->driver->init_termios;
	if (tty->driver->ops->hangup)
		tty->driver->ops->hangup(tty);
	mutex_unlock(&tty->lock);
	wake_up_all(&tty->read_wait);
	wake_up_all(&tty->write_wait);
}

static int make_nodes(struct tty_driver *driver)
{
	char name[24];

	for (u32 i = 0; driver->ttys && i < driver->num; i++) {
		int err;

		if (!driver->ttys[i])
			continue;
		err = device_create_node(tty_name(driver->ttys[i], name, sizeof(name)), S_IFCHR | 0600,
					 MKDEV(driver->major, driver->minor_start + i));
		if (err)
			return err;
	}
	return 0;
}

int tty_register_driver(struct tty_driver *driver)
{
	int err = register_chrdev(driver->major, driver->minor_start, driver->num, driver->name, &tty_fops);

	if (err)
		return err;
	spin_lock(&tty_drivers_lock);
	list_add_tail(&driver->list, &tty_drivers);
	spin_unlock(&tty_drivers_lock);
	return make_nodes(driver);
}

static int tty_init(void)
{
	int err = register_chrdev(TTYAUX_MAJOR, 0, 1, "/dev/tty", &tty_fops)
		?: register_chrdev(TTYAUX_MAJOR, 1, 1, "/dev/console", &console_fops)
		?: register_chrdev(TTY_MAJOR, 0, 1, "/dev/vc/0", &tty_fops)
		?: device_create_node("tty", S_IFCHR | 0666, MKDEV(TTYAUX_MAJOR, 0))
		?: device_create_node("console", S_IFCHR | 0600, MKDEV(TTYAUX_MAJOR, 1));

	return err ?: device_create_node("tty0", S_IFCHR | 0600, MKDEV(TTY_MAJOR, 0));
}
device_initcall(tty_init);
