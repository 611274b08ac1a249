/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vif back end's own structures.
 *
 * One struct vif a NIC. Its lifecycle (vif.c, vif_state.c) follows the states in
 * xenstore in process context under vif->lock. Each of its queues is a pair of
 * rings and one queue of the transport, and shares nothing with the others.
 *
 * Sending (vif_tx.c) is done in the context of the front end's notification and
 * of the transport's softirq, under queue->lock. Receiving (vif_rx.c) is done in
 * that softirq alone, and takes no lock.
 */
#ifndef XHV_VIF_H
#define XHV_VIF_H

#include <linux/cache.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <xen/interface/io/netif.h>
#include <xen/interface/io/xenbus.h>

#include "../../include/xhv/net.h"
#include "../../include/xhv/store.h"
#include "../evtchn.h"
#include "vif_packet.h"

#define VIF_MAX_QUEUES		16
/* Bytes of a packet that are put into its head at first: the headers of nearly
 * all are no longer, and a front end that has them in a page of their own (Linux)
 * saves the host that page.
 */
#define VIF_HEAD_BYTES		128
/* XEN_NETBK_MCAST_MAX in drivers/net/xen-netback/common.h */
#define VIF_MAX_MCAST		64

/**
 * struct vif_tag - a packet in flight, by tag
 * @busy: the transport has it
 * @owner: the tag that answers for it: itself, or that of the first part of the
 *	   same packet of the front end's
 * @next_free: of the free list
 *
 * The rest only for an owner:
 * @parts: parts in flight, and one as long as not all are submitted
 * @nr_slots: answers to give, to @ids
 * @nr_extras: answers to give to extra information
 * @nr_refs: grants that are pinned, @refs
 * @error: the first error of a part
 * @len: bytes of the packet
 */
struct vif_tag {
	bool busy;
	u8 nr_slots;
	u8 nr_extras;
	u8 nr_refs;
	u16 owner;
	u16 next_free;
	u16 parts;
	u16 ids[XHV_NET_MAX_FRAGS];
	grant_ref_t refs[XHV_NET_MAX_FRAGS];
	int error;
	u32 len;
};

/* Of one queue; each word is written by one context at a time. */
struct vif_tx_stats {
	u64 packets;
	u64 bytes;
	u64 gso;	/* packets to be segmented by the host */
	u64 copied;	/* small ones, copied as a whole */
	u64 csum;	/* checksums made here, not by the host */
	u64 splits;	/* further parts of packets too large for the host */
	u64 full;	/* had to wait for a tag or for the channel */
	u64 rejects;	/* malformed: answered with an error */
	u64 bad_grants;	/* likewise */
	u64 no_carrier;	/* the link is down: answered as dropped */
	u64 errors;	/* the host could not */
	u64 bogus;	/* completions that nobody waits for */
	u64 mcast;	/* requests to change the multicast list */
};

struct vif_rx_stats {
	u64 packets;
	u64 bytes;
	u64 gso;
	u64 full;	/* the host has been told to wait */
	u64 drops;	/* nobody connected, or of no use to the front end */
	u64 bad_grants;	/* lost in pages that are not granted */
	u64 filtered;	/* multicast that the front end does not want */
};

/**
 * struct vif_queue - a pair of rings of the front end and the queue that serves it
 * @lock: sending; taken in the notification (IRQs off, the front end's lock held)
 *	  and in the transport's softirq. Held while the transport's ->tx_submit()
 *	  runs; never while an event is delivered.
 * @vif: the NIC
 * @index: position in vif->queues
 * @q: the transport's queue; NULL before it is open and from the moment that it is
 *     being closed. Under @lock; in softirq it may be used without.
 * @live: packets are taken from the transmit ring; under @lock
 * @blocked: packets were left in the ring for lack of a tag or of the channel
 * @tx: the back end's half
 * @tx_gref: its page
 * @tx_ec: its event channel; both rings' if @rx_ec is not connected
 * @pushed: response producer index that the front end has been shown
 * @pkt: the packet that is being looked at
 * @cur: the part that is being submitted, if @have_cur
 * @have_cur: it has been made, and not been taken by the transport
 * @cur_owner: the tag that answers for it
 * @frags: fragments of the whole packet, if it goes in parts
 * @nr_frags: how many; 0 if it goes as a whole
 * @frag: the next one to go
 * @frag_done: bytes of it that have gone
 * @hdr: headers of the whole
 * @h: where they are
 * @payload: bytes of payload of the whole
 * @done: bytes of it that have gone or are in @cur
 * @segs: segments in these
 * @tags: one for each of q->depth
 * @free_tag: head of the free list, @nr_tags if empty
 * @nr_tags: q->depth
 * @inflight: tags that the transport has
 * @more: goes on with the ring when a turn's budget is used up
 * @tx_st: under @lock
 * @rx: the back end's half
 * @rx_gref: its page
 * @rx_ec: its event channel
 * @rx_pushed: as @pushed
 * @rx_live: packets are put into the receive ring
 * @rx_waiting: a packet waits for room: the next notification tells the transport
 * @rx_st: written in softirq
 */
struct vif_queue {
	raw_spinlock_t lock;
	struct vif *vif;
	unsigned int index;
	struct xhv_net_queue *q;
	bool live;
	bool blocked;
	bool have_cur;
	struct xen_netif_tx_back_ring tx;
	RING_IDX pushed;
	unsigned int free_tag;
	unsigned int nr_tags;
	unsigned int inflight;
	struct vif_tag *tags;
	struct xhv_net_tx cur;
	unsigned int cur_owner;
	struct xhv_evtchn tx_ec;
	struct vif_packet pkt;
	struct vif_headers h;
	struct xhv_net_frag frags[XHV_NET_MAX_FRAGS];
	unsigned int nr_frags;
	unsigned int frag;
	u32 frag_done;
	u32 payload;
	u32 done;
	u32 segs;
	u8 hdr[VIF_MAX_HEADERS];
	struct irq_work more;
	grant_ref_t tx_gref;
	grant_ref_t rx_gref;
	struct vif_tx_stats tx_st;

	struct xen_netif_rx_back_ring rx ____cacheline_aligned;
	RING_IDX rx_pushed;
	bool rx_live;
	bool rx_waiting;
	struct xhv_evtchn rx_ec;
	struct vif_rx_stats rx_st;
};

/**
 * struct vif - a NIC as the guest sees it
 * @entry: in the list of all NICs
 * @dev: the transport's NIC
 * @features: what of dev->features is used
 * @slot: its number's; NULL until it has one
 * @waiting: its number is still that of a NIC that is going
 * @id: its number: device/vif/@id
 * @fe: the front end's directory
 * @be: our directory
 * @state: ours, as in @be
 * @lock: lifecycle; process context
 * @watch: the front end's state
 * @watch_path: what it watches
 * @mcast_watch: the front end's request-multicast-control
 * @mcast_path: what it watches
 * @mcast_sample: reads that again
 * @follow: follows the front end's state
 * @fe_state: what @follow last found; read without a lock
 * @changed: woken when @follow has done that
 * @fault: a queue found the front end broken: close
 * @fault_why: what was wrong, for the log; NULL if nothing was in this connection
 * @gone: the transport's NIC is, and so are the nodes
 * @carrier: the link is up; read without a lock
 * @rx_caps: what the front end takes: XHV_NET_RX_*
 * @queues: NULL unless connected
 * @nr_queues: how many
 * @mcast_lock: the multicast list; taken on the data path only for requests that
 *		change it, and for received multicast while @mcast_control
 * @mcast_control: the front end wants only what is in the list
 * @nr_mcast: length of @mcast
 * @mcast: the list
 * @tx_total: counters of past connections
 * @rx_total: counters of past connections
 */
struct vif {
	struct list_head entry;
	struct xhv_net_dev *dev;
	u32 features;
	struct vif_slot *slot;
	bool waiting;
	unsigned int id;
	char fe[40];
	char be[48];
	enum xenbus_state state;

	struct mutex lock;	/* lifecycle, see above */
	struct xhv_store_watch watch;
	char watch_path[48];
	struct xhv_store_watch mcast_watch;
	char mcast_path[80];
	struct work_struct mcast_sample;
	struct work_struct follow;
	enum xenbus_state fe_state;
	wait_queue_head_t changed;
	struct work_struct fault;
	const char *fault_why;
	bool gone;
	bool carrier;
	u32 rx_caps;

	struct vif_queue *queues;
	unsigned int nr_queues;

	raw_spinlock_t mcast_lock;	/* see above */
	bool mcast_control;
	unsigned int nr_mcast;
	u8 mcast[VIF_MAX_MCAST][ETH_ALEN];

	struct vif_tx_stats tx_total;
	struct vif_rx_stats rx_total;
};

/* vif_connect.c. All in process context under vif->lock. */

/**
 * vif_queue_open() - connect a pair of rings
 * @q: the queue, zeroed but for @vif and @index
 * @tx_gref: the transmit ring's page
 * @rx_gref: the receive ring's page
 * @tx_port: the front end's event channel for the transmit ring
 * @rx_port: for the receive ring; @tx_port if there is one for both
 * @nr_queues: how many there will be
 *
 * The queue takes no packets before vif_queue_start().
 *
 * Return: 0 or a negative errno; on an error nothing is left to close.
 */
int vif_queue_open(struct vif_queue *q, grant_ref_t tx_gref,
		   grant_ref_t rx_gref, evtchn_port_t tx_port,
		   evtchn_port_t rx_port, unsigned int nr_queues);
void vif_queue_start(struct vif_queue *q);
/* On return nothing of the front end's or the transport's is in use. */
void vif_queue_close(struct vif_queue *q);

/* vif_tx.c */

/* Takes what is in the ring, and answers; any context. */
void vif_tx_notify(struct xhv_evtchn *ec);
void vif_tx_moved(struct xhv_evtchn *ec, unsigned int vcpu);
void vif_tx_more(struct irq_work *work);
void vif_tx_done(void *ctx, u64 tag, int error);
/* Pushes answers and goes on with the ring. Softirq. True: send an event. */
bool vif_tx_end_batch(struct vif_queue *q);
/* Lets go of the grants of a packet. IRQs off. */
void vif_tag_unpin(struct vif_tag *tag);
/* Lets go of the grants of what is in flight. Nothing is any more. */
void vif_tx_drop(struct vif_queue *q);

/* vif_rx.c */

void vif_rx_notify(struct xhv_evtchn *ec);
void vif_rx_moved(struct xhv_evtchn *ec, unsigned int vcpu);
bool vif_rx(void *ctx, const struct xhv_net_rx *rx);
/* Pushes what has been received. Softirq. True: send an event. */
bool vif_rx_push(struct vif_queue *q);
/* If a packet waits for room, there may be some. Any context. */
void vif_rx_resume(struct vif_queue *q);
extern const struct xhv_net_client vif_client;

/* vif_tx_build.c, under queue->lock. */

/**
 * vif_tx_build() - make q->cur of q->pkt
 * @q: the queue
 * @tag: its tag, which is its owner
 *
 * Return: 0; -EFAULT for a bad grant; -EINVAL for a packet that cannot be sent.
 * On an error no grant is pinned.
 */
int vif_tx_build(struct vif_queue *q, unsigned int tag);
/* Makes q->cur of the next part of a packet that goes in parts. */
void vif_tx_build_part(struct vif_queue *q, unsigned int tag);
/* Have all parts been made? */
static inline bool vif_tx_all_built(const struct vif_queue *q)
{
	return !q->nr_frags || q->done == q->payload;
}

/* vif_state.c */

/* The front end broke the protocol. Any context. */
void vif_fault(struct vif *vif, const char *why);
/* The rest in process context. */
void vif_state_init(struct vif *vif);
/* Begins to follow the front end. */
int vif_state_start(struct vif *vif);
/* Asks the front end to close and waits for it, for a while; on return nothing of
 * either side's is in use and the state is followed no more.
 */
void vif_state_stop(struct vif *vif);

/* vif_nodes.c */

/* Makes the device's directories and nodes; the front end's state comes last,
 * because with it the kernel takes notice of the device.
 */
int vif_publish(struct vif *vif);
void vif_unpublish(struct vif *vif);
void vif_put_carrier(struct vif *vif);
void vif_put_mtu(struct vif *vif);

/* vif_mcast.c */

/* Changes the list as a request of the ring says. IRQs off. 0 or -ENOSPC. */
int vif_mcast_change(struct vif *vif, bool add, const u8 *addr);
/* Does the front end want a packet for @addr? Softirq. */
bool vif_mcast_wanted(struct vif *vif, const u8 *addr);
void vif_mcast_clear(struct vif *vif);

/* vif_show.c */
struct seq_file;

void vif_tx_stats_add(struct vif_tx_stats *to, const struct vif_tx_stats *st);
void vif_rx_stats_add(struct vif_rx_stats *to, const struct vif_rx_stats *st);
/* Process context, under vif->lock. */
void vif_show(struct seq_file *m, struct vif *vif);

/* vif_names.c. The first two under the lock of the list of NICs. */

#define VIF_MAX_NUMBERS		64

/**
 * struct vif_slot - a number, and the NIC that has it or had it
 * @guid: which NIC
 * @used: it is given
 * @in_use: to a NIC that is there, or is going
 */
struct vif_slot {
	guid_t guid;
	bool used;
	bool in_use;
};

/* The number of a NIC: the one that it had before, else a new one. -EBUSY if
 * that one is still in use, -ENOSPC.
 */
struct vif_slot *vif_slot_get(const guid_t *guid);
void vif_slot_put(struct vif_slot *slot);
unsigned int vif_slot_number(const struct vif_slot *slot);
/* Sorts a list of struct vif (by ->entry) into the order of numbers. */
void vif_names_sort(struct list_head *list);

#endif /* XHV_VIF_H */
