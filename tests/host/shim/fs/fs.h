/* SPDX-License-Identifier: MIT */
#pragma once
#include "mm/filemap.h"

struct file {
	struct address_space *f_mapping;
	int count;
};
static inline struct file *get_file(struct file *f) { f->count++; return f; }
static inline void fput(struct file *f) { f->count--; }
