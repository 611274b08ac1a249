/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files that implement event channels share; nobody else includes it.
 */
#ifndef XHV_EVTCHN_PORT_H
#define XHV_EVTCHN_PORT_H

#include <linux/cpumask.h>
#include <linux/spinlock.h>

#include "evtchn.h"

/*
 * Real Xen keeps ports in buckets of a page of its struct evtchn (64 bytes), and
 * a port beyond the last bucket that was ever used is -EINVAL where a closed
 * one is not (port_is_valid(), xen/include/xen/event.h). Buckets come as they
 * are needed, in their order, and stay.
 */
#define EVTCHN_BUCKET		64
#define EVTCHN_NR_BUCKETS	(XHV_EVTCHN_NR_PORTS / EVTCHN_BUCKET)

/*
 * State and what belongs to it in one word, so that a sender reads both at
 * once: EVTCHNSTAT_* in the low byte; above it the other end's port
 * (interdomain within the guest), the domain that may connect (unbound), or
 * the virq.
 */
#define BIND(state, value)	((u32)(state) | (u32)(value) << 8)
#define BIND_STATE(bind)	((bind) & 0xff)
#define BIND_VALUE(bind)	((bind) >> 8)

/**
 * struct evtchn_port - a port of the guest
 * @ec: the back end at the other end, if there is one
 * @bind: BIND(); closed is 0
 * @vcpu: the vCPU that is told of events
 * @created: made by xhv_evtchn_create()
 * @sent: events sent by the guest
 * @received: events sent to the guest
 *
 * Everything but the counters changes under xhv_evtchn_lock only and is read
 * without it. The counters are for people and may miss a concurrent count.
 */
struct evtchn_port {
	struct xhv_evtchn __rcu *ec;
	u32 bind;
	u16 vcpu;
	bool created;
	u64 sent;
	u64 received;
};

extern struct evtchn_port *xhv_evtchn_buckets[EVTCHN_NR_BUCKETS];
extern raw_spinlock_t xhv_evtchn_lock;

/* The port's entry, or NULL if Xen would not know the number. Any context. */
struct evtchn_port *xhv_evtchn_port(evtchn_port_t port);

/* The same for a port that is known to have one: it is or was in use. */
static inline struct evtchn_port *evtchn_port_of(evtchn_port_t port)
{
	return &xhv_evtchn_buckets[port / EVTCHN_BUCKET][port % EVTCHN_BUCKET];
}

/* As evtchn_2l_set_pending() of Xen. Any context. Return: @port's vCPU if it
 * has to be kicked, else -1.
 */
int xhv_evtchn_mark(evtchn_port_t port);

/* Makes sure that there is room for a port, if there is memory. Right before
 * the lock is taken for xhv_evtchn_alloc(), as it allocates; does not sleep.
 */
void xhv_evtchn_make_room(void);

/* The lowest free port in state @bind; -ENOSPC, all are in use, or -ENOMEM.
 * Lock held.
 */
int xhv_evtchn_alloc(u32 bind, unsigned int vcpu);

/* Make @port free again; its other end is the caller's business. Lock held. */
void xhv_evtchn_free(evtchn_port_t port);

static inline bool evtchn_virq_is_global(unsigned int virq)
{
	/* Those marked "V." in public/xen.h; xen/common/event_channel.c. */
	return virq != VIRQ_TIMER && virq != VIRQ_DEBUG &&
	       virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
}

/* One u16 for each virq of each vCPU: the port that it is bound to, or 0. */
extern u16 *xhv_evtchn_virqs;

/* The ports of PIRQs, or 0. A domU may have as many as there are interrupts of
 * the I/O APIC and 32 (nr_pirqs, xen/common/domain.c); no PIRQ ever occurs.
 */
#define EVTCHN_NR_PIRQS		48

extern u16 xhv_evtchn_pirqs[EVTCHN_NR_PIRQS];

static inline u16 *evtchn_virq_port(unsigned int virq, unsigned int vcpu)
{
	return &xhv_evtchn_virqs[vcpu * NR_VIRQS + virq];
}

#endif /* XHV_EVTCHN_PORT_H */
