/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/abi/sysinfo.h"

int klogctl(int type, char *buf, int len);
