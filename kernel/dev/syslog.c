/* SPDX-License-Identifier: MIT */
/*
 * syslog(2): the kernel's log for dmesg and klogd. Reading all shows what the ring holds since the
 * last clear; reading (type 2) consumes, for a log daemon, and waits for more.
 *
 * printk may be called with any lock held, the run queue's included, and therefore wakes nobody;
 * a waiting reader looks again a few times a second.
 */
#include "kernel/cpu/uaccess.h"
#include "kernel/printk.h"
#include "kernel/sched/mutex.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

enum {
	ACTION_CLOSE, ACTION_OPEN, ACTION_READ, ACTION_READ_ALL, ACTION_READ_CLEAR, ACTION_CLEAR,
	ACTION_CONSOLE_OFF, ACTION_CONSOLE_ON, ACTION_CONSOLE_LEVEL, ACTION_SIZE_UNREAD, ACTION_SIZE_BUFFER,
};
enum { LOG_BUFFER = 65536, MINIMUM_CONSOLE_LEVEL = 1 };

static DEFINE_MUTEX(syslog_lock);	/* guards what follows */
static u64 read_pos;			/* where the next ACTION_READ goes on */
static int saved_level = -1;		/* before ACTION_CONSOLE_OFF; -1: it is on */

/* Up to n bytes of the log from *pos on; bytes or -EFAULT. */
static long copy_log(u64 *pos, char *user, size_t n)
{
	char chunk[256];
	size_t done = 0;

	while (done < n) {
		size_t got = printk_read(pos, chunk, min(sizeof(chunk), n - done));

		if (!got)
			break;
		if (copy_to_user(user + done, chunk, got))
			return -EFAULT;
		done += got;
	}
	return (long)done;
}

static bool unread(void)
{
	u64 pos;

	mutex_lock(&syslog_lock);
	pos = max(read_pos, printk_first());
	mutex_unlock(&syslog_lock);
	return pos < printk_end();
}

static int wait_for_message(void)
{
	DECLARE_WAIT_QUEUE_HEAD(nobody);

	while (!unread()) {
		int err = wait_event_interruptible_hrtimeout(&nobody, false, ktime_get() + 200 * NSEC_PER_MSEC);

		if (err != -ETIME)
			return err;
	}
	return 0;
}

static long read_new(char *user, size_t n)
{
	long ret = wait_for_message();

	if (ret)
		return ret;
	mutex_lock(&syslog_lock);
	ret = copy_log(&read_pos, user, n);
	mutex_unlock(&syslog_lock);
	return ret;
}

/* The newest lines that fit, whole ones only. */
static u64 start_of_last(size_t n)
{
	u64 pos = max(printk_clear_pos(), printk_first()), end = printk_end();
	char c;

	if (end - pos <= n && pos != printk_first())
		return pos;
	if (end - pos > n)
		pos = end - n;
	else if (pos == 0)
		return pos;
	/* Somewhere inside a line: begin behind its end. */
	while (printk_read(&pos, &c, 1) && c != '\n')
		;
	return pos;
}

static long read_last(char *user, size_t n, bool clear)
{
	u64 pos = start_of_last(n);
	long ret = copy_log(&pos, user, n);

	if (clear && ret >= 0)
		printk_clear();
	return ret;
}

static long set_level(int level)
{
	if (level < 1 || level > 8)
		return -EINVAL;
	mutex_lock(&syslog_lock);
	console_loglevel = max(level, (int)MINIMUM_CONSOLE_LEVEL);
	saved_level = -1;
	mutex_unlock(&syslog_lock);
	return 0;
}

static void switch_console(bool on)
{
	mutex_lock(&syslog_lock);
	if (on && saved_level >= 0) {
		console_loglevel = saved_level;
		saved_level = -1;
	} else if (!on && saved_level < 0) {
		saved_level = console_loglevel;
		console_loglevel = MINIMUM_CONSOLE_LEVEL;
	}
	mutex_unlock(&syslog_lock);
}

static long unread_bytes(void)
{
	long n;

	mutex_lock(&syslog_lock);
	n = (long)(printk_end() - max(read_pos, printk_first()));
	mutex_unlock(&syslog_lock);
	return n;
}

long sys_syslog(int type, char *buf, int len);
long sys_syslog(int type, char *buf, int len)
{
	if (type != ACTION_READ_ALL && type != ACTION_SIZE_BUFFER && !capable(CAP_SYSLOG) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (type >= ACTION_READ && type <= ACTION_READ_CLEAR) {
		if (!buf || len < 0)
			return -EINVAL;
		if (!len)
			return 0;
		if (!access_ok(buf, (size_t)len))
			return -EFAULT;
	}
	switch (type) {
	case ACTION_CLOSE:
	case ACTION_OPEN: return 0;
	case ACTION_READ: return read_new(buf, (size_t)len);
	case ACTION_READ_ALL: return read_last(buf, (size_t)len, false);
	case ACTION_READ_CLEAR: return read_last(buf, (size_t)len, true);
	case ACTION_CLEAR: printk_clear(); return 0;
	case ACTION_CONSOLE_OFF:
	case ACTION_CONSOLE_ON: switch_console(type == ACTION_CONSOLE_ON); return 0;
	case ACTION_CONSOLE_LEVEL: return set_level(len);
	case ACTION_SIZE_UNREAD: return unread_bytes();
	case ACTION_SIZE_BUFFER: return LOG_BUFFER;
	default: return -EINVAL;
	}
}
