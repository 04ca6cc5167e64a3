/* SPDX-License-Identifier: MIT */
/*
 * What a program may say or ask about ranges of its memory: madvise(2), msync(2), mincore(2), and
 * the mlock(2) family. A locked area's pages are brought in at once and stay.
 */
#include "fs/fs.h"
#include "kernel/cpu/uaccess.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/mman.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/madvise.h"
#include "mm/pagetable.h"
#include "mm/readahead.h"
#include "mm/rmap.h"
#include "mm/swap.h"
#include "mm/vma.h"

/* Applies fn to the part of each area in [start, end). A hole gives -ENOMEM, but only after all areas were served. */
static int for_each_area(struct mm_struct *mm, unsigned long start, unsigned long end,
			 int (*fn)(struct vm_area_struct *vma, unsigned long start, unsigned long end, u32 arg), u32 arg)
{
	struct vm_area_struct *vma = find_vma(mm, start), *next;
	int err, unmapped = 0;

	for (; start < end; vma = next) {
		unsigned long stop;

		if (!vma)
			return -ENOMEM;
		if (vma->vm_start > start) {
			unmapped = -ENOMEM;
			start = vma->vm_start;
			if (start >= end)
				break;
		}
		stop = min(end, vma->vm_end);
		next = vma->vm_next;
		err = fn(vma, start, stop, arg);
		if (err)
			return err;
		start = stop;
	}
	return unmapped;
}

static int advise_dontneed(struct vm_area_struct *vma, unsigned long start, unsigned long end, u32 advice)
{
	if (vma->vm_flags & (advice == MADV_DONTNEED_LOCKED ? VM_IO : VM_LOCKED | VM_IO))
		return -EINVAL;
	zap_page_range(vma->vm_mm, vma, start, end);
	return 0;
}

/* Brings the file's pages into its cache, as far as it goes. */
static int advise_willneed(struct vm_area_struct *vma, unsigned long start, unsigned long end, u32 arg)
{
	(void)arg;
	if (vma->vm_file && S_ISREG(vma->vm_file->f_inode->i_mode))
		force_readahead(vma->vm_file->f_mapping, linear_page_index(vma, start), (end - start) >> PAGE_SHIFT);
	return 0;
}

/* As if every page had been read or written to. */
static int advise_populate(struct vm_area_struct *vma, unsigned long start, unsigned long end, u32 advice)
{
	bool write = advice == MADV_POPULATE_WRITE;

	if (vma->vm_flags & VM_IO || !(vma->vm_flags & (write ? VM_WRITE : VM_READ | VM_WRITE | VM_EXEC)))
		return -EINVAL;
	return fault_in_area(vma, start, end, write);
}

/* There are no huge pages. */
static int advise_collapse(struct vm_area_struct *vma, unsigned long start, unsigned long end, u32 arg)
{
	(void)vma, (void)start, (void)end, (void)arg;
	return -EINVAL;
}

static int advise_nothing(struct vm_area_struct *vma, unsigned long start, unsigned long end, u32 arg)
{
	(void)vma, (void)start, (void)end, (void)arg;
	return 0;
}

static int advise_flag(struct vm_area_struct *vma, unsigned long start, unsigned long end, u32 advice)
{
	struct mm_struct *mm = vma->vm_mm;
	u32 flag = advice == MADV_DONTFORK || advice == MADV_DOFORK ? VM_DONTCOPY :
		advice == MADV_WIPEONFORK || advice == MADV_KEEPONFORK ? VM_WIPEONFORK : VM_DONTDUMP;
	bool set = advice == MADV_DONTFORK || advice == MADV_WIPEONFORK || advice == MADV_DONTDUMP;
	int err = 0;

	if (flag == VM_WIPEONFORK && set && (vma->vm_file || vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if ((advice == MADV_DOFORK && vma->vm_flags & VM_IO) || (advice == MADV_DODUMP && vma->vm_flags & (VM_IO | VM_DONTEXPAND)))
		return -EINVAL;
	if (!(vma->vm_flags & flag) == !set)
		return 0;
	if (start > vma->vm_start)
		err = split_vma(mm, vma, start, true);
	if (!err && end < vma->vm_end)
		err = split_vma(mm, vma, end, false);
	if (!err)
		vma->vm_flags ^= flag;
	return err;
}

/* Makes a hole in the file, for which locks are taken that stand above mmap_sem: it is let go for it and taken again. */
static int remove_from_file(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	loff_t offset = (loff_t)linear_page_index(vma, start) << PAGE_SHIFT;
	struct file *file;
	int err;

	if (vma->vm_flags & VM_LOCKED || !vma->vm_file)
		return -EINVAL;
	if ((vma->vm_flags & (VM_SHARED | VM_WRITE)) != (VM_SHARED | VM_WRITE))
		return -EACCES;
	file = get_file(vma->vm_file);
	up_read(&mm->mmap_sem);
	err = vfs_fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, end - start);
	fput(file);
	down_read(&mm->mmap_sem);
	return err;
}

static int madvise_remove(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	int err = 0, unmapped = 0;

	down_read(&mm->mmap_sem);
	while (start < end && !err) {
		struct vm_area_struct *vma = find_vma(mm, start);
		unsigned long stop;

		if (!vma || vma->vm_start > start)
			unmapped = -ENOMEM;
		if (!vma || vma->vm_start >= end)
			break;
		stop = min(end, vma->vm_end);
		err = remove_from_file(mm, vma, max(start, vma->vm_start), stop);
		start = stop;
	}
	up_read(&mm->mmap_sem);
	return err ? err : unmapped;
}

long sys_madvise(unsigned long start, size_t len, u32 advice);
long sys_madvise(unsigned long start, size_t len, u32 advice)
{
	int (*fn)(struct vm_area_struct *, unsigned long, unsigned long, u32);
	struct mm_struct *mm = current->mm;
	bool write = false;
	unsigned long end;
	int err;

	switch (advice) {
	case MADV_DONTNEED: case MADV_DONTNEED_LOCKED:
		fn = advise_dontneed;
		break;
	case MADV_FREE: case MADV_COLD: case MADV_PAGEOUT:
		fn = advise_pages;
		break;
	case MADV_WILLNEED:
		fn = advise_willneed;
		break;
	case MADV_POPULATE_READ: case MADV_POPULATE_WRITE:
		fn = advise_populate;
		break;
	case MADV_COLLAPSE:
		fn = advise_collapse;
		break;
	case MADV_NORMAL: case MADV_RANDOM: case MADV_SEQUENTIAL: case MADV_HUGEPAGE: case MADV_NOHUGEPAGE:
	case MADV_MERGEABLE: case MADV_UNMERGEABLE:
		fn = advise_nothing;
		break;
	case MADV_DONTFORK: case MADV_DOFORK: case MADV_DONTDUMP: case MADV_DODUMP: case MADV_WIPEONFORK: case MADV_KEEPONFORK:
		fn = advise_flag;
		write = true;
		break;
	case MADV_REMOVE:
		fn = NULL;
		break;
	default:
		return -EINVAL;
	}
	if (start & ~PAGE_MASK)
		return -EINVAL;
	end = start + PAGE_ALIGN(len);
	if (end < start || (len && end == start))
		return -EINVAL;
	if (end == start)
		return 0;
	if (advice == MADV_REMOVE)
		return madvise_remove(mm, start, end);
	write ? down_write(&mm->mmap_sem) : down_read(&mm->mmap_sem);
	err = for_each_area(mm, start, end, fn, advice);
	write ? up_write(&mm->mmap_sem) : up_read(&mm->mmap_sem);
	return err;
}

/* Writes what the area maps. fsync takes locks that stand above mmap_sem, so mmap_sem is let go for it and taken again. */
static int sync_area(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct file *file = get_file(vma->vm_file);
	int err;

	up_read(&mm->mmap_sem);
	err = vfs_fsync(file, true);
	fput(file);
	down_read(&mm->mmap_sem);
	return err;
}

static int do_msync(struct mm_struct *mm, unsigned long start, unsigned long end, u32 flags)
{
	int unmapped = 0;

	while (start < end) {
		struct vm_area_struct *vma = find_vma(mm, start);

		if (!vma)
			return -ENOMEM;
		if (vma->vm_start > start)
			unmapped = -ENOMEM;
		if (vma->vm_start >= end)
			break;
		if (flags & MS_INVALIDATE && vma->vm_flags & VM_LOCKED)
			return -EBUSY;
		start = vma->vm_end;
		if (flags & MS_SYNC && vma->vm_file && vma->vm_flags & VM_SHARED) {
			int err = sync_area(mm, vma);

			if (err)
				return err;
		}
	}
	return unmapped;
}

long sys_msync(unsigned long start, size_t len, u32 flags);
long sys_msync(unsigned long start, size_t len, u32 flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long end;
	int err;

	if (flags & ~(u32)(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || (flags & MS_ASYNC && flags & MS_SYNC) || start & ~PAGE_MASK)
		return -EINVAL;
	end = start + PAGE_ALIGN(len);
	if (end < start)
		return -ENOMEM;
	down_read(&mm->mmap_sem);
	err = do_msync(mm, start, end, flags);
	up_read(&mm->mmap_sem);
	return err;
}

/* Is the page in memory: mapped here, or in the cache of the file or of swap? */
static u8 page_resident(struct vm_area_struct *vma, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pmd_t *pmd = pmd_for(mm, addr);
	pte_t pte = __pte(0);
	struct page *page;
	bool present;

	spin_lock(&mm->page_table_lock);
	if (!pmd_none(*pmd))
		pte = *pte_offset_map(pmd, addr);
	spin_unlock(&mm->page_table_lock);
	if (pte_swap(pte))
		page = lookup_swap_cache(pte_to_swp_entry(pte));
	else if (pte_present(pte) || !vma->vm_file)
		return pte_present(pte);
	else
		page = find_get_page(vma->vm_file->f_mapping, linear_page_index(vma, addr));
	if (!page)
		return 0;
	present = PageUptodate(page);
	put_page(page);
	return present;
}

/* For up to n pages, as far as there are areas: how many. */
static unsigned long residents(struct mm_struct *mm, unsigned long start, unsigned long n, u8 *vec)
{
	unsigned long i;

	down_read(&mm->mmap_sem);
	for (i = 0; i < n; i++, start += PAGE_SIZE) {
		struct vm_area_struct *vma = find_vma(mm, start);

		if (!vma || vma->vm_start > start)
			break;
		vec[i] = page_resident(vma, start);
	}
	up_read(&mm->mmap_sem);
	return i;
}

long sys_mincore(unsigned long start, size_t len, u8 *vec);
long sys_mincore(unsigned long start, size_t len, u8 *vec)
{
	struct mm_struct *mm = current->mm;
	unsigned long pages = len / PAGE_SIZE + (len % PAGE_SIZE != 0);

	if (start & ~PAGE_MASK)
		return -EINVAL;
	if (!access_ok((void *)start, len))
		return -ENOMEM;
	if (!access_ok(vec, pages))
		return -EFAULT;
	while (pages) {
		u8 chunk[64];
		unsigned long n = min(pages, (unsigned long)sizeof(chunk)), done;

		/* What comes before a hole is told before the hole is. */
		done = residents(mm, start, n, chunk);
		if (!done)
			return -ENOMEM;
		if (copy_to_user(vec, chunk, done))
			return -EFAULT;
		pages -= done;
		vec += done;
		start += done * PAGE_SIZE;
	}
	return 0;
}

static int lock_area(struct vm_area_struct *vma, unsigned long start, unsigned long end, u32 lock)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long pages = (end - start) >> PAGE_SHIFT;
	int err = 0;

	if (!(vma->vm_flags & VM_LOCKED) == !lock)
		return 0;
	if (start > vma->vm_start)
		err = split_vma(mm, vma, start, true);
	if (!err && end < vma->vm_end)
		err = split_vma(mm, vma, end, false);
	if (err)
		return err;
	vma->vm_flags ^= VM_LOCKED;
	mm->locked_vm += lock ? pages : -pages;
	return 0;
}

bool can_do_mlock(void) { return rlimit(RLIMIT_MEMLOCK) || capable(CAP_IPC_LOCK); }

/* What of the range is locked already counts once. */
static bool may_lock(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	unsigned long pages = (end - start) >> PAGE_SHIFT;

	return may_lock_more(mm, VM_LOCKED, pages) || may_lock_more(mm, VM_LOCKED, pages - count_pages(mm, start, end, VM_LOCKED));
}

/* A page that cannot be had: mlock(2) has no EFAULT. */
static int mlock_error(int err) { return err == -EFAULT ? -ENOMEM : err == -ENOMEM ? -EAGAIN : err; }

static int lock_range(unsigned long start, size_t len, bool lock, bool populate)
{
	struct mm_struct *mm = current->mm;
	unsigned long end;
	int err;

	if (lock && !can_do_mlock())
		return -EPERM;
	len = PAGE_ALIGN(len + (start & ~PAGE_MASK));
	start &= PAGE_MASK;
	end = start + len;
	if (end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	down_write(&mm->mmap_sem);
	err = lock && !may_lock(mm, start, end) ? -ENOMEM : for_each_area(mm, start, end, lock_area, lock);
	downgrade_write(&mm->mmap_sem);
	if (!err && populate)
		err = mlock_error(populate_range(mm, start, end));
	up_read(&mm->mmap_sem);
	return err;
}

long sys_mlock(unsigned long start, size_t len);
long sys_mlock(unsigned long start, size_t len) { return lock_range(start, len, true, true); }

long sys_munlock(unsigned long start, size_t len);
long sys_munlock(unsigned long start, size_t len) { return lock_range(start, len, false, false); }

long sys_mlock2(unsigned long start, size_t len, u32 flags);
long sys_mlock2(unsigned long start, size_t len, u32 flags)
{
	return flags & ~(u32)MLOCK_ONFAULT ? -EINVAL : lock_range(start, len, true, !(flags & MLOCK_ONFAULT));
}

static int lock_all(bool lock, bool populate)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		lock_area(vma, vma->vm_start, vma->vm_end, lock);
		if (lock && populate)
			populate_range(mm, vma->vm_start, vma->vm_end);
	}
	return 0;
}

long sys_mlockall(u32 flags);
long sys_mlockall(u32 flags)
{
	struct mm_struct *mm = current->mm;
	int err = 0;

	if (!flags || flags & ~(u32)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!can_do_mlock())
		return -EPERM;
	down_write(&mm->mmap_sem);
	if (flags & MCL_CURRENT && ((u64)mm->total_vm << PAGE_SHIFT) > rlimit(RLIMIT_MEMLOCK) && !capable(CAP_IPC_LOCK)) {
		err = -ENOMEM;
	} else {
		mm->def_flags = flags & MCL_FUTURE ? VM_LOCKED : 0;
		if (flags & MCL_CURRENT)
			lock_all(true, !(flags & MCL_ONFAULT));
	}
	up_write(&mm->mmap_sem);
	return err;
}

long sys_munlockall(void);
long sys_munlockall(void)
{
	struct mm_struct *mm = current->mm;

	down_write(&mm->mmap_sem);
	mm->def_flags = 0;
	lock_all(false, false);
	up_write(&mm->mmap_sem);
	return 0;
}
