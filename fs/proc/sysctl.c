/* SPDX-License-Identifier: MIT */
/*
 * /proc/sys: the kernel's variables as files. A file holds one variable; reading prints it, writing parses the text
 * and sets it. How, says the entry's handler; those here serve numbers and strings. A part of the kernel adds its
 * own variables with register_sysctl(); the common ones are at the end.
 */
#include "fs/pipe.h"
#include "fs/proc/internal.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "kernel/task/internal.h"
#include "kernel/task/uts.h"
#include "lib/abi/errno.h"
#include "lib/kstrtox.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "mm/oom.h"

static DEFINE_MUTEX(sysctl_mutex);	/* one reader or writer of a variable at a time */

static ssize_t sysctl_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	const struct ctl_table *t = proc_data(file->f_inode);
	char *page = (char *)__get_free_page(GFP_KERNEL);
	size_t len = PAGE_SIZE;
	ssize_t ret;

	if (!page)
		return -ENOMEM;
	mutex_lock(&sysctl_mutex);
	ret = t->proc_handler(t, false, page, &len);
	mutex_unlock(&sysctl_mutex);
	if (!ret && *pos < (loff_t)len) {
		size_t n = min(len - (size_t)*pos, iov_iter_count(to));

		ret = copy_to_iter(page + *pos, n, to);
		if (ret == 0 && n)
			ret = -EFAULT;
		else
			*pos += ret;
	}
	free_page((unsigned long)page);
	return ret;
}

/* Only a write from the beginning sets the variable: there is no writing into the middle of a number. */
static ssize_t sysctl_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	const struct ctl_table *t = proc_data(file->f_inode);
	size_t len = iov_iter_count(from), n = len;
	char *page;
	ssize_t ret;

	if (len >= PAGE_SIZE)
		return -EINVAL;
	if (*pos)
		return len;
	page = (char *)__get_free_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_iter(page, len, from) == len) {
		page[len] = '\0';
		mutex_lock(&sysctl_mutex);
		ret = t->proc_handler(t, true, page, &n);
		mutex_unlock(&sysctl_mutex);
	}
	free_page((unsigned long)page);
	if (ret)
		return ret;
	*pos += len;
	return len;
}
static const struct file_operations sysctl_fops = {
	.read = sysctl_read, .write = sysctl_write, .llseek = generic_file_llseek,
};

int register_sysctl(const char *path, const struct ctl_table *table)
{
	char full[96];
	struct proc_dir_entry *dir;

	snprintf(full, sizeof(full), "sys/%s", path);
	dir = proc_mkdir(full, NULL);
	for (; dir && table->procname; table++)
		if (!proc_create_data(table->procname, table->mode, dir, &sysctl_fops, (void *)table))
			return -ENOMEM;
	return dir ? 0 : -ENOMEM;
}

/* Numbers apart by blanks. All are parsed and checked before the first is stored. */
static int do_ints(const struct ctl_table *t, bool write, char *buf, size_t *len, bool limited)
{
	int *data = t->data, values[8], n = min_t(int, t->maxlen / sizeof(int), ARRAY_SIZE(values)), i;
	size_t done = 0;

	if (!write) {
		for (i = 0; i < n; i++)
			done += scnprintf(buf + done, *len - done, i ? "\t%d" : "%d", data[i]);
		*len = done + scnprintf(buf + done, *len - done, "\n");
		return 0;
	}
	for (i = 0; i < n; i++) {
		char *word;

		buf = skip_spaces(buf);
		if (!*buf)
			break;
		word = buf;
		buf += strcspn(buf, " \t\n");
		if (*buf)
			*buf++ = '\0';
		if (kstrtoint(word, 0, &values[i]))
			return -EINVAL;
		if (limited && (values[i] < t->extra1 || values[i] > t->extra2))
			return -EINVAL;
	}
	if (!i)
		return -EINVAL;
	memcpy(data, values, i * sizeof(int));
	return 0;
}

int proc_dointvec(const struct ctl_table *t, bool write, char *buf, size_t *len)
{
	return do_ints(t, write, buf, len, false);
}

int proc_dointvec_minmax(const struct ctl_table *t, bool write, char *buf, size_t *len)
{
	return do_ints(t, write, buf, len, true);
}

int proc_doulongvec(const struct ctl_table *t, bool write, char *buf, size_t *len)
{
	unsigned long value;

	if (!write) {
		*len = scnprintf(buf, *len, "%lu\n", *(unsigned long *)t->data);
		return 0;
	}
	if (kstrtoul(strim(buf), 0, &value))
		return -EINVAL;
	*(unsigned long *)t->data = value;
	return 0;
}

int proc_dostring(const struct ctl_table *t, bool write, char *buf, size_t *len)
{
	if (!write) {
		*len = scnprintf(buf, *len, "%s\n", (const char *)t->data);
		return 0;
	}
	buf[strcspn(buf, "\n")] = '\0';
	strlcpy(t->data, buf, t->maxlen);
	return 0;
}

/* The system's names are also set by sethostname(2). */
static int proc_do_uts(const struct ctl_table *t, bool write, char *buf, size_t *len)
{
	int err;

	if (write)
		down_write(&uts_sem);
	else
		down_read(&uts_sem);
	err = proc_dostring(t, write, buf, len);
	if (write)
		up_write(&uts_sem);
	else
		up_read(&uts_sem);
	return err;
}

/* Write-only: 1 page cache, 2 dentries and inodes, 3 all that is only cached, spare kernel stacks and slabs too. */
static int proc_drop_caches(const struct ctl_table *t, bool write, char *buf, size_t *len)
{
	int err = proc_dointvec_minmax(t, write, buf, len);

	if (!err && write && *(int *)t->data == 3)
		settle_memory();
	else if (!err && write)
		drop_caches(*(int *)t->data);
	return err;
}

static int proc_file_nr(const struct ctl_table *t, bool write, char *buf, size_t *len)
{
	*len = scnprintf(buf, *len, "%lu\t0\t%lu\n", nr_open_files(), sysctl_file_max);
	return 0;
}

/* Levels of console, default message, minimum, default console: the first is a variable here. */
static int proc_printk(const struct ctl_table *t, bool write, char *buf, size_t *len)
{
	if (write)
		return do_ints(t, true, buf, len, true);
	*len = scnprintf(buf, *len, "%d\t%d\t1\t7\n", console_loglevel, LOG_WARNING);
	return 0;
}

static int pid_max = PID_MAX;
static int drop_caches_value;

static const struct ctl_table vm_table[] = {
	{ "overcommit_memory", &sysctl_overcommit_memory, sizeof(int), 0644, proc_dointvec_minmax, 0, 2 },
	{ "overcommit_ratio", &sysctl_overcommit_ratio, sizeof(int), 0644, proc_dointvec_minmax, 0, 0x7fffffff },
	{ "max_map_count", &sysctl_max_map_count, sizeof(int), 0644, proc_dointvec_minmax, 0, 0x7fffffff },
	{ "drop_caches", &drop_caches_value, sizeof(int), 0200, proc_drop_caches, 1, 4 },
	{ .procname = NULL },
};

static const struct ctl_table kernel_table[] = {
	{ "ostype", utsname.sysname, sizeof(utsname.sysname), 0444, proc_do_uts, 0, 0 },
	{ "osrelease", utsname.release, sizeof(utsname.release), 0444, proc_do_uts, 0, 0 },
	{ "version", utsname.version, sizeof(utsname.version), 0444, proc_do_uts, 0, 0 },
	{ "hostname", utsname.nodename, sizeof(utsname.nodename), 0644, proc_do_uts, 0, 0 },
	{ "domainname", utsname.domainname, sizeof(utsname.domainname), 0644, proc_do_uts, 0, 0 },
	{ "threads-max", &max_threads, sizeof(int), 0644, proc_dointvec_minmax, 20, PID_MAX - 300 },
	{ "pid_max", &pid_max, sizeof(int), 0444, proc_dointvec, 0, 0 },
	{ "randomize_va_space", &sysctl_randomize_va_space, sizeof(int), 0644, proc_dointvec_minmax, 0, 2 },
	{ "printk", &console_loglevel, sizeof(int), 0644, proc_printk, 1, 15 },
	{ .procname = NULL },
};

static const struct ctl_table fs_table[] = {
	{ "file-max", &sysctl_file_max, sizeof(long), 0644, proc_doulongvec, 0, 0 },
	{ "file-nr", NULL, 0, 0444, proc_file_nr, 0, 0 },
	{ "pipe-max-size", &pipe_max_size, sizeof(int), 0644, proc_dointvec_minmax, 4096, 0x40000000 },
	{ .procname = NULL },
};

static int sysctl_init(void)
{
	int err = register_sysctl("vm", vm_table);

	if (!err)
		err = register_sysctl("kernel", kernel_table);
	return err ? err : register_sysctl("fs", fs_table);
}
fs_initcall(sysctl_init);
