/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of NAPI as a driver uses: it is polled when the harness says so.
 */
#ifndef XHV_FUZZ_NETDEVICE_H
#define XHV_FUZZ_NETDEVICE_H

#include "uspace.h"

struct net_device { int unused; };

struct napi_struct {
	int (*poll)(struct napi_struct *napi, int budget);
	bool enabled;
	bool scheduled;
};

#define alloc_netdev_dummy(n)	((struct net_device *)kzalloc(8, GFP_KERNEL))
#define free_netdev(d)		kfree(d)
#define synchronize_net()	((void)0)
#define in_softirq()		true

static inline void netif_napi_add(struct net_device *dev, struct napi_struct *n,
				  int (*poll)(struct napi_struct *, int))
{
	n->poll = poll;
}

static inline void netif_napi_del(struct napi_struct *n)
{
	fuzz_assert(!n->enabled);
}

static inline void napi_enable(struct napi_struct *n)
{
	fuzz_assert(!n->enabled);
	n->enabled = true;
}

static inline void napi_disable(struct napi_struct *n)
{
	fuzz_assert(n->enabled);
	n->enabled = false;
	n->scheduled = false;
}

static inline bool napi_schedule_prep(struct napi_struct *n)
{
	if (!n->enabled || n->scheduled)
		return false;
	n->scheduled = true;
	return true;
}

#define __napi_schedule(n)	((void)(n))
#define __napi_schedule_irqoff(n) ((void)(n))
#define napi_schedule(n)	((void)napi_schedule_prep(n))

static inline bool napi_complete_done(struct napi_struct *n, int done)
{
	n->scheduled = false;
	return true;
}

#endif /* XHV_FUZZ_NETDEVICE_H */
