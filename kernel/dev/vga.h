/* SPDX-License-Identifier: MIT */
#pragma once
/* The screen and its keyboard: /dev/tty1. */
#include "lib/types.h"

struct tty_struct;
struct tty_struct *vga_tty(void);		/* NULL: no screen (or not yet) */
bool vga_cursor_keys(void);			/* the program wants ESC O A for the arrow key up, not ESC [ A */
void vga_scrollback(int pages);			/* look at what has scrolled out: negative is up. Any context */
