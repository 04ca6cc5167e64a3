/* SPDX-License-Identifier: MIT */
/* Shared mappings: between forks, with read and write of the same file, past the descriptor's and the name's end. */
#include <sys/mman.h>
#include <sys/stat.h>
#include "test.h"

#define RW (PROT_READ | PROT_WRITE)

static void anonymous(void)
{
	volatile int *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	CHECK(p != MAP_FAILED && *p == 0);
	IN_CHILD(status, {
		*p = 1;
		p[1024] = 2;			/* a page that nobody had touched before the fork */
		IN_CHILD(status, p[1] = 3);
	});
	SAY("anonymous: %d %d %d\n", p[0], p[1024], p[1]);
	CHECK(munmap((void *)p, 2 * PAGE) == 0);
}

static void file(void)
{
	int fd = make_file("file", 5000), status;
	char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0), *q, c;
	struct stat st;

	CHECK(p != MAP_FAILED);
	p[10] = 'x';
	CHECK(pread(fd, &c, 1, 10) == 1 && c == 'x');
	CHECK(pwrite(fd, "y", 1, 11) == 1 && p[11] == 'y');
	q = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	p[PAGE + 3] = 'z';
	SAY("two mappings of one page: %c\n", q[3]);
	/* The tail of the last page is zero, can be written, and is never part of the file. */
	SAY("tail: %d %d\n", p[5000], p[2 * PAGE - 1]);
	p[5000] = 'T';
	CHECK(fstat(fd, &st) == 0);
	SAY("size %d, read behind the end %d\n", (int)st.st_size, (int)pread(fd, &c, 1, 5000));
	p[5000] = 0;
	CHECK(close(fd) == 0 && unlink("file") == 0);
	p[12] = 'k';
	IN_CHILD(status, CHECK(p[12] == 'k'); p[13] = 'l');
	SAY("without descriptor and name: %c%c\n", p[12], p[13]);
	REPORT(msync(p, 2 * PAGE, MS_SYNC));
	CHECK(munmap(p, 2 * PAGE) == 0 && q[3] == 'z' && munmap(q, PAGE) == 0);
}

/* Growing the file: what was behind the end becomes accessible, as zeros. */
static void grow(void)
{
	int fd = make_file("file", 100);
	char *p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, fd, 0);

	say_touch("second page of a short file", p, PAGE, 0);
	CHECK(ftruncate(fd, 3 * PAGE) == 0);
	say_touch("second page, grown", p, PAGE, 1);
	say_touch("fourth page, grown", p, 3 * PAGE, 0);
	SAY("old tail %d\n", p[100]);
	CHECK(lseek(fd, 0, SEEK_END) == 3 * PAGE);
	CHECK(write(fd, "end", 3) == 3);
	SAY("fourth page, written: %c%c%c%d\n", p[3 * PAGE], p[3 * PAGE + 1], p[3 * PAGE + 2], p[3 * PAGE + 3]);
	munmap(p, 4 * PAGE);
	close(fd);
	unlink("file");
}

/* read(2) into, and write(2) from, a mapping of the same file: one page is source and target. */
static void self(void)
{
	int fd = make_file("file", 2 * PAGE);
	char *p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);

	CHECK(pread(fd, p, PAGE, PAGE) == PAGE);
	CHECK(p[0] == (char)(PAGE % 251));
	CHECK(pwrite(fd, p + PAGE, PAGE, 0) == PAGE && pread(fd, p, PAGE, 0) == PAGE);
	CHECK(p[1] == p[PAGE + 1]);
	SAY("a file read into its own mapping\n");
	munmap(p, 2 * PAGE);
	close(fd);
	unlink("file");
}

int main(void)
{
	anonymous();
	file();
	grow();
	self();
	return done();
}
