/* SPDX-License-Identifier: MIT */
/*
 * Pages of files that lie in blocks of a device: filled from disk, written to disk, made ready for a write. The same
 * code serves the pages of devices themselves, whose get_block is the identity.
 *
 * A page with PG_uptodate is valid as a whole. Without it, single buffers may be: those that were written whole. A
 * hole reads as zeros and gets a block when it is written to, not later: so a full disk is an error of write(2), or
 * a SIGBUS for a mapping, and never a loss.
 *
 * A transfer of a page is one bio for each run of blocks that follow each other on disk. The first buffer of the ring
 * counts them in b_pending, plus one while they are being started; who takes it to zero ends the page's I/O. A page
 * in one run needs no ring.
 */
#include "fs/buffer_internal.h"
#include "fs/fs.h"
#include "kernel/panic.h"
#include "lib/abi/errno.h"
#include "lib/err.h"
#include "mm/buddy.h"
#include "mm/highmem.h"
#include "mm/mm.h"
#include "mm/writeback.h"

static inline u32 block_size(const struct inode *inode) { return 1u << inode->i_blkbits; }
static inline sector_t first_block(const struct inode *inode, const struct page *page)
{
	return (sector_t)page->index << (PAGE_SHIFT - inode->i_blkbits);
}
/* Blocks that the file's size covers. */
static inline sector_t file_blocks(const struct inode *inode)
{
	return (sector_t)(i_size_read(inode) + block_size(inode) - 1) >> inode->i_blkbits;
}

static void set_all_uptodate(struct page *page)
{
	if (PagePrivate(page)) {
		struct buffer_head *head = page_buffers(page), *bh = head;

		do {
			set_buffer_uptodate(bh);
			bh = bh->b_this_page;
		} while (bh != head);
	}
	SetPageUptodate(page);
}

static void end_page_read(struct page *page)
{
	if (!TestClearPageError(page))
		set_all_uptodate(page);
	unlock_page(page);
}

static void note_write_error(struct page *page)
{
	struct buffer_head *head = PagePrivate(page) ? page_buffers(page) : NULL, *bh = head;

	mapping_set_error(page->mapping, -EIO);
	while (bh) {
		set_buffer_write_io_error(bh);
		bh = bh->b_this_page == head ? NULL : bh->b_this_page;
	}
}

/* One transfer less. The ring stays: the page is locked (read) or has PG_writeback. */
static void end_transfer(struct page *page, bool write, int err)
{
	if (err)
		SetPageError(page);
	if (PagePrivate(page) && !atomic_dec_and_test(&page_buffers(page)->b_pending))
		return;
	if (!write) {
		end_page_read(page);
		return;
	}
	if (TestClearPageError(page))
		note_write_error(page);
	end_page_writeback(page);
}

static void end_page_bio(struct bio *bio)
{
	struct page *page = bio->bi_io_vec[0].bv_page;
	bool write = bio_op(bio) == REQ_OP_WRITE;
	int err = bio->bi_status;

	bio_put(bio);
	end_transfer(page, write, err);
}

static void submit_run(struct page *page, u32 offset, u32 len, struct block_device *bdev, sector_t sector, u32 opf)
{
	struct bio *bio = bio_alloc(GFP_NOFS, 1);

	bio->bi_bdev = bdev;
	bio->bi_sector = sector;
	bio->bi_opf = opf;
	bio->bi_end_io = end_page_bio;
	if (!bio_add_page(bio, page, len, offset))
		panic("%s cannot take %u bytes at once", bdev->bd_name, len);
	submit_bio(bio);
}

/* Starts the I/O of the buffers whose bits are set in mask, in runs; their page ends it in end_transfer. */
static void submit_buffers(struct page *page, struct buffer_head *head, u32 mask, u32 opf)
{
	struct buffer_head *bh = head, *first = NULL;
	u32 offset = 0, start = 0, len = 0;

	atomic_set(&head->b_pending, 1);
	for (; offset < PAGE_SIZE; mask >>= 1, offset += bh->b_size, bh = bh->b_this_page) {
		bool wanted = mask & 1;

		if (len && wanted && bh->b_blocknr == first->b_blocknr + len / bh->b_size) {
			len += bh->b_size;
			continue;
		}
		if (len) {
			atomic_inc(&head->b_pending);
			submit_run(page, start, len, first->b_bdev, first->b_blocknr * (first->b_size / SECTOR_SIZE), opf);
		}
		first = bh;
		start = offset;
		len = wanted ? bh->b_size : 0;
	}
	if (len) {
		atomic_inc(&head->b_pending);
		submit_run(page, start, len, first->b_bdev, first->b_blocknr * (first->b_size / SECTOR_SIZE), opf);
	}
	end_transfer(page, opf & REQ_OP_WRITE, 0);
}

/*
 * A page without a ring whose blocks follow each other on disk, or that is one hole: 1, started or done. 0: it is not
 * so simple. An errno with the page still locked.
 */
static int read_one_run(struct page *page, struct inode *inode, get_block_t *get_block)
{
	sector_t block = first_block(inode, page), end = file_blocks(inode);
	struct buffer_head map, first = { .b_state = 0 };

	for (u32 i = 0; i < PAGE_SIZE >> inode->i_blkbits; i++) {
		int err = 0;

		map = (struct buffer_head){ .b_size = block_size(inode) };
		if (block + i < end)
			err = get_block(inode, block + i, &map, false);
		if (err)
			return err;
		if (i == 0)
			first = map;
		else if (buffer_mapped(&map) != buffer_mapped(&first) ||
			 (buffer_mapped(&map) && map.b_blocknr != first.b_blocknr + i))
			return 0;
	}
	if (buffer_mapped(&first)) {
		submit_run(page, 0, PAGE_SIZE, first.b_bdev, first.b_blocknr * (first.b_size / SECTOR_SIZE), REQ_OP_READ);
	} else {
		clear_highpage(page);
		end_page_read(page);
	}
	return 1;
}

/* Looks up the buffers that are not uptodate; holes become zeros. *mask: those that must be read. */
static int map_for_read(struct page *page, struct inode *inode, struct buffer_head *head, get_block_t *get_block, u32 *mask)
{
	sector_t block = first_block(inode, page), end = file_blocks(inode);
	struct buffer_head *bh = head;
	u32 offset = 0;

	for (u32 bit = 1; offset < PAGE_SIZE; bit <<= 1, offset += bh->b_size, bh = bh->b_this_page, block++) {
		int err = 0;

		if (buffer_uptodate(bh))
			continue;
		if (!buffer_mapped(bh) && block < end)
			err = get_block(inode, block, bh, false);
		if (err)
			return err;
		if (buffer_mapped(bh)) {
			*mask |= bit;
		} else {
			zero_user_segment(page, offset, offset + bh->b_size);
			set_buffer_uptodate(bh);
		}
	}
	return 0;
}

int block_read_full_page(struct page *page, get_block_t *get_block)
{
	struct inode *inode = page->mapping->host;
	struct buffer_head *head;
	u32 mask = 0;
	int err = PagePrivate(page) ? 0 : read_one_run(page, inode, get_block);

	if (err > 0)
		return 0;
	if (!err) {
		head = page_buffers_create(page, block_size(inode));
		err = head ? map_for_read(page, inode, head, get_block, &mask) : -ENOMEM;
	}
	if (err) {
		unlock_page(page);
		return err;
	}
	wait_on_page_writeback(page);	/* of its other blocks: b_pending counts for one transfer of the page at a time */
	submit_buffers(page, head, mask, REQ_OP_READ);
	return 0;
}

void block_readpages(struct page **pages, unsigned nr, get_block_t *get_block)
{
	for (unsigned i = 0; i < nr; i++)
		block_read_full_page(pages[i], get_block);	/* an error is met again by who needs the page */
}

/* A block that was allocated just now: what the device's cache knows of it is of another time. */
static void settle_new_buffer(struct buffer_head *bh)
{
	if (buffer_new(bh))
		clean_bdev_aliases(bh->b_bdev, bh->b_blocknr, 1);
}

/* Dirty buffers without a block (dirtied by a mapping) get one; what cannot be placed is lost, which fsync says. */
static void map_dirty(struct page *page, struct inode *inode, struct buffer_head *head, get_block_t *get_block)
{
	sector_t block = first_block(inode, page), end = file_blocks(inode);
	struct buffer_head *bh = head;

	for (; block < end; block++) {
		if (buffer_dirty(bh) && !buffer_mapped(bh)) {
			int err = get_block(inode, block, bh, true);

			if (err) {
				mapping_set_error(page->mapping, err);
				clear_buffer_dirty(bh);
			}
			settle_new_buffer(bh);
			clear_buffer_new(bh);
		}
		bh = bh->b_this_page;
		if (bh == head)
			return;
	}
}

/*
 * The dirty buffers that can be written. PG_writeback is set before their marks are taken: a block that is freed and
 * given to a file meanwhile is either not written any more, or clean_bdev_aliases() waits for it. A buffer without a block, which
 * a mapping has dirtied since map_dirty() or the file has grown over, is left for the next time.
 */
static u32 take_dirty(struct page *page, struct inode *inode, struct buffer_head *head)
{
	sector_t block = first_block(inode, page), end = file_blocks(inode);
	struct buffer_head *bh = head;
	u32 bit = 1, mask = 0;

	ASSERT(PageWriteback(page));
	do {
		if (buffer_dirty(bh) && !buffer_mapped(bh) && block < end)
			__set_page_dirty(page);
		else if (buffer_dirty(bh) && test_and_clear_bit(BH_Dirty, &bh->b_state) && block < end)
			mask |= bit;
		bit <<= 1;
		block++;
		bh = bh->b_this_page;
	} while (bh != head);
	return mask;
}

int block_write_full_page(struct page *page, get_block_t *get_block, struct writeback_control *wbc)
{
	struct inode *inode = page->mapping->host;
	loff_t left = i_size_read(inode) - ((loff_t)page->index << PAGE_SHIFT);
	bool had_ring = PagePrivate(page);
	struct buffer_head *head;
	u32 mask;

	if (left <= 0) {		/* is being cut off */
		unlock_page(page);
		return 0;
	}
	head = page_buffers_create(page, block_size(inode));
	if (!head) {
		__set_page_dirty(page);
		unlock_page(page);
		return -ENOMEM;
	}
	if (!had_ring)
		block_dirty_buffers(page);
	/* What a mapping left behind the end must not reach the disk: it would be there when the file grows. */
	if (left < (loff_t)PAGE_SIZE)
		zero_user_segment(page, (u32)left, PAGE_SIZE);
	map_dirty(page, inode, head, get_block);
	set_page_writeback(page);
	mask = take_dirty(page, inode, head);
	unlock_page(page);
	submit_buffers(page, head, mask, REQ_OP_WRITE | (wbc->sync ? REQ_SYNC : 0));
	return 0;
}

/* Blocks that are new and will not be filled by who asked for them: zeros, so that nobody sees what was there. */
static void zero_new_buffers(struct page *page)
{
	struct buffer_head *head = page_buffers(page), *bh = head;
	u32 offset = 0;

	do {
		if (buffer_new(bh)) {
			zero_user_segment(page, offset, offset + bh->b_size);
			clear_buffer_new(bh);
			set_buffer_uptodate(bh);
			set_buffer_dirty(bh);
			__set_page_dirty(page);
		}
		offset += bh->b_size;
		bh = bh->b_this_page;
	} while (bh != head);
}

/* New blocks of a page that is uptodate: what were holes are zeros there, and must become so on disk. */
static void keep_new_buffers(struct page *page)
{
	struct buffer_head *head = page_buffers(page), *bh = head;

	do {
		if (buffer_new(bh)) {
			clear_buffer_new(bh);
			set_buffer_dirty(bh);
			__set_page_dirty(page);
		}
		bh = bh->b_this_page;
	} while (bh != head);
}

/* Every block of bytes [from, to) of the page has a place on disk afterwards. */
static int allocate_blocks(struct page *page, struct inode *inode, u32 from, u32 to, get_block_t *get_block)
{
	struct buffer_head *head = page_buffers_create(page, block_size(inode)), *bh = head;
	sector_t block = first_block(inode, page);
	int err = 0;

	if (!head)
		return -ENOMEM;
	for (u32 offset = 0; offset < to && !err; offset += bh->b_size, bh = bh->b_this_page, block++) {
		if (offset + bh->b_size <= from || buffer_mapped(bh))
			continue;
		err = get_block(inode, block, bh, true);
		if (err)
			break;
		settle_new_buffer(bh);
	}
	if (PageUptodate(page))
		keep_new_buffers(page);
	else if (err)
		zero_new_buffers(page);
	return err;
}

/* The page, locked, and valid outside of the bytes that are about to be written. */
static struct page *page_for_write(struct address_space *m, loff_t pos, unsigned len, get_block_t *get_block)
{
	pgoff_t index = (pgoff_t)(pos >> PAGE_SHIFT);

	for (;;) {
		struct page *page = find_or_create_page(m, index, m->gfp_mask);
		int err;

		if (!page)
			return ERR_PTR(-ENOMEM);
		if (PageUptodate(page) || len == PAGE_SIZE)
			return page;
		if ((loff_t)index << PAGE_SHIFT >= i_size_read(m->host)) {
			clear_highpage(page);
			set_all_uptodate(page);
			return page;
		}
		err = block_read_full_page(page, get_block);
		if (!err) {
			wait_on_page_locked(page);
			err = PageUptodate(page) || page->mapping != m ? 0 : -EIO;
		}
		put_page(page);
		if (err)
			return ERR_PTR(err);
	}
}

int block_write_begin(struct address_space *m, loff_t pos, unsigned len, struct page **pagep, get_block_t *get_block)
{
	u32 from = (u32)pos & (PAGE_SIZE - 1);
	struct page *page = page_for_write(m, pos, len, get_block);
	int err;

	if (IS_ERR(page))
		return PTR_ERR(page);
	err = allocate_blocks(page, m->host, from, from + len, get_block);
	if (err) {
		unlock_page(page);
		put_page(page);
		return err;
	}
	*pagep = page;
	return 0;
}

static void commit_buffers(struct page *page, u32 from, u32 to)
{
	struct buffer_head *head = page_buffers(page), *bh = head;
	u32 offset = 0;

	do {
		if (offset < to && offset + bh->b_size > from) {
			clear_buffer_new(bh);
			set_buffer_uptodate(bh);
			set_buffer_dirty(bh);
		}
		offset += bh->b_size;
		bh = bh->b_this_page;
	} while (bh != head);
	if (to - from == PAGE_SIZE)
		SetPageUptodate(page);
	__set_page_dirty(page);
}

int generic_write_end(struct file *file, struct address_space *m, loff_t pos, unsigned len, unsigned copied, struct page *page)
{
	struct inode *inode = m->host;
	loff_t old_size = inode->i_size;
	u32 from = (u32)pos & (PAGE_SIZE - 1);

	(void)file;
	if (copied < len && !PageUptodate(page)) {
		copied = 0;		/* the rest of the page is not known */
		zero_new_buffers(page);
	}
	if (copied)
		commit_buffers(page, from, from + copied);
	if (copied && pos + copied > old_size) {
		i_size_write(inode, pos + copied);
		__mark_inode_dirty(inode, I_DIRTY_SYNC | I_DIRTY_DATASYNC);
	}
	unlock_page(page);
	put_page(page);
	pagecache_isize_extended(inode, old_size, pos);
	return (int)copied;
}

int block_page_mkwrite(struct vm_area_struct *vma, struct page *page, get_block_t *get_block)
{
	struct inode *inode;
	struct address_space *m = page->mapping;
	loff_t left;
	u32 end;
	int err;

	(void)vma;
	lock_page(page);
	if (!m || page->mapping != m) {
		unlock_page(page);
		return VM_FAULT_NOPAGE;		/* truncated: the next fault will say what there is */
	}
	inode = m->host;
	left = i_size_read(inode) - ((loff_t)page->index << PAGE_SHIFT);
	end = (u32)min(max(left, (loff_t)0), (loff_t)PAGE_SIZE);
	err = end ? allocate_blocks(page, inode, 0, end, get_block) : -EFBIG;
	if (err) {
		unlock_page(page);
		return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
	}
	commit_buffers(page, 0, end);
	return 0;
}

int block_truncate_page(struct address_space *m, loff_t newsize, get_block_t *get_block)
{
	struct inode *inode = m->host;
	u32 offset = (u32)newsize & (PAGE_SIZE - 1), nth = offset >> inode->i_blkbits;
	struct buffer_head *bh;
	struct page *page;
	int err = 0;

	if (!(offset & (block_size(inode) - 1)))
		return 0;
	page = read_mapping_page(m, (pgoff_t)(newsize >> PAGE_SHIFT), NULL);
	if (IS_ERR(page))
		return PTR_ERR(page);
	lock_page(page);
	bh = page->mapping == m ? page_buffers_create(page, block_size(inode)) : NULL;
	for (u32 i = 0; bh && i < nth; i++)
		bh = bh->b_this_page;
	if (bh && !buffer_mapped(bh))
		err = get_block(inode, first_block(inode, page) + nth, bh, false);
	if (bh && !err && buffer_mapped(bh)) {
		zero_user_segment(page, offset, PAGE_SIZE);
		set_buffer_dirty(bh);
		__set_page_dirty(page);
	} else if (!bh && page->mapping == m) {
		err = -ENOMEM;
	}
	unlock_page(page);
	put_page(page);
	return err;
}

u64 generic_block_bmap(struct address_space *m, u64 iblock, get_block_t *get_block)
{
	struct buffer_head map = { .b_size = block_size(m->host) };

	return get_block(m->host, iblock, &map, false) == 0 && buffer_mapped(&map) ? map.b_blocknr : 0;
}
