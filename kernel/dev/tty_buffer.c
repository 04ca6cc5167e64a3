/* SPDX-License-Identifier: MIT */
/*
 * The ring between a terminal's interrupt handler and the line discipline. The handler only puts
 * bytes in and asks for the worker; all that takes time or other locks (echo, editing, signals to
 * process groups) happens there. When the ring is full the driver stops taking bytes from the
 * device, which is how the pressure reaches the sender, and is told when there is room again.
 */
#include "kernel/dev/tty.h"

static u32 ring_room(const struct tty_input *in) { return TTY_INPUT_SIZE - (in->head - in->tail); }

/* input.lock held. */
static bool insert(struct tty_input *in, u8 c, enum tty_flag flag)
{
	if (!ring_room(in)) {
		in->throttled = true;
		return false;
	}
	in->ring[in->head++ % TTY_INPUT_SIZE] = (u16)(flag << 8 | c);
	return true;
}

bool tty_insert_flip_char(struct tty_struct *tty, u8 c, enum tty_flag flag)
{
	struct tty_input *in = &tty->input;
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&in->lock, flags);
	done = insert(in, c, flag);
	spin_unlock_irqrestore(&in->lock, flags);
	return done;
}

size_t tty_insert_flip_string(struct tty_struct *tty, const char *s, size_t n)
{
	unsigned long flags;
	size_t i = 0;

	spin_lock_irqsave(&tty->input.lock, flags);
	while (i < n && insert(&tty->input, (u8)s[i], TTY_NORMAL))
		i++;
	spin_unlock_irqrestore(&tty->input.lock, flags);
	return i;
}

void tty_flip_buffer_push(struct tty_struct *tty) { schedule_work(&tty->work); }

size_t tty_buffer_room(struct tty_struct *tty)
{
	struct tty_input *in = &tty->input;
	unsigned long flags;
	size_t room;

	spin_lock_irqsave(&in->lock, flags);
	room = ring_room(in);
	in->throttled |= room < TTY_MIN_ROOM;
	spin_unlock_irqrestore(&in->lock, flags);
	return room;
}

bool tty_buffer_empty(struct tty_struct *tty) { return READ_ONCE(tty->input.head) == READ_ONCE(tty->input.tail); }

bool tty_buffer_get(struct tty_struct *tty, u8 *c, enum tty_flag *flag)
{
	struct tty_input *in = &tty->input;
	unsigned long flags;
	bool some;

	spin_lock_irqsave(&in->lock, flags);
	some = in->head != in->tail;
	if (some) {
		u16 entry = in->ring[in->tail++ % TTY_INPUT_SIZE];

		*c = (u8)entry;
		*flag = entry >> 8;
	}
	spin_unlock_irqrestore(&in->lock, flags);
	return some;
}

void tty_buffer_flush(struct tty_struct *tty)
{
	unsigned long flags;

	spin_lock_irqsave(&tty->input.lock, flags);
	tty->input.tail = tty->input.head;
	spin_unlock_irqrestore(&tty->input.lock, flags);
}

void tty_buffer_unthrottle(struct tty_struct *tty)
{
	struct tty_input *in = &tty->input;
	unsigned long flags;
	bool wake;

	spin_lock_irqsave(&in->lock, flags);
	wake = in->throttled && ring_room(in);
	if (wake)
		in->throttled = false;
	spin_unlock_irqrestore(&in->lock, flags);
	if (wake && tty->driver->ops->unthrottle)
		tty->driver->ops->unthrottle(tty);
}
