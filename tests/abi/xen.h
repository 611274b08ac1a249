/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xen's side of listing.c: the public headers of libxen-dev, and the names by
 * which the kernel knows what is in them.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Without it the headers speak the interface of 2005. */
#define __XEN_TOOLS__	1
#include <xen/xen.h>
#include <xen/arch-x86/xen-mca.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/io/blkif.h>
#include <xen/io/xenbus.h>
#include <xen/io/xs_wire.h>

#define XHV_SIDE(kernel, xen)	xen

/* xen/include/asm-x86/hypercall.h: not public, as no guest may make it. */
#define __HYPERVISOR_paging_domctl_cont	__HYPERVISOR_arch_1

/* public/event_channel.h, under __XEN__: not for guests, which may call it. */
#define EVTCHNOP_reset_cont		14

/* Renamed by Xen in 4.4 (public/memory.h). */
#define XENMEM_add_to_physmap_range	XENMEM_add_to_physmap_batch
#define xen_add_to_physmap_range	xen_add_to_physmap_batch

/* Arrays in Xen, structures around the array in the kernel. */
struct xen_extraversion { xen_extraversion_t array; };
struct xen_capabilities_info { xen_capabilities_info_t array; };
struct xen_changeset_info { xen_changeset_info_t array; };
typedef xen_domain_handle_t xhv_domain_handle_t;
