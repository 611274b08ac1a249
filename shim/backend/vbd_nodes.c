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
#include "backend.h"
#include "vbd.h"

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

	backend_put(vbd->be, "feature-flush-cache", "%d", dev->flush);
	backend_put(vbd->be, "feature-barrier", "%d", dev->flush);
	if (dev->discard) {
		backend_put(vbd->be, "discard-granularity", "%u",
		    dev->discard_granularity);
		backend_put(vbd->be, "discard-alignment", "%u",
		    dev->discard_alignment);
		backend_put(vbd->be, "discard-secure", "%d",
		    dev->secure_discard);
	}
	backend_put(vbd->be, "feature-discard", "%d", dev->discard);
	backend_put(vbd->be, "sectors", "%llu", dev->sectors);
	backend_put(vbd->be, "info", "%u", info);
	backend_put(vbd->be, "sector-size", "%u", dev->logical_block_size);
	backend_put(vbd->be, "physical-sector-size", "%u", dev->physical_block_size);
}

/* The toolstack's part. The front end's state comes last: with it the kernel
 * takes notice of the device (drivers/xen/xenbus/xenbus_probe.c).
 */
int vbd_publish(struct vbd *vbd)
{
	const struct xhv_block_dev *dev = vbd->dev;
	int err;

	err = backend_make_dirs("vbd", vbd->fe, vbd->be);
	if (err)
		return err;
	vbd->max_rings = max(min3(dev->max_queues, (u32)VBD_MAX_RINGS,
				  num_online_cpus()), 1U);

	backend_put(vbd->be, "frontend", "%s", vbd->fe);
	backend_put(vbd->be, "frontend-id", "%d", XHV_GUEST_DOMID);
	backend_put(vbd->be, "online", "1");
	backend_put(vbd->be, "removable", "%d", dev->removable);
	backend_put(vbd->be, "bootable", "1");
	backend_put(vbd->be, "dev", "%s", vbd->name);
	backend_put(vbd->be, "type", "phy");
	backend_put(vbd->be, "mode", dev->read_only ? "r" : "w");
	backend_put(vbd->be, "device-type", "%s", dev->cdrom ? "cdrom" : "disk");
	backend_put(vbd->be, "discard-enable", "%d", dev->discard);
	backend_put(vbd->be, "params", "%s", dev->label);
	/* No block device of a domain 0 is behind it: major 0 has none
	 * (Documentation/admin-guide/devices.txt).
	 */
	backend_put(vbd->be, "physical-device", "0:%x", vbd->slot->index);
	backend_put(vbd->be, "hotplug-status", "connected");
	if (vbd->limits.max_segs > BLKIF_MAX_SEGMENTS_PER_REQUEST)
		backend_put(vbd->be, "feature-max-indirect-segments", "%u",
		    vbd->limits.max_segs);
	backend_put(vbd->be, "multi-queue-max-queues", "%u", vbd->max_rings);
	backend_put(vbd->be, "max-ring-page-order", "%u", VBD_MAX_RING_ORDER);
	vbd->state = XenbusStateInitWait;
	err = backend_put(vbd->be, "state", "%d", vbd->state);
	if (err)
		return err;

	backend_put(vbd->fe, "backend", "%s", vbd->be);
	backend_put(vbd->fe, "backend-id", "%d", XHV_BACKEND_DOMID);
	backend_put(vbd->fe, "virtual-device", "%u", vbd->id);
	/* A front end in an HVM guest does not drive what calls itself a
	 * "cdrom" here: on Xen that would be an emulated drive. The medium is
	 * read-only and VDISK_CDROM says what it is.
	 */
	backend_put(vbd->fe, "device-type", "disk");
	backend_put(vbd->fe, "trusted", "1");
	return backend_put(vbd->fe, "state", "%d", XenbusStateInitialising);
}

void vbd_unpublish(struct vbd *vbd)
{
	xhv_store_rm(vbd->fe);
	xhv_store_rm(vbd->be);
}
