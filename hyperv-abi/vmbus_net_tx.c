// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending over VMBus: one packet a frame, one answer a packet.
 *
 * The beginning of a frame lies in a section of the send buffer, which the host
 * has mapped for good, one section for each tag; the rest is a list of the
 * guest's own pages in the packet. A small frame has no rest: no page of it needs
 * to be mapped by the host.
 *
 * tx_submit() runs in the front end's notification with IRQs off and the back
 * end's queue lock held; answers are read in softirq (vmbus_net_chan.c).
 *
 * VMBus signals the host only when a packet went into an empty channel
 * (hv_signal_on_write() in drivers/hv/ring_buffer.c).
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "../include/compat.h"
#include "vmbus_net.h"

static_assert(sizeof(struct xhv_net_frag) == sizeof(struct hv_page_buffer));
static_assert(offsetof(struct xhv_net_frag, offset) ==
	      offsetof(struct hv_page_buffer, offset));
static_assert(offsetof(struct xhv_net_frag, pfn) ==
	      offsetof(struct hv_page_buffer, pfn));
static_assert(XHV_NET_MAX_FRAGS <= MAX_PAGE_BUFFER_COUNT);

static struct net_queue *to_queue(struct xhv_net_queue *q)
{
	return container_of(q, struct net_queue, q);
}

static struct nic *to_nic(struct xhv_net_dev *dev)
{
	return container_of(dev, struct nic, dev);
}

static int send(struct net_queue *sq, struct net_chan *c,
		struct nvsp_message *m, unsigned int nr_frags, u64 id)
{
	int err;

	/* Before the packet is out: its answer may come at once. */
	atomic_inc(&c->inflight);
	if (nr_frags)
		err = xhv_vmbus_send_pages(c->ch, &sq->desc, nr_frags, m,
					   sizeof(*m), id);
	else
		err = vmbus_sendpacket(c->ch, m, sizeof(*m), id,
				       VM_PKT_DATA_INBAND,
				       VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED);
	if (err)
		atomic_dec(&c->inflight);
	return err;
}

/* Moves a queue to where its CPU's channel, and those that are lost, have it go. */
static void choose_again(struct net_queue *sq)
{
	struct nic *nic = sq->nic;
	unsigned long flags;

	raw_spin_lock_irqsave(&nic->map_lock, flags);
	/* A queue that waits for the old channel is woken there. */
	WRITE_ONCE(sq->chan, net_chan_choose(nic, sq->cpu));
	net_chan_map(nic);
	raw_spin_unlock_irqrestore(&nic->map_lock, flags);
	schedule_work(&nic->rss);
}

static int net_tx_submit(struct xhv_net_queue *q, const struct xhv_net_tx *tx)
{
	struct net_queue *sq = to_queue(q);
	struct nic *nic = sq->nic;
	struct net_chan *c = READ_ONCE(sq->chan);
	struct net_tag *tag = &sq->tags[tx->tag];
	u32 section = sq->first_section + tx->tag;
	struct nvsp_message m = { .type = NVSP_SEND_RNDIS };
	int err;

	m.rndis.channel_type = NVSP_RNDIS_DATA;
	m.rndis.section = section;
	m.rndis.section_size =
		rndis_tx_build(nic->send + (size_t)section * nic->section_size,
			       tx);
	/* Nobody else looks at it before the packet is out. */
	WRITE_ONCE(tag->id, ((tag->id >> NET_ID_USE_SHIFT) + 1) <<
			    NET_ID_USE_SHIFT |
			    (q->index + 1) << NET_ID_QUEUE_SHIFT | tx->tag);
	WRITE_ONCE(tag->chan, c);
	WRITE_ONCE(tag->busy, true);
	atomic_inc(&sq->inflight);
	err = send(sq, c, &m, tx->nr_frags, tag->id);
	if (err == -ENODEV && !net_chan_lost(nic->chans[0])) {
		/* Unless net_tx_reap() has given it up already. */
		if (!xchg(&tag->busy, false))
			return 0;
		choose_again(sq);
		c = READ_ONCE(sq->chan);
		WRITE_ONCE(tag->chan, c);
		WRITE_ONCE(tag->busy, true);
		err = send(sq, c, &m, tx->nr_frags, tag->id);
	}
	if (err == -EAGAIN) {
		/* Full. Who reads the next answer looks at @blocked after it
		 * has counted that answer: either it sees the bit or the second
		 * attempt finds room.
		 */
		atomic_inc(&nic->counts.tx_full);
		set_bit(q->index, c->blocked);
		smp_mb__after_atomic();	/* pairs with end_batches() */
		err = send(sq, c, &m, tx->nr_frags, tag->id);
		if (err != -EAGAIN)
			clear_bit(q->index, c->blocked);
		else if (!atomic_read(&c->inflight))
			net_chan_kick_later(c);
	}
	if (err) {
		if (xchg(&tag->busy, false))
			atomic_dec(&sq->inflight);
		else	/* A host has answered what it never got. */
			atomic_inc(&c->inflight);
	}
	return err;
}

/* The host was told when its channel was empty; it reads until it is again. */
static void net_tx_kick(struct xhv_net_queue *q)
{
}

bool net_tx_answer(struct nic *nic, u64 id, const void *data, u32 len,
		   struct net_batch *b)
{
	unsigned int index = ((u32)id >> NET_ID_QUEUE_SHIFT) - 1;
	u16 nr = id & (BIT(NET_ID_QUEUE_SHIFT) - 1);
	struct nvsp_message m;
	struct net_queue *sq;
	struct net_tag *tag;
	struct net_chan *c;
	bool failed;

	if (index >= NET_MAX_QUEUES ||
	    !nvsp_copy_reply(&m, data, len, NVSP_SEND_RNDIS_COMPLETE))
		return false;
	sq = rcu_dereference(nic->queues[index]);
	if (!sq || nr >= sq->q.depth)
		return false;
	tag = &sq->tags[nr];
	c = READ_ONCE(tag->chan);
	if (READ_ONCE(tag->id) != id || !xchg(&tag->busy, false))
		return false;

	failed = m.rndis_complete.status != NVSP_STATUS_SUCCESS;
	if (failed)
		atomic_inc(&nic->counts.tx_failed);
	net_batch_lock(b, sq);
	sq->q.client->tx_done(sq->q.client_ctx, nr, failed ? -EIO : 0);
	__set_bit(index, b->touched);
	atomic_dec(&c->inflight);
	if (atomic_dec_and_test(&sq->inflight))
		wake_up(&sq->drained);
	return true;
}

static void reap_queue(struct net_queue *sq, struct net_batch *b)
{
	struct net_tag *tag;
	struct net_chan *c;
	unsigned int i;

	for (i = 0; i < sq->q.depth; i++) {
		tag = &sq->tags[i];
		/* It may be in use for another packet as soon as it is done. */
		c = READ_ONCE(tag->chan);
		if (!READ_ONCE(tag->busy) || !net_chan_lost(c) ||
		    !xchg(&tag->busy, false))
			continue;
		atomic_inc(&sq->nic->counts.tx_failed);
		net_batch_lock(b, sq);
		sq->q.client->tx_done(sq->q.client_ctx, i, -EIO);
		atomic_dec(&c->inflight);
		if (atomic_dec_and_test(&sq->inflight))
			wake_up(&sq->drained);
	}
	if (b->locked)
		sq->q.client->end_batch(sq->q.client_ctx);
	net_batch_lock(b, NULL);
}

/* If the whole NIC goes, its queues are closed. */
void net_tx_reap(struct nic *nic)
{
	struct net_batch b = { };
	struct net_queue *sq;
	unsigned int i;

	if (net_chan_lost(nic->chans[0]))
		return;
	for (i = 0; i < NET_MAX_QUEUES; i++) {
		/* The client expects softirqs. */
		rcu_read_lock_bh();
		sq = rcu_dereference_bh(nic->queues[i]);
		if (sq)
			reap_queue(sq, &b);
		rcu_read_unlock_bh();
	}
}

static void free_queue(struct net_queue *sq)
{
	kfree(sq->tags);
	kfree(sq);
}

static struct xhv_net_queue *net_queue_open(struct xhv_net_dev *dev,
					    const struct xhv_net_open *open)
{
	struct nic *nic = to_nic(dev);
	u32 share = nic->nr_sections / max(open->nr_queues, 1U);
	struct net_queue *sq;
	unsigned long flags;

	if (open->index >= open->nr_queues || open->index >= NET_MAX_QUEUES ||
	    rcu_access_pointer(nic->queues[open->index]))
		return ERR_PTR(-EINVAL);
	share = min3(share, open->depth, (u32)NET_MAX_DEPTH);
	if (!share)
		return ERR_PTR(-ENOSPC);
	sq = kzalloc(sizeof(*sq), GFP_KERNEL);
	if (!sq)
		return ERR_PTR(-ENOMEM);
	sq->nic = nic;
	spin_lock_init(&sq->lock);
	init_waitqueue_head(&sq->drained);
	sq->tags = kcalloc(share, sizeof(*sq->tags), GFP_KERNEL);
	if (!sq->tags) {
		free_queue(sq);
		return ERR_PTR(-ENOMEM);
	}
	sq->cpu = open->cpu;
	sq->chan = net_chan_choose(nic, open->cpu);
	sq->first_section = open->index * share;
	sq->q.dev = dev;
	sq->q.index = open->index;
	sq->q.depth = share;
	sq->q.heads = nic->send + RNDIS_TX_ROOM +
		      (size_t)sq->first_section * nic->section_size;
	sq->q.head_stride = nic->section_size;
	sq->q.head_size = nic->section_size - RNDIS_TX_ROOM;
	sq->q.copy_max = min(net_copy_max(), sq->q.head_size - 4);
	sq->q.frags = (struct xhv_net_frag *)sq->desc.range;
	/* The host sends packets as they were on the wire; merging makes others. */
	sq->q.rx_caps = open->rx_caps;
	if (!net_merges())
		sq->q.rx_caps &= XHV_NET_RX_BIG;
	sq->q.client = open->client;
	sq->q.client_ctx = open->ctx;

	raw_spin_lock_irqsave(&nic->map_lock, flags);
	rcu_assign_pointer(nic->queues[open->index], sq);
	net_chan_map(nic);
	raw_spin_unlock_irqrestore(&nic->map_lock, flags);
	return &sq->q;
}

static void net_queue_set_cpu(struct xhv_net_queue *q, unsigned int cpu)
{
	struct net_queue *sq = to_queue(q);

	WRITE_ONCE(sq->cpu, cpu);
	choose_again(sq);
}

static void net_rx_resume(struct xhv_net_queue *q)
{
	struct net_queue *sq = to_queue(q);

	atomic_inc(&sq->resumes);
	smp_mb__after_atomic();		/* pairs with park() */
	net_chan_kick_parked(sq->nic);
}

static void net_queue_close(struct xhv_net_queue *q)
{
	struct net_queue *sq = to_queue(q);
	struct nic *nic = sq->nic;
	struct vmbus_channel *ch = nic->hvdev->channel;
	unsigned int i, seconds = 0;
	unsigned long flags;

	/* A host that is slow still reads the pages of what it was given. Only
	 * a rescinded device has let go for sure.
	 */
	while (!wait_event_timeout(sq->drained, !atomic_read(&sq->inflight) ||
				   READ_ONCE(ch->rescind), HZ)) {
		net_tx_reap(nic);
		if (++seconds % 10 == 0)
			dev_warn(&nic->hvdev->device,
				 "xen-hyperv: waiting for %d packets of queue %u\n",
				 atomic_read(&sq->inflight), q->index);
	}

	raw_spin_lock_irqsave(&nic->map_lock, flags);
	RCU_INIT_POINTER(nic->queues[q->index], NULL);
	net_chan_map(nic);
	raw_spin_unlock_irqrestore(&nic->map_lock, flags);
	synchronize_net();
	for (i = 0; i < nic->nr_chans; i++)
		clear_bit(q->index, nic->chans[i]->blocked);
	/* What waited for this one goes to another, or to nobody. */
	net_chan_kick_parked(nic);
	free_queue(sq);
}

static void net_show(struct xhv_net_dev *dev, struct seq_file *m)
{
	struct nic *nic = to_nic(dev);
	struct net_counts *n = &nic->counts;
	u64 merged = 0;
	unsigned int i;

	for (i = 0; i < net_nr_chans(nic); i++)
		merged += READ_ONCE(nic->chans[i]->merged);

	seq_printf(m, " nvsp=%x.%x channels=%u sections=%u recv_sections=%u",
		   nic->version >> 16, nic->version & 0xffff, nic->nr_chans,
		   nic->nr_sections, nic->layout.nr_sections);
	seq_printf(m, " host_bogus=%d host_rx_bad=%d host_rx_unwanted=%d",
		   atomic_read(&n->bogus), atomic_read(&n->rx_bad),
		   atomic_read(&n->rx_unwanted));
	seq_printf(m, " host_rx_oversize=%d host_rx_overrun=%d host_rx_parked=%d",
		   atomic_read(&n->rx_oversize), atomic_read(&n->rx_overrun),
		   atomic_read(&n->rx_parked));
	seq_printf(m, " host_rx_merged=%llu", merged);
	seq_printf(m, " host_comp_busy=%d host_tx_full=%d host_tx_failed=%d",
		   atomic_read(&n->comp_busy), atomic_read(&n->tx_full),
		   atomic_read(&n->tx_failed));
}

const struct xhv_net_ops net_ops = {
	.owner = THIS_MODULE,
	.queue_open = net_queue_open,
	.queue_close = net_queue_close,
	.queue_set_cpu = net_queue_set_cpu,
	.tx_submit = net_tx_submit,
	.tx_kick = net_tx_kick,
	.rx_resume = net_rx_resume,
	.set_filter = net_set_filter,
	.show = net_show,
};
