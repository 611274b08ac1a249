// SPDX-License-Identifier: GPL-2.0-only
/*
 * The line of a virtual block device in debugfs, stable text for machines.
 */
#include <linux/seq_file.h>

#include "vbd.h"

void vbd_stats_add(struct vbd_stats *to, const struct vbd_stats *st)
{
	const u64 *from = (const u64 *)st;
	u64 *sum = (u64 *)to;
	int i;

	for (i = 0; i < sizeof(*st) / sizeof(u64); i++)
		sum[i] += from[i];
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

void vbd_show(struct seq_file *m, struct vbd *vbd)
{
	const struct xhv_block_dev *dev = vbd->dev;
	struct vbd_stats st = vbd->total;
	unsigned int i, inflight = 0;

	seq_printf(m, "vbd %s id=%u transport=\"%s\" sectors=%llu sector-size=%u physical-sector-size=%u mode=%s state=%s",
		   vbd->slot ? vbd->name : "-", vbd->id, dev->label,
		   dev->sectors, dev->logical_block_size,
		   dev->physical_block_size, dev->read_only ? "r" : "w",
		   vbd->slot ? state_names[vbd->state] : "unnamed");
	seq_printf(m, " flush=%d fua=%d discard=%d max-segments=%u queues=%u ring-pages=%u depth=%u cpu=",
		   dev->flush, dev->fua, dev->discard, vbd->limits.max_segs,
		   vbd->nr_rings, vbd->nr_rings ? vbd->ring_pages : 0,
		   vbd->nr_rings ? vbd->rings[0].nr_tags : 0);
	for (i = 0; i < vbd->nr_rings; i++) {
		struct vbd_ring *r = &vbd->rings[i];

		seq_printf(m, "%s%u", i ? "," : "", r->ec.vcpu);
		raw_spin_lock_irq(&r->lock);
		vbd_stats_add(&st, &r->st);
		inflight += r->inflight;
		raw_spin_unlock_irq(&r->lock);
	}
	seq_printf(m, "%s reads=%llu writes=%llu flushes=%llu discards=%llu sectors-read=%llu sectors-written=%llu",
		   vbd->nr_rings ? "" : "-", st.reads, st.writes, st.flushes,
		   st.discards, st.sectors_read, st.sectors_written);
	seq_printf(m, " splits=%llu bounces=%llu full=%llu retries=%llu errors=%llu rejects=%llu bogus=%llu inflight=%u\n",
		   st.splits, st.bounces, st.full, st.retries, st.errors,
		   st.rejects, st.bogus, inflight);
}
