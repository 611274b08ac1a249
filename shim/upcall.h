/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's view of a vCPU (shared_info, vcpu_info) and the delivery of the
 * event upcall to it. Below event channels, above wake/.
 */
#ifndef XHV_UPCALL_H
#define XHV_UPCALL_H

#include <linux/types.h>
#include <xen/interface/xen.h>

/* The page that HYPERVISOR_shared_info points at once the core is awake. */
struct shared_info *xhv_shared_info(void);

/* vcpu_info of @vcpu: in shared_info below XEN_LEGACY_MAX_VCPUS, in a buffer
 * of our own above, or where VCPUOP_register_vcpu_info put it.
 */
struct vcpu_info *xhv_vcpu_info(unsigned int vcpu);

/**
 * xhv_upcall_kick() - make @vcpu run its event upcall
 * @vcpu: the vCPU; its vcpu_info already has evtchn_upcall_pending set
 *
 * Any context, any lock held that allows an IPI to be sent. Never runs the
 * upcall inline. If this CPU is inside its upcall already the loop there
 * will see the flag and nothing is sent.
 */
void xhv_upcall_kick(unsigned int vcpu);

/**
 * xhv_upcall_direct() - run the event upcall now
 *
 * Hardirq context, on the vCPU that has evtchn_upcall_pending set, no lock
 * held that an interrupt handler could take. If this CPU is already inside
 * its upcall it returns at once: the outer loop takes over.
 */
void xhv_upcall_direct(void);

/* Process context, may sleep: waits for every kick that is under way. */
void xhv_upcall_drain(void);

int xhv_upcall_init(void);
/* Drains. The kernel must not call us any more. */
void xhv_upcall_exit(void);

/* VCPUOP_register_vcpu_info: @info is the kernel address of the new place. */
int xhv_upcall_move_vcpu_info(unsigned int vcpu, struct vcpu_info *info);

/* Upcalls run, kicks sent, by CPU; for statistics. */
struct xhv_upcall_stats {
	u64 direct;	/* from a host interrupt, no IPI */
	u64 local;	/* irq_work on this CPU */
	u64 remote;	/* from another CPU */
};
void xhv_upcall_get_stats(unsigned int cpu, struct xhv_upcall_stats *st);

#endif /* XHV_UPCALL_H */
