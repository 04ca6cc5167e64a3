/* SPDX-License-Identifier: MIT */
#pragma once
/* Host tests: a panic of the code under test fails the test. */
#include "tests/host/host.h"

#define panic(...) host_test_fail(__FILE__, __LINE__, "panic: " #__VA_ARGS__)
#define ASSERT(cond) CHECK(cond)
#define might_sleep() ((void)0)
#define DEBUG 1
