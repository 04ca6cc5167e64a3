/* SPDX-License-Identifier: MIT */
/* Numbers that no system call has: ENOSYS, through int 0x80 and through the vDSO's entry (bug 15). */
#include <sys/auxv.h>
#include "test.h"

static long through_vdso(long n)
{
	unsigned long entry = getauxval(AT_SYSINFO);
	long r;

	asm volatile("call *%1" : "=a"(r) : "r"(entry), "0"(n), "b"(0), "c"(0), "d"(0) : "memory");
	return r;
}

int main(void)
{
	/* 0x40000000 is x32's bit; the others are out of any table. Numbers removed long ago are stubs. */
	static const long numbers[] = { 17, 31, 32, 35, 44, 53, 56, 58, 98, 127, 130, 137, 222, 223, 251, 285, 500, 1000, 4095, 4096,
		0x7fffffff, 0x80000000, -1, -2, -4096, 0xffff, 0x10000 };
	int bad = 0;

	for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		long r = raw_syscall(numbers[i], 0, 0, 0), v = through_vdso(numbers[i]);

		if (r != -ENOSYS || v != -ENOSYS)
			SAY("call %ld: %ld, vDSO %ld\n", numbers[i], r, v), bad++;
	}
	SAY("%d of %d numbers answered otherwise than ENOSYS\n", bad, (int)(sizeof numbers / sizeof *numbers));
	CHECK(through_vdso(__NR_getpid) == getpid());
	/* A direction flag, an odd flag register, left from user space, must not leak into the kernel. */
	for (int i = 0; i < 3; i++) {
		char name[400];
		long r;

		asm volatile("std; int $0x80; cld" : "=a"(r) : "0"(__NR_uname), "b"(name) : "memory");
		CHECK(r == 0 && name[0]);
	}
	{
		long r;

		/* Alignment checking and nested-task bits. */
		asm volatile("pushf; orl $0x44000, (%%esp); popf; int $0x80; pushf; andl $~0x44000, (%%esp); popf"
			     : "=a"(r) : "0"(__NR_getppid) : "memory", "cc");
		CHECK(r == getppid());
	}
	SAY("odd flags do no harm\n");
	return done();
}
