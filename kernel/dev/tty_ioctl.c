/* SPDX-License-Identifier: MIT */
/*
 * ioctl_tty(2): settings in their three layouts (struct termios, termios2, System V's termio),
 * flushing, draining, flow control, window size and queue lengths. Whatever changes the terminal
 * counts as a write: a background process is stopped by SIGTTOU first.
 */
#include "kernel/cpu/uaccess.h"
#include "kernel/dev/tty.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/ioctls.h"
#include "lib/abi/sysmacros.h"
#include "lib/string.h"

/* B50 ... B38400 are 1 ... 15; B57600 and on are CBAUDEX plus 1 ... */
static const u32 slow_rates[] = {
	0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400,
};
static const u32 fast_rates[] = {
	0, 57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000,
	2500000, 3000000, 3500000, 4000000,
};

u32 tty_termios_baud_rate(const struct ktermios *termios)
{
	u32 code = termios->c_cflag & CBAUD;

	return code & CBAUDEX ? fast_rates[code & 15] : slow_rates[code & 15];
}

/* A number of bits per second as the nearest B constant below it. */
static u32 baud_code(u32 rate)
{
	u32 i;

	for (i = ARRAY_SIZE(fast_rates) - 1; i > 0; i--)
		if (rate >= fast_rates[i])
			return CBAUDEX | i;
	for (i = ARRAY_SIZE(slow_rates) - 1; i > 0 && rate < slow_rates[i]; i--)
		;
	return i;
}

static void set_termios(struct tty_struct *tty, const struct ktermios *new)
{
	struct ktermios old;

	mutex_lock(&tty->lock);
	old = tty->termios;
	tty->termios = *new;
	n_tty_set_termios(tty, &old);
	if (tty->driver->ops->set_termios)
		tty->driver->ops->set_termios(tty, &old);
	mutex_unlock(&tty->lock);
}

static struct ktermios current_termios(struct tty_struct *tty)
{
	struct ktermios t;

	mutex_lock(&tty->lock);
	t = tty->termios;
	mutex_unlock(&tty->lock);
	return t;
}

enum layout { KTERMIOS, TERMIOS2, TERMIO };

static int user_to_termios(struct ktermios *t, const void *user, enum layout layout)
{
	struct termios2 t2;
	struct termio t1;

	switch (layout) {
	case KTERMIOS:
		return copy_from_user(t, user, sizeof(*t)) ? -EFAULT : 0;
	case TERMIOS2:
		if (copy_from_user(&t2, user, sizeof(t2)))
			return -EFAULT;
		memcpy(t, &t2, sizeof(*t));
		if ((t->c_cflag & CBAUD) == BOTHER)
			t->c_cflag = (t->c_cflag & ~(u32)CBAUD) | baud_code(t2.c_ospeed);
		return 0;
	default:
		if (copy_from_user(&t1, user, sizeof(t1)))
			return -EFAULT;
		t->c_iflag = (t->c_iflag & 0xffff0000) | t1.c_iflag;
		t->c_oflag = (t->c_oflag & 0xffff0000) | t1.c_oflag;
		t->c_cflag = (t->c_cflag & 0xffff0000) | t1.c_cflag;
		t->c_lflag = (t->c_lflag & 0xffff0000) | t1.c_lflag;
		t->c_line = t1.c_line;
		memcpy(t->c_cc, t1.c_cc, sizeof(t1.c_cc));
		return 0;
	}
}

static long termios_to_user(struct tty_struct *tty, void *user, enum layout layout)
{
	struct ktermios t = current_termios(tty);
	struct termios2 t2;
	struct termio t1;

	switch (layout) {
	case KTERMIOS:
		return copy_to_user(user, &t, sizeof(t)) ? -EFAULT : 0;
	case TERMIOS2:
		memset(&t2, 0, sizeof(t2));
		memcpy(&t2, &t, sizeof(t));
		t2.c_ispeed = t2.c_ospeed = tty_termios_baud_rate(&t);
		return copy_to_user(user, &t2, sizeof(t2)) ? -EFAULT : 0;
	default:
		memset(&t1, 0, sizeof(t1));
		t1.c_iflag = (u16)t.c_iflag;
		t1.c_oflag = (u16)t.c_oflag;
		t1.c_cflag = (u16)t.c_cflag;
		t1.c_lflag = (u16)t.c_lflag;
		t1.c_line = t.c_line;
		memcpy(t1.c_cc, t.c_cc, sizeof(t1.c_cc));
		return copy_to_user(user, &t1, sizeof(t1)) ? -EFAULT : 0;
	}
}

int tty_wait_until_sent(struct tty_struct *tty)
{
	/* The driver wakes writers when it has sent the last byte. */
	return wait_event_interruptible(&tty->write_wait, tty_chars_in_buffer(tty) == 0);
}

static void flush_input(struct tty_struct *tty)
{
	mutex_lock(&tty->lock);
	tty_buffer_flush(tty);
	n_tty_flush_input(tty);
	tty_buffer_unthrottle(tty);
	mutex_unlock(&tty->lock);
}

static void flush_output(struct tty_struct *tty)
{
	mutex_lock(&tty->lock);
	tty->ldisc.echo_tail = tty->ldisc.echo_head;
	if (tty->driver->ops->flush_buffer)
		tty->driver->ops->flush_buffer(tty);
	tty_wakeup(tty);
	mutex_unlock(&tty->lock);
}

/* when: TCSANOW, TCSADRAIN, TCSAFLUSH */
static long change_termios(struct tty_struct *tty, const void *user, enum layout layout, int when)
{
	struct ktermios t = current_termios(tty);
	int err = tty_check_change(tty, SIGTTOU) ?: user_to_termios(&t, user, layout);

	if (!err && when != TCSANOW)
		err = tty_wait_until_sent(tty);
	if (err)
		return err;
	if (when == TCSAFLUSH)
		flush_input(tty);
	set_termios(tty, &t);
	return 0;
}

static long flush(struct tty_struct *tty, unsigned long which)
{
	int err = tty_check_change(tty, SIGTTOU);

	if (err)
		return err;
	if (which > TCIOFLUSH)
		return -EINVAL;
	if (which != TCOFLUSH)
		flush_input(tty);
	if (which != TCIFLUSH)
		flush_output(tty);
	return 0;
}

static void send_cc(struct tty_struct *tty, int which)
{
	u8 c = TTY_CC(tty, which);

	if (c)
		tty->driver->ops->write(tty, &c, 1);
}

static long flow(struct tty_struct *tty, unsigned long action)
{
	int err = tty_check_change(tty, SIGTTOU);

	if (err)
		return err;
	if (action > TCION)
		return -EINVAL;
	mutex_lock(&tty->lock);
	if (action == TCIOFF || action == TCION) {
		send_cc(tty, action == TCIOFF ? VSTOP : VSTART);
	} else {
		tty->tco_stopped = action == TCOOFF;
		tty_set_stopped(tty, action == TCOOFF);
	}
	mutex_unlock(&tty->lock);
	return 0;
}

static void set_break(struct tty_struct *tty, bool on)
{
	if (tty->driver->ops->break_ctl)
		tty->driver->ops->break_ctl(tty, on);
}

static long send_break(struct tty_struct *tty, u32 milliseconds)
{
	u64 end = ktime_get() + milliseconds * NSEC_PER_MSEC;
	DECLARE_WAIT_QUEUE_HEAD(nobody);
	int err;

	if (!tty->driver->ops->break_ctl)
		return 0;
	set_break(tty, true);
	err = wait_event_interruptible_hrtimeout(&nobody, false, end);
	set_break(tty, false);
	return err == -ETIME ? 0 : -EINTR;
}

/* TCSBRK and TCSBRKP: drain, then a break for so many tenths of a second (0: none). */
static long drain_and_break(struct tty_struct *tty, u32 milliseconds)
{
	int err = tty_check_change(tty, SIGTTOU) ?: tty_wait_until_sent(tty);

	return err ?: milliseconds ? send_break(tty, milliseconds) : 0;
}

static long get_winsize(struct tty_struct *tty, void *user)
{
	struct winsize w;

	mutex_lock(&tty->lock);
	w = tty->winsize;
	mutex_unlock(&tty->lock);
	return copy_to_user(user, &w, sizeof(w)) ? -EFAULT : 0;
}

static long set_winsize(struct tty_struct *tty, const void *user)
{
	struct winsize w;
	bool changed;

	if (copy_from_user(&w, user, sizeof(w)))
		return -EFAULT;
	mutex_lock(&tty->lock);
	changed = memcmp(&w, &tty->winsize, sizeof(w)) != 0;
	tty->winsize = w;
	mutex_unlock(&tty->lock);
	if (changed)
		tty_signal_pgrp(tty, SIGWINCH);
	return 0;
}

static long input_queue_length(struct tty_struct *tty)
{
	long n;

	mutex_lock(&tty->lock);
	n = (long)n_tty_inq(tty);
	mutex_unlock(&tty->lock);
	return n;
}

static long set_exclusive(struct tty_struct *tty, bool on)
{
	mutex_lock(&tty->lock);
	tty->exclusive = on;
	mutex_unlock(&tty->lock);
	return 0;
}

static long set_local(struct tty_struct *tty, const int *user)
{
	struct ktermios t = current_termios(tty);
	int on;

	if (get_user(on, user))
		return -EFAULT;
	t.c_cflag = on ? t.c_cflag | CLOCAL : t.c_cflag & ~(u32)CLOCAL;
	set_termios(tty, &t);
	return 0;
}

static long get_modem(struct tty_struct *tty, int *user)
{
	int lines = tty->driver->ops->tiocmget ? tty->driver->ops->tiocmget(tty) : -ENOTTY;

	return lines < 0 ? lines : put_user(lines, user);
}

static long set_modem(struct tty_struct *tty, u32 cmd, const u32 *user)
{
	const u32 all = TIOCM_DTR | TIOCM_RTS;
	u32 v;

	if (!tty->driver->ops->tiocmset)
		return -ENOTTY;
	if (get_user(v, user))
		return -EFAULT;
	v &= all;
	return tty->driver->ops->tiocmset(tty, cmd == TIOCMBIC ? 0 : v, cmd == TIOCMBIC ? v : cmd == TIOCMSET ? all & ~v : 0);
}

static long set_ldisc(const int *user)
{
	int disc;

	if (get_user(disc, user))
		return -EFAULT;
	return disc == N_TTY ? 0 : -EINVAL;
}

static long termios_ioctl(struct tty_struct *tty, u32 cmd, void *user)
{
	switch (cmd) {
	case TCGETS: return termios_to_user(tty, user, KTERMIOS);
	case TCSETS: return change_termios(tty, user, KTERMIOS, TCSANOW);
	case TCSETSW: return change_termios(tty, user, KTERMIOS, TCSADRAIN);
	case TCSETSF: return change_termios(tty, user, KTERMIOS, TCSAFLUSH);
	case TCGETS2: return termios_to_user(tty, user, TERMIOS2);
	case TCSETS2: return change_termios(tty, user, TERMIOS2, TCSANOW);
	case TCSETSW2: return change_termios(tty, user, TERMIOS2, TCSADRAIN);
	case TCSETSF2: return change_termios(tty, user, TERMIOS2, TCSAFLUSH);
	case TCGETA: return termios_to_user(tty, user, TERMIO);
	case TCSETA: return change_termios(tty, user, TERMIO, TCSANOW);
	case TCSETAW: return change_termios(tty, user, TERMIO, TCSADRAIN);
	case TCSETAF: return change_termios(tty, user, TERMIO, TCSAFLUSH);
	case TIOCGSOFTCAR: return put_user((int)!!(current_termios(tty).c_cflag & CLOCAL), (int *)user);
	case TIOCSSOFTCAR: return set_local(tty, user);
	default: return -ENOIOCTLCMD;
	}
}

static long line_ioctl(struct tty_struct *tty, struct file *file, u32 cmd, unsigned long arg)
{
	void *user = (void *)arg;

	switch (cmd) {
	case TCSBRK: return drain_and_break(tty, arg ? 0 : 250);
	case TCSBRKP: return drain_and_break(tty, arg ? min((u32)arg, 100u) * 100 : 250);
	case TIOCSBRK:
	case TIOCCBRK: return set_break(tty, cmd == TIOCSBRK), 0;
	case TCXONC: return flow(tty, arg);
	case TCFLSH: return flush(tty, arg);
	case FIONREAD: return put_user((int)input_queue_length(tty), (int *)user);
	case TIOCOUTQ: return put_user((int)tty_chars_in_buffer(tty), (int *)user);
	case TIOCGWINSZ: return get_winsize(real_tty(tty), user);
	case TIOCSWINSZ: return set_winsize(real_tty(tty), user);
	case TIOCEXCL:
	case TIOCNXCL: return set_exclusive(tty, cmd == TIOCEXCL);
	case TIOCGETD: return put_user(N_TTY, (int *)user);
	case TIOCSETD: return set_ldisc(user);
	case TIOCGDEV: return put_user(new_encode_dev(tty_devnum(real_tty(tty))), (u32 *)user);
	case TIOCGPTPEER: return tty->driver->is_master ? pty_open_peer(tty, file, (u32)arg) : -EIO;
	case TIOCMGET: return get_modem(tty, user);
	case TIOCMSET:
	case TIOCMBIS:
	case TIOCMBIC: return set_modem(tty, cmd, user);
	/* Faking somebody's input: refused, as by Linux since 6.2. */
	case TIOCSTI: return -EIO;
	default: return -ENOIOCTLCMD;
	}
}

long tty_ioctl(struct file *file, u32 cmd, unsigned long arg)
{
	struct tty_struct *tty = file->private_data;
	long ret = tty_jobctrl_ioctl(tty, file, cmd, arg);

	if (ret == -ENOIOCTLCMD)
		ret = termios_ioctl(real_tty(tty), cmd, (void *)arg);
	if (ret == -ENOIOCTLCMD)
		ret = line_ioctl(tty, file, cmd, arg);
	if (ret == -ENOIOCTLCMD && tty->driver->ops->ioctl)
		ret = tty->driver->ops->ioctl(tty, cmd, arg);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}
