/* SPDX-License-Identifier: MIT */
/*
 * A segment as a program asks for it: thread-local storage, set_thread_area (243) and modify_ldt (123).
 * entry_number -1 asks for a free one of the three GDT slots; it is written back.
 * Source: set_thread_area(2), modify_ldt(2).
 */
#ifndef LIB_ABI_LDT_H
#define LIB_ABI_LDT_H

#include "lib/abi/types.h"

#define LDT_ENTRIES 8192
#define LDT_ENTRY_SIZE 8
#define GDT_ENTRY_TLS_ENTRIES 3

struct user_desc {
	__u32 entry_number;
	__u32 base_addr;
	__u32 limit;
	__u32 seg_32bit : 1;
	__u32 contents : 2;
	__u32 read_exec_only : 1;
	__u32 limit_in_pages : 1;
	__u32 seg_not_present : 1;
	__u32 useable : 1;
};
ABI_SIZE(struct user_desc, 16);

#define MODIFY_LDT_CONTENTS_DATA 0
#define MODIFY_LDT_CONTENTS_STACK 1
#define MODIFY_LDT_CONTENTS_CODE 2

#endif
