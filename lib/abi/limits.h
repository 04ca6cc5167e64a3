/* SPDX-License-Identifier: MIT */
/* Limits that programs may rely on. Source: limits.h(0p), pathconf(3), pipe(7), execve(2). */
#ifndef LIB_ABI_LIMITS_H
#define LIB_ABI_LIMITS_H

#define NAME_MAX 255
#define PATH_MAX 4096		/* with the final NUL */
#define LINK_MAX 127
#define PIPE_BUF 4096		/* writes up to this are atomic */
#define NGROUPS_MAX 65536
#define ARG_MAX 131072
#define MAX_ARG_STRLEN 131072	/* one argument, with its NUL */
#define MAX_ARG_STRINGS 0x7fffffff
#define XATTR_NAME_MAX 255
#define SYMLOOP_MAX 40		/* symbolic links followed in one look-up */

#endif
