/* SPDX-License-Identifier: MIT */
/*
 * What a handler is told about a fault: signal, code, address, trap number and error code, and that the registers in the
 * frame are those of the faulting instruction.
 */
#include <sys/mman.h>
#include <ucontext.h>
#include "test.h"

static sigjmp_buf again;
static siginfo_t info;
static unsigned ip, trapno, error, cr2, marker;

static void handler(int sig, siginfo_t *i, void *context)
{
	ucontext_t *uc = context;

	info = *i;
	ip = uc->uc_mcontext.ip;
	trapno = uc->uc_mcontext.trapno;
	error = uc->uc_mcontext.err;
	cr2 = uc->uc_mcontext.cr2;
	marker = uc->uc_mcontext.si;
	siglongjmp(again, sig);
}

static void show(const char *what, int sig, unsigned target)
{
	unsigned addr = (unsigned)info.si_addr;

	if (!sig) {
		SAY("%s: nothing\n", what);
		return;
	}
	SAY("%s: signal %d code %d, at %s, trap %u error %u%s\n", what, sig, info.si_code,
	    addr == 0 && target ? "0" : addr == target && target ? "the target" : addr == ip ? "the instruction" : addr ? "?" : "0",
	    trapno, trapno == 14 ? error & 6 : error, trapno == 14 && cr2 != addr ? ", cr2 differs" : "");
}

/* Runs an instruction with %esi as a mark and %0 in %ebx. */
#define FAULT(what, target, ...) do {								\
		int sig_ = sigsetjmp(again, 1);							\
		if (!sig_) {									\
			asm volatile("mov $0x5afe, %%esi\n" __VA_ARGS__				\
				     :: "b"(target) : "eax", "ecx", "edx", "esi", "memory", "cc");	\
			sig_ = 0;								\
		}										\
		show(what, sig_, (unsigned)(target));						\
		if (sig_)									\
			CHECK(marker == 0x5afe || trapno == 1);					\
	} while (0)

static void memory(void)
{
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(p + PAGE, PAGE, PROT_READ);
	mprotect(p + 2 * PAGE, PAGE, PROT_NONE);
	munmap(p + 3 * PAGE, PAGE);
	FAULT("read nothing", 0x10, "movl (%%ebx), %%eax");
	FAULT("write nothing", 0x10, "movl %%eax, (%%ebx)");
	FAULT("run nothing", p + 3 * PAGE, "jmp *%%ebx");
	FAULT("write to fresh read-only memory", p + PAGE + 5, "movl %%eax, (%%ebx)");
	FAULT("read without permission", p + 2 * PAGE + 8, "movl (%%ebx), %%eax");
	FAULT("write without permission", p + 2 * PAGE + 8, "movl %%eax, (%%ebx)");
	FAULT("over the end", p + 3 * PAGE - 2, "movl (%%ebx), %%eax");
	FAULT("write to our own text", (char *)(void *)show, "movl %%eax, (%%ebx)");
	FAULT("nothing there any more", p + 3 * PAGE + 100, "movl %%eax, (%%ebx)");
}

static void arithmetic(void)
{
	unsigned short control = 0x37f & ~4;

	FAULT("divide by zero", 0, "xor %%edx, %%edx; mov $1, %%eax; div %%ebx");
	FAULT("quotient too large", -1, "mov $0x80000000, %%eax; cltd; idiv %%ebx");
	FAULT("x87 divide by zero", &control, "fninit; fldcw (%%ebx); fldz; fld1; fdivp; fwait; nop");
	asm volatile("fninit");
}

static void instructions(void)
{
	FAULT("ud2", 0, "ud2");
	FAULT("int3", 0, "int3");
	FAULT("hlt", 0, "hlt");
	FAULT("cli", 0, "cli");
	FAULT("in", 0, "inb $0x60, %%al");
	FAULT("mov to cr3", 0, "mov %%eax, %%cr3");
	FAULT("a gate that is not ours", 0, "int $0x33");
	FAULT("into", 0, "mov $0x7fffffff, %%eax; add $1, %%eax; into");
	FAULT("a bad selector", 0xfff0, "mov %%ebx, %%es");
	FAULT("one step", 0, "pushf; orl $0x100, (%%esp); popf; nop; nop");
}

int main(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
	struct sigaction action = { .sa_flags = SA_SIGINFO };
	int status;

	action.sa_sigaction = handler;
	for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaction(signals[i], &action, NULL);
	memory();
	arithmetic();
	instructions();
	/* A fault whose signal is blocked or ignored kills all the same. */
	for (int how = 0; how < 2; how++) {
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, SIGSEGV);
		IN_CHILD(status, if (how) signal(SIGSEGV, SIG_IGN); else sigprocmask(SIG_BLOCK, &set, NULL);
			 asm volatile("movl $1, 8" ::: "memory"));
		say_status(how ? "ignored" : "blocked", status);
	}
	return done();
}
