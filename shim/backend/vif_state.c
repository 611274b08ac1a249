// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lifecycle of a virtual interface over the states of front and back end, as
 * frontend_changed() and connect() have it in drivers/net/xen-netback/xenbus.c.
 *
 * Locks: vif->lock (lifecycle) before the queues' own.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <xen/events.h>

#include "../../include/xhv/core.h"
#include "backend.h"
#include "vif.h"

/* How long a NIC that goes away waits for its front end to close. */
#define CLOSE_TIMEOUT	(5 * HZ)

/* A vif gets all that its port of the host's switch gets: a guest on Xen may
 * change its address, or be a bridge, without telling the back end, and cannot
 * tell it of promiscuous mode.
 */
#define FILTER	(XHV_NET_FILTER_DIRECTED | XHV_NET_FILTER_BROADCAST | \
		 XHV_NET_FILTER_ALL_MULTICAST | XHV_NET_FILTER_PROMISCUOUS)

static enum xenbus_state fe_state(const struct vif *vif)
{
	u32 state;

	if (backend_get_u32(vif->fe, "state", &state))
		return XenbusStateUnknown;
	return state;
}

static void set_state(struct vif *vif, enum xenbus_state state)
{
	if (vif->state == state)
		return;
	vif->state = state;
	backend_put(vif->be, "state", "%d", state);
}

/* As xenbus_dev_fatal(): the reason goes where a toolstack looks for it, and
 * the device closes in good order.
 */
static void fatal(struct vif *vif, int err, const char *what)
{
	char dir[80];

	/* A front end can come back for the same answer as often as it likes. */
	pr_warn_ratelimited("vif-%u: %s (%d)\n", vif->id, what, err);
	snprintf(dir, sizeof(dir), "/local/domain/%d/error/backend/vif/%d/%u",
		 XHV_BACKEND_DOMID, XHV_GUEST_DOMID, vif->id);
	backend_put(dir, "error", "%d %s", err, what);
	set_state(vif, XenbusStateClosing);
}

void vif_fault(struct vif *vif, const char *why)
{
	WRITE_ONCE(vif->fault_why, why);
	schedule_work(&vif->fault);
}

static void close_queues(struct vif *vif, unsigned int nr)
{
	while (nr--) {
		vif_queue_close(&vif->queues[nr]);
		vif_tx_stats_add(&vif->tx_total, &vif->queues[nr].tx_st);
		vif_rx_stats_add(&vif->rx_total, &vif->queues[nr].rx_st);
	}
	kvfree(vif->queues);
	vif->queues = NULL;
	vif->nr_queues = 0;
}

/* Idempotent. On return nothing of either side's is in use. */
static void disconnect(struct vif *vif)
{
	const struct xhv_net_ops *ops = vif->dev->ops;

	if (!vif->queues)
		return;
	xhv_store_unwatch(&vif->mcast_watch);
	cancel_work_sync(&vif->mcast_sample);
	ops->set_filter(vif->dev, 0);
	close_queues(vif, vif->nr_queues);
	vif_mcast_clear(vif);
	/* What a queue has found says nothing of the next connection. */
	WRITE_ONCE(vif->fault_why, NULL);
	module_put(ops->owner);
}

static void fault_work(struct work_struct *work)
{
	struct vif *vif = container_of(work, struct vif, fault);
	const char *why;

	mutex_lock(&vif->lock);
	/* NULL if that connection is over. */
	why = READ_ONCE(vif->fault_why);
	if (why && !vif->gone) {
		disconnect(vif);
		fatal(vif, -EIO, why);
	}
	mutex_unlock(&vif->lock);
}

static bool flag(const struct vif *vif, const char *node)
{
	u32 val;

	return !backend_get_u32(vif->fe, node, &val) && val;
}

/* read_xenbus_vif_flags() in drivers/net/xen-netback/xenbus.c */
static u32 read_caps(const struct vif *vif)
{
	u32 caps = 0;

	if (flag(vif, "feature-sg"))
		caps |= XHV_NET_RX_BIG;
	if (flag(vif, "feature-gso-tcpv4"))
		caps |= XHV_NET_RX_GSO4;
	if (flag(vif, "feature-gso-tcpv6"))
		caps |= XHV_NET_RX_GSO6;
	if (!flag(vif, "feature-no-csum-offload"))
		caps |= XHV_NET_RX_PARTIAL4;
	if (flag(vif, "feature-ipv6-csum-offload"))
		caps |= XHV_NET_RX_PARTIAL6;
	return caps;
}

/* What the front end has chosen; the reason if it makes no sense. */
static const char *read_choice(struct vif *vif, unsigned int *queues)
{
	u32 val;

	*queues = 1;
	if (!backend_get_u32(vif->fe, "multi-queue-num-queues", &val))
		*queues = val;
	/* As many as were offered, or fewer. */
	if (backend_get_u32(vif->be, "multi-queue-max-queues", &val))
		val = 1;
	if (!*queues || *queues > min_t(u32, val, VIF_MAX_QUEUES))
		return "bad number of queues";
	/* Nobody flips pages any more; and a front end that sends no event when it
	 * has room would have to be asked all the time.
	 */
	if (!flag(vif, "request-rx-copy"))
		return "a front end that does not want copies";
	if (!flag(vif, "feature-rx-notify"))
		return "a front end that does not say when it has room";
	vif->rx_caps = read_caps(vif);
	return NULL;
}

/* connect_data_rings() in drivers/net/xen-netback/xenbus.c */
static int open_queue(struct vif *vif, unsigned int i, const char *dir,
		      unsigned int nr)
{
	u32 tx_ref, rx_ref, tx_port, rx_port;
	int err;

	err = backend_get_u32(dir, "tx-ring-ref", &tx_ref) ?:
	      backend_get_u32(dir, "rx-ring-ref", &rx_ref);
	if (err)
		return err;
	if (backend_get_u32(dir, "event-channel-tx", &tx_port) ||
	    backend_get_u32(dir, "event-channel-rx", &rx_port)) {
		err = backend_get_u32(dir, "event-channel", &tx_port);
		if (err)
			return err;
		rx_port = tx_port;
	}
	vif->queues[i].vif = vif;
	vif->queues[i].index = i;
	return vif_queue_open(&vif->queues[i], tx_ref, rx_ref, tx_port, rx_port,
			      nr);
}

static const char *open_queues(struct vif *vif, unsigned int nr, int *err)
{
	char dir[64];
	unsigned int i;

	vif->queues = kvcalloc(nr, sizeof(*vif->queues), GFP_KERNEL);
	if (!vif->queues) {
		*err = -ENOMEM;
		return "no memory for the queues";
	}
	for (i = 0; i < nr; i++) {
		if (nr == 1)
			strscpy(dir, vif->fe, sizeof(dir));
		else
			snprintf(dir, sizeof(dir), "%s/queue-%u", vif->fe, i);
		*err = open_queue(vif, i, dir, nr);
		if (*err) {
			close_queues(vif, i);
			return "cannot connect a queue";
		}
	}
	vif->nr_queues = nr;
	return NULL;
}

static void bind_to(evtchn_port_t port, unsigned int cpu)
{
	int irq = irq_from_evtchn(port);

	if (port && irq > 0)
		irq_set_affinity(irq, cpumask_of(cpu));
}

/* Left alone Linux binds each event channel to the CPU that has the fewest
 * (select_target_cpu() in drivers/xen/events): in a small guest the same one for
 * all queues. Both of a queue's go to one CPU, each queue's to another. It is no
 * more than a beginning, which an administrator or irqbalance may change.
 */
static void spread(const struct vif *vif)
{
	unsigned int i;

	for (i = 0; i < vif->nr_queues && i < nr_cpu_ids; i++) {
		if (!cpu_online(i))
			continue;
		bind_to(vif->queues[i].tx_ec.port, i);
		bind_to(vif->queues[i].rx_ec.port, i);
	}
}

static void sample_mcast(struct work_struct *work)
{
	struct vif *vif = container_of(work, struct vif, mcast_sample);

	WRITE_ONCE(vif->mcast_control, flag(vif, "request-multicast-control"));
}

/* "it may be set by the frontend at any time" (io/netif.h) */
static void fire_mcast(struct xhv_store_watch *w, const char *path)
{
	struct vif *vif = container_of(w, struct vif, mcast_watch);

	queue_work(system_unbound_wq, &vif->mcast_sample);
}

static void watch_mcast(struct vif *vif)
{
	snprintf(vif->mcast_path, sizeof(vif->mcast_path),
		 "%s/request-multicast-control", vif->fe);
	vif->mcast_watch.path = vif->mcast_path;
	vif->mcast_watch.fire = fire_mcast;
	WRITE_ONCE(vif->mcast_control, flag(vif, "request-multicast-control"));
	if (xhv_store_watch(&vif->mcast_watch))
		pr_warn_ratelimited("vif-%u: multicast control stays as it is\n",
				    vif->id);
}

static void connect(struct vif *vif)
{
	const struct xhv_net_ops *ops = vif->dev->ops;
	unsigned int nr, i;
	const char *why;
	int err = -EINVAL;

	/* A NIC in use keeps its transport. */
	if (!try_module_get(ops->owner))
		return;
	why = read_choice(vif, &nr);
	if (!why)
		why = open_queues(vif, nr, &err);
	if (why) {
		module_put(ops->owner);
		fatal(vif, err, why);
		return;
	}
	spread(vif);
	watch_mcast(vif);
	for (i = 0; i < vif->nr_queues; i++)
		vif_queue_start(&vif->queues[i]);
	err = ops->set_filter(vif->dev, FILTER);
	if (err) {
		disconnect(vif);
		fatal(vif, err, "the NIC does not start");
		return;
	}
	set_state(vif, XenbusStateConnected);
}

static void follow(struct vif *vif, enum xenbus_state state)
{
	switch (state) {
	case XenbusStateInitialising:
		/* Not while the NIC is going away. */
		if (vif->state != XenbusStateInitWait && !vif->gone) {
			disconnect(vif);
			set_state(vif, XenbusStateInitWait);
		}
		break;
	case XenbusStateInitialised:
		break;
	case XenbusStateConnected:
		if (vif->state == XenbusStateInitWait)
			connect(vif);
		break;
	case XenbusStateReconfiguring:
		/* There is nothing to change. */
		if (vif->state == XenbusStateConnected)
			backend_put(vif->be, "state", "%d",
				    XenbusStateReconfigured);
		break;
	case XenbusStateClosing:
		disconnect(vif);
		set_state(vif, XenbusStateClosing);
		break;
	case XenbusStateClosed:
	case XenbusStateUnknown:
		disconnect(vif);
		set_state(vif, XenbusStateClosed);
		break;
	default:
		/* InitWait and Reconfigured are a back end's states. */
		disconnect(vif);
		fatal(vif, -EINVAL, "unexpected state of the front end");
		break;
	}
}

/* Follows the front end's state. May wait for the host without limit. */
static void follow_work(struct work_struct *work)
{
	struct vif *vif = container_of(work, struct vif, follow);
	enum xenbus_state state;

	mutex_lock(&vif->lock);
	state = fe_state(vif);
	WRITE_ONCE(vif->fe_state, state);
	follow(vif, state);
	mutex_unlock(&vif->lock);
	wake_up_all(&vif->changed);
}

/* The front end's state may have changed. Store's worker, which serves all. */
static void fire(struct xhv_store_watch *w, const char *path)
{
	struct vif *vif = container_of(w, struct vif, watch);

	queue_work(system_unbound_wq, &vif->follow);
}

void vif_state_init(struct vif *vif)
{
	mutex_init(&vif->lock);
	raw_spin_lock_init(&vif->mcast_lock);
	init_waitqueue_head(&vif->changed);
	INIT_WORK(&vif->fault, fault_work);
	INIT_WORK(&vif->follow, follow_work);
	INIT_WORK(&vif->mcast_sample, sample_mcast);
}

int vif_state_start(struct vif *vif)
{
	snprintf(vif->watch_path, sizeof(vif->watch_path), "%s/state",
		 vif->fe);
	vif->watch.path = vif->watch_path;
	vif->watch.fire = fire;
	return xhv_store_watch(&vif->watch);
}

static bool front_end_gone(const struct vif *vif)
{
	switch (READ_ONCE(vif->fe_state)) {
	case XenbusStateInitialised:
	case XenbusStateConnected:
	case XenbusStateReconfiguring:
	case XenbusStateClosing:
		return false;
	default:
		return true;
	}
}

/* As libxl__initiate_device_generic_remove() and what it waits for. */
void vif_state_stop(struct vif *vif)
{
	mutex_lock(&vif->lock);
	WRITE_ONCE(vif->fe_state, fe_state(vif));
	backend_put(vif->be, "online", "0");
	vif->gone = true;
	set_state(vif, XenbusStateClosing);
	mutex_unlock(&vif->lock);

	if (!wait_event_timeout(vif->changed, front_end_gone(vif),
				CLOSE_TIMEOUT))
		pr_warn_ratelimited("vif-%u: the front end does not close\n",
				    vif->id);
	xhv_store_unwatch(&vif->watch);
	cancel_work_sync(&vif->follow);
	mutex_lock(&vif->lock);
	disconnect(vif);
	set_state(vif, XenbusStateClosed);
	mutex_unlock(&vif->lock);
	cancel_work_sync(&vif->fault);
}
