// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waking, step by step: what the kernel's __init code would have done at boot
 * on Xen (drivers/xen/events/events_base.c: xen_init_IRQ(),
 * drivers/xen/xenbus/xenbus_probe.c: xenbus_init(), arch/x86/xen/
 * enlighten_hvm.c), in an order in which each step needs only those before it.
 *
 * Each step that can fail comes before what cannot be undone: making the grant
 * table (it fails clean, or the kernel keeps its memory), saying that this is
 * a Xen domain, and opening xenbus, which starts kernel threads and enumerates
 * devices. From there on the kernel keeps pointers into this module for good.
 */
#include <linux/cpuhotplug.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/static_call.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <xen/events.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/hvm.h>
#include <xen/interface/features.h>
#include <xen/interface/io/xs_wire.h>
#include <xen/interface/vcpu.h>
#include <xen/platform_pci.h>
#include <xen/xen-ops.h>
#include <xen/xen.h>
#include <xen/xenbus.h>
#include <asm/xen/hypervisor.h>
#include <asm/xen/hypercall.h>

#include "../../include/xhv/core.h"
#include "../evtchn.h"
#include "../gate.h"
#include "../gnttab.h"
#include "../hvm.h"
#include "../store/server.h"
#include "../upcall.h"
#include "../version.h"
#include "kernels.h"
#include "symbols.h"
#include "wake.h"

static int fail_step = -1;
module_param(fail_step, int, 0400);
MODULE_PARM_DESC(fail_step, "let this step of waking fail, for tests (-1: none)");

void xhv_wake_upcall(void)
{
	XHV_UPCALL();
}

/*
 * The call sites in the kernel and in modules are repatched. What was there
 * before is never put back: xen_hypercall_hvm() is a real VMCALL, which on
 * this host is somebody else's hypercall; a native domain makes no Xen
 * hypercalls, so returning 0 is as it was.
 */
static int hypercall_do(void)
{
	__static_call_update(KADDR(__SCK__xen_hypercall),
			     STATIC_CALL_TRAMP_ADDR(xen_hypercall), xhv_gate);
	return 0;
}

static void hypercall_undo(void)
{
	__static_call_update(KADDR(__SCK__xen_hypercall),
			     STATIC_CALL_TRAMP_ADDR(xen_hypercall),
			     __static_call_return0);
}

/*
 * The kernel's own notion of the features, which is not all that the guest is
 * told: with hvm_callback_vector and hvm_safe_pvclock the kernel would take
 * vector 0xf3 and the clock, and both are Hyper-V's here.
 */
#define FEATURES_KEPT_NATIVE	(BIT(XENFEAT_hvm_callback_vector) | \
				 BIT(XENFEAT_hvm_safe_pvclock))

static int features_do(void)
{
	struct xen_feature_info fi = { .submap_idx = 0 };
	unsigned int bit;
	int err;

	err = HYPERVISOR_xen_version(XENVER_get_features, &fi);
	if (err)
		return err;
	fi.submap &= ~FEATURES_KEPT_NATIVE;
	for (bit = 0; bit < 32; bit++)
		xen_features[bit] = !!(fi.submap & BIT(bit));
	return 0;
}

static void features_undo(void)
{
	memset(xen_features, 0, sizeof(xen_features));
}

/* xen_vcpu is NULL on every CPU of a native boot, and xen_vcpu_id is 0. The
 * upcalls that registering has kicked must be over before that.
 */
static void shared_info_undo(void)
{
	int cpu;

	xhv_upcall_drain();
	for_each_possible_cpu(cpu) {
		KVAR_CPU(struct vcpu_info *, xen_vcpu, cpu) = NULL;
		per_cpu(xen_vcpu_id, cpu) = 0;
	}
	KVAR(struct shared_info *, HYPERVISOR_shared_info) =
		KADDR(xen_dummy_shared_info);
}

struct vcpu_info_move {
	unsigned int cpu;
	int err;
};

/* On the vCPU itself, unless it is down: nobody else may (xen/common/domain.c,
 * map_vcpu_info()).
 */
static void vcpu_info_register(void *arg)
{
	struct vcpu_info_move *move = arg;
	struct vcpu_info *info = &KVAR_CPU(struct vcpu_info, xen_vcpu_info,
					   move->cpu);
	struct vcpu_register_vcpu_info reg = {
		.mfn = is_vmalloc_addr(info) ? vmalloc_to_pfn(info) :
					       virt_to_pfn(info),
		.offset = offset_in_page(info),
	};

	per_cpu(xen_vcpu_id, move->cpu) = move->cpu;
	KVAR_CPU(struct vcpu_info *, xen_vcpu, move->cpu) = info;
	move->err = HYPERVISOR_vcpu_op(VCPUOP_register_vcpu_info, move->cpu,
				       &reg);
}

/*
 * xen_vcpu_setup(): each vCPU's vcpu_info is moved out of shared_info, which
 * has room for 32, into the kernel's own. As on Xen that can be done once, so
 * nobody can take it away from the kernel later. Xen marks everything pending
 * when it moves, so an upcall follows; it finds every port masked.
 */
static int shared_info_do(void)
{
	struct vcpu_info_move move = {};

	KVAR(struct shared_info *, HYPERVISOR_shared_info) = xhv_shared_info();
	cpus_read_lock();
	for_each_possible_cpu(move.cpu) {
		if (smp_call_function_single(move.cpu, vcpu_info_register,
					     &move, true))
			vcpu_info_register(&move);
		if (move.err)
			break;
	}
	cpus_read_unlock();
	if (move.err)
		shared_info_undo();
	return move.err;
}

static int evtchn_do(void)
{
	/* xen_init_IRQ(): a row of the table is a page of ints. */
	size_t rows = XHV_EVTCHN_NR_PORTS / (PAGE_SIZE / sizeof(int));
	int **table = kcalloc(rows, sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	KVAR(void *, evtchn_ops) = KADDR(evtchn_ops_2l);
	KVAR(void *, pirq_needs_eoi) = KADDR(pirq_needs_eoi_flag);
	KVAR(int **, evtchn_to_irq) = table;
	return 0;
}

static void evtchn_undo(void)
{
	kfree(KVAR(int **, evtchn_to_irq));
	KVAR(int **, evtchn_to_irq) = NULL;
	KVAR(void *, pirq_needs_eoi) = NULL;
	KVAR(void *, evtchn_ops) = NULL;
}

static int cpu_prepare(unsigned int cpu)
{
	return xhv_call_evtchn_cpu_prepare(cpu);
}

static int cpu_dead(unsigned int cpu)
{
	return xhv_call_evtchn_cpu_dead(cpu);
}

/* At boot one CPU ran xen_cpu_init_eoi() and the others came up later; now
 * they are up already, and their late-EOI lists must be there before any event.
 */
static int cpuhp_do(void)
{
	int cpu, err;

	for_each_possible_cpu(cpu) {
		err = xhv_call_evtchn_cpu_prepare(cpu);
		if (err)
			return err;
	}
	return cpuhp_setup_state_nocalls(CPUHP_XEN_EVTCHN_PREPARE,
					 "xen/evtchn:prepare",
					 cpu_prepare, cpu_dead);
}

static void cpuhp_undo(void)
{
	cpuhp_remove_state_nocalls(CPUHP_XEN_EVTCHN_PREPARE);
}

/* What xen_unplug_emulated_devices() would note: front ends may have their
 * devices (xen_has_pv_devices()). No callback vector yet, so that xenbus waits
 * for xen_set_callback_via().
 */
static typeof(xen_have_vector_callback) had_vector_callback;
static int had_platform_pci_unplug;

static int platform_do(void)
{
	had_vector_callback = xen_have_vector_callback;
	xen_have_vector_callback = 0;
	had_platform_pci_unplug = KVAR(int, xen_platform_pci_unplug);
	KVAR(int, xen_platform_pci_unplug) = XEN_UNPLUG_ALL;
	return 0;
}

static void platform_undo(void)
{
	KVAR(int, xen_platform_pci_unplug) = had_platform_pci_unplug;
	xen_have_vector_callback = had_vector_callback;
}

/*
 * xen_domain_type is __ro_after_init: it is written through an alias of its
 * page. The alias is made while waking can still fail; writing cannot, and is
 * left to the end, so that no module takes the domain for Xen before it is.
 */
static void *domain_type_page;

static int domain_type_do(void)
{
	unsigned long addr = (unsigned long)&xen_domain_type;
	struct page *page = pfn_to_page(__pa_symbol(addr) >> PAGE_SHIFT);

	domain_type_page = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	return domain_type_page ? 0 : -ENOMEM;
}

static void domain_type_undo(void)
{
	vunmap(domain_type_page);
}

static void domain_type_flip(void)
{
	enum xen_domain_type *type = domain_type_page +
				     offset_in_page(&xen_domain_type);

	WRITE_ONCE(*type, XEN_HVM_DOMAIN);
	vunmap(domain_type_page);
}

/* xenbus_ring_ops_init() */
static int ring_ops_do(void)
{
	KVAR(void *, ring_ops) = KADDR(ring_ops_hvm);
	return 0;
}

static void ring_ops_undo(void)
{
	KVAR(void *, ring_ops) = NULL;
}

/* xenbus_init() */
static int store_do(void)
{
	struct xenstore_domain_interface *ring = xhv_store_ring();

	xhv_hvm_set(HVM_PARAM_STORE_PFN, virt_to_pfn(ring));
	xhv_hvm_set(HVM_PARAM_STORE_EVTCHN, xhv_store_port());
	xen_store_interface = ring;
	xen_store_evtchn = xhv_store_port();
	xen_store_domain_type = XS_HVM;
	return 0;
}

static void store_undo(void)
{
	xen_store_domain_type = XS_UNKNOWN;
	xen_store_evtchn = 0;
	xen_store_interface = NULL;
}

/* gnttab_init() takes the frames from here (gnttab_setup_auto_xlat_frames()
 * would ioremap() them, and they are RAM). It cleans up after itself if it
 * fails; after a success its memory is the kernel's.
 */
static int gnttab_do(void)
{
	struct grant_frames *frames = KADDR(xen_auto_xlat_grant_frames);
	int err;

	frames->vaddr = xhv_gnttab_frames(&frames->pfn);
	frames->count = XHV_GNTTAB_MAX_FRAMES;
	err = gnttab_init();
	if (err)
		memset(frames, 0, sizeof(*frames));
	return err;
}

/*
 * The door. Sets HVM_PARAM_CALLBACK_IRQ, and finding that xenbus has waited
 * for that, runs xenbus_probe(): xs_init(), then the notifier chain, on which
 * the front- and back-end buses have been since boot.
 *
 * xs_init() starts threads, xenbus_probe() ignores its errors, and without the
 * threads the chain would wait for ever: so this runs in a worker, where
 * kthread_run() cannot fail for a signal to whoever loads the module. What is
 * left is having no memory for a thread.
 */
static void xenbus_open(struct work_struct *work)
{
	xen_set_callback_via(1);
	/* Otherwise xen_support_evtchn_rebind() is false, and an interrupt
	 * cannot be moved to another CPU.
	 */
	xen_have_vector_callback = 1;
	/* shutdown_event() in drivers/xen/manage.c; twice would be a BUG
	 * (a duplicate watch), and this runs once.
	 */
	xen_setup_shutdown_event();
}

static DECLARE_WORK(xenbus_work, xenbus_open);

static const struct {
	const char *name;
	int (*do_it)(void);
	void (*undo)(void);
} steps[] = {
	{ "hypercall", hypercall_do, hypercall_undo },
	{ "features", features_do, features_undo },
	{ "event-channels", evtchn_do, evtchn_undo },
	{ "cpu-hotplug", cpuhp_do, cpuhp_undo },
	{ "shared-info", shared_info_do, shared_info_undo },
	{ "platform", platform_do, platform_undo },
	{ "ring-ops", ring_ops_do, ring_ops_undo },
	{ "store", store_do, store_undo },
	{ "domain-type", domain_type_do, domain_type_undo },
	{ "sysfs", xhv_sysfs_add, xhv_sysfs_del },
	{ "nodes", xhv_nodes_add, xhv_nodes_del },
	{ "grant-table", gnttab_do, NULL },
};

int xhv_wake_commit(const char **failed)
{
	int i, err = 0;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		err = i == fail_step ? -ENOMEM : steps[i].do_it();
		if (err)
			break;
	}
	if (!err) {
		domain_type_flip();
		queue_work(system_unbound_wq, &xenbus_work);
		flush_work(&xenbus_work);
		return 0;
	}

	*failed = steps[i].name;
	while (--i >= 0)
		steps[i].undo();
	return err;
}

/* Is this the state in which a native boot leaves the Xen core? */
static bool core_is_asleep(void)
{
	const struct grant_frames *frames = KADDR(xen_auto_xlat_grant_frames);

	return KVAR(void *, HYPERVISOR_shared_info) ==
			KADDR(xen_dummy_shared_info) &&
	       !KVAR(void *, evtchn_ops) && !KVAR(void *, evtchn_to_irq) &&
	       !KVAR(void *, ring_ops) && !KVAR(int, xenstored_ready) &&
	       !frames->count && !xen_store_interface;
}

int xhv_wake_prepare(void)
{
	int err;

	err = xhv_symbols_find();
	if (err)
		return err;
	if (!core_is_asleep())
		return xhv_refuse(-EBUSY, "the kernel's Xen core is not in the state of a native boot");
	return 0;
}
