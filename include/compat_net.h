/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As compat.h, for the kernel's network interfaces.
 */
#ifndef XHV_COMPAT_NET_H
#define XHV_COMPAT_NET_H

#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/version.h>

/* A device for NAPI only. */
static inline struct net_device *xhv_alloc_napi_dev(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return alloc_netdev_dummy(0);
#else
	struct net_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (dev)
		init_dummy_netdev(dev);
	return dev;
#endif
}

static inline void xhv_free_napi_dev(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	if (dev)
		free_netdev(dev);
#else
	kfree(dev);
#endif
}

static inline void xhv_napi_add(struct net_device *dev, struct napi_struct *n,
				int (*poll)(struct napi_struct *n, int budget))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	netif_napi_add(dev, n, poll);
#else
	netif_napi_add(dev, n, poll, NAPI_POLL_WEIGHT);
#endif
}

#endif /* XHV_COMPAT_NET_H */
