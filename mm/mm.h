/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Address spaces: mm_struct, one for all threads of a process, and vm_area_struct, one for each range of
 * addresses with the same backing and permissions. Areas are described here; pages come in mm/fault.c.
 *
 * Locks: mmap_sem (read: look at areas and fault; write: change them) is above everything else in mm.
 * page_table_lock guards the page table entries and the counters; it is a spinlock and innermost.
 */
#include "kernel/cpu/uaccess.h"
#include "kernel/sched/mutex.h"
#include "lib/rbtree.h"
#include "mm/page.h"

#define VM_READ 0x1u
#define VM_WRITE 0x2u
#define VM_EXEC 0x4u
#define VM_SHARED 0x8u
#define VM_MAYREAD 0x10u	/* mprotect may add it */
#define VM_MAYWRITE 0x20u
#define VM_MAYEXEC 0x40u
#define VM_MAYSHARE 0x80u
#define VM_GROWSDOWN 0x100u
#define VM_LOCKED 0x2000u
#define VM_IO 0x4000u
#define VM_DONTCOPY 0x20000u
#define VM_DONTEXPAND 0x40000u
#define VM_ACCOUNT 0x100000u	/* counts against the overcommit limit */
#define VM_NORESERVE 0x200000u
#define VM_WIPEONFORK 0x2000000u
#define VM_DONTDUMP 0x4000000u

struct anon_vma;
struct file;
struct vm_area_struct;
struct vm_fault {
	pgoff_t pgoff;		/* page of the file that is wanted */
	unsigned long address;	/* page-aligned user address */
	bool write;
	struct page *page;	/* out: uptodate, with a reference, not locked */
};
/* 0 or these; a fault function returns 0 with vmf->page set, or one of the errors. */
#define VM_FAULT_OOM 0x1
#define VM_FAULT_SIGBUS 0x2
#define VM_FAULT_MAJOR 0x4	/* with a page: it had to be read */
#define VM_FAULT_SIGSEGV 0x8
#define VM_FAULT_NOPAGE 0x10	/* no page, no error: what was looked at has changed, the access is tried again */
#define VM_FAULT_ERROR (VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV)

struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);	/* a copy of the area was made (fork, split) */
	void (*close)(struct vm_area_struct *vma);
	int (*fault)(struct vm_area_struct *vma, struct vm_fault *vmf);	/* may sleep */
	/* A shared page is about to become writable; 0 with the page locked, or VM_FAULT_* . NULL: nothing to do */
	int (*page_mkwrite)(struct vm_area_struct *vma, struct page *page);
	/* Map cached neighbours of the fault too; NULL: no */
	void (*map_pages)(struct vm_area_struct *vma, unsigned long address);
	const char *(*name)(struct vm_area_struct *vma);
};

struct vm_area_struct {
	unsigned long vm_start, vm_end;		/* [start, end), page aligned; by mmap_sem */
	struct vm_area_struct *vm_next, *vm_prev;	/* sorted by address */
	struct rb_node vm_rb;
	unsigned long rb_subtree_gap;		/* the largest hole before any area of this subtree */
	struct mm_struct *vm_mm;
	u32 vm_flags;				/* VM_* */
	u64 vm_page_prot;			/* PTE bits for a page of this area */
	unsigned long vm_pgoff;			/* file offset in pages; anonymous: vm_start >> 12 at creation */
	struct file *vm_file;			/* holds a reference, or NULL */
	const struct vm_operations_struct *vm_ops;	/* NULL: anonymous */
	struct anon_vma *anon_vma;		/* not NULL: a private page was made here, and fork must copy the table (mm/rmap.h) */
	struct list_head anon_node;		/* in anon_vma->areas */
	struct list_head shared;		/* in address_space.i_mmap */
	void *vm_private_data;
};

typedef struct { u64 pgd; } pgd_t;

/* Within [low, high) no hole above the start of this area is len bytes long. NULL: nothing is known. mm/vma.c keeps it true. */
struct vma_hole {
	struct vm_area_struct *below;
	unsigned long len, low, high;
};

struct mm_struct {
	struct vm_area_struct *mmap;		/* first area; by mmap_sem */
	struct rb_root mm_rb;
	struct vm_area_struct *mmap_cache;	/* last area found: a hint, checked at each use */
	struct vma_hole hole;			/* what the last search for room has learnt */
	pgd_t *pgd;
	atomic_t mm_users;			/* tasks; at zero the areas go */
	atomic_t mm_count;			/* mm_users as one, plus lazy CPUs; at zero the mm goes */
	int map_count;				/* areas */
	struct rw_semaphore mmap_sem;
	spinlock_t page_table_lock;
	unsigned long cpu_bitmap;		/* CPUs whose TLB may hold entries of ours */
	unsigned long start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	unsigned long arg_start, arg_end, env_start, env_end, mmap_base, vdso;
	/* in pages; total_vm and below by mmap_sem, the rss ones by page_table_lock */
	unsigned long total_vm, locked_vm, shared_vm, exec_vm, stack_vm, data_vm;
	unsigned long file_rss, anon_rss, shmem_rss, hiwater_rss, hiwater_vm;
	unsigned long nr_ptes;			/* page-table pages */
	unsigned long swap_usage;		/* entries that stand for a page in swap; by page_table_lock */
	bool oom_victim;			/* its users have been killed for their memory; by oom_lock */
	bool oom_reaped;			/* and it is being emptied: a fault here gets SIGBUS, never a zero where data was */
	u32 def_flags;				/* mlockall: VM_LOCKED */
	u32 auxv[2 * 22];			/* for /proc/PID/auxv */
	struct file *exe_file;			/* for /proc/PID/exe; not writable while it runs (ETXTBSY) */
	struct list_head mm_node;		/* in mm_list */
};
extern struct list_head mm_list;		/* every mm that has page tables; by mm_list_lock (mm/mm.c). For mm/check.c */

static inline unsigned long get_mm_rss(const struct mm_struct *mm) { return mm->file_rss + mm->anon_rss + mm->shmem_rss; }

struct mm_struct *mm_alloc(void);		/* empty, mm_users 1; NULL: no memory */
void mmput(struct mm_struct *mm);		/* drops mm_users; may sleep */
/* For a new mm: the program it runs, to which nobody may have, or gets, write access until the mm has ended. */
void set_mm_exe_file(struct mm_struct *mm, struct file *file);
void mmdrop(struct mm_struct *mm);
/* The mm of a task that may be exiting, with mm_users held, or NULL. */
struct task_struct;
struct mm_struct *get_task_mm(struct task_struct *task);
int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm);	/* fork */
void exit_mmap(struct mm_struct *mm);
/* Takes the private pages out of an address space whose users are all dying (oom_reaped), unless somebody is changing it. */
void reap_mm(struct mm_struct *mm);
void mm_init(void);

/* The first area with addr < vm_end, or NULL. mmap_sem held. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
static inline struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	return vma && vma->vm_start < end ? vma : NULL;
}

/* mmap_sem held for writing. prot, flags as mmap(2); returns the address or a negative errno as unsigned long. */
unsigned long do_mmap(struct file *file, unsigned long addr, unsigned long len, u32 prot, u32 flags, pgoff_t pgoff);
unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, u32 prot, u32 flags, pgoff_t pgoff);	/* takes mmap_sem */
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long hint, unsigned long len);
unsigned long randomize_stack_top(unsigned long stack_top);
unsigned long mmap_base_for(unsigned long stack_top);	/* of the program that is being started */
/* So many pages more, or fewer, in areas of this kind: total_vm and the like. mmap_sem held for writing. */
void vm_stat_account(struct mm_struct *mm, u32 vm_flags, long pages);
/* Do limits allow the address space to have so many pages more in areas of this kind, or to lock so many more if it has VM_LOCKED? */
bool may_expand_vm(struct mm_struct *mm, u32 vm_flags, unsigned long pages);
bool may_lock_more(struct mm_struct *mm, u32 vm_flags, unsigned long pages);
bool can_do_mlock(void);			/* may this task lock anything at all? */
/* Pages of [start, end) that lie in areas with all these flags. */
unsigned long count_pages(struct mm_struct *mm, unsigned long start, unsigned long end, u32 vm_flags);
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len);
/* Map len bytes of anonymous memory at a fixed address: for brk and bss. */
int do_brk(unsigned long addr, unsigned long len, u32 vm_flags);
static inline bool is_err_value(unsigned long x) { return x >= (unsigned long)-4095; }

/* mm/fault.c: bring in the page at address. 0 or VM_FAULT_*. mmap_sem held for reading. */
int handle_mm_fault(struct vm_area_struct *vma, unsigned long address, bool write);
/* Copies from or to another task's memory, as ptrace and /proc/PID/cmdline need it; returns the bytes copied. */
size_t access_process_vm(struct mm_struct *mm, unsigned long addr, void *buf, size_t len, bool write);
unsigned long vm_committed(void);		/* pages charged by VM_ACCOUNT areas */
unsigned long vm_commit_limit(void);		/* as many as policy 2 allows */
/* May these many pages be added to the charge? 0 or -ENOMEM, by overcommit policy. */
int vm_acct_memory(unsigned long pages);
void vm_unacct_memory(unsigned long pages);
/* Bytes, at random below so many pages, by which an address of the new program is moved; 0 if the machine or the program wants none. */
unsigned long randomize_pages(unsigned int nr);
extern int sysctl_randomize_va_space;		/* 0: never; 1: stack, mappings and programs; 2: the heap too */
extern int sysctl_overcommit_memory, sysctl_overcommit_ratio, sysctl_max_map_count;
