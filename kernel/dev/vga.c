/* SPDX-License-Identifier: MIT */
/*
 * The VGA's text mode: console "tty0" and terminal /dev/tty1 (also /dev/tty0, the screen in front).
 *
 * The emulator (vt.c) draws into ordinary memory; after each piece of output the rows that have
 * changed are copied to the screen, so a burst of lines costs one copy. Rows that scroll out at the
 * top go to a history ring that Shift-PageUp shows.
 *
 * vga_lock guards all of it, interrupts off, since the kernel prints from anywhere. The emulator's
 * replies (cursor reports) are handed to the terminal after the lock is released, and never for
 * what the kernel prints. Source: IBM VGA's CRT controller registers 0Ah-0Fh.
 */
#include "kernel/cpu/io.h"
#include "kernel/dev/console.h"
#include "kernel/dev/tty.h"
#include "kernel/dev/vga.h"
#include "kernel/dev/vt.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

enum { CRTC = 0x3d4, CURSOR_START = 0x0a, CURSOR_END = 0x0b, CURSOR_HIGH = 0x0e, CURSOR_LOW = 0x0f, CURSOR_OFF = 0x20 };
enum { HISTORY_ROWS = 256 };

static u16 (*const screen)[VT_COLS] = (void *)0xc00b8000ul;	/* in the direct map of low memory */
static struct vt vt;
static u16 history[HISTORY_ROWS][VT_COLS];
static u32 history_end;			/* rows that have ever scrolled out */
static u32 view;			/* rows that the screen is scrolled back */
static u32 shown_cursor = ~0u;		/* what the CRTC has been told */
static bool present;
static struct tty_struct *tty1;
static DEFINE_SPINLOCK(vga_lock);

static void crtc(u8 reg, u8 value)
{
	outb(reg, CRTC);
	outb(value, CRTC + 1);
}

static void keep_row(struct vt *v, const u16 *row)
{
	(void)v;
	memcpy(history[history_end++ % HISTORY_ROWS], row, sizeof(history[0]));
}

/* vga_lock held, as by all that show something. */
static void show_cursor(void)
{
	bool on = vt.cursor_visible && view == 0;
	u32 at = on ? vt.cur.y * VT_COLS + vt.cur.x : 0x8000;

	if (at == shown_cursor)
		return;
	if (!on || shown_cursor >= 0x8000)
		crtc(CURSOR_START, on ? 14 : CURSOR_OFF);
	if (on) {
		crtc(CURSOR_HIGH, (u8)(at >> 8));
		crtc(CURSOR_LOW, (u8)at);
	}
	shown_cursor = at;
}

static void show_rows(u32 from, u32 to)
{
	for (u32 y = from; y < to; y++) {
		u32 back = view > y ? history_end - (view - y) : 0;

		memcpy(screen[y], view > y ? history[back % HISTORY_ROWS] : vt.cells[y - view], sizeof(screen[0]));
	}
}

static void show(void)
{
	if (vt.dirty_from < vt.dirty_to)
		show_rows(vt.dirty_from, vt.dirty_to);
	vt.dirty_from = vt.dirty_to = 0;
	show_cursor();
}

static void set_view(u32 rows)
{
	view = rows;
	show_rows(0, VT_ROWS);
	show_cursor();
}

/* New output brings the screen back to where it appears. */
static void write_locked(const u8 *s, size_t n)
{
	if (view)
		set_view(0);
	vt_write(&vt, s, n);
}

void vga_scrollback(int pages)
{
	u32 most = min(history_end, (u32)HISTORY_ROWS);
	unsigned long flags;
	int rows;

	spin_lock_irqsave(&vga_lock, flags);
	rows = (int)view - pages * (int)VT_ROWS / 2;
	set_view((u32)clamp(rows, 0, (int)most));
	spin_unlock_irqrestore(&vga_lock, flags);
}

bool vga_cursor_keys(void) { return READ_ONCE(vt.cursor_keys); }

static void vga_console_write(struct console *con, const char *s, size_t n)
{
	unsigned long flags;

	(void)con;
	spin_lock_irqsave(&vga_lock, flags);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n')
			write_locked((const u8 *)"\r", 1);
		write_locked((const u8 *)&s[i], 1);
	}
	vt.reply_len = 0;
	show();
	spin_unlock_irqrestore(&vga_lock, flags);
}

static struct console vga_console = { .name = "tty", .index = 1, .write = vga_console_write };

void vga_console_init(void)
{
	/* Memory answers only if there is an adapter. */
	volatile u16 *probe = &screen[0][0];

	*probe = 0x0755;
	if (*probe != 0x0755)
		return;
	*probe = 0x07aa;
	if (*probe != 0x07aa)
		return;
	present = true;
	vt.scrolled_out = keep_row;
	vt_init(&vt);
	crtc(CURSOR_END, 15);
	show();
	console_add(&vga_console);
}

static void send_reply(struct tty_struct *tty, const char *text, u32 n)
{
	if (!n)
		return;
	tty_insert_flip_string(tty, text, n);
	tty_flip_buffer_push(tty);
}

static size_t vga_write(struct tty_struct *tty, const u8 *s, size_t n)
{
	char text[sizeof(vt.reply)];
	unsigned long flags;
	u32 len;

	spin_lock_irqsave(&vga_lock, flags);
	write_locked(s, n);
	show();
	len = vt.reply_len;
	memcpy(text, vt.reply, len);
	vt.reply_len = 0;
	spin_unlock_irqrestore(&vga_lock, flags);
	send_reply(tty, text, len);
	return n;
}

/* Nothing waits: what is written is on the screen. */
static size_t vga_write_room(struct tty_struct *tty) { (void)tty; return 4096; }
static size_t vga_chars_in_buffer(struct tty_struct *tty) { (void)tty; return 0; }

static const struct tty_operations vga_ops = {
	.write = vga_write, .write_room = vga_write_room, .chars_in_buffer = vga_chars_in_buffer,
};
static struct tty_struct *vga_ttys[1];
static struct tty_driver vga_driver = {
	.name = "tty", .major = 4, .minor_start = 1, .num = 1, .name_base = 1, .ops = &vga_ops, .ttys = vga_ttys,
	.reset_termios = true,
};

struct tty_struct *vga_tty(void) { return READ_ONCE(tty1); }

static int vga_init(void)
{
	struct tty_struct *tty;

	if (!present)
		return 0;
	vga_driver.init_termios = tty_std_termios;
	vga_driver.init_termios.c_iflag |= IUTF8;
	tty = alloc_tty(&vga_driver, 0, NULL);
	if (!tty)
		return -ENOMEM;
	tty->winsize.ws_row = VT_ROWS;
	tty->winsize.ws_col = VT_COLS;
	vga_ttys[0] = tty;
	WRITE_ONCE(tty1, tty);
	return tty_register_driver(&vga_driver);
}
device_initcall(vga_init);
