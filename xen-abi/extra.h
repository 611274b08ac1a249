/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the Xen public headers define and the kernel's copy of them leaves
 * out, because Linux itself never asks. Checked against the public headers by
 * tests/abi/.
 */
#ifndef XHV_EXTRA_H
#define XHV_EXTRA_H

#include <linux/types.h>
#include <xen/interface/xen.h>

/* public/memory.h */
#define XENMEM_set_memory_map			13
#define XENMEM_maximum_gpfn			14
#define XENMEM_set_pod_target			16
#define XENMEM_get_pod_target			17
#define XENMEM_get_sharing_freed_pages		18
#define XENMEM_get_sharing_shared_pages		19
#define XENMEM_paging_op			20
#define XENMEM_access_op			21
#define XENMEM_sharing_op			22
#define XENMEM_claim_pages			24
#define XENMEM_machphys_compat_mfn_list		25
#define XENMEM_get_vnumainfo			26
#define XENMEM_reserved_device_memory_map	27

/* public/hvm/hvm_op.h */
#define HVMOP_flush_tlbs			5
#define HVMOP_get_time				10
#define HVMOP_xentrace				11
#define HVMOP_guest_request_vm_event		24
#define HVMOP_altp2m				25

struct xen_hvm_get_time {
	u64 now;	/* nanoseconds since boot, out */
};

/* public/xen.h: a UUID, all zero outside a toolstack's knowledge. */
typedef struct { u8 b[16]; } xhv_domain_handle_t;

#endif /* XHV_EXTRA_H */
