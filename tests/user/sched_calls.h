/* SPDX-License-Identifier: MIT */
#pragma once
/* For tests of the scheduler: its calls, which libc lacks, and how long a run is to be (words of the kernel's command line). */
#include <sys/resource.h>
#include "thread.h"

#define SET(pid, policy, priority) SYS(sched_setscheduler, pid, policy, &(struct sched_param){ priority })

/* NAME=VALUE of the command line that Pagoda was booted with; the second is what it is on Linux and without the word. */
static inline const char *boot_word(const char *name)
{
	static char line[1024];
	int fd = open("/proc/cmdline", O_RDONLY), n = fd < 0 ? 0 : (int)read(fd, line + 1, sizeof line - 2);
	char *p = line;

	close(fd);
	line[0] = ' ';
	line[n > 0 ? n + 1 : 1] = 0;
	while ((p = strstr(p, name))) {
		p += strlen(name);
		if (*p == '=' && p[-(int)strlen(name) - 1] == ' ')
			return p + 1;
	}
	return NULL;
}

static inline int boot_number(const char *name, int otherwise)
{
	const char *value = boot_word(name);

	return value ? atoi(value) : otherwise;
}

/* Those that the task may run on, of the first 32; the nth of them, counted round. */
static inline unsigned cpus(void)
{
	unsigned mask[256] = { 0 };

	return SYS(sched_getaffinity, 0, sizeof mask, mask) > 0 ? mask[0] : 1;
}

static inline int nth_cpu(unsigned mask, int n)
{
	unsigned left = mask;

	for (n &= 0xffff; n > 0; n--)
		left = left & (left - 1) ?: mask;
	return __builtin_ctz(left);
}

static inline long pin(int pid, unsigned mask) { return SYS(sched_setaffinity, pid, sizeof mask, &mask); }

static inline int cpu_now(void)
{
	unsigned cpu = 99;

	SYS(getcpu, &cpu, NULL, NULL);
	return (int)cpu;
}

static inline long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

static inline void *shared_memory(void)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}
