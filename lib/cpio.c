/* SPDX-License-Identifier: MIT */
/*
 * The newc header is "070701" (or 070702, with a checksum that we do not check) and thirteen
 * numbers of eight hexadecimal digits. Lengths are compared with what is left of the buffer before
 * they are added to anything, so no sum can wrap.
 */
#include "lib/abi/errno.h"
#include "lib/cpio.h"
#include "lib/string.h"

enum {
	C_INO, C_MODE, C_UID, C_GID, C_NLINK, C_MTIME, C_FILESIZE, C_DEVMAJOR, C_DEVMINOR,
	C_RDEVMAJOR, C_RDEVMINOR, C_NAMESIZE, C_CHECK, C_FIELDS
};
#define CPIO_HEADER (6 + 8 * C_FIELDS)

static_assert(CPIO_HEADER == 110, "newc header, cpio(5)");

static bool parse_hex8(const u8 *p, u32 *value)
{
	u32 v = 0;

	for (int i = 0; i < 8; i++) {
		if (!isxdigit(p[i]))
			return false;
		v = v << 4 | (isdigit(p[i]) ? p[i] - '0' : tolower(p[i]) - 'a' + 10);
	}
	*value = v;
	return true;
}

static bool parse_header(const u8 *p, u32 field[C_FIELDS])
{
	if (memcmp(p, "070701", 6) && memcmp(p, "070702", 6))
		return false;
	for (int i = 0; i < C_FIELDS; i++)
		if (!parse_hex8(p + 6 + 8 * i, &field[i]))
			return false;
	return true;
}

static void fill_entry(struct cpio_entry *e, const u32 field[C_FIELDS], const u8 *name, const u8 *data)
{
	*e = (struct cpio_entry) {
		.name = (const char *)name,
		.namelen = field[C_NAMESIZE] - 1,
		.ino = field[C_INO],
		.mode = field[C_MODE],
		.uid = field[C_UID],
		.gid = field[C_GID],
		.nlink = field[C_NLINK],
		.mtime = field[C_MTIME],
		.dev_major = field[C_DEVMAJOR],
		.dev_minor = field[C_DEVMINOR],
		.rdev_major = field[C_RDEVMAJOR],
		.rdev_minor = field[C_RDEVMINOR],
		.size = field[C_FILESIZE],
		.data = data,
	};
}

int cpio_next(const void *buf, size_t len, size_t *offset, struct cpio_entry *e)
{
	const u8 *base = buf;
	u32 field[C_FIELDS];
	size_t pos = *offset;

	while (pos < len && !base[pos])		/* archives in a row may have zeros between them */
		pos++;
	if (pos >= len || len - pos < CPIO_HEADER)
		return pos < len && memcmp(base + pos, "07070", min_t(size_t, 5, len - pos)) ? -EINVAL : -ENODATA;
	if (!parse_header(base + pos, field))
		return -EINVAL;

	const u8 *name = base + pos + CPIO_HEADER;
	size_t name_size = field[C_NAMESIZE];

	pos += CPIO_HEADER;
	if (name_size == 0)
		return -EINVAL;
	if (name_size > len - pos)
		return -ENODATA;
	if (name[name_size - 1])
		return -EINVAL;
	pos = min(ALIGN(pos + name_size, 4), len);	/* nothing need follow the last name */
	if (field[C_FILESIZE] > len - pos)
		return -ENODATA;
	fill_entry(e, field, name, base + pos);
	*offset = min(ALIGN(pos + field[C_FILESIZE], 4), len);
	return strcmp(e->name, "TRAILER!!!") != 0;
}
