/* SPDX-License-Identifier: MIT */
/*
 * Buffers of pages, and the metadata of file systems: a block of a device is found in the page cache of that device.
 * What files do with buffers is fs/buffer_page.c.
 *
 * A ring is made at once for all blocks of a page and freed at once. __getblk finds a buffer under private_lock and
 * counts itself there; try_to_free_buffers looks at the counts under the same lock, so a buffer that has been found
 * stays. b_count does not keep the page in the cache by itself: a page whose ring cannot be freed cannot leave it.
 *
 * Dirty metadata: the buffer is marked first and its page then. Who writes a page takes the page's mark first and the
 * buffers' then. So whatever the interleaving, a change that the write did not see leaves the page dirty.
 */
#include "fs/buffer.h"
#include "fs/buffer_internal.h"
#include "fs/fs.h"
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "mm/slab.h"
#include "mm/writeback.h"

static struct kmem_cache *bh_cache;

void buffer_init(void)
{
	bh_cache = kmem_cache_create("buffer_head", sizeof(struct buffer_head), 0, NULL);
	if (!bh_cache)
		panic("no memory for buffers");
}

/* A chain that ends with NULL. */
static void free_chain(struct buffer_head *bh)
{
	while (bh) {
		struct buffer_head *next = bh->b_this_page;

		kmem_cache_free(bh_cache, bh);
		bh = next;
	}
}

static void free_ring(struct buffer_head *head)
{
	struct buffer_head *rest = head->b_this_page;

	head->b_this_page = NULL;
	if (rest != head)
		free_chain(rest);	/* which ends with head */
	else
		free_chain(head);
}

/* Buffers of size bytes for the whole page, not mapped, in a ring; NULL: no memory. */
static struct buffer_head *alloc_ring(struct page *page, u32 size)
{
	char *base = PageHighMem(page) ? NULL : lowmem_page_address(page);
	struct buffer_head *head = NULL, *last = NULL;

	for (u32 offset = PAGE_SIZE; offset; ) {
		struct buffer_head *bh = kmem_cache_zalloc(bh_cache, GFP_NOFS);

		if (!bh) {
			free_chain(head);
			return NULL;
		}
		offset -= size;
		bh->b_page = page;
		bh->b_size = size;
		bh->b_data = base + offset;
		INIT_LIST_HEAD(&bh->b_assoc);
		bh->b_this_page = head;
		head = bh;
		last = last ?: bh;
	}
	last->b_this_page = head;
	return head;
}

struct buffer_head *page_buffers_create(struct page *page, u32 size)
{
	struct address_space *m = page->mapping;
	struct buffer_head *head, *bh;

	ASSERT(PageLocked(page) && m);
	if (PagePrivate(page))
		return page_buffers(page);
	bh = head = alloc_ring(page, size);
	if (!head)
		return NULL;
	do {
		if (PageUptodate(page))
			set_buffer_uptodate(bh);
		if (PageDirty(page))
			set_buffer_dirty(bh);
		bh = bh->b_this_page;
	} while (bh != head);
	spin_lock(&m->private_lock);
	page->private = (unsigned long)head;
	SetPagePrivate(page);
	spin_unlock(&m->private_lock);
	return head;
}

/* private_lock of the device's mapping held. */
static void forget_assoc(struct buffer_head *bh)
{
	bh->b_assoc_inode = NULL;
	list_del_init(&bh->b_assoc);
}

static bool ring_is_free(struct buffer_head *head)
{
	struct buffer_head *bh = head;

	do {
		if (atomic_read(&bh->b_count) || buffer_dirty(bh))
			return false;
		bh = bh->b_this_page;
	} while (bh != head);
	return true;
}

/* Takes the ring off the page, unless it must be free for that and is not. */
static bool drop_buffers(struct page *page, bool must_be_free)
{
	struct address_space *m = page->mapping;
	struct buffer_head *head, *bh;

	spin_lock(&m->private_lock);
	bh = head = page_buffers(page);
	if (must_be_free && !ring_is_free(head)) {
		spin_unlock(&m->private_lock);
		return false;
	}
	do {
		if (!list_empty(&bh->b_assoc))
			forget_assoc(bh);
		bh = bh->b_this_page;
	} while (bh != head);
	ClearPagePrivate(page);
	page->private = 0;
	spin_unlock(&m->private_lock);
	free_ring(head);
	return true;
}

bool try_to_free_buffers(struct page *page)
{
	ASSERT(PageLocked(page));
	return !PageWriteback(page) && drop_buffers(page, true);
}

void block_invalidatepage(struct page *page, unsigned offset)
{
	struct buffer_head *head = page_buffers(page), *bh = head;
	unsigned at = 0;

	ASSERT(PageLocked(page) && !PageWriteback(page));
	do {
		if (at >= offset) {
			clear_buffer_dirty(bh);
			clear_buffer_mapped(bh);
			clear_buffer_new(bh);
		}
		at += bh->b_size;
		bh = bh->b_this_page;
	} while (bh != head);
	if (offset == 0)
		drop_buffers(page, false);
}

void block_dirty_buffers(struct page *page)
{
	struct address_space *m = page->mapping;
	struct buffer_head *head, *bh;

	spin_lock(&m->private_lock);
	if (PagePrivate(page)) {
		bh = head = page_buffers(page);
		do {
			set_buffer_dirty(bh);
			bh = bh->b_this_page;
		} while (bh != head);
	}
	spin_unlock(&m->private_lock);
}

/* The buffer of the block if its page is cached and has a ring that knows where it lies; with a reference. */
static struct buffer_head *find_buffer(struct address_space *m, pgoff_t index, unsigned nth, u32 size)
{
	struct page *page = find_get_page(m, index);
	struct buffer_head *bh = NULL;

	if (!page)
		return NULL;
	spin_lock(&m->private_lock);
	if (PagePrivate(page) && page->mapping == m && page_buffers(page)->b_size == size) {
		for (bh = page_buffers(page); nth; nth--)
			bh = bh->b_this_page;
		if (buffer_mapped(bh))
			get_bh(bh);
		else
			bh = NULL;
	}
	spin_unlock(&m->private_lock);
	put_page(page);
	return bh;
}

/* Block numbers follow from the place. What lies behind the end stays unmapped. */
static void map_device_buffers(struct block_device *bdev, struct page *page)
{
	struct buffer_head *head = page_buffers(page), *bh = head;
	sector_t block = (sector_t)page->index * (PAGE_SIZE / head->b_size);

	do {
		if (!buffer_mapped(bh))
			blkdev_get_block(bdev->bd_inode, block, bh, false);
		block++;
		bh = bh->b_this_page;
	} while (bh != head);
}

static int make_device_buffers(struct block_device *bdev, pgoff_t index, u32 size)
{
	struct address_space *m = &bdev->bd_inode->i_data;
	struct page *page = find_or_create_page(m, index, m->gfp_mask);
	bool made;

	if (!page)
		return -ENOMEM;
	/* A reader that was under way when the block size changed may have left buffers of the old one. */
	if (PagePrivate(page) && page_buffers(page)->b_size != size)
		made = try_to_free_buffers(page) && page_buffers_create(page, size);
	else
		made = page_buffers_create(page, size);
	if (made)
		map_device_buffers(bdev, page);
	unlock_page(page);
	put_page(page);
	return made ? 0 : -ENOMEM;
}

struct buffer_head *__getblk(struct block_device *bdev, sector_t block, u32 size)
{
	unsigned bits = PAGE_SHIFT - (unsigned)__builtin_ctz(size);
	pgoff_t index = (pgoff_t)(block >> bits);

	ASSERT(size == bdev->bd_block_size);
	if (unlikely(block >= bdev->bd_nr_sects / (size / SECTOR_SIZE))) {
		pr_err("%s: block %llu lies behind the end of the device\n", bdev->bd_name, (unsigned long long)block);
		return NULL;
	}
	for (;;) {
		struct buffer_head *bh = find_buffer(&bdev->bd_inode->i_data, index, (unsigned)block & ((1u << bits) - 1), size);

		if (likely(bh))
			return bh;
		if (make_device_buffers(bdev, index, size))
			return NULL;
	}
}

struct buffer_head *__bread(struct block_device *bdev, sector_t block, u32 size)
{
	struct buffer_head *bh = __getblk(bdev, block, size);

	if (likely(!bh || buffer_uptodate(bh)))
		return bh;
	lock_buffer(bh);
	if (buffer_uptodate(bh)) {
		unlock_buffer(bh);
		return bh;
	}
	if (block_read_full_page(bh->b_page, blkdev_get_block) == 0)
		wait_on_page_locked(bh->b_page);
	if (buffer_uptodate(bh))
		return bh;
	pr_err("%s: block %llu cannot be read\n", bdev->bd_name, (unsigned long long)block);
	brelse(bh);
	return NULL;
}

void mark_buffer_dirty(struct buffer_head *bh)
{
	ASSERT(buffer_uptodate(bh));
	smp_mb();		/* the change before the mark: who sees none has to see no change */
	if (!buffer_dirty(bh) && !test_and_set_bit(BH_Dirty, &bh->b_state))
		__set_page_dirty(bh->b_page);
}

static struct address_space *device_mapping(const struct buffer_head *bh) { return &bh->b_bdev->bd_inode->i_data; }

void mark_buffer_dirty_inode(struct buffer_head *bh, struct inode *inode)
{
	spinlock_t *lock = &device_mapping(bh)->private_lock;

	mark_buffer_dirty(bh);
	if (bh->b_assoc_inode == inode)
		return;
	spin_lock(lock);
	if (!list_empty(&bh->b_assoc))
		forget_assoc(bh);
	bh->b_assoc_inode = inode;
	list_add_tail(&bh->b_assoc, &inode->i_data.private_list);
	spin_unlock(lock);
}

void bforget(struct buffer_head *bh)
{
	spinlock_t *lock = &device_mapping(bh)->private_lock;

	clear_buffer_dirty(bh);
	if (!list_empty(&bh->b_assoc)) {
		spin_lock(lock);
		forget_assoc(bh);
		spin_unlock(lock);
	}
	brelse(bh);
}

void clean_bdev_aliases(struct block_device *bdev, sector_t block, sector_t count)
{
	struct address_space *m = &bdev->bd_inode->i_data;
	unsigned bits = PAGE_SHIFT - (unsigned)__builtin_ctz(bdev->bd_block_size);

	if (!m->nrpages)
		return;
	for (; count; count--, block++) {
		struct buffer_head *bh = find_buffer(m, (pgoff_t)(block >> bits), (unsigned)block & ((1u << bits) - 1),
						     bdev->bd_block_size);

		if (!bh)
			continue;
		clear_buffer_dirty(bh);
		wait_on_page_writeback(bh->b_page);
		bforget(bh);
	}
}

int sync_dirty_buffer(struct buffer_head *bh)
{
	struct writeback_control wbc = WB_SYNC_WHOLE;
	struct page *page = bh->b_page;

	lock_page(page);
	wait_on_page_writeback(page);
	if (buffer_dirty(bh))
		__set_page_dirty(page);		/* whoever marked the buffer may not have come so far */
	if (buffer_dirty(bh) && clear_page_dirty_for_io(page))
		block_write_full_page(page, blkdev_get_block, &wbc);
	else
		unlock_page(page);
	wait_on_page_writeback(page);
	return test_and_clear_bit(BH_Write_EIO, &bh->b_state) ? -EIO : 0;
}

/* The first buffer of the inode's list, taken off it, with a reference. */
static struct buffer_head *next_assoc(struct inode *inode, spinlock_t *lock)
{
	struct buffer_head *bh;

	spin_lock(lock);
	bh = list_first_entry_or_null(&inode->i_data.private_list, struct buffer_head, b_assoc);
	if (bh) {
		forget_assoc(bh);
		get_bh(bh);
	}
	spin_unlock(lock);
	return bh;
}

int sync_mapping_buffers(struct inode *inode)
{
	spinlock_t *lock;
	struct buffer_head *bh;
	int err = 0;

	if (list_empty(&inode->i_data.private_list))
		return 0;
	lock = &inode->i_sb->s_bdev->bd_inode->i_data.private_lock;
	while ((bh = next_assoc(inode, lock)) != NULL) {
		int ret = sync_dirty_buffer(bh);

		err = err ? err : ret;
		brelse(bh);
	}
	return err;
}

void invalidate_inode_buffers(struct inode *inode)
{
	spinlock_t *lock;

	if (list_empty(&inode->i_data.private_list))
		return;
	lock = &inode->i_sb->s_bdev->bd_inode->i_data.private_lock;
	spin_lock(lock);
	while (!list_empty(&inode->i_data.private_list))
		forget_assoc(list_first_entry(&inode->i_data.private_list, struct buffer_head, b_assoc));
	spin_unlock(lock);
}
