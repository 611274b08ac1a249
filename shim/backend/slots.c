// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which names have been given, and to which disks: a disk that goes and comes
 * again, at the same place of the same controller, has the same name again. So
 * has another disk at that place, as a virtual device number is a place.
 *
 * A name is forgotten only when there is no other left.
 */
#include <linux/err.h>
#include <linux/list.h>
#include <linux/slab.h>

#include "vbd.h"

static LIST_HEAD(slots);

static bool same_place(const struct vbd_slot *slot,
		       const struct xhv_block_dev *dev)
{
	return slot->bus == dev->bus && slot->lun == dev->lun &&
	       guid_equal(&slot->guid, &dev->guid);
}

static bool taken(unsigned int index)
{
	const struct vbd_slot *slot;

	list_for_each_entry(slot, &slots, entry)
		if (slot->index == index)
			return true;
	return false;
}

static struct vbd_slot *oldest_unused(void)
{
	struct vbd_slot *slot;

	list_for_each_entry(slot, &slots, entry)
		if (!slot->in_use)
			return slot;
	return NULL;
}

static struct vbd_slot *new_slot(const struct xhv_block_dev *dev)
{
	unsigned int index = vbd_name_choose(dev, taken);
	struct vbd_slot *slot;

	if (index >= VBD_MAX_NAMES)
		return oldest_unused() ?: ERR_PTR(-ENOSPC);
	slot = kzalloc(sizeof(*slot), GFP_KERNEL);
	if (!slot)
		return ERR_PTR(-ENOMEM);
	slot->index = index;
	list_add_tail(&slot->entry, &slots);
	return slot;
}

struct vbd_slot *vbd_slot_get(const struct xhv_block_dev *dev)
{
	struct vbd_slot *slot;

	list_for_each_entry(slot, &slots, entry) {
		if (!same_place(slot, dev))
			continue;
		if (slot->in_use)
			return ERR_PTR(-EBUSY);
		slot->in_use = true;
		return slot;
	}
	slot = new_slot(dev);
	if (IS_ERR(slot))
		return slot;
	slot->bus = dev->bus;
	slot->guid = dev->guid;
	slot->lun = dev->lun;
	slot->in_use = true;
	return slot;
}

void vbd_slot_put(struct vbd_slot *slot)
{
	slot->in_use = false;
	list_move_tail(&slot->entry, &slots);
}
