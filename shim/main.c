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
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <xen/xen.h>
#include <asm/hypervisor.h>

#include "../include/xhv/core.h"
#include "backend/backend.h"
#include "backend/console.h"
#include "dispatch.h"
#include "evtchn.h"
#include "gnttab.h"
#include "store/server.h"
#include "suspend.h"
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
static int activate_err;	/* why state is FAILED; written before it */
static char reason[96];		/* the same in words */

__printf(2, 0)
static int refuse(int err, const char *fmt, va_list args)
{
	lockdep_assert_held(&activate_lock);
	if (state == PREPARED) {
		activate_err = err;
		vscnprintf(reason, sizeof(reason), fmt, args);
		/* pairs with status_show() */
		smp_store_release(&state, FAILED);
		pr_notice("not active: %s\n", reason);
	}
	return activate_err;
}

__printf(2, 3)
static int refuse_locked(int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err = refuse(err, fmt, args);
	va_end(args);
	return err;
}

int xhv_refuse(int err, const char *fmt, ...)
{
	va_list args;

	mutex_lock(&activate_lock);
	va_start(args, fmt);
	err = refuse(err, fmt, args);
	va_end(args);
	mutex_unlock(&activate_lock);
	return err;
}
EXPORT_SYMBOL_GPL(xhv_refuse);

int xhv_may_activate(void)
{
	int err;

	mutex_lock(&activate_lock);
	err = activate_err;
	mutex_unlock(&activate_lock);
	return err;
}
EXPORT_SYMBOL_GPL(xhv_may_activate);

static int activate(void)
{
	const char *step;
	int err;

	err = xhv_store_start();
	if (err)
		return refuse_locked(err, "no xenstore server (%d)", err);
	err = xhv_console_start();
	if (err) {
		xhv_store_stop();
		return refuse_locked(err, "no console (%d)", err);
	}
	err = xhv_wake_commit(&step);
	if (err) {
		xhv_console_stop();
		xhv_store_stop();
		return refuse_locked(err, "waking failed at %s (%d)", step,
				     err);
	}
	WRITE_ONCE(state, ACTIVE);
	__module_get(THIS_MODULE);
	pr_info("Xen %s interfaces active on a %s kernel, feature set %u\n",
		xhv_version_string(), XHV_SERIES, xhv_version_feature_set());
	err = xhv_suspend_forbid();
	if (err)
		pr_warn("a suspend of the guest is not prevented (%d)\n", err);
	err = xhv_wake_console(xhv_console_port());
	if (err)
		pr_notice("no hvc0: the kernel's driver does not take it (%d)\n",
			  err);
	else
		xhv_console_carry();
	return 0;
}

int xhv_activate(void)
{
	int err;

	mutex_lock(&activate_lock);
	err = state == PREPARED ? activate() : activate_err;
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
	enum state now = smp_load_acquire(&state); /* pairs with refuse() */
	struct xhv_upcall_stats st;
	int cpu;

	seq_printf(m, "state=%s error=%d xen=%s feature-set=%u series=%s\n",
		   state_names[now], now == FAILED ? activate_err : 0,
		   xhv_version_string(), xhv_version_feature_set(), XHV_SERIES);
	if (now == FAILED)
		seq_printf(m, "not-active reason=\"%s\"\n", reason);
	if (now == ACTIVE)
		seq_puts(m, "unload=refused reason=\"the kernel's Xen core points into this module\"\n");
	else
		seq_puts(m, "unload=allowed\n");
	if (now != ACTIVE)
		return 0;
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

/* What shows the parts; there while they are. Errors are not checked: debugfs
 * is for looking (Documentation/filesystems/debugfs.rst).
 */
static void show_parts(void)
{
	debugfs_create_file("hypercalls", 0400, debugfs, NULL,
			    &hypercalls_fops);
	debugfs_create_file("ports", 0400, debugfs, NULL, &ports_fops);
	debugfs_create_file("grants", 0400, debugfs, NULL, &grants_fops);
	debugfs_create_file("store", 0400, debugfs, NULL, &store_fops);
	debugfs_create_file("devices", 0400, debugfs, NULL, &devices_fops);
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
	{ "console", xhv_console_init, xhv_console_exit },
	{ "backend", xhv_backend_init, xhv_backend_exit },
};

static int parts_up;

static void parts_exit(void)
{
	while (--parts_up >= 0)
		parts[parts_up].exit();
	parts_up = 0;
}

static void __init prepare(void)
{
	int err;

	if (off) {
		xhv_refuse(-ENODEV, "switched off by xen_hyperv.off");
		return;
	}
	if (xhv_wake_prepare())
		return;
	for (; parts_up < ARRAY_SIZE(parts); parts_up++) {
		err = parts[parts_up].init();
		if (err) {
			xhv_refuse(err, "no %s (%d)", parts[parts_up].name,
				   err);
			parts_exit();
			return;
		}
	}
	show_parts();
}

/*
 * Loading succeeds even when waking is refused: the reason is then said once,
 * and not each time that udev tries the transports, which need this module.
 */
static int __init xhv_init(void)
{
	/* On real Xen this module has no business and nothing to say. With the
	 * kernel's "nopv" it is an HVM guest that is no xen_domain(), found by
	 * its CPUID signature all the same (arch/x86/xen/enlighten_hvm.c).
	 */
	if (xen_domain() || hypervisor_is_type(X86_HYPER_XEN_HVM)) {
		pr_debug("this is Xen\n");
		return -ENODEV;
	}

	debugfs = debugfs_create_dir("xen-hyperv", NULL);
	debugfs_create_file("status", 0400, debugfs, NULL, &status_fops);
	prepare();
	return 0;
}

/* Runs only while the Xen core sleeps: activation holds a reference. */
static void __exit xhv_exit(void)
{
	debugfs_remove_recursive(debugfs);
	parts_exit();
}

module_init(xhv_init);
module_exit(xhv_exit);

MODULE_DESCRIPTION("Xen guest interfaces on Hyper-V");
MODULE_LICENSE("GPL");
