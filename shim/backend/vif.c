// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual interfaces: the NICs of the transports as the guest finds them in
 * xenstore, from the day that a transport adds one to the moment that the front
 * end has let go of it. What a toolstack does is in here: it numbers NICs, makes
 * their nodes and removes them. The states in between are vif_state.c's.
 *
 * Locks: vifs_lock (the lists and numbers) is never waited for with vif->lock held,
 * nor the other way round.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/err.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "../../include/xhv/core.h"
#include "backend.h"
#include "vif.h"

/* Below this MTU the parts of a packet that is too large for the host might be
 * shorter than the head of its first (vif_tx_build.c).
 */
#define MIN_TSO_MTU	576

static DEFINE_MUTEX(vifs_lock);
/* Under vifs_lock. */
static LIST_HEAD(vifs);
static LIST_HEAD(leaving);	/* their front ends may not have let go */

static int number_and_publish(struct vif *vif)
{
	int err;

	lockdep_assert_held(&vifs_lock);
	vif->slot = vif_slot_get(&vif->dev->guid);
	if (IS_ERR(vif->slot)) {
		err = PTR_ERR(vif->slot);
		vif->slot = NULL;
		return err;
	}
	vif->id = vif_slot_number(vif->slot);
	snprintf(vif->fe, sizeof(vif->fe), "/local/domain/%d/device/vif/%u",
		 XHV_GUEST_DOMID, vif->id);
	snprintf(vif->be, sizeof(vif->be),
		 "/local/domain/%d/backend/vif/%d/%u", XHV_BACKEND_DOMID,
		 XHV_GUEST_DOMID, vif->id);

	err = vif_publish(vif);
	if (!err)
		err = vif_state_start(vif);
	if (err) {
		vif_unpublish(vif);
		vif_slot_put(vif->slot);
		vif->slot = NULL;
		return err;
	}
	pr_info("vif-%u is %s, %pM\n", vif->id, vif->dev->label,
		vif->dev->mac);
	return 0;
}

/* @waiting: only those that have waited for their numbers. */
static void number_all(bool waiting)
{
	struct vif *vif, *tmp;
	LIST_HEAD(fresh);
	int err;

	mutex_lock(&vifs_lock);
	list_for_each_entry_safe(vif, tmp, &vifs, entry)
		if (!vif->slot && (vif->waiting || !waiting))
			list_move_tail(&vif->entry, &fresh);
	vif_names_sort(&fresh);
	list_for_each_entry_safe(vif, tmp, &fresh, entry) {
		err = number_and_publish(vif);
		vif->waiting = err == -EBUSY;
		if (err && err != -EBUSY)
			pr_warn("%s gets no vif (%d)\n", vif->dev->label, err);
		list_move_tail(&vif->entry, &vifs);
	}
	mutex_unlock(&vifs_lock);
}

void xhv_net_settle(void)
{
	number_all(false);
}
EXPORT_SYMBOL_GPL(xhv_net_settle);

static u32 usable_features(const struct xhv_net_dev *dev)
{
	u32 features = dev->features;

	if (dev->mtu < MIN_TSO_MTU ||
	    dev->gso_max_size < 2 * (ETH_HLEN + dev->mtu))
		features &= ~XHV_NET_TSO;
	if (!(features & XHV_NET_CSUM_TCP4))
		features &= ~XHV_NET_TSO4;
	if (!(features & XHV_NET_CSUM_TCP6))
		features &= ~XHV_NET_TSO6;
	return features;
}

static bool good_mtu(u32 mtu)
{
	return mtu >= ETH_MIN_MTU && mtu <= XEN_NETIF_MAX_TX_SIZE - VLAN_ETH_HLEN;
}

int xhv_net_add(struct xhv_net_dev *dev)
{
	struct vif *vif;

	if (!xhv_is_active())
		return -ENODEV;
	if (!good_mtu(dev->mtu) || !dev->max_queues || !dev->tx_depth ||
	    !is_valid_ether_addr(dev->mac))
		return -EINVAL;
	vif = kzalloc(sizeof(*vif), GFP_KERNEL);
	if (!vif)
		return -ENOMEM;
	vif->dev = dev;
	vif->features = usable_features(dev);
	vif->carrier = dev->carrier;
	vif_state_init(vif);
	dev->backend = vif;

	mutex_lock(&vifs_lock);
	list_add_tail(&vif->entry, &vifs);
	mutex_unlock(&vifs_lock);
	return 0;
}
EXPORT_SYMBOL_GPL(xhv_net_add);

void xhv_net_carrier(struct xhv_net_dev *dev)
{
	struct vif *vif = dev->backend;
	bool up = dev->carrier;

	mutex_lock(&vif->lock);
	if (vif->carrier != up) {
		WRITE_ONCE(vif->carrier, up);
		if (vif->slot && !vif->gone) {
			pr_info_ratelimited("vif-%u: link is %s\n", vif->id,
					    up ? "up" : "down");
			vif_put_carrier(vif);
		}
	}
	mutex_unlock(&vif->lock);
}
EXPORT_SYMBOL_GPL(xhv_net_carrier);

void xhv_net_mtu_changed(struct xhv_net_dev *dev)
{
	struct vif *vif = dev->backend;

	mutex_lock(&vif->lock);
	if (vif->slot && !vif->gone) {
		pr_info_ratelimited("vif-%u: MTU is %u now\n", vif->id,
				    dev->mtu);
		vif_put_mtu(vif);
	}
	mutex_unlock(&vif->lock);
}
EXPORT_SYMBOL_GPL(xhv_net_mtu_changed);

static void leave_work(struct work_struct *work)
{
	struct vif *vif, *tmp;
	LIST_HEAD(list);

	mutex_lock(&vifs_lock);
	list_splice_init(&leaving, &list);
	mutex_unlock(&vifs_lock);
	if (list_empty(&list))
		return;

	backend_await_removal("device/vif", NULL, NULL);
	mutex_lock(&vifs_lock);
	list_for_each_entry_safe(vif, tmp, &list, entry) {
		vif_slot_put(vif->slot);
		kfree(vif);
	}
	mutex_unlock(&vifs_lock);
	number_all(true);
}

static DECLARE_WORK(leave, leave_work);

void xhv_net_del(struct xhv_net_dev *dev)
{
	struct vif *vif = dev->backend;

	mutex_lock(&vifs_lock);
	list_del(&vif->entry);
	mutex_unlock(&vifs_lock);
	dev->backend = NULL;

	if (!vif->slot) {
		kfree(vif);
		return;
	}
	vif_state_stop(vif);
	vif_unpublish(vif);
	pr_info_ratelimited("vif-%u is gone\n", vif->id);
	vif->dev = NULL;
	mutex_lock(&vifs_lock);
	list_add_tail(&vif->entry, &leaving);
	mutex_unlock(&vifs_lock);
	queue_work(system_unbound_wq, &leave);
}
EXPORT_SYMBOL_GPL(xhv_net_del);

void vif_show_all(struct seq_file *m)
{
	struct vif *vif;

	mutex_lock(&vifs_lock);
	list_for_each_entry(vif, &vifs, entry) {
		/* It may be waiting for the host, which may take long. */
		if (!mutex_trylock(&vif->lock)) {
			if (vif->slot)
				seq_printf(m, "vif vif-%u busy\n", vif->id);
			continue;
		}
		vif_show(m, vif);
		mutex_unlock(&vif->lock);
	}
	mutex_unlock(&vifs_lock);
}

bool vif_none_left(void)
{
	return list_empty(&vifs) && list_empty(&leaving);
}
