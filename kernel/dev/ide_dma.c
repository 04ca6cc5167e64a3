/* SPDX-License-Identifier: MIT */
/*
 * Bus-master DMA of PIIX and its kin: the controller moves the data by itself, along a table of pieces of memory
 * (physical region descriptors). A piece must not cross a multiple of 64 KiB, and neither must the table; ours
 * lie within pages. Addresses have 32 bits: what lies higher is bounced by the block layer.
 *
 * Source: Programming Interface for Bus Master IDE Controller, revision 1.0.
 */
#include "kernel/cpu/io.h"
#include "kernel/dev/ide.h"
#include "mm/buddy.h"

struct prd { u32 address; u16 bytes, flags; };
static_assert(sizeof(struct prd) == 8, "BMIDE 1.2");
enum {
	PRD_LAST = 0x8000, BM_COMMAND = 0, BM_STATUS = 2, BM_TABLE = 4,
	BM_START = 1, BM_TO_MEMORY = 8, BM_ACTIVE = 1, BM_ERROR = 2, BM_INTERRUPT = 4,
};

int ide_dma_init(struct ide_channel *ch)
{
	ch->prd = (struct prd *)__get_free_page(GFP_KERNEL);
	return ch->prd ? 0 : -ENOMEM;
}

void ide_dma_prepare(struct ide_channel *ch, struct request *rq)
{
	struct prd *prd = ch->prd;
	struct rq_iter it;

	for (rq_iter_init(&it, rq); rq_iter_valid(&it); rq_iter_next(&it))
		*prd++ = (struct prd){ (u32)page_to_phys(it.bv.bv_page) + it.bv.bv_offset, (u16)it.bv.bv_len, 0 };
	prd[-1].flags = PRD_LAST;
	outl(__pa(ch->prd), ch->bmide + BM_TABLE);
	outb((rq->cmd_flags & REQ_OP_MASK) == REQ_OP_READ ? BM_TO_MEMORY : 0, ch->bmide + BM_COMMAND);
	outb(inb(ch->bmide + BM_STATUS) | BM_ERROR | BM_INTERRUPT, ch->bmide + BM_STATUS);	/* ones clear */
}

void ide_dma_start(struct ide_channel *ch)
{
	outb(inb(ch->bmide + BM_COMMAND) | BM_START, ch->bmide + BM_COMMAND);
}

bool ide_dma_interrupts(const struct ide_channel *ch) { return inb(ch->bmide + BM_STATUS) & BM_INTERRUPT; }

int ide_dma_end(struct ide_channel *ch)
{
	u8 status;

	outb(inb(ch->bmide + BM_COMMAND) & ~BM_START, ch->bmide + BM_COMMAND);
	status = inb(ch->bmide + BM_STATUS);
	outb(status | BM_ERROR | BM_INTERRUPT, ch->bmide + BM_STATUS);
	return status & (BM_ERROR | BM_ACTIVE) ? -EIO : 0;
}
