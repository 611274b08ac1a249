/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probe's hypercalls. Both halves of it make them: probe.c from user space
 * through privcmd, probe_module.c in the kernel; each says who it is, so that
 * they are two sets of cases.
 *
 * A case is a line "NAME = RESULT" with an effect after a semicolon. Names are
 * unique, and nothing in a line may be different from one boot to the next: no
 * port numbers, frames or times, but what is true of them.
 *
 * Never here: what ends the guest or takes away what its kernel lives on (the
 * shutdown calls, EVTCHNOP_reset of oneself, moving the shared info page or the
 * grant table, a map of one's own grant, a runstate area of a user's).
 *
 * The half declares hypercall() and say() before, and fills in the pages below.
 */
#ifndef XHV_PROBE_CALLS_H
#define XHV_PROBE_CALLS_H

#define PAGE_BYTES	4096
/* No domain has this number; and that is what xl's first guest has. */
#define NOBODY		77
#define GUEST		1
#ifndef __HYPERVISOR_argo_op
#define __HYPERVISOR_argo_op	39
#endif
#ifndef __HYPERVISOR_hypfs_op
#define __HYPERVISOR_hypfs_op	42
#endif
#define NO_PORT		4000000000U
/* Neither half has anything there. */
#define WILD_LOW	0x1000UL
#define WILD_HIGH	0x8000000000000000UL

/* Two that can be written to, and one that cannot. */
static unsigned char *page, *page2;
static unsigned long read_only;


#define CALL(nr, ...)	CALL_(nr, __VA_ARGS__, 0, 0, 0, 0, 0)
#define CALL_(nr, a1, a2, a3, a4, a5, ...)				\
	hypercall(nr, (unsigned long)(a1), (unsigned long)(a2),		\
		  (unsigned long)(a3), (unsigned long)(a4),		\
		  (unsigned long)(a5))

static const char *result(long rc)
{
	static const struct {
		int nr;
		const char *name;
	} names[] = {
#define NAME(e) { e, "-" #e }
		NAME(EPERM), NAME(ENOENT), NAME(ESRCH), NAME(EINTR), NAME(EIO),
		NAME(ENXIO), NAME(E2BIG), NAME(EBADF), NAME(EAGAIN),
		NAME(ENOMEM), NAME(EACCES), NAME(EFAULT), NAME(EBUSY),
		NAME(EEXIST), NAME(EXDEV), NAME(ENODEV), NAME(EISDIR),
		NAME(EINVAL), NAME(ENOTTY), NAME(EFBIG), NAME(ENOSPC),
		NAME(ESPIPE), NAME(EROFS), NAME(ERANGE), NAME(ENOSYS),
		NAME(ENODATA), NAME(EOVERFLOW), NAME(EOPNOTSUPP),
		NAME(EADDRNOTAVAIL), NAME(ENOBUFS), NAME(EISCONN),
#undef NAME
	};
	static char text[24];
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (rc == -names[i].nr)
			return names[i].name;
	snprintf(text, sizeof(text), "%ld", rc);
	return text;
}

static void clear(void)
{
	memset(page, 0, PAGE_BYTES);
	memset(page2, 0, PAGE_BYTES);
}

/*
 * Every command of every family, with every kind of bad address and with zeros.
 */

struct family {
	unsigned int nr;
	const char *name;
	unsigned int commands;		/* so many, and some beyond */
	unsigned int argument;		/* its position, from 2 */
	unsigned long not_zeros;	/* commands for which zeros do something */
	unsigned long not_at_all;
};

#define FAMILY(name, ...)	{ __HYPERVISOR_##name, #name, __VA_ARGS__ }

static const struct family families[] = {
	/* zeros: init_control would begin FIFO */
	FAMILY(event_channel_op, 17, 2, 1UL << 11, 0),
	FAMILY(grant_table_op, 15, 2, 0, 0),
	FAMILY(memory_op, 31, 2, 0, 0),
	FAMILY(xen_version, 16, 2, 0, 0),
	/*
	 * zeros: areas at address 0; at all: down, an NMI, and the timer that
	 * the kernel may live on
	 */
	FAMILY(vcpu_op, 18, 3, 1UL << 5 | 1UL << 10 | 1UL << 13,
	       1UL << 2 | 1UL << 9 | 1UL << 11),
	/* zeros: shutdown, poll for ever, and a watchdog of 0 seconds; block */
	FAMILY(sched_op, 10, 2, 1UL << 2 | 1UL << 3 | 1UL << 5 | 1UL << 6,
	       1UL << 1),
	FAMILY(physdev_op, 36, 2, 0, 0),
	FAMILY(hvm_op, 28, 2, 0, 0),
	FAMILY(xenpmu_op, 9, 2, 0, 0),
	FAMILY(console_io, 4, 3, 0, 0),
	FAMILY(callback_op, 3, 2, 0, 0),
	FAMILY(nmi_op, 3, 2, 0, 0),
	FAMILY(kexec_op, 6, 2, 0, 0),
	FAMILY(mmuext_op, 4, 3, 0, 0),
};

static long family_call(const struct family *f, unsigned int cmd,
			unsigned long arg)
{
	if (f->argument == 2)
		return CALL(f->nr, cmd, arg, 1);
	return CALL(f->nr, cmd, 0, arg);
}

static void sweep(const struct family *f, unsigned int cmd)
{
	const struct {
		const char *name;
		unsigned long gva;
	} wild[] = {
		{ "null", 0 },
		{ "low", WILD_LOW },
		{ "noncanonical", WILD_HIGH },
	};
	unsigned int i;

	if (cmd < 64 && (f->not_at_all >> cmd & 1))
		return;
	for (i = 0; i < 3; i++)
		say("%s.%u at %s = %s", f->name, cmd, wild[i].name,
		    result(family_call(f, cmd, wild[i].gva)));
	if (cmd < 64 && (f->not_zeros >> cmd & 1))
		return;
	clear();
	say("%s.%u zeros = %s", f->name, cmd,
	    result(family_call(f, cmd, (unsigned long)page)));
	/* What only reads its argument does not mind. */
	say("%s.%u read-only zeros = %s", f->name, cmd,
	    result(family_call(f, cmd, read_only)));
}

static void sweep_all(void)
{
	unsigned int i, cmd;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		for (cmd = 0; cmd < families[i].commands; cmd++)
			sweep(&families[i], cmd);
		sweep(&families[i], 99);
		sweep(&families[i], 0xffffffff);
	}
}

/* Every number; those with a family have been called. */
static void numbers(void)
{
	unsigned int nr, i;

	for (nr = 0; nr < 72; nr++) {
		if (nr == __HYPERVISOR_set_timer_op || nr == __HYPERVISOR_multicall)
			continue;
		for (i = 0; i < sizeof(families) / sizeof(families[0]); i++)
			if (families[i].nr == nr)
				break;
		if (i < sizeof(families) / sizeof(families[0]))
			continue;
		clear();
		say("hypercall %u zeros = %s", nr, result(CALL(nr, 0)));
		say("hypercall %u page = %s", nr, result(CALL(nr, page, 1, 0)));
		say("hypercall %u low = %s", nr, result(CALL(nr, WILD_LOW, 1, 0)));
	}
	say("hypercall 255 = %s", result(CALL(255, 0)));
	say("hypercall 4096 = %s", result(CALL(4096, 0)));
	say("hypercall 0x7fffffff = %s", result(CALL(0x7fffffff, 0)));
}

/* The control operations begin with a version that changes with each Xen. */
static void control_ops(void)
{
	static const unsigned int nrs[] = {
		__HYPERVISOR_platform_op, __HYPERVISOR_sysctl, __HYPERVISOR_domctl,
	};
	unsigned int i, cmd;
	unsigned int *u = (void *)page;

	for (i = 0; i < 3; i++) {
		for (cmd = 0; cmd < 8; cmd++) {
			clear();
			u[0] = cmd;
			say("control %u command %u version 0 = %s", nrs[i], cmd,
			    result(CALL(nrs[i], page)));
		}
		clear();
		u[0] = 0x03000000;
		u[1] = 0x03000000;
		say("control %u version 3.0 = %s", nrs[i],
		    result(CALL(nrs[i], page)));
		say("control %u read-only = %s", nrs[i],
		    result(CALL(nrs[i], read_only)));
	}
	for (cmd = 0; cmd < 5; cmd++) {
		say("hypfs command %u = %s", cmd,
		    result(CALL(__HYPERVISOR_hypfs_op, cmd, page, 8, page2, 64)));
		say("argo command %u = %s", cmd,
		    result(CALL(__HYPERVISOR_argo_op, cmd, page, page2, 1, 0)));
	}
	for (i = 0; i < 4; i++) {
		static const unsigned int domains[] = { 0, GUEST, NOBODY, DOMID_SELF };
		unsigned int dom = domains[i];

		clear();
		say("dm_op dom=%u nr=0 = %s", dom,
		    result(CALL(__HYPERVISOR_dm_op, dom, 0, page)));
		say("dm_op dom=%u nr=1 = %s", dom,
		    result(CALL(__HYPERVISOR_dm_op, dom, 1, page)));
		say("dm_op dom=%u nr=1 low = %s", dom,
		    result(CALL(__HYPERVISOR_dm_op, dom, 1, WILD_LOW)));
		say("dm_op dom=%u nr=99 = %s", dom,
		    result(CALL(__HYPERVISOR_dm_op, dom, 99, page)));
	}
}

/*
 * Event channels
 */

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

/*
 * Grants
 */

static long gnttab(unsigned int cmd, void *arg, unsigned int count)
{
	return CALL(__HYPERVISOR_grant_table_op, cmd, arg, count);
}

static void gnttab_count_cases(void)
{
	unsigned int cmd;

	for (cmd = 0; cmd < 13; cmd++) {
		clear();
		say("gnttab.%u count=0 = %s", cmd, result(gnttab(cmd, page, 0)));
		say("gnttab.%u count=2 low = %s", cmd,
		    result(gnttab(cmd, (void *)WILD_LOW, 2)));
		say("gnttab.%u count=-1 = %s", cmd, result(gnttab(cmd, page, ~0U)));
	}
}

static void gnttab_table_cases(void)
{
	struct gnttab_query_size q;
	struct gnttab_get_version g;
	struct gnttab_set_version v;
	struct gnttab_setup_table t;
	unsigned int i;
	long rc;

	for (i = 0; i < NR_DOMAINS; i++) {
		memset(&q, 0, sizeof(q));
		q.dom = some_domains[i];
		rc = gnttab(GNTTABOP_query_size, &q, 1);
		say("gnttab query_size dom=%#x = %s; status %d max %u", some_domains[i],
		    result(rc), q.status, q.max_nr_frames);
		memset(&g, 0, sizeof(g));
		g.dom = some_domains[i];
		rc = gnttab(GNTTABOP_get_version, &g, 1);
		say("gnttab get_version dom=%#x = %s; version %u", some_domains[i],
		    result(rc), g.version);
		memset(&t, 0, sizeof(t));
		t.dom = some_domains[i];
		rc = gnttab(GNTTABOP_setup_table, &t, 1);
		say("gnttab setup_table dom=%#x = %s; status %d", some_domains[i],
		    result(rc), t.status);
	}
	say("gnttab query_size count=2 = %s",
	    result(gnttab(GNTTABOP_query_size, &q, 2)));
	say("gnttab setup_table count=2 = %s",
	    result(gnttab(GNTTABOP_setup_table, &t, 2)));
	for (i = 0; i < 5; i++) {
		static const unsigned int versions[] = { 0, 2, 3, ~0U, 1 };

		v.version = versions[i];
		rc = gnttab(GNTTABOP_set_version, &v, 1);
		say("gnttab set_version %u = %s; now %u", versions[i], result(rc),
		    v.version);
	}
	memset(&t, 0, sizeof(t));
	t.dom = DOMID_SELF;
	t.nr_frames = 65;
	rc = gnttab(GNTTABOP_setup_table, &t, 1);
	say("gnttab setup_table 65 frames = %s; status %d", result(rc), t.status);
	t.nr_frames = ~0U;
	rc = gnttab(GNTTABOP_setup_table, &t, 1);
	say("gnttab setup_table all frames = %s; status %d", result(rc), t.status);
}

/*
 * Maps of what no domain has granted. On Xen a good reference of one's own is
 * the end of the guest, so there are only references beyond any table.
 */
static void gnttab_map_cases(void)
{
	static const unsigned int flags[] = {
		0, GNTMAP_host_map, GNTMAP_host_map | GNTMAP_readonly,
		GNTMAP_device_map, GNTMAP_host_map | GNTMAP_device_map,
		GNTMAP_host_map | GNTMAP_application_map,
		GNTMAP_host_map | GNTMAP_contains_pte,
	};
	struct gnttab_unmap_grant_ref u;
	struct gnttab_map_grant_ref m;
	unsigned int i, f;
	long rc;

	for (i = 0; i < NR_DOMAINS; i++) {
		for (f = 0; f < sizeof(flags) / sizeof(flags[0]); f++) {
			memset(&m, 0, sizeof(m));
			m.dom = some_domains[i];
			m.ref = 0x7fffffff;
			m.flags = flags[f];
			m.host_addr = 0xff000000;
			rc = gnttab(GNTTABOP_map_grant_ref, &m, 1);
			say("gnttab map dom=%#x flags=%#x = %s; status %d",
			    some_domains[i], flags[f], result(rc), m.status);
		}
	}
	memset(&m, 0, sizeof(m));
	m.ref = 3;
	m.flags = GNTMAP_host_map;
	m.host_addr = 0xff000000;
	rc = gnttab(GNTTABOP_map_grant_ref, &m, 1);
	say("gnttab map domain 0's entry 3 = %s; status %d", result(rc), m.status);
	for (i = 0; i < 4; i++) {
		static const unsigned int handles[] = { 0, 1, 0x7fffffff, ~0U };

		memset(&u, 0, sizeof(u));
		u.handle = handles[i];
		u.host_addr = 0xff000000;
		rc = gnttab(GNTTABOP_unmap_grant_ref, &u, 1);
		say("gnttab unmap handle=%#x = %s; status %d", handles[i],
		    result(rc), u.status);
	}
}

static void gnttab_swap_cases(void)
{
	static const unsigned int refs[][2] = {
		{ 500, 500 }, { 500, 501 }, { 501, 0x7fffffff }, { 0x7fffffff, 501 },
		{ ~0U, ~0U },
	};
	struct gnttab_swap_grant_ref s;
	unsigned int i;
	long rc;

	/* Entries that nobody uses, in the table's first frame. */
	for (i = 0; i < sizeof(refs) / sizeof(refs[0]); i++) {
		memset(&s, 0, sizeof(s));
		s.ref_a = refs[i][0];
		s.ref_b = refs[i][1];
		rc = gnttab(GNTTABOP_swap_grant_ref, &s, 1);
		say("gnttab swap %#x %#x = %s; status %d", refs[i][0], refs[i][1],
		    result(rc), s.status);
	}
}

/* Copies that name a domain or a frame that is none. */
static void gnttab_copy_cases(void)
{
	struct gnttab_copy c;
	unsigned int i, f;
	long rc;

	for (i = 0; i < NR_DOMAINS; i++) {
		for (f = 0; f < 4; f++) {
			memset(&c, 0, sizeof(c));
			c.source.domid = some_domains[i];
			c.dest.domid = DOMID_SELF;
			c.flags = f;
			c.len = 8;
			if (f & GNTCOPY_source_gref)
				c.source.u.ref = 0x7fffffff;
			else
				c.source.u.gmfn = 0xfffffffffUL;
			if (f & GNTCOPY_dest_gref)
				c.dest.u.ref = 0x7fffffff;
			else
				c.dest.u.gmfn = 0xfffffffffUL;
			rc = gnttab(GNTTABOP_copy, &c, 1);
			say("gnttab copy from dom=%#x flags=%u = %s; status %d",
			    some_domains[i], f, result(rc), c.status);
			c.dest.domid = some_domains[i];
			c.source.domid = DOMID_SELF;
			rc = gnttab(GNTTABOP_copy, &c, 1);
			say("gnttab copy to dom=%#x flags=%u = %s; status %d",
			    some_domains[i], f, result(rc), c.status);
		}
	}
}

/*
 * Memory
 */

static long memory(unsigned int cmd, void *arg)
{
	return CALL(__HYPERVISOR_memory_op, cmd, arg);
}

static void reservation_cases(void)
{
	static const unsigned int cmds[] = {
		XENMEM_increase_reservation, XENMEM_decrease_reservation,
		XENMEM_populate_physmap,
	};
	static const char *const names[] = { "increase", "decrease", "populate" };
	struct xen_memory_reservation r;
	unsigned long *list = (void *)page;
	unsigned int i, d;

	for (i = 0; i < 3; i++) {
		for (d = 0; d < NR_DOMAINS; d++) {
			clear();
			memset(&r, 0, sizeof(r));
			r.domid = some_domains[d];
			list[0] = 0xffffffffffUL;
			set_xen_guest_handle(r.extent_start, (void *)page);
			r.nr_extents = 0;
			say("memory %s dom=%#x of nothing = %s", names[i],
			    some_domains[d], result(memory(cmds[i], &r)));
			if (i == 0)
				continue;
			r.nr_extents = 1;
			say("memory %s dom=%#x of a frame that is none = %s",
			    names[i], some_domains[d], result(memory(cmds[i], &r)));
		}
		memset(&r, 0, sizeof(r));
		r.domid = DOMID_SELF;
		r.nr_extents = 1;
		r.extent_order = 10;
		set_xen_guest_handle(r.extent_start, (void *)page);
		say("memory %s order 10 = %s", names[i], result(memory(cmds[i], &r)));
		r.extent_order = 200;
		say("memory %s order 200 = %s", names[i], result(memory(cmds[i], &r)));
		r.extent_order = 0;
		r.nr_extents = 1UL << 40;
		say("memory %s too many = %s", names[i], result(memory(cmds[i], &r)));
		if (i == 0)
			continue;
		r.nr_extents = 1;
		set_xen_guest_handle(r.extent_start, (void *)WILD_LOW);
		say("memory %s list low = %s", names[i], result(memory(cmds[i], &r)));
	}
}

static void memory_size_cases(void)
{
	static const unsigned int cmds[] = {
		XENMEM_current_reservation, XENMEM_maximum_reservation,
		XENMEM_maximum_gpfn,
	};
	static const char *const names[] = { "current", "maximum", "gpfn" };
	unsigned short domid;
	unsigned int i, d;
	long rc;

	for (i = 0; i < 3; i++) {
		for (d = 0; d < NR_DOMAINS; d++) {
			domid = some_domains[d];
			rc = memory(cmds[i], &domid);
			say("memory %s dom=%#x = %s", names[i], domid,
			    rc > 1000 ? "many" : result(rc));
		}
	}
	rc = memory(XENMEM_maximum_ram_page, NULL);
	say("memory maximum_ram_page = %s", rc > 1000 ? "many" : result(rc));
	say("memory sharing freed = %s", result(memory(XENMEM_get_sharing_freed_pages, NULL)));
	say("memory sharing shared = %s", result(memory(XENMEM_get_sharing_shared_pages, NULL)));
}

static void memory_map_cases(void)
{
	struct xen_memory_map m;
	unsigned long *first = (void *)page;
	unsigned int i;
	long rc;

	for (i = 0; i < 3; i++) {
		static const unsigned int sizes[] = { 0, 1, 128 };

		clear();
		memset(&m, 0, sizeof(m));
		m.nr_entries = sizes[i];
		set_xen_guest_handle(m.buffer, (void *)page);
		rc = memory(XENMEM_memory_map, &m);
		say("memory map of %u = %s; some %d, begins at 0 %d, then RAM %d",
		    sizes[i], result(rc), !!m.nr_entries, !first[0],
		    ((unsigned int *)page)[4] == 1);
		m.nr_entries = sizes[i];
		rc = memory(XENMEM_machine_memory_map, &m);
		say("memory machine map of %u = %s", sizes[i], result(rc));
	}
	m.nr_entries = 128;
	set_xen_guest_handle(m.buffer, (void *)WILD_LOW);
	say("memory map list low = %s", result(memory(XENMEM_memory_map, &m)));
}

static void physmap_cases(void)
{
	struct xen_add_to_physmap_range b;
	struct xen_remove_from_physmap rm;
	struct xen_add_to_physmap a;
	unsigned long *idxs = (void *)page, *gpfns = (void *)(page + 512);
	int *errs = (void *)(page + 1024);
	unsigned int space, d;
	long rc;

	for (space = 0; space < 8; space++) {
		for (d = 0; d < NR_DOMAINS; d++) {
			/* Beyond what each of them has. */
			memset(&a, 0, sizeof(a));
			a.domid = some_domains[d];
			a.space = space;
			a.size = 1;
			a.idx = 0xfffffffUL;
			a.gpfn = 0xfeff0;
			say("memory add_to_physmap dom=%#x space=%u = %s",
			    some_domains[d], space,
			    result(memory(XENMEM_add_to_physmap, &a)));
		}
		a.domid = DOMID_SELF;
		a.gpfn = ~0UL;
		say("memory add_to_physmap space=%u no frame = %s", space,
		    result(memory(XENMEM_add_to_physmap, &a)));

		clear();
		memset(&b, 0, sizeof(b));
		b.domid = DOMID_SELF;
		b.space = space;
		b.size = 1;
		idxs[0] = 0xfffffffUL;
		gpfns[0] = 0xfeff0;
		set_xen_guest_handle(b.idxs, (void *)idxs);
		set_xen_guest_handle(b.gpfns, (void *)gpfns);
		set_xen_guest_handle(b.errs, (void *)errs);
		rc = memory(XENMEM_add_to_physmap_range, &b);
		say("memory add_to_physmap_batch space=%u = %s; %s", space,
		    result(rc), errs[0] ? "an error in the list" : "none in the list");
		b.size = 0;
		say("memory add_to_physmap_batch space=%u of nothing = %s", space,
		    result(memory(XENMEM_add_to_physmap_range, &b)));
		b.size = 1;
		set_xen_guest_handle(b.idxs, (void *)WILD_LOW);
		say("memory add_to_physmap_batch space=%u list low = %s", space,
		    result(memory(XENMEM_add_to_physmap_range, &b)));
	}
	for (d = 0; d < NR_DOMAINS; d++) {
		memset(&rm, 0, sizeof(rm));
		rm.domid = some_domains[d];
		rm.gpfn = 0xfffffffUL;
		say("memory remove_from_physmap dom=%#x = %s", some_domains[d],
		    result(memory(XENMEM_remove_from_physmap, &rm)));
	}
}

/*
 * The rest
 */

static void version_cases(void)
{
	static const unsigned int texts[] = {
		XENVER_extraversion, XENVER_capabilities, XENVER_changeset,
		XENVER_commandline,
	};
	struct xen_feature_info f;
	unsigned int i;
	long rc;

	say("version = %#lx", CALL(__HYPERVISOR_xen_version, XENVER_version, 0));
	say("version pagesize = %s",
	    result(CALL(__HYPERVISOR_xen_version, XENVER_pagesize, 0)));
	for (i = 0; i < 4; i++) {
		clear();
		rc = CALL(__HYPERVISOR_xen_version, texts[i], page);
		say("version text %u = %s; \"%s\"", texts[i], result(rc), (char *)page);
	}
	for (i = 0; i < 4; i++) {
		memset(&f, 0, sizeof(f));
		f.submap_idx = i;
		rc = CALL(__HYPERVISOR_xen_version, XENVER_get_features, &f);
		say("version features %u = %s; %#x", i, result(rc), f.submap);
	}
	clear();
	rc = CALL(__HYPERVISOR_xen_version, XENVER_platform_parameters, page);
	say("version platform = %s; %#lx", result(rc), *(unsigned long *)page);
	clear();
	rc = CALL(__HYPERVISOR_xen_version, XENVER_build_id, page);
	say("version build_id = %s", result(rc));
	say("version build_id null = %s",
	    result(CALL(__HYPERVISOR_xen_version, XENVER_build_id, 0)));
	clear();
	rc = CALL(__HYPERVISOR_xen_version, XENVER_guest_handle, page);
	say("version guest_handle = %s; not zeros %d", result(rc),
	    *(unsigned long *)page || *(unsigned long *)(page + 8));
}

static long vcpu(unsigned int cmd, unsigned int nr, void *arg)
{
	return CALL(__HYPERVISOR_vcpu_op, cmd, nr, arg);
}

/* System time in @ns from the last time this vCPU began to run, or so. */
static unsigned long now_plus(unsigned long ns)
{
	static struct vcpu_runstate_info run;

	vcpu(VCPUOP_get_runstate_info, 0, &run);
	return run.state_entry_time + ns;
}

/* The next interrupt comes soon, whatever the kernel had asked for before. */
static void rearm(void)
{
	CALL(__HYPERVISOR_set_timer_op, now_plus(1000000));
}

static void vcpu_cases(void)
{
	static const unsigned int absent[] = { 1, 99, 127, 128, 8191, 8192, ~0U };
	struct vcpu_set_singleshot_timer s;
	struct vcpu_register_vcpu_info v;
	struct vcpu_set_periodic_timer p;
	struct vcpu_runstate_info *run = (void *)page;
	unsigned int i, cmd;
	long rc;

	for (i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		for (cmd = 0; cmd < 16; cmd++) {
			clear();
			say("vcpu %u command %u = %s", absent[i], cmd,
			    result(vcpu(cmd, absent[i], page)));
		}
	say("vcpu is_up = %s", result(vcpu(VCPUOP_is_up, 0, NULL)));
	clear();
	rc = vcpu(VCPUOP_get_runstate_info, 0, page);
	say("vcpu runstate = %s; state %d, entered %d, ran %d", result(rc),
	    run->state, run->state_entry_time > 0, run->time[0] > 0);
	for (i = 0; i < 5; i++) {
		static const unsigned long periods[] = {
			0, 1, 999999, 1UL << 63, 3000000000UL,
		};

		p.period_ns = periods[i];
		say("vcpu periodic %lu = %s", periods[i],
		    result(vcpu(VCPUOP_set_periodic_timer, 0, &p)));
	}
	say("vcpu stop_periodic = %s",
	    result(vcpu(VCPUOP_stop_periodic_timer, 0, NULL)));
	say("vcpu stop_periodic with an argument = %s",
	    result(vcpu(VCPUOP_stop_periodic_timer, 0, page)));
	s.timeout_abs_ns = 1;
	s.flags = 0;
	say("vcpu singleshot past = %s",
	    result(vcpu(VCPUOP_set_singleshot_timer, 0, &s)));
	s.flags = VCPU_SSHOTTMR_future;
	say("vcpu singleshot past, future only = %s",
	    result(vcpu(VCPUOP_set_singleshot_timer, 0, &s)));
	s.flags = 0;
	s.timeout_abs_ns = now_plus(1000000);
	say("vcpu singleshot = %s",
	    result(vcpu(VCPUOP_set_singleshot_timer, 0, &s)));
	rc = vcpu(VCPUOP_stop_singleshot_timer, 0, NULL);
	rearm();
	say("vcpu stop_singleshot = %s", result(rc));
	say("set_timer_op = %s",
	    result(CALL(__HYPERVISOR_set_timer_op, now_plus(1000000))));
	/* The kernel has registered its own. */
	memset(&v, 0, sizeof(v));
	v.mfn = 0xfffffffUL;
	say("vcpu register_vcpu_info frame that is none = %s",
	    result(vcpu(VCPUOP_register_vcpu_info, 0, &v)));
	v.offset = 4090;
	say("vcpu register_vcpu_info over the end = %s",
	    result(vcpu(VCPUOP_register_vcpu_info, 0, &v)));
	v.offset = 3;
	say("vcpu register_vcpu_info unaligned = %s",
	    result(vcpu(VCPUOP_register_vcpu_info, 0, &v)));
	say("vcpu get_physid = %s", result(vcpu(VCPUOP_get_physid, 0, page)));
	say("vcpu up = %s", result(vcpu(VCPUOP_up, 0, NULL)));
}

static void sched_cases(void)
{
	unsigned int *ports = (void *)page;
	struct sched_remote_shutdown r;
	struct sched_watchdog w;
	struct evtchn_bind_ipi b;
	struct sched_poll p;
	unsigned int i;

	say("sched yield = %s", result(CALL(__HYPERVISOR_sched_op, SCHEDOP_yield, 0)));
	clear();
	b.vcpu = 0;
	evtchn(EVTCHNOP_bind_ipi, &b);
	memset(&p, 0, sizeof(p));
	set_xen_guest_handle(p.ports, (void *)page);
	for (i = 0; i < 7; i++) {
		static const unsigned int nrs[] = { 0, 1, 2, 128, 129, 1000, ~0U };

		ports[0] = b.port;
		ports[1] = NO_PORT;
		p.nr_ports = nrs[i];
		p.timeout = 1;
		say("sched poll %u ports in the past = %s", nrs[i],
		    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_poll, &p)));
	}
	p.nr_ports = 1;
	p.timeout = now_plus(2000000);
	say("sched poll 2 ms = %s",
	    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_poll, &p)));
	send_port(b.port);
	p.timeout = 0;
	say("sched poll a pending one without end = %s",
	    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_poll, &p)));
	set_xen_guest_handle(p.ports, (void *)WILD_LOW);
	p.timeout = 1;
	say("sched poll list low = %s",
	    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_poll, &p)));
	close_port(b.port);

	for (i = 0; i < NR_DOMAINS; i++) {
		memset(&r, 0, sizeof(r));
		r.domain_id = some_domains[i];
		say("sched remote_shutdown dom=%#x = %s", some_domains[i],
		    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_remote_shutdown, &r)));
	}
	for (i = 0; i < 4; i++) {
		static const unsigned int ids[] = { 1, 2, 3, ~0U };

		memset(&w, 0, sizeof(w));
		w.id = ids[i];
		w.timeout = 3600;
		say("sched watchdog %u that is not set = %s", ids[i],
		    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_watchdog, &w)));
	}
	memset(&w, 0, sizeof(w));
	w.timeout = 3600;
	say("sched watchdog the first = %s",
	    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_watchdog, &w)));
	say("sched watchdog the second = %s",
	    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_watchdog, &w)));
	say("sched watchdog one too many = %s",
	    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_watchdog, &w)));
	w.id = 1;
	say("sched watchdog set anew = %s",
	    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_watchdog, &w)));
	w.timeout = 0;
	say("sched watchdog stopped = %s",
	    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_watchdog, &w)));
	say("sched watchdog stopped again = %s",
	    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_watchdog, &w)));
	w.id = 2;
	say("sched watchdog 2 stopped = %s",
	    result(CALL(__HYPERVISOR_sched_op, SCHEDOP_watchdog, &w)));
}

static void assist_cases(void)
{
	unsigned int type, cmd;
	static const unsigned int types[] = { 0, 1, 2, 3, 4, 5, 6, 31, 32, 63, 64, ~0U };

	for (type = 0; type < sizeof(types) / sizeof(types[0]); type++)
		for (cmd = 0; cmd < 4; cmd++)
			if (types[type] != VMASST_TYPE_runstate_update_flag || cmd != 1)
				say("vm_assist %u type=%u = %s", cmd, types[type],
				    result(CALL(__HYPERVISOR_vm_assist, cmd,
						types[type])));
	say("vm_assist off = %s",
	    result(CALL(__HYPERVISOR_vm_assist, VMASST_CMD_disable,
			VMASST_TYPE_runstate_update_flag)));
	say("vm_assist on again = %s",
	    result(CALL(__HYPERVISOR_vm_assist, VMASST_CMD_enable,
			VMASST_TYPE_runstate_update_flag)));
}

static long hvm(unsigned int cmd, void *arg)
{
	return CALL(__HYPERVISOR_hvm_op, cmd, arg);
}

static void param_cases(void)
{
	struct xen_hvm_param p;
	unsigned int i;
	long rc;

	for (i = 0; i < 48; i++) {
		memset(&p, 0, sizeof(p));
		p.domid = DOMID_SELF;
		p.index = i;
		rc = hvm(HVMOP_get_param, &p);
		say("hvm get_param %u = %s; not 0 %d", i, result(rc), !!p.value);
		/* What may be set, to what it is: the kernel's events depend
		 * on it. 37 and 15 wrongly set are the guest's end.
		 */
		if (i == 15 || i == 37)
			continue;
		rc = hvm(HVMOP_set_param, &p);
		say("hvm set_param %u = %s", i, result(rc));
	}
	for (i = 0; i < NR_DOMAINS; i++) {
		memset(&p, 0, sizeof(p));
		p.domid = some_domains[i];
		p.index = 1;
		say("hvm get_param dom=%#x = %s", some_domains[i],
		    result(hvm(HVMOP_get_param, &p)));
		p.index = 36;
		say("hvm set_param dom=%#x = %s", some_domains[i],
		    result(hvm(HVMOP_set_param, &p)));
		p.index = 99;
		say("hvm get_param 99 dom=%#x = %s", some_domains[i],
		    result(hvm(HVMOP_get_param, &p)));
	}
	for (i = 0; i < 5; i++) {
		static const unsigned long widths[] = { 1, 4, 8, 16, 0 };

		memset(&p, 0, sizeof(p));
		p.domid = DOMID_SELF;
		p.index = 36;
		p.value = widths[i];
		say("hvm x87 width %lu = %s", widths[i],
		    result(hvm(HVMOP_set_param, &p)));
	}
}

static void hvm_cases(void)
{
	static const unsigned int vectors[] = { 0, 1, 15, 256, ~0U };
	struct xen_hvm_evtchn_upcall_vector v;
	struct xen_hvm_pagetable_dying d;
	struct xen_hvm_get_mem_type m;
	unsigned int i;
	long rc;

	say("hvm flush_tlbs = %s", result(hvm(HVMOP_flush_tlbs, NULL)));
	clear();
	rc = hvm(HVMOP_get_time, page);
	say("hvm get_time = %s; some time %d", result(rc), !!*(unsigned long *)page);
	for (i = 0; i < 5; i++) {
		memset(&v, 0, sizeof(v));
		v.vector = vectors[i];
		if ((vectors[i] & 0xff) >= 16)
			v.vcpu = 99;
		say("hvm upcall_vector %u = %s", vectors[i],
		    result(hvm(HVMOP_set_evtchn_upcall_vector, &v)));
	}
	v.vector = 0xf3;
	v.vcpu = 99;
	say("hvm upcall_vector of an absent vcpu = %s",
	    result(hvm(HVMOP_set_evtchn_upcall_vector, &v)));
	for (i = 0; i < NR_DOMAINS; i++) {
		memset(&d, 0, sizeof(d));
		d.domid = some_domains[i];
		say("hvm pagetable_dying dom=%#x = %s", some_domains[i],
		    result(hvm(HVMOP_pagetable_dying, &d)));
		memset(&m, 0, sizeof(m));
		m.domid = some_domains[i];
		m.pfn = 0x100;
		rc = hvm(HVMOP_get_mem_type, &m);
		say("hvm get_mem_type dom=%#x = %s; type %u", some_domains[i],
		    result(rc), m.mem_type);
	}
	memset(&m, 0, sizeof(m));
	m.domid = DOMID_SELF;
	m.pfn = 0xfffffffUL;
	rc = hvm(HVMOP_get_mem_type, &m);
	say("hvm get_mem_type of no frame = %s; type %u", result(rc), m.mem_type);
	for (i = 0; i < 18; i++) {
		unsigned int *a = (void *)page;

		/* HVMOP_ALTP2M_INTERFACE_VERSION, then the command */
		clear();
		a[0] = 1;
		a[1] = i;
		((unsigned short *)page)[4] = DOMID_SELF;
		say("hvm altp2m %u = %s", i, result(hvm(HVMOP_altp2m, page)));
	}
}

static void physdev_cases(void)
{
	struct physdev_unmap_pirq u;
	struct physdev_map_pirq m;
	unsigned int i, d;

	for (d = 0; d < NR_DOMAINS; d++) {
		for (i = 0; i < 6; i++) {
			memset(&m, 0, sizeof(m));
			m.domid = some_domains[d];
			m.type = i;
			m.index = 40;
			m.pirq = -1;
			say("physdev map_pirq dom=%#x type=%u = %s", some_domains[d],
			    i, result(CALL(__HYPERVISOR_physdev_op,
					   PHYSDEVOP_map_pirq, &m)));
		}
		memset(&u, 0, sizeof(u));
		u.domid = some_domains[d];
		u.pirq = 40;
		say("physdev unmap_pirq dom=%#x = %s", some_domains[d],
		    result(CALL(__HYPERVISOR_physdev_op, PHYSDEVOP_unmap_pirq, &u)));
		u.pirq = -1;
		say("physdev unmap_pirq dom=%#x -1 = %s", some_domains[d],
		    result(CALL(__HYPERVISOR_physdev_op, PHYSDEVOP_unmap_pirq, &u)));
	}
}

static void multicall_cases(void)
{
	struct multicall_entry *m = (void *)page;
	long rc;

	say("multicall of nothing = %s", result(CALL(__HYPERVISOR_multicall, 0, 0)));
	say("multicall of nothing low = %s",
	    result(CALL(__HYPERVISOR_multicall, WILD_LOW, 0)));
	say("multicall low = %s", result(CALL(__HYPERVISOR_multicall, WILD_LOW, 1)));
	say("multicall noncanonical = %s",
	    result(CALL(__HYPERVISOR_multicall, WILD_HIGH, 1)));
	say("multicall read-only = %s",
	    result(CALL(__HYPERVISOR_multicall, read_only, 1)));
	clear();
	m[0].op = __HYPERVISOR_xen_version;
	m[0].args[0] = XENVER_version;
	m[1].op = __HYPERVISOR_multicall;
	m[2].op = 63;
	m[3].op = __HYPERVISOR_event_channel_op;
	m[3].args[0] = EVTCHNOP_send;
	m[3].args[1] = WILD_LOW;
	m[4].op = __HYPERVISOR_sched_op;
	m[4].args[0] = SCHEDOP_yield;
	m[5].op = ~0UL;
	m[6].op = __HYPERVISOR_iret;
	rc = CALL(__HYPERVISOR_multicall, page, 7);
	say("multicall of seven = %s; %lx", result(rc), (unsigned long)m[0].result);
	say("multicall in a multicall = %s", result(m[1].result));
	say("multicall unknown = %s", result(m[2].result));
	say("multicall bad address = %s", result(m[3].result));
	say("multicall yield = %s", result(m[4].result));
	say("multicall no number = %s", result(m[5].result));
	say("multicall iret = %s", result(m[6].result));
}

static void all_hypercalls(void)
{
	sweep_all();
	numbers();
	control_ops();
	evtchn_alloc_cases();
	evtchn_pair_cases();
	evtchn_virq_cases();
	evtchn_other_cases();
	gnttab_count_cases();
	gnttab_table_cases();
	gnttab_map_cases();
	gnttab_swap_cases();
	gnttab_copy_cases();
	reservation_cases();
	memory_size_cases();
	memory_map_cases();
	physmap_cases();
	version_cases();
	vcpu_cases();
	sched_cases();
	assist_cases();
	param_cases();
	hvm_cases();
	physdev_cases();
	multicall_cases();
}

#endif /* XHV_PROBE_CALLS_H */
