// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data path of a virtual block device: from a request in the ring to I/Os
 * of the host's disk, and from their completions to a response.
 *
 * There is no thread. Requests are taken in the front end's notification,
 * which is a hypercall and so a function call, mostly with IRQs off and the
 * front end's queue lock held; and, when something had to wait, in the host's
 * completion interrupt. Nothing here sleeps or allocates.
 *
 * ring->lock covers everything. It is never held while an event is sent: the
 * event's handler in the front end may notify this very ring.
 *
 * At most one request is "current": taken from the ring, but not all of its
 * I/Os submitted. When tags or the channel run out it stays current, all that
 * follow it stay in the ring, and the next completion goes on from there.
 */
#include <linux/bitmap.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "../gnttab.h"
#include "vbd.h"
#include "vbd_data.h"

/* A host that says it is busy is asked again after 4 ms, 8 ms, ... 1 s, and the
 * error goes up after as long as scsi_cmd_runtime_exceeced() (drivers/scsi)
 * lets one run: a request's timeout, 30 s, times its tries, 6.
 */
#define RETRY_MS	4
#define RETRY_MAX_MS	1000
#define RETRY_FOR_MS	(180 * MSEC_PER_SEC)
/* One that gives a command up is asked as often again as a disk of Linux's is
 * (SD_MAX_RETRIES in drivers/scsi/sd.h).
 */
#define ABORTS		5

static void respond(struct vbd_ring *r, u64 id, u8 operation, int status)
{
	struct blkif_response *rsp =
		RING_GET_RESPONSE(&r->ring, r->ring.rsp_prod_pvt);

	rsp->id = id;
	rsp->operation = operation;
	rsp->status = status;
	r->ring.rsp_prod_pvt++;
	if (status != BLKIF_RSP_OKAY)
		r->st.errors++;
}

/* Shows new responses to the front end; true if it wants an event. */
static bool push(struct vbd_ring *r)
{
	int notify = 0;

	if (r->pushed != r->ring.rsp_prod_pvt) {
		RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&r->ring, notify);
		r->pushed = r->ring.rsp_prod_pvt;
	}
	return notify;
}

/* Room for the segments of a request; NULL if it is in use. */
static struct blkif_request_segment *get_segs(struct vbd_ring *r,
					      unsigned int nr)
{
	unsigned int units = DIV_ROUND_UP(nr, VBD_SEG_UNIT);
	unsigned long at;

	at = bitmap_find_next_zero_area(r->seg_used, r->nr_seg_units, 0, units,
					0);
	if (at >= r->nr_seg_units)
		return NULL;
	bitmap_set(r->seg_used, at, units);
	return r->seg_pool + at * VBD_SEG_UNIT;
}

static void free_req(struct vbd_ring *r, struct vbd_req *req)
{
	if (req->segs && req->segs != req->inline_segs)
		bitmap_clear(r->seg_used,
			     (req->segs - r->seg_pool) / VBD_SEG_UNIT,
			     DIV_ROUND_UP(req->rq.nr_segs, VBD_SEG_UNIT));
	req->segs = NULL;
	req->busy = false;
	req->next = r->free_reqs;
	r->free_reqs = req;
}

static void count(struct vbd_ring *r, const struct vbd_request *rq)
{
	if (rq->steps & (VBD_STEP_PREFLUSH | VBD_STEP_POSTFLUSH))
		r->st.flushes++;
	if (rq->steps & VBD_STEP_DISCARD)
		r->st.discards++;
	if (!(rq->steps & VBD_STEP_DATA))
		return;
	if (rq->write) {
		r->st.writes++;
		r->st.sectors_written += rq->nr_sectors;
	} else {
		r->st.reads++;
		r->st.sectors_read += rq->nr_sectors;
	}
}

/* Oldest due time first. */
static void retry_later(struct vbd_ring *r, struct vbd_req *req, ktime_t now)
{
	struct vbd_req **p = &r->retry;
	unsigned int ms = RETRY_MAX_MS;

	if (!req->tries)
		req->give_up = ktime_add_ms(now, RETRY_FOR_MS);
	if (req->tries < ilog2(RETRY_MAX_MS / RETRY_MS))
		ms = RETRY_MS << req->tries++;
	req->due = ktime_add_ms(now, ms);
	req->error = 0;
	req->submitted = false;
	req->steps = req->redo;
	req->done = 0;
	while (*p && !ktime_after((*p)->due, req->due))
		p = &(*p)->next;
	req->next = *p;
	*p = req;
	r->st.retries++;
	if (r->retry == req)
		hrtimer_start(&r->retry_timer, req->due,
			      HRTIMER_MODE_ABS_PINNED_HARD);
}

/* A flush without data that fails is no error to Linux's front end: it says
 * that all went well and flushes no more (blkif_interrupt() in
 * drivers/block/xen-blkfront.c). So a disk that cannot be flushed is asked
 * again as a busy one is; and if that is hopeless it takes no writes either.
 */
static bool bare_flush(const struct vbd_req *req)
{
	return (req->rq.steps & VBD_STEP_PREFLUSH) &&
	       !(req->rq.steps & VBD_STEP_DATA);
}

/* Errors that another try may be rid of. */
static bool passing(int error)
{
	return error == -EBUSY || error == -ECANCELED;
}

static bool worth_a_retry(const struct vbd_ring *r, struct vbd_req *req,
			  ktime_t now)
{
	if (r->failing || (req->tries && !ktime_before(now, req->give_up)))
		return false;
	if (bare_flush(req))
		return req->error != -EOPNOTSUPP && req->error != -ENODEV;
	if (req->error == -ECANCELED)
		return req->aborts++ < ABORTS;
	return req->error == -EBUSY;
}

/* The last I/O of a request has ended and there will be no other. */
static void finish(struct vbd_ring *r, struct vbd_req *req)
{
	ktime_t now;

	vbd_req_unpin(req);
	if (likely(!req->error)) {
		count(r, &req->rq);
	} else {
		now = ktime_get();
		if (worth_a_retry(r, req, now)) {
			retry_later(r, req, now);
			return;
		}
		if (bare_flush(req) && req->error != -EOPNOTSUPP &&
		    !r->failing) {
			r->failing = true;
			vbd_fault(r->vbd, "the disk cannot be flushed");
		} else if (!r->failing) {
			vbd_failed(r->vbd, &req->rq, req->error);
		}
	}
	respond(r, req->rq.id, req->rq.operation,
		vbd_request_status(req->error));
	free_req(r, req);
}

/* Fetches the segments that are in pages of their own. */
static int fetch_indirect(struct vbd_ring *r, struct vbd_req *req)
{
	unsigned int i, n, left = req->rq.nr_segs;
	struct blkif_request_segment *to = req->segs;
	grant_ref_t gref;
	void *page;

	for (i = 0; left; i++, left -= n, to += n) {
		n = min_t(unsigned int, left, VBD_SEGS_PER_PAGE);
		gref = req->rq.indirect_gref[i];
		page = xhv_gnttab_map(gref, false);
		if (!page)
			return BLKIF_RSP_ERROR;
		memcpy(to, page, n * sizeof(*to));
		xhv_gnttab_unpin(gref, false);
	}
	return 0;
}

/* Makes a request of a slot's copy: BLKIF_RSP_*, or 1 if it has to wait for
 * room for its segments.
 */
static int prepare(struct vbd_ring *r, struct vbd_req *req,
		   const struct blkif_request *slot)
{
	int err;

	err = vbd_request_parse(slot, &r->vbd->limits, &req->rq);
	if (err)
		return err;
	if (req->rq.indirect) {
		if (req->rq.nr_segs > BLKIF_MAX_SEGMENTS_PER_REQUEST) {
			req->segs = get_segs(r, req->rq.nr_segs);
			if (!req->segs)
				return 1;
		} else {
			req->segs = req->inline_segs;
		}
		err = fetch_indirect(r, req);
		if (err)
			return err;
	} else if (req->rq.nr_segs) {
		req->segs = req->inline_segs;
		memcpy(req->segs, slot->u.rw.seg,
		       req->rq.nr_segs * sizeof(*req->segs));
	}
	if (req->rq.steps & VBD_STEP_DATA)
		err = vbd_request_check(&req->rq, req->segs, &r->vbd->limits);
	return err;
}

/* A request that the host was too busy for, once its time has come. */
static struct vbd_req *next_retry(struct vbd_ring *r)
{
	struct vbd_req *req = r->retry;

	if (!req || (!r->failing && ktime_before(ktime_get(), req->due)))
		return NULL;
	r->retry = req->next;
	return req;
}

/* May a request be taken that is not in @retry? A barrier waits for all that
 * are, and all wait for a barrier that is.
 */
static bool may_overtake(const struct vbd_ring *r)
{
	const struct vbd_req *req;

	if (r->held)
		return !r->retry;
	for (req = r->retry; req; req = req->next)
		if (req->redo & VBD_STEP_DRAIN)
			return false;
	return true;
}

/* Takes the next request from the ring; false if there is none to be had. It
 * becomes r->cur unless it was answered with an error.
 */
static bool take(struct vbd_ring *r)
{
	RING_IDX prod = READ_ONCE(r->ring.sring->req_prod);
	struct vbd_req *req;
	int more, err;

	if (RING_REQUEST_PROD_OVERFLOW(&r->ring, prod)) {
		r->live = false;
		if (!r->failing)
			vbd_fault(r->vbd, "request producer beyond the ring");
		return false;
	}
	if (prod == r->ring.req_cons) {
		RING_FINAL_CHECK_FOR_REQUESTS(&r->ring, more);
		return more;
	}
	virt_rmb(); /* the request is not read before its index */

	/* A slot is only free for another request once its response is in it,
	 * so the ring bounds the requests (io/ring.h).
	 */
	req = r->free_reqs;
	if (!req)
		return false;
	RING_COPY_REQUEST(&r->ring, r->ring.req_cons, &r->slot);
	err = prepare(r, req, &r->slot);
	if (err > 0) {
		r->blocked = true;
		r->st.full++;
		return false;
	}
	r->ring.req_cons++;
	r->free_reqs = req->next;
	if (err) {
		r->st.rejects++;
		respond(r, req->rq.id, req->rq.operation, err);
		free_req(r, req);
		return true;
	}
	req->steps = req->rq.steps;
	req->redo = req->rq.steps;
	req->done = 0;
	req->ios = 0;
	req->tries = 0;
	req->aborts = 0;
	req->error = 0;
	req->submitted = false;
	req->busy = true;
	r->cur = req;
	return true;
}

/* Looks for something to do; false if there is nothing. What there is becomes
 * r->cur, or is done already.
 */
static bool fetch(struct vbd_ring *r)
{
	r->cur = next_retry(r);
	if (r->cur)
		return true;
	if (!may_overtake(r))
		return false;
	if (!r->held)
		return take(r);
	r->cur = r->held;
	r->held = r->cur->next;
	return true;
}

/* Goes on until there is nothing left to do or something has to wait. Every
 * turn uses up a request, and a front end that keeps adding them while this
 * loop answers only keeps its own CPU busy: the bound is for one that adds
 * them from another CPU.
 */
static void process(struct vbd_ring *r)
{
	unsigned int budget = 4 * RING_SIZE(&r->ring);

	if (!r->live)
		return;
	r->blocked = false;
	while (budget--) {
		if (!r->cur && !fetch(r)) {
			/* The timer may have come while r->cur had to wait. Not
			 * hrtimer_active(): this may be the timer's handler.
			 */
			if (r->retry && !hrtimer_is_queued(&r->retry_timer))
				hrtimer_start(&r->retry_timer, r->retry->due,
					      HRTIMER_MODE_ABS_PINNED_HARD);
			return;
		}
		if (!r->cur)
			continue;
		if ((r->cur->steps & VBD_STEP_DRAIN) && r->retry) {
			/* Those that wait for a busy host come before it. What
			 * is held already came after it: one that has just been
			 * among those.
			 */
			r->cur->next = r->held;
			r->held = r->cur;
			r->cur = NULL;
			continue;
		}
		if (!vbd_req_advance(r, r->cur)) {
			r->blocked = true;
			return;
		}
		r->cur->submitted = true;
		if (!r->cur->ios)
			finish(r, r->cur);
		r->cur = NULL;
	}
	irq_work_queue(&r->more);
}

/* The front end has sent an event. */
void vbd_ring_notify(struct xhv_evtchn *ec)
{
	struct vbd_ring *r = container_of(ec, struct vbd_ring, ec);
	unsigned long flags;
	bool event;

	raw_spin_lock_irqsave(&r->lock, flags);
	if (!r->live) {
		raw_spin_unlock_irqrestore(&r->lock, flags);
		return;
	}
	process(r);
	event = push(r);
	raw_spin_unlock_irqrestore(&r->lock, flags);
	if (event)
		xhv_evtchn_send(&r->ec);
}

/* The front end has bound its port to another vCPU. A vCPU's number is its
 * CPU's number.
 */
void vbd_ring_moved(struct xhv_evtchn *ec, unsigned int vcpu)
{
	struct vbd_ring *r = container_of(ec, struct vbd_ring, ec);
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	if (r->q)
		r->q->dev->ops->queue_set_cpu(r->q, vcpu);
	raw_spin_unlock_irqrestore(&r->lock, flags);
}

static void complete_io(void *ctx, u64 nr, int error)
{
	struct vbd_ring *r = ctx;
	struct vbd_req *req;
	struct vbd_tag *tag;
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	/* What a host says is not to be trusted: it may name an I/O that never
	 * was, or one twice.
	 */
	if (nr >= r->nr_tags || !r->tags[nr].req) {
		r->st.bogus++;
		goto out;
	}
	tag = &r->tags[nr];
	req = tag->req;
	if (r->bounce_tag == nr)
		vbd_req_bounced(r, req, error);
	tag->req = NULL;
	tag->next_free = r->free_tag;
	r->free_tag = nr;
	r->inflight--;
	/* The worst counts. */
	if (error && (!req->error || passing(req->error)))
		req->error = error;
	if (!--req->ios && req->submitted)
		finish(r, req);
out:
	raw_spin_unlock_irqrestore(&r->lock, flags);
}

static void send(struct vbd_ring *r, bool hardirq)
{
	if (hardirq)
		xhv_evtchn_send_direct(&r->ec);
	else
		xhv_evtchn_send(&r->ec);
}

static void resume(struct vbd_ring *r, bool hardirq)
{
	unsigned long flags;
	bool event;

	raw_spin_lock_irqsave(&r->lock, flags);
	process(r);
	event = push(r);
	raw_spin_unlock_irqrestore(&r->lock, flags);
	if (event)
		send(r, hardirq);
}

static void end_batch(void *ctx, bool hardirq)
{
	struct vbd_ring *r = ctx;
	unsigned long flags;
	bool event, blocked;

	raw_spin_lock_irqsave(&r->lock, flags);
	event = push(r);
	blocked = r->blocked;
	raw_spin_unlock_irqrestore(&r->lock, flags);
	if (event)
		send(r, hardirq);
	if (blocked)
		resume(r, hardirq);
}

const struct xhv_block_client vbd_ring_client = {
	.complete = complete_io,
	.end_batch = end_batch,
};

enum hrtimer_restart vbd_ring_retry(struct hrtimer *t)
{
	struct vbd_ring *r = container_of(t, struct vbd_ring, retry_timer);

	resume(r, true);
	return HRTIMER_NORESTART;
}

void vbd_ring_more(struct irq_work *work)
{
	resume(container_of(work, struct vbd_ring, more), true);
}

void vbd_ring_process(struct vbd_ring *r)
{
	resume(r, false);
}

void vbd_ring_drop(struct vbd_ring *r)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&r->lock, flags);
	for (i = 0; i < RING_SIZE(&r->ring); i++)
		if (r->reqs[i].busy)
			vbd_req_unpin(&r->reqs[i]);
	raw_spin_unlock_irqrestore(&r->lock, flags);
}
