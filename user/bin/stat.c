/* SPDX-License-Identifier: MIT */
/*
 * stat: everything the kernel tells of a file; -c in a format of %n %s %b %B %f %F %a %A %u %U %g %G %i %h %d %t %T %X %Y
 * %Z %o; -L follows.
 */
#include <err.h>
#include <limits.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include "user/util/util.h"

static const char *kind(const struct stat *st)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFREG: return st->st_size ? "regular file" : "regular empty file";
	case S_IFDIR: return "directory";
	case S_IFLNK: return "symbolic link";
	case S_IFCHR: return "character special file";
	case S_IFBLK: return "block special file";
	case S_IFIFO: return "fifo";
	case S_IFSOCK: return "socket";
	}
	return "weird file";
}

static void print_field(char c, const char *path, const struct stat *st)
{
	char mode[11];

	switch (c) {
	case 'n': printf("%s", path); break;
	case 's': printf("%lld", (long long)st->st_size); break;
	case 'b': printf("%lld", (long long)st->st_blocks); break;
	case 'B': printf("512"); break;
	case 'o': printf("%ld", (long)st->st_blksize); break;
	case 'f': printf("%x", st->st_mode); break;
	case 'F': printf("%s", kind(st)); break;
	case 'a': printf("%o", st->st_mode & 07777); break;
	case 'A': mode_string(st->st_mode, mode); printf("%s", mode); break;
	case 'u': printf("%u", st->st_uid); break;
	case 'U': printf("%s", user_name(st->st_uid)); break;
	case 'g': printf("%u", st->st_gid); break;
	case 'G': printf("%s", group_name(st->st_gid)); break;
	case 'i': printf("%llu", (unsigned long long)st->st_ino); break;
	case 'h': printf("%u", (unsigned)st->st_nlink); break;
	case 'd': printf("%llu", (unsigned long long)st->st_dev); break;
	case 't': printf("%x", (unsigned)major(st->st_rdev)); break;
	case 'T': printf("%x", (unsigned)minor(st->st_rdev)); break;
	case 'X': printf("%lld", (long long)st->st_atime); break;
	case 'Y': printf("%lld", (long long)st->st_mtime); break;
	case 'Z': printf("%lld", (long long)st->st_ctime); break;
	default: putchar(c);
	}
}

static void print_format(const char *format, const char *path, const struct stat *st)
{
	for (; *format; format++)
		if (*format == '%' && format[1])
			print_field(*++format, path, st);
		else
			putchar(*format);
	putchar('\n');
}

static void print_time(const char *what, const struct timespec *ts)
{
	char text[40];

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime(&ts->tv_sec));
	printf("%s: %s.%09ld +0000\n", what, text, ts->tv_nsec);
}

static void print_all(const char *path, const struct stat *st)
{
	char mode[11], target[PATH_MAX];
	ssize_t n = S_ISLNK(st->st_mode) ? readlink(path, target, sizeof(target)) : 0;

	printf("  File: %s", path);
	if (n > 0)
		printf(" -> %.*s", (int)n, target);
	printf("\n  Size: %-10lld\tBlocks: %-10lld IO Block: %-6ld %s\n", (long long)st->st_size, (long long)st->st_blocks,
	       (long)st->st_blksize, kind(st));
	printf("Device: %u,%u\tInode: %-11llu Links: %u", (unsigned)major(st->st_dev), (unsigned)minor(st->st_dev),
	       (unsigned long long)st->st_ino, (unsigned)st->st_nlink);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		printf("     Device type: %u,%u", (unsigned)major(st->st_rdev), (unsigned)minor(st->st_rdev));
	mode_string(st->st_mode, mode);
	printf("\nAccess: (%04o/%s)  Uid: (%5u/%8s)   Gid: (%5u/%8s)\n", st->st_mode & 07777, mode, st->st_uid,
	       user_name(st->st_uid), st->st_gid, group_name(st->st_gid));
	print_time("Access", &st->st_atim);
	print_time("Modify", &st->st_mtim);
	print_time("Change", &st->st_ctim);
}

int main(int argc, char **argv)
{
	const char *format = NULL;
	int c, follow = 0, status = 0;
	struct stat st;

	while ((c = getopt(argc, argv, "c:L")) != -1) {
		if (c == '?')
			usage("[-L] [-c format] file ...");
		if (c == 'c')
			format = optarg;
		else
			follow = 1;
	}
	if (optind == argc)
		usage("[-L] [-c format] file ...");
	for (; optind < argc; optind++) {
		if ((follow ? stat : lstat)(argv[optind], &st) < 0) {
			warn("cannot stat %s", argv[optind]);
			status = 1;
		} else if (format) {
			print_format(format, argv[optind], &st);
		} else {
			print_all(argv[optind], &st);
		}
	}
	return finish(status);
}
