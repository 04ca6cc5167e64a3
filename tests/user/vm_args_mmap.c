/* SPDX-License-Identifier: MIT */
/* reference: debian (where user memory ends is part of the answers) */
/* mmap, old and new, with every value of each argument. See vm_args.h for how to read the lines. */
#include "vm_args.h"

struct call { unsigned long addr, len; long prot, flags; int fd; unsigned long pgoff; };

static const unsigned long addresses[] = { 0, 1, 0xfff, PAGE, 0xf000, 0x10000, AREA(HOLE), AREA(HOLE) + 1, AREA(ANONYMOUS),
	AREA(ANONYMOUS) + 1, AREA(ANONYMOUS) - PAGE, 0xbfffe001, 0xbffff000, 0xc0000000, 0xfffff000, -1ul };
static const unsigned long lengths[] = { 0, 1, PAGE, PAGE + 1, 16 * PAGE, 0x40000000, 0xbfff0000, 0xc0000000, 0xc0000001, 0xd0000000,
	-2 * PAGE, -PAGE, -PAGE + 1, -1ul };
static const unsigned long offsets[] = { 0, 1, 3, 4, 5, 0xfffff, 0x100000, 0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffffd, 0xfffffffe,
	0xffffffff };
static const long prots[] = { PROT_NONE, PROT_READ, PROT_WRITE, RW, PROT_EXEC, RW | PROT_EXEC, PROT_SEM, 0x10, 0x01000000, -1 };
#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static struct { const char *name; int fd; } files[16];
static int nr_files;

static void column(struct call c)
{
	COLUMN(c.addr, result = raw_syscall(__NR_mmap2, c.addr, c.len, c.prot, c.flags, c.fd, c.pgoff));
}

static void say_call(struct call c, const char *varying)
{
	SAY("mmap %lx+%lx prot %lx flags %lx fd %s off %lx, %s:", c.addr, c.len, c.prot, c.flags, c.fd < 0 ? "none" : "file",
	    c.pgoff, varying);
}

static void all_addresses(struct call c)
{
	say_call(c, "address");
	for (int i = 0; i < COUNT(addresses); i++) {
		c.addr = addresses[i];
		column(c);
	}
	SAY("\n");
}

static void all_lengths(struct call c)
{
	say_call(c, "length");
	for (int i = 0; i < COUNT(lengths); i++) {
		c.len = lengths[i];
		column(c);
	}
	SAY("\n");
}

static void all_offsets(struct call c)
{
	say_call(c, "offset");
	for (int i = 0; i < COUNT(offsets); i++) {
		c.pgoff = offsets[i];
		column(c);
	}
	SAY("\n");
}

static void all_prots(struct call c)
{
	say_call(c, "protection");
	for (int i = 0; i < COUNT(prots); i++) {
		c.prot = prots[i];
		column(c);
	}
	SAY("\n");
}

/* One flag more in each column, bit by bit. */
static void all_flag_bits(struct call c)
{
	say_call(c, "flag");
	for (int bit = 4; bit < 32; bit++) {
		struct call one = c;

		one.flags |= 1l << bit;
		column(one);
	}
	SAY("\n");
}

static void all_types(struct call c)
{
	say_call(c, "type");
	for (int type = 0; type < 16; type++) {
		struct call one = c;

		one.flags |= type;
		column(one);
	}
	SAY("\n");
}

static void add_file(const char *name, int fd)
{
	files[nr_files].name = name;
	files[nr_files++].fd = fd;
}

static void open_files(void)
{
	int pipes[2];

	CHECK(pipe(pipes) == 0);
	add_file("-1", -1);
	add_file("999", 999);
	add_file("rw", rw_fd);
	add_file("ro", ro_fd);
	add_file("wo", open("file", O_WRONLY));
	add_file("append", open("file", O_WRONLY | O_APPEND));
	add_file("rw append", open("file", O_RDWR | O_APPEND));
	add_file("path", open("file", O_PATH));
	add_file("directory", open(".", O_RDONLY));
	add_file("pipe", pipes[0]);
	add_file("pipe, writing", pipes[1]);
	add_file("/dev/null", open("/dev/null", O_RDWR));
	add_file("/dev/zero", open("/dev/zero", O_RDWR));
	add_file("/dev/zero, reading", open("/dev/zero", O_RDONLY));
	add_file("memfd", memfd);
	add_file("/proc", open("/proc/self/status", O_RDONLY));
}

static void all_files(struct call c)
{
	say_call(c, "file");
	for (int i = 0; i < nr_files; i++) {
		c.fd = files[i].fd;
		column(c);
	}
	SAY("\n");
}

static void old_mmap(void)
{
	static const unsigned long bad[] = { 0, 1, -1ul, 0xc0000000, 0xbfffffe8, 0xbffffffc, 0xfffff000, AREA(HOLE), AREA(NONE),
		AREA(ANONYMOUS) + 4 * PAGE - 20 };
	static const unsigned long bytes[] = { 0, 1, PAGE - 1, PAGE, PAGE + 512, 4 * PAGE, 0x80000000, -PAGE, -1ul };
	unsigned long *args = (unsigned long *)(AREA(ANONYMOUS) + 4 * PAGE - 24);

	SAY("old mmap, pointer:");
	for (int i = 0; i < COUNT(bad); i++)
		COLUMN(0, result = raw_syscall(__NR_mmap, bad[i]));
	SAY("\nold mmap, offset:");
	for (int i = 0; i < COUNT(bytes); i++)
		COLUMN(0, {
			unsigned long a[6] = { 0, PAGE, PROT_READ, MAP_SHARED, rw_fd, bytes[i] };

			memcpy(args, a, sizeof a);
			result = raw_syscall(__NR_mmap, args);
		});
	SAY("\n");
}

static int run(void)
{
	static const long types[] = { MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE, MAP_PRIVATE | MAP_DENYWRITE };
	struct call anon, file, memory;

	build_arena();
	open_files();
	anon = (struct call){ 0, PAGE, RW, ANON, -1, 0 };
	memory = (struct call){ AREA(HOLE), PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0 };
	file = (struct call){ AREA(HOLE), 2 * PAGE, PROT_READ, MAP_SHARED, rw_fd, 0 };
	for (int i = 0; i < 2; i++, anon.flags |= MAP_SHARED) {
		static const long how[] = { 0, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_FIXED | MAP_FIXED_NOREPLACE, MAP_GROWSDOWN };

		anon.flags = i ? MAP_SHARED | MAP_ANONYMOUS : ANON;
		for (int k = 0; k < COUNT(how); k++) {
			struct call c = anon;

			c.flags |= how[k];
			all_addresses(c);
			c.len = 5 * PAGE;
			all_addresses(c);
		}
	}
	anon.flags = ANON;
	anon.addr = AREA(HOLE);
	all_lengths(anon);
	anon.prot = PROT_READ;
	all_lengths(anon);
	all_lengths((struct call){ AREA(HOLE), PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0 });
	all_lengths((struct call){ 0, PAGE, RW, ANON | MAP_NORESERVE, -1, 0 });
	all_lengths(memory);
	all_lengths(file);
	all_offsets(anon);
	all_offsets(memory);
	all_offsets(file);
	all_offsets((struct call){ AREA(HOLE), PAGE, PROT_READ, MAP_PRIVATE, memfd, 0 });
	all_offsets((struct call){ AREA(HOLE), PAGE, PROT_READ, MAP_PRIVATE, open("/dev/zero", O_RDONLY), 0 });
	all_prots(anon);
	all_prots(memory);
	for (int i = 0; i < nr_files; i++) {
		SAY("%s: ", files[i].name);
		all_prots((struct call){ AREA(HOLE), PAGE, 0, MAP_PRIVATE, files[i].fd, 0 });
		SAY("%s: ", files[i].name);
		all_prots((struct call){ AREA(HOLE), PAGE, 0, MAP_SHARED, files[i].fd, 0 });
	}
	for (int t = 0; t < COUNT(types); t++) {
		all_files((struct call){ AREA(HOLE), PAGE, PROT_READ, types[t], -1, 0 });
		all_files((struct call){ AREA(HOLE), PAGE, PROT_READ, types[t] | MAP_ANONYMOUS, -1, 0 });
		all_files((struct call){ AREA(HOLE), 0, PROT_READ, types[t], -1, 0 });
		all_files((struct call){ AREA(HOLE), -PAGE, PROT_READ, types[t], -1, 0 });
	}
	anon.flags = MAP_ANONYMOUS;
	all_types(anon);
	file.flags = 0;
	all_types(file);
	anon.flags = ANON;
	all_flag_bits(anon);
	all_flag_bits(memory);
	for (int t = 0; t < COUNT(types); t++) {
		file.flags = types[t];
		all_flag_bits(file);
	}
	old_mmap();
	tear_down_arena();
	return done();
}

int main(void)
{
	on_another_stack(run);
}
