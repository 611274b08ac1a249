// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lifecycle of a virtual block device over the states of front and back end.
 *
 * The sequence is that of xen-blkback (drivers/block/xen-blkback/xenbus.c), but
 * for the end: the stock front end says Closed at once, while requests are on
 * their way and others wait in queues that it has stopped (blkfront_closing() in
 * drivers/block/xen-blkfront.c). Whoever takes away the rings then leaves these
 * without an answer, and the front end's removal waits for them for ever. So the
 * rings of a front end that is closed are served without the disk until it lets
 * go of them: it closes its ports, or its device is gone.
 *
 * Locks: vbd->lock (lifecycle) before the rings' own.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/interface/io/protocols.h>

#include "../../include/xhv/core.h"
#include "backend.h"
#include "vbd.h"

/* How long a disk that goes away waits for its front end to close. */
#define CLOSE_TIMEOUT	(5 * HZ)
/* How often a front end that is closed is looked at, in ms. */
#define LINGER_MS	50
#define LINGER_MAX_MS	8000
/* How often the log is told of a disk's errors: the first at once, what follows
 * with the next.
 */
#define REPORT_INTERVAL	HZ

static enum xenbus_state fe_state(const struct vbd *vbd)
{
	u32 state;

	if (backend_get_u32(vbd->fe, "state", &state))
		return XenbusStateUnknown;
	return state;
}

static void set_state(struct vbd *vbd, enum xenbus_state state)
{
	if (vbd->state == state)
		return;
	vbd->state = state;
	backend_put(vbd->be, "state", "%d", state);
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
	backend_put(dir, "error", "%d %s", err, what);
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

static const char *error_text(int error)
{
	switch (error) {
	case -ENODATA:
		return "medium error";
	case -ENOSPC:
		return "no space left on the host";
	case -ENOMEDIUM:
		return "no medium";
	case -EROFS:
		return "write protected";
	case -EBUSY:
		return "busy for too long";
	case -ECANCELED:
		return "given up by the host";
	case -EOPNOTSUPP:
		return "unknown to the host";
	case -ENODEV:
		return "no such disk any more";
	default:
		return "I/O error";
	}
}

static const char *operation_text(u8 operation)
{
	switch (operation) {
	case BLKIF_OP_READ:
		return "read";
	case BLKIF_OP_FLUSH_DISKCACHE:
		return "flush";
	case BLKIF_OP_DISCARD:
		return "discard";
	default:
		return "write";
	}
}

void vbd_failed(struct vbd *vbd, const struct vbd_request *rq, int error)
{
	unsigned long flags, now, delay = 0;

	raw_spin_lock_irqsave(&vbd->failed_lock, flags);
	if (!vbd->failed.count++) {
		vbd->failed.operation = rq->operation;
		vbd->failed.sector = rq->sector;
		vbd->failed.nr_sectors = rq->nr_sectors;
		vbd->failed.error = error;
	}
	now = jiffies;
	if (time_before(now, vbd->report_after))
		delay = vbd->report_after - now;
	raw_spin_unlock_irqrestore(&vbd->failed_lock, flags);
	schedule_delayed_work(&vbd->report, delay);
}

static void report_work(struct work_struct *work)
{
	struct vbd *vbd = container_of(to_delayed_work(work), struct vbd,
				       report);
	struct vbd_failure f;

	raw_spin_lock_irq(&vbd->failed_lock);
	f = vbd->failed;
	vbd->failed.count = 0;
	vbd->report_after = jiffies + REPORT_INTERVAL;
	raw_spin_unlock_irq(&vbd->failed_lock);
	if (!f.count)
		return;
	pr_warn("%s: %s of %llu sectors at %llu: %s (%d)\n", vbd->name,
		operation_text(f.operation), f.nr_sectors, f.sector,
		error_text(f.error), f.error);
	if (f.count > 1)
		pr_warn("%s: and %u more errors\n", vbd->name, f.count - 1);
}

static void fault_work(struct work_struct *work)
{
	struct vbd *vbd = container_of(work, struct vbd, fault);
	const char *why;

	mutex_lock(&vbd->lock);
	/* NULL if that connection is over: see hang_up(). */
	why = READ_ONCE(vbd->fault_why);
	if (why && !vbd->gone) {
		fail_rings(vbd);
		fatal(vbd, -EIO, why);
	}
	mutex_unlock(&vbd->lock);
}

/* Idempotent. On return nothing of the transport's is in use. */
static void hang_up(struct vbd *vbd)
{
	unsigned int i;

	if (!vbd->rings || vbd->hung_up)
		return;
	for (i = 0; i < vbd->nr_rings; i++)
		vbd_ring_hang_up(&vbd->rings[i]);
	vbd->hung_up = true;
	/* The rings are failing: none is left to find a fault, and what one has
	 * found says nothing of the next connection.
	 */
	WRITE_ONCE(vbd->fault_why, NULL);
	module_put(vbd->dev->ops->owner);
}

/* Idempotent, after hang_up(). On return nothing of the front end's is in use. */
static void release(struct vbd *vbd)
{
	unsigned int i;

	if (!vbd->rings)
		return;
	for (i = 0; i < vbd->nr_rings; i++) {
		vbd_ring_release(&vbd->rings[i]);
		vbd_stats_add(&vbd->total, &vbd->rings[i].st);
	}
	kvfree(vbd->rings);
	vbd->rings = NULL;
	vbd->nr_rings = 0;
	vbd->hung_up = false;
}

void vbd_state_kick(struct vbd *vbd)
{
	unsigned int i;

	for (i = 0; i < vbd->nr_rings; i++)
		vbd_ring_kick(&vbd->rings[i]);
}

/* A front end that has closed its ports has freed its rings (blkif_free_ring()
 * in drivers/block/xen-blkfront.c).
 */
static bool let_go(const struct vbd *vbd)
{
	unsigned int i;

	for (i = 0; i < vbd->nr_rings; i++)
		if (READ_ONCE(vbd->rings[i].ec.port))
			return false;
	return true;
}

/* The front end is closed: without the disk, until it lets go of the rings. */
static void linger(struct vbd *vbd)
{
	hang_up(vbd);
	if (let_go(vbd)) {
		release(vbd);
		return;
	}
	vbd->linger_ms = LINGER_MS;
	mod_delayed_work(system_unbound_wq, &vbd->linger,
			 msecs_to_jiffies(vbd->linger_ms));
}

static void linger_work(struct work_struct *work)
{
	struct vbd *vbd = container_of(to_delayed_work(work), struct vbd,
				       linger);

	mutex_lock(&vbd->lock);
	if (!vbd->hung_up || vbd->gone) {
		/* It is connected anew, or somebody else looks after it. */
	} else if (let_go(vbd)) {
		release(vbd);
	} else {
		vbd_state_kick(vbd);
		vbd->linger_ms = min(2 * vbd->linger_ms,
				     (unsigned int)LINGER_MAX_MS);
		queue_delayed_work(system_unbound_wq, &vbd->linger,
				   msecs_to_jiffies(vbd->linger_ms));
	}
	mutex_unlock(&vbd->lock);
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

	err = backend_get_u32(dir, "event-channel", &port);
	if (err)
		return err;
	for (n = 0; n < vbd->ring_pages; n++) {
		if (multi_page)
			snprintf(node, sizeof(node), "ring-ref%u", n);
		else
			strscpy(node, "ring-ref", sizeof(node));
		err = backend_get_u32(dir, node, &grefs[n]);
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
	if (!backend_get_u32(vbd->fe, "multi-queue-num-queues", &val))
		*queues = val;
	if (!*queues || *queues > vbd->max_rings)
		return "bad number of queues";

	*multi_page = !backend_get_u32(vbd->fe, "ring-page-order", &order);
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

/* Requests of CPU n come by queue n (blk_mq_map_queues()), so that is where their
 * answers are wanted. Left alone Linux binds each event channel to the CPU that
 * has the fewest (select_target_cpu() in drivers/xen/events): in a small guest
 * the same one for all queues. It is no more than a beginning, which an
 * administrator or irqbalance may change.
 */
static void spread(const struct vbd *vbd)
{
	unsigned int i;
	int irq;

	if (vbd->nr_rings == 1)
		return;
	for (i = 0; i < vbd->nr_rings && i < nr_cpu_ids; i++) {
		irq = irq_from_evtchn(vbd->rings[i].ec.port);
		if (irq > 0 && cpu_online(i))
			irq_set_affinity(irq, cpumask_of(i));
	}
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
	spread(vbd);
	for (i = 0; i < vbd->nr_rings; i++)
		vbd_ring_start(&vbd->rings[i]);
	set_state(vbd, XenbusStateConnected);
}

void vbd_state_repeat(struct vbd *vbd)
{
	backend_put(vbd->be, "state", "%d", vbd->state);
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
		/* It has new rings. */
		release(vbd);
		connect(vbd);
		break;
	case XenbusStateClosing:
		set_state(vbd, XenbusStateClosing);
		break;
	case XenbusStateClosed:
	case XenbusStateUnknown:
		linger(vbd);
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

void vbd_state_init(struct vbd *vbd)
{
	mutex_init(&vbd->lock);
	raw_spin_lock_init(&vbd->failed_lock);
	init_waitqueue_head(&vbd->changed);
	INIT_WORK(&vbd->fault, fault_work);
	INIT_DELAYED_WORK(&vbd->report, report_work);
	vbd->report_after = jiffies;
	INIT_WORK(&vbd->follow, follow_work);
	INIT_DELAYED_WORK(&vbd->linger, linger_work);
}

int vbd_state_start(struct vbd *vbd)
{
	snprintf(vbd->watch_path, sizeof(vbd->watch_path), "%s/state",
		 vbd->fe);
	vbd->watch.path = vbd->watch_path;
	vbd->watch.fire = fire;
	return xhv_store_watch(&vbd->watch);
}

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

/* As libxl__initiate_device_generic_remove() and what it waits for. */
void vbd_state_stop(struct vbd *vbd)
{
	mutex_lock(&vbd->lock);
	fail_rings(vbd);
	WRITE_ONCE(vbd->fe_state, fe_state(vbd));
	backend_put(vbd->be, "online", "0");
	set_state(vbd, XenbusStateClosing);
	mutex_unlock(&vbd->lock);

	if (!wait_event_timeout(vbd->changed, front_end_gone(vbd),
				CLOSE_TIMEOUT))
		pr_warn_ratelimited("%s: the front end does not close\n",
				    vbd->name);
	xhv_store_unwatch(&vbd->watch);
	cancel_work_sync(&vbd->follow);
	mutex_lock(&vbd->lock);
	hang_up(vbd);
	set_state(vbd, XenbusStateClosed);
	vbd->gone = true;
	mutex_unlock(&vbd->lock);
	cancel_delayed_work_sync(&vbd->linger);
}

void vbd_state_end(struct vbd *vbd)
{
	release(vbd);
	cancel_work_sync(&vbd->fault);
	cancel_delayed_work_sync(&vbd->report);
}
