/* SPDX-License-Identifier: MIT */
/* vmstat: memory, paging and processor time, a line each interval: vmstat [seconds [count]]. The first line is since the start. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/util/proc.h"
#include "user/util/util.h"

struct sample {
	unsigned long long ticks[7], interrupts, switches, faults, major_faults, in, out;
	unsigned running, blocked;
};

/* The number behind a name at the beginning of a line. */
static unsigned long long value(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (; text && *text; text = strchr(text, '\n'), text += text != NULL)
		if (!strncmp(text, name, n) && text[n] == ' ')
			return strtoull(text + n, NULL, 10);
	return 0;
}

static void take(struct sample *s)
{
	static char stat[16384], vmstat[16384];

	cpu_ticks(s->ticks);
	if (read_file("/proc/stat", stat, sizeof(stat)) < 0)
		err(1, "/proc/stat");
	if (read_file("/proc/vmstat", vmstat, sizeof(vmstat)) < 0)
		*vmstat = 0;
	s->interrupts = value(stat, "intr");
	s->switches = value(stat, "ctxt");
	s->running = (unsigned)value(stat, "procs_running");
	s->blocked = (unsigned)value(stat, "procs_blocked");
	s->faults = value(vmstat, "pgfault");
	s->major_faults = value(vmstat, "pgmajfault");
	s->in = value(vmstat, "pgpgin");
	s->out = value(vmstat, "pgpgout");
}

static void print(const struct sample *s, const struct sample *before, double seconds)
{
	static char text[8192];
	unsigned long long t[7], total = 0;

	if (read_file("/proc/meminfo", text, sizeof(text)) < 0)
		err(1, "/proc/meminfo");
	for (int i = 0; i < 7; i++) {
		t[i] = s->ticks[i] - before->ticks[i];
		total += t[i];
	}
	total += !total;
#define RATE(field) ((unsigned long)((double)(s->field - before->field) / seconds))
	printf("%2u %2u %8lu %7lu %8lu %7lu %5lu %5lu %5lu %5lu %6lu %3llu %3llu %3llu %3llu\n", s->running, s->blocked,
	       meminfo(text, "MemFree"), meminfo(text, "Buffers"), meminfo(text, "Cached"), RATE(faults), RATE(major_faults),
	       RATE(in), RATE(out), RATE(interrupts), RATE(switches), (t[0] + t[1]) * 100 / total,
	       (t[2] + t[5] + t[6]) * 100 / total, t[3] * 100 / total, t[4] * 100 / total);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned interval = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
	long count = argc > 2 ? atol(argv[2]) : interval ? -1 : 1;
	struct sample last = { 0 }, s;
	double up = uptime_seconds();

	puts(" r  b     free    buff    cache  faults major    in   out   irq switch  us  sy  id  wa");
	for (long i = 0; count < 0 || i < count; i++) {
		if (i)
			sleep(interval);
		take(&s);
		print(&s, &last, i ? interval : up > 0.01 ? up : 0.01);
		last = s;
	}
	return finish(0);
}
