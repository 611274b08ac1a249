// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loopback NICs: which there are, how they come and go, and what else a host
 * does to one at some moment.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "net.h"

#define MAX_PIECES	20	/* more than a packet may have */

static unsigned int nics;
module_param(nics, uint, 0400);
MODULE_PARM_DESC(nics, "number of NICs, 0 joined to 1, 2 to 3 ... (0)");

static unsigned int net_queues = MAX_NIC_QUEUES;
module_param(net_queues, uint, 0400);
MODULE_PARM_DESC(net_queues, "queues of a NIC (8, and no more than CPUs)");

static unsigned int net_depth = 256;
module_param(net_depth, uint, 0400);
MODULE_PARM_DESC(net_depth, "packets in flight on a queue (256)");

static unsigned int net_mtu = 1500;
module_param(net_mtu, uint, 0400);
MODULE_PARM_DESC(net_mtu, "MTU (1500)");

static unsigned int net_features = XHV_NET_CSUM | XHV_NET_TSO;
module_param(net_features, uint, 0400);
MODULE_PARM_DESC(net_features, "what the NICs do: XHV_NET_* of net.h (0x3f)");

static unsigned int net_gso_max = 65535;
module_param(net_gso_max, uint, 0400);
MODULE_PARM_DESC(net_gso_max, "the largest packet that a NIC segments (65535)");

static struct loop_nic *loop_nics;

static void describe(struct loop_nic *nic)
{
	struct xhv_net_dev *dev = &nic->dev;
	unsigned int nr = nic->nr;
	/* Numbers are given by the GUID. */
	guid_t guid = GUID_INIT(0x6c6f6f70, 0, 0, 0, 0, 0, 0, 0, 0, 0, nr);
	/* Xen's OUI */
	u8 mac[ETH_ALEN] = { 0x00, 0x16, 0x3e, 0x00, 0x00, nr };

	memset(dev, 0, sizeof(*dev));
	dev->ops = &loop_net_ops;
	dev->guid = guid;
	snprintf(dev->label, sizeof(dev->label), "loopback nic %u", nr);
	memcpy(dev->mac, mac, ETH_ALEN);
	dev->mtu = net_mtu;
	dev->max_queues = min(net_queues, num_online_cpus());
	dev->tx_depth = net_depth;
	dev->features = net_features;
	dev->gso_max_size = net_gso_max;
	dev->carrier = true;
}

struct loop_nic *loop_nic(unsigned int nr)
{
	return loop_nics && nr < MAX_NICS ? &loop_nics[nr] : NULL;
}

int loop_nic_add(struct loop_nic *nic)
{
	int err = -EEXIST;

	mutex_lock(&nic->change);
	if (!nic->added) {
		describe(nic);
		nic->rescinded = false;
		nic->held = false;
		atomic_set(&nic->fail_count, 0);
		err = xhv_net_add(&nic->dev);
		nic->added = !err;
	}
	mutex_unlock(&nic->change);
	return err;
}

int loop_nic_del(struct loop_nic *nic, bool rescind)
{
	int err = -ENOENT;

	mutex_lock(&nic->change);
	if (nic->added) {
		nic->added = false;
		if (rescind)
			WRITE_ONCE(nic->rescinded, true);
		xhv_net_del(&nic->dev);
		err = 0;
	}
	mutex_unlock(&nic->change);
	return err;
}

int loop_nic_link(struct loop_nic *nic, bool up)
{
	int err = -ENOENT;

	mutex_lock(&nic->change);
	if (nic->added) {
		WRITE_ONCE(nic->dev.carrier, up);
		xhv_net_carrier(&nic->dev);
		err = 0;
	}
	mutex_unlock(&nic->change);
	return err;
}

int loop_nic_mtu(struct loop_nic *nic, unsigned int mtu)
{
	int err = -ENOENT;

	if (mtu < ETH_MIN_MTU || mtu > SZ_32K)
		return -ERANGE;
	mutex_lock(&nic->change);
	if (nic->added) {
		WRITE_ONCE(nic->dev.mtu, mtu);
		xhv_net_mtu_changed(&nic->dev);
		err = 0;
	}
	mutex_unlock(&nic->change);
	return err;
}

void loop_nic_hold(struct loop_nic *nic, bool hold)
{
	struct loop_nic_queue *lq;
	unsigned int i;

	WRITE_ONCE(nic->held, hold);
	if (hold)
		return;
	rcu_read_lock();
	for (i = 0; i < MAX_NIC_QUEUES; i++) {
		lq = rcu_dereference(nic->queues[i]);
		if (lq)
			irq_work_queue(&lq->work);
	}
	rcu_read_unlock();
}

/* Runs @call on queue 0 as the transport would. */
static int call_client(struct loop_nic *nic,
		       void (*call)(struct loop_nic_queue *lq, u64 arg), u64 arg)
{
	struct loop_nic_queue *lq;
	int err = -ENOENT;

	rcu_read_lock_bh();
	lq = rcu_dereference_bh(nic->queues[0]);
	if (lq) {
		spin_lock(&lq->calls);
		call(lq, arg);
		lq->q.client->end_batch(lq->q.client_ctx);
		spin_unlock(&lq->calls);
		err = 0;
	}
	rcu_read_unlock_bh();
	return err;
}

static void call_done(struct loop_nic_queue *lq, u64 tag)
{
	lq->q.client->tx_done(lq->q.client_ctx, tag, 0);
}

static void call_rx(struct loop_nic_queue *lq, u64 len)
{
	struct xhv_net_piece pieces[MAX_PIECES];
	struct xhv_net_rx rx = { .pieces = pieces, .len = len };

	for (; len && rx.nr_pieces < MAX_PIECES; rx.nr_pieces++) {
		pieces[rx.nr_pieces] = (struct xhv_net_piece) {
			empty_zero_page, min_t(u64, len, PAGE_SIZE)
		};
		len -= pieces[rx.nr_pieces].len;
	}
	lq->q.client->rx(lq->q.client_ctx, &rx);
}

int loop_nic_bogus(struct loop_nic *nic, u64 tag)
{
	return call_client(nic, call_done, tag);
}

int loop_nic_receive(struct loop_nic *nic, unsigned int len)
{
	if (len > MAX_PIECES * PAGE_SIZE)
		return -ERANGE;
	return call_client(nic, call_rx, len);
}

int loop_net_init(void)
{
	unsigned int i;
	int err;

	if (nics > MAX_NICS || nics % 2 || !net_queues ||
	    net_queues > MAX_NIC_QUEUES || !net_depth || net_depth > SZ_1K)
		return -EINVAL;
	loop_nics = kcalloc(MAX_NICS, sizeof(*loop_nics), GFP_KERNEL);
	if (!loop_nics)
		return -ENOMEM;
	for (i = 0; i < MAX_NICS; i++) {
		mutex_init(&loop_nics[i].change);
		loop_nics[i].nr = i;
	}
	/* Not in the order of their numbers, as a host may. */
	for (i = nics; i--;) {
		err = loop_nic_add(&loop_nics[i]);
		if (err) {
			loop_net_exit();
			return err;
		}
	}
	xhv_net_settle();
	return 0;
}

void loop_net_exit(void)
{
	unsigned int i;

	for (i = 0; loop_nics && i < MAX_NICS; i++)
		loop_nic_del(&loop_nics[i], false);
	kfree(loop_nics);
	loop_nics = NULL;
}
