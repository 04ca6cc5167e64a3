/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Host tests: TEST(name) { … } is a test wherever it stands. A CHECK that does not hold prints where
 * and ends that test alone; random numbers come from a seed that the program prints and takes.
 */
#include "lib/types.h"

struct host_test {
	const char *name;
	void (*run)(void);
	struct host_test *next;
};
void host_test_register(struct host_test *test);
void host_test_fail(const char *file, int line, const char *what) __noreturn;

#define TEST(id)								\
static void test_##id(void);							\
__attribute__((constructor)) static void register_##id(void)			\
{										\
	static struct host_test test = { #id, test_##id, NULL };		\
	host_test_register(&test);						\
}										\
static void test_##id(void)

#define CHECK(cond) do { if (!(cond)) host_test_fail(__FILE__, __LINE__, #cond); } while (0)

/* Uniform, and below a limit that is not 0. */
u32 random32(void);
u64 random64(void);
u32 random_below(u32 limit);
/* Mostly extreme values: few bits, all bits, neighbours of powers of two. */
u64 random_edgy(void);
