/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched_op: yielding, waiting and the end of the guest.
 */
#ifndef XHV_SCHED_H
#define XHV_SCHED_H

#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/interface/sched.h>

/*
 * Handlers, see xen-abi/hypercalls.h; answers as do_sched_op() in
 * xen/common/sched/core.c. Any context: what waits sleeps if the caller may
 * sleep and else returns early, as Xen may for any other event.
 */
long xhv_sched_yield(void);
long xhv_sched_block(void);
long xhv_sched_shutdown(struct sched_shutdown *a);
long xhv_sched_poll(struct sched_poll *a);
long xhv_sched_shutdown_code(struct sched_shutdown *a);
long xhv_sched_watchdog(struct sched_watchdog *a);
long xhv_sched_remote_shutdown(struct sched_remote_shutdown *a);

#endif /* XHV_SCHED_H */
