/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels, as the rest of the module sees them.
 *
 * A port is the guest's. Its other end is another port of the guest, a
 * virtual interrupt, an IPI, or a back end of this module (the "remote
 * domain 0" of a plain Xen host): a back end has no port number of its own
 * that the guest could name, it has a struct xhv_evtchn.
 */
#ifndef XHV_EVTCHN_H
#define XHV_EVTCHN_H

#include <linux/rcupdate.h>
#include <linux/types.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/xen.h>

/* 2-level ABI on 64 bits: 64 words of 64 bits (public/event_channel.h). */
#define XHV_EVTCHN_NR_PORTS	4096

/**
 * struct xhv_evtchn - a back end's end of an interdomain channel
 * @notify: the guest has sent an event (EVTCHNOP_send). Called in the sender's
 *	    context: usually IRQs off and a front end's queue lock held, no
 *	    lock of the event channel code held. Must not sleep or allocate, and
 *	    must not deliver an upcall on this CPU itself: xhv_evtchn_send()
 *	    from here defers it. May be NULL.
 * @moved: the guest has bound the port to another vCPU (EVTCHNOP_bind_vcpu).
 *	   Same contexts. May be NULL.
 * @port: the guest's port, 0 while not connected; for tracing and display
 * @vcpu: the vCPU that the port is bound to
 *
 * Lives in the back end's own structure.
 */
struct xhv_evtchn {
	void (*notify)(struct xhv_evtchn *ec);
	void (*moved)(struct xhv_evtchn *ec, unsigned int vcpu);
	evtchn_port_t port;
	unsigned int vcpu;
};

/**
 * xhv_evtchn_connect() - bind a back end to a port that the guest offers
 * @ec: the back end's end
 * @port: an unbound port of the guest whose remote domain is 0
 *	  (EVTCHNOP_alloc_unbound), as a front end writes it to the store
 *
 * Process context. What the guest sent before the port was connected is lost,
 * so @notify is called once, with IRQs off, before this returns: as
 * EVTCHNOP_bind_interdomain makes the caller's own port pending.
 *
 * Return: 0; -EINVAL if the port is not such a port or @ec is connected.
 */
int xhv_evtchn_connect(struct xhv_evtchn *ec, evtchn_port_t port);

/**
 * xhv_evtchn_create() - a new port of the guest, bound to a back end
 * @ec: the back end's end
 *
 * For the channels that a toolstack makes before the guest runs: xenstore and
 * console. Process context. Return: the port, or a negative errno.
 */
int xhv_evtchn_create(struct xhv_evtchn *ec);

/**
 * xhv_evtchn_disconnect() - unbind a back end
 * @ec: the back end's end; harmless if not connected
 *
 * May sleep: on return no call of @ec's functions is running or will be made.
 * The guest's port goes back to unbound, as when a real back end closes.
 */
void xhv_evtchn_disconnect(struct xhv_evtchn *ec);

/**
 * xhv_evtchn_send() - send an event to the guest
 * @ec: the back end's end
 *
 * Any context. The upcall is delivered from hard interrupt context of the vCPU
 * that the port is bound to, after the caller's own interrupt-off section.
 */
void xhv_evtchn_send(struct xhv_evtchn *ec);

/**
 * xhv_evtchn_send_direct() - send an event from a host interrupt
 * @ec: the back end's end
 *
 * Hardirq context with no lock held that a front end's interrupt handler
 * could take. On the vCPU that the port is bound to it calls the kernel's
 * upcall right here, which saves the self-IPI; elsewhere it is
 * xhv_evtchn_send().
 */
void xhv_evtchn_send_direct(struct xhv_evtchn *ec);

/**
 * xhv_evtchn_send_bh() - send an event from a softirq
 * @ec: the back end's end
 *
 * BH off, IRQs on, no lock held that a front end's interrupt handler could take.
 * On the vCPU that the port is bound to the kernel's upcall is called right here,
 * as an interrupt that came at this moment; elsewhere it is xhv_evtchn_send().
 */
void xhv_evtchn_send_bh(struct xhv_evtchn *ec);

/**
 * xhv_evtchn_send_virq() - raise a virtual interrupt of the guest
 * @virq: VIRQ_* (public/xen.h)
 * @vcpu: for a per-vCPU virq the vCPU, else 0
 *
 * Any context. Does nothing if the guest has not bound it.
 */
void xhv_evtchn_send_virq(unsigned int virq, unsigned int vcpu);

/* Set-up and the end; process context. Before init nothing else is called;
 * exit expects that the kernel no longer calls us.
 */
int xhv_evtchn_init(void);
void xhv_evtchn_exit(void);

/* SCHEDOP_poll's question: is @port pending? 1, 0, or -EINVAL if it is closed
 * or unknown. Any context.
 */
int xhv_evtchn_poll(evtchn_port_t port);

struct seq_file;
void xhv_evtchn_show(struct seq_file *m);

/*
 * Handlers: the guest's own calls, argument already copied in, mostly with
 * IRQs off and locks of drivers/xen/events held. They return what
 * EVENT_CHANNEL_OP of a real Xen returns (public/event_channel.h,
 * xen/common/event_channel.c).
 */
long xhv_evtchn_bind_interdomain(struct evtchn_bind_interdomain *a);
long xhv_evtchn_bind_virq(struct evtchn_bind_virq *a);
long xhv_evtchn_bind_pirq(struct evtchn_bind_pirq *a);
long xhv_evtchn_close(struct evtchn_close *a);
long xhv_evtchn_notify(struct evtchn_send *a);
long xhv_evtchn_status(struct evtchn_status *a);
long xhv_evtchn_alloc_unbound(struct evtchn_alloc_unbound *a);
long xhv_evtchn_bind_ipi(struct evtchn_bind_ipi *a);
long xhv_evtchn_bind_vcpu(struct evtchn_bind_vcpu *a);
long xhv_evtchn_unmask(struct evtchn_unmask *a);
long xhv_evtchn_reset(struct evtchn_reset *a);
long xhv_evtchn_init_control(struct evtchn_init_control *a);
long xhv_evtchn_expand_array(struct evtchn_expand_array *a);
long xhv_evtchn_set_priority(struct evtchn_set_priority *a);

#endif /* XHV_EVTCHN_H */
