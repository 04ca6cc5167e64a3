/* SPDX-License-Identifier: MIT */
/* The cpio reader: archives made here, and every way of cutting and spoiling them. */
#include <stdlib.h>
#include "lib/abi/errno.h"
#include "lib/cpio.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "tests/host/host.h"

static char archive[4096];
static size_t length;

static void pad(void)
{
	while (length % 4)
		archive[length++] = '\0';
}

static void add(const char *name, u32 mode, const char *data, u32 size)
{
	char header[111];

	snprintf(header, sizeof(header), "070701%08X%08x%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		 1u, mode, 0u, 0u, 1u, 1700000000u, size, 0u, 0u, 5u, 1u, (u32)strlen(name) + 1, 0u);
	memcpy(archive + length, header, 110);
	strcpy(archive + length + 110, name);
	length += 110 + strlen(name) + 1;
	pad();
	memcpy(archive + length, data, size);
	length += size;
	pad();
}

static void make_archive(void)
{
	length = 0;
	add("dir", 040755, "", 0);
	add("dir/file", 0100644, "hello", 5);
	add("init", 0120777, "dir/file", 8);
	add("TRAILER!!!", 0, "", 0);
}

TEST(cpio_reads_entries)
{
	struct cpio_entry e;
	size_t offset = 0;

	make_archive();
	CHECK(cpio_next(archive, length, &offset, &e) == 1);
	CHECK(!strcmp(e.name, "dir") && e.namelen == 3 && e.mode == 040755 && e.size == 0);
	CHECK(e.nlink == 1 && e.mtime == 1700000000 && e.rdev_major == 5 && e.rdev_minor == 1);
	CHECK(cpio_next(archive, length, &offset, &e) == 1);
	CHECK(!strcmp(e.name, "dir/file") && e.size == 5 && !memcmp(e.data, "hello", 5));
	CHECK(cpio_next(archive, length, &offset, &e) == 1);
	CHECK(!strcmp(e.name, "init") && e.size == 8 && !memcmp(e.data, "dir/file", 8));
	CHECK(cpio_next(archive, length, &offset, &e) == 0 && offset == length);
}

TEST(cpio_archives_in_a_row)
{
	struct cpio_entry e;
	size_t offset = 0;

	make_archive();
	memset(archive + length, 0, 512);
	length += 512;
	add("second", 0100644, "x", 1);
	add("TRAILER!!!", 0, "", 0);
	while (cpio_next(archive, length, &offset, &e) == 1)
		;
	CHECK(cpio_next(archive, length, &offset, &e) == 1 && !strcmp(e.name, "second"));
	CHECK(cpio_next(archive, length, &offset, &e) == 0);
}

/* Cut anywhere, on a heap block of just that size: an error or the entries before, and never a byte behind. */
TEST(cpio_truncated_anywhere)
{
	make_archive();
	for (size_t n = 0; n < length - 4; n++) {
		char *cut = malloc(n + !n);
		struct cpio_entry e;
		size_t offset = 0;
		int result;

		memcpy(cut, archive, n);
		while ((result = cpio_next(cut, n, &offset, &e)) == 1)
			CHECK(e.data + e.size <= (u8 *)cut + n);
		if (n < length - 5)
			CHECK(result == -ENODATA);
		free(cut);
	}
}

TEST(cpio_refuses_what_is_no_archive)
{
	static const struct { unsigned at; const char *bytes; } damage[] = {
		{ 0, "X" }, { 4, "9" }, { 20, "g" }, { 94, "00000000" },	/* magic, digits, no name */
	};
	struct cpio_entry e;
	size_t offset;

	for (unsigned i = 0; i < ARRAY_SIZE(damage); i++) {
		make_archive();
		memcpy(archive + damage[i].at, damage[i].bytes, strlen(damage[i].bytes));
		offset = 0;
		CHECK(cpio_next(archive, length, &offset, &e) == -EINVAL && offset == 0);
	}
	make_archive();
	memcpy(archive + 54, "FFFFFFFF", 8);	/* 4 GiB of data */
	offset = 0;
	CHECK(cpio_next(archive, length, &offset, &e) == -ENODATA);
	make_archive();
	memcpy(archive + 94, "FFFFFFFF", 8);	/* a name of 4 GiB */
	CHECK(cpio_next(archive, length, &offset, &e) == -ENODATA);
	make_archive();
	archive[113] = 'x';			/* a name without its NUL */
	CHECK(cpio_next(archive, length, &offset, &e) == -EINVAL);
	CHECK(cpio_next("#!/bin/sh\n", 10, &offset, &e) == -EINVAL);
	memset(archive, 0, sizeof(archive));
	CHECK(cpio_next(archive, sizeof(archive), &offset, &e) == -ENODATA);
}

TEST(cpio_random_damage_never_reads_outside)
{
	for (int round = 0; round < 20000; round++) {
		struct cpio_entry e;
		size_t offset = 0;

		make_archive();
		char *copy = malloc(length);

		memcpy(copy, archive, length);
		for (int i = random_below(6); i >= 0; i--)
			copy[random_below(length)] = random_below(2) ? '0' + random_below(10) : (char)random32();
		while (cpio_next(copy, length, &offset, &e) == 1) {
			CHECK(strlen(e.name) <= e.namelen && offset <= length);
			CHECK(e.size <= length && e.data + e.size <= (u8 *)copy + length);
		}
		free(copy);
	}
}
