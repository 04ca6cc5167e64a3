/* SPDX-License-Identifier: MIT */
/*
 * The line discipline, input side: from the bytes of a keyboard to lines.
 *
 * Every byte passes, in this order: mapping (ISTRIP, ICRNL, ...), flow control (IXON), signals
 * (ISIG), editing (ICANON), echo. In canonical mode bytes lie behind canon_head, where they can be
 * erased, until a line ends; then canon_head moves behind them and a reader may have them. line_end
 * marks where each line stops; an end of file (VEOF) is a line end that is itself not read, so
 * that VEOF on an empty line makes a read of no bytes. In raw mode everything is there at once.
 * The readers are in n_tty_read.c.
 *
 * tty->lock guards it all. Source: termios(3), POSIX chapter 11.
 */
#include "kernel/dev/tty.h"
#include "kernel/task/task.h"
#include "lib/bitmap.h"
#include "lib/string.h"

#define _POSIX_VDISABLE 0

static bool iscntrl(u8 c) { return c < ' ' || c == 0x7f; }
static u8 buf_at(const struct n_tty_data *ld, u32 i) { return ld->read_buf[N_TTY_POS(i)]; }
static bool is_cc(struct tty_struct *tty, int which, u8 c) { return c == TTY_CC(tty, which) && c != _POSIX_VDISABLE; }
static bool is_extended(struct tty_struct *tty, int which, u8 c) { return L_FLAG(tty, IEXTEN) && is_cc(tty, which, c); }

/* A byte of a UTF-8 character that is not its first: has no width and is not erased alone. */
static bool is_continuation(struct tty_struct *tty, u8 c) { return I_FLAG(tty, IUTF8) && (c & 0xc0) == 0x80; }

void n_tty_open(struct tty_struct *tty)
{
	memset(&tty->ldisc, 0, sizeof(tty->ldisc));
}

static void echo_raw(struct tty_struct *tty, char c) { n_tty_echo(tty, &c, 1); }

/* Control characters show as ^X, the tab and the newline as themselves. */
static void echo_char(struct tty_struct *tty, u8 c)
{
	char text[2] = { '^', (char)(c ^ 0100) };

	if (L_FLAG(tty, ECHOCTL) && iscntrl(c) && c != '\t')
		n_tty_echo(tty, text, 2);
	else
		echo_raw(tty, (char)c);
}

static void finish_erasing(struct tty_struct *tty)
{
	if (tty->ldisc.erasing)
		echo_raw(tty, '/');
	tty->ldisc.erasing = false;
}

static void note_start_column(struct tty_struct *tty)
{
	struct n_tty_data *ld = &tty->ldisc;

	if (ld->canon_head == ld->read_head)
		ld->canon_column = ld->column;
}

static void echo_input(struct tty_struct *tty, u8 c)
{
	if (!L_FLAG(tty, ECHO))
		return;
	finish_erasing(tty);
	note_start_column(tty);
	if (c == '\n')
		echo_raw(tty, '\n');
	else
		echo_char(tty, c);
}

/* Where the cursor is after the edited line up to position end: what is erased is as wide as it was drawn. */
static u32 column_at(struct tty_struct *tty, u32 end)
{
	struct n_tty_data *ld = &tty->ldisc;
	u32 column = ld->canon_column;

	for (u32 i = ld->canon_head; i != end; i++) {
		u8 c = buf_at(ld, i);

		if (c == '\t')
			column = (column | 7) + 1;
		else if (iscntrl(c))
			column += L_FLAG(tty, ECHOCTL) ? 2 : 0;
		else if (!is_continuation(tty, c))
			column++;
	}
	return column;
}

static void echo_erased(struct tty_struct *tty, u32 from, u32 to)
{
	struct n_tty_data *ld = &tty->ldisc;
	u32 width;

	if (L_FLAG(tty, ECHOPRT)) {
		if (!ld->erasing)
			echo_raw(tty, '\\');
		ld->erasing = true;
		for (u32 i = from; i != to; i++)
			echo_char(tty, buf_at(ld, i));
		return;
	}
	for (width = column_at(tty, to) - column_at(tty, from); width; width--) {
		if (buf_at(ld, from) == '\t')
			echo_raw(tty, '\b');
		else
			n_tty_echo(tty, "\b \b", 3);
	}
}

/* The character before the end of the line begins here; line end if there is but a part of one. */
static u32 previous_char(struct tty_struct *tty)
{
	struct n_tty_data *ld = &tty->ldisc;
	u32 i = ld->read_head;

	do {
		i--;
	} while (is_continuation(tty, buf_at(ld, i)) && i != ld->canon_head);
	return is_continuation(tty, buf_at(ld, i)) ? ld->read_head : i;
}

static void erase_one(struct tty_struct *tty, u32 from)
{
	struct n_tty_data *ld = &tty->ldisc;

	if (L_FLAG(tty, ECHO))
		echo_erased(tty, from, ld->read_head);
	ld->read_head = from;
}

static bool is_word_char(u8 c) { return isdigit(c) || isupper(c) || islower(c) || c == '_'; }

static void erase_word(struct tty_struct *tty)
{
	struct n_tty_data *ld = &tty->ldisc;
	bool in_word = false;

	while (ld->read_head != ld->canon_head) {
		u32 from = previous_char(tty);
		bool word = is_word_char(buf_at(ld, from));

		if (from == ld->read_head || (in_word && !word))
			break;
		in_word |= word;
		erase_one(tty, from);
	}
}

static void kill_line(struct tty_struct *tty)
{
	struct n_tty_data *ld = &tty->ldisc;

	if (L_FLAG(tty, ECHO) && !(L_FLAG(tty, ECHOK) && L_FLAG(tty, ECHOKE) && L_FLAG(tty, ECHOE))) {
		ld->read_head = ld->canon_head;
		finish_erasing(tty);
		echo_char(tty, TTY_CC(tty, VKILL));
		if (L_FLAG(tty, ECHOK))
			echo_raw(tty, '\n');
		return;
	}
	while (ld->read_head != ld->canon_head && previous_char(tty) != ld->read_head)
		erase_one(tty, previous_char(tty));
}

static void erase_char(struct tty_struct *tty, u8 c)
{
	u32 from = previous_char(tty);

	if (!L_FLAG(tty, ECHO) || L_FLAG(tty, ECHOE) || L_FLAG(tty, ECHOPRT)) {
		erase_one(tty, from);
		return;
	}
	tty->ldisc.read_head = from;
	echo_char(tty, c);
}

static void edit(struct tty_struct *tty, u8 c)
{
	struct n_tty_data *ld = &tty->ldisc;

	if (ld->read_head == ld->canon_head)
		return;
	if (is_cc(tty, VERASE, c))
		erase_char(tty, c);
	else if (is_cc(tty, VKILL, c))
		kill_line(tty);
	else
		erase_word(tty);
	if (ld->read_head == ld->canon_head && L_FLAG(tty, ECHO))
		finish_erasing(tty);
}

static void reprint(struct tty_struct *tty)
{
	struct n_tty_data *ld = &tty->ldisc;

	finish_erasing(tty);
	echo_char(tty, TTY_CC(tty, VREPRINT));
	echo_raw(tty, '\n');
	ld->canon_column = 0;
	for (u32 i = ld->canon_head; i != ld->read_head; i++)
		echo_char(tty, buf_at(ld, i));
}

/* The last place is kept for the byte that ends a line, so that a line that is too long can still end. */
static bool put_byte(struct tty_struct *tty, u8 c)
{
	struct n_tty_data *ld = &tty->ldisc;

	if (n_tty_read_cnt(ld) >= N_TTY_BUF_SIZE - 1) {
		if (I_FLAG(tty, IMAXBEL))
			echo_raw(tty, '\a');
		return false;
	}
	ld->read_buf[N_TTY_POS(ld->read_head)] = c;
	__clear_bit(N_TTY_POS(ld->read_head), ld->line_end);
	__clear_bit(N_TTY_POS(ld->read_head), ld->eof);
	ld->read_head++;
	return true;
}

/* 0377 is what PARMRK marks bad bytes with, so a good one is doubled. */
static void put_input(struct tty_struct *tty, u8 c)
{
	if (c == 0377 && I_FLAG(tty, PARMRK))
		put_byte(tty, c);
	put_byte(tty, c);
}

static void end_line(struct tty_struct *tty, u8 c, bool eof)
{
	struct n_tty_data *ld = &tty->ldisc;

	ld->read_buf[N_TTY_POS(ld->read_head)] = c;
	__set_bit(N_TTY_POS(ld->read_head), ld->line_end);
	if (eof)
		__set_bit(N_TTY_POS(ld->read_head), ld->eof);
	else
		__clear_bit(N_TTY_POS(ld->read_head), ld->eof);
	WRITE_ONCE(ld->read_head, ld->read_head + 1);
	WRITE_ONCE(ld->canon_head, ld->read_head);
}

void n_tty_flush_input(struct tty_struct *tty)
{
	struct n_tty_data *ld = &tty->ldisc;

	ld->read_tail = ld->canon_head = ld->read_head;
	ld->erasing = ld->lnext = false;
	tty_packet_event(tty, 0, TIOCPKT_FLUSHREAD);
}

static void send_signal_char(struct tty_struct *tty, int sig, u8 c)
{
	tty_signal_pgrp(tty, sig);
	if (!L_FLAG(tty, NOFLSH)) {
		tty->ldisc.echo_tail = tty->ldisc.echo_head;
		if (tty->driver->ops->flush_buffer)
			tty->driver->ops->flush_buffer(tty);
		n_tty_flush_input(tty);
		tty_wakeup(tty);
	}
	if (I_FLAG(tty, IXON))
		tty_set_stopped(tty, false);
	if (L_FLAG(tty, ECHO))
		echo_char(tty, c);
}

static int signal_of(struct tty_struct *tty, u8 c)
{
	if (!L_FLAG(tty, ISIG))
		return 0;
	if (is_cc(tty, VINTR, c))
		return SIGINT;
	if (is_cc(tty, VQUIT, c))
		return SIGQUIT;
	return is_cc(tty, VSUSP, c) ? SIGTSTP : 0;
}

static bool flow_control(struct tty_struct *tty, u8 c)
{
	if (!I_FLAG(tty, IXON))
		return false;
	if (is_cc(tty, VSTART, c)) {
		tty_set_stopped(tty, false);
		return true;
	}
	if (!is_cc(tty, VSTOP, c))
		return false;
	tty_set_stopped(tty, true);
	return true;
}

/* Canonical mode. True: the byte was a command, or has ended the line. */
static bool canonical(struct tty_struct *tty, u8 c)
{
	if (is_cc(tty, VERASE, c) || is_cc(tty, VKILL, c) || is_extended(tty, VWERASE, c)) {
		edit(tty, c);
	} else if (is_extended(tty, VLNEXT, c)) {
		tty->ldisc.lnext = true;
		if (L_FLAG(tty, ECHO)) {
			finish_erasing(tty);
			if (L_FLAG(tty, ECHOCTL))
				n_tty_echo(tty, "^\b", 2);
		}
	} else if (L_FLAG(tty, ECHO) && is_extended(tty, VREPRINT, c)) {
		reprint(tty);
	} else if (c == '\n') {
		if (L_FLAG(tty, ECHO | ECHONL))
			echo_raw(tty, '\n');
		end_line(tty, c, false);
	} else if (is_cc(tty, VEOF, c)) {
		end_line(tty, 0, true);
	} else if (is_cc(tty, VEOL, c) || is_extended(tty, VEOL2, c)) {
		echo_input(tty, c);
		if (c == 0377 && I_FLAG(tty, PARMRK))
			put_byte(tty, c);
		end_line(tty, c, false);
	} else {
		return false;
	}
	return true;
}

static u8 map_input(struct tty_struct *tty, u8 c)
{
	if (I_FLAG(tty, ISTRIP))
		c &= 0x7f;
	if (I_FLAG(tty, IUCLC) && L_FLAG(tty, IEXTEN))
		c = (u8)tolower(c);
	return c;
}

static void receive_char(struct tty_struct *tty, u8 c)
{
	int sig;

	c = map_input(tty, c);
	if (tty->ldisc.lnext) {
		tty->ldisc.lnext = false;
		echo_input(tty, c);
		put_input(tty, c);
		return;
	}
	if (tty->stopped && !tty->tco_stopped && I_FLAG(tty, IXON) && I_FLAG(tty, IXANY) && !is_cc(tty, VSTOP, c))
		tty_set_stopped(tty, false);
	if (flow_control(tty, c))
		return;
	sig = signal_of(tty, c);
	if (sig) {
		send_signal_char(tty, sig, c);
		return;
	}
	if (c == '\r') {
		if (I_FLAG(tty, IGNCR))
			return;
		if (I_FLAG(tty, ICRNL))
			c = '\n';
	} else if (c == '\n' && I_FLAG(tty, INLCR)) {
		c = '\r';
	}
	if (L_FLAG(tty, ICANON) && canonical(tty, c))
		return;
	echo_input(tty, c);
	put_input(tty, c);
}

/* A byte that the line has damaged, or a break. */
static void receive_bad(struct tty_struct *tty, u8 c, enum tty_flag flag)
{
	bool brk = flag == TTY_BREAK;

	if (flag == TTY_OVERRUN || I_FLAG(tty, brk ? IGNBRK : IGNPAR))
		return;
	if (brk && I_FLAG(tty, BRKINT)) {
		tty_signal_pgrp(tty, SIGINT);
		n_tty_flush_input(tty);
		return;
	}
	if (!brk && !I_FLAG(tty, INPCK)) {
		receive_char(tty, c);
		return;
	}
	if (I_FLAG(tty, PARMRK)) {
		put_byte(tty, 0377);
		put_byte(tty, 0);
	}
	put_byte(tty, !brk && I_FLAG(tty, PARMRK) ? c : 0);
}

/*
 * May another byte be taken from the ring? Three places: PARMRK makes up to three bytes of one. A full buffer holds
 * the rest back in the ring, but for a line that has not ended: it must be possible to erase in it or to end it.
 */
static bool room_for_input(struct tty_struct *tty)
{
	struct n_tty_data *ld = &tty->ldisc;

	return n_tty_read_cnt(ld) + 3 < N_TTY_BUF_SIZE || (L_FLAG(tty, ICANON) && ld->canon_head == ld->read_tail);
}

bool n_tty_input_available(struct tty_struct *tty, u32 wanted)
{
	const struct n_tty_data *ld = &tty->ldisc;
	u32 end = L_FLAG(tty, ICANON) ? READ_ONCE(ld->canon_head) : READ_ONCE(ld->read_head);

	return end - READ_ONCE(ld->read_tail) >= (L_FLAG(tty, ICANON) ? 1 : wanted);
}

void n_tty_receive(struct tty_struct *tty)
{
	enum tty_flag flag;
	u8 c;

	while (room_for_input(tty) && tty_buffer_get(tty, &c, &flag)) {
		if (flag == TTY_NORMAL)
			receive_char(tty, c);
		else
			receive_bad(tty, c, flag);
	}
	if (n_tty_input_available(tty, 1))
		wake_up_poll(&tty->read_wait, POLLIN | POLLRDNORM);
}

/* Entering canonical mode with unread bytes: they become a line without an end, for nobody can edit them any more. */
static void enter_canonical(struct n_tty_data *ld)
{
	memset(ld->line_end, 0, sizeof(ld->line_end));
	memset(ld->eof, 0, sizeof(ld->eof));
	if (n_tty_read_cnt(ld))
		__set_bit(N_TTY_POS(ld->read_head - 1), ld->line_end);
	ld->canon_head = ld->read_head;
	ld->erasing = ld->lnext = false;
}

void n_tty_set_termios(struct tty_struct *tty, const struct ktermios *old)
{
	struct n_tty_data *ld = &tty->ldisc;

	if ((old->c_lflag ^ tty->termios.c_lflag) & ICANON)
		enter_canonical(ld);
	if (!I_FLAG(tty, IXON) && old->c_iflag & IXON && !tty->tco_stopped)
		tty_set_stopped(tty, false);
	wake_up_all(&tty->read_wait);
	wake_up_all(&tty->write_wait);
}
