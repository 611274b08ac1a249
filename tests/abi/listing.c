// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers and layouts, one line each, from one of two sets of headers that
 * cannot share a translation unit: the kernel's copy of Xen's interface
 * (linux.h) and Xen's own public headers (xen.h). Both listings must be equal.
 *
 * Compiled to assembly and never run: EMIT() leaves its line there, as the
 * kernel's asm-offsets.c does. Lines:
 *
 *   hypercall NAME NR		from the table / from Xen
 *   const NAME VALUE
 *   size TYPE BYTES
 *   field TYPE.MEMBER OFFSET BYTES
 *
 * The table's rows give their commands and argument types; constants.h has
 * every constant that both sets define (layout.test makes it). Only members
 * must be named here; compare.py fails for a structure whose members do not
 * cover it.
 */
#ifdef __KERNEL__
#include "linux.h"
#else
#include "xen.h"
#endif
#include "xen-abi/hypercalls.h"

#define EMIT(text, val)							\
	asm volatile("\n.ascii \"->" text " %0\"" : : "i" ((long)(val)));
#define EMIT2(text, val1, val2)						\
	asm volatile("\n.ascii \"->" text " %0 %1\""			\
		     : : "i" ((long)(val1)), "i" ((long)(val2)));
#define CONST(name)	EMIT("const " #name, name)
#define SIZE(type)	EMIT("size " #type, sizeof(type))
#define FIELD(type, member)						\
	EMIT2("field " #type "." #member, offsetof(type, XHV_MEMBER(member)), \
	      sizeof(((type *)0)->XHV_MEMBER(member)))
/* Where the kernel calls a member by another name than Xen does. */
#define FIELD_AS(type, member, xen_type, xen_member)			\
	EMIT2("field " #type "." #member,				\
	      offsetof(XHV_SIDE(type, xen_type), XHV_SIDE(member, xen_member)), \
	      sizeof(((XHV_SIDE(type, xen_type) *)0)->XHV_SIDE(member, xen_member)))
#define XHV_MEMBER(member)	member

#define ROW_ARG(cmd, fn, type)	CONST(cmd) SIZE(type)
#define ROW(cmd, fn, unused)	CONST(cmd)
#define ROWS(list)		list(ROW_ARG, ROW_ARG, ROW_ARG, ROW, ROW, ROW)
#ifdef __KERNEL__
#define CALL(nr, name, ...)	EMIT("hypercall " #name, nr)
#else
#define CALL(nr, name, ...)	EMIT("hypercall " #name, __HYPERVISOR_##name)
#endif

void table(void);
void table(void)
{
	XHV_HYPERCALLS(CALL, CALL, CALL)
	ROWS(XHV_EVENT_CHANNEL_OP)
	ROWS(XHV_GRANT_TABLE_OP)
	ROWS(XHV_MEMORY_OP)
	ROWS(XHV_XEN_VERSION)
	ROWS(XHV_VCPU_OP)
	ROWS(XHV_SCHED_OP)
	ROWS(XHV_PHYSDEV_OP)
	ROWS(XHV_HVM_OP)
}

void constants(void);
void constants(void)
{
#include "constants.h"
	/* enum members, which no list of macros shows */
	CONST(XS_DIRECTORY) CONST(XS_READ) CONST(XS_GET_PERMS) CONST(XS_WATCH)
	CONST(XS_UNWATCH) CONST(XS_TRANSACTION_START) CONST(XS_TRANSACTION_END)
	CONST(XS_INTRODUCE) CONST(XS_RELEASE) CONST(XS_GET_DOMAIN_PATH)
	CONST(XS_WRITE) CONST(XS_MKDIR) CONST(XS_RM) CONST(XS_SET_PERMS)
	CONST(XS_WATCH_EVENT) CONST(XS_ERROR) CONST(XS_IS_DOMAIN_INTRODUCED)
	CONST(XS_RESUME) CONST(XS_SET_TARGET) CONST(XS_RESET_WATCHES)
	CONST(XS_CONTROL) CONST(XS_DIRECTORY_PART) CONST(XS_TYPE_COUNT)
	CONST(XS_INVALID) CONST(XS_WATCH_PATH) CONST(XS_WATCH_TOKEN)
	CONST(XenbusStateUnknown) CONST(XenbusStateInitialising)
	CONST(XenbusStateInitWait) CONST(XenbusStateInitialised)
	CONST(XenbusStateConnected) CONST(XenbusStateClosing)
	CONST(XenbusStateClosed) CONST(XenbusStateReconfiguring)
	CONST(XenbusStateReconfigured)
}

void arguments(void);
void arguments(void)
{
	FIELD(struct evtchn_bind_interdomain, remote_dom)
	FIELD(struct evtchn_bind_interdomain, remote_port)
	FIELD(struct evtchn_bind_interdomain, local_port)
	FIELD(struct evtchn_bind_virq, virq)
	FIELD(struct evtchn_bind_virq, vcpu)
	FIELD(struct evtchn_bind_virq, port)
	FIELD(struct evtchn_bind_pirq, pirq)
	FIELD(struct evtchn_bind_pirq, flags)
	FIELD(struct evtchn_bind_pirq, port)
	FIELD(struct evtchn_close, port)
	FIELD(struct evtchn_send, port)
	FIELD(struct evtchn_status, dom)
	FIELD(struct evtchn_status, port)
	FIELD(struct evtchn_status, status)
	FIELD(struct evtchn_status, vcpu)
	FIELD(struct evtchn_status, u.unbound.dom)
	FIELD(struct evtchn_status, u.interdomain.dom)
	FIELD(struct evtchn_status, u.interdomain.port)
	FIELD(struct evtchn_status, u.pirq)
	FIELD(struct evtchn_status, u.virq)
	FIELD(struct evtchn_alloc_unbound, dom)
	FIELD(struct evtchn_alloc_unbound, remote_dom)
	FIELD(struct evtchn_alloc_unbound, port)
	FIELD(struct evtchn_bind_ipi, vcpu)
	FIELD(struct evtchn_bind_ipi, port)
	FIELD(struct evtchn_bind_vcpu, port)
	FIELD(struct evtchn_bind_vcpu, vcpu)
	FIELD(struct evtchn_unmask, port)
	FIELD(struct evtchn_reset, dom)
	FIELD(struct evtchn_init_control, control_gfn)
	FIELD(struct evtchn_init_control, offset)
	FIELD(struct evtchn_init_control, vcpu)
	FIELD(struct evtchn_init_control, link_bits)
	FIELD(struct evtchn_init_control, _pad)
	FIELD(struct evtchn_expand_array, array_gfn)
	FIELD(struct evtchn_set_priority, port)
	FIELD(struct evtchn_set_priority, priority)
	FIELD(struct sched_remote_shutdown, domain_id)
	FIELD(struct sched_remote_shutdown, reason)
	FIELD(struct xen_machphys_mfn_list, max_extents)
	FIELD(struct xen_machphys_mfn_list, extent_start)
	FIELD(struct xen_machphys_mfn_list, nr_extents)
	FIELD(struct xen_memory_exchange, in)
	FIELD(struct xen_memory_exchange, out)
	FIELD(struct xen_memory_exchange, nr_exchanged)
	FIELD(struct xen_hvm_xentrace, event)
	FIELD(struct xen_hvm_xentrace, extra_bytes)
	FIELD(struct xen_hvm_xentrace, extra)

	SIZE(struct grant_entry_v1)
	FIELD(struct grant_entry_v1, flags)
	FIELD(struct grant_entry_v1, domid)
	FIELD(struct grant_entry_v1, frame)
	SIZE(struct gnttab_map_grant_ref)
	FIELD(struct gnttab_map_grant_ref, host_addr)
	FIELD(struct gnttab_map_grant_ref, flags)
	FIELD(struct gnttab_map_grant_ref, ref)
	FIELD(struct gnttab_map_grant_ref, dom)
	FIELD(struct gnttab_map_grant_ref, status)
	FIELD(struct gnttab_map_grant_ref, handle)
	FIELD(struct gnttab_map_grant_ref, dev_bus_addr)
	SIZE(struct gnttab_unmap_grant_ref)
	FIELD(struct gnttab_unmap_grant_ref, host_addr)
	FIELD(struct gnttab_unmap_grant_ref, dev_bus_addr)
	FIELD(struct gnttab_unmap_grant_ref, handle)
	FIELD(struct gnttab_unmap_grant_ref, status)
	SIZE(struct gnttab_setup_table)
	FIELD(struct gnttab_setup_table, dom)
	FIELD(struct gnttab_setup_table, nr_frames)
	FIELD(struct gnttab_setup_table, status)
	FIELD(struct gnttab_setup_table, frame_list)
	SIZE(struct gnttab_copy)
	FIELD(struct gnttab_copy, source.u.ref)
	FIELD(struct gnttab_copy, source.u.gmfn)
	FIELD(struct gnttab_copy, source.domid)
	FIELD(struct gnttab_copy, source.offset)
	FIELD(struct gnttab_copy, dest.u.ref)
	FIELD(struct gnttab_copy, dest.u.gmfn)
	FIELD(struct gnttab_copy, dest.domid)
	FIELD(struct gnttab_copy, dest.offset)
	FIELD(struct gnttab_copy, len)
	FIELD(struct gnttab_copy, flags)
	FIELD(struct gnttab_copy, status)
	SIZE(struct gnttab_query_size)
	FIELD(struct gnttab_query_size, dom)
	FIELD(struct gnttab_query_size, nr_frames)
	FIELD(struct gnttab_query_size, max_nr_frames)
	FIELD(struct gnttab_query_size, status)
	SIZE(struct gnttab_set_version)
	FIELD(struct gnttab_set_version, version)
	SIZE(struct gnttab_get_version)
	FIELD(struct gnttab_get_version, dom)
	FIELD(struct gnttab_get_version, pad)
	FIELD(struct gnttab_get_version, version)
	SIZE(struct gnttab_swap_grant_ref)
	FIELD(struct gnttab_swap_grant_ref, ref_a)
	FIELD(struct gnttab_swap_grant_ref, ref_b)
	FIELD(struct gnttab_swap_grant_ref, status)

	SIZE(struct xen_memory_reservation)
	FIELD(struct xen_memory_reservation, extent_start)
	FIELD(struct xen_memory_reservation, nr_extents)
	FIELD(struct xen_memory_reservation, extent_order)
	/* Xen made flags of it, of which address_bits are the low ones. */
	FIELD_AS(struct xen_memory_reservation, address_bits,
		 struct xen_memory_reservation, mem_flags)
	FIELD(struct xen_memory_reservation, domid)
	FIELD(struct xen_add_to_physmap, domid)
	FIELD(struct xen_add_to_physmap, size)
	FIELD(struct xen_add_to_physmap, space)
	FIELD(struct xen_add_to_physmap, idx)
	FIELD(struct xen_add_to_physmap, gpfn)
	SIZE(struct xen_add_to_physmap_range)
	FIELD(struct xen_add_to_physmap_range, domid)
	FIELD(struct xen_add_to_physmap_range, space)
	FIELD(struct xen_add_to_physmap_range, size)
	FIELD_AS(struct xen_add_to_physmap_range, foreign_domid,
		 struct xen_add_to_physmap_batch, u.foreign_domid)
	FIELD(struct xen_add_to_physmap_range, idxs)
	FIELD(struct xen_add_to_physmap_range, gpfns)
	FIELD(struct xen_add_to_physmap_range, errs)
	FIELD(struct xen_remove_from_physmap, domid)
	FIELD(struct xen_remove_from_physmap, gpfn)
	SIZE(struct xen_memory_map)
	FIELD(struct xen_memory_map, nr_entries)
	FIELD(struct xen_memory_map, buffer)

	/* In Xen these are arrays, in the kernel structures around them. */
	FIELD_AS(struct xen_extraversion, extraversion,
		 struct xen_extraversion, array)
	FIELD_AS(struct xen_capabilities_info, info,
		 struct xen_capabilities_info, array)
	FIELD_AS(struct xen_changeset_info, info,
		 struct xen_changeset_info, array)
	FIELD(struct xen_compile_info, compiler)
	FIELD(struct xen_compile_info, compile_by)
	FIELD(struct xen_compile_info, compile_domain)
	FIELD(struct xen_compile_info, compile_date)
	FIELD(struct xen_platform_parameters, virt_start)
	FIELD(struct xen_feature_info, submap_idx)
	FIELD(struct xen_feature_info, submap)

	FIELD(struct vcpu_runstate_info, state)
	FIELD(struct vcpu_runstate_info, state_entry_time)
	FIELD(struct vcpu_runstate_info, time)
	FIELD(struct vcpu_register_runstate_memory_area, addr.h)
	FIELD(struct vcpu_register_runstate_memory_area, addr.p)
	FIELD(struct vcpu_set_periodic_timer, period_ns)
	FIELD(struct vcpu_set_singleshot_timer, timeout_abs_ns)
	FIELD(struct vcpu_set_singleshot_timer, flags)
	FIELD(struct vcpu_register_vcpu_info, mfn)
	FIELD(struct vcpu_register_vcpu_info, offset)
	FIELD(struct vcpu_register_vcpu_info, rsvd)
	FIELD(struct vcpu_register_time_memory_area, addr.h)
	FIELD(struct vcpu_register_time_memory_area, addr.p)

	FIELD(struct sched_shutdown, reason)
	FIELD(struct sched_poll, ports)
	FIELD(struct sched_poll, nr_ports)
	FIELD(struct sched_poll, timeout)
	FIELD(struct sched_watchdog, id)
	FIELD(struct sched_watchdog, timeout)

	FIELD(struct xen_hvm_param, domid)
	FIELD(struct xen_hvm_param, index)
	FIELD(struct xen_hvm_param, value)
	FIELD(struct xen_hvm_pagetable_dying, domid)
	FIELD(struct xen_hvm_pagetable_dying, gpa)
	FIELD(struct xen_hvm_get_time, now)
	FIELD(struct xen_hvm_get_mem_type, domid)
	FIELD(struct xen_hvm_get_mem_type, mem_type)
	FIELD(struct xen_hvm_get_mem_type, pad)
	FIELD(struct xen_hvm_get_mem_type, pfn)
	FIELD(struct xen_hvm_evtchn_upcall_vector, vcpu)
	FIELD(struct xen_hvm_evtchn_upcall_vector, vector)

	SIZE(struct multicall_entry)
	FIELD(struct multicall_entry, op)
	FIELD(struct multicall_entry, result)
	FIELD(struct multicall_entry, args)
}

void shared_pages(void);
void shared_pages(void)
{
	SIZE(struct vcpu_info)
	FIELD(struct vcpu_info, evtchn_upcall_pending)
	FIELD(struct vcpu_info, evtchn_upcall_mask)
	FIELD(struct vcpu_info, evtchn_pending_sel)
	FIELD(struct vcpu_info, arch)
	FIELD(struct vcpu_info, arch.cr2)
	FIELD(struct vcpu_info, time)
	FIELD(struct vcpu_info, time.version)
	FIELD(struct vcpu_info, time.tsc_timestamp)
	FIELD(struct vcpu_info, time.system_time)
	FIELD(struct vcpu_info, time.tsc_to_system_mul)
	FIELD(struct vcpu_info, time.tsc_shift)
	FIELD(struct vcpu_info, time.flags)
	SIZE(struct shared_info)
	FIELD(struct shared_info, vcpu_info)
	FIELD(struct shared_info, evtchn_pending)
	FIELD(struct shared_info, evtchn_mask)
	FIELD_AS(struct shared_info, wc.version, struct shared_info, wc_version)
	FIELD_AS(struct shared_info, wc.sec, struct shared_info, wc_sec)
	FIELD_AS(struct shared_info, wc.nsec, struct shared_info, wc_nsec)
	FIELD(struct shared_info, wc_sec_hi)
	FIELD(struct shared_info, arch)
	FIELD(struct shared_info, arch.max_pfn)
	FIELD(struct shared_info, arch.nmi_reason)

	SIZE(struct xenstore_domain_interface)
	FIELD(struct xenstore_domain_interface, req)
	FIELD(struct xenstore_domain_interface, rsp)
	FIELD(struct xenstore_domain_interface, req_cons)
	FIELD(struct xenstore_domain_interface, req_prod)
	FIELD(struct xenstore_domain_interface, rsp_cons)
	FIELD(struct xenstore_domain_interface, rsp_prod)
	FIELD(struct xenstore_domain_interface, server_features)
	FIELD(struct xenstore_domain_interface, connection)
	FIELD(struct xenstore_domain_interface, error)
	SIZE(struct xsd_sockmsg)
	FIELD(struct xsd_sockmsg, type)
	FIELD(struct xsd_sockmsg, req_id)
	FIELD(struct xsd_sockmsg, tx_id)
	FIELD(struct xsd_sockmsg, len)
}

/* The kernel has one union of packed requests, Xen a structure for each. */
#define BLKIF_RW(member, xen_member)					\
	FIELD_AS(struct blkif_request, member, struct blkif_request, xen_member)
#define BLKIF_DISCARD(member)						\
	FIELD_AS(struct blkif_request, u.discard.member,		\
		 struct blkif_request_discard, member)
#define BLKIF_INDIRECT(member)						\
	FIELD_AS(struct blkif_request, u.indirect.member,		\
		 struct blkif_request_indirect, member)

void blkif(void);
void blkif(void)
{
	SIZE(struct blkif_request)
	BLKIF_RW(operation, operation)
	BLKIF_RW(u.rw.nr_segments, nr_segments)
	BLKIF_RW(u.rw.handle, handle)
	BLKIF_RW(u.rw.id, id)
	BLKIF_RW(u.rw.sector_number, sector_number)
	BLKIF_RW(u.rw.seg, seg)
	BLKIF_DISCARD(flag)
	BLKIF_DISCARD(id)
	BLKIF_DISCARD(sector_number)
	BLKIF_DISCARD(nr_sectors)
	BLKIF_INDIRECT(indirect_op)
	BLKIF_INDIRECT(nr_segments)
	BLKIF_INDIRECT(id)
	BLKIF_INDIRECT(sector_number)
	BLKIF_INDIRECT(handle)
	BLKIF_INDIRECT(indirect_grefs)
	SIZE(struct blkif_request_segment)
	FIELD(struct blkif_request_segment, gref)
	FIELD(struct blkif_request_segment, first_sect)
	FIELD(struct blkif_request_segment, last_sect)
	SIZE(struct blkif_response)
	FIELD(struct blkif_response, id)
	FIELD(struct blkif_response, operation)
	FIELD(struct blkif_response, status)
	SIZE(union blkif_sring_entry)
	FIELD(struct blkif_sring, req_prod)
	FIELD(struct blkif_sring, req_event)
	FIELD(struct blkif_sring, rsp_prod)
	FIELD(struct blkif_sring, rsp_event)
	FIELD(struct blkif_sring, ring[0])
}
