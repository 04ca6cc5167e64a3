/* SPDX-License-Identifier: MIT */
#pragma once
/* Pipes and FIFOs, see fs/pipe.c. */
#include "fs/file.h"
extern const struct file_operations pipefifo_fops;
int create_pipe_files(struct file *files[2], u32 flags);
int do_pipe_flags(int fd[2], u32 flags);
extern unsigned int pipe_max_size;
