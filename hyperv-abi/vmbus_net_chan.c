// SPDX-License-Identifier: GPL-2.0-only
/*
 * The channels of a NIC. Each is polled in softirq with a budget, as NAPI has it,
 * with a device that is nothing but NAPI's; the hard interrupt only starts that.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "../include/compat.h"
#include "../include/compat_net.h"
#include "vmbus_net.h"

/* How long to wait with a full channel whose host owes no answer. */
#define AGAIN_NS	(200 * NSEC_PER_USEC)

struct net_chan *net_chan_choose(struct nic *nic, unsigned int cpu)
{
	unsigned int i, n = net_nr_chans(nic);
	struct net_chan *c;

	for (i = 0; i < n; i++) {
		c = nic->chans[i];
		if (READ_ONCE(c->ch->target_cpu) == cpu && !net_chan_lost(c))
			return c;
	}
	c = nic->chans[cpu % n];
	return net_chan_lost(c) ? nic->chans[0] : c;
}

/*
 * What a channel receives goes to the queue that sends there; what comes on a
 * channel where none does, or several, is divided among all.
 */
void net_chan_map(struct nic *nic)
{
	struct net_queue *sq, *all[NET_MAX_QUEUES];
	unsigned int i, j, n = 0, nr_chans = net_nr_chans(nic);

	lockdep_assert_held(&nic->map_lock);
	for (i = 0; i < NET_MAX_QUEUES; i++) {
		sq = rcu_dereference_protected(nic->queues[i],
					       lockdep_is_held(&nic->map_lock));
		if (sq)
			all[n++] = sq;
	}
	for (i = 0; i < nr_chans; i++) {
		sq = n ? all[i % n] : NULL;
		if (!sq || sq->chan != nic->chans[i]) {
			for (j = 0; j < n; j++) {
				if (all[j]->chan == nic->chans[i]) {
					sq = all[j];
					break;
				}
			}
		}
		rcu_assign_pointer(nic->chans[i]->rxq, sq);
	}
}

void net_chan_kick(struct net_chan *c)
{
	/* Elsewhere nothing would look at the softirq before the next
	 * interrupt.
	 */
	if (in_softirq() || in_hardirq())
		napi_schedule(&c->napi);
	else
		irq_work_queue(&c->wake);
}

void net_chan_kick_parked(struct nic *nic)
{
	unsigned int i, n = net_nr_chans(nic);

	for (i = 0; i < n; i++)
		if (READ_ONCE(nic->chans[i]->parked))
			net_chan_kick(nic->chans[i]);
}

void net_chan_kick_later(struct net_chan *c)
{
	hrtimer_start(&c->again, ns_to_ktime(AGAIN_NS), HRTIMER_MODE_REL_HARD);
}

static void wake_poll(struct irq_work *work)
{
	napi_schedule(&container_of(work, struct net_chan, wake)->napi);
}

static enum hrtimer_restart poll_again(struct hrtimer *t)
{
	napi_schedule(&container_of(t, struct net_chan, again)->napi);
	return HRTIMER_NORESTART;
}

void net_batch_lock(struct net_batch *b, struct net_queue *sq)
{
	if (b->locked == sq)
		return;
	/* For sparse the lock is not held across calls. */
	if (b->locked) {
		__acquire(&b->locked->lock);
		spin_unlock(&b->locked->lock);
	}
	if (sq) {
		spin_lock(&sq->lock);
		__release(&sq->lock);
	}
	b->locked = sq;
}

static void receive(struct net_chan *c, const struct vmpacket_descriptor *desc,
		    struct net_batch *b)
{
	struct nic *nic = c->nic;
	u64 id = desc->trans_id;
	u32 type = 0, len = hv_pkt_datalen(desc);

	switch (desc->type) {
	case VM_PKT_COMP:
		if (id & NET_ID_CTL)
			net_ctl_answer(nic, id, hv_pkt_data(desc), len);
		else if (!net_tx_answer(nic, id, hv_pkt_data(desc), len, b))
			net_bogus(nic);
		return;
	case VM_PKT_DATA_USING_XFER_PAGES:
		net_rx_take(c, desc);
		return;
	case VM_PKT_DATA_INBAND:
		if (len >= sizeof(type))
			memcpy(&type, hv_pkt_data(desc), sizeof(type));
		/* Where the host would like packets to be sent, which our queues
		 * know better; and of virtual functions, which were not asked
		 * for and get no answer.
		 */
		if (type == NVSP_SEND_INDIRECTION_TABLE ||
		    type == NVSP_SEND_VF_ASSOCIATION)
			return;
		break;
	}
	net_bogus(nic);
}

/* Reads at most @budget packets; returns how many. VMBus has copied each out of
 * the ring before we look at it (hv_pkt_iter_first()).
 */
static int read_channel(struct net_chan *c, struct net_batch *b, int budget)
{
	const struct vmpacket_descriptor *desc;
	int n = 0;

	foreach_vmbus_pkt(desc, c->ch) {
		receive(c, desc, b);
		if (++n == budget) {
			desc = __hv_pkt_iter_next(c->ch, desc);
			hv_pkt_iter_close(c->ch);
			break;
		}
	}
	return n;
}

static void end_batches(struct net_chan *c, struct net_batch *b)
{
	struct net_queue *sq;
	unsigned int i;

	/* After the answers have been counted, see net_tx_submit(). */
	smp_mb();
	if (!bitmap_empty(c->blocked, NET_MAX_QUEUES)) {
		for_each_set_bit(i, c->blocked, NET_MAX_QUEUES)
			if (test_and_clear_bit(i, c->blocked))
				__set_bit(i, b->touched);
	}
	for_each_set_bit(i, b->touched, NET_MAX_QUEUES) {
		sq = rcu_dereference(c->nic->queues[i]);
		if (!sq)
			continue;
		net_batch_lock(b, sq);
		sq->q.client->end_batch(sq->q.client_ctx);
	}
	net_batch_lock(b, NULL);
}

static int poll(struct napi_struct *napi, int budget)
{
	struct net_chan *c = container_of(napi, struct net_chan, napi);
	struct hv_ring_buffer_info *inbound = &c->ch->inbound;
	struct net_batch b = { };
	int read, shown = 0;

	rcu_read_lock();
	read = read_channel(c, &b, budget);
	if (c->slots) {
		shown = net_rx_show(c, &b, budget);
		net_rx_give_back(c);
		if (c->stuck)
			net_chan_kick_later(c);
	}
	end_batches(c, &b);
	rcu_read_unlock();

	if (read >= budget || shown >= budget)
		return budget;
	/* Less than a packet's header is none, and not waited for. */
	if (napi_complete_done(napi, max(read, shown)) &&
	    hv_end_read(inbound) >= sizeof(struct vmpacket_descriptor) &&
	    napi_schedule_prep(napi)) {
		hv_begin_read(inbound);
		__napi_schedule(napi);
	}
	return max(read, shown);
}

/* The channel's interrupt. */
static void on_channel(void *context)
{
	struct net_chan *c = context;

	if (napi_schedule_prep(&c->napi)) {
		/* The host need not interrupt for what is being read anyway. */
		hv_begin_read(&c->ch->inbound);
		__napi_schedule_irqoff(&c->napi);
	}
}

int net_chan_alloc_slots(struct net_chan *c)
{
	/* Each has a range at least, of one section at least; and some more
	 * for packets that bring only answers.
	 */
	u32 n = roundup_pow_of_two(c->nic->layout.nr_sections + 1);
	struct net_slot *slots = kvcalloc(n, sizeof(*slots), GFP_KERNEL);

	if (!slots)
		return -ENOMEM;
	c->mask = n - 1;
	/* pairs with net_rx_take() */
	smp_store_release(&c->slots, slots);
	return 0;
}

static void free_chan(struct net_chan *c)
{
	kvfree(c->slots);
	kfree(c);
}

static struct net_chan *alloc_chan(struct nic *nic, struct vmbus_channel *ch)
{
	struct net_chan *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return NULL;
	c->nic = nic;
	c->ch = ch;
	c->wake = IRQ_WORK_INIT_HARD(wake_poll);
	hrtimer_setup(&c->again, poll_again, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_HARD);
	/* The first one learns about the receive buffer later. */
	if (nic->layout.nr_sections && net_chan_alloc_slots(c)) {
		kfree(c);
		return NULL;
	}
	return c;
}

/* nic->chans only grows until all are closed. */
int net_chan_open(struct nic *nic, struct vmbus_channel *ch)
{
	struct net_chan *c = alloc_chan(nic, ch);
	unsigned long flags;
	int err;

	if (!c)
		return -ENOMEM;
	set_channel_read_mode(ch, HV_CALL_ISR);
	ch->max_pkt_size = NET_MAX_PACKET;
	xhv_channel_own_ids(ch);
	xhv_napi_add(nic->ndev, &c->napi, poll);

	mutex_lock(&nic->chans_lock);
	err = -ENOSPC;
	if (!nic->gone && nic->nr_chans < nic->max_chans) {
		c->index = nic->nr_chans;
		napi_enable(&c->napi);
		err = vmbus_open(ch, net_ring_bytes(), net_ring_bytes(), NULL, 0,
				 on_channel, c);
		if (err)
			napi_disable(&c->napi);
	}
	if (!err) {
		nic->chans[c->index] = c;
		raw_spin_lock_irqsave(&nic->map_lock, flags);
		/* pairs with net_nr_chans() */
		smp_store_release(&nic->nr_chans, nic->nr_chans + 1);
		net_chan_map(nic);
		raw_spin_unlock_irqrestore(&nic->map_lock, flags);
	}
	mutex_unlock(&nic->chans_lock);
	if (err) {
		netif_napi_del(&c->napi);
		free_chan(c);
	}
	return err;
}

/* The sub-channels close with their primary one (vmbus_disconnect_ring()). Polls
 * end first: they read rings that closing frees. No queue is left.
 */
void net_chan_close_all(struct nic *nic)
{
	struct vmbus_channel *ch = nic->hvdev->channel;
	struct net_chan *c;
	unsigned int i;

	for (i = 0; i < nic->nr_chans; i++)
		napi_disable(&nic->chans[i]->napi);
	vmbus_close(ch);
	for (i = 0; i < nic->nr_chans; i++) {
		c = nic->chans[i];
		hrtimer_cancel(&c->again);
		irq_work_sync(&c->wake);
		netif_napi_del(&c->napi);
	}
	/* An irq_work may run on two CPUs at once, and the first that ends makes
	 * it look idle (irq_work_single() in kernel/irq_work.c).
	 */
	synchronize_net();
	for (i = 0; i < nic->nr_chans; i++)
		free_chan(nic->chans[i]);
	nic->nr_chans = 0;
	/* The next driver of this channel finds it as VMBus made it. */
	set_channel_read_mode(ch, HV_CALL_BATCHED);
	ch->max_pkt_size = 0;
}
