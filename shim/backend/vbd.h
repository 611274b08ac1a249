/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vbd back end's own structures.
 *
 * One struct vbd a disk. Its lifecycle (vbd.c) follows the states in xenstore
 * in process context under vbd->lock. Its rings (vbd_ring.c) work in the
 * context of the front end's notification and of the host's completion
 * interrupt, each under its own ring->lock.
 */
#ifndef XHV_VBD_H
#define XHV_VBD_H

#include <linux/bitmap.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <xen/interface/io/blkif.h>
#include <xen/interface/io/xenbus.h>

#include "../../include/xhv/block.h"
#include "../../include/xhv/store.h"
#include "../evtchn.h"
#include "vbd_request.h"

#define VBD_MAX_RINGS		16
/* Four pages give 128 requests, as many as a host's queue is worth. */
#define VBD_MAX_RING_ORDER	2
#define VBD_MAX_RING_PAGES	BIT(VBD_MAX_RING_ORDER)
#define VBD_NAME_LEN		12
/* Segments that a request takes from the ring's pool at once. The pool, 16 KiB at
 * most, has room for 64 requests of 128 KiB; requests that find none wait in the
 * ring.
 */
#define VBD_SEG_UNIT		32
#define VBD_MAX_SEG_UNITS	64

/**
 * struct vbd_req - a request in flight
 * @rq: what it asks for
 * @segs: its segments, in @inline_segs or in the ring's pool;
 *	  kept because they say what to unpin, and the front end may reuse its
 *	  own copies
 * @next: the next of a free list or of the list of those to try again
 * @cur: how far its data has been submitted
 * @done: sectors submitted
 * @steps: what is left of rq.steps
 * @redo: what of rq.steps is to be done if the host is too busy for the rest
 * @ios: I/Os in flight
 * @tries: how often the host has said that it is busy, counted until the time
 *	   between two tries grows no more
 * @aborts: how often the host has given it up
 * @due: when it is asked again, if in the ring's list of those
 * @give_up: when it is asked no more, if @tries
 * @error: the first error of an I/O
 * @pinned: its grants are pinned
 * @submitted: all I/Os have been submitted: the last completion answers
 * @busy: in use
 */
struct vbd_req {
	struct vbd_request rq;
	struct blkif_request_segment *segs;
	struct blkif_request_segment
		inline_segs[BLKIF_MAX_SEGMENTS_PER_REQUEST];
	struct vbd_req *next;
	struct vbd_cursor cur;
	u64 done;
	u8 steps;
	u8 redo;
	u8 tries;
	u8 aborts;
	u16 ios;
	int error;
	ktime_t due;
	ktime_t give_up;
	bool pinned;
	bool submitted;
	bool busy;
};

/* One I/O of the transport, by tag; @req is NULL while the tag is free. */
struct vbd_tag {
	struct vbd_req *req;
	u16 next_free;
};

struct vbd_stats {
	u64 reads;
	u64 writes;
	u64 flushes;
	u64 discards;
	u64 sectors_read;
	u64 sectors_written;
	u64 splits;	/* I/Os beyond the first of a request */
	u64 bounces;
	u64 full;	/* had to wait for a tag or for the channel */
	u64 retries;	/* the host was busy */
	u64 errors;	/* answered with an error */
	u64 rejects;	/* malformed, or with a bad grant */
	u64 bogus;	/* completions that nobody waits for */
};

/**
 * struct vbd_ring - a ring of the front end and the queue that serves it
 * @lock: the ring's and its requests' state; taken in the notification (IRQs
 *	  off, the front end's lock held) and in the host's interrupt. Held while
 *	  the transport's ->submit() runs; never while an event is delivered.
 * @vbd: the disk
 * @index: position in vbd->rings
 * @live: requests are taken; false while connecting and after a fault
 * @failing: the disk is going or broken: every request is answered with an
 *	     error
 * @blocked: work was left undone for lack of a tag, of the channel or of room
 *	     for segments; the next completion goes on
 * @ring: the back end's half
 * @mapped: where the ring is mapped by vmap(), or NULL if it is in the direct
 *	    map
 * @grefs: the ring's pages
 * @nr_pages: how many
 * @ec: the event channel
 * @q: the transport's queue; NULL before it is open and from the moment that it
 *     is being closed
 * @slot: copy of the slot that is being looked at; on the stack the compiler
 *	  would clear it each time (CONFIG_INIT_STACK_ALL_ZERO)
 * @cur: the request that is being submitted
 * @reqs: one for each slot of the ring
 * @free_reqs: unused @reqs
 * @held: barriers that wait for those in @retry, the oldest first
 * @retry: requests that the host was too busy for, the first due first
 * @retry_timer: when that is
 * @more: goes on with the ring when a turn's budget is used up
 * @tags: one for each tag of @q
 * @free_tag: head of the free list in @tags, @nr_tags if empty
 * @nr_tags: q->depth
 * @inflight: tags in use
 * @seg_pool: memory for segments, @nr_seg_units times VBD_SEG_UNIT of them; a
 *	      request takes consecutive units
 * @seg_used: the units in use, as bits
 * @bounce: buffer for I/Os that are no page list of whole blocks, or NULL
 * @bounce_list: page list of the request being submitted, if there is @bounce
 * @bounce_tag: the tag that uses @bounce, or -1
 * @bounce_io: what it carries
 * @list_seg: the segment whose frame is in q->pfns[0]
 * @pushed: response producer index that the front end has been shown
 * @st: counters
 */
struct vbd_ring {
	raw_spinlock_t lock;
	struct vbd *vbd;
	unsigned int index;
	bool live;
	bool failing;
	bool blocked;

	struct blkif_back_ring ring;
	void *mapped;
	grant_ref_t grefs[VBD_MAX_RING_PAGES];
	unsigned int nr_pages;
	struct xhv_evtchn ec;
	struct xhv_block_queue *q;

	struct blkif_request slot;
	struct vbd_req *cur;
	struct vbd_req *reqs;
	struct vbd_req *free_reqs;
	struct vbd_req *held;
	struct vbd_req *retry;
	struct hrtimer retry_timer;
	struct irq_work more;

	struct vbd_tag *tags;
	unsigned int free_tag;
	unsigned int nr_tags;
	unsigned int inflight;

	struct blkif_request_segment *seg_pool;
	unsigned int nr_seg_units;
	DECLARE_BITMAP(seg_used, VBD_MAX_SEG_UNITS);

	void *bounce;
	u64 *bounce_list;
	int bounce_tag;
	struct vbd_io bounce_io;
	unsigned int list_seg;

	RING_IDX pushed;
	struct vbd_stats st;
};

/* A request that failed; @count of them since the last report. */
struct vbd_failure {
	u64 sector;
	u64 nr_sectors;
	u8 operation;
	int error;
	unsigned int count;
};

/**
 * struct vbd - a disk as the guest sees it
 * @entry: in the list of all disks
 * @dev: the transport's disk
 * @limits: what requests are checked against
 * @slot: its place among the names; NULL until it is named
 * @waiting: its name is still that of a disk that is going
 * @name: "xvda"
 * @id: the virtual device number, 51712 for xvda
 * @fe: the front end's directory
 * @be: our directory
 * @state: ours, as in @be
 * @lock: lifecycle; process context
 * @watch: the front end's state
 * @watch_path: what it watches
 * @follow: follows the front end's state
 * @fe_state: what @follow last found; read without a lock
 * @changed: woken when @follow has done that
 * @fault: a ring found the front end or the disk broken: close
 * @report: tells the log of @failed
 * @failed: the first request since the last report that was answered with an
 *	    error, and how many followed
 * @report_after: not before this, in jiffies
 * @failed_lock: @failed, @report_after
 * @linger: looks whether the front end has let go of the rings
 * @linger_ms: when it looks again
 * @gone: the transport's disk is, and so are the nodes
 * @hung_up: the rings are served without the disk: what still comes is answered
 *	     with errors
 * @rings: NULL unless connected or hung up
 * @nr_rings: how many
 * @max_rings: how many the front end was offered
 * @ring_pages: pages of each
 * @fault_why: what was wrong, for the log; NULL if nothing was in this connection
 * @total: counters of past connections
 */
struct vbd {
	struct list_head entry;
	struct xhv_block_dev *dev;
	struct vbd_limits limits;
	struct vbd_slot *slot;
	bool waiting;
	char name[VBD_NAME_LEN];
	unsigned int id;
	char fe[40];
	char be[48];
	enum xenbus_state state;

	struct mutex lock;	/* lifecycle, see above */
	struct xhv_store_watch watch;
	char watch_path[48];
	struct work_struct follow;
	enum xenbus_state fe_state;
	wait_queue_head_t changed;
	struct work_struct fault;
	const char *fault_why;
	struct delayed_work report;
	unsigned long report_after;
	raw_spinlock_t failed_lock;	/* see above */
	struct vbd_failure failed;
	struct delayed_work linger;
	unsigned int linger_ms;
	bool gone;
	bool hung_up;

	struct vbd_ring *rings;
	unsigned int nr_rings;
	unsigned int max_rings;
	unsigned int ring_pages;
	struct vbd_stats total;
};

/* vbd_ring.c. All in process context under vbd->lock. */

/**
 * vbd_ring_open() - connect a ring
 * @r: the ring, zeroed but for @vbd and @index
 * @grefs: its pages
 * @nr_pages: how many, a power of two
 * @port: the front end's event channel
 *
 * The ring takes no requests before vbd_ring_start().
 *
 * Return: 0 or a negative errno; on an error nothing is left to close.
 */
int vbd_ring_open(struct vbd_ring *r, const grant_ref_t *grefs,
		  unsigned int nr_pages, evtchn_port_t port);
void vbd_ring_start(struct vbd_ring *r);
/* From now on every request is answered with an error at once. */
void vbd_ring_fail(struct vbd_ring *r);
/* Ends what is in flight and closes the transport's queue. What the front end
 * still asks for is answered with an error.
 */
void vbd_ring_hang_up(struct vbd_ring *r);
/* Sends an event whether or not there is a response: the stock front end starts
 * queues that it has stopped at any (kick_pending_request_queues_locked() in
 * drivers/block/xen-blkfront.c).
 */
void vbd_ring_kick(struct vbd_ring *r);
/* After vbd_ring_hang_up(): lets go of everything of the front end's. */
void vbd_ring_release(struct vbd_ring *r);
/* Both. */
void vbd_ring_close(struct vbd_ring *r);

/* vbd_state.c */

/* The front end broke the protocol, or the disk is beyond use. Any context. Not
 * for a ring that is closed or failing.
 */
void vbd_fault(struct vbd *vbd, const char *why);
/* A request that made sense is answered with an error, of the host's or because of a
 * grant: tell the log, because a ring has no word for what went wrong. Not for what
 * a ring that is failing answers. Any context, a ring's lock may be held.
 */
void vbd_failed(struct vbd *vbd, const struct vbd_request *rq, int error);

/* The rest in process context. */

/* Before the disk is named. */
void vbd_state_init(struct vbd *vbd);
/* Begins to follow the front end. */
int vbd_state_start(struct vbd *vbd);
/* Asks the front end to close and waits for it, for a while; on return nothing of
 * the transport's is in use and the state is followed no more.
 */
void vbd_state_stop(struct vbd *vbd);
/* Its rings are started again, if the front end stopped them. Not concurrently
 * with what else is here.
 */
void vbd_state_kick(struct vbd *vbd);
/* On return nothing of the front end's is in use, and no work of the disk runs. */
void vbd_state_end(struct vbd *vbd);
/* Our state again, for a front end that shall look. Under vbd->lock. */
void vbd_state_repeat(struct vbd *vbd);

/* vbd_nodes.c */

/* Makes the device's directories and nodes; the front end's state comes last,
 * because with it the kernel takes notice of the device.
 */
int vbd_publish(struct vbd *vbd);
void vbd_unpublish(struct vbd *vbd);
/* What a front end reads once we say that we are connected. */
void vbd_put_details(struct vbd *vbd);

/* vbd_show.c */
struct seq_file;

void vbd_stats_add(struct vbd_stats *to, const struct vbd_stats *st);
/* Process context, under vbd->lock. */
void vbd_show(struct seq_file *m, struct vbd *vbd);

/* slots.c. Process context. */

/**
 * struct vbd_slot - a name, and the place of the disk that has it or had it
 * @entry: in the list of all slots, the one that was given up last at the end
 * @index: 0 is xvda
 * @in_use: a disk has it, or one that went but whose front end has not let go
 * @native: the disk that has it is a native driver's; of @bus nothing is known
 * @bus: where the disk is
 * @guid: where the disk is
 * @lun: where the disk is
 */
struct vbd_slot {
	struct list_head entry;
	unsigned int index;
	bool in_use;
	bool native;
	enum xhv_block_bus bus;
	guid_t guid;
	u32 lun;
};

/* The slot of a disk: the one that a disk at this place had before, else a new
 * one. -EBUSY if that one is still in use, -ENOSPC, -ENOMEM.
 */
struct vbd_slot *vbd_slot_get(const struct xhv_block_dev *dev);
void vbd_slot_put(struct vbd_slot *slot);
/* The name of a disk of a native driver, "xvdb" or with its place, as disk_names=
 * has it: given to no other disk from now on. Again is no error. -EBUSY if another
 * has it or may have it again, or if the place has another name; -EINVAL, -ENOMEM.
 */
int vbd_slot_reserve(const char *entry);

/* names.c */

/* Sorts a list of struct vbd (by ->entry) into the order of names. */
void vbd_names_sort(struct list_head *list);
/* The name of a disk: @taken says whether another has an index. */
unsigned int vbd_name_choose(const struct xhv_block_dev *dev,
			     bool (*taken)(unsigned int index));
/* Order of two disks; pure. */
int vbd_name_cmp(const struct xhv_block_dev *a, const struct xhv_block_dev *b);
/* "xvda" is 0, "xvdz" 25, "xvdaa" 26; the last is xvdzz. Pure. */
#define VBD_MAX_NAMES	(26 + 26 * 26)
int vbd_name_parse(const char *name);
void vbd_name_format(unsigned int index, char *buf, size_t size);
/* The virtual device number (public/io/blkif.h, "virtual-device"). Pure. */
unsigned int vbd_name_id(unsigned int index);
/* Reads one "<guid>:<lun>=<name>" up to the next comma. Returns what follows it, or
 * NULL at the end; *index is negative if it makes no sense. Pure.
 */
const char *vbd_name_entry(const char *list, guid_t *guid, u32 *lun,
			   int *index);
/* What disk_names=@list says of a disk: an index, or -ENOENT. Pure. */
int vbd_name_lookup(const char *list, const struct xhv_block_dev *dev);
/* Does disk_names=@list give this index to some disk? Pure. */
bool vbd_name_reserved(const char *list, unsigned int index);

#endif /* XHV_VBD_H */
