// SPDX-License-Identifier: GPL-2.0-only
/*
 * Properties of the table of hypercalls that everything else is made from.
 * Numbers and argument layouts are compared with Xen's own headers in
 * tests/abi/; here the table is compared with the kernel that we run in.
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stringify.h>
#include <xen/interface/xen.h>
#include <xen/interface/xen-mca.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/memory.h>
#include <xen/interface/version.h>
#include <xen/interface/vcpu.h>
#include <xen/interface/sched.h>
#include <xen/interface/physdev.h>
#include <xen/interface/hvm/hvm_op.h>
#include "xen-abi/extra.h"
#include "xen-abi/hypercalls.h"

/* A macro that the kernel does not define is left as it is by __stringify(). */
#define CONSTANT		"__HYPERVISOR_"

struct hypercall {
	unsigned int nr;
	const char *name;
	const char *constant;	/* the kernel's number as text, or CONSTANT... */
	int refusal;		/* errno, 0 if it is served */
};

#define SERVED(nr, name)						\
	{ nr, #name, __stringify(__HYPERVISOR_##name), 0 },
#define REFUSED(nr, name, err)						\
	{ nr, #name, __stringify(__HYPERVISOR_##name), err },
static const struct hypercall hypercalls[] = {
	XHV_HYPERCALLS(SERVED, SERVED, REFUSED)
};

/* Hypercalls that Linux has no name for, because it never makes them. */
static const char * const unnamed[] = {
	"argo_op", "hypfs_op", "paging_domctl_cont",
};

struct subop {
	unsigned int cmd;
	const char *name;
	size_t size;		/* of the argument, 0 if none is copied */
	int refusal;
};

struct family {
	const char *name;
	const struct subop *ops;
	size_t nr;
};

#define WITH_ARG(cmd, fn, type)		{ cmd, #cmd, sizeof(type), 0 },
#define WITHOUT_ARG(cmd, fn, unused)	{ cmd, #cmd, 0, 0 },
#define SUBOP_REFUSED(cmd, unused, err)	{ cmd, #cmd, 0, err },
#define ROWS(list)							\
	list(WITH_ARG, WITH_ARG, WITH_ARG, WITHOUT_ARG, WITHOUT_ARG, SUBOP_REFUSED)

static const struct subop event_channel_op[] = { ROWS(XHV_EVENT_CHANNEL_OP) };
static const struct subop grant_table_op[] = { ROWS(XHV_GRANT_TABLE_OP) };
static const struct subop memory_op[] = { ROWS(XHV_MEMORY_OP) };
static const struct subop xen_version[] = { ROWS(XHV_XEN_VERSION) };
static const struct subop vcpu_op[] = { ROWS(XHV_VCPU_OP) };
static const struct subop sched_op[] = { ROWS(XHV_SCHED_OP) };
static const struct subop physdev_op[] = { ROWS(XHV_PHYSDEV_OP) };
static const struct subop hvm_op[] = { ROWS(XHV_HVM_OP) };

#define FAMILY(nr, name)	{ #name, name, ARRAY_SIZE(name) },
#define NO_FAMILY(...)
static const struct family families[] = {
	/* Fails to build if a hypercall with sub-operations has no rows. */
	XHV_HYPERCALLS(NO_FAMILY, FAMILY, NO_FAMILY)
};

static bool is_unnamed(const char *name)
{
	return match_string(unnamed, ARRAY_SIZE(unnamed), name) >= 0;
}

/* What Xen answers a domU to a call that it knows and will not serve. */
static bool is_refusal(int err)
{
	return err == ENOSYS || err == EPERM || err == EINVAL ||
	       err == EOPNOTSUPP || err == ENOENT || err == EACCES;
}

/* Dispatch may use the number as an index. */
static void numbers_ascend(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hypercalls); i++) {
		KUNIT_EXPECT_LT_MSG(test, hypercalls[i].nr, XHV_NR_HYPERCALLS,
				    "%s", hypercalls[i].name);
		if (i)
			KUNIT_EXPECT_GT_MSG(test, hypercalls[i].nr,
					    hypercalls[i - 1].nr,
					    "%s", hypercalls[i].name);
	}
}

/* The kernel calls by its own numbers, so these are the ones that count. */
static void numbers_are_the_kernels(struct kunit *test)
{
	const struct hypercall *h;
	unsigned int nr;

	for (h = hypercalls; h < hypercalls + ARRAY_SIZE(hypercalls); h++) {
		if (strstarts(h->constant, CONSTANT)) {
			KUNIT_EXPECT_TRUE_MSG(test, is_unnamed(h->name),
					      "the kernel has no %s",
					      h->constant);
			continue;
		}
		KUNIT_EXPECT_FALSE_MSG(test, is_unnamed(h->name), "%s", h->name);
		KUNIT_ASSERT_EQ_MSG(test, kstrtouint(h->constant, 0, &nr), 0,
				    "%s is \"%s\"", h->name, h->constant);
		KUNIT_EXPECT_EQ_MSG(test, h->nr, nr, "%s", h->name);
	}
}

static void refusals_are_xens(struct kunit *test)
{
	const struct hypercall *h;
	const struct family *f;
	size_t i;

	for (h = hypercalls; h < hypercalls + ARRAY_SIZE(hypercalls); h++)
		KUNIT_EXPECT_TRUE_MSG(test,
				      !h->refusal || is_refusal(h->refusal),
				      "%s: %d", h->name, h->refusal);

	for (f = families; f < families + ARRAY_SIZE(families); f++)
		for (i = 0; i < f->nr; i++)
			KUNIT_EXPECT_TRUE_MSG(test, !f->ops[i].refusal ||
					      is_refusal(f->ops[i].refusal),
					      "%s: %d", f->ops[i].name,
					      f->ops[i].refusal);
}

/* Sub-operations need not be in order, but one number has one row. */
static void subops_are_unique(struct kunit *test)
{
	const struct family *f;
	size_t i, j;

	for (f = families; f < families + ARRAY_SIZE(families); f++)
		for (i = 0; i < f->nr; i++)
			for (j = 0; j < i; j++)
				KUNIT_EXPECT_NE_MSG(test, f->ops[i].cmd,
						    f->ops[j].cmd, "%s and %s",
						    f->ops[i].name,
						    f->ops[j].name);
}

/* A command that the macros do not know would still be a valid identifier if
 * it were a function or a variable; all of Xen's commands are small numbers.
 */
static void subops_are_small(struct kunit *test)
{
	const struct family *f;
	size_t i;

	for (f = families; f < families + ARRAY_SIZE(families); f++) {
		KUNIT_EXPECT_GT_MSG(test, f->nr, 0, "%s", f->name);
		for (i = 0; i < f->nr; i++)
			KUNIT_EXPECT_LT_MSG(test, f->ops[i].cmd, 64, "%s",
					    f->ops[i].name);
	}
}

/* Arguments are copied to the stack of the calling context, so they must be
 * small; the largest that Xen has is the capabilities' text.
 */
static void arguments_are_small(struct kunit *test)
{
	const struct family *f;
	size_t i;

	for (f = families; f < families + ARRAY_SIZE(families); f++)
		for (i = 0; i < f->nr; i++)
			KUNIT_EXPECT_LE_MSG(test, f->ops[i].size,
					    sizeof(struct xen_capabilities_info),
					    "%s", f->ops[i].name);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(numbers_ascend),
	KUNIT_CASE(numbers_are_the_kernels),
	KUNIT_CASE(refusals_are_xens),
	KUNIT_CASE(subops_are_unique),
	KUNIT_CASE(subops_are_small),
	KUNIT_CASE(arguments_are_small),
	{}
};

static struct kunit_suite suite = {
	.name = "xhv-table",
	.test_cases = cases,
};
kunit_test_suite(suite);
