/* SPDX-License-Identifier: MIT */
/*
 * The root file system on a disk: found, mounted over the first (empty) tmpfs, and given device files. What cannot be
 * mounted ends the boot with words: what was tried, what there is, and what to try.
 *
 * Parameters are Linux's (kernel-command-line(7), bootparam(7)): root= names a device, ro (the default) or rw says
 * how it is mounted, rootfstype= and rootflags= go to mount. Without root= the first disk is taken: its first
 * partition that can be mounted, or the whole disk if it has none.
 */
#include "fs/internal.h"
#include "kernel/block/blkdev.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"

static void list_device(struct block_device *bdev, void *arg)
{
	(void)arg;
	pr_err("  /dev/%s: %llu KiB\n", bdev->bd_name, (unsigned long long)bdev->bd_nr_sects / 2);
}

static void __noreturn no_root(const char *name, const char *why)
{
	pr_err("Block devices that were found:\n");
	for_each_bdev(list_device, NULL);
	panic("cannot mount the root file system on %s: %s. Give root=/dev/NAME with an ext2 file system (make build/root.img "
	      "makes one), or a ramdisk (-initrd with QEMU)", name, why);
}

/* 0 or errno; the device is mounted at /root then. */
static int mount_device(struct block_device *bdev)
{
	const char *type = cmdline_find("rootfstype") ?: "ext2", *data = cmdline_find("rootflags");
	u32 flags = cmdline_find("rw") && !cmdline_find("ro") ? 0 : MS_RDONLY;
	char options[128];

	do_unlinkat(AT_FDCWD, "/dev/root");
	if (do_mknodat(AT_FDCWD, "/dev/root", S_IFBLK | 0600, bdev->bd_dev))
		return -ENOMEM;
	if (data)
		strscpy(options, data, sizeof(options));
	return do_mount("/dev/root", "/root", type, flags, data ? options : NULL);
}

static struct block_device *mount_first(int *err)
{
	struct block_device *disk = first_disk(), *part;

	if (!disk)
		return NULL;
	if (list_empty(&disk->bd_disk->parts)) {
		*err = mount_device(disk);
		return disk;
	}
	list_for_each_entry(part, &disk->bd_disk->parts, bd_list) {
		*err = mount_device(part);
		if (!*err)
			return part;
	}
	return disk;
}

struct emptiness { struct dir_context ctx; bool empty; };

static bool saw_entry(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino, unsigned int type)
{
	struct emptiness *e = container_of(ctx, struct emptiness, ctx);

	if (name[0] != '.' || len > 2 || (len == 2 && name[1] != '.'))
		e->empty = false;
	return e->empty;
}

/* Device files that are there are used as they are; a directory that waits for them gets the kernel's. */
static void mount_dev(void)
{
	struct emptiness e = { .ctx = { .actor = saw_entry }, .empty = true };
	struct file *dir = filp_open("/dev", O_RDONLY | O_DIRECTORY, 0);

	if (IS_ERR(dir)) {
		pr_warn("the root has no directory /dev: programs find no devices\n");
		return;
	}
	if (!iterate_dir(dir, &e.ctx) && e.empty && do_mount("devtmpfs", "/dev", "devtmpfs", 0, NULL))
		pr_warn("cannot mount devtmpfs on /dev\n");
	fput(dir);
}

static const char *reason(int err)
{
	switch (err) {
	case -EINVAL: return "it holds no file system that Pagoda can mount (the lines above say why)";
	case -EIO: case -EUCLEAN: return "it cannot be read or is damaged (the lines above say more; try e2fsck)";
	case -EACCES: return "the device is read-only; try ro instead of rw";
	case -ENODEV: return "there is no such file system type; try rootfstype=ext2";
	case -ENOMEM: return "there is not enough memory";
	default: return "it cannot be opened";
	}
}

void mount_root(void)
{
	const char *name = cmdline_find("root");
	struct block_device *bdev;
	int err = -ENODEV;

	if (do_mkdirat(AT_FDCWD, "/dev", 0755) || do_mkdirat(AT_FDCWD, "/root", 0700))
		panic("no memory for the root");
	if (name && *name) {
		bdev = lookup_bdev_name(name);
		if (bdev)
			err = mount_device(bdev);
	} else {
		name = "the first disk";
		bdev = mount_first(&err);
	}
	if (!bdev)
		no_root(name, "there is no such device");
	if (err)
		no_root(name, reason(err));
	if (switch_root("/root"))
		no_root(name, "it cannot become the root");
	pr_info("root file system on /dev/%s\n", bdev->bd_name);
	mount_dev();
}
