/* SPDX-License-Identifier: MIT */
/* reference: debian (it sets the policy of the whole machine) */
/*
 * What an address space is said to take: the sums of /proc/self/status by kind of area, against statm, smaps and mincore; what is
 * promised (Committed_AS), and what the three policies of overcommitting refuse.
 */
#include <sys/mman.h>
#include <sys/resource.h>
#include "test.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define PAGES 100
#define LEN (PAGES * PAGE)
#define PLACE ((char *)0x60000000)

static char text[65536];

static const char *read_text(const char *name)
{
	int fd = open(name, O_RDONLY), n, all = 0;

	while ((n = read(fd, text + all, sizeof text - 1 - all)) > 0)
		all += n;
	close(fd);
	text[all] = 0;
	return text;
}

/* The number behind the name, on its first line or summed up over all. */
static long field(const char *file, const char *name, int sum)
{
	const char *p = read_text(file);
	long n = 0;

	while ((p = strstr(p, name)) != NULL) {
		if (p == text || p[-1] == '\n') {
			n += strtol(p + strlen(name), NULL, 10);
			if (!sum)
				break;
		}
		p++;
	}
	return n;
}

static long status(const char *name) { return field("/proc/self/status", name, 0); }
static long meminfo(const char *name) { return field("/proc/meminfo", name, 0); }

struct sums { long size, data, stack, lib, locked, promised; };

static struct sums sums(void)
{
	return (struct sums){ status("VmSize:"), status("VmData:"), status("VmStk:"), status("VmExe:") + status("VmLib:"),
		status("VmLck:"), meminfo("Committed_AS:") };
}

static struct sums last;

/* By how many kB everything has changed since the last time. */
static void say_change(const char *what)
{
	struct sums s = sums();

	SAY("%s: size %+ld data %+ld stack %+ld code %+ld locked %+ld promised %+ld\n", what, s.size - last.size, s.data - last.data,
	    s.stack - last.stack, s.lib - last.lib, s.locked - last.locked, s.promised - last.promised);
	last = s;
}

static void one(const char *what, int prot, int flags, int fd)
{
	char *p = mmap(PLACE, LEN, prot, flags | MAP_FIXED, fd, 0);

	CHECK(p == PLACE);
	say_change(what);
	CHECK(munmap(p, LEN) == 0);
	say_change("  unmapped");
}

static void kinds(void)
{
	int fd = make_file("file", LEN);

	last = sums();
	one("private", RW, ANON, -1);
	one("private, read-only", PROT_READ, ANON, -1);
	one("private, none", PROT_NONE, ANON, -1);
	one("private, executable", PROT_READ | PROT_EXEC, ANON, -1);
	one("private, all", RW | PROT_EXEC, ANON, -1);
	one("private, not reserved", RW, ANON | MAP_NORESERVE, -1);
	one("shared", RW, MAP_SHARED | MAP_ANONYMOUS, -1);
	one("shared, not reserved", RW, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	one("file, shared", RW, MAP_SHARED, fd);
	one("file, private", RW, MAP_PRIVATE, fd);
	one("file, read-only", PROT_READ, MAP_PRIVATE, fd);
	one("file, executable", PROT_READ | PROT_EXEC, MAP_PRIVATE, fd);
	one("stack", RW, ANON | MAP_GROWSDOWN, -1);
	one("locked", RW, ANON | MAP_LOCKED, -1);
	close(fd);
}

static void changes(void)
{
	char *p = mmap(PLACE, LEN, PROT_READ, ANON | MAP_FIXED, -1, 0), *brk;
	int status;

	CHECK(p == PLACE);
	last = sums();
	CHECK(mprotect(p + 10 * PAGE, 20 * PAGE, RW) == 0);
	say_change("20 pages made writable");
	CHECK(mprotect(p + 10 * PAGE, 10 * PAGE, PROT_READ | PROT_EXEC) == 0);
	say_change("10 of them executable instead");
	CHECK(munmap(p + 5 * PAGE, 20 * PAGE) == 0);
	say_change("20 pages from before on unmapped");
	CHECK(mlock(p, 5 * PAGE) == 0);
	say_change("5 pages locked");
	CHECK(mlock(p + 4 * PAGE, PAGE) == 0 && munlock(p + 2 * PAGE, 2 * PAGE) == 0);
	say_change("one again, two let go");
	CHECK(mremap(p + 30 * PAGE, 10 * PAGE, 20 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED);
	say_change("10 pages moved to where there is room for 20");
	/* How much it promises depends on the size of the stack too. */
	IN_CHILD(status, last.promised = meminfo("Committed_AS:"); say_change("in a child"));
	say_change("back");
	brk = sbrk(0);
	CHECK(sbrk(50 * PAGE) == brk);
	say_change("heap of 50 pages more");
	sbrk(-20 * PAGE);
	say_change("of 20 fewer");
}

/* The same things counted in different ways. */
static void identities(void)
{
	char *p = mmap(PLACE, LEN, RW, ANON | MAP_FIXED, -1, 0), *s = mmap(NULL, LEN, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0), *end;
	unsigned char there[PAGES];
	long size, resident, shared, data, in_core = 0;
	struct utsname u;

	memset(text, 1, sizeof text);		/* a child has its own now */
	status("VmSize:");
	for (int i = 0; i < PAGES; i += 3)
		p[i * PAGE] = s[i * PAGE] = 1;
	read_text("/proc/self/statm");
	size = strtol(text, &end, 10);
	resident = strtol(end, &end, 10);
	shared = strtol(end, &end, 10);
	strtol(end, &end, 10);
	strtol(end, &end, 10);
	data = strtol(end, &end, 10);
	CHECK(size * 4 == status("VmSize:"));
	CHECK(data * 4 == status("VmData:") + status("VmStk:"));
	CHECK(field("/proc/self/smaps", "Size:", 1) == status("VmSize:"));
	CHECK(mincore(p, LEN, there) == 0);
	for (int i = 0; i < PAGES; i++)
		in_core += there[i] & 1;
	SAY("private pages in memory: %ld\n", in_core);
	/* Linux sums these up for each thread first, and is not exact. */
	CHECK(uname(&u) == 0);
	if (strstr(u.version, "Pagoda")) {
		CHECK(resident * 4 == status("VmRSS:"));
		CHECK(shared * 4 == status("RssFile:") + status("RssShmem:"));
		CHECK(status("VmRSS:") == status("RssAnon:") + status("RssFile:") + status("RssShmem:"));
		CHECK(field("/proc/self/smaps", "Rss:", 1) == status("VmRSS:"));
		CHECK(field("/proc/self/smaps", "Anonymous:", 1) == status("RssAnon:"));
		CHECK(status("RssShmem:") >= 4 * (PAGES / 3));
	}
	munmap(s, LEN);
}

static void set_policy(const char *number)
{
	int fd = open("/proc/sys/vm/overcommit_memory", O_WRONLY);

	CHECK(write(fd, number, 1) == 1);
	close(fd);
}

static void try(const char *what, long kb, int flags)
{
	char *p = mmap(NULL, (unsigned long)kb << 10, RW, ANON | flags, -1, 0);

	SAY("%s: %d\n", what, p == MAP_FAILED ? errno : 0);
	if (p != MAP_FAILED)
		munmap(p, (unsigned long)kb << 10);
}

static void policies(void)
{
	const long total = meminfo("MemTotal:"), much = total + meminfo("SwapTotal:") + (64 << 10);
	long left;

	CHECK(meminfo("CommitLimit:") == total / 4 * 50 / 100 * 4 + meminfo("SwapTotal:"));
	for (int policy = 0; policy <= 2; policy++) {
		set_policy((char[2]){ '0' + policy, 0 });
		SAY("policy %d\n", policy);
		left = meminfo("CommitLimit:") - meminfo("Committed_AS:");
		try("more than there is", much, 0);
		try("the same, not reserved", much, MAP_NORESERVE);
		try("less than is left to promise", left - (8 << 10), 0);
		try("more than that", left + 4, 0);
		try("more than that, not reserved", left + 4, MAP_NORESERVE);
	}
	set_policy("0");
}

int main(void)
{
	int status;

	/* What the test itself needs is there before it counts. */
	memset(text, 1, sizeof text);
	SAY("kinds of areas\n");
	IN_CHILD(status, kinds());
	IN_CHILD(status, changes());
	IN_CHILD(status, identities());
	CHECK(status == 0);
	IN_CHILD(status, policies());
	CHECK(status == 0);
	unlink("file");
	return done();
}
