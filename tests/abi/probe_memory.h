/* SPDX-License-Identifier: GPL-2.0-only */
/* Grants and memory. A part of probe_calls.h. */
#ifndef XHV_PROBE_MEMORY_H
#define XHV_PROBE_MEMORY_H

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

/* What a toolstack does; each has a domain's number at another place. */
static void toolstack_cases(void)
{
	static const struct {
		unsigned int cmd, offset;
	} ops[] = {
		{ 13, 0 }, { 16, 32 }, { 17, 32 }, { 21, 2 }, { 24, 24 }, { 26, 0 },
		{ 28, 0 }, { 11, 24 },
	};
	unsigned int i, d;

	for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		for (d = 0; d < NR_DOMAINS; d++) {
			clear();
			*(unsigned short *)(page + ops[i].offset) = some_domains[d];
			say("memory toolstack %u dom=%#x = %s", ops[i].cmd,
			    some_domains[d], result(memory(ops[i].cmd, page)));
		}
	}
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

#endif /* XHV_PROBE_MEMORY_H */
