/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls for a toolstack or a device model.
 */
#ifndef XHV_REFUSE_H
#define XHV_REFUSE_H

#include <linux/types.h>
#include <xen/interface/xen.h>

/*
 * Handlers, see xen-abi/hypercalls.h. @gva is the caller's address of the
 * operation's structure. Any context; never 0 and nothing is written.
 */
long xhv_refuse_platform_op(unsigned long gva);
long xhv_refuse_sysctl(unsigned long gva);
long xhv_refuse_domctl(unsigned long gva);
long xhv_refuse_paging_domctl_cont(unsigned long gva);
long xhv_refuse_dm_op(domid_t dom, unsigned int nr_bufs, unsigned long bufs);

/* Of memory_op; @start is not looked at. */
long xhv_refuse_pod_target(unsigned long gva, unsigned long start);
long xhv_refuse_access_op(unsigned long gva, unsigned long start);
long xhv_refuse_claim_pages(unsigned long gva, unsigned long start);
long xhv_refuse_vnumainfo(unsigned long gva, unsigned long start);

#endif /* XHV_REFUSE_H */
