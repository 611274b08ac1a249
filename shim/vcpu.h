/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vCPUs: what vcpu_op, set_timer_op and vm_assist answer.
 *
 * A vCPU is a possible CPU of the kernel, with the same number; it is up while
 * the kernel has that CPU online.
 */
#ifndef XHV_VCPU_H
#define XHV_VCPU_H

#include <linux/cpumask.h>
#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/interface/vcpu.h>

/* True if the guest has a vCPU of that number. Any context. */
static inline bool xhv_vcpu_exists(unsigned int vcpu)
{
	return vcpu < nr_cpu_ids && cpu_possible(vcpu);
}

/* Fills in every vCPU's time and sets up its timers: process context, after
 * xhv_upcall_init(). The end stops them.
 */
int xhv_vcpu_init(void);
void xhv_vcpu_exit(void);

/*
 * Handlers, see xen-abi/hypercalls.h. @vcpu exists (the dispatcher looks).
 * Answers as common_vcpu_op() in xen/common/domain.c and do_vcpu_op() in
 * xen/arch/x86/domain.c. Any context that may take a raw spinlock, but not
 * from inside a clock event device's own callbacks, which hold the lock that a
 * timer needs.
 */
long xhv_vcpu_initialise(unsigned int vcpu, unsigned long gva);
long xhv_vcpu_up(unsigned int vcpu);
long xhv_vcpu_down(unsigned int vcpu);
long xhv_vcpu_is_up(unsigned int vcpu);
long xhv_vcpu_get_runstate_info(unsigned int vcpu,
				struct vcpu_runstate_info *info);
long xhv_vcpu_register_runstate_memory_area(unsigned int vcpu,
			struct vcpu_register_runstate_memory_area *a);
long xhv_vcpu_register_vcpu_info(unsigned int vcpu,
				 struct vcpu_register_vcpu_info *a);
long xhv_vcpu_register_vcpu_time_memory_area(unsigned int vcpu,
			struct vcpu_register_time_memory_area *a);
long xhv_vcpu_send_nmi(unsigned int vcpu);
/* In timer.c. */
long xhv_vcpu_set_periodic_timer(unsigned int vcpu,
				 struct vcpu_set_periodic_timer *a);
long xhv_vcpu_stop_periodic_timer(unsigned int vcpu);
long xhv_vcpu_set_singleshot_timer(unsigned int vcpu,
				   struct vcpu_set_singleshot_timer *a);
long xhv_vcpu_stop_singleshot_timer(unsigned int vcpu);

/* The hypercalls of the same names; @timeout in ns of system time, 0 stops. */
long xhv_hypercall_set_timer_op(unsigned long timeout);
long xhv_hypercall_vm_assist(unsigned int cmd, unsigned int type);

#endif /* XHV_VCPU_H */
