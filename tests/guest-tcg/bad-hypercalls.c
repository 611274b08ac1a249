// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that are wrong, through privcmd: every row of the table with
 * addresses that are no memory of the caller's, and every kind of number out of
 * its range. Each must be refused as Xen refuses it (xen-abi/hypercalls.h cites
 * where). Run in the guest by bad-hypercalls.test; 0 if all is as it should be.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/abi/xen.h"
#include "xen-abi/hypercalls.h"

/* public/memory.h, not a macro there for every interface version */
#define WILD_DOM	77
#define PAGE		4096UL
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static int privcmd;
static unsigned int failures, calls;

static long call(unsigned long nr, unsigned long a1, unsigned long a2,
		 unsigned long a3)
{
	struct {
		uint64_t op, arg[5];
	} h = { nr, { a1, a2, a3, 0, 0 } };
	/* The C library makes an int of the result. */
	long ret = syscall(16, privcmd,
			   _IOC(_IOC_NONE, 'P', 0, sizeof(h)), &h);

	calls++;
	return ret < 0 ? -errno : ret;
}

static void expect(const char *what, unsigned long arg, long is, long want)
{
	if (is == want)
		return;
	if (failures++ < 40)
		fprintf(stderr, "FAIL: %s(%#lx): %ld, not %ld\n", what, arg, is,
			want);
}

/*
 * Every row, with a bad address.
 */

enum how { COPIED, OUT, REFUSED, NONE, RAW };

static const struct row {
	unsigned int nr, cmd;
	const char *name;
	enum how how;
	int err;
} rows[] = {
#define ROW_COPIED(cmd, fn, t)	{ NR, cmd, #cmd, COPIED, EFAULT },
#define ROW_OUT(cmd, fn, t)	{ NR, cmd, #cmd, OUT, EFAULT },
#define ROW_NONE(cmd, fn, t)	{ NR, cmd, #cmd, NONE, 0 },
#define ROW_RAW(cmd, fn, t)	{ NR, cmd, #cmd, RAW, EFAULT },
#define ROW_REFUSED(cmd, t, e)	{ NR, cmd, #cmd, REFUSED, e },
#define ROWS(list) \
	list(ROW_COPIED, ROW_COPIED, ROW_OUT, ROW_NONE, ROW_RAW, ROW_REFUSED)
#define NR	__HYPERVISOR_event_channel_op
	ROWS(XHV_EVENT_CHANNEL_OP)
#undef NR
#define NR	__HYPERVISOR_grant_table_op
	ROWS(XHV_GRANT_TABLE_OP)
#undef NR
#define NR	__HYPERVISOR_memory_op
	ROWS(XHV_MEMORY_OP)
#undef NR
#define NR	__HYPERVISOR_xen_version
	ROWS(XHV_XEN_VERSION)
#undef NR
#define NR	__HYPERVISOR_vcpu_op
	ROWS(XHV_VCPU_OP)
#undef NR
#define NR	__HYPERVISOR_sched_op
	ROWS(XHV_SCHED_OP)
#undef NR
#define NR	__HYPERVISOR_physdev_op
	ROWS(XHV_PHYSDEV_OP)
#undef NR
#define NR	__HYPERVISOR_hvm_op
	ROWS(XHV_HVM_OP)
#undef NR
};

static const struct {
	unsigned int nr;
	const char *name;
	int err;
} refused[] = {
#define SERVED_NR(nr, name)
#define REFUSED_NR(nr, name, e)	{ nr, #name, e },
	XHV_HYPERCALLS(SERVED_NR, SERVED_NR, REFUSED_NR)
};

/* What a row that reads its argument by itself says of a bad address. A
 * reservation's answer is how many extents were done.
 */
static long raw_answer(const struct row *r, unsigned long gva)
{
	if (r->nr == __HYPERVISOR_memory_op &&
	    (r->cmd == XENMEM_increase_reservation ||
	     r->cmd == XENMEM_decrease_reservation ||
	     r->cmd == XENMEM_populate_physmap))
		return 0;
	/* These take no argument, and say so. */
	if (r->nr == __HYPERVISOR_xen_version)
		return r->cmd != XENVER_pagesize ? -EFAULT : gva ? -EINVAL : (long)PAGE;
	if (r->nr == __HYPERVISOR_hvm_op)
		return gva ? -EINVAL : 0;
	return -EFAULT;
}

static long call_row(const struct row *r, unsigned long gva)
{
	if (r->nr == __HYPERVISOR_vcpu_op)
		return call(r->nr, r->cmd, 0, gva);
	return call(r->nr, r->cmd, gva, 1);
}

/* Where nothing is to be read. */
static void wild_address(unsigned long gva)
{
	const struct row *r;

	for (r = rows; r < rows + ARRAY_SIZE(rows); r++) {
		if (r->how == NONE)
			continue;
		expect(r->name, gva, call_row(r, gva),
		       r->how == RAW ? raw_answer(r, gva) : -r->err);
	}
	expect("multicall", gva, call(__HYPERVISOR_multicall, gva, 3, 0),
	       -EFAULT);
	expect("set_timer_op", gva, call(__HYPERVISOR_set_timer_op, gva, 0, 0),
	       0);
}

/* What can be read and not written: the answer cannot be brought back. */
static void read_only(unsigned long gva)
{
	const struct row *r;

	for (r = rows; r < rows + ARRAY_SIZE(rows); r++)
		if (r->how == OUT)
			expect(r->name, gva, call_row(r, gva), -EFAULT);
}

/* As addresses, numbers that are none. */
static unsigned long kernel_text(void)
{
	char line[256], type;
	unsigned long at;
	FILE *f = fopen("/proc/kallsyms", "r");

	while (f && fgets(line, sizeof(line), f)) {
		char name[128];

		if (sscanf(line, "%lx %c %127s", &at, &type, name) == 3 &&
		    !strcmp(name, "_stext") && at) {
			fclose(f);
			return at;
		}
	}
	errx(1, "no _stext");
}

static void addresses(char *two)
{
	const unsigned long none[] = {
		0, 8, PAGE, 0x7fffffffe000UL, 0x7ffffffffffcUL,
		0x800000000000UL, 0x8000000000000000UL, 0xffff7ffffffffffcUL,
		0xffff800000000000UL, 0xffff87fffffffffcUL,
		0xfffffffffffff000UL, 0xfffffffffffffffcUL, ~0UL,
		(unsigned long)two + PAGE, (unsigned long)two + PAGE - 1,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(none); i++)
		wild_address(none[i]);
	/* The argument begins in memory and ends where there is none. */
	memset(two, 0xff, PAGE);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].how == COPIED && rows[i].cmd !=
		    SCHEDOP_shutdown)
			expect(rows[i].name, PAGE - 1,
			       call_row(&rows[i], (unsigned long)two + PAGE - 1),
			       -EFAULT);
	read_only(kernel_text());
	mprotect(two, PAGE, PROT_READ);
	read_only((unsigned long)two);
	mprotect(two, PAGE, PROT_READ | PROT_WRITE);
}

/*
 * Numbers.
 */

/* The upper bits of memory_op's are a place in a list, and a reservation's answer is
 * how far it came.
 */
static long unknown_answer(unsigned int nr, unsigned int cmd)
{
	unsigned int op = cmd % (1 << XHV_MEMOP_EXTENT_SHIFT);

	return nr == __HYPERVISOR_memory_op && op == XENMEM_increase_reservation ?
	       (long)(cmd >> XHV_MEMOP_EXTENT_SHIFT) : -ENOSYS;
}

static void no_such(void)
{
	static const unsigned int families[] = {
		__HYPERVISOR_event_channel_op, __HYPERVISOR_grant_table_op,
		__HYPERVISOR_memory_op, __HYPERVISOR_xen_version,
		__HYPERVISOR_vcpu_op, __HYPERVISOR_sched_op,
		__HYPERVISOR_physdev_op, __HYPERVISOR_hvm_op,
	};
	static const unsigned int numbers[] = { 11, 43, 47, 50, 55, 56, 127 };
	static const unsigned int commands[] = {
		60, 100, 1000, 0x7fffffff, 0x80000000, 0xffffffff,
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		expect("unknown hypercall", numbers[i],
		       call(numbers[i], 0, 0, 0), -ENOSYS);
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		expect(refused[i].name, 0, call(refused[i].nr, 1, 2, 3),
		       -refused[i].err);
	for (i = 0; i < ARRAY_SIZE(families); i++)
		for (j = 0; j < ARRAY_SIZE(commands); j++)
			expect("unknown command", families[i] << 16 | j,
			       call(families[i], commands[j], 0, 0),
			       unknown_answer(families[i], commands[j]));
}

#define OP(nr, cmd, want, type, ...) do {				\
	type op = { __VA_ARGS__ };					\
	expect(#cmd " " #__VA_ARGS__, 0,				\
	       call(nr, cmd, (unsigned long)&op, 1), want);		\
} while (0)

#define EVTCHN(cmd, want, ...) \
	OP(__HYPERVISOR_event_channel_op, EVTCHNOP_##cmd, want, \
	   struct evtchn_##cmd, __VA_ARGS__)

static void ports(void)
{
	static const evtchn_port_t wild[] = {
		0, 4095, 4096, 4097, 0x10000, 0x7fffffff, 0x80000000, ~0U,
	};
	static const unsigned int vcpus[] = { 64, 4096, 0x7fffffff, ~0U };
	unsigned int i, n;
	long rc;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		EVTCHN(close, -EINVAL, .port = wild[i]);
		EVTCHN(send, -EINVAL, .port = wild[i]);
		EVTCHN(bind_vcpu, -EINVAL, .port = wild[i], .vcpu = 0);
		EVTCHN(bind_interdomain, -EINVAL, .remote_dom = DOMID_SELF,
		       .remote_port = wild[i]);
		/* To these a port that was in use is closed, not unknown. */
		if (!wild[i] || wild[i] == 4095)
			continue;
		EVTCHN(unmask, -EINVAL, .port = wild[i]);
		EVTCHN(status, -EINVAL, .dom = DOMID_SELF, .port = wild[i]);
	}
	for (i = 0; i < ARRAY_SIZE(vcpus); i++) {
		EVTCHN(bind_virq, -ENOENT, .virq = 0, .vcpu = vcpus[i]);
		EVTCHN(bind_virq, -EINVAL, .virq = 2, .vcpu = vcpus[i]);
		EVTCHN(bind_virq, -EINVAL, .virq = vcpus[i], .vcpu = 0);
		EVTCHN(bind_ipi, -ENOENT, .vcpu = vcpus[i]);
		EVTCHN(bind_vcpu, -ENOENT, .vcpu = vcpus[i], .port = 1);
		EVTCHN(bind_pirq, -EINVAL, .pirq = vcpus[i]);
	}
	EVTCHN(alloc_unbound, -ESRCH, .dom = WILD_DOM);
	EVTCHN(alloc_unbound, -EPERM, .dom = 0);
	EVTCHN(bind_interdomain, -ESRCH, .remote_dom = WILD_DOM);
	EVTCHN(status, -ESRCH, .dom = WILD_DOM, .port = 1);
	EVTCHN(status, -EPERM, .dom = 0, .port = 1);
	EVTCHN(reset, -ESRCH, .dom = WILD_DOM);
	EVTCHN(reset, -EPERM, .dom = 0);

	/* All the ports there are. */
	for (n = 0; ; n++) {
		struct evtchn_alloc_unbound a = { .dom = DOMID_SELF,
						  .remote_dom = 0 };

		rc = call(__HYPERVISOR_event_channel_op,
			  EVTCHNOP_alloc_unbound, (unsigned long)&a, 0);
		if (rc || n > 5000)
			break;
		if (!n)
			i = a.port;
	}
	expect("alloc_unbound for ever", n, rc, -ENOSPC);
	EVTCHN(bind_ipi, -ENOSPC, .vcpu = 0);
	/* Those that were free: all from the first on, but for what another
	 * had between them.
	 */
	for (n = i; n < 4096; n++) {
		struct evtchn_status s = { .dom = DOMID_SELF, .port = n };

		rc = call(__HYPERVISOR_event_channel_op, EVTCHNOP_status,
			  (unsigned long)&s, 0);
		if (!rc && s.status == EVTCHNSTAT_unbound)
			EVTCHN(close, 0, .port = n);
	}
}

#define GNTTAB(cmd, want, want_status, ...) do {			\
	struct gnttab_##cmd g = { __VA_ARGS__ };			\
	expect(#cmd " " #__VA_ARGS__, 0,				\
	       call(__HYPERVISOR_grant_table_op, GNTTABOP_##cmd,	\
		    (unsigned long)&g, 1), want);			\
	expect("status of " #cmd " " #__VA_ARGS__, 0, g.status,		\
	       want_status);						\
} while (0)

static void grants(char *page)
{
	static const grant_ref_t wild[] = { 64 * 512, 0x7fffffff, ~0U };
	struct gnttab_set_version v = { .version = 3 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		GNTTAB(copy, 0, GNTST_bad_gntref,
		       .source.u.ref = wild[i], .source.domid = DOMID_SELF,
		       .dest.u.ref = 8, .dest.domid = DOMID_SELF, .len = 8,
		       .flags = GNTCOPY_source_gref | GNTCOPY_dest_gref);
		GNTTAB(swap_grant_ref, 0, GNTST_bad_gntref, .ref_a = wild[i],
		       .ref_b = 9);
		GNTTAB(map_grant_ref, 0, GNTST_bad_gntref,
		       .flags = GNTMAP_host_map, .ref = wild[i], .dom = 0);
		GNTTAB(unmap_grant_ref, 0, GNTST_bad_handle,
		       .handle = wild[i]);
	}
	/* Frame 0 of the BIOS's first megabyte stays what it is. */
	GNTTAB(copy, 0, GNTST_bad_page, .source.u.gmfn = ~0UL >> 12,
	       .source.domid = DOMID_SELF, .dest.domid = DOMID_SELF, .len = 8);
	GNTTAB(copy, 0, GNTST_permission_denied, .source.domid = 0, .len = 8);
	GNTTAB(copy, 0, GNTST_bad_domain, .source.domid = WILD_DOM, .len = 8,
	       .flags = GNTCOPY_source_gref);
	GNTTAB(map_grant_ref, 0, GNTST_bad_domain, .flags = GNTMAP_host_map,
	       .ref = 8, .dom = WILD_DOM);
	GNTTAB(setup_table, 0, GNTST_bad_domain, .dom = WILD_DOM);
	GNTTAB(setup_table, 0, GNTST_permission_denied, .dom = 0);
	GNTTAB(setup_table, 0, GNTST_general_error, .dom = DOMID_SELF,
	       .nr_frames = 65);
	GNTTAB(setup_table, 0, GNTST_general_error, .dom = DOMID_SELF,
	       .nr_frames = ~0U);
	GNTTAB(setup_table, 0, GNTST_bad_virt_addr, .dom = DOMID_SELF,
	       .nr_frames = 1);
	GNTTAB(query_size, 0, GNTST_bad_domain, .dom = WILD_DOM);
	for (i = 0; i < 2; i++) {
		static const unsigned int cmds[] = {
			GNTTABOP_setup_table, GNTTABOP_query_size };

		expect("two tables", cmds[i],
		       call(__HYPERVISOR_grant_table_op, cmds[i],
			    (unsigned long)page, 2), -EINVAL);
	}
	expect("set_version 3", 0, call(__HYPERVISOR_grant_table_op,
	       GNTTABOP_set_version, (unsigned long)&v, 1), -EINVAL);
	v.version = 2;
	expect("set_version 2", 0, call(__HYPERVISOR_grant_table_op,
	       GNTTABOP_set_version, (unsigned long)&v, 1), -ENOSYS);
	/* As many as there are bytes for, and then no more. */
	memset(page, 0xff, PAGE);
	expect("copies past the end", 0, call(__HYPERVISOR_grant_table_op,
	       GNTTABOP_copy, (unsigned long)page, 0x7fffffff), -EFAULT);
	expect("maps past the end", 0, call(__HYPERVISOR_grant_table_op,
	       GNTTABOP_map_grant_ref, (unsigned long)page, 0x7fffffff),
	       -EFAULT);
	expect("negative count", 0, call(__HYPERVISOR_grant_table_op,
	       GNTTABOP_copy, (unsigned long)page, 0xffffffff), -EINVAL);
	expect("no count", 0, call(__HYPERVISOR_grant_table_op, GNTTABOP_copy,
				   0, 0), 0);
}

#define MEMORY(cmd, want, type, ...) \
	OP(__HYPERVISOR_memory_op, XENMEM_##cmd, want, type, __VA_ARGS__)

static void memory(char *page)
{
	struct xen_memory_reservation r = { .domid = DOMID_SELF };
	xen_pfn_t frame = ~0UL;
	unsigned int i;

	static const unsigned int cmds[] = {
		XENMEM_decrease_reservation, XENMEM_populate_physmap };

	for (i = 0; i < 2; i++) {
		set_xen_guest_handle(r.extent_start, &frame);
		r.nr_extents = 1;
		r.extent_order = 0;
		expect("no such frame", cmds[i], call(__HYPERVISOR_memory_op,
			cmds[i], (unsigned long)&r, 0), 0);
		r.extent_order = 0x7fffffff;
		expect("extent order", cmds[i], call(__HYPERVISOR_memory_op,
			cmds[i], (unsigned long)&r, 0), 0);
		r.extent_order = 0;
		r.nr_extents = ~0UL;
		expect("extents", cmds[i], call(__HYPERVISOR_memory_op,
			cmds[i], (unsigned long)&r, 0), 0);
		r.nr_extents = 1;
		set_xen_guest_handle(r.extent_start, (void *)~0UL);
		expect("no list", cmds[i], call(__HYPERVISOR_memory_op,
			cmds[i], (unsigned long)&r, 0), 0);
	}
	for (i = 0; i < 2; i++)
		expect("far extent", cmds[i], call(__HYPERVISOR_memory_op,
			cmds[i] | 0xffffffc0, (unsigned long)&r, 0), 0x3ffffff);
	expect("far extent", 0, call(__HYPERVISOR_memory_op,
	       XENMEM_add_to_physmap | 0xffffffc0, (unsigned long)page, 0),
	       -EDOM);
	expect("extent", 0, call(__HYPERVISOR_memory_op,
	       XENMEM_current_reservation | 0x40, (unsigned long)page, 0),
	       -EINVAL);
	MEMORY(current_reservation, -ESRCH, domid_t, WILD_DOM);
	MEMORY(maximum_gpfn, -EPERM, domid_t, 0);
	MEMORY(add_to_physmap, -ESRCH, struct xen_add_to_physmap,
	       .domid = WILD_DOM);
	MEMORY(add_to_physmap, -EACCES, struct xen_add_to_physmap, .domid = 0);
	MEMORY(add_to_physmap, -EINVAL, struct xen_add_to_physmap,
	       .domid = DOMID_SELF, .space = 99);
	MEMORY(add_to_physmap, -EINVAL, struct xen_add_to_physmap,
	       .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table,
	       .idx = 64);
	MEMORY(add_to_physmap, -EINVAL, struct xen_add_to_physmap,
	       .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table,
	       .idx = ~0UL);
	MEMORY(add_to_physmap, -EINVAL, struct xen_add_to_physmap,
	       .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .idx = 1);
	MEMORY(add_to_physmap, -EOVERFLOW, struct xen_add_to_physmap,
	       .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_range,
	       .size = 0xffff, .idx = ~0UL, .gpfn = 5);
	MEMORY(remove_from_physmap, -ESRCH, struct xen_remove_from_physmap,
	       .domid = WILD_DOM);
	MEMORY(remove_from_physmap, -ENOENT, struct xen_remove_from_physmap,
	       .domid = DOMID_SELF, .gpfn = ~0UL);
	memset(page, 0, PAGE);
	((struct xen_add_to_physmap_range *)page)->domid = DOMID_SELF;
	((struct xen_add_to_physmap_range *)page)->size = 1;
	expect("batch without lists", 0, call(__HYPERVISOR_memory_op,
	       XENMEM_add_to_physmap_range, (unsigned long)page, 0), -EFAULT);
}

#define HVM(cmd, want, type, ...) \
	OP(__HYPERVISOR_hvm_op, HVMOP_##cmd, want, type, __VA_ARGS__)

static void vcpus_and_params(void)
{
	static const unsigned long vcpus[] = { 64, 4096, 0x7fffffff, 0xffffffff };
	struct vcpu_register_vcpu_info info = { .mfn = ~0UL, .offset = 4090 };
	struct vcpu_set_periodic_timer timer = { .period_ns = 1 };
	const struct row *r;
	unsigned int i;

	for (r = rows; r < rows + ARRAY_SIZE(rows); r++)
		for (i = 0; i < ARRAY_SIZE(vcpus); i++)
			if (r->nr == __HYPERVISOR_vcpu_op)
				expect(r->name, vcpus[i],
				       call(r->nr, r->cmd, vcpus[i], 0),
				       -ENOENT);
	expect("vcpu_info offset", 0, call(__HYPERVISOR_vcpu_op,
	       VCPUOP_register_vcpu_info, 0, (unsigned long)&info), -ENXIO);
	expect("periodic timer", 0, call(__HYPERVISOR_vcpu_op,
	       VCPUOP_set_periodic_timer, 0, (unsigned long)&timer), -EINVAL);

	HVM(set_param, -EINVAL, struct xen_hvm_param, .domid = DOMID_SELF,
	    .index = 1000);
	HVM(set_param, -EINVAL, struct xen_hvm_param, .domid = DOMID_SELF,
	    .index = ~0U);
	HVM(set_param, -EINVAL, struct xen_hvm_param, .domid = 0, .index = 1);
	HVM(set_param, -ESRCH, struct xen_hvm_param, .domid = WILD_DOM,
	    .index = 1);
	HVM(set_param, -EPERM, struct xen_hvm_param, .domid = DOMID_SELF,
	    .index = HVM_PARAM_STORE_PFN);
	HVM(get_param, -EINVAL, struct xen_hvm_param, .domid = DOMID_SELF,
	    .index = 0x80000000);
	HVM(get_mem_type, -ESRCH, struct xen_hvm_get_mem_type,
	    .domid = WILD_DOM);
	HVM(set_evtchn_upcall_vector, -EINVAL,
	    struct xen_hvm_evtchn_upcall_vector, .vector = 0xf);
	HVM(set_evtchn_upcall_vector, -ENOENT,
	    struct xen_hvm_evtchn_upcall_vector, .vector = 0xf0,
	    .vcpu = 4096);
	OP(__HYPERVISOR_xen_version, XENVER_get_features, -EINVAL,
	   struct xen_feature_info, .submap_idx = 1);
	OP(__HYPERVISOR_sched_op, SCHEDOP_poll, -EINVAL, struct sched_poll,
	   .nr_ports = 129);
	OP(__HYPERVISOR_sched_op, SCHEDOP_poll, -EFAULT, struct sched_poll,
	   .nr_ports = 1);
	OP(__HYPERVISOR_sched_op, SCHEDOP_shutdown, -EOPNOTSUPP,
	   struct sched_shutdown, .reason = 200);
	OP(__HYPERVISOR_sched_op, SCHEDOP_watchdog, -EINVAL,
	   struct sched_watchdog, .id = 3, .timeout = 5);
	OP(__HYPERVISOR_sched_op, SCHEDOP_watchdog, -EINVAL,
	   struct sched_watchdog, .id = 1, .timeout = 5);
	expect("vm_assist type", 0, call(__HYPERVISOR_vm_assist, 0, 99, 0),
	       -EINVAL);
	expect("vm_assist command", 0, call(__HYPERVISOR_vm_assist, 99,
	       VMASST_TYPE_runstate_update_flag, 0), -ENOSYS);
}

static void multicalls(char *page)
{
	struct multicall_entry *e = (void *)page;
	unsigned int i, n = PAGE / sizeof(*e);

	memset(page, 0, PAGE);
	e[0].op = __HYPERVISOR_multicall;
	e[1].op = ~0UL;
	e[2].op = __HYPERVISOR_event_channel_op;
	e[2].args[0] = EVTCHNOP_send;
	e[2].args[1] = 0x8000000000000000UL;
	expect("multicall past the end", 0, call(__HYPERVISOR_multicall,
	       (unsigned long)page, ~0U, 0), -EFAULT);
	expect("multicall in a multicall", 0, (long)e[0].result, -EINVAL);
	expect("multicall of nothing", 0, (long)e[1].result, -ENOSYS);
	expect("multicall's send", 0, (long)e[2].result, -EFAULT);
	for (i = 3; i < n; i++)
		expect("multicall's rest", i, (long)e[i].result, -ENOSYS);
}

int main(int argc, char **argv)
{
	int round, rounds = argc > 1 ? atoi(argv[1]) : 1;
	char *two;

	privcmd = open("/dev/xen/privcmd", O_RDWR);
	if (privcmd < 0)
		err(1, "/dev/xen/privcmd");
	/* A page with nothing behind it. */
	two = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (two == MAP_FAILED || mprotect(two + PAGE, PAGE, PROT_NONE))
		err(1, "memory");
	for (round = 0; round < rounds; round++) {
		addresses(two);
		no_such();
		ports();
		grants(two);
		memory(two);
		vcpus_and_params();
		multicalls(two);
	}
	printf("%u calls, %u failures\n", calls, failures);
	return failures != 0;
}
