// SPDX-License-Identifier: GPL-2.0-only
/*
 * The line of a virtual interface in debugfs, stable text for machines.
 */
#include <linux/seq_file.h>

#include "vif.h"

static void add(u64 *to, const u64 *from, size_t size)
{
	size_t i;

	for (i = 0; i < size / sizeof(u64); i++)
		to[i] += from[i];
}

void vif_tx_stats_add(struct vif_tx_stats *to, const struct vif_tx_stats *st)
{
	add((u64 *)to, (const u64 *)st, sizeof(*st));
}

void vif_rx_stats_add(struct vif_rx_stats *to, const struct vif_rx_stats *st)
{
	add((u64 *)to, (const u64 *)st, sizeof(*st));
}

static const char * const state_names[] = {
	[XenbusStateUnknown] = "unknown",
	[XenbusStateInitialising] = "initialising",
	[XenbusStateInitWait] = "waiting",
	[XenbusStateInitialised] = "initialised",
	[XenbusStateConnected] = "connected",
	[XenbusStateClosing] = "closing",
	[XenbusStateClosed] = "closed",
};

void vif_show(struct seq_file *m, struct vif *vif)
{
	const struct xhv_net_dev *dev = vif->dev;
	struct vif_tx_stats tx = vif->tx_total;
	struct vif_rx_stats rx = vif->rx_total;
	unsigned int i, inflight = 0;

	seq_puts(m, "vif ");
	if (vif->slot)
		seq_printf(m, "vif-%u", vif->id);
	else
		seq_putc(m, '-');
	seq_printf(m, " transport=\"%s\" mac=%pM mtu=%u carrier=%d state=%s features=%#x queues=%u depth=%u cpu=",
		   dev->label, dev->mac, dev->mtu, vif->carrier,
		   vif->slot ? state_names[vif->state] : "unnamed",
		   vif->features, vif->nr_queues,
		   vif->nr_queues ? vif->queues[0].nr_tags : 0);
	for (i = 0; i < vif->nr_queues; i++) {
		struct vif_queue *q = &vif->queues[i];

		seq_printf(m, "%s%u", i ? "," : "",
			   q->rx_ec.port ? q->rx_ec.vcpu : q->tx_ec.vcpu);
		raw_spin_lock_irq(&q->lock);
		vif_tx_stats_add(&tx, &q->tx_st);
		inflight += q->inflight;
		raw_spin_unlock_irq(&q->lock);
		vif_rx_stats_add(&rx, &q->rx_st);
	}
	seq_printf(m, "%s tx-packets=%llu tx-bytes=%llu tx-gso=%llu tx-copied=%llu tx-csum=%llu tx-splits=%llu tx-full=%llu tx-rejects=%llu tx-bad-grants=%llu",
		   vif->nr_queues ? "" : "-", tx.packets, tx.bytes, tx.gso,
		   tx.copied, tx.csum, tx.splits, tx.full, tx.rejects,
		   tx.bad_grants);
	seq_printf(m, " tx-no-carrier=%llu tx-errors=%llu tx-bogus=%llu tx-mcast=%llu inflight=%u",
		   tx.no_carrier, tx.errors, tx.bogus, tx.mcast, inflight);
	seq_printf(m, " rx-packets=%llu rx-bytes=%llu rx-gso=%llu rx-full=%llu rx-drops=%llu rx-bad-grants=%llu rx-filtered=%llu",
		   rx.packets, rx.bytes, rx.gso, rx.full, rx.drops,
		   rx.bad_grants, rx.filtered);
	if (dev->ops->show)
		dev->ops->show(vif->dev, m);
	seq_putc(m, '\n');
}
