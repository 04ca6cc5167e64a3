/* SPDX-License-Identifier: MIT */
/*
 * The memory devices, character major 1 (mem(4), null(4), random(4), kmsg): null, zero, full, random, urandom
 * and kmsg. Each is a handful of lines; together they are the simplest drivers of all, and the ones to read first.
 */
#include "fs/fs.h"
#include "fs/poll.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/dev/random.h"
#include "kernel/init.h"
#include "kernel/printk.h"
#include "kernel/task/task.h"
#include "kernel/time.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/kstrtox.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "mm/shmem.h"
#include "mm/slab.h"

#define MEM_MAJOR 1

static ssize_t read_null(struct file *file, struct iov_iter *to, loff_t *pos)
{
	return 0;
}

static ssize_t write_null(struct file *file, struct iov_iter *from, loff_t *pos)
{
	return iov_iter_count(from);
}

/* In pieces, so that a signal ends a long read. */
static ssize_t read_zero(struct file *file, struct iov_iter *to, loff_t *pos)
{
	ssize_t done = 0;

	while (iov_iter_count(to)) {
		size_t n = min_t(size_t, iov_iter_count(to), 64 * PAGE_SIZE), got = iov_iter_zero(n, to);

		done += got;
		if (got < n)
			return done ? done : -EFAULT;
		if (unlikely(iov_iter_count(to) && signal_pending(current)))
			break;
	}
	return done;
}

/* A shared mapping is memory of its own; a private one needs no file at all. */
static int mmap_zero(struct file *file, struct vm_area_struct *vma)
{
	struct file *shm;

	if (!(vma->vm_flags & VM_SHARED))
		return 0;
	shm = shmem_file_setup("dev/zero", vma->vm_end - vma->vm_start, vma->vm_flags);
	if (IS_ERR(shm))
		return PTR_ERR(shm);
	fput(vma->vm_file);
	vma->vm_file = shm;
	vma->vm_pgoff = 0;
	return shm->f_op->mmap(shm, vma);
}

static ssize_t write_full(struct file *file, struct iov_iter *from, loff_t *pos)
{
	return -ENOSPC;
}

static ssize_t read_random(struct file *file, struct iov_iter *to, loff_t *pos)
{
	return get_random_bytes_user(to);
}

/* What a program writes is stirred in, and believed no more than anything else. */
static ssize_t write_random(struct file *file, struct iov_iter *from, loff_t *pos)
{
	ssize_t done = 0;
	u8 buf[64];

	while (iov_iter_count(from)) {
		size_t n = min(iov_iter_count(from), sizeof(buf)), got = copy_from_iter(buf, n, from);

		add_device_randomness(buf, got);
		done += got;
		if (got < n)
			return done ? done : -EFAULT;
	}
	return done;
}

static loff_t null_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos = 0;
}

static const struct file_operations null_fops = {
	.llseek = null_llseek, .read = read_null, .write = write_null,
};
static const struct file_operations zero_fops = {
	.llseek = null_llseek, .read = read_zero, .write = write_null, .mmap = mmap_zero,
};
static const struct file_operations full_fops = {
	.llseek = null_llseek, .read = read_zero, .write = write_full,
};
static const struct file_operations random_fops = {
	.llseek = noop_llseek, .read = read_random, .write = write_random,
};

/*
 * /dev/kmsg: one message per read, "level,sequence,microseconds,-;text". The log is a ring of text lines, each
 * with its level and time in front; a reader's position is a byte of the ring.
 */
#define KMSG_LINE 1024

struct kmsg_reader {
	struct mutex lock;
	u64 pos;
	char line[KMSG_LINE];
};

static int kmsg_open(struct inode *inode, struct file *file)
{
	struct kmsg_reader *r;

	if (!(file->f_mode & FMODE_READ))
		return 0;
	r = kmalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	mutex_init(&r->lock);
	r->pos = printk_first();
	file->private_data = r;
	return 0;
}

static int kmsg_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

/* The next whole line into r->line; its length without the newline, or 0 at the end. */
static size_t next_line(struct kmsg_reader *r)
{
	size_t n = printk_read(&r->pos, r->line, sizeof(r->line) - 1), len;
	char *end = memchr(r->line, '\n', n);

	if (!n)
		return 0;
	len = end ? (size_t)(end - r->line) : n;
	r->pos = r->pos - n + len + (end ? 1 : 0);	/* printk_read moved it behind all n bytes */
	r->line[len] = '\0';
	return len;
}

/* Takes "<6>[    1.234567] " off a line: level and microseconds. */
static const char *parse_prefix(const char *text, int *level, u64 *usec)
{
	char *end;

	if (text[0] == '<' && isdigit(text[1]) && text[2] == '>') {
		*level = text[1] - '0';
		text += 3;
	}
	if (text[0] == '[') {
		u64 sec = simple_strtoul(skip_spaces(text + 1), &end, 10);

		if (*end == '.') {
			*usec = sec * 1000000 + simple_strtoul(end + 1, &end, 10);
			if (end[0] == ']' && end[1] == ' ')
				text = end + 2;
		}
	}
	return text;
}

/*
 * Text behind the reader's position: 0, -EAGAIN or -ERESTARTSYS. printk runs in any context, under any lock, and so
 * wakes nobody: a reader looks ten times a second.
 */
static int wait_for_text(struct kmsg_reader *r, bool nonblock)
{
	while (r->pos >= printk_end()) {
		if (nonblock)
			return -EAGAIN;
		if (signal_pending(current))
			return -ERESTARTSYS;
		mutex_unlock(&r->lock);
		set_current_state(TASK_INTERRUPTIBLE);
		schedule_hrtimeout(ktime_get() + 100 * NSEC_PER_MSEC);
		mutex_lock(&r->lock);
	}
	return 0;
}

static ssize_t kmsg_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct kmsg_reader *r = file->private_data;
	char head[64];
	const char *text;
	int level = LOG_INFO;
	u64 usec = 0;
	size_t head_len, len;
	ssize_t ret;

	mutex_lock(&r->lock);
	do {
		ret = wait_for_text(r, file->f_flags & O_NONBLOCK);
		if (ret) {
			mutex_unlock(&r->lock);
			return ret;
		}
		len = next_line(r);
	} while (!len);
	text = parse_prefix(r->line, &level, &usec);
	head_len = scnprintf(head, sizeof(head), "%d,%llu,%llu,-;", level, (unsigned long long)r->pos, (unsigned long long)usec);
	len = strlen(text);
	if (head_len + len + 1 > iov_iter_count(to))
		ret = -EINVAL;
	else if (copy_to_iter(head, head_len, to) != head_len || copy_to_iter(text, len, to) != len ||
		 copy_to_iter("\n", 1, to) != 1)
		ret = -EFAULT;
	else
		ret = head_len + len + 1;
	mutex_unlock(&r->lock);
	return ret;
}

/* "<3>text" or "text": a line in the log. */
static ssize_t kmsg_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	size_t n = iov_iter_count(from);
	unsigned int level = LOG_WARNING;
	char *line, *text, *end;

	if (n > KMSG_LINE - 32)
		return -EINVAL;
	line = kmalloc(n + 1, GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	if (copy_from_iter(line, n, from) != n) {
		kfree(line);
		return -EFAULT;
	}
	line[n] = '\0';
	text = line;
	if (*text == '<') {
		unsigned long v = simple_strtoul(text + 1, &end, 10);

		if (*end == '>' && end != text + 1) {
			level = v & 7;
			text = end + 1;
		}
	}
	for (end = text + strlen(text); end > text && end[-1] == '\n'; end--)
		end[-1] = '\0';
	printk(level, "%s\n", text);
	kfree(line);
	return n;
}

static loff_t kmsg_llseek(struct file *file, loff_t offset, int whence)
{
	struct kmsg_reader *r = file->private_data;

	if (offset || !r)
		return offset ? -ESPIPE : -EBADF;
	mutex_lock(&r->lock);
	if (whence == SEEK_SET)
		r->pos = printk_first();
	else if (whence == SEEK_END)
		r->pos = printk_end();
	else if (whence == SEEK_DATA)
		r->pos = printk_clear_pos();
	mutex_unlock(&r->lock);
	return whence == SEEK_SET || whence == SEEK_END || whence == SEEK_DATA ? 0 : -EINVAL;
}

static u32 kmsg_poll(struct file *file, poll_table *wait)
{
	struct kmsg_reader *r = file->private_data;

	return POLLOUT | POLLWRNORM | (r && r->pos < printk_end() ? POLLIN | POLLRDNORM : 0);
}

static const struct file_operations kmsg_fops = {
	.llseek = kmsg_llseek, .read = kmsg_read, .write = kmsg_write, .poll = kmsg_poll,
	.open = kmsg_open, .release = kmsg_release,
};

static const struct mem_device {
	u32 minor;
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} mem_devices[] = {
	{ 3, "null", 0666, &null_fops },
	{ 5, "zero", 0666, &zero_fops },
	{ 7, "full", 0666, &full_fops },
	{ 8, "random", 0666, &random_fops },
	{ 9, "urandom", 0666, &random_fops },
	{ 11, "kmsg", 0644, &kmsg_fops },
};

static int memory_open(struct inode *inode, struct file *file)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mem_devices); i++)
		if (mem_devices[i].minor == MINOR(inode->i_rdev)) {
			replace_fops(file, mem_devices[i].fops);
			return file->f_op->open ? file->f_op->open(inode, file) : 0;
		}
	return -ENXIO;
}

static const struct file_operations memory_fops = { .open = memory_open };

static int mem_init(void)
{
	unsigned int i;
	int err = register_chrdev(MEM_MAJOR, 0, 256, "mem", &memory_fops);

	for (i = 0; !err && i < ARRAY_SIZE(mem_devices); i++)
		err = device_create_node(mem_devices[i].name, S_IFCHR | mem_devices[i].mode,
					 MKDEV(MEM_MAJOR, mem_devices[i].minor));
	return err;
}
device_initcall(mem_init);
