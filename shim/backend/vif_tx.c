// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending: from packets in the transmit ring to packets of the host's NIC, and
 * from their completions to responses.
 *
 * There is no thread. Packets are taken in the front end's notification, which is
 * a hypercall and so a function call, with IRQs off and the front end's queue lock
 * held; and, when something had to wait, in the transport's softirq. Nothing here
 * sleeps or allocates. What the host has no room for stays in the ring, which makes
 * the front end stop its queue; nothing is dropped for lack of room.
 *
 * queue->lock covers everything. It is never held while an event is sent.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/irq_work.h>

#include "../gnttab.h"
#include "vif.h"

static void respond(struct vif_queue *q, u16 id, s16 status)
{
	struct xen_netif_tx_response *rsp =
		RING_GET_RESPONSE(&q->tx, q->tx.rsp_prod_pvt);

	rsp->id = id;
	rsp->status = status;
	q->tx.rsp_prod_pvt++;
}

/* Each slot that the front end used has its answer, as make_tx_response() in
 * drivers/net/xen-netback/netback.c.
 */
static void respond_extras(struct vif_queue *q, unsigned int nr)
{
	while (nr--)
		respond(q, 0, XEN_NETIF_RSP_NULL);
}

static void respond_packet(struct vif_queue *q, const struct vif_packet *p,
			   s16 status)
{
	unsigned int i;

	for (i = 0; i < p->nr_slots; i++)
		respond(q, p->slots[i].id, status);
	respond_extras(q, p->nr_extras);
}

/* Shows new responses to the front end; true if it wants an event. */
static bool push(struct vif_queue *q)
{
	int notify = 0;

	if (q->pushed != q->tx.rsp_prod_pvt) {
		RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&q->tx, notify);
		q->pushed = q->tx.rsp_prod_pvt;
	}
	return notify;
}

static void free_tag(struct vif_queue *q, unsigned int nr)
{
	q->tags[nr].next_free = q->free_tag;
	q->free_tag = nr;
}

void vif_tag_unpin(struct vif_tag *tag)
{
	xhv_gnttab_unpin_list(tag->refs, 1, tag->nr_refs, false);
	tag->nr_refs = 0;
}

/* All that there was of a packet has ended. */
static void finish(struct vif_queue *q, unsigned int nr)
{
	struct vif_tag *tag = &q->tags[nr];
	s16 status = XEN_NETIF_RSP_OKAY;
	unsigned int i;

	vif_tag_unpin(tag);
	if (likely(!tag->error)) {
		q->tx_st.packets++;
		q->tx_st.bytes += tag->len;
	} else {
		q->tx_st.errors++;
		status = XEN_NETIF_RSP_ERROR;
	}
	for (i = 0; i < tag->nr_slots; i++)
		respond(q, tag->ids[i], status);
	respond_extras(q, tag->nr_extras);
	free_tag(q, nr);
}

static void put_part(struct vif_queue *q, unsigned int owner)
{
	if (!--q->tags[owner].parts)
		finish(q, owner);
}

/* A request without a packet: it changes the list of multicast addresses. */
static void change_mcast(struct vif_queue *q)
{
	const struct vif_packet *p = &q->pkt;
	int err = vif_mcast_change(q->vif,
				   p->mcast == XEN_NETIF_EXTRA_TYPE_MCAST_ADD,
				   p->mcast_addr);

	q->tx_st.mcast++;
	respond_packet(q, p, err ? XEN_NETIF_RSP_ERROR : XEN_NETIF_RSP_OKAY);
}

/* The front end is beyond help; it is told by the device's closing. */
static void give_up(struct vif_queue *q, const char *why)
{
	q->live = false;
	vif_fault(q->vif, why);
}

/* Makes q->cur of q->pkt, or answers it. */
static void begin(struct vif_queue *q)
{
	const struct vif_packet *p = &q->pkt;
	unsigned int i, nr = q->free_tag;
	struct vif_tag *tag = &q->tags[nr];
	int err;

	if (unlikely(!READ_ONCE(q->vif->carrier))) {
		q->tx_st.no_carrier++;
		respond_packet(q, p, XEN_NETIF_RSP_DROPPED);
		return;
	}
	err = vif_tx_build(q, nr);
	if (unlikely(err)) {
		if (err == -EFAULT)
			q->tx_st.bad_grants++;
		else
			q->tx_st.rejects++;
		respond_packet(q, p, XEN_NETIF_RSP_ERROR);
		return;
	}
	q->free_tag = tag->next_free;
	tag->owner = nr;
	tag->parts = 1;
	tag->error = 0;
	tag->len = p->len;
	tag->nr_slots = p->nr_slots;
	tag->nr_extras = p->nr_extras;
	for (i = 0; i < p->nr_slots; i++)
		tag->ids[i] = p->slots[i].id;
	q->cur_owner = nr;
	q->have_cur = true;
}

/* Takes the next packet from the ring; false if there is none to be had. It is
 * q->cur then, or has been answered.
 */
static bool take(struct vif_queue *q)
{
	RING_IDX prod = READ_ONCE(q->tx.sring->req_prod);
	RING_IDX avail = prod - q->tx.req_cons;
	const char *why = NULL;
	int more, err;

	/* Or before what has been taken. */
	if (unlikely(RING_REQUEST_PROD_OVERFLOW(&q->tx, prod) ||
		     avail > RING_SIZE(&q->tx))) {
		give_up(q, "transmit producer beyond the ring");
		return false;
	}
	if (!avail) {
		RING_FINAL_CHECK_FOR_REQUESTS(&q->tx, more);
		return more;
	}
	if (unlikely(q->free_tag == q->nr_tags)) {
		q->tx_st.full++;
		q->blocked = true;
		return false;
	}
	virt_rmb(); /* the requests are not read before their index */

	err = vif_packet_take(&q->tx, avail, &q->pkt, &why);
	if (unlikely(err == -EPROTO)) {
		give_up(q, why);
		return false;
	}
	if (unlikely(err)) {
		q->tx_st.rejects++;
		respond_packet(q, &q->pkt, XEN_NETIF_RSP_ERROR);
	} else if (unlikely(q->pkt.mcast)) {
		change_mcast(q);
	} else {
		begin(q);
	}
	return true;
}

/* The next part of a packet; false if there is no tag for it. */
static bool next_part(struct vif_queue *q)
{
	unsigned int nr = q->free_tag;

	if (nr == q->nr_tags) {
		q->tx_st.full++;
		q->blocked = true;
		return false;
	}
	q->free_tag = q->tags[nr].next_free;
	q->tags[nr].owner = q->cur_owner;
	vif_tx_build_part(q, nr);
	q->have_cur = true;
	return true;
}

/* Gives q->cur to the transport; false if that is full. */
static bool submit(struct vif_queue *q)
{
	struct vif_tag *owner = &q->tags[q->cur_owner];
	unsigned int nr = q->cur.tag;
	int err = q->q->dev->ops->tx_submit(q->q, &q->cur);

	if (err == -EAGAIN) {
		q->tx_st.full++;
		q->blocked = true;
		return false;
	}
	q->have_cur = false;
	if (likely(!err)) {
		q->tags[nr].busy = true;
		owner->parts++;
		q->inflight++;
	} else {
		owner->error = err;
		if (nr != q->cur_owner)
			free_tag(q, nr);
		/* Half a packet is none. */
		q->nr_frags = 0;
	}
	if (vif_tx_all_built(q)) {
		q->nr_frags = 0;
		put_part(q, q->cur_owner);
	}
	return true;
}

/* Goes on until there is nothing left to do or something has to wait. The bound is
 * for a front end that adds packets from another CPU while they are taken here.
 */
static void process(struct vif_queue *q)
{
	unsigned int budget = 4 * RING_SIZE(&q->tx);
	unsigned int inflight = q->inflight;

	if (!q->live || !q->q)
		return;
	q->blocked = false;
	while (budget--) {
		if (!q->have_cur) {
			if (q->nr_frags ? !next_part(q) : !take(q))
				break;
			if (!q->have_cur)
				continue;
		}
		if (!submit(q))
			break;
	}
	if (q->inflight != inflight)
		q->q->dev->ops->tx_kick(q->q);
	if (budget == UINT_MAX)
		irq_work_queue(&q->more);
}

/* Any context. */
static void run(struct vif_queue *q)
{
	unsigned long flags;
	bool event;

	raw_spin_lock_irqsave(&q->lock, flags);
	process(q);
	event = push(q);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	if (event)
		xhv_evtchn_send(&q->tx_ec);
}

/* The front end has sent an event; with one channel for both rings it may mean
 * either.
 */
void vif_tx_notify(struct xhv_evtchn *ec)
{
	struct vif_queue *q = container_of(ec, struct vif_queue, tx_ec);

	run(q);
	if (!READ_ONCE(q->rx_ec.port))
		vif_rx_resume(q);
}

void vif_tx_moved(struct xhv_evtchn *ec, unsigned int vcpu)
{
	struct vif_queue *q = container_of(ec, struct vif_queue, tx_ec);

	if (!READ_ONCE(q->rx_ec.port))
		vif_rx_moved(&q->rx_ec, vcpu);
}

void vif_tx_more(struct irq_work *work)
{
	run(container_of(work, struct vif_queue, more));
}

void vif_tx_done(void *ctx, u64 nr, int error)
{
	struct vif_queue *q = ctx;
	struct vif_tag *tag;
	unsigned long flags;
	unsigned int owner;

	raw_spin_lock_irqsave(&q->lock, flags);
	/* What a host says is not to be trusted: it may name a packet that never
	 * was, or one twice.
	 */
	if (unlikely(nr >= q->nr_tags || !q->tags[nr].busy)) {
		q->tx_st.bogus++;
		goto out;
	}
	tag = &q->tags[nr];
	owner = tag->owner;
	tag->busy = false;
	q->inflight--;
	if (unlikely(error))
		q->tags[owner].error = error;
	if (unlikely(nr != owner))
		free_tag(q, nr);
	put_part(q, owner);
out:
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

bool vif_tx_end_batch(struct vif_queue *q)
{
	unsigned long flags;
	bool event;

	/* Whoever blocks the ring from now on has packets in flight, or the
	 * transport's word that this is called again.
	 */
	if (!READ_ONCE(q->blocked) &&
	    READ_ONCE(q->pushed) == READ_ONCE(q->tx.rsp_prod_pvt))
		return false;
	raw_spin_lock_irqsave(&q->lock, flags);
	if (q->blocked)
		process(q);
	event = push(q);
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return event;
}

void vif_tx_drop(struct vif_queue *q)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&q->lock, flags);
	/* Only owners that have not finished hold any. */
	for (i = 0; i < q->nr_tags; i++)
		vif_tag_unpin(&q->tags[i]);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}
