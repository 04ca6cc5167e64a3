/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Initcalls and kernel parameters: a driver, file system or scheduler class adds itself by
 * placing a pointer in a linker section, so that no central list names it.
 */
#include "lib/types.h"

typedef int (*initcall_t)(void);	/* 0 or a negative errno, which is reported and does not stop the boot */

#define __initcall(level, fn) static const initcall_t __initcall_##fn \
	__attribute__((used, section(".initcall" #level))) = fn
#define core_initcall(fn) __initcall(1, fn)	/* needs only memory and locks */
#define fs_initcall(fn) __initcall(2, fn)	/* file systems */
#define device_initcall(fn) __initcall(3, fn)	/* drivers; device files may be made */
#define late_initcall(fn) __initcall(4, fn)	/* all else is up */

struct kernel_param {
	const char *name;			/* "console" for console=ttyS0, or "quiet" */
	int (*set)(const char *value);		/* value is "" if there is no '=' */
};
/* A parameter is handled before the consoles and initcalls; what it needs must be static. */
#define early_param(name_, fn) static const struct kernel_param __param_##fn \
	__attribute__((used, section(".kparam"))) = { name_, fn }

extern char saved_command_line[];	/* as the boot loader gave it */
/* The value of the last "name=value" before "--", or NULL; "" for a bare name. */
const char *cmdline_find(const char *name);
void cmdline_save(const char *line);		/* the loader's text; before anything that asks */
void cmdline_parse_early(void);			/* runs the early_param handlers */
#define MAX_INIT_ARGS 32
void cmdline_init_args(const char **argv, int max);	/* the words after "--", ended by NULL */
