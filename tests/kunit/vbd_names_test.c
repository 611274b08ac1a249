// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of disks: their order, their texts, what disk_names= says, and who
 * keeps one.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uuid.h>

#include "shim/backend/vbd.h"

#define GUID_A	"00a00000-0000-0000-0000-000000000001"
#define GUID_B	"b0000000-0000-0000-0000-000000000001"
/* In bytes it comes before GUID_A: the first field is little-endian. */
#define GUID_C	"01000000-0000-0000-0000-000000000001"

/* Structures of this size do not go on the stack. */
static struct xhv_block_dev *dev(struct kunit *test, enum xhv_block_bus bus,
				 const char *guid, u32 lun)
{
	struct xhv_block_dev *dev = kunit_kzalloc(test, sizeof(*dev),
						  GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	dev->bus = bus;
	dev->lun = lun;
	guid_parse(guid, &dev->guid);
	return dev;
}

static void name_order(struct kunit *test)
{
	struct xhv_block_dev *ordered[] = {
		dev(test, XHV_BLOCK_IDE, GUID_B, 0),
		dev(test, XHV_BLOCK_IDE, GUID_A, 0),
		dev(test, XHV_BLOCK_SCSI, GUID_A, 0),
		dev(test, XHV_BLOCK_SCSI, GUID_A, 2),
		dev(test, XHV_BLOCK_SCSI, GUID_A, 10),
		dev(test, XHV_BLOCK_SCSI, GUID_C, 0),
		dev(test, XHV_BLOCK_SCSI, GUID_B, 0),
		dev(test, XHV_BLOCK_LOOPBACK, GUID_A, 0),
		dev(test, XHV_BLOCK_IDE, GUID_A, 0),
	};
	int i, j, want, n = ARRAY_SIZE(ordered);

	/* IDE disks go by their place, CD-ROMs come last. */
	ordered[1]->ide_unit = 3;
	ordered[n - 1]->cdrom = true;
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			want = i < j ? -1 : i > j;
			KUNIT_EXPECT_EQ(test, want,
					clamp(vbd_name_cmp(ordered[i],
							   ordered[j]),
					      -1, 1));
		}
}

static void name_texts(struct kunit *test)
{
	static const struct {
		unsigned int index;
		const char *name;
		unsigned int id;
	} names[] = {
		{ 0, "xvda", 51712 }, { 1, "xvdb", 51728 },
		{ 15, "xvdp", 51952 }, { 16, "xvdq", 1 << 28 | 16 << 8 },
		{ 25, "xvdz", 1 << 28 | 25 << 8 },
		{ 26, "xvdaa", 1 << 28 | 26 << 8 },
		{ 701, "xvdzz", 1 << 28 | 701 << 8 },
	};
	static const char * const bad[] = {
		"", "xvd", "xvdA", "xvd1", "xvdaaa", "sda", "xvda1", "xvda ",
	};
	char buf[VBD_NAME_LEN];
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		vbd_name_format(names[i].index, buf, sizeof(buf));
		KUNIT_EXPECT_STREQ(test, buf, names[i].name);
		KUNIT_EXPECT_EQ(test, vbd_name_parse(names[i].name),
				(int)names[i].index);
		KUNIT_EXPECT_EQ(test, vbd_name_id(names[i].index),
				names[i].id);
	}
	for (i = 0; i < VBD_MAX_NAMES; i++) {
		vbd_name_format(i, buf, sizeof(buf));
		KUNIT_EXPECT_EQ(test, vbd_name_parse(buf), i);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_LT(test, vbd_name_parse(bad[i]), 0);
}

static void name_list(struct kunit *test)
{
	const char *list = GUID_A ":0=xvdc,junk," GUID_B ":7=xvda,"
			   GUID_A ":x=xvdd," GUID_C ":0=sda";
	struct xhv_block_dev *a0 = dev(test, XHV_BLOCK_SCSI, GUID_A, 0);
	struct xhv_block_dev *a1 = dev(test, XHV_BLOCK_SCSI, GUID_A, 1);
	struct xhv_block_dev *b7 = dev(test, XHV_BLOCK_SCSI, GUID_B, 7);
	struct xhv_block_dev *c0 = dev(test, XHV_BLOCK_SCSI, GUID_C, 0);

	KUNIT_EXPECT_EQ(test, vbd_name_lookup(list, a0), 2);
	KUNIT_EXPECT_EQ(test, vbd_name_lookup(list, b7), 0);
	KUNIT_EXPECT_EQ(test, vbd_name_lookup(list, a1), -ENOENT);
	KUNIT_EXPECT_EQ(test, vbd_name_lookup(list, c0), -ENOENT);
	KUNIT_EXPECT_EQ(test, vbd_name_lookup(NULL, a0), -ENOENT);
	KUNIT_EXPECT_EQ(test, vbd_name_lookup("", a0), -ENOENT);
	KUNIT_EXPECT_TRUE(test, vbd_name_reserved(list, 0));
	KUNIT_EXPECT_TRUE(test, vbd_name_reserved(list, 2));
	KUNIT_EXPECT_FALSE(test, vbd_name_reserved(list, 1));
	KUNIT_EXPECT_FALSE(test, vbd_name_reserved(list, 3));
	KUNIT_EXPECT_FALSE(test, vbd_name_reserved(NULL, 0));
}

/* A place keeps its name, and loses it only when there is no other. */
static void name_slots(struct kunit *test)
{
	struct xhv_block_dev *d = dev(test, XHV_BLOCK_SCSI, GUID_A, 0);
	struct vbd_slot *first, *third, *slot;
	unsigned int i;

	first = vbd_slot_get(d);
	KUNIT_ASSERT_FALSE(test, IS_ERR(first));
	KUNIT_EXPECT_EQ(test, first->index, 0U);
	/* Its disk may be gone, but not all of it. */
	KUNIT_EXPECT_EQ(test, PTR_ERR(vbd_slot_get(d)), (long)-EBUSY);
	d->lun = 1;
	slot = vbd_slot_get(d);
	KUNIT_ASSERT_FALSE(test, IS_ERR(slot));
	KUNIT_EXPECT_EQ(test, slot->index, 1U);
	vbd_slot_put(slot);
	/* Native disks get what no disk of ours has or had, and keep it. */
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve("xvda"), -EBUSY);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve("xvdb"), -EBUSY);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve("sda"), -EINVAL);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve("xvdc"), 0);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve("xvde"), 0);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve("xvdc"), 0);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve(GUID_C ":0=xvdc"), -EBUSY);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve(GUID_C ":0=xvdf"), 0);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve(GUID_C ":0=xvdf"), 0);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve(GUID_C ":0=xvdg"), -EBUSY);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve(GUID_C ":1=xvdf"), -EBUSY);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve("xvdf"), -EBUSY);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve(GUID_C ":x=xvdg"), -EINVAL);
	/* A place has its name, whoever drives it; in use it is another's. */
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve(GUID_A ":0=xvda"), -EBUSY);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve(GUID_A ":1=xvdg"), -EBUSY);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve(GUID_A ":1=xvdb"), 0);
	KUNIT_EXPECT_PTR_EQ(test, vbd_slot_get(d), slot);
	vbd_slot_put(slot);
	vbd_slot_put(first);
	d->lun = 0;
	KUNIT_EXPECT_PTR_EQ(test, vbd_slot_get(d), first);
	/* Another bus or controller is another place. */
	d->bus = XHV_BLOCK_LOOPBACK;
	third = vbd_slot_get(d);
	KUNIT_ASSERT_FALSE(test, IS_ERR(third));
	KUNIT_EXPECT_EQ(test, third->index, 3U);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve("xvdd"), -EBUSY);

	guid_parse(GUID_B, &d->guid);
	for (i = 6; i < VBD_MAX_NAMES; i++) {
		d->lun = i;
		slot = vbd_slot_get(d);
		KUNIT_ASSERT_FALSE(test, IS_ERR(slot));
		KUNIT_EXPECT_EQ(test, slot->index, i);
	}
	/* The one that is not in use, then none, then the one let go first. */
	d->lun = i++;
	slot = vbd_slot_get(d);
	KUNIT_ASSERT_FALSE(test, IS_ERR(slot));
	KUNIT_EXPECT_EQ(test, slot->index, 1U);
	d->lun = i++;
	KUNIT_EXPECT_EQ(test, PTR_ERR(vbd_slot_get(d)), (long)-ENOSPC);
	vbd_slot_put(third);
	vbd_slot_put(first);
	KUNIT_EXPECT_PTR_EQ(test, vbd_slot_get(d), third);
	/* The native one's is kept, for that place. */
	d->lun = 0;
	guid_parse(GUID_C, &d->guid);
	slot = vbd_slot_get(d);
	KUNIT_ASSERT_FALSE(test, IS_ERR(slot));
	KUNIT_EXPECT_EQ(test, slot->index, 5U);
	KUNIT_EXPECT_EQ(test, vbd_slot_reserve(GUID_C ":0=xvdf"), -EBUSY);
}

static struct kunit_case names_cases[] = {
	KUNIT_CASE(name_order),
	KUNIT_CASE(name_texts),
	KUNIT_CASE(name_list),
	KUNIT_CASE(name_slots),
	{ }
};

static struct kunit_suite names_suite = {
	.name = "xhv-vbd-names",
	.test_cases = names_cases,
};

kunit_test_suites(&names_suite);
