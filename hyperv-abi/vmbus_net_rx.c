// SPDX-License-Identifier: GPL-2.0-only
/*
 * Received packets, from the host's word that they are there until they are given
 * back to it.
 *
 * A packet of the channel names ranges of the receive buffer. Each becomes a slot
 * of a ring, is shown to the back end in order, and the host gets the ranges
 * back when all of a packet have been copied. A front end without room leaves
 * them in the ring: the host runs out of receive buffer and waits.
 *
 * All of it runs in a channel's poll: softirq, inside an RCU reader. The receive
 * buffer is memory that the host may write to at any time.
 */
#include <linux/atomic.h>
#include <linux/if_ether.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "../include/compat.h"
#include "vmbus_net.h"

/* The largest that a front end may be shown; RNDIS has 32 bits for it. */
#define MAX_FRAME	65535
/* The most that a front end takes that does not say XHV_NET_RX_BIG. */
#define MAX_SMALL_FRAME	4096
#define VLAN_PIECES	3
#define RANGES_AT	offsetof(struct vmtransfer_page_packet_header, ranges)

struct vlan_tag {
	__be16 proto;
	__be16 tci;
};

/* What is no frame is dealt with at once, so that what somebody waits for does
 * not wait for the front end. Returns false for what is left to be shown.
 */
static bool take_message(struct net_chan *c, const void *msg, u32 len,
			 bool *bad)
{
	struct rndis_header hdr;

	*bad = rndis_rx_header(msg, len, &hdr);
	if (*bad)
		return true;
	if (hdr.type == RNDIS_MSG_PACKET)
		return false;
	net_ctl_message(c->nic, msg, &hdr);
	return true;
}

static void take_range(struct net_chan *c, struct net_slot *s, u32 offset,
		       u32 len)
{
	struct nic *nic = c->nic;

	/* No message is longer than a section (netvsc_receive()). */
	if (offset > nic->recv_size || len > nic->recv_size - offset ||
	    len > nic->layout.section_size) {
		s->bad = true;
	} else if (!take_message(c, nic->recv + offset, len, &s->bad)) {
		s->offset = offset;
		s->len = len;
	}
	if (s->bad) {
		atomic_inc(&nic->counts.rx_bad);
		net_bogus(nic);
	}
}

/* One answer, from the stack: @bad is all that it says. */
static int give_back(struct net_chan *c, u64 id, bool bad)
{
	struct {
		u32 type;
		u32 status;
	} m = { NVSP_SEND_RNDIS_COMPLETE,
		bad ? NVSP_STATUS_FAIL : NVSP_STATUS_SUCCESS };

	return vmbus_sendpacket(c->ch, &m, sizeof(m), id, VM_PKT_COMP, 0);
}

/* Are these the ranges of a packet that carries RNDIS? Their number, or 0. */
static u32 count_ranges(const struct vmpacket_descriptor *desc)
{
	const struct vmtransfer_page_packet_header *h = (const void *)desc;
	u32 header = desc->offset8 << 3, len = hv_pkt_datalen(desc);
	u32 type, n;

	if (len < sizeof(type) || header < RANGES_AT)
		return 0;
	memcpy(&type, hv_pkt_data(desc), sizeof(type));
	n = READ_ONCE(h->range_cnt);
	if (type != NVSP_SEND_RNDIS ||
	    n > (header - RANGES_AT) / sizeof(struct vmtransfer_page_range) ||
	    READ_ONCE(h->xfer_pageset_id) != NVSP_RECV_BUFFER_ID)
		return 0;
	return n;
}

void net_rx_take(struct net_chan *c, const struct vmpacket_descriptor *desc)
{
	/* Pairs with net_chan_alloc_slots(). */
	struct net_slot *s, *slots = smp_load_acquire(&c->slots);
	struct vmtransfer_page_range r;
	u32 i, n = slots ? count_ranges(desc) : 0;

	if (!n) {
		net_bogus(c->nic);
		return;
	}
	if (n > c->mask + 1 - (c->put - c->done)) {
		/* More than there is in the receive buffer: what is said to be
		 * here is still in use.
		 */
		atomic_inc(&c->nic->counts.rx_overrun);
		net_bogus(c->nic);
		if (give_back(c, desc->trans_id, true))
			atomic_inc(&c->nic->counts.comp_busy);
		return;
	}
	for (i = 0; i < n; i++) {
		memcpy(&r, (const void *)desc + RANGES_AT + i * sizeof(r),
		       sizeof(r));
		s = &slots[c->put++ & c->mask];
		*s = (struct net_slot) { .last = i == n - 1 };
		if (s->last)
			s->id = desc->trans_id;
		take_range(c, s, r.byte_offset, r.byte_count);
	}
}

static enum xhv_net_csum known_csum(u32 word)
{
	if (word & (CSUM_RX_TCP_FAILED | CSUM_RX_UDP_FAILED |
		    CSUM_RX_IP_FAILED))
		return XHV_NET_RX_UNKNOWN;
	return word & (CSUM_RX_TCP_GOOD | CSUM_RX_UDP_GOOD) ?
	       XHV_NET_RX_GOOD : XHV_NET_RX_UNKNOWN;
}

/* A Xen front end finds tags in the packet. */
static void put_tag(struct xhv_net_rx *rx, struct xhv_net_piece *pieces,
		    const struct rndis_rx *frame, struct vlan_tag *tag)
{
	tag->proto = htons(ETH_P_8021Q);
	tag->tci = htons(frame->vlan);
	pieces[0].len = 2 * ETH_ALEN;
	pieces[1].data = tag;
	pieces[1].len = sizeof(*tag);
	pieces[2].data = frame->data + 2 * ETH_ALEN;
	pieces[2].len = frame->len - 2 * ETH_ALEN;
	rx->nr_pieces = VLAN_PIECES;
	rx->len += sizeof(*tag);
}

/* Under @sq's lock. False if there is no room. */
static bool show_frame(struct net_queue *sq, const struct rndis_rx *frame)
{
	struct xhv_net_piece pieces[VLAN_PIECES];
	struct vlan_tag tag;
	struct xhv_net_rx rx = {
		.pieces = pieces, .nr_pieces = 1, .len = frame->len,
		.csum = known_csum(frame->csum),
	};

	pieces[0].data = frame->data;
	pieces[0].len = frame->len;
	if (frame->tagged)
		put_tag(&rx, pieces, frame, &tag);
	if (rx.len > MAX_FRAME ||
	    (rx.len > MAX_SMALL_FRAME && !(sq->q.rx_caps & XHV_NET_RX_BIG))) {
		atomic_inc(&sq->nic->counts.rx_oversize);
		return true;
	}
	return sq->q.client->rx(sq->q.client_ctx, &rx);
}

/* There was no room when the queue's resumes were @seq. False if some has been
 * made since. Under @sq's lock.
 */
static bool park(struct net_chan *c, struct net_queue *sq, int seq)
{
	sq->blocked_at = seq;
	sq->blocked = true;
	WRITE_ONCE(c->parked, true);
	smp_mb();	/* pairs with net_rx_resume() */
	if (atomic_read(&sq->resumes) == seq)
		return true;
	sq->blocked = false;
	WRITE_ONCE(c->parked, false);
	return false;
}

static bool read_frame(struct net_chan *c, const struct net_slot *s,
		       struct rndis_rx *frame)
{
	const void *msg = c->nic->recv + s->offset;
	struct rndis_header hdr;

	return !rndis_rx_header(msg, s->len, &hdr) &&
	       hdr.type == RNDIS_MSG_PACKET &&
	       !rndis_rx_packet(msg, hdr.len, frame);
}

/* Shows @frame, in the slot at c->show, with what may follow it. Returns how many
 * slots that was, 0 if there is no room. Under @sq's lock.
 */
static unsigned int show_frames(struct net_chan *c, struct net_queue *sq,
				const struct rndis_rx *frame)
{
	struct net_merge *m = &c->merge;
	struct rndis_rx next;
	struct net_slot *s;
	struct xhv_net_rx rx;
	u32 at;

	if (!net_merge_begin(m, frame, sq->q.rx_caps))
		return show_frame(sq, frame);
	for (at = c->show + 1; at != c->put; at++) {
		s = &c->slots[at & c->mask];
		if (!s->len || !read_frame(c, s, &next) ||
		    !net_merge_add(m, &next))
			break;
	}
	if (m->nr == 1)
		return show_frame(sq, frame);
	net_merge_end(m, &rx);
	if (!sq->q.client->rx(sq->q.client_ctx, &rx))
		return 0;
	WRITE_ONCE(c->merged, c->merged + m->nr - 1);
	return m->nr;
}

/* Shows the frame in the slot at c->show. Returns how many slots have been dealt
 * with, 0 if it has to wait.
 */
static unsigned int show(struct net_chan *c, struct net_slot *s,
			 struct net_batch *b)
{
	struct net_queue *sq = rcu_dereference(c->rxq);
	struct nic *nic = c->nic;
	struct rndis_rx frame;
	unsigned int n;
	int seq;

	if (!sq) {
		atomic_inc(&nic->counts.rx_unwanted);
		return 1;
	}
	if (!read_frame(c, s, &frame)) {
		s->bad = true;
		atomic_inc(&nic->counts.rx_bad);
		net_bogus(nic);
		return 1;
	}
	net_batch_lock(b, sq);
	__set_bit(sq->q.index, b->touched);
	seq = atomic_read(&sq->resumes);
	smp_rmb();	/* what the front end did before, if @seq has it */
	/* A frame of another channel may be waiting. */
	if (sq->blocked && sq->blocked_at == seq && park(c, sq, seq))
		return 0;
	n = show_frames(c, sq, &frame);
	if (n) {
		sq->blocked = false;
		return n;
	}
	if (!c->parked)
		atomic_inc(&nic->counts.rx_parked);
	/* Once more if there is room now; then the poll will come again. */
	return park(c, sq, seq) ? 0 : show_frames(c, sq, &frame);
}

/* The next @n slots have been dealt with. */
static void shown(struct net_chan *c, unsigned int n)
{
	struct net_slot *s;

	for (; n; n--) {
		s = &c->slots[c->show++ & c->mask];
		c->bad |= s->bad;
		if (s->last) {
			s->bad = c->bad;
			c->bad = false;
		}
	}
}

int net_rx_show(struct net_chan *c, struct net_batch *b, int budget)
{
	struct net_slot *s;
	unsigned int slots;
	int n = 0;

	while (c->show != c->put && n < budget) {
		s = &c->slots[c->show & c->mask];
		if (!s->len) {
			shown(c, 1);
			continue;
		}
		n++;
		slots = show(c, s, b);
		if (slots) {
			WRITE_ONCE(c->parked, false);
			shown(c, slots);
		} else if (READ_ONCE(c->parked)) {
			/* Else room was made meanwhile. */
			return n - 1;
		}
	}
	return n;
}

void net_rx_give_back(struct net_chan *c)
{
	struct net_slot *s;

	c->stuck = false;
	for (; c->done != c->show; c->done++) {
		s = &c->slots[c->done & c->mask];
		if (!s->last)
			continue;
		/* A channel that is lost takes nothing back. */
		if (give_back(c, s->id, s->bad) == -EAGAIN) {
			atomic_inc(&c->nic->counts.comp_busy);
			c->stuck = true;
			return;
		}
	}
}
