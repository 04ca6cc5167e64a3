/* SPDX-License-Identifier: MIT */
/* FPU and SSE registers belong to each task alone, through switches, forks and execs. */
#include "test.h"

#define TASKS 6

/* Holds values in registers over many switches, and looks whether they are still there. */
static int keeps(int me, int rounds)
{
	float in[4] = { me, me + 0.25f, me + 0.5f, -me }, out[4];
	double x = me * 1.5, y;
	int bad = 0;

	for (int i = 0; i < rounds; i++) {
		asm volatile("fninit; fldl %[x]; movups %[in], %%xmm3; movups %[in], %%xmm5\n"
			     "mov $158, %%eax; int $0x80\n"			/* sched_yield */
			     "mov $1000, %%ecx; 1: dec %%ecx; jnz 1b\n"
			     "movups %%xmm3, %[out]; fstpl %[y]"
			     : [out] "=m"(out), [y] "=m"(y) : [in] "m"(in), [x] "m"(x) : "eax", "ecx", "memory", "cc");
		bad += memcmp(in, out, sizeof in) != 0 || x != y;
	}
	return bad;
}

int main(int argc, char **argv)
{
	float in[4] = { 1, 2, 3, 4 }, out[4];
	unsigned short control;
	unsigned mxcsr;
	int status, good = 0;

	asm volatile("fnstcw %0; stmxcsr %1" : "=m"(control), "=m"(mxcsr));
	if (argc > 1) {
		SAY("a new program: control word %#x, mxcsr %#x\n", control, mxcsr);
		return 0;
	}
	for (int i = 0; i < TASKS; i++)
		if (fork() == 0)
			_exit(keeps(i + 1, 300));
	CHECK(keeps(100, 300) == 0);
	while (wait(&status) > 0)
		good += status == 0;
	SAY("%d of %d tasks kept their registers\n", good, TASKS);
	asm volatile("movups %0, %%xmm6" :: "m"(in));
	asm volatile("mov $2, %%eax; int $0x80; test %%eax, %%eax; jnz 1f\n"	/* fork: the child has the same registers */
		     "movups %%xmm6, %0; mov $1, %%eax; xor %%ebx, %%ebx; cmpl $0x40800000, 12+%0; setne %%bl; int $0x80; 1:"
		     : "+m"(out) :: "eax", "ebx", "memory", "cc");
	CHECK(wait(&status) > 0);
	say_status("inherited", status);
	IN_CHILD(status, {
		char *args[] = { argv[0], "x", NULL };
		unsigned short odd = 0x0040;
		unsigned odd_mxcsr = 0x9f80;

		asm volatile("fldcw %0; ldmxcsr %1" :: "m"(odd), "m"(odd_mxcsr));
		execv(argv[0], args);
	});
	say_status("exec", status);
	/* Unmasked exceptions become signals. */
	IN_CHILD(status, {
		unsigned short odd = 0x0040;
		double zero = 0;

		asm volatile("fninit; fldcw %0; fld1; fdivl %1; fwait" :: "m"(odd), "m"(zero));
	});
	say_status("x87 division by zero", status);
	return done();
}
