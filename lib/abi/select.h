/* SPDX-License-Identifier: MIT */
/*
 * select in its three forms: old_select (82) takes one pointer to its five arguments; _newselect (142) takes
 * five; pselect6 (308) takes a sixth that points at a signal set and its size. Source: select(2).
 */
#ifndef LIB_ABI_SELECT_H
#define LIB_ABI_SELECT_H

#include "lib/abi/types.h"

#define __FD_SETSIZE 1024

typedef struct {
	__u32 fds_bits[__FD_SETSIZE / 32];
} __kernel_fd_set;
ABI_SIZE(__kernel_fd_set, 128);

struct sel_arg_struct {
	__u32 n;
	__u32 inp;
	__u32 outp;
	__u32 exp;
	__u32 tvp;
};
ABI_SIZE(struct sel_arg_struct, 20);

struct sigset_argpack {
	__u32 p;
	__u32 size;
};

#endif
