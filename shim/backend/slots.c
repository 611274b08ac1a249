// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which names have been given, and to which disks: a disk that goes and comes
 * again, at the same place of the same controller, has the same name again. So
 * has another disk at that place, as a virtual device number is a place.
 *
 * A name is forgotten only when there is no other left.
 *
 * Disks that native drivers have get names from udev (docs/names.md), which writes
 * each with the disk's place to the parameter native_names before it uses it.
 * Whoever asks first has the name: no disk of ours at another place gets one that
 * was written here, and what one of ours has or had is refused.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vbd.h"

static DEFINE_MUTEX(slots_lock);
/* Under slots_lock. */
static LIST_HEAD(slots);
static DECLARE_BITMAP(native, VBD_MAX_NAMES);

/* udev says nothing of the bus, and needs not: both are VMBus's. */
static bool same_place(const struct vbd_slot *slot,
		       const struct xhv_block_dev *dev)
{
	return (slot->bus == dev->bus || slot->native) &&
	       slot->lun == dev->lun && guid_equal(&slot->guid, &dev->guid);
}

static struct vbd_slot *slot_of(unsigned int index)
{
	struct vbd_slot *slot;

	list_for_each_entry(slot, &slots, entry)
		if (slot->index == index)
			return slot;
	return NULL;
}

static bool taken(unsigned int index)
{
	return slot_of(index) || test_bit(index, native);
}

static struct vbd_slot *oldest_unused(void)
{
	struct vbd_slot *slot;

	list_for_each_entry(slot, &slots, entry)
		if (!slot->in_use && !slot->native)
			return slot;
	return NULL;
}

static struct vbd_slot *add_slot(unsigned int index)
{
	struct vbd_slot *slot = kzalloc(sizeof(*slot), GFP_KERNEL);

	if (!slot)
		return ERR_PTR(-ENOMEM);
	slot->index = index;
	list_add_tail(&slot->entry, &slots);
	return slot;
}

static struct vbd_slot *new_slot(const struct xhv_block_dev *dev)
{
	unsigned int index = vbd_name_choose(dev, taken);

	if (index >= VBD_MAX_NAMES)
		return oldest_unused() ?: ERR_PTR(-ENOSPC);
	return add_slot(index);
}

static struct vbd_slot *get_slot(const struct xhv_block_dev *dev)
{
	struct vbd_slot *slot;

	list_for_each_entry(slot, &slots, entry) {
		if (!same_place(slot, dev))
			continue;
		if (slot->in_use)
			return ERR_PTR(-EBUSY);
		slot->bus = dev->bus;
		slot->native = false;
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

struct vbd_slot *vbd_slot_get(const struct xhv_block_dev *dev)
{
	struct vbd_slot *slot;

	mutex_lock(&slots_lock);
	slot = get_slot(dev);
	mutex_unlock(&slots_lock);
	return slot;
}

void vbd_slot_put(struct vbd_slot *slot)
{
	mutex_lock(&slots_lock);
	slot->in_use = false;
	list_move_tail(&slot->entry, &slots);
	mutex_unlock(&slots_lock);
}

/* A place has one name: if it has another already, this one is somebody else's. */
static int reserve_place(unsigned int index, const guid_t *guid, u32 lun)
{
	struct vbd_slot *slot;

	list_for_each_entry(slot, &slots, entry) {
		if (slot->lun != lun || !guid_equal(&slot->guid, guid))
			continue;
		if (slot->index != index || slot->in_use)
			return -EBUSY;
		slot->native = true;
		return 0;
	}
	if (taken(index))
		return -EBUSY;
	slot = add_slot(index);
	if (IS_ERR(slot))
		return PTR_ERR(slot);
	slot->guid = *guid;
	slot->lun = lun;
	slot->native = true;
	return 0;
}

static int reserve_name(unsigned int index)
{
	if (slot_of(index))
		return -EBUSY;
	__set_bit(index, native);
	return 0;
}

int vbd_slot_reserve(const char *entry)
{
	bool placed = strchr(entry, '=');
	int err, index;
	guid_t guid;
	u32 lun;

	if (placed)
		vbd_name_entry(entry, &guid, &lun, &index);
	else
		index = vbd_name_parse(entry);
	if (index < 0)
		return -EINVAL;
	mutex_lock(&slots_lock);
	err = placed ? reserve_place(index, &guid, lun) : reserve_name(index);
	mutex_unlock(&slots_lock);
	return err;
}

/* Entries, separated by commas. What comes before one that is refused is reserved. */
static int set_native(const char *val, const struct kernel_param *kp)
{
	char *text, *rest, *entry;
	int err = 0;

	text = kstrdup(val, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	rest = strim(text);
	while (!err && (entry = strsep(&rest, ",")))
		err = vbd_slot_reserve(entry);
	kfree(text);
	return err;
}

static int get_native(char *buf, const struct kernel_param *kp)
{
	const struct vbd_slot *slot;
	char name[VBD_NAME_LEN];
	unsigned int i;
	int len = 0;

	mutex_lock(&slots_lock);
	for (i = 0; i < VBD_MAX_NAMES; i++) {
		slot = slot_of(i);
		if (!test_bit(i, native) && !(slot && slot->native))
			continue;
		vbd_name_format(i, name, sizeof(name));
		/* A sysfs file is a page. */
		len += scnprintf(buf + len, PAGE_SIZE - 1 - len, "%s%s",
				 len ? "," : "", name);
	}
	mutex_unlock(&slots_lock);
	len += sprintf(buf + len, "\n");
	return len;
}

static const struct kernel_param_ops native_ops = {
	.set = set_native,
	.get = get_native,
};

module_param_cb(native_names, &native_ops, NULL, 0600);
MODULE_PARM_DESC(native_names, "names of disks that native drivers have: [<controller GUID>:<lun>=]xvdX,...; written by udev");
