/* SPDX-License-Identifier: GPL-2.0-only */
/* Event channels. A part of probe_calls.h. */
#ifndef XHV_PROBE_EVENTS_H
#define XHV_PROBE_EVENTS_H

static const unsigned int some_domains[] = {
	0, GUEST, 2, NOBODY, 0x7ff0, 0x7ff1, 0x7ff2, 0x7ff4, 0x7fff, 0xffff,
};
#define NR_DOMAINS	(sizeof(some_domains) / sizeof(some_domains[0]))

static long evtchn(unsigned int cmd, void *arg)
{
	return CALL(__HYPERVISOR_event_channel_op, cmd, arg);
}

static unsigned int alloc_port(unsigned int remote)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF, .remote_dom = remote };

	return evtchn(EVTCHNOP_alloc_unbound, &a) ? 0 : a.port;
}

static long close_port(unsigned int port)
{
	struct evtchn_close a = { .port = port };

	return evtchn(EVTCHNOP_close, &a);
}

static long send_port(unsigned int port)
{
	struct evtchn_send a = { .port = port };

	return evtchn(EVTCHNOP_send, &a);
}

static long unmask_port(unsigned int port)
{
	struct evtchn_unmask a = { .port = port };

	return evtchn(EVTCHNOP_unmask, &a);
}

static long move_port(unsigned int port, unsigned int vcpu)
{
	struct evtchn_bind_vcpu a = { .port = port, .vcpu = vcpu };

	return evtchn(EVTCHNOP_bind_vcpu, &a);
}

static void port_status(const char *what, unsigned int port)
{
	struct evtchn_status s = { .dom = DOMID_SELF, .port = port };
	long rc = evtchn(EVTCHNOP_status, &s);

	switch (rc ? -1 : (int)s.status) {
	case EVTCHNSTAT_unbound:
		say("evtchn status of %s = 0; unbound for %u, vcpu %u", what,
		    s.u.unbound.dom, s.vcpu);
		break;
	case EVTCHNSTAT_interdomain:
		say("evtchn status of %s = 0; interdomain with %u, vcpu %u", what,
		    s.u.interdomain.dom, s.vcpu);
		break;
	case EVTCHNSTAT_virq:
		say("evtchn status of %s = 0; virq %u, vcpu %u", what,
		    s.u.virq, s.vcpu);
		break;
	default:
		say("evtchn status of %s = %s; state %d", what, result(rc),
		    rc ? -1 : (int)s.status);
	}
}

static void evtchn_alloc_cases(void)
{
	struct evtchn_alloc_unbound a;
	unsigned int i;
	long rc;

	for (i = 0; i < NR_DOMAINS; i++) {
		memset(&a, 0, sizeof(a));
		a.dom = some_domains[i];
		a.remote_dom = DOMID_SELF;
		rc = evtchn(EVTCHNOP_alloc_unbound, &a);
		say("evtchn alloc_unbound dom=%#x = %s; port given %d",
		    some_domains[i], result(rc), !!a.port);
		if (!rc) {
			port_status(i == 1 ? "one for itself by number" :
					     "one for itself", a.port);
			close_port(a.port);
		}
		memset(&a, 0, sizeof(a));
		a.dom = DOMID_SELF;
		a.remote_dom = some_domains[i];
		rc = evtchn(EVTCHNOP_alloc_unbound, &a);
		say("evtchn alloc_unbound remote=%#x = %s; port given %d",
		    some_domains[i], result(rc), !!a.port);
		if (!rc)
			close_port(a.port);
	}
}

static void evtchn_pair_cases(void)
{
	struct evtchn_bind_interdomain b;
	unsigned int port = alloc_port(DOMID_SELF), other, i;
	unsigned int for_dom0 = alloc_port(0);
	const unsigned int bad[] = { 0, NO_PORT, 4095, 4096, 131071, 131072, ~0U };
	long rc;

	say("evtchn send to an unbound one = %s", result(send_port(port)));
	say("evtchn unmask an unbound one = %s", result(unmask_port(port)));
	for (i = 0; i < NR_DOMAINS; i++) {
		if (some_domains[i] == GUEST || some_domains[i] == DOMID_SELF)
			continue;
		memset(&b, 0, sizeof(b));
		b.remote_dom = some_domains[i];
		b.remote_port = port;
		rc = evtchn(EVTCHNOP_bind_interdomain, &b);
		say("evtchn bind_interdomain dom=%#x its port = %s",
		    some_domains[i], result(rc));
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&b, 0, sizeof(b));
		b.remote_dom = DOMID_SELF;
		b.remote_port = bad[i];
		rc = evtchn(EVTCHNOP_bind_interdomain, &b);
		say("evtchn bind_interdomain port=%u = %s", bad[i], result(rc));
		say("evtchn close %u = %s", bad[i], result(close_port(bad[i])));
		say("evtchn send %u = %s", bad[i], result(send_port(bad[i])));
		say("evtchn unmask %u = %s", bad[i], result(unmask_port(bad[i])));
		say("evtchn bind_vcpu %u = %s", bad[i],
		    result(move_port(bad[i], 0)));
	}
	memset(&b, 0, sizeof(b));
	b.remote_dom = DOMID_SELF;
	b.remote_port = for_dom0;
	say("evtchn bind_interdomain to one for domain 0 = %s",
	    result(evtchn(EVTCHNOP_bind_interdomain, &b)));
	close_port(for_dom0);

	memset(&b, 0, sizeof(b));
	b.remote_dom = DOMID_SELF;
	b.remote_port = port;
	rc = evtchn(EVTCHNOP_bind_interdomain, &b);
	other = b.local_port;
	say("evtchn bind_interdomain good = %s; another port %d", result(rc),
	    other && other != port);
	port_status("one end", port);
	port_status("the other end", other);
	rc = evtchn(EVTCHNOP_bind_interdomain, &b);
	say("evtchn bind_interdomain again = %s", result(rc));
	say("evtchn send to a bound one = %s", result(send_port(port)));
	say("evtchn bind_vcpu bound 0 = %s", result(move_port(port, 0)));
	say("evtchn bind_vcpu bound absent = %s", result(move_port(port, 99)));
	say("evtchn close an end = %s", result(close_port(other)));
	port_status("the end that stays", port);
	say("evtchn send after the other end closed = %s", result(send_port(port)));
	say("evtchn close the end that stays = %s", result(close_port(port)));
	port_status("a closed one", port);
	say("evtchn close twice = %s", result(close_port(port)));
	say("evtchn send to a closed one = %s", result(send_port(port)));
	say("evtchn unmask a closed one = %s", result(unmask_port(port)));
	say("evtchn bind_vcpu a closed one = %s", result(move_port(port, 0)));
}

static void evtchn_virq_cases(void)
{
	static const unsigned int vcpus[] = { 0, 1, 99, 8191, ~0U };
	struct evtchn_bind_virq v;
	struct evtchn_bind_pirq p;
	struct evtchn_bind_ipi b;
	unsigned int virq, i;
	char what[32];
	long rc;

	for (virq = 0; virq < 27; virq++) {
		for (i = 0; i < 3; i++) {
			memset(&v, 0, sizeof(v));
			v.virq = virq;
			v.vcpu = vcpus[i];
			rc = evtchn(EVTCHNOP_bind_virq, &v);
			say("evtchn bind_virq %u vcpu=%u = %s", virq, vcpus[i],
			    result(rc));
			if (rc)
				continue;
			snprintf(what, sizeof(what), "virq %u of %u", virq, vcpus[i]);
			port_status(what, v.port);
			say("evtchn send to virq %u = %s", virq,
			    result(send_port(v.port)));
			say("evtchn bind_virq %u vcpu=%u again = %s", virq, vcpus[i],
			    result(evtchn(EVTCHNOP_bind_virq, &v)));
			say("evtchn bind_vcpu of virq %u = %s", virq,
			    result(move_port(v.port, 0)));
			say("evtchn close virq %u = %s", virq,
			    result(close_port(v.port)));
		}
	}
	for (i = 0; i < 5; i++) {
		memset(&b, 0, sizeof(b));
		b.vcpu = vcpus[i];
		rc = evtchn(EVTCHNOP_bind_ipi, &b);
		say("evtchn bind_ipi vcpu=%u = %s", vcpus[i], result(rc));
		if (rc)
			continue;
		port_status("an IPI", b.port);
		say("evtchn send to an IPI = %s", result(send_port(b.port)));
		say("evtchn bind_vcpu of an IPI = %s", result(move_port(b.port, 0)));
		say("evtchn close an IPI = %s", result(close_port(b.port)));
	}
	for (i = 0; i < 6; i++) {
		static const unsigned int pirqs[] = { 0, 1, 16, 255, 1024, ~0U };

		memset(&p, 0, sizeof(p));
		p.pirq = pirqs[i];
		say("evtchn bind_pirq %u = %s", pirqs[i],
		    result(evtchn(EVTCHNOP_bind_pirq, &p)));
		p.flags = BIND_PIRQ__WILL_SHARE;
		say("evtchn bind_pirq %u shared = %s", pirqs[i],
		    result(evtchn(EVTCHNOP_bind_pirq, &p)));
	}
}

static void evtchn_other_cases(void)
{
	struct evtchn_status s;
	struct evtchn_reset r;
	unsigned int i;
	long rc;

	for (i = 0; i < NR_DOMAINS; i++) {
		memset(&s, 0, sizeof(s));
		s.dom = some_domains[i];
		s.port = 1;
		say("evtchn status dom=%#x = %s", some_domains[i],
		    result(evtchn(EVTCHNOP_status, &s)));
		if (some_domains[i] == GUEST || some_domains[i] == DOMID_SELF)
			continue;
		r.dom = some_domains[i];
		rc = evtchn(EVTCHNOP_reset, &r);
		say("evtchn reset dom=%#x = %s", some_domains[i], result(rc));
	}
	for (i = 0; i < 4; i++) {
		static const unsigned int ports[] = { 0, 1, 4095, NO_PORT };

		memset(&s, 0, sizeof(s));
		s.dom = DOMID_SELF;
		s.port = ports[i];
		rc = evtchn(EVTCHNOP_status, &s);
		say("evtchn status port=%u = %s; state %d vcpu %u", ports[i],
		    result(rc), rc ? -1 : (int)s.status, s.vcpu);
	}
}

#endif /* XHV_PROBE_EVENTS_H */
