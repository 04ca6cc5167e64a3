/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Numbers from text. Base 0 takes "0x" for 16, a leading 0 for 8, and 10 otherwise; base 16 allows
 * the "0x". The kstrto functions want the whole string to be the number (one newline at its end is
 * allowed, for what programs echo into /proc): -EINVAL if it is not, -ERANGE if it does not fit.
 */
#include "lib/types.h"

int __must_check kstrtoull(const char *s, unsigned base, unsigned long long *result);
int __must_check kstrtoll(const char *s, unsigned base, long long *result);
int __must_check kstrtoul(const char *s, unsigned base, unsigned long *result);
int __must_check kstrtol(const char *s, unsigned base, long *result);
int __must_check kstrtouint(const char *s, unsigned base, unsigned *result);
int __must_check kstrtoint(const char *s, unsigned base, int *result);
int __must_check kstrtobool(const char *s, bool *result);	/* y n 1 0 on off */

/* Take the number at the front; *end (may be NULL) is what follows. What does not fit wraps. */
unsigned long simple_strtoul(const char *s, char **end, unsigned base);
unsigned long long simple_strtoull(const char *s, char **end, unsigned base);
long simple_strtol(const char *s, char **end, unsigned base);
/* A size with an optional K, M or G, as in mem=512M. */
unsigned long long memparse(const char *s, char **end);
