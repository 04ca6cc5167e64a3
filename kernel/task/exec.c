/* SPDX-License-Identifier: MIT */
/*
 * execve: the process stays, its program changes. The new address space is built beside the old one:
 * first only its stack, into which the argument and environment strings are copied. A format
 * (fs/elf.c, fs/script.c) then checks the file, and when everything that can be refused has been,
 * begin_new_exec() commits: other threads end, handlers go back to default, close-on-exec descriptors
 * close, and the new mm replaces the old. Source: execve(2).
 */
#include "fs/binfmt.h"
#include "fs/fs.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/panic.h"
#include "kernel/task/internal.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/fault.h"
#include "mm/highmem.h"
#include "mm/pagetable.h"
#include "mm/slab.h"
#include "mm/vma.h"

static struct linux_binfmt *formats;
static DEFINE_SPINLOCK(formats_lock);

void register_binfmt(struct linux_binfmt *fmt)
{
	spin_lock(&formats_lock);
	fmt->next = formats;
	formats = fmt;
	spin_unlock(&formats_lock);
}

/* ---- strings: from the old image or the kernel onto the new stack ---- */

/* The page of the new stack that holds the address, made if need be; mapped by kmap. */
static struct page *stack_page(struct linux_binprm *bprm, unsigned long address)
{
	struct mm_struct *mm = bprm->mm;
	struct vm_area_struct *vma;
	struct page *page = NULL;
	pmd_t *pmd;
	int err = 0;

	down_write(&mm->mmap_sem);
	vma = find_vma(mm, address);
	if (address < vma->vm_start)
		err = expand_stack(vma, address);
	if (!err && !(handle_mm_fault(vma, address, true) & VM_FAULT_ERROR)) {
		pmd = pmd_for(mm, address);
		page = pte_page(*pte_offset_map(pmd, address));
		get_page(page);
	}
	up_write(&mm->mmap_sem);
	return page;
}

/* Strings may take a quarter of the stack's limit, at least 128 KiB and at most 6 MiB. */
static bool too_big(const struct linux_binprm *bprm, size_t len)
{
	u64 limit = rlimit(RLIMIT_STACK) / 4;
	unsigned long used = bprm->mm->start_stack - bprm->p;

	limit = limit < 131072 ? 131072 : limit > 6291456 ? 6291456 : limit;
	used += (unsigned long)(bprm->argc + bprm->envc) * sizeof(char *);
	return used + len > limit || len > bprm->p;
}

/* len bytes with the NUL, ending where the strings so far begin. */
static int push_bytes(struct linux_binprm *bprm, const char *s, size_t len, bool user)
{
	if (too_big(bprm, len))
		return -E2BIG;
	while (len) {
		size_t offset = bprm->p & (PAGE_SIZE - 1) ?: PAGE_SIZE, n = min(len, offset), left;
		struct page *page = stack_page(bprm, bprm->p - n);
		char *p;

		if (!page)
			return -ENOMEM;
		if (fatal_signal_pending(current)) {
			put_page(page);
			return -EINTR;
		}
		p = kmap(page);
		len -= n;
		bprm->p -= n;
		if (user)
			left = copy_from_user(p + offset - n, s + len, n);
		else
			left = (memcpy(p + offset - n, s + len, n), 0);
		kunmap(page);
		put_page(page);
		if (left)
			return -EFAULT;
	}
	return 0;
}

int bprm_push_string(struct linux_binprm *bprm, const char *s) { return push_bytes(bprm, s, strlen(s) + 1, false); }

/* argv or envp: from user space or, for process 1, from the kernel. */
struct user_strings { char *const *user; const char *const *kernel; };

static int get_string(const struct user_strings *v, int i, const char **s)
{
	char *p;

	if (v->kernel) {
		*s = v->kernel[i];
		return 0;
	}
	if (!v->user) {
		*s = NULL;
		return 0;
	}
	if (get_user(p, v->user + i))
		return -EFAULT;
	*s = p;
	return 0;
}

static int count_strings(const struct user_strings *v)
{
	for (int n = 0; ; n++) {
		const char *s;

		if (get_string(v, n, &s))
			return -EFAULT;
		if (!s)
			return n;
		if (n >= (int)(6291456 / sizeof(char *)))
			return -E2BIG;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
}

static int copy_strings(struct linux_binprm *bprm, const struct user_strings *v, int n)
{
	while (n-- > 0) {
		const char *s;
		long len;
		int err;

		if (get_string(v, n, &s))
			return -EFAULT;
		if (!s)
			return -EFAULT;		/* another thread shortened the list */
		len = v->kernel ? (long)strlen(s) + 1 : strnlen_user(s, MAX_ARG_STRLEN);
		if (len == 0)
			return -EFAULT;
		if (len > (long)MAX_ARG_STRLEN)
			return -E2BIG;
		err = push_bytes(bprm, s, (size_t)len, !v->kernel);
		if (err)
			return err;
	}
	return 0;
}

/* For "#!": the script's own name replaces argument 0, whose bytes are skipped. */
int bprm_remove_arg_zero(struct linux_binprm *bprm)
{
	char c;

	if (!bprm->argc)
		return 0;
	do {
		if (access_process_vm(bprm->mm, bprm->p++, &c, 1, false) != 1)
			return -EFAULT;
	} while (c);
	bprm->argc--;
	return 0;
}

/* ---- the new image ---- */

#define STACK_TOP TASK_SIZE

static int new_stack(struct linux_binprm *bprm)
{
	unsigned long top = randomize_stack_top(STACK_TOP);
	struct mm_struct *mm = bprm->mm;
	struct vm_area_struct *vma = vma_alloc(mm);
	struct vma_slot slot;

	if (!vma)
		return -ENOMEM;
	vma->vm_end = top;
	vma->vm_start = top - PAGE_SIZE;
	vma->vm_flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_GROWSDOWN | VM_ACCOUNT;
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	if (vm_acct_memory(1)) {
		vma_free(vma);
		return -ENOMEM;
	}
	vma_find_slot(mm, vma->vm_start, vma->vm_end, &slot);
	vma_link(mm, vma, &slot);
	mm->total_vm = mm->stack_vm = 1;
	mm->start_stack = bprm->p = top - 4;	/* a word of zero at the very top */
	return 0;
}

/* The credentials that the file's set-id bits give. */
static int bprm_fill_cred(struct linux_binprm *bprm)
{
	struct inode *inode = file_inode(bprm->file);
	struct cred *cred = prepare_creds();

	if (!cred)
		return -ENOMEM;
	if (!(bprm->file->f_path.mnt->mnt_flags & MNT_NOSUID)) {
		if (inode->i_mode & S_ISUID)
			cred->euid = inode->i_uid;
		if ((inode->i_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
			cred->egid = inode->i_gid;
	}
	bprm->secure = cred->euid != cred->uid || cred->egid != cred->gid;
	cred->suid = cred->fsuid = cred->euid;
	cred->sgid = cred->fsgid = cred->egid;
	if (cred->euid == 0 || cred->uid == 0) {
		cred->cap_permitted = ~0ull;
		cred->cap_effective = cred->euid == 0 ? ~0ull : 0;
	} else {
		cred->cap_permitted = cred->cap_effective = 0;
	}
	if (bprm->cred)
		put_cred(bprm->cred);
	bprm->cred = cred;
	return 0;
}

static int prepare_binprm(struct linux_binprm *bprm)
{
	loff_t pos = 0;
	ssize_t n;
	int err = bprm_fill_cred(bprm);

	if (err)
		return err;
	memset(bprm->buf, 0, sizeof(bprm->buf));
	n = kernel_read(bprm->file, bprm->buf, sizeof(bprm->buf), &pos);
	return n < 0 ? (int)n : 0;
}

int search_binary_handler(struct linux_binprm *bprm, struct pt_regs *regs)
{
	struct linux_binfmt *fmt;
	int err;

	if (bprm->depth > 5)
		return -ELOOP;
	err = prepare_binprm(bprm);
	if (err)
		return err;
	for (fmt = formats; fmt; fmt = fmt->next) {
		err = fmt->load_binary(bprm, regs);
		if (err != -ENOEXEC)
			return err;
	}
	return -ENOEXEC;
}

static void exec_mmap(struct linux_binprm *bprm)
{
	struct task_struct *t = current;
	struct mm_struct *old = t->mm, *active = t->active_mm, *mm = bprm->mm;

	mm_release(t, old);
	spin_lock(&t->alloc_lock);
	preempt_disable();
	t->mm = t->active_mm = mm;
	switch_mm(mm);
	preempt_enable();
	spin_unlock(&t->alloc_lock);
	bprm->mm = NULL;
	if (old)
		mmput(old);
	else
		mmdrop(active);		/* a kernel thread had only borrowed it */
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int begin_new_exec(struct linux_binprm *bprm)
{
	struct task_struct *t = current;
	struct sighand_struct *sighand;
	int err = 0;

	if (!t->thread.fpu) {
		struct fpu_state *fpu = fpu_alloc();

		if (!fpu)
			return -ENOMEM;
		preempt_disable();
		t->thread.fpu = fpu;
		fpu_restore(fpu);
		preempt_enable();
	}
	err = unshare_files();
	if (!err)
		err = spare_sighand(&sighand);
	if (err)
		return err;
	err = de_thread();
	if (err) {
		if (sighand != t->sighand)
			put_sighand(sighand);
		return err;
	}
	/* Nothing can fail from here on. */
	use_sighand(sighand);
	resume_itimers(t->signal);
	set_mm_exe_file(bprm->mm, bprm->file);
	exec_mmap(bprm);
	flush_signal_handlers(t);
	do_close_on_exec(t->files);
	spin_lock(&t->alloc_lock);
	strscpy(t->comm, base_name(bprm->filename), TASK_COMM_LEN);
	spin_unlock(&t->alloc_lock);
	t->flags &= ~(PF_FORKNOEXEC | PF_KTHREAD);
	t->sas_ss_sp = t->sas_ss_size = 0;
	t->set_child_tid = t->clear_child_tid = NULL;
	memset(t->thread.tls_array, 0, sizeof(t->thread.tls_array));
	preempt_disable();
	load_tls(&t->thread);
	load_gs_fs(0, 0);
	fpu_restore(&fpu_initial);
	preempt_enable();
	if (t->exit_signal >= 0)
		t->exit_signal = SIGCHLD;
	commit_creds((struct cred *)bprm->cred);
	bprm->cred = NULL;
	return 0;
}

void start_thread(struct pt_regs *regs, unsigned long eip, unsigned long sp)
{
	*regs = (struct pt_regs){
		.ds = USER_DS, .es = USER_DS, .orig_eax = -1,
		.eip = (u32)eip, .cs = USER_CS, .eflags = 0x202, .esp = (u32)sp, .ss = USER_DS,
	};
}

static void free_bprm(struct linux_binprm *bprm)
{
	if (bprm->mm)
		mmput(bprm->mm);
	if (bprm->file) {
		allow_write_access(bprm->file);
		fput(bprm->file);
	}
	if (bprm->cred)
		put_cred(bprm->cred);
	kfree(bprm->interp);
	kfree(bprm);
}

static int exec_file(struct file *file, const char *filename, const struct user_strings *argv, const struct user_strings *envp)
{
	struct linux_binprm *bprm = kzalloc(sizeof(*bprm), GFP_KERNEL);
	struct pt_regs *regs = current_pt_regs();
	int err;

	if (!bprm) {
		allow_write_access(file);
		fput(file);
		return -ENOMEM;
	}
	bprm->file = file;
	bprm->filename = filename;
	err = -ENOMEM;
	bprm->mm = mm_alloc();
	if (!bprm->mm)
		goto out;
	err = new_stack(bprm);
	if (err)
		goto out;
	err = bprm->argc = count_strings(argv);
	if (err < 0)
		goto out;
	err = bprm->envc = count_strings(envp);
	if (err < 0)
		goto out;
	err = bprm_push_string(bprm, filename);
	if (err)
		goto out;
	bprm->exec = bprm->p;
	err = copy_strings(bprm, envp, bprm->envc);
	if (err)
		goto out;
	bprm->env = bprm->p;
	err = copy_strings(bprm, argv, bprm->argc);
	if (err)
		goto out;
	if (bprm->argc == 0) {
		err = bprm_push_string(bprm, "");	/* no program sees argv[0] == NULL */
		if (err)
			goto out;
		bprm->argc = 1;
	}
	err = search_binary_handler(bprm, regs);
out:
	free_bprm(bprm);
	return err;
}

long sys_execveat(int dfd, const char *filename, char *const *argv, char *const *envp, int flags);
long sys_execveat(int dfd, const char *filename, char *const *argv, char *const *envp, int flags)
{
	struct user_strings av = { .user = argv }, ev = { .user = envp };
	struct filename name;
	struct file *file;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = getname_flags(&name, filename, flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
	if (err)
		return err;
	file = open_execat(dfd, name.name, flags);
	err = IS_ERR(file) ? (int)PTR_ERR(file) : exec_file(file, name.name, &av, &ev);
	putname(&name);
	return err;
}

long sys_execve(const char *filename, char *const *argv, char *const *envp);
long sys_execve(const char *filename, char *const *argv, char *const *envp)
{
	return sys_execveat(AT_FDCWD, filename, argv, envp, 0);
}

int kernel_execve(const char *filename, const char *const *argv, const char *const *envp)
{
	struct user_strings av = { .kernel = argv }, ev = { .kernel = envp };
	struct file *file = open_exec(filename);

	return IS_ERR(file) ? (int)PTR_ERR(file) : exec_file(file, filename, &av, &ev);
}
