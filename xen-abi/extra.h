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

/* public/event_channel.h, for Xen itself: a reset that goes on. */
#define EVTCHNOP_reset_cont			14

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

/* public/hvm/params.h */
#define HVM_PARAM_ACPI_IOPORTS_LOCATION		19
#define HVM_PARAM_MEMORY_EVENT_CR0		20
#define HVM_PARAM_MEMORY_EVENT_CR3		21
#define HVM_PARAM_MEMORY_EVENT_CR4		22
#define HVM_PARAM_MEMORY_EVENT_INT3		23
#define HVM_PARAM_NESTEDHVM			24
#define HVM_PARAM_MEMORY_EVENT_SINGLE_STEP	25
#define HVM_PARAM_BUFIOREQ_EVTCHN		26
#define HVM_PARAM_MEMORY_EVENT_MSR		30
#define HVM_PARAM_VM_GENERATION_ID_ADDR		34
#define HVM_PARAM_ALTP2M			35
#define HVM_PARAM_X87_FIP_WIDTH			36
#define HVM_PARAM_VM86_TSS_SIZED		37
#define XHV_HVM_NR_PARAMS			39	/* HVM_NR_PARAMS */

struct xen_hvm_xentrace {
	u16 event, extra_bytes;
	u8 extra[28];
};

struct xen_hvm_get_time {
	u64 now;	/* nanoseconds since boot, out */
};

/* public/xen.h: a UUID, all zero outside a toolstack's knowledge. */
typedef struct { u8 b[16]; } xhv_domain_handle_t;

#endif /* XHV_EXTRA_H */
