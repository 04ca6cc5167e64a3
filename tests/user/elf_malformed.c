/* SPDX-License-Identifier: MIT */
/*
 * reference: debian (a 64-bit kernel has other limits of the address space)
 * Programs that are none: each is refused with an errno while the caller lives, or dies by a signal.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include "lib/abi/elf.h"
#include "test.h"

#define BASE 0x08048000u

static struct image {
	Elf32_Ehdr e;
	Elf32_Phdr p[4];
	unsigned char code[64];
	char interp[32];
} image;

static int size;

/* mov eax, 1; mov ebx, 42; int 0x80 */
static const unsigned char exit_42[] = { 0xb8, 1, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80 };

static void good(void)
{
	struct image *m = &image;

	memset(m, 0, sizeof *m);
	memcpy(m->e.e_ident, "\177ELF\1\1\1", 7);
	m->e.e_type = ET_EXEC;
	m->e.e_machine = EM_386;
	m->e.e_version = 1;
	m->e.e_entry = BASE + (unsigned)offsetof(struct image, code);
	m->e.e_phoff = offsetof(struct image, p);
	m->e.e_ehsize = sizeof m->e;
	m->e.e_phentsize = sizeof m->p[0];
	m->e.e_phnum = 1;
	m->p[0].p_type = PT_LOAD;
	m->p[0].p_vaddr = m->p[0].p_paddr = BASE;
	m->p[0].p_filesz = m->p[0].p_memsz = sizeof *m;
	m->p[0].p_flags = PF_R | PF_X;
	m->p[0].p_align = PAGE;
	memcpy(m->code, exit_42, sizeof exit_42);
	strcpy(m->interp, "/missing/ld.so");
	size = sizeof *m;
}

static int refused;

/* Some that Linux finds too bad only after the old program is gone may also be refused before that. */
static void try(const char *name)
{
	char *args[] = { "bad", NULL };
	int fd = open("bad", O_WRONLY | O_CREAT | O_TRUNC, 0755), status;

	CHECK(write(fd, &image, size) == size);
	close(fd);
	IN_CHILD(status, execve("./bad", args, args + 1); _exit(errno));
	if (refused && (status == SIGSEGV || status == ENOEXEC << 8))
		SAY("%s: ENOEXEC or SIGSEGV\n", name);
	else if (WIFEXITED(status) && WEXITSTATUS(status) != 42)
		SAY("%s: error %d\n", name, WEXITSTATUS(status));
	else
		say_status(name, status);
	unlink("bad");
	good();
}

static Elf32_Phdr *second(unsigned vaddr, unsigned offset, unsigned filesz, unsigned memsz)
{
	image.e.e_phnum = 2;
	image.p[1] = image.p[0];
	image.p[1].p_flags = PF_R | PF_W;
	image.p[1].p_vaddr = vaddr;
	image.p[1].p_offset = offset;
	image.p[1].p_filesz = filesz;
	image.p[1].p_memsz = memsz;
	return &image.p[1];
}

static void headers(void)
{
	good();
	try("good");
	for (int n = 1; n < (int)sizeof image.e; n += 17) {
		size = n;
		try("truncated header");
	}
	size = sizeof image.e;
	try("header alone");
	size = sizeof image.e + 20;
	try("half a program header");
	size = offsetof(struct image, code);
	try("no code");
	image.e.e_ident[0] = 'x';
	try("bad magic");
	image.e.e_ident[EI_CLASS] = 2;
	try("class 64");
	image.e.e_type = 1;
	try("relocatable");
	image.e.e_type = 4;
	try("core");
	image.e.e_machine = 62;
	try("machine x86-64");
	image.e.e_phnum = 0;
	try("no program headers");
	image.e.e_phnum = 0xffff;
	try("65535 program headers");
	image.e.e_phnum = 2049;
	try("2049 program headers");
	image.e.e_phentsize = 31;
	try("program headers of 31 bytes");
	image.e.e_phentsize = 64;
	try("program headers of 64 bytes");
	image.e.e_phoff = 0xfffffff0;
	try("program headers at the end of everything");
	image.e.e_phoff = 100000;
	try("program headers behind the file");
	image.p[0].p_type = PT_NULL;
	try("nothing to load");
	image.e.e_entry = 0;
	try("entry 0");
	image.e.e_entry = 0xc0100000;
	try("entry in the kernel");
	image.e.e_entry = 0xffffffff;
	try("entry at the end");
	image.e.e_entry = 0x20000000;
	try("entry outside");
	image.p[0].p_flags = PF_R | PF_W;
	try("entry not executable");
	image.e.e_version = 99;
	try("version");
	image.e.e_ehsize = 0;
	try("header size 0");
}

static void segments(void)
{
	image.p[0].p_vaddr = 0xc0000000;
	try("segment in the kernel");
	image.p[0].p_vaddr = 0xfffff000;
	try("segment at the end");
	image.p[0].p_vaddr = 0xbffff000;
	image.p[0].p_memsz = 0x2000;
	try("segment over the end of user memory");
	image.p[0].p_memsz = 0xfffff000;
	try("segment as long as memory");
	image.p[0].p_memsz = 0xffffffff;
	try("segment that wraps");
	image.p[0].p_filesz = 0xffffffff;
	try("file size that wraps");
	image.p[0].p_filesz = image.p[0].p_memsz + 1;
	try("more file than memory");
	image.p[0].p_filesz = image.p[0].p_memsz = 100000;
	try("more than the file has");
	image.p[0].p_offset = 1;
	try("offset and address disagree");
	image.p[0].p_offset = 0xfffff000;
	try("offset behind any file");
	image.p[0].p_memsz = image.p[0].p_filesz = 0;
	try("empty segment");
	image.p[0].p_align = 3;
	try("odd alignment");
	second(0x09000000, 0, 100, 0x20000);
	try("a second one with bss");
	second(0x09000000, 0, 0, 0x20000);
	try("only bss");
	second(0x09000000, 0, 100, 0xb0000000);
	try("bss of 2.75 GiB");
	second(0x09000000, 0, 0, 0xf7000000);
	try("bss that wraps");
	second(0x09000800, 0x800 - PAGE, 100, 200);
	try("negative offset");
	second(BASE, 0, 100, 200);
	try("two over each other");
	second(BASE - PAGE, 0, sizeof image, sizeof image);
	try("descending");
	second(0x09000000, 0, 101, 100);
	try("second with more file than memory");
	second(0xbfff0000, 0, 100, 0x20000);
	try("second over the stack and beyond");
	image.p[0].p_vaddr = 0;
	image.e.e_entry = offsetof(struct image, code);
	try("at address 0");
	image.p[0].p_flags = 0;
	try("no permissions");
}

static void interpreters(void)
{
	Elf32_Phdr *p = second(0, offsetof(struct image, interp), 15, 15);

	p->p_type = PT_INTERP;
	try("missing interpreter");
	p = second(0, offsetof(struct image, interp), 14, 14);
	p->p_type = PT_INTERP;
	try("interpreter name without end");
	p = second(0, offsetof(struct image, interp), 0, 0);
	p->p_type = PT_INTERP;
	try("empty interpreter name");
	p = second(0, offsetof(struct image, interp), 5000, 5000);
	p->p_type = PT_INTERP;
	try("interpreter name too long");
	p = second(0, 100000, 15, 15);
	p->p_type = PT_INTERP;
	try("interpreter name behind the file");
	p = second(0, offsetof(struct image, interp), 11, 11);
	p->p_type = PT_INTERP;
	strcpy(image.interp, "/dev/null/");
	try("interpreter below a device");
	p = second(0, offsetof(struct image, interp), 2, 2);
	p->p_type = PT_INTERP;
	strcpy(image.interp, "/");
	try("a directory as interpreter");
	p = second(0, offsetof(struct image, interp), 8, 8);
	p->p_type = PT_INTERP;
	strcpy(image.interp, "./trunc");
	{
		int fd = open("trunc", O_WRONLY | O_CREAT | O_TRUNC, 0755);

		write(fd, "\177ELF", 4);
		close(fd);
	}
	try("truncated interpreter");
	unlink("trunc");
}

int main(void)
{
	headers();
	refused = 1;
	segments();
	refused = 0;
	interpreters();
	return done();
}
