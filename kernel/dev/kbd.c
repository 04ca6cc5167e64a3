/* SPDX-License-Identifier: MIT */
/*
 * The PS/2 keyboard behind the i8042 controller: scancodes of set 1 become the bytes that the Linux
 * console sends for a US keyboard. Each key has a code when pressed and that code + 0x80 when
 * released; keys that the first PCs lacked have the prefix E0. Keys without a character send
 * escape sequences; Alt sends ESC before the character.
 *
 * State is touched by the interrupt handler alone. Source: IBM PS/2 technical reference, keyboard and
 * auxiliary device controller; console_codes(4), keymaps(5).
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/io.h"
#include "kernel/dev/tty.h"
#include "kernel/dev/vga.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

enum {
	DATA = 0x60, COMMAND = 0x64, STATUS = 0x64, STATUS_OUTPUT = 1, STATUS_INPUT = 2, STATUS_MOUSE = 0x20,
	READ_CONFIG = 0x20, WRITE_CONFIG = 0x60, DISABLE_MOUSE = 0xa7, DISABLE_KEYBOARD = 0xad, ENABLE_KEYBOARD = 0xae,
	CONFIG_IRQ1 = 1, CONFIG_IRQ12 = 2, CONFIG_KEYBOARD_OFF = 0x10, CONFIG_TRANSLATE = 0x40,
	KEYBOARD_ENABLE = 0xf4, KEYBOARD_IRQ = 1,
	RELEASED = 0x80, PREFIX_E0 = 0xe0, PREFIX_E1 = 0xe1,
	KEY_LCTRL = 0x1d, KEY_LSHIFT = 0x2a, KEY_RSHIFT = 0x36, KEY_LALT = 0x38, KEY_CAPS = 0x3a, KEY_NUM = 0x45,
	KEY_F1 = 0x3b, KEY_F10 = 0x44, KEY_F11 = 0x57, KEY_F12 = 0x58, KEY_PAD = 0x47, KEY_DELETE = 0x53,
	KEY_PAGE_UP = 0x49, KEY_PAGE_DOWN = 0x51, KEY_PAD_ENTER = 0x1c, KEY_PAD_SLASH = 0x35, KEY_PAD_END = 0x53,
};

static const char plain[0x3a] =
	"\0\033" "1234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[0x3a] =
	"\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";
static const char keypad_digits[] = "789-456+1230.";
static const char *const keypad_names[] = {		/* as ESC [ text */
	"1~", "A", "5~", NULL, "D", "G", "C", NULL, "4~", "B", "6~", "2~", "3~",
};
static const char *const function_keys[] = {
	"[A", "[B", "[C", "[D", "[E", "17~", "18~", "19~", "20~", "21~", "23~", "24~",
};

static bool shift_left, shift_right, ctrl_left, ctrl_right, alt_left, alt_right, caps_lock, num_lock;
static bool prefix_e0;
static int skip;			/* bytes of the Pause key still to come */

static bool shift(void) { return shift_left || shift_right; }
static bool ctrl(void) { return ctrl_left || ctrl_right; }
static bool alt(void) { return alt_left || alt_right; }

static void send(const char *s, size_t n)
{
	struct tty_struct *tty = vga_tty();

	if (!tty)
		return;
	tty_insert_flip_string(tty, s, n);
	tty_flip_buffer_push(tty);
}

static void send_char(char c)
{
	char text[2] = { '\033', c };

	if (alt())
		send(text, 2);
	else
		send(&c, 1);
}

static void send_escape(char introducer, const char *text)
{
	char s[8] = { '\033', introducer };

	strlcpy(s + 2, text, sizeof(s) - 2);
	send(s, strlen(s));
}

/* What Ctrl makes of a character; -1: nothing. */
static int control_of(char c)
{
	if (c >= '@' && c <= '_')
		return c & 0x1f;
	if (c >= 'a' && c <= 'z')
		return c & 0x1f;
	switch (c) {
	case ' ':
	case '2':
	case '`': return 0;
	case '3': return 033;
	case '4': return 034;
	case '5': return 035;
	case '6': return 036;
	case '7':
	case '/':
	case '-': return 037;
	case '8':
	case '?': return 0177;
	case 0177: return '\b';
	case '\r':
	case '\t':
	case 033: return c;
	default: return -1;
	}
}

static void character_key(u8 key)
{
	char c = plain[key];
	int control;

	if (!c)
		return;
	if (shift() != (caps_lock && islower(c)))
		c = shifted[key];
	if (!ctrl()) {
		send_char(c);
		return;
	}
	control = control_of(c);
	if (control >= 0)
		send_char((char)control);
}

static bool modifier_key(u8 key, bool extended, bool pressed)
{
	switch (key) {
	case KEY_LSHIFT:
	case KEY_RSHIFT:
		/* With E0 these are not keys but what the keyboard wraps around the grey ones. */
		if (!extended)
			*(key == KEY_LSHIFT ? &shift_left : &shift_right) = pressed;
		return true;
	case KEY_LCTRL:
		*(extended ? &ctrl_right : &ctrl_left) = pressed;
		return true;
	case KEY_LALT:
		*(extended ? &alt_right : &alt_left) = pressed;
		return true;
	case KEY_CAPS:
		caps_lock ^= pressed;
		return true;
	case KEY_NUM:
		num_lock ^= pressed;
		return true;
	default:
		return false;
	}
}

/* The block of cursor keys: by itself (E0), or as the keypad's second meaning. */
static void keypad_key(u8 key, bool extended)
{
	const char *name = keypad_names[key - KEY_PAD];
	char digit = keypad_digits[key - KEY_PAD];

	if (key == KEY_DELETE && ctrl() && alt()) {
		pr_emerg("Ctrl-Alt-Del: restarting\n");
		machine_restart();
	}
	if (shift() && (key == KEY_PAGE_UP || key == KEY_PAGE_DOWN))
		vga_scrollback(key == KEY_PAGE_UP ? -1 : 1);
	else if (!name || (!extended && num_lock))
		send_char(digit);
	else
		send_escape(vga_cursor_keys() && !name[1] && *name != 'G' ? 'O' : '[', name);
}

static void pressed(u8 key, bool extended)
{
	if (key >= KEY_PAD && key <= KEY_PAD_END)
		keypad_key(key, extended);
	else if (key >= KEY_F1 && key <= KEY_F10)
		send_escape('[', function_keys[key - KEY_F1]);
	else if (key == KEY_F11 || key == KEY_F12)
		send_escape('[', function_keys[10 + key - KEY_F11]);
	else if (key < sizeof(plain) && (!extended || key == KEY_PAD_ENTER || key == KEY_PAD_SLASH))
		character_key(key);
}

static void scancode(u8 code)
{
	bool extended = prefix_e0;
	u8 key = code & (u8)~RELEASED;

	if (skip) {
		skip--;
		return;
	}
	prefix_e0 = code == PREFIX_E0;
	if (code == PREFIX_E0)
		return;
	if (code == PREFIX_E1) {
		skip = 2;
		return;
	}
	if (!modifier_key(key, extended, !(code & RELEASED)) && !(code & RELEASED))
		pressed(key, extended);
}

static bool keyboard_interrupt(struct pt_regs *regs, void *arg)
{
	u8 status;

	(void)regs;
	(void)arg;
	while ((status = inb(STATUS)) & STATUS_OUTPUT) {
		u8 code = inb(DATA);

		if (!(status & STATUS_MOUSE))
			scancode(code);
	}
	return true;
}

static bool wait_writable(void)
{
	for (int i = 0; i < 100000; i++)
		if (!(inb(STATUS) & STATUS_INPUT))
			return true;
	return false;
}

static void drain(void)
{
	for (int i = 0; i < 1000 && inb(STATUS) & STATUS_OUTPUT; i++)
		inb(DATA);
}

static bool command(u8 c)
{
	if (!wait_writable())
		return false;
	outb(c, COMMAND);
	return true;
}

static bool send_data(u8 c)
{
	if (!wait_writable())
		return false;
	outb(c, DATA);
	return true;
}

static int read_data(void)
{
	for (int i = 0; i < 100000; i++)
		if (inb(STATUS) & STATUS_OUTPUT)
			return inb(DATA);
	return -1;
}

static int kbd_init(void)
{
	int config;

	if (inb(STATUS) == 0xff)		/* no controller: the bus floats */
		return 0;
	command(DISABLE_KEYBOARD);
	command(DISABLE_MOUSE);
	drain();
	if (!command(READ_CONFIG) || (config = read_data()) < 0)
		return -EIO;
	config = (config | CONFIG_IRQ1 | CONFIG_TRANSLATE) & ~(CONFIG_IRQ12 | CONFIG_KEYBOARD_OFF);
	if (!command(WRITE_CONFIG) || !send_data((u8)config) || !command(ENABLE_KEYBOARD))
		return -EIO;
	send_data(KEYBOARD_ENABLE);
	read_data();				/* its acknowledgement */
	drain();
	return request_irq(KEYBOARD_IRQ, keyboard_interrupt, 0, "i8042", NULL);
}
device_initcall(kbd_init);
