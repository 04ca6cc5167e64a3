/* SPDX-License-Identifier: MIT */
/*
 * mmap, munmap and brk: ranges of addresses come and go. Nothing here touches a page table entry
 * except through zap_page_range(); pages come by faults.
 *
 * Order of work, everywhere: check the arguments and limits, take the memory that will be needed,
 * remove what stood in the way (MAP_FIXED), and only then change the tree. Sources: mmap(2), brk(2).
 */
#include "fs/fs.h"
#include "kernel/dev/random.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/mman.h"
#include "lib/abi/personality.h"
#include "lib/err.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/pagetable.h"
#include "mm/shmem.h"
#include "mm/vma.h"

#define MIN_MMAP_GAP (128u << 20)	/* below the stack, however small its limit */
#define STACK_TOP_GAP (1u << 20)

#define STACK_RANDOM_PAGES 2048u
#define MMAP_RANDOM_PAGES 256u

int sysctl_randomize_va_space = 2;

unsigned long randomize_pages(unsigned int nr)
{
	if (!sysctl_randomize_va_space || current->personality & ADDR_NO_RANDOMIZE)
		return 0;
	return (unsigned long)(get_random_u32() % nr) << PAGE_SHIFT;
}

unsigned long randomize_stack_top(unsigned long stack_top) { return stack_top - randomize_pages(STACK_RANDOM_PAGES); }

/* The mmap area grows down from below the room that the stack may take. */
unsigned long mmap_base_for(unsigned long stack_top)
{
	u64 gap = rlimit(RLIMIT_STACK) + STACK_TOP_GAP;

	if (gap < MIN_MMAP_GAP)
		gap = MIN_MMAP_GAP;
	if (gap > TASK_SIZE / 6 * 5)
		gap = TASK_SIZE / 6 * 5;
	return PAGE_ALIGN(stack_top - (unsigned long)gap - randomize_pages(MMAP_RANDOM_PAGES));
}

static bool range_is_free(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *vma;

	if (addr < MMAP_MIN_ADDR || len > TASK_SIZE || addr > TASK_SIZE - len)
		return false;
	vma = find_vma(mm, addr);
	return !vma || addr + len <= vma->vm_start;
}

unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long hint, unsigned long len)
{
	unsigned long addr;

	if (len > TASK_SIZE)
		return (unsigned long)-ENOMEM;
	hint = PAGE_ALIGN(hint);
	if (hint && range_is_free(mm, hint, len))
		return hint;
	addr = vma_highest_gap(mm, len, MMAP_MIN_ADDR, mm->mmap_base);
	/* Nothing below the base: try what lies above it and the stack. */
	if (is_err_value(addr))
		addr = vma_lowest_gap(mm, len, mm->mmap_base, TASK_SIZE);
	return addr;
}

/* As far as a mapping may reach into the file, in bytes; whatever the largest file of its file system. */
static u64 mmap_size_max(const struct file *file)
{
	const struct inode *inode = file->f_mapping ? file->f_mapping->host : file->f_inode;

	return S_ISREG(inode->i_mode) ? (u64)MAX_LFS_FILESIZE : S_ISBLK(inode->i_mode) ? ~0ull >> 1 : ~0ul;
}

static bool file_mmap_ok(const struct file *file, unsigned long len, pgoff_t pgoff)
{
	u64 max = mmap_size_max(file);

	return len <= max && pgoff <= (max - len) >> PAGE_SHIFT;
}

static u32 prot_to_vm(u32 prot)
{
	return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) | (prot & PROT_EXEC ? VM_EXEC : 0);
}

#define HUGE_SIZES 0x7c000000u	/* the bits of 2 MiB and 1 GiB in MAP_HUGE_MASK */
/* What MAP_SHARED lets pass, known or not, as it always did; MAP_SHARED_VALIDATE refuses all but these. */
#define KNOWN_FLAGS (MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT | MAP_GROWSDOWN | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | \
		     MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | HUGE_SIZES)

/* Flags for a mapping of the file, by how it was opened: errno as mmap(2) lists them. */
static int file_flags(struct file *file, u32 prot, u32 type, u32 *vm_flags)
{
	if (type == MAP_SHARED) {
		if (prot & PROT_WRITE && !(file->f_mode & FMODE_WRITE))
			return -EACCES;
		if (prot & PROT_WRITE && file->f_inode->i_flags & S_SWAPFILE)
			return -ETXTBSY;
		*vm_flags |= VM_SHARED | VM_MAYSHARE;
		if (!(file->f_mode & FMODE_WRITE))
			*vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	}
	if (!(file->f_mode & FMODE_READ))
		return -EACCES;
	if (path_noexec(&file->f_path)) {
		if (prot & PROT_EXEC)
			return -EPERM;
		*vm_flags &= ~VM_MAYEXEC;
	}
	if (!file->f_op->mmap)
		return -ENODEV;
	return *vm_flags & VM_GROWSDOWN ? -EINVAL : 0;
}

void vm_stat_account(struct mm_struct *mm, u32 vm_flags, long pages)
{
	mm->total_vm += (unsigned long)pages;
	if (vm_flags & VM_GROWSDOWN)
		mm->stack_vm += (unsigned long)pages;
	else if ((vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE)
		mm->data_vm += (unsigned long)pages;
	else if ((vm_flags & (VM_EXEC | VM_WRITE)) == VM_EXEC)
		mm->exec_vm += (unsigned long)pages;
	if (vm_flags & VM_LOCKED)
		mm->locked_vm += (unsigned long)pages;
	mm->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
}

bool may_expand_vm(struct mm_struct *mm, u32 vm_flags, unsigned long pages)
{
	if (((u64)(mm->total_vm + pages) << PAGE_SHIFT) > rlimit(RLIMIT_AS))
		return false;
	return (vm_flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) != VM_WRITE ||
		((u64)(mm->data_vm + pages) << PAGE_SHIFT) <= rlimit(RLIMIT_DATA);
}

bool may_lock_more(struct mm_struct *mm, u32 vm_flags, unsigned long pages)
{
	return !(vm_flags & VM_LOCKED) || ((u64)(mm->locked_vm + pages) << PAGE_SHIFT) <= rlimit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK);
}

unsigned long count_pages(struct mm_struct *mm, unsigned long start, unsigned long end, u32 vm_flags)
{
	unsigned long bytes = 0;

	for (struct vm_area_struct *vma = find_vma(mm, start); vma && vma->vm_start < end; vma = vma->vm_next)
		if ((vma->vm_flags & vm_flags) == vm_flags)
			bytes += min(end, vma->vm_end) - max(start, vma->vm_start);
	return bytes >> PAGE_SHIFT;
}

/* An area that is nowhere yet, with a reference of its own to the file. ERR_PTR. */
static struct vm_area_struct *make_area(struct file *file, unsigned long addr, unsigned long len, u32 vm_flags, pgoff_t pgoff)
{
	struct vm_area_struct *vma = vma_alloc(current->mm);
	int err;

	if (!vma)
		return ERR_PTR(-ENOMEM);
	vma->vm_start = addr;
	vma->vm_end = addr + len;
	vma->vm_flags = vm_flags;
	vma->vm_page_prot = vm_get_page_prot(vm_flags);
	vma->vm_pgoff = pgoff;
	if (!file)
		return vma;
	vma->vm_file = get_file(file);
	err = file->f_op->mmap(file, vma);
	if (err) {
		vma->vm_ops = NULL;
		vma_free(vma);
		return ERR_PTR(err);
	}
	return vma;
}

/* What is in the place of an area goes, but not before the area is made: then nothing may fail any more. NULL: nothing is there. */
static struct vm_area_struct *replace_areas(struct file *file, unsigned long addr, unsigned long len, u32 vm_flags, pgoff_t pgoff)
{
	struct vm_area_struct *vma;
	int err;

	if (!find_vma_intersection(current->mm, addr, addr + len))
		return NULL;
	vma = make_area(file, addr, len, vm_flags, pgoff);
	if (IS_ERR(vma))
		return vma;
	err = do_munmap(current->mm, addr, len);
	if (!err)
		return vma;
	vma_free(vma);
	return ERR_PTR(err);
}

/* A new area, in the place of others or where there is none (replace: no matter), or the growth of a neighbour. */
static unsigned long map_region(struct file *file, unsigned long addr, unsigned long len, u32 vm_flags, pgoff_t pgoff, bool replace)
{
	struct mm_struct *mm = current->mm;
	unsigned long pages = len >> PAGE_SHIFT;
	struct vm_area_struct *vma, *merged;
	struct vma_slot slot;
	bool charged = false;

	if ((vm_flags & (VM_WRITE | VM_SHARED | VM_NORESERVE)) == VM_WRITE) {
		if (vm_acct_memory(pages))
			return (unsigned long)-ENOMEM;
		vm_flags |= VM_ACCOUNT;
		charged = true;
	}
	vma = replace ? replace_areas(file, addr, len, vm_flags, pgoff) : NULL;
	if (IS_ERR(vma))
		goto uncharge;
	if (!vma_find_slot(mm, addr, addr + len, &slot))
		panic("map_region: %08lx is taken", addr);
	merged = vma_merge(mm, slot.prev, addr, addr + len, vm_flags, file, pgoff);
	if (merged) {
		if (vma)
			vma_free(vma);
		goto done;
	}
	if (!vma)
		vma = mm->map_count >= sysctl_max_map_count ? ERR_PTR(-ENOMEM) : make_area(file, addr, len, vm_flags, pgoff);
	if (IS_ERR(vma))
		goto uncharge;
	vma_link(mm, vma, &slot);
done:
	vm_stat_account(mm, vm_flags, (long)pages);
	return addr;
uncharge:
	if (charged)
		vm_unacct_memory(pages);
	return (unsigned long)PTR_ERR(vma);
}

static unsigned long choose_address(struct mm_struct *mm, unsigned long addr, unsigned long len, u32 flags)
{
	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))) {
		addr &= PAGE_MASK;
		return get_unmapped_area(mm, addr ? max(addr, (unsigned long)MMAP_MIN_ADDR) : 0, len);
	}
	if (is_err_value(addr))		/* Linux takes such an address for the error that it looks like */
		return addr;
	if (addr > TASK_SIZE - len)
		return (unsigned long)-ENOMEM;
	if (addr & ~PAGE_MASK)
		return (unsigned long)-EINVAL;
	if (addr < MMAP_MIN_ADDR && !capable(CAP_SYS_RAWIO))
		return (unsigned long)-EPERM;
	if (flags & MAP_FIXED_NOREPLACE && find_vma_intersection(mm, addr, addr + len))
		return (unsigned long)-EEXIST;
	return addr;
}

unsigned long do_mmap(struct file *file, unsigned long addr, unsigned long len, u32 prot, u32 flags, pgoff_t pgoff)
{
	struct mm_struct *mm = current->mm;
	u32 vm_flags, type = flags & MAP_TYPE;
	struct file *backing = file;
	int err;

	if (!len)
		return (unsigned long)-EINVAL;
	len = PAGE_ALIGN(len);
	if (!len || len > TASK_SIZE)
		return (unsigned long)-ENOMEM;
	if (pgoff + (len >> PAGE_SHIFT) < pgoff)
		return (unsigned long)-EOVERFLOW;
	if (mm->map_count > sysctl_max_map_count)
		return (unsigned long)-ENOMEM;
	addr = choose_address(mm, addr, len, flags);
	if (is_err_value(addr))
		return addr;
	vm_flags = prot_to_vm(prot) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | mm->def_flags |
		(flags & MAP_GROWSDOWN ? VM_GROWSDOWN : 0) | (flags & MAP_LOCKED ? VM_LOCKED : 0) |
		(flags & MAP_NORESERVE && sysctl_overcommit_memory != 2 ? VM_NORESERVE : 0);
	if (flags & MAP_LOCKED && !can_do_mlock())
		return (unsigned long)-EPERM;
	if (!may_lock_more(mm, vm_flags, len >> PAGE_SHIFT))
		return (unsigned long)-EAGAIN;
	if (file && !file_mmap_ok(file, len, pgoff))
		return (unsigned long)-EOVERFLOW;
	if (file && type == MAP_SHARED_VALIDATE) {
		if (flags & ~(u32)KNOWN_FLAGS)
			return (unsigned long)-EOPNOTSUPP;
		type = MAP_SHARED;
	}
	if (type != MAP_SHARED && type != MAP_PRIVATE)
		return (unsigned long)-EINVAL;
	err = file ? file_flags(file, prot, type, &vm_flags) : 0;
	if (err)
		return (unsigned long)err;
	if (!may_expand_vm(mm, vm_flags, (len >> PAGE_SHIFT) - count_pages(mm, addr, addr + len, 0)))
		return (unsigned long)-ENOMEM;
	if (!file && type == MAP_SHARED) {
		if (vm_flags & VM_GROWSDOWN)
			return (unsigned long)-EINVAL;
		/* Shared memory without a name is a file without a name. */
		backing = shmem_file_setup("dev/zero", len, vm_flags);
		if (IS_ERR(backing))
			return (unsigned long)PTR_ERR(backing);
		vm_flags |= VM_SHARED | VM_MAYSHARE;
		pgoff = 0;
	} else if (!file) {
		pgoff = addr >> PAGE_SHIFT;
	}
	addr = map_region(backing, addr, len, vm_flags, pgoff, flags & MAP_FIXED);
	if (backing && backing != file)
		fput(backing);
	return addr;
}

/* Everything of [start, end) is in whole areas now; take them off the tree and free them. */
static void remove_areas(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	while (vma && vma->vm_start < end) {
		struct vm_area_struct *next = vma->vm_next;
		long pages = (long)vma_pages(vma);

		zap_page_range(mm, vma, vma->vm_start, vma->vm_end);
		vma_unlink(mm, vma);
		vm_stat_account(mm, vma->vm_flags, -pages);
		if (vma->vm_flags & VM_ACCOUNT)
			vm_unacct_memory((unsigned long)pages);
		vma_free(vma);
		vma = next;
	}
	free_pgtables(mm, start, end);
}

int do_munmap(struct mm_struct *mm, unsigned long start, size_t len)
{
	struct vm_area_struct *vma;
	unsigned long end;
	int err;

	if (start & ~PAGE_MASK || start > TASK_SIZE || len > TASK_SIZE - start)
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (!len)
		return -EINVAL;
	end = start + len;
	vma = find_vma_intersection(mm, start, end);
	if (!vma)
		return 0;
	if (start > vma->vm_start) {
		/* A hole in the middle makes one area more. */
		err = split_vma(mm, vma, start, false);
		if (err)
			return err;
		vma = vma->vm_next;
	}
	for (struct vm_area_struct *last = vma; last && last->vm_start < end; last = last->vm_next)
		if (last->vm_end > end) {
			err = split_vma(mm, last, end, true);
			if (err)
				return err;
			if (vma == last)
				vma = last->vm_prev;
			break;
		}
	remove_areas(mm, vma, start, end);
	return 0;
}

int do_brk(unsigned long addr, unsigned long len, u32 vm_flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long ret;

	vm_flags |= VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | mm->def_flags;
	if (!may_expand_vm(mm, vm_flags, len >> PAGE_SHIFT))
		return -ENOMEM;
	if (!may_lock_more(mm, vm_flags, len >> PAGE_SHIFT))
		return -EAGAIN;
	ret = map_region(NULL, addr, len, vm_flags, addr >> PAGE_SHIFT, false);
	return is_err_value(ret) ? (int)ret : 0;
}

long sys_brk(unsigned long brk);
long sys_brk(unsigned long brk)
{
	struct mm_struct *mm = current->mm;
	unsigned long old, new, result;

	down_write(&mm->mmap_sem);
	result = mm->brk;
	if (brk < mm->start_brk || brk >= TASK_SIZE)
		goto out;
	if ((u64)(brk - mm->start_brk) + (mm->end_data - mm->start_data) > rlimit(RLIMIT_DATA))
		goto out;
	old = PAGE_ALIGN(mm->brk);
	new = PAGE_ALIGN(brk);
	if (new < old) {
		if (do_munmap(mm, new, old - new))
			goto out;
	} else if (new > old) {
		/* Keep a page's distance from whatever lies above. */
		if (find_vma_intersection(mm, old, new + PAGE_SIZE) || do_brk(old, new - old, 0))
			goto out;
		if (mm->def_flags & VM_LOCKED)
			populate_range(mm, old, new);
	}
	result = mm->brk = brk;
out:
	up_write(&mm->mmap_sem);
	return (long)result;
}

unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, u32 prot, u32 flags, pgoff_t pgoff)
{
	struct mm_struct *mm = current->mm;
	unsigned long ret;
	bool populate;

	down_write(&mm->mmap_sem);
	ret = do_mmap(file, addr, len, prot, flags, pgoff);
	populate = flags & MAP_LOCKED || mm->def_flags & VM_LOCKED || (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
	if (unlikely(populate && !is_err_value(ret))) {
		downgrade_write(&mm->mmap_sem);
		populate_range(mm, ret, ret + PAGE_ALIGN(len));
		up_read(&mm->mmap_sem);
		return ret;
	}
	up_write(&mm->mmap_sem);
	return ret;
}

/* As on a Linux that knows pages of 2 MiB but has none set aside. Ordinary files do not have any. */
static int no_huge_pages(const struct file *file, u32 flags)
{
	u32 size = flags & MAP_HUGE_MASK;

	return file || (size && size != 21u << MAP_HUGE_SHIFT) ? -EINVAL : -ENOMEM;
}

long sys_mmap2(unsigned long addr, unsigned long len, u32 prot, u32 flags, unsigned int fd, unsigned long pgoff);
long sys_mmap2(unsigned long addr, unsigned long len, u32 prot, u32 flags, unsigned int fd, unsigned long pgoff)
{
	struct file *file = NULL;
	unsigned long ret;

	if (!(flags & MAP_ANONYMOUS)) {
		file = fget(fd);
		if (!file)
			return -EBADF;
	}
	if (flags & MAP_HUGETLB) {
		if (file)
			fput(file);
		return no_huge_pages(file, flags);
	}
	ret = vm_mmap(file, addr, len, prot, flags, pgoff);
	if (file)
		fput(file);
	return (long)ret;
}

long sys_old_mmap(const struct mmap_arg_struct *args);
long sys_old_mmap(const struct mmap_arg_struct *args)
{
	struct mmap_arg_struct a;

	if (copy_from_user(&a, args, sizeof(a)))
		return -EFAULT;
	if (a.offset & ~PAGE_MASK)
		return -EINVAL;
	return sys_mmap2(a.addr, a.len, a.prot, a.flags, a.fd, a.offset >> PAGE_SHIFT);
}

long sys_munmap(unsigned long addr, size_t len);
long sys_munmap(unsigned long addr, size_t len)
{
	struct mm_struct *mm = current->mm;
	int err;

	down_write(&mm->mmap_sem);
	err = do_munmap(mm, addr, len);
	up_write(&mm->mmap_sem);
	return err;
}
