/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * How a program asks the kernel: the number in eax, arguments in ebx, ecx, edx, esi, edi, ebp, then int 0x80.
 * The result comes back in eax; -4095..-1 is a negated errno. Code here is not position independent, so ebx is
 * free; ebp is not, so a call with six arguments goes through assembly (start/syscall6.asm).
 */
#include <errno.h>
#include "syscall_numbers.h"

static inline long __syscall0(long n)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n) : "memory");
	return r;
}

static inline long __syscall1(long n, long a)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a) : "memory");
	return r;
}

static inline long __syscall2(long n, long a, long b)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b) : "memory");
	return r;
}

static inline long __syscall3(long n, long a, long b, long c)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c) : "memory");
	return r;
}

static inline long __syscall4(long n, long a, long b, long c, long d)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
	return r;
}

static inline long __syscall5(long n, long a, long b, long c, long d, long e)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "0"(n), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return r;
}

long __syscall6(long n, long a, long b, long c, long d, long e, long f);

/* A raw result as C wants it: errno set and -1, or the result. */
static inline long __sysret(unsigned long r)
{
	if (r > -1ul - MAX_ERRNO) {
		errno = -(long)r;
		return -1;
	}
	return r;
}

#define __SYS_PICK(a, b, c, d, e, f, g, name, ...) name
#define __SYS_NR(...) __SYS_PICK(__VA_ARGS__, 6, 5, 4, 3, 2, 1, 0, )
#define __SYS_CAT(a, b) a##b
#define __SYS_CALL(n) __SYS_CAT(__sys, n)
#define __sys0(n) __syscall0(n)
#define __sys1(n, a) __syscall1(n, (long)(a))
#define __sys2(n, a, b) __syscall2(n, (long)(a), (long)(b))
#define __sys3(n, a, b, c) __syscall3(n, (long)(a), (long)(b), (long)(c))
#define __sys4(n, a, b, c, d) __syscall4(n, (long)(a), (long)(b), (long)(c), (long)(d))
#define __sys5(n, a, b, c, d, e) __syscall5(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define __sys6(n, a, b, c, d, e, f) \
	__syscall6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* raw_syscall(number, args...): the kernel's answer; sys_call: the C one. */
#define raw_syscall(...) __SYS_CALL(__SYS_NR(__VA_ARGS__))(__VA_ARGS__)
#define sys_call(...) __sysret(raw_syscall(__VA_ARGS__))

/* A 64-bit argument takes two registers, low half first. */
#define LO32(x) ((long)(unsigned long long)(x))
#define HI32(x) ((long)((unsigned long long)(x) >> 32))
