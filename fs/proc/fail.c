/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/fail-nth and make-it-fail: which of a task's allocations fail on purpose (mm/fail.c). A task sets its own before what it
 * wants to try, and asks afterwards how far that went; so neither reading nor writing may allocate anything itself.
 */
#include "fs/proc/internal.h"
#include "lib/abi/errno.h"
#include "lib/kstrtox.h"
#include "lib/printf.h"

#if DEBUG
static ssize_t read_number(unsigned int value, struct iov_iter *to, loff_t *pos)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u\n", value);
	size_t n;

	if (*pos < 0 || *pos >= len)
		return 0;
	n = copy_to_iter(text + *pos, min_t(size_t, (size_t)(len - *pos), iov_iter_count(to)), to);
	*pos += n;
	return n ? (ssize_t)n : -EFAULT;
}

static ssize_t write_number(unsigned int *value, unsigned int max, struct iov_iter *from)
{
	char text[16];
	ssize_t n = proc_get_text(from, text, sizeof(text));

	if (n >= 0 && (kstrtouint(text, 0, value) || *value > max))
		return -EINVAL;
	return n;
}

static ssize_t fail_nth_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct task_struct *task = get_proc_task(file->f_inode);
	unsigned int value;

	if (!task)
		return -ESRCH;
	value = READ_ONCE(task->fail_nth);
	put_task_struct(task);
	return read_number(value, to, pos);
}

static ssize_t fail_nth_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	unsigned int value = 0;
	ssize_t n = write_number(&value, ~0u, from);
	struct task_struct *task;

	(void)pos;
	if (n < 0)
		return n;
	task = get_proc_task(file->f_inode);
	if (!task)
		return -ESRCH;
	WRITE_ONCE(task->fail_nth, value);
	put_task_struct(task);
	return n;
}
const struct file_operations proc_fail_nth_fops = { .read = fail_nth_read, .write = fail_nth_write, .llseek = generic_file_llseek };

static ssize_t make_it_fail_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct task_struct *task = get_proc_task(file->f_inode);
	bool value;

	if (!task)
		return -ESRCH;
	value = READ_ONCE(task->make_it_fail);
	put_task_struct(task);
	return read_number(value, to, pos);
}

static ssize_t make_it_fail_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	unsigned int value = 0;
	ssize_t n = write_number(&value, 1, from);
	struct task_struct *task;

	(void)pos;
	if (n < 0)
		return n;
	task = get_proc_task(file->f_inode);
	if (!task)
		return -ESRCH;
	WRITE_ONCE(task->make_it_fail, value);
	put_task_struct(task);
	return n;
}
const struct file_operations proc_make_it_fail_fops = {
	.read = make_it_fail_read, .write = make_it_fail_write, .llseek = generic_file_llseek,
};
#endif
