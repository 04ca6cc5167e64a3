/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Files whose text is made when they are read, record by record.
 *
 * show() prints one record into a buffer with seq_printf; start/next/stop walk over the records. The reader gets
 * the text in whatever pieces it asks for. A record that does not fit makes the buffer grow and is shown again, so
 * show() must have no side effects. Locks taken in start() are given back in stop(), before any user copy.
 */
#include "fs/file.h"

struct seq_file;
struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);	/* record number *pos; NULL: the end; ERR_PTR */
	void (*stop)(struct seq_file *m, void *v);		/* always after start, also with NULL */
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);	/* must advance *pos */
	int (*show)(struct seq_file *m, void *v);		/* 0, SEQ_SKIP or errno */
};
#define SEQ_SKIP 1

struct seq_file {
	char *buf;
	size_t size, from, count;	/* buf[from .. from + count) is not yet read; while showing: count bytes */
	loff_t index;			/* record */
	loff_t read_pos;		/* file position that buf stands at */
	struct mutex lock;
	const struct seq_operations *op;
	struct file *file;
	void *private;
};

int seq_open(struct file *file, const struct seq_operations *op);
int seq_release(struct inode *inode, struct file *file);
ssize_t seq_read(struct file *file, struct iov_iter *to, loff_t *pos);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
/* One record only. */
int single_open(struct file *file, int (*show)(struct seq_file *, void *), void *data);
int single_open_size(struct file *file, int (*show)(struct seq_file *, void *), void *data, size_t size);
int single_release(struct inode *inode, struct file *file);

void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
void seq_write(struct seq_file *m, const void *data, size_t n);
/* The path with newline, blank and the other bytes of esc as \ooo. */
void seq_path(struct seq_file *m, const struct path *path, const char *esc);
void seq_escape(struct seq_file *m, const char *s, const char *esc);
static inline bool seq_has_overflowed(const struct seq_file *m) { return m->count == m->size; }
struct list_head;
struct list_head *seq_list_start(struct list_head *head, loff_t pos);
struct list_head *seq_list_next(void *v, struct list_head *head, loff_t *pos);
