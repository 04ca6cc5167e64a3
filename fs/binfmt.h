/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Program formats. execve reads the first bytes of the file and asks each registered format in turn.
 *
 * A new image is built aside, in bprm->mm, while the caller keeps running on its own. A format
 * checks all it can and calls begin_new_exec() when nothing but memory can fail any more; from then
 * on the old image is gone and a failure kills the process.
 */
#include "fs/file.h"
#include "kernel/cpu/ptrace.h"
#include "lib/abi/limits.h"

#define BINPRM_BUF_SIZE 256

struct linux_binprm {
	struct file *file;		/* denied for writing */
	u8 buf[BINPRM_BUF_SIZE];	/* its beginning, padded with zeroes */
	struct mm_struct *mm;		/* the new image: so far a stack with the strings */
	unsigned long p;		/* lowest address used on it */
	unsigned long exec, env;	/* where argument and environment strings begin */
	int argc, envc;
	const char *filename;		/* as given to execve */
	char *interp;			/* the script's interpreter, if any: kmalloced */
	int depth;			/* of #! */
	const struct cred *cred;	/* what the program will run as */
	bool secure;			/* set-id */
};

struct linux_binfmt {
	const char *name;
	int (*load_binary)(struct linux_binprm *bprm, struct pt_regs *regs);	/* -ENOEXEC: not mine */
	struct linux_binfmt *next;
};
void register_binfmt(struct linux_binfmt *fmt);

/* Point of no return: threads, signals, descriptors, address space change over. 0, or errno with the old image intact. */
int begin_new_exec(struct linux_binprm *bprm);
int search_binary_handler(struct linux_binprm *bprm, struct pt_regs *regs);
/* Push a kernel string in front of what is there: 0, -E2BIG, -ENOMEM, -EFAULT. */
int bprm_push_string(struct linux_binprm *bprm, const char *s);
int bprm_remove_arg_zero(struct linux_binprm *bprm);
/* Start in user mode at eip with the stack pointer sp and clean registers. */
void start_thread(struct pt_regs *regs, unsigned long eip, unsigned long sp);
