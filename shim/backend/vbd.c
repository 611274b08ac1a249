// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual block devices: the disks of the transports as the guest finds them
 * in xenstore, from the day that a transport adds one to the moment that the
 * front end has let go of it. What a toolstack does is in here: it names disks,
 * makes their nodes and removes them. The states in between are vbd_state.c's.
 *
 * Locks: vbds_lock (the lists, slots and names) is never waited for with
 * vbd->lock held, nor the other way round.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/err.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "../../include/xhv/core.h"
#include "backend.h"
#include "vbd.h"

#define BOUNCE_BYTES	SZ_64K

static DEFINE_MUTEX(vbds_lock);
/* Under vbds_lock. */
static LIST_HEAD(vbds);
static LIST_HEAD(leaving);	/* their front ends may not have let go */

static int name_and_publish(struct vbd *vbd)
{
	int err;

	lockdep_assert_held(&vbds_lock);
	vbd->slot = vbd_slot_get(vbd->dev);
	if (IS_ERR(vbd->slot)) {
		err = PTR_ERR(vbd->slot);
		vbd->slot = NULL;
		return err;
	}
	vbd_name_format(vbd->slot->index, vbd->name, sizeof(vbd->name));
	vbd->id = vbd_name_id(vbd->slot->index);
	snprintf(vbd->fe, sizeof(vbd->fe), "/local/domain/%d/device/vbd/%u",
		 XHV_GUEST_DOMID, vbd->id);
	snprintf(vbd->be, sizeof(vbd->be),
		 "/local/domain/%d/backend/vbd/%d/%u", XHV_BACKEND_DOMID,
		 XHV_GUEST_DOMID, vbd->id);

	err = vbd_publish(vbd);
	if (!err)
		err = vbd_state_start(vbd);
	if (err) {
		vbd_unpublish(vbd);
		vbd_slot_put(vbd->slot);
		vbd->slot = NULL;
		return err;
	}
	pr_info("%s is %s, %llu MiB\n", vbd->name, vbd->dev->label,
		vbd->dev->sectors >> (20 - VBD_SECTOR_SHIFT));
	return 0;
}

/* @waiting: only those that have waited for their names. */
static void name_all(bool waiting)
{
	struct vbd *vbd, *tmp;
	LIST_HEAD(fresh);
	int err;

	mutex_lock(&vbds_lock);
	list_for_each_entry_safe(vbd, tmp, &vbds, entry)
		if (!vbd->slot && (vbd->waiting || !waiting))
			list_move_tail(&vbd->entry, &fresh);
	vbd_names_sort(&fresh);
	list_for_each_entry_safe(vbd, tmp, &fresh, entry) {
		err = name_and_publish(vbd);
		vbd->waiting = err == -EBUSY;
		if (err && err != -EBUSY)
			pr_warn("%s gets no vbd (%d)\n", vbd->dev->label, err);
		list_move_tail(&vbd->entry, &vbds);
	}
	mutex_unlock(&vbds_lock);
}

void xhv_block_settle(void)
{
	name_all(false);
}
EXPORT_SYMBOL_GPL(xhv_block_settle);

static int set_limits(struct vbd_limits *lim, const struct xhv_block_dev *dev)
{
	/* Larger blocks than a page are nothing that blkfront can say. */
	if (!is_power_of_2(dev->logical_block_size) ||
	    dev->logical_block_size < BIT(VBD_SECTOR_SHIFT) ||
	    dev->logical_block_size > VBD_PAGE_SIZE ||
	    dev->max_bytes < VBD_PAGE_SIZE || !dev->queue_depth ||
	    (dev->discard && !dev->discard_max))
		return -EINVAL;

	lim->sectors = dev->sectors;
	lim->block_size = dev->logical_block_size;
	lim->max_bytes = round_down(min_t(u32, dev->max_bytes,
					  VBD_MAX_SEGS * VBD_PAGE_SIZE),
				    VBD_PAGE_SIZE);
	lim->max_pfns = lim->max_bytes >> VBD_PAGE_SHIFT;
	lim->max_segs = lim->max_pfns;
	lim->discard_max = dev->discard_max;
	if (lim->block_size > BIT(VBD_SECTOR_SHIFT))
		lim->bounce_bytes = min_t(u32, BOUNCE_BYTES, lim->max_bytes);
	lim->read_only = dev->read_only;
	lim->flush = dev->flush;
	lim->fua = dev->fua;
	lim->discard = dev->discard;
	lim->secure_discard = dev->discard && dev->secure_discard;
	return 0;
}

int xhv_block_add(struct xhv_block_dev *dev)
{
	struct vbd *vbd;
	int err;

	if (!xhv_is_active())
		return -ENODEV;
	vbd = kzalloc(sizeof(*vbd), GFP_KERNEL);
	if (!vbd)
		return -ENOMEM;
	err = set_limits(&vbd->limits, dev);
	if (err) {
		kfree(vbd);
		return err;
	}
	vbd->dev = dev;
	vbd_state_init(vbd);
	dev->backend = vbd;

	mutex_lock(&vbds_lock);
	list_add_tail(&vbd->entry, &vbds);
	mutex_unlock(&vbds_lock);
	return 0;
}
EXPORT_SYMBOL_GPL(xhv_block_add);

/* A connected front end reads the size again when our state is written again
 * (blkback_changed() in drivers/block/xen-blkfront.c).
 */
void xhv_block_resized(struct xhv_block_dev *dev)
{
	struct vbd *vbd = dev->backend;

	mutex_lock(&vbd->lock);
	WRITE_ONCE(vbd->limits.sectors, dev->sectors);
	if (vbd->state == XenbusStateConnected) {
		pr_info_ratelimited("%s has %llu MiB now\n", vbd->name,
				    dev->sectors >> (20 - VBD_SECTOR_SHIFT));
		backend_put(vbd->be, "sectors", "%llu", dev->sectors);
		vbd_state_repeat(vbd);
	}
	mutex_unlock(&vbd->lock);
}
EXPORT_SYMBOL_GPL(xhv_block_resized);

/* A removal waits for all requests, so none may be left behind. */
static void kick_all(void *arg)
{
	struct list_head *list = arg;
	struct vbd *vbd;

	list_for_each_entry(vbd, list, entry)
		vbd_state_kick(vbd);
}

static void leave_work(struct work_struct *work)
{
	struct vbd *vbd, *tmp;
	LIST_HEAD(list);

	mutex_lock(&vbds_lock);
	list_splice_init(&leaving, &list);
	mutex_unlock(&vbds_lock);
	if (list_empty(&list))
		return;

	backend_await_removal("device/vbd", kick_all, &list);
	list_for_each_entry(vbd, &list, entry)
		vbd_state_end(vbd);
	mutex_lock(&vbds_lock);
	list_for_each_entry_safe(vbd, tmp, &list, entry) {
		vbd_slot_put(vbd->slot);
		kfree(vbd);
	}
	mutex_unlock(&vbds_lock);
	name_all(true);
}

static DECLARE_WORK(leave, leave_work);

void xhv_block_del(struct xhv_block_dev *dev)
{
	struct vbd *vbd = dev->backend;

	mutex_lock(&vbds_lock);
	list_del(&vbd->entry);
	mutex_unlock(&vbds_lock);
	dev->backend = NULL;

	if (!vbd->slot) {
		kfree(vbd);
		return;
	}
	vbd_state_stop(vbd);
	vbd_unpublish(vbd);
	pr_info_ratelimited("%s is gone\n", vbd->name);
	vbd->dev = NULL;
	mutex_lock(&vbds_lock);
	list_add_tail(&vbd->entry, &leaving);
	mutex_unlock(&vbds_lock);
	queue_work(system_unbound_wq, &leave);
}
EXPORT_SYMBOL_GPL(xhv_block_del);

void vbd_show_all(struct seq_file *m)
{
	struct vbd *vbd;

	mutex_lock(&vbds_lock);
	list_for_each_entry(vbd, &vbds, entry) {
		/* It may be waiting for the host, which may take long. */
		if (!mutex_trylock(&vbd->lock)) {
			seq_printf(m, "vbd %s busy\n",
				   vbd->slot ? vbd->name : "-");
			continue;
		}
		vbd_show(m, vbd);
		mutex_unlock(&vbd->lock);
	}
	mutex_unlock(&vbds_lock);
}

bool vbd_none_left(void)
{
	return list_empty(&vbds) && list_empty(&leaving);
}
