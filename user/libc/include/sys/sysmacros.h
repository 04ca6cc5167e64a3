/* SPDX-License-Identifier: MIT */
#pragma once
#include <sys/types.h>
#include "lib/abi/sysmacros.h"

#define major(dev) MAJOR(new_decode_dev((__u32)(dev)))
#define minor(dev) MINOR(new_decode_dev((__u32)(dev)))
#define makedev(maj, min) ((dev_t)new_encode_dev(MKDEV(maj, min)))
