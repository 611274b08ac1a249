// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen-hyperv-loopback: disks in the guest's own memory.
 *
 * A transport without a host, so that the whole Xen side runs and is tested on
 * any hypervisor or none. It keeps to the contexts of a real one: an I/O is
 * taken in ->submit(), and completes later in hard interrupt context. What a
 * host does now and then (a full channel, a busy disk, a bad sector, large
 * blocks) can be asked for by parameters.
 */
#define pr_fmt(fmt) "xen-hyperv: loopback: " fmt

#include <linux/align.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../include/xhv/block.h"
#include "../include/xhv/core.h"

#define MAX_DISKS	32
#define LOOP_SECTOR_SHIFT	9
#define LOOP_FRAME_SHIFT	12
#define LOOP_FRAME_SIZE	BIT(LOOP_FRAME_SHIFT)

static unsigned int disks = 1;
module_param(disks, uint, 0400);
MODULE_PARM_DESC(disks, "number of RAM disks (1)");

static unsigned int size_mb = 64;
module_param(size_mb, uint, 0400);
MODULE_PARM_DESC(size_mb, "size of each in MiB (64)");

static unsigned int block_size = 512;
module_param(block_size, uint, 0400);
MODULE_PARM_DESC(block_size, "logical block size in bytes, 512 to 4096 (512)");

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

/* One I/O on its way back. */
struct done {
	u16 tag;
	int error;
};

/**
 * struct loop_queue - a queue
 * @q: the back end's view
 * @lock: the FIFO; taken under the back end's queue lock and in irq_work
 * @work: completes; runs in hardirq context on the CPU that submitted
 * @fifo: I/Os that have been done and not been completed
 * @head: next to complete, free-running
 * @tail: next free place, free-running
 * @size: places in @fifo, a power of two
 * @was_full: somebody was turned away since the last batch
 * @count: I/Os ever, for @busy_every
 */
struct loop_queue {
	struct xhv_block_queue q;
	raw_spinlock_t lock;
	struct irq_work work;
	struct done *fifo;
	unsigned int head;
	unsigned int tail;
	unsigned int size;
	bool was_full;
	unsigned int count;
};

struct loop_disk {
	struct xhv_block_dev dev;
	char *data;
	bool added;
};

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
	unsigned int tail;
	struct done done;

	raw_spin_lock(&lq->lock);
	tail = lq->tail;
	while (lq->head != tail) {
		done = lq->fifo[lq->head++ & (lq->size - 1)];
		raw_spin_unlock(&lq->lock);
		client->complete(lq->q.client_ctx, done.tag, done.error);
		raw_spin_lock(&lq->lock);
	}
	lq->was_full = false;
	raw_spin_unlock(&lq->lock);
	client->end_batch(lq->q.client_ctx, true);

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

	/* The back end has checked all this: a disk that trusts it would hide
	 * its mistakes.
	 */
	if (WARN_ON_ONCE(io->sector > size || nr > size - io->sector ||
			 !IS_ALIGNED((io->sector | nr) << LOOP_SECTOR_SHIFT,
				     block_size) ||
			 io->len > disk->dev.max_bytes))
		return -EIO;
	if (bad(io))
		return -ENODATA;

	switch (io->op) {
	case XHV_BLOCK_WRITE:
		if (WARN_ON_ONCE(read_only))
			return -EIO;
		fallthrough;
	case XHV_BLOCK_READ:
		copy(disk, q, io);
		break;
	case XHV_BLOCK_DISCARD:
		memset(disk->data + (io->sector << LOOP_SECTOR_SHIFT), 0,
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
	lq->work = IRQ_WORK_INIT_HARD(complete_all_done);
	lq->q.dev = dev;
	lq->q.depth = nr_tags;
	lq->q.max_pfns = max_pfns;
	lq->q.client = client;
	lq->q.client_ctx = ctx;
	return &lq->q;
}

static void loop_queue_close(struct xhv_block_queue *q)
{
	struct loop_queue *lq = to_queue(q);

	irq_work_sync(&lq->work);
	WARN_ON(lq->head != lq->tail);
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

static void del_disk(struct loop_disk *disk)
{
	if (disk->added)
		xhv_block_del(&disk->dev);
	vfree(disk->data);
}

static u64 sectors(void)
{
	return (u64)(shown_mb ?: size_mb) * SZ_1M >> LOOP_SECTOR_SHIFT;
}

static int add_disk(struct loop_disk *disk, unsigned int i)
{
	struct xhv_block_dev *dev = &disk->dev;
	int err;

	disk->data = vzalloc((u64)size_mb * SZ_1M);
	if (!disk->data)
		return -ENOMEM;
	dev->ops = &loop_ops;
	dev->bus = XHV_BLOCK_LOOPBACK;
	dev->lun = i;
	snprintf(dev->label, sizeof(dev->label), "loopback %u", i);
	dev->sectors = sectors();
	dev->logical_block_size = block_size;
	dev->physical_block_size = LOOP_FRAME_SIZE;
	dev->max_bytes = max_kb * SZ_1K;
	dev->max_queues = num_online_cpus();
	dev->queue_depth = depth;
	dev->read_only = read_only;
	dev->flush = true;
	dev->fua = fua;
	dev->discard = !read_only;
	dev->discard_granularity = LOOP_FRAME_SIZE;
	dev->discard_max = U32_MAX;
	err = xhv_block_add(dev);
	disk->added = !err;
	return err;
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
	for (i = 0; loop_disks && i < disks; i++) {
		if (!loop_disks[i].added)
			continue;
		loop_disks[i].dev.sectors = sectors();
		xhv_block_resized(&loop_disks[i].dev);
	}
	return 0;
}

static const struct kernel_param_ops shown_ops = {
	.set = set_shown, .get = param_get_uint,
};

static int __init loop_init(void)
{
	unsigned int i;
	int err;

	if (!disks || disks > MAX_DISKS || !size_mb || size_mb > SZ_1M ||
	    !is_power_of_2(block_size) || block_size < BIT(LOOP_SECTOR_SHIFT) ||
	    block_size > LOOP_FRAME_SIZE || max_kb < 4 || max_kb > SZ_1M ||
	    !depth || depth > SZ_1K || shown_mb > size_mb)
		return -EINVAL;

	loop_disks = kcalloc(disks, sizeof(*loop_disks), GFP_KERNEL);
	if (!loop_disks)
		return -ENOMEM;
	err = xhv_activate();
	if (err)
		goto err_free;
	for (i = 0; i < disks; i++) {
		err = add_disk(&loop_disks[i], i);
		if (err)
			goto err_del;
	}
	xhv_block_settle();
	return 0;

err_del:
	for (i = 0; i < disks; i++)
		del_disk(&loop_disks[i]);
err_free:
	kfree(loop_disks);
	loop_disks = NULL;
	return err;
}

static void __exit loop_exit(void)
{
	unsigned int i;

	for (i = 0; i < disks; i++)
		del_disk(&loop_disks[i]);
	kfree(loop_disks);
}

module_init(loop_init);
module_exit(loop_exit);

MODULE_DESCRIPTION("RAM disks for xen-hyperv");
MODULE_LICENSE("GPL");
