// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels: the ports, sending and receiving, and the back ends' side.
 * The guest's calls that make and end bindings are in evtchn_bind.c.
 *
 * The 2-level ABI: a bit a port in shared_info's evtchn_pending and
 * evtchn_mask, a bit a word in the vCPU's evtchn_pending_sel
 * (public/xen.h, public/event_channel.h).
 *
 * Locks: xhv_evtchn_lock, a raw spinlock, because bindings change under
 * raw locks of drivers/xen/events; nothing is called with it held. Sending in
 * either direction, unmask and the test for pending take no lock: a binding
 * is one word that is read once, a back end is found under RCU. What a sender
 * may do to a port that is closed at that moment is leave its bit pending;
 * the next user of the port finds it cleared (xhv_evtchn_alloc()).
 */
#include <linux/bitmap.h>
#include <linux/hardirq.h>
#include <linux/lockdep.h>
#include <linux/nospec.h>
#include <linux/preempt.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <xhv/core.h>

#include "evtchn_port.h"
#include "upcall.h"
#include "vcpu.h"

struct evtchn_port *xhv_evtchn_buckets[EVTCHN_NR_BUCKETS];
u16 *xhv_evtchn_virqs;
u16 xhv_evtchn_pirqs[EVTCHN_NR_PIRQS];
DEFINE_RAW_SPINLOCK(xhv_evtchn_lock);

/* Ports below this have been in use, rounded up to a bucket; only grows, and
 * after the bucket is there.
 */
static unsigned int nr_valid;
/* The next bucket, until one is needed. */
static struct evtchn_port *spare;
static DECLARE_BITMAP(used, XHV_EVTCHN_NR_PORTS);

static void count(u64 *counter)
{
	WRITE_ONCE(*counter, READ_ONCE(*counter) + 1);
}

struct evtchn_port *xhv_evtchn_port(evtchn_port_t port)
{
	/* Pairs with add_bucket(). */
	if (port >= smp_load_acquire(&nr_valid))
		return NULL;
	return evtchn_port_of(array_index_nospec(port, XHV_EVTCHN_NR_PORTS));
}

void xhv_evtchn_make_room(void)
{
	struct evtchn_port *bucket;

	if (READ_ONCE(spare) || READ_ONCE(nr_valid) == XHV_EVTCHN_NR_PORTS)
		return;
	bucket = kcalloc(EVTCHN_BUCKET, sizeof(*bucket),
			 GFP_ATOMIC | __GFP_NOWARN);
	if (bucket && cmpxchg(&spare, NULL, bucket))
		kfree(bucket);
}

/* As alloc_evtchn_bucket() of Xen, for evtchn_allocate_port(). There is no
 * spare one if there was no memory, or if others have filled a whole bucket
 * since the caller made room.
 */
static int add_bucket(void)
{
	struct evtchn_port *bucket = xchg(&spare, NULL);

	lockdep_assert_held(&xhv_evtchn_lock);

	if (!bucket)
		return -ENOMEM;
	xhv_evtchn_buckets[nr_valid / EVTCHN_BUCKET] = bucket;
	/* Pairs with xhv_evtchn_port(). */
	smp_store_release(&nr_valid, nr_valid + EVTCHN_BUCKET);
	return 0;
}

int xhv_evtchn_alloc(u32 bind, unsigned int vcpu)
{
	struct evtchn_port *p;
	unsigned long port;

	lockdep_assert_held(&xhv_evtchn_lock);

	port = find_first_zero_bit(used, XHV_EVTCHN_NR_PORTS);
	if (port >= XHV_EVTCHN_NR_PORTS)
		return -ENOSPC;
	if (port >= nr_valid && add_bucket())
		return -ENOMEM;

	__set_bit(port, used);
	clear_bit(port, (unsigned long *)xhv_shared_info()->evtchn_pending);

	p = evtchn_port_of(port);
	p->sent = 0;
	p->received = 0;
	p->created = false;
	WRITE_ONCE(p->vcpu, vcpu);
	WRITE_ONCE(p->bind, bind);
	return port;
}

/*
 * In the order of evtchn_2l_set_pending() (xen/common/event_2l.c) and
 * vcpu_mark_events_pending() (xen/arch/x86/domain.c). The kernel clears in the
 * opposite order: flag, selector, bit. x86's locked operations are barriers.
 */
static bool mark_vcpu(evtchn_port_t port, unsigned int vcpu)
{
	struct vcpu_info *info = xhv_vcpu_info(vcpu);

	if (test_and_set_bit(port / BITS_PER_LONG,
			     (unsigned long *)&info->evtchn_pending_sel))
		return false;
	return !xchg(&info->evtchn_upcall_pending, 1);
}

int xhv_evtchn_mark(evtchn_port_t port)
{
	struct evtchn_port *p = evtchn_port_of(port);
	struct shared_info *s = xhv_shared_info();
	unsigned int vcpu;

	count(&p->received);
	if (test_and_set_bit(port, (unsigned long *)s->evtchn_pending))
		return -1;
	if (test_bit(port, (unsigned long *)s->evtchn_mask))
		return -1;
	vcpu = READ_ONCE(p->vcpu);
	return mark_vcpu(port, vcpu) ? vcpu : -1;
}

static void send_to_guest(evtchn_port_t port)
{
	int vcpu = xhv_evtchn_mark(port);

	if (vcpu >= 0)
		xhv_upcall_kick(vcpu);
}

static bool is_pending(evtchn_port_t port)
{
	return test_bit(port, (unsigned long *)
			xhv_shared_info()->evtchn_pending);
}

int xhv_evtchn_poll(evtchn_port_t port)
{
	struct evtchn_port *p = xhv_evtchn_port(port);

	if (!p || BIND_STATE(READ_ONCE(p->bind)) == EVTCHNSTAT_closed)
		return -EINVAL;
	return is_pending(port);
}

/*
 * EVTCHNOP_send, the hot path: a front end's doorbell. Usually IRQs off under
 * the front end's queue lock.
 */
long xhv_evtchn_notify(struct evtchn_send *a)
{
	struct evtchn_port *p = xhv_evtchn_port(a->port);
	struct xhv_evtchn *ec;
	u32 bind;

	if (unlikely(!p))
		return -EINVAL;

	rcu_read_lock();
	ec = rcu_dereference(p->ec);
	if (likely(ec)) {
		count(&p->sent);
		if (ec->notify)
			ec->notify(ec);
		rcu_read_unlock();
		return 0;
	}
	rcu_read_unlock();

	bind = READ_ONCE(p->bind);
	switch (BIND_STATE(bind)) {
	case EVTCHNSTAT_interdomain:
		/* A back end that connects or leaves at this moment: as if
		 * it had been a moment earlier or later.
		 */
		if (BIND_VALUE(bind)) {
			count(&p->sent);
			send_to_guest(BIND_VALUE(bind));
		}
		return 0;
	case EVTCHNSTAT_ipi:
		count(&p->sent);
		send_to_guest(a->port);
		return 0;
	case EVTCHNSTAT_unbound:
		return 0;
	default:
		return -EINVAL;
	}
}

/* Under info->lock of drivers/xen/events, IRQs off. Never delivers inline. */
long xhv_evtchn_unmask(struct evtchn_unmask *a)
{
	struct shared_info *s = xhv_shared_info();
	struct evtchn_port *p = xhv_evtchn_port(a->port);
	unsigned int vcpu;

	if (!p)
		return -EINVAL;
	if (BIND_STATE(READ_ONCE(p->bind)) == EVTCHNSTAT_closed)
		return 0;

	vcpu = READ_ONCE(p->vcpu);
	if (test_and_clear_bit(a->port, (unsigned long *)s->evtchn_mask) &&
	    test_bit(a->port, (unsigned long *)s->evtchn_pending) &&
	    mark_vcpu(a->port, vcpu))
		xhv_upcall_kick(vcpu);
	return 0;
}

void xhv_evtchn_send(struct xhv_evtchn *ec)
{
	evtchn_port_t port = READ_ONCE(ec->port);

	if (port)
		send_to_guest(port);
}

void xhv_evtchn_send_direct(struct xhv_evtchn *ec)
{
	evtchn_port_t port = READ_ONCE(ec->port);
	int vcpu;

	if (!port)
		return;

	vcpu = xhv_evtchn_mark(port);
	if (vcpu < 0)
		return;
	if (in_hardirq() && vcpu == smp_processor_id())
		xhv_upcall_direct();
	else
		xhv_upcall_kick(vcpu);
}

/* What an interrupt does here is known: handlers of front ends, which leave what
 * is more for a softirq, and that is run when this one ends.
 */
void xhv_evtchn_send_bh(struct xhv_evtchn *ec)
{
	unsigned long flags;

	local_irq_save(flags);
	__irq_enter_raw();
	xhv_evtchn_send_direct(ec);
	__irq_exit_raw();
	local_irq_restore(flags);
}

void xhv_evtchn_send_virq(unsigned int virq, unsigned int vcpu)
{
	evtchn_port_t port;

	if (virq >= NR_VIRQS || !xhv_vcpu_exists(vcpu))
		return;

	if (evtchn_virq_is_global(virq))
		vcpu = 0;
	port = READ_ONCE(*evtchn_virq_port(virq, vcpu));
	if (port)
		send_to_guest(port);
}

/* The lock is held; the caller calls notify once it has dropped it. */
static void bind_back_end(struct xhv_evtchn *ec, evtchn_port_t port)
{
	struct evtchn_port *p = evtchn_port_of(port);

	lockdep_assert_held(&xhv_evtchn_lock);

	WRITE_ONCE(ec->vcpu, p->vcpu);
	WRITE_ONCE(ec->port, port);
	WRITE_ONCE(p->bind, BIND(EVTCHNSTAT_interdomain, 0));
	rcu_assign_pointer(p->ec, ec);
}

int xhv_evtchn_connect(struct xhv_evtchn *ec, evtchn_port_t port)
{
	struct evtchn_port *p = xhv_evtchn_port(port);
	unsigned long flags;
	int rc = -EINVAL;

	if (!p)
		return -EINVAL;

	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	if (!ec->port &&
	    p->bind == BIND(EVTCHNSTAT_unbound, XHV_BACKEND_DOMID)) {
		bind_back_end(ec, port);
		rc = 0;
	}
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);

	/* What the guest sent before this was dropped (unbound), so tell the
	 * back end once in any case. With IRQs off, as it mostly is.
	 */
	if (!rc && ec->notify) {
		local_irq_save(flags);
		rcu_read_lock();
		ec->notify(ec);
		rcu_read_unlock();
		local_irq_restore(flags);
	}
	return rc;
}

int xhv_evtchn_create(struct xhv_evtchn *ec)
{
	unsigned long flags;
	int port = -EINVAL;

	xhv_evtchn_make_room();
	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	if (!ec->port)
		port = xhv_evtchn_alloc(BIND(EVTCHNSTAT_unbound,
					     XHV_BACKEND_DOMID), 0);
	if (port > 0) {
		bind_back_end(ec, port);
		evtchn_port_of(port)->created = true;
	}
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);
	return port;
}

void xhv_evtchn_disconnect(struct xhv_evtchn *ec)
{
	struct evtchn_port *p;
	unsigned long flags;

	might_sleep();

	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	if (ec->port) {
		p = evtchn_port_of(ec->port);
		WRITE_ONCE(p->bind,
			   BIND(EVTCHNSTAT_unbound, XHV_BACKEND_DOMID));
		RCU_INIT_POINTER(p->ec, NULL);
		WRITE_ONCE(ec->port, 0);
	}
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);

	/* Even if the guest has closed the port by itself: a call that began
	 * before may still be running.
	 */
	synchronize_rcu();
}

/* The part of a close that is the same for every state. Lock held. */
void xhv_evtchn_free(evtchn_port_t port)
{
	struct evtchn_port *p = evtchn_port_of(port);
	struct xhv_evtchn *ec;

	lockdep_assert_held(&xhv_evtchn_lock);

	ec = rcu_dereference_protected(p->ec,
				       lockdep_is_held(&xhv_evtchn_lock));
	RCU_INIT_POINTER(p->ec, NULL);
	if (ec)
		WRITE_ONCE(ec->port, 0);
	WRITE_ONCE(p->bind, BIND(EVTCHNSTAT_closed, 0));
	WRITE_ONCE(p->vcpu, 0);
	__clear_bit(port, used);
	clear_bit(port, (unsigned long *)xhv_shared_info()->evtchn_pending);
}

static void show_port(struct seq_file *m, unsigned int port,
		      const struct evtchn_port *p, bool back_end)
{
	static const char * const states[] = {
		[EVTCHNSTAT_closed] = "closed",
		[EVTCHNSTAT_unbound] = "unbound",
		[EVTCHNSTAT_interdomain] = "interdomain",
		[EVTCHNSTAT_pirq] = "pirq",
		[EVTCHNSTAT_virq] = "virq",
		[EVTCHNSTAT_ipi] = "ipi",
	};
	unsigned int state = BIND_STATE(p->bind);

	seq_printf(m, "port=%u state=%s vcpu=%u", port, states[state],
		   p->vcpu);
	if (state == EVTCHNSTAT_unbound)
		seq_printf(m, " remote=%u", BIND_VALUE(p->bind));
	else if (state == EVTCHNSTAT_interdomain && back_end)
		seq_printf(m, " remote=%u", XHV_BACKEND_DOMID);
	else if (state == EVTCHNSTAT_interdomain)
		seq_printf(m, " remote=%u:%u", XHV_GUEST_DOMID,
			   BIND_VALUE(p->bind));
	else if (state == EVTCHNSTAT_virq)
		seq_printf(m, " virq=%u", BIND_VALUE(p->bind));
	seq_printf(m, " sent=%llu received=%llu pending=%d masked=%d\n",
		   p->sent, p->received, is_pending(port),
		   test_bit(port, (unsigned long *)
			    xhv_shared_info()->evtchn_mask));
}

void xhv_evtchn_show(struct seq_file *m)
{
	struct evtchn_port p;
	unsigned int port;
	unsigned long flags;
	bool back_end;

	for (port = 1; xhv_evtchn_port(port); port++) {
		/* Port by port: printing is slow, and IRQs are off. */
		raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
		p = *evtchn_port_of(port);
		back_end = rcu_access_pointer(p.ec);
		raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);
		if (p.bind)
			show_port(m, port, &p, back_end);
	}
}

int xhv_evtchn_init(void)
{
	unsigned long flags;
	int err;

	/* Port 0 is nobody's, but its bucket is there (evtchn_init(), Xen). */
	bitmap_zero(used, XHV_EVTCHN_NR_PORTS);
	memset(xhv_evtchn_pirqs, 0, sizeof(xhv_evtchn_pirqs));
	__set_bit(0, used);
	xhv_evtchn_make_room();
	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	err = add_bucket();
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);

	xhv_evtchn_virqs = kcalloc(nr_cpu_ids * NR_VIRQS,
				   sizeof(*xhv_evtchn_virqs), GFP_KERNEL);
	if (err || !xhv_evtchn_virqs) {
		xhv_evtchn_exit();
		return -ENOMEM;
	}
	return 0;
}

void xhv_evtchn_exit(void)
{
	unsigned int i;

	nr_valid = 0;
	for (i = 0; i < EVTCHN_NR_BUCKETS; i++) {
		kfree(xhv_evtchn_buckets[i]);
		xhv_evtchn_buckets[i] = NULL;
	}
	kfree(spare);
	spare = NULL;
	kfree(xhv_evtchn_virqs);
	xhv_evtchn_virqs = NULL;
}
