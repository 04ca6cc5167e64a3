/* SPDX-License-Identifier: MIT */
#pragma once
/* What every header needs: qualifiers that C++ and old compilers lack are not a concern here. */
#define __noreturn_fn __attribute__((noreturn))
#define __printf_fn(a, b) __attribute__((format(printf, a, b)))
#define __scanf_fn(a, b) __attribute__((format(scanf, a, b)))
#define __malloc_fn __attribute__((malloc))
