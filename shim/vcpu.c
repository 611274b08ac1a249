// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu_op and vm_assist; see vcpu.h.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/smp.h>
#include <asm/apic.h>
#include <asm/irq_vectors.h>

#include "guest.h"
#include "memory.h"
#include "runstate.h"
#include "timer.h"
#include "upcall.h"
#include "vcpu.h"

/* arch_initialise_vcpu(): once only, and the kernel does it by INIT and SIPI.
 * A vCPU that has never run could only be started by the host.
 */
long xhv_vcpu_initialise(unsigned int vcpu, unsigned long gva)
{
	u64 context;

	if (xhv_copy_from_guest(&context, gva, sizeof(context)))
		return -EFAULT;
	return cpu_online(vcpu) ? -EEXIST : -EOPNOTSUPP;
}

/* Up already, or not initialised as far as Xen could know. */
long xhv_vcpu_up(unsigned int vcpu)
{
	return cpu_online(vcpu) ? 0 : -EINVAL;
}

/* The kernel takes its CPUs down by itself, and Linux calls this only as a PV
 * guest. To stop a CPU under the kernel's feet is no service.
 */
long xhv_vcpu_down(unsigned int vcpu)
{
	return cpu_online(vcpu) ? -EOPNOTSUPP : 0;
}

long xhv_vcpu_is_up(unsigned int vcpu)
{
	return cpu_online(vcpu);
}

long xhv_vcpu_get_runstate_info(unsigned int vcpu,
				struct vcpu_runstate_info *info)
{
	xhv_runstate_get(vcpu, info);
	return 0;
}

/* Xen does not mind an area that cannot be written. */
long xhv_vcpu_register_runstate_memory_area(unsigned int vcpu,
			struct vcpu_register_runstate_memory_area *a)
{
	xhv_runstate_register(vcpu, a->addr.p);
	return 0;
}

/* Once: what is in vcpu_info.time does not change afterwards. */
long xhv_vcpu_register_vcpu_time_memory_area(unsigned int vcpu,
			struct vcpu_register_time_memory_area *a)
{
	if (a->addr.p)
		xhv_copy_to_guest(a->addr.p, &xhv_vcpu_info(vcpu)->time,
				  sizeof(xhv_vcpu_info(vcpu)->time));
	return 0;
}

/* map_vcpu_info(), xen/common/domain.c, in the order of its checks. */
long xhv_vcpu_register_vcpu_info(unsigned int vcpu,
				 struct vcpu_register_vcpu_info *a)
{
	if (a->offset > PAGE_SIZE - sizeof(struct vcpu_info) ||
	    !IS_ALIGNED(a->offset, __alignof__(struct vcpu_info)))
		return -ENXIO;
	if (vcpu != raw_smp_processor_id() && cpu_online(vcpu))
		return -EINVAL;
	if (!xhv_memory_is_ram(a->mfn))
		return -EINVAL;
	return xhv_upcall_move_vcpu_info(vcpu, pfn_to_kaddr(a->mfn) +
					       a->offset);
}

/* A vCPU that is not up keeps its NMI on Xen until it is; this one loses it. */
long xhv_vcpu_send_nmi(unsigned int vcpu)
{
	if (cpu_online(vcpu))
		apic->send_IPI_mask(cpumask_of(vcpu), NMI_VECTOR);
	return 0;
}

/* do_vm_assist(), xen/common/domain.c; HVM_VM_ASSIST_MASK in
 * xen/arch/x86/include/asm/domain.h.
 */
long xhv_hypercall_vm_assist(unsigned int cmd, unsigned int type)
{
	if (type != VMASST_TYPE_runstate_update_flag)
		return -EINVAL;

	switch (cmd) {
	case VMASST_CMD_enable:
		xhv_runstate_flag_updates(true);
		return 0;
	case VMASST_CMD_disable:
		xhv_runstate_flag_updates(false);
		return 0;
	default:
		return -ENOSYS;
	}
}

int xhv_vcpu_init(void)
{
	int err = xhv_timer_init();

	if (err)
		return err;
	err = xhv_runstate_init();
	if (err)
		xhv_timer_exit();
	return err;
}

void xhv_vcpu_exit(void)
{
	xhv_runstate_exit();
	xhv_timer_exit();
}
