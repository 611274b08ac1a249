/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hvm_op: parameters of the guest and odds and ends of a virtual machine.
 */
#ifndef XHV_HVM_H
#define XHV_HVM_H

#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/interface/hvm/hvm_op.h>
#include <xen/interface/hvm/params.h>
#include "../xen-abi/extra.h"

/**
 * xhv_hvm_set() - give a parameter its value, as a toolstack does
 * @index: HVM_PARAM_*, below XHV_HVM_NR_PARAMS
 * @value: the value
 *
 * Any context, before the guest may read it.
 */
void xhv_hvm_set(unsigned int index, u64 value);

/*
 * Handlers, see xen-abi/hypercalls.h; answers as do_hvm_op() in
 * xen/arch/x86/hvm/hvm.c. Any context; xhv_hvm_flush_tlbs() says -EBUSY to
 * callers with IRQs off.
 */
long xhv_hvm_set_param(struct xen_hvm_param *a);
long xhv_hvm_get_param(struct xen_hvm_param *a);
long xhv_hvm_flush_tlbs(unsigned long gva);
long xhv_hvm_xentrace(struct xen_hvm_xentrace *a);
long xhv_hvm_request_vm_event(unsigned long gva);
long xhv_hvm_pagetable_dying(struct xen_hvm_pagetable_dying *a);
long xhv_hvm_get_time(struct xen_hvm_get_time *a);
long xhv_hvm_get_mem_type(struct xen_hvm_get_mem_type *a);
long xhv_hvm_set_evtchn_upcall_vector(struct xen_hvm_evtchn_upcall_vector *a);

#endif /* XHV_HVM_H */
