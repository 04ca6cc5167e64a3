/* SPDX-License-Identifier: MIT */
/* A private file mapping: writes reach neither the file nor the parent nor the child. */
#include <sys/mman.h>
#include "test.h"

int main(void)
{
	int fd = make_file("file", 3 * PAGE), status;
	char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0), c;

	CHECK(p != MAP_FAILED);
	CHECK(p[PAGE] == (char)(PAGE % 251));
	p[PAGE] = 'x';
	CHECK(pread(fd, &c, 1, PAGE) == 1 && c == (char)(PAGE % 251));
	SAY("the file keeps its byte\n");
	/* A page that was not written yet follows the file; one that was does not. */
	CHECK(pwrite(fd, "F", 1, PAGE + 1) == 1 && pwrite(fd, "G", 1, 2 * PAGE) == 1);
	SAY("written page %s, unwritten page %s\n", p[PAGE + 1] == 'F' ? "follows" : "stays", p[2 * PAGE] == 'G' ? "follows" : "stays");
	IN_CHILD(status, {
		CHECK(p[PAGE] == 'x');
		p[PAGE] = 'c';
		p[0] = 'c';
		CHECK(pread(fd, &c, 1, 0) == 1 && c == 0);
	});
	CHECK(status == 0 && p[PAGE] == 'x' && p[0] == 0);
	SAY("child and parent part\n");
	CHECK(pread(fd, p, PAGE, PAGE) == PAGE);			/* the kernel as writer */
	CHECK(p[0] == (char)(PAGE % 251) && pread(fd, &c, 1, 0) == 1 && c == 0);
	/* Read-only descriptor: private writable is allowed. */
	close(fd);
	fd = open("file", O_RDONLY);
	CHECK(munmap(p, 3 * PAGE) == 0);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 2 * PAGE);
	CHECK(p != MAP_FAILED && *p == 'G');
	*p = 'h';
	CHECK(pread(fd, &c, 1, 2 * PAGE) == 1 && c == 'G');
	CHECK(madvise(p, PAGE, MADV_DONTNEED) == 0);
	SAY("after MADV_DONTNEED: %c\n", *p);
	munmap(p, PAGE);
	close(fd);
	unlink("file");
	return done();
}
