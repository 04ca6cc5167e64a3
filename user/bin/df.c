/* SPDX-License-Identifier: MIT */
/* df: how full file systems are, in KiB (-h for people, -i inodes), of those that hold the files given or of all. */
#include <err.h>
#include <limits.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>
#include "user/util/util.h"

static int human, inodes, all, status;

static const char *amount(unsigned long long n, unsigned long unit)
{
	static char text[3][24];
	static int i;

	i = (i + 1) % 3;
	if (human && !inodes)
		strlcpy(text[i], human_size(n * unit), sizeof(text[i]));
	else
		snprintf(text[i], sizeof(text[i]), "%llu", inodes ? n : n * unit / 1024);
	return text[i];
}

static void show(const struct mntent *m)
{
	unsigned long long total, used, unused;
	struct statfs64 s;

	if (statfs64(m->mnt_dir, &s) < 0) {
		warn("%s", m->mnt_dir);
		status = 1;
		return;
	}
	if (!s.f_blocks && !all)
		return;
	total = inodes ? s.f_files : s.f_blocks;
	unused = inodes ? s.f_ffree : s.f_bavail;
	used = total - (inodes ? s.f_ffree : s.f_bfree);
	printf("%-15s %10s %10s %10s ", m->mnt_fsname, amount(total, s.f_bsize), amount(used, s.f_bsize), amount(unused, s.f_bsize));
	if (used + unused)
		printf("%4llu%% %s\n", (used * 100 + used + unused - 1) / (used + unused), m->mnt_dir);
	else
		printf("%5s %s\n", "-", m->mnt_dir);
}

/* The mount that holds path is the last one on its device. */
static void show_holder(const char *path)
{
	struct stat st, dir;
	struct mntent *m, best = { 0 };
	FILE *f;

	if (stat(path, &st) < 0) {
		warn("%s", path);
		status = 1;
		return;
	}
	f = setmntent("/proc/mounts", "r");
	while (f && (m = getmntent(f)))
		if (stat(m->mnt_dir, &dir) == 0 && dir.st_dev == st.st_dev)
			best = (struct mntent){ .mnt_fsname = strdup(m->mnt_fsname), .mnt_dir = strdup(m->mnt_dir) };
	if (f)
		endmntent(f);
	all = 1;
	if (best.mnt_dir)
		show(&best);
	else
		warnx("%s: not on a mounted file system", path);
}

int main(int argc, char **argv)
{
	struct mntent *m;
	FILE *f;
	int c;

	while ((c = getopt(argc, argv, "akhi")) != -1) {
		if (c == '?')
			usage("[-ahi] [file ...]");
		human |= c == 'h';
		inodes |= c == 'i';
		all |= c == 'a';
	}
	printf("%-15s %10s %10s %10s  Use%% Mounted on\n", "Filesystem", inodes ? "Inodes" : human ? "Size" : "1K-blocks", "Used",
	       inodes ? "Free" : "Available");
	for (int i = optind; i < argc; i++)
		show_holder(argv[i]);
	if (optind < argc)
		return finish(status);
	f = setmntent("/proc/mounts", "r");
	if (!f)
		err(1, "/proc/mounts");
	while ((m = getmntent(f)))
		show(m);
	endmntent(f);
	return finish(status);
}
