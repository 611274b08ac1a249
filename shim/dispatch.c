// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dispatcher: xen-abi/hypercalls.h turned into switches.
 *
 * Each case of the table counts, copies the argument in, calls the handler,
 * and copies the argument back, as the table's column says; there is nothing
 * here that knows an operation by name but the multicall loop.
 *
 * Switches and direct calls, not a table of pointers: an indirect call costs a
 * retpoline, and EVTCHNOP_send is on every data path.
 */
#include <linux/errno.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/hvm/hvm_op.h>
#include <xen/interface/memory.h>
#include <xen/interface/physdev.h>
#include <xen/interface/sched.h>
#include <xen/interface/vcpu.h>
#include <xen/interface/xen.h>
#include <xen/interface/version.h>
#include <xen/interface/xen.h>

#include "../xen-abi/extra.h"
#include "../xen-abi/hypercalls.h"
#include "dispatch.h"
#include "evtchn.h"
#include "gnttab.h"
#include "guest.h"
#include "hvm.h"
#include "memory.h"
#include "refuse.h"
#include "sched.h"
#include "vcpu.h"
#include "version.h"

/* Statistics: a counter for each row of both levels of the table. */
#define ROW(cmd, fn, type)	XHV_ROW_##cmd,
#define CALL_ROW(nr, name)	XHV_ROW_##name,
#define CALL_NO_ROW(nr, name, err) XHV_ROW_##name,
enum {
	XHV_HYPERCALLS(CALL_ROW, CALL_ROW, CALL_NO_ROW)
	XHV_EVENT_CHANNEL_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_GRANT_TABLE_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_MEMORY_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_XEN_VERSION(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_VCPU_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_SCHED_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_PHYSDEV_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_HVM_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_ROW_unknown,
	XHV_NR_ROWS
};
#undef ROW
#undef CALL_ROW
#undef CALL_NO_ROW

#define ROW(cmd, fn, type)	[XHV_ROW_##cmd] = #cmd,
#define CALL_ROW(nr, name)	[XHV_ROW_##name] = #name,
#define CALL_NO_ROW(nr, name, err) [XHV_ROW_##name] = #name,
static const char * const row_names[XHV_NR_ROWS] = {
	XHV_HYPERCALLS(CALL_ROW, CALL_ROW, CALL_NO_ROW)
	XHV_EVENT_CHANNEL_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_GRANT_TABLE_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_MEMORY_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_XEN_VERSION(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_VCPU_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_SCHED_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_PHYSDEV_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	XHV_HVM_OP(ROW, ROW, ROW, ROW, ROW, ROW)
	[XHV_ROW_unknown] = "unknown",
};
#undef ROW
#undef CALL_ROW
#undef CALL_NO_ROW

static DEFINE_PER_CPU(u64[XHV_NR_ROWS], row_calls);

static __always_inline void count(unsigned int row)
{
	this_cpu_inc(row_calls[row]);
}

/*
 * One case a row. A family says before it expands its list how its handlers
 * are called: HANDLER(fn, ...) puts the family's own arguments in front.
 */
#define CASE_IN(cmd, fn, type)						\
	case cmd: {							\
		type op;						\
									\
		count(XHV_ROW_##cmd);					\
		rc = xhv_copy_from_guest(&op, arg, sizeof(op));		\
		if (!rc)						\
			rc = HANDLER(fn, &op);				\
		break;							\
	}
#define CASE_INOUT(cmd, fn, type)					\
	case cmd: {							\
		type op;						\
									\
		count(XHV_ROW_##cmd);					\
		rc = xhv_copy_from_guest(&op, arg, sizeof(op));		\
		if (!rc)						\
			rc = HANDLER(fn, &op);				\
		if (!rc)						\
			rc = xhv_copy_to_guest(arg, &op, sizeof(op));	\
		break;							\
	}
#define CASE_OUT(cmd, fn, type)						\
	case cmd: {							\
		type op;						\
									\
		count(XHV_ROW_##cmd);					\
		memset(&op, 0, sizeof(op));				\
		rc = HANDLER(fn, &op);					\
		if (rc >= 0 && xhv_copy_to_guest(arg, &op, sizeof(op)))	\
			rc = -EFAULT;					\
		break;							\
	}
#define CASE_NONE(cmd, fn, type)					\
	case cmd:							\
		count(XHV_ROW_##cmd);					\
		rc = HANDLER_NONE(fn);					\
		break;
#define CASE_RAW(cmd, fn, type)						\
	case cmd:							\
		count(XHV_ROW_##cmd);					\
		rc = HANDLER_RAW(fn);					\
		break;
#define CASE_NO(cmd, fn, err)						\
	case cmd:							\
		count(XHV_ROW_##cmd);					\
		rc = -(err);						\
		break;
/*
 * The families. Each has the name in the table and the signature of a
 * hypercall; three arguments are the most that any of them has.
 */
#define FAMILY(name, list)						\
static long name(unsigned long cmd, unsigned long a2, unsigned long a3)	\
{									\
	unsigned long __maybe_unused arg = ARG;				\
	long rc = PRECONDITION;						\
									\
	if (rc)								\
		return rc;						\
	switch ((unsigned int)cmd) {					\
	list(CASE_IN, CASE_INOUT, CASE_OUT, CASE_NONE, CASE_RAW, CASE_NO) \
	default:							\
		count(XHV_ROW_unknown);					\
		rc = -ENOSYS;						\
	}								\
	return rc;							\
}

#define ARG			a2
#define PRECONDITION		0
#define HANDLER(fn, op)		fn(op)
#define HANDLER_NONE(fn)	fn()
#define HANDLER_RAW(fn)		fn(arg)

FAMILY(event_channel_op, XHV_EVENT_CHANNEL_OP)
FAMILY(xen_version, XHV_XEN_VERSION)
FAMILY(sched_op, XHV_SCHED_OP)
FAMILY(physdev_op, XHV_PHYSDEV_OP)
FAMILY(hvm_op, XHV_HVM_OP)

#undef HANDLER_RAW
#define HANDLER_RAW(fn)		fn(arg, a3)

FAMILY(memory_cmd, XHV_MEMORY_OP)

/* do_memory_op() (xen/common/memory.c): those that work on one thing have no
 * extent to begin with, and it says so before it looks at the argument; those that
 * arch_memory_op() has do not look.
 */
static long memory_op(unsigned long cmd, unsigned long a2, unsigned long a3)
{
	unsigned long start = cmd >> XHV_MEMOP_EXTENT_SHIFT;

	cmd &= BIT(XHV_MEMOP_EXTENT_SHIFT) - 1;
	switch (cmd) {
	case XENMEM_exchange:
	case XENMEM_maximum_ram_page:
	case XENMEM_current_reservation:
	case XENMEM_maximum_reservation:
	case XENMEM_maximum_gpfn:
	case XENMEM_remove_from_physmap:
	case XENMEM_claim_pages:
	case XENMEM_get_vnumainfo:
	case XENMEM_reserved_device_memory_map:
		if (start)
			return -EINVAL;
	}
	return memory_cmd(cmd, a2, start);
}

/* An array of @a3 operations. An HVM guest's unknown and refused commands end
 * in hvm_grant_table_op(), before do_grant_table_op() looks at the count.
 */
#undef HANDLER_RAW
#define HANDLER_RAW(fn)		((int)a3 < 0 ? -EINVAL : fn(arg, a3))

FAMILY(grant_table_op, XHV_GRANT_TABLE_OP)

/* The vCPU comes before the argument; do_vcpu_op() in xen/common/domain.c
 * looks for it before it looks at the command.
 */
#undef ARG
#undef PRECONDITION
#undef HANDLER
#undef HANDLER_NONE
#undef HANDLER_RAW
#define ARG			a3
#define PRECONDITION		(xhv_vcpu_exists(a2) ? 0 : -ENOENT)
#define HANDLER(fn, op)		fn(a2, op)
#define HANDLER_NONE(fn)	fn(a2)
#define HANDLER_RAW(fn)		fn(a2, arg)

FAMILY(vcpu_op, XHV_VCPU_OP)

static long set_timer_op(unsigned long timeout, unsigned long a2,
			 unsigned long a3)
{
	return xhv_hypercall_set_timer_op(timeout);
}

static long platform_op(unsigned long arg, unsigned long a2, unsigned long a3)
{
	return xhv_refuse_platform_op(arg);
}

static long sysctl(unsigned long arg, unsigned long a2, unsigned long a3)
{
	return xhv_refuse_sysctl(arg);
}

static long domctl(unsigned long arg, unsigned long a2, unsigned long a3)
{
	return xhv_refuse_domctl(arg);
}

static long paging_domctl_cont(unsigned long arg, unsigned long a2,
			       unsigned long a3)
{
	return xhv_refuse_paging_domctl_cont(arg);
}

static long dm_op(unsigned long dom, unsigned long nr_bufs, unsigned long bufs)
{
	return xhv_refuse_dm_op(dom, nr_bufs, bufs);
}

static long vm_assist(unsigned long cmd, unsigned long type, unsigned long a3)
{
	return xhv_hypercall_vm_assist(cmd, type);
}

/* xen/common/multicall.c: entries run in order, each has its own result, and
 * a multicall inside a multicall is -EINVAL. From process context the loop
 * gives way, as Xen's does by continuation; it ends at the latest where the
 * caller's memory does.
 */
static long multicall(unsigned long list, unsigned long nr_calls,
		      unsigned long a3)
{
	struct multicall_entry e;
	unsigned int i;

	for (i = 0; i < (unsigned int)nr_calls; i++, list += sizeof(e)) {
		if (xhv_copy_from_guest(&e, list, sizeof(e)))
			return -EFAULT;
		if (e.op == __HYPERVISOR_multicall)
			e.result = -EINVAL;
		else
			e.result = xhv_dispatch(e.op, e.args[0], e.args[1],
						e.args[2], e.args[3],
						e.args[4]);
		if (xhv_copy_to_guest(list +
				      offsetof(struct multicall_entry, result),
				      &e.result, sizeof(e.result)))
			return -EFAULT;
		if (xhv_may_sleep() && fatal_signal_pending(current))
			return -EINTR;
		xhv_give_way();
	}
	return 0;
}

#define CALL(nr, name)							\
	case nr:							\
		count(XHV_ROW_##name);					\
		return name(a1, a2, a3);
#define CALL_NO(nr, name, err)						\
	case nr:							\
		count(XHV_ROW_##name);					\
		return -(err);

long xhv_dispatch(unsigned long nr, unsigned long a1, unsigned long a2,
		  unsigned long a3, unsigned long a4, unsigned long a5)
{
	/* Nearly every call is this one, and the compiler may not make a jump
	 * table of the switch (retpolines).
	 */
	if (likely(nr == __HYPERVISOR_event_channel_op)) {
		count(XHV_ROW_event_channel_op);
		return event_channel_op(a1, a2, a3);
	}
	switch (nr) {
	XHV_HYPERCALLS(CALL, CALL, CALL_NO)
	default:
		count(XHV_ROW_unknown);
		return -ENOSYS;
	}
}

void xhv_dispatch_show(struct seq_file *m)
{
	unsigned int row;
	int cpu;

	for (row = 0; row < XHV_NR_ROWS; row++) {
		u64 calls = 0;

		for_each_possible_cpu(cpu)
			calls += per_cpu(row_calls[row], cpu);
		if (calls)
			seq_printf(m, "%s calls=%llu\n", row_names[row], calls);
	}
}
