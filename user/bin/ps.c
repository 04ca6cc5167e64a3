/* SPDX-License-Identifier: MIT */
/*
 * ps: the processes, from /proc. A listing is a list of columns: plain, -f, -l and u are four such lists, -o takes any.
 * Without a, x, -e or -p only the processes of one's own terminal are shown.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "user/util/proc.h"
#include "user/util/util.h"

struct column {
	const char *name, *title;
	int width;		/* negative: aligned to the left */
	void (*text)(const struct process *p, char *out, size_t n);
};

static unsigned long total_kib;
static double now;		/* seconds since the start of the machine */

#define NUMBER(field, format, value) \
	static void field##_text(const struct process *p, char *out, size_t n) { snprintf(out, n, format, value); }
NUMBER(pid, "%d", p->pid)
NUMBER(ppid, "%d", p->ppid)
NUMBER(pgid, "%d", p->pgrp)
NUMBER(sid, "%d", p->session)
NUMBER(uid, "%u", p->uid)
NUMBER(nice, "%d", p->nice)
NUMBER(nlwp, "%d", p->threads)
NUMBER(minflt, "%lu", p->minflt)
NUMBER(majflt, "%lu", p->majflt)
NUMBER(vsz, "%llu", p->vsize >> 10)
NUMBER(rss, "%lu", (unsigned long)p->rss * 4)
NUMBER(user, "%s", user_name(p->uid))
NUMBER(tty, "%s", tty_name(p->tty))
NUMBER(comm, "%s", p->comm)
NUMBER(args, "%s", process_args(p))
NUMBER(mem, "%.1f", total_kib ? (double)p->rss * 400 / (double)total_kib : 0.0)

static void time_text(const struct process *p, char *out, size_t n)
{
	unsigned long s = (unsigned long)((p->utime + p->stime) / USER_HZ);

	snprintf(out, n, "%02lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
}

static void cpu_text(const struct process *p, char *out, size_t n)
{
	double lived = now - (double)p->start / USER_HZ;

	snprintf(out, n, "%.1f", lived > 0.01 ? (double)(p->utime + p->stime) / lived : 0.0);
}

static void start_text(const struct process *p, char *out, size_t n)
{
	time_t t = time(NULL) - (time_t)(now - (double)p->start / USER_HZ);

	strftime(out, n, now - (double)p->start / USER_HZ < 86400 ? "%H:%M" : "%b%d", localtime(&t));
}

/* The state, then: < high or N low priority, s leader of a session, l threads, + in the foreground. */
static void stat_text(const struct process *p, char *out, size_t n)
{
	snprintf(out, n, "%c%s%s%s%s", p->state, p->nice < 0 ? "<" : p->nice > 0 ? "N" : "", p->session == p->pid ? "s" : "",
		 p->threads > 1 ? "l" : "", p->tpgid == p->pgrp ? "+" : "");
}

static void state_text(const struct process *p, char *out, size_t n)
{
	snprintf(out, n, "%c", p->state);
}

static const struct column columns[] = {
	{ "pid", "PID", 5, pid_text }, { "ppid", "PPID", 5, ppid_text }, { "pgid", "PGID", 5, pgid_text },
	{ "sid", "SID", 5, sid_text }, { "uid", "UID", 5, uid_text }, { "user", "USER", -8, user_text },
	{ "ni", "NI", 3, nice_text }, { "nlwp", "NLWP", 4, nlwp_text }, { "minflt", "MINFLT", 7, minflt_text },
	{ "majflt", "MAJFLT", 6, majflt_text }, { "vsz", "VSZ", 7, vsz_text }, { "rss", "RSS", 6, rss_text },
	{ "tty", "TTY", -8, tty_text }, { "stat", "STAT", -4, stat_text }, { "s", "S", -1, state_text },
	{ "time", "TIME", 8, time_text }, { "start", "START", 5, start_text }, { "%cpu", "%CPU", 4, cpu_text },
	{ "%mem", "%MEM", 4, mem_text }, { "comm", "COMMAND", -15, comm_text }, { "args", "COMMAND", -15, args_text },
};

static const struct column *chosen[32];
static int nchosen, headers = 1;

static void choose(const char *list)
{
	char *copy = strdup(list);

	nchosen = 0;
	for (char *word = strtok(copy, ", "); word; word = strtok(NULL, ", ")) {
		size_t i = 0;

		if (word[strlen(word) - 1] == '=') {	/* -o pid= leaves the headers away */
			word[strlen(word) - 1] = 0;
			headers = 0;
		}
		if (!strcmp(word, "cmd") || !strcmp(word, "command"))
			word = "args";
		while (i < sizeof(columns) / sizeof(*columns) && strcmp(columns[i].name, word))
			i++;
		if (i == sizeof(columns) / sizeof(*columns) || nchosen == 32)
			errx(1, "%s is no column", word);
		chosen[nchosen++] = &columns[i];
	}
	free(copy);
}

/* p NULL: the titles */
static void print_row(const struct process *p)
{
	char text[600];

	for (int i = 0; i < nchosen; i++) {
		const struct column *c = chosen[i];

		if (p)
			c->text(p, text, sizeof(text));
		else
			strlcpy(text, c->title, sizeof(text));
		if (i == nchosen - 1 && c->width < 0)
			printf("%s\n", text);
		else
			printf("%*s%s", c->width, text, i == nchosen - 1 ? "\n" : " ");
	}
}

int main(int argc, char **argv)
{
	const char *list = "pid,tty,time,comm", *pids = NULL;
	int all = 0, own_tty = 0;
	struct process *p, self;
	char memory[4096];
	size_t n;

	for (int i = 1; i < argc; i++)
		for (const char *o = argv[i]; *o; o++) {
			if (*o == '-')
				continue;
			if ((*o == 'o' || *o == 'p') && (o[1] || i + 1 < argc)) {
				*(*o == 'o' ? &list : &pids) = o[1] ? o + 1 : argv[++i];
				break;
			}
			switch (*o) {
			case 'a':
			case 'x':
			case 'A':
			case 'e': all = 1; break;
			case 'f': list = "user,pid,ppid,%cpu,start,tty,time,args"; break;
			case 'l': list = "s,uid,pid,ppid,ni,rss,vsz,tty,time,comm"; break;
			case 'u': list = "user,pid,%cpu,%mem,vsz,rss,tty,stat,start,time,args"; break;
			case 'w': break;
			default: usage("[aux] [-efl] [-p pid] [-o column,...]");
			}
		}
	choose(list);
	if (read_file("/proc/meminfo", memory, sizeof(memory)) > 0)
		total_kib = meminfo(memory, "MemTotal");
	now = uptime_seconds();
	p = read_processes(&n);
	own_tty = read_process(getpid(), &self) == 0 ? self.tty : 0;
	if (headers)
		print_row(NULL);
	for (size_t i = 0; i < n; i++)
		if (pids ? p[i].pid == atoi(pids) : all || (p[i].tty == own_tty && p[i].uid == geteuid()))
			print_row(&p[i]);
	return finish(0);
}
