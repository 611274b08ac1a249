/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vCPUs: what vcpu_op, set_timer_op and vm_assist answer.
 *
 * A vCPU is a possible CPU of the kernel, with the same number.
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

#endif /* XHV_VCPU_H */
