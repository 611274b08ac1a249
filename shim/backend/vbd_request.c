// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of a blkif ring, checked and translated (see vbd_request.h).
 *
 * The rules are those of io/blkif.h; where it leaves a choice the answers are
 * those of xen-blkback (drivers/block/xen-blkback/blkback.c), because that is
 * what front ends have been tested with.
 */
#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/string.h>

#include "vbd_request.h"

static bool on_disk(u64 sector, u64 nr, const struct vbd_limits *lim)
{
	/* A disk may shrink at this moment (xhv_block_resized()). */
	u64 sectors = READ_ONCE(lim->sectors);

	return nr <= sectors && sector <= sectors - nr;
}

static int parse_indirect(const struct blkif_request *req,
			  const struct vbd_limits *lim,
			  struct vbd_request *out)
{
	/* The response echoes what the indirection stands for. */
	out->operation = req->u.indirect.indirect_op;
	out->indirect = true;
	out->nr_segs = req->u.indirect.nr_segments;
	out->sector = req->u.indirect.sector_number;
	out->steps = VBD_STEP_DATA;
	out->write = out->operation == BLKIF_OP_WRITE;

	if (out->operation != BLKIF_OP_READ &&
	    out->operation != BLKIF_OP_WRITE)
		return BLKIF_RSP_ERROR;
	if (!out->nr_segs || out->nr_segs > lim->max_segs ||
	    out->nr_segs > VBD_MAX_SEGS)
		return BLKIF_RSP_ERROR;
	memcpy(out->indirect_gref, req->u.indirect.indirect_grefs,
	       sizeof(out->indirect_gref));
	return 0;
}

static int parse_discard(const struct blkif_request *req,
			 const struct vbd_limits *lim,
			 struct vbd_request *out)
{
	/* Ignored where discard-secure is 0 (io/blkif.h). */
	if (lim->secure_discard && (req->u.discard.flag & BLKIF_DISCARD_SECURE))
		out->io_flags |= XHV_BLOCK_SECURE;
	out->sector = req->u.discard.sector_number;
	out->nr_sectors = req->u.discard.nr_sectors;
	out->steps = VBD_STEP_DISCARD;

	if (!lim->discard)
		return BLKIF_RSP_EOPNOTSUPP;
	if (lim->read_only ||
	    !on_disk(out->sector, out->nr_sectors, lim))
		return BLKIF_RSP_ERROR;
	/* No hint: what would be trimmed would not be erased, as Linux's
	 * blkdev_issue_secure_erase() says with -EINVAL.
	 */
	if ((out->io_flags & XHV_BLOCK_SECURE) &&
	    !IS_ALIGNED(out->sector | out->nr_sectors,
			lim->block_size >> VBD_SECTOR_SHIFT))
		return BLKIF_RSP_ERROR;
	vbd_request_trim_discard(out, lim);
	return 0;
}

static void parse_flush(const struct vbd_limits *lim, struct vbd_request *out)
{
	if (!lim->flush)
		return;
	out->steps |= VBD_STEP_PREFLUSH;
	if (out->nr_segs)
		out->steps |= VBD_STEP_WAIT;
}

static void parse_barrier(const struct vbd_limits *lim,
			  struct vbd_request *out)
{
	out->steps |= VBD_STEP_DRAIN;
	parse_flush(lim, out);
	if (!out->nr_segs)
		return;
	/* Later requests must not overtake the barrier's own data. */
	out->steps |= VBD_STEP_WAIT_DATA;
	if (lim->fua)
		out->io_flags |= XHV_BLOCK_FUA;
	else if (lim->flush)
		out->steps |= VBD_STEP_POSTFLUSH;
}

int vbd_request_parse(const struct blkif_request *req,
		      const struct vbd_limits *lim, struct vbd_request *out)
{
	memset(out, 0, sizeof(*out));
	/* The id of every kind of request is at one place (io/blkif.h). */
	out->id = req->u.other.id;
	out->operation = req->operation;

	switch (req->operation) {
	case BLKIF_OP_INDIRECT:
		return parse_indirect(req, lim, out);
	case BLKIF_OP_DISCARD:
		return parse_discard(req, lim, out);
	case BLKIF_OP_READ:
	case BLKIF_OP_WRITE:
	case BLKIF_OP_FLUSH_DISKCACHE:
	case BLKIF_OP_WRITE_BARRIER:
		break;
	default:
		return BLKIF_RSP_EOPNOTSUPP;
	}

	out->nr_segs = req->u.rw.nr_segments;
	out->sector = req->u.rw.sector_number;
	out->write = req->operation != BLKIF_OP_READ;
	if (out->nr_segs > BLKIF_MAX_SEGMENTS_PER_REQUEST)
		return BLKIF_RSP_ERROR;

	if (req->operation == BLKIF_OP_FLUSH_DISKCACHE)
		parse_flush(lim, out);
	else if (req->operation == BLKIF_OP_WRITE_BARRIER)
		parse_barrier(lim, out);
	else if (!out->nr_segs)
		return BLKIF_RSP_ERROR;
	if (out->nr_segs)
		out->steps |= VBD_STEP_DATA;
	return 0;
}

/* What the segments have between them; false if one makes no sense. */
static bool measure(const struct vbd_request *rq,
		    const struct blkif_request_segment *segs, u64 *nr,
		    bool *gap)
{
	unsigned int i;

	*nr = 0;
	for (i = 0; i < rq->nr_segs; i++) {
		if (segs[i].last_sect >= VBD_PAGE_SECTORS ||
		    segs[i].last_sect < segs[i].first_sect)
			return false;
		*nr += segs[i].last_sect - segs[i].first_sect + 1;
		if (i)
			*gap |= segs[i].first_sect ||
				segs[i - 1].last_sect != VBD_PAGE_SECTORS - 1;
	}
	return true;
}

/* All pages in full, as they mostly are? */
static bool all_full(const struct blkif_request_segment *segs, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (segs[i].first_sect ||
		    segs[i].last_sect != VBD_PAGE_SECTORS - 1)
			return false;
	return true;
}

int vbd_request_check(struct vbd_request *rq,
		      const struct blkif_request_segment *segs,
		      const struct vbd_limits *lim)
{
	u32 block = lim->block_size >> VBD_SECTOR_SHIFT;
	u64 nr = rq->nr_segs * VBD_PAGE_SECTORS;
	bool gap = false;

	if (!all_full(segs, rq->nr_segs) && !measure(rq, segs, &nr, &gap))
		return BLKIF_RSP_ERROR;
	rq->nr_sectors = nr;
	rq->whole = !gap && rq->nr_segs <= lim->max_pfns &&
		    nr << VBD_SECTOR_SHIFT <= lim->max_bytes;

	if (rq->write && lim->read_only)
		return BLKIF_RSP_ERROR;
	if (!on_disk(rq->sector, nr, lim))
		return BLKIF_RSP_ERROR;
	/* A part of a block cannot be written without reading it first, and
	 * sector-size told the front end so.
	 */
	if (!IS_ALIGNED(rq->sector | nr, block))
		return BLKIF_RSP_ERROR;
	return 0;
}

static u32 seg_start(const struct blkif_request_segment *segs,
		     const struct vbd_cursor *cur, unsigned int i)
{
	return segs[i].first_sect + (i == cur->seg ? cur->skip : 0);
}

/* The largest number of bytes from @cur that one page list can hold. */
static u32 next_run(const struct blkif_request_segment *segs,
		    unsigned int nr_segs, const struct vbd_limits *lim,
		    const struct vbd_cursor *cur)
{
	unsigned int i = cur->seg, pages = 0;
	u32 len = 0, start, sectors;

	for (; i < nr_segs && pages < lim->max_pfns; i++, pages++) {
		start = seg_start(segs, cur, i);
		if (pages && start)
			break;
		sectors = segs[i].last_sect + 1 - start;
		len += sectors << VBD_SECTOR_SHIFT;
		if (len >= lim->max_bytes)
			return lim->max_bytes;
		if (segs[i].last_sect != VBD_PAGE_SECTORS - 1)
			break;
	}
	return len;
}

/* The bytes from @cur to the first place where both a segment and a block
 * end, or as much as the bounce buffer holds.
 */
static u32 next_bounce(const struct blkif_request_segment *segs,
		       unsigned int nr_segs, const struct vbd_limits *lim,
		       const struct vbd_cursor *cur)
{
	unsigned int i;
	u32 len = 0;

	for (i = cur->seg; i < nr_segs && len < lim->bounce_bytes; i++) {
		len += (segs[i].last_sect + 1 - seg_start(segs, cur, i)) <<
			VBD_SECTOR_SHIFT;
		if (IS_ALIGNED(len, lim->block_size))
			break;
	}
	return min(len, lim->bounce_bytes);
}

void vbd_request_next(const struct blkif_request_segment *segs,
		      unsigned int nr_segs, const struct vbd_limits *lim,
		      struct vbd_cursor *cur, struct vbd_io *io)
{
	u32 left, sectors;

	io->seg = cur->seg;
	io->offset = seg_start(segs, cur, cur->seg) << VBD_SECTOR_SHIFT;
	io->len = round_down(next_run(segs, nr_segs, lim, cur),
			     lim->block_size);
	io->bounce = !io->len;
	if (io->bounce)
		io->len = next_bounce(segs, nr_segs, lim, cur);

	io->nr_pages = 0;
	for (left = io->len >> VBD_SECTOR_SHIFT; left; left -= sectors) {
		sectors = segs[cur->seg].last_sect + 1 -
			  seg_start(segs, cur, cur->seg);
		io->nr_pages++;
		if (sectors > left) {
			cur->skip += left;
			break;
		}
		cur->seg++;
		cur->skip = 0;
	}
}

void vbd_request_trim_discard(struct vbd_request *rq,
			      const struct vbd_limits *lim)
{
	u32 block = lim->block_size >> VBD_SECTOR_SHIFT;
	u64 start = round_up(rq->sector, block);
	u64 end = round_down(rq->sector + rq->nr_sectors, block);

	rq->sector = start;
	rq->nr_sectors = end > start ? end - start : 0;
}

int vbd_request_status(int error)
{
	switch (error) {
	case 0:
		return BLKIF_RSP_OKAY;
	case -EOPNOTSUPP:
		return BLKIF_RSP_EOPNOTSUPP;
	default:
		return BLKIF_RSP_ERROR;
	}
}
