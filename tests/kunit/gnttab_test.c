// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grant tables: pins of back ends, the guest's calls, hostile entries and
 * arguments. The entries are written as a front end writes them.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "shim/gnttab.h"
#include "shim/memory.h"
#include "shim/upcall.h"
#include "xhv/core.h"
#include "doubles.h"

#define ENTRIES		512	/* in a frame */
#define APIC_PFN	0xfee00	/* has never been memory */
#define GVA(x)		((unsigned long)(x))

static struct grant_entry_v1 *table;
static xen_pfn_t *pfns;
static void *pages[2];

static int setup(struct kunit *test)
{
	int i;

	KUNIT_ASSERT_EQ(test, xhv_upcall_init(), 0);
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
	xhv_upcall_exit();
}

static u32 frame(int page)
{
	return PFN_DOWN(__pa(pages[page]));
}

static void grant(grant_ref_t ref, domid_t dom, u32 pfn, u16 flags)
{
	table[ref].frame = pfn;
	table[ref].domid = dom;
	/* As gnttab_update_entry_v1(): the flags make it valid. */
	smp_store_release(&table[ref].flags, flags);
}

static void pin_test(struct kunit *test)
{
	u64 pfn = 0;

	grant(8, 0, frame(0), GTF_permit_access);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(8, false, &pfn), GNTST_okay);
	KUNIT_EXPECT_EQ(test, pfn, (u64)frame(0));
	KUNIT_EXPECT_EQ(test, table[8].flags, GTF_permit_access | GTF_reading);

	/* Nested, and what was pinned first is what counts. */
	table[8].frame = frame(1);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(8, true, &pfn), GNTST_okay);
	KUNIT_EXPECT_EQ(test, pfn, (u64)frame(0));
	KUNIT_EXPECT_EQ(test, table[8].flags,
			GTF_permit_access | GTF_reading | GTF_writing);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(8, true, &pfn), GNTST_okay);

	xhv_gnttab_unpin(8, true);
	KUNIT_EXPECT_EQ(test, table[8].flags,
			GTF_permit_access | GTF_reading | GTF_writing);
	xhv_gnttab_unpin(8, true);
	KUNIT_EXPECT_EQ(test, table[8].flags, GTF_permit_access | GTF_reading);
	xhv_gnttab_unpin(8, false);
	KUNIT_EXPECT_EQ(test, table[8].flags, GTF_permit_access);

	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(8, false, &pfn), GNTST_okay);
	KUNIT_EXPECT_EQ(test, pfn, (u64)frame(1));
	xhv_gnttab_unpin(8, false);
}

static void refuse_test(struct kunit *test)
{
	static const struct {
		domid_t dom;
		u16 flags;
		bool write;
	} bad[] = {
		{ 0, GTF_invalid, false },
		{ 0, GTF_accept_transfer, false },
		{ 0, GTF_transitive, false },
		{ 0, GTF_permit_access | GTF_sub_page, false },
		{ 1, GTF_permit_access, false },
		{ DOMID_SELF, GTF_permit_access, false },
		{ 0, GTF_permit_access | GTF_readonly, true },
	};
	u64 pfn = 42;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		grant(8, bad[i].dom, frame(0), bad[i].flags);
		KUNIT_EXPECT_EQ_MSG(test, xhv_gnttab_pin(8, bad[i].write, &pfn),
				    GNTST_general_error, "entry %d", i);
		KUNIT_EXPECT_EQ_MSG(test, table[8].flags, bad[i].flags,
				    "entry %d", i);
	}
	KUNIT_EXPECT_PTR_EQ(test, xhv_gnttab_map(8, true), NULL);
	KUNIT_EXPECT_EQ(test, pfn, 42ULL);

	/* Read-only may be read, and no writer gets in beside the reader. */
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(8, false, &pfn), GNTST_okay);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(8, true, &pfn),
			GNTST_general_error);
	xhv_gnttab_unpin(8, false);
	KUNIT_EXPECT_EQ(test, table[8].flags,
			GTF_permit_access | GTF_readonly);
}

static void frame_test(struct kunit *test)
{
	static const u32 bad[] = { APIC_PFN, 0xffffffff, 0x80000000 };
	u64 pfn;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		grant(9, 0, bad[i], GTF_permit_access);
		KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(9, true, &pfn),
				GNTST_bad_page);
		KUNIT_EXPECT_EQ(test, table[9].flags, GTF_permit_access);
		KUNIT_EXPECT_FALSE(test, xhv_memory_is_ram(bad[i]));
	}
	KUNIT_EXPECT_FALSE(test, xhv_memory_is_ram(~0ULL));
	KUNIT_EXPECT_FALSE(test, xhv_memory_is_ram(1ULL << 52));
	KUNIT_EXPECT_TRUE(test, xhv_memory_is_ram(page_to_pfn(ZERO_PAGE(0))));
	/* A page of the kernel's image. */
	KUNIT_EXPECT_TRUE(test,
			  xhv_memory_is_ram(PFN_DOWN(__pa_symbol(&table))));

	grant(9, 0, frame(0), GTF_permit_access);
	KUNIT_EXPECT_PTR_EQ(test, xhv_gnttab_map(9, true), pages[0]);
	xhv_gnttab_unpin(9, true);
}

static void grow_test(struct kunit *test)
{
	u64 pfn;
	int i;

	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(ENTRIES, false, &pfn),
			GNTST_bad_gntref);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(~0U, false, &pfn),
			GNTST_bad_gntref);

	KUNIT_EXPECT_EQ(test, xhv_gnttab_add_to_physmap(1, pfns[0]),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_add_to_physmap(64, pfns[0]), -EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_add_to_physmap(~0UL, pfns[0]),
			-EINVAL);
	/* A frame that is not there yet has no number, and then its own. */
	KUNIT_EXPECT_NE(test, pfns[0], 0UL);
	KUNIT_EXPECT_EQ(test, pfns[1], 0UL);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_add_to_physmap(1, pfns[1]), 0);
	KUNIT_EXPECT_EQ(test, pfns[1], vmalloc_to_pfn(&table[ENTRIES]));
	KUNIT_EXPECT_EQ(test, xhv_gnttab_add_to_physmap(1, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(&table[ENTRIES], 0, PAGE_SIZE),
			    NULL);
	grant(ENTRIES, 0, frame(0), GTF_permit_access);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(ENTRIES, false, &pfn),
			GNTST_okay);
	xhv_gnttab_unpin(ENTRIES, false);

	/* Once more for a frame that is there does not shrink it. */
	KUNIT_EXPECT_EQ(test, xhv_gnttab_add_to_physmap(0, pfns[0]), 0);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(ENTRIES, false, &pfn),
			GNTST_okay);
	xhv_gnttab_unpin(ENTRIES, false);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_add_to_physmap(63, pfns[63]), 0);
	for (i = 0; i < XHV_GNTTAB_MAX_FRAMES; i++)
		KUNIT_EXPECT_EQ(test, pfns[i],
				vmalloc_to_pfn(&table[i * ENTRIES]));
	KUNIT_EXPECT_EQ(test, table[ENTRIES].frame, frame(0));
}

/* Growing needs memory of its own: without it the table is as it was, and the
 * next attempt may have it.
 */
static void grow_fail_test(struct kunit *test)
{
	struct gnttab_setup_table set = { .dom = DOMID_SELF, .nr_frames = 5 };
	struct gnttab_query_size query = { .dom = DOMID_SELF };
	xen_pfn_t list[5] = {};
	long again, add;
	u64 pfn;

	set_xen_guest_handle(set.frame_list, list);
	xhv_double_no_memory(true);
	add = xhv_gnttab_add_to_physmap(1, pfns[1]);
	again = xhv_gnttab_add_to_physmap(0, pfns[0]);
	xhv_gnttab_setup_table(GVA(&set), 1);
	xhv_double_no_memory(false);
	KUNIT_EXPECT_EQ(test, add, (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, again, 0L);
	KUNIT_EXPECT_EQ(test, set.status, GNTST_general_error);
	KUNIT_EXPECT_EQ(test, list[0], 0UL);
	xhv_gnttab_query_size(GVA(&query), 1);
	KUNIT_EXPECT_EQ(test, query.nr_frames, 1U);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(ENTRIES, false, &pfn),
			GNTST_bad_gntref);

	xhv_gnttab_setup_table(GVA(&set), 1);
	KUNIT_EXPECT_EQ(test, set.status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, list[4], pfns[4]);
	grant(5 * ENTRIES - 1, 0, frame(1), GTF_permit_access);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(5 * ENTRIES - 1, true, &pfn),
			GNTST_okay);
	KUNIT_EXPECT_EQ(test, pfn, (u64)frame(1));
	xhv_gnttab_unpin(5 * ENTRIES - 1, true);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(5 * ENTRIES, false, &pfn),
			GNTST_bad_gntref);

	/* Everything that the set-up allocates may be missing. */
	xhv_gnttab_exit();
	xhv_double_no_memory(true);
	add = xhv_gnttab_init();
	xhv_double_no_memory(false);
	KUNIT_EXPECT_EQ(test, add, (long)-ENOMEM);
	KUNIT_ASSERT_EQ(test, xhv_gnttab_init(), 0);
	table = xhv_gnttab_frames(&pfns);
}

static void overflow_test(struct kunit *test)
{
	int pins = 0;
	u64 pfn;

	grant(8, 0, frame(0), GTF_permit_access);
	while (pins < 100000 && !xhv_gnttab_pin(8, true, &pfn))
		pins++;
	KUNIT_EXPECT_EQ(test, pins, 0x7fff);
	/* The readers' count is another one and was not touched. */
	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(8, false, &pfn), GNTST_okay);
	xhv_gnttab_unpin(8, false);
	while (pins--)
		xhv_gnttab_unpin(8, true);
	KUNIT_EXPECT_EQ(test, table[8].flags, GTF_permit_access);
}

/* Two CPUs on one entry: its flags must be there while it is pinned. */
static atomic_t race_errors;

static int pin_many(void *done)
{
	u16 flag;
	u64 pfn;
	int i;

	for (i = 0; i < 50000; i++) {
		bool write = i & 1;

		if (xhv_gnttab_pin(8, write, &pfn)) {
			atomic_inc(&race_errors);
			continue;
		}
		flag = write ? GTF_writing : GTF_reading;
		if (!(READ_ONCE(table[8].flags) & flag) || pfn != frame(0))
			atomic_inc(&race_errors);
		xhv_gnttab_unpin(8, write);
	}
	complete(done);
	return 0;
}

static void race_test(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct task_struct *task;
	int cpu, threads = 0;

	grant(8, 0, frame(0), GTF_permit_access);
	atomic_set(&race_errors, 0);
	for_each_online_cpu(cpu) {
		task = kthread_create(pin_many, &done, "xhv-pin/%d", cpu);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
		kthread_bind(task, cpu);
		wake_up_process(task);
		threads++;
	}
	while (threads--)
		wait_for_completion(&done);
	KUNIT_EXPECT_EQ(test, atomic_read(&race_errors), 0);
	KUNIT_EXPECT_EQ(test, table[8].flags, GTF_permit_access);
}

#define GRANTED	GTF_permit_access

/* One copy and the status it gets. By reference 8 and 9 are pages 0 and 1
 * granted to the guest itself, 10 is page 0 granted to domain 0, 11 is page 1
 * read-only.
 */
struct copy_case {
	u16 flags;
	domid_t src_dom, dst_dom;
	u32 src, dst;		/* references, or pages */
	u16 src_off, dst_off, len;
	s16 status;
};

#define SREF	GNTCOPY_source_gref
#define DREF	GNTCOPY_dest_gref
#define SELF	DOMID_SELF

static const struct copy_case copies[] = {
	{ 0, SELF, SELF, 0, 1, 0, 0, 4096, GNTST_okay },
	{ 0, SELF, SELF, 0, 1, 100, 200, 333, GNTST_okay },
	{ SREF, SELF, SELF, 8, 1, 1, 2, 3, GNTST_okay },
	{ SREF | DREF, SELF, 1, 8, 9, 4095, 0, 1, GNTST_okay },
	{ DREF, SELF, SELF, 0, 9, 0, 4096 - 64, 64, GNTST_okay },
	{ 0, SELF, SELF, 0, 1, 0, 0, 0, GNTST_okay },
	{ 0, SELF, SELF, 0, 1, 1, 0, 4096, GNTST_bad_copy_arg },
	{ 0, SELF, SELF, 0, 1, 0, 4095, 2, GNTST_bad_copy_arg },
	{ 0, SELF, SELF, 0, 1, 65535, 0, 65535, GNTST_bad_copy_arg },
	{ 0, 1, SELF, 0, 1, 0, 0, 1, GNTST_permission_denied },
	{ 0, SELF, 0, 0, 1, 0, 0, 1, GNTST_permission_denied },
	{ SREF, 7, SELF, 8, 1, 0, 0, 1, GNTST_bad_domain },
	{ SREF, 0, SELF, 8, 1, 0, 0, 1, GNTST_general_error },
	{ SREF, SELF, SELF, 512, 1, 0, 0, 1, GNTST_bad_gntref },
	{ SREF, SELF, SELF, 10, 1, 0, 0, 1, GNTST_general_error },
	{ SREF, SELF, SELF, 12, 1, 0, 0, 1, GNTST_general_error },
	{ DREF, SELF, SELF, 0, 11, 0, 0, 1, GNTST_general_error },
	{ SREF, SELF, SELF, 11, 1, 0, 0, 1, GNTST_okay },
};

static void copy_test(struct kunit *test)
{
	struct gnttab_copy op;
	int i;

	grant(8, 1, frame(0), GRANTED);
	grant(9, 1, frame(1), GRANTED);
	grant(10, 0, frame(0), GRANTED);
	grant(11, 1, frame(1), GRANTED | GTF_readonly);

	for (i = 0; i < ARRAY_SIZE(copies); i++) {
		const struct copy_case *c = &copies[i];
		u8 *to = pages[1], *from = pages[0];
		bool self = c->src == 11;

		memset(from, 0x5a, PAGE_SIZE);
		memset(to, 0, PAGE_SIZE);
		memset(&op, 0, sizeof(op));
		op.flags = c->flags;
		op.source.domid = c->src_dom;
		op.source.offset = c->src_off;
		op.dest.domid = c->dst_dom;
		op.dest.offset = c->dst_off;
		op.len = c->len;
		if (c->flags & SREF)
			op.source.u.ref = c->src;
		else
			op.source.u.gmfn = frame(c->src);
		if (c->flags & DREF)
			op.dest.u.ref = c->dst;
		else
			op.dest.u.gmfn = frame(c->dst);

		KUNIT_EXPECT_EQ(test, xhv_gnttab_copy(GVA(&op), 1), 0L);
		KUNIT_EXPECT_EQ_MSG(test, op.status, c->status, "copy %d", i);
		if (!c->status && !self) {
			KUNIT_EXPECT_PTR_EQ_MSG(test,
				memchr_inv(to + c->dst_off, 0x5a, c->len), NULL,
				"copy %d", i);
			memset(to + c->dst_off, 0, c->len);
		}
		KUNIT_EXPECT_PTR_EQ_MSG(test, memchr_inv(to, 0, PAGE_SIZE),
					NULL, "copy %d", i);
		/* Nothing stays pinned, come what may. */
		KUNIT_EXPECT_EQ(test, table[8].flags, GRANTED);
		KUNIT_EXPECT_EQ(test, table[9].flags, GRANTED);
		KUNIT_EXPECT_EQ(test, table[10].flags, GRANTED);
	}

	op.flags = 0;
	op.source.domid = DOMID_SELF;
	op.source.u.gmfn = APIC_PFN;
	op.len = 1;
	KUNIT_EXPECT_EQ(test, xhv_gnttab_copy(GVA(&op), 1), 0L);
	KUNIT_EXPECT_EQ(test, op.status, GNTST_bad_page);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_copy(8, 1), (long)-EFAULT);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_copy(8, 0), 0L);
}

static void setup_test(struct kunit *test)
{
	struct gnttab_query_size query = { .dom = DOMID_SELF };
	xen_pfn_t list[4] = {};
	struct gnttab_setup_table set = { .dom = DOMID_SELF, .nr_frames = 3 };

	set_xen_guest_handle(set.frame_list, list);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_query_size(GVA(&query), 1), 0L);
	KUNIT_EXPECT_EQ(test, query.status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, query.nr_frames, 1U);
	KUNIT_EXPECT_EQ(test, query.max_nr_frames, 64U);

	KUNIT_EXPECT_EQ(test, xhv_gnttab_setup_table(GVA(&set), 1), 0L);
	KUNIT_EXPECT_EQ(test, set.status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, memcmp(list, pfns, 3 * sizeof(*list)), 0);
	KUNIT_EXPECT_EQ(test, list[3], 0UL);
	xhv_gnttab_query_size(GVA(&query), 1);
	KUNIT_EXPECT_EQ(test, query.nr_frames, 3U);

	set.nr_frames = 65;
	xhv_gnttab_setup_table(GVA(&set), 1);
	KUNIT_EXPECT_EQ(test, set.status, GNTST_general_error);
	set.nr_frames = 1;
	set.dom = 0;
	xhv_gnttab_setup_table(GVA(&set), 1);
	KUNIT_EXPECT_EQ(test, set.status, GNTST_permission_denied);
	query.dom = 5;
	xhv_gnttab_query_size(GVA(&query), 1);
	KUNIT_EXPECT_EQ(test, query.status, GNTST_bad_domain);

	KUNIT_EXPECT_EQ(test, xhv_gnttab_setup_table(GVA(&set), 2),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_query_size(GVA(&query), 0),
			(long)-EINVAL);
}

static void version_test(struct kunit *test)
{
	struct gnttab_set_version set = { .version = 1 };
	struct gnttab_get_version get = { .dom = DOMID_SELF };

	KUNIT_EXPECT_EQ(test, xhv_gnttab_set_version(GVA(&set), 1), 0L);
	set.version = 2;
	KUNIT_EXPECT_EQ(test, xhv_gnttab_set_version(GVA(&set), 1),
			(long)-ENOSYS);
	KUNIT_EXPECT_EQ(test, set.version, 1U);
	set.version = 3;
	KUNIT_EXPECT_EQ(test, xhv_gnttab_set_version(GVA(&set), 1),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_get_version(GVA(&get), 1), 0L);
	KUNIT_EXPECT_EQ(test, get.version, 1U);
	get.dom = 0;
	KUNIT_EXPECT_EQ(test, xhv_gnttab_get_version(GVA(&get), 1),
			(long)-EPERM);
}

static void swap_test(struct kunit *test)
{
	struct gnttab_swap_grant_ref op = { .ref_a = 8, .ref_b = 9 };
	u64 pfn;

	grant(8, 0, frame(0), GTF_permit_access);
	grant(9, 1, frame(1), GTF_permit_access | GTF_readonly);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_swap_grant_ref(GVA(&op), 1), 0L);
	KUNIT_EXPECT_EQ(test, op.status, GNTST_okay);
	KUNIT_EXPECT_EQ(test, table[9].frame, frame(0));
	KUNIT_EXPECT_EQ(test, table[8].domid, 1);
	KUNIT_EXPECT_EQ(test, table[8].flags,
			GTF_permit_access | GTF_readonly);

	KUNIT_EXPECT_EQ(test, xhv_gnttab_pin(9, false, &pfn), GNTST_okay);
	xhv_gnttab_swap_grant_ref(GVA(&op), 1);
	KUNIT_EXPECT_EQ(test, op.status, GNTST_eagain);
	xhv_gnttab_unpin(9, false);
	op.ref_b = ENTRIES;
	xhv_gnttab_swap_grant_ref(GVA(&op), 1);
	KUNIT_EXPECT_EQ(test, op.status, GNTST_bad_gntref);
}

static void map_test(struct kunit *test)
{
	struct gnttab_map_grant_ref op[2] = {
		{ .flags = GNTMAP_host_map, .ref = 8, .dom = 1 },
		{ .flags = GNTMAP_host_map, .ref = 8, .dom = DOMID_SELF },
	};
	struct gnttab_unmap_grant_ref un = { .handle = 0 };

	grant(8, 1, frame(0), GTF_permit_access);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_map_grant_ref(GVA(op), 2), 0L);
	KUNIT_EXPECT_EQ(test, op[0].status, GNTST_general_error);
	KUNIT_EXPECT_EQ(test, op[1].status, GNTST_bad_domain);
	KUNIT_EXPECT_EQ(test, table[8].flags, GTF_permit_access);
	KUNIT_EXPECT_EQ(test, xhv_gnttab_unmap_grant_ref(GVA(&un), 1), 0L);
	KUNIT_EXPECT_EQ(test, un.status, GNTST_bad_handle);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(pin_test),
	KUNIT_CASE(refuse_test),
	KUNIT_CASE(frame_test),
	KUNIT_CASE(grow_test),
	KUNIT_CASE(grow_fail_test),
	KUNIT_CASE(overflow_test),
	KUNIT_CASE(race_test),
	KUNIT_CASE(copy_test),
	KUNIT_CASE(setup_test),
	KUNIT_CASE(version_test),
	KUNIT_CASE(swap_test),
	KUNIT_CASE(map_test),
	{}
};

static struct kunit_suite suite = {
	.name = "xhv-gnttab",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
