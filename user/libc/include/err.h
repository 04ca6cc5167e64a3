/* SPDX-License-Identifier: MIT */
#pragma once
#include <features.h>

void err(int status, const char *fmt, ...) __noreturn_fn __printf_fn(2, 3);
void errx(int status, const char *fmt, ...) __noreturn_fn __printf_fn(2, 3);
void warn(const char *fmt, ...) __printf_fn(1, 2);
void warnx(const char *fmt, ...) __printf_fn(1, 2);
