/* SPDX-License-Identifier: MIT */
#pragma once
/* What /proc says about processes and the machine; built into libutil.a. */
#include <sys/types.h>

struct process {
	int pid, ppid, pgrp, session, tty, tpgid, nice, threads;
	uid_t uid;
	char state;
	char comm[32];
	unsigned long minflt, majflt;
	unsigned long long utime, stime, start;	/* ticks, USER_HZ a second */
	unsigned long long vsize;		/* bytes */
	long rss;				/* pages */
};
#define USER_HZ 100
/* 0, or -1 if there is no such process. */
int read_process(int pid, struct process *p);
/* All of them by number, in an array on the heap. */
struct process *read_processes(size_t *count);
/* Its command line, arguments parted by blanks, or [comm]; in a static buffer. */
const char *process_args(const struct process *p);
/* "ttyS0", or "?". */
const char *tty_name(int dev);
/* Of /proc/meminfo, in KiB; 0 if there is no such line. */
unsigned long meminfo(const char *text, const char *name);
/* Seconds since the machine started. */
double uptime_seconds(void);
/* " 02:42:00 up  3:07,  load average: 0.00, 0.01, 0.05" */
void print_uptime(void);
/* Of the first line of /proc/stat, in ticks: user nice system idle iowait irq softirq. */
void cpu_ticks(unsigned long long ticks[7]);
