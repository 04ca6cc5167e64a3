/* SPDX-License-Identifier: MIT */
#pragma once
/* The consoles that work before memory and interrupts do: printk output only, from static data. */
void serial_console_init(void);	/* COM1, if it answers */
void vga_console_init(void);	/* text mode at 0xB8000 */
