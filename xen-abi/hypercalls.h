/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of every hypercall and sub-operation: number, name, argument,
 * and whether a PVH/HVM domU of Xen 4.17 may call it. The dispatcher, the
 * statistics, the tests and the documentation are all made from it.
 *
 * Sources: xen/include/public/{xen,event_channel,grant_table,memory,version,
 * sched,vcpu,physdev,hvm/hvm_op}.h for numbers and arguments;
 * xen/arch/x86/hvm/hypercall.c and xen/include/hypercall-defs.c for what an
 * HVM guest reaches; xen/include/xsm/dummy.h for what a domU is refused.
 *
 * Three kinds of "no" that must not be mixed up:
 *   unknown          not in the table: -ENOSYS
 *   known, refused   in the table with NO(): the errno that Xen gives a domU
 *   bad argument     a handler's own errno
 *
 * How an argument travels (the second level of the table):
 *   IN      structure copied in, handler called
 *   INOUT   copied in, handler called, copied back if the handler returned 0
 *   OUT     handler fills a zeroed structure, copied back if it returned >= 0
 *   NONE    no argument is read
 *   RAW     the handler gets the guest's address and reads it by itself
 *   NO      refused with the errno in the last column
 * Each row: (command, handler or 0, argument type or errno).
 */
#ifndef XHV_HYPERCALLS_H
#define XHV_HYPERCALLS_H

/*
 * H(number, name, how, last)
 *   OPS(list)  has sub-operations
 *   FN         one handler xhv_hypercall_<name>(a1 .. a5)
 *   NO         refused with errno last
 * Numbers that are missing have never been given to an x86 guest.
 */
#define XHV_HYPERCALLS(FN, OPS, NO)					\
	NO(0, set_trap_table, ENOSYS)					\
	NO(1, mmu_update, ENOSYS)					\
	NO(2, set_gdt, ENOSYS)						\
	NO(3, stack_switch, ENOSYS)					\
	NO(4, set_callbacks, ENOSYS)					\
	NO(5, fpu_taskswitch, ENOSYS)					\
	NO(6, sched_op_compat, ENOSYS)					\
	FN(7, platform_op)						\
	NO(8, set_debugreg, ENOSYS)					\
	NO(9, get_debugreg, ENOSYS)					\
	NO(10, update_descriptor, ENOSYS)				\
	OPS(12, memory_op)						\
	FN(13, multicall)						\
	NO(14, update_va_mapping, ENOSYS)				\
	FN(15, set_timer_op)						\
	NO(16, event_channel_op_compat, ENOSYS)				\
	OPS(17, xen_version)						\
	NO(18, console_io, EPERM)					\
	NO(19, physdev_op_compat, ENOSYS)				\
	OPS(20, grant_table_op)						\
	FN(21, vm_assist)						\
	NO(22, update_va_mapping_otherdomain, ENOSYS)			\
	NO(23, iret, ENOSYS)						\
	OPS(24, vcpu_op)						\
	NO(25, set_segment_base, ENOSYS)				\
	NO(26, mmuext_op, EINVAL)					\
	NO(27, xsm_op, ENOSYS)						\
	NO(28, nmi_op, ENOSYS)						\
	OPS(29, sched_op)						\
	NO(30, callback_op, ENOSYS)					\
	NO(31, xenoprof_op, ENOSYS)					\
	OPS(32, event_channel_op)					\
	OPS(33, physdev_op)						\
	OPS(34, hvm_op)							\
	FN(35, sysctl)							\
	FN(36, domctl)							\
	NO(37, kexec_op, ENOSYS)					\
	NO(38, tmem_op, ENOSYS)						\
	NO(39, argo_op, ENOSYS)						\
	NO(40, xenpmu_op, EOPNOTSUPP)					\
	FN(41, dm_op)							\
	NO(42, hypfs_op, EPERM)						\
	NO(48, mca, ENOSYS)						\
	FN(49, paging_domctl_cont)

/* Hypercall numbers are below this (public/xen.h: __HYPERVISOR_arch_7). */
#define XHV_NR_HYPERCALLS	56

/* xen/common/event_channel.c. FIFO: init_control is answered as by a host
 * without it, which is how Linux learns to stay with the 2-level ABI; the others
 * as to a guest that has not begun with FIFO.
 */
#define XHV_EVENT_CHANNEL_OP(IN, INOUT, OUT, NONE, RAW, NO)		\
	INOUT(EVTCHNOP_bind_interdomain, xhv_evtchn_bind_interdomain,	\
	      struct evtchn_bind_interdomain)				\
	INOUT(EVTCHNOP_bind_virq, xhv_evtchn_bind_virq,			\
	      struct evtchn_bind_virq)					\
	INOUT(EVTCHNOP_bind_pirq, xhv_evtchn_bind_pirq,			\
	      struct evtchn_bind_pirq)					\
	IN(EVTCHNOP_close, xhv_evtchn_close, struct evtchn_close)	\
	IN(EVTCHNOP_send, xhv_evtchn_notify, struct evtchn_send)	\
	INOUT(EVTCHNOP_status, xhv_evtchn_status, struct evtchn_status)	\
	INOUT(EVTCHNOP_alloc_unbound, xhv_evtchn_alloc_unbound,		\
	      struct evtchn_alloc_unbound)				\
	INOUT(EVTCHNOP_bind_ipi, xhv_evtchn_bind_ipi,			\
	      struct evtchn_bind_ipi)					\
	IN(EVTCHNOP_bind_vcpu, xhv_evtchn_bind_vcpu,			\
	   struct evtchn_bind_vcpu)					\
	IN(EVTCHNOP_unmask, xhv_evtchn_unmask, struct evtchn_unmask)	\
	IN(EVTCHNOP_reset, xhv_evtchn_reset, struct evtchn_reset)	\
	IN(EVTCHNOP_init_control, xhv_evtchn_init_control,		\
	   struct evtchn_init_control)					\
	IN(EVTCHNOP_expand_array, xhv_evtchn_expand_array,		\
	   struct evtchn_expand_array)					\
	IN(EVTCHNOP_set_priority, xhv_evtchn_set_priority,		\
	   struct evtchn_set_priority)					\
	IN(EVTCHNOP_reset_cont, xhv_evtchn_reset, struct evtchn_reset)

/* xen/arch/x86/hvm/hypercall.c, hvm_grant_table_op(): the rest is -ENOSYS. */
#define XHV_GRANT_TABLE_OP(IN, INOUT, OUT, NONE, RAW, NO)		\
	RAW(GNTTABOP_map_grant_ref, xhv_gnttab_map_grant_ref, 0)	\
	RAW(GNTTABOP_unmap_grant_ref, xhv_gnttab_unmap_grant_ref, 0)	\
	RAW(GNTTABOP_setup_table, xhv_gnttab_setup_table, 0)		\
	NO(GNTTABOP_dump_table, 0, ENOSYS)				\
	NO(GNTTABOP_transfer, 0, ENOSYS)				\
	RAW(GNTTABOP_copy, xhv_gnttab_copy, 0)				\
	RAW(GNTTABOP_query_size, xhv_gnttab_query_size, 0)		\
	NO(GNTTABOP_unmap_and_replace, 0, ENOSYS)			\
	RAW(GNTTABOP_set_version, xhv_gnttab_set_version, 0)		\
	NO(GNTTABOP_get_status_frames, 0, ENOSYS)			\
	RAW(GNTTABOP_get_version, xhv_gnttab_get_version, 0)		\
	RAW(GNTTABOP_swap_grant_ref, xhv_gnttab_swap_grant_ref, 0)	\
	NO(GNTTABOP_cache_flush, 0, ENOSYS)

/* xen/common/memory.c; machphys_mapping: hvm_memory_op() refuses it. The command
 * is the lower XHV_MEMOP_EXTENT_SHIFT bits; the rest says with which extent to
 * begin, and RAW handlers get it.
 */
#define XHV_MEMOP_EXTENT_SHIFT	6

#define XHV_MEMORY_OP(IN, INOUT, OUT, NONE, RAW, NO)			\
	RAW(XENMEM_increase_reservation, xhv_memory_increase_reservation, 0) \
	RAW(XENMEM_decrease_reservation, xhv_memory_decrease_reservation, 0) \
	NONE(XENMEM_maximum_ram_page, xhv_memory_maximum_ram_page, 0)	\
	IN(XENMEM_current_reservation, xhv_memory_current_reservation, domid_t) \
	IN(XENMEM_maximum_reservation, xhv_memory_maximum_reservation, domid_t) \
	INOUT(XENMEM_machphys_mfn_list, xhv_memory_machphys_mfn_list,	\
	      struct xen_machphys_mfn_list)				\
	RAW(XENMEM_populate_physmap, xhv_memory_populate_physmap, 0)	\
	RAW(XENMEM_add_to_physmap, xhv_memory_add_to_physmap, 0)	\
	RAW(XENMEM_memory_map, xhv_memory_memory_map, 0)		\
	NO(XENMEM_machine_memory_map, 0, ENOSYS)			\
	IN(XENMEM_exchange, xhv_memory_exchange, struct xen_memory_exchange) \
	NO(XENMEM_machphys_mapping, 0, ENOSYS)				\
	RAW(XENMEM_set_memory_map, xhv_memory_set_memory_map, 0)	\
	IN(XENMEM_maximum_gpfn, xhv_memory_maximum_gpfn, domid_t)	\
	IN(XENMEM_remove_from_physmap, xhv_memory_remove_from_physmap,	\
	   struct xen_remove_from_physmap)				\
	RAW(XENMEM_set_pod_target, xhv_refuse_pod_target, 0)		\
	RAW(XENMEM_get_pod_target, xhv_refuse_pod_target, 0)		\
	NONE(XENMEM_get_sharing_freed_pages, xhv_memory_sharing_pages, 0) \
	NONE(XENMEM_get_sharing_shared_pages, xhv_memory_sharing_pages, 0) \
	NO(XENMEM_paging_op, 0, ENOSYS)					\
	RAW(XENMEM_access_op, xhv_refuse_access_op, 0)			\
	NO(XENMEM_sharing_op, 0, ENOSYS)				\
	RAW(XENMEM_add_to_physmap_range, xhv_memory_add_to_physmap_batch, 0) \
	RAW(XENMEM_claim_pages, xhv_refuse_claim_pages, 0)		\
	NO(XENMEM_machphys_compat_mfn_list, 0, EOPNOTSUPP)		\
	RAW(XENMEM_get_vnumainfo, xhv_refuse_vnumainfo, 0)		\
	RAW(XENMEM_reserved_device_memory_map, xhv_memory_reserved_device_memory_map, 0) \
	NO(XENMEM_acquire_resource, 0, EACCES)

/* xen/common/kernel.c, do_xen_version(); who may: xsm/dummy.h. */
#define XHV_XEN_VERSION(IN, INOUT, OUT, NONE, RAW, NO)			\
	NONE(XENVER_version, xhv_version_version, 0)			\
	OUT(XENVER_extraversion, xhv_version_extraversion,		\
	    struct xen_extraversion)					\
	OUT(XENVER_compile_info, xhv_version_compile_info,		\
	    struct xen_compile_info)					\
	OUT(XENVER_capabilities, xhv_version_capabilities,		\
	    struct xen_capabilities_info)				\
	OUT(XENVER_changeset, xhv_version_changeset,			\
	    struct xen_changeset_info)					\
	OUT(XENVER_platform_parameters, xhv_version_platform_parameters, \
	    struct xen_platform_parameters)				\
	INOUT(XENVER_get_features, xhv_version_get_features,		\
	      struct xen_feature_info)					\
	RAW(XENVER_pagesize, xhv_version_pagesize, 0)			\
	OUT(XENVER_guest_handle, xhv_version_guest_handle,		\
	    xhv_domain_handle_t)					\
	RAW(XENVER_commandline, xhv_version_commandline, 0)		\
	NO(XENVER_build_id, 0, EPERM)

/* xen/common/domain.c, do_vcpu_op(): a vCPU that is not there is -ENOENT,
 * whatever the command.
 */
#define XHV_VCPU_OP(IN, INOUT, OUT, NONE, RAW, NO)			\
	RAW(VCPUOP_initialise, xhv_vcpu_initialise, 0)			\
	NONE(VCPUOP_up, xhv_vcpu_up, 0)					\
	NONE(VCPUOP_down, xhv_vcpu_down, 0)				\
	NONE(VCPUOP_is_up, xhv_vcpu_is_up, 0)				\
	OUT(VCPUOP_get_runstate_info, xhv_vcpu_get_runstate_info,	\
	    struct vcpu_runstate_info)					\
	IN(VCPUOP_register_runstate_memory_area,			\
	   xhv_vcpu_register_runstate_memory_area,			\
	   struct vcpu_register_runstate_memory_area)			\
	IN(VCPUOP_set_periodic_timer, xhv_vcpu_set_periodic_timer,	\
	   struct vcpu_set_periodic_timer)				\
	NONE(VCPUOP_stop_periodic_timer, xhv_vcpu_stop_periodic_timer, 0) \
	IN(VCPUOP_set_singleshot_timer, xhv_vcpu_set_singleshot_timer,	\
	   struct vcpu_set_singleshot_timer)				\
	NONE(VCPUOP_stop_singleshot_timer, xhv_vcpu_stop_singleshot_timer, 0) \
	IN(VCPUOP_register_vcpu_info, xhv_vcpu_register_vcpu_info,	\
	   struct vcpu_register_vcpu_info)				\
	NONE(VCPUOP_send_nmi, xhv_vcpu_send_nmi, 0)			\
	NO(VCPUOP_get_physid, 0, EINVAL)				\
	IN(VCPUOP_register_vcpu_time_memory_area,			\
	   xhv_vcpu_register_vcpu_time_memory_area,			\
	   struct vcpu_register_time_memory_area)

/* xen/common/sched/core.c, do_sched_op(). */
#define XHV_SCHED_OP(IN, INOUT, OUT, NONE, RAW, NO)			\
	NONE(SCHEDOP_yield, xhv_sched_yield, 0)				\
	NONE(SCHEDOP_block, xhv_sched_block, 0)				\
	IN(SCHEDOP_shutdown, xhv_sched_shutdown, struct sched_shutdown)	\
	IN(SCHEDOP_poll, xhv_sched_poll, struct sched_poll)		\
	IN(SCHEDOP_remote_shutdown, xhv_sched_remote_shutdown,		\
	   struct sched_remote_shutdown)				\
	IN(SCHEDOP_shutdown_code, xhv_sched_shutdown_code,		\
	   struct sched_shutdown)					\
	IN(SCHEDOP_watchdog, xhv_sched_watchdog, struct sched_watchdog)	\
	NO(SCHEDOP_pin_override, 0, EPERM)

/* xen/arch/x86/hvm/hypercall.c, hvm_physdev_op(): to a PVH guest, which has no
 * PIRQs of an emulated interrupt controller, every command is unknown.
 */
#define XHV_PHYSDEV_OP(IN, INOUT, OUT, NONE, RAW, NO)			\
	NO(PHYSDEVOP_map_pirq, 0, ENOSYS)				\
	NO(PHYSDEVOP_unmap_pirq, 0, ENOSYS)				\
	NO(PHYSDEVOP_eoi, 0, ENOSYS)					\
	NO(PHYSDEVOP_irq_status_query, 0, ENOSYS)			\
	NO(PHYSDEVOP_get_free_pirq, 0, ENOSYS)				\
	NO(PHYSDEVOP_setup_gsi, 0, ENOSYS)				\
	NO(PHYSDEVOP_pci_mmcfg_reserved, 0, ENOSYS)			\
	NO(PHYSDEVOP_pci_device_add, 0, ENOSYS)				\
	NO(PHYSDEVOP_pci_device_remove, 0, ENOSYS)			\
	NO(PHYSDEVOP_dbgp_op, 0, ENOSYS)

/* xen/arch/x86/hvm/hvm.c, do_hvm_op(). */
#define XHV_HVM_OP(IN, INOUT, OUT, NONE, RAW, NO)			\
	IN(HVMOP_set_param, xhv_hvm_set_param, struct xen_hvm_param)	\
	INOUT(HVMOP_get_param, xhv_hvm_get_param, struct xen_hvm_param)	\
	RAW(HVMOP_flush_tlbs, xhv_hvm_flush_tlbs, 0)			\
	IN(HVMOP_pagetable_dying, xhv_hvm_pagetable_dying,		\
	   struct xen_hvm_pagetable_dying)				\
	OUT(HVMOP_get_time, xhv_hvm_get_time, struct xen_hvm_get_time)	\
	IN(HVMOP_xentrace, xhv_hvm_xentrace, struct xen_hvm_xentrace)	\
	INOUT(HVMOP_get_mem_type, xhv_hvm_get_mem_type,			\
	      struct xen_hvm_get_mem_type)				\
	IN(HVMOP_set_evtchn_upcall_vector,				\
	   xhv_hvm_set_evtchn_upcall_vector,				\
	   struct xen_hvm_evtchn_upcall_vector)				\
	RAW(HVMOP_guest_request_vm_event, xhv_hvm_request_vm_event, 0)	\
	NO(HVMOP_altp2m, 0, EOPNOTSUPP)

#endif /* XHV_HYPERCALLS_H */
