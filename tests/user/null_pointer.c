/* SPDX-License-Identifier: MIT */
/* Each way in which a program can hit a wall: a signal for it, and the parent goes on. */
#include <sys/mman.h>
#include "test.h"

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)context;
	SAY("  handler: signal %d code %d\n", sig, info->si_code);
	_exit(0);
}

static void null_call(void)
{
	void (*volatile f)(void) = NULL;

	f();
}

static void divide(void)
{
	volatile int zero = 0, one = 1;

	one /= zero;
}

static void write_null(void) { asm volatile("movl $1, 0" ::: "memory"); }
static void read_null(void) { asm volatile("movl 8, %%eax" ::: "eax"); }
static void read_top(void) { asm volatile("movl 0xffffe123, %%eax" ::: "eax"); }
static void overflow(void) { asm volatile("mov $0x80000000, %%eax; mov $-1, %%edx; mov $-1, %%ecx; idivl %%ecx" ::: "eax", "edx", "ecx"); }
static void undefined(void) { asm volatile("ud2"); }
static void halt(void) { asm volatile("hlt"); }
static void disable(void) { asm volatile("cli"); }
static void port(void) { asm volatile("outb %%al, $0x80" ::: "memory"); }
static void read_cr0(void) { asm volatile("mov %%cr0, %%eax" ::: "eax"); }
static void load_cr3(void) { asm volatile("mov %%eax, %%cr3" ::: "memory"); }
static void wrmsr(void) { asm volatile("wrmsr" :: "a"(0), "d"(0), "c"(0x174)); }
static void breakpoint(void) { asm volatile("int3"); }
static void trace(void) { asm volatile("pushf; orl $0x100, (%%esp); popf; nop" ::: "cc", "memory"); }
static void interrupt(void) { asm volatile("int $0x21"); }
static void fault_vector(void) { asm volatile("int $14"); }
static void bad_segment(void) { asm volatile("mov %%eax, %%ds" :: "a"(0x1233)); }
static void kernel_segment(void) { asm volatile("ljmp $0x10, $0x8048000"); }
static void bad_stack(void) { asm volatile("mov $16, %%esp; push %%eax" ::: "memory"); }

static const struct { const char *name; void (*run)(void); } ways[] = {
	{ "write to NULL", write_null }, { "read near NULL", read_null }, { "call NULL", null_call },
	{ "read the top of memory", read_top }, { "divide by zero", divide }, { "division overflow", overflow },
	{ "undefined instruction", undefined }, { "hlt", halt }, { "cli", disable }, { "out", port },
	{ "read cr0", read_cr0 }, { "load cr3", load_cr3 }, { "wrmsr", wrmsr }, { "int3", breakpoint },
	{ "single step", trace }, { "int 0x21", interrupt }, { "int 14", fault_vector }, { "bad ds", bad_segment },
	{ "far jump to ring 0", kernel_segment }, { "push with a bad esp", bad_stack },
};

int main(void)
{
	static char stack[16384];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof stack };
	int status;

	for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
		IN_CHILD(status, ways[i].run());
		say_status(ways[i].name, status);
		IN_CHILD(status, {
			struct sigaction action = { .sa_flags = SA_SIGINFO | SA_ONSTACK };

			action.sa_sigaction = handler;
			sigaltstack(&alt, NULL);
			for (int sig = 1; sig < 32; sig++)
				if (sig != SIGKILL && sig != SIGSTOP)
					sigaction(sig, &action, NULL);
			ways[i].run();
		});
	}
	/* Blocked or ignored, such a signal kills all the same. */
	IN_CHILD(status, signal(SIGSEGV, SIG_IGN); write_null());
	say_status("ignored", status);
	IN_CHILD(status, sigset_t all; sigfillset(&all); sigprocmask(SIG_SETMASK, &all, NULL); write_null());
	say_status("blocked", status);
	/* A handler that faults, and one that has no stack. */
	IN_CHILD(status, signal(SIGSEGV, (void (*)(int))16); write_null());
	say_status("handler at a bad address", status);
	IN_CHILD(status, signal(SIGSEGV, (void (*)(int))halt); asm volatile("mov $16, %%esp; push %%eax" ::: "memory"));
	say_status("no stack for the handler", status);
	return done();
}
