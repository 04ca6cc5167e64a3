/* SPDX-License-Identifier: MIT */
#pragma once
#include "lib/abi/errno.h"

int *__errno_location(void);
#define errno (*__errno_location())
extern char *program_invocation_short_name;
