/* SPDX-License-Identifier: MIT */
/*
 * Text made on demand, record by record; the contract is in fs/seq_file.h.
 *
 * A reader asks for any number of bytes at any position. Records are shown into a buffer; what the reader did not
 * take stays there for its next call. A record that overflows the buffer is shown again into one twice the size.
 * Reading at a position other than where the last read ended starts over from the first record.
 */
#include "fs/seq_file.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab.h"

int seq_open(struct file *file, const struct seq_operations *op)
{
	struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	mutex_init(&m->lock);
	m->op = op;
	m->file = file;
	file->private_data = m;
	/* pread and lseek work, writing makes no sense unless the file has a write of its own. */
	return 0;
}

int seq_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kfree(m->buf);
	kfree(m);
	return 0;
}

static void rewind_seq(struct seq_file *m)
{
	m->index = 0;
	m->read_pos = 0;
	m->from = m->count = 0;
}

/* A buffer of twice the size, empty. */
static int grow(struct seq_file *m)
{
	size_t size = m->size ? m->size * 2 : PAGE_SIZE;
	char *buf = kmalloc(size, GFP_KERNEL);

	if (!buf)
		return -ENOMEM;
	kfree(m->buf);
	m->buf = buf;
	m->size = size;
	m->from = m->count = 0;
	return 0;
}

/* Fill the empty buffer with as many whole records as fit, at least one. 0 (count 0: the end) or errno. */
static int fill(struct seq_file *m)
{
	void *v;
	int err;

	if (!m->buf && grow(m))
		return -ENOMEM;
again:
	m->from = m->count = 0;
	err = 0;
	v = m->op->start(m, &m->index);
	while (!IS_ERR_OR_NULL(v)) {
		size_t before = m->count;
		loff_t index = m->index;

		err = m->op->show(m, v);
		if (err < 0)
			break;
		if (err == SEQ_SKIP) {
			m->count = before;
			err = 0;
		} else if (seq_has_overflowed(m)) {
			m->count = before;	/* this record did not fit */
			if (before)
				break;
			m->op->stop(m, v);
			err = grow(m);
			if (err)
				return err;
			goto again;
		}
		v = m->op->next(m, v, &m->index);
		if (m->index == index)
			m->index++;
		if (m->count >= m->size / 2)
			break;
	}
	if (IS_ERR(v))
		err = PTR_ERR(v);
	m->op->stop(m, v);
	return m->count ? 0 : err;
}

/* Go to pos by reading away what is before it. */
static int seek_to(struct seq_file *m, loff_t pos)
{
	rewind_seq(m);
	while (m->read_pos < pos) {
		int err = fill(m);
		size_t n;

		if (err)
			return err;
		if (!m->count)
			return 0;	/* behind the end: read() will find nothing */
		n = min_t(u64, m->count, pos - m->read_pos);
		m->from += n;
		m->count -= n;
		m->read_pos += n;
	}
	return 0;
}

ssize_t seq_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct seq_file *m = file->private_data;
	ssize_t done = 0;
	int err = 0;

	mutex_lock(&m->lock);
	if (*pos == 0 && m->read_pos != 0)
		rewind_seq(m);
	else if (*pos != m->read_pos)
		err = seek_to(m, *pos);
	if (!err && m->read_pos < *pos)
		goto out;
	while (!err && iov_iter_count(to)) {
		size_t n, copied;

		if (!m->count) {
			if (done)
				break;
			err = fill(m);
			if (err || !m->count)
				break;
		}
		n = min(m->count, iov_iter_count(to));
		copied = copy_to_iter(m->buf + m->from, n, to);
		m->from += copied;
		m->count -= copied;
		m->read_pos += copied;
		done += copied;
		if (copied < n)
			err = -EFAULT;
	}
	*pos += done;
out:
	mutex_unlock(&m->lock);
	return done ? done : err;
}

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	return file->f_pos = offset;
}

void seq_write(struct seq_file *m, const void *data, size_t n)
{
	if (m->count + n < m->size) {
		memcpy(m->buf + m->count, data, n);
		m->count += n;
	} else {
		m->count = m->size;
	}
}

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

void seq_putc(struct seq_file *m, char c)
{
	if (m->count < m->size)
		m->buf[m->count++] = c;
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	size_t room = m->size - m->count;
	va_list args;
	int n;

	if (!room)
		return;
	va_start(args, fmt);
	n = vsnprintf(m->buf + m->count, room, fmt, args);
	va_end(args);
	m->count = (size_t)n < room ? m->count + n : m->size;
}

void seq_escape(struct seq_file *m, const char *s, const char *esc)
{
	for (; *s; s++) {
		unsigned char c = *s;

		if (strchr(esc, c))
			seq_printf(m, "\\%03o", c);
		else
			seq_putc(m, c);
	}
}

void seq_path(struct seq_file *m, const struct path *path, const char *esc)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *p;

	if (!buf)
		return;
	p = d_path(path, buf, PATH_MAX);
	if (!IS_ERR(p))
		seq_escape(m, p, esc);
	kfree(buf);
}

struct list_head *seq_list_start(struct list_head *head, loff_t pos)
{
	struct list_head *p;

	list_for_each(p, head)
		if (pos-- == 0)
			return p;
	return NULL;
}

struct list_head *seq_list_next(void *v, struct list_head *head, loff_t *pos)
{
	struct list_head *p = ((struct list_head *)v)->next;

	++*pos;
	return p == head ? NULL : p;
}

static void *single_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? NULL : (void *)1;
}

static void *single_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

static void single_stop(struct seq_file *m, void *v)
{
}

/* The one operation that differs needs an operations table of its own, freed with the file. */
int single_open_size(struct file *file, int (*show)(struct seq_file *, void *), void *data, size_t size)
{
	struct seq_operations *op = kmalloc(sizeof(*op), GFP_KERNEL);
	int err;

	if (!op)
		return -ENOMEM;
	*op = (struct seq_operations){ .start = single_start, .next = single_next, .stop = single_stop, .show = show };
	err = seq_open(file, op);
	if (err) {
		kfree(op);
		return err;
	}
	((struct seq_file *)file->private_data)->private = data;
	while (size > ((struct seq_file *)file->private_data)->size) {
		err = grow(file->private_data);
		if (err) {
			single_release(NULL, file);
			return err;
		}
	}
	return 0;
}

int single_open(struct file *file, int (*show)(struct seq_file *, void *), void *data)
{
	return single_open_size(file, show, data, 0);
}

int single_release(struct inode *inode, struct file *file)
{
	const struct seq_operations *op = ((struct seq_file *)file->private_data)->op;

	seq_release(inode, file);
	kfree(op);
	return 0;
}
