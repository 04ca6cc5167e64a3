/* SPDX-License-Identifier: MIT */
/*
 * The line discipline, output side: OPOST (newlines, tabs, the cursor's column) on the way to the
 * driver, for what programs write and for echo.
 *
 * A write sleeps when the driver has no room or output is stopped (Ctrl-S). Echo must never sleep,
 * or nobody would be there to see the Ctrl-Q: what finds no room waits in the echo ring and goes out
 * before the next output. tty->lock is held for a chunk at a time, so echo and output of several
 * writers mix only between chunks; write_lock keeps one write(2) whole.
 */
#include "kernel/dev/tty.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

/* What one byte becomes. Returns the number of bytes in out, and moves the column. */
static size_t post_process(struct tty_struct *tty, u8 c, u8 out[TTY_MIN_ROOM])
{
	struct n_tty_data *ld = &tty->ldisc;
	size_t spaces;

	out[0] = c;
	if (!O_FLAG(tty, OPOST))
		return 1;
	switch (c) {
	case '\n':
		if (O_FLAG(tty, ONLRET))
			ld->column = 0;
		if (!O_FLAG(tty, ONLCR))
			return 1;
		ld->column = 0;
		out[0] = '\r';
		out[1] = '\n';
		return 2;
	case '\r':
		if (O_FLAG(tty, ONOCR) && ld->column == 0)
			return 0;
		if (O_FLAG(tty, OCRNL)) {
			out[0] = '\n';
			if (O_FLAG(tty, ONLRET))
				ld->column = 0;
			return 1;
		}
		ld->column = 0;
		return 1;
	case '\t':
		spaces = 8 - (ld->column & 7);
		ld->column += spaces;
		if (O_FLAG(tty, TABDLY) != XTABS)
			return 1;
		memset(out, ' ', spaces);
		return spaces;
	case '\b':
		if (ld->column > 0)
			ld->column--;
		return 1;
	default:
		if (c < ' ' || c == 0x7f)
			return 1;
		if (O_FLAG(tty, OLCUC))
			out[0] = (u8)toupper(c);
		if (!(I_FLAG(tty, IUTF8) && (c & 0xc0) == 0x80))
			ld->column++;
		return 1;
	}
}

/* As many bytes as the driver has room for, in batches; returns how many of s. lock held. */
static size_t output(struct tty_struct *tty, const u8 *s, size_t n)
{
	u8 batch[128];
	size_t done = 0, room = tty_write_room(tty);

	while (done < n) {
		size_t used = 0;

		while (done < n && used + TTY_MIN_ROOM <= min(room, sizeof(batch)))
			used += post_process(tty, s[done++], batch + used);
		if (!used)
			break;
		tty->driver->ops->write(tty, batch, used);
		room -= used;
	}
	return done;
}

void n_tty_flush_echo(struct tty_struct *tty)
{
	struct n_tty_data *ld = &tty->ldisc;

	while (ld->echo_tail != ld->echo_head) {
		u32 at = ld->echo_tail % TTY_ECHO_SIZE;
		u32 n = min(ld->echo_head - ld->echo_tail, TTY_ECHO_SIZE - at);
		size_t done = output(tty, ld->echo + at, n);

		ld->echo_tail += (u32)done;
		if (done < n)
			return;
	}
}

/* Echo that does not even fit its ring is lost: somebody types into a stopped terminal. */
void n_tty_echo(struct tty_struct *tty, const char *s, size_t n)
{
	struct n_tty_data *ld = &tty->ldisc;

	for (size_t i = 0; i < n && ld->echo_head - ld->echo_tail < TTY_ECHO_SIZE; i++)
		ld->echo[ld->echo_head++ % TTY_ECHO_SIZE] = (u8)s[i];
	n_tty_flush_echo(tty);
}

static size_t output_chunk(struct tty_struct *tty, const u8 *s, size_t n)
{
	size_t done = 0;

	mutex_lock(&tty->lock);
	n_tty_flush_echo(tty);
	if (tty->ldisc.echo_tail == tty->ldisc.echo_head)
		done = output(tty, s, n);
	mutex_unlock(&tty->lock);
	return done;
}

/* Room for one byte, whatever OPOST makes of it. */
static bool can_write(struct tty_struct *tty) { return tty_write_room(tty) >= TTY_MIN_ROOM; }

static int wait_for_room(struct tty_struct *tty, struct file *file)
{
	if (file->f_flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(&tty->write_wait, can_write(tty) || tty_hung_up(file));
}

/* All n bytes of s; *done counts. 0 or errno. */
static int write_chunk(struct tty_struct *tty, struct file *file, const u8 *s, size_t n, size_t *done)
{
	size_t sent = 0;
	int err = 0;

	while (!err) {
		if (tty_hung_up(file)) {
			err = -EIO;
			break;
		}
		sent += output_chunk(tty, s + sent, n - sent);
		if (sent == n)
			break;
		err = wait_for_room(tty, file);
	}
	*done += sent;
	return err;
}

ssize_t n_tty_write(struct tty_struct *tty, struct file *file, struct iov_iter *from)
{
	u8 chunk[256];
	size_t done = 0;
	int err = 0;

	if (L_FLAG(tty, TOSTOP) && !tty_is_console_file(file))
		err = tty_check_change(tty, SIGTTOU);
	if (err)
		return err;
	if (file->f_flags & O_NONBLOCK) {
		if (!mutex_trylock(&tty->write_lock))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&tty->write_lock)) {
		return -ERESTARTSYS;
	}
	while (!err && iov_iter_count(from)) {
		size_t n = min(sizeof(chunk), iov_iter_count(from));

		err = copy_from_iter(chunk, n, from) == n ? write_chunk(tty, file, chunk, n, &done) : -EFAULT;
		if (!err && signal_pending(current) && iov_iter_count(from))
			err = -ERESTARTSYS;
	}
	mutex_unlock(&tty->write_lock);
	return done ? (ssize_t)done : err;
}
