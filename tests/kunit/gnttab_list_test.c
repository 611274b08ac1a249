// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants of a request, pinned and unpinned together.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include "shim/gnttab.h"
#include "shim/memory.h"

#define ENTRIES		512	/* in a frame */
#define APIC_PFN	0xfee00	/* has never been memory */

static struct grant_entry_v1 *table;
static void *pages[2];

static int setup(struct kunit *test)
{
	xen_pfn_t *pfns;
	int i;

	KUNIT_ASSERT_EQ(test, xhv_gnttab_init(), 0);
	table = xhv_gnttab_frames(&pfns);
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
	xhv_gnttab_exit();
}

static u32 frame(int page)
{
	return PFN_DOWN(__pa(pages[page]));
}

static void grant(grant_ref_t ref, domid_t dom, u32 pfn, u16 flags)
{
	table[ref].frame = pfn;
	table[ref].domid = dom;
	/* the entry is valid with its flags (gnttab_update_entry_v1()) */
	smp_store_release(&table[ref].flags, flags);
}

static int pin_list(const grant_ref_t *refs, unsigned int n, bool write,
		    u64 *list)
{
	unsigned long flags;
	int rc;

	local_irq_save(flags);
	rc = xhv_gnttab_pin_list(refs, 2, n, write, list);
	local_irq_restore(flags);
	return rc;
}

static void unpin_list(const grant_ref_t *refs, unsigned int n, bool write)
{
	unsigned long flags;

	local_irq_save(flags);
	xhv_gnttab_unpin_list(refs, 2, n, write);
	local_irq_restore(flags);
}

/* Every second word is none of the list's. */
static void list_test(struct kunit *test)
{
	static const grant_ref_t refs[] = { 8, ~0U, 9, ~0U, 10, ~0U, 9 };
	static const struct {
		u32 frame;
		domid_t dom;
		u16 flags;
		int rc;
	} bad[] = {
		{ APIC_PFN, 0, GTF_permit_access, GNTST_bad_page },
		{ 0x80000000, 0, GTF_permit_access, GNTST_bad_page },
		{ 0, 1, GTF_permit_access, GNTST_general_error },
		{ 0, 0, GTF_invalid, GNTST_general_error },
		{ 0, 0, GTF_permit_access | GTF_sub_page, GNTST_general_error },
		{ 0, 0, GTF_permit_access | GTF_readonly, GNTST_general_error },
	};
	static const grant_ref_t beyond[] = { 8, 0, ENTRIES };
	const u16 both = GTF_permit_access | GTF_reading | GTF_writing;
	u64 list[4], pfn;
	int i, n = ARRAY_SIZE(list);

	grant(8, 0, frame(0), GTF_permit_access | GTF_PWT);
	grant(9, 0, frame(1), GTF_permit_access);
	grant(10, 0, frame(0), GTF_permit_access);

	/* One of them twice, and one that somebody reads already. */
	KUNIT_ASSERT_EQ(test, xhv_gnttab_pin(10, false, &pfn), GNTST_okay);
	KUNIT_ASSERT_EQ(test, pin_list(refs, n, true, list), GNTST_okay);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, list[i], (u64)frame(i & 1));
	KUNIT_EXPECT_EQ(test, table[8].flags, both | GTF_PWT);
	KUNIT_EXPECT_EQ(test, table[9].flags, both);
	KUNIT_EXPECT_EQ(test, table[10].flags, both);
	unpin_list(refs, n, true);
	KUNIT_EXPECT_EQ(test, table[8].flags, GTF_permit_access | GTF_PWT);
	KUNIT_EXPECT_EQ(test, table[9].flags, GTF_permit_access);
	KUNIT_EXPECT_EQ(test, table[10].flags, GTF_permit_access | GTF_reading);
	xhv_gnttab_unpin(10, false);

	/* What is only read may be read-only. */
	grant(10, 0, frame(0), GTF_permit_access | GTF_readonly);
	KUNIT_ASSERT_EQ(test, pin_list(refs, n, false, list), GNTST_okay);
	KUNIT_EXPECT_EQ(test, table[9].flags, GTF_permit_access | GTF_reading);
	unpin_list(refs, n, false);
	KUNIT_EXPECT_EQ(test, table[10].flags, GTF_permit_access | GTF_readonly);

	/* All or none. */
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		grant(10, bad[i].dom, bad[i].frame ?: frame(0), bad[i].flags);
		KUNIT_EXPECT_EQ_MSG(test, pin_list(refs, n, true, list),
				    bad[i].rc, "%d", i);
		KUNIT_EXPECT_EQ_MSG(test, table[8].flags,
				    GTF_permit_access | GTF_PWT, "%d", i);
		KUNIT_EXPECT_EQ_MSG(test, table[9].flags, GTF_permit_access,
				    "%d", i);
		KUNIT_EXPECT_EQ_MSG(test, table[10].flags, bad[i].flags, "%d",
				    i);
	}
	KUNIT_EXPECT_EQ(test, pin_list(beyond, 2, false, list),
			GNTST_bad_gntref);
	KUNIT_EXPECT_EQ(test, table[8].flags, GTF_permit_access | GTF_PWT);
}

/* Lists on one CPU, single pins on another: the entry's flags must be there while
 * it is pinned.
 */
static atomic_t errors;

static void pin_one(bool list, bool write)
{
	const grant_ref_t ref = 8;
	u64 pfn = 0;

	if (list ? pin_list(&ref, 1, write, &pfn) :
		   xhv_gnttab_pin(ref, write, &pfn)) {
		atomic_inc(&errors);
		return;
	}
	if (!(READ_ONCE(table[ref].flags) &
	      (write ? GTF_writing : GTF_reading)) || pfn != frame(0))
		atomic_inc(&errors);
	if (list)
		unpin_list(&ref, 1, write);
	else
		xhv_gnttab_unpin(ref, write);
}

static int pin_singly(void *done)
{
	int i;

	for (i = 0; i < 50000; i++)
		pin_one(false, i & 1);
	complete(done);
	return 0;
}

static void list_race_test(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct task_struct *task;
	int i;

	grant(8, 0, frame(0), GTF_permit_access);
	atomic_set(&errors, 0);
	task = kthread_run(pin_singly, &done, "xhv-pin");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	for (i = 0; i < 50000; i++)
		pin_one(true, i & 2);
	wait_for_completion(&done);
	KUNIT_EXPECT_EQ(test, atomic_read(&errors), 0);
	KUNIT_EXPECT_EQ(test, table[8].flags, GTF_permit_access);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(list_test),
	KUNIT_CASE(list_race_test),
	{}
};

static struct kunit_suite suite = {
	.name = "xhv-gnttab-list",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
