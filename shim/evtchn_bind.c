// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's calls that make, ask for and end the bindings of event channels.
 *
 * Mostly with irq_mapping_update_lock held (a mutex), some with IRQs off
 * (EVTCHNOP_bind_vcpu): nothing here sleeps. Answers are those of
 * xen/common/event_channel.c to a domain without privileges
 * (xen/include/xsm/dummy.h), cited by function.
 */
#include <linux/errno.h>
#include <linux/nospec.h>

#include "domid.h"
#include "evtchn_port.h"
#include "upcall.h"
#include "vcpu.h"

/* evtchn_alloc_unbound(): who may connect is not looked at. */
long xhv_evtchn_alloc_unbound(struct evtchn_alloc_unbound *a)
{
	domid_t remote = a->remote_dom;
	unsigned long flags;
	long rc;

	rc = xhv_domid_check_target(a->dom);
	if (rc)
		return rc;
	if (remote == DOMID_SELF)
		remote = XHV_GUEST_DOMID;

	xhv_evtchn_make_room();
	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	rc = xhv_evtchn_alloc(BIND(EVTCHNSTAT_unbound, remote), 0);
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);
	if (rc < 0)
		return rc;

	a->port = rc;
	return 0;
}

/* evtchn_bind_interdomain(): within the guest. Domain 0 has no port that waits
 * for the guest.
 */
long xhv_evtchn_bind_interdomain(struct evtchn_bind_interdomain *a)
{
	struct evtchn_port *r;
	unsigned long flags;
	int kick = -1;
	long rc;

	if (a->remote_dom == XHV_BACKEND_DOMID)
		return -EINVAL;
	if (!xhv_domid_is_self(a->remote_dom))
		return -ESRCH;

	r = xhv_evtchn_port(a->remote_port);
	if (!r)
		return -EINVAL;

	xhv_evtchn_make_room();
	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	if (r->bind != BIND(EVTCHNSTAT_unbound, XHV_GUEST_DOMID)) {
		rc = -EINVAL;
	} else {
		rc = xhv_evtchn_alloc(BIND(EVTCHNSTAT_interdomain,
					   a->remote_port), 0);
		if (rc > 0) {
			WRITE_ONCE(r->bind, BIND(EVTCHNSTAT_interdomain, rc));
			kick = xhv_evtchn_mark(rc);
		}
	}
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);

	if (kick >= 0)
		xhv_upcall_kick(kick);
	if (rc < 0)
		return rc;
	a->local_port = rc;
	return 0;
}

/* evtchn_bind_virq() */
long xhv_evtchn_bind_virq(struct evtchn_bind_virq *a)
{
	unsigned long flags;
	unsigned int virq;
	u16 *bound;
	long rc;

	if (a->virq >= NR_VIRQS)
		return -EINVAL;
	virq = array_index_nospec(a->virq, NR_VIRQS);
	if (evtchn_virq_is_global(virq) && a->vcpu)
		return -EINVAL;
	if (!xhv_vcpu_exists(a->vcpu))
		return -ENOENT;
	bound = evtchn_virq_port(virq, a->vcpu);

	xhv_evtchn_make_room();
	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	if (*bound) {
		rc = -EEXIST;
	} else {
		rc = xhv_evtchn_alloc(BIND(EVTCHNSTAT_virq, virq), a->vcpu);
		if (rc > 0)
			WRITE_ONCE(*bound, rc);
	}
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);

	if (rc < 0)
		return rc;
	a->port = rc;
	return 0;
}

/* evtchn_bind_pirq() of an HVM guest: its PIRQs are numbers, behind which there
 * need not be an interrupt.
 */
long xhv_evtchn_bind_pirq(struct evtchn_bind_pirq *a)
{
	unsigned long flags;
	u16 *bound;
	long rc;

	if (a->pirq >= EVTCHN_NR_PIRQS)
		return -EINVAL;
	bound = &xhv_evtchn_pirqs[array_index_nospec(a->pirq, EVTCHN_NR_PIRQS)];

	xhv_evtchn_make_room();
	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	if (*bound) {
		rc = -EEXIST;
	} else {
		rc = xhv_evtchn_alloc(BIND(EVTCHNSTAT_pirq, a->pirq), 0);
		if (rc > 0)
			*bound = rc;
	}
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);

	if (rc < 0)
		return rc;
	a->port = rc;
	return 0;
}

/* evtchn_bind_ipi() */
long xhv_evtchn_bind_ipi(struct evtchn_bind_ipi *a)
{
	unsigned long flags;
	long rc;

	if (!xhv_vcpu_exists(a->vcpu))
		return -ENOENT;

	xhv_evtchn_make_room();
	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	rc = xhv_evtchn_alloc(BIND(EVTCHNSTAT_ipi, 0), a->vcpu);
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);

	if (rc < 0)
		return rc;
	a->port = rc;
	return 0;
}

/* evtchn_close(): the other end goes back to waiting for this domain. */
static long close_port(evtchn_port_t port)
{
	struct evtchn_port *p = xhv_evtchn_port(port);
	unsigned int value;

	lockdep_assert_held(&xhv_evtchn_lock);

	if (!p)
		return -EINVAL;

	value = BIND_VALUE(p->bind);
	switch (BIND_STATE(p->bind)) {
	case EVTCHNSTAT_closed:
		return -EINVAL;
	case EVTCHNSTAT_interdomain:
		if (value)
			WRITE_ONCE(evtchn_port_of(value)->bind,
				   BIND(EVTCHNSTAT_unbound, XHV_GUEST_DOMID));
		break;
	case EVTCHNSTAT_pirq:
		xhv_evtchn_pirqs[value] = 0;
		break;
	case EVTCHNSTAT_virq:
		WRITE_ONCE(*evtchn_virq_port(value, evtchn_virq_is_global(value)
					     ? 0 : p->vcpu), 0);
		break;
	}
	xhv_evtchn_free(port);
	return 0;
}

long xhv_evtchn_close(struct evtchn_close *a)
{
	unsigned long flags;
	long rc;

	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	rc = close_port(a->port);
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);
	return rc;
}

/* evtchn_reset(): every port, also those that the toolstack made for xenstore
 * and console; as on Xen it is a toolstack's business to make them anew.
 */
long xhv_evtchn_reset(struct evtchn_reset *a)
{
	unsigned long flags;
	unsigned int port;
	long rc;

	rc = xhv_domid_check_target(a->dom);
	if (rc)
		return rc;

	for (port = 1; port < XHV_EVTCHN_NR_PORTS; port++) {
		raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
		close_port(port);
		raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);
	}
	return 0;
}

/* evtchn_status(). A back end has no port of domain 0; what the guest is shown
 * in its place is its own port's number, which is unique as well.
 */
long xhv_evtchn_status(struct evtchn_status *a)
{
	struct evtchn_port *known, p;
	unsigned long flags;
	bool back_end;
	long rc;

	rc = xhv_domid_check_target(a->dom);
	if (rc)
		return rc;
	known = xhv_evtchn_port(a->port);
	if (!known)
		return -EINVAL;

	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	p = *known;
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);
	back_end = rcu_access_pointer(p.ec);

	a->status = BIND_STATE(p.bind);
	a->vcpu = p.vcpu;
	switch (a->status) {
	case EVTCHNSTAT_unbound:
		a->u.unbound.dom = BIND_VALUE(p.bind);
		break;
	case EVTCHNSTAT_interdomain:
		a->u.interdomain.dom = back_end ? XHV_BACKEND_DOMID :
						  XHV_GUEST_DOMID;
		a->u.interdomain.port = back_end ? a->port :
						   BIND_VALUE(p.bind);
		break;
	case EVTCHNSTAT_pirq:
		a->u.pirq = BIND_VALUE(p.bind);
		break;
	case EVTCHNSTAT_virq:
		a->u.virq = BIND_VALUE(p.bind);
		break;
	}
	return 0;
}

/* evtchn_bind_vcpu(). The order of its checks: vCPU, port, state. IRQs off
 * under raw locks.
 */
long xhv_evtchn_bind_vcpu(struct evtchn_bind_vcpu *a)
{
	struct evtchn_port *p;
	struct xhv_evtchn *ec = NULL;
	unsigned long flags;
	unsigned int state;
	long rc = 0;

	if (!xhv_vcpu_exists(a->vcpu))
		return -ENOENT;
	p = xhv_evtchn_port(a->port);
	if (!p)
		return -EINVAL;

	/* Around the call of @moved: see xhv_evtchn_disconnect(). */
	rcu_read_lock();
	raw_spin_lock_irqsave(&xhv_evtchn_lock, flags);
	state = BIND_STATE(p->bind);
	if (state == EVTCHNSTAT_unbound || state == EVTCHNSTAT_interdomain ||
	    state == EVTCHNSTAT_pirq ||
	    (state == EVTCHNSTAT_virq &&
	     evtchn_virq_is_global(BIND_VALUE(p->bind)))) {
		WRITE_ONCE(p->vcpu, a->vcpu);
		ec = rcu_dereference(p->ec);
		if (ec)
			WRITE_ONCE(ec->vcpu, a->vcpu);
	} else {
		rc = -EINVAL;
	}
	raw_spin_unlock_irqrestore(&xhv_evtchn_lock, flags);

	if (ec && ec->moved)
		ec->moved(ec, a->vcpu);
	rcu_read_unlock();
	return rc;
}

/* The FIFO ABI, which this host does not offer; see xen-abi/hypercalls.h. */
long xhv_evtchn_init_control(struct evtchn_init_control *a)
{
	return -ENOSYS;
}

/* evtchn_fifo_expand_array() before FIFO is in use. */
long xhv_evtchn_expand_array(struct evtchn_expand_array *a)
{
	return -EOPNOTSUPP;
}

/* evtchn_port_set_priority(): the 2-level ABI has none. */
long xhv_evtchn_set_priority(struct evtchn_set_priority *a)
{
	return -ENOSYS;
}
