// SPDX-License-Identifier: GPL-2.0-only
/*
 * hvm_op; see hvm.h.
 */
#include <linux/errno.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <asm/invpcid.h>
#include <asm/special_insns.h>

#include "domid.h"
#include "hvm.h"
#include "memory.h"
#include "timer.h"
#include "upcall.h"
#include "vcpu.h"

static u64 params[XHV_HVM_NR_PARAMS];

/* Who may do what with a parameter: hvm_allow_set_param() and
 * hvm_allow_get_param(). Whatever is not named is the toolstack's alone.
 */
enum {
	MAY_GET = 1,
	MAY_SET = 2,
	REMOVED = 4,
};

static const u8 allowed[XHV_HVM_NR_PARAMS] = {
	[HVM_PARAM_CALLBACK_IRQ] = MAY_GET | MAY_SET,
	[HVM_PARAM_STORE_PFN] = MAY_GET,
	[HVM_PARAM_STORE_EVTCHN] = MAY_GET | MAY_SET,
	[HVM_PARAM_PAE_ENABLED] = REMOVED,
	[HVM_PARAM_DM_DOMAIN] = REMOVED,
	[HVM_PARAM_VM86_TSS] = MAY_GET | MAY_SET,
	[HVM_PARAM_CONSOLE_PFN] = MAY_GET,
	[HVM_PARAM_CONSOLE_EVTCHN] = MAY_GET | MAY_SET,
	[HVM_PARAM_ACPI_IOPORTS_LOCATION] = MAY_GET | MAY_SET,
	[HVM_PARAM_MEMORY_EVENT_CR0] = REMOVED,
	[HVM_PARAM_MEMORY_EVENT_CR3] = REMOVED,
	[HVM_PARAM_MEMORY_EVENT_CR4] = REMOVED,
	[HVM_PARAM_MEMORY_EVENT_INT3] = REMOVED,
	[HVM_PARAM_NESTEDHVM] = REMOVED,
	[HVM_PARAM_MEMORY_EVENT_SINGLE_STEP] = REMOVED,
	[HVM_PARAM_BUFIOREQ_EVTCHN] = REMOVED,
	[HVM_PARAM_MEMORY_EVENT_MSR] = REMOVED,
	[HVM_PARAM_VM_GENERATION_ID_ADDR] = MAY_GET | MAY_SET,
	[HVM_PARAM_ALTP2M] = MAY_GET,
	[HVM_PARAM_X87_FIP_WIDTH] = MAY_GET | MAY_SET,
	[HVM_PARAM_VM86_TSS_SIZED] = MAY_GET | MAY_SET,
};

static long check_param(const struct xen_hvm_param *a, unsigned int how)
{
	long rc;

	if (a->index >= XHV_HVM_NR_PARAMS)
		return -EINVAL;
	/* Which is no HVM domain, whoever asks. */
	if (a->domid == XHV_BACKEND_DOMID)
		return -EINVAL;
	rc = xhv_domid_check_target(a->domid);
	if (rc)
		return rc;
	if (allowed[a->index] & REMOVED)
		return -EINVAL;
	return allowed[a->index] & how ? 0 : -EPERM;
}

void xhv_hvm_set(unsigned int index, u64 value)
{
	if (!WARN_ON_ONCE(index >= XHV_HVM_NR_PARAMS))
		WRITE_ONCE(params[index], value);
}

/* hvm_set_param(). Both names of the VM86 TSS are one parameter: address below,
 * size above bit 32; the size by the old name is 128. Xen crashes a guest that
 * sets it wrongly.
 */
#define VM86_TSS_OLD_SIZE	(128ULL << 32)
#define VM86_TSS_MIN_SIZE	104	/* struct tss32 */
#define VM86_TSS_MAX_SIZE	(VM86_TSS_MIN_SIZE + 0x100 / 8 + \
				 0x10000 / 8 + 1)

long xhv_hvm_set_param(struct xen_hvm_param *a)
{
	unsigned int index = a->index;
	u64 value = a->value;
	long rc;

	rc = check_param(a, MAY_SET);
	if (rc)
		return rc;

	switch (index) {
	case HVM_PARAM_ACPI_IOPORTS_LOCATION:
		/* pmtimer_change_ioport(): a PVH guest has no PM timer. */
		return -ENODEV;
	case HVM_PARAM_X87_FIP_WIDTH:
		if (value && value != 4 && value != 8)
			return -EINVAL;
		break;
	case HVM_PARAM_VM86_TSS:
		if (value != (u32)value)
			return -EINVAL;
		if (value)
			value |= VM86_TSS_OLD_SIZE;
		index = HVM_PARAM_VM86_TSS_SIZED;
		break;
	case HVM_PARAM_VM86_TSS_SIZED:
		if (value >> 32 < VM86_TSS_MIN_SIZE)
			return -EINVAL;
		if (value >> 32 > VM86_TSS_MAX_SIZE)
			value = (u32)value | (u64)VM86_TSS_MAX_SIZE << 32;
		break;
	}
	/* CALLBACK_IRQ too is only kept: how an upcall comes is not for the
	 * guest to choose here (shim/upcall.c).
	 */
	xhv_hvm_set(index, value);
	return 0;
}

long xhv_hvm_get_param(struct xen_hvm_param *a)
{
	long rc = check_param(a, MAY_GET);

	if (rc)
		return rc;
	if (a->index == HVM_PARAM_VM86_TSS)
		a->value = (u32)READ_ONCE(params[HVM_PARAM_VM86_TSS_SIZED]);
	else
		a->value = READ_ONCE(params[a->index]);
	return 0;
}

static void flush_local(void *unused)
{
	if (boot_cpu_has(X86_FEATURE_INVPCID))
		invpcid_flush_all();
	else
		native_write_cr3(__native_read_cr3());
}

/* hvmop_flush_tlb_all(). Interrupts other CPUs and waits for them, so not with
 * IRQs off.
 */
long xhv_hvm_flush_tlbs(unsigned long gva)
{
	if (gva)
		return -EINVAL;
	if (irqs_disabled())
		return -EBUSY;
	on_each_cpu(flush_local, NULL, 1);
	return 0;
}

/* Of use with shadow page tables; -EINVAL tells the guest that it has none, and
 * Linux then never asks again.
 */
long xhv_hvm_pagetable_dying(struct xen_hvm_pagetable_dying *a)
{
	if (xhv_domid_is_self(a->domid))
		return -EINVAL;
	return a->domid == XHV_BACKEND_DOMID ? -EOPNOTSUPP : -ESRCH;
}

long xhv_hvm_get_time(struct xen_hvm_get_time *a)
{
	a->now = xhv_time_now();
	return 0;
}

long xhv_hvm_get_mem_type(struct xen_hvm_get_mem_type *a)
{
	long rc = xhv_domid_check_target(a->domid);

	if (rc)
		return rc;
	a->mem_type = xhv_memory_is_ram(a->pfn) ? HVMMEM_ram_rw :
						  HVMMEM_mmio_dm;
	return 0;
}

/* hvmop_set_evtchn_upcall_vector(): accepted, since what Linux wants of it is
 * that each vCPU gets its upcalls, and it does. Like Xen it looks at once for
 * an event that is pending.
 */
long xhv_hvm_set_evtchn_upcall_vector(struct xen_hvm_evtchn_upcall_vector *a)
{
	if (a->vector < 0x10)
		return -EINVAL;
	if (!xhv_vcpu_exists(a->vcpu))
		return -ENOENT;
	if (READ_ONCE(xhv_vcpu_info(a->vcpu)->evtchn_upcall_pending))
		xhv_upcall_kick(a->vcpu);
	return 0;
}

/* do_hvm_op(): a record for a trace buffer that nobody reads. */
long xhv_hvm_xentrace(struct xen_hvm_xentrace *a)
{
	return a->extra_bytes > sizeof(a->extra) ? -EINVAL : 0;
}

/* monitor_guest_request(): nobody listens. */
long xhv_hvm_request_vm_event(unsigned long gva)
{
	return gva ? -EINVAL : 0;
}
