/* SPDX-License-Identifier: MIT */
#pragma once
/* Pipes and FIFOs, see fs/pipe.c. */
#include "fs/file.h"
extern const struct file_operations pipefifo_fops;
int create_pipe_files(struct file *files[2], u32 flags);
int do_pipe_flags(int fd[2], u32 flags);
/* fcntl(F_GETPIPE_SZ, F_SETPIPE_SZ). */
long pipe_fcntl(struct file *file, u32 cmd, unsigned long arg);
extern unsigned int pipe_max_size;
