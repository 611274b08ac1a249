// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receiving: from a packet in the transport's memory to pages that the front end
 * has granted, with the one copy that there is.
 *
 * All of it runs in the transport's softirq, for one queue never twice at a time,
 * so it needs no lock. Without room for a packet the transport keeps it, and the
 * host waits: the front end is asked for an event when it has made room
 * (req_event), and that event tells the transport to go on.
 */
#include <linux/compiler.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "../gnttab.h"
#include "vif.h"

/* A position in a packet. */
struct cursor {
	const struct xhv_net_piece *piece;
	u32 offset;
};

static void copy(void *to, u32 len, struct cursor *c)
{
	u32 n;

	while (len) {
		n = min(len, c->piece->len - c->offset);
		memcpy(to, (const char *)c->piece->data + c->offset, n);
		to = (char *)to + n;
		len -= n;
		c->offset += n;
		if (c->offset == c->piece->len) {
			c->piece++;
			c->offset = 0;
		}
	}
}

static void skip(u32 len, struct cursor *c)
{
	u32 n;

	while (len) {
		n = min(len, c->piece->len - c->offset);
		len -= n;
		c->offset += n;
		if (c->offset == c->piece->len) {
			c->piece++;
			c->offset = 0;
		}
	}
}

/* Is there room for @needed slots? If not, the front end sends an event once there
 * is, and vif_rx_resume() knows what for.
 */
static bool have_room(struct vif_queue *q, unsigned int needed)
{
	struct xen_netif_rx_sring *sring = q->rx.sring;
	RING_IDX avail = READ_ONCE(sring->req_prod) - q->rx.req_cons;

	if (likely(avail >= needed && avail <= RING_SIZE(&q->rx)))
		goto out;
	WRITE_ONCE(q->rx_waiting, true);
	WRITE_ONCE(sring->req_event, q->rx.req_cons + needed);
	/* As in RING_FINAL_CHECK_FOR_REQUESTS() (io/ring.h): the front end reads
	 * req_event after it has written req_prod.
	 */
	virt_mb();
	avail = READ_ONCE(sring->req_prod) - q->rx.req_cons;
	if (avail < needed)
		return false;
	WRITE_ONCE(q->rx_waiting, false);
	if (unlikely(avail > RING_SIZE(&q->rx))) {
		q->rx_live = false;
		vif_fault(q->vif, "receive producer beyond the ring");
	}
out:
	virt_rmb(); /* the requests are not read before their index */
	return true;
}

static u16 csum_flags(const struct xhv_net_rx *rx)
{
	switch (rx->csum) {
	case XHV_NET_RX_PARTIAL:
		return XEN_NETRXF_csum_blank | XEN_NETRXF_data_validated;
	case XHV_NET_RX_GOOD:
		return XEN_NETRXF_data_validated;
	default:
		return 0;
	}
}

/* One slot: the next @len bytes of a packet. False if the front end has not granted
 * the page.
 */
static bool fill(struct vif_queue *q, u32 len, u16 flags, struct cursor *c)
{
	struct xen_netif_rx_response *rsp;
	struct xen_netif_rx_request req;
	s16 status = len;
	void *page;

	RING_COPY_REQUEST(&q->rx, q->rx.req_cons, &req);
	q->rx.req_cons++;
	page = xhv_gnttab_map(req.gref, true);
	if (likely(page)) {
		copy(page, len, c);
		xhv_gnttab_unpin(req.gref, true);
	} else {
		skip(len, c);
		status = XEN_NETIF_RSP_ERROR;
	}
	rsp = RING_GET_RESPONSE(&q->rx, q->rx.rsp_prod_pvt);
	q->rx.rsp_prod_pvt++;
	rsp->id = req.id;
	rsp->offset = 0;
	rsp->flags = flags;
	rsp->status = status;
	return page;
}

/* Takes a slot without its page, behind the first of a packet. */
static void fill_gso(struct vif_queue *q, const struct xhv_net_rx *rx)
{
	struct xen_netif_extra_info *extra;

	extra = (struct xen_netif_extra_info *)
		RING_GET_RESPONSE(&q->rx, q->rx.rsp_prod_pvt);
	q->rx.req_cons++;
	q->rx.rsp_prod_pvt++;
	memset(extra, 0, sizeof(*extra));
	extra->type = XEN_NETIF_EXTRA_TYPE_GSO;
	extra->u.gso.type = rx->gso == XHV_NET_TSO4 ?
			    XEN_NETIF_GSO_TYPE_TCPV4 :
			    XEN_NETIF_GSO_TYPE_TCPV6;
	extra->u.gso.size = rx->gso_size;
}

/* A packet that cannot be of any use to the front end. */
static bool useless(const struct vif_queue *q, const struct xhv_net_rx *rx)
{
	return unlikely(!q->rx_live || rx->len < ETH_HLEN ||
			rx->len > XEN_NETIF_MAX_TX_SIZE ||
			(rx->len > VIF_PAGE_SIZE &&
			 !(q->vif->rx_caps & XHV_NET_RX_BIG)));
}

static bool unwanted(struct vif_queue *q, const struct xhv_net_rx *rx)
{
	struct cursor c = { .piece = rx->pieces };
	u8 addr[ETH_ALEN];

	if (likely(!READ_ONCE(q->vif->mcast_control)))
		return false;
	copy(addr, sizeof(addr), &c);
	return !vif_mcast_wanted(q->vif, addr);
}

bool vif_rx(void *ctx, const struct xhv_net_rx *rx)
{
	unsigned int needed = DIV_ROUND_UP(rx->len, VIF_PAGE_SIZE);
	struct cursor c = { .piece = rx->pieces };
	struct vif_queue *q = ctx;
	u16 flags = csum_flags(rx);
	u32 len, left = rx->len;
	bool good = true;

	if (useless(q, rx)) {
		q->rx_st.drops++;
		return true;
	}
	if (unwanted(q, rx)) {
		q->rx_st.filtered++;
		return true;
	}
	if (!have_room(q, needed + !!rx->gso)) {
		q->rx_st.full++;
		return false;
	}
	if (unlikely(!q->rx_live)) {
		q->rx_st.drops++;
		return true;
	}
	if (rx->gso)
		flags |= XEN_NETRXF_extra_info;
	do {
		len = min_t(u32, left, VIF_PAGE_SIZE);
		left -= len;
		if (left)
			flags |= XEN_NETRXF_more_data;
		good &= fill(q, len, flags, &c);
		if (flags & XEN_NETRXF_extra_info)
			fill_gso(q, rx);
		flags = 0;
	} while (left);
	if (unlikely(!good)) {
		q->rx_st.bad_grants++;
		return true;
	}
	q->rx_st.packets++;
	q->rx_st.bytes += rx->len;
	q->rx_st.gso += !!rx->gso;
	return true;
}

bool vif_rx_push(struct vif_queue *q)
{
	int notify = 0;

	if (q->rx_pushed != q->rx.rsp_prod_pvt) {
		RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&q->rx, notify);
		q->rx_pushed = q->rx.rsp_prod_pvt;
	}
	return notify;
}

static void end_batch(void *ctx)
{
	struct vif_queue *q = ctx;
	bool rx = vif_rx_push(q), tx = vif_tx_end_batch(q);

	if (!READ_ONCE(q->rx_ec.port)) {
		if (tx || rx)
			xhv_evtchn_send_bh(&q->tx_ec);
		return;
	}
	if (tx)
		xhv_evtchn_send_bh(&q->tx_ec);
	if (rx)
		xhv_evtchn_send_bh(&q->rx_ec);
}

const struct xhv_net_client vif_client = {
	.tx_done = vif_tx_done,
	.rx = vif_rx,
	.end_batch = end_batch,
};

void vif_rx_resume(struct vif_queue *q)
{
	unsigned long flags;

	if (!READ_ONCE(q->rx_waiting))
		return;
	raw_spin_lock_irqsave(&q->lock, flags);
	if (q->q && q->rx_waiting) {
		WRITE_ONCE(q->rx_waiting, false);
		q->q->dev->ops->rx_resume(q->q);
	}
	raw_spin_unlock_irqrestore(&q->lock, flags);
}

/* The front end has sent an event. */
void vif_rx_notify(struct xhv_evtchn *ec)
{
	vif_rx_resume(container_of(ec, struct vif_queue, rx_ec));
}

/* The front end has bound its port to another vCPU. A vCPU's number is its CPU's
 * number.
 */
void vif_rx_moved(struct xhv_evtchn *ec, unsigned int vcpu)
{
	struct vif_queue *q = container_of(ec, struct vif_queue, rx_ec);
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	if (q->q)
		q->q->dev->ops->queue_set_cpu(q->q, vcpu);
	raw_spin_unlock_irqrestore(&q->lock, flags);
}
