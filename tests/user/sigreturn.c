/* SPDX-License-Identifier: MIT */
/*
 * A program may write what it likes into the frame of a signal: it harms itself at most. Registers, flags and
 * FPU state come back as they were.
 */
#include <ucontext.h>
#include "test.h"

static void (*forge)(ucontext_t *);

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info;
	forge(context);
}

static void kernel_cs(ucontext_t *uc) { uc->uc_mcontext.cs = 0x10; }
static void ring0_cs(ucontext_t *uc) { uc->uc_mcontext.cs &= ~3; }
static void null_cs(ucontext_t *uc) { uc->uc_mcontext.cs = 0; }
static void kernel_ss(ucontext_t *uc) { uc->uc_mcontext.ss = 0x18; }
static void bad_ds(ucontext_t *uc) { uc->uc_mcontext.ds = 0xfff0; uc->uc_mcontext.es = 0xfff0; }
static void bad_gs(ucontext_t *uc) { uc->uc_mcontext.gs = 0x1234; uc->uc_mcontext.fs = 0x1234; }
static void kernel_ip(ucontext_t *uc) { uc->uc_mcontext.ip = 0xc0100000; }
static void null_ip(ucontext_t *uc) { uc->uc_mcontext.ip = 0; }
static void bad_sp(ucontext_t *uc) { uc->uc_mcontext.sp = 0; uc->uc_mcontext.ip = 0; }
static void bad_fpu(ucontext_t *uc) { uc->uc_mcontext.fpstate = 0xc0100000; }
static void near_fpu(ucontext_t *uc) { uc->uc_mcontext.fpstate = 16; }
static void iopl(ucontext_t *uc) { uc->uc_mcontext.flags |= 0x3000; }
static void interrupts_off(ucontext_t *uc) { uc->uc_mcontext.flags &= ~0x200; }
static void nested_task(ucontext_t *uc) { uc->uc_mcontext.flags |= 0x4000; }
static void virtual_8086(ucontext_t *uc) { uc->uc_mcontext.flags |= 0x20000; }
static void all_flags(ucontext_t *uc) { uc->uc_mcontext.flags = 0xfffff0ff & ~0x100; }
static void mxcsr(ucontext_t *uc)
{
	struct _fpstate_32 *fp = (struct _fpstate_32 *)uc->uc_mcontext.fpstate;

	if (fp)
		fp->mxcsr = 0xffffffff;
}

static unsigned flags(void)
{
	unsigned f;

	asm volatile("pushf; pop %0" : "=r"(f));
	return f & 0x27200 & ~0x20000;		/* IOPL, NT, IF */
}

static void try(const char *name, void (*how)(ucontext_t *), int survives)
{
	int status;

	forge = how;
	IN_CHILD(status, {
		struct sigaction action = { .sa_flags = SA_SIGINFO };

		action.sa_sigaction = handler;
		sigaction(SIGUSR1, &action, NULL);
		raise(SIGUSR1);
		CHECK(survives <= 0 || (flags() & 0x3200) == 0x200);
		_exit(7);
	});
	/* What the CPU says to a bad frame is SIGILL or SIGSEGV, and a reserved bit may be cleared instead. */
	if (survives < 0 && (status == SIGSEGV || status == SIGILL || status == 7 << 8))
		SAY("%s: harms itself at most\n", name);
	else
		say_status(name, status);
}

static void keep(ucontext_t *uc)
{
	(void)uc;
	/* Spoils everything that must come back. */
	asm volatile("fninit; fldz; fldz; xorps %%xmm0, %%xmm0; xorps %%xmm7, %%xmm7" ::: "memory");
}

static void preserved(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };
	unsigned in[4] = { 1, 2, 3, 0xdeadbeef }, out[4] = { 0 };
	unsigned short control = 0x0c7f, control_after;
	double pi = 3.14159, back = 0;
	static int pid;
	static unsigned ebx, esi, edi;

	pid = getpid();
	forge = keep;
	action.sa_sigaction = handler;
	sigaction(SIGUSR1, &action, NULL);
	asm volatile("fninit; fldcw %[control]; fldl %[pi]; movups %[in], %%xmm7\n"
		     "mov $238, %%eax; mov %[pid], %%ebx; mov $10, %%ecx; mov $0x5151, %%esi; mov $0xd1d1, %%edi\n"
		     "int $0x80\n"
		     "mov %%ebx, %[ebx]; mov %%esi, %[esi]; mov %%edi, %[edi]\n"
		     "movups %%xmm7, %[out]; fstpl %[back]; fnstcw %[after]"
		     : [out] "=m"(out), [back] "=m"(back), [after] "=m"(control_after), [ebx] "=m"(ebx), [esi] "=m"(esi), [edi] "=m"(edi)
		     : [control] "m"(control), [pi] "m"(pi), [in] "m"(in), [pid] "m"(pid)
		     : "eax", "ebx", "ecx", "edx", "esi", "edi", "memory", "cc");
	CHECK(!memcmp(in, out, sizeof in) && back == pi && control_after == control);
	CHECK(esi == 0x5151 && edi == 0xd1d1 && ebx == (unsigned)getpid());
	SAY("FPU, SSE and integer registers are as before\n");
	asm volatile("fninit");
}

static void change_x87(ucontext_t *uc)
{
	struct _fpstate_32 *fp = (struct _fpstate_32 *)uc->uc_mcontext.fpstate;
	struct _fpreg half = { { 0, 0, 0, 0x8000 }, 0x3ffe };

	fp->cw = (fp->cw & 0xffff0000) | 0x0c7f;
	fp->_st[0] = half;
	fp->mxcsr |= 0x6000;			/* SSE's part counts as the FXSAVE image has it */
}

/* A handler of floating-point errors repairs what it finds in the frame: the program goes on with that. */
static void changed(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };
	unsigned short control_after;
	unsigned mxcsr_after;
	double one = 1, back = 0;
	static int pid;

	pid = getpid();
	forge = change_x87;
	action.sa_sigaction = handler;
	sigaction(SIGUSR1, &action, NULL);
	asm volatile("fninit; fldl %[one]; mov $37, %%eax; mov %[pid], %%ebx; mov $10, %%ecx\n"
		     "int $0x80\n"
		     "fstpl %[back]; fnstcw %[after]; stmxcsr %[mxcsr]"
		     : [back] "=m"(back), [after] "=m"(control_after), [mxcsr] "=m"(mxcsr_after)
		     : [one] "m"(one), [pid] "m"(pid)
		     : "eax", "ebx", "ecx", "memory", "cc");
	CHECK(control_after == 0x0c7f && back == 0.5 && (mxcsr_after & 0x6000) == 0x6000);
	SAY("what a handler changes in the saved FPU state is taken\n");
	asm volatile("fninit");
}

int main(void)
{
	int status;

	try("kernel cs", kernel_cs, -1);
	try("ring 0 cs", ring0_cs, 0);
	try("null cs", null_cs, -1);
	try("kernel ss", kernel_ss, -1);
	try("bad ds and es", bad_ds, 0);
	try("bad fs and gs", bad_gs, 0);
	try("kernel ip", kernel_ip, 0);
	try("null ip", null_ip, 0);
	try("bad sp", bad_sp, 0);
	try("FPU state in the kernel", bad_fpu, 0);
	try("FPU state nowhere", near_fpu, 0);
	try("IOPL 3", iopl, 1);
	try("interrupts off", interrupts_off, 1);
	try("nested task", nested_task, 1);
	try("virtual 8086", virtual_8086, 0);
	try("all flags", all_flags, 0);
	try("reserved bits of mxcsr", mxcsr, -1);
	IN_CHILD(status, raw_syscall(__NR_rt_sigreturn));
	say_status("rt_sigreturn from nowhere", status);
	IN_CHILD(status, asm volatile("mov $0xc0100000, %%esp; mov $173, %%eax; int $0x80" ::: "memory"));
	say_status("rt_sigreturn from the kernel's memory", status);
	IN_CHILD(status, asm volatile("mov $8, %%esp; mov $119, %%eax; int $0x80" ::: "memory"));
	say_status("sigreturn from nothing", status);
	preserved();
	changed();
	return done();
}
