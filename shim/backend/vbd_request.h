/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of a blkif ring: what they ask for, whether that is allowed, and
 * which I/Os of a host's disk do it. Nothing here touches guest memory, locks
 * or a host: all of it works on private copies.
 */
#ifndef XHV_VBD_REQUEST_H
#define XHV_VBD_REQUEST_H

#include <linux/bits.h>
#include <linux/types.h>
#include <xen/interface/io/blkif.h>

#include "../../include/xhv/block.h"

#define VBD_SECTOR_SHIFT	9
/* A grant is a page of 4 KiB whatever the guest's page size (io/blkif.h). */
#define VBD_PAGE_SHIFT		12
#define VBD_PAGE_SIZE		BIT(VBD_PAGE_SHIFT)
#define VBD_PAGE_SECTORS	BIT(VBD_PAGE_SHIFT - VBD_SECTOR_SHIFT)

/* The largest request that a front end is offered, in segments of a page. */
#define VBD_MAX_SEGS		256
#define VBD_SEGS_PER_PAGE \
	(VBD_PAGE_SIZE / sizeof(struct blkif_request_segment))
#define VBD_MAX_INDIRECT_PAGES	DIV_ROUND_UP(VBD_MAX_SEGS, VBD_SEGS_PER_PAGE)

/**
 * struct vbd_limits - what a disk can do
 * @sectors: capacity in units of 512 bytes
 * @block_size: logical block in bytes; I/O is a multiple of it
 * @max_bytes: the largest transfer of one I/O, a multiple of 4096
 * @max_pfns: the longest page list of one I/O
 * @max_segs: the longest indirect request that was advertised
 * @discard_max: the longest discard of one I/O, in units of 512 bytes
 * @bounce_bytes: size of the bounce buffer, a multiple of @block_size; 0 if
 *		  @block_size is 512, when none is ever needed
 * @read_only: writes and discards are refused
 * @flush: the disk has a volatile cache
 * @fua: a write may ask to be stable when it completes
 * @discard: the disk takes discards
 * @secure_discard: ... that leave nothing behind
 */
struct vbd_limits {
	u64 sectors;
	u64 discard_max;
	u32 block_size;
	u32 max_bytes;
	u32 max_pfns;
	u32 max_segs;
	u32 bounce_bytes;
	bool read_only;
	bool flush;
	bool fua;
	bool discard;
	bool secure_discard;
};

/*
 * What has to happen for a request, in the order of the bits.
 * A barrier (io/blkif.h, BLKIF_OP_WRITE_BARRIER) waits for what came before,
 * empties the cache, writes and makes its own data stable; a flush that
 * carries data empties the cache and writes.
 */
#define VBD_STEP_DRAIN		BIT(0)	/* nothing else is in flight */
#define VBD_STEP_PREFLUSH	BIT(1)
#define VBD_STEP_WAIT		BIT(2)	/* what was submitted has ended */
#define VBD_STEP_DATA		BIT(3)
#define VBD_STEP_WAIT_DATA	BIT(4)
#define VBD_STEP_POSTFLUSH	BIT(5)
#define VBD_STEP_DISCARD	BIT(6)

/**
 * struct vbd_request - a request, parsed
 * @id: the front end's name for it, echoed in the response
 * @sector: first sector, in units of 512 bytes
 * @nr_sectors: how many; of a read or write only known from its segments
 * @indirect_gref: the pages that hold the segments of an indirect request
 * @nr_segs: how many segments
 * @operation: BLKIF_OP_* as the response has to echo it
 * @steps: VBD_STEP_*
 * @io_flags: XHV_BLOCK_FUA for the data, XHV_BLOCK_SECURE for a discard
 * @indirect: the segments are not in the ring
 * @write: the data goes to the disk
 * @whole: the segments are one page list, and it is not too long: one I/O
 */
struct vbd_request {
	u64 id;
	u64 sector;
	u64 nr_sectors;
	grant_ref_t indirect_gref[VBD_MAX_INDIRECT_PAGES];
	u16 nr_segs;
	u8 operation;
	u8 steps;
	u8 io_flags;
	bool indirect;
	bool write;
	bool whole;
};

/**
 * vbd_request_parse() - understand a request
 * @req: a private copy of the ring's slot
 * @lim: the disk
 * @out: gets the request; @id and @operation are valid after any result
 *
 * Return: 0, or what to answer: BLKIF_RSP_ERROR, BLKIF_RSP_EOPNOTSUPP.
 */
int vbd_request_parse(const struct blkif_request *req,
		      const struct vbd_limits *lim, struct vbd_request *out);

/**
 * vbd_request_check() - judge the segments of a read or write
 * @rq: the request; gets @nr_sectors and @whole
 * @segs: a private copy of its segments, @rq->nr_segs of them
 * @lim: the disk
 *
 * Return: 0 or BLKIF_RSP_ERROR.
 */
int vbd_request_check(struct vbd_request *rq,
		      const struct blkif_request_segment *segs,
		      const struct vbd_limits *lim);

/* Where in its segments a request is: @skip sectors into segment @seg. */
struct vbd_cursor {
	u16 seg;
	u8 skip;
};

/**
 * struct vbd_io - the next I/O of a request
 * @seg: its first segment
 * @nr_pages: how many segments it touches, one page each
 * @offset: byte offset of its data in the page of @seg
 * @len: bytes
 * @bounce: the data is no single page list of whole blocks and goes through
 *	    the bounce buffer
 */
struct vbd_io {
	u16 seg;
	u16 nr_pages;
	u32 offset;
	u32 len;
	bool bounce;
};

/**
 * vbd_request_next() - the longest I/O that starts at a cursor
 * @segs: segments that vbd_request_check() found good
 * @nr_segs: how many
 * @lim: the disk
 * @cur: where to start, before the end; gets where the I/O ends
 * @io: gets the I/O
 *
 * A page list has no gaps: all but the first page start at offset 0 and all
 * but the last are full, so a gap ends an I/O. Where blocks are larger than
 * 512 bytes a gap can fall into a block, and that I/O is marked to bounce.
 */
void vbd_request_next(const struct blkif_request_segment *segs,
		      unsigned int nr_segs, const struct vbd_limits *lim,
		      struct vbd_cursor *cur, struct vbd_io *io);

/* The one I/O of a request that is @whole: what vbd_request_next() would find,
 * without another look at every segment.
 */
static inline void vbd_request_whole(const struct vbd_request *rq,
				     const struct blkif_request_segment *segs,
				     struct vbd_cursor *cur, struct vbd_io *io)
{
	io->seg = 0;
	io->nr_pages = rq->nr_segs;
	io->offset = segs[0].first_sect << VBD_SECTOR_SHIFT;
	io->len = rq->nr_sectors << VBD_SECTOR_SHIFT;
	io->bounce = false;
	cur->seg = rq->nr_segs;
}

/**
 * vbd_request_trim_discard() - shrink a discard to whole blocks
 * @rq: the request; nr_sectors becomes 0 if no whole block is in it
 * @lim: the disk
 *
 * A discard is a hint (io/blkif.h), so dropping its ragged ends is right and
 * touching a neighbour's sectors would not be.
 */
void vbd_request_trim_discard(struct vbd_request *rq,
			      const struct vbd_limits *lim);

/* A transport's result as BLKIF_RSP_*. */
int vbd_request_status(int error);

#endif /* XHV_VBD_REQUEST_H */
