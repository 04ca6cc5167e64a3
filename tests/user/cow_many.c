/* SPDX-License-Identifier: MIT */
/*
 * Three hundred sharers of one page: more than eight bits can count (bug 4), and a count too low by one frees the
 * page under somebody (bug 5). /proc/self/smaps says whether it is shared, before, with all of them, and when all but one have gone;
 * that as many pages are free afterwards as before is the harness's business.
 */
#include <sys/mman.h>
#include "test.h"

#define SHARERS 300

static int *page;

/* What smaps has of the page's area, in KiB. */
static int smaps(const char *field)
{
	static char text[1 << 16];
	char start[20], *p;
	int fd = open("/proc/self/smaps", O_RDONLY), len = 0, n;

	while (fd >= 0 && (n = read(fd, text + len, sizeof text - 1 - len)) > 0)
		len += n;
	close(fd);
	text[len] = 0;
	sprintf(start, "%08lx-", (unsigned long)page);
	p = strstr(text, start);
	p = p ? strstr(p, field) : NULL;
	return p ? atoi(p + strlen(field)) : -1;
}

static void say_smaps(const char *when)
{
	SAY("%s: Rss %d, Shared_Dirty %d, Private_Dirty %d\n", when, smaps("Rss:"), smaps("Shared_Dirty:"), smaps("Private_Dirty:"));
}

int main(void)
{
	int go[2], ready[2], good = 0, status;
	char c;

	/* Between two that are not mapped, so that no neighbour is merged with it. */
	page = (int *)((char *)mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + PAGE);
	CHECK(munmap((char *)page - PAGE, PAGE) == 0 && munmap((char *)page + PAGE, PAGE) == 0);
	for (int i = 0; i < 1024; i++)
		page[i] = i ^ 0x5a5a;
	say_smaps("alone");
	CHECK(pipe(go) == 0 && pipe(ready) == 0);
	for (int n = 0; n < SHARERS; n++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0) {
			close(go[1]);
			write(ready[1], "r", 1);
			read(go[0], &c, 1);		/* until the parent closes it */
			if (n % 2)
				page[n] = n;
			for (int i = 0; i < 1024; i++)
				if (page[i] != (n % 2 && i == n ? n : (i ^ 0x5a5a)))
					_exit(1);
			_exit(0);
		}
	}
	for (int n = 0; n < SHARERS; n++)
		CHECK(read(ready[0], &c, 1) == 1);
	say_smaps("with all");
	page[1023] = 1;
	say_smaps("with a copy");
	close(go[1]);
	while (wait(&status) > 0)
		good += status == 0;
	CHECK(page[1023] == 1 && page[0] == 0x5a5a);
	say_smaps("alone again");
	SAY("%d of %d saw their own page\n", good, SHARERS);
	return done();
}
