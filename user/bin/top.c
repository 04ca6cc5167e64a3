/* SPDX-License-Identifier: MIT */
/*
 * top: the processes that use most of the processor, again and again. -d seconds between, -n how often, -b without a terminal.
 * Keys: q ends, blank shows at once, P M T N sort by processor, memory, time, number; k asks for a process to end.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "user/util/proc.h"
#include "user/util/util.h"

static int batch, order = 'P';
static struct termios cooked;
static struct process *before;
static size_t nbefore;
static unsigned long long ticks_before[7];

static void restore(void)
{
	tcsetattr(0, TCSADRAIN, &cooked);
	printf("\033[?25h\n");
	fflush(stdout);
}

static void ended(int sig)
{
	exit(128 + sig);
}

static void raw_mode(void)
{
	struct termios raw;

	if (tcgetattr(0, &cooked) < 0)
		err(1, "standard input (use -b without a terminal)");
	raw = cooked;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	atexit(restore);
	signal(SIGINT, ended);
	signal(SIGTERM, ended);
	tcsetattr(0, TCSADRAIN, &raw);
	printf("\033[?25l");
}

static unsigned long long used(const struct process *p)
{
	return p->utime + p->stime;
}

/* What it used since the last look; both lists are in the order of the numbers. */
static unsigned long long recent(const struct process *p)
{
	for (size_t i = 0; i < nbefore; i++)
		if (before[i].pid == p->pid && before[i].start == p->start)
			return used(p) - used(&before[i]);
	return used(p);
}

static int compare(const void *a, const void *b)
{
	const struct process *p = a, *q = b;
	unsigned long long x = 0, y = 0;

	switch (order) {
	case 'P': x = recent(p); y = recent(q); break;
	case 'M': x = (unsigned long long)p->rss; y = (unsigned long long)q->rss; break;
	case 'T': x = used(p); y = used(q); break;
	}
	return x != y ? (x < y ? 1 : -1) : p->pid - q->pid;
}

static unsigned long long print_summary(const struct process *list, size_t n)
{
	unsigned long long ticks[7], t[7], total = 0;
	size_t running = 0, stopped = 0, zombies = 0;
	static char text[8192];

	cpu_ticks(ticks);
	for (int i = 0; i < 7; i++) {
		t[i] = ticks[i] - ticks_before[i];
		total += t[i];
	}
	memcpy(ticks_before, ticks, sizeof(ticks));
	total += !total;
	for (size_t i = 0; i < n; i++) {
		running += list[i].state == 'R';
		stopped += list[i].state == 'T' || list[i].state == 't';
		zombies += list[i].state == 'Z';
	}
	printf("top -");
	print_uptime();
	printf("Tasks: %zu total, %zu running, %zu sleeping, %zu stopped, %zu zombie\n", n, running, n - running - stopped - zombies,
	       stopped, zombies);
#define PERCENT(x) ((double)(x) * 100 / (double)total)
	printf("%%Cpu(s): %4.1f us, %4.1f sy, %4.1f ni, %4.1f id, %4.1f wa, %4.1f irq\n", PERCENT(t[0]), PERCENT(t[2]), PERCENT(t[1]),
	       PERCENT(t[3]), PERCENT(t[4]), PERCENT(t[5] + t[6]));
	if (read_file("/proc/meminfo", text, sizeof(text)) > 0)
		printf("KiB Mem: %lu total, %lu free, %lu available, %lu buff/cache\n\n", meminfo(text, "MemTotal"),
		       meminfo(text, "MemFree"), meminfo(text, "MemAvailable"), meminfo(text, "Buffers") + meminfo(text, "Cached"));
	return total;
}

static void print_process(const struct process *p, unsigned long long total, unsigned long memory, int columns)
{
	char line[600];
	unsigned long long t = used(p);

	snprintf(line, sizeof(line), "%5d %-8s %3d %7llu %6lu %c %5.1f %5.1f %4llu:%02llu.%02llu %s", p->pid, user_name(p->uid), p->nice,
		 p->vsize >> 10, (unsigned long)p->rss * 4, p->state, PERCENT(recent(p)),
		 memory ? (double)p->rss * 400 / (double)memory : 0.0, t / 6000, t / 100 % 60, t % 100, process_args(p));
	printf("%.*s%s\n", columns, line, batch ? "" : "\033[K");
}

static void show(void)
{
	struct winsize ws = { .ws_row = 24, .ws_col = 80 };
	unsigned long long total;
	unsigned long memory = 0;
	static char text[8192];
	struct process *list;
	size_t n, rows;

	if (!batch)
		ioctl(1, TIOCGWINSZ, &ws);
	list = read_processes(&n);
	if (!batch)
		printf("\033[H\033[J");
	total = print_summary(list, n);
	if (read_file("/proc/meminfo", text, sizeof(text)) > 0)
		memory = meminfo(text, "MemTotal");
	printf("%s%5s %-8s %3s %7s %6s %s %5s %5s %10s %s%s\n", batch ? "" : "\033[7m", "PID", "USER", "NI", "VIRT", "RES", "S", "%CPU",
	       "%MEM", "TIME+", "COMMAND", batch ? "" : "\033[m");
	qsort(list, n, sizeof(*list), compare);
	rows = batch ? n : ws.ws_row > 8 ? ws.ws_row - 7u : 1;
	for (size_t i = 0; i < n && i < rows; i++)
		print_process(&list[i], total, memory, batch ? 500 : ws.ws_col ? ws.ws_col : 80);
	if (batch)
		putchar('\n');
	fflush(stdout);
	free(before);
	before = list;
	nbefore = n;
}

/* k: the number is typed with the terminal's own editing. */
static void ask_and_kill(void)
{
	char line[32];

	tcsetattr(0, TCSADRAIN, &cooked);
	printf("\033[Hprocess to end: \033[K");
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) && atoi(line) > 1 && kill(atoi(line), SIGTERM) < 0) {
		printf("%s\n", strerror(errno));
		fflush(stdout);
		sleep(1);
	}
	raw_mode();
}

/* Waits for a key or the end of the interval; 1 to end. */
static int wait_key(int milliseconds)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };
	char c;

	if (poll(&p, 1, milliseconds) <= 0)
		return 0;
	if (read(0, &c, 1) != 1 || c == 'q' || c == 3)
		return 1;
	if (strchr("PMTN", c))
		order = c;
	if (c == 'k')
		ask_and_kill();
	return 0;
}

int main(int argc, char **argv)
{
	double delay = 3;
	long count = -1;
	int c;

	while ((c = getopt(argc, argv, "bd:n:")) != -1) {
		switch (c) {
		case 'b': batch = 1; break;
		case 'd': delay = atof(optarg); break;
		case 'n': count = atol(optarg); break;
		default: usage("[-b] [-d seconds] [-n count]");
		}
	}
	if (!batch)
		raw_mode();
	for (;;) {
		show();
		if (count > 0 && !--count)
			return finish(0);
		if (batch)
			usleep((useconds_t)(delay * 1e6));
		else if (wait_key((int)(delay * 1000)))
			return finish(0);
	}
}
