/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * A terminal emulator: bytes and escape sequences in, a rectangle of character cells out. It knows
 * no hardware and takes no locks; the caller shows the cells of the changed rows and keeps writers
 * apart. The language is that of the Linux console (console_codes(4)), which is ECMA-48 and the
 * VT102 as far as full-screen programs use it.
 */
#include "lib/types.h"

#define VT_COLS 80u
#define VT_ROWS 25u
#define VT_PARAMS 16

struct vt_attr {
	u8 fg, bg;			/* ANSI colour 0-7; fg also 8-15 */
	bool bold, dim, underline, blink, reverse;
};

struct vt_cursor {
	u32 x, y;
	bool wrap;			/* behind the last column: the next character begins a line */
	struct vt_attr attr;
	u8 charset[2];			/* G0 and G1: 'B' ASCII, '0' line drawing, 'U' the font as it is */
	u8 shift;			/* which of them is in use */
};

enum vt_state { VT_NORMAL, VT_ESC, VT_CSI, VT_OSC, VT_OSC_ESC, VT_G0, VT_G1, VT_PERCENT, VT_HASH, VT_FUNCTION_KEY };

struct vt {
	u16 cells[VT_ROWS][VT_COLS];	/* character in the PC's code page 437, attribute << 8 */
	u32 dirty_from, dirty_to;	/* rows that have changed; the reader empties the range */
	struct vt_cursor cur, saved;
	u32 top, bottom;		/* scroll region, bottom exclusive */
	u8 tabs[VT_COLS];		/* a stop is here */
	bool origin, autowrap, insert, newline, cursor_visible, cursor_keys, raw_font, inverse_screen;
	enum vt_state state;
	u32 params[VT_PARAMS];
	u32 nr_params;
	u8 private_mark;		/* '?', '>' or 0 */
	u32 utf8_char;			/* being put together, */
	u32 utf8_left;			/* with so many bytes to come */
	bool utf8;
	char reply[32];			/* what the terminal has to say to the program; the caller empties it */
	u32 reply_len;
	void (*scrolled_out)(struct vt *vt, const u16 *row);	/* a row leaves at the top; may be NULL */
};

void vt_init(struct vt *vt);
void vt_write(struct vt *vt, const u8 *s, size_t n);

/* Shared by vt.c and vt_sequence.c. Ranges are [from, to); columns, rows and counts may exceed the screen only where said. */
enum { VT_DEFAULT_FG = 7, VT_DEFAULT_BG = 0 };
void vt_touch(struct vt *vt, u32 from, u32 to);
void vt_erase_cells(struct vt *vt, u32 y, u32 from, u32 to);
void vt_erase_rows(struct vt *vt, u32 from, u32 to);
void vt_scroll_up(struct vt *vt, u32 top, u32 bottom, u32 n);	/* any n */
void vt_scroll_down(struct vt *vt, u32 top, u32 bottom, u32 n);
void vt_insert_cells(struct vt *vt, u32 n);			/* at the cursor, any n */
void vt_delete_cells(struct vt *vt, u32 n);
void vt_go_to(struct vt *vt, int x, int y);			/* anywhere: the nearest place is taken */
void vt_go_to_origin(struct vt *vt, int x, int y);		/* y counts from the scroll region in origin mode */
void vt_reset_attr(struct vt *vt);
void vt_reply(struct vt *vt, const char *s);
void vt_control_sequence(struct vt *vt, u8 final);
