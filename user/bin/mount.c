/* SPDX-License-Identifier: MIT */
/* mount: attaches a file system to the tree, or lists what is attached. */
#include <err.h>
#include <mntent.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include "user/util/util.h"

static const struct { const char *name; unsigned long set, clear; } words[] = {
	{ "ro", MS_RDONLY, 0 }, { "rw", 0, MS_RDONLY }, { "nosuid", MS_NOSUID, 0 }, { "suid", 0, MS_NOSUID },
	{ "nodev", MS_NODEV, 0 }, { "dev", 0, MS_NODEV }, { "noexec", MS_NOEXEC, 0 }, { "exec", 0, MS_NOEXEC },
	{ "sync", MS_SYNCHRONOUS, 0 }, { "async", 0, MS_SYNCHRONOUS }, { "remount", MS_REMOUNT, 0 },
	{ "noatime", MS_NOATIME, 0 }, { "atime", 0, MS_NOATIME }, { "relatime", MS_RELATIME, 0 },
	{ "bind", MS_BIND, 0 }, { "rbind", MS_BIND | MS_REC, 0 }, { "move", MS_MOVE, 0 }, { "defaults", 0, 0 },
};

static unsigned long flags;
static char data[512];

/* Words that are no flags are the file system's own. */
static void parse_options(char *text)
{
	for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
		size_t i = 0, n = sizeof(words) / sizeof(*words);

		while (i < n && strcmp(words[i].name, word))
			i++;
		if (i < n) {
			flags = (flags | words[i].set) & ~words[i].clear;
			continue;
		}
		if (*data)
			strlcat(data, ",", sizeof(data));
		strlcat(data, word, sizeof(data));
	}
}

static int list(const char *type)
{
	FILE *f = setmntent("/proc/mounts", "r");
	struct mntent *m;

	if (!f)
		err(1, "/proc/mounts");
	while ((m = getmntent(f)))
		if (!type || !strcmp(type, m->mnt_type))
			printf("%s on %s type %s (%s)\n", m->mnt_fsname, m->mnt_dir, m->mnt_type, m->mnt_opts);
	endmntent(f);
	return finish(0);
}

/* For "mount -o remount dir". */
static int named_by_dir_alone(int argc)
{
	return argc - optind == 1 && flags & MS_REMOUNT;
}

int main(int argc, char **argv)
{
	static const char how[] = "[-t type] [-r] [-o option,...] [device directory]";
	const char *type = NULL, *device, *dir;
	int c;

	while ((c = getopt(argc, argv, "t:o:rw")) != -1) {
		switch (c) {
		case 't': type = optarg; break;
		case 'o': parse_options(optarg); break;
		case 'r': flags |= MS_RDONLY; break;
		case 'w': flags &= ~(unsigned long)MS_RDONLY; break;
		default: usage(how);
		}
	}
	if (optind == argc)
		return list(type);
	if (argc - optind != 2 && !named_by_dir_alone(argc))
		usage(how);
	dir = argv[argc - 1];
	device = argc - optind == 2 ? argv[optind] : "none";
	if (mount(device, dir, type ? type : flags & (MS_BIND | MS_MOVE | MS_REMOUNT) ? "" : "ext2", flags, data) < 0)
		err(1, "cannot mount %s on %s", device, dir);
	return 0;
}
