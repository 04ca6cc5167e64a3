/* SPDX-License-Identifier: MIT */
/*
 * The terminal emulator's cells, characters and state machine. vt_write feeds it bytes: printable
 * ones go to put_char, control characters act at once, sequences collect parameters until their
 * final byte picks an action (vt_sequence.c). Every action keeps the cursor inside the screen and
 * marks the rows that it has changed. Source: console_codes(4), ECMA-48.
 */
#include "kernel/dev/vt.h"
#include "lib/string.h"

enum { ESC = 0x1b };

/* Code page 437, the font in the VGA's ROM, from 0x80 on. */
static const u16 cp437[128] = {
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5,
	0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192,
	0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510,
	0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567,
	0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580,
	0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229,
	0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248, 0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
};
enum { UNKNOWN_GLYPH = 0xfe };

/* The VT100's line drawing set, 0x60 to 0x7e, in code page 437. */
static const u8 line_drawing[31] = {
	0x04, 0xb1, 0x09, 0x0c, 0x0d, 0x0a, 0xf8, 0xf1, 0xb0, 0x0b, 0xd9, 0xbf, 0xda, 0xc0, 0xc5, 0xc4,
	0xc4, 0xc4, 0xc4, 0x5f, 0xc3, 0xb4, 0xc1, 0xc2, 0xb3, 0xf3, 0xf2, 0xe3, 0xd8, 0x9c, 0xfa,
};

static u8 glyph_of(u32 c)
{
	if (c < 0x80)
		return (u8)c;
	for (size_t i = 0; i < ARRAY_SIZE(cp437); i++)
		if (cp437[i] == c)
			return (u8)(0x80 + i);
	return UNKNOWN_GLYPH;
}

/* ANSI numbers colours red 1, blue 4; the VGA the other way round. */
static u8 vga_colour(u8 ansi)
{
	return (u8)((ansi & 0xa) | (ansi & 1) << 2 | (ansi & 4) >> 2);
}

static u16 attr_bits(const struct vt *vt)
{
	const struct vt_attr *a = &vt->cur.attr;
	u8 fg = vga_colour(a->fg), bg = vga_colour(a->bg);

	if (a->underline)
		fg = 15;
	else if (a->dim)
		fg = 8;
	if (a->reverse != vt->inverse_screen) {
		u8 old = fg;

		fg = (u8)((fg & 8) | bg);
		bg = old & 7;
	}
	if (a->bold)
		fg |= 8;
	return (u16)(fg << 8 | bg << 12 | (a->blink ? 0x8000 : 0));
}

/* Erased cells take the background colour only. */
static u16 blank(const struct vt *vt)
{
	u8 bg = vga_colour(vt->cur.attr.bg), fg = VT_DEFAULT_FG;

	return (u16)(' ' | (vt->inverse_screen ? (bg << 8 | fg << 12) : (fg << 8 | bg << 12)));
}

void vt_touch(struct vt *vt, u32 from, u32 to)
{
	if (vt->dirty_from == vt->dirty_to) {
		vt->dirty_from = from;
		vt->dirty_to = to;
		return;
	}
	vt->dirty_from = min(vt->dirty_from, from);
	vt->dirty_to = max(vt->dirty_to, to);
}

void vt_erase_cells(struct vt *vt, u32 y, u32 from, u32 to)
{
	u16 b = blank(vt);

	for (u32 x = from; x < to; x++)
		vt->cells[y][x] = b;
	vt_touch(vt, y, y + 1);
}

void vt_erase_rows(struct vt *vt, u32 from, u32 to)
{
	for (u32 y = from; y < to; y++)
		vt_erase_cells(vt, y, 0, VT_COLS);
}

/* Rows [top, bottom) move up by n; what leaves the whole screen at the top is history. */
void vt_scroll_up(struct vt *vt, u32 top, u32 bottom, u32 n)
{
	n = min(n, bottom - top);
	for (u32 i = 0; top == 0 && vt->scrolled_out && i < n; i++)
		vt->scrolled_out(vt, vt->cells[i]);
	memmove(vt->cells[top], vt->cells[top + n], (bottom - top - n) * sizeof(vt->cells[0]));
	vt_touch(vt, top, bottom);
	vt_erase_rows(vt, bottom - n, bottom);
}

void vt_scroll_down(struct vt *vt, u32 top, u32 bottom, u32 n)
{
	n = min(n, bottom - top);
	memmove(vt->cells[top + n], vt->cells[top], (bottom - top - n) * sizeof(vt->cells[0]));
	vt_touch(vt, top, bottom);
	vt_erase_rows(vt, top, top + n);
}

/* Signed, as a movement may ask for less than nothing. Origin mode keeps it inside the scroll region. */
void vt_go_to(struct vt *vt, int x, int y)
{
	int low = vt->origin ? (int)vt->top : 0, high = vt->origin ? (int)vt->bottom : (int)VT_ROWS;

	vt->cur.x = (u32)clamp(x, 0, (int)VT_COLS - 1);
	vt->cur.y = (u32)clamp(y, low, high - 1);
	vt->cur.wrap = false;
}

void vt_go_to_origin(struct vt *vt, int x, int y) { vt_go_to(vt, x, y + (vt->origin ? (int)vt->top : 0)); }

static void line_feed(struct vt *vt)
{
	if (vt->cur.y + 1 == vt->bottom)
		vt_scroll_up(vt, vt->top, vt->bottom, 1);
	else if (vt->cur.y + 1 < VT_ROWS)
		vt->cur.y++;
	vt->cur.wrap = false;
}

static void reverse_line_feed(struct vt *vt)
{
	if (vt->cur.y == vt->top)
		vt_scroll_down(vt, vt->top, vt->bottom, 1);
	else if (vt->cur.y > 0)
		vt->cur.y--;
	vt->cur.wrap = false;
}

static void carriage_return(struct vt *vt)
{
	vt->cur.x = 0;
	vt->cur.wrap = false;
}

static void tab(struct vt *vt)
{
	while (vt->cur.x + 1 < VT_COLS)
		if (vt->tabs[++vt->cur.x])
			break;
	vt->cur.wrap = false;
}

void vt_insert_cells(struct vt *vt, u32 n)
{
	u16 *row = vt->cells[vt->cur.y];

	n = min(n, VT_COLS - vt->cur.x);
	memmove(row + vt->cur.x + n, row + vt->cur.x, (VT_COLS - vt->cur.x - n) * sizeof(*row));
	vt_erase_cells(vt, vt->cur.y, vt->cur.x, vt->cur.x + n);
	vt->cur.wrap = false;
}

void vt_delete_cells(struct vt *vt, u32 n)
{
	u16 *row = vt->cells[vt->cur.y];

	n = min(n, VT_COLS - vt->cur.x);
	memmove(row + vt->cur.x, row + vt->cur.x + n, (VT_COLS - vt->cur.x - n) * sizeof(*row));
	vt_erase_cells(vt, vt->cur.y, VT_COLS - n, VT_COLS);
	vt->cur.wrap = false;
}

static void put_glyph(struct vt *vt, u8 glyph)
{
	if (vt->cur.wrap) {
		carriage_return(vt);
		line_feed(vt);
	}
	if (vt->insert)
		vt_insert_cells(vt, 1);
	vt->cells[vt->cur.y][vt->cur.x] = (u16)(glyph | attr_bits(vt));
	vt_touch(vt, vt->cur.y, vt->cur.y + 1);
	if (vt->cur.x + 1 < VT_COLS)
		vt->cur.x++;
	else
		vt->cur.wrap = vt->autowrap;
}

static void put_char(struct vt *vt, u32 c)
{
	u8 set = vt->cur.charset[vt->cur.shift];

	if (set == '0' && c >= 0x60 && c < 0x60 + ARRAY_SIZE(line_drawing))
		put_glyph(vt, line_drawing[c - 0x60]);
	else if (set == 'U' && c < 0x100)
		put_glyph(vt, (u8)c);
	else
		put_glyph(vt, glyph_of(c));
}

/* Bytes from 0x80 on: UTF-8, put together here. A sequence that is cut off shows as one unknown character. */
static void put_high_byte(struct vt *vt, u8 c)
{
	if (!vt->utf8 || vt->raw_font) {
		put_glyph(vt, c);
		return;
	}
	if (vt->utf8_left && (c & 0xc0) == 0x80) {
		vt->utf8_char = vt->utf8_char << 6 | (c & 0x3f);
		if (--vt->utf8_left == 0)
			put_char(vt, vt->utf8_char);
		return;
	}
	if (vt->utf8_left)
		put_glyph(vt, UNKNOWN_GLYPH);
	vt->utf8_left = (c & 0xe0) == 0xc0 ? 1 : (c & 0xf0) == 0xe0 ? 2 : (c & 0xf8) == 0xf0 ? 3 : 0;
	vt->utf8_char = c & (0x3fu >> vt->utf8_left);
	if (!vt->utf8_left)
		put_glyph(vt, UNKNOWN_GLYPH);
}

void vt_reset_attr(struct vt *vt)
{
	vt->cur.attr = (struct vt_attr){ .fg = VT_DEFAULT_FG, .bg = VT_DEFAULT_BG };
}

static void reset(struct vt *vt)
{
	vt->top = 0;
	vt->bottom = VT_ROWS;
	vt->origin = vt->insert = vt->newline = vt->cursor_keys = vt->raw_font = vt->inverse_screen = false;
	vt->autowrap = vt->cursor_visible = vt->utf8 = true;
	vt->utf8_left = 0;
	vt->state = VT_NORMAL;
	vt_reset_attr(vt);
	vt->cur.charset[0] = 'B';
	vt->cur.charset[1] = '0';
	vt->cur.shift = 0;
	for (u32 x = 0; x < VT_COLS; x++)
		vt->tabs[x] = x && x % 8 == 0;
	vt_go_to(vt, 0, 0);
	vt->saved = vt->cur;
	vt_erase_rows(vt, 0, VT_ROWS);
}

static void begin_csi(struct vt *vt)
{
	memset(vt->params, 0, sizeof(vt->params));
	vt->nr_params = 0;
	vt->private_mark = 0;
	vt->state = VT_CSI;
}

static void collect_csi(struct vt *vt, u8 c)
{
	if (c == '[' && !vt->nr_params && !vt->private_mark) {
		vt->state = VT_FUNCTION_KEY;		/* echo of one of our own: swallow the letter */
	} else if (isdigit(c)) {
		u32 *p;

		vt->nr_params = max(vt->nr_params, 1u);
		p = &vt->params[vt->nr_params - 1];
		*p = min(*p * 10 + c - '0', 0xffffu);
	} else if (c == ';' || c == ':') {
		vt->nr_params = max(vt->nr_params, 1u);
		if (vt->nr_params < VT_PARAMS)
			vt->nr_params++;
	} else if (c >= '<' && c <= '?') {
		vt->private_mark = c;
	} else if (c >= 0x40) {
		vt->state = VT_NORMAL;
		vt_control_sequence(vt, c);
	}
}

static void alignment_pattern(struct vt *vt)
{
	for (u32 y = 0; y < VT_ROWS; y++)
		for (u32 x = 0; x < VT_COLS; x++)
			vt->cells[y][x] = (u16)('E' | attr_bits(vt));
	vt_touch(vt, 0, VT_ROWS);
}

static void escape(struct vt *vt, u8 c)
{
	vt->state = VT_NORMAL;
	switch (c) {
	case '[': begin_csi(vt); break;
	case ']':
	case 'P':
	case '^':
	case '_': vt->state = VT_OSC; break;	/* strings: swallowed up to their end */
	case '(': vt->state = VT_G0; break;
	case ')': vt->state = VT_G1; break;
	case '%': vt->state = VT_PERCENT; break;
	case '#': vt->state = VT_HASH; break;
	case 'c': reset(vt); break;
	case 'D': line_feed(vt); break;
	case 'E': carriage_return(vt); line_feed(vt); break;
	case 'H': vt->tabs[vt->cur.x] = 1; break;
	case 'M': reverse_line_feed(vt); break;
	case 'Z': vt_reply(vt, "\033[?6c"); break;
	case '7': vt->saved = vt->cur; break;
	case '8': vt->cur = vt->saved; break;
	}
}

/* True: it was one, and acts whatever sequence it is in the middle of. */
static bool control_char(struct vt *vt, u8 c)
{
	switch (c) {
	case '\b':
		if (vt->cur.x > 0 && !vt->cur.wrap)
			vt->cur.x--;
		vt->cur.wrap = false;
		return true;
	case '\t': tab(vt); return true;
	case '\n':
	case '\v':
	case '\f':
		line_feed(vt);
		if (vt->newline)
			carriage_return(vt);
		return true;
	case '\r': carriage_return(vt); return true;
	case 0x0e: vt->cur.shift = 1; return true;
	case 0x0f: vt->cur.shift = 0; return true;
	case 0x18:
	case 0x1a: vt->state = VT_NORMAL; return true;
	case ESC: vt->state = VT_ESC; return true;
	default: return c < ' ' || c == 0x7f;	/* the bell rings for nobody */
	}
}

/* Titles, palettes and the like: a string that ends with a bell or with ESC \, of no interest here. */
static void collect_string(struct vt *vt, u8 c)
{
	if (c == '\a' || c == 0x18 || c == 0x1a || (vt->state == VT_OSC_ESC && c == '\\'))
		vt->state = VT_NORMAL;
	else
		vt->state = c == ESC ? VT_OSC_ESC : VT_OSC;
}

static void put_byte(struct vt *vt, u8 c)
{
	if (vt->state == VT_OSC || vt->state == VT_OSC_ESC) {
		collect_string(vt, c);
		return;
	}
	if ((!vt->raw_font || c == ESC || vt->state != VT_NORMAL) && control_char(vt, c)) {
		vt->utf8_left = 0;
		return;
	}
	switch (vt->state) {
	case VT_ESC: escape(vt, c); return;
	case VT_CSI: collect_csi(vt, c); return;
	case VT_G0: vt->cur.charset[0] = c; break;
	case VT_G1: vt->cur.charset[1] = c; break;
	case VT_PERCENT: vt->utf8 = c != '@'; break;
	case VT_HASH:
		if (c == '8')
			alignment_pattern(vt);
		break;
	case VT_FUNCTION_KEY: break;
	default:
		if (vt->raw_font)
			put_glyph(vt, c);
		else if (c >= 0x80)
			put_high_byte(vt, c);
		else
			put_char(vt, c);
		return;
	}
	vt->state = VT_NORMAL;
}

void vt_write(struct vt *vt, const u8 *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_byte(vt, s[i]);
}

void vt_init(struct vt *vt)
{
	void (*scrolled_out)(struct vt *, const u16 *) = vt->scrolled_out;

	memset(vt, 0, sizeof(*vt));
	vt->scrolled_out = scrolled_out;
	reset(vt);
}
