/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/maps and smaps: the areas of an address space, one record each (proc(5)). The position is the page
 * behind the last area shown, so a reader goes on at the right place though areas come and go between its reads.
 */
#include "fs/proc/internal.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/swap.h"

struct maps_private {
	struct inode *inode;
	struct mm_struct *mm;	/* between start and stop, with mmap_sem held for reading */
};

static void *maps_start(struct seq_file *m, loff_t *pos)
{
	struct maps_private *p = m->private;
	struct task_struct *task;
	struct vm_area_struct *vma;

	if (*pos >= TASK_SIZE >> PAGE_SHIFT)
		return NULL;
	task = get_proc_task(p->inode);
	if (!task)
		return ERR_PTR(-ESRCH);
	p->mm = proc_may_inspect(task) ? get_task_mm(task) : ERR_PTR(-EACCES);
	put_task_struct(task);
	if (IS_ERR_OR_NULL(p->mm)) {
		void *err = p->mm;

		p->mm = NULL;
		return err;
	}
	down_read(&p->mm->mmap_sem);
	vma = find_vma(p->mm, (unsigned long)*pos << PAGE_SHIFT);
	return vma;
}

static void *maps_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct vm_area_struct *vma = v;

	*pos = vma->vm_end >> PAGE_SHIFT;
	return vma->vm_next;
}

static void maps_stop(struct seq_file *m, void *v)
{
	struct maps_private *p = m->private;

	if (!p->mm)
		return;
	up_read(&p->mm->mmap_sem);
	mmput(p->mm);
	p->mm = NULL;
}

static const char *area_name(const struct vm_area_struct *vma)
{
	const struct mm_struct *mm = vma->vm_mm;

	if (vma->vm_ops && vma->vm_ops->name) {
		const char *name = vma->vm_ops->name((struct vm_area_struct *)vma);

		if (name)
			return name;
	}
	if (mm->vdso && vma->vm_start == mm->vdso)
		return "[vdso]";
	if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk && mm->brk > mm->start_brk)
		return "[heap]";
	if (vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack)
		return "[stack]";
	return NULL;
}

static void show_area(struct seq_file *m, struct vm_area_struct *vma)
{
	const struct inode *inode = vma->vm_file ? vma->vm_file->f_inode : NULL;
	dev_t dev = inode ? inode->i_sb->s_dev : 0;
	size_t start = m->count;
	const char *name;
	u32 f = vma->vm_flags;

	seq_printf(m, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %llu ", vma->vm_start, vma->vm_end, f & VM_READ ? 'r' : '-',
		   f & VM_WRITE ? 'w' : '-', f & VM_EXEC ? 'x' : '-', f & VM_MAYSHARE ? 's' : 'p',
		   inode ? (unsigned long long)vma->vm_pgoff << PAGE_SHIFT : 0ull, MAJOR(dev), MINOR(dev),
		   inode ? (unsigned long long)inode->i_ino : 0ull);
	name = inode ? NULL : area_name(vma);
	if (inode || name)
		while (m->count - start < 49 && !seq_has_overflowed(m))	/* names stand in one column */
			seq_putc(m, ' ');
	if (inode)
		seq_path(m, &vma->vm_file->f_path, "\n");
	else if (name)
		seq_puts(m, name);
	seq_putc(m, '\n');
}

static int maps_show(struct seq_file *m, void *v)
{
	show_area(m, v);
	return 0;
}

struct area_pages {
	unsigned long rss, anon, lazy, referenced, shared_clean, shared_dirty, private_clean, private_dirty, swap;
	u64 pss, swap_pss;	/* in 1/4096 of a page */
};

static void count_page(struct area_pages *a, pte_t pte)
{
	struct page *page = pte_page(pte);
	bool dirty = pte_dirty(pte) || PageDirty(page);
	int users = max(page_mapcount(page), 1);

	a->rss++;
	a->anon += PageAnon(page);
	a->lazy += PageAnon(page) && !PageSwapBacked(page) && !dirty;
	a->referenced += pte_young(pte) || PageReferenced(page);
	a->pss += 4096u / (u32)users;
	if (users > 1)
		*(dirty ? &a->shared_dirty : &a->shared_clean) += 1;
	else
		*(dirty ? &a->private_dirty : &a->private_clean) += 1;
}

static void count_area(struct vm_area_struct *vma, struct area_pages *a)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr, end;

	memset(a, 0, sizeof(*a));
	for (addr = vma->vm_start; addr < vma->vm_end; addr = end) {
		pmd_t *pmd = pmd_for(mm, addr);

		end = min((addr & ~(PMD_SIZE - 1ul)) + PMD_SIZE, vma->vm_end);
		spin_lock(&mm->page_table_lock);
		for (; !pmd_none(*pmd) && addr < end; addr += PAGE_SIZE) {
			pte_t pte = *pte_offset_map(pmd, addr);

			if (pte_present(pte) && !pte_special(pte))
				count_page(a, pte);
			else if (pte_swap(pte)) {
				a->swap++;
				a->swap_pss += 4096u / max(swap_count(pte_to_swp_entry(pte)), 1u);
			}
		}
		spin_unlock(&mm->page_table_lock);
	}
}

static void put_kb(struct seq_file *m, const char *name, unsigned long kb)
{
	seq_printf(m, "%-16s%8lu kB\n", name, kb);
}

static void show_flags(struct seq_file *m, u32 flags)
{
	static const struct { u32 flag; const char *name; } names[] = {
		{ VM_READ, "rd" }, { VM_WRITE, "wr" }, { VM_EXEC, "ex" }, { VM_SHARED, "sh" }, { VM_MAYREAD, "mr" },
		{ VM_MAYWRITE, "mw" }, { VM_MAYEXEC, "me" }, { VM_MAYSHARE, "ms" }, { VM_GROWSDOWN, "gd" },
		{ VM_LOCKED, "lo" }, { VM_IO, "io" }, { VM_DONTCOPY, "dc" }, { VM_DONTEXPAND, "de" },
		{ VM_ACCOUNT, "ac" }, { VM_NORESERVE, "nr" }, { VM_WIPEONFORK, "wf" }, { VM_DONTDUMP, "dd" },
	};
	unsigned int i;

	seq_puts(m, "VmFlags: ");
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			seq_printf(m, "%s ", names[i].name);
	seq_putc(m, '\n');
}

static int smaps_show(struct seq_file *m, void *v)
{
	struct vm_area_struct *vma = v;
	struct area_pages a;

	count_area(vma, &a);
	show_area(m, vma);
	put_kb(m, "Size:", (vma->vm_end - vma->vm_start) >> 10);
	put_kb(m, "KernelPageSize:", PAGE_SIZE >> 10);
	put_kb(m, "MMUPageSize:", PAGE_SIZE >> 10);
	put_kb(m, "Rss:", a.rss << 2);
	put_kb(m, "Pss:", (unsigned long)(a.pss >> 10));
	put_kb(m, "Shared_Clean:", a.shared_clean << 2);
	put_kb(m, "Shared_Dirty:", a.shared_dirty << 2);
	put_kb(m, "Private_Clean:", a.private_clean << 2);
	put_kb(m, "Private_Dirty:", a.private_dirty << 2);
	put_kb(m, "Referenced:", a.referenced << 2);
	put_kb(m, "Anonymous:", a.anon << 2);
	put_kb(m, "LazyFree:", a.lazy << 2);
	put_kb(m, "Swap:", a.swap << 2);
	put_kb(m, "SwapPss:", (unsigned long)(a.swap_pss >> 10));
	put_kb(m, "Locked:", vma->vm_flags & VM_LOCKED ? (unsigned long)(a.pss >> 10) : 0);
	show_flags(m, vma->vm_flags);
	return 0;
}

static const struct seq_operations maps_ops = {
	.start = maps_start, .next = maps_next, .stop = maps_stop, .show = maps_show,
};
static const struct seq_operations smaps_ops = {
	.start = maps_start, .next = maps_next, .stop = maps_stop, .show = smaps_show,
};

static int open_maps(struct inode *inode, struct file *file, const struct seq_operations *ops)
{
	struct maps_private *p = kmalloc(sizeof(*p), GFP_KERNEL);
	int err;

	if (!p)
		return -ENOMEM;
	*p = (struct maps_private){ inode, NULL };
	err = seq_open(file, ops);
	if (err)
		kfree(p);
	else
		((struct seq_file *)file->private_data)->private = p;
	return err;
}

static int maps_open(struct inode *inode, struct file *file)
{
	return open_maps(inode, file, &maps_ops);
}

static int smaps_open(struct inode *inode, struct file *file)
{
	return open_maps(inode, file, &smaps_ops);
}

static int maps_release(struct inode *inode, struct file *file)
{
	kfree(((struct seq_file *)file->private_data)->private);
	return seq_release(inode, file);
}

const struct file_operations proc_maps_fops = {
	.open = maps_open, .read = seq_read, .llseek = seq_lseek, .release = maps_release,
};
const struct file_operations proc_smaps_fops = {
	.open = smaps_open, .read = seq_read, .llseek = seq_lseek, .release = maps_release,
};
