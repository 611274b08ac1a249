/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The back end of the network client that vmnet.c fuzzes: it opens some queues of
 * a NIC, and looks at what it is told.
 */
#ifndef XHV_FUZZ_VMNET_VIF_H
#define XHV_FUZZ_VMNET_VIF_H

static struct {
	struct xhv_net_dev *dev;
	struct xhv_net_queue *q[NET_MAX_QUEUES];
	bool flying[NET_MAX_QUEUES][DEPTH];
	bool removing;
} vif;

static void on_tx_done(void *ctx, u64 tag, int error)
{
	bool *flying = ctx;

	fuzz_assert(tag < DEPTH && flying[tag] && error <= 0);
	flying[tag] = false;
}

static bool on_rx(void *ctx, const struct xhv_net_rx *rx)
{
	u32 i, j, sum = 0;

	for (i = 0; i < rx->nr_pieces; i++)
		for (j = 0; j < rx->pieces[i].len; j++)
			sum += ((const u8 *)rx->pieces[i].data)[j];
	fuzz_assert(rx->len >= ETH_HLEN && rx->len <= 65535);
	/* Any room is as good as any. */
	return (sum & 7) != 7;
}

static void on_end_batch(void *ctx)
{
}

static const struct xhv_net_client client = {
	.tx_done = on_tx_done, .rx = on_rx, .end_batch = on_end_batch,
};

int xhv_net_add(struct xhv_net_dev *dev)
{
	struct xhv_net_open open = {
		.nr_queues = 1 + fuzz_byte() % dev->max_queues, .depth = DEPTH,
		.rx_caps = fuzz_byte(), .client = &client,
	};

	fuzz_assert(!vif.dev && is_valid_ether_addr(dev->mac));
	fuzz_assert(dev->mtu >= 68 && dev->mtu <= 65517);
	fuzz_assert(dev->max_queues >= 1 && dev->max_queues <= 4);
	if (dev->features & XHV_NET_TSO)
		fuzz_assert(dev->gso_max_size >= 2 * (ETH_HLEN + dev->mtu) &&
			    dev->gso_max_size <= 65535);
	memset(&vif, 0, sizeof(vif));
	vif.dev = dev;
	for (; open.index < open.nr_queues; open.index++) {
		open.cpu = fuzz_byte() % 4;
		open.ctx = vif.flying[open.index];
		vif.q[open.index] = dev->ops->queue_open(dev, &open);
		if (IS_ERR(vif.q[open.index])) {
			vif.q[open.index] = NULL;
			break;
		}
		fuzz_assert(vif.q[open.index]->depth <= DEPTH);
	}
	dev->ops->set_filter(dev, XHV_NET_FILTER_DIRECTED);
	return 0;
}

void xhv_net_del(struct xhv_net_dev *dev)
{
	unsigned int i = NET_MAX_QUEUES;

	fuzz_assert(vif.dev == dev);
	vif.removing = true;
	room = MAX_SENT;
	dev->ops->set_filter(dev, 0);
	while (i--)
		if (vif.q[i])
			dev->ops->queue_close(vif.q[i]);
	memset(&vif, 0, sizeof(vif));
}

void xhv_net_carrier(struct xhv_net_dev *dev)
{
	fuzz_assert(vif.dev == dev);
}

static void submit(void)
{
	unsigned int n = fuzz_byte() % 4, i;
	struct xhv_net_queue *q = vif.q[n];
	struct xhv_net_tx tx = {
		.tag = fuzz_byte() % DEPTH, .head_len = 60,
		.nr_frags = fuzz_byte() % 3,
	};
	int err;

	if (!q || tx.tag >= q->depth || vif.flying[n][tx.tag])
		return;
	tx.len = 60 + tx.nr_frags * 64;
	memset(q->heads + tx.tag * q->head_stride, 0, q->head_size);
	for (i = 0; i < tx.nr_frags; i++)
		q->frags[i] = (struct xhv_net_frag) { .len = 64, .pfn = 1 };
	vif.flying[n][tx.tag] = true;
	err = q->dev->ops->tx_submit(q, &tx);
	fuzz_assert(err <= 0);
	if (err)
		vif.flying[n][tx.tag] = false;
}

#endif /* XHV_FUZZ_VMNET_VIF_H */
