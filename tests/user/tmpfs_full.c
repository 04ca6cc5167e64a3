/* SPDX-License-Identifier: MIT */
/* reference: debian (needs root, to mount) */
/* A file system that is full: ENOSPC, nothing half done, and room again after something is removed. */
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include "test.h"

int main(void)
{
	static char buf[65536];
	struct statfs64 fs;
	struct stat st;
	int fd, n, total = 0, files = 0, status;
	char name[40], *p;

	CHECK(mkdir("mnt", 0700) == 0);
	REPORT(mount("none", "missing", "tmpfs", 0, NULL));
	REPORT(mount("none", "mnt", "no such type", 0, NULL));
	REPORT(mount("none", "mnt", "tmpfs", 0, "size=1m,nr_inodes=20,mode=755"));
	fd = open("mnt/file", O_RDWR | O_CREAT, 0600);
	while ((n = write(fd, buf, sizeof buf)) > 0)
		total += n;
	SAY("written %d, then error %d\n", total, errno);
	CHECK(fstat(fd, &st) == 0 && st.st_size == total);
	CHECK(statfs64("mnt", &fs) == 0);
	SAY("type %lx, %d blocks of %d, %d free\n", (long)fs.f_type, (int)fs.f_blocks, (int)fs.f_bsize, (int)fs.f_bfree);
	REPORT(pwrite(fd, buf, 1, 0));						/* what is there can be written */
	REPORT(pwrite(fd, buf, 1, 2 << 20));
	REPORT(ftruncate(fd, 8 << 20));						/* a hole costs nothing */
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4 << 20);
	IN_CHILD(status, *p = 1);
	say_status("a mapped hole, no room", status);
	CHECK(munmap(p, PAGE) == 0);
	CHECK(ftruncate(fd, 1 << 19) == 0 && lseek(fd, 0, SEEK_END) == 1 << 19);
	SAY("after cutting: %d\n", (int)write(fd, buf, 1000));
	REPORT(umount("mnt"));							/* in use */
	close(fd);
	for (;; files++) {
		sprintf(name, "mnt/f%d", files);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0)
			break;
		close(fd);
	}
	SAY("files %d, then error %d\n", files, errno);
	REPORT(mkdir("mnt/dir", 0700));
	REPORT(symlink("x", "mnt/link"));
	REPORT(unlink("mnt/f0"));
	REPORT(mkdir("mnt/dir", 0700));
	REPORT(rename("mnt/dir", "moved"));					/* to another file system */
	REPORT(link("mnt/f1", "linked"));
	REPORT(rmdir("mnt"));
	REPORT(mount("none", "mnt", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL));
	REPORT(open("mnt/new", O_WRONLY | O_CREAT, 0600));
	REPORT(open("mnt/f1", O_WRONLY));
	REPORT(unlink("mnt/f1"));
	REPORT(chmod("mnt/f1", 0));
	REPORT(mkdir("mnt/x", 0700));
	REPORT(umount("mnt"));
	REPORT(umount("mnt"));
	REPORT(rmdir("mnt"));
	return done();
}
