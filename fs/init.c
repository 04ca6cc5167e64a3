/* SPDX-License-Identifier: MIT */
/* How the VFS starts: its caches, then the root tmpfs that everything else is mounted into. */
#include "fs/buffer_internal.h"
#include "fs/internal.h"
#include "kernel/task/task.h"

void vfs_init(void)
{
	dcache_init();
	inode_init();
	namei_init();
	mnt_init();
	fs_struct_init();
	file_table_init();
	files_init();
	locks_init();
	tmpfs_init();
	pipe_init();
	anon_inode_init();
	block_dev_init();
	if (!current->fs)
		current->fs = &init_fs;
	if (!current->files)
		current->files = &init_files;
}
