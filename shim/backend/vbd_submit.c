// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a request to I/Os: grants to frames, frames to page lists, page lists to
 * the transport. All of it under ring->lock, in the contexts of vbd_ring.c.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../gnttab.h"
#include "vbd.h"
#include "vbd_data.h"

/* From one reference of a list of segments to the next. */
#define SEG_STEP \
	(sizeof(struct blkif_request_segment) / sizeof(grant_ref_t))

void vbd_req_unpin(struct vbd_req *req)
{
	if (!req->pinned)
		return;
	xhv_gnttab_unpin_list(&req->segs->gref, SEG_STEP, req->rq.nr_segs,
			      !req->rq.write);
	req->pinned = false;
}

/* The frames of the request being submitted. Where nothing ever bounces this
 * is the transport's own packet, so that the list is written once.
 */
static u64 *page_list(struct vbd_ring *r)
{
	return r->bounce_list ?: r->q->pfns;
}

/* All grants are resolved before the first I/O, as a mapping back end does: a
 * bad one fails the request before anything is written.
 */
static int pin(struct vbd_ring *r, struct vbd_req *req)
{
	BUILD_BUG_ON(sizeof(*req->segs) % sizeof(grant_ref_t));

	if (xhv_gnttab_pin_list(&req->segs->gref, SEG_STEP, req->rq.nr_segs,
				!req->rq.write, page_list(r)) != GNTST_okay) {
		r->st.rejects++;
		return -EFAULT;
	}
	req->pinned = true;
	r->list_seg = 0;
	return 0;
}

/* -EAGAIN: no tag or no room in the channel; else the transport's result. */
static int submit(struct vbd_ring *r, struct vbd_req *req,
		  struct xhv_block_io *io)
{
	struct vbd_tag *tag;
	int err;

	if (r->free_tag == r->nr_tags) {
		r->st.full++;
		return -EAGAIN;
	}
	tag = &r->tags[r->free_tag];
	io->tag = r->free_tag;
	err = r->q->dev->ops->submit(r->q, io);
	if (err) {
		if (err == -EAGAIN)
			r->st.full++;
		return err;
	}
	r->free_tag = tag->next_free;
	tag->req = req;
	req->ios++;
	r->inflight++;
	return 0;
}

static int submit_flush(struct vbd_ring *r, struct vbd_req *req)
{
	struct xhv_block_io io = { .op = XHV_BLOCK_FLUSH };

	return submit(r, req, &io);
}

static int submit_discard(struct vbd_ring *r, struct vbd_req *req)
{
	int err;

	while (req->done < req->rq.nr_sectors) {
		struct xhv_block_io io = {
			.op = XHV_BLOCK_DISCARD,
			.flags = req->rq.io_flags,
			.sector = req->rq.sector + req->done,
			.nr_sectors = min(req->rq.nr_sectors - req->done,
					  r->vbd->limits.discard_max),
		};

		err = submit(r, req, &io);
		if (err)
			return err;
		req->done += io.nr_sectors;
	}
	return 0;
}

/* Copies between the bounce buffer and the pages of the current request. */
static void bounce_copy(struct vbd_ring *r, const struct vbd_req *req,
			const struct vbd_io *b, bool to_guest)
{
	u32 offset = b->offset, left = b->len, len;
	char *buf = r->bounce;
	unsigned int seg;
	char *page;

	for (seg = b->seg; left; seg++, left -= len, buf += len) {
		len = (req->segs[seg].last_sect + 1) << VBD_SECTOR_SHIFT;
		len = min(len - offset, left);
		/* No highmem on x86-64: every frame has an address. */
		page = (char *)__va(r->bounce_list[seg] << VBD_PAGE_SHIFT) +
			offset;
		if (to_guest)
			memcpy(page, buf, len);
		else
			memcpy(buf, page, len);
		if (seg + 1 < req->rq.nr_segs)
			offset = req->segs[seg + 1].first_sect <<
				VBD_SECTOR_SHIFT;
	}
}

static void fill_bounce(struct vbd_ring *r, const struct vbd_req *req,
			const struct vbd_io *b)
{
	u64 pfn = __pa(r->bounce) >> VBD_PAGE_SHIFT;
	unsigned int i;

	if (req->rq.write)
		bounce_copy(r, req, b, false);
	for (i = 0; i < DIV_ROUND_UP(b->len, VBD_PAGE_SIZE); i++)
		r->q->pfns[i] = pfn + i;
}

/* Puts the frames from segment @seg on to where the transport wants them. */
static void fill_pfns(struct vbd_ring *r, const struct vbd_req *req,
		      const struct vbd_io *b)
{
	u64 *pfns = r->q->pfns;

	if (r->bounce_list) {
		memcpy(pfns, r->bounce_list + b->seg,
		       b->nr_pages * sizeof(*pfns));
	} else if (b->seg != r->list_seg) {
		memmove(pfns, pfns + (b->seg - r->list_seg),
			(req->rq.nr_segs - b->seg) * sizeof(*pfns));
		r->list_seg = b->seg;
	}
}

static int submit_data(struct vbd_ring *r, struct vbd_req *req)
{
	struct vbd_cursor cur;
	struct vbd_io b;
	int err;

	if (!req->pinned) {
		req->cur = (struct vbd_cursor) { };
		req->done = 0;
		err = pin(r, req);
		if (err)
			return err;
	}
	while (req->cur.seg < req->rq.nr_segs) {
		struct xhv_block_io io = {
			.op = req->rq.write ? XHV_BLOCK_WRITE : XHV_BLOCK_READ,
			.flags = req->rq.io_flags,
			.sector = req->rq.sector + req->done,
		};

		cur = req->cur;
		if (likely(req->rq.whole))
			vbd_request_whole(&req->rq, req->segs, &cur, &b);
		else
			vbd_request_next(req->segs, req->rq.nr_segs,
					 &r->vbd->limits, &cur, &b);
		io.len = b.len;
		if (b.bounce) {
			if (r->bounce_tag >= 0)
				return -EAGAIN;
			fill_bounce(r, req, &b);
		} else {
			fill_pfns(r, req, &b);
			io.offset = b.offset;
		}
		err = submit(r, req, &io);
		if (err)
			return err;
		if (b.bounce) {
			/* The request stays current until the copy is done. */
			req->steps |= VBD_STEP_WAIT_DATA;
			r->bounce_tag = io.tag;
			r->bounce_io = b;
			r->st.bounces++;
		}
		if (req->done)
			r->st.splits++;
		req->done += io.len >> VBD_SECTOR_SHIFT;
		req->cur = cur;
	}
	return 0;
}

bool vbd_req_advance(struct vbd_ring *r, struct vbd_req *req)
{
	int err = 0;
	u8 step;

	while (req->steps && !req->error) {
		if (r->failing) {
			req->error = -ENODEV;
			break;
		}
		step = req->steps & -req->steps;
		switch (step) {
		case VBD_STEP_DRAIN:
			if (r->inflight)
				return false;
			break;
		case VBD_STEP_WAIT:
			if (req->ios)
				return false;
			req->redo = (req->steps & ~step) |
				    (req->redo & VBD_STEP_DRAIN);
			break;
		case VBD_STEP_WAIT_DATA:
			if (req->ios)
				return false;
			/* Later requests may write to the same blocks: what has
			 * been written is not written again.
			 */
			req->redo = req->steps & ~step;
			break;
		case VBD_STEP_PREFLUSH:
		case VBD_STEP_POSTFLUSH:
			err = submit_flush(r, req);
			break;
		case VBD_STEP_DISCARD:
			err = submit_discard(r, req);
			break;
		case VBD_STEP_DATA:
			err = submit_data(r, req);
			break;
		}
		if (err == -EAGAIN)
			return false;
		if (err)
			req->error = err;
		req->steps &= ~step;
	}
	/* Its completion may want to copy into the pages of this request. */
	return r->bounce_tag < 0;
}

void vbd_req_bounced(struct vbd_ring *r, const struct vbd_req *req, int error)
{
	if (!error && !req->rq.write)
		bounce_copy(r, req, &r->bounce_io, true);
	r->bounce_tag = -1;
}
