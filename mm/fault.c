/* SPDX-License-Identifier: MIT */
/*
 * Page faults: how a page comes into an address space. Nothing is mapped when an area is made; each page comes when it is first
 * touched, and what kind of page depends on the access, the area, the entry and the page. These are all the cases. The name is
 * that of the check in tests/user/fault_table.c, or of the test that has the case to itself; `make lint` compares.
 *
 *  access  area           entry      page                  what happens                          function             test
 *  ------  -------------  ---------  --------------------  ------------------------------------  -------------------  ----
 *  read    anonymous      none       -                     the zero page, read-only              do_anonymous_page    anon_read
 *  write   anonymous      none       -                     a new zeroed page                     do_anonymous_page    anon_write
 *  write   private        read-only  the zero page         a new zeroed page                     wp_copy              zero_page_write
 *  write   private        read-only  private, ours alone   made writable                         do_wp_page           sole_owner_write
 *  write   private        read-only  private, shared       a copy                                wp_copy              shared_anon_write
 *  write   private        read-only  of the file           a copy                                wp_copy              file_private_rewrite
 *  read    file           none       in the cache          that page, and its cached neighbours  filemap_map_pages    file_read
 *  read    file           none       not in the cache      read, then mapped: a major fault      do_read_fault        file_read_major
 *  write   file, private  none       of the file           a copy of it                          do_cow_fault         file_private_write
 *  write   file, shared   none       of the file           that page, dirty and writable         do_shared_fault      file_shared_write
 *  write   file, shared   read-only  of the file           page_mkwrite, then made writable      wp_shared            file_shared_rewrite
 *  write   file, shared   read-only  being truncated       page_mkwrite refuses: tried again     block_page_mkwrite   truncate_faults
 *  any     file           none       being truncated       not mapped: tried again               finish_fault         truncate_faults
 *  any     file           none       behind the end        SIGBUS                                filemap_fault        file_behind_end
 *  any     file           none       was cut off           SIGBUS                                filemap_fault        file_truncated
 *  any     shared memory  none       new                   a zeroed page of tmpfs                tmpfs_fill_page      shm_touch
 *  any     shared memory  none       in swap               read into tmpfs' cache                fill_from            shm_swapped
 *  read    vDSO           none       the kernel's          that page                             vdso_fault           vdso_read
 *  write   vDSO           read-only  the kernel's          a copy, as for a breakpoint           wp_copy              vdso_write
 *  any     private        swap       on disk               read: a major fault                   do_swap_page         swapped_read
 *  write   private        swap       on disk               read, then as any read-only one       do_swap_page         swapped_write
 *  any     private        swap       in the swap cache     found there, no disk                  lookup_swap_cache    swap_cache_hit
 *  any     any            permits    there already         another thread did it: nothing        handle_present       two_threads
 *  any     mlocked        permits    there already         no fault at all                       populate_range       mlocked
 *  any     any            any        no memory for one     the OOM killer, then tried again      out_of_memory_fault  oom_victims
 *
 * What the area says comes first, in kernel/cpu/fault.c:
 *
 *  any     none           -          -                     SIGSEGV, SEGV_MAPERR                  do_page_fault        hole
 *  any     the kernel's   -          -                     SIGSEGV, SEGV_MAPERR                  do_page_fault        kernel_address
 *  write   read-only      any        any                   SIGSEGV, SEGV_ACCERR                  permits              read_only_write
 *  any     PROT_NONE      none       -                     SIGSEGV, SEGV_ACCERR                  permits              none_touch
 *  any     PROT_NONE      protnone   kept                  SIGSEGV, SEGV_ACCERR                  permits              none_kept
 *  read    write-only     none       -                     as if it were readable                permits              write_only_read
 *  fetch   executable     none       of the file           as a read                             permits              exec_fetch
 *  fetch   any other      any        any                   SIGSEGV, SEGV_ACCERR (a CPU with NX)  permits              no_exec_fetch
 *  any     below a stack  -          -                     the area grows                        expand_stack         stack_grows
 *  any     below a stack  -          -                     1 MiB from another: SIGSEGV           expand_stack         stack_gap
 *  any     below a stack  -          -                     RLIMIT_STACK: SIGSEGV                 expand_stack         stack_limit
 *  kernel  permits it     none       any                   as the program's own access           do_page_fault        kernel_access
 *  kernel  private        read-only  private, shared       a copy                                wp_copy              kernel_copy_on_write
 *  kernel  forbids, none  any        any                   the repair address: EFAULT            fixup_exception      kernel_forbidden
 *  kernel  file           none       behind the end        the repair address: EFAULT            bad_access           kernel_behind_end
 *  kernel  any            none       any, but in_atomic()  the repair address: brought in first  bad_access           kernel_atomic
 *
 * Whether a page must be copied is decided by the area and the page's count, not by the entry's read-only bit, which also
 * means "not written yet" or "shared with nobody any more".
 *
 * The protocol: allocate and read with no spinlock held, then take page_table_lock and look at the
 * entry again; if it has changed, somebody else served the fault, and what we brought is given back.
 */
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/buddy.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/lru.h"
#include "mm/pagetable.h"
#include "mm/rmap.h"
#include "mm/swap.h"
#include "mm/vma.h"
#include "mm/writeback.h"

struct page *zero_page;
struct vm_event_counts vm_events[MAX_CPUS];

/* An entry for a counted page is put where none was; the reference goes into the table. Lock held. */
static inline void install(struct mm_struct *mm, pmd_t *pmd, pte_t *ptep, struct page *page, pte_t pte)
{
	page_add_rmap(page, mm);
	pte_table_get(pmd);
	set_pte(ptep, pte);
}

/* For a page that the caller may write to now. */
static inline pte_t writable_pte(struct vm_area_struct *vma, struct page *page)
{
	return mk_pte(page, vma->vm_page_prot | _PAGE_DIRTY | (vma->vm_flags & VM_WRITE ? _PAGE_RW : 0));
}

static int do_anonymous_page(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, bool write)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *page = NULL;
	pte_t *ptep;

	if (write) {
		page = anon_vma_prepare(vma) ? NULL : alloc_page(GFP_HIGHUSER | __GFP_ZERO);
		if (!page)
			return VM_FAULT_OOM;
		page_make_anon(page, vma, address);
	}
	spin_lock(&mm->page_table_lock);
	ptep = pte_offset_map(pmd, address);
	if (unlikely(!pte_none(*ptep))) {
		spin_unlock(&mm->page_table_lock);
		if (page)
			put_page(page);
		return 0;
	}
	if (write) {
		lru_cache_add(page, true);
		install(mm, pmd, ptep, page, writable_pte(vma, page));
	} else {
		pte_table_get(pmd);
		set_pte(ptep, mk_pte(zero_page, vma->vm_page_prot | _PAGE_SPECIAL));
	}
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* Asks the area for its page: uptodate, with a reference. */
static int vma_fault(struct vm_area_struct *vma, unsigned long address, bool write, struct page **page)
{
	struct vm_fault vmf = { linear_page_index(vma, address), address, write, NULL };
	int ret = vma->vm_ops->fault(vma, &vmf);

	*page = vmf.page;
	return ret;
}

/*
 * Puts the page (whose reference it takes) at the address unless another thread was faster, or origin, the page itself or the
 * one that it is a copy of, has been cut off its file. The page is not locked, so that may happen right after we looked; but
 * whoever cuts takes all entries out once more afterwards (truncate_pagecache), and needs our lock for that.
 */
static int finish_fault(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, struct page *page, struct page *origin, pte_t pte)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	ptep = pte_offset_map(pmd, address);
	if (pte_none(*ptep) && (origin->mapping || PageReserved(origin))) {
		if (PageAnon(page))
			lru_cache_add(page, true);
		install(mm, pmd, ptep, page, pte);
		page = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (page)
		put_page(page);
	return 0;
}

static int do_read_fault(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd)
{
	struct page *page;
	int ret;

	if (vma->vm_ops->map_pages) {
		vma->vm_ops->map_pages(vma, address);
		if (!pte_none(*pte_offset_map(pmd, address)))
			return 0;
	}
	ret = vma_fault(vma, address, false, &page);
	if (ret & VM_FAULT_ERROR)
		return ret;
	return ret | finish_fault(vma, address, pmd, page, page, mk_pte(page, vma->vm_page_prot));
}

static int do_cow_fault(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd)
{
	struct page *page, *copy = anon_vma_prepare(vma) ? NULL : alloc_page(GFP_HIGHUSER);
	int ret;

	if (!copy)
		return VM_FAULT_OOM;
	ret = vma_fault(vma, address, true, &page);
	if (ret & VM_FAULT_ERROR) {
		put_page(copy);
		return ret;
	}
	copy_highpage(copy, page);
	page_make_anon(copy, vma, address);
	count_vm_event(pgcow);
	ret |= finish_fault(vma, address, pmd, copy, page, writable_pte(vma, copy));
	put_page(page);
	return ret;
}

/*
 * The page is about to be written to through a shared mapping: it is marked dirty. A page that is written back stays
 * locked until the entry is writable, so that it cannot be written to disk, and become clean, in between.
 */
static int begin_shared_write(struct vm_area_struct *vma, struct page *page)
{
	if (vma->vm_ops && vma->vm_ops->page_mkwrite)
		return vma->vm_ops->page_mkwrite(vma, page);
	set_page_dirty(page);
	return 0;
}

static void end_shared_write(struct vm_area_struct *vma, struct page *page)
{
	struct address_space *mapping = page->mapping;

	if (vma->vm_ops && vma->vm_ops->page_mkwrite) {
		unlock_page(page);
		balance_dirty_pages_ratelimited(mapping);
	}
}

static int do_shared_fault(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd)
{
	struct page *page;
	int ret = vma_fault(vma, address, true, &page), err;

	if (ret & VM_FAULT_ERROR)
		return ret;
	err = begin_shared_write(vma, page);
	if (err) {
		put_page(page);
		return err;
	}
	get_page(page);
	ret |= finish_fault(vma, address, pmd, page, page, writable_pte(vma, page));
	end_shared_write(vma, page);
	put_page(page);
	return ret;
}

/* A write to a shared page of a file that was only read so far. */
static int wp_shared(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, pte_t old)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *page = pte_page(old);
	pte_t *ptep;
	int err;

	get_page(page);
	spin_unlock(&mm->page_table_lock);
	err = begin_shared_write(vma, page);
	if (err) {
		put_page(page);
		return err;
	}
	spin_lock(&mm->page_table_lock);
	ptep = pte_offset_map(pmd, address);
	if (pte_present(*ptep) && pte_pfn(*ptep) == page_to_pfn(page)) {
		ptep_set_bits(ptep, _PAGE_RW | _PAGE_DIRTY | _PAGE_ACCESSED);
		flush_tlb_one(address);
	}
	spin_unlock(&mm->page_table_lock);
	end_shared_write(vma, page);
	put_page(page);
	return 0;
}

/* Replaces the entry by one for a private copy. The old page is a counted one or the zero page. */
static int wp_copy(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, pte_t old)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *page = pte_page(old), *copy;
	bool zero = pte_special(old);
	pte_t *ptep;

	if (!zero)
		get_page(page);
	spin_unlock(&mm->page_table_lock);
	copy = anon_vma_prepare(vma) ? NULL : alloc_page(zero ? GFP_HIGHUSER | __GFP_ZERO : GFP_HIGHUSER);
	if (!copy) {
		if (!zero)
			put_page(page);
		return VM_FAULT_OOM;
	}
	if (!zero)
		copy_highpage(copy, page);
	page_make_anon(copy, vma, address);
	count_vm_event(pgcow);
	spin_lock(&mm->page_table_lock);
	ptep = pte_offset_map(pmd, address);
	if (likely(pte_present(*ptep) && pte_pfn(*ptep) == page_to_pfn(page) && !pte_write(*ptep))) {
		ptep_get_and_clear(ptep);
		flush_tlb_page(mm, address);
		if (!zero) {
			page_remove_rmap(page, mm);
			put_page(page);		/* the table's reference; ours is still there */
		}
		lru_cache_add(copy, true);
		page_add_rmap(copy, mm);
		set_pte(ptep, writable_pte(vma, copy));
		copy = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (!zero)
		put_page(page);
	if (copy)
		put_page(copy);
	return 0;
}

/* Does nobody else have the anonymous page, or the right to it by an entry in swap? Its place there is given up. */
static bool is_sole_owner(struct page *page)
{
	bool sole;

	if (!PageSwapCache(page))
		return page_count(page) == 1;
	if (!trylock_page(page))
		return false;
	sole = page_mapcount(page) == 1 && try_to_free_swap(page) && page_count(page) == 1;
	unlock_page(page);
	return sole;
}

/* A write to a page that is there but read-only. Lock held; released. */
static int do_wp_page(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, pte_t *ptep)
{
	pte_t pte = *ptep;

	if (vma->vm_flags & VM_SHARED && !pte_special(pte))
		return wp_shared(vma, address, pmd, pte);
	if (!pte_special(pte) && PageAnon(pte_page(pte)) && is_sole_owner(pte_page(pte))) {
		ptep_set_bits(ptep, _PAGE_RW | _PAGE_DIRTY | _PAGE_ACCESSED);
		flush_tlb_one(address);
		spin_unlock(&vma->vm_mm->page_table_lock);
		return 0;
	}
	return wp_copy(vma, address, pmd, pte);
}

/* The entry is looked at with the lock: a page is there, or was a moment ago. */
static int handle_present(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, bool write)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *ptep, pte;

	spin_lock(&mm->page_table_lock);
	ptep = pte_offset_map(pmd, address);
	pte = *ptep;
	if (pte_present(pte)) {
		if (write && !pte_write(pte))
			return do_wp_page(vma, address, pmd, ptep);
		ptep_set_bits(ptep, write ? _PAGE_DIRTY | _PAGE_ACCESSED : _PAGE_ACCESSED);
		flush_tlb_one(address);	/* another thread has brought it in, or made it writable */
	}
	spin_unlock(&mm->page_table_lock);
	return 0;
}

/* With the locked page of the swap cache in hand: it takes its entry's place. False: that has changed. */
static bool install_swapped(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, swp_entry_t entry, struct page *page)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *ptep;
	bool same;

	spin_lock(&mm->page_table_lock);
	ptep = pte_offset_map(pmd, address);
	same = ptep->pte == swp_entry_to_pte(entry).pte;
	if (same) {
		if (!page_mapped(page)) {
			SetPageAnon(page);
			page->anon_vma = vma->anon_vma;
			page->index = linear_page_index(vma, address);
		}
		get_page(page);
		page_add_rmap(page, mm);
		mm->swap_usage--;
		set_pte(ptep, __pte(0));	/* the address before the present bit */
		set_pte(ptep, mk_pte(page, vma->vm_page_prot));
	}
	spin_unlock(&mm->page_table_lock);
	if (same)
		swap_free(entry);
	return same;
}

/* The page is in swap, or still or again in the swap cache. A write goes on as to any page that is there. */
static int do_swap_page(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, swp_entry_t entry, bool write)
{
	struct page *page = lookup_swap_cache(entry);
	int ret = 0;

	if (anon_vma_prepare(vma)) {
		if (page)
			put_page(page);
		return VM_FAULT_OOM;
	}
	if (!page) {
		page = read_swap_cache(entry);
		if (IS_ERR(page))	/* if the entry has changed the access is tried again */
			return page == ERR_PTR(-ENOMEM) ? VM_FAULT_OOM : 0;
		ret = VM_FAULT_MAJOR;
	}
	lock_page(page);
	/* While we waited it may have left the cache, and even have come back for another entry. */
	if (PageSwapCache(page) && page_swap_entry(page).val == entry.val) {
		if (!PageUptodate(page))
			ret = VM_FAULT_SIGBUS;	/* the disk failed */
		else if (!install_swapped(vma, address, pmd, entry, page))
			write = false;
		else if (write || swap_is_half_full())
			try_to_free_swap(page);
	} else {
		write = false;
	}
	unlock_page(page);
	put_page(page);
	return ret & VM_FAULT_ERROR || !write ? ret : ret | handle_present(vma, address, pmd, true);
}

static int handle_pte_fault(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd, bool write)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *ptep = pte_offset_map(pmd, address), pte;

	/* A first look without the lock: whoever fills an empty entry looks again with it. */
	if (ptep->low == 0) {
		if (!vma->vm_ops)
			return do_anonymous_page(vma, address, pmd, write);
		if (!write)
			return do_read_fault(vma, address, pmd);
		return vma->vm_flags & VM_SHARED ? do_shared_fault(vma, address, pmd) : do_cow_fault(vma, address, pmd);
	}
	if (likely(ptep->low != _PAGE_SWAP))
		return handle_present(vma, address, pmd, write);
	spin_lock(&mm->page_table_lock);
	pte = *ptep;
	spin_unlock(&mm->page_table_lock);
	return pte_swap(pte) ? do_swap_page(vma, address, pmd, pte_to_swp_entry(pte), write) : 0;
}

int handle_mm_fault(struct vm_area_struct *vma, unsigned long address, bool write)
{
	struct mm_struct *mm = vma->vm_mm;
	pmd_t *pmd = pmd_for(mm, address);
	int ret;

	address &= PAGE_MASK;
	count_vm_event(pgfault);
	if (unlikely(mm->oom_reaped))
		return VM_FAULT_SIGBUS;
	if (unlikely(pmd_none(*pmd)) && pte_alloc(mm, address))
		return VM_FAULT_OOM;
	ret = handle_pte_fault(vma, address, pmd, write);
	if (unlikely(ret & VM_FAULT_MAJOR))
		count_vm_event(pgmajfault);
	return ret;
}

void map_cached_page(struct vm_area_struct *vma, unsigned long address, struct page *page)
{
	struct mm_struct *mm = vma->vm_mm;
	pmd_t *pmd = pmd_for(mm, address);
	pte_t *ptep = pte_offset_map(pmd, address);

	if (!pte_none(*ptep))
		return;
	get_page(page);
	/* Old, so that reclaim can tell what was really used. */
	install(mm, pmd, ptep, page, mk_pte(page, vma->vm_page_prot & ~_PAGE_ACCESSED));
}

#define STACK_GUARD_GAP (256u << PAGE_SHIFT)

int expand_stack(struct vm_area_struct *vma, unsigned long address)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long grow;

	address &= PAGE_MASK;
	if (address >= vma->vm_start)
		return 0;
	grow = (vma->vm_start - address) >> PAGE_SHIFT;
	if (vma->vm_end - address > rlimit(RLIMIT_STACK) || address < PAGE_SIZE * 16)
		return -ENOMEM;
	if (vma->vm_prev && !(vma->vm_prev->vm_flags & VM_GROWSDOWN) &&
	    vma->vm_prev->vm_flags & (VM_READ | VM_WRITE | VM_EXEC) && address - vma->vm_prev->vm_end < STACK_GUARD_GAP)
		return -ENOMEM;
	if (vma->vm_prev && address < vma->vm_prev->vm_end)
		return -ENOMEM;
	if (!may_expand_vm(mm, vma->vm_flags, grow) || !may_lock_more(mm, vma->vm_flags, grow) || vm_acct_memory(grow))
		return -ENOMEM;
	vma_adjust(vma, address, vma->vm_end, vma->vm_pgoff - grow);
	vm_stat_account(mm, vma->vm_flags, (long)grow);
	return 0;
}

int fault_in_area(struct vm_area_struct *vma, unsigned long start, unsigned long end, bool write)
{
	for (; start < end; start += PAGE_SIZE) {
		int ret;

		if (fatal_signal_pending(current))
			return -EINTR;
		ret = handle_mm_fault(vma, start, write);
		if (ret & VM_FAULT_OOM)
			return -ENOMEM;
		if (ret & VM_FAULT_ERROR)
			return -EFAULT;
	}
	return 0;
}

int populate_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma;

	for (vma = find_vma(mm, start); vma && start < end; vma = vma->vm_next) {
		unsigned long stop = min(end, vma->vm_end);
		/* Private writable pages get their copy now; shared ones must not become dirty by it. */
		bool write = (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;
		int err;

		if (vma->vm_start > start)
			start = vma->vm_start;
		if (!(vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC)))
			return -EFAULT;
		err = fault_in_area(vma, start, stop, write);
		if (err)
			return err;
		start = stop;
	}
	return 0;
}

size_t access_process_vm(struct mm_struct *mm, unsigned long addr, void *buf, size_t len, bool write)
{
	size_t done = 0;

	down_read(&mm->mmap_sem);
	while (done < len) {
		struct vm_area_struct *vma = find_vma(mm, addr);
		size_t offset = addr & (PAGE_SIZE - 1), n = min(len - done, PAGE_SIZE - offset);
		struct page *page;
		pte_t *ptep, pte;
		char *p;

		if (!vma || vma->vm_start > addr || (vma->vm_flags & VM_IO) ||
		    handle_mm_fault(vma, addr, write) & VM_FAULT_ERROR)
			break;
		spin_lock(&mm->page_table_lock);
		ptep = pte_offset_map(pmd_for(mm, addr), addr);
		pte = *ptep;
		page = pte_present(pte) ? pte_page(pte) : NULL;
		if (page)
			get_page(page);
		spin_unlock(&mm->page_table_lock);
		if (!page)
			continue;	/* it was taken away again: once more */
		p = kmap(page);
		__builtin_memcpy(write ? p + offset : (char *)buf + done, write ? (char *)buf + done : p + offset, n);
		kunmap(page);
		put_page(page);
		done += n;
		addr += n;
	}
	up_read(&mm->mmap_sem);
	return done;
}

void fault_init(void)
{
	zero_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	BUG_ON(!zero_page);
	SetPageReserved(zero_page);
}
