// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which names have been given, and to which disks: a disk that goes and comes
 * again, at the same place of the same controller, has the same name again. So
 * has another disk at that place, as a virtual device number is a place.
 *
 * A name is forgotten only when there is no other left.
 *
 * Disks that native drivers have get names from udev (docs/names.md), which writes
 * each to the parameter native_names before it uses it. Whoever asks first has the
 * name: those that are written here are given to no disk of ours, and what one of
 * ours has or had is refused.
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

static bool same_place(const struct vbd_slot *slot,
		       const struct xhv_block_dev *dev)
{
	return slot->bus == dev->bus && slot->lun == dev->lun &&
	       guid_equal(&slot->guid, &dev->guid);
}

static bool has_slot(unsigned int index)
{
	const struct vbd_slot *slot;

	list_for_each_entry(slot, &slots, entry)
		if (slot->index == index)
			return true;
	return false;
}

static bool taken(unsigned int index)
{
	return has_slot(index) || test_bit(index, native);
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

static struct vbd_slot *get_slot(const struct xhv_block_dev *dev)
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

int vbd_slot_reserve(const char *name)
{
	int err = 0, index = vbd_name_parse(name);

	if (index < 0)
		return index;
	mutex_lock(&slots_lock);
	if (has_slot(index))
		err = -EBUSY;
	else
		__set_bit(index, native);
	mutex_unlock(&slots_lock);
	return err;
}

/* Names, separated by commas. What comes before one that is refused is reserved. */
static int set_native(const char *val, const struct kernel_param *kp)
{
	char *text, *rest, *name;
	int err = 0;

	text = kstrdup(val, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	rest = strim(text);
	while (!err && (name = strsep(&rest, ",")))
		err = vbd_slot_reserve(name);
	kfree(text);
	return err;
}

static int get_native(char *buf, const struct kernel_param *kp)
{
	char name[VBD_NAME_LEN];
	unsigned int i;
	int len = 0;

	mutex_lock(&slots_lock);
	for_each_set_bit(i, native, VBD_MAX_NAMES) {
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
MODULE_PARM_DESC(native_names, "names of disks that native drivers have: xvdX,...; written by udev");
