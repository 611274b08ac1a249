// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nodes of a virtual interface in xenstore: the toolstack's part of its life
 * (libxl), and what the back end offers (netback_probe() in
 * drivers/net/xen-netback/xenbus.c; public/io/netif.h).
 *
 * Process context.
 */
#include <linux/cpumask.h>
#include <linux/minmax.h>

#include "../../include/xhv/core.h"
#include "backend.h"
#include "vif.h"

/* "If this node is present, then a value of 0 should be interpreted by the
 * frontend as the link being down" (io/netif.h).
 */
void vif_put_carrier(struct vif *vif)
{
	backend_put(vif->be, "carrier", "%d", vif->carrier);
}

void vif_put_mtu(struct vif *vif)
{
	backend_put(vif->fe, "mtu", "%u", vif->dev->mtu);
}

/* What is offered is what Linux's back end offers, with two exceptions: only
 * segmentation that the host does, and neither a control ring nor headroom for XDP.
 */
static void put_features(struct vif *vif)
{
	unsigned int queues;

	queues = min3(vif->dev->max_queues, (u32)VIF_MAX_QUEUES,
		      num_online_cpus());
	backend_put(vif->be, "feature-sg", "1");
	backend_put(vif->be, "feature-gso-tcpv4", "%d",
		    !!(vif->features & XHV_NET_TSO4));
	backend_put(vif->be, "feature-gso-tcpv6", "%d",
		    !!(vif->features & XHV_NET_TSO6));
	/* Made here if the host cannot. */
	backend_put(vif->be, "feature-ipv6-csum-offload", "1");
	backend_put(vif->be, "feature-rx-copy", "1");
	backend_put(vif->be, "feature-xdp-headroom", "0");
	backend_put(vif->be, "feature-rx-flip", "0");
	backend_put(vif->be, "feature-multicast-control", "1");
	backend_put(vif->be, "feature-dynamic-multicast-control", "1");
	backend_put(vif->be, "feature-split-event-channels", "1");
	backend_put(vif->be, "multi-queue-max-queues", "%u", max(queues, 1U));
	backend_put(vif->be, "feature-ctrl-ring", "0");
}

int vif_publish(struct vif *vif)
{
	const struct xhv_net_dev *dev = vif->dev;
	int err;

	err = backend_make_dirs("vif", vif->fe, vif->be);
	if (err)
		return err;

	backend_put(vif->be, "frontend", "%s", vif->fe);
	backend_put(vif->be, "frontend-id", "%d", XHV_GUEST_DOMID);
	backend_put(vif->be, "online", "1");
	backend_put(vif->be, "script", "%s", dev->label);
	backend_put(vif->be, "mac", "%pM", dev->mac);
	backend_put(vif->be, "handle", "%u", vif->id);
	backend_put(vif->be, "type", "vif");
	backend_put(vif->be, "hotplug-status", "connected");
	put_features(vif);
	vif_put_carrier(vif);
	vif->state = XenbusStateInitWait;
	err = backend_put(vif->be, "state", "%d", vif->state);
	if (err)
		return err;

	backend_put(vif->fe, "backend", "%s", vif->be);
	backend_put(vif->fe, "backend-id", "%d", XHV_BACKEND_DOMID);
	backend_put(vif->fe, "handle", "%u", vif->id);
	backend_put(vif->fe, "mac", "%pM", dev->mac);
	vif_put_mtu(vif);
	backend_put(vif->fe, "trusted", "1");
	return backend_put(vif->fe, "state", "%d", XenbusStateInitialising);
}

void vif_unpublish(struct vif *vif)
{
	xhv_store_rm(vif->fe);
	xhv_store_rm(vif->be);
}
