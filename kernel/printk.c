/* SPDX-License-Identifier: MIT */
/*
 * The kernel log: a ring of bytes that always holds the newest 64 KiB. Each line is stored as
 * "<level>[seconds.microseconds] text", the form that syslog(2) gives to dmesg. Positions count
 * bytes since boot, so a reader knows when it has been overtaken.
 *
 * log_lock guards the ring and the console list and is a leaf: nothing else is taken under it.
 * Console writes happen under it, which keeps lines whole; a console must not call printk.
 */
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/printk.h"
#include "kernel/sched/spinlock.h"
#include "kernel/time.h"
#include "lib/div64.h"
#include "lib/kstrtox.h"
#include "lib/printf.h"
#include "lib/string.h"

#define LOG_SIZE 65536u

static char ring[LOG_SIZE];
static u64 log_end, clear_pos;
static DEFINE_SPINLOCK(log_lock);
static LIST_HEAD(consoles);
static bool at_line_start = true;
int console_loglevel = LOG_INFO + 1;

static int set_quiet(const char *value) { (void)value; console_loglevel = LOG_ERR + 1; return 0; }
static int set_loglevel(const char *value) { return kstrtoint(value, 10, &console_loglevel); }
early_param("quiet", set_quiet);
early_param("loglevel", set_loglevel);

static void store(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ring[(log_end + i) % LOG_SIZE] = s[i];
	log_end += n;
}

static void show(int level, const char *s, size_t n)
{
	struct console *con;

	if (level >= console_loglevel)
		return;
	list_for_each_entry(con, &consoles, list)
		if (con->enabled)
			con->write(con, s, n);
}

void printk(int level, const char *fmt, ...)
{
	char line[320];
	size_t prefix = 0, shown = 0, n;
	unsigned long flags;
	va_list args;

	spin_lock_irqsave(&log_lock, flags);
	if (at_line_start) {
		u32 nsec;
		u64 sec = div_u64_rem(ktime_get(), NSEC_PER_SEC, &nsec);

		shown = (size_t)scnprintf(line, sizeof(line), "<%d>", level);
		prefix = shown + (size_t)scnprintf(line + shown, sizeof(line) - shown, "[%5u.%06u] ", (u32)sec, nsec / 1000);
	}
	va_start(args, fmt);
	n = prefix + (size_t)vscnprintf(line + prefix, sizeof(line) - prefix, fmt, args);
	va_end(args);
	at_line_start = n > 0 && line[n - 1] == '\n';
	store(line, n);
	show(level, line + shown, n - shown);
	spin_unlock_irqrestore(&log_lock, flags);
}

u64 printk_end(void) { return log_end; }
u64 printk_first(void) { return log_end > LOG_SIZE ? log_end - LOG_SIZE : 0; }
u64 printk_clear_pos(void) { return clear_pos; }
void printk_clear(void) { clear_pos = log_end; }

size_t printk_read(u64 *pos, char *buf, size_t n)
{
	unsigned long flags;
	size_t done = 0;

	spin_lock_irqsave(&log_lock, flags);
	if (*pos < printk_first())
		*pos = printk_first();
	while (done < n && *pos < log_end)
		buf[done++] = ring[(*pos)++ % LOG_SIZE];
	spin_unlock_irqrestore(&log_lock, flags);
	return done;
}

/* Shows what the ring holds, without the level marks. */
static void replay(struct console *con)
{
	bool skip = false, start = true;
	int level = LOG_INFO;

	for (u64 p = printk_first(); p < log_end; p++) {
		char c = ring[p % LOG_SIZE];

		if (start && c == '<') {
			skip = true;
			level = ring[(p + 1) % LOG_SIZE] - '0';
		}
		if (!skip && level < console_loglevel)
			con->write(con, &c, 1);
		if (skip && c == '>')
			skip = false;
		start = c == '\n';
	}
}

void register_console(struct console *con)
{
	unsigned long flags;

	spin_lock_irqsave(&log_lock, flags);
	if (con->enabled)
		replay(con);
	list_add_tail(&con->list, &consoles);
	spin_unlock_irqrestore(&log_lock, flags);
}
