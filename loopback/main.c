// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen-hyperv-loopback: disks in the guest's own memory. (NICs are in net.c.)
 *
 * A transport without a host, so that the whole Xen side runs and is tested on
 * any hypervisor or none. It keeps to the contexts of a real one: an I/O is
 * taken in ->submit(), and completes later in hard interrupt context. What a
 * host does now and then (a full channel, a busy disk, a bad sector, large
 * blocks) can be asked for by parameters; what it does at some moment, and to
 * one disk, by commands (control.c).
 */
#define pr_fmt(fmt) "xen-hyperv: loopback: " fmt

#include <linux/align.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swait.h>
#include <linux/vmalloc.h>

#include "../include/xhv/core.h"
#include "loopback.h"
#include "net.h"

static unsigned int disks = 1;
module_param(disks, uint, 0400);
MODULE_PARM_DESC(disks, "number of RAM disks (1)");

static unsigned int cdroms;
module_param(cdroms, uint, 0400);
MODULE_PARM_DESC(cdroms, "how many of them are CD-ROMs, the last ones (0)");

static unsigned int size_mb = 64;
module_param(size_mb, uint, 0400);
MODULE_PARM_DESC(size_mb, "size of each in MiB (64)");

static unsigned int block_size = 512;
module_param(block_size, uint, 0400);
MODULE_PARM_DESC(block_size, "logical block size in bytes, 512 to 4096 (512)");

static unsigned int physical_size = LOOP_FRAME_SIZE;
module_param(physical_size, uint, 0400);
MODULE_PARM_DESC(physical_size, "physical block size in bytes (4096)");

static unsigned int max_kb = 512;
module_param(max_kb, uint, 0400);
MODULE_PARM_DESC(max_kb, "largest transfer of one I/O in KiB (512)");

static unsigned int depth = 128;
module_param(depth, uint, 0400);
MODULE_PARM_DESC(depth, "I/Os in flight on a queue (128)");

static unsigned int room = 128;
module_param(room, uint, 0600);
MODULE_PARM_DESC(room, "I/Os that a queue holds before it is full (128)");

static unsigned int busy_every;
module_param(busy_every, uint, 0600);
MODULE_PARM_DESC(busy_every, "every Nth I/O finds the disk busy (0: never)");

static long bad_sector = -1;
module_param(bad_sector, long, 0600);
MODULE_PARM_DESC(bad_sector, "an I/O that touches this sector fails (-1: none)");

static const struct kernel_param_ops shown_ops;
static unsigned int shown_mb;
module_param_cb(shown_mb, &shown_ops, &shown_mb, 0600);
MODULE_PARM_DESC(shown_mb, "how much of each disk is shown, in MiB (0: all)");

static bool read_only;
module_param(read_only, bool, 0400);
MODULE_PARM_DESC(read_only, "disks cannot be written");

static bool fua;
module_param(fua, bool, 0400);
MODULE_PARM_DESC(fua, "disks honour FUA");

static bool discard = true;
module_param(discard, bool, 0400);
MODULE_PARM_DESC(discard, "disks take discards (Y)");

static bool secure;
module_param(secure, bool, 0400);
MODULE_PARM_DESC(secure, "disks take secure discards, which fill with ones");

static struct loop_disk *loop_disks;

static struct loop_queue *to_queue(struct xhv_block_queue *q)
{
	return container_of(q, struct loop_queue, q);
}

static struct loop_disk *to_disk(struct xhv_block_dev *dev)
{
	return container_of(dev, struct loop_disk, dev);
}

/* Hardirq context (IRQ_WORK_INIT_HARD). */
static void complete_all_done(struct irq_work *work)
{
	struct loop_queue *lq = container_of(work, struct loop_queue, work);
	const struct xhv_block_client *client = lq->q.client;
	struct loop_disk *disk = to_disk(lq->q.dev);
	unsigned int tail;
	struct done done;

	raw_spin_lock(&lq->lock);
	tail = lq->tail;
	while (lq->head != tail && !READ_ONCE(disk->held)) {
		done = lq->fifo[lq->head++ & (lq->size - 1)];
		raw_spin_unlock(&lq->lock);
		client->complete(lq->q.client_ctx, done.tag, done.error);
		raw_spin_lock(&lq->lock);
	}
	lq->was_full = false;
	raw_spin_unlock(&lq->lock);
	client->end_batch(lq->q.client_ctx, true);
	/* A lock of a plain wait queue is none for here (locktypes.rst). */
	swake_up_one(&lq->released);

	/* What was added meanwhile queued this work again. */
}

static void copy(struct loop_disk *disk, const struct xhv_block_queue *q,
		 const struct xhv_block_io *io)
{
	char *data = disk->data + (io->sector << LOOP_SECTOR_SHIFT);
	u32 offset = io->offset, left = io->len, len;
	const u64 *pfn = q->pfns;
	char *page;

	for (; left; left -= len, data += len, offset = 0, pfn++) {
		len = min_t(u32, left, LOOP_FRAME_SIZE - offset);
		page = (char *)__va(*pfn << LOOP_FRAME_SHIFT) + offset;
		if (io->op == XHV_BLOCK_READ)
			memcpy(page, data, len);
		else
			memcpy(data, page, len);
	}
}

/* What the next I/Os have been told to fail with, if this is one of them. */
static int told_to_fail(struct loop_disk *disk, const struct xhv_block_io *io)
{
	int error = 0;

	raw_spin_lock(&disk->lock);
	if (disk->fail_count && (disk->fail_ops & BIT(io->op))) {
		disk->fail_count--;
		error = disk->fail_error;
	}
	raw_spin_unlock(&disk->lock);
	return error;
}

static bool bad(const struct xhv_block_io *io)
{
	long sector = READ_ONCE(bad_sector);

	return sector >= 0 && io->len && sector >= io->sector &&
	       sector < io->sector + (io->len >> LOOP_SECTOR_SHIFT);
}

static int perform(struct loop_disk *disk, const struct xhv_block_queue *q,
		   const struct xhv_block_io *io)
{
	u64 nr = io->op == XHV_BLOCK_DISCARD ? io->nr_sectors :
					       io->len >> LOOP_SECTOR_SHIFT;
	/* Of the memory: a disk may shrink while an I/O is on its way. */
	u64 size = (u64)size_mb * SZ_1M >> LOOP_SECTOR_SHIFT;
	int error;

	/* The back end has checked all this: a disk that trusts it would hide
	 * its mistakes.
	 */
	if (WARN_ON_ONCE(io->sector > size || nr > size - io->sector ||
			 !IS_ALIGNED((io->sector | nr) << LOOP_SECTOR_SHIFT,
				     disk->dev.logical_block_size) ||
			 io->len > disk->dev.max_bytes))
		return -EIO;
	if (bad(io))
		return -ENODATA;
	error = told_to_fail(disk, io);
	if (error)
		return error;

	switch (io->op) {
	case XHV_BLOCK_WRITE:
		if (WARN_ON_ONCE(disk->dev.read_only))
			return -EIO;
		fallthrough;
	case XHV_BLOCK_READ:
		copy(disk, q, io);
		break;
	case XHV_BLOCK_DISCARD:
		memset(disk->data + (io->sector << LOOP_SECTOR_SHIFT),
		       io->flags & XHV_BLOCK_SECURE ? 0xff : 0,
		       nr << LOOP_SECTOR_SHIFT);
		break;
	case XHV_BLOCK_FLUSH:
		break;
	}
	return 0;
}

static int loop_submit(struct xhv_block_queue *q,
		       const struct xhv_block_io *io)
{
	struct loop_queue *lq = to_queue(q);
	unsigned int every = READ_ONCE(busy_every);
	unsigned int used;
	struct done done = { .tag = io->tag };

	if (READ_ONCE(to_disk(q->dev)->rescinded))
		return -ENODEV;
	raw_spin_lock(&lq->lock);
	used = lq->tail - lq->head;
	if (used && (used >= READ_ONCE(room) || used >= lq->size)) {
		lq->was_full = true;
		raw_spin_unlock(&lq->lock);
		return -EAGAIN;
	}
	raw_spin_unlock(&lq->lock);

	if (every && ++lq->count % every == 0)
		done.error = -EBUSY;
	else
		done.error = perform(to_disk(q->dev), q, io);

	raw_spin_lock(&lq->lock);
	lq->fifo[lq->tail++ & (lq->size - 1)] = done;
	raw_spin_unlock(&lq->lock);
	irq_work_queue(&lq->work);
	return 0;
}

/* irq_work runs where it was queued: nothing to choose. */
static void loop_queue_set_cpu(struct xhv_block_queue *q, unsigned int cpu)
{
}

static struct xhv_block_queue *
loop_queue_open(struct xhv_block_dev *dev, unsigned int cpu,
		unsigned int nr_tags, unsigned int max_pfns,
		const struct xhv_block_client *client, void *ctx)
{
	struct loop_queue *lq = kzalloc(sizeof(*lq), GFP_KERNEL);
	struct loop_disk *disk = to_disk(dev);

	if (!lq)
		return ERR_PTR(-ENOMEM);
	lq->size = roundup_pow_of_two(nr_tags);
	lq->fifo = kcalloc(lq->size, sizeof(*lq->fifo), GFP_KERNEL);
	lq->q.pfns = kcalloc(max_pfns, sizeof(*lq->q.pfns), GFP_KERNEL);
	if (!lq->fifo || !lq->q.pfns) {
		kfree(lq->fifo);
		kfree(lq->q.pfns);
		kfree(lq);
		return ERR_PTR(-ENOMEM);
	}
	raw_spin_lock_init(&lq->lock);
	init_swait_queue_head(&lq->released);
	lq->work = IRQ_WORK_INIT_HARD(complete_all_done);
	lq->q.dev = dev;
	lq->q.depth = nr_tags;
	lq->q.max_pfns = max_pfns;
	lq->q.client = client;
	lq->q.client_ctx = ctx;
	raw_spin_lock_irq(&disk->lock);
	list_add_tail(&lq->entry, &disk->queues);
	raw_spin_unlock_irq(&disk->lock);
	return &lq->q;
}

static bool done_or_gone(struct loop_queue *lq, const struct loop_disk *disk)
{
	bool yes;

	raw_spin_lock_irq(&lq->lock);
	yes = lq->head == lq->tail || disk->rescinded;
	raw_spin_unlock_irq(&lq->lock);
	return yes;
}

static void loop_queue_close(struct xhv_block_queue *q)
{
	struct loop_queue *lq = to_queue(q);
	struct loop_disk *disk = to_disk(q->dev);

	/* As a host that is slow: what it holds it will answer. */
	swait_event_exclusive(lq->released, done_or_gone(lq, disk));
	raw_spin_lock_irq(&disk->lock);
	list_del(&lq->entry);
	raw_spin_unlock_irq(&disk->lock);
	irq_work_sync(&lq->work);
	/* The work may run on two CPUs at once, and the first that ends makes it
	 * look idle (irq_work_single() in kernel/irq_work.c).
	 */
	synchronize_rcu();
	/* ... unless it is gone. */
	if (lq->head != lq->tail) {
		while (lq->head != lq->tail)
			q->client->complete(q->client_ctx,
					    lq->fifo[lq->head++ &
						     (lq->size - 1)].tag,
					    -ENODEV);
		q->client->end_batch(q->client_ctx, false);
	}
	kfree(lq->fifo);
	kfree(lq->q.pfns);
	kfree(lq);
}

static const struct xhv_block_ops loop_ops = {
	.owner = THIS_MODULE,
	.queue_open = loop_queue_open,
	.queue_close = loop_queue_close,
	.queue_set_cpu = loop_queue_set_cpu,
	.submit = loop_submit,
};

static u64 sectors(void)
{
	return (u64)(shown_mb ?: size_mb) * SZ_1M >> LOOP_SECTOR_SHIFT;
}

static void describe(struct loop_disk *disk)
{
	struct xhv_block_dev *dev = &disk->dev;
	unsigned int nr = disk - loop_disks;

	memset(dev, 0, sizeof(*dev));
	dev->ops = &loop_ops;
	dev->bus = XHV_BLOCK_LOOPBACK;
	dev->lun = nr;
	snprintf(dev->label, sizeof(dev->label), "loopback %u", nr);
	dev->sectors = sectors();
	dev->cdrom = nr < disks && disks - nr <= cdroms;
	dev->removable = dev->cdrom;
	dev->read_only = read_only || dev->cdrom;
	dev->logical_block_size = dev->cdrom ? 2048 : block_size;
	dev->physical_block_size = max(physical_size, dev->logical_block_size);
	dev->max_bytes = max_kb * SZ_1K;
	dev->max_queues = num_online_cpus();
	dev->queue_depth = depth;
	dev->flush = !dev->cdrom;
	dev->fua = fua;
	dev->discard = discard && !dev->read_only;
	dev->secure_discard = secure;
	dev->discard_granularity = LOOP_FRAME_SIZE;
	dev->discard_max = U32_MAX;
}

struct loop_disk *loop_disk(unsigned int nr)
{
	return nr < MAX_DISKS ? &loop_disks[nr] : NULL;
}

int loop_disk_add(struct loop_disk *disk, const char *content)
{
	int err = -EEXIST;

	mutex_lock(&disk->change);
	if (disk->added)
		goto out;
	err = -ENOMEM;
	if (!disk->data)
		disk->data = vzalloc((u64)size_mb * SZ_1M);
	if (!disk->data)
		goto out;
	if (content) {
		memset(disk->data, 0, (u64)size_mb * SZ_1M);
		strscpy(disk->data, content, LOOP_FRAME_SIZE);
	}
	describe(disk);
	disk->rescinded = false;
	disk->held = false;
	disk->fail_count = 0;
	err = xhv_block_add(&disk->dev);
	disk->added = !err;
out:
	mutex_unlock(&disk->change);
	return err;
}

/* Queues that are being closed wait no longer. */
static void rescind_queues(struct loop_disk *disk)
{
	struct loop_queue *lq;
	unsigned long flags;

	raw_spin_lock_irqsave(&disk->lock, flags);
	WRITE_ONCE(disk->rescinded, true);
	list_for_each_entry(lq, &disk->queues, entry)
		swake_up_one(&lq->released);
	raw_spin_unlock_irqrestore(&disk->lock, flags);
}

int loop_disk_del(struct loop_disk *disk, bool rescind)
{
	int err = -ENOENT;

	mutex_lock(&disk->change);
	if (disk->added) {
		disk->added = false;
		if (rescind)
			rescind_queues(disk);
		xhv_block_del(&disk->dev);
		err = 0;
	}
	mutex_unlock(&disk->change);
	return err;
}

int loop_disk_resize(struct loop_disk *disk, u64 nr_sectors)
{
	int err = -ENOENT;

	if (nr_sectors > (u64)size_mb * SZ_1M >> LOOP_SECTOR_SHIFT)
		return -ERANGE;
	mutex_lock(&disk->change);
	if (disk->added) {
		disk->dev.sectors = nr_sectors;
		xhv_block_resized(&disk->dev);
		err = 0;
	}
	mutex_unlock(&disk->change);
	return err;
}

/* Answers of a disk that is held wait. */
void loop_disk_hold(struct loop_disk *disk, bool hold)
{
	struct loop_queue *lq;
	unsigned long flags;

	raw_spin_lock_irqsave(&disk->lock, flags);
	WRITE_ONCE(disk->held, hold);
	if (!hold)
		list_for_each_entry(lq, &disk->queues, entry)
			irq_work_queue(&lq->work);
	raw_spin_unlock_irqrestore(&disk->lock, flags);
}

void loop_disk_fail(struct loop_disk *disk, unsigned int count, int error,
		    unsigned int ops)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&disk->lock, flags);
	disk->fail_count = count;
	disk->fail_error = error;
	disk->fail_ops = ops;
	raw_spin_unlock_irqrestore(&disk->lock, flags);
}

/* I/Os that wait for an answer, and those that are yet to fail. */
void loop_disk_count(struct loop_disk *disk, unsigned int *waiting,
		     unsigned int *failing)
{
	const struct loop_queue *lq;
	unsigned long flags;

	*waiting = 0;
	raw_spin_lock_irqsave(&disk->lock, flags);
	*failing = disk->fail_count;
	list_for_each_entry(lq, &disk->queues, entry)
		*waiting = *waiting + READ_ONCE(lq->tail) - READ_ONCE(lq->head);
	raw_spin_unlock_irqrestore(&disk->lock, flags);
}

/* Disks that grow and shrink while they are in use. */
static int set_shown(const char *val, const struct kernel_param *kp)
{
	unsigned int i, mb;
	int err = kstrtouint(val, 0, &mb);

	if (err)
		return err;
	if (loop_disks && mb > size_mb)
		return -ERANGE;
	shown_mb = mb;
	for (i = 0; loop_disks && i < MAX_DISKS; i++)
		loop_disk_resize(&loop_disks[i], sectors());
	return 0;
}

static const struct kernel_param_ops shown_ops = {
	.set = set_shown, .get = param_get_uint,
};

static void del_disks(void)
{
	struct loop_disk *disks = loop_disks;
	unsigned int i;

	/* Parameters can be written until the module is gone (mod_sysfs_teardown()
	 * comes after the exit function): set_shown() finds all disks or none.
	 */
	kernel_param_lock(THIS_MODULE);
	loop_disks = NULL;
	kernel_param_unlock(THIS_MODULE);
	for (i = 0; i < MAX_DISKS; i++) {
		loop_disk_del(&disks[i], false);
		vfree(disks[i].data);
	}
	kfree(disks);
}

static bool good_size(unsigned int bytes)
{
	return is_power_of_2(bytes) && bytes >= BIT(LOOP_SECTOR_SHIFT) &&
	       bytes <= LOOP_FRAME_SIZE;
}

static int __init loop_init(void)
{
	unsigned int i;
	int err;

	if (!disks || disks > MAX_DISKS || cdroms > disks || !size_mb ||
	    size_mb > SZ_1M || !good_size(block_size) ||
	    !good_size(physical_size) || max_kb < 4 || max_kb > SZ_1M ||
	    !depth || depth > SZ_1K || shown_mb > size_mb)
		return -EINVAL;

	err = xhv_activate();
	if (err)
		return err;
	loop_disks = kcalloc(MAX_DISKS, sizeof(*loop_disks), GFP_KERNEL);
	if (!loop_disks)
		return -ENOMEM;
	for (i = 0; i < MAX_DISKS; i++) {
		mutex_init(&loop_disks[i].change);
		raw_spin_lock_init(&loop_disks[i].lock);
		INIT_LIST_HEAD(&loop_disks[i].queues);
	}
	for (i = 0; i < disks; i++) {
		err = loop_disk_add(&loop_disks[i], NULL);
		if (err)
			goto err_del;
	}
	xhv_block_settle();
	err = loop_net_init();
	if (err)
		goto err_del;
	loop_control_init();
	return 0;

err_del:
	del_disks();
	return err;
}

static void __exit loop_exit(void)
{
	loop_control_exit();
	loop_net_exit();
	del_disks();
}

module_init(loop_init);
module_exit(loop_exit);

MODULE_DESCRIPTION("RAM disks and joined NICs for xen-hyperv");
MODULE_LICENSE("GPL");
