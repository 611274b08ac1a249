/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The block transport: what a host's disk offers to the vbd back end.
 *
 * A transport (VMBus storage, the loopback RAM disk) fills a struct
 * xhv_block_dev for each disk and adds it; shim/backend/vbd makes a Xen
 * virtual block device of it, opens one queue for each ring of the front end
 * and submits I/O in the context of the front end's notification.
 *
 * Nothing on the data path allocates or sleeps. The page list of a request is
 * written by the back end straight into memory that the transport laid out
 * for its own packet (queue->pfns), so that the list is written once.
 */
#ifndef XHV_BLOCK_H
#define XHV_BLOCK_H

#include <linux/bits.h>
#include <linux/types.h>
#include <linux/uuid.h>

struct module;
struct xhv_block_dev;
struct xhv_block_queue;

/** enum xhv_block_op - what an I/O asks of the disk */
enum xhv_block_op {
	XHV_BLOCK_READ,
	XHV_BLOCK_WRITE,
	XHV_BLOCK_FLUSH,
	XHV_BLOCK_DISCARD,
};

/* A write that must be on stable storage before it completes. */
#define XHV_BLOCK_FUA		BIT(0)
/* A discard after which nothing can be read from the medium by any means. */
#define XHV_BLOCK_SECURE	BIT(1)

/**
 * struct xhv_block_io - one I/O on its way to the host
 * @op: what to do
 * @flags: XHV_BLOCK_FUA, XHV_BLOCK_SECURE
 * @tag: the back end's name for this I/O, below the queue's depth; a
 *	 transport gives it back at completion and reads no meaning into it
 * @offset: byte offset of the data in the page of queue->pfns[0], below 4096
 * @len: bytes of data, a multiple of 512; 0 for flush and discard.
 *	 queue->pfns holds DIV_ROUND_UP(@offset + @len, 4096) frames.
 * @sector: first sector, in units of 512 bytes
 * @nr_sectors: length of a discard, in units of 512 bytes
 */
struct xhv_block_io {
	enum xhv_block_op op;
	u8 flags;
	u16 tag;
	u32 offset;
	u32 len;
	u64 sector;
	u64 nr_sectors;
};

/**
 * struct xhv_block_client - what the back end lets a transport call
 * @complete: an I/O has ended. @error is 0 or a negative errno: -EIO,
 *	      -EOPNOTSUPP (the host knows no such command), -ENOSPC, -ENODATA
 *	      (medium error), -ENOMEDIUM, -EROFS, -EBUSY (worth trying again
 *	      until it is ready), -ECANCELED (given up by the host: worth a few
 *	      more tries), -ENODEV (the device is gone). The back end
 *	      checks @tag itself: a transport may pass on what a host says.
 * @end_batch: the last completion of a batch has been passed on, and the
 *	       channel may have room again: push responses, notify, resume.
 *
 * Both are called by the transport in hardirq context (the channel's
 * interrupt) with no lock held, never from within ->submit(). @hardirq of
 * end_batch is true when the caller runs in hardirq context, so that an event
 * may be delivered by calling the kernel's upcall directly.
 */
struct xhv_block_client {
	void (*complete)(void *ctx, u64 tag, int error);
	void (*end_batch)(void *ctx, bool hardirq);
};

/**
 * struct xhv_block_queue - one stream of I/O to a disk
 * @dev: the disk
 * @depth: tags are below this
 * @max_pfns: room in @pfns
 * @pfns: the page list of the I/O being submitted, laid out by the
 *	  transport; written by the back end under the lock that serialises
 *	  ->submit() of this queue
 * @client: whom to call
 * @client_ctx: the first argument of these calls
 *
 * Embedded in the transport's own structure and returned by ->queue_open().
 */
struct xhv_block_queue {
	struct xhv_block_dev *dev;
	unsigned int depth;
	unsigned int max_pfns;
	u64 *pfns;
	const struct xhv_block_client *client;
	void *client_ctx;
};

/**
 * struct xhv_block_ops - a transport's side
 * @owner: the transport's module
 * @queue_open: open a queue. @cpu is the CPU on which completions are wanted,
 *		@depth the number of tags, @max_pfns the largest page list.
 *		May sleep. Returns the queue or an ERR_PTR.
 * @queue_close: close a queue; on return no call of the client is running or
 *		 will be made, and no I/O of the queue touches memory any more.
 *		 May sleep.
 * @queue_set_cpu: completions are now wanted on @cpu; I/O in flight may still
 *		   complete elsewhere. Any context, serialised with ->submit().
 * @submit: start an I/O. Called with IRQs off and the back end's queue lock
 *	    held: must not sleep, allocate or call the client. Returns 0;
 *	    -EAGAIN: the channel is full, nothing was taken, and
 *	    client->end_batch() will be called when there may be room;
 *	    -ENODEV: the device is gone;
 *	    -EOPNOTSUPP: the transport cannot do this operation.
 */
struct xhv_block_ops {
	struct module *owner;
	struct xhv_block_queue *(*queue_open)(struct xhv_block_dev *dev,
					      unsigned int cpu,
					      unsigned int depth,
					      unsigned int max_pfns,
					      const struct xhv_block_client *c,
					      void *ctx);
	void (*queue_close)(struct xhv_block_queue *q);
	void (*queue_set_cpu)(struct xhv_block_queue *q, unsigned int cpu);
	int (*submit)(struct xhv_block_queue *q, const struct xhv_block_io *io);
};

/**
 * enum xhv_block_bus - the first key of the naming order
 *
 * VMBus offers arrive in any order, so names never follow arrival. Disks are
 * ordered by bus, then @address, then @lun; CD-ROMs come after all disks.
 */
enum xhv_block_bus {
	XHV_BLOCK_IDE,
	XHV_BLOCK_SCSI,
	XHV_BLOCK_LOOPBACK,
};

/**
 * struct xhv_block_dev - a disk of the host
 * @ops: the transport
 * @bus: naming order, first key
 * @guid: naming order, second key: the VMBus instance (compared as the text
 *	  of the GUID); IDE: the controller and position are in it
 * @lun: naming order, last key
 * @ide_unit: position of an IDE disk: controller * 2 + device
 * @label: what a person recognises the disk by: "vmbus <instance> lun 0"
 * @sectors: capacity in units of 512 bytes
 * @logical_block_size: bytes
 * @physical_block_size: bytes
 * @max_bytes: the largest transfer of one I/O
 * @max_queues: how many queues are worth opening
 * @queue_depth: how many I/Os are worth having in flight on each
 * @read_only: the medium cannot be written
 * @cdrom: is a CD-ROM. One without a medium is not added; another medium is
 *	   another disk, under the same name
 * @removable: the medium can be taken out
 * @flush: has a volatile write cache that XHV_BLOCK_FLUSH empties
 * @fua: honours XHV_BLOCK_FUA
 * @discard: honours XHV_BLOCK_DISCARD
 * @secure_discard: honours XHV_BLOCK_SECURE
 * @discard_granularity: bytes
 * @discard_alignment: bytes
 * @discard_max: the longest XHV_BLOCK_DISCARD, in units of 512 bytes
 * @backend: the back end's own pointer
 */
struct xhv_block_dev {
	const struct xhv_block_ops *ops;
	enum xhv_block_bus bus;
	guid_t guid;
	u32 lun;
	u32 ide_unit;
	char label[80];
	u64 sectors;
	u32 logical_block_size;
	u32 physical_block_size;
	u32 max_bytes;
	u32 max_queues;
	u32 queue_depth;
	bool read_only;
	bool cdrom;
	bool removable;
	bool flush;
	bool fua;
	bool discard;
	bool secure_discard;
	u32 discard_granularity;
	u32 discard_alignment;
	u64 discard_max;
	void *backend;
};

/**
 * xhv_block_front_end_loadable() - will somebody drive the disks?
 *
 * Process context, may sleep, after xhv_may_activate() returned 0. Answers
 * before the Xen core is woken, when the front end cannot register yet.
 *
 * Return: true if the stock front end's module can be loaded.
 */
bool xhv_block_front_end_loadable(void);

/**
 * xhv_block_front_end() - is there somebody to drive the disks?
 *
 * Process context, may sleep, after xhv_activate(). Loads xen-blkfront if it
 * is not there yet. A transport takes no device without it: a disk that no
 * front end drives and no native driver has is a guest that does not boot.
 *
 * Return: true if the stock front end is registered.
 */
bool xhv_block_front_end(void);

/**
 * xhv_block_add() - make a Xen virtual block device of a host's disk
 * @dev: filled in by the transport, lives until xhv_block_del() returns
 *
 * Process context, may sleep. The Xen core must be awake (xhv_activate()).
 * Names are given in naming order among the disks that are added before
 * xhv_block_settle(); later ones take the next free name. A disk at a place
 * where there was one before (@bus, @guid and @lun) gets that one's name again,
 * as soon as the front end has let go of it.
 *
 * Return: 0 or a negative errno.
 */
int xhv_block_add(struct xhv_block_dev *dev);

/**
 * xhv_block_del() - take the virtual block device away again
 * @dev: the disk
 *
 * Process context, may sleep. The front end is asked to close, as a toolstack
 * does that detaches a disk. Every request in flight has been answered when
 * this returns, with an error if the transport gave none; the transport's
 * queues are closed, and @dev is not looked at again. The front end may take
 * longer to let go; what it still asks for is answered with errors.
 */
void xhv_block_del(struct xhv_block_dev *dev);

/**
 * xhv_block_resized() - @dev->sectors has changed
 * @dev: the disk, added
 *
 * Process context, may sleep.
 */
void xhv_block_resized(struct xhv_block_dev *dev);

/**
 * xhv_block_settle() - the disks known so far are all that are coming now
 *
 * Process context, may sleep. Orders the disks added since the last call by
 * the naming rule, names them and creates their xenstore nodes.
 */
void xhv_block_settle(void);

#endif /* XHV_BLOCK_H */
