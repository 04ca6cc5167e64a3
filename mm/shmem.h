/* SPDX-License-Identifier: MIT */
#pragma once
/* Shared anonymous memory is a file of a tmpfs without a name. fs/tmpfs implements this. */
#include "lib/types.h"

struct file;
/* A file of the given size, unlinked, read-write; ERR_PTR. Charges its pages unless VM_NORESERVE. Sleeps. */
struct file *shmem_file_setup(const char *name, loff_t size, u32 vm_flags);
/* swapoff: pages of tmpfs files in this swap area come back into memory. 0, -EINTR, -ENOMEM, -EIO. Sleeps. */
int shmem_unuse(unsigned type);
unsigned long tmpfs_swapped_pages(void);	/* of all its files: places in swap that they hold */
