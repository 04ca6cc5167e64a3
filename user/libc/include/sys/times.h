/* SPDX-License-Identifier: MIT */
#pragma once
#include <sys/types.h>
#include "lib/abi/times.h"

clock_t times(struct tms *buf);
