/* SPDX-License-Identifier: MIT */
/* mkswap: writes the header of a swap area to a device or file: mkswap [-L label] file [KiB]. */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>
#include "lib/abi/ioctls.h"
#include "user/util/util.h"

#define PAGE 4096

static struct {
	char boot[1024];
	unsigned version, last_page, bad_pages;
	unsigned char uuid[16];
	char label[16];
	char rest[PAGE - 1024 - 3 * 4 - 2 * 16 - 10];
	char magic[10];
} header;

static unsigned long long bytes_of(int fd, const char *name)
{
	unsigned long long size;
	struct stat st;

	if (fstat(fd, &st) < 0)
		err(1, "%s", name);
	if (!S_ISBLK(st.st_mode))
		return (unsigned long long)st.st_size;
	if (ioctl(fd, BLKGETSIZE64, &size) < 0)
		err(1, "%s", name);
	return size;
}

static void print_uuid(const unsigned char *u)
{
	for (int i = 0; i < 16; i++)
		printf("%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", u[i]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	unsigned long long size;
	const char *name;
	int c, fd;

	while ((c = getopt(argc, argv, "fL:")) != -1) {
		if (c == '?')
			usage("[-f] [-L label] file [KiB]");
		if (c == 'L')
			strncpy(header.label, optarg, sizeof(header.label));
	}
	if (optind == argc)
		usage("[-f] [-L label] file [KiB]");
	name = argv[optind];
	fd = open(name, O_RDWR | O_LARGEFILE | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", name);
	size = bytes_of(fd, name);
	if (optind + 1 < argc) {
		unsigned long long wanted = strtoull(argv[optind + 1], NULL, 10) << 10;

		if (wanted > size)
			errx(1, "error: size %llu KiB is larger than device size %llu KiB", wanted >> 10, size >> 10);
		size = wanted;
	}
	if (size / PAGE < 10)
		errx(1, "error: swap area needs to be at least %d KiB", 10 * PAGE >> 10);
	header.version = 1;
	header.last_page = (unsigned)(size / PAGE - 1);
	if (getrandom(header.uuid, sizeof(header.uuid), 0) != sizeof(header.uuid))
		err(1, "getrandom");
	header.uuid[6] = (header.uuid[6] & 0x0f) | 0x40;	/* random, RFC 4122 */
	header.uuid[8] = (header.uuid[8] & 0x3f) | 0x80;
	memcpy(header.magic, "SWAPSPACE2", 10);
	if (write_all(fd, &header, sizeof(header)) < 0 || fsync(fd) < 0)
		err(1, "%s", name);
	printf("Setting up swapspace version 1, size = %llu KiB (%llu bytes)\n", size / PAGE * (PAGE >> 10) - (PAGE >> 10),
	       (size / PAGE - 1) * PAGE);
	printf(header.label[0] ? "LABEL=%.16s, UUID=" : "no label, UUID=", header.label);
	print_uuid(header.uuid);
	return finish(0);
}
