// SPDX-License-Identifier: GPL-2.0-only
/*
 * The half of the probe that is in the kernel: the hypercalls of probe_calls.h
 * from there, and what only a kernel can do, since it takes frames: grants that
 * are good, reservations, areas that Xen writes to, pending bits.
 *
 * The cases are made when the module is loaded; /proc/xhv-probe has the lines.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/sync_bitops.h>
#include <asm/xen/hypercall.h>
#include <asm/xen/hypervisor.h>
#include <xen/grant_table.h>
#include "linux.h"

static long hypercall(unsigned int nr, unsigned long a1, unsigned long a2,
		      unsigned long a3, unsigned long a4, unsigned long a5);
static __printf(1, 2) void say(const char *fmt, ...);

#include "probe_calls.h"

#define TEXT_BYTES	(1 << 20)

static char *text;
static unsigned int length;
static const unsigned char constant[2 * PAGE_BYTES] __aligned(PAGE_BYTES);

static long hypercall(unsigned int nr, unsigned long a1, unsigned long a2,
		      unsigned long a3, unsigned long a4, unsigned long a5)
{
	return xen_single_call(nr, a1, a2, a3, a4, a5);
}

static void say(const char *fmt, ...)
{
	va_list args;

	length += scnprintf(text + length, TEXT_BYTES - length, "k ");
	va_start(args, fmt);
	length += vscnprintf(text + length, TEXT_BYTES - length, fmt, args);
	va_end(args);
	length += scnprintf(text + length, TEXT_BYTES - length, "\n");
}

/* Neither the page nor the function that finds it is for modules. */
static struct shared_info *shared;

static int find_shared_info(void)
{
	unsigned long (*lookup)(const char *name);
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	struct shared_info **where;
	int rc = register_kprobe(&probe);

	if (rc)
		return rc;
	lookup = (void *)probe.addr;
	unregister_kprobe(&probe);
	where = (void *)lookup("HYPERVISOR_shared_info");
	if (!where)
		return -ENOENT;
	shared = *where;
	return 0;
}

static bool is_pending(unsigned int port)
{
	return test_bit(port, (unsigned long *)shared->evtchn_pending);
}

/* The kernel does not know these ports. */
static void pending_cases(void)
{
	struct evtchn_bind_interdomain b = { .remote_dom = DOMID_SELF };
	struct evtchn_bind_ipi ipi = { .vcpu = 0 };
	struct evtchn_bind_virq virq = { .virq = 3 };
	unsigned int port;

	evtchn(EVTCHNOP_bind_ipi, &ipi);
	say("pending new IPI = %d", is_pending(ipi.port));
	send_port(ipi.port);
	say("pending IPI sent = %d", is_pending(ipi.port));
	send_port(ipi.port);
	say("pending IPI sent twice = %d", is_pending(ipi.port));
	close_port(ipi.port);
	say("pending IPI closed = %d", is_pending(ipi.port));

	port = alloc_port(DOMID_SELF);
	send_port(port);
	say("pending unbound sent = %d", is_pending(port));
	b.remote_port = port;
	evtchn(EVTCHNOP_bind_interdomain, &b);
	say("pending bound = %d; the other end %d", is_pending(b.local_port),
	    is_pending(port));
	send_port(b.local_port);
	say("pending sent = %d", is_pending(port));
	sync_clear_bit(port, (unsigned long *)shared->evtchn_pending);
	close_port(b.local_port);
	say("pending other end closed = %d", is_pending(port));
	close_port(port);

	evtchn(EVTCHNOP_bind_virq, &virq);
	say("pending new virq = %d", is_pending(virq.port));
	close_port(virq.port);
}

/* A page for itself by the kernel's own API, as a front end does it. */
static void grant_cases(void)
{
	unsigned long a = virt_to_gfn(page), b = virt_to_gfn(page2);
	struct gnttab_copy c;
	int ref, ro, other;
	unsigned int i;
	long rc;

	ref = gnttab_grant_foreign_access(GUEST, a, 0);
	ro = gnttab_grant_foreign_access(GUEST, a, 1);
	other = gnttab_grant_foreign_access(0, a, 0);
	for (i = 0; i < 14; i++) {
		static const struct {
			const char *name;
			int from, to;	/* 0 frame, 1 ref, 2 read-only, 3 other's */
			unsigned int from_at, to_at, len;
		} cases[] = {
			{ "frame to frame", 0, 0, 0, 64, 64 },
			{ "whole page", 0, 0, 0, 0, 4096 },
			{ "nothing", 0, 0, 0, 0, 0 },
			{ "over the source's end", 0, 0, 4095, 0, 2 },
			{ "over the target's end", 0, 0, 0, 4095, 2 },
			{ "too long", 0, 0, 0, 0, 4097 },
			{ "offset beyond the page", 0, 0, 4096, 0, 0 },
			{ "the last byte", 0, 0, 4095, 4095, 1 },
			{ "grant to frame", 1, 0, 0, 0, 128 },
			{ "frame to grant", 0, 1, 0, 0, 128 },
			{ "read-only grant to frame", 2, 0, 0, 0, 128 },
			{ "frame to read-only grant", 0, 2, 0, 0, 128 },
			{ "grant of another to frame", 3, 0, 0, 0, 128 },
			{ "grant to grant", 1, 1, 0, 256, 128 },
		};
		const int refs[] = { 0, ref, ro, other };

		memset(page, 0x5a, PAGE_BYTES);
		memset(page2, 0xa5, PAGE_BYTES);
		memset(&c, 0, sizeof(c));
		c.source.domid = DOMID_SELF;
		c.dest.domid = DOMID_SELF;
		c.source.offset = cases[i].from_at;
		c.dest.offset = cases[i].to_at;
		c.len = cases[i].len;
		/* Frames are the second page when the grant is the first. */
		if (cases[i].from) {
			c.source.u.ref = refs[cases[i].from];
			c.flags |= GNTCOPY_source_gref;
		} else {
			c.source.u.gmfn = cases[i].to ? b : a;
		}
		if (cases[i].to) {
			c.dest.u.ref = refs[cases[i].to];
			c.flags |= GNTCOPY_dest_gref;
		} else {
			c.dest.u.gmfn = b;
		}
		rc = gnttab(GNTTABOP_copy, &c, 1);
		say("grant copy %s = %s; status %d, first page %02x %02x %02x, second %02x %02x %02x",
		    cases[i].name, result(rc), c.status, page[0], page[127],
		    page[300], page2[0], page2[127], page2[64]);
	}
	gnttab_end_foreign_access(ref, NULL);
	gnttab_end_foreign_access(ro, NULL);
	gnttab_end_foreign_access(other, NULL);
	clear();
}

/* A page is given back and asked for again. */
static void balloon_cases(void)
{
	struct xen_memory_reservation r = { .domid = DOMID_SELF, .nr_extents = 1 };
	struct page *lent = alloc_page(GFP_KERNEL);
	unsigned short self = DOMID_SELF;
	xen_pfn_t frame;
	long before, now;

	if (!lent)
		return;
	frame = page_to_pfn(lent);
	set_xen_guest_handle(r.extent_start, &frame);
	before = memory(XENMEM_current_reservation, &self);
	say("balloon decrease = %s",
	    result(memory(XENMEM_decrease_reservation, &r)));
	now = memory(XENMEM_current_reservation, &self);
	say("balloon reservation has changed = %ld", now - before);
	say("balloon populate = %s", result(memory(XENMEM_populate_physmap, &r)));
	now = memory(XENMEM_current_reservation, &self);
	say("balloon reservation has changed in all = %ld", now - before);
	memset(page_address(lent), 1, PAGE_BYTES);
	say("balloon the page holds what is written = %d",
	    *(char *)page_address(lent));
	__free_page(lent);
}

static void frame_cases(void)
{
	struct vcpu_register_vcpu_info v = { .mfn = virt_to_gfn(page) };
	struct xen_hvm_get_mem_type m = { .domid = DOMID_SELF };

	say("frame register_vcpu_info again = %s",
	    result(vcpu(VCPUOP_register_vcpu_info, 0, &v)));
	m.pfn = virt_to_gfn(page);
	say("frame mem_type = %s; %u", result(hvm(HVMOP_get_mem_type, &m)),
	    m.mem_type);
}

/* Areas stay registered, and so does this module stay. */
static struct vcpu_runstate_info runstate;
static struct pvclock_vcpu_time_info vcpu_time;

static void area_cases(void)
{
	struct vcpu_register_runstate_memory_area r = { };
	struct vcpu_register_time_memory_area t = { };

	r.addr.p = WILD_HIGH;
	say("area runstate noncanonical = %s",
	    result(vcpu(VCPUOP_register_runstate_memory_area, 0, &r)));
	runstate.state = 77;
	r.addr.v = &runstate;
	say("area runstate = %s",
	    result(vcpu(VCPUOP_register_runstate_memory_area, 0, &r)));
	say("area runstate has been written = %d; entered %d", runstate.state,
	    !!runstate.state_entry_time);
	t.addr.p = WILD_HIGH;
	say("area time noncanonical = %s",
	    result(vcpu(VCPUOP_register_vcpu_time_memory_area, 0, &t)));
	t.addr.v = (void *)&vcpu_time;
	say("area time = %s",
	    result(vcpu(VCPUOP_register_vcpu_time_memory_area, 0, &t)));
	say("area time has been written = %d; even %d, scale %d",
	    !!vcpu_time.system_time, !(vcpu_time.version & 1),
	    !!vcpu_time.tsc_to_system_mul);
}

static int probe_show(struct seq_file *m, void *unused)
{
	seq_write(m, text, length);
	return 0;
}

static int __init probe_init(void)
{
	int rc = find_shared_info();

	if (rc)
		return rc;
	text = vzalloc(TEXT_BYTES);
	page = (void *)get_zeroed_page(GFP_KERNEL);
	page2 = (void *)get_zeroed_page(GFP_KERNEL);
	if (!text || !page || !page2)
		return -ENOMEM;
	read_only = (unsigned long)constant;

	all_hypercalls();
	pending_cases();
	grant_cases();
	balloon_cases();
	frame_cases();
	area_cases();
	proc_create_single("xhv-probe", 0400, NULL, probe_show);
	return 0;
}
module_init(probe_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Asks Xen, or who answers in its place, every question");
