// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that is not suspended; see suspend.h.
 *
 * "suspend" in control/shutdown makes the kernel stop all of its devices and ask
 * SCHEDOP_shutdown, which says "cancelled". Stopping them is not without harm on the
 * way there: a virtio device that was set up before the Xen core woke frees its
 * rings as if it had been set up after it (drivers/virtio/virtio_ring.c,
 * vring_use_dma_api() asks xen_domain() each time). And the devices of VMBus
 * that have become Xen's cannot stop at all. So the answer is given before any is
 * stopped: a device of ours is not prepared for it.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/pm.h>

#include "suspend.h"

static int never_prepared(struct device *dev)
{
	return -EBUSY;
}

static const struct dev_pm_ops pm_ops = {
	.prepare = never_prepared,
};

static const struct device_type suspend_type = {
	.name = "xen-hyperv",
	.pm = &pm_ops,
};

/* It is static, and it stays. */
static void suspend_release(struct device *dev)
{
}

static struct device suspend_device = {
	.init_name = "xen-hyperv",
	.type = &suspend_type,
	.release = suspend_release,
};

int xhv_suspend_forbid(void)
{
	int err = device_register(&suspend_device);

	if (err)
		put_device(&suspend_device);
	return err;
}
