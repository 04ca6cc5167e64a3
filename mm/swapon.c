/* SPDX-License-Identifier: MIT */
/*
 * swapon(2): a device or a file becomes a swap area. Its first page, which mkswap wrote, says how long it is and which pages are bad:
 *
 *      1024 bytes   version = 1 | last page | number of bad pages | uuid | label | ... | bad pages ... | "SWAPSPACE2"
 *      (for a boot)                                                                              at the end of the page
 *
 * From then on the kernel reads and writes the blocks behind the file system's back. So a file may not change: S_SWAPFILE keeps others
 * from writing, cutting or removing it, and what its page cache has is written out and dropped first. A device is opened
 * exclusively. Where the pages of a file lie is asked once, now: a file with holes is refused.
 *
 * swap_mutex keeps the areas that /proc/swaps shows from going; swap_area[] changes under it and swap_lock. Leaving is mm/swapoff.c.
 */
#include "fs/buffer.h"
#include "fs/namei.h"
#include "fs/seq_file.h"
#include "fs/proc/proc.h"
#include "kernel/init.h"
#include "kernel/panic.h"
#include "kernel/task/task.h"
#include "lib/abi/capability.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/mount.h"
#include "lib/err.h"
#include "lib/string.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/slab.h"
#include "mm/swap_internal.h"
#include "mm/vmalloc.h"

/* Source: mkswap(8) and what it writes. */
struct swap_header {
	char bootbits[1024];
	u32 version, last_page, nr_badpages;
	u8 uuid[16], label[16];
	u32 padding[117];
	u32 badpages[637];
	char magic[12];			/* "SWAPSPACE2" behind two bytes of nothing */
};
static_assert(sizeof(struct swap_header) == PAGE_SIZE, "the header is a page");

#define SWAP_FLAGS (SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK | SWAP_FLAG_DISCARD | SWAP_FLAG_DISCARD_ONCE | SWAP_FLAG_DISCARD_PAGES)

DEFINE_MUTEX(swap_mutex);
int swap_least_priority = -1;

/* The file is ours alone: nobody else makes an area of it, or (a file) changes it. */
static int claim(struct swap_area *a)
{
	struct inode *inode = a->file->f_inode;
	int err = 0;

	if (S_ISBLK(inode->i_mode)) {
		a->bdev = a->file->private_data;
		err = blkdev_get(a->bdev, FMODE_READ | FMODE_WRITE, a);
		a->claimed = !err;
		return err;
	}
	if (!S_ISREG(inode->i_mode) || !inode->i_sb->s_bdev || !a->file->f_mapping->a_ops->bmap)
		return -EINVAL;
	a->bdev = inode->i_sb->s_bdev;
	inode_lock(inode);
	if (!inode->i_nlink)
		err = -ENOENT;
	else if (inode->i_flags & S_SWAPFILE)
		err = -EBUSY;
	else
		inode->i_flags |= S_SWAPFILE;
	inode_unlock(inode);
	a->claimed = !err;
	return err;
}

void swap_area_free(struct swap_area *a)
{
	struct inode *inode;

	if (a->file) {
		inode = a->file->f_inode;
		if (a->claimed && S_ISBLK(inode->i_mode)) {
			blkdev_put(a->bdev, a);
		} else if (a->claimed) {
			inode_lock(inode);
			inode->i_flags &= ~S_SWAPFILE;
			inode_unlock(inode);
		}
		filp_close(a->file);
	}
	vfree(a->extents);
	vfree(a->map);
	vfree(a->used);
	kfree(a);
}

static u64 area_bytes(const struct swap_area *a)
{
	return S_ISBLK(a->file->f_inode->i_mode) ? a->bdev->bd_nr_sects << SECTOR_SHIFT : (u64)i_size_read(a->file->f_inode);
}

/* What the header says, checked against the size; *bad, kmalloc'ed, are its bad pages. */
static int read_header(struct swap_area *a, u32 **bad, u32 *nr_bad)
{
	u64 pages = area_bytes(a) >> PAGE_SHIFT;
	struct swap_header *h;
	struct page *page;
	int err = -EINVAL;

	if (!pages)
		return -EINVAL;
	page = read_mapping_page(a->file->f_mapping, 0, a->file);
	if (IS_ERR(page))
		return PTR_ERR(page);
	h = kmap(page);
	if (memcmp(h->magic + 2, "SWAPSPACE2", 10))
		pr_err("swap: no swap signature\n");
	else if (h->version != 1)
		pr_warn("swap: version %u is not supported\n", h->version);
	else if (!h->last_page)
		pr_warn("swap: an empty area\n");
	else if (h->last_page >= pages)
		pr_warn("swap: the area is shorter than its header says\n");
	else if (h->nr_badpages > ARRAY_SIZE(h->badpages) || (h->nr_badpages && S_ISREG(a->file->f_inode->i_mode)))
		pr_warn("swap: bad pages, which cannot be\n");
	else
		err = 0;
	if (!err) {
		a->max = min(h->last_page + 1ul, 1ul << SWP_TYPE_SHIFT);
		*nr_bad = h->nr_badpages;
		*bad = kmalloc(*nr_bad * sizeof(u32) + 1, GFP_KERNEL);
		if (*bad)
			memcpy(*bad, h->badpages, *nr_bad * sizeof(u32));
		else
			err = -ENOMEM;
	}
	kunmap(page);
	put_page(page);
	return err;
}

/* ---- the map ---- */

static void mark_bad(struct swap_area *a, unsigned long offset)
{
	if (a->map[offset] == SWAP_MAP_BAD)
		return;
	a->map[offset] = SWAP_MAP_BAD;
	a->used[offset / SWAP_CLUSTER]++;
	a->pages--;
}

static int make_map(struct swap_area *a, const u32 *bad, u32 nr_bad)
{
	unsigned long clusters = (a->max + SWAP_CLUSTER - 1) / SWAP_CLUSTER;

	a->map = vzalloc(a->max * sizeof(u16));
	a->used = vzalloc(clusters * sizeof(u16));
	if (!a->map || !a->used)
		return -ENOMEM;
	a->pages = a->max;
	a->next = 1;
	a->used[clusters - 1] = (u16)(clusters * SWAP_CLUSTER - a->max);	/* what lies behind the end is not free */
	mark_bad(a, 0);
	for (u32 i = 0; i < nr_bad; i++) {
		if (!bad[i] || bad[i] >= a->max)
			return -EINVAL;
		mark_bad(a, bad[i]);
	}
	return 0;
}

/* ---- where it lies ---- */

/* Page offset of the area lies at the sector: a longer extent, or a new one. */
static int add_page(struct swap_area *a, unsigned *room, unsigned long offset, sector_t sector)
{
	struct swap_extent *e = a->extents + a->nr_extents - 1, *more;

	if (a->nr_extents && e->first + e->nr == offset && e->sector + (sector_t)e->nr * (PAGE_SIZE / SECTOR_SIZE) == sector) {
		e->nr++;
		return 0;
	}
	if (a->nr_extents == *room) {
		more = vmalloc((*room * 2 + 16) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		if (a->nr_extents)
			memcpy(more, a->extents, a->nr_extents * sizeof(*more));
		vfree(a->extents);
		a->extents = more;
		*room = *room * 2 + 16;
	}
	a->extents[a->nr_extents++] = (struct swap_extent){ offset, 1, sector };
	return 0;
}

/* The blocks of a page need not lie together; such a page is not used. 0: it is used. A hole: -EINVAL. */
static int find_page(struct address_space *m, unsigned long offset, sector_t *sector, bool *whole)
{
	u32 bits = m->host->i_blkbits, n = 1u << (PAGE_SHIFT - bits);
	u64 first = m->a_ops->bmap(m, (u64)offset * n);

	*sector = first << (bits - SECTOR_SHIFT);
	*whole = true;
	for (u32 i = 0; i < n; i++) {
		u64 block = i ? m->a_ops->bmap(m, (u64)offset * n + i) : first;

		if (!block) {
			pr_err("swap: the file has holes\n");
			return -EINVAL;
		}
		*whole &= block == first + i;
	}
	return 0;
}

static int find_extents(struct swap_area *a)
{
	unsigned room = 0;
	sector_t sector;
	bool whole;
	int err = 0;

	if (S_ISBLK(a->file->f_inode->i_mode)) {
		a->extents = vmalloc(sizeof(*a->extents));
		if (!a->extents)
			return -ENOMEM;
		a->extents[0] = (struct swap_extent){ 0, a->max, 0 };
		a->nr_extents = 1;
		return 0;
	}
	for (unsigned long offset = 0; !err && offset < a->max; offset++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		err = find_page(a->file->f_mapping, offset, &sector, &whole);
		if (!err && whole)
			err = add_page(a, &room, offset, sector);
		else if (!err)
			mark_bad(a, offset);
	}
	return err;
}

/* ---- the call ---- */

static void announce(struct swap_area *a)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *name = buf ? d_path(&a->file->f_path, buf, PATH_MAX) : NULL;

	pr_info("Adding %luk swap on %s.  Priority:%d extents:%u\n", a->pages << (PAGE_SHIFT - 10),
		IS_ERR_OR_NULL(name) ? "?" : name, a->prio, a->nr_extents);
	kfree(buf);
}

/* What takes long or can fail. */
static int prepare(struct swap_area *a)
{
	u32 *bad = NULL, nr_bad = 0;
	int err = claim(a);

	if (!err)
		err = vfs_fsync(a->file, false);
	if (!err)
		err = read_header(a, &bad, &nr_bad);
	if (!err)
		err = make_map(a, bad, nr_bad);
	kfree(bad);
	if (!err)
		err = find_extents(a);
	if (!err && !a->pages)
		err = -EINVAL;
	if (!err)
		invalidate_mapping_pages(a->file->f_mapping, 0, ~0ul);
	return err;
}

/* The area gets a number and is used from now on. -EPERM: there are too many. */
static int start_using(struct swap_area *a, u32 flags)
{
	unsigned long irq;

	mutex_lock(&swap_mutex);
	spin_lock_irqsave(&swap_lock, irq);
	while (a->type < MAX_SWAPFILES && swap_area[a->type])
		a->type++;
	if (a->type < MAX_SWAPFILES) {
		a->prio = flags & SWAP_FLAG_PREFER ? (int)(flags & SWAP_FLAG_PRIO_MASK) : --swap_least_priority;
		swap_area[a->type] = a;
		swap_area_open(a);
	}
	spin_unlock_irqrestore(&swap_lock, irq);
	if (a->type < MAX_SWAPFILES)
		announce(a);
	mutex_unlock(&swap_mutex);
	return a->type < MAX_SWAPFILES ? 0 : -EPERM;
}

struct file *swap_open(const char *user_name)
{
	struct filename name;
	int err = getname(&name, user_name);
	struct file *file;

	if (err)
		return ERR_PTR(err);
	file = filp_open(name.name, O_RDWR | O_LARGEFILE, 0);
	putname(&name);
	return file;
}

long sys_swapon(const char *user_name, u32 flags);
long sys_swapon(const char *user_name, u32 flags)
{
	struct swap_area *a;
	int err;

	if (flags & ~(u32)SWAP_FLAGS)
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	a->file = swap_open(user_name);
	if (IS_ERR(a->file)) {
		err = PTR_ERR(a->file);
		a->file = NULL;
	} else {
		err = prepare(a);
		if (!err)
			err = start_using(a, flags);
	}
	if (err)
		swap_area_free(a);
	return err;
}

/* ---- /proc/swaps ---- */

static void show_area(struct seq_file *m, const struct swap_area *a)
{
	unsigned long kib = a->pages << (PAGE_SHIFT - 10), used = READ_ONCE(a->inuse) << (PAGE_SHIFT - 10);
	size_t start = m->count;

	seq_path(m, &a->file->f_path, " \t\n\\");
	do
		seq_putc(m, ' ');
	while (m->count - start < 40 && !seq_has_overflowed(m));
	seq_printf(m, "%s\t%lu\t%s%lu\t%s%d\n", S_ISBLK(a->file->f_inode->i_mode) ? "partition" : "file\t", kib,
		   kib < 10000000 ? "\t" : "", used, used < 10000000 ? "\t" : "", a->prio);
}

static int swaps_show(struct seq_file *m, void *v)
{
	seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	mutex_lock(&swap_mutex);
	for (unsigned i = 0; i < MAX_SWAPFILES; i++)
		if (swap_area[i])
			show_area(m, swap_area[i]);
	mutex_unlock(&swap_mutex);
	return 0;
}

static const struct ctl_table swap_table[] = {
	{ "page-cluster", &sysctl_page_cluster, sizeof(int), 0644, proc_dointvec_minmax, 0, 8 },
	{ .procname = NULL },
};

static int swap_init(void)
{
	proc_create_single("swaps", 0444, NULL, swaps_show);
	return register_sysctl("vm", swap_table);
}
fs_initcall(swap_init);
