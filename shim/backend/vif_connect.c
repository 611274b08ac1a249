// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connecting a pair of rings of a front end to a queue of a transport, and taking
 * them apart again. Process context, under vif->lock.
 *
 * All memory that the data path will need is allocated here.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "../gnttab.h"
#include "vif.h"

static int attach_tx(struct vif_queue *q)
{
	struct xen_netif_tx_sring *sring = xhv_gnttab_map(q->tx_gref, true);
	RING_IDX prod;

	if (!sring)
		return -EINVAL;
	prod = READ_ONCE(sring->rsp_prod);
	BACK_RING_ATTACH(&q->tx, sring, prod, VIF_PAGE_SIZE);
	q->pushed = prod;
	if (!RING_REQUEST_PROD_OVERFLOW(&q->tx, READ_ONCE(sring->req_prod)))
		return 0;
	xhv_gnttab_unpin(q->tx_gref, true);
	return -EINVAL;
}

static int attach_rx(struct vif_queue *q)
{
	struct xen_netif_rx_sring *sring = xhv_gnttab_map(q->rx_gref, true);
	RING_IDX prod;

	if (!sring)
		return -EINVAL;
	prod = READ_ONCE(sring->rsp_prod);
	BACK_RING_ATTACH(&q->rx, sring, prod, VIF_PAGE_SIZE);
	q->rx_pushed = prod;
	if (!RING_REQUEST_PROD_OVERFLOW(&q->rx, READ_ONCE(sring->req_prod)))
		return 0;
	xhv_gnttab_unpin(q->rx_gref, true);
	return -EINVAL;
}

static int alloc_tags(struct vif_queue *q, unsigned int depth)
{
	unsigned int i;

	q->tags = kvcalloc(depth, sizeof(*q->tags), GFP_KERNEL);
	if (!q->tags)
		return -ENOMEM;
	for (i = 0; i < depth; i++)
		q->tags[i].next_free = i + 1;
	q->nr_tags = depth;
	return 0;
}

static int connect_ports(struct vif_queue *q, evtchn_port_t tx_port,
			 evtchn_port_t rx_port)
{
	int err;

	/* The one for both rings goes by the other's name. */
	if (rx_port != tx_port) {
		err = xhv_evtchn_connect(&q->rx_ec, rx_port);
		if (err)
			return err;
	}
	err = xhv_evtchn_connect(&q->tx_ec, tx_port);
	if (err)
		xhv_evtchn_disconnect(&q->rx_ec);
	return err;
}

static unsigned int cpu_of(const struct vif_queue *q)
{
	return READ_ONCE(q->rx_ec.port) ? READ_ONCE(q->rx_ec.vcpu) :
					  READ_ONCE(q->tx_ec.vcpu);
}

static int open_queue(struct vif_queue *q, unsigned int nr_queues)
{
	struct xhv_net_dev *dev = q->vif->dev;
	struct xhv_net_open open = {
		.index = q->index, .nr_queues = nr_queues, .cpu = cpu_of(q),
		.depth = min_t(unsigned int, RING_SIZE(&q->tx), dev->tx_depth),
		.rx_caps = q->vif->rx_caps, .client = &vif_client, .ctx = q,
	};
	struct xhv_net_queue *nq = dev->ops->queue_open(dev, &open);
	unsigned long flags;
	int err;

	if (IS_ERR(nq))
		return PTR_ERR(nq);
	/* What the data path relies on; a transport that is wrong here would
	 * have it write beyond a head.
	 */
	if (WARN_ON_ONCE(!nq->depth || nq->depth > open.depth ||
			 nq->head_size < XHV_NET_HEAD_MIN + 4 ||
			 nq->copy_max > nq->head_size - 4))
		err = -EINVAL;
	else
		err = alloc_tags(q, nq->depth);
	if (err) {
		dev->ops->queue_close(nq);
		return err;
	}
	raw_spin_lock_irqsave(&q->lock, flags);
	q->q = nq;
	/* The port may have moved while there was no queue to tell. */
	if (cpu_of(q) != open.cpu)
		dev->ops->queue_set_cpu(nq, cpu_of(q));
	raw_spin_unlock_irqrestore(&q->lock, flags);
	return 0;
}

int vif_queue_open(struct vif_queue *q, grant_ref_t tx_gref,
		   grant_ref_t rx_gref, evtchn_port_t tx_port,
		   evtchn_port_t rx_port, unsigned int nr_queues)
{
	int err;

	BUILD_BUG_ON(VIF_HEAD_BYTES > XHV_NET_HEAD_MIN);

	raw_spin_lock_init(&q->lock);
	q->more = IRQ_WORK_INIT_HARD(vif_tx_more);
	q->tx_ec.notify = vif_tx_notify;
	q->tx_ec.moved = vif_tx_moved;
	q->rx_ec.notify = vif_rx_notify;
	q->rx_ec.moved = vif_rx_moved;
	q->tx_gref = tx_gref;
	q->rx_gref = rx_gref;

	err = attach_tx(q);
	if (err)
		return err;
	err = attach_rx(q);
	if (err)
		goto err_tx;
	err = connect_ports(q, tx_port, rx_port);
	if (err)
		goto err_rx;
	err = open_queue(q, nr_queues);
	if (err)
		goto err_ports;
	return 0;

err_ports:
	xhv_evtchn_disconnect(&q->tx_ec);
	xhv_evtchn_disconnect(&q->rx_ec);
err_rx:
	xhv_gnttab_unpin(rx_gref, true);
err_tx:
	xhv_gnttab_unpin(tx_gref, true);
	return err;
}

void vif_queue_start(struct vif_queue *q)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	q->live = true;
	raw_spin_unlock_irqrestore(&q->lock, flags);
	WRITE_ONCE(q->rx_live, true);
	vif_tx_notify(&q->tx_ec);
}

void vif_queue_close(struct vif_queue *q)
{
	struct xhv_net_queue *nq;
	unsigned long flags;

	raw_spin_lock_irqsave(&q->lock, flags);
	q->live = false;
	nq = q->q;
	q->q = NULL;
	raw_spin_unlock_irqrestore(&q->lock, flags);
	nq->dev->ops->queue_close(nq);
	/* Also waits for what runs with IRQs off, as @more does: it may run on two
	 * CPUs at once, and to irq_work_sync() it looks idle when the first ends
	 * (irq_work_single() in kernel/irq_work.c).
	 */
	xhv_evtchn_disconnect(&q->tx_ec);
	xhv_evtchn_disconnect(&q->rx_ec);
	irq_work_sync(&q->more);
	vif_tx_drop(q);
	kvfree(q->tags);
	q->tags = NULL;
	q->nr_tags = 0;
	xhv_gnttab_unpin(q->rx_gref, true);
	xhv_gnttab_unpin(q->tx_gref, true);
}
