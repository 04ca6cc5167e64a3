/* SPDX-License-Identifier: MIT */
/*
 * reference: pagoda-only (Debian's kernels have debugfs, but not what is tried in it here)
 *
 * debugfs: who may look, and its files: the page check, the owners of pages, and allocations that fail at random.
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include "test.h"

#define DEBUG "/sys/kernel/debug/"
#define SLAB DEBUG "failslab/"

static int put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY), n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n;
}

static const char *get(const char *name)
{
	static char buf[8192];
	int fd = open(name, O_RDONLY), n = fd < 0 ? -1 : read(fd, buf, sizeof buf - 1);

	close(fd);
	buf[n < 0 ? 0 : n] = 0;
	return buf;
}

static void try_file_system(void)
{
	struct statfs64 fs;
	struct stat st;
	int status;

	CHECK(mkdir("m", 0755) == 0);
	REPORT(mount("none", "m", "debugfs", 0, NULL));
	CHECK(statfs64("m", &fs) == 0 && fs.f_type == 0x64626720);
	CHECK(stat("m", &st) == 0);
	SAY("mode %o\n", st.st_mode & 07777);
	REPORT(mkdir("m/d", 0755));
	REPORT(open("m/f", O_CREAT | O_RDWR, 0644));
	IN_CHILD(status, CHECK(setuid(1000) == 0); REPORT(open("m/page_check", O_RDONLY)));
	REPORT(umount("m"));
	CHECK(rmdir("m") == 0);
}

/* How many of n requests for memory fail; each of these calls makes one. Only here are ours among those that may. */
static int make_it_fail;
static int failures(int n)
{
	int failed = 0, fd;

	write(make_it_fail, "1", 1);
	while (n--) {
		fd = open("/", O_RDONLY);
		failed += fd < 0 && errno == ENOMEM;
		close(fd);
	}
	write(make_it_fail, "0", 1);
	return failed;
}

static int failures_of_others(int n)
{
	int mine = make_it_fail, failed;

	make_it_fail = -1;
	failed = failures(n);
	make_it_fail = mine;
	return failed;
}

static void try_failslab(void)
{
	int status;

	make_it_fail = open("/proc/self/make-it-fail", O_RDWR);
	CHECK(make_it_fail >= 0);
	put(SLAB "verbose", "0");
	put(SLAB "task-filter", "Y");
	put(SLAB "times", "-1");
	put(SLAB "probability", "100");
	SAY("others: %d of 10\n", failures_of_others(10));
	SAY("always: %d of 10\n", failures(10));
	put(SLAB "interval", "5");
	SAY("every fifth: %d of 10\n", failures(10));
	put(SLAB "interval", "1");
	put(SLAB "times", "3");
	SAY("three times: %d of 10\n", failures(10));
	SAY("left: %s", get(SLAB "times"));
	put(SLAB "times", "-1");
	put(SLAB "space", "1000000");
	SAY("not within a megabyte: %d of 10\n", failures(10));
	put(SLAB "space", "0");
	put(SLAB "probability", "50");
	CHECK(failures(400) > 100 && failures(400) < 300);
	put(SLAB "probability", "0");
	SAY("never: %d of 10\n", failures(10));
	write(make_it_fail, "1", 1);
	IN_CHILD(status, SAY("inherited: %s", get("/proc/self/make-it-fail")));
	SAY("three: %d\n", put("/proc/self/make-it-fail", "3") < 0 ? errno : 0);
	close(make_it_fail);
	SAY("not a number: %d\n", put(SLAB "probability", "many") < 0 ? errno : 0);
	put(SLAB "times", "1");
	put(SLAB "task-filter", "N");
	put(SLAB "verbose", "2");
}

static void try_owners(void)
{
	const char *text;
	unsigned long pages, recent, before = ~0ul;

	CHECK(put(DEBUG "page_owner", "0") == 1);
	text = get(DEBUG "page_owner");
	CHECK(strstr(text, "pages") && strstr(text, "alloc_thread_stack"));
	while ((text = strchr(text, '\n')) && sscanf(++text, "%lu %lu", &pages, &recent) == 2) {
		CHECK(pages >= recent && recent <= before);
		before = recent;
	}
}

int main(void)
{
	try_file_system();
	if (access(DEBUG "page_check", F_OK) < 0) {
		SAY("no more here: this kernel does not check itself\n");
		return done();
	}
	SAY("page check: %d\n", put(DEBUG "page_check", "1"));
	CHECK(!strncmp(get(DEBUG "page_check"), "wrong 0\nfree ", 13));
	try_owners();
	try_failslab();
	return done();
}
