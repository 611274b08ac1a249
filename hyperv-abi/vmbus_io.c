// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data path of VMBus storage: one packet an I/O, one answer a packet.
 *
 * submit() runs in the front end's notification with IRQs off and the back
 * end's queue lock held; answers are read in the channel's interrupt
 * (HV_CALL_ISR), where VMBus holds the channel's sched_lock. Locks are taken
 * in this order: sched_lock, chan->lock, the back end's queue lock, VMBus's
 * outbound ring lock. VMBus's own locks are plain spinlocks, taken in hard
 * interrupts, so PREEMPT_RT is out of reach here as for VMBus itself.
 *
 * VMBus signals the host only when a packet went into an empty channel
 * (hv_signal_on_write() in drivers/hv/ring_buffer.c).
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/swait.h>
#include <scsi/scsi_proto.h>

#include "../include/compat.h"
#include "storage.h"

/* Answers that one interrupt reads before it lets others run. */
#define READ_BUDGET	256
/* How long a queue waits for a full channel that owes it no answer. */
#define AGAIN_NS	(500 * NSEC_PER_USEC)
/* UNMAP's parameter list: a header and one descriptor of 24 bytes (SBC-3,
 * 5.28), in a slot that never crosses a page.
 */
#define UNMAP_LIST	24
#define UNMAP_SLOT	32
#define CDB_FUA		0x08

static struct stor_queue *to_queue(struct xhv_block_queue *q)
{
	return container_of(q, struct stor_queue, q);
}

static struct stor_lun *to_lun(struct xhv_block_dev *dev)
{
	return container_of(dev, struct stor_lun, dev);
}

/* The channel whose interrupts @cpu takes, or the next best. Any context. */
static struct stor_chan *choose_chan(struct stor_host *host, unsigned int cpu)
{
	/* Pairs with open_channel(): channels are filled in before they count. */
	unsigned int i, n = smp_load_acquire(&host->nr_chans);

	for (i = 0; i < n; i++)
		if (READ_ONCE(host->chans[i]->ch->target_cpu) == cpu)
			return host->chans[i];
	return host->chans[cpu % n];
}

static void set_rw_cdb(struct vstor_srb *srb, bool write, u64 block, u32 nr,
		       bool fua)
{
	u8 *cdb = srb->cdb;

	memset(cdb, 0, VSTOR_CDB_SIZE);
	if (fua)
		cdb[1] = CDB_FUA;
	if (block + nr > U32_MAX || nr > U16_MAX) {
		cdb[0] = write ? WRITE_16 : READ_16;
		put_unaligned_be64(block, cdb + 2);
		put_unaligned_be32(nr, cdb + 10);
		srb->cdb_length = 16;
	} else {
		cdb[0] = write ? WRITE_10 : READ_10;
		put_unaligned_be32(block, cdb + 2);
		put_unaligned_be16(nr, cdb + 7);
		srb->cdb_length = 10;
	}
}

static void set_flush_cdb(struct vstor_srb *srb)
{
	memset(srb->cdb, 0, VSTOR_CDB_SIZE);
	srb->cdb[0] = SYNCHRONIZE_CACHE;
	srb->cdb_length = 10;
}

/* The parameter list is in memory of the queue's own, by tag, because a tag
 * has one I/O at a time. Returns its length.
 */
static u32 set_unmap(struct stor_queue *sq, const struct xhv_block_io *io,
		     u32 *offset)
{
	struct vstor_srb *srb = &sq->packet.srb;
	unsigned int shift = sq->lun->block_shift - 9;
	u8 *list = sq->unmap + io->tag * UNMAP_SLOT;

	memset(list, 0, UNMAP_LIST);
	put_unaligned_be16(UNMAP_LIST - 2, list);
	put_unaligned_be16(16, list + 2);
	put_unaligned_be64(io->sector >> shift, list + 8);
	put_unaligned_be32(io->nr_sectors >> shift, list + 16);

	memset(srb->cdb, 0, VSTOR_CDB_SIZE);
	srb->cdb[0] = UNMAP;
	put_unaligned_be16(UNMAP_LIST, srb->cdb + 7);
	srb->cdb_length = 10;

	*offset = offset_in_page(list);
	sq->q.pfns[0] = __pa(list) >> HV_HYP_PAGE_SHIFT;
	return UNMAP_LIST;
}

/* Fills in what changes from packet to packet; returns the bytes of data. */
static u32 prepare(struct stor_queue *sq, const struct xhv_block_io *io,
		   u32 *offset)
{
	struct vstor_srb *srb = &sq->packet.srb;
	unsigned int shift = sq->lun->block_shift - 9;
	u32 len = io->len, direction;

	*offset = io->offset;
	switch (io->op) {
	case XHV_BLOCK_READ:
	case XHV_BLOCK_WRITE:
		set_rw_cdb(srb, io->op == XHV_BLOCK_WRITE, io->sector >> shift,
			   len >> sq->lun->block_shift,
			   io->flags & XHV_BLOCK_FUA);
		break;
	case XHV_BLOCK_DISCARD:
		len = set_unmap(sq, io, offset);
		break;
	case XHV_BLOCK_FLUSH:
		set_flush_cdb(srb);
		break;
	}

	if (!len) {
		srb->data_in = VSTOR_DATA_NONE;
		direction = 0;
	} else if (io->op == XHV_BLOCK_READ) {
		srb->data_in = VSTOR_DATA_READ;
		direction = SRB_DATA_IN;
	} else {
		srb->data_in = VSTOR_DATA_WRITE;
		direction = SRB_DATA_OUT;
	}
	srb->srb_flags = SRB_QUEUE_ACTION_ENABLE | SRB_DISABLE_SYNCH_TRANSFER |
			 SRB_NO_QUEUE_FREEZE | direction;
	srb->transfer_length = len;
	return len;
}

static int send(struct stor_queue *sq, struct stor_chan *c, u32 offset,
		u32 len, u64 id)
{
	struct vmbus_packet_mpb_array *desc = sq->desc;
	u32 pages;
	int err;

	/* Before the packet is out: its answer may come at once. */
	atomic_inc(&c->inflight);
	if (len) {
		pages = DIV_ROUND_UP(offset + len, HV_HYP_PAGE_SIZE);
		desc->rangecount = 1;
		desc->range.offset = offset;
		desc->range.len = len;
		err = vmbus_sendpacket_mpb_desc(c->ch, desc,
						sizeof(*desc) +
						pages * sizeof(u64),
						&sq->packet,
						sizeof(sq->packet), id);
	} else {
		err = vmbus_sendpacket(c->ch, &sq->packet, sizeof(sq->packet),
				       id, VM_PKT_DATA_INBAND,
				       VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED);
	}
	if (err)
		atomic_dec(&c->inflight);
	return err;
}

static int stor_submit(struct xhv_block_queue *q,
		       const struct xhv_block_io *io)
{
	struct stor_queue *sq = to_queue(q);
	struct stor_chan *c = sq->chan;
	struct stor_tag *tag = &sq->tags[io->tag];
	u32 len, offset;
	int err;

	if (unlikely(READ_ONCE(sq->lun->stale)))
		return -ENODEV;
	len = prepare(sq, io, &offset);
	tag->len = len;
	/* Nobody else looks at it before the packet is out. */
	WRITE_ONCE(tag->id, ((tag->id >> STOR_ID_USE_SHIFT) + 1) <<
			    STOR_ID_USE_SHIFT |
			    (sq->index + 1) << STOR_ID_QUEUE_SHIFT | io->tag);
	WRITE_ONCE(tag->busy, true);
	atomic_inc(&sq->inflight);
	err = send(sq, c, offset, len, tag->id);
	if (err == -EAGAIN) {
		/* Full. Whoever reads the next answer looks at @blocked after
		 * it has counted that answer: either it sees the bit or the
		 * second attempt finds room.
		 */
		set_bit(sq->index, c->blocked);
		smp_mb__after_atomic();	/* pairs with end_batches() */
		err = send(sq, c, offset, len, tag->id);
		if (err != -EAGAIN)
			clear_bit(sq->index, c->blocked);
		else if (!atomic_read(&c->inflight))
			hrtimer_start(&c->again, ns_to_ktime(AGAIN_NS),
				      HRTIMER_MODE_REL_HARD);
	}
	if (err) {
		WRITE_ONCE(tag->busy, false);
		atomic_dec(&sq->inflight);
	}
	return err;
}

/* An answer to an I/O of a queue. The caller is in an RCU reader. */
static bool complete_io(struct stor_host *host, u64 id,
			const struct vstor_packet *p, unsigned long *touched)
{
	unsigned int index = ((u32)id >> STOR_ID_QUEUE_SHIFT) - 1;
	u16 nr = id & (BIT(STOR_ID_QUEUE_SHIFT) - 1);
	struct stor_queue *sq;
	struct stor_tag *tag;
	int err;

	if (index >= STOR_MAX_QUEUES || p->operation != VSTOR_COMPLETE_IO)
		return false;
	sq = rcu_dereference(host->queues[index]);
	if (!sq || nr >= sq->q.depth)
		return false;
	tag = &sq->tags[nr];
	if (READ_ONCE(tag->id) != id || !xchg(&tag->busy, false))
		return false;

	err = vstor_srb_result(&p->srb, tag->len);
	if (unlikely(err)) {
		if (sq->lun->cdrom && vstor_srb_medium(&p->srb)) {
			/* What was asked of one medium is not asked of the
			 * next.
			 */
			WRITE_ONCE(sq->lun->stale, true);
			err = -ENOMEDIUM;
			stor_rescan(host);
		} else if (err == -EBUSY && vstor_srb_changed(&p->srb)) {
			stor_rescan(host);
		}
	} else if (unlikely(READ_ONCE(sq->lun->stale))) {
		/* A host tells one command only that the medium changed; those
		 * that it had by then are done with the other medium.
		 */
		err = -ENOMEDIUM;
	}
	sq->q.client->complete(sq->q.client_ctx, nr, err);
	__set_bit(index, touched);
	if (atomic_dec_and_test(&sq->inflight))
		swake_up_one(&sq->drained);
	return true;
}

/* An answer that somebody sleeps on. What it says of a medium counts from here on:
 * the next answer in the ring may be data of another one.
 */
static void complete_sync(struct stor_host *host, const struct vstor_packet *p)
{
	struct stor_lun *unit = READ_ONCE(host->sync_unit);

	if (unit && p->operation == VSTOR_COMPLETE_IO &&
	    vstor_srb_result(&p->srb, 0) && vstor_srb_medium(&p->srb))
		WRITE_ONCE(unit->stale, true);
	WRITE_ONCE(host->sync_id, 0);
	host->sync_reply = *p;
	complete(&host->sync_done);
}

static void receive(struct stor_chan *c, const struct vmpacket_descriptor *desc,
		    unsigned long *touched)
{
	const struct vstor_packet *p = hv_pkt_data(desc);
	struct stor_host *host = c->host;
	u32 len = hv_pkt_datalen(desc);
	u64 id = desc->trans_id;
	bool known = false;
	int bogus;

	if (id && len >= sizeof(*p)) {
		if (!(id & STOR_ID_SYNC)) {
			known = complete_io(host, id, p, touched);
			if (known)
				atomic_dec(&c->inflight);
		} else if (id == READ_ONCE(host->sync_id)) {
			complete_sync(host, p);
			known = true;
		}
	} else if (!id && len >= sizeof(p->operation)) {
		/* The host speaks up by itself when units come or go. */
		if (p->operation == VSTOR_ENUMERATE_BUS ||
		    p->operation == VSTOR_REMOVE_DEVICE) {
			stor_rescan(host);
			known = true;
		}
	}
	if (!known) {
		bogus = atomic_inc_return(&host->bogus);
		dev_warn_ratelimited(&host->hvdev->device,
				     "xen-hyperv: %d packets of the host make no sense\n",
				     bogus);
	}
}

/* Reads answers; true if some may be left. VMBus has copied each packet out of
 * the ring before we look at it (hv_pkt_iter_first()), and finds none in what is
 * less than a packet's header: no host should leave that, and none is to be
 * waited for with IRQs off.
 */
static bool read_channel(struct stor_chan *c, unsigned long *touched)
{
	const struct vmpacket_descriptor *desc;
	unsigned int budget = READ_BUDGET;
	u32 left;

	/* Masked, the host does not interrupt for what is being read anyway. */
	do {
		hv_begin_read(&c->ch->inbound);
		foreach_vmbus_pkt(desc, c->ch) {
			receive(c, desc, touched);
			if (!--budget) {
				desc = __hv_pkt_iter_next(c->ch, desc);
				hv_pkt_iter_close(c->ch);
				hv_end_read(&c->ch->inbound);
				return true;
			}
		}
		left = hv_end_read(&c->ch->inbound);
		if (left < sizeof(*desc))
			return false;
	} while (--budget);
	return true;
}

static void end_batches(struct stor_chan *c, unsigned long *touched)
{
	struct stor_queue *sq;
	unsigned int i;

	/* After the answers have been counted, see stor_submit(). */
	smp_mb();
	if (!bitmap_empty(c->blocked, STOR_MAX_QUEUES)) {
		for_each_set_bit(i, c->blocked, STOR_MAX_QUEUES)
			if (test_and_clear_bit(i, c->blocked))
				__set_bit(i, touched);
	}
	for_each_set_bit(i, touched, STOR_MAX_QUEUES) {
		sq = rcu_dereference(c->host->queues[i]);
		if (sq)
			sq->q.client->end_batch(sq->q.client_ctx,
						in_hardirq());
	}
}

void stor_on_channel(void *context)
{
	DECLARE_BITMAP(touched, STOR_MAX_QUEUES) = { };
	struct stor_chan *c = context;
	unsigned long flags;
	bool more;

	rcu_read_lock();
	raw_spin_lock_irqsave(&c->lock, flags);
	more = read_channel(c, touched);
	raw_spin_unlock_irqrestore(&c->lock, flags);
	end_batches(c, touched);
	rcu_read_unlock();
	if (more)
		irq_work_queue(&c->more);
}

static void read_more(struct irq_work *work)
{
	struct stor_chan *c = container_of(work, struct stor_chan, more);

	if (READ_ONCE(c->ch->onchannel_callback))
		stor_on_channel(c);
}

static enum hrtimer_restart try_again(struct hrtimer *t)
{
	DECLARE_BITMAP(touched, STOR_MAX_QUEUES) = { };
	struct stor_chan *c = container_of(t, struct stor_chan, again);

	rcu_read_lock();
	end_batches(c, touched);
	rcu_read_unlock();
	return HRTIMER_NORESTART;
}

void stor_chan_init(struct stor_chan *c, struct stor_host *host,
		    struct vmbus_channel *ch)
{
	c->host = host;
	c->ch = ch;
	raw_spin_lock_init(&c->lock);
	c->more = IRQ_WORK_INIT_HARD(read_more);
	hrtimer_setup(&c->again, try_again, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_HARD);
}

void stor_chan_stop(struct stor_chan *c)
{
	hrtimer_cancel(&c->again);
	irq_work_sync(&c->more);
	/* It may run on two CPUs at once, and the first that ends makes it look
	 * idle (irq_work_single() in kernel/irq_work.c).
	 */
	synchronize_rcu();
}

static int claim_index(struct stor_queue *sq)
{
	struct stor_host *host = sq->lun->host;
	unsigned int i;
	int err = -ENOSPC;

	mutex_lock(&host->queues_lock);
	for (i = 0; i < STOR_MAX_QUEUES; i++) {
		if (rcu_access_pointer(host->queues[i]))
			continue;
		sq->index = i;
		rcu_assign_pointer(host->queues[i], sq);
		err = 0;
		break;
	}
	mutex_unlock(&host->queues_lock);
	return err;
}

static void free_queue(struct stor_queue *sq)
{
	if (sq->unmap)
		free_pages_exact(sq->unmap, sq->unmap_bytes);
	kfree(sq->desc);
	kfree(sq->tags);
	kfree(sq);
}

static struct xhv_block_queue *
stor_queue_open(struct xhv_block_dev *dev, unsigned int cpu,
		unsigned int depth, unsigned int max_pfns,
		const struct xhv_block_client *client, void *ctx)
{
	struct stor_lun *lun = to_lun(dev);
	struct stor_queue *sq = kzalloc(sizeof(*sq), GFP_KERNEL);
	int err = -ENOMEM;

	if (!sq)
		return ERR_PTR(-ENOMEM);
	sq->lun = lun;
	init_swait_queue_head(&sq->drained);
	sq->tags = kcalloc(depth, sizeof(*sq->tags), GFP_KERNEL);
	sq->desc = kzalloc(struct_size(sq->desc, range.pfn_array, max_pfns),
			   GFP_KERNEL);
	if (!sq->tags || !sq->desc)
		goto err_free;
	if (dev->discard) {
		sq->unmap_bytes = PAGE_ALIGN(depth * UNMAP_SLOT);
		sq->unmap = alloc_pages_exact(sq->unmap_bytes, GFP_KERNEL);
		if (!sq->unmap)
			goto err_free;
	}
	stor_init_srb(lun->host, lun->lun, &sq->packet);
	sq->chan = choose_chan(lun->host, cpu);
	sq->q.dev = dev;
	sq->q.depth = depth;
	sq->q.max_pfns = max_pfns;
	sq->q.pfns = sq->desc->range.pfn_array;
	sq->q.client = client;
	sq->q.client_ctx = ctx;
	err = claim_index(sq);
	if (err)
		goto err_free;
	return &sq->q;

err_free:
	free_queue(sq);
	return ERR_PTR(err);
}

static void stor_queue_set_cpu(struct xhv_block_queue *q, unsigned int cpu)
{
	struct stor_queue *sq = to_queue(q);
	struct stor_chan *c = choose_chan(sq->lun->host, cpu);

	/* A queue that waits for the old channel is woken there. */
	WRITE_ONCE(sq->chan, c);
}

/* The host has taken the device away. It is done with our memory, but some of
 * its answers may be unread, because VMBus reads no rescinded channel.
 */
static void abandon(struct stor_queue *sq)
{
	struct stor_host *host = sq->lun->host;
	unsigned int i;

	for (i = 0; i < host->nr_chans; i++)
		stor_on_channel(host->chans[i]);
	for (i = 0; i < sq->q.depth; i++) {
		if (!xchg(&sq->tags[i].busy, false))
			continue;
		sq->q.client->complete(sq->q.client_ctx, i, -ENODEV);
		atomic_dec(&sq->inflight);
	}
	sq->q.client->end_batch(sq->q.client_ctx, false);
}

static void stor_queue_close(struct xhv_block_queue *q)
{
	struct stor_queue *sq = to_queue(q);
	struct stor_host *host = sq->lun->host;
	struct vmbus_channel *ch = host->hvdev->channel;
	unsigned int i, seconds = 0;

	/* A host that is slow still owns the pages of its I/Os: giving up
	 * early would let it write into memory that is in use for something
	 * else. Only a rescinded device has let go for sure.
	 */
	while (!swait_event_timeout_exclusive(sq->drained,
					      !atomic_read(&sq->inflight) ||
					      READ_ONCE(ch->rescind), HZ))
		if (++seconds % 10 == 0)
			dev_warn(&host->hvdev->device,
				 "xen-hyperv: waiting for %d I/Os of LUN %u\n",
				 atomic_read(&sq->inflight), sq->lun->lun);
	if (atomic_read(&sq->inflight))
		abandon(sq);

	mutex_lock(&host->queues_lock);
	RCU_INIT_POINTER(host->queues[sq->index], NULL);
	mutex_unlock(&host->queues_lock);
	synchronize_rcu();
	for (i = 0; i < host->nr_chans; i++)
		clear_bit(sq->index, host->chans[i]->blocked);
	free_queue(sq);
}

const struct xhv_block_ops stor_ops = {
	.owner = THIS_MODULE,
	.queue_open = stor_queue_open,
	.queue_close = stor_queue_close,
	.queue_set_cpu = stor_queue_set_cpu,
	.submit = stor_submit,
};
