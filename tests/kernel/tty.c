/* SPDX-License-Identifier: MIT */
/* The line discipline on a terminal whose device is a buffer, and the console emulator. */
#include "kernel/dev/tty.h"
#include "kernel/dev/vt.h"
#include "kernel/ktest.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/slab.h"

static char out[1024];
static size_t out_len, out_limit;

static size_t fake_room(struct tty_struct *tty) { return out_limit - out_len; }
static size_t fake_chars(struct tty_struct *tty) { return 0; }
static size_t fake_write(struct tty_struct *tty, const u8 *s, size_t n)
{
	n = min(n, fake_room(tty));
	memcpy(out + out_len, s, n);
	out_len += n;
	return n;
}
static const struct tty_operations fake_ops = {
	.write = fake_write, .write_room = fake_room, .chars_in_buffer = fake_chars,
};
static struct tty_driver fake_driver = { .name = "fake", .ops = &fake_ops, .cleanup = free_tty };

static struct tty_struct *tty;
static struct file file;

static bool setup(void)
{
	fake_driver.init_termios = tty_std_termios;
	tty = alloc_tty(&fake_driver, 0, NULL);
	if (!tty)
		return false;
	memset(&file, 0, sizeof(file));
	file.private_data = tty;
	file.f_flags = O_NONBLOCK;
	out_len = 0;
	out_limit = sizeof(out);
	return true;
}

static void teardown(void) { tty_put(tty); }

static void type_bytes(const char *s, size_t n)
{
	EXPECT_EQ(tty_insert_flip_string(tty, s, n), n);
	tty_flip_buffer_push(tty);
	flush_work(&tty->work);
}
static void type(const char *s) { type_bytes(s, strlen(s)); }

/* A read of up to n bytes must give exactly this, and "" means the end of the file. */
static void expect_read(size_t n, const char *text, int line)
{
	char buf[256];
	struct iovec iov = { buf, n };
	struct iov_iter to;
	ssize_t got;

	iov_iter_kvec(&to, &iov, 1, n);
	got = n_tty_read(tty, &file, &to);
	if (got != (ssize_t)strlen(text) || memcmp(buf, text, strlen(text)) != 0)
		ktest_fail(__FILE__, line, "read gave %zd \"%.*s\", not \"%s\"", got, (int)max(got, (ssize_t)0), buf, text);
}
#define READ(n, text) expect_read(n, text, __LINE__)

static ssize_t read_error(void)
{
	char buf[16];
	struct iovec iov = { buf, sizeof(buf) };
	struct iov_iter to;

	iov_iter_kvec(&to, &iov, 1, sizeof(buf));
	return n_tty_read(tty, &file, &to);
}

static ssize_t write_text(const char *s)
{
	struct iovec iov = { (void *)s, strlen(s) };
	struct iov_iter from;

	iov_iter_kvec(&from, &iov, 1, strlen(s));
	return n_tty_write(tty, &file, &from);
}

static void expect_out(const char *text, int line)
{
	if (out_len != strlen(text) || memcmp(out, text, out_len) != 0)
		ktest_fail(__FILE__, line, "output is \"%.*s\", not \"%s\"", (int)out_len, out, text);
	out_len = 0;
}
#define OUT(text) expect_out(text, __LINE__)

static void change(u32 clear_local, u32 set_local, u8 vmin, u8 vtime)
{
	struct ktermios old = tty->termios;

	mutex_lock(&tty->lock);
	tty->termios.c_lflag = (old.c_lflag & ~clear_local) | set_local;
	tty->termios.c_cc[VMIN] = vmin;
	tty->termios.c_cc[VTIME] = vtime;
	n_tty_set_termios(tty, &old);
	mutex_unlock(&tty->lock);
}

KTEST(tty_canonical_lines)
{
	if (!setup())
		return;
	type("hel");
	EXPECT_EQ(read_error(), -EAGAIN);	/* no line yet */
	type("lo\rnext\r");
	OUT("hello\r\nnext\r\n");
	READ(100, "hello\n");			/* one line at a time */
	READ(3, "nex");				/* the rest of a line waits */
	READ(100, "t\n");
	EXPECT_EQ(read_error(), -EAGAIN);
	teardown();
}

KTEST(tty_end_of_file)
{
	if (!setup())
		return;
	type("ab\004\004x\r\004");
	READ(100, "ab");
	READ(100, "");
	READ(100, "x\n");
	READ(100, "");
	type("abc\004d\r");
	READ(3, "abc");				/* filled exactly: the end of file is used up with it */
	READ(100, "d\n");
	teardown();
}

KTEST(tty_editing)
{
	if (!setup())
		return;
	type("abd\177c\r");
	OUT("abd\b \bc\r\n");
	READ(100, "abc\n");
	type("one two\027six\r");
	READ(100, "one six\n");
	type("gone\025kept\r");
	READ(100, "kept\n");
	out_len = 0;
	type("a\tb\177\177c\r");		/* a tab is as wide as it was drawn */
	OUT("a\tb\b \b\b\b\b\b\b\b\bc\r\n");
	READ(100, "ac\n");
	type("a\026\003\177\026\003b\r");	/* literal Ctrl-C, erased as the two columns that it took */
	OUT("a^\b^C\b \b\b \b^\b^Cb\r\n");
	READ(100, "a\003b\n");
	type("\177\027\025ok\r");		/* nothing there to erase */
	OUT("ok\r\n");
	READ(100, "ok\n");
	teardown();
}

KTEST(tty_utf8_erase)
{
	if (!setup())
		return;
	tty->termios.c_iflag |= IUTF8;
	type("x\303\244\342\202\254\177\177y\r");	/* a umlaut and the euro: one column each */
	OUT("x\303\244\342\202\254\b \b\b \by\r\n");
	READ(100, "xy\n");
	teardown();
}

KTEST(tty_line_too_long)
{
	static char big[5000];
	char buf[64];
	struct iovec iov = { buf, sizeof(buf) };
	struct iov_iter to;
	size_t total = 0;
	ssize_t n;

	if (!setup())
		return;
	change(ECHO, 0, 1, 0);
	memset(big, 'x', sizeof(big));
	for (size_t i = 0; i < sizeof(big); i += 1000)
		type_bytes(big + i, 1000);
	type("\r");
	do {
		iov_iter_kvec(&to, &iov, 1, sizeof(buf));
		n = n_tty_read(tty, &file, &to);
		total += n > 0 ? (size_t)n : 0;
	} while (n == sizeof(buf));
	EXPECT_EQ(total, N_TTY_BUF_SIZE);	/* cut off, but ended */
	EXPECT_EQ(read_error(), -EAGAIN);
	teardown();
}

KTEST(tty_raw_min_time)
{
	u64 start;

	if (!setup())
		return;
	change(ICANON | ECHO, 0, 0, 0);
	EXPECT_EQ(read_error(), 0);		/* VMIN 0, VTIME 0 */
	type("ab\r\004");
	READ(100, "ab\n\004");			/* nothing is special but by ISIG, IXON and ICRNL */
	change(0, 0, 0, 1);
	file.f_flags = 0;
	start = ktime_get();
	EXPECT_EQ(read_error(), 0);		/* a tenth of a second, then nothing */
	EXPECT(ktime_get() - start >= 100 * NSEC_PER_MSEC);
	change(0, 0, 5, 1);
	type("abc");
	start = ktime_get();
	READ(100, "abc");			/* a tenth after the last byte, short of VMIN */
	EXPECT(ktime_get() - start >= 100 * NSEC_PER_MSEC);
	type("abcdefg");
	READ(4, "abcd");			/* as many as asked for */
	change(0, 0, 3, 0);
	READ(100, "efg");
	teardown();
}

KTEST(tty_mode_change_keeps_input)
{
	if (!setup())
		return;
	type("half");
	change(ICANON, 0, 1, 0);
	READ(2, "ha");				/* raw: there at once */
	change(0, ICANON, 1, 0);
	READ(100, "lf");			/* canonical again: a line without an end */
	type("x\r");
	READ(100, "x\n");
	teardown();
}

KTEST(tty_flow_control)
{
	if (!setup())
		return;
	type("\023ab");				/* Ctrl-S: even echo stands still */
	OUT("");
	EXPECT_EQ(write_text("out"), -EAGAIN);
	type("\021");
	OUT("ab");
	EXPECT_EQ(write_text("out"), 3);
	OUT("out");
	out_limit = 20;				/* a driver with little room takes what it can */
	EXPECT_EQ(write_text("0123456789abcdefghij"), 13);
	out_limit = sizeof(out);
	OUT("0123456789abc");
	teardown();
}

KTEST(tty_output_processing)
{
	if (!setup())
		return;
	EXPECT_EQ(write_text("a\nb"), 3);
	OUT("a\r\nb");
	tty->termios.c_oflag |= XTABS;
	EXPECT_EQ(write_text("\r123\tx\b\by\tz"), 11);
	OUT("\r123     x\b\by        z");
	tty->termios.c_oflag = 0;
	EXPECT_EQ(write_text("\n\t"), 2);
	OUT("\n\t");
	teardown();
}

KTEST(tty_hangup_ends_reads)
{
	if (!setup())
		return;
	type("lost\r");
	tty_hangup(tty);
	file.f_flags = 0;
	EXPECT(tty_hung_up(&file));
	READ(100, "");
	EXPECT_EQ(write_text("x"), -EIO);
	teardown();
}

static void ring_fills(void)
{
	static char block[TTY_INPUT_SIZE];
	size_t taken;

	change(ICANON | ECHO | ISIG, 0, 1, 0);
	memset(block, 'r', sizeof(block));
	for (int i = 0; i < 2; i++) {		/* the line discipline's buffer takes two rings and no more */
		tty_insert_flip_string(tty, block, sizeof(block));
		tty_flip_buffer_push(tty);
		flush_work(&tty->work);
	}
	taken = tty_insert_flip_string(tty, block, sizeof(block));
	EXPECT(taken < TTY_INPUT_SIZE && tty->input.throttled);
}

KTEST(tty_full_ring_throttles)
{
	char buf[200];
	struct iovec iov = { buf, sizeof(buf) };
	struct iov_iter to;
	size_t total = 0;
	ssize_t n;

	if (!setup())
		return;
	ring_fills();
	do {
		iov_iter_kvec(&to, &iov, 1, sizeof(buf));
		n = n_tty_read(tty, &file, &to);
		total += n > 0 ? (size_t)n : 0;
		flush_work(&tty->work);
	} while (n > 0);
	EXPECT(!tty->input.throttled);
	EXPECT_EQ(total, tty->input.head);	/* what was taken has come out, all of it */
	teardown();
}

/* ---- the emulator ---- */

static struct vt vt;

static void show(const char *s)
{
	vt_init(&vt);
	vt_write(&vt, (const u8 *)s, strlen(s));
}

static void expect_row(u32 y, const char *text, int line)
{
	for (u32 x = 0; x < VT_COLS; x++) {
		char c = x < strlen(text) ? text[x] : ' ';

		if ((u8)vt.cells[y][x] != (u8)c) {
			ktest_fail(__FILE__, line, "row %u column %u is %02x, not %02x", y, x, (u8)vt.cells[y][x], (u8)c);
			return;
		}
	}
}
#define ROW(y, text) expect_row(y, text, __LINE__)
#define CURSOR(y_, x_) do { EXPECT_EQ(vt.cur.y, y_); EXPECT_EQ(vt.cur.x, x_); } while (0)

KTEST(vt_cursor_and_erase)
{
	show("hello\r\nworld\033[1;3HXY\033[K\033[2;2H\033[1K!");
	ROW(0, "heXY");
	ROW(1, " !rld");
	CURSOR(1, 2);
	show("\033[999;999H*\033[H\033[A\033[DA\033[99C\033[99B");
	EXPECT_EQ((u8)vt.cells[24][79], '*');
	ROW(0, "A");
	CURSOR(24, 79);
	show("one\r\ntwo\033[J\033[1;2H\033[1J");
	ROW(0, "  e");
	ROW(1, "two");
	show("abc\033[2J");
	ROW(0, "");
}

KTEST(vt_wrap_is_deferred)
{
	show("\033[1;79Hab");
	CURSOR(0, 79);				/* still in the last column */
	vt_write(&vt, (const u8 *)"c", 1);
	ROW(1, "c");
	CURSOR(1, 1);
	show("\033[?7l\033[1;79Habcd");
	EXPECT_EQ((u8)vt.cells[0][79], 'd');
	ROW(1, "");
}

KTEST(vt_scroll_region)
{
	show("1\r\n2\r\n3\r\n4\r\n5\033[2;4r\033[4;1H\n");
	ROW(0, "1");
	ROW(1, "3");
	ROW(2, "4");
	ROW(3, "");
	ROW(4, "5");
	vt_write(&vt, (const u8 *)"\033[2;1H\033M", 8);
	ROW(1, "");
	ROW(2, "3");
	ROW(3, "4");
	show("1\r\n2\r\n3\r\n4\033[2;1H\033[L");
	ROW(1, "");
	ROW(2, "2");
	show("1\r\n2\r\n3\r\n4\033[2;1H\033[2M");
	ROW(1, "4");
	show("abcdef\033[1;2H\033[2P");
	ROW(0, "adef");
	show("abcdef\033[1;2H\033[2@");
	ROW(0, "a  bcdef");
	show("abc\033[1;2H\033[4hX\033[4l");
	ROW(0, "aXbc");
}

KTEST(vt_attributes)
{
	show("a\033[1;31mb\033[7mc\033[0;44md\033[38;5;10me\033[48;2;255;0;0mf\033[mg");
	EXPECT_EQ(vt.cells[0][0] >> 8, 0x07);
	EXPECT_EQ(vt.cells[0][1] >> 8, 0x0c);	/* bright red */
	EXPECT_EQ(vt.cells[0][2] >> 8, 0x48);	/* black on red, and bold stays with the ink */
	EXPECT_EQ(vt.cells[0][3] >> 8, 0x17);	/* on blue */
	EXPECT_EQ(vt.cells[0][4] >> 8, 0x1a);
	EXPECT_EQ(vt.cells[0][5] >> 8, 0x4a);
	EXPECT_EQ(vt.cells[0][6] >> 8, 0x07);
}

KTEST(vt_replies)
{
	show("\033[5;7H\033[6n\033[5n\033[c");
	EXPECT_EQ(vt.reply_len, strlen("\033[5;7R\033[0n\033[?6c"));
	EXPECT(memcmp(vt.reply, "\033[5;7R\033[0n\033[?6c", vt.reply_len) == 0);
	for (int i = 0; i < 20; i++)		/* nobody empties it: no overflow */
		vt_write(&vt, (const u8 *)"\033[6n", 4);
	EXPECT(vt.reply_len <= sizeof(vt.reply));
}

KTEST(vt_utf8_and_drawing)
{
	show("\303\244\342\224\200\342\202\254\xff" "A\033(0q\033(Bq");
	ROW(0, "\x84\xc4\xfe\xfe" "A\xc4q");
	show("\033]0;a title\007x\033]2;more\033\\y\033[[Az");
	ROW(0, "xyz");
}

/* Any bytes at all must leave the cursor on the screen. */
KTEST(vt_survives_noise)
{
	u32 seed = 12345;

	show("");
	for (int i = 0; i < 200000; i++) {
		static const char alphabet[] = "\033[[[0123456789;;?ABCDEFGHJKLMPSTXdghlmnrsu@`78c\n\r\b\tx";
		u8 c;

		seed = seed * 1103515245 + 12345;
		c = seed >> 30 ? (u8)alphabet[(seed >> 8) % (sizeof(alphabet) - 1)] : (u8)(seed >> 16);
		vt_write(&vt, &c, 1);
		if (vt.cur.x >= VT_COLS || vt.cur.y >= VT_ROWS || vt.top >= vt.bottom || vt.bottom > VT_ROWS) {
			ktest_fail(__FILE__, __LINE__, "after %d bytes: cursor %u,%u, region %u-%u", i, vt.cur.x,
				   vt.cur.y, vt.top, vt.bottom);
			return;
		}
	}
}
