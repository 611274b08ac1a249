// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's memory: reservations, the physical map, and addresses that a
 * caller names.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "shim/dispatch.h"
#include "shim/guest.h"
#include "shim/memory.h"
#include "xen-abi/extra.h"
#include "xen-abi/hypercalls.h"
#include "xhv/core.h"

#define APIC_PFN	0xfee00	/* has never been memory */
#define GVA(x)		((unsigned long)(x))

static void *pages[2];

static int setup(struct kunit *test)
{
	int i;

	KUNIT_ASSERT_EQ(test, xhv_memory_init(), 0);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = (void *)get_zeroed_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
	}
	return 0;
}

static void teardown(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(pages); i++)
		free_page((unsigned long)pages[i]);
	xhv_memory_exit();
}

static u32 frame(int page)
{
	return PFN_DOWN(__pa(pages[page]));
}

static void reservation_test(struct kunit *test)
{
	xen_pfn_t list[2] = { frame(0), frame(1) };
	struct xen_memory_reservation r = {
		.nr_extents = 2, .domid = DOMID_SELF,
	};
	domid_t self = DOMID_SELF, other = 0;
	long before = xhv_memory_current_reservation(&self);

	set_xen_guest_handle(r.extent_start, list);
	KUNIT_EXPECT_EQ(test, xhv_memory_decrease_reservation(GVA(&r), 0), 2L);
	KUNIT_EXPECT_EQ(test, xhv_memory_current_reservation(&self),
			before - 2);
	KUNIT_EXPECT_EQ(test, xhv_memory_populate_physmap(GVA(&r), 0), 2L);
	KUNIT_EXPECT_EQ(test, xhv_memory_current_reservation(&self), before);
	/* More than there is. */
	KUNIT_EXPECT_EQ(test, xhv_memory_populate_physmap(GVA(&r), 0), 0L);
	KUNIT_EXPECT_EQ(test, xhv_memory_maximum_reservation(&self), before);
	KUNIT_EXPECT_EQ(test, xhv_memory_current_reservation(&other),
			(long)-EPERM);

	/* As far as the list is good. */
	list[1] = APIC_PFN;
	KUNIT_EXPECT_EQ(test, xhv_memory_decrease_reservation(GVA(&r), 0), 1L);
	r.domid = 0;
	KUNIT_EXPECT_EQ(test, xhv_memory_decrease_reservation(GVA(&r), 0), 0L);
	r.domid = DOMID_SELF;
	r.extent_order = 10;
	KUNIT_EXPECT_EQ(test, xhv_memory_decrease_reservation(GVA(&r), 0), 0L);
	KUNIT_EXPECT_EQ(test, xhv_memory_decrease_reservation(8, 0), 0L);
	KUNIT_EXPECT_EQ(test, xhv_memory_current_reservation(&self),
			before - 1);
	list[1] = frame(1);
	r.extent_order = 0;
	KUNIT_EXPECT_EQ(test, xhv_memory_populate_physmap(GVA(&r), 0), 1L);
}

#define START(n)	((unsigned long)(n) << XHV_MEMOP_EXTENT_SHIFT)

static long memory_op(unsigned long cmd, const void *arg)
{
	return xhv_dispatch(__HYPERVISOR_memory_op, cmd, GVA(arg), 0, 0, 0);
}

/* What Xen does for a continuation, and so for a guest that makes one up. */
static void extent_test(struct kunit *test)
{
	xen_pfn_t list[3] = { APIC_PFN, frame(0), frame(1) };
	unsigned long idx[2] = { frame(0), frame(1) };
	int errs[2] = { 77, 77 };
	struct xen_memory_reservation r = {
		.nr_extents = 3, .domid = DOMID_SELF,
	};
	struct xen_add_to_physmap add = {
		.domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_range,
		.size = 2, .idx = APIC_PFN, .gpfn = APIC_PFN,
	};
	struct xen_add_to_physmap_range batch = {
		.domid = DOMID_SELF, .space = XENMAPSPACE_gmfn, .size = 2,
	};
	domid_t self = DOMID_SELF;
	long before = xhv_memory_current_reservation(&self);
	int i;

	set_xen_guest_handle(r.extent_start, list);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, memory_op(XENMEM_decrease_reservation |
						START(i), &r), i ? 3L : 0L);
		KUNIT_EXPECT_EQ(test, xhv_memory_current_reservation(&self),
				before - (i ? 3 - i : 0));
		KUNIT_EXPECT_EQ(test, memory_op(XENMEM_populate_physmap |
						START(i), &r), i ? 3L : 0L);
		KUNIT_EXPECT_EQ(test, xhv_memory_current_reservation(&self),
				before);
	}
	/* Beyond the list, and where there is none. */
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_decrease_reservation | START(3),
					&r), 3L);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_populate_physmap | START(4),
					&r), 4L);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_decrease_reservation | START(5),
					NULL), 5L);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_increase_reservation | START(1),
					&r), 1L);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_decrease_reservation |
					START(1UL << 57), &r), 1L << 57);
	KUNIT_EXPECT_EQ(test, xhv_memory_current_reservation(&self), before);

	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_maximum_gpfn | START(1), &self),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_maximum_gpfn | START(1), NULL),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(test, memory_op(63 | START(1), &self), (long)-ENOSYS);

	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_add_to_physmap, &add),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_add_to_physmap | START(2), &add),
			0L);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_add_to_physmap | START(3), &add),
			(long)-EILSEQ);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_add_to_physmap | START(65536),
					NULL), (long)-EDOM);

	set_xen_guest_handle(batch.idxs, idx);
	set_xen_guest_handle(batch.gpfns, &list[1]);
	set_xen_guest_handle(batch.errs, errs);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_add_to_physmap_range | START(1),
					&batch), 0L);
	KUNIT_EXPECT_EQ(test, errs[0], 77);
	KUNIT_EXPECT_EQ(test, errs[1], 0);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_add_to_physmap_range | START(3),
					&batch), (long)-EILSEQ);
	KUNIT_EXPECT_EQ(test, memory_op(XENMEM_add_to_physmap_range |
					START(65536), &batch), (long)-EDOM);
}

/* Addresses that no caller should have named: an error and never an oops. */
static void caller_memory_test(struct kunit *test)
{
	char *edge = vmalloc(PAGE_SIZE);	/* followed by a guard page */
	const unsigned long bad[] = {
		0, 8, TASK_SIZE_MAX - 4, TASK_SIZE_MAX, 0x8000000000000000,
		0xfeff000000000000, GVA(edge) + PAGE_SIZE,
		GVA(edge) + PAGE_SIZE - 4, -8, -4,
	};
	u8 from[21], to[21];
	int i, len;

	KUNIT_ASSERT_NOT_NULL(test, edge);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ_MSG(test, xhv_copy_from_guest(to, bad[i], 8),
				    -EFAULT, "%lx", bad[i]);
		KUNIT_EXPECT_EQ_MSG(test, xhv_copy_to_guest(bad[i], to, 8),
				    -EFAULT, "%lx", bad[i]);
		KUNIT_EXPECT_EQ(test, xhv_copy_from_guest(to, bad[i], 0), 0);
	}
	for (i = 0; i < sizeof(from); i++)
		from[i] = i + 1;
	for (len = 1; len <= sizeof(from); len++) {
		memset(to, 0, sizeof(to));
		KUNIT_EXPECT_EQ(test, xhv_copy_from_guest(to, GVA(from), len),
				0);
		KUNIT_EXPECT_EQ(test, memcmp(to, from, len), 0);
		KUNIT_EXPECT_PTR_EQ(test,
				    memchr_inv(to + len, 0, sizeof(to) - len),
				    NULL);
		memset(to, 0, sizeof(to));
		KUNIT_EXPECT_EQ(test, xhv_copy_to_guest(GVA(to), from, len),
				0);
		KUNIT_EXPECT_EQ(test, memcmp(to, from, len), 0);
		KUNIT_EXPECT_PTR_EQ(test,
				    memchr_inv(to + len, 0, sizeof(to) - len),
				    NULL);
	}
	vfree(edge);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(reservation_test),
	KUNIT_CASE(extent_test),
	KUNIT_CASE(caller_memory_test),
	{}
};

static struct kunit_suite suite = {
	.name = "xhv-memory",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
