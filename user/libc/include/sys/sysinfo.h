/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/abi/sysinfo.h"

int sysinfo(struct sysinfo *info);
