/* SPDX-License-Identifier: MIT */
/*
 * ELF programs: segments become mappings of the file, and pages come by faults.
 *
 *   PT_LOAD     text and data, private mappings of the page cache; what memsz has beyond filesz is
 *               bss: the rest of the last page is zeroed, whole pages are anonymous
 *   PT_INTERP   the dynamic linker: it is mapped too, and starts first; AT_BASE, AT_ENTRY and
 *               AT_PHDR tell it what to do
 *   ET_DYN      a position-independent program: a base is chosen
 *
 * A hostile file can say anything, so all headers are checked before the old image is given up:
 * sizes, wrapping addresses, order. What Linux lets through, we let through, and the program gets
 * the signal there that it gets on Linux. Sources: System V ABI, chapter 5; elf(5); getauxval(3).
 */
#include "fs/binfmt.h"
#include "fs/fs.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/cpu/vdso.h"
#include "kernel/dev/random.h"
#include "kernel/init.h"
#include "kernel/task/task.h"
#include "lib/abi/auxvec.h"
#include "lib/abi/elf.h"
#include "lib/abi/errno.h"
#include "lib/abi/mman.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/slab.h"

#define DYN_RANDOM_PAGES 256u
#define HEAP_RANDOM_PAGES 8192u
#define ELF_ET_DYN_BASE 0x56555000ul	/* programs; two thirds up, as Linux has it */
#define MAX_PHDRS (65536 / sizeof(Elf32_Phdr))

struct elf_image {
	Elf32_Ehdr hdr;
	Elf32_Phdr *phdrs;
	struct file *file;
	unsigned long low, high;	/* of all PT_LOAD, page aligned, without the bias */
};

static bool header_ok(const Elf32_Ehdr *h)
{
	return memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 && (h->e_type == ET_EXEC || h->e_type == ET_DYN) &&
		(h->e_machine == EM_386 || h->e_machine == EM_486) && h->e_phentsize == sizeof(Elf32_Phdr) &&
		h->e_phnum >= 1 && h->e_phnum <= MAX_PHDRS;
}

static int read_phdrs(struct elf_image *e)
{
	size_t size = e->hdr.e_phnum * sizeof(Elf32_Phdr);
	loff_t pos = e->hdr.e_phoff;
	ssize_t n;

	e->phdrs = kmalloc(size, GFP_KERNEL);
	if (!e->phdrs)
		return -ENOMEM;
	n = kernel_read(e->file, e->phdrs, size, &pos);
	if (n == (ssize_t)size)
		return 0;
	return n < 0 ? (int)n : -ENOEXEC;
}

/*
 * Every segment must lie below the kernel and hold what it claims; finds the extent. Found out here, a bad one
 * costs the caller only an error; Linux, which finds out while mapping, must kill.
 */
static int check_segments(struct elf_image *e)
{
	e->low = ~0ul;
	e->high = 0;
	for (int i = 0; i < e->hdr.e_phnum; i++) {
		const Elf32_Phdr *p = &e->phdrs[i];
		unsigned long end;

		if (p->p_type != PT_LOAD)
			continue;
		if (p->p_filesz > p->p_memsz || p->p_memsz > TASK_SIZE || p->p_vaddr > TASK_SIZE - p->p_memsz)
			return -ENOEXEC;
		if ((p->p_vaddr ^ p->p_offset) & (PAGE_SIZE - 1))
			return -ENOEXEC;
		/* The whole pages that the mapping takes from the file must not wrap either. */
		if (p->p_filesz && (u64)p->p_offset + p->p_filesz > ~(PAGE_SIZE - 1))
			return -ENOEXEC;
		end = p->p_vaddr + p->p_memsz;
		e->low = min(e->low, (unsigned long)(p->p_vaddr & PAGE_MASK));
		e->high = max(e->high, (unsigned long)PAGE_ALIGN(end));
	}
	return e->high > e->low || e->hdr.e_type == ET_EXEC ? 0 : -ENOEXEC;
}

static int open_image(struct elf_image *e, struct file *file)
{
	int err;

	e->file = file;
	if (!header_ok(&e->hdr) || !file->f_op->mmap)
		return -ENOEXEC;
	err = read_phdrs(e);
	return err ?: check_segments(e);
}

static u32 segment_prot(const Elf32_Phdr *p)
{
	return (p->p_flags & PF_R ? PROT_READ : 0) | (p->p_flags & PF_W ? PROT_WRITE : 0) | (p->p_flags & PF_X ? PROT_EXEC : 0);
}

/* The file's part of a segment. A segment without file bytes is all bss. */
static int map_file_part(const struct elf_image *e, const Elf32_Phdr *p, unsigned long bias)
{
	unsigned long addr = bias + p->p_vaddr, start = addr & PAGE_MASK, size = p->p_filesz + (addr - start), ret;

	if (!p->p_filesz)
		return 0;
	ret = vm_mmap(e->file, start, PAGE_ALIGN(size), segment_prot(p), MAP_PRIVATE | MAP_FIXED, p->p_offset >> PAGE_SHIFT);
	return is_err_value(ret) ? (int)ret : 0;
}

/* Zero from the end of the file's bytes to the end of their page, and map what lies behind. */
static int map_bss(const Elf32_Phdr *p, unsigned long bias)
{
	unsigned long from = bias + p->p_vaddr + p->p_filesz, end = bias + p->p_vaddr + p->p_memsz;
	unsigned long page_end = p->p_filesz ? PAGE_ALIGN(from) : from & PAGE_MASK, ret;

	if (p->p_memsz == p->p_filesz)
		return 0;
	if (p->p_filesz && p->p_flags & PF_W && page_end > from && clear_user((void *)from, min(page_end, PAGE_ALIGN(end)) - from))
		return -EFAULT;
	if (PAGE_ALIGN(end) <= page_end)
		return 0;
	ret = vm_mmap(NULL, page_end, PAGE_ALIGN(end) - page_end, segment_prot(p), MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, 0);
	return is_err_value(ret) ? (int)ret : 0;
}

/* All segments. For ET_DYN, *bias is chosen here: hint is where the image should start. */
static int map_image(struct elf_image *e, unsigned long hint, unsigned long *bias)
{
	*bias = 0;
	if (e->hdr.e_type == ET_DYN) {
		unsigned long size = e->high - e->low;
		unsigned long at;

		/* Nobody else maps anything here yet, so a free range stays free until the segments are in it. */
		down_write(&current->mm->mmap_sem);
		at = get_unmapped_area(current->mm, hint, size);
		up_write(&current->mm->mmap_sem);
		if (is_err_value(at))
			return (int)at;
		*bias = at - e->low;
	}
	for (int i = 0; i < e->hdr.e_phnum; i++) {
		const Elf32_Phdr *p = &e->phdrs[i];
		int err;

		if (p->p_type != PT_LOAD)
			continue;
		err = map_file_part(e, p, *bias);
		if (!err)
			err = map_bss(p, *bias);
		if (err)
			return err;
	}
	return 0;
}

/* Where text, data and the heap are, for /proc and brk. */
static void set_layout(struct mm_struct *mm, const struct elf_image *e, unsigned long bias)
{
	unsigned long brk = 0;

	mm->start_code = ~0ul;
	for (int i = 0; i < e->hdr.e_phnum; i++) {
		const Elf32_Phdr *p = &e->phdrs[i];
		unsigned long start = bias + p->p_vaddr;

		if (p->p_type != PT_LOAD)
			continue;
		if (p->p_flags & PF_X) {
			mm->start_code = min(mm->start_code, start);
			mm->end_code = max(mm->end_code, start + p->p_filesz);
		}
		if (start >= mm->start_data) {
			mm->start_data = start;
			mm->end_data = start + p->p_filesz;
		}
		brk = max(brk, start + p->p_memsz);
	}
	mm->start_brk = mm->brk = PAGE_ALIGN(brk) + (sysctl_randomize_va_space == 2 ? randomize_pages(HEAP_RANDOM_PAGES) : 0);
}

/* ---- the interpreter ---- */

static int open_interp(struct elf_image *e, const char *name)
{
	struct file *file = open_exec(name);
	loff_t pos = 0;
	ssize_t n;
	int err;

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	n = kernel_read(file, &e->hdr, sizeof(e->hdr), &pos);
	err = n == sizeof(e->hdr) ? open_image(e, file) : n < 0 ? (int)n : -EIO;
	if (err == -ENOEXEC)
		err = -ELIBBAD;
	if (err) {
		allow_write_access(file);
		fput(file);
		e->file = NULL;
	}
	return err;
}

static int find_interp(struct elf_image *main, struct elf_image *interp)
{
	for (int i = 0; i < main->hdr.e_phnum; i++) {
		const Elf32_Phdr *p = &main->phdrs[i];
		loff_t pos = p->p_offset;
		char *name;
		ssize_t n;
		int err;

		if (p->p_type != PT_INTERP)
			continue;
		if (p->p_filesz < 2 || p->p_filesz > PATH_MAX)
			return -ENOEXEC;
		name = kmalloc(p->p_filesz, GFP_KERNEL);
		if (!name)
			return -ENOMEM;
		n = kernel_read(main->file, name, p->p_filesz, &pos);
		if (n != (ssize_t)p->p_filesz)
			err = n < 0 ? (int)n : -EIO;
		else
			err = name[n - 1] ? -ENOEXEC : open_interp(interp, name);
		kfree(name);
		return err;
	}
	return 0;
}

static bool wants_exec_stack(const struct elf_image *e)
{
	for (int i = 0; i < e->hdr.e_phnum; i++)
		if (e->phdrs[i].p_type == PT_GNU_STACK)
			return e->phdrs[i].p_flags & PF_X;
	return false;
}

static void close_image(struct elf_image *e, bool interp)
{
	kfree(e->phdrs);
	if (interp && e->file) {
		allow_write_access(e->file);
		fput(e->file);
	}
}

/* ---- the first stack: argc, argv, envp, auxv (System V ABI, figure 3-31) ---- */

static unsigned long phdr_address(const struct elf_image *e, unsigned long bias)
{
	for (int i = 0; i < e->hdr.e_phnum; i++) {
		const Elf32_Phdr *p = &e->phdrs[i];

		if (p->p_type == PT_LOAD && p->p_offset <= e->hdr.e_phoff && e->hdr.e_phoff - p->p_offset < p->p_filesz)
			return bias + p->p_vaddr + (e->hdr.e_phoff - p->p_offset);
	}
	return 0;
}

/* Copies the addresses of n strings that lie one after the other from *s on. NULL: a fault. */
static u32 *put_pointers(u32 *sp, int n, unsigned long *s)
{
	for (int i = 0; i < n; i++) {
		long len;

		if (put_user((u32)*s, sp++))
			return NULL;
		len = strnlen_user((const char *)*s, MAX_ARG_STRLEN);
		if (len <= 0 || len > (long)MAX_ARG_STRLEN)
			return NULL;
		*s += (unsigned long)len;
	}
	return put_user(0u, sp++) ? NULL : sp;
}

static int build_stack(struct linux_binprm *bprm, const struct elf_image *e, unsigned long bias, unsigned long base,
		       unsigned long *sp_out)
{
	static const char platform[] = "i686";
	struct mm_struct *mm = current->mm;
	const struct cred *cred = current->cred;
	unsigned long sp = bprm->p & ~15ul, random, strings = bprm->p;
	u32 aux[2 * 22], *a = aux, *p;
	u8 seed[16];
	size_t words;

	get_random_bytes(seed, sizeof(seed));
	sp -= sizeof(platform);
	random = (sp - sizeof(seed)) & ~15ul;
	if (copy_to_user((void *)sp, platform, sizeof(platform)) || copy_to_user((void *)random, seed, sizeof(seed)))
		return -EFAULT;
#define AUX(id, value) (*a++ = (id), *a++ = (u32)(value))
	AUX(AT_SYSINFO, vdso_sysinfo(mm));
	AUX(AT_SYSINFO_EHDR, mm->vdso);
	AUX(AT_MINSIGSTKSZ, 2048);
	AUX(AT_HWCAP, boot_cpu.edx);
	AUX(AT_PAGESZ, PAGE_SIZE);
	AUX(AT_CLKTCK, 100);
	AUX(AT_PHDR, phdr_address(e, bias));
	AUX(AT_PHENT, sizeof(Elf32_Phdr));
	AUX(AT_PHNUM, e->hdr.e_phnum);
	AUX(AT_BASE, base);
	AUX(AT_FLAGS, 0);
	AUX(AT_ENTRY, bias + e->hdr.e_entry);
	AUX(AT_UID, cred->uid);
	AUX(AT_EUID, cred->euid);
	AUX(AT_GID, cred->gid);
	AUX(AT_EGID, cred->egid);
	AUX(AT_SECURE, bprm->secure);
	AUX(AT_RANDOM, random);
	AUX(AT_HWCAP2, 0);
	AUX(AT_EXECFN, bprm->exec);
	AUX(AT_PLATFORM, sp);
	AUX(AT_NULL, 0);
#undef AUX
	words = 1 + (size_t)bprm->argc + 1 + (size_t)bprm->envc + 1 + (size_t)(a - aux);
	if (words * 4 + PAGE_SIZE > random)
		return -E2BIG;
	sp = (random - words * 4) & ~15ul;
	p = (u32 *)sp;
	mm->start_stack = sp;
	mm->arg_start = strings;
	if (put_user((u32)bprm->argc, p++))
		return -EFAULT;
	p = put_pointers(p, bprm->argc, &strings);
	mm->arg_end = mm->env_start = strings;
	if (p)
		p = put_pointers(p, bprm->envc, &strings);
	mm->env_end = strings;
	if (!p || copy_to_user(p, aux, (size_t)((char *)a - (char *)aux)))
		return -EFAULT;
	memcpy(mm->auxv, aux, sizeof(aux));
	*sp_out = sp;
	return 0;
}

/* After the point of no return: an error can only end the process. */
static int load_new_image(struct linux_binprm *bprm, struct elf_image *main, struct elf_image *interp, struct pt_regs *regs)
{
	struct mm_struct *mm = current->mm;
	unsigned long bias, base = 0, entry, sp;
	int err;

	mm->mmap_base = mmap_base_for(PAGE_ALIGN(mm->start_stack));
	if (wants_exec_stack(main)) {
		struct vm_area_struct *stack = find_vma(mm, mm->start_stack);

		stack->vm_flags |= VM_EXEC;
		stack->vm_page_prot = vm_get_page_prot(stack->vm_flags);
	}
	err = map_image(main, ELF_ET_DYN_BASE + randomize_pages(DYN_RANDOM_PAGES), &bias);
	if (err)
		return err;
	set_layout(mm, main, bias);
	entry = bias + main->hdr.e_entry;
	if (interp->file) {
		err = map_image(interp, 0, &base);
		if (err)
			return err;
		entry = base + interp->hdr.e_entry;
	}
	err = vdso_map(mm);
	if (!err)
		err = build_stack(bprm, main, bias, base, &sp);
	if (!err)
		start_thread(regs, entry, sp);
	return err;
}

static int load_elf(struct linux_binprm *bprm, struct pt_regs *regs)
{
	struct elf_image main = { 0 }, interp = { 0 };
	int err;

	memcpy(&main.hdr, bprm->buf, sizeof(main.hdr));
	err = open_image(&main, bprm->file);
	if (!err)
		err = find_interp(&main, &interp);
	if (!err)
		err = begin_new_exec(bprm);
	if (!err) {
		err = load_new_image(bprm, &main, &interp, regs);
		if (err)
			force_sig(SIGSEGV, current);
	}
	close_image(&main, false);
	close_image(&interp, true);
	return err;
}

static struct linux_binfmt elf_format = { .name = "elf", .load_binary = load_elf };

static int elf_init(void)
{
	register_binfmt(&elf_format);
	return 0;
}
fs_initcall(elf_init);
