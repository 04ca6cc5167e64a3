/* SPDX-License-Identifier: MIT */
/*
 * Disks: the list of them, their partitions, their numbers and names. A disk is made known once, by its driver, when
 * everything in it is in place; from then on disks, partitions and what add_disk has set stay as they are, so that a
 * look-up gives a pointer without a reference.
 *
 * disks_mutex guards the list.
 */
#include "fs/chrdev.h"
#include "kernel/block/internal.h"
#include "kernel/block/partition.h"
#include "kernel/printk.h"
#include "lib/abi/stat.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/slab.h"

static LIST_HEAD(disks);
static DEFINE_MUTEX(disks_mutex);

static void init_bdev(struct block_device *bdev, struct gendisk *disk, u32 partno, sector_t start, sector_t length)
{
	bdev->bd_dev = MKDEV(disk->major, disk->first_minor + partno);
	bdev->bd_disk = disk;
	bdev->bd_partno = partno;
	bdev->bd_start_sect = start;
	bdev->bd_nr_sects = length;
	if (partno)
		scnprintf(bdev->bd_name, sizeof(bdev->bd_name), "%s%s%u", disk->disk_name, disk->partition_digits ? "p" : "", partno);
	else
		strscpy(bdev->bd_name, disk->disk_name, sizeof(bdev->bd_name));
	mutex_init(&bdev->bd_mutex);
	/* The largest that fits both the page and the device. */
	bdev->bd_block_size = PAGE_SIZE;
	while (bdev->bd_block_size > disk->queue->logical_block_size && length % (bdev->bd_block_size >> SECTOR_SHIFT))
		bdev->bd_block_size /= 2;
}

/* A partition table is read page by page, for its parts lie close together. */
struct table_reader {
	struct partition_table table;
	struct block_device *bdev;
	struct page *page;
	sector_t sector;		/* that page holds from here on; ~0: nothing */
};

static int read_page(struct table_reader *r, sector_t sector)
{
	struct bio *bio = bio_alloc(GFP_KERNEL, 1);
	int err;

	bio->bi_bdev = r->bdev;
	bio->bi_sector = sector;
	bio_add_page(bio, r->page, (u32)min(r->bdev->bd_nr_sects - sector, (sector_t)PAGE_SIZE / SECTOR_SIZE) * SECTOR_SIZE, 0);
	err = submit_bio_wait(bio);
	bio_put(bio);
	r->sector = err ? ~0ull : sector;
	if (err)
		pr_err("%s: cannot read its partition table (error %d)\n", r->bdev->bd_name, -err);
	return err;
}

static const void *read_block(struct partition_table *t, u64 lba)
{
	struct table_reader *r = container_of(t, struct table_reader, table);
	u64 sector = lba * (t->block_size >> SECTOR_SHIFT), first = ALIGN_DOWN(sector, PAGE_SIZE / SECTOR_SIZE);

	if (lba >= t->nr_blocks || (first != r->sector && read_page(r, first)))
		return NULL;
	return (char *)lowmem_page_address(r->page) + (sector - first) * SECTOR_SIZE;
}

static int add_partition(struct gendisk *disk, const struct partition *p)
{
	u32 unit = disk->queue->logical_block_size >> SECTOR_SHIFT;
	struct block_device *bdev = kzalloc(sizeof(*bdev), GFP_KERNEL);
	struct block_device *behind;

	if (!bdev)
		return -ENOMEM;
	init_bdev(bdev, disk, p->number, p->start * unit, p->length * unit);
	list_for_each_entry(behind, &disk->parts, bd_list)
		if (behind->bd_partno > p->number)
			break;
	list_add_tail(&bdev->bd_list, &behind->bd_list);
	return 0;
}

static int read_partitions(struct gendisk *disk)
{
	struct table_reader *r = kzalloc(sizeof(*r), GFP_KERNEL);
	u32 size = disk->queue->logical_block_size;
	int err = -ENOMEM;

	if (!r)
		return err;
	r->table = (struct partition_table){
		.disk_name = disk->disk_name, .block_size = size, .max_number = min(disk->minors - 1, MAX_PARTITIONS),
		.nr_blocks = disk->part0.bd_nr_sects / (size >> SECTOR_SHIFT), .read_block = read_block,
	};
	r->bdev = &disk->part0;
	r->sector = ~0ull;
	r->page = alloc_page(GFP_KERNEL);
	if (r->page) {
		parse_partitions(&r->table);
		__free_pages(r->page, 0);
		err = 0;
	}
	for (u32 i = 0; i < r->table.count && !err; i++)
		err = add_partition(disk, &r->table.parts[i]);
	kfree(r);
	return err;
}

static void announce(const struct gendisk *disk)
{
	struct block_device *bdev;
	char names[128] = "";
	int n = 0;

	list_for_each_entry(bdev, &disk->parts, bd_list)
		n += scnprintf(names + n, sizeof(names) - (size_t)n, " %s", bdev->bd_name);
	pr_info("%s: %llu KiB%s%s%s\n", disk->disk_name, (unsigned long long)disk->part0.bd_nr_sects / 2,
		disk->read_only ? ", read-only" : "", n ? ":" : "", names);
}

int add_disk(struct gendisk *disk)
{
	struct block_device *bdev;
	int err = blk_bounce_init(disk->queue);

	if (err)
		return err;
	INIT_LIST_HEAD(&disk->parts);
	init_bdev(&disk->part0, disk, 0, 0, disk->part0.bd_nr_sects);
	err = read_partitions(disk);
	if (err)
		pr_err("%s: not all partitions are there (error %d)\n", disk->disk_name, -err);
	announce(disk);
	mutex_lock(&disks_mutex);
	list_add_tail(&disk->list, &disks);
	mutex_unlock(&disks_mutex);
	err = device_create_node(disk->disk_name, S_IFBLK | 0660, disk->part0.bd_dev);
	list_for_each_entry(bdev, &disk->parts, bd_list)
		err = device_create_node(bdev->bd_name, S_IFBLK | 0660, bdev->bd_dev) ?: err;
	if (err)
		pr_err("%s: not all device files could be made (error %d)\n", disk->disk_name, -err);
	return 0;
}

void for_each_bdev(void (*fn)(struct block_device *, void *), void *arg)
{
	struct block_device *bdev;
	struct gendisk *disk;

	mutex_lock(&disks_mutex);
	list_for_each_entry(disk, &disks, list) {
		fn(&disk->part0, arg);
		list_for_each_entry(bdev, &disk->parts, bd_list)
			fn(bdev, arg);
	}
	mutex_unlock(&disks_mutex);
}

struct search { dev_t dev; const char *name; struct block_device *found; };

static void compare(struct block_device *bdev, void *arg)
{
	struct search *s = arg;

	if (s->name ? strcmp(bdev->bd_name, s->name) == 0 : bdev->bd_dev == s->dev)
		s->found = bdev;
}

struct block_device *lookup_bdev_nr(dev_t dev)
{
	struct search s = { .dev = dev };

	for_each_bdev(compare, &s);
	return s.found;
}

struct block_device *lookup_bdev_name(const char *name)
{
	struct search s = { .name = str_has_prefix(name, "/dev/") ? name + 5 : name };

	for_each_bdev(compare, &s);
	return s.found;
}

struct block_device *first_disk(void)
{
	struct gendisk *disk;

	mutex_lock(&disks_mutex);
	disk = list_first_entry_or_null(&disks, struct gendisk, list);
	mutex_unlock(&disks_mutex);
	return disk ? &disk->part0 : NULL;
}
