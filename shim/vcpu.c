// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu_op and vm_assist; see vcpu.h.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel_stat.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/smp.h>
#include <asm/apic.h>

#include "guest.h"
#include "memory.h"
#include "timer.h"
#include "upcall.h"
#include "vcpu.h"

static unsigned long vm_assists;

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

/*
 * Where the vCPU's time has gone since boot, as the kernel itself accounts for
 * it: idle time is what Xen calls blocked, stolen time runnable. The times are
 * complete up to state_entry_time, which is now.
 */
long xhv_vcpu_get_runstate_info(unsigned int vcpu,
				struct vcpu_runstate_info *info)
{
	const u64 *stat = kcpustat_cpu(vcpu).cpustat;
	u64 now = xhv_time_now();
	u64 blocked = READ_ONCE(stat[CPUTIME_IDLE]) +
		      READ_ONCE(stat[CPUTIME_IOWAIT]);
	u64 runnable = READ_ONCE(stat[CPUTIME_STEAL]);
	u64 rest;

	/* Ticks may run ahead of the clock. */
	blocked = min(blocked, now);
	runnable = min(runnable, now - blocked);
	rest = now - blocked - runnable;

	info->state_entry_time = now;
	info->time[RUNSTATE_blocked] = blocked;
	info->time[RUNSTATE_runnable] = runnable;
	if (cpu_online(vcpu)) {
		info->state = RUNSTATE_running;
		info->time[RUNSTATE_running] = rest;
		info->time[RUNSTATE_offline] = 0;
	} else {
		info->state = RUNSTATE_offline;
		info->time[RUNSTATE_running] = 0;
		info->time[RUNSTATE_offline] = rest;
	}
	return 0;
}

/* Xen writes the area at once and then whenever it schedules the vCPU, which
 * nobody tells us. It does not mind an area that cannot be written.
 */
long xhv_vcpu_register_runstate_memory_area(unsigned int vcpu,
			struct vcpu_register_runstate_memory_area *a)
{
	struct vcpu_runstate_info info = {};

	xhv_vcpu_get_runstate_info(vcpu, &info);
	if (a->addr.p)
		xhv_copy_to_guest(a->addr.p, &info, sizeof(info));
	return 0;
}

/* Likewise; what is in vcpu_info.time does not change afterwards. */
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
 * xen/arch/x86/include/asm/domain.h. Run states are written at once and whole,
 * so there is no update to flag; the request is on record.
 */
long xhv_hypercall_vm_assist(unsigned int cmd, unsigned int type)
{
	if (type != VMASST_TYPE_runstate_update_flag)
		return -EINVAL;

	switch (cmd) {
	case VMASST_CMD_enable:
		set_bit(type, &vm_assists);
		return 0;
	case VMASST_CMD_disable:
		clear_bit(type, &vm_assists);
		return 0;
	default:
		return -ENOSYS;
	}
}

int xhv_vcpu_init(void)
{
	vm_assists = 0;
	return xhv_timer_init();
}

void xhv_vcpu_exit(void)
{
	xhv_timer_exit();
}
