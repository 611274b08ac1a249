// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of multicast addresses that a front end may keep (public/io/netif.h,
 * "request-multicast-control").
 */
#include <linux/errno.h>
#include <linux/etherdevice.h>

#include "vif.h"

static int find(const struct vif *vif, const u8 *addr)
{
	unsigned int i;

	for (i = 0; i < vif->nr_mcast; i++)
		if (!memcmp(vif->mcast[i], addr, ETH_ALEN))
			return i;
	return -ENOENT;
}

int vif_mcast_change(struct vif *vif, bool add, const u8 *addr)
{
	unsigned long flags;
	int at, err = 0;

	raw_spin_lock_irqsave(&vif->mcast_lock, flags);
	at = find(vif, addr);
	if (add && at < 0) {
		if (vif->nr_mcast < VIF_MAX_MCAST)
			memcpy(vif->mcast[vif->nr_mcast++], addr, ETH_ALEN);
		else
			err = -ENOSPC;
	} else if (!add && at >= 0) {
		memcpy(vif->mcast[at], vif->mcast[--vif->nr_mcast], ETH_ALEN);
	}
	raw_spin_unlock_irqrestore(&vif->mcast_lock, flags);
	return err;
}

/* As xenvif_start_xmit() in drivers/net/xen-netback/interface.c: broadcast is no
 * multicast.
 */
bool vif_mcast_wanted(struct vif *vif, const u8 *addr)
{
	unsigned long flags;
	bool wanted;

	if (!is_multicast_ether_addr(addr) || is_broadcast_ether_addr(addr))
		return true;
	raw_spin_lock_irqsave(&vif->mcast_lock, flags);
	wanted = find(vif, addr) >= 0;
	raw_spin_unlock_irqrestore(&vif->mcast_lock, flags);
	return wanted;
}

void vif_mcast_clear(struct vif *vif)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vif->mcast_lock, flags);
	vif->nr_mcast = 0;
	raw_spin_unlock_irqrestore(&vif->mcast_lock, flags);
}
