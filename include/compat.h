/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel interfaces as the newest kernel has them, for older ones. Waking has
 * its own table (shim/wake/kernels.h).
 */
#ifndef XHV_COMPAT_H
#define XHV_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/hyperv.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
/* Took the place of hrtimer_init() and an assignment. */
static inline void hrtimer_setup(struct hrtimer *t,
				 enum hrtimer_restart (*fn)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(t, clock, mode);
	t->function = fn;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

/* The return type of hv_driver's remove(), and what to return. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
typedef int xhv_hv_remove_t;
#define XHV_HV_REMOVED	0
#else
typedef void xhv_hv_remove_t;
#define XHV_HV_REMOVED
#endif

/* Request ids that we choose ourselves. hv_storvsc leaves its callbacks in the
 * channel when it is unloaded, and the next packet would call them
 * (drivers/hv/ring_buffer.c: hv_ringbuffer_write()).
 */
static inline void xhv_channel_own_ids(struct vmbus_channel *ch)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	ch->next_request_id_callback = NULL;
	ch->request_addr_callback = NULL;
	ch->rqstor_size = 0;
#endif
}

#endif /* XHV_COMPAT_H */
