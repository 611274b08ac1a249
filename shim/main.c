// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen-hyperv: the Xen ABI for a stock kernel on a foreign hypervisor.
 *
 * Loading prepares: everything is allocated, every symbol found and checked,
 * and nothing in the kernel is changed, so the module may be unloaded again.
 * A transport module then calls xhv_activate(), which wakes the kernel's Xen
 * core; from there on the kernel keeps pointers into this module and it stays.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <xen/xen.h>

#include "../include/xhv/core.h"
#include "backend/backend.h"
#include "dispatch.h"
#include "evtchn.h"
#include "gnttab.h"
#include "store/server.h"
#include "upcall.h"
#include "vcpu.h"
#include "version.h"
#include "wake/kernels.h"
#include "wake/wake.h"

static bool off;
module_param(off, bool, 0400);
MODULE_PARM_DESC(off, "stay out of the way: native drivers keep all devices");

enum state { PREPARED, ACTIVE, FAILED };

static DEFINE_MUTEX(activate_lock);
static enum state state;	/* under activate_lock; read anywhere */
static int activate_err;	/* why state is FAILED */

static int activate(void)
{
	int err;

	if (off) {
		pr_info("not active: switched off by parameter\n");
		return -ENODEV;
	}
	err = xhv_store_start();
	if (err) {
		pr_warn("not active: no xenstore server (%d)\n", err);
		return err;
	}
	err = xhv_wake_commit();
	if (err) {
		xhv_store_stop();
		return err;
	}
	__module_get(THIS_MODULE);
	pr_info("Xen %s interfaces active on a %s kernel, feature set %u\n",
		xhv_version_string(), XHV_SERIES, xhv_version_feature_set());
	return 0;
}

int xhv_activate(void)
{
	int err;

	mutex_lock(&activate_lock);
	if (state == PREPARED) {
		activate_err = activate();
		WRITE_ONCE(state, activate_err ? FAILED : ACTIVE);
	}
	err = activate_err;
	mutex_unlock(&activate_lock);
	return err;
}
EXPORT_SYMBOL_GPL(xhv_activate);

bool xhv_is_active(void)
{
	return READ_ONCE(state) == ACTIVE;
}
EXPORT_SYMBOL_GPL(xhv_is_active);

static const char * const state_names[] = {
	[PREPARED] = "prepared", [ACTIVE] = "active", [FAILED] = "failed",
};

static int status_show(struct seq_file *m, void *v)
{
	struct xhv_upcall_stats st;
	int cpu;

	seq_printf(m, "state=%s error=%d xen=%s feature-set=%u series=%s\n",
		   state_names[READ_ONCE(state)], activate_err,
		   xhv_version_string(), xhv_version_feature_set(), XHV_SERIES);
	if (xhv_is_active())
		seq_puts(m, "unload=refused reason=\"the kernel's Xen core points into this module\"\n");
	else
		seq_puts(m, "unload=allowed\n");
	for_each_online_cpu(cpu) {
		xhv_upcall_get_stats(cpu, &st);
		seq_printf(m, "vcpu=%d upcalls-direct=%llu upcalls-local=%llu upcalls-remote=%llu\n",
			   cpu, st.direct, st.local, st.remote);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(status);

static int hypercalls_show(struct seq_file *m, void *v)
{
	xhv_dispatch_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(hypercalls);

static int ports_show(struct seq_file *m, void *v)
{
	xhv_evtchn_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ports);

static int grants_show(struct seq_file *m, void *v)
{
	xhv_gnttab_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(grants);

static int store_show(struct seq_file *m, void *v)
{
	xhv_store_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(store);

static int devices_show(struct seq_file *m, void *v)
{
	return xhv_backend_show(m);
}
DEFINE_SHOW_ATTRIBUTE(devices);

static struct dentry *debugfs;

/* Errors are not checked: debugfs is for looking (Documentation/filesystems/
 * debugfs.rst).
 */
static int show_init(void)
{
	debugfs = debugfs_create_dir("xen-hyperv", NULL);
	debugfs_create_file("status", 0400, debugfs, NULL, &status_fops);
	debugfs_create_file("hypercalls", 0400, debugfs, NULL,
			    &hypercalls_fops);
	debugfs_create_file("ports", 0400, debugfs, NULL, &ports_fops);
	debugfs_create_file("grants", 0400, debugfs, NULL, &grants_fops);
	debugfs_create_file("store", 0400, debugfs, NULL, &store_fops);
	debugfs_create_file("devices", 0400, debugfs, NULL, &devices_fops);
	return 0;
}

static void show_exit(void)
{
	debugfs_remove_recursive(debugfs);
}

/* From what the guest sees of a vCPU up to what serves its devices; each part
 * needs only those above it.
 */
static const struct {
	const char *name;
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ "upcall", xhv_upcall_init, xhv_upcall_exit },
	{ "vcpu", xhv_vcpu_init, xhv_vcpu_exit },
	{ "evtchn", xhv_evtchn_init, xhv_evtchn_exit },
	{ "gnttab", xhv_gnttab_init, xhv_gnttab_exit },
	{ "store", xhv_store_init, xhv_store_exit },
	{ "backend", xhv_backend_init, xhv_backend_exit },
	{ "debugfs", show_init, show_exit },
};

static void parts_exit(int n)
{
	while (--n >= 0)
		parts[n].exit();
}

static int __init xhv_init(void)
{
	int i, err;

	/* On real Xen this module has no business and nothing to say. */
	if (xen_domain())
		return -ENODEV;

	err = xhv_wake_prepare();
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].init();
		if (err) {
			pr_warn("not active: no %s (%d)\n", parts[i].name, err);
			parts_exit(i);
			return err;
		}
	}
	return 0;
}

/* Runs only while the Xen core sleeps: activation holds a reference. */
static void __exit xhv_exit(void)
{
	parts_exit(ARRAY_SIZE(parts));
}

module_init(xhv_init);
module_exit(xhv_exit);

MODULE_DESCRIPTION("Xen guest interfaces on Hyper-V");
MODULE_LICENSE("GPL");
