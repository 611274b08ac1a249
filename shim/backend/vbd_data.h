/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the data path offer to each other and to the code that
 * connects a ring.
 */
#ifndef XHV_VBD_DATA_H
#define XHV_VBD_DATA_H

#include <linux/hrtimer.h>
#include <linux/irq_work.h>

#include "../../include/xhv/block.h"
#include "vbd.h"

/* Handlers of a ring's event channel, timer and irq_work, calls for its
 * transport.
 */
void vbd_ring_notify(struct xhv_evtchn *ec);
void vbd_ring_moved(struct xhv_evtchn *ec, unsigned int vcpu);
enum hrtimer_restart vbd_ring_retry(struct hrtimer *t);
void vbd_ring_more(struct irq_work *work);
extern const struct xhv_block_client vbd_ring_client;

/*
 * vbd_submit.c, under ring->lock.
 */

/* Submits what it can of a request; false if the request has to wait. */
bool vbd_req_advance(struct vbd_ring *r, struct vbd_req *req);
/* Lets go of the grants of a request, if it holds them. */
void vbd_req_unpin(struct vbd_req *req);
/* The I/O of the bounce buffer has ended. */
void vbd_req_bounced(struct vbd_ring *r, const struct vbd_req *req, int error);

/* Takes what is in the ring. Process context. */
void vbd_ring_process(struct vbd_ring *r);

/* Lets go of the grants of requests that a fault has stopped. Nothing is in
 * flight.
 */
void vbd_ring_drop(struct vbd_ring *r);

#endif /* XHV_VBD_DATA_H */
