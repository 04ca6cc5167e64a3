/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/abi/mount.h"

int swapon(const char *path, int flags);
int swapoff(const char *path);
