/* SPDX-License-Identifier: MIT */
/* reference: pagoda-only (would need the disks of the machine that runs it) */
/* swapon(2) and swapoff(2): every error, and what /proc says. With the names of a disk and of a file on ext2, also what succeeds. */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>
#include "test.h"

static char text[4096];

static const char *read_text(const char *name)
{
	int fd = open(name, O_RDONLY), n = (int)read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = 0;
	return text;
}

static int areas(void)
{
	int lines = 0;

	for (const char *p = read_text("/proc/swaps"); *p; p++)
		lines += *p == '\n';
	return lines - 1;
}

static void refused(void)
{
	int status;

	CHECK(!strcmp(read_text("/proc/swaps"), "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"));
	REPORT(swapon("/nothing", 0));
	REPORT(swapoff("/nothing"));
	REPORT(swapon("", 0));
	REPORT(swapon((char *)1, 0));
	REPORT(swapon("/", 0));
	REPORT(swapon("/dev/null", 0));
	REPORT(swapoff("/dev/null"));
	REPORT(swapon("/dev/null", 0x80000));
	REPORT(swapon("/nothing", 0x80000));
	/* tmpfs has no blocks. */
	close(open("/tmp/no-swap", O_RDWR | O_CREAT, 0600));
	truncate("/tmp/no-swap", 1 << 20);
	REPORT(swapon("/tmp/no-swap", 0));
	unlink("/tmp/no-swap");
	IN_CHILD(status, {
		setuid(1000);
		REPORT(swapon("/nothing", 0));
		REPORT(swapon("/nothing", 0x80000));
		REPORT(swapoff("/nothing"));
	});
}

static struct {
	char boot[1024];
	unsigned version, last_page, bad_pages;
	char uuid_label_rest[500];
	unsigned bad[637];
	char magic[12];
} header;

static void write_header(const char *name, unsigned version, unsigned last, unsigned bad, const char *magic)
{
	int fd = open(name, O_RDWR);

	header.version = version;
	header.last_page = last;
	header.bad_pages = bad;
	memcpy(header.magic + 2, magic, 10);
	CHECK(fd >= 0 && write(fd, &header, PAGE) == PAGE && fsync(fd) == 0);
	close(fd);
}

/* A device with size pages. */
static void headers(const char *disk, unsigned size)
{
	struct sysinfo info;

	write_header(disk, 1, size - 1, 0, "SWAPSPACE3");
	REPORT(swapon(disk, 0));
	write_header(disk, 2, size - 1, 0, "SWAPSPACE2");
	REPORT(swapon(disk, 0));
	write_header(disk, 1, 0, 0, "SWAPSPACE2");
	REPORT(swapon(disk, 0));
	write_header(disk, 1, size, 0, "SWAPSPACE2");
	REPORT(swapon(disk, 0));
	write_header(disk, 1, size - 1, 638, "SWAPSPACE2");
	REPORT(swapon(disk, 0));
	header.bad[0] = size;
	write_header(disk, 1, size - 1, 1, "SWAPSPACE2");
	REPORT(swapon(disk, 0));
	/* Bad pages do not count. */
	header.bad[0] = 3;
	header.bad[1] = 5;
	header.bad[2] = 3;
	write_header(disk, 1, 99, 3, "SWAPSPACE2");
	REPORT(swapon(disk, SWAP_FLAG_PREFER | 7 | SWAP_FLAG_DISCARD));
	REPORT(swapon(disk, 0));
	CHECK(areas() == 1 && strstr(text, "partition\t388\t\t0\t\t7\n"));
	CHECK(sysinfo(&info) == 0 && info.totalswap == 97 * PAGE && info.freeswap == 97 * PAGE);
	CHECK(strstr(read_text("/proc/meminfo"), "SwapTotal:           388 kB\nSwapFree:            388 kB\n"));
	REPORT(mount(disk, "/mnt", "ext2", 0, NULL));
	REPORT(swapoff(disk));
	REPORT(swapoff(disk));
	CHECK(areas() == 0);
	CHECK(sysinfo(&info) == 0 && info.totalswap == 0 && info.freeswap == 0);
	write_header(disk, 1, size - 1, 0, "SWAPSPACE2");
}

/* A file on a file system with blocks, and what nobody may do to it now. */
static void files(const char *disk, const char *file)
{
	char other[64];
	int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0);
	for (int i = 0; i < 300; i++)
		CHECK(pwrite(fd, text, PAGE, i * PAGE) == PAGE);
	write_header(file, 1, 299, 0, "SWAPSPACE2");
	sprintf(other, "%s.other", file);
	REPORT(swapon(disk, 0));
	REPORT(swapon(file, 0));
	REPORT(swapon(file, 0));
	CHECK(areas() == 2 && strstr(text, "-2\n") && strstr(text, "file\t\t1196\t\t0\t\t-3\n"));
	REPORT(write(fd, text, 1));
	REPORT(ftruncate(fd, 0));
	REPORT(truncate(file, PAGE));
	REPORT(fallocate(fd, 3, 0, PAGE));
	REPORT(unlink(file));
	REPORT(rename(file, other));
	REPORT(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
	REPORT(read(fd, text, PAGE) == PAGE ? 0 : -1);
	/* The one before goes: the other's priority moves up. */
	REPORT(swapoff(disk));
	CHECK(areas() == 1 && strstr(text, "-2\n"));
	REPORT(swapoff(file));
	REPORT(write(fd, text, 1) == 1 ? 0 : -1);
	/* A hole, and no header. */
	CHECK(ftruncate(fd, PAGE) == 0 && ftruncate(fd, 300 * PAGE) == 0);
	write_header(file, 1, 299, 0, "SWAPSPACE2");
	REPORT(swapon(file, 0));
	CHECK(ftruncate(fd, 100) == 0);
	REPORT(swapon(file, 0));
	close(fd);
	REPORT(unlink(file));
}

int main(int argc, char **argv)
{
	on_pagoda_only();
	refused();
	if (argc > 3)
		headers(argv[1], (unsigned)atoi(argv[2]));
	if (argc > 3)
		files(argv[1], argv[3]);
	return done();
}
