/* SPDX-License-Identifier: MIT */
#pragma once
#include <string.h>

void bzero(void *p, size_t n);
int ffs(int i);
