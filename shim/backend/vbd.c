// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual block devices: the disks of the transports as the guest finds them
 * in xenstore, and their lifecycle over the states of front and back end.
 *
 * The sequence is that of xen-blkback (drivers/block/xen-blkback/xenbus.c) and
 * of the toolstack around it, because both are in here: the toolstack's part
 * makes and removes the nodes, the back end's part follows the front end's
 * state in a work item of each disk: to disconnect waits for what the host still
 * owes, and that is no other disk's business.
 *
 * Locks: vbd->lock (lifecycle) before the rings' own. vbds_lock (the list, names)
 * is never waited for with vbd->lock held, nor the other way round.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/err.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/seq_file.h>
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

static enum xenbus_state fe_state(const struct vbd *vbd)
{
	u32 state;

	if (vbd_get_u32(vbd->fe, "state", &state))
		return XenbusStateUnknown;
	return state;
}

static void set_state(struct vbd *vbd, enum xenbus_state state)
{
	if (vbd->state == state)
		return;
	vbd->state = state;
	vbd_put(vbd->be, "state", "%d", state);
}

/* As xenbus_dev_fatal(): the reason goes where a toolstack looks for it, and
 * the device closes in good order.
 */
static void fatal(struct vbd *vbd, int err, const char *what)
{
	char dir[80];

	/* A front end can come back for the same answer as often as it likes. */
	pr_warn_ratelimited("%s: %s (%d)\n", vbd->name, what, err);
	snprintf(dir, sizeof(dir), "/local/domain/%d/error/backend/vbd/%d/%u",
		 XHV_BACKEND_DOMID, XHV_GUEST_DOMID, vbd->id);
	vbd_put(dir, "error", "%d %s", err, what);
	set_state(vbd, XenbusStateClosing);
}

void vbd_fault(struct vbd *vbd, const char *why)
{
	WRITE_ONCE(vbd->fault_why, why);
	schedule_work(&vbd->fault);
}

static void fail_rings(struct vbd *vbd)
{
	unsigned int i;

	for (i = 0; i < vbd->nr_rings; i++)
		vbd_ring_fail(&vbd->rings[i]);
}

static void fault_work(struct work_struct *work)
{
	struct vbd *vbd = container_of(work, struct vbd, fault);
	const char *why;

	mutex_lock(&vbd->lock);
	/* NULL if that connection is over: see disconnect(). */
	why = READ_ONCE(vbd->fault_why);
	if (why) {
		fail_rings(vbd);
		fatal(vbd, -EIO, why);
	}
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
	/* The rings are closed: none is left to find a fault, and what one has
	 * found says nothing of the next connection.
	 */
	WRITE_ONCE(vbd->fault_why, NULL);
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

	err = vbd_get_u32(dir, "event-channel", &port);
	if (err)
		return err;
	for (n = 0; n < vbd->ring_pages; n++) {
		if (multi_page)
			snprintf(node, sizeof(node), "ring-ref%u", n);
		else
			strscpy(node, "ring-ref", sizeof(node));
		err = vbd_get_u32(dir, node, &grefs[n]);
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
	if (!vbd_get_u32(vbd->fe, "multi-queue-num-queues", &val))
		*queues = val;
	if (!*queues || *queues > VBD_MAX_RINGS)
		return "bad number of queues";

	*multi_page = !vbd_get_u32(vbd->fe, "ring-page-order", &order);
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
	vbd_put_details(vbd);
	for (i = 0; i < vbd->nr_rings; i++)
		vbd_ring_start(&vbd->rings[i]);
	set_state(vbd, XenbusStateConnected);
}

/* Follows the front end's state. May wait for the host without limit. */
static void follow_work(struct work_struct *work)
{
	struct vbd *vbd = container_of(work, struct vbd, follow);
	enum xenbus_state state;

	mutex_lock(&vbd->lock);
	state = fe_state(vbd);
	WRITE_ONCE(vbd->fe_state, state);
	switch (state) {
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

/* The front end's state may have changed. Store's worker, which serves all. */
static void fire(struct xhv_store_watch *w, const char *path)
{
	struct vbd *vbd = container_of(w, struct vbd, watch);

	queue_work(system_unbound_wq, &vbd->follow);
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

	err = vbd_publish(vbd);
	if (!err) {
		vbd->watch.path = vbd->watch_path;
		vbd->watch.fire = fire;
		err = xhv_store_watch(&vbd->watch);
	}
	if (err) {
		vbd_unpublish(vbd);
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
	INIT_WORK(&vbd->follow, follow_work);
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
		vbd_put(vbd->be, "sectors", "%llu", dev->sectors);
		vbd_put(vbd->be, "state", "%d", vbd->state);
	}
	mutex_unlock(&vbd->lock);
}
EXPORT_SYMBOL_GPL(xhv_block_resized);

static bool front_end_gone(const struct vbd *vbd)
{
	switch (READ_ONCE(vbd->fe_state)) {
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

	mutex_lock(&vbds_lock);
	list_del(&vbd->entry);
	mutex_unlock(&vbds_lock);

	if (vbd->named) {
		mutex_lock(&vbd->lock);
		fail_rings(vbd);
		WRITE_ONCE(vbd->fe_state, fe_state(vbd));
		vbd_put(vbd->be, "online", "0");
		set_state(vbd, XenbusStateClosing);
		mutex_unlock(&vbd->lock);

		if (!wait_event_timeout(vbd->changed, front_end_gone(vbd),
					CLOSE_TIMEOUT))
			pr_warn("%s: the front end does not close\n",
				vbd->name);
		xhv_store_unwatch(&vbd->watch);
		cancel_work_sync(&vbd->follow);
		mutex_lock(&vbd->lock);
		disconnect(vbd);
		set_state(vbd, XenbusStateClosed);
		mutex_unlock(&vbd->lock);
		vbd_unpublish(vbd);
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
		/* It may be waiting for the host, which may take long. */
		if (!mutex_trylock(&vbd->lock)) {
			seq_printf(m, "vbd %s busy\n",
				   vbd->named ? vbd->name : "-");
			continue;
		}
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
