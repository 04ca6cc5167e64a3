/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Tests that run inside the kernel (tests/kernel/), in a kernel linked with them (pagoda-test.elf)
 * and started with test=kernel. Each is a function that calls ktest_fail on what it finds; the
 * runner checks afterwards that no page and no slab object was lost.
 */
#include "lib/types.h"

struct ktest {
	const char *name;
	void (*fn)(void);
};
#define KTEST(name_) static void ktest_##name_(void);					\
	static const struct ktest ktest_entry_##name_ __attribute__((used, section(".ktest"))) = { #name_, ktest_##name_ }; \
	static void ktest_##name_(void)

void ktest_fail(const char *file, int line, const char *fmt, ...) __printf(3, 4);
void ktest_skip(const char *why);
#define EXPECT(cond) do { if (!(cond)) ktest_fail(__FILE__, __LINE__, "%s", #cond); } while (0)
#define EXPECT_EQ(a, b) do { long a_ = (long)(a), b_ = (long)(b); \
	if (a_ != b_) ktest_fail(__FILE__, __LINE__, "%s is %ld, not %ld", #a, a_, b_); } while (0)

/* If test=kernel was given: runs all tests (or those that match test.filter=) and ends the machine. */
void run_kernel_tests(void);
