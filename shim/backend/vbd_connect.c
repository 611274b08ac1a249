// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connecting a ring of a front end to a queue of a transport, and taking the
 * two apart again. Process context, under vbd->lock.
 *
 * All memory that the data path will need is allocated here.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../../include/compat.h"
#include "../gnttab.h"
#include "vbd.h"
#include "vbd_data.h"

/* The ring's pages at consecutive addresses: as they are in the direct map if
 * the front end allocated them in one piece, as Linux does.
 */
static void *map_ring(struct vbd_ring *r)
{
	struct page *pages[VBD_MAX_RING_PAGES];
	void *first = NULL;
	bool straight = true;
	unsigned int i;
	void *addr;

	for (i = 0; i < r->nr_pages; i++) {
		addr = xhv_gnttab_map(r->grefs[i], true);
		if (!addr)
			goto err_unpin;
		if (!i)
			first = addr;
		straight &= addr == first + i * VBD_PAGE_SIZE;
		pages[i] = virt_to_page(addr);
	}
	if (straight)
		return first;
	r->mapped = vmap(pages, r->nr_pages, VM_MAP, PAGE_KERNEL);
	if (r->mapped)
		return r->mapped;

err_unpin:
	while (i--)
		xhv_gnttab_unpin(r->grefs[i], true);
	return NULL;
}

static void unmap_ring(struct vbd_ring *r)
{
	unsigned int i;

	vunmap(r->mapped);
	r->mapped = NULL;
	for (i = 0; i < r->nr_pages; i++)
		xhv_gnttab_unpin(r->grefs[i], true);
}

static int attach_ring(struct vbd_ring *r)
{
	struct blkif_sring *sring = map_ring(r);
	RING_IDX req_prod, rsp_prod;

	if (!sring)
		return -EINVAL;
	rsp_prod = READ_ONCE(sring->rsp_prod);
	req_prod = READ_ONCE(sring->req_prod);
	BACK_RING_ATTACH(&r->ring, sring, rsp_prod,
			 r->nr_pages * VBD_PAGE_SIZE);
	r->pushed = rsp_prod;
	if (RING_REQUEST_PROD_OVERFLOW(&r->ring, req_prod)) {
		unmap_ring(r);
		return -EINVAL;
	}
	return 0;
}

static int alloc_segs(struct vbd_ring *r)
{
	unsigned int n, segs = r->vbd->limits.max_segs;

	if (segs <= BLKIF_MAX_SEGMENTS_PER_REQUEST)
		return 0;
	n = RING_SIZE(&r->ring) * DIV_ROUND_UP(segs, VBD_SEG_UNIT);
	n = min_t(unsigned int, n, VBD_MAX_SEG_UNITS);
	r->seg_pool = kvcalloc(n, VBD_SEG_UNIT * sizeof(*r->seg_pool),
			       GFP_KERNEL);
	if (!r->seg_pool)
		return -ENOMEM;
	r->nr_seg_units = n;
	return 0;
}

static int alloc_requests(struct vbd_ring *r)
{
	unsigned int i;

	r->reqs = kvcalloc(RING_SIZE(&r->ring), sizeof(*r->reqs), GFP_KERNEL);
	if (!r->reqs)
		return -ENOMEM;
	for (i = RING_SIZE(&r->ring); i--;) {
		r->reqs[i].next = r->free_reqs;
		r->free_reqs = &r->reqs[i];
	}
	return 0;
}

static int alloc_tags(struct vbd_ring *r, unsigned int depth)
{
	unsigned int i;

	r->tags = kcalloc(depth, sizeof(*r->tags), GFP_KERNEL);
	if (!r->tags)
		return -ENOMEM;
	for (i = 0; i < depth; i++)
		r->tags[i].next_free = i + 1;
	r->nr_tags = depth;
	return 0;
}

static int alloc_bounce(struct vbd_ring *r)
{
	const struct vbd_limits *lim = &r->vbd->limits;

	r->bounce_tag = -1;
	if (!lim->bounce_bytes)
		return 0;
	r->bounce = alloc_pages_exact(lim->bounce_bytes, GFP_KERNEL);
	r->bounce_list = kcalloc(max_t(u32, lim->max_segs,
				       BLKIF_MAX_SEGMENTS_PER_REQUEST),
				 sizeof(*r->bounce_list), GFP_KERNEL);
	return r->bounce && r->bounce_list ? 0 : -ENOMEM;
}

static void free_memory(struct vbd_ring *r)
{
	kfree(r->tags);
	kvfree(r->reqs);
	kvfree(r->seg_pool);
	if (r->bounce)
		free_pages_exact(r->bounce, r->vbd->limits.bounce_bytes);
	kfree(r->bounce_list);
	r->tags = NULL;
	r->reqs = NULL;
	r->free_reqs = NULL;
	r->seg_pool = NULL;
	r->nr_seg_units = 0;
	r->bounce = NULL;
	r->bounce_list = NULL;
}

static int open_queue(struct vbd_ring *r, unsigned int depth)
{
	struct xhv_block_dev *dev = r->vbd->dev;
	unsigned int cpu = READ_ONCE(r->ec.vcpu);
	struct xhv_block_queue *q;
	unsigned long flags;
	u32 max_pfns;

	/* A whole request's frames are resolved into the queue's list. */
	max_pfns = max_t(u32, r->vbd->limits.max_segs,
			 BLKIF_MAX_SEGMENTS_PER_REQUEST);
	q = dev->ops->queue_open(dev, cpu, depth, max_pfns, &vbd_ring_client,
				 r);
	if (IS_ERR(q))
		return PTR_ERR(q);

	raw_spin_lock_irqsave(&r->lock, flags);
	r->q = q;
	/* The port may have moved while there was no queue to tell. */
	if (r->ec.vcpu != cpu)
		dev->ops->queue_set_cpu(q, r->ec.vcpu);
	raw_spin_unlock_irqrestore(&r->lock, flags);
	return 0;
}

int vbd_ring_open(struct vbd_ring *r, const grant_ref_t *grefs,
		  unsigned int nr_pages, evtchn_port_t port)
{
	unsigned int depth;
	int err;

	raw_spin_lock_init(&r->lock);
	hrtimer_setup(&r->retry_timer, vbd_ring_retry, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_PINNED_HARD);
	r->more = IRQ_WORK_INIT_HARD(vbd_ring_more);
	memcpy(r->grefs, grefs, nr_pages * sizeof(*grefs));
	r->nr_pages = nr_pages;
	r->ec.notify = vbd_ring_notify;
	r->ec.moved = vbd_ring_moved;

	err = attach_ring(r);
	if (err)
		return err;
	depth = min_t(unsigned int, RING_SIZE(&r->ring),
		      r->vbd->dev->queue_depth);
	err = alloc_requests(r);
	if (!err)
		err = alloc_tags(r, depth);
	if (!err)
		err = alloc_segs(r);
	if (!err)
		err = alloc_bounce(r);
	if (err)
		goto err_free;
	err = xhv_evtchn_connect(&r->ec, port);
	if (err)
		goto err_free;
	err = open_queue(r, depth);
	if (err)
		goto err_disconnect;
	return 0;

err_disconnect:
	xhv_evtchn_disconnect(&r->ec);
err_free:
	free_memory(r);
	unmap_ring(r);
	return err;
}

void vbd_ring_start(struct vbd_ring *r)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	r->live = true;
	raw_spin_unlock_irqrestore(&r->lock, flags);
	vbd_ring_process(r);
}

void vbd_ring_fail(struct vbd_ring *r)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	r->failing = true;
	raw_spin_unlock_irqrestore(&r->lock, flags);
	vbd_ring_process(r);
}

void vbd_ring_hang_up(struct vbd_ring *r)
{
	struct xhv_block_queue *q;
	unsigned long flags;

	/* Answers what is not in flight, now and when the last I/O ends; nothing
	 * is submitted any more.
	 */
	vbd_ring_fail(r);
	raw_spin_lock_irqsave(&r->lock, flags);
	q = r->q;
	r->q = NULL;
	raw_spin_unlock_irqrestore(&r->lock, flags);
	q->dev->ops->queue_close(q);
	vbd_ring_kick(r);
}

void vbd_ring_kick(struct vbd_ring *r)
{
	vbd_ring_process(r);
	xhv_evtchn_send(&r->ec);
}

void vbd_ring_release(struct vbd_ring *r)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&r->lock, flags);
	r->live = false;
	raw_spin_unlock_irqrestore(&r->lock, flags);
	/* Also waits for what runs with IRQs off, as @more does: it may run on two
	 * CPUs at once, and to irq_work_sync() it looks idle when the first ends
	 * (irq_work_single() in kernel/irq_work.c).
	 */
	xhv_evtchn_disconnect(&r->ec);
	hrtimer_cancel(&r->retry_timer);
	irq_work_sync(&r->more);
	vbd_ring_drop(r);
	free_memory(r);
	unmap_ring(r);
}

void vbd_ring_close(struct vbd_ring *r)
{
	vbd_ring_hang_up(r);
	vbd_ring_release(r);
}
