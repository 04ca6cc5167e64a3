/* SPDX-License-Identifier: MIT */
/* Scattered buffers. Source: readv(2). */
#ifndef LIB_ABI_UIO_H
#define LIB_ABI_UIO_H

#include "lib/abi/types.h"

struct iovec {
	void *iov_base;
	__SIZE_TYPE__ iov_len;
};
ABI_SIZE(struct iovec, 8);

#define UIO_FASTIOV 8
#define UIO_MAXIOV 1024

#define RWF_HIPRI 0x01
#define RWF_DSYNC 0x02
#define RWF_SYNC 0x04
#define RWF_NOWAIT 0x08
#define RWF_APPEND 0x10

#endif
