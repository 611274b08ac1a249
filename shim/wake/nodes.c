// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/xenbus and /proc/xen, whose initcalls found no Xen at boot
 * (drivers/xen/xenbus/xenbus_dev_frontend.c: xenbus_init(),
 * drivers/xen/xenbus/xenbus_probe.c: xenbus_init()).
 */
#include <linux/miscdevice.h>
#include <linux/proc_fs.h>
#include <xen/xenbus.h>

#include "wake.h"

static struct miscdevice xenbus_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "xen/xenbus",
	.fops = &xen_xenbus_fops,
};

static struct proc_dir_entry *proc_xen;

int xhv_nodes_add(void)
{
	int err = misc_register(&xenbus_dev);

	/* Where xenfs is mounted; without it everything else still works. */
	if (!err)
		proc_xen = proc_create_mount_point("xen");
	return err;
}

void xhv_nodes_del(void)
{
	if (proc_xen)
		remove_proc_entry("xen", NULL);
	misc_deregister(&xenbus_dev);
}
