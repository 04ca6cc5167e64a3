/* SPDX-License-Identifier: MIT */
/*
 * The line discipline, the reader's side: read(2), poll(2) and FIONREAD.
 *
 * In canonical mode a read gets (a part of) one line; in raw mode VMIN and VTIME say when it is
 * content (termios(3), "Canonical and noncanonical mode"). One reader at a time, by read_lock, which
 * it keeps while it sleeps; tty->lock is held only to take a piece out of the buffer, never while
 * user memory is touched or while waiting.
 *
 * Before a reader finds that there is nothing, it does the worker's job: what has been written to the other end of a
 * pseudo-terminal is there for a read that does not wait.
 */
#include "kernel/dev/tty.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/errno.h"
#include "lib/bitmap.h"

/* Up to max bytes of the first line; *complete if its end was reached. lock held. */
static size_t take_line(struct n_tty_data *ld, u8 *to, size_t max, bool *complete)
{
	size_t n = 0;

	while (ld->read_tail != ld->canon_head) {
		u32 at = N_TTY_POS(ld->read_tail);
		bool end = __test_bit(at, ld->line_end);

		/* An end of file behind the last byte that fits goes along: it is no line of its own. */
		if (end && __test_bit(at, ld->eof)) {
			ld->read_tail++;
			*complete = true;
			break;
		}
		if (n == max)
			break;
		to[n++] = ld->read_buf[at];
		ld->read_tail++;
		if (end) {
			*complete = true;
			break;
		}
	}
	return n;
}

static size_t take_raw(struct n_tty_data *ld, u8 *to, size_t max)
{
	size_t n = 0;

	while (n < max && ld->read_tail != ld->read_head)
		to[n++] = ld->read_buf[N_TTY_POS(ld->read_tail++)];
	return n;
}

/* All that is there now and fits; bytes or -EFAULT. */
static ssize_t copy_available(struct tty_struct *tty, struct iov_iter *to, bool *complete)
{
	u8 chunk[128];
	size_t n, total = 0;

	if (!n_tty_input_available(tty, 1))
		tty_run_work(tty);
	do {
		size_t max = min(sizeof(chunk), iov_iter_count(to));

		mutex_lock(&tty->lock);
		n = L_FLAG(tty, ICANON) ? take_line(&tty->ldisc, chunk, max, complete)
			: take_raw(&tty->ldisc, chunk, max);
		mutex_unlock(&tty->lock);
		if (copy_to_iter(chunk, n, to) != n)
			return -EFAULT;
		total += n;
	} while (n && !*complete && iov_iter_count(to));
	/* What the ring has held back can go on. */
	if (!tty_buffer_empty(tty))
		schedule_work(&tty->work);
	return (ssize_t)total;
}

/* Has the other end changed something that this one is to hear of? */
static bool packet_pending(struct tty_struct *tty) { return READ_ONCE(tty->packet) && READ_ONCE(tty->link->pktstatus); }

static bool worth_waking(struct tty_struct *tty, struct file *file)
{
	return n_tty_input_available(tty, 1) || tty_hung_up(file) || READ_ONCE(tty->other_closed) || packet_pending(tty);
}

static int wait_for_input(struct tty_struct *tty, struct file *file, u64 deadline)
{
	return wait_event_interruptible_hrtimeout(&tty->read_wait, worth_waking(tty, file), deadline);
}

/*
 * In packet mode (TIOCPKT) a read gives one byte that says what has changed, or a zero and then data. Bytes, 0 if
 * there is neither, or -EFAULT.
 */
static ssize_t read_packet(struct tty_struct *tty, struct iov_iter *to)
{
	u8 status = tty_packet_status(tty);
	bool complete;
	ssize_t n;

	if (!status)
		tty_run_work(tty);
	if (!status && !n_tty_input_available(tty, 1))
		return 0;
	if (copy_to_iter(&status, 1, to) != 1)
		return -EFAULT;
	if (status != TIOCPKT_DATA || !iov_iter_count(to))
		return 1;
	n = copy_available(tty, to, &complete);
	return n < 0 ? n : n + 1;
}

/* Is a raw read with this many bytes content? */
static bool raw_read_done(struct tty_struct *tty, size_t done)
{
	if (TTY_CC(tty, VMIN))
		return done >= TTY_CC(tty, VMIN);
	return done || !TTY_CC(tty, VTIME);
}

static ssize_t read_locked(struct tty_struct *tty, struct file *file, struct iov_iter *to)
{
	u64 deadline = KTIME_MAX;
	size_t done = 0;
	bool first = true;

	for (;;) {
		bool complete = false;
		u64 vtime = TTY_CC(tty, VTIME) * 100 * NSEC_PER_MSEC;
		/* Looked at first: what was written before the other end closed is still read. */
		bool closed = READ_ONCE(tty->other_closed);
		ssize_t n = READ_ONCE(tty->packet) ? read_packet(tty, to) : copy_available(tty, to, &complete);
		int err = 0;

		if (n < 0)
			return done ? (ssize_t)done : n;
		done += (size_t)n;
		if (complete || !iov_iter_count(to) || (!L_FLAG(tty, ICANON) && raw_read_done(tty, done)))
			return (ssize_t)done;
		/* VTIME counts from the call if VMIN is 0, else from the last byte on. */
		if (!L_FLAG(tty, ICANON) && vtime && (TTY_CC(tty, VMIN) ? n > 0 : first))
			deadline = ktime_get() + vtime;
		first = false;
		if (!closed && tty_hung_up(file))
			return (ssize_t)done;
		if (closed)
			err = -EIO;
		else if (file->f_flags & O_NONBLOCK)
			err = -EAGAIN;
		else
			err = wait_for_input(tty, file, deadline);
		if (err == -ETIME)
			return (ssize_t)done;
		if (err)
			return done ? (ssize_t)done : err;
	}
}

ssize_t n_tty_read(struct tty_struct *tty, struct file *file, struct iov_iter *to)
{
	ssize_t ret = tty_is_console_file(file) ? 0 : tty_check_change(tty, SIGTTIN);

	if (ret)
		return ret;
	if (!iov_iter_count(to))
		return 0;
	if (file->f_flags & O_NONBLOCK) {
		if (!mutex_trylock(&tty->read_lock))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&tty->read_lock)) {
		return -ERESTARTSYS;
	}
	ret = read_locked(tty, file, to);
	mutex_unlock(&tty->read_lock);
	return ret;
}

u32 n_tty_poll(struct tty_struct *tty, struct file *file, poll_table *wait)
{
	u32 min_bytes = TTY_CC(tty, VMIN) && !TTY_CC(tty, VTIME) ? TTY_CC(tty, VMIN) : 1, mask = 0;

	poll_wait(file, &tty->read_wait, wait);
	poll_wait(file, &tty->write_wait, wait);
	if (!n_tty_input_available(tty, min_bytes))
		tty_run_work(tty);
	if (n_tty_input_available(tty, min_bytes))
		mask |= POLLIN | POLLRDNORM;
	if (packet_pending(tty))
		mask |= POLLPRI | POLLIN | POLLRDNORM;
	if (tty_hung_up(file) || READ_ONCE(tty->other_closed))
		mask |= POLLHUP;
	if (tty_write_room(tty) >= TTY_MIN_ROOM)
		mask |= POLLOUT | POLLWRNORM;
	return mask;
}

size_t n_tty_inq(struct tty_struct *tty)
{
	struct n_tty_data *ld = &tty->ldisc;
	size_t n = 0;

	if (!L_FLAG(tty, ICANON))
		return n_tty_read_cnt(ld);
	for (u32 i = ld->read_tail; i != ld->canon_head; i++)
		n += !__test_bit(N_TTY_POS(i), ld->eof);
	return n;
}
