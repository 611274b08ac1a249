// SPDX-License-Identifier: GPL-2.0-only
/*
 * Logical units of a controller: which there are, what they are and what they
 * can do. SPC-4 for INQUIRY, REPORT LUNS and mode pages, SBC-3 for capacity
 * and the vital product data of disks.
 *
 * Everything that a host says is checked against the length that came with it.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <scsi/scsi_proto.h>

#include "../include/compat.h"
#include "storage.h"

#define INQUIRY_LEN	36
#define VPD_LEN		64
#define MODE_LEN	192
#define FALLBACK_LUNS	64
/* Drives that are asked nothing: how often the parameter is looked at. */
#define IDLE_POLL_MS	5000

static unsigned int media_poll_ms = 2000;
module_param(media_poll_ms, uint, 0600);
MODULE_PARM_DESC(media_poll_ms, "how often CD-ROM drives are asked for their media, in ms; 0: never (2000)");

/* What a logical unit can be here. */
enum unit { UNIT_NONE, UNIT_DISK, UNIT_CDROM, UNIT_OTHER };

/* Returns an enum unit, or a negative errno if the host gave no answer: that
 * says nothing about the unit. @removable: its medium can be taken out.
 */
static int inquire(struct stor_host *host, u8 lun, bool *removable)
{
	const u8 cdb[6] = { INQUIRY, 0, 0, 0, INQUIRY_LEN };
	const u8 *page = host->page;
	int len = stor_exec(host, lun, cdb, sizeof(cdb), INQUIRY_LEN);

	if (len == -ENODEV)
		return UNIT_NONE;
	if (len < 1)
		return len ?: -EIO;
	/* Any peripheral qualifier but 0 says that nothing is connected. */
	if (page[0] >> 5)
		return UNIT_NONE;
	*removable = len > 1 && (page[1] & 0x80);
	switch (page[0] & 0x1f) {
	case TYPE_DISK:
		return UNIT_DISK;
	case TYPE_ROM:
		return UNIT_CDROM;
	case 0x1f:
		return UNIT_NONE;
	default:
		return UNIT_OTHER;
	}
}

/* Unit attentions are told and forgotten here. */
static int wait_until_ready(struct stor_host *host, u8 lun)
{
	const u8 cdb[6] = { TEST_UNIT_READY };

	return stor_exec(host, lun, cdb, sizeof(cdb), 0);
}

/* Returns the length of a page of vital product data, or 0. */
static unsigned int vpd(struct stor_host *host, u8 lun, u8 code)
{
	const u8 cdb[6] = { INQUIRY, 1, code, 0, VPD_LEN };
	const u8 *page = host->page;
	int len = stor_exec(host, lun, cdb, sizeof(cdb), VPD_LEN);

	/* A host that knows no such page may answer with plain INQUIRY data. */
	if (len < 4 || page[1] != code)
		return 0;
	return min_t(unsigned int, len, get_unaligned_be16(page + 2) + 4);
}

static bool has_vpd(struct stor_host *host, u8 lun, u8 code)
{
	unsigned int len = vpd(host, lun, 0);
	const u8 *page = host->page;

	return len > 4 && memchr(page + 4, code, len - 4);
}

/* What READ CAPACITY says. */
struct capacity {
	u64 last;
	u32 block;
	u8 exponent;	/* log2 of logical blocks in a physical one */
	bool thin;	/* the unit takes UNMAP */
};

static int read_capacity_16(struct stor_lun *lun, struct capacity *cap)
{
	const u8 cdb[16] = { SERVICE_ACTION_IN_16, SAI_READ_CAPACITY_16,
			     [13] = 32 };
	const u8 *page = lun->host->page;
	int len = stor_exec(lun->host, lun->lun, cdb, sizeof(cdb), 32);

	if (len < 12)
		return len < 0 ? len : -EIO;
	*cap = (struct capacity) {
		.last = get_unaligned_be64(page),
		.block = get_unaligned_be32(page + 8),
	};
	if (len >= 16) {
		cap->exponent = page[13] & 0xf;
		cap->thin = page[14] & 0x80;
	}
	return 0;
}

static int read_capacity_10(struct stor_lun *lun, struct capacity *cap)
{
	const u8 cdb[10] = { READ_CAPACITY };
	const u8 *page = lun->host->page;
	int len = stor_exec(lun->host, lun->lun, cdb, sizeof(cdb), 8);

	if (len < 8)
		return len < 0 ? len : -EIO;
	*cap = (struct capacity) {
		.last = get_unaligned_be32(page),
		.block = get_unaligned_be32(page + 4),
	};
	/* The disk is larger than this command can say (SBC-3, 5.16). */
	return cap->last == U32_MAX ? -EFBIG : 0;
}

/* Sizes; @thin: the unit says that it takes UNMAP. */
static int read_capacity(struct stor_lun *lun, bool *thin)
{
	struct capacity cap;
	int err = -EOPNOTSUPP;
	u32 block;

	/* A CD-ROM has the short form only (MMC-6). For a disk the short form is
	 * second best, not what to try when the host is busy.
	 */
	if (!lun->cdrom)
		err = read_capacity_16(lun, &cap);
	if (err == -EOPNOTSUPP)
		err = read_capacity_10(lun, &cap);
	if (err)
		return err;
	block = cap.block;
	if (!is_power_of_2(block) || block < 512 || block > 4096 ||
	    cap.last >= U64_MAX >> 12)
		return -EINVAL;
	*thin = cap.thin;
	lun->block_shift = ilog2(block);
	lun->dev.logical_block_size = block;
	lun->dev.physical_block_size = block << min_t(u8, cap.exponent, 6);
	lun->dev.sectors = (cap.last + 1) << (lun->block_shift - 9);
	return 0;
}

static void read_limits(struct stor_lun *lun, bool thin)
{
	struct stor_host *host = lun->host;
	struct xhv_block_dev *dev = &lun->dev;
	u32 blocks, align, max_unmap = 0, granularity = 0;
	const u8 *page = host->page;
	unsigned int len = 0;

	dev->max_bytes = min_t(u32, host->max_bytes, SZ_1M);
	dev->discard_alignment = 0;
	if (has_vpd(host, lun->lun, 0xb0))
		len = vpd(host, lun->lun, 0xb0);
	if (len >= 12) {
		blocks = get_unaligned_be32(page + 8);
		if (blocks)
			dev->max_bytes = min_t(u64, dev->max_bytes,
					       (u64)blocks <<
					       lun->block_shift);
		dev->max_bytes = max_t(u32, round_down(dev->max_bytes, 4096),
				       4096);
	}
	if (len >= 36) {
		max_unmap = get_unaligned_be32(page + 20);
		granularity = get_unaligned_be32(page + 28);
		align = get_unaligned_be32(page + 32);
		/* UGAVALID, then the alignment itself */
		if ((align & BIT(31)) && granularity)
			dev->discard_alignment =
				((align & ~BIT(31)) % granularity) <<
				lun->block_shift;
	}

	len = 0;
	if (thin && max_unmap && has_vpd(host, lun->lun, 0xb2))
		len = vpd(host, lun->lun, 0xb2);
	/* LBPU: the unit takes UNMAP */
	dev->discard = len >= 6 && (page[5] & 0x80) && !dev->read_only;
	dev->discard_max = (u64)max_unmap << (lun->block_shift - 9);
	dev->discard_granularity = max_t(u64, dev->physical_block_size,
					 min_t(u64, (u64)granularity <<
					       lun->block_shift, SZ_1G));
}

/* Write protection, and what the cache needs. */
static void read_mode(struct stor_lun *lun)
{
	static const u8 pages[] = { 0x08, 0x3f };
	const u8 sync[10] = { SYNCHRONIZE_CACHE };
	struct stor_host *host = lun->host;
	struct xhv_block_dev *dev = &lun->dev;
	const u8 *page = host->page;
	unsigned int i, at;
	int len = -EIO;

	for (i = 0; i < ARRAY_SIZE(pages) && len < 4; i++) {
		/* DBD: no block descriptors */
		const u8 cdb[6] = { MODE_SENSE, 0x08, pages[i], 0, MODE_LEN };

		len = stor_exec(host, lun->lun, cdb, sizeof(cdb), MODE_LEN);
	}
	if (len >= 4) {
		dev->read_only |= page[2] & 0x80;
		dev->fua = page[2] & 0x10;	/* DPOFUA */
		at = 4 + page[3];
		if (at + 2 < len && (page[at] & 0x3f) == 0x08) {
			dev->flush = page[at + 2] & 0x04;	/* WCE */
			return;
		}
	}
	/* Nobody knows whether there is a cache: assume the worst, if the unit
	 * lets itself be told to empty it.
	 */
	dev->flush = stor_exec(host, lun->lun, sync, sizeof(sync), 0) >= 0;
}

/* Fills in lun->dev. */
static int probe_disk(struct stor_lun *lun, bool removable)
{
	struct stor_host *host = lun->host;
	struct xhv_block_dev *dev = &lun->dev;
	bool thin;
	int err;

	wait_until_ready(host, lun->lun);
	/* What was said of the medium until now is in what is read of it now,
	 * what is said from now on is not.
	 */
	WRITE_ONCE(lun->stale, false);
	memset(dev, 0, sizeof(*dev));
	dev->cdrom = lun->cdrom;
	dev->removable = removable || lun->cdrom;
	dev->read_only = lun->cdrom;
	err = read_capacity(lun, &thin);
	if (err)
		return err;
	if (!lun->cdrom)
		read_mode(lun);
	read_limits(lun, thin);

	dev->ops = &stor_ops;
	dev->bus = host->ide ? XHV_BLOCK_IDE : XHV_BLOCK_SCSI;
	dev->guid = host->hvdev->dev_instance;
	dev->lun = lun->lun;
	/* The first field of the GUID is the controller, the second the
	 * device, both little-endian; there are two of each.
	 */
	if (host->ide)
		dev->ide_unit = (dev->guid.b[0] & 1) * 2 + host->target;
	snprintf(dev->label, sizeof(dev->label), "vmbus %pUl lun %u",
		 &dev->guid, lun->lun);
	dev->max_queues = min3(num_online_cpus(), stor_max_channels(),
			       host->max_sub + 1U);
	dev->queue_depth = STOR_DEPTH;
	return 0;
}

struct stor_lun *stor_find_lun(struct stor_host *host, u8 nr)
{
	struct stor_lun *lun;

	list_for_each_entry(lun, &host->luns, entry)
		if (lun->lun == nr)
			return lun;
	return NULL;
}

/* An error that says something of a medium, and nothing of its drive. */
static bool of_medium(int err)
{
	switch (err) {
	case -EIO:
	case -EINVAL:
	case -EFBIG:
	case -ENODATA:
	case -EOPNOTSUPP:
		return true;
	default:
		return false;
	}
}

/* A disk, or a drive's medium; the drive stays without one. */
static int add_disk(struct stor_lun *lun, bool removable)
{
	struct stor_host *host = lun->host;
	unsigned int left = READ_ONCE(host->rescans_left);
	int err;

	err = probe_disk(lun, removable);
	if (!err)
		err = xhv_block_add(&lun->dev);
	/* The drive is asked until it is ready, see stor_poll(). */
	if (lun->cdrom && (err == -ENOMEDIUM || err == -EBUSY))
		err = 0;
	lun->unusable = err;
	/* Once, not each time that it is tried. */
	if (err && err != -ENODEV && (!left || left == STOR_RESCANS))
		dev_info_ratelimited(&host->hvdev->device,
				     "xen-hyperv: LUN %u is not usable (%d)\n",
				     lun->lun, err);
	/* What is wrong with a medium costs nobody the disks beside it. */
	return lun->cdrom && of_medium(err) ? 0 : err;
}

static int add_lun(struct stor_host *host, u8 nr, bool cdrom, bool removable)
{
	struct stor_lun *lun = kzalloc(sizeof(*lun), GFP_KERNEL);
	int err;

	if (!lun)
		return -ENOMEM;
	lun->host = host;
	lun->lun = nr;
	lun->cdrom = cdrom;
	lun->seen = true;
	/* First, so that stor_find_lun() finds it. */
	list_add_tail(&lun->entry, &host->luns);
	err = add_disk(lun, removable);
	if (err) {
		list_del(&lun->entry);
		kfree(lun);
	}
	return err;
}

/* A disk that we have may have grown. */
static int resize(struct stor_lun *lun)
{
	u32 block = lun->dev.logical_block_size;
	u64 sectors = lun->dev.sectors;
	struct stor_lun now = *lun;
	bool thin;
	int err;

	err = read_capacity(&now, &thin);
	if (err)
		return err == -ENOMEDIUM ? 0 : err;
	/* Blocks of another size would be another disk. */
	if (now.dev.logical_block_size != block || now.dev.sectors == sectors)
		return 0;
	lun->dev.sectors = now.dev.sectors;
	xhv_block_resized(&lun->dev);
	return 0;
}

/* A drive that we have: another medium is another disk of the same name. */
static int rescan_drive(struct stor_lun *lun, bool removable)
{
	wait_until_ready(lun->host, lun->lun);
	if (lun->dev.backend && READ_ONCE(lun->stale))
		xhv_block_del(&lun->dev);
	if (lun->dev.backend)
		return 0;
	return add_disk(lun, removable);
}

bool stor_poll(struct stor_host *host, unsigned long *next)
{
	unsigned int ms = READ_ONCE(media_poll_ms);
	struct stor_lun *lun;
	bool changed = false;
	int err;

	list_for_each_entry(lun, &host->luns, entry) {
		if (!lun->cdrom)
			continue;
		*next = msecs_to_jiffies(ms ?: IDLE_POLL_MS);
		if (!ms)
			continue;
		err = wait_until_ready(host, lun->lun);
		if (lun->dev.backend || lun->unusable ?
		    READ_ONCE(lun->stale) : !err)
			changed = true;
	}
	return changed;
}

/* @guess: nobody but us has ever spoken of this unit. */
static int scan_lun(struct stor_host *host, u8 nr, bool guess)
{
	bool removable = false;
	int unit = inquire(host, nr, &removable);
	struct stor_lun *lun = stor_find_lun(host, nr);
	int err;

	/* Only a host that says so takes away a disk that may be in use. */
	if (lun && unit != UNIT_NONE)
		lun->seen = true;
	switch (unit) {
	case UNIT_NONE:
		return 0;
	case UNIT_OTHER:
		return -ENOTBLK;
	case UNIT_DISK:
	case UNIT_CDROM:
		if (!lun)
			err = add_lun(host, nr, unit == UNIT_CDROM, removable);
		else if (lun->cdrom)
			err = rescan_drive(lun, removable);
		else
			err = resize(lun);
		/* The host has taken it away since it was asked what it is. */
		if (err == -ENODEV && lun)
			lun->seen = false;
		return err == -ENODEV ? 0 : err;
	case -EIO:
		/* Some hosts have no better answer for a unit that is absent. */
		return guess && !lun ? 0 : unit;
	default:
		return unit;
	}
}

/* The units that a host reports, as bits; -errno if it does not say. */
static int report_luns(struct stor_host *host, unsigned long *luns)
{
	u8 cdb[12] = { REPORT_LUNS };
	const u8 *entry, *page = host->page;
	unsigned int n;
	int len;

	put_unaligned_be32(PAGE_SIZE, cdb + 6);
	len = stor_exec(host, 0, cdb, sizeof(cdb), PAGE_SIZE);
	if (len < 8)
		return len < 0 ? len : -EIO;
	n = min_t(u32, get_unaligned_be32(page), len - 8) / 8;
	for (entry = page + 8; n--; entry += 8) {
		/* Peripheral device or flat addressing (SAM-5, 4.7.7) of a
		 * number that fits into an SRB.
		 */
		if ((entry[0] & 0x3f) == 0)
			__set_bit(entry[1], luns);
	}
	return 0;
}

static void drop_unseen(struct stor_host *host)
{
	struct stor_lun *lun, *tmp;

	list_for_each_entry_safe(lun, tmp, &host->luns, entry) {
		if (lun->seen)
			continue;
		if (lun->dev.backend)
			xhv_block_del(&lun->dev);
		list_del(&lun->entry);
		kfree(lun);
	}
}

/* The units to ask: those that the host reports. If it knows no such command,
 * or none to a unit 0 that is absent, each is asked, and those we have; @guess
 * gets true.
 */
static int list_luns(struct stor_host *host, unsigned long *luns, bool *guess)
{
	const struct stor_lun *lun;
	int err;

	*guess = false;
	if (host->ide) {
		__set_bit(0, luns);
		return 0;
	}
	err = report_luns(host, luns);
	if (err != -EOPNOTSUPP && err != -ENODEV && err != -EIO)
		return err;
	*guess = true;
	bitmap_set(luns, 0, FALLBACK_LUNS);
	list_for_each_entry(lun, &host->luns, entry)
		__set_bit(lun->lun, luns);
	return 0;
}

int stor_scan(struct stor_host *host)
{
	DECLARE_BITMAP(luns, STOR_MAX_LUNS) = { };
	struct stor_lun *lun;
	unsigned int nr;
	int err, ret;
	bool guess;

	/* Without a list nobody knows which units are gone. */
	ret = list_luns(host, luns, &guess);
	if (ret)
		return ret;
	list_for_each_entry(lun, &host->luns, entry)
		lun->seen = false;
	for_each_set_bit(nr, luns, STOR_MAX_LUNS) {
		err = scan_lun(host, nr, guess);
		if (err && !ret)
			ret = err;
	}
	drop_unseen(host);
	return ret;
}
