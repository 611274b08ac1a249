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
	/* maximum_ram_page is the machine's */
	FAMILY(memory_op, 31, 2, 0, 1UL << 2),
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
	return CALL(f->nr, cmd, 0, arg, DOMID_SELF);
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
		/* Those of 4.17: public/{platform,sysctl,domctl}.h */
		u[0] = 1;
		u[1] = i ? 0x15 : 0x03000001;
		say("control %u right version = %s", nrs[i],
		    result(CALL(nrs[i], page)));
		u[0] = 0xffff;
		say("control %u right version of nothing = %s", nrs[i],
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

#include "probe_events.h"
#include "probe_memory.h"
#include "probe_machine.h"

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
	toolstack_cases();
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
