/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The storage client of VMBus: its structures, and who does what.
 *
 *   main.c		module, policy, when the bus is quiet
 *   vmbus_storage.c	a controller: channels, negotiation, removal
 *   vmbus_io.c		the data path: queues, submission, completion
 *   scsi_probe.c	logical units and what they can do
 *   scsi_status.c	what an answer means
 */
#ifndef XHV_STORAGE_H
#define XHV_STORAGE_H

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/hyperv.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/swait.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../include/xhv/block.h"
#include "vstor.h"

/* Channels of one controller, queues of all its disks. */
#define STOR_MAX_CHANNELS	64
#define STOR_MAX_QUEUES		256
/* 64 LUNs is what a Hyper-V controller takes; the SRB has a byte. */
#define STOR_MAX_LUNS		256
#define STOR_DEPTH		128
/* A disk that comes while the controller is in use may take a while before it
 * can be used: five minutes, looking every five seconds.
 */
#define STOR_RESCANS		60

/* Transaction ids: tag, queue (from 1, so that none is 0, which is a host's
 * own message), a marker for commands that somebody sleeps on, and how often the
 * tag was used, so that a host that answers twice is not believed.
 */
#define STOR_ID_QUEUE_SHIFT	16
#define STOR_ID_SYNC		BIT_ULL(32)
#define STOR_ID_USE_SHIFT	33

struct stor_host;

/**
 * struct stor_chan - a channel of a controller
 * @host: the controller
 * @ch: VMBus's
 * @lock: reading the channel; taken in its interrupt
 * @more: goes on reading when an interrupt's budget is used up
 * @again: tries again when the channel was full and nothing was in flight
 * @blocked: queues that found the channel full
 * @inflight: packets without an answer
 */
struct stor_chan {
	struct stor_host *host;
	struct vmbus_channel *ch;
	raw_spinlock_t lock;	/* reading, see above */
	struct irq_work more;
	struct hrtimer again;
	DECLARE_BITMAP(blocked, STOR_MAX_QUEUES);
	atomic_t inflight;
};

/**
 * struct stor_host - a controller
 * @hvdev: VMBus's device
 * @ide: is an IDE channel: one disk, at target @target
 * @target: goes into SRBs
 * @version: VSTOR_VERSION_*
 * @max_bytes: the largest transfer
 * @max_sub: how many sub-channels the host offers
 * @chans: channels in use; @nr_chans grows while sub-channels come
 * @sub_opened: woken when one came
 * @gone: no channel is opened and no scan is made any more; written under
 *	  @scan_lock and @chans_lock
 * @sync_lock: one command that somebody sleeps on at a time
 * @sync_done: completes it
 * @sync_id: its transaction id
 * @sync_reply: its answer, valid when @sync_done is
 * @sync_unit: the drive that it asks, or NULL; read in interrupts under RCU
 * @page: its data, one page
 * @dead: a command was never answered: the page may still be written to
 * @luns: struct stor_lun, under @scan_lock
 * @scan_lock: @luns, and one scan at a time; taken before @sync_lock
 * @rescan: scans, see stor_rescan()
 * @poll: looks at the media of CD-ROM drives: no host tells of them unasked
 * @rescans_left: how often @rescan tries again by itself
 * @queues: by number; read under RCU in interrupts
 * @queues_lock: writing @queues
 * @bogus: packets that made no sense
 */
struct stor_host {
	struct hv_device *hvdev;
	bool ide;
	u8 target;
	u16 version;
	u32 max_bytes;
	u16 max_sub;

	struct stor_chan *chans[STOR_MAX_CHANNELS];
	unsigned int nr_chans;
	struct mutex chans_lock;	/* adding to @chans */
	wait_queue_head_t sub_opened;
	bool gone;

	struct mutex sync_lock;		/* see above */
	struct completion sync_done;
	u64 sync_id;
	struct vstor_packet sync_reply;
	struct stor_lun *sync_unit;
	void *page;
	bool dead;

	struct list_head luns;
	struct mutex scan_lock;		/* see above */
	struct delayed_work rescan;
	struct delayed_work poll;
	unsigned int rescans_left;

	struct stor_queue __rcu *queues[STOR_MAX_QUEUES];
	struct mutex queues_lock;	/* see above */
	atomic_t bogus;
};

/**
 * struct stor_lun - a disk, or a drive that may have a medium
 * @dev: the back end's view; dev.backend is NULL while there is no medium
 * @host: the controller
 * @entry: in host->luns
 * @lun: logical unit number
 * @block_shift: log2 of the logical block size
 * @cdrom: is a CD-ROM drive
 * @seen: by the scan that is running
 * @unusable: what is there cannot be served
 * @stale: the medium that @dev speaks of may be another by now: no I/O goes to
 *	   it any more. Set in any context
 */
struct stor_lun {
	struct xhv_block_dev dev;
	struct stor_host *host;
	struct list_head entry;
	u8 lun;
	u8 block_shift;
	bool cdrom;
	bool seen;
	bool unusable;
	bool stale;
};

/* What an I/O asked for, until it is answered. */
struct stor_tag {
	u64 id;
	u32 len;
	bool busy;
};

/**
 * struct stor_queue - a queue of a disk
 * @q: the back end's view; q.pfns is the list in @desc
 * @lun: the disk
 * @chan: where packets go; written under the back end's queue lock
 * @index: in host->queues
 * @inflight: tags that are busy
 * @drained: woken at 0, in hardirq context: a plain wait queue's lock is not
 *	     for that
 * @tags: by tag
 * @unmap: parameter lists of discards, UNMAP_SLOT bytes a tag
 * @unmap_bytes: their size
 * @packet: the SRB, filled in but for what changes
 * @desc: the packet's descriptor with the page list
 */
struct stor_queue {
	struct xhv_block_queue q;
	struct stor_lun *lun;
	struct stor_chan *chan;
	unsigned int index;
	atomic_t inflight;
	struct swait_queue_head drained;
	struct stor_tag *tags;
	void *unmap;
	size_t unmap_bytes;
	struct vstor_packet packet;
	struct vmbus_packet_mpb_array *desc;
};

/* main.c */

/* Bytes of a channel's rings, each with a page of its header. */
void stor_ring_sizes(u32 *send, u32 *receive);
/* How many channels a controller may have. */
unsigned int stor_max_channels(void);
/* Disks were added: name them, unless module init will do that. */
void stor_settle(void);

/* vmbus_storage.c */

int stor_probe(struct hv_device *hvdev, bool ide);
void stor_remove(struct hv_device *hvdev);
/* The host says that logical units came, went or changed. Any context. */
void stor_rescan(struct stor_host *host);

/**
 * stor_exec() - run a SCSI command and wait for it
 * @host: the controller
 * @lun: logical unit
 * @cdb: the command, VSTOR_CDB_SIZE bytes
 * @cdb_len: how many of them count
 * @len: bytes of data to read into host->page, 0 for none
 *
 * Under host->scan_lock. Tries a few times while the host is busy or has unit
 * attentions to tell.
 *
 * Return: bytes read, or a negative errno: of vstor_srb_result(), what the host
 * says; -ETIMEDOUT or -EPROTO, it said nothing useful; -EAGAIN, the channel
 * stayed full; -ESHUTDOWN, the channel is gone.
 */
int stor_exec(struct stor_host *host, u8 lun, const u8 *cdb, u8 cdb_len,
	      u32 len);

/* Fills in what all SRBs to a logical unit have in common. */
void stor_init_srb(struct stor_host *host, u8 lun, struct vstor_packet *p);

/* vmbus_io.c */

extern const struct xhv_block_ops stor_ops;

/* A channel's interrupt; also called to pick up what a rescinded channel
 * still holds.
 */
void stor_on_channel(void *context);
void stor_chan_init(struct stor_chan *c, struct stor_host *host,
		    struct vmbus_channel *ch);
/* On return neither @more nor @again runs. The channel is closed. */
void stor_chan_stop(struct stor_chan *c);

/* scsi_probe.c */

/**
 * stor_scan() - find a controller's logical units
 * @host: the controller, under its scan_lock
 *
 * Brings host->luns and the back end up to date. A disk goes only if the host
 * says that it is not there; no answer leaves it alone.
 *
 * Return: 0; -ENOTBLK if there is a logical unit that is neither a disk nor a
 * CD-ROM; another negative errno if one, or the list of them, is of no use now.
 * What comes after it in the list has been scanned all the same.
 */
int stor_scan(struct stor_host *host);

/* A number of the controller's unit: a disk or drive, or NULL. Under scan_lock. */
struct stor_lun *stor_find_lun(struct stor_host *host, u8 nr);

/**
 * stor_poll() - look at the media of CD-ROM drives
 * @host: the controller, under its scan_lock
 * @next: gets when to look again, in jiffies; 0 for never
 *
 * Return: true if a medium came, went or changed: stor_scan() follows.
 */
bool stor_poll(struct stor_host *host, unsigned long *next);

#endif /* XHV_STORAGE_H */
