/* SPDX-License-Identifier: MIT */
/*
 * Device numbers in their three encodings. Inside the kernel a dev_t is 32 bits, major 12 and minor 20. User
 * space sees "new": minor 7-0, major 11-0, minor 19-8 from the low end, so that small numbers look as in the
 * 16-bit "old" one (major 8, minor 8). Source: makedev(3), the kernel's linux/kdev_t.h.
 */
#ifndef LIB_ABI_SYSMACROS_H
#define LIB_ABI_SYSMACROS_H

#include "lib/abi/types.h"

#define MINORBITS 20
#define MINORMASK ((1u << MINORBITS) - 1)
#define MAJOR(dev) ((__u32)(dev) >> MINORBITS)
#define MINOR(dev) ((__u32)(dev) & MINORMASK)
#define MKDEV(major, minor) (((__u32)(major) << MINORBITS) | (__u32)(minor))

/* stat64, statx, mknod: 32 bits */
static inline __u32 new_encode_dev(__u32 dev)
{
	return (MINOR(dev) & 0xff) | (MAJOR(dev) << 8) | ((MINOR(dev) & ~0xffu) << 12);
}

static inline __u32 new_decode_dev(__u32 dev)
{
	return MKDEV((dev & 0xfff00) >> 8, (dev & 0xff) | ((dev >> 12) & 0xfff00));
}

/* __old_kernel_stat: 16 bits; what does not fit must be refused with EOVERFLOW before */
static inline int old_valid_dev(__u32 dev)
{
	return MAJOR(dev) < 256 && MINOR(dev) < 256;
}

static inline __u16 old_encode_dev(__u32 dev)
{
	return (__u16)((MAJOR(dev) << 8) | MINOR(dev));
}

static inline __u32 old_decode_dev(__u16 dev)
{
	return MKDEV((dev >> 8) & 0xff, dev & 0xff);
}

#endif
