/* SPDX-License-Identifier: GPL-2.0-only */
/* The version, vCPUs, the scheduler, the virtual machine, and multicalls. A part of probe_calls.h. */
#ifndef XHV_PROBE_MACHINE_H
#define XHV_PROBE_MACHINE_H

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

/* An event that waits for delivery ends a poll with 0 before its list is looked at
 * (do_poll() in xen/common/sched/core.c): an error comes when there is none.
 */
static long poll_past(struct sched_poll *p)
{
	unsigned int tries;
	long rc = 0;

	for (tries = 0; !rc && tries < 20; tries++)
		rc = CALL(__HYPERVISOR_sched_op, SCHEDOP_poll, p);
	return rc;
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
		    result(poll_past(&p)));
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
	say("sched poll list low = %s", result(poll_past(&p)));
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

#endif /* XHV_PROBE_MACHINE_H */
