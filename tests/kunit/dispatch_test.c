// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dispatcher against the table it is made from: what is unknown, what is
 * refused, and what happens when an argument is not there to be read. No
 * handler changes anything here: none gets a valid argument.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/memory.h>
#include <xen/interface/version.h>
#include <xen/interface/vcpu.h>
#include <xen/interface/sched.h>
#include <xen/interface/physdev.h>
#include <xen/interface/hvm/hvm_op.h>

#include "../../shim/dispatch.h"
#include "../../xen-abi/extra.h"
#include "../../xen-abi/hypercalls.h"

/* Not canonical, not mapped in the kernel, the null page of user space. */
static const unsigned long wild[] = {
	0x8000000000000000UL, 0xffffffffffffff00UL, 0UL,
};

/* A command of a family with its argument at @gva; vCPU 0 where one is named,
 * one element where a count is.
 */
static long call(unsigned int nr, unsigned int cmd, unsigned long gva)
{
	if (nr == __HYPERVISOR_vcpu_op)
		return xhv_dispatch(nr, cmd, 0, gva, 0, 0);
	return xhv_dispatch(nr, cmd, gva, 1, 0, 0);
}

enum how { COPIED, REFUSED, OTHER };

struct row {
	unsigned int nr;
	unsigned int cmd;
	const char *name;
	enum how how;
	int err;
};

#define ROW_COPIED(cmd, fn, type)	{ NR, cmd, #cmd, COPIED, EFAULT },
#define ROW_OTHER(cmd, fn, unused)	{ NR, cmd, #cmd, OTHER, 0 },
#define ROW_REFUSED(cmd, unused, err)	{ NR, cmd, #cmd, REFUSED, err },
#define ROWS(list)	list(ROW_COPIED, ROW_COPIED, ROW_COPIED, ROW_OTHER, \
			     ROW_OTHER, ROW_REFUSED)

static const struct row rows[] = {
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

#define for_each_row(r)	for (r = rows; r < rows + ARRAY_SIZE(rows); r++)

static const char *row_name(unsigned int nr, unsigned int cmd)
{
	const struct row *r;

	for_each_row(r)
		if (r->nr == nr && r->cmd == cmd)
			return r->name;
	return NULL;
}

#define SERVED_NR(nr, name)
#define REFUSED_NR(nr, name, err)	{ nr, 0, #name, REFUSED, err },
static const struct row refused_calls[] = {
	XHV_HYPERCALLS(SERVED_NR, SERVED_NR, REFUSED_NR)
};

static void hypercalls_refused(struct kunit *test)
{
	const struct row *r;
	int i;

	for (r = refused_calls; r < refused_calls + ARRAY_SIZE(refused_calls); r++)
		for (i = 0; i < ARRAY_SIZE(wild); i++)
			KUNIT_EXPECT_EQ_MSG(test, call(r->nr, 0, wild[i]),
					    -r->err, "%s", r->name);
}

#define KNOWN_NR(nr, ...)	case nr:
static bool is_known(unsigned long nr)
{
	switch (nr) {
	XHV_HYPERCALLS(KNOWN_NR, KNOWN_NR, KNOWN_NR)
		return true;
	default:
		return false;
	}
}

static void hypercalls_unknown(struct kunit *test)
{
	static const unsigned long far[] = {
		XHV_NR_HYPERCALLS, 1000, 0x40000000, 0x80000011, ULONG_MAX,
		/* Known numbers with something above their 32 bits. */
		BIT(32) | __HYPERVISOR_xen_version,
	};
	unsigned long nr;
	int i;

	for (nr = 0; nr < XHV_NR_HYPERCALLS; nr++)
		if (!is_known(nr))
			KUNIT_EXPECT_EQ_MSG(test, xhv_dispatch(nr, 0, 0, 0, 0, 0),
					    -ENOSYS, "%lu", nr);
	for (i = 0; i < ARRAY_SIZE(far); i++)
		KUNIT_EXPECT_EQ_MSG(test, xhv_dispatch(far[i], 0, 0, 0, 0, 0),
				    -ENOSYS, "%lx", far[i]);
}

/* The refusal comes before the argument is looked at. */
static void subops_refused(struct kunit *test)
{
	const struct row *r;
	int i;

	for_each_row(r)
		for (i = 0; r->how == REFUSED && i < ARRAY_SIZE(wild); i++)
			KUNIT_EXPECT_EQ_MSG(test, call(r->nr, r->cmd, wild[i]),
					    -r->err, "%s", r->name);
}

static void subops_unknown(struct kunit *test)
{
	const struct row *r;
	unsigned int cmd;

	for_each_row(r) {
		for (cmd = 0; cmd < 64; cmd++)
			if (!row_name(r->nr, cmd))
				KUNIT_EXPECT_EQ_MSG(test, call(r->nr, cmd, 0),
						    -ENOSYS, "%u.%u", r->nr, cmd);
		KUNIT_EXPECT_EQ(test, call(r->nr, UINT_MAX, 0), -ENOSYS);
	}
}

static void arguments_unreadable(struct kunit *test)
{
	const struct row *r;
	int i;

	for_each_row(r)
		for (i = 0; r->how == COPIED && i < ARRAY_SIZE(wild); i++)
			KUNIT_EXPECT_EQ_MSG(test, call(r->nr, r->cmd, wild[i]),
					    -EFAULT, "%s at %lx", r->name,
					    wild[i]);
}

/* Linux makes nearly all of its calls like this. */
static void arguments_unreadable_atomic(struct kunit *test)
{
	const struct row *r;
	unsigned long flags;
	long rc;

	for_each_row(r) {
		if (r->how != COPIED)
			continue;
		local_irq_save(flags);
		rc = call(r->nr, r->cmd, wild[0]);
		local_irq_restore(flags);
		KUNIT_EXPECT_EQ_MSG(test, rc, -EFAULT, "%s", r->name);
	}
}

/* do_vcpu_op() (xen/common/domain.c) looks for the vCPU first. */
static void vcpu_absent(struct kunit *test)
{
	unsigned int cmd;

	for (cmd = 0; cmd < 64; cmd++) {
		KUNIT_EXPECT_EQ(test, xhv_dispatch(__HYPERVISOR_vcpu_op, cmd,
						   nr_cpu_ids, 0, 0, 0),
				-ENOENT);
		KUNIT_EXPECT_EQ(test, xhv_dispatch(__HYPERVISOR_vcpu_op, cmd,
						   UINT_MAX, 0, 0, 0), -ENOENT);
	}
}

/* do_grant_table_op() (xen/common/grant_table.c). */
static void grant_count_negative(struct kunit *test)
{
	const struct row *r;

	for_each_row(r)
		if (r->nr == __HYPERVISOR_grant_table_op && r->how != REFUSED)
			KUNIT_EXPECT_EQ_MSG(test, xhv_dispatch(r->nr, r->cmd, 0,
							       INT_MIN, 0, 0),
					    -EINVAL, "%s", r->name);
}

static void multicall_results(struct kunit *test)
{
	struct multicall_entry list[] = {
		{ .op = __HYPERVISOR_xen_version, .result = 77,
		  .args = { XENVER_pagesize } },
		{ .op = __HYPERVISOR_mmu_update },
		{ .op = __HYPERVISOR_multicall },
		{ .op = ULONG_MAX },
		{ .op = __HYPERVISOR_event_channel_op,
		  .args = { EVTCHNOP_send, wild[0] } },
		{ .op = __HYPERVISOR_mmu_update, .result = 77 },
	};
	int nr = ARRAY_SIZE(list) - 1;

	KUNIT_EXPECT_EQ(test, xhv_dispatch(__HYPERVISOR_multicall,
					   (unsigned long)list, nr, 0, 0, 0),
			0);
	KUNIT_EXPECT_EQ(test, (long)list[0].result, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, (long)list[1].result, -ENOSYS);
	KUNIT_EXPECT_EQ(test, (long)list[2].result, -EINVAL);
	KUNIT_EXPECT_EQ(test, (long)list[3].result, -ENOSYS);
	KUNIT_EXPECT_EQ(test, (long)list[4].result, -EFAULT);
	KUNIT_EXPECT_EQ_MSG(test, (long)list[5].result, 77, "past the count");
}

static void multicall_unreadable(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		KUNIT_EXPECT_EQ(test, xhv_dispatch(__HYPERVISOR_multicall,
						   wild[i], UINT_MAX, 0, 0, 0),
				-EFAULT);
		KUNIT_EXPECT_EQ(test, xhv_dispatch(__HYPERVISOR_multicall,
						   wild[i], 0, 0, 0, 0), 0);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(hypercalls_refused),
	KUNIT_CASE(hypercalls_unknown),
	KUNIT_CASE(subops_refused),
	KUNIT_CASE(subops_unknown),
	KUNIT_CASE(arguments_unreadable),
	KUNIT_CASE(arguments_unreadable_atomic),
	KUNIT_CASE(vcpu_absent),
	KUNIT_CASE(grant_count_negative),
	KUNIT_CASE(multicall_results),
	KUNIT_CASE(multicall_unreadable),
	{}
};

static struct kunit_suite suite = {
	.name = "xhv-dispatch",
	.test_cases = cases,
};
kunit_test_suite(suite);
