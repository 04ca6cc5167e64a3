/* SPDX-License-Identifier: MIT */
/* Small helpers of the tools; contracts in util.h. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "user/util/util.h"

void mode_string(mode_t mode, char *out)
{
	static const char types[] = "?pc?d?b?-?l?s???", bits[] = "rwxrwxrwx";

	out[0] = types[(mode & S_IFMT) >> 12];
	for (int i = 0; i < 9; i++)
		out[i + 1] = mode & (0400 >> i) ? bits[i] : '-';
	if (mode & S_ISUID)
		out[3] = mode & 0100 ? 's' : 'S';
	if (mode & S_ISGID)
		out[6] = mode & 0010 ? 's' : 'S';
	if (mode & S_ISVTX)
		out[9] = mode & 0001 ? 't' : 'T';
	out[10] = 0;
}

/* The bits that "ugo" on the left of an operator stands for. */
static mode_t who_mask(const char **p)
{
	mode_t who = 0;

	for (;; ++*p) {
		if (**p == 'u')
			who |= 04700;
		else if (**p == 'g')
			who |= 02070;
		else if (**p == 'o')
			who |= 01007;
		else if (**p == 'a')
			who |= 07777;
		else
			return who;
	}
}

/* "rwxXst", or one of "ugo" to copy from. */
static mode_t perm_mask(const char **p, mode_t old)
{
	mode_t m = 0;

	for (;; ++*p) {
		switch (**p) {
		case 'r': m |= 0444; break;
		case 'w': m |= 0222; break;
		case 'x': m |= 0111; break;
		case 'X': m |= S_ISDIR(old) || old & 0111 ? 0111 : 0; break;
		case 's': m |= 06000; break;
		case 't': m |= 01000; break;
		case 'u': m |= (old >> 6 & 7) * 0111; break;
		case 'g': m |= (old >> 3 & 7) * 0111; break;
		case 'o': m |= (old & 7) * 0111; break;
		default: return m;
		}
	}
}

int parse_mode(const char *s, mode_t old, mode_t *mode)
{
	mode_t result = old & 07777, mask;
	char *end;

	if (*s >= '0' && *s <= '7') {
		*mode = (mode_t)strtoul(s, &end, 8);
		return *end || *mode > 07777 ? -1 : 0;
	}
	mask = umask(0);
	umask(mask);
	while (*s) {
		mode_t who = who_mask(&s), limit = who ? who : 07777 & ~mask;

		if (!*s || !strchr("+-=", *s))
			return -1;
		while (*s && strchr("+-=", *s)) {
			char op = *s++;
			mode_t perm = perm_mask(&s, (old & S_IFMT) | result) & limit;

			if (op == '=')
				result &= ~(who ? who & 0777 : 0777);
			result = op == '-' ? result & ~perm : result | perm;
		}
		if (*s == ',')
			s++;
		else if (*s)
			return -1;
	}
	*mode = result;
	return 0;
}

const char *human_size(unsigned long long bytes)
{
	static char buf[16];
	const char *unit = "BKMGT";
	unsigned long long scaled = bytes * 10;

	for (; scaled >= 10240 && unit[1]; unit++)
		scaled = (scaled + 1023) / 1024;
	if (*unit == 'B')
		snprintf(buf, sizeof(buf), "%llu", bytes);
	else if (scaled < 100)
		snprintf(buf, sizeof(buf), "%llu.%llu%c", scaled / 10, scaled % 10, *unit);
	else
		snprintf(buf, sizeof(buf), "%llu%c", (scaled + 9) / 10, *unit);
	return buf;
}

long long parse_size(const char *text)
{
	char *end;
	long long n;

	if (*text < '0' || *text > '9')
		return -1;
	n = strtoll(text, &end, 10);
	switch (*end) {
	case 'c': end++; break;
	case 'b': n *= 512; end++; break;
	case 'k':
	case 'K': n <<= 10; end++; break;
	case 'm':
	case 'M': n <<= 20; end++; break;
	case 'g':
	case 'G': n <<= 30; end++; break;
	}
	return *end ? -1 : n;
}

int write_all(int fd, const void *buf, size_t n)
{
	const char *p = buf;

	while (n) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		p += w;
		n -= w;
	}
	return 0;
}

long long copy_fd(int in, int out)
{
	static char buf[32768];
	long long total = 0;
	ssize_t n;

	for (;;) {
		n = read(in, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -1 : total;
		if (write_all(out, buf, n) < 0)
			return -1;
		total += n;
	}
}

char *path_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);
	char *path;

	if (asprintf(&path, "%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/", name) < 0)
		err(1, NULL);
	return path;
}

const char *user_name(uid_t uid)
{
	static char name[32];
	static uid_t last = (uid_t)-1;
	struct passwd *pw;

	if (uid == last && *name)
		return name;
	last = uid;
	pw = getpwuid(uid);
	if (pw)
		strlcpy(name, pw->pw_name, sizeof(name));
	else
		snprintf(name, sizeof(name), "%u", uid);
	return name;
}

const char *group_name(gid_t gid)
{
	static char name[32];
	static gid_t last = (gid_t)-1;
	struct group *gr;

	if (gid == last && *name)
		return name;
	last = gid;
	gr = getgrgid(gid);
	if (gr)
		strlcpy(name, gr->gr_name, sizeof(name));
	else
		snprintf(name, sizeof(name), "%u", gid);
	return name;
}

FILE *open_input(const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;

	if (!f)
		warn("%s", path);
	return f;
}

void close_input(FILE *f)
{
	if (f != stdin)
		fclose(f);
}

int each_input(int argc, char **argv, int first, void (*each)(FILE *f, const char *name))
{
	int status = 0;

	if (first >= argc)
		each(stdin, "-");
	for (int i = first; i < argc; i++) {
		FILE *f = open_input(argv[i]);

		if (!f) {
			status = 1;
			continue;
		}
		each(f, argv[i]);
		if (ferror(f)) {
			warn("%s", argv[i]);
			status = 1;
		}
		close_input(f);
	}
	return status;
}

void usage(const char *text)
{
	fprintf(stderr, "usage: %s %s\n", program_invocation_short_name, text);
	exit(2);
}

int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		warn("write error");
		clearerr(stdout);
		return 1;
	}
	return status;
}

void *xrealloc(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		errx(1, "out of memory");
	return p;
}

ssize_t read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	size_t n = 0;
	ssize_t r = 0;

	if (fd < 0)
		return -1;
	while (n < size - 1 && (r = read(fd, buf + n, size - 1 - n)) > 0)
		n += (size_t)r;
	error = errno;
	close(fd);
	errno = error;
	buf[n] = 0;
	return r < 0 ? -1 : (ssize_t)n;
}

int terminal_columns(void)
{
	struct winsize ws;

	return ioctl(1, TIOCGWINSZ, &ws) == 0 && ws.ws_col ? ws.ws_col : 80;
}

int ask(const char *fmt, ...)
{
	char answer[80];
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

char *target_path(const char *to, const char *from)
{
	struct stat st;
	char *copy, *path;

	if (stat(to, &st) < 0 || !S_ISDIR(st.st_mode)) {
		path = strdup(to);
		if (!path)
			err(1, NULL);
		return path;
	}
	copy = strdup(from);
	if (!copy)
		err(1, NULL);
	path = path_join(to, basename(copy));
	free(copy);
	return path;
}
