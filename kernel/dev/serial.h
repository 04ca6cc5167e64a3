/* SPDX-License-Identifier: MIT */
#pragma once
/* The serial line of the PC. */
struct tty_struct;
struct tty_struct *serial_tty(int index);	/* NULL: no such line (or not yet) */
