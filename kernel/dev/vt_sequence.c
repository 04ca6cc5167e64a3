/* SPDX-License-Identifier: MIT */
/*
 * What the control sequences (ESC [ parameters letter) of the terminal emulator do: moving, erasing,
 * scrolling, colours, modes and reports. A parameter that is missing or 0 stands for the default,
 * which is mostly 1. Source: console_codes(4), ECMA-48.
 */
#include "kernel/dev/vt.h"
#include "lib/printf.h"
#include "lib/string.h"

void vt_reply(struct vt *vt, const char *s)
{
	size_t n = strlen(s);

	if (vt->reply_len + n > sizeof(vt->reply))
		return;
	memcpy(vt->reply + vt->reply_len, s, n);
	vt->reply_len += (u32)n;
}

static u32 param(const struct vt *vt, u32 i, u32 otherwise)
{
	return i < vt->nr_params && vt->params[i] ? vt->params[i] : otherwise;
}

static void report(struct vt *vt)
{
	char text[24];

	if (param(vt, 0, 0) == 5)
		vt_reply(vt, "\033[0n");
	if (param(vt, 0, 0) != 6)
		return;
	snprintf(text, sizeof(text), "\033[%u;%uR", vt->cur.y - (vt->origin ? vt->top : 0) + 1, vt->cur.x + 1);
	vt_reply(vt, text);
}

/* The nearest of sixteen: which of the three lights is at least half as bright as the brightest. */
static u8 nearest_colour(u32 r, u32 g, u32 b)
{
	u32 most = max(r, max(g, b));
	u8 c = 0;

	if (r > most / 2)
		c |= 1;
	if (g > most / 2)
		c |= 2;
	if (b > most / 2)
		c |= 4;
	if (c == 7 && most <= 0x55)
		return 8;
	return most > 0xaa ? c | 8 : c;
}

static u8 indexed_colour(u32 n)
{
	if (n < 16)
		return (u8)n;
	if (n >= 232) {
		u32 grey = 8 + (n - 232) * 10;

		return grey < 0x40 ? 0 : nearest_colour(grey, grey, grey);
	}
	n -= 16;
	return nearest_colour(n / 36 * 51, n / 6 % 6 * 51, n % 6 * 51);
}

/* "38;5;N" and "38;2;R;G;B". Returns how many parameters it has used up behind the 38. */
static u32 extended_colour(const struct vt *vt, u32 i, u8 *colour)
{
	if (i + 2 < vt->nr_params && vt->params[i + 1] == 5) {
		*colour = indexed_colour(vt->params[i + 2] & 0xff);
		return 2;
	}
	if (i + 4 < vt->nr_params && vt->params[i + 1] == 2) {
		*colour = nearest_colour(vt->params[i + 2] & 0xff, vt->params[i + 3] & 0xff, vt->params[i + 4] & 0xff);
		return 4;
	}
	return vt->nr_params;
}

static void set_colour(struct vt *vt, u32 p)
{
	struct vt_attr *a = &vt->cur.attr;

	if (p >= 30 && p <= 37)
		a->fg = (u8)(p - 30);
	else if (p == 39)
		a->fg = VT_DEFAULT_FG;
	else if (p >= 40 && p <= 47)
		a->bg = (u8)(p - 40);
	else if (p == 49)
		a->bg = VT_DEFAULT_BG;
	else if (p >= 90 && p <= 97)
		a->fg = (u8)(p - 90 + 8);
	else if (p >= 100 && p <= 107)
		a->bg = (u8)(p - 100);
}

static void select_graphic_rendition(struct vt *vt)
{
	struct vt_attr *a = &vt->cur.attr;
	u8 colour;

	for (u32 i = 0; i < max(vt->nr_params, 1u); i++) {
		switch (vt->params[i]) {
		case 0: vt_reset_attr(vt); break;
		case 1: a->bold = true; a->dim = false; break;
		case 2: a->dim = true; a->bold = false; break;
		case 4: a->underline = true; break;
		case 5: a->blink = true; break;
		case 7: a->reverse = true; break;
		case 10: vt->raw_font = false; break;
		case 11:
		case 12: vt->raw_font = true; break;
		case 21:
		case 22: a->bold = a->dim = false; break;
		case 24: a->underline = false; break;
		case 25: a->blink = false; break;
		case 27: a->reverse = false; break;
		case 38:
			colour = a->fg;
			i += extended_colour(vt, i, &colour);
			a->fg = colour;
			break;
		case 48:
			colour = a->bg;
			i += extended_colour(vt, i, &colour);
			a->bg = colour & 7;
			break;
		default: set_colour(vt, vt->params[i]);
		}
	}
}

static void invert_screen(struct vt *vt, bool on)
{
	if (vt->inverse_screen == on)
		return;
	vt->inverse_screen = on;
	for (u32 y = 0; y < VT_ROWS; y++)
		for (u32 x = 0; x < VT_COLS; x++) {
			u16 c = vt->cells[y][x];

			vt->cells[y][x] = (u16)((c & 0x88ff) | (c & 0x7000) >> 4 | (c & 0x0700) << 4);
		}
	vt_touch(vt, 0, VT_ROWS);
}

static void set_mode(struct vt *vt, bool on)
{
	for (u32 i = 0; i < max(vt->nr_params, 1u); i++) {
		switch (vt->params[i] | (vt->private_mark == '?' ? 0x10000u : 0)) {
		case 4: vt->insert = on; break;
		case 20: vt->newline = on; break;
		case 0x10001: vt->cursor_keys = on; break;
		case 0x10005: invert_screen(vt, on); break;
		case 0x10006:
			vt->origin = on;
			vt_go_to_origin(vt, 0, 0);
			break;
		case 0x10007: vt->autowrap = on; break;
		case 0x10019: vt->cursor_visible = on; break;	/* 25 */
		}
	}
}

static void erase_display(struct vt *vt)
{
	switch (param(vt, 0, 0)) {
	case 0:
		vt_erase_cells(vt, vt->cur.y, vt->cur.x, VT_COLS);
		vt_erase_rows(vt, vt->cur.y + 1, VT_ROWS);
		break;
	case 1:
		vt_erase_rows(vt, 0, vt->cur.y);
		vt_erase_cells(vt, vt->cur.y, 0, vt->cur.x + 1);
		break;
	case 2:
	case 3:
		vt_erase_rows(vt, 0, VT_ROWS);
		break;
	}
	vt->cur.wrap = false;
}

static void erase_line(struct vt *vt)
{
	u32 how = param(vt, 0, 0);

	if (how <= 2)
		vt_erase_cells(vt, vt->cur.y, how == 0 ? vt->cur.x : 0, how == 1 ? vt->cur.x + 1 : VT_COLS);
	vt->cur.wrap = false;
}

/* Lines move only inside the scroll region, and only if the cursor is in it. */
static void insert_or_delete_lines(struct vt *vt, bool insert)
{
	if (vt->cur.y < vt->top || vt->cur.y >= vt->bottom)
		return;
	if (insert)
		vt_scroll_down(vt, vt->cur.y, vt->bottom, param(vt, 0, 1));
	else
		vt_scroll_up(vt, vt->cur.y, vt->bottom, param(vt, 0, 1));
	vt->cur.wrap = false;
}

static void set_scroll_region(struct vt *vt)
{
	u32 top = param(vt, 0, 1), bottom = param(vt, 1, VT_ROWS);

	if (top >= bottom || bottom > VT_ROWS)
		return;
	vt->top = top - 1;
	vt->bottom = bottom;
	vt_go_to_origin(vt, 0, 0);
}

static void clear_tabs(struct vt *vt)
{
	if (param(vt, 0, 0) == 0)
		vt->tabs[vt->cur.x] = 0;
	else if (param(vt, 0, 0) == 3)
		memset(vt->tabs, 0, sizeof(vt->tabs));
}

/* Sequences with '?' or '>' mean something else: only modes are known of them. */
void vt_control_sequence(struct vt *vt, u8 final)
{
	/* Bounded, so that sums of it and the cursor do not overflow. */
	int n = (int)min(param(vt, 0, 1), 1000u), x = (int)vt->cur.x, y = (int)vt->cur.y;

	if (vt->private_mark && final != 'h' && final != 'l')
		return;
	switch (final) {
	case '@': vt_insert_cells(vt, (u32)n); break;
	case 'A': vt_go_to(vt, x, y - n); break;
	case 'B':
	case 'e': vt_go_to(vt, x, y + n); break;
	case 'C':
	case 'a': vt_go_to(vt, x + n, y); break;
	case 'D': vt_go_to(vt, x - n, y); break;
	case 'E': vt_go_to(vt, 0, y + n); break;
	case 'F': vt_go_to(vt, 0, y - n); break;
	case 'G':
	case '`': vt_go_to(vt, n - 1, y); break;
	case 'H':
	case 'f': vt_go_to_origin(vt, (int)min(param(vt, 1, 1), 1000u) - 1, n - 1); break;
	case 'd': vt_go_to_origin(vt, x, n - 1); break;
	case 'J': erase_display(vt); break;
	case 'K': erase_line(vt); break;
	case 'L': insert_or_delete_lines(vt, true); break;
	case 'M': insert_or_delete_lines(vt, false); break;
	case 'P': vt_delete_cells(vt, (u32)n); break;
	case 'S': vt_scroll_up(vt, vt->top, vt->bottom, (u32)n); break;
	case 'T': vt_scroll_down(vt, vt->top, vt->bottom, (u32)n); break;
	case 'X': vt_erase_cells(vt, vt->cur.y, vt->cur.x, min(vt->cur.x + (u32)n, VT_COLS)); break;
	case 'c':
		if (param(vt, 0, 0) == 0)
			vt_reply(vt, "\033[?6c");
		break;
	case 'g': clear_tabs(vt); break;
	case 'h': set_mode(vt, true); break;
	case 'l': set_mode(vt, false); break;
	case 'm': select_graphic_rendition(vt); break;
	case 'n': report(vt); break;
	case 'r': set_scroll_region(vt); break;
	case 's': vt->saved = vt->cur; break;
	case 'u': vt->cur = vt->saved; break;
	}
}
