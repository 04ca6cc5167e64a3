/* SPDX-License-Identifier: MIT */
/* free: how much memory there is, and what it is used for, in KiB (-m MiB, -b bytes, -h for people). */
#include <err.h>
#include <unistd.h>
#include "user/util/proc.h"
#include "user/util/util.h"

static int unit = 'k';

static void cell(unsigned long kib)
{
	if (unit == 'h')
		printf(" %11s", human_size((unsigned long long)kib << 10));
	else
		printf(" %11llu", unit == 'b' ? (unsigned long long)kib << 10 : unit == 'm' ? kib >> 10 : kib);
}

int main(int argc, char **argv)
{
	unsigned long total, unused, cache, available, swap;
	char text[4096];
	int c;

	while ((c = getopt(argc, argv, "bkmh")) != -1) {
		if (c == '?')
			usage("[-b | -k | -m | -h]");
		unit = c;
	}
	if (read_file("/proc/meminfo", text, sizeof(text)) < 0)
		err(1, "/proc/meminfo");
	total = meminfo(text, "MemTotal");
	unused = meminfo(text, "MemFree");
	cache = meminfo(text, "Buffers") + meminfo(text, "Cached") + meminfo(text, "SReclaimable");
	available = meminfo(text, "MemAvailable");
	swap = meminfo(text, "SwapTotal");
	printf("%19s %11s %11s %11s %11s %11s\nMem:   ", "total", "used", "free", "shared", "buff/cache", "available");
	cell(total);
	cell(total - (available ? available : unused));
	cell(unused);
	cell(meminfo(text, "Shmem"));
	cell(cache);
	cell(available);
	printf("\nSwap:  ");
	cell(swap);
	cell(swap - meminfo(text, "SwapFree"));
	cell(meminfo(text, "SwapFree"));
	putchar('\n');
	return finish(0);
}
