/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * The kernel's log. printk may be called from any context, interrupt handlers and a panic
 * included; it never sleeps. Messages go to a ring that dmesg reads (syslog(2)) and to every
 * registered console whose loglevel admits them.
 */
#include "lib/types.h"
#include "lib/list.h"

enum { LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

void printk(int level, const char *fmt, ...) __printf(2, 3);
#define pr_emerg(...) printk(LOG_EMERG, __VA_ARGS__)
#define pr_err(...) printk(LOG_ERR, __VA_ARGS__)
#define pr_warn(...) printk(LOG_WARNING, __VA_ARGS__)
#define pr_notice(...) printk(LOG_NOTICE, __VA_ARGS__)
#define pr_info(...) printk(LOG_INFO, __VA_ARGS__)
#define pr_debug(...) printk(LOG_DEBUG, __VA_ARGS__)

struct console {
	const char *name;	/* "ttyS", "tty": as in console= */
	int index;
	void (*write)(struct console *con, const char *s, size_t n);	/* any context, never sleeps */
	bool enabled;
	struct list_head list;
};
/* A console registered late gets what the ring holds already. */
void register_console(struct console *con);

extern int console_loglevel;	/* messages with a level below it are shown; "quiet" lowers it to 4 */

/* Copies up to n bytes of the ring from position *pos on (and advances it); returns the count, 0 at the end. */
size_t printk_read(u64 *pos, char *buf, size_t n);
u64 printk_first(void);		/* position of the oldest byte still held */
u64 printk_end(void);		/* position behind the newest byte */
void printk_clear(void);	/* what SYSLOG_ACTION_CLEAR moves: printk_clear_pos */
u64 printk_clear_pos(void);
