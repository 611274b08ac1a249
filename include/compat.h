/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel interfaces as the newest kernel has them, for older ones. Waking has
 * its own table (shim/wake/kernels.h).
 */
#ifndef XHV_COMPAT_H
#define XHV_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/hyperv.h>
#include <linux/stddef.h>
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

/*
 * Sends a packet with a list of pages, each a range of its own. Where
 * vmbus_sendpacket_pagebuffer() is (its removal came to stable kernels together
 * with the change), vmbus_sendpacket_mpb_desc() knows one range only.
 */
static inline int
xhv_vmbus_send_pages(struct vmbus_channel *ch,
		     struct vmbus_channel_packet_page_buffer *desc, u32 n,
		     void *data, u32 len, u64 id)
{
#ifdef XHV_VMBUS_PAGEBUFFER
	return vmbus_sendpacket_pagebuffer(ch, desc->range, n, data, len, id);
#else
	desc->rangecount = n;
	return vmbus_sendpacket_mpb_desc(ch,
			(struct vmbus_packet_mpb_array *)desc,
			offsetof(struct vmbus_channel_packet_page_buffer,
				 range) + n * sizeof(desc->range[0]),
			data, len, id);
#endif
}

#endif /* XHV_COMPAT_H */
