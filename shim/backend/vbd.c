// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual block devices: the disks of the transports as the guest finds them
 * in xenstore, and their lifecycle over the states of front and back end.
 *
 * The sequence is that of xen-blkback (drivers/block/xen-blkback/xenbus.c) and
 * of the toolstack around it, because both are in here: the toolstack's part
 * makes and removes the nodes, the back end's part follows the front end's
 * state in the store's worker.
 *
 * Locks: vbds_lock (the list, names) before vbd->lock (lifecycle) before the
 * rings' own. The store's worker takes vbd->lock only.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <xen/interface/io/protocols.h>

#include "../../include/xhv/core.h"
#include "backend.h"
#include "vbd.h"

/* How long a disk that goes away waits for its front end to let go. */
#define CLOSE_TIMEOUT	(5 * HZ)
#define BOUNCE_BYTES	SZ_64K

static DEFINE_MUTEX(vbds_lock);
static LIST_HEAD(vbds);		/* under vbds_lock */

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
static __printf(3, 4)
int put(const char *dir, const char *node, const char *fmt, ...)
{
	char path[96], val[96];
	va_list ap;

	snprintf(path, sizeof(path), "%s/%s", dir, node);
	va_start(ap, fmt);
	vsnprintf(val, sizeof(val), fmt, ap);
	va_end(ap);
	return xhv_store_write(path, val, strlen(val));
}

static int get_u32(const char *dir, const char *node, u32 *val)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s", dir, node);
	return xhv_store_read_u32(path, val);
}

static enum xenbus_state fe_state(const struct vbd *vbd)
{
	u32 state;

	if (get_u32(vbd->fe, "state", &state))
		return XenbusStateUnknown;
	return state;
}

static void set_state(struct vbd *vbd, enum xenbus_state state)
{
	if (vbd->state == state)
		return;
	vbd->state = state;
	put(vbd->be, "state", "%d", state);
}

/* As xenbus_dev_fatal(): the reason goes where a toolstack looks for it, and
 * the device closes in good order.
 */
static void fatal(struct vbd *vbd, int err, const char *what)
{
	char dir[80];

	pr_warn("%s: %s (%d)\n", vbd->name, what, err);
	snprintf(dir, sizeof(dir), "/local/domain/%d/error/backend/vbd/%d/%u",
		 XHV_BACKEND_DOMID, XHV_GUEST_DOMID, vbd->id);
	put(dir, "error", "%d %s", err, what);
	set_state(vbd, XenbusStateClosing);
}

void vbd_fault(struct vbd *vbd, const char *why)
{
	vbd->fault_why = why;
	schedule_work(&vbd->fault);
}

static void fault_work(struct work_struct *work)
{
	struct vbd *vbd = container_of(work, struct vbd, fault);

	mutex_lock(&vbd->lock);
	if (vbd->rings)
		fatal(vbd, -EIO, vbd->fault_why);
	mutex_unlock(&vbd->lock);
}

/* Idempotent. On return nothing of the front end's is in use any more. */
static void disconnect(struct vbd *vbd)
{
	unsigned int i;

	if (!vbd->rings)
		return;
	for (i = 0; i < vbd->nr_rings; i++) {
		vbd_ring_close(&vbd->rings[i]);
		vbd_stats_add(&vbd->total, &vbd->rings[i].st);
	}
	kvfree(vbd->rings);
	vbd->rings = NULL;
	vbd->nr_rings = 0;
	module_put(vbd->dev->ops->owner);
}

static int open_ring(struct vbd *vbd, unsigned int i, const char *dir,
		     bool multi_page)
{
	struct vbd_ring *r = &vbd->rings[i];
	grant_ref_t grefs[VBD_MAX_RING_PAGES];
	char node[20];
	unsigned int n;
	u32 port;
	int err;

	err = get_u32(dir, "event-channel", &port);
	if (err)
		return err;
	for (n = 0; n < vbd->ring_pages; n++) {
		if (multi_page)
			snprintf(node, sizeof(node), "ring-ref%u", n);
		else
			strscpy(node, "ring-ref", sizeof(node));
		err = get_u32(dir, node, &grefs[n]);
		if (err)
			return err;
	}
	r->vbd = vbd;
	r->index = i;
	return vbd_ring_open(r, grefs, vbd->ring_pages, port);
}

/* What the front end has chosen; the reason if it makes no sense. */
static const char *read_choice(struct vbd *vbd, unsigned int *queues,
			       bool *multi_page)
{
	char path[96], protocol[32];
	u32 order, val;

	snprintf(path, sizeof(path), "%s/protocol", vbd->fe);
	if (xhv_store_read(path, protocol, sizeof(protocol)) >= 0 &&
	    strcmp(protocol, XEN_IO_PROTO_ABI_X86_64))
		return "unknown protocol of the front end";

	*queues = 1;
	if (!get_u32(vbd->fe, "multi-queue-num-queues", &val))
		*queues = val;
	if (!*queues || *queues > VBD_MAX_RINGS)
		return "bad number of queues";

	*multi_page = !get_u32(vbd->fe, "ring-page-order", &order);
	if (!*multi_page)
		order = 0;
	if (order > VBD_MAX_RING_ORDER)
		return "bad ring page order";
	vbd->ring_pages = BIT(order);
	return NULL;
}

static const char *open_rings(struct vbd *vbd, unsigned int queues,
			      bool multi_page, int *err)
{
	char dir[64];
	unsigned int i;

	vbd->rings = kvcalloc(queues, sizeof(*vbd->rings), GFP_KERNEL);
	if (!vbd->rings) {
		*err = -ENOMEM;
		return "no memory for the rings";
	}
	for (i = 0; i < queues; i++) {
		if (queues == 1)
			strscpy(dir, vbd->fe, sizeof(dir));
		else
			snprintf(dir, sizeof(dir), "%s/queue-%u", vbd->fe, i);
		*err = open_ring(vbd, i, dir, multi_page);
		if (*err)
			break;
	}
	if (i == queues) {
		vbd->nr_rings = queues;
		return NULL;
	}
	while (i--)
		vbd_ring_close(&vbd->rings[i]);
	kvfree(vbd->rings);
	vbd->rings = NULL;
	return "cannot connect a ring";
}

/* What a front end reads once we say that we are connected. */
static void put_details(struct vbd *vbd)
{
	const struct xhv_block_dev *dev = vbd->dev;
	u32 info = 0;

	if (dev->cdrom)
		info |= VDISK_CDROM;
	if (dev->read_only)
		info |= VDISK_READONLY;

	put(vbd->be, "feature-flush-cache", "%d", dev->flush);
	put(vbd->be, "feature-barrier", "%d", dev->flush);
	if (dev->discard) {
		put(vbd->be, "discard-granularity", "%u",
		    dev->discard_granularity);
		put(vbd->be, "discard-alignment", "%u",
		    dev->discard_alignment);
		put(vbd->be, "discard-secure", "0");
	}
	put(vbd->be, "feature-discard", "%d", dev->discard);
	put(vbd->be, "sectors", "%llu", dev->sectors);
	put(vbd->be, "info", "%u", info);
	put(vbd->be, "sector-size", "%u", dev->logical_block_size);
	put(vbd->be, "physical-sector-size", "%u", dev->physical_block_size);
}

static void connect(struct vbd *vbd)
{
	const char *why;
	unsigned int queues, i;
	bool multi_page;
	int err = -EINVAL;

	/* A disk in use keeps its transport, as an open block device does. */
	if (!try_module_get(vbd->dev->ops->owner))
		return;
	why = read_choice(vbd, &queues, &multi_page);
	if (!why)
		why = open_rings(vbd, queues, multi_page, &err);
	if (why) {
		module_put(vbd->dev->ops->owner);
		fatal(vbd, err, why);
		return;
	}
	put_details(vbd);
	for (i = 0; i < vbd->nr_rings; i++)
		vbd_ring_start(&vbd->rings[i]);
	set_state(vbd, XenbusStateConnected);
}

/* The front end's state may have changed. Store's worker. */
static void fire(struct xhv_store_watch *w, const char *path)
{
	struct vbd *vbd = container_of(w, struct vbd, watch);

	mutex_lock(&vbd->lock);
	switch (fe_state(vbd)) {
	case XenbusStateInitialising:
		if (vbd->state == XenbusStateClosed)
			set_state(vbd, XenbusStateInitWait);
		break;
	case XenbusStateInitialised:
	case XenbusStateConnected:
		/* Initialised may have been missed; what is connected stays. */
		if (vbd->state == XenbusStateConnected)
			break;
		/* Not while the disk is going away. */
		if (vbd->state != XenbusStateInitWait)
			break;
		disconnect(vbd);
		connect(vbd);
		break;
	case XenbusStateClosing:
		set_state(vbd, XenbusStateClosing);
		break;
	case XenbusStateClosed:
	case XenbusStateUnknown:
		disconnect(vbd);
		set_state(vbd, XenbusStateClosed);
		break;
	default:
		/* InitWait and reconfiguration are a back end's states. */
		fatal(vbd, -EINVAL, "unexpected state of the front end");
		break;
	}
	mutex_unlock(&vbd->lock);
	wake_up_all(&vbd->changed);
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
static int publish(struct vbd *vbd)
{
	const struct xhv_block_dev *dev = vbd->dev;
	unsigned int queues;
	int err;

	err = make_dirs(vbd);
	if (err)
		return err;
	queues = min3(dev->max_queues, (u32)VBD_MAX_RINGS, num_online_cpus());

	put(vbd->be, "frontend", "%s", vbd->fe);
	put(vbd->be, "frontend-id", "%d", XHV_GUEST_DOMID);
	put(vbd->be, "online", "1");
	put(vbd->be, "removable", "0");
	put(vbd->be, "bootable", "1");
	put(vbd->be, "dev", "%s", vbd->name);
	put(vbd->be, "type", "phy");
	put(vbd->be, "mode", dev->read_only ? "r" : "w");
	put(vbd->be, "device-type", "disk");
	put(vbd->be, "discard-enable", "%d", dev->discard);
	put(vbd->be, "params", "%s", dev->label);
	put(vbd->be, "hotplug-status", "connected");
	if (vbd->limits.max_segs > BLKIF_MAX_SEGMENTS_PER_REQUEST)
		put(vbd->be, "feature-max-indirect-segments", "%u",
		    vbd->limits.max_segs);
	put(vbd->be, "multi-queue-max-queues", "%u", max(queues, 1U));
	put(vbd->be, "max-ring-page-order", "%u", VBD_MAX_RING_ORDER);
	vbd->state = XenbusStateInitWait;
	err = put(vbd->be, "state", "%d", vbd->state);
	if (err)
		return err;

	put(vbd->fe, "backend", "%s", vbd->be);
	put(vbd->fe, "backend-id", "%d", XHV_BACKEND_DOMID);
	put(vbd->fe, "virtual-device", "%u", vbd->id);
	/* A front end in an HVM guest does not drive what calls itself a
	 * "cdrom" here: on Xen that would be an emulated drive. The medium is
	 * read-only and VDISK_CDROM says what it is.
	 */
	put(vbd->fe, "device-type", "disk");
	put(vbd->fe, "trusted", "1");
	return put(vbd->fe, "state", "%d", XenbusStateInitialising);
}

static void unpublish(struct vbd *vbd)
{
	xhv_store_rm(vbd->fe);
	xhv_store_rm(vbd->be);
}

static bool name_taken(unsigned int index)
{
	const struct vbd *vbd;

	lockdep_assert_held(&vbds_lock);
	list_for_each_entry(vbd, &vbds, entry)
		if (vbd->named && vbd->index == index)
			return true;
	return false;
}

static int name_and_publish(struct vbd *vbd)
{
	int err;

	vbd->index = vbd_name_choose(vbd->dev, name_taken);
	if (vbd->index >= VBD_MAX_NAMES)
		return -ENOSPC;
	vbd_name_format(vbd->index, vbd->name, sizeof(vbd->name));
	vbd->id = vbd_name_id(vbd->index);
	snprintf(vbd->fe, sizeof(vbd->fe), "/local/domain/%d/device/vbd/%u",
		 XHV_GUEST_DOMID, vbd->id);
	snprintf(vbd->be, sizeof(vbd->be),
		 "/local/domain/%d/backend/vbd/%d/%u", XHV_BACKEND_DOMID,
		 XHV_GUEST_DOMID, vbd->id);
	snprintf(vbd->watch_path, sizeof(vbd->watch_path), "%s/state",
		 vbd->fe);

	err = publish(vbd);
	if (!err) {
		vbd->watch.path = vbd->watch_path;
		vbd->watch.fire = fire;
		err = xhv_store_watch(&vbd->watch);
	}
	if (err) {
		unpublish(vbd);
		return err;
	}
	vbd->named = true;
	pr_info("%s is %s, %llu MiB\n", vbd->name, vbd->dev->label,
		vbd->dev->sectors >> (20 - VBD_SECTOR_SHIFT));
	return 0;
}

void xhv_block_settle(void)
{
	struct vbd *vbd, *tmp;
	LIST_HEAD(fresh);
	int err;

	mutex_lock(&vbds_lock);
	list_for_each_entry_safe(vbd, tmp, &vbds, entry)
		if (!vbd->named)
			list_move_tail(&vbd->entry, &fresh);
	vbd_names_sort(&fresh);
	list_for_each_entry_safe(vbd, tmp, &fresh, entry) {
		err = name_and_publish(vbd);
		if (err)
			pr_warn("%s gets no vbd (%d)\n", vbd->dev->label, err);
		list_move_tail(&vbd->entry, &vbds);
	}
	mutex_unlock(&vbds_lock);
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
	mutex_init(&vbd->lock);
	init_waitqueue_head(&vbd->changed);
	INIT_WORK(&vbd->fault, fault_work);
	dev->backend = vbd;

	mutex_lock(&vbds_lock);
	list_add_tail(&vbd->entry, &vbds);
	mutex_unlock(&vbds_lock);
	return 0;
}
EXPORT_SYMBOL_GPL(xhv_block_add);

static bool front_end_gone(struct vbd *vbd)
{
	switch (fe_state(vbd)) {
	case XenbusStateInitialised:
	case XenbusStateConnected:
	case XenbusStateClosing:
		return false;
	default:
		return true;
	}
}

void xhv_block_del(struct xhv_block_dev *dev)
{
	struct vbd *vbd = dev->backend;
	unsigned int i;

	mutex_lock(&vbds_lock);
	list_del(&vbd->entry);
	mutex_unlock(&vbds_lock);

	if (vbd->named) {
		mutex_lock(&vbd->lock);
		for (i = 0; i < vbd->nr_rings; i++)
			vbd_ring_fail(&vbd->rings[i]);
		put(vbd->be, "online", "0");
		set_state(vbd, XenbusStateClosing);
		mutex_unlock(&vbd->lock);

		if (!wait_event_timeout(vbd->changed, front_end_gone(vbd),
					CLOSE_TIMEOUT))
			pr_warn("%s: the front end does not close\n",
				vbd->name);
		xhv_store_unwatch(&vbd->watch);
		mutex_lock(&vbd->lock);
		disconnect(vbd);
		set_state(vbd, XenbusStateClosed);
		mutex_unlock(&vbd->lock);
		unpublish(vbd);
	}
	cancel_work_sync(&vbd->fault);
	dev->backend = NULL;
	kfree(vbd);
}
EXPORT_SYMBOL_GPL(xhv_block_del);

int xhv_backend_show(struct seq_file *m)
{
	struct vbd *vbd;

	mutex_lock(&vbds_lock);
	list_for_each_entry(vbd, &vbds, entry) {
		mutex_lock(&vbd->lock);
		vbd_show(m, vbd);
		mutex_unlock(&vbd->lock);
	}
	mutex_unlock(&vbds_lock);
	return 0;
}

int xhv_backend_init(void)
{
	return xhv_blkfront_init();
}

void xhv_backend_exit(void)
{
	WARN_ON(!list_empty(&vbds));
	xhv_blkfront_exit();
}
