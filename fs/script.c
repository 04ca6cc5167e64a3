/* SPDX-License-Identifier: MIT */
/*
 * Programs that begin with "#!": the rest of the line names an interpreter and at most one argument;
 * it is run with the script's name in place of argument 0. Source: execve(2), "Interpreter scripts".
 */
#include "fs/binfmt.h"
#include "kernel/init.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/slab.h"

static bool blank(char c) { return c == ' ' || c == '\t'; }

/* Splits the line in place. False: no interpreter, or the line is longer than the buffer and cuts its name. */
static bool parse_line(char *line, size_t size, char **interp, char **arg)
{
	char *p = line, *end = memchr(line, '\n', size);

	if (!end) {
		end = line + strnlen(line, size);
		if (end == line + size) {
			/* A truncated argument is accepted, a truncated interpreter is not. */
			while (p < end && blank(*p))
				p++;
			while (p < end && !blank(*p))
				p++;
			if (p == end)
				return false;
			end--;
		}
	}
	while (end > line && blank(end[-1]))
		end--;
	*end = 0;
	for (p = line; blank(*p); p++)
		;
	*interp = p;
	while (*p && !blank(*p))
		p++;
	*arg = NULL;
	if (*p) {
		*p++ = 0;
		while (blank(*p))
			p++;
		if (*p)
			*arg = p;
	}
	return **interp != 0;
}

static int load_script(struct linux_binprm *bprm, struct pt_regs *regs)
{
	char line[BINPRM_BUF_SIZE + 1], *interp, *arg;
	struct file *file;
	char *name;
	int err;

	if (bprm->buf[0] != '#' || bprm->buf[1] != '!')
		return -ENOEXEC;
	memcpy(line, bprm->buf + 2, BINPRM_BUF_SIZE - 2);
	line[BINPRM_BUF_SIZE - 2] = 0;
	if (!parse_line(line, BINPRM_BUF_SIZE - 2, &interp, &arg))
		return -ENOEXEC;
	err = bprm_remove_arg_zero(bprm);
	if (!err)
		err = bprm_push_string(bprm, bprm->interp ?: bprm->filename);
	if (err)
		return err;
	bprm->argc++;
	if (arg) {
		err = bprm_push_string(bprm, arg);
		if (err)
			return err;
		bprm->argc++;
	}
	err = bprm_push_string(bprm, interp);
	if (err)
		return err;
	bprm->argc++;
	name = kstrdup(interp, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	kfree(bprm->interp);
	bprm->interp = name;
	file = open_exec(name);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	allow_write_access(bprm->file);
	fput(bprm->file);
	bprm->file = file;
	bprm->depth++;
	return search_binary_handler(bprm, regs);
}

static struct linux_binfmt script_format = { .name = "script", .load_binary = load_script };

static int script_init(void)
{
	register_binfmt(&script_format);
	return 0;
}
fs_initcall(script_init);
