/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernel series, one column each. A module is built for
 * one kernel (vermagic), so the column is chosen when it is compiled; a series
 * with no column does not build, which is the safest refusal.
 *
 *                              5.10         6.1          6.12         7.2
 * exported upcall              xen_hvm_...  xen_...      xen_...      xen_...
 * xen_have_vector_callback     int, 0       bool, true   bool, true   bool, true
 * pirq_needs_eoi's argument    irq          irq          irq_info *   irq_info *
 * (xen_... = xen_evtchn_do_upcall; drivers/xen/events/events_base.c)
 */
#ifndef XHV_KERNELS_H
#define XHV_KERNELS_H

#include <linux/types.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 10, 0) && \
	LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)

#define XHV_SERIES		"5.10"
#define XHV_UPCALL		xen_hvm_evtchn_do_upcall

#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0) && \
	LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)

#define XHV_SERIES		"6.1"
#define XHV_UPCALL		xen_evtchn_do_upcall

#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0) && \
	LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)

#define XHV_SERIES		"6.12"
#define XHV_UPCALL		xen_evtchn_do_upcall

#elif LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0) && \
	LINUX_VERSION_CODE < KERNEL_VERSION(7, 3, 0)

#define XHV_SERIES		"7.2"
#define XHV_UPCALL		xen_evtchn_do_upcall

#else
#error "xen-hyperv does not know this kernel series: no column for it above"
#endif

/* drivers/xen/xenbus/xenbus.h: the variable is exported and its declaration is
 * private; the same in all series.
 */
enum xenstore_init {
	XS_UNKNOWN,
	XS_PV,
	XS_HVM,
	XS_LOCAL,
};
extern enum xenstore_init xen_store_domain_type;

#endif /* XHV_KERNELS_H */
