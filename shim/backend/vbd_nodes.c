// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nodes of a virtual block device in xenstore: the toolstack's part of its
 * life, and what the back end tells the front end about the disk.
 *
 * Process context.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "../../include/xhv/core.h"
#include "vbd.h"

/* Owned by the front end, read by the back end, and the other way round, as
 * libxl makes a device's directories.
 */
static const struct xhv_store_perm fe_perm = {
	XHV_GUEST_DOMID, XHV_BACKEND_DOMID
};

static const struct xhv_store_perm be_perm = {
	XHV_BACKEND_DOMID, XHV_GUEST_DOMID
};

static const struct xhv_store_perm private_perm = {
	XHV_BACKEND_DOMID, XHV_BACKEND_DOMID
};

/* "<dir>/<node>" = value */
int vbd_put(const char *dir, const char *node, const char *fmt, ...)
{
	char path[96], val[96];
	va_list ap;

	snprintf(path, sizeof(path), "%s/%s", dir, node);
	va_start(ap, fmt);
	vsnprintf(val, sizeof(val), fmt, ap);
	va_end(ap);
	return xhv_store_write(path, val, strlen(val));
}

int vbd_get_u32(const char *dir, const char *node, u32 *val)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s", dir, node);
	return xhv_store_read_u32(path, val);
}

/* What a front end reads once we say that we are connected. */
void vbd_put_details(struct vbd *vbd)
{
	const struct xhv_block_dev *dev = vbd->dev;
	u32 info = 0;

	if (dev->cdrom)
		info |= VDISK_CDROM;
	if (dev->removable)
		info |= VDISK_REMOVABLE;
	if (dev->read_only)
		info |= VDISK_READONLY;

	vbd_put(vbd->be, "feature-flush-cache", "%d", dev->flush);
	vbd_put(vbd->be, "feature-barrier", "%d", dev->flush);
	if (dev->discard) {
		vbd_put(vbd->be, "discard-granularity", "%u",
		    dev->discard_granularity);
		vbd_put(vbd->be, "discard-alignment", "%u",
		    dev->discard_alignment);
		vbd_put(vbd->be, "discard-secure", "%d",
		    dev->secure_discard);
	}
	vbd_put(vbd->be, "feature-discard", "%d", dev->discard);
	vbd_put(vbd->be, "sectors", "%llu", dev->sectors);
	vbd_put(vbd->be, "info", "%u", info);
	vbd_put(vbd->be, "sector-size", "%u", dev->logical_block_size);
	vbd_put(vbd->be, "physical-sector-size", "%u", dev->physical_block_size);
}

static int mkdir_or_exists(const char *path, struct xhv_store_perm perm)
{
	int err = xhv_store_mkdir(path, perm);

	return err == -EEXIST ? 0 : err;
}

static int make_dirs(struct vbd *vbd)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/local/domain/%d/backend/vbd",
		 XHV_BACKEND_DOMID);
	err = mkdir_or_exists(path, private_perm);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/local/domain/%d/backend/vbd/%d",
		 XHV_BACKEND_DOMID, XHV_GUEST_DOMID);
	err = mkdir_or_exists(path, private_perm);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/local/domain/%d/device/vbd",
		 XHV_GUEST_DOMID);
	err = mkdir_or_exists(path, be_perm);
	if (err)
		return err;
	err = mkdir_or_exists(vbd->be, be_perm);
	if (err)
		return err;
	return mkdir_or_exists(vbd->fe, fe_perm);
}

/* The toolstack's part. The front end's state comes last: with it the kernel
 * takes notice of the device (drivers/xen/xenbus/xenbus_probe.c).
 */
int vbd_publish(struct vbd *vbd)
{
	const struct xhv_block_dev *dev = vbd->dev;
	unsigned int queues;
	int err;

	err = make_dirs(vbd);
	if (err)
		return err;
	queues = min3(dev->max_queues, (u32)VBD_MAX_RINGS, num_online_cpus());

	vbd_put(vbd->be, "frontend", "%s", vbd->fe);
	vbd_put(vbd->be, "frontend-id", "%d", XHV_GUEST_DOMID);
	vbd_put(vbd->be, "online", "1");
	vbd_put(vbd->be, "removable", "%d", dev->removable);
	vbd_put(vbd->be, "bootable", "1");
	vbd_put(vbd->be, "dev", "%s", vbd->name);
	vbd_put(vbd->be, "type", "phy");
	vbd_put(vbd->be, "mode", dev->read_only ? "r" : "w");
	vbd_put(vbd->be, "device-type", "%s", dev->cdrom ? "cdrom" : "disk");
	vbd_put(vbd->be, "discard-enable", "%d", dev->discard);
	vbd_put(vbd->be, "params", "%s", dev->label);
	/* No block device of a domain 0 is behind it: major 0 has none
	 * (Documentation/admin-guide/devices.txt).
	 */
	vbd_put(vbd->be, "physical-device", "0:%x", vbd->slot->index);
	vbd_put(vbd->be, "hotplug-status", "connected");
	if (vbd->limits.max_segs > BLKIF_MAX_SEGMENTS_PER_REQUEST)
		vbd_put(vbd->be, "feature-max-indirect-segments", "%u",
		    vbd->limits.max_segs);
	vbd_put(vbd->be, "multi-queue-max-queues", "%u", max(queues, 1U));
	vbd_put(vbd->be, "max-ring-page-order", "%u", VBD_MAX_RING_ORDER);
	vbd->state = XenbusStateInitWait;
	err = vbd_put(vbd->be, "state", "%d", vbd->state);
	if (err)
		return err;

	vbd_put(vbd->fe, "backend", "%s", vbd->be);
	vbd_put(vbd->fe, "backend-id", "%d", XHV_BACKEND_DOMID);
	vbd_put(vbd->fe, "virtual-device", "%u", vbd->id);
	/* A front end in an HVM guest does not drive what calls itself a
	 * "cdrom" here: on Xen that would be an emulated drive. The medium is
	 * read-only and VDISK_CDROM says what it is.
	 */
	vbd_put(vbd->fe, "device-type", "disk");
	vbd_put(vbd->fe, "trusted", "1");
	return vbd_put(vbd->fe, "state", "%d", XenbusStateInitialising);
}

void vbd_unpublish(struct vbd *vbd)
{
	xhv_store_rm(vbd->fe);
	xhv_store_rm(vbd->be);
}
