/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The disks of xen-hyperv-loopback, and what a host may do to them.
 *
 *   main.c	the transport
 *   control.c	commands
 */
#ifndef XHV_LOOPBACK_H
#define XHV_LOOPBACK_H

#include <linux/bits.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/swait.h>

#include "../include/xhv/block.h"

#define MAX_DISKS	32
#define LOOP_SECTOR_SHIFT	9
#define LOOP_FRAME_SHIFT	12
#define LOOP_FRAME_SIZE	BIT(LOOP_FRAME_SHIFT)

/* One I/O on its way back. */
struct done {
	u16 tag;
	int error;
};

/**
 * struct loop_queue - a queue
 * @q: the back end's view
 * @entry: in disk->queues
 * @lock: the FIFO; taken under the back end's queue lock and in irq_work
 * @work: completes; runs in hardirq context on the CPU that submitted
 * @fifo: I/Os that have been done and not been completed
 * @head: next to complete, free-running
 * @tail: next free place, free-running
 * @size: places in @fifo, a power of two
 * @was_full: somebody was turned away since the last batch
 * @count: I/Os ever, for @busy_every
 * @released: woken when some have gone out, or never will
 */
struct loop_queue {
	struct xhv_block_queue q;
	struct list_head entry;
	raw_spinlock_t lock;	/* see above */
	struct irq_work work;
	struct done *fifo;
	unsigned int head;
	unsigned int tail;
	unsigned int size;
	bool was_full;
	unsigned int count;
	struct swait_queue_head released;
};

/**
 * struct loop_disk - a disk, or a place for one
 * @dev: the back end's view, while @added
 * @data: its memory, kept while it is gone
 * @change: one command at a time that adds, removes or resizes
 * @added: under @change
 * @rescinded: is being taken away with what it owes
 * @held: answers wait
 * @lock: what follows; hardirq context, inside the back end's queue lock
 * @queues: struct loop_queue
 * @fail_count: how many I/Os are to fail
 * @fail_error: with what
 * @fail_ops: which, bits by enum xhv_block_op
 */
struct loop_disk {
	struct xhv_block_dev dev;
	char *data;
	struct mutex change;	/* see above */
	bool added;
	bool rescinded;
	bool held;
	raw_spinlock_t lock;	/* see above */
	struct list_head queues;
	unsigned int fail_count;
	int fail_error;
	unsigned int fail_ops;
};

/* main.c: process context, may sleep, unless told otherwise. Return 0 or a
 * negative errno.
 */

/* NULL if there is no such place. Any context. */
struct loop_disk *loop_disk(unsigned int nr);
/* A disk comes, with what it held when it went, or with @content and zeroes.
 * xhv_block_settle() follows. -EEXIST if it is there.
 */
int loop_disk_add(struct loop_disk *disk, const char *content);
/* A disk goes, after it has answered what it holds, or (@rescind) without. */
int loop_disk_del(struct loop_disk *disk, bool rescind);
int loop_disk_resize(struct loop_disk *disk, u64 nr_sectors);
/* Holds back answers, or lets them go. Any context. */
void loop_disk_hold(struct loop_disk *disk, bool hold);
/* Lets the next @count I/Os of @ops (bits by enum xhv_block_op) fail. Any
 * context.
 */
void loop_disk_fail(struct loop_disk *disk, unsigned int count, int error,
		    unsigned int ops);
/* Any context. */
void loop_disk_count(struct loop_disk *disk, unsigned int *waiting,
		     unsigned int *failing);

/* control.c */
void loop_control_init(void);
void loop_control_exit(void);

#endif /* XHV_LOOPBACK_H */
