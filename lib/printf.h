/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Formatted text, as printf(3): flags - + space # 0, width and precision (also *), lengths hh h l
 * ll z t j, conversions d i u o x X c s p %. There is no floating point and no %n.
 */
#include <stdarg.h>
#include "lib/types.h"

/* Write at most n bytes with the NUL (none if n is 0); return the length that the whole text has. */
int vsnprintf(char *buf, size_t n, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t n, const char *fmt, ...) __printf(3, 4);
/* The same, but return the bytes written, without the NUL. */
int vscnprintf(char *buf, size_t n, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t n, const char *fmt, ...) __printf(3, 4);
