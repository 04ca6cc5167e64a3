/* SPDX-License-Identifier: MIT */
/*
 * The integer types of the ABI headers.
 *
 * lib/abi/ is read by two worlds: the kernel, whose own short names (u32, s64) come from lib/types.h, and user
 * programs, whose name space belongs to them. So these headers use the reserved spelling only (__u32, __s64),
 * and include nothing. Both spellings are the same types.
 *
 * On i386 a 64-bit integer inside a structure is aligned to 4 bytes, not 8: that one rule of the System V i386
 * psABI decides half of the offsets checked here. The checks hold for i386 code only; the numbers may be used
 * by a program for any machine.
 */
#ifndef LIB_ABI_TYPES_H
#define LIB_ABI_TYPES_H

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;

#ifdef __i386__
#define ABI_SIZE(type, size) _Static_assert(sizeof(type) == (size), "size of " #type)
#define ABI_OFFSET(type, field, offset) \
	_Static_assert(__builtin_offsetof(type, field) == (offset), "offset of " #field " in " #type)
#else
#define ABI_SIZE(type, size) _Static_assert(1, "")
#define ABI_OFFSET(type, field, offset) _Static_assert(1, "")
#endif

#endif
