/* SPDX-License-Identifier: MIT */
/*
 * Which consoles the kernel speaks on. Each "console=NAME[,OPTIONS]" of the command line enables
 * one for the kernel's messages ("tty0": the screen, "ttyS0,115200": the first serial line), and
 * the last one given is what /dev/console means. With none given all that exist are enabled, and
 * /dev/console is the serial line if there is one.
 *
 * All of this is written while there is one CPU and no interrupts, and only read later.
 */
#include "kernel/dev/serial.h"
#include "kernel/dev/tty.h"
#include "kernel/dev/vga.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "lib/abi/errno.h"
#include "lib/kstrtox.h"
#include "lib/string.h"

static struct chosen {
	char name[8];		/* "ttyS" */
	int index;
	u32 baud;		/* 0: not given */
} chosen[8];
static size_t nr_chosen;
static struct console *known[4];
static size_t nr_known;

/* "tty0" means whichever screen is in front. */
static bool matches(const struct chosen *c, const char *name, int index)
{
	return strcmp(c->name, name) == 0 && (c->index == index || (c->index == 0 && strcmp(name, "tty") == 0));
}

static bool is_chosen(const struct console *con)
{
	for (size_t i = 0; i < nr_chosen; i++)
		if (matches(&chosen[i], con->name, con->index))
			return true;
	return nr_chosen == 0;
}

static int console_param(const char *value)
{
	struct chosen *c = &chosen[nr_chosen];
	size_t letters = 0;
	char *end;

	if (nr_chosen == ARRAY_SIZE(chosen))
		return -ENOSPC;
	while (value[letters] && value[letters] != ',' && !isdigit(value[letters]))
		letters++;
	if (!letters || letters >= sizeof(c->name))
		return -EINVAL;
	memcpy(c->name, value, letters);
	c->name[letters] = '\0';
	c->index = (int)simple_strtoul(value + letters, &end, 10);
	c->baud = *end == ',' ? (u32)simple_strtoul(end + 1, NULL, 10) : 0;
	nr_chosen++;
	for (size_t i = 0; i < nr_known; i++)
		known[i]->enabled = is_chosen(known[i]);
	return 0;
}
early_param("console", console_param);

void console_add(struct console *con)
{
	con->enabled = is_chosen(con);
	if (nr_known < ARRAY_SIZE(known))
		known[nr_known++] = con;
	register_console(con);
}

u32 console_baud(const char *name, int index, u32 otherwise)
{
	u32 baud = otherwise;

	for (size_t i = 0; i < nr_chosen; i++)
		if (matches(&chosen[i], name, index) && chosen[i].baud)
			baud = chosen[i].baud;
	return baud;
}

static struct tty_struct *tty_of(const struct chosen *c)
{
	if (strcmp(c->name, "ttyS") == 0)
		return serial_tty(c->index);
	return strcmp(c->name, "tty") == 0 && c->index <= 1 ? vga_tty() : NULL;
}

struct tty_struct *console_tty(void)
{
	struct tty_struct *tty = nr_chosen ? tty_of(&chosen[nr_chosen - 1]) : NULL;

	if (!tty)
		tty = serial_tty(0) ?: vga_tty();
	return tty ? tty_get(tty) : NULL;
}
