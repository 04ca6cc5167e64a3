/* SPDX-License-Identifier: MIT */
/*
 * dd: copies in blocks of a given size. if= of= bs= ibs= obs= count= skip= seek= conv=notrunc,sync,noerror,fsync,lcase,ucase,swab
 * status=none. What one read gives is one block, whole or partial: that is what the counts at the end are about.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "user/util/util.h"

static const char *in_name, *out_name;
static size_t ibs = 512, obs = 512;
static long long count = -1, skip, seek;
static int notrunc, pad, noerror, do_fsync, quiet, full_only, upper, lower, swab;
static unsigned long long in_full, in_part, out_full, out_part, bytes;

static const struct { const char *name; int *flag; } conversions[] = {
	{ "notrunc", &notrunc }, { "sync", &pad }, { "noerror", &noerror }, { "fsync", &do_fsync }, { "ucase", &upper },
	{ "lcase", &lower }, { "swab", &swab }, { "fullblock", &full_only },
};

static void set_flags(char *list)
{
	for (char *w = strtok(list, ","); w; w = strtok(NULL, ",")) {
		size_t i = 0;

		while (i < sizeof(conversions) / sizeof(*conversions) && strcmp(conversions[i].name, w))
			i++;
		if (i == sizeof(conversions) / sizeof(*conversions))
			errx(1, "%s is not known", w);
		*conversions[i].flag = 1;
	}
}

static long long size(const char *s)
{
	long long n = parse_size(s);

	if (n < 0)
		errx(1, "%s is no size", s);
	return n;
}

static void parse(char *arg)
{
	char *v = strchr(arg, '=');

	if (!v)
		usage("[if=file] [of=file] [bs=n] [count=n] [skip=n] [seek=n] [conv=...] [status=none]");
	*v++ = 0;
	if (!strcmp(arg, "if"))
		in_name = v;
	else if (!strcmp(arg, "of"))
		out_name = v;
	else if (!strcmp(arg, "bs"))
		ibs = obs = (size_t)size(v);
	else if (!strcmp(arg, "ibs"))
		ibs = (size_t)size(v);
	else if (!strcmp(arg, "obs"))
		obs = (size_t)size(v);
	else if (!strcmp(arg, "count"))
		count = size(v);
	else if (!strcmp(arg, "skip") || !strcmp(arg, "iseek"))
		skip = size(v);
	else if (!strcmp(arg, "seek") || !strcmp(arg, "oseek"))
		seek = size(v);
	else if (!strcmp(arg, "conv") || !strcmp(arg, "iflag"))
		set_flags(v);
	else if (!strcmp(arg, "status"))
		quiet = !strcmp(v, "none");
	else
		errx(1, "%s is not known", arg);
}

static ssize_t read_block(char *buf)
{
	size_t n = 0;
	ssize_t r;

	do {
		r = read(0, buf + n, ibs - n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return n ? (ssize_t)n : r;
		n += (size_t)r;
	} while (full_only && n < ibs);
	return (ssize_t)n;
}

static void write_block(const char *buf, size_t n)
{
	if (!n)
		return;
	if (write_all(1, buf, n) < 0)
		err(1, "cannot write to %s", out_name ? out_name : "standard output");
	bytes += n;
	out_full += n == obs;
	out_part += n != obs;
}

static void convert(char *p, size_t n)
{
	for (size_t i = 0; swab && i + 1 < n; i += 2) {
		char c = p[i];

		p[i] = p[i + 1];
		p[i + 1] = c;
	}
	for (size_t i = 0; (upper || lower) && i < n; i++)
		p[i] = (char)(upper ? toupper((unsigned char)p[i]) : tolower((unsigned char)p[i]));
}

/* Reads that end an input block are collected until an output block is full. */
static void copy(char *in, char *out)
{
	size_t held = 0;

	for (; count; count -= count > 0) {
		ssize_t n = read_block(in);

		if (n < 0) {
			warn("cannot read %s", in_name ? in_name : "standard input");
			if (!noerror)
				exit(1);
			lseek(0, (off_t)ibs, SEEK_CUR);
			n = 0;
			if (!pad)
				continue;
		} else if (n == 0) {
			break;
		}
		in_full += (size_t)n == ibs;
		in_part += (size_t)n != ibs;
		if (pad && (size_t)n < ibs) {
			memset(in + n, 0, ibs - (size_t)n);
			n = (ssize_t)ibs;
		}
		convert(in, (size_t)n);
		if (ibs == obs) {
			write_block(in, (size_t)n);
			continue;
		}
		for (size_t i = 0; i < (size_t)n;) {
			size_t k = obs - held < (size_t)n - i ? obs - held : (size_t)n - i;

			memcpy(out + held, in + i, k);
			held += k;
			i += k;
			if (held == obs) {
				write_block(out, obs);
				held = 0;
			}
		}
	}
	write_block(out, held);
}

static void skip_input(char *buf)
{
	if (!skip || lseek(0, (off_t)(skip * (long long)ibs), SEEK_CUR) >= 0)
		return;
	while (skip-- > 0 && read_block(buf) > 0)
		;
}

static void open_files(void)
{
	int fd;

	if (in_name) {
		fd = open(in_name, O_RDONLY);
		if (fd < 0 || dup2(fd, 0) < 0)
			err(1, "%s", in_name);
	}
	if (out_name) {
		fd = open(out_name, O_WRONLY | O_CREAT | (notrunc || seek ? 0 : O_TRUNC), 0666);
		if (fd < 0 || dup2(fd, 1) < 0)
			err(1, "%s", out_name);
		if (seek && !notrunc)
			ftruncate(1, (off_t)(seek * (long long)obs));
	}
	if (seek && lseek(1, (off_t)(seek * (long long)obs), SEEK_CUR) < 0)
		err(1, "cannot seek in the output");
}

int main(int argc, char **argv)
{
	struct timespec start, end;
	char *in, *out;
	double seconds;

	for (int i = 1; i < argc; i++)
		parse(argv[i]);
	if (!ibs || !obs)
		errx(1, "a block has at least one byte");
	in = xrealloc(NULL, ibs);
	out = xrealloc(NULL, obs);
	open_files();
	clock_gettime(CLOCK_MONOTONIC, &start);
	skip_input(in);
	copy(in, out);
	if (do_fsync && fsync(1) < 0)
		err(1, "fsync");
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (quiet)
		return 0;
	seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	fprintf(stderr, "%llu+%llu records in\n%llu+%llu records out\n", in_full, in_part, out_full, out_part);
	fprintf(stderr, "%llu bytes copied, %.6f s, %.1f MB/s\n", bytes, seconds, seconds > 0 ? (double)bytes / seconds / 1e6 : 0.0);
	return 0;
}
