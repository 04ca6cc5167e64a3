/* SPDX-License-Identifier: MIT */
/*
 * PT_INTERP: the program that is named there runs first. Whatever may be wrong with it is an error of execve, with its
 * own number; it may be of either type, and what it names as its own interpreter does not matter.
 */
#include <sys/stat.h>
#include "lib/abi/elf.h"
#include "test.h"

struct image {
	Elf32_Ehdr e;
	Elf32_Phdr p[2];
	char interp[32];
	unsigned char code[32];
};

/* mov eax, 1; mov ebx, STATUS; int 0x80 */
static const unsigned char exit_code[] = { 0xb8, 1, 0, 0, 0, 0xbb, 0, 0, 0, 0, 0xcd, 0x80 };

static struct image make_image(int type, unsigned base, const char *interp, int status)
{
	struct image m = { .e = { .e_ident = "\177ELF\1\1\1", .e_type = type, .e_machine = EM_386, .e_version = 1,
		.e_ehsize = sizeof m.e, .e_phentsize = sizeof m.p[0], .e_phoff = offsetof(struct image, p),
		.e_entry = base + offsetof(struct image, code), .e_phnum = 1 } };

	/* Writable: Linux 6.1 clears the rest of an interpreter's last page even where that may not be written. */
	m.p[0] = (Elf32_Phdr){ .p_type = PT_LOAD, .p_vaddr = base, .p_paddr = base, .p_filesz = sizeof m, .p_memsz = sizeof m,
		.p_flags = PF_R | PF_W | PF_X, .p_align = PAGE };
	memcpy(m.code, exit_code, sizeof exit_code);
	m.code[6] = status;
	if (interp) {
		m.e.e_phnum = 2;
		m.p[1] = (Elf32_Phdr){ .p_type = PT_INTERP, .p_offset = offsetof(struct image, interp), .p_filesz = strlen(interp) + 1 };
		strcpy(m.interp, interp);
	}
	return m;
}

static void put(const char *name, const void *bytes, int size, int mode)
{
	int fd;

	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	CHECK(write(fd, bytes, size) == size);
	fchmod(fd, mode);
	close(fd);
}

static void run(const char *what)
{
	char *args[] = { "main", NULL };
	int status;

	IN_CHILD(status, if (!getuid()) { CHECK(setgid(1000) == 0 && setuid(1000) == 0); } execve("./main", args, args + 1); _exit(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) < 200)
		SAY("%s: error %d\n", what, WEXITSTATUS(status));
	else
		say_status(what, status);
}

/* What the interpreter is made of; the program names it. */
static void interp_is(const char *what, const void *bytes, int size, int mode)
{
	put("interp", bytes, size, mode);
	run(what);
}

int main(void)
{
	struct image main_exec = make_image(ET_EXEC, 0x08048000, "./interp", 201), main_pie = make_image(ET_DYN, 0, "./interp", 202);
	struct image dyn = make_image(ET_DYN, 0, NULL, 210), fixed = make_image(ET_EXEC, 0x20000000, NULL, 211), bad;
	struct image nested = make_image(ET_DYN, 0, "/missing", 212);

	chmod(".", 0755);
	for (int pie = 0; pie < 2; pie++) {
		put("main", pie ? &main_pie : &main_exec, sizeof main_pie, 0755);
		SAY("%s\n", pie ? "position independent" : "at a fixed place");
		interp_is("  position independent interpreter", &dyn, sizeof dyn, 0755);
		interp_is("  interpreter at a fixed place", &fixed, sizeof fixed, 0755);
		interp_is("  interpreter with an interpreter", &nested, sizeof nested, 0755);
		interp_is("  may not be run", &dyn, sizeof dyn, 0644);
		interp_is("  may not be read, but run", &dyn, sizeof dyn, 0711);
		interp_is("  empty", &dyn, 0, 0755);
		interp_is("  half a header", &dyn, 30, 0755);
		interp_is("  a header alone", &dyn, sizeof dyn.e, 0755);
		interp_is("  a script", "#!/bin/sh\nexit 3\n                                                ", 60, 0755);
		bad = dyn;
		bad.e.e_machine = 62;
		interp_is("  for another machine", &bad, sizeof bad, 0755);
		bad = dyn;
		bad.e.e_phnum = 0;
		interp_is("  without program headers", &bad, sizeof bad, 0755);
		bad = dyn;
		bad.e.e_phentsize = 20;
		interp_is("  program headers of a strange size", &bad, sizeof bad, 0755);
		unlink("interp");
		run("  missing");
		mkdir("interp", 0755);
		run("  a directory");
		rmdir("interp");
		symlink("interp", "interp");
		run("  a loop");
		unlink("interp");
		symlink("main", "interp");
		run("  the program itself");
		unlink("interp");
	}
	unlink("main");
	return done();
}
