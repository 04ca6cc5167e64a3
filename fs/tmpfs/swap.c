/* SPDX-License-Identifier: MIT */
/*
 * Pages of tmpfs in swap. A file has a second tree beside its page cache, by the same index: the entries of its pages that are
 * not in memory. Look-ups in the page cache need to know nothing of it:
 *
 *      page cache          swapped                           charged
 *      uptodate page       -                                 yes
 *      new page, locked    entry: being read from there      yes
 *      new page, locked    -      being made                 not yet
 *      -                   entry                             yes
 *      -                   -      a hole                     no
 *
 * Out: reclaim has an unmapped page in hand (tmpfs_writepage). It gets a place, moves from the file's cache to the swap cache, and its
 * entry comes into the tree, all at once. In: whoever needs the page makes a new one in the cache, as for a file on disk, and fills it from
 * the entry (tmpfs_fill_page), which goes in the same moment as the page becomes uptodate. Both happen under the file's tree_lock, so
 * who looks at both trees with it held finds each page exactly once.
 *
 * Order: page of the file, page of the swap cache, tree_lock. swapped_lock guards the list of files that had pages in swap; it is
 * innermost.
 */
#include "fs/tmpfs/tmpfs.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/highmem.h"
#include "mm/shmem.h"
#include "mm/swap.h"

static DEFINE_SPINLOCK(swapped_lock);
static LIST_HEAD(swapped_inodes);	/* of tmpfs_inode.swapped_node: each joins with its first page, and leaves at its end */
static atomic_t swapped_pages;

unsigned long tmpfs_swapped_pages(void) { return (unsigned long)atomic_read(&swapped_pages); }

static swp_entry_t entry_at(struct address_space *m, pgoff_t index)
{
	return (swp_entry_t){ (unsigned long)radix_tree_lookup(&TMPFS_I(m->host)->swapped, index) };
}

/* tree_lock held. */
static void forget_entry(struct address_space *m, pgoff_t index)
{
	radix_tree_delete(&TMPFS_I(m->host)->swapped, index);
	atomic_dec(&swapped_pages);
}

struct page *tmpfs_find(struct address_space *m, pgoff_t index, swp_entry_t *entry)
{
	unsigned long flags;
	struct page *page;

	spin_lock_irqsave(&m->tree_lock, flags);
	page = radix_tree_lookup(&m->page_tree, index);
	if (page)
		get_page(page);
	*entry = entry_at(m, index);
	spin_unlock_irqrestore(&m->tree_lock, flags);
	return page;
}

struct page *tmpfs_get_page(struct address_space *m, pgoff_t index)
{
	swp_entry_t entry;
	struct page *page = tmpfs_find(m, index, &entry);

	if (page && PageUptodate(page))
		return page;
	if (page)
		put_page(page);
	return entry.val ? read_mapping_page(m, index, NULL) : NULL;
}

bool tmpfs_next_data(struct address_space *m, pgoff_t *index)
{
	unsigned long flags, in_memory = *index, in_swap = *index;
	void *page, *entry;

	spin_lock_irqsave(&m->tree_lock, flags);
	page = radix_tree_next(&m->page_tree, &in_memory);
	entry = radix_tree_next(&TMPFS_I(m->host)->swapped, &in_swap);
	spin_unlock_irqrestore(&m->tree_lock, flags);
	*index = !entry || (page && in_memory < in_swap) ? in_memory : in_swap;
	return page || entry;
}

/* ---- in ---- */

/* The contents of the entry, if it is still the page's: -EAGAIN if not. */
static int fill_from(struct page *page, swp_entry_t entry)
{
	struct page *from = read_swap_cache(entry);
	struct address_space *m = page->mapping;
	unsigned long flags;
	int err = -EAGAIN;

	if (IS_ERR(from))
		return from == ERR_PTR(-ENOENT) ? -EAGAIN : (int)PTR_ERR(from);
	lock_page(from);
	wait_on_page_writeback(from);
	if (!PageSwapCache(from) || page_swap_entry(from).val != entry.val)
		goto out;
	if (!PageUptodate(from)) {
		err = -EIO;
		goto out;
	}
	copy_highpage(page, from);
	spin_lock_irqsave(&m->tree_lock, flags);
	if (entry_at(m, page->index).val == entry.val) {
		forget_entry(m, page->index);
		SetPageDirty(page);
		SetPageUptodate(page);
		err = 0;
	}
	spin_unlock_irqrestore(&m->tree_lock, flags);
	if (!err)
		swap_free(entry);
	try_to_free_swap(from);		/* also if a truncation took the entry, while we had its page locked */
out:
	unlock_page(from);
	put_page(from);
	return err;
}

bool tmpfs_is_swapped(struct page *page)
{
	swp_entry_t entry;
	struct page *same = tmpfs_find(page->mapping, page->index, &entry);

	put_page(same);
	return entry.val != 0;
}

int tmpfs_fill_page(struct page *page)
{
	struct address_space *m = page->mapping;
	swp_entry_t entry;
	int err;

	do {
		put_page(tmpfs_find(m, page->index, &entry));
		if (entry.val) {
			err = fill_from(page, entry);
			continue;
		}
		err = tmpfs_charge(m->host);
		if (!err) {
			clear_highpage(page);
			SetPageDirty(page);	/* the only copy */
			SetPageUptodate(page);
		}
	} while (err == -EAGAIN);
	if (err)
		delete_from_page_cache(page);
	return err;
}

/* ---- out ---- */

static void remember(struct inode *inode)
{
	struct tmpfs_inode *ti = TMPFS_I(inode);

	spin_lock(&swapped_lock);
	if (list_empty(&ti->swapped_node))
		list_add_tail(&ti->swapped_node, &swapped_inodes);
	spin_unlock(&swapped_lock);
}

/* The page, in both caches, leaves the file's: not if others than the two and the caller refer to it, or there is no memory. */
static bool move_out(struct address_space *m, struct page *page)
{
	swp_entry_t entry = page_swap_entry(page);
	unsigned long flags;
	bool moved;

	spin_lock_irqsave(&m->tree_lock, flags);
	moved = page_count(page) == 3 && !radix_tree_insert(&TMPFS_I(m->host)->swapped, page->index, (void *)entry.val);
	if (moved) {
		atomic_inc(&swapped_pages);
		swap_duplicate(entry);
		__delete_from_page_cache(page);
	}
	spin_unlock_irqrestore(&m->tree_lock, flags);
	return moved;
}

int tmpfs_writepage(struct page *page, struct writeback_control *wbc)
{
	struct address_space *m = page->mapping;

	(void)wbc;
	remember(m->host);
	if (!add_to_swap(page))
		goto keep;
	if (!move_out(m, page)) {
		delete_from_swap_cache(page);
		goto keep;
	}
	put_page(page);			/* the file's reference; the file itself may be gone from here on */
	ClearPageDirty(page);
	swap_writepage(page);
	return 0;
keep:
	SetPageDirty(page);
	unlock_page(page);
	return -ENOSPC;
}

/* ---- gone ---- */

unsigned long tmpfs_drop_swapped(struct address_space *m, pgoff_t first, pgoff_t last)
{
	unsigned long dropped = 0, index = first, flags;
	swp_entry_t entry;

	for (;;) {
		spin_lock_irqsave(&m->tree_lock, flags);
		entry.val = (unsigned long)radix_tree_next(&TMPFS_I(m->host)->swapped, &index);
		if (entry.val && index <= last)
			forget_entry(m, index);
		else
			entry.val = 0;
		spin_unlock_irqrestore(&m->tree_lock, flags);
		if (!entry.val)
			break;
		free_swap_and_cache(entry);
		dropped++;
	}
	tmpfs_uncharge(m->host, dropped);
	return dropped;
}

void tmpfs_forget_swapped(struct inode *inode)
{
	tmpfs_drop_swapped(&inode->i_data, 0, ~(pgoff_t)0);
	spin_lock(&swapped_lock);
	list_del_init(&TMPFS_I(inode)->swapped_node);
	spin_unlock(&swapped_lock);
}

/* i_mutex keeps truncations away: what is found in the tree is read, not made anew. */
static int unuse_inode(struct inode *inode, unsigned type)
{
	struct address_space *m = &inode->i_data;
	unsigned long index = 0, flags;
	swp_entry_t entry;
	int err = 0;

	inode_lock(inode);
	for (; !err; index++) {
		spin_lock_irqsave(&m->tree_lock, flags);
		entry.val = (unsigned long)radix_tree_next(&TMPFS_I(inode)->swapped, &index);
		spin_unlock_irqrestore(&m->tree_lock, flags);
		if (!entry.val)
			break;
		if (swp_type(entry) == type) {
			struct page *page = read_mapping_page(m, index, NULL);

			if (IS_ERR(page))
				err = PTR_ERR(page);
			else
				put_page(page);
		}
		if (fatal_signal_pending(current))
			err = -EINTR;
	}
	inode_unlock(inode);
	return err;
}

int shmem_unuse(unsigned type)
{
	struct tmpfs_inode *ti;
	struct inode *prev = NULL;
	int err = 0;

	spin_lock(&swapped_lock);
	list_for_each_entry(ti, &swapped_inodes, swapped_node) {
		struct inode *inode = &ti->vfs_inode;

		if (radix_tree_empty(&ti->swapped) || !atomic_inc_not_zero(&inode->i_count))
			continue;
		spin_unlock(&swapped_lock);
		err = unuse_inode(inode, type);
		iput(prev);
		prev = inode;		/* keeps our place in the list */
		spin_lock(&swapped_lock);
		if (err)
			break;
	}
	spin_unlock(&swapped_lock);
	iput(prev);
	return err;
}
