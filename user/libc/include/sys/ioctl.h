/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/abi/ioctls.h"
#include "lib/abi/termios.h"

int ioctl(int fd, unsigned long request, ...);
